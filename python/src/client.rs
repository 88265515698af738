//! The shared state of one app on one account.

use brightpearl_core::auth::Tokens;
use brightpearl_core::operation::Operation;
use brightpearl_core::{self as core, Config, Lease, Secret};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::call::Call;
use crate::error::{or_raise, seconds};
use crate::journal::JournalBook;
use crate::json;
use crate::pickled::{NewArguments, new_arguments};

/// One app on one account: starts calls, which share its budget and telemetry.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct Client(core::Client);

#[pymethods]
impl Client {
    /// A client from its configuration: what `dump_json` takes, or the JSON text itself.
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        or_raise(config.py(), configuration(config)?.and_then(core::Client::new)).map(Self)
    }

    /// Goes on with the credentials of a newer configuration; whether they are others.
    fn renew(&self, config: &Bound<'_, PyAny>) -> PyResult<bool> {
        let renewed = configuration(config)?.and_then(|config| self.0.renew_credentials(config.credentials));
        or_raise(config.py(), renewed)
    }

    /// Starts a call from its operation as JSON text. Nothing is sent yet.
    fn start(&self, py: Python<'_>, operation: &str) -> PyResult<Call> {
        or_raise(py, Operation::from_json(operation).and_then(|operation| self.0.start(operation)))
            .map(Call::new)
    }

    /// Starts a push whose journal was read before, and takes that.
    fn start_push(&self, py: Python<'_>, operation: &str, journal: &JournalBook) -> PyResult<Call> {
        let started = Operation::from_json(operation).and_then(|operation| match operation {
            Operation::Push(push) => self.0.push_with_journal(push, journal.take()?),
            Operation::Request(_)
            | Operation::Search(_)
            | Operation::Fetch(_)
            | Operation::Options(_)
            | Operation::Batch(_)
            | Operation::Task(_)
            | Operation::Pull(_) => Err(core::Error::misuse("only a push has a journal; expected a push")),
        });
        or_raise(py, started).map(Call::new)
    }

    /// Goes on with a call from its checkpoint; with one that writes only where that is allowed.
    fn resume(&self, py: Python<'_>, checkpoint: &str, allow_writes: bool) -> PyResult<Call> {
        or_raise(py, self.0.resume(checkpoint, allow_writes)).map(Call::new)
    }

    /// What may be sent at `now`, in milliseconds since the Unix epoch.
    fn budget(&self, now: u64) -> Budget {
        let budget = self.0.budget(now);
        Budget { available: budget.available, quota: budget.quota, wait_seconds: seconds(budget.wait_ms) }
    }

    /// In how many seconds so many more requests have been sent, at the present budget.
    fn forecast(&self, requests: u64, now: u64) -> f64 {
        seconds(self.0.pool().forecast(requests, now))
    }

    /// What to tell a coordinator of several pools at `now`, as a dict.
    fn demand<'py>(&self, py: Python<'py>, now: u64) -> PyResult<Bound<'py, PyAny>> {
        json::load(py, self.0.pool().demand(now).to_json().as_bytes())
    }

    /// Takes what a coordinator grants in answer to a demand.
    fn lease(&self, lease: &Bound<'_, PyAny>, now: u64) -> PyResult<()> {
        let granted = Lease::from_json(json::dump(lease, "lease")?.as_str());
        or_raise(lease.py(), granted.and_then(|granted| self.0.pool().lease(granted, now)))
    }

    /// Sums over the client's life.
    fn statistics(&self) -> Statistics {
        let core::Statistics { requests, retries, throttled, budget_waits, bytes_received, events_dropped } =
            self.0.statistics();
        Statistics { requests, retries, throttled, budget_waits, bytes_received, events_dropped }
    }

    /// What logins brought, as a dict. Secret.
    fn tokens<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        // Not by way of JSON, whose reader keeps texts for the next time.
        let Tokens { token, expires_at, refresh_token, api_domain, installation_instance_id } =
            self.0.tokens();
        let tokens = PyDict::new(py);
        tokens.set_item("token", token.as_ref().map(Secret::expose))?;
        tokens.set_item("expires_at", expires_at)?;
        tokens.set_item("refresh_token", refresh_token.as_ref().map(Secret::expose))?;
        tokens.set_item("api_domain", api_domain)?;
        tokens.set_item("installation_instance_id", installation_instance_id)?;
        Ok(tokens)
    }

    /// How often what `tokens` gives has changed. Compared after each answer.
    fn token_changes(&self) -> u64 {
        self.0.token_changes()
    }

    /// Takes the events since the last time, as a list of dicts, oldest first.
    fn events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = serde_json::to_vec(&self.0.drain_events()).map_err(|error| {
            crate::error::raise(py, &core::Error::misuse(format!("the events cannot be written: {error}")))
        })?;
        json::load(py, &text)
    }
}

