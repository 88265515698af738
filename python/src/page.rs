//! A page of a search.

use std::sync::Arc;

use brightpearl_core::{Error, SearchPage, table};
use pyo3::exceptions::{PyIndexError, PyOverflowError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};

use crate::arrow::ArrowTable;
use crate::cell::{Converter, Dates};
use crate::columns::Columns;
use crate::error::raise;
use crate::pickled::{NewArguments, answer_of, new_arguments, restorer, shown};
use crate::row::{Row, RowIterator};

/// What a pickled page is restored from: an answer with its rows, its first result and its duplicates.
type PageParts<'py> = (Bound<'py, PyBytes>, u64, u64);

/// One page of a search, kept as columns. Python objects are made when they are asked for.
#[pyclass(frozen, module = "brightpearl")]
pub(crate) struct Page {
    pub(crate) table: table::Page,
    pub(crate) columns: Arc<Columns>,
    first_result: u64,
    duplicates: u64,
}

impl Page {
    pub(crate) fn new(page: SearchPage, columns: Arc<Columns>) -> Self {
        Self { table: page.page, columns, first_result: page.first_result, duplicates: page.duplicates }
    }

    /// The rows from `start` on as dicts.
    pub(crate) fn dicts<'py>(
        &self,
        py: Python<'py>,
        start: usize,
        dates: Dates,
    ) -> PyResult<Bound<'py, PyList>> {
        let mut converter = Converter::new(py, dates);
        let rows = (start..self.table.rows())
            .map(|row| self.dict(&mut converter, py, row))
            .collect::<PyResult<Vec<_>>>()?;
        PyList::new(py, rows)
    }

    /// One row as a dict.
    pub(crate) fn dict<'py>(
        &self,
        converter: &mut Converter<'py>,
        py: Python<'py>,
        row: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        let dict = self.columns.empty_row(py)?;
        for (place, (name, column)) in self.columns.names().iter().zip(self.table.columns()).enumerate() {
            let cell = column.cell(row);
            // Null is there already.
            if cell != table::Cell::Null {
                dict.set_item(name, converter.object_in(place, cell)?)?;
            }
        }
        Ok(dict)
    }
}

#[pymethods]
impl Page {
    fn __len__(&self) -> usize {
        self.table.rows()
    }

    fn __iter__(slf: Py<Self>) -> RowIterator {
        RowIterator::new(slf)
    }

    fn __getitem__(slf: Py<Self>, py: Python<'_>, index: &Bound<'_, PyAny>) -> PyResult<Row> {
        let rows = slf.get().table.rows();
        let place = match index.extract::<isize>() {
            Ok(index) if index < 0 => index.checked_add_unsigned(rows),
            Ok(index) => Some(index),
            Err(failure) if failure.is_instance_of::<PyOverflowError>(py) => None,
            Err(failure) => return Err(failure),
        };
        let place = place.and_then(|place| usize::try_from(place).ok()).filter(|place| *place < rows);
        match place {
            Some(place) => Ok(Row::new(slf, place)),
            None => Err(PyIndexError::new_err(format!("row {index} is not on the page, which has {rows}"))),
        }
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, PageParts<'py>)> {
        let answer = answer_of(&self.table, 0..self.table.rows());
        let arguments = (PyBytes::new(py, answer.as_bytes()), self.first_result, self.duplicates);
        Ok((restorer(py, "restore_page")?, arguments))
    }

    fn __repr__(&self) -> String {
        format!(
            "<brightpearl.Page of {} rows and {} columns from row {}>",
            self.table.rows(),
            self.table.columns().len(),
            self.first_result
        )
    }

    /// A table for notebooks.
    fn _repr_html_<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        shown(slf.py(), "page", slf.as_any())
    }

    /// The rows from `start` on as dicts. With `dates="text"` date-times stay the texts that the server sent.
    #[pyo3(signature = (start = 0, *, dates = "datetime"))]
    fn to_dicts<'py>(&self, py: Python<'py>, start: usize, dates: &str) -> PyResult<Bound<'py, PyList>> {
        self.dicts(py, start, dates_of(py, dates)?)
    }

    /// The page as an Arrow table.
    fn to_arrow(slf: Py<Self>, py: Python<'_>) -> PyResult<ArrowTable> {
        ArrowTable::new(py, vec![slf], 0, "instant")
    }

    /// The names of the columns, in the order of the answer.
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> Bound<'py, PyTuple> {
        self.columns.tuple(py).clone()
    }

    /// Position of the page's first row in the whole result, from 1.
    #[getter]
    fn first_result(&self) -> u64 {
        self.first_result
    }

    /// Rows that were dropped from this page because an earlier one had them.
    #[getter]
    fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// What the server says of the page.
    #[getter]
    fn metadata(&self) -> Metadata {
        let metadata = self.table.metadata();
        Metadata {
            results_available: metadata.results_available,
            more_pages_available: metadata.more_pages_available,
            results_returned: metadata.results_returned,
            first_result: metadata.first_result,
            last_result: metadata.last_result,
            sorting: metadata
                .sorting
                .iter()
                .map(|sorting| (sorting.name.clone(), sorting.direction.clone()))
                .collect(),
            columns: self.table.columns().iter().map(Column::new).collect(),
        }
    }
}

