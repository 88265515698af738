//! The steps that a call asks of its host, other than pages, resources and data.

use brightpearl_core::{Exchange, Headers, Reply, Request};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Transmit a request. Shows no header in its `repr`, since credentials are among them. What Python is given of it are
/// objects of Python's, which nobody can wipe; the request itself wipes itself.
#[pyclass(name = "Send", frozen, module = "brightpearl._native")]
pub(crate) struct Transmission {
    #[pyo3(get)]
    exchange: u64,
    #[pyo3(get)]
    attempt: u32,
    #[pyo3(get)]
    is_login: bool,
    request: Request,
}

impl Transmission {
    pub(crate) fn new(exchange: Exchange) -> Self {
        let Exchange { id, request, attempt, is_login } = exchange;
        Self { exchange: id, attempt, is_login, request }
    }
}

#[pymethods]
impl Transmission {
    #[getter]
    fn method(&self) -> &'static str {
        self.request.method.as_str()
    }

    #[getter]
    fn url(&self) -> &str {
        &self.request.url
    }

    #[getter]
    fn headers(&self) -> Vec<(&str, &str)> {
        self.request.headers.iter().collect()
    }

    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.request.body)
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
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct RawReply {
    #[pyo3(get)]
    status: u16,
    headers: Headers,
    #[pyo3(get)]
    body: Py<PyBytes>,
}

impl RawReply {
    pub(crate) fn new(py: Python<'_>, reply: &Reply) -> Self {
        let Reply { status, headers, body } = reply;
        Self { status: *status, headers: headers.clone(), body: PyBytes::new(py, body).unbind() }
    }
}

#[pymethods]
impl RawReply {
    #[getter]
    fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().collect()
    }
}

/// Feed the call at most so many records, or say that there are no more.
#[pyclass(frozen, get_all, module = "brightpearl._native")]
pub(crate) struct Feed {
    pub(crate) room: usize,
}

/// Whole lines for a journal, to be kept for good before the call is polled again.
#[pyclass(frozen, get_all, module = "brightpearl._native")]
pub(crate) struct RawJournal {
    pub(crate) text: String,
}