/// A configuration as it is given to a client.
fn configuration(given: &Bound<'_, PyAny>) -> PyResult<core::Result<Config>> {
    Ok(match given.cast::<PyString>() {
        Ok(text) => Config::from_json(text.to_str()?),
        Err(_) => Config::from_json(json::dump(given, "settings")?.as_str()),
    })
}

/// What may be sent right now.
#[pyclass(frozen, get_all, module = "brightpearl")]
pub(crate) struct Budget {
    /// Requests that may be sent right now.
    available: u32,
    /// Requests allowed in a period.
    quota: u32,
    /// Seconds until more become available; 0 when nothing stands in the way.
    wait_seconds: f64,
}

#[pymethods]
impl Budget {
    #[new]
    #[pyo3(signature = (*, available, quota, wait_seconds))]
    fn new(available: u32, quota: u32, wait_seconds: f64) -> Self {
        Self { available, quota, wait_seconds }
    }

    fn __getnewargs_ex__<'py>(slf: &Bound<'py, Self>) -> PyResult<NewArguments<'py>> {
        new_arguments(slf, &["available", "quota", "wait_seconds"])
    }

    fn __repr__(&self) -> String {
        let Self { available, quota, wait_seconds } = self;
        format!("Budget(available={available}, quota={quota}, wait_seconds={wait_seconds:?})")
    }
}

/// Sums over a client's life.
#[pyclass(frozen, get_all, module = "brightpearl")]
pub(crate) struct Statistics {
    /// Attempts handed to the transport.
    requests: u64,
    /// Attempts that repeated an earlier one.
    retries: u64,
    /// Answers that said the request cap was reached.
    throttled: u64,
    /// Times that a request had to wait for the budget.
    budget_waits: u64,
    /// Bytes of answers' bodies.
    bytes_received: u64,
    /// Events that were dropped because nobody took them.
    events_dropped: u64,
}

#[pymethods]
impl Statistics {
    #[new]
    #[pyo3(signature = (*, requests, retries, throttled, budget_waits, bytes_received, events_dropped))]
    fn new(
        requests: u64,
        retries: u64,
        throttled: u64,
        budget_waits: u64,
        bytes_received: u64,
        events_dropped: u64,
    ) -> Self {
        Self { requests, retries, throttled, budget_waits, bytes_received, events_dropped }
    }

    fn __getnewargs_ex__<'py>(slf: &Bound<'py, Self>) -> PyResult<NewArguments<'py>> {
        new_arguments(
            slf,
            &["requests", "retries", "throttled", "budget_waits", "bytes_received", "events_dropped"],
        )
    }

    fn __repr__(&self) -> String {
        let Self { requests, retries, throttled, budget_waits, bytes_received, events_dropped } = self;
        format!(
            "Statistics(requests={requests}, retries={retries}, throttled={throttled}, \
             budget_waits={budget_waits}, bytes_received={bytes_received}, events_dropped={events_dropped})"
        )
    }
}