/// Reads the `dates` parameter.
pub(crate) fn dates_of(py: Python<'_>, name: &str) -> PyResult<Dates> {
    match name {
        "datetime" => Ok(Dates::Objects),
        "text" => Ok(Dates::Texts),
        other => Err(refused(py, "brightpearl.rows", "checked_dates", other)),
    }
}

/// The refusal of a choice, in the words of the function of the package that checks it.
pub(crate) fn refused(py: Python<'_>, module: &str, check: &str, given: &str) -> PyErr {
    let checked = py.import(module).and_then(|module| module.getattr(check)?.call1((given,)));
    match checked {
        Err(refusal) => refusal,
        Ok(_) => raise(py, &Error::misuse(format!("{given:?} is a choice in Python alone"))),
    }
}

/// What the server says of a page: its claims, not what it sent.
#[pyclass(frozen, get_all, module = "brightpearl")]
#[derive(Default)]
pub(crate) struct Metadata {
    /// How many rows the whole search has.
    results_available: Option<u64>,
    /// Whether more pages follow.
    more_pages_available: Option<bool>,
    /// How many rows the page has.
    results_returned: Option<u64>,
    /// The number of the page's first row, from 1.
    first_result: Option<u64>,
    /// The number of the page's last row.
    last_result: Option<u64>,
    /// By what the rows are sorted: column and `ASC` or `DESC`.
    sorting: Vec<(String, String)>,
    /// The columns.
    columns: Vec<Column>,
}

#[pymethods]
impl Metadata {
    /// Of nothing, what is known before any page.
    #[new]
    #[pyo3(signature = (*, results_available = None, more_pages_available = None, results_returned = None,
                        first_result = None, last_result = None, sorting = Vec::new(), columns = Vec::new()))]
    fn new(
        results_available: Option<u64>,
        more_pages_available: Option<bool>,
        results_returned: Option<u64>,
        first_result: Option<u64>,
        last_result: Option<u64>,
        sorting: Vec<(String, String)>,
        columns: Vec<PyRef<'_, Column>>,
    ) -> Self {
        let columns = columns.iter().map(|column| Column::clone(column)).collect();
        Self {
            results_available,
            more_pages_available,
            results_returned,
            first_result,
            last_result,
            sorting,
            columns,
        }
    }

    fn __getnewargs_ex__<'py>(slf: &Bound<'py, Self>) -> PyResult<NewArguments<'py>> {
        new_arguments(
            slf,
            &[
                "results_available",
                "more_pages_available",
                "results_returned",
                "first_result",
                "last_result",
                "sorting",
                "columns",
            ],
        )
    }

    fn __repr__(&self) -> String {
        let number = |value: Option<u64>| value.map_or_else(|| "None".to_owned(), |value| value.to_string());
        format!(
            "Metadata(results_available={}, first_result={}, last_result={})",
            number(self.results_available),
            number(self.first_result),
            number(self.last_result)
        )
    }
}

/// What the server says of a column.
#[pyclass(frozen, get_all, module = "brightpearl")]
#[derive(Clone)]
pub(crate) struct Column {
    /// The name.
    name: String,
    /// `reportDataType`, such as `INTEGER` or `DATETIME`.
    report_type: Option<String>,
    /// Whether it may be sorted by.
    sortable: bool,
    /// Whether it may be filtered by.
    filterable: bool,
    /// The `reference` maps that label it.
    reference_data: Vec<String>,
}

impl Column {
    fn new(column: &table::Column) -> Self {
        Self {
            name: column.name().to_owned(),
            report_type: column.report_type().map(|report_type| report_type.name().to_owned()),
            sortable: column.is_sortable(),
            filterable: column.is_filterable(),
            reference_data: column.reference_data().to_vec(),
        }
    }
}

#[pymethods]
impl Column {
    #[new]
    #[pyo3(signature = (*, name, report_type = None, sortable = false, filterable = false,
                        reference_data = Vec::new()))]
    fn made(
        name: String,
        report_type: Option<String>,
        sortable: bool,
        filterable: bool,
        reference_data: Vec<String>,
    ) -> Self {
        Self { name, report_type, sortable, filterable, reference_data }
    }

    fn __getnewargs_ex__<'py>(slf: &Bound<'py, Self>) -> PyResult<NewArguments<'py>> {
        new_arguments(slf, &["name", "report_type", "sortable", "filterable", "reference_data"])
    }

    fn __repr__(&self) -> String {
        format!("Column(name={:?}, report_type={:?})", self.name, self.report_type.as_deref().unwrap_or(""))
    }
}
