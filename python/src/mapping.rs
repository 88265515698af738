//! Mapping documents, compiled, and what they make of records.

use brightpearl_core::mapping::{self, Failure, Mapped, NoBody, Reference, Resolved};
use brightpearl_core::{Error, Method, discovery};
use memchr::memchr;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyList, PyTuple};
use serde::Serialize;

use crate::error::{made, or_raise};
use crate::json;
use crate::pickled::restorer;

/// A compiled mapping document.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct CompiledMapping(mapping::Mapping);

#[pymethods]
impl CompiledMapping {
    /// Compiles a document.
    #[new]
    fn new(py: Python<'_>, document: &str) -> PyResult<Self> {
        or_raise(py, py.detach(|| mapping::Mapping::compiled(document))).map(Self)
    }

    /// The document's name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// What the document says of itself.
    #[getter]
    fn description(&self) -> &str {
        self.0.description()
    }

    /// The path that bodies are written to.
    #[getter]
    fn target(&self) -> Option<&str> {
        self.0.target()
    }

    /// The verb that bodies are written with; `None` when records of another system are built.
    #[getter]
    fn method(&self) -> Option<&'static str> {
        self.0.target().map(|_| self.0.method().as_str())
    }

    /// The resource whose records are mapped.
    #[getter]
    fn source(&self) -> Option<&str> {
        self.0.source()
    }

    /// The search and the column that find a record by its key.
    #[getter]
    fn key_search(&self) -> Option<(String, String)> {
        self.0.key_search().map(|found| (found.search, found.column))
    }

    /// The column by which lines belong together.
    #[getter]
    fn group_by(&self) -> Option<&str> {
        self.0.group_by()
    }

    /// Maps one record. `resolved` is a JSON object; may be empty.
    fn map(&self, py: Python<'_>, record: &[u8], resolved: &str) -> PyResult<MappedRecord> {
        or_raise(
            py,
            py.detach(|| Resolved::from_json(resolved).map(|resolved| self.mapped(record, &resolved))),
        )
    }

    /// What becomes of a record that has no JSON form: where and why not.
    fn unreadable(&self, pointer: String, reason: String) -> MappedRecord {
        let nothing = String::new;
        let failure = Failure {
            record: None,
            rule: nothing(),
            target: nothing(),
            source: pointer,
            value: nothing(),
            reason,
        };
        let whole = Err(NoBody::Failed(vec![failure]));
        MappedRecord {
            key: None,
            references: References::Found(Vec::new()),
            whole,
            told: Vec::new(),
            method: None,
            parsed: PyOnceLock::new(),
        }
    }

    /// Maps several records.
    fn map_many(
        &self,
        py: Python<'_>,
        records: Vec<Py<PyBytes>>,
        resolved: &str,
    ) -> PyResult<Vec<MappedRecord>> {
        // Bytes do not change, and the list keeps them.
        let texts: Vec<&[u8]> = records.iter().map(|record| record.as_bytes(py)).collect();
        or_raise(py, py.detach(|| self.each(texts.into_iter(), resolved)))
    }

    /// Maps so many records of JSON Lines at most, from this byte on, and says where the next one begins. Empty
    /// lines are passed over.
    fn map_lines(
        &self,
        py: Python<'_>,
        lines: &[u8],
        start: usize,
        most: usize,
        resolved: &str,
    ) -> PyResult<(Vec<MappedRecord>, usize)> {
        let mut at = start;
        let records = std::iter::from_fn(|| {
            let rest = lines.get(at..).filter(|rest| !rest.is_empty())?;
            let length = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            at += length;
            rest.get(..length)
        });
        let records = records.filter(|line| !line.trim_ascii().is_empty()).take(most);
        let mapped = or_raise(py, py.detach(|| self.each(records, resolved)))?;
        Ok((mapped, at))
    }
}

impl CompiledMapping {
    fn each<'a>(
        &self,
        records: impl Iterator<Item = &'a [u8]>,
        resolved: &str,
    ) -> Result<Vec<MappedRecord>, Error> {
        let resolved = Resolved::from_json(resolved)?;
        Ok(records.map(|record| self.mapped(record, &resolved)).collect())
    }

    fn mapped(&self, record: &[u8], resolved: &Resolved) -> MappedRecord {
        let mapped = self.0.map_without_records(record);
        let resolve = |reference: &Reference| resolved.of(reference);
        let whole = mapped.body(&resolve).and_then(|body| Ok((mapped.path(&resolve)?, body)));
        let method = self.0.target().map(|_| self.0.method().as_str());
        let told = mapped.told(&resolve);
        // What only the body was made of is freed here: of many records, it would be most of the memory.
        let Mapped { key, references, .. } = mapped;
        let references = References::Found(references);
        MappedRecord { key, references, whole, told, method, parsed: PyOnceLock::new() }
    }
}

/// What is looked up for a record: as the engine tells it, or as Python has it out of a pickle.
enum References {
    /// Without the records that something may be created from.
    Found(Vec<Reference>),
    Restored(Vec<Py<PyAny>>),
}

/// The members of a failure, as Python gives them.
type FailureParts = (String, String, String, String, String, Option<String>);

/// What a mapping made of one record. Python objects are made when they are asked for.
#[pyclass(frozen, module = "brightpearl")]
pub(crate) struct MappedRecord {
    key: Option<String>,
    references: References,
    /// The path and the body, or why there is none.
    whole: Result<(String, String), NoBody>,
    told: Vec<String>,
    method: Option<&'static str>,
    parsed: PyOnceLock<Py<PyAny>>,
}

