//! Administration for hosts that run the server: below a path that no account can have, and only when asked
//! for.

use std::sync::PoisonError;

use brightpearl_core::{Method, Request, Response};
use brightpearl_emulator::{Emulator, FaultPlan};
use serde::Serialize;

use crate::Shared;

/// Account codes have no tilde.
const PREFIX: &str = "/~emulator/";

/// The answer to a request for the administration; none when it is for the API.
pub(crate) fn answer(emulator: &Shared, request: &Request) -> Option<Response> {
    let path = request.url.split('?').next().unwrap_or_default();
    let what = path.strip_prefix(PREFIX)?;
    let mut emulator = emulator.lock().unwrap_or_else(PoisonError::into_inner);
    Some(administer(&mut emulator, request, what).unwrap_or_else(|problem| text(400, problem)))
}

fn administer(emulator: &mut Emulator, request: &Request, what: &str) -> Result<Response, String> {
    match (request.method, what) {
        (Method::Get, "statistics") => json(emulator.statistics()),
        (Method::Get, "config") => json(emulator.config()),
        (Method::Get, "webhooks") => {
            json(&WaitingWebhooks { waiting: emulator.undelivered(), next_due_ms: emulator.next_delivery() })
        }
        (Method::Get, "state") => emulator
            .save()
            .map(|state| Response::new(200, state).with_header("Content-Type", "application/json"))
            .map_err(|error| error.to_string()),
        (Method::Put, "state") => {
            *emulator = Emulator::load(body(request)?).map_err(|error| error.to_string())?;
            Ok(done())
        }
        (Method::Put, "faults") => {
            let plan = FaultPlan::from_json(body(request)?);
            plan.and_then(|plan| emulator.set_faults(plan)).map_err(|error| error.to_string())?;
            Ok(done())
        }
        (Method::Post, "reset") => {
            emulator.reset();
            Ok(done())
        }
        _ => Ok(text(404, format!("there is no {} {PREFIX}{what}; see --help", request.method))),
    }
}

#[derive(Serialize)]
struct WaitingWebhooks {
    waiting: usize,
    next_due_ms: Option<u64>,
}

fn json<T: Serialize>(value: &T) -> Result<Response, String> {
    let body = serde_json::to_vec(value).map_err(|error| error.to_string())?;
    Ok(Response::new(200, body).with_header("Content-Type", "application/json"))
}

fn body(request: &Request) -> Result<&str, String> {
    std::str::from_utf8(&request.body).map_err(|error| format!("the body is not UTF-8: {error}"))
}

fn done() -> Response {
    Response::new(204, "")
}

fn text(status: u16, text: String) -> Response {
    Response::new(status, text + "\n").with_header("Content-Type", "text/plain;charset=UTF-8")
}
