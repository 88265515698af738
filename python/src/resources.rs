//! Resources as the bytes that the server sent, parsed when something in them is asked for.

use brightpearl_core as core;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyType};

use crate::error::exception;
use crate::id_set::IdSet;
use crate::json;
use crate::pickled::shown;

/// Some of the resources of a fetch, with the ids that have none.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct ResourceBatch(core::Resources);

impl ResourceBatch {
    pub(crate) fn new(resources: core::Resources) -> Self {
        Self(resources)
    }
}

#[pymethods]
impl ResourceBatch {
    fn __len__(&self) -> usize {
        self.0.items.len()
    }

    /// The resource at a place of the batch.
    fn resource(slf: Py<Self>, index: usize) -> PyResult<Resource> {
        match slf.get().0.json(index) {
            Some(_) => Ok(Resource { source: Source::Batch(slf, index), parsed: PyOnceLock::new() }),
            None => Err(pyo3::exceptions::PyIndexError::new_err(format!("there is no resource {index}"))),
        }
    }

    /// The ids that the batch is about.
    #[getter]
    fn requested(&self) -> IdSet {
        IdSet(self.0.requested.clone())
    }

    /// The ids that do not exist.
    #[getter]
    fn missing(&self) -> IdSet {
        IdSet(self.0.missing.clone())
    }

    /// The ids that Brightpearl refuses, each with its exception.
    #[getter]
    fn refused<'py>(&self, py: Python<'py>) -> PyResult<Vec<(u64, Bound<'py, PyAny>)>> {
        self.0.refused.iter().map(|refusal| Ok((refusal.id, exception(py, &refusal.error)?))).collect()
    }
}

/// One resource: `order["id"]` parses it once, `order.raw` is what the server sent.
#[pyclass(frozen, mapping, module = "brightpearl")]
pub(crate) struct Resource {
    source: Source,
    parsed: PyOnceLock<Py<PyAny>>,
}

/// Where the bytes are. A batch is kept while one of its resources is: nothing is copied.
enum Source {
    Batch(Py<ResourceBatch>, usize),
    Alone(Vec<u8>),
}

impl Resource {
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.source {
            Source::Batch(batch, index) => batch.get().0.json(*index).unwrap_or_default(),
            Source::Alone(bytes) => bytes,
        }
    }

    fn parsed<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        let parsed = self.parsed.get_or_try_init(py, || json::load(py, self.bytes()).map(Bound::unbind))?;
        Ok(parsed.bind(py))
    }

    fn members<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyDict>> {
        let parsed = self.parsed(py)?;
        parsed.cast::<PyDict>().map_err(|_| {
            let text =
                "the resource is not a JSON object, so it has no members; expected the use of `.value`";
            PyTypeError::new_err(text)
        })
    }
}

#[pymethods]
impl Resource {
    /// A resource from the text of one.
    #[staticmethod]
    fn from_json(py: Python<'_>, raw: &[u8]) -> PyResult<Self> {
        let parsed = json::load(py, raw)?.unbind();
        let slot = PyOnceLock::new();
        // The slot is new, so nothing stands in it yet.
        _ = slot.set(py, parsed);
        Ok(Self { source: Source::Alone(raw.to_vec()), parsed: slot })
    }

    /// `Resource[Order]`, for annotations.
    #[classmethod]
    fn __class_getitem__<'py>(
        kind: &Bound<'py, PyType>,
        of: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        kind.py().import("types")?.getattr("GenericAlias")?.call1((kind, of))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let raw = slf.get().raw(slf.py());
        Ok((slf.get_type().getattr("from_json")?, (raw,)))
    }

    /// The resource's JSON, byte for byte as the server sent it.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.bytes())
    }

    /// The id that the resource says, or that it stands under; `None` when it has none.
    #[getter]
    fn resource_id(&self) -> Option<u64> {
        match &self.source {
            Source::Batch(batch, index) => batch.get().0.items.get(*index).and_then(|item| item.id),
            Source::Alone(_) => None,
        }
    }

    /// The parsed JSON: a dict as a rule. Numbers with a fraction are `decimal.Decimal`.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.parsed(py).cloned()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.members(py)?.as_any().get_item(name)
    }

    fn __contains__(&self, py: Python<'_>, name: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.members(py)?.contains(name)
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.members(py)?.len())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.members(py)?.as_any().try_iter().map(Bound::into_any)
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let mine = self.parsed(py)?;
        match other.cast::<Resource>() {
            Ok(other) => mine.eq(other.get().parsed(py)?),
            Err(_) => mine.eq(other),
        }
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Resource({})", self.parsed(py)?.repr()?))
    }

    /// A table for notebooks.
    fn _repr_html_<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        shown(slf.py(), "members", slf.as_any())
    }

    /// The names of the members.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.members(py)?.call_method0("keys")
    }

    /// The values of the members.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.members(py)?.call_method0("values")
    }

    /// Names and values.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.members(py)?.call_method0("items")
    }

    /// A member's value, or `default` when there is none.
    #[pyo3(signature = (name, default = None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(self.members(py)?.get_item(name)?.or(default))
    }
}
