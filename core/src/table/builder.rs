//! A column while its cells arrive.

use super::bitmap::{Bitmap, Nulls};
use super::cell::{self, Cell};
use super::column::{Column, ColumnData, Header};
use super::instant::{self, LastDay};
use super::scan;
use super::text::Text;
use crate::json::plain_string;

/// A column of which `metaData` has perhaps said nothing yet. Its first value decides its type; a value
/// that does not fit turns the cells so far into a type that holds both without loss.
#[derive(Debug)]
pub(super) struct ColumnBuilder {
    data: ColumnData,
    nulls: Nulls,
    last_day: LastDay,
    admits_dates: bool,
    expected_rows: usize,
}

impl ColumnBuilder {
    /// `admits_dates`: whether canonical date-times are taken for instants. `expected_rows` only sizes the
    /// buffers.
    pub(super) fn new(admits_dates: bool, expected_rows: usize) -> Self {
        Self {
            data: ColumnData::Null,
            nulls: Nulls::default(),
            last_day: LastDay::default(),
            admits_dates,
            expected_rows,
        }
    }

    /// Says after the first row how many rows to expect, to size the buffers once.
    pub(super) fn expect_rows(&mut self, rows: usize) {
        self.expected_rows = rows;
        let more = rows.saturating_sub(1);
        match &mut self.data {
            ColumnData::Null | ColumnData::Boolean(_) => {}
            ColumnData::Integer(values) => values.reserve_exact(more),
            ColumnData::Text(texts) | ColumnData::Decimal(texts) | ColumnData::Json(texts) => {
                texts.reserve(more)
            }
            ColumnData::DateTime { milliseconds, offset_minutes } => {
                milliseconds.reserve_exact(more);
                offset_minutes.reserve_exact(more);
            }
        }
    }

