//! A row of a page: a mapping that makes Python objects of its cells when they are asked for.

use std::sync::atomic::{AtomicUsize, Ordering};

use brightpearl_core::table::Cell;
use pyo3::exceptions::{PyAttributeError, PyKeyError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyList, PyString, PyTuple};

use crate::cell::{Converter, Dates};
use crate::page::{Page, dates_of};
use crate::pickled::{answer_of, restorer, shown};

/// One row. `row["orderId"]` and `row.orderId` give a cell, `row.label("orderStatusId")` what it stands for.
#[pyclass(frozen, mapping, module = "brightpearl")]
pub(crate) struct Row {
    page: Py<Page>,
    row: usize,
}

impl Row {
    pub(crate) fn new(page: Py<Page>, row: usize) -> Self {
        Self { page, row }
    }

    fn cell(&self, column: usize) -> Cell<'_> {
        self.page.get().table.cell(column, self.row)
    }

    fn object<'py>(&self, py: Python<'py>, column: usize) -> PyResult<Bound<'py, PyAny>> {
        Converter::new(py, Dates::Objects).object(self.cell(column))
    }

    fn place(&self, name: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
        match name.cast::<PyString>() {
            Ok(name) => self.page.get().columns.place(name),
            Err(_) => Ok(None),
        }
    }

    fn known_place(&self, name: &Bound<'_, PyAny>) -> PyResult<usize> {
        match self.place(name)? {
            Some(place) => Ok(place),
            None => Err(PyKeyError::new_err(self.unknown(name)?)),
        }
    }

    fn unknown(&self, name: &Bound<'_, PyAny>) -> PyResult<String> {
        let columns = self.page.get().table.columns();
        let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
        Ok(format!("no column {}; the row has {}", name.repr()?, names.join(", ")))
    }

    /// The row as a JSON object, exactly as the server meant it.
    pub(crate) fn json_text(&self) -> String {
        let mut out = String::from("{");
        for (index, column) in self.page.get().table.columns().iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            Cell::Text(column.name()).write_json(&mut out);
            out.push(':');
            column.cell(self.row).write_json(&mut out);
        }
        out.push('}');
        out
    }
}

#[pymethods]
impl Row {
    fn __getitem__<'py>(&self, py: Python<'py>, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.object(py, self.known_place(name)?)
    }

    fn __getattr__<'py>(&self, py: Python<'py>, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.place(name)? {
            Some(place) => self.object(py, place),
            None => Err(PyAttributeError::new_err(self.unknown(name)?)),
        }
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.place(name)?.is_some())
    }

    fn __len__(&self) -> usize {
        self.page.get().columns.names().len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.page.get().columns.tuple(py).try_iter()
    }

    fn __eq__<'py>(&self, py: Python<'py>, other: &Bound<'py, PyAny>) -> PyResult<bool> {
        let mine = self.to_dict(py, "datetime")?;
        match other.cast::<Row>() {
            Ok(other) => mine.eq(other.get().to_dict(py, "datetime")?),
            Err(_) => mine.eq(other),
        }
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Row({})", self.to_dict(py, "text")?.repr()?))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let answer = answer_of(&self.page.get().table, self.row..self.row + 1);
        Ok((restorer(py, "restore_row")?, (PyBytes::new(py, answer.as_bytes()),)))
    }

    /// A table for notebooks.
    fn _repr_html_<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        shown(slf.py(), "members", slf.as_any())
    }

    /// The names of the columns.
    fn keys<'py>(&self, py: Python<'py>) -> Bound<'py, PyTuple> {
        self.page.get().columns.tuple(py).clone()
    }

    /// The cells, in the order of the columns.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let mut converter = Converter::new(py, Dates::Objects);
        let columns = self.page.get().table.columns().iter();
        let cells = columns.map(|column| converter.object(column.cell(self.row)));
        PyTuple::new(py, cells.collect::<PyResult<Vec<_>>>()?)
    }

    /// Names and cells.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(self.to_dict(py, "datetime")?.items())
    }

    /// A cell, or `default` when there is no such column.
    #[pyo3(signature = (name, default = None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.place(name)? {
            Some(place) => self.object(py, place).map(Some),
            None => Ok(default),
        }
    }

    /// What a cell stands for by the `reference` maps of the page, such as the name of an order status;
    /// `None` when they do not say.
    fn label<'py>(&self, py: Python<'py>, name: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let place = self.known_place(name)?;
        let label = self.page.get().table.label(place, self.row);
        label.map(|label| Converter::new(py, Dates::Objects).label(label)).transpose()
    }

    /// All cells as a dict. With `dates="text"` date-times stay the texts that the server sent.
    #[pyo3(signature = (*, dates = "datetime"))]
    fn to_dict<'py>(&self, py: Python<'py>, dates: &str) -> PyResult<Bound<'py, PyDict>> {
        self.page.get().dict(&mut Converter::new(py, dates_of(py, dates)?), py, self.row)
    }

    /// The row as the text of a JSON object, exactly as the server meant it.
    fn to_json(&self) -> String {
        self.json_text()
    }
}

/// Goes over the rows of a page, and knows how many it handed out.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct RowIterator {
    page: Py<Page>,
    position: AtomicUsize,
}

impl RowIterator {
    pub(crate) fn new(page: Py<Page>) -> Self {
        Self { page, position: AtomicUsize::new(0) }
    }

    fn rows(&self) -> usize {
        self.page.get().table.rows()
    }

    /// The next row's place, handed out once.
    fn take(&self) -> Option<usize> {
        let rows = self.rows();
        let next = |position: usize| (position < rows).then_some(position + 1);
        self.position.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).ok()
    }
}

#[pymethods]
impl RowIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> Option<Row> {
        self.take().map(|row| Row::new(self.page.clone_ref(py), row))
    }

    /// The page.
    #[getter]
    fn page(&self, py: Python<'_>) -> Py<Page> {
        self.page.clone_ref(py)
    }

    /// How many rows were handed out.
    #[getter]
    fn position(&self) -> usize {
        self.position.load(Ordering::Relaxed)
    }

    /// Whether all rows were handed out.
    #[getter]
    fn is_exhausted(&self) -> bool {
        self.position() >= self.rows()
    }

    /// Counts the rest of the rows as handed out.
    fn skip(&self) {
        self.position.store(self.rows(), Ordering::Relaxed);
    }

    /// The rest of the rows as dicts, counted as handed out one by one.
    fn dicts(slf: &Bound<'_, Self>, dates: &str) -> PyResult<DictIterator> {
        let start = slf.get().position();
        let dicts = slf.get().page.get().dicts(slf.py(), start, dates_of(slf.py(), dates)?)?.unbind();
        Ok(DictIterator { rows: slf.clone().unbind(), dicts, start })
    }
}

/// Goes over the rest of the rows of a page, as dicts. They are made at once, which is cheaper than one by one.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct DictIterator {
    rows: Py<RowIterator>,
    dicts: Py<PyList>,
    /// The row of the first dict.
    start: usize,
}

#[pymethods]
impl DictIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.rows.get().take() {
            Some(row) => self.dicts.bind(py).get_item(row.saturating_sub(self.start)).map(Some),
            None => Ok(None),
        }
    }
}
