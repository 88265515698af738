//! A cell, and cells written as JSON.

use std::fmt::Write;

use crate::json::write_string;
use crate::value::DateTime;

/// One cell, borrowed from its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// `null`.
    Null,
    /// A whole number.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// A text, without escapes.
    Text(&'a str),
    /// An instant.
    DateTime(DateTime),
    /// A number of a column with numbers beyond 64-bit integers, exactly as the answer spells it.
    Decimal(&'a str),
    /// A value of a column with more than one sort of values, or with arrays or objects, as JSON.
    Json(&'a str),
}

/// Appends a cell as JSON.
pub(super) fn write_cell(cell: Cell<'_>, out: &mut String) {
    match cell {
        Cell::Null => out.push_str("null"),
        Cell::Boolean(true) => out.push_str("true"),
        Cell::Boolean(false) => out.push_str("false"),
        Cell::Decimal(text) | Cell::Json(text) => out.push_str(text),
        Cell::Text(text) => write_string(text, out),
        // Writing into a `String` cannot fail.
        Cell::Integer(value) => _ = write!(out, "{value}"),
        Cell::DateTime(date_time) => _ = write!(out, "\"{date_time}\""),
    }
}

/// Appends a cell as text: a text as it is, any other cell as its JSON without quotes, null as nothing.
pub(super) fn write_text(cell: Cell<'_>, out: &mut String) {
    match cell {
        Cell::Null => {}
        Cell::Text(text) => out.push_str(text),
        Cell::DateTime(date_time) => _ = write!(out, "{date_time}"),
        Cell::Integer(_) | Cell::Boolean(_) | Cell::Decimal(_) | Cell::Json(_) => write_cell(cell, out),
    }
}
