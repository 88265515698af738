//! A call: polled, answered, and told what was consumed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use brightpearl_core::{self as core, Headers, Response, ShapedOutput, TransportFailure};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::columns::ColumnCache;
use crate::data::RawData;
use crate::error::{or_raise, seconds};
use crate::page::Page;
use crate::pickled::{NewArguments, new_arguments};
use crate::resources::ResourceBatch;
use crate::step::{Done, Feed, Pending, RawJournal, RawReply, Transmission, Wait};

/// One purpose under way. It never acts by itself: it is polled, and told what came of what it asked for.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct Call {
    engine: Mutex<core::Call>,
    columns: ColumnCache,
}

impl Call {
    pub(crate) fn new(call: core::Call) -> Self {
        Self { engine: Mutex::new(call), columns: ColumnCache::default() }
    }

    /// The engine, for one step. Only ever waited for without the interpreter lock, and never held while
    /// waiting for it, so the two cannot block each other.
    fn with<T: Send>(&self, py: Python<'_>, step: impl FnOnce(&mut core::Call) -> T + Send) -> T {
        py.detach(|| step(&mut lock(&self.engine)))
    }
}

fn lock(engine: &Mutex<core::Call>) -> MutexGuard<'_, core::Call> {
    // The engine does not panic; if it did, its own checks would say that the call is over.
    engine.lock().unwrap_or_else(PoisonError::into_inner)
}

#[pymethods]
impl Call {
    /// What to do next, at `now` in milliseconds since the Unix epoch.
    fn poll<'py>(&self, py: Python<'py>, now: u64) -> PyResult<Bound<'py, PyAny>> {
        match or_raise(py, self.with(py, |call| call.poll(now)))? {
            core::Step::Send(exchange) => Transmission::new(exchange).into_bound_py_any(py),
            core::Step::Wait { until, reason } => {
                Wait { until, reason: reason.as_str() }.into_bound_py_any(py)
            }
            core::Step::Pending => Pending.into_bound_py_any(py),
            core::Step::Feed { room } => Feed { room }.into_bound_py_any(py),
            core::Step::Done => Done.into_bound_py_any(py),
            core::Step::Output(output) => match py.detach(|| output.shaped()) {
                ShapedOutput::Page(page) => {
                    let columns = self.columns.of(py, page.page.columns())?;
                    Page::new(page, columns).into_bound_py_any(py)
                }
                ShapedOutput::Resources(resources) => ResourceBatch::new(resources).into_bound_py_any(py),
                ShapedOutput::Reply(reply) => RawReply::new(py, &reply).into_bound_py_any(py),
                ShapedOutput::Journal(text) => RawJournal { text }.into_bound_py_any(py),
                ShapedOutput::Data(data) => RawData::new(data).into_bound_py_any(py),
            },
        }
    }

    /// Has the call do otherwise than its client, as JSON says.
    fn adjust(&self, py: Python<'_>, adjustment: &str) -> PyResult<()> {
        let adjustment = or_raise(py, core::CallAdjustment::from_json(adjustment))?;
        or_raise(py, self.with(py, |call| call.adjust(adjustment)))
    }

    /// Gives a push one record.
    fn feed(&self, py: Python<'_>, record: &[u8]) -> PyResult<()> {
        or_raise(py, self.with(py, |call| call.feed(record)))
    }

    /// Tells a push that there are no more records.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        or_raise(py, self.with(py, |call| call.finish()))
    }

    /// Takes the answer to an exchange, and decodes it.
    fn answer(
        &self,
        py: Python<'_>,
        exchange: u64,
        status: u16,
        headers: Vec<(String, String)>,
        body: &[u8],
        now: u64,
    ) -> PyResult<()> {
        let response = Response { status, headers: Headers::from_iter(headers), body: body.to_vec() };
        or_raise(py, self.with(py, |call| call.answer(exchange, response, now)))
    }

    /// Takes note that an exchange has no answer, and what became of the request: `not-sent`, `unsendable` or
    /// `maybe-sent`.
    fn fail(&self, py: Python<'_>, exchange: u64, sent: &str, text: String, now: u64) -> PyResult<()> {
        let failure = match sent {
            "not-sent" => TransportFailure::NotSent(text),
            "unsendable" => TransportFailure::Unsendable(text),
            "maybe-sent" => TransportFailure::MaybeSent(text),
            _ => return Err(PyValueError::new_err("expected not-sent, unsendable or maybe-sent")),
        };
        or_raise(py, self.with(py, |call| call.fail(exchange, failure, now)))
    }

    /// Takes note that the first `items` of the latest output were consumed.
    fn acknowledge(&self, py: Python<'_>, items: usize) -> PyResult<()> {
        or_raise(py, self.with(py, |call| call.acknowledge(items)))
    }

    /// Ends the call.
    fn cancel(&self, py: Python<'_>, now: u64) {
        self.with(py, |call| call.cancel(now));
    }

    /// Where consumption stands, as a text for `Client.resume`.
    fn checkpoint(&self, py: Python<'_>) -> PyResult<String> {
        or_raise(py, self.with(py, |call| call.checkpoint()))
    }

    /// How much is still to do.
    fn explain(&self, py: Python<'_>, now: u64) -> Explanation {
        let explanation = self.with(py, |call| call.explain(now));
        Explanation {
            requests_sent: explanation.requests_sent,
            requests_needed: explanation.requests_needed,
            exact: explanation.exact,
            items: explanation.items,
            seconds: seconds(explanation.milliseconds),
        }
    }

    /// What the call does: `request`, `search`, `fetch`, `options`, `batch`, `task`, `push` or `pull`.
    #[getter]
    fn operation(&self, py: Python<'_>) -> &'static str {
        self.with(py, |call| call.operation().kind().as_str())
    }
}

/// How much of a call is still to do.
#[pyclass(frozen, get_all, module = "brightpearl")]
pub(crate) struct Explanation {
    /// Requests sent so far, retries among them.
    requests_sent: u64,
    /// Requests still needed when nothing fails.
    requests_needed: u64,
    /// Whether that number is known; otherwise it is a lower bound.
    exact: bool,
    /// Rows or ids that the whole call is about, when known.
    items: Option<u64>,
    /// Seconds until the last of them may be sent, at the present budget and with no one else asking.
    seconds: f64,
}

#[pymethods]
impl Explanation {
    #[new]
    #[pyo3(signature = (*, requests_sent, requests_needed, exact, items, seconds))]
    fn new(requests_sent: u64, requests_needed: u64, exact: bool, items: Option<u64>, seconds: f64) -> Self {
        Self { requests_sent, requests_needed, exact, items, seconds }
    }

    fn __getnewargs_ex__<'py>(slf: &Bound<'py, Self>) -> PyResult<NewArguments<'py>> {
        new_arguments(slf, &["requests_sent", "requests_needed", "exact", "items", "seconds"])
    }

    fn __repr__(&self) -> String {
        let items = self.items.map_or_else(|| "None".to_owned(), |items| items.to_string());
        format!(
            "Explanation(requests_sent={}, requests_needed={}, exact={}, items={items}, seconds={:?})",
            self.requests_sent,
            self.requests_needed,
            if self.exact { "True" } else { "False" },
            self.seconds
        )
    }
}
