//! What became of the writes of a batch, and of a task.

use brightpearl_core::BatchResult;
use pyo3::prelude::*;

use crate::error::exception;
use crate::json;
use crate::step::RawReply;

/// What became of some writes of a batch, in the order in which they were given.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct RawResults(Vec<BatchResult>);

impl RawResults {
    pub(crate) fn new(results: Vec<BatchResult>) -> Self {
        Self(results)
    }
}

#[pymethods]
impl RawResults {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// Of each write its place in the batch, its answer, and its exception; one of the last two is `None`.
    #[getter]
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Vec<Item<'py>>> {
        self.0.iter().map(|result| item(py, result)).collect()
    }
}

type Item<'py> = (usize, Option<Bound<'py, RawReply>>, Option<Bound<'py, PyAny>>);

fn item<'py>(py: Python<'py>, result: &BatchResult) -> PyResult<Item<'py>> {
    Ok(match &result.outcome {
        Ok(reply) => (result.index, Some(Bound::new(py, RawReply::new(py, reply))?), None),
        Err(error) => (result.index, None, Some(exception(py, error)?)),
    })
}

/// What a task has done.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct RawTask {
    pub(crate) name: String,
    pub(crate) json: String,
}

#[pymethods]
impl RawTask {
    /// The task's name.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// Its result as JSON text.
    #[getter]
    fn json(&self) -> &str {
        &self.json
    }

    /// Its result, parsed.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::load(py, self.json.as_bytes())
    }
}
