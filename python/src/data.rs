//! Outputs that are data: URIs, results of a batch or a task, outcomes of a push, records of a pull.

use brightpearl_core::{Data, Item, SecretText};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::exception;
use crate::json;

/// An output that is data, as items of JSON.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct RawData(Data);

impl RawData {
    pub(crate) fn new(data: Data) -> Self {
        Self(data)
    }

    fn item(&self, index: usize) -> PyResult<&Item> {
        self.0.items.get(index).ok_or_else(|| PyIndexError::new_err(format!("there is no item {index}")))
    }
}

#[pymethods]
impl RawData {
    /// Which sort of output it is.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind.as_str()
    }

    /// The task, or what a pull calls the resource.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    fn __len__(&self) -> usize {
        self.0.items.len()
    }

    /// All of an item as JSON.
    fn json(&self, index: usize) -> PyResult<&str> {
        Ok(&self.item(index)?.json)
    }

    /// An item, parsed, with `None` for the record of a pull, which [`record`](Self::record) has: so nobody parses it
    /// twice.
    fn value<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        let Item { json, record, .. } = self.item(index)?;
        let Some(place) = record else { return json::load(py, json.as_bytes()) };
        let mut around = SecretText::default();
        around.push_str(&json[..place.start]);
        around.push_str("null");
        around.push_str(&json[place.end..]);
        json::load(py, around.as_str().as_bytes())
    }

    /// The JSON of the record of a pull.
    fn record<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let Item { json, record, .. } = self.item(index)?;
        Ok(record.clone().map(|place| PyBytes::new(py, json[place].as_bytes())))
    }

    /// The exception for the error that an item tells of.
    fn error<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.item(index)?.error.as_ref().map(|error| exception(py, error)).transpose()
    }
}
