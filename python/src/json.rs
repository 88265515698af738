//! JSON to Python objects and back, without loss.

use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering};

use brightpearl_core::{Error, Kind, SecretText};
use jiter::{FloatMode, PythonParse, StringCacheMode};
use pyo3::exceptions::{PyRecursionError, PyUserWarning};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};

use crate::error::raise;
use crate::id_set::IdSet;
use crate::resources::Resource;
use crate::row::Row;

/// Deeper than any document of the API.
const DEEPEST: usize = 200;

/// Reads JSON. Numbers with a fraction or an exponent become `decimal.Decimal`, so that none is rounded.
pub(crate) fn load<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let parse = PythonParse {
        cache_mode: StringCacheMode::All,
        float_mode: FloatMode::Decimal,
        ..PythonParse::default()
    };
    parse.python_parse(py, text).map_err(|error| {
        let message = format!("the JSON cannot be read: {}", error.error_type);
        raise(py, &Error::new(Kind::Protocol, message).at(format!("byte {}", error.index)))
    })
}

/// Reads JSON from bytes.
#[pyfunction]
pub(crate) fn load_json<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    load(py, text)
}

/// Writes an object as JSON: dicts with text keys, lists, tuples, texts, numbers (`Decimal` digit for digit),
/// booleans, `None`, dates, date-times, rows, resources and id sets. Errors name `place` and a JSON Pointer.
#[pyfunction]
#[pyo3(signature = (value, place = "body"))]
pub(crate) fn dump_json<'py>(value: &Bound<'py, PyAny>, place: &str) -> PyResult<Bound<'py, PyString>> {
    Ok(PyString::new(value.py(), dump(value, place)?.as_str()))
}

/// The text that [`dump_json`] gives, as one that wipes itself: configurations have secrets.
pub(crate) fn dump(value: &Bound<'_, PyAny>, place: &str) -> PyResult<SecretText> {
    let mut writer = Writer { out: SecretText::default(), place, path: Vec::new() };
    writer.value(value)?;
    Ok(writer.out)
}

struct Writer<'a> {
    out: SecretText,
    /// What is being written, for errors.
    place: &'a str,
    /// The way to the value being written, for its JSON Pointer.
    path: Vec<String>,
}