impl MappedRecord {
    fn failed(&self) -> &[Failure] {
        match &self.whole {
            Err(NoBody::Failed(failures)) => failures,
            Err(NoBody::Skipped(_)) | Ok(_) => &[],
        }
    }
}

#[pymethods]
impl MappedRecord {
    /// What tells the record from all others, where the document has a `key`.
    #[getter]
    fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The path that the body goes to; `None` when there is no body, or when it does not go to Brightpearl.
    #[getter]
    fn path(&self) -> Option<&str> {
        let path = self.whole.as_ref().map(|(path, _)| path.as_str()).ok();
        path.filter(|_| self.method.is_some())
    }

    /// The verb that the body is written with.
    #[getter]
    fn method(&self) -> Option<&'static str> {
        self.method
    }

    /// The body, parsed; `None` when there is none. Numbers with a fraction are `decimal.Decimal`.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Ok((_, body)) = &self.whole else { return Ok(None) };
        let parsed =
            self.parsed.get_or_try_init(py, || json::load(py, body.as_bytes()).map(Bound::unbind))?;
        Ok(Some(parsed.bind(py).clone()))
    }

    /// The body's JSON; `None` when there is none.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.whole.as_ref().ok().map(|(_, body)| PyBytes::new(py, body.as_bytes()))
    }

    /// What must be looked up in Brightpearl before the body is whole.
    #[getter]
    fn references<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        #[derive(Serialize)]
        struct Told<'r> {
            text: String,
            #[serde(flatten)]
            reference: &'r Reference,
        }
        let references = match &self.references {
            References::Found(references) => references,
            References::Restored(references) => return PyList::new(py, references),
        };
        let told = references.iter().map(|reference| Told { text: reference.text(), reference });
        made(py, "reference", &told.collect::<Vec<_>>())
    }

    /// Why the record is to be left alone; `None` when it is not.
    #[getter]
    fn skipped(&self) -> Option<&str> {
        match &self.whole {
            Err(NoBody::Skipped(reason)) => Some(reason),
            Err(NoBody::Failed(_)) | Ok(_) => None,
        }
    }

    /// What is to be told of the record though it has a body: what Brightpearl does not have, in the document's words.
    #[getter]
    fn told(&self) -> Vec<String> {
        self.told.clone()
    }

    /// Why the record could not be mapped; empty when it could.
    #[getter]
    fn failures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        made(py, "failure", self.failed())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let parts = |one: &Failure| -> FailureParts {
            let Failure { record, rule, target, source, value, reason } = one.clone();
            (rule, target, source, value, reason, record)
        };
        let failures: Vec<FailureParts> = self.failed().iter().map(parts).collect();
        let whole = self.whole.as_ref().ok();
        let arguments =
            (&self.key, self.method, whole, self.skipped(), failures, &self.told, self.references(py)?);
        Ok((restorer(py, "restore_mapped_record")?, arguments.into_pyobject(py)?))
    }

    fn __repr__(&self) -> String {
        let key = self.key.as_deref().map_or_else(String::new, |key| format!(" of {key}"));
        match &self.whole {
            Ok((_, body)) => format!("<MappedRecord{key} with {} bytes>", body.len()),
            Err(NoBody::Skipped(reason)) => format!("<MappedRecord{key}, skipped: {reason}>"),
            Err(NoBody::Failed(failures)) => {
                format!(
                    "<MappedRecord{key}, failed: {}>",
                    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
                )
            }
        }
    }
}

/// A mapped record from the parts of its pickle.
#[pyfunction]
pub(crate) fn restore_mapped_record(
    key: Option<String>,
    method: Option<&str>,
    whole: Option<(String, String)>,
    skipped: Option<String>,
    failures: Vec<FailureParts>,
    told: Vec<String>,
    references: Vec<Py<PyAny>>,
) -> MappedRecord {
    let failed = failures.into_iter().map(|(rule, target, source, value, reason, record)| Failure {
        record,
        rule,
        target,
        source,
        value,
        reason,
    });
    let no_body = match skipped {
        Some(reason) => NoBody::Skipped(reason),
        None => NoBody::Failed(failed.collect()),
    };
    let method = Method::ALL.iter().map(|known| known.as_str()).find(|known| Some(*known) == method);
    MappedRecord {
        key,
        references: References::Restored(references),
        whole: whole.ok_or(no_body),
        told,
        method,
        parsed: PyOnceLock::new(),
    }
}

/// What is to be said about a document.
#[pyfunction]
pub(crate) fn check_mapping(py: Python<'_>, document: &str) -> String {
    py.detach(|| discovery::check_mapping(document))
}

/// What a document makes of one record.
#[pyfunction]
pub(crate) fn run_mapping(py: Python<'_>, document: &str, record: &[u8], resolved: &str) -> PyResult<String> {
    or_raise(py, py.detach(|| discovery::run_mapping(document, record, resolved)))
}

/// A first document for a target, made of a sample by guessing from names.
#[pyfunction]
pub(crate) fn begin_mapping(py: Python<'_>, sample: &str, target: &str) -> PyResult<String> {
    or_raise(py, py.detach(|| discovery::begin_mapping(sample, target)))
}

/// What a document does, in words.
#[pyfunction]
pub(crate) fn explain_mapping(py: Python<'_>, document: &str) -> PyResult<String> {
    or_raise(py, py.detach(|| discovery::explain_mapping(document)))
}

/// The documents that come with every host.
#[pyfunction]
pub(crate) fn ready_mappings() -> String {
    discovery::ready_mappings()
}

/// The JSON Schema of documents.
#[pyfunction]
pub(crate) fn mapping_schema() -> &'static str {
    mapping::schema()
}
