//! The steps that a call asks of its host, other than pages and resources.

use brightpearl_core::{Exchange, Reply};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Transmit a request. Shows no header in its `repr`, since credentials are among them.
#[pyclass(frozen, get_all, module = "brightpearl._native")]
pub(crate) struct Send {
    exchange: u64,
    attempt: u32,
    method: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    body: Py<PyBytes>,
}

impl Send {
    pub(crate) fn new(py: Python<'_>, exchange: Exchange) -> Self {
        let request = exchange.request;
        Self {
            exchange: exchange.id,
            attempt: exchange.attempt,
            method: request.method.as_str(),
            url: request.url,
            headers: lines(&request.headers),
            body: PyBytes::new(py, &request.body).unbind(),
        }
    }
}

/// Poll again at a time in milliseconds since the Unix epoch.
#[pyclass(frozen, get_all, module = "brightpearl._native")]
pub(crate) struct Wait {
    pub(crate) until: u64,
    pub(crate) reason: &'static str,
}

/// All that is allowed is in flight.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct Pending;

/// The call is over.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct Done;

/// The answer to a single request.
#[pyclass(frozen, get_all, module = "brightpearl._native")]
pub(crate) struct RawReply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Py<PyBytes>,
}

impl RawReply {
    pub(crate) fn new(py: Python<'_>, reply: &Reply) -> Self {
        Self {
            status: reply.status,
            headers: lines(&reply.headers),
            body: PyBytes::new(py, &reply.body).unbind(),
        }
    }
}

/// The URIs of an `OPTIONS`.
#[pyclass(frozen, get_all, module = "brightpearl._native")]
pub(crate) struct Uris {
    pub(crate) uris: Vec<String>,
}

/// Header lines as pairs of texts.
pub(crate) fn lines(headers: &brightpearl_core::Headers) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
