//! Rows and pages as texts that other processes read: the answer of a search with just them.

use std::fmt::Write as _;
use std::ops::Range;

use brightpearl_core::SearchPage;
use brightpearl_core::table::{self, Cell, Label};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::columns::ColumnCache;
use crate::error::or_raise;
use crate::page::Page;
use crate::row::Row;

/// The answer that these rows alone would have come in.
pub(crate) fn answer_of(page: &table::Page, rows: Range<usize>) -> String {
    let mut out = String::from("{\"response\":{\"results\":[");
    for (index, row) in rows.clone().enumerate() {
        if index > 0 {
            out.push(',');
        }
        page.row_json(row, &mut out);
    }
    out.push_str("],\"metaData\":{\"columns\":[");
    for (index, column) in page.columns().iter().enumerate() {
        let separator = if index > 0 { "," } else { "" };
        let report_type = column.report_type().map_or("STRING", table::ReportType::name);
        let _ = write!(
            out,
            "{separator}{{\"name\":{},\"reportDataType\":{},\"sortable\":{},\"filterable\":{},\"required\":{},\
             \"referenceData\":[{}]}}",
            text(column.name()),
            text(report_type),
            column.is_sortable(),
            column.is_filterable(),
            column.is_required(),
            column.reference_data().iter().map(|name| text(name)).collect::<Vec<_>>().join(","),
        );
    }
    out.push_str("]}},\"reference\":{");
    out.push_str(&labels(page, &rows).join(","));
    out.push_str("}}");
    out
}

/// What the cells of the rows stand for, column by column.
fn labels(page: &table::Page, rows: &Range<usize>) -> Vec<String> {
    let mut maps = Vec::new();
    for (place, column) in page.columns().iter().enumerate() {
        let Some(name) = column.reference_data().first() else { continue };
        let known = rows.clone().filter_map(|row| Some((column.cell(row), page.label(place, row)?)));
        let entries: Vec<String> = known
            .map(|(cell, label)| {
                let value = match label {
                    Label::Text(name) => text(name),
                    Label::Json(json) => json.to_owned(),
                };
                format!("{}:{value}", key(cell))
            })
            .collect();
        if !entries.is_empty() {
            maps.push(format!("{}:{{{}}}", text(name), entries.join(",")));
        }
    }
    maps
}

/// A cell as the name of a member.
fn key(cell: Cell<'_>) -> String {
    let mut written = String::new();
    cell.write_json(&mut written);
    if written.starts_with('"') { written } else { text(&written) }
}

fn text(text: &str) -> String {
    let mut written = String::new();
    Cell::Text(text).write_json(&mut written);
    written
}

/// No positional arguments, and those by name.
pub(crate) type NewArguments<'py> = (Bound<'py, PyTuple>, Bound<'py, PyDict>);

/// What a value is made of: the attributes that its class takes by their names.
pub(crate) fn new_arguments<'py, T>(value: &Bound<'py, T>, names: &[&str]) -> PyResult<NewArguments<'py>> {
    let members = PyDict::new(value.py());
    for name in names {
        members.set_item(name, value.as_any().getattr(*name)?)?;
    }
    Ok((PyTuple::empty(value.py()), members))
}

/// The function of that name, which pickles refer to.
pub(crate) fn restorer<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("brightpearl._native")?.getattr(name)
}

/// What `brightpearl.html` makes of an object, for notebooks.
pub(crate) fn shown<'py>(
    py: Python<'py>,
    function: &str,
    object: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    py.import("brightpearl.html")?.getattr(function)?.call1((object,))
}

/// A page from the text of its pickle.
#[pyfunction]
pub(crate) fn restore_page(
    py: Python<'_>,
    answer: &[u8],
    first_result: u64,
    duplicates: u64,
) -> PyResult<Page> {
    let page = or_raise(py, table::Page::decode(answer))?;
    let columns = ColumnCache::default().of(py, page.columns())?;
    Ok(Page::new(SearchPage { page, first_result, duplicates }, columns))
}

/// A row from the text of its pickle.
#[pyfunction]
pub(crate) fn restore_row(py: Python<'_>, answer: &[u8]) -> PyResult<Row> {
    Ok(Row::new(Py::new(py, restore_page(py, answer, 1, 0)?)?, 0))
}
