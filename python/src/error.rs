//! Raises the engine's errors as the exceptions that the package defines in Python.

use brightpearl_core::{Error, Kind};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList};
use serde::Serialize;

use crate::json;

/// Milliseconds, as the engine counts, in seconds, as Python does.
pub(crate) fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1000.0
}

/// What a function of the engine answered, with its error as an exception.
pub(crate) fn or_raise<T>(py: Python<'_>, result: Result<T, Error>) -> PyResult<T> {
    result.map_err(|error| raise(py, &error))
}

/// The exception for an error, ready to be raised.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    match exception(py, error) {
        Ok(exception) => PyErr::from_value(exception),
        Err(failure) => failure,
    }
}

/// The exception for an error, as an object.
pub(crate) fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let details = PyDict::new(py);
    details.set_item("text", error.to_string())?;
    details.set_item("status", error.status())?;
    let errors = error.errors().iter().map(|error| (error.code.as_str(), error.message.as_str()));
    details.set_item("errors", PyList::new(py, errors.collect::<Vec<_>>())?)?;
    details.set_item("delivery", error.delivery().as_str())?;
    details.set_item("retry_after", error.retry_after().map(seconds))?;
    details.set_item(
        "request",
        error.request().map(|request| (request.method.as_str(), request.url.as_str())),
    )?;
    details.set_item("location", error.location())?;
    details.set_item("advice", error.advice())?;
    details.set_item("retryable", error.is_retryable())?;
    if !error.violations().is_empty() {
        details.set_item("violations", made(py, "violation", error.violations())?)?;
    }
    if !error.verifications().is_empty() {
        details.set_item("verifications", made(py, "verification", error.verifications())?)?;
    }
    if let Some(progress) = error.progress() {
        details.set_item("progress", json::load(py, progress.as_bytes())?)?;
    }
    class(py, error.kind())?.call((error.message(),), Some(&details))
}

/// Plain data of the engine as the objects that a function of `brightpearl.findings` makes of its JSON.
pub(crate) fn made<'py>(
    py: Python<'py>,
    maker: &str,
    data: &[impl Serialize],
) -> PyResult<Bound<'py, PyList>> {
    let text = serde_json::to_vec(data).map_err(|error| {
        raise(py, &Error::misuse(format!("what was found out cannot be written: {error}")))
    })?;
    let maker = py.import("brightpearl.findings")?.getattr(maker)?;
    let objects = json::load(py, &text)?.try_iter()?.map(|one| maker.call1((one?,)));
    PyList::new(py, objects.collect::<PyResult<Vec<_>>>()?)
}

/// The class of a kind, which the package lists by name.
fn class(py: Python<'_>, kind: Kind) -> PyResult<Bound<'_, PyAny>> {
    static CLASSES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let classes = CLASSES.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("brightpearl.exceptions")?.getattr("CLASSES")?.unbind())
    })?;
    classes.bind(py).get_item(kind.as_str())
}
