//! A host that may die at any moment: between two steps, while it writes its journal, with answers under way.

use std::cell::RefCell;
use std::collections::BTreeMap;

use brightpearl_core::flow::{Outcome, Records};
use brightpearl_core::mapping::Mapping;
use brightpearl_core::operation::Push;
use brightpearl_core::{Call, Client, Config, Error, Output, Resources, Step};
use brightpearl_emulator::Credential;
use serde_json::json;

use crate::draw::Draw;
use crate::network::Network;
use crate::trace::Trace;

/// More steps than any flow of a seed may take.
const MOST_STEPS: u32 = 60_000;

/// What a run has brought.
#[derive(Default)]
pub(crate) struct Run {
    /// What became of the records of a push.
    pub(crate) outcomes: Vec<Outcome>,
    /// Batches of a pull that were consumed whole or in part, with the checkpoint behind them.
    pub(crate) records: Vec<Records>,
    /// What a fetch has brought.
    pub(crate) resources: Vec<Resources>,
    /// How many requests it has sent to the API.
    pub(crate) sent: u64,
    /// How many of these batches the latest checkpoint has.
    pub(crate) covered: usize,
    /// The latest checkpoint, where one was taken.
    pub(crate) checkpoint: Option<String>,
    /// The error that ended it.
    pub(crate) error: Option<Error>,
    /// Whether the host died before the end.
    pub(crate) has_crashed: bool,
}

/// A host and what it keeps on disk.
pub(crate) struct Host<'a> {
    /// The network that it is on.
    pub(crate) network: &'a mut Network,
    /// Its luck.
    pub(crate) draw: &'a mut Draw,
    /// What happened.
    pub(crate) trace: &'a mut Trace,
    /// The journal on its disk.
    pub(crate) journal: &'a mut String,
    /// Likelihood in a thousand that it dies at a step.
    pub(crate) crashes: u64,
    /// Likelihood in a thousand that the disk is full when it writes its journal.
    pub(crate) full_disk: u64,
    /// What others do in the account between its steps.
    pub(crate) meanwhile: &'a mut dyn FnMut(&mut Network, &mut Trace) -> Result<(), String>,
}

thread_local! {
    /// The documents that pushes were begun by.
    static COMPILED: RefCell<BTreeMap<String, Mapping>> = const { RefCell::new(BTreeMap::new()) };
}

/// Begins a push. A document is compiled once: seeds have few of them, and thousands of pushes.
pub(crate) fn begin(client: &Client, push: Push) -> Result<Call, Error> {
    let mapping = COMPILED.with_borrow_mut(|compiled| match compiled.get(push.mapping.as_str()) {
        Some(known) => Ok(known.clone()),
        None => {
            let mapping = Mapping::compiled(push.mapping.as_str())?;
            compiled.insert(push.mapping.as_str().to_owned(), mapping.clone());
            Ok(mapping)
        }
    })?;
    client.push_by(push, &mapping)
}

/// A client of the emulated account.
pub(crate) fn client(network: &Network, seed: u64, in_flight: u64) -> Client {
    let account = network.emulator.config();
    let Credential::System { app_ref, account_token } = &account.credentials[0] else {
        panic!("the first credential is a system app's");
    };
    // Tokens that expire come from a login.
    let credentials = match (account.session_lifetime_s, account.applications.first()) {
        (Some(_), Some(application)) => json!({"type": "application-login",
            "application_id": application.application_id, "application_secret": application.application_secret}),
        _ => json!({"type": "private-app", "app_ref": app_ref, "account_token": account_token}),
    };
    // Searches of several pages, some of which end amid what they are about.
    let page_size = [500, 500, 7, 3][account.seed as usize % 4];
    let config = json!({
        "account": account.account, "base_url": "http://127.0.0.1", "seed": seed, "max_in_flight": in_flight,
        "page_size": page_size, "pool": {"quota": account.quota, "period_ms": account.period_ms},
        "credentials": credentials,
    });
    Client::new(Config::from_json(&config.to_string()).expect("a configuration")).expect("a client")
}