    /// Appends the cell that `rest` begins with when it is plain, of the column's type, and `separator` stands
    /// right after it. Answers what comes then; otherwise appends nothing.
    #[inline(always)]
    pub(super) fn push_plain<'body>(
        &mut self,
        rest: &'body str,
        separator: u8,
        row: usize,
    ) -> Option<&'body str> {
        let bytes = rest.as_bytes();
        let window: &[u8; scan::WINDOW] = bytes.first_chunk()?;
        if window.starts_with(b"null") {
            if window[4] != separator {
                return None;
            }
            self.push_null(row);
            return rest.get(5..);
        }
        match &mut self.data {
            ColumnData::Integer(values) => {
                let (value, length) = scan::integer(window)?;
                if window[length] != separator {
                    return None;
                }
                values.push(value);
                rest.get(length + 1..)
            }
            ColumnData::DateTime { milliseconds, offset_minutes } => {
                let (date_time, length) = instant::read_quoted(window, &mut self.last_day)?;
                if window[length] != separator {
                    return None;
                }
                milliseconds.push(date_time.milliseconds());
                offset_minutes.push(date_time.offset_part());
                rest.get(length + 1..)
            }
            ColumnData::Text(texts) => {
                if window[0] != b'"' {
                    return None;
                }
                let end = plain_string(bytes)?;
                if bytes.get(end + 1) != Some(&separator) {
                    return None;
                }
                texts.push(rest.get(1..end)?);
                rest.get(end + 2..)
            }
            ColumnData::Boolean(values) => {
                let (value, length) = scan::boolean(window)?;
                if window[length] != separator {
                    return None;
                }
                values.push(value);
                rest.get(length + 1..)
            }
            ColumnData::Null | ColumnData::Decimal(_) | ColumnData::Json(_) => None,
        }
    }

    /// Appends a null as row `row`.
    #[inline]
    pub(super) fn push_null(&mut self, row: usize) {
        match &mut self.data {
            ColumnData::Null => return,
            ColumnData::Integer(values) => values.push(0),
            ColumnData::Boolean(values) => values.push(false),
            ColumnData::Text(texts) | ColumnData::Decimal(texts) | ColumnData::Json(texts) => texts.push(""),
            ColumnData::DateTime { milliseconds, offset_minutes } => {
                milliseconds.push(0);
                offset_minutes.push(0);
            }
        }
        self.nulls.mark(row, self.expected_rows);
    }

    /// Appends a boolean as row `row`.
    pub(super) fn push_boolean(&mut self, value: bool, row: usize) {
        if let ColumnData::Null = self.data {
            let mut values = Bitmap::default();
            (0..row).for_each(|_| values.push(false));
            self.begin(ColumnData::Boolean(values), row);
        }
        match &mut self.data {
            ColumnData::Boolean(values) => values.push(value),
            ColumnData::Null
            | ColumnData::Integer(_)
            | ColumnData::Text(_)
            | ColumnData::DateTime { .. }
            | ColumnData::Decimal(_)
            | ColumnData::Json(_) => self.push_json(Cell::Boolean(value), row),
        }
    }

    /// Appends a number, given as the answer spells it, as row `row`.
    pub(super) fn push_number(&mut self, spelling: &str, row: usize) {
        let integer = integer_of(spelling);
        match (&mut self.data, integer) {
            (ColumnData::Null, Some(_)) => {
                let values = self.filled(0, row);
                self.begin(ColumnData::Integer(values), row);
            }
            (ColumnData::Null, None) => {
                let texts = self.empty_texts(row);
                self.begin(ColumnData::Decimal(texts), row);
            }
            (ColumnData::Integer(_), None) => {
                self.data = ColumnData::Decimal(self.respelled(row, |cell, out| cell.write_json(out)));
            }
            (_, _) => {}
        }
        match (&mut self.data, integer) {
            (ColumnData::Integer(values), Some(value)) => values.push(value),
            (ColumnData::Decimal(texts), _) => texts.push(spelling),
            (_, _) => self.push_json(Cell::Decimal(spelling), row),
        }
    }

    /// Appends a text, without escapes, as row `row`.
    pub(super) fn push_text(&mut self, text: &str, row: usize) {
        let date_time = match &self.data {
            ColumnData::Null if self.admits_dates => instant::parse(text),
            ColumnData::DateTime { .. } => instant::parse(text),
            ColumnData::Null
            | ColumnData::Integer(_)
            | ColumnData::Boolean(_)
            | ColumnData::Text(_)
            | ColumnData::Decimal(_)
            | ColumnData::Json(_) => None,
        };
        match (&mut self.data, date_time) {
            (ColumnData::Null, Some(_)) => {
                let (milliseconds, offset_minutes) = (self.filled(0, row), self.filled(0, row));
                self.begin(ColumnData::DateTime { milliseconds, offset_minutes }, row);
            }
            (ColumnData::Null, None) => {
                let texts = self.empty_texts(row);
                self.begin(ColumnData::Text(texts), row);
            }
            (ColumnData::DateTime { .. }, None) => self.dates_to_texts(row),
            (_, _) => {}
        }
        match (&mut self.data, date_time) {
            (ColumnData::DateTime { milliseconds, offset_minutes }, Some(date_time)) => {
                milliseconds.push(date_time.milliseconds());
                offset_minutes.push(date_time.offset_part());
            }
            (ColumnData::Text(texts), _) => texts.push(text),
            (_, _) => self.push_json(Cell::Text(text), row),
        }
    }

    /// Appends any value as JSON as row `row`, after the cells so far became JSON too.
    pub(super) fn push_json(&mut self, cell: Cell<'_>, row: usize) {
        match &mut self.data {
            ColumnData::Json(texts) => texts.push_with(|out| cell.write_json(out)),
            ColumnData::Null => {
                let mut texts = self.empty_texts(row);
                texts.push_with(|out| cell.write_json(out));
                self.begin(ColumnData::Json(texts), row);
            }
            ColumnData::Integer(_)
            | ColumnData::Boolean(_)
            | ColumnData::Text(_)
            | ColumnData::DateTime { .. }
            | ColumnData::Decimal(_) => {
                let mut texts = self.respelled(row, |cell, out| cell.write_json(out));
                texts.push_with(|out| cell.write_json(out));
                self.data = ColumnData::Json(texts);
            }
        }
    }

    /// The column, now that all `rows` rows are there and `metaData` is known.
    pub(super) fn finish(mut self, header: Header, rows: usize) -> Column {
        if !header.admits_dates() && matches!(self.data, ColumnData::DateTime { .. }) {
            self.dates_to_texts(rows);
        }
        match &mut self.data {
            ColumnData::Null | ColumnData::Boolean(_) => {}
            ColumnData::Integer(values) => trim(values),
            ColumnData::Text(texts) | ColumnData::Decimal(texts) | ColumnData::Json(texts) => texts.trim(),
            ColumnData::DateTime { milliseconds, offset_minutes } => {
                trim(milliseconds);
                trim(offset_minutes);
            }
        }
        Column { header, data: self.data, validity: self.nulls.finish(rows) }
    }

    /// Gives the column its type at row `row`; the rows before were all null.
    fn begin(&mut self, data: ColumnData, row: usize) {
        self.data = data;
        if row > 0 {
            self.nulls.mark_all_before(row, self.expected_rows);
        }
    }

    fn filled<T: Copy>(&self, value: T, rows: usize) -> Vec<T> {
        let mut values = Vec::with_capacity(self.expected_rows.max(rows));
        values.resize(rows, value);
        values
    }

    fn empty_texts(&self, rows: usize) -> Text {
        let mut texts = Text::with_capacity(self.expected_rows.max(rows), 0);
        texts.extend_to(rows);
        texts
    }

    fn dates_to_texts(&mut self, rows: usize) {
        self.data = ColumnData::Text(self.respelled(rows, cell::write_text));
    }

    /// The first `rows` cells as texts that `write` spells; nulls stay empty.
    fn respelled(&self, rows: usize, write: impl Fn(Cell<'_>, &mut String)) -> Text {
        let mut texts = Text::with_capacity(self.expected_rows.max(rows), 0);
        for row in 0..rows {
            texts.push_with(|out| {
                if !self.nulls.is_marked(row) {
                    write(self.data.cell(row), out)
                }
            });
        }
        texts
    }
}

/// Gives back room that was not needed, when it is much.
fn trim<T>(values: &mut Vec<T>) {
    if values.capacity() - values.len() > values.len() / 4 {
        values.shrink_to_fit();
    }
}

/// The value of a number whose spelling is the only one of its value, when it has 64 bits.
fn integer_of(spelling: &str) -> Option<i64> {
    spelling.parse().ok().filter(|_| spelling != "-0")
}
