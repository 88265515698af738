//! Cells as Python objects.

use brightpearl_core::table::{Cell, Label};
use brightpearl_core::value::DateTime;
use brightpearl_core::{Error, Kind};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyString, PyType};

use crate::date_time;
use crate::error::raise;
use crate::json;

/// How date-times are given to Python.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dates {
    /// As `datetime.datetime` with the exact offset.
    Objects,
    /// As the text that the server sent.
    Texts,
}

/// Converts cells, remembering what neighbouring cells share.
pub(crate) struct Converter<'py> {
    py: Python<'py>,
    dates: Dates,
    /// The last offset in minutes, and its `tzinfo`.
    zone: Option<(i16, Bound<'py, PyAny>)>,
    /// The last date-time of each column. Neighbours are often equal: days, and rows written together.
    latest: Vec<Option<(DateTime, Bound<'py, PyAny>)>>,
}

impl<'py> Converter<'py> {
    pub(crate) fn new(py: Python<'py>, dates: Dates) -> Self {
        Self { py, dates, zone: None, latest: Vec::new() }
    }

    /// A cell of a column as an object, shared with the cell before when they are equal.
    pub(crate) fn object_in(&mut self, column: usize, cell: Cell<'_>) -> PyResult<Bound<'py, PyAny>> {
        let Cell::DateTime(timestamp) = cell else { return self.object(cell) };
        if column >= self.latest.len() {
            self.latest.resize(column + 1, None);
        }
        if let Some(Some((known, object))) = self.latest.get(column)
            && *known == timestamp
        {
            return Ok(object.clone());
        }
        let object = self.object(cell)?;
        if let Some(slot) = self.latest.get_mut(column) {
            *slot = Some((timestamp, object.clone()));
        }
        Ok(object)
    }

    /// A cell as an object; `None` for null.
    pub(crate) fn object(&mut self, cell: Cell<'_>) -> PyResult<Bound<'py, PyAny>> {
        match cell {
            Cell::Null => Ok(self.py.None().into_bound(self.py)),
            Cell::Integer(value) => value.into_bound_py_any(self.py),
            Cell::Boolean(value) => value.into_bound_py_any(self.py),
            Cell::Text(text) => Ok(PyString::new(self.py, text).into_any()),
            Cell::DateTime(timestamp) => match self.dates {
                Dates::Objects => self.date_time(timestamp),
                Dates::Texts => Ok(date_time::text(self.py, timestamp)),
            },
            Cell::Decimal(text) => decimal(self.py, text),
            Cell::Json(text) => json::load(self.py, text.as_bytes()),
        }
    }

    /// A label as an object.
    pub(crate) fn label(&self, label: Label<'_>) -> PyResult<Bound<'py, PyAny>> {
        match label {
            Label::Text(text) => Ok(PyString::new(self.py, text).into_any()),
            Label::Json(text) => json::load(self.py, text.as_bytes()),
        }
    }

    fn date_time(&mut self, timestamp: DateTime) -> PyResult<Bound<'py, PyAny>> {
        static DATE_TIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let py = self.py;
        let state = date_time::pickled(timestamp).ok_or_else(|| out_of_range(py, timestamp))?;
        let zone = self.zone(timestamp.offset_minutes().unwrap_or_default())?;
        DATE_TIME.import(py, "datetime", "datetime")?.call1((PyBytes::new(py, &state), zone))
    }

    fn zone(&mut self, minutes: i16) -> PyResult<&Bound<'py, PyAny>> {
        if self.zone.as_ref().is_none_or(|(known, _)| *known != minutes) {
            self.zone = None;
        }
        match &mut self.zone {
            Some((_, zone)) => Ok(zone),
            slot => Ok(&slot.insert((minutes, fixed_zone(self.py, minutes)?)).1),
        }
    }
}

/// The `tzinfo` of an offset. An account has two or so, so they are made once and shared.
fn fixed_zone(py: Python<'_>, minutes: i16) -> PyResult<Bound<'_, PyAny>> {
    static ZONES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let zones = ZONES.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
    if let Some(known) = zones.get_item(minutes)? {
        return Ok(known);
    }
    let zone = new_zone(py, minutes)?;
    zones.set_item(minutes, &zone)?;
    Ok(zone)
}

fn new_zone(py: Python<'_>, minutes: i16) -> PyResult<Bound<'_, PyAny>> {
    static ZONE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static SPAN: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let span = SPAN.import(py, "datetime", "timedelta")?.call1((0, i32::from(minutes) * 60))?;
    ZONE.import(py, "datetime", "timezone")?.call1((span,))
}

fn out_of_range(py: Python<'_>, timestamp: DateTime) -> PyErr {
    let message = format!("the date-time {timestamp} is beyond what `datetime` holds");
    raise(py, &Error::new(Kind::Protocol, message))
}

fn decimal<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")?.call1((text,))
}
