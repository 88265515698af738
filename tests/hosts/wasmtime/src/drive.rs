//! The whole of a simple host: poll, transmit, answer, wait.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use brightpearl_core as core;
use brightpearl_host_rust::transport::Transport;
use wasmtime::Result;
use wasmtime::component::ResourceAny;

use crate::component::Instance;
use crate::types::{Method, Output, Request, Response, Step, TransportFailure};

/// Drives a call to its end, hands over what it puts out, and drops it.
///
/// # Errors
/// What ended the call, or a trap.
pub fn drive(
    instance: &mut Instance,
    call: ResourceAny,
    transport: &Transport,
    consume: impl FnMut(Output),
) -> Result<()> {
    drive_feeding(instance, call, transport, std::iter::empty::<&str>(), consume)
}

/// Drives a push that asks for its records, and gives it as many of them as it asks for.
///
/// # Errors
/// What ended the call, or a trap.
pub fn drive_feeding<R: AsRef<str>>(
    instance: &mut Instance,
    call: ResourceAny,
    transport: &Transport,
    records: impl IntoIterator<Item = R>,
    mut consume: impl FnMut(Output),
) -> Result<()> {
    let mut records = records.into_iter().fuse();
    loop {
        let (store, calls) = instance.call();
        match calls.call_poll(&mut *store, call, now())?? {
            Step::Send(exchange) => match transmit(transport, exchange.request) {
                Ok(response) => calls.call_answer(store, call, exchange.id, &response, now())??,
                Err(failure) => calls.call_fail(store, call, exchange.id, &failure, now())??,
            },
            Step::Wait(wait) => thread::sleep(Duration::from_millis(wait.until.saturating_sub(now()))),
            // This host transmits one request after the other, so nothing is ever out when it polls.
            Step::Pending => thread::yield_now(),
            Step::Feed(room) => {
                // Fewer records than there is room for are the last.
                for _ in 0..room {
                    let Some(record) = records.next() else {
                        calls.call_finish(&mut *store, call)??;
                        break;
                    };
                    calls.call_feed(&mut *store, call, record.as_ref())??;
                }
            }
            Step::Output(output) => consume(output),
            Step::Done => return instance.release(call),
        }
    }
}

/// The transport is the Rust host's; it speaks the engine's own types.
fn transmit(transport: &Transport, request: Request) -> Result<Response, TransportFailure> {
    let Request { method, url, headers, body } = request;
    let (method, body) = (self::method(method), body.unwrap_or_default().into_bytes());
    let request = core::Request { method, url, headers: headers.into_iter().collect(), body };
    match transport.transmit(&request) {
        Ok(core::Response { status, headers, body }) => {
            let headers = headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
            Ok(Response { status, headers: headers.collect(), body })
        }
        Err(core::TransportFailure::NotSent(text)) => Err(TransportFailure::NotSent(text)),
        Err(core::TransportFailure::Unsendable(text)) => Err(TransportFailure::Unsendable(text)),
        Err(core::TransportFailure::MaybeSent(text)) => Err(TransportFailure::MaybeSent(text)),
    }
}

fn method(method: Method) -> core::Method {
    match method {
        Method::Get => core::Method::Get,
        Method::Options => core::Method::Options,
        Method::Post => core::Method::Post,
        Method::Put => core::Method::Put,
        Method::Patch => core::Method::Patch,
        Method::Delete => core::Method::Delete,
    }
}

fn now() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
