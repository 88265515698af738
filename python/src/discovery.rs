//! What can be asked without an account, as JSON text.

use brightpearl_core::auth::{oauth, signature};
use brightpearl_core::{Headers, Zeroizing, discovery};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error::or_raise;

/// Whether a header's value is not to be shown.
#[pyfunction]
pub(crate) fn header_is_secret(name: &str) -> bool {
    Headers::is_secret(name)
}

/// Every resource in short.
#[pyfunction]
pub(crate) fn catalog() -> String {
    discovery::catalog()
}

/// All about one resource.
#[pyfunction]
pub(crate) fn describe(py: Python<'_>, resource: &str) -> PyResult<String> {
    or_raise(py, discovery::describe(resource))
}

/// Every task.
#[pyfunction]
pub(crate) fn tasks() -> String {
    discovery::tasks()
}

/// Every scheme of credentials, with the texts that it takes.
#[pyfunction]
pub(crate) fn schemes() -> String {
    discovery::schemes()
}

/// The answer to a question, which is JSON as it is.
#[pyfunction]
pub(crate) fn ask(py: Python<'_>, question: &str) -> PyResult<String> {
    crate::error::or_raise(py, brightpearl_core::ask(question))
}

/// What can go wrong.
#[pyfunction]
pub(crate) fn errors() -> String {
    discovery::errors()
}

/// What is wrong with a body.
#[pyfunction]
pub(crate) fn validate(
    py: Python<'_>,
    path: &str,
    verb: &str,
    body: &[u8],
    unknown_members: &str,
) -> PyResult<String> {
    or_raise(py, py.detach(|| discovery::validate(path, verb, body, unknown_members)))
}

/// What a callback says, as JSON text; raises unless it is genuine, and young enough where an age is given.
#[pyfunction]
pub(crate) fn verify_callback(
    py: Python<'_>,
    parameters: Vec<(String, String)>,
    dev_secret: String,
    max_age_ms: Option<u64>,
    now: u64,
) -> PyResult<Bound<'_, PyString>> {
    let freshness = max_age_ms.map(|max_age_ms| signature::Freshness { now, max_age_ms });
    // The token is among them.
    let parameters = Zeroizing::new(parameters);
    let verified = signature::verify_callback(&parameters, &dev_secret.into(), freshness);
    or_raise(py, verified.map(|callback| PyString::new(py, &callback.expose_json())))
}

/// Whether a host is this machine: the only one that plain `http` is allowed for, and that no proxy stands before.
#[pyfunction]
pub(crate) fn is_loopback_host(host: &str) -> bool {
    brightpearl_core::is_loopback_host(host)
}

/// The address of the OAuth page where a person approves an app.
#[pyfunction]
pub(crate) fn authorize_url(
    py: Python<'_>,
    account: &str,
    app_ref: &str,
    redirect_uri: &str,
    state: &str,
) -> PyResult<String> {
    or_raise(py, oauth::authorize_url(account, app_ref, redirect_uri, state))
}
