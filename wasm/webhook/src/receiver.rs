//! A request comes in, and a notification goes out before it is answered.

use brightpearl_core::webhook::{Receipt, ReceivedRequest, WebhookReceiver};
use brightpearl_wasm_wasi::{UnreadBody, now, read_body};
use wasip2::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

use crate::bindings::brightpearl::connector::receiving;

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
    // What the platform has configured wrongly is not for Brightpearl's eyes, and can be mended before the next try.
    let Ok(receiver) = WebhookReceiver::from_json(&receiving::receiver()) else { return NOT_RECEIVED };
    let url = request.path_with_query().unwrap_or_default();
    let method = request.method();
    let received = ReceivedRequest { method: method_name(&method), url: &url, body: &body };
    match receiver.receive(&received, now()) {
        Receipt::Accepted { notification, status, status_unless_stored, .. } => {
            let told = serde_json::to_string(&notification).ok();
            let is_delivered = told.is_some_and(|told| receiving::deliver(&told).is_ok());
            if is_delivered { status } else { status_unless_stored }
        }
        Receipt::Refused { status, .. } => status,
    }
}

/// The whole body, or what is answered where it is too large, or cut off.
fn body(request: &IncomingRequest) -> Result<Vec<u8>, u16> {
    let incoming = request.consume().map_err(|()| NOT_RECEIVED)?;
    read_body(incoming, LARGEST_BODY).map_err(|unread| match unread {
        UnreadBody::TooLarge => TOO_LARGE,
        UnreadBody::Cut(_) => NOT_RECEIVED,
    })
}

fn method_name(method: &Method) -> &str {
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
