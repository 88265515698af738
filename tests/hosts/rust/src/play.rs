//! Plays a vector against the engine.

use std::mem;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use brightpearl_core::call::operation::Operation;
use brightpearl_core::{Call, Client, Config, Event, Headers, Lease, Response, Result, TransportFailure};
use serde_json::{Value, json};

use crate::encode;
use crate::vector::{Action, Answer, EXPECTATION_DEPTH, Entry, Fail, Sent, Vector};

/// The vector with its expectations replaced by what the engine says now.
///
/// # Panics
/// When the vector itself is impossible, such as a script for a client that cannot be created.
pub fn play(vector: &Vector) -> Vector {
    run(vector).0
}

/// The events that the vector leaves behind, drained at its end.
///
/// # Panics
/// As [`play`].
pub fn events_of(vector: &Vector) -> Vec<Event> {
    run(vector).1
}

fn run(vector: &Vector) -> (Vector, Vec<Event>) {
    let mut played = vector.clone();
    let client_error = played.client_error.take().unwrap_or_default();
    let start_error = played.start_error.take().unwrap_or_default();
    let client = match Config::from_json(&vector.config.compact()).and_then(Client::new) {
        Ok(client) => client,
        Err(error) => {
            played.client_error = Some(client_error.renewed(encode::error(&error), 1));
            return (played, Vec::new());
        }
    };
    let operation = vector.operation.as_ref().expect("an operation for a client that can be created");
    let mut host =
        match Operation::from_json(&operation.compact()).and_then(|operation| client.start(operation)) {
            Ok(call) => Host { client, call: Some(call), remembered: None },
            Err(error) => {
                played.start_error = Some(start_error.renewed(encode::error(&error), 1));
                return (played, Vec::new());
            }
        };
    for entry in &mut played.script {
        let found = host.act(entry);
        entry.expect = mem::take(&mut entry.expect).renewed(found, EXPECTATION_DEPTH);
    }
    let events = host.client.drain_events();
    (played, events)
}

struct Host {
    client: Client,
    call: Option<Call>,
    remembered: Option<String>,
}

impl Host {
    fn act(&mut self, entry: &Entry) -> Value {
        let now = entry.now;
        match &entry.action {
            Action::Poll(_) => encode::step(self.call().poll(now)),
            Action::Answer(answer) => {
                encode::outcome(&self.call().answer(answer.exchange, response(answer), now))
            }
            Action::Fail(fail) => encode::outcome(&self.call().fail(fail.exchange, failure(fail), now)),
            Action::Acknowledge(items) => encode::outcome(&self.call().acknowledge(*items)),
            Action::Feed(record) => encode::outcome(&self.call().feed(record.as_bytes())),
            Action::Demand(_) => encode::demand(&self.client.pool().demand(now)),
            Action::Lease(lease) => encode::outcome(
                &Lease::from_json(&lease.to_string()).and_then(|lease| self.client.pool().lease(lease, now)),
            ),
            Action::Finish(_) => encode::outcome(&self.call().finish()),
            Action::Cancel(_) => {
                self.call().cancel(now);
                json!("ok")
            }
            Action::Checkpoint(_) => {
                let result = self.call().checkpoint();
                self.remembered = result.as_ref().ok().cloned().or(self.remembered.take());
                encode::checkpoint(&result)
            }
            Action::Resume(text) => encode::outcome(&self.resume(text, entry.allows_writes())),
            Action::Explain(_) => encode::explanation(&self.call().explain(now)),
        }
    }

    fn call(&mut self) -> &mut Call {
        self.call.as_mut().expect("a call: a resume that fails ends the script")
    }

    fn resume(&mut self, text: &Value, allow_writes: bool) -> Result<()> {
        self.call = None;
        let text =
            text.as_str().map(str::to_owned).or(self.remembered.clone()).expect("a remembered checkpoint");
        self.call = Some(self.client.resume(&text, allow_writes)?);
        Ok(())
    }
}

fn response(answer: &Answer) -> Response {
    let body = match (&answer.body, &answer.body_base64) {
        (Some(text), None) => text.clone().into_bytes(),
        (None, Some(encoded)) => STANDARD.decode(encoded).expect("base64"),
        (None, None) => Vec::new(),
        (Some(_), Some(_)) => panic!("an answer has one body"),
    };
    let headers: Headers = answer.headers.iter().cloned().collect();
    Response { status: answer.status, headers, body }
}

fn failure(fail: &Fail) -> TransportFailure {
    match fail.sent {
        Sent::NotSent => TransportFailure::NotSent(fail.text.clone()),
        Sent::Unsendable => TransportFailure::Unsendable(fail.text.clone()),
        Sent::MaybeSent => TransportFailure::MaybeSent(fail.text.clone()),
    }
}
