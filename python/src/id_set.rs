//! Sets of ids.

use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};

use brightpearl_core as core;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyFloat, PyInt, PyString, PyTuple};

use crate::error::or_raise;

/// A set of ids, kept as ascending ranges: `IdSet("1-200,320")` or `IdSet([1, 2, 3])`.
#[pyclass(frozen, eq, hash, module = "brightpearl")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct IdSet(pub(crate) core::IdSet);

#[pymethods]
impl IdSet {
    #[new]
    #[pyo3(signature = (ids = None))]
    fn new(py: Python<'_>, ids: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let Some(ids) = ids else { return Ok(Self(core::IdSet::new())) };
        if let Ok(known) = ids.cast::<IdSet>() {
            return Ok(known.get().clone());
        }
        if let Ok(text) = ids.cast::<PyString>() {
            let Ok(text) = text.to_str() else {
                let message = "the text has half of a surrogate pair; expected ids such as 1-200,320";
                return or_raise(py, Err(core::Error::validation("ids", message)));
            };
            return or_raise(py, core::IdSet::parse(text)).map(Self);
        }
        if ids.is_instance_of::<PyBytes>() || ids.is_instance_of::<PyByteArray>() {
            return Err(PyTypeError::new_err("ids are given as bytes; expected whole numbers, or a text"));
        }
        if is_whole(ids) || ids.is_instance_of::<PyFloat>() || ids.is_instance_of::<PyBool>() {
            return or_raise(py, core::IdSet::from_ids([one_id(py, ids)?])).map(Self);
        }
        // The elements of an Arrow array are no numbers, but know which they are.
        let listed = if ids.hasattr("to_pylist")? { &ids.call_method0("to_pylist")? } else { ids };
        let Some(ids) = several(py, listed)? else {
            let message =
                format!("there are more than {MOST_IDS} of them, or no end; expected fewer in one set");
            return or_raise(py, Err(core::Error::validation("ids", message)));
        };
        or_raise(py, core::IdSet::from_ids(ids)).map(Self)
    }

    fn __getnewargs__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let text = (!self.0.is_empty()).then(|| self.0.to_string());
        PyTuple::new(py, text)
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("IdSet({:?})", self.0.to_string())
    }

    fn __len__(&self) -> usize {
        usize::try_from(self.0.len()).unwrap_or(usize::MAX)
    }

    fn __contains__(&self, id: &Bound<'_, PyAny>) -> bool {
        !id.is_instance_of::<PyBool>() && id.extract::<u64>().is_ok_and(|id| self.0.contains(id))
    }

    fn __iter__(&self) -> IdSetIterator {
        let ranges: Vec<_> = self.0.ranges().rev().collect();
        IdSetIterator(Mutex::new(ranges))
    }

    /// All ids that are in one of the two sets.
    fn union(&self, other: &IdSet) -> Self {
        Self(self.0.union(&other.0))
    }

    /// The ids that are not in the other set.
    fn difference(&self, other: &IdSet) -> Self {
        Self(self.0.difference(&other.0))
    }
}

/// As many as `brightpearl.arguments` takes of anything. More can be given as a text of ranges.
const MOST_IDS: usize = 10_000_000;

/// The ids of an iterable; `None` where there are more than a set takes. What announces so many is not gone over.
fn several(py: Python<'_>, listed: &Bound<'_, PyAny>) -> PyResult<Option<Vec<u64>>> {
    // Of what has no length, or one that cannot be had, the elements tell.
    let fits = listed.len().map_or_else(
        |failure| !failure.is_instance_of::<PyOverflowError>(py),
        |announced| announced <= MOST_IDS,
    );
    let mut ids = Vec::new();
    if !fits {
        return Ok(None);
    }
    for id in listed.try_iter()? {
        if ids.len() == MOST_IDS {
            return Ok(None);
        }
        ids.push(one_id(py, &id?)?);
    }
    Ok(Some(ids))
}

/// An id. A whole number that cannot be one is wrong input; anything else has a wrong type.
fn one_id(py: Python<'_>, id: &Bound<'_, PyAny>) -> PyResult<u64> {
    if id.is_instance_of::<PyBool>() || !is_whole(id) {
        let found = id.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "found {} of type {found}, expected an id: a whole number above 0",
            shown(id)
        )));
    }
    id.extract::<u64>().or_else(|_| {
        let message =
            format!("found id {}, expected a positive integer below 2^63: ids start at 1", shown(id));
        or_raise(py, Err(core::Error::validation("ids", message)))
    })
}

/// What an id says of itself; a number of many digits says nothing, and a foreign object may fail.
fn shown(id: &Bound<'_, PyAny>) -> String {
    id.str().map_or_else(
        |_| "something that cannot be shown".to_owned(),
        |text| text.to_string_lossy().into_owned(),
    )
}

/// Whether it is a whole number, of Python's own or of a library such as numpy.
fn is_whole(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyInt>() || value.call_method0("__index__").is_ok()
}

/// Goes over the ids of a set, ascending.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct IdSetIterator(
    /// What is left, the next range last.
    Mutex<Vec<RangeInclusive<u64>>>,
);

#[pymethods]
impl IdSetIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self) -> Option<u64> {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match left.last_mut()?.next() {
                Some(id) => return Some(id),
                None => _ = left.pop(),
            }
        }
    }
}