impl Host<'_> {
    /// Drives a call to its end, or to the host's.
    ///
    /// # Errors
    /// What must never happen: a call that does not end, or breaks its contract.
    pub(crate) fn drive(&mut self, mut call: Call, records: &[Vec<u8>]) -> Result<Run, String> {
        let mut run = Run::default();
        let mut left = records.iter();
        let mut is_full = false;
        for _ in 0..MOST_STEPS {
            if self.draw.happens(self.crashes) {
                return Ok(self.die(run));
            }
            (self.meanwhile)(self.network, self.trace)?;
            match call.poll(self.network.now) {
                Err(error) => {
                    self.trace.note(self.network.now, || format!("ended: {error}"));
                    self.network.forget();
                    run.error = Some(error);
                    return Ok(run);
                }
                Ok(Step::Done) => {
                    self.network.forget();
                    run.checkpoint = call.checkpoint().ok().or(run.checkpoint);
                    run.covered = run.records.len();
                    return Ok(run);
                }
                Ok(Step::Pending) => self.network.pass(&mut call, None)?,
                Ok(Step::Wait { until, .. }) => self.network.pass(&mut call, Some(until))?,
                Ok(Step::Feed { room }) => {
                    let fed = left.by_ref().take(room).map(|record| call.feed(record)).collect::<Vec<_>>();
                    if fed.len() < room {
                        call.finish().map_err(|error| error.to_string())?;
                    }
                    if let Some(Err(error)) = fed.into_iter().find(Result::is_err) {
                        return Err(format!("a record was not taken: {error}"));
                    }
                }
                Ok(Step::Send(exchange)) => {
                    let request = &exchange.request;
                    self.trace.note(self.network.now, || {
                        let body = String::from_utf8_lossy(&request.body);
                        format!("{}: {} {} {body}", exchange.id, request.method, request.url)
                    });
                    // It may die with the request in its hands.
                    if self.draw.happens(self.crashes) {
                        return Ok(self.die(run));
                    }
                    run.sent += u64::from(request.url.contains("/public-api/"));
                    self.network.transmit(exchange.id, request, self.trace);
                }
                Ok(Step::Output(Output::Journal(lines))) => {
                    if self.draw.happens(self.crashes) {
                        let torn = self.draw.below(lines.len() as u64 + 1) as usize;
                        self.journal.push_str(&lines[..lines.floor_char_boundary(torn)]);
                        return Ok(self.die(run));
                    }
                    if is_full || self.draw.happens(self.full_disk) {
                        // What fits of it is there, and nothing is kept from here on.
                        let fits = if is_full { 0 } else { self.draw.below(lines.len() as u64) as usize };
                        self.journal.push_str(&lines[..lines.floor_char_boundary(fits)]);
                        self.trace.note(self.network.now, || "the disk is full".to_owned());
                        is_full = true;
                        call.cancel(self.network.now);
                        continue;
                    }
                    self.journal.push_str(&lines);
                    self.trace.note(self.network.now, || format!("journal: {lines}"));
                }
                Ok(Step::Output(Output::Outcomes(outcomes))) => {
                    for outcome in &outcomes {
                        self.trace.note(self.network.now, || outcome.to_json());
                    }
                    run.outcomes.extend(outcomes);
                }
                Ok(Step::Output(Output::Records(records))) => {
                    self.trace.note(self.network.now, || records.to_json());
                    if !self.consume(&mut call, records, &mut run)? {
                        return Ok(self.die(run));
                    }
                }
                Ok(Step::Output(Output::Resources(resources))) => run.resources.push(resources),
                Ok(Step::Output(other)) => return Err(format!("a flow puts out nothing like {other:?}")),
            }
        }
        Err(format!("the call has not ended after {MOST_STEPS} steps"))
    }

    /// Takes a batch, or only its beginning; whether the host lives on.
    fn consume(&mut self, call: &mut Call, mut records: Records, run: &mut Run) -> Result<bool, String> {
        let count = records.records.len();
        let dies = self.draw.happens(self.crashes);
        let taken = if dies { self.draw.below(count as u64 + 1) as usize } else { count };
        call.acknowledge(taken).map_err(|error| error.to_string())?;
        // It may die between keeping the records and keeping the checkpoint.
        if !dies || self.draw.happens(500) {
            run.checkpoint = Some(call.checkpoint().map_err(|error| error.to_string())?);
            run.covered = run.records.len() + 1;
        }
        records.records.truncate(taken);
        run.records.push(records);
        Ok(!dies)
    }

    fn die(&mut self, run: Run) -> Run {
        self.trace.note(self.network.now, || "the host dies".to_owned());
        self.network.forget();
        Run { has_crashed: true, ..run }
    }
}
