//! One exchange over `wasi:http`.

use brightpearl_wasm_wasi::{UnreadBody, read_body};
use serde_json::Value;
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
};

use crate::bindings::brightpearl::connector::types::TransportFailure;

/// How long a connection may take to come about.
const CONNECT_NANOSECONDS: u64 = 30_000_000_000;

/// How long an answer may keep silent.
const SILENCE_NANOSECONDS: u64 = 120_000_000_000;

/// What a stream takes at once.
const CHUNK: usize = 4096;

/// The largest answer that is read, as with the driver of the C library.
const LARGEST_BODY: usize = 64 << 20;

/// A request, as the engine's step tells it.
pub(crate) struct Request<'s> {
    method: &'s str,
    url: &'s str,
    headers: Vec<(&'s str, &'s str)>,
    body: &'s str,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl<'s> Request<'s> {
    pub(crate) fn read(sent: &'s Value) -> Self {
        let text = |name| sent.get(name).and_then(Value::as_str).unwrap_or_default();
        let lines = sent.get("headers").and_then(Value::as_array).into_iter().flatten();
        let headers = lines.filter_map(|line| Some((line.get(0)?.as_str()?, line.get(1)?.as_str()?)));
        Self { method: text("method"), url: text("url"), headers: headers.collect(), body: text("body") }
    }
}

/// The answer to a request, or why there is none.
pub(crate) fn transmit(request: &Request<'_>) -> Result<Answer, TransportFailure> {
    let (outgoing, body) = prepared(request)?;
    let options = RequestOptions::new();
    // An implementation without such a limit has none; the exchange does without it then.
    _ = options.set_connect_timeout(Some(CONNECT_NANOSECONDS));
    _ = options.set_first_byte_timeout(Some(SILENCE_NANOSECONDS));
    _ = options.set_between_bytes_timeout(Some(SILENCE_NANOSECONDS));
    let future = handle(outgoing, Some(options)).map_err(|code| failure(&code))?;
    write(body, request.body.as_bytes())?;
    future.subscribe().block();
    match future.get() {
        Some(Ok(Ok(response))) => read(&response),
        Some(Ok(Err(code))) => Err(failure(&code)),
        Some(Err(())) | None => Err(TransportFailure::MaybeSent("the answer was lost".to_owned())),
    }
}

fn prepared(request: &Request<'_>) -> Result<(OutgoingRequest, OutgoingBody), TransportFailure> {
    let unsendable = |what: &str| TransportFailure::Unsendable(format!("wasi:http does not take {what}"));
    let headers = Fields::new();
    let length = request.body.len().to_string();
    let own = (!request.body.is_empty()).then_some(("Content-Length", length.as_str()));
    for (name, value) in request.headers.iter().copied().chain(own) {
        headers.append(name, value.as_bytes()).map_err(|_| unsendable(&format!("the header {name}")))?;
    }
    let (scheme, rest) = match request.url.split_once("://") {
        Some(("http", rest)) => (Scheme::Http, rest),
        Some((_, rest)) => (Scheme::Https, rest),
        None => return Err(unsendable("the URL, which has no scheme")),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let outgoing = OutgoingRequest::new(headers);
    outgoing.set_method(&method(request.method)).map_err(|()| unsendable("the verb"))?;
    outgoing.set_scheme(Some(&scheme)).map_err(|()| unsendable("the URL's scheme"))?;
    outgoing.set_authority(Some(authority)).map_err(|()| unsendable("the URL's host"))?;
    outgoing.set_path_with_query(Some(path)).map_err(|()| unsendable("the URL's path"))?;
    let body = outgoing.body().map_err(|()| unsendable("a body"))?;
    Ok((outgoing, body))
}

fn method(name: &str) -> Method {
    match name {
        "GET" => Method::Get,
        "OPTIONS" => Method::Options,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        other => Method::Other(other.to_owned()),
    }
}

/// A part of the request has left by now, so that whatever fails leaves its outcome open.
fn write(body: OutgoingBody, bytes: &[u8]) -> Result<(), TransportFailure> {
    let lost = |what: &str| TransportFailure::MaybeSent(format!("the request's body could not be {what}"));
    let stream = body.write().map_err(|()| lost("begun"))?;
    for chunk in bytes.chunks(CHUNK) {
        // Where the connection failed, the answer's own error says more.
        if stream.blocking_write_and_flush(chunk).is_err() {
            return Ok(());
        }
    }
    drop(stream);
    _ = OutgoingBody::finish(body, None);
    Ok(())
}

fn read(response: &IncomingResponse) -> Result<Answer, TransportFailure> {
    let cut = |what: &str| TransportFailure::MaybeSent(format!("the answer was cut off: {what}"));
    let status = response.status();
    let lines = response.headers().entries().into_iter();
    let headers = lines.map(|(name, value)| (name, text(value))).collect();
    let incoming = response.consume().map_err(|()| cut("it has no body"))?;
    let body = read_body(incoming, LARGEST_BODY).map_err(|unread| match unread {
        UnreadBody::TooLarge => cut("it has more than 64 MiB"),
        UnreadBody::Cut(why) => cut(&why),
    })?;
    Ok(Answer { status, headers, body })
}

/// The text of a header: UTF-8, or else ISO-8859-1, whose bytes are the first characters.
fn text(value: Vec<u8>) -> String {
    String::from_utf8(value).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
}

/// What is known to come before the first byte of a request, and what no further try can mend. Anything else is in doubt,
/// alerts of TLS among it, which may come behind the request.
fn failure(code: &ErrorCode) -> TransportFailure {
    let words = format!("{code:?}");
    match code {
        ErrorCode::DnsTimeout
        | ErrorCode::DnsError(_)
        | ErrorCode::DestinationNotFound
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpUnroutable
        | ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionLimitReached => TransportFailure::NotSent(words),
        ErrorCode::DestinationIpProhibited
        | ErrorCode::TlsCertificateError
        | ErrorCode::HttpRequestDenied
        | ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestUriTooLong
        | ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestHeaderSectionSize(_)
        | ErrorCode::HttpRequestHeaderSize(_)
        | ErrorCode::ConfigurationError => TransportFailure::Unsendable(words),
        _ => TransportFailure::MaybeSent(words),
    }
}
