//! Plays a vector through the component's exports.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use brightpearl_core::operation::Operation;
use brightpearl_host_rust::play::events_of;
use brightpearl_host_rust::vector::{Action, Answer, Entry, Fail, Sent, Vector};
use serde_json::{Value, json};
use wasmtime::component::ResourceAny;
use wasmtime::{Result, format_err};

use crate::component::{Instance, Loaded};
use crate::difference::differences;
use crate::encode;
use crate::typed;
use crate::types::{Error, Response, TransportFailure};

/// How an operation comes to the component.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// As the JSON text that every host has.
    Json,
    /// As the typed values of the contract; a text that the engine refuses has no such form, and goes as JSON.
    Typed,
}

/// Every difference between what the vector expects and what the component says.
///
/// # Errors
/// When the component traps, or the vector itself is impossible.
pub fn play(component: &Loaded, vector: &Vector, way: Way) -> Result<Vec<String>> {
    let mut instance = component.instantiate()?;
    let (store, clients) = instance.client();
    let client = match clients.call_open_json(store, &vector.config.to_string(), None)? {
        Ok(client) => client,
        Err(error) => return Ok(refused("client_error", &vector.client_error, &error)),
    };
    if vector.client_error.is_some() {
        return Ok(vec!["client_error: the client opened".to_owned()]);
    }

    let operation = vector.operation.as_ref().ok_or_else(|| format_err!("there is no operation"))?;
    let text = operation.to_string();
    let started = match (way, Operation::from_json(&text)) {
        (Way::Typed, Ok(operation)) => typed::start(&mut instance, client, &operation)?,
        (Way::Typed, Err(_)) | (Way::Json, _) => {
            let (store, clients) = instance.client();
            clients.call_start_json(store, client, &text)?
        }
    };
    let call = match started {
        Ok(call) => call,
        Err(error) => return Ok(refused("start_error", &vector.start_error, &error)),
    };
    if vector.start_error.is_some() {
        return Ok(vec!["start_error: the call started".to_owned()]);
    }

    let mut host = Host { instance, client, call: Some(call), remembered: None };
    let mut found = Vec::new();
    for (index, entry) in vector.script.iter().enumerate() {
        let said = host.act(entry)?;
        found.extend(
            differences(&entry.expect, &said)
                .into_iter()
                .map(|difference| format!("entry {index}: {difference}")),
        );
    }
    let (store, clients) = host.instance.client();
    let events: Vec<Value> = clients
        .call_drain_events(store, client)?
        .iter()
        .map(|event| encode::json_value(&event.json))
        .collect();
    let differences = differences(&json!(events_of(vector)), &json!(events));
    found.extend(differences.into_iter().map(|difference| format!("events: {difference}")));
    Ok(found)
}

fn refused(place: &str, expected: &Option<Value>, error: &Error) -> Vec<String> {
    let expected = expected.clone().unwrap_or(Value::Null);
    let differences = differences(&expected, &encode::error(error));
    differences.into_iter().map(|difference| format!("{place}: {difference}")).collect()
}

struct Host {
    instance: Instance,
    client: ResourceAny,
    call: Option<ResourceAny>,
    remembered: Option<String>,
}

impl Host {
    fn act(&mut self, entry: &Entry) -> Result<Value> {
        let now = entry.now;
        let call = self.call.ok_or_else(|| format_err!("the script goes on after a resume that failed"))?;
        let (store, calls) = self.instance.call();
        Ok(match &entry.action {
            Action::Poll(_) => encode::step(&calls.call_poll(store, call, now)?),
            Action::Answer(answer) => {
                let result = calls.call_answer(store, call, answer.exchange, &response(answer)?, now)?;
                encode::outcome(&result)
            }
            Action::Fail(fail) => {
                encode::outcome(&calls.call_fail(store, call, fail.exchange, &failure(fail), now)?)
            }
            Action::Acknowledge(items) => {
                encode::outcome(&calls.call_acknowledge(store, call, u32::try_from(*items)?)?)
            }
            Action::Feed(record) => encode::outcome(&calls.call_feed(store, call, record.as_bytes())?),
            Action::Finish(_) => encode::outcome(&calls.call_finish(store, call)?),
            Action::Cancel(_) => {
                calls.call_cancel(store, call, now)?;
                json!("ok")
            }
            Action::Checkpoint(_) => {
                let result = calls.call_checkpoint(store, call)?;
                if let Ok(text) = &result {
                    self.remembered = Some(text.clone());
                }
                encode::checkpoint(&result)
            }
            Action::Resume(text) => self.resume(text, entry.allows_writes())?,
            Action::Explain(_) => encode::explanation(&calls.call_explain(store, call, now)?),
        })
    }

    fn resume(&mut self, text: &Value, allow_writes: bool) -> Result<Value> {
        if let Some(call) = self.call.take() {
            self.instance.release(call)?;
        }
        let text = text
            .as_str()
            .or(self.remembered.as_deref())
            .ok_or_else(|| format_err!("there is no remembered checkpoint"))?;
        let (store, clients) = self.instance.client();
        let result = clients.call_resume(store, self.client, text, allow_writes)?;
        Ok(encode::outcome(&result.map(|call| self.call = Some(call))))
    }
}

fn response(answer: &Answer) -> Result<Response> {
    let body = match (&answer.body, &answer.body_base64) {
        (Some(text), None) => text.clone().into_bytes(),
        (None, Some(encoded)) => STANDARD.decode(encoded)?,
        (None, None) => Vec::new(),
        (Some(_), Some(_)) => return Err(format_err!("an answer has one body")),
    };
    let headers = answer.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes()));
    Ok(Response { status: answer.status, headers: headers.collect(), body })
}

fn failure(fail: &Fail) -> TransportFailure {
    match fail.sent {
        Sent::NotSent => TransportFailure::NotSent(fail.text.clone()),
        Sent::Unsendable => TransportFailure::Unsendable(fail.text.clone()),
        Sent::MaybeSent => TransportFailure::MaybeSent(fail.text.clone()),
    }
}
