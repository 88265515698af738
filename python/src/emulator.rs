//! The emulated Brightpearl, for tests, demonstrations and work without an account.

use std::sync::{Mutex, MutexGuard, PoisonError};

use brightpearl_core::{Error, Headers, Kind, Method, Request};
use brightpearl_emulator as emulator;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::{or_raise, raise};
use crate::json;

/// One emulated account, as a function from a request and a time to an answer.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct Emulator(Mutex<emulator::Desk>);

impl Emulator {
    /// The emulator, for one request. Only ever waited for without the interpreter lock.
    fn lock(&self) -> MutexGuard<'_, emulator::Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The emulator behind a desk of which a server makes more.
    fn at_a_desk(emulator: emulator::Emulator) -> Self {
        Self(Mutex::new(emulator::Desk::new(emulator, emulator::DeskSettings::default(), 0)))
    }
}

#[pymethods]
impl Emulator {
    /// An account from its configuration as JSON text.
    #[new]
    fn new(py: Python<'_>, config: &str) -> PyResult<Self> {
        let emulator = emulator::Config::from_json(config).and_then(emulator::Emulator::new);
        or_raise(py, emulator.map_err(|error| Error::validation("config", error.to_string())))
            .map(Self::at_a_desk)
    }

    /// What becomes of a request at `now`, in milliseconds since the Unix epoch.
    fn respond(
        &self,
        py: Python<'_>,
        method: &str,
        url: String,
        headers: Vec<(String, String)>,
        body: &[u8],
        now: u64,
    ) -> PyResult<Outcome> {
        let request = request(py, method, url, headers, body)?;
        let outcome = py.detach(|| self.lock().emulator_mut().respond(&request, now));
        Ok(Outcome::new(py, outcome, None))
    }

    /// What becomes of a request that came to a server at `machine`, by the machine's clock.
    fn serve(
        &self,
        py: Python<'_>,
        method: &str,
        url: String,
        headers: Vec<(String, String)>,
        body: &[u8],
        machine: u64,
    ) -> PyResult<Outcome> {
        let request = request(py, method, url, headers, body)?;
        let served = py.detach(|| self.lock().respond(&request, machine));
        Ok(Outcome::new(py, served.outcome, served.logged))
    }

    /// What a server does besides answering; a time is read as ISO 8601 has it.
    fn set_desk(
        &self,
        py: Python<'_>,
        is_administered: bool,
        latency_ms: u64,
        clock: Option<&str>,
        is_logged: bool,
        machine: u64,
    ) -> PyResult<()> {
        let clock_ms = match clock {
            None => None,
            Some(text) => Some(or_raise(
                py,
                emulator::clock_of(text).ok_or_else(|| {
                    let message =
                        format!("{text:?} is not a time; expected one such as 2026-07-01T09:30:00Z");
                    Error::validation("clock", message)
                }),
            )?),
        };
        let settings = emulator::DeskSettings { is_administered, latency_ms, clock_ms, is_logged };
        py.detach(|| self.lock().set(settings, machine));
        Ok(())
    }

    /// What a server's clock shows.
    fn clock(&self, py: Python<'_>, machine: u64) -> u64 {
        py.detach(|| self.lock().now(machine))
    }

    /// A fault plan, as JSON text, with faults that are written in short besides.
    #[staticmethod]
    fn with_faults(py: Python<'_>, plan: &str, faults: Vec<String>) -> PyResult<String> {
        let refused = |error: emulator::ConfigError| Error::validation("faults", error.to_string());
        let mut plan = or_raise(py, emulator::FaultPlan::from_json(plan).map_err(refused))?;
        for fault in faults {
            or_raise(py, plan.add(&fault).map_err(refused))?;
        }
        let text = serde_json::to_string(&plan);
        or_raise(py, text.map_err(|error| Error::misuse(format!("the faults cannot be written: {error}"))))
    }

    /// The kinds of faults as they are written in short, and what each does.
    #[staticmethod]
    fn fault_words() -> Vec<(&'static str, &'static str)> {
        emulator::FAULT_WORDS.to_vec()
    }

