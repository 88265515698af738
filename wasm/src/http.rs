//! HTTP messages, both ways.

use brightpearl_core as core;
use core::Zeroizing;

use crate::wit;

impl From<core::Method> for wit::Method {
    fn from(method: core::Method) -> Self {
        match method {
            core::Method::Get => Self::Get,
            core::Method::Options => Self::Options,
            core::Method::Post => Self::Post,
            core::Method::Put => Self::Put,
            core::Method::Patch => Self::Patch,
            core::Method::Delete => Self::Delete,
        }
    }
}

impl From<wit::Method> for core::Method {
    fn from(method: wit::Method) -> Self {
        match method {
            wit::Method::Get => Self::Get,
            wit::Method::Options => Self::Options,
            wit::Method::Post => Self::Post,
            wit::Method::Put => Self::Put,
            wit::Method::Patch => Self::Patch,
            wit::Method::Delete => Self::Delete,
        }
    }
}

impl From<core::Request> for wit::Request {
    fn from(mut request: core::Request) -> Self {
        // What crosses to the host is the host's; what stays here wipes itself.
        let body = std::mem::take(&mut request.body);
        Self {
            method: request.method.into(),
            url: std::mem::take(&mut request.url),
            headers: lines(&request.headers),
            body: (!body.is_empty()).then(|| text(body)),
        }
    }
}

impl From<wit::Response> for core::Response {
    fn from(response: wit::Response) -> Self {
        let wit::Response { status, headers, body } = response;
        Self { status, headers: headers.into_iter().collect(), body }
    }
}

impl From<core::Reply> for wit::Response {
    fn from(reply: core::Reply) -> Self {
        let core::Reply { status, headers, body } = reply;
        Self { status, headers: lines(&headers), body }
    }
}

impl From<wit::TransportFailure> for core::TransportFailure {
    fn from(failure: wit::TransportFailure) -> Self {
        match failure {
            wit::TransportFailure::NotSent(text) => Self::NotSent(text),
            wit::TransportFailure::Unsendable(text) => Self::Unsendable(text),
            wit::TransportFailure::MaybeSent(text) => Self::MaybeSent(text),
        }
    }
}

fn lines(headers: &core::Headers) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Bodies of requests are made of texts.
fn text(value: Vec<u8>) -> String {
    String::from_utf8(value).unwrap_or_else(|error| {
        let bytes = Zeroizing::new(error.into_bytes());
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
