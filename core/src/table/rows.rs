//! The rows of `results`, straight into columns.

use jiter::{Jiter, Peek};

use super::builder::ColumnBuilder;
use super::cell::Cell;
use super::column::Header;
use super::{fault, scan};
use crate::error::{Error, Result};

/// More columns than any search has; keeps a hostile answer from costing many times its size.
pub(super) const MOST_COLUMNS: usize = 4096;

/// Enough for a page of the largest size that Brightpearl gives (API notes §4.2); larger ones grow.
const MOST_EXPECTED_ROWS: usize = 512;

/// Columns that grow by rows.
pub(super) struct Rows {
    pub(super) builders: Vec<ColumnBuilder>,
    pub(super) count: usize,
    /// The byte where the array begins.
    pub(super) start: usize,
}

/// Reads the array that begins at or after `start`, and answers the place after it. `headers` when
/// `metaData` came before; the first row says how many columns there are otherwise.
pub(super) fn read(body: &str, start: usize, headers: Option<&[Header]>) -> Result<(Rows, usize)> {
    let mut reader = RowReader { body, tape: Vec::new() };
    let bytes = body.as_bytes();
    let mut position = scan::skip_whitespace(bytes, start);
    if bytes.get(position) != Some(&b'[') {
        let found = fault::found(body, position);
        return Err(fault::protocol(position, format!("expected the array `results`, found {found}")));
    }

    let known = headers.filter(|headers| !headers.is_empty());
    let mut rows = Rows {
        builders: known
            .unwrap_or_default()
            .iter()
            .map(|header| ColumnBuilder::new(header.admits_dates(), 0))
            .collect(),
        count: 0,
        start: position,
    };
    position = scan::skip_whitespace(bytes, position + 1);
    if bytes.get(position) == Some(&b']') {
        return Ok((rows, position + 1));
    }
    loop {
        let begin = position;
        position = if rows.count == 0 && known.is_none() {
            reader.first_row(&mut rows.builders, begin)?
        } else {
            reader.row(&mut rows.builders, begin, rows.count)?
        };
        rows.count += 1;
        if rows.count == 1 {
            // A quarter more, for a first row that is longer than the others: too little costs more.
            let expected = (body.len() - begin) / (position - begin).max(1) * 5 / 4 + 1;
            let expected = expected.min(MOST_EXPECTED_ROWS);
            rows.builders.iter_mut().for_each(|builder| builder.expect_rows(expected));
        }
        position = scan::skip_whitespace(bytes, position);
        match bytes.get(position) {
            Some(b',') => position = scan::skip_whitespace(bytes, position + 1),
            Some(b']') => return Ok((rows, position + 1)),
            Some(_) | None => {
                let found = fault::found(body, position);
                let message = format!("expected `,` or `]` after row {}, found {found}", rows.count);
                return Err(fault::protocol(position, message));
            }
        }
    }
}

struct RowReader<'body> {
    body: &'body str,
    tape: Vec<u8>,
}

impl<'body> RowReader<'body> {
    /// Reads the row that says how many columns there are.
    fn first_row(&mut self, builders: &mut Vec<ColumnBuilder>, begin: usize) -> Result<usize> {
        let bytes = self.body.as_bytes();
        let mut position = self.open(begin, 0)?;
        if bytes.get(position) == Some(&b']') {
            return Err(fault::protocol(begin, "row 1 has no cells, expected one for each column"));
        }
        loop {
            if builders.len() == MOST_COLUMNS {
                return Err(fault::protocol(position, format!("row 1 has more than {MOST_COLUMNS} cells")));
            }
            let mut builder = ColumnBuilder::new(true, 0);
            position = self.any_cell(&mut builder, position, 0)?;
            builders.push(builder);
            position = scan::skip_whitespace(bytes, position);
            match bytes.get(position) {
                Some(b',') => position = scan::skip_whitespace(bytes, position + 1),
                Some(b']') => return Ok(position + 1),
                Some(_) | None => {
                    let found = fault::found(self.body, position);
                    let message =
                        format!("expected `,` or `]` after cell {} of row 1, found {found}", builders.len());
                    return Err(fault::protocol(position, message));
                }
            }
        }
    }

