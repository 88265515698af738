//! What pushes ask for, and what pushes and pulls put out.

use brightpearl_core::flow::{self, Records};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyList};

use crate::error::{exception, made};
use crate::json;

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

/// What became of some records of a push.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct RawOutcomes(Vec<flow::Outcome>);

impl RawOutcomes {
    pub(crate) fn new(outcomes: Vec<flow::Outcome>) -> Self {
        Self(outcomes)
    }
}

#[pymethods]
impl RawOutcomes {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// Of each record its outcome as JSON, and the exception in it.
    #[getter]
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, Option<Bound<'py, PyAny>>)>> {
        let item = |outcome: &flow::Outcome| {
            let error = outcome.error.as_ref().map(|error| exception(py, error)).transpose()?;
            Ok((outcome.to_json(), error))
        };
        self.0.iter().map(item).collect()
    }
}

/// Some records of a pull.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct RawRecords(Records);

impl RawRecords {
    pub(crate) fn new(records: Records) -> Self {
        Self(records)
    }
}

#[pymethods]
impl RawRecords {
    fn __len__(&self) -> usize {
        self.0.records.len()
    }

    /// What the pull calls the resource.
    #[getter]
    fn resource(&self) -> &str {
        &self.0.resource
    }

    /// All of it as JSON.
    #[getter]
    fn json(&self) -> String {
        self.0.to_json()
    }

    /// The record at a place.
    fn record(slf: Py<Self>, index: usize) -> PyResult<PulledRecord> {
        if index < slf.get().0.records.len() {
            return Ok(PulledRecord {
                records: slf,
                index,
                record: PyOnceLock::new(),
                source: PyOnceLock::new(),
            });
        }
        Err(pyo3::exceptions::PyIndexError::new_err(format!("there is no record {index}")))
    }
}

/// One record of a pull, or what is known of it. Its JSON is parsed when something in it is asked for.
#[pyclass(frozen, module = "brightpearl")]
pub(crate) struct PulledRecord {
    /// Kept while one of its records is: nothing is copied.
    records: Py<RawRecords>,
    index: usize,
    record: PyOnceLock<Py<PyAny>>,
    source: PyOnceLock<Py<PyAny>>,
}

impl PulledRecord {
    fn pulled(&self) -> Option<&flow::PulledRecord> {
        self.records.get().0.records.get(self.index)
    }
}

#[pymethods]
impl PulledRecord {
    /// What the pull calls the resource.
    #[getter]
    fn resource(&self) -> &str {
        &self.records.get().0.resource
    }

    /// Its id in Brightpearl; `None` when it has none.
    #[getter]
    fn id(&self) -> Option<u64> {
        self.pulled()?.id
    }

    /// When it changed, as Brightpearl wrote it; `None` when that is not known.
    #[getter]
    fn changed(&self) -> Option<&str> {
        self.pulled()?.changed.as_deref()
    }

    /// Whether it is gone. It then has no `record`.
    #[getter]
    fn deleted(&self) -> bool {
        self.pulled().is_some_and(|pulled| pulled.deleted)
    }

    /// The mapped record, or Brightpearl's own without a mapping, parsed; `None` when there is none. Numbers with
    /// a fraction are `decimal.Decimal`.
    #[getter]
    fn record<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let text = self.pulled().and_then(|pulled| pulled.record.as_deref());
        text.map(|text| parsed(py, &self.record, text.get())).transpose()
    }

    /// The JSON of `record`; `None` when there is none.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        let text = self.pulled()?.record.as_deref()?;
        Some(PyBytes::new(py, text.get().as_bytes()))
    }

    /// Why the mapping leaves it out; `None` when it does not.
    #[getter]
    fn skipped(&self) -> Option<&str> {
        self.pulled()?.skipped.as_deref()
    }

    /// Why it could not be mapped or read; empty when it could.
    #[getter]
    fn failures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        made(py, "failure", self.pulled().map_or(&[], |pulled| &pulled.failures))
    }

    /// Brightpearl's own record where the mapping failed, parsed; `None` otherwise.
    #[getter]
    fn source<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let text = self.pulled().and_then(|pulled| pulled.source.as_deref());
        text.map(|text| parsed(py, &self.source, text.get())).transpose()
    }

    fn __repr__(&self) -> String {
        let id = self.id().map_or_else(|| "None".to_owned(), |id| id.to_string());
        let deleted = if self.deleted() { ", deleted" } else { "" };
        format!("<PulledRecord {} {id}{deleted}>", self.resource())
    }
}

fn parsed<'py>(py: Python<'py>, slot: &PyOnceLock<Py<PyAny>>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let parsed = slot.get_or_try_init(py, || json::load(py, text.as_bytes()).map(Bound::unbind))?;
    Ok(parsed.bind(py).clone())
}