    /// The hosts that a server stands in for by a hosts file.
    #[staticmethod]
    fn hosts() -> Vec<&'static str> {
        emulator::HOSTS.to_vec()
    }

    /// The authority, the certificate and the key of a server on the loopback, in PEM.
    #[staticmethod]
    fn certificates(py: Python<'_>, machine: u64) -> PyResult<(String, String, String)> {
        let made = py.detach(|| emulator::make_certificates(machine));
        let made = made.map_err(|error| Error::misuse(format!("no certificate can be made here: {error}")));
        or_raise(py, made).map(|made| (made.authority, made.certificate, made.key))
    }

    /// By what the lists of countries and currencies were written.
    #[staticmethod]
    fn editions() -> (&'static str, &'static str) {
        let emulator::Editions { countries, currencies } = emulator::editions();
        (countries, currencies)
    }

    /// Continues an account that was saved.
    #[staticmethod]
    fn load(py: Python<'_>, state: &str) -> PyResult<Self> {
        let loaded = py.detach(|| emulator::Emulator::load(state));
        or_raise(py, loaded.map_err(|error| Error::validation("state", error.to_string())))
            .map(Self::at_a_desk)
    }

    /// The account as JSON text.
    fn save(&self, py: Python<'_>) -> PyResult<String> {
        let saved = py.detach(|| self.lock().emulator().save());
        or_raise(py, saved.map_err(|error| Error::misuse(error.to_string())))
    }

    /// Puts the account back to how it was made.
    fn reset(&self, py: Python<'_>) {
        py.detach(|| self.lock().emulator_mut().reset());
    }

    /// Everything in which the account contradicts itself, in words.
    fn audit(&self, py: Python<'_>) -> Vec<String> {
        py.detach(|| self.lock().emulator().audit())
    }

    /// Takes another fault plan, as JSON text.
    fn set_faults(&self, py: Python<'_>, faults: &str) -> PyResult<()> {
        let faults: emulator::FaultPlan = or_raise(
            py,
            serde_json::from_str(faults).map_err(|error| Error::validation("faults", error.to_string())),
        )?;
        let taken = py.detach(|| self.lock().emulator_mut().set_faults(faults));
        or_raise(py, taken.map_err(|error| Error::validation("faults", error.to_string())))
    }

    /// The requests of webhooks that are due at `now`.
    fn deliveries(&self, py: Python<'_>, now: u64) -> Vec<RawDelivery> {
        let due = py.detach(|| self.lock().emulator_mut().deliveries(now));
        due.into_iter().map(|delivery| RawDelivery::new(py, delivery)).collect()
    }

    /// When the next delivery is due, in milliseconds since the Unix epoch.
    fn next_delivery(&self, py: Python<'_>) -> Option<u64> {
        py.detach(|| self.lock().emulator().next_delivery())
    }

    /// Takes note of what became of a delivery: the status of its answer, `None` for none.
    fn delivered(&self, py: Python<'_>, id: u64, status: Option<u16>, now: u64) -> bool {
        let receipt = status.map_or(emulator::Receipt::Failed, emulator::Receipt::Answered);
        py.detach(|| self.lock().emulator_mut().delivered(id, receipt, now))
    }

    /// The credentials that the account accepts: the names and values of their two headers.
    #[getter]
    fn credentials(&self, py: Python<'_>) -> Vec<Vec<(String, String)>> {
        py.detach(|| {
            let desk = self.lock();
            desk.emulator()
                .config()
                .credentials
                .iter()
                .map(|credential| lines(&credential.headers()))
                .collect()
        })
    }

    /// The account code.
    #[getter]
    fn account(&self, py: Python<'_>) -> String {
        py.detach(|| self.lock().emulator().config().account.clone())
    }

    /// What was counted so far, as a dict.
    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = py.detach(|| serde_json::to_vec(self.lock().emulator().statistics()));
        let text = text.map_err(|error| Error::misuse(format!("the statistics cannot be written: {error}")));
        json::load(py, &or_raise(py, text)?)
    }
}

/// A request as Python has it.
fn request(
    py: Python<'_>,
    method: &str,
    url: String,
    headers: Vec<(String, String)>,
    body: &[u8],
) -> PyResult<Request> {
    let Ok(method) = method.parse::<Method>() else {
        let message = format!("{method:?} is not a verb of the API; expected one such as GET");
        return Err(raise(py, &Error::new(Kind::Validation, message).at("method")));
    };
    Ok(Request { method, url, headers: Headers::from_iter(headers), body: body.to_vec() })
}

/// What to act out: an answer after so many seconds, or a connection that goes away.
#[pyclass(frozen, get_all, module = "brightpearl._native")]
pub(crate) struct Outcome {
    /// The status; `None` when the connection goes away without an answer.
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Py<PyBytes>,
    after_seconds: f64,
    /// The line for a server's log, if one is wanted.
    logged: Option<String>,
}

impl Outcome {
    fn new(py: Python<'_>, outcome: emulator::Outcome, logged: Option<String>) -> Self {
        match outcome {
            emulator::Outcome::Answer { response, after_ms } => Self {
                status: Some(response.status),
                headers: lines(&response.headers),
                body: PyBytes::new(py, &response.body).unbind(),
                after_seconds: crate::error::seconds(after_ms),
                logged,
            },
            emulator::Outcome::ConnectionLost { applied: _ } => Self {
                status: None,
                headers: Vec::new(),
                body: PyBytes::new(py, b"").unbind(),
                after_seconds: 0.0,
                logged,
            },
        }
    }
}

/// A request of a webhook.
#[pyclass(frozen, get_all, module = "brightpearl._native")]
pub(crate) struct RawDelivery {
    id: u64,
    webhook: u32,
    attempt: u32,
    method: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    body: Py<PyBytes>,
}

impl RawDelivery {
    fn new(py: Python<'_>, delivery: emulator::Delivery) -> Self {
        let emulator::Delivery { id, webhook, attempt, request } = delivery;
        Self {
            id,
            webhook,
            attempt,
            method: request.method.as_str(),
            url: request.url.clone(),
            headers: lines(&request.headers),
            body: PyBytes::new(py, &request.body).unbind(),
        }
    }
}

/// Header lines as pairs of texts.
fn lines(headers: &Headers) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