    /// Reads a row of as many cells as there are columns.
    #[inline(never)]
    fn row(&mut self, builders: &mut [ColumnBuilder], begin: usize, row: usize) -> Result<usize> {
        let width = builders.len();
        let mut rest = self.body.get(self.open(begin, row)?..).unwrap_or_default();
        for (index, builder) in builders.iter_mut().enumerate() {
            let separator = if index + 1 == width { b']' } else { b',' };
            rest = match builder.push_plain(rest, separator, row) {
                Some(next) => next,
                None => match self.any_cell_before(separator, builder, rest, row)? {
                    Some(next) => next,
                    None => return Err(self.bad_row(begin, row, width)),
                },
            };
        }
        Ok(self.body.len() - rest.len())
    }

    /// Reads one cell of any kind and the separator after it; `None` when the row has no more cells, or
    /// something else stands after the cell.
    #[cold]
    fn any_cell_before(
        &mut self,
        separator: u8,
        builder: &mut ColumnBuilder,
        rest: &str,
        row: usize,
    ) -> Result<Option<&'body str>> {
        if rest.starts_with(']') {
            return Ok(None);
        }
        let end = self.any_cell(builder, self.body.len() - rest.len(), row)?;
        let end = scan::skip_whitespace(self.body.as_bytes(), end);
        if self.body.as_bytes().get(end) != Some(&separator) {
            return Ok(None);
        }
        Ok(self.body.get(end + 1..))
    }

    fn open(&self, begin: usize, row: usize) -> Result<usize> {
        let bytes = self.body.as_bytes();
        if bytes.get(begin) != Some(&b'[') {
            let found = fault::found(self.body, begin);
            return Err(fault::protocol(
                begin,
                format!("expected an array as row {}, found {found}", row + 1),
            ));
        }
        Ok(scan::skip_whitespace(bytes, begin + 1))
    }

    /// Reads one cell of any kind with the general parser.
    #[cold]
    fn any_cell(&mut self, builder: &mut ColumnBuilder, position: usize, row: usize) -> Result<usize> {
        let position = scan::skip_whitespace(self.body.as_bytes(), position);
        let rest = self.body.as_bytes().get(position..).unwrap_or_default();
        let mut jiter = Jiter::with_tape(rest, std::mem::take(&mut self.tape));
        let malformed = |error| fault::malformed(&error, position);
        let peek = jiter.peek().map_err(malformed)?;
        match peek {
            Peek::Null => {
                jiter.known_null().map_err(malformed)?;
                builder.push_null(row);
            }
            Peek::True | Peek::False => builder.push_boolean(jiter.known_bool(peek).map_err(malformed)?, row),
            Peek::String => builder.push_text(jiter.known_str().map_err(malformed)?, row),
            number if number.is_num() => {
                jiter.known_number_bytes(number).map_err(malformed)?;
                builder.push_number(self.spelling(position, position + jiter.current_index()), row);
            }
            other => {
                jiter.known_skip(other).map_err(malformed)?;
                let spelling = self.spelling(position, position + jiter.current_index());
                builder.push_json(Cell::Json(spelling), row);
            }
        }
        let end = position + jiter.current_index();
        self.tape = jiter.into_tape();
        Ok(end)
    }

    fn spelling(&self, start: usize, end: usize) -> &str {
        self.body.get(start..end).unwrap_or_default()
    }

    /// Says what is wrong with a row that does not end where it should: it is not JSON, or it has another
    /// number of cells than expected.
    #[cold]
    fn bad_row(&self, begin: usize, row: usize, expected: usize) -> Error {
        let rest = self.body.as_bytes().get(begin..).unwrap_or_default();
        let mut jiter = Jiter::new(rest);
        let mut cells = 0;
        let counted = (|| {
            let mut next = jiter.next_array()?;
            while let Some(peek) = next {
                jiter.known_skip(peek)?;
                cells += 1;
                next = jiter.array_step()?;
            }
            Ok(())
        })();
        match counted {
            Err(error) => fault::malformed(&error, begin),
            Ok(()) => {
                fault::protocol(begin, format!("row {} has {cells} cells, expected {expected}", row + 1))
            }
        }
    }
}
