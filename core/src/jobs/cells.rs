//! What a cell of a row says: which record it is, and when something happened.

use crate::table::{Cell, Column};
use crate::value::DateTime;

/// The id in a cell of a column.
pub(crate) fn key_of(column: &Column, row: usize) -> Option<u64> {
    id_of(column.cell(row))
}

/// The id in a cell: a number, though it be written as a text. What is read as one anywhere is read so everywhere.
pub(crate) fn id_of(cell: Cell<'_>) -> Option<u64> {
    let id = match cell {
        Cell::Integer(value) => value,
        Cell::Text(text) => whole_number(text)?,
        // A cell of a column whose cells are of several types.
        Cell::Json(json) => match json.strip_prefix('"').and_then(|json| json.strip_suffix('"')) {
            Some(text) => whole_number(text)?,
            None => whole_number(json)?,
        },
        Cell::Null | Cell::Boolean(_) | Cell::DateTime(_) | Cell::Decimal(_) => return None,
    };
    u64::try_from(id).ok().filter(|id| *id > 0)
}

/// A number of digits alone.
fn whole_number(text: &str) -> Option<i64> {
    let digits = text.trim();
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// The instant in a cell, in milliseconds since the epoch.
pub(crate) fn instant_of(column: &Column, row: usize) -> Option<i64> {
    match column.cell(row) {
        Cell::DateTime(instant) => Some(instant.milliseconds()),
        Cell::Text(text) => DateTime::parse(text).ok().map(DateTime::milliseconds),
        Cell::Null | Cell::Integer(_) | Cell::Boolean(_) | Cell::Decimal(_) | Cell::Json(_) => None,
    }
}
