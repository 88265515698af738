//! Administration for hosts that run a server: below a path that no account can have, and only when asked for.

use brightpearl_core::{Method, Request, Response};
use serde::Serialize;

use super::{Desk, clock_of};
use crate::config::UtcOffset;
use crate::emulator::Emulator;
use crate::fault::FaultPlan;
use crate::protocol::moment::Moment;

/// Account codes have no tilde.
pub(super) const PREFIX: &str = "/~emulator/";

/// The answer to a request for the administration.
pub(super) fn answer(desk: &mut Desk, request: &Request, what: &str, machine_ms: u64) -> Response {
    administer(desk, request, what, machine_ms).unwrap_or_else(|problem| text(400, problem))
}

fn administer(desk: &mut Desk, request: &Request, what: &str, machine_ms: u64) -> Result<Response, String> {
    let emulator = &mut desk.emulator;
    match (request.method, what) {
        (Method::Get, "statistics") => json(emulator.statistics()),
        (Method::Get, "config") => json(emulator.config()),
        (Method::Get, "audit") => json(&emulator.audit()),
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
        (Method::Get, "clock") => Ok(text(200, shown(desk.now(machine_ms)))),
        (Method::Put, "clock") => {
            let given = body(request)?;
            let clock_ms = clock_of(given).ok_or_else(|| {
                format!("`{}` is not a time; expected one such as 2026-07-01T09:30:00Z", given.trim())
            })?;
            desk.set_clock(clock_ms, machine_ms);
            Ok(done())
        }
        _ => Ok(text(404, format!("there is no {} {PREFIX}{what}; see --help", request.method))),
    }
}

/// A time of the emulator's clock.
pub(super) fn shown(ms: u64) -> String {
    let ms = i64::try_from(ms).unwrap_or(i64::MAX);
    Moment { ms, offset: UtcOffset { minutes: 0 } }.to_string()
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
