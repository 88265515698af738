//! Cells as Python objects.

use brightpearl_core::table::{Cell, Label, Timestamp};
use brightpearl_core::{Error, Kind};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyString, PyType};

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
}

impl<'py> Converter<'py> {
    pub(crate) fn new(py: Python<'py>, dates: Dates) -> Self {
        Self { py, dates, zone: None }
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
                Dates::Texts => timestamp.to_string().into_bound_py_any(self.py),
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

    /// Makes the object from the ten bytes that `datetime` pickles itself as. Pickles must stay readable, so
    /// that way stays open, and it is several times faster than eight arguments.
    fn date_time(&mut self, timestamp: Timestamp) -> PyResult<Bound<'py, PyAny>> {
        static DATE_TIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let state = pickled(timestamp).ok_or_else(|| out_of_range(self.py, timestamp))?;
        let py = self.py;
        let zone = self.zone(timestamp.offset_minutes())?;
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

fn fixed_zone(py: Python<'_>, minutes: i16) -> PyResult<Bound<'_, PyAny>> {
    static ZONE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static SPAN: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let span = SPAN.import(py, "datetime", "timedelta")?.call1((0, i32::from(minutes) * 60))?;
    ZONE.import(py, "datetime", "timezone")?.call1((span,))
}

fn pickled(timestamp: Timestamp) -> Option<[u8; 10]> {
    let instant = jiff::Timestamp::from_millisecond(timestamp.milliseconds()).ok()?;
    let offset = jiff::tz::Offset::from_seconds(i32::from(timestamp.offset_minutes()) * 60).ok()?;
    let local = offset.to_datetime(instant);
    let [year_high, year_low] = u16::try_from(local.year()).ok().filter(|year| *year > 0)?.to_be_bytes();
    let microsecond = u32::try_from(local.subsec_nanosecond()).ok()? / 1000;
    let [_, micro_high, micro_middle, micro_low] = microsecond.to_be_bytes();
    let small = |value: i8| u8::try_from(value).ok();
    Some([
        year_high,
        year_low,
        small(local.month())?,
        small(local.day())?,
        small(local.hour())?,
        small(local.minute())?,
        small(local.second())?,
        micro_high,
        micro_middle,
        micro_low,
    ])
}

fn out_of_range(py: Python<'_>, timestamp: Timestamp) -> PyErr {
    let message = format!("the date-time {timestamp} is beyond what `datetime` holds");
    raise(py, &Error::new(Kind::Protocol, message))
}

fn decimal<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")?.call1((text,))
}
