//! Plays a task against answers that are given beforehand, as many of them as it asks for.
#![allow(dead_code, reason = "each test uses its part")]

use brightpearl_core::operation::Task;
use brightpearl_core::{Client, Config, Error, Output, Response, Step};
use serde_json::Value;

/// What a task sent, and how it ended.
pub(crate) struct Played {
    /// Method, path with query, and body of each request.
    pub(crate) sent: Vec<(String, String, Value)>,
    /// The result, or the error.
    pub(crate) outcome: Result<Value, Error>,
}

impl Played {
    /// The result of a task that must not fail.
    pub(crate) fn result(&self) -> &Value {
        self.outcome.as_ref().expect("the task succeeds")
    }

    /// The error of a task that must fail.
    pub(crate) fn error(&self) -> &Error {
        self.outcome.as_ref().expect_err("the task fails")
    }

    /// Place and expectation of everything that was wrong with the arguments.
    pub(crate) fn violations(&self) -> Vec<(&str, &str)> {
        let violations = self.error().violations();
        violations.iter().map(|one| (one.pointer.as_str(), one.expected.as_str())).collect()
    }
}

/// A client of an invented account.
pub(crate) fn client(more: &str) -> Client {
    let text = format!(
        r#"{{"account":"acme","datacentre":"use1"{more},
             "credentials":{{"type":"private-app","app_ref":"acme_sync","account_token":"t"}}}}"#
    );
    Client::new(Config::from_json(&text).unwrap()).unwrap()
}

/// Plays a task; every request gets the next answer.
pub(crate) fn play(name: &str, arguments: &str, answers: &[(u16, &str)]) -> Played {
    play_with(&client(""), name, arguments, answers)
}

/// The same with a client of one's own.
pub(crate) fn play_with(client: &Client, name: &str, arguments: &str, answers: &[(u16, &str)]) -> Played {
    let mut sent = Vec::new();
    let mut outcome = None;
    let result = drive(client, name, arguments, answers, &mut sent, &mut outcome);
    Played { sent, outcome: result.map(|()| outcome.expect("a task that is done has a result")) }
}

fn drive(
    client: &Client,
    name: &str,
    arguments: &str,
    answers: &[(u16, &str)],
    sent: &mut Vec<(String, String, Value)>,
    outcome: &mut Option<Value>,
) -> Result<(), Error> {
    let mut answers = answers.iter();
    let mut now = 1_767_225_600_000;
    let mut call = client.task(Task::new(name, arguments)?)?;
    loop {
        match call.poll(now)? {
            Step::Send(exchange) => {
                let request = exchange.request;
                let path = request.url.split_once("/acme/").expect("an URL of the account").1;
                let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
                sent.push((request.method.as_str().to_owned(), path.to_owned(), body));
                let (status, body) = answers.next().expect("an answer for each request");
                call.answer(exchange.id, Response::new(*status, body.as_bytes()), now)?;
            }
            Step::Wait { until, .. } => now = until,
            Step::Output(Output::Task(done)) => {
                assert_eq!(done.name, name);
                assert!(outcome.is_none(), "a task has one result");
                *outcome = Some(serde_json::from_str(&done.json).expect("a result is JSON"));
            }
            Step::Output(other) => panic!("a task puts out nothing like {other:?}"),
            Step::Feed { .. } => panic!("a task takes no records"),
            Step::Pending => panic!("nothing is out"),
            Step::Done => return Ok(()),
        }
    }
}
