//! A client, a server and a clock of their own.

use std::collections::VecDeque;

use brightpearl_core::flow::{PulledRecord, Records};
use brightpearl_core::operation::Pull;
use brightpearl_core::{
    Call, Client, Config, Error, Exchange, Output, Request, Response, Step, TransportFailure,
};
use brightpearl_emulator::{Config as Account, Credential, Emulator, FaultPlan, Outcome};
use serde_json::{Value, json};

/// 2026-07-01T00:00:00Z.
pub(crate) const NOW: u64 = 1_782_864_000_000;

/// What answers requests; nothing when the connection is lost.
pub(crate) trait Server {
    fn answer(&mut self, request: &Request, now: u64) -> Option<Response>;
}

impl Server for Emulator {
    fn answer(&mut self, request: &Request, now: u64) -> Option<Response> {
        match self.respond(request, now) {
            Outcome::Answer { response, .. } => Some(response),
            Outcome::ConnectionLost { .. } => None,
        }
    }
}

pub(crate) struct World<S> {
    pub(crate) server: S,
    pub(crate) client: Client,
    pub(crate) now: u64,
    /// The paths and queries that were asked for, behind the account.
    pub(crate) asked: Vec<String>,
}

/// How a run ended.
pub(crate) struct PullRun {
    pub(crate) outputs: Vec<Records>,
    pub(crate) error: Option<Error>,
    /// Taken at the very end.
    pub(crate) checkpoint: String,
}

impl PullRun {
    pub(crate) fn records(&self) -> impl Iterator<Item = &PulledRecord> {
        self.outputs.iter().flat_map(|output| &output.records)
    }

    pub(crate) fn ids(&self) -> Vec<u64> {
        self.records().map(|record| record.id.expect("an id")).collect()
    }

    /// The run, which must have come to its end.
    pub(crate) fn done(self) -> Self {
        assert!(self.error.is_none(), "{:?}", self.error);
        self
    }
}

impl World<Emulator> {
    pub(crate) fn emulated(orders: u32, config: Value, faults: &str) -> Self {
        let faults = FaultPlan::from_json(faults).unwrap();
        let account = Account { orders, contacts: 40, products: 30, faults, ..Account::default() };
        let Credential::System { app_ref, account_token } = &account.credentials[0] else {
            panic!("the first credential is a system app's");
        };
        let client = client(&account.account, app_ref, account_token, config);
        Self { server: Emulator::new(account).unwrap(), client, now: NOW, asked: Vec::new() }
    }
}

impl<S: Server> World<S> {
    pub(crate) fn of(server: S, config: Value) -> Self {
        Self { server, client: client("demo", "app", "token", config), now: NOW, asked: Vec::new() }
    }

    /// Pulls to the end.
    pub(crate) fn pull(&mut self, pull: Value) -> PullRun {
        let call = self.client.pull(read(pull)).unwrap();
        self.run(call, usize::MAX)
    }

    /// Pulls on from a checkpoint.
    pub(crate) fn resume(&mut self, checkpoint: &str) -> PullRun {
        let call = self.client.resume(checkpoint, false).unwrap();
        self.run(call, usize::MAX)
    }

    /// Drives a call until it ends, or has put out so much; the last output is then not consumed.
    pub(crate) fn run(&mut self, mut call: Call, most: usize) -> PullRun {
        let (mut outputs, mut error) = (Vec::new(), None);
        let mut out = VecDeque::<Exchange>::new();
        for _ in 0..100_000 {
            match call.poll(self.now) {
                Ok(Step::Send(exchange)) => out.push_back(exchange),
                Ok(Step::Wait { until, .. }) if out.is_empty() => self.now = until,
                Ok(Step::Wait { .. } | Step::Pending) => {
                    let exchange = out.pop_front().expect("something is out");
                    self.transmit(&mut call, &exchange);
                }
                Ok(Step::Output(Output::Records(records))) => {
                    outputs.push(records);
                    if outputs.len() == most {
                        break;
                    }
                }
                Ok(Step::Output(other)) => panic!("a pull puts out records, not {other:?}"),
                Ok(Step::Feed { .. }) => panic!("a pull takes no records"),
                Ok(Step::Done) => break,
                Err(end) => {
                    error = Some(end);
                    break;
                }
            }
        }
        let checkpoint = call.checkpoint().unwrap();
        PullRun { outputs, error, checkpoint }
    }

    fn transmit(&mut self, call: &mut Call, exchange: &Exchange) {
        self.now += 290;
        let url = &exchange.request.url;
        self.asked.push(url.split_once("/public-api/demo/").expect("the account").1.to_owned());
        match self.server.answer(&exchange.request, self.now) {
            Some(response) => call.answer(exchange.id, response, self.now).unwrap(),
            None => {
                let failure = TransportFailure::MaybeSent("the connection was closed".to_owned());
                call.fail(exchange.id, failure, self.now).unwrap();
            }
        }
    }

    /// How many requests there were since the last time.
    pub(crate) fn requests(&mut self) -> usize {
        std::mem::take(&mut self.asked).len()
    }
}

pub(crate) fn read(pull: Value) -> Pull {
    serde_json::from_value(pull).unwrap()
}

/// The state of the next pull: what was pulled before goes on.
pub(crate) fn after(state: &str, mut pull: Value) -> Value {
    pull["state"] = json!(state);
    pull
}

fn client(account: &str, app_ref: &str, account_token: &str, mut config: Value) -> Client {
    config["account"] = json!(account);
    config["base_url"] = json!("http://127.0.0.1:8080");
    config["credentials"] =
        json!({"type": "private-app", "app_ref": app_ref, "account_token": account_token});
    Client::new(Config::from_json(&config.to_string()).unwrap()).unwrap()
}