impl Writer<'_> {
    fn value(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if self.path.len() > DEEPEST {
            return Err(PyRecursionError::new_err("the object nests too deeply to be written as JSON"));
        }
        if value.is_none() {
            self.out.push_str("null");
        } else if let Ok(text) = value.cast::<PyString>() {
            self.text(text)?;
        } else if let Ok(boolean) = value.cast::<PyBool>() {
            self.out.push_str(if boolean.is_true() { "true" } else { "false" });
        } else if value.is_instance_of::<PyInt>() {
            self.out.push_str(value.py().get_type::<PyInt>().call_method1("__repr__", (value,))?.extract()?);
        } else if let Ok(number) = value.cast::<PyFloat>() {
            self.float(number)?;
        } else if let Ok(members) = value.cast::<PyDict>() {
            self.object(members)?;
        } else if let Ok(list) = value.cast::<PyList>() {
            self.array(list.iter())?;
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.array(tuple.iter())?;
        } else if let Ok(row) = value.cast::<Row>() {
            self.out.push_str(&row.get().json_text());
        } else if let Ok(resource) = value.cast::<Resource>() {
            self.out.push_str(&String::from_utf8_lossy(resource.get().bytes()));
        } else if let Ok(ids) = value.cast::<IdSet>() {
            self.quoted(&ids.get().0.to_string());
        } else if value.is_instance(decimal_type(value.py())?)? {
            self.decimal(value)?;
        } else if value.hasattr("isoformat")? && !value.is_instance(span_type(value.py())?)? {
            // What is not even equal to itself, such as `pandas.NaT`, is a date that is missing.
            if value.ne(value)? {
                return Err(self.refuse(value.py(), format!("{value} is not a date; expected one")));
            }
            self.moment(value)?;
        } else {
            let found = with_article(&value.get_type().name()?.to_string());
            return Err(self.refuse(value.py(), format!("{found} has no JSON form")));
        }
        Ok(())
    }

    /// A date or a date-time. Brightpearl's have milliseconds (API notes §1.8); those of other systems' records stay.
    fn moment(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        // Timestamps of pandas have nanoseconds beside them.
        let is_left = |name: &str, unit: u32| {
            let found = value.getattr(name).and_then(|found| found.extract::<u32>());
            found.is_ok_and(|found| !found.is_multiple_of(unit))
        };
        let is_finer = is_left("microsecond", 1000) || is_left("nanosecond", 1000);
        if is_finer && self.place != "record" {
            tell_of_cut(value)?;
            let keywords = PyDict::new(value.py());
            keywords.set_item("timespec", "milliseconds")?;
            self.quoted(value.call_method("isoformat", (), Some(&keywords))?.extract()?);
        } else {
            self.quoted(value.call_method0("isoformat")?.extract()?);
        }
        Ok(())
    }

    fn text(&mut self, text: &Bound<'_, PyString>) -> PyResult<()> {
        match text.to_str() {
            Ok(text) => self.quoted(text),
            Err(_) => return Err(self.refuse(text.py(), "the text has half of a surrogate pair".to_owned())),
        }
        Ok(())
    }

    fn quoted(&mut self, text: &str) {
        self.out.push_json(text);
    }

    fn float(&mut self, number: &Bound<'_, PyFloat>) -> PyResult<()> {
        let value = number.value();
        if !value.is_finite() {
            return Err(
                self.refuse(number.py(), format!("{value} is not a JSON number; expected a finite one"))
            );
        }
        self.out.push_str(&format!("{value:?}"));
        Ok(())
    }

    fn decimal(&mut self, number: &Bound<'_, PyAny>) -> PyResult<()> {
        let text = number.str()?;
        if !number.call_method0("is_finite")?.is_truthy()? {
            return Err(
                self.refuse(number.py(), format!("{text} is not a JSON number; expected a finite one"))
            );
        }
        self.out.push_str(text.to_str()?);
        Ok(())
    }

    fn object(&mut self, members: &Bound<'_, PyDict>) -> PyResult<()> {
        self.out.push_str("{");
        for (index, (name, value)) in members.iter().enumerate() {
            let Ok(name) = name.cast::<PyString>() else {
                let found = with_article(&name.get_type().name()?.to_string());
                return Err(self.refuse(value.py(), format!("a member's name is {found}; expected a str")));
            };
            if index > 0 {
                self.out.push_str(",");
            }
            self.text(name)?;
            self.out.push_str(":");
            self.inside(name.to_str()?.to_owned(), &value)?;
        }
        self.out.push_str("}");
        Ok(())
    }

    fn array<'py>(&mut self, elements: impl Iterator<Item = Bound<'py, PyAny>>) -> PyResult<()> {
        self.out.push_str("[");
        for (index, element) in elements.enumerate() {
            if index > 0 {
                self.out.push_str(",");
            }
            self.inside(index.to_string(), &element)?;
        }
        self.out.push_str("]");
        Ok(())
    }

    fn inside(&mut self, step: String, value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.path.push(step);
        self.value(value)?;
        self.path.pop();
        Ok(())
    }

    fn refuse(&self, py: Python<'_>, message: String) -> PyErr {
        let pointer: String =
            self.path.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect();
        let separator = if pointer.is_empty() { "" } else { " " };
        raise(py, &Error::validation(format!("{}{separator}{pointer}", self.place), message))
    }
}

/// A type as it stands in a sentence: `an int`.
fn with_article(name: &str) -> String {
    let article = if name.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}

/// Warns that a date-time has lost what is finer than milliseconds: once in a process, or nothing else would be read.
#[pyfunction]
pub(crate) fn tell_of_cut(value: &Bound<'_, PyAny>) -> PyResult<()> {
    static IS_TOLD: AtomicBool = AtomicBool::new(false);
    if IS_TOLD.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let text: String = value.call_method0("isoformat")?.extract()?;
    let message = format!(
        "the date-time {text} is sent with milliseconds, which is what Brightpearl has; this is told once\0"
    );
    let message = CString::from_vec_with_nul(message.into_bytes()).unwrap_or_default();
    PyErr::warn(value.py(), &value.py().get_type::<PyUserWarning>(), &message, 2)
}

/// Of a span of time. Those of pandas can be written as a text, which no field of the API takes.
fn span_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static SPAN: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    SPAN.import(py, "datetime", "timedelta")
}

fn decimal_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")
}
