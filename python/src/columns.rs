//! The column names of pages, made into Python texts once for all pages that have the same.

use std::sync::{Arc, Mutex, PoisonError};

use brightpearl_core::table;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

/// The names of a page's columns.
pub(crate) struct Columns {
    /// As interned texts, in the order of the answer.
    names: Vec<Py<PyString>>,
    tuple: Py<PyTuple>,
    /// A row whose cells are all null. Copying it costs less than building a dict name by name.
    empty_row: Py<PyDict>,
}

impl Columns {
    fn new(py: Python<'_>, columns: &[table::Column]) -> PyResult<Self> {
        let names: Vec<_> = columns.iter().map(|column| PyString::intern(py, column.name())).collect();
        let empty_row = PyDict::new(py);
        for name in &names {
            empty_row.set_item(name, py.None())?;
        }
        Ok(Self {
            tuple: PyTuple::new(py, &names)?.unbind(),
            names: names.into_iter().map(Bound::unbind).collect(),
            empty_row: empty_row.unbind(),
        })
    }

    pub(crate) fn names(&self) -> &[Py<PyString>] {
        &self.names
    }

    pub(crate) fn tuple<'py>(&self, py: Python<'py>) -> &Bound<'py, PyTuple> {
        self.tuple.bind(py)
    }

    pub(crate) fn empty_row<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.empty_row.bind(py).copy()
    }

    /// The place of a column. Names in source code are interned, so identity finds nearly all of them.
    pub(crate) fn place(&self, name: &Bound<'_, PyString>) -> PyResult<Option<usize>> {
        let py = name.py();
        if let Some(place) = self.names.iter().position(|known| known.is(name)) {
            return Ok(Some(place));
        }
        // Half of a surrogate pair is in no name.
        let Ok(text) = name.to_str() else { return Ok(None) };
        for (place, known) in self.names.iter().enumerate() {
            if known.to_str(py)? == text {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}

/// The columns of the latest page of a call.
#[derive(Default)]
pub(crate) struct ColumnCache(Mutex<Option<(Vec<String>, Arc<Columns>)>>);

impl ColumnCache {
    pub(crate) fn of(&self, py: Python<'_>, columns: &[table::Column]) -> PyResult<Arc<Columns>> {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((texts, known)) = &*latest
            && texts.iter().map(String::as_str).eq(columns.iter().map(table::Column::name))
        {
            return Ok(Arc::clone(known));
        }
        let known = Arc::new(Columns::new(py, columns)?);
        let texts = columns.iter().map(|column| column.name().to_owned()).collect();
        *latest = Some((texts, Arc::clone(&known)));
        Ok(known)
    }
}
