//! A request comes in, and a notification goes out before it is answered.

use serde_json::{Value, json};
use wasip2::clocks::wall_clock;
use wasip2::http::types::{
    Fields, IncomingBody, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasip2::io::streams::StreamError;

use crate::bindings::brightpearl::connector::discovery::ask;
use crate::bindings::brightpearl::connector::receiving;

/// What a stream gives at once, at most.
const MOST_READ: u64 = 64 * 1024;

/// No notification comes near to this; the receiver's own limit, which is lower, refuses with words.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// What does not fit, which no further try makes smaller.
const TOO_LARGE: u16 = 413;

/// The one status upon which Brightpearl tries again at either quality of service.
const NOT_RECEIVED: u16 = 503;

/// The component.
pub(crate) struct Handler;

impl wasip2::exports::http::incoming_handler::Guest for Handler {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        answer(outparam, status(&request));
    }
}

/// What Brightpearl is answered with: success only for what was delivered.
fn status(request: &IncomingRequest) -> u16 {
    let body = match body(request) {
        Ok(body) => body,
        Err(status) => return status,
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let received = json!({
        "method": method(&request.method()),
        "url": request.path_with_query().unwrap_or_default(),
        "body": text(&body),
    });
    let question = json!({"receive_webhook": {
        "receiver": receiving::receiver(),
        "request": received.to_string(),
        "now": now(),
    }});
    // What the platform has configured wrongly is not for Brightpearl's eyes, and can be mended before the next try.
    let Ok(receipt) = ask(&question.to_string()) else { return NOT_RECEIVED };
    let Ok(receipt) = serde_json::from_str::<Value>(&receipt) else { return NOT_RECEIVED };
    let is_delivered =
        receipt.get("notification").is_none_or(|told| receiving::deliver(&told.to_string()).is_ok());
    let member = if is_delivered { "status" } else { "status_unless_stored" };
    let status = receipt.get(member).and_then(Value::as_u64);
    status.and_then(|status| u16::try_from(status).ok()).unwrap_or(NOT_RECEIVED)
}

/// The whole body, or what is answered where it is too large, or cut off.
fn body(request: &IncomingRequest) -> Result<Vec<u8>, u16> {
    let incoming = request.consume().map_err(|()| NOT_RECEIVED)?;
    let mut body = Vec::new();
    {
        let stream = incoming.stream().map_err(|()| NOT_RECEIVED)?;
        loop {
            match stream.blocking_read(MOST_READ) {
                Ok(bytes) => body.extend_from_slice(&bytes),
                Err(StreamError::Closed) => break,
                Err(StreamError::LastOperationFailed(_)) => return Err(NOT_RECEIVED),
            }
            if body.len() > LARGEST_BODY {
                return Err(TOO_LARGE);
            }
        }
    }
    drop(IncomingBody::finish(incoming));
    Ok(body)
}

fn method(method: &Method) -> &str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(name) => name,
    }
}

fn answer(outparam: ResponseOutparam, status: u16) {
    let response = OutgoingResponse::new(Fields::new());
    // Every status that the engine names is one.
    _ = response.set_status_code(status);
    let body = response.body();
    ResponseOutparam::set(outparam, Ok(response));
    if let Ok(body) = body {
        _ = OutgoingBody::finish(body, None);
    }
}

/// Milliseconds since the Unix epoch.
fn now() -> u64 {
    let now = wall_clock::now();
    now.seconds * 1000 + u64::from(now.nanoseconds / 1_000_000)
}
