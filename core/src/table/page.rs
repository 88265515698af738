//! A page and its cells.

use super::builder::ColumnBuilder;
use super::cell::{self, Cell};
use super::column::{Column, Header};
use super::metadata::Metadata;
use super::reference::{Label, Labels};
use super::rows::Rows;
use super::{decode, fault};
use crate::error::Result;

/// One page of a search, as columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub(super) rows: usize,
    pub(super) columns: Vec<Column>,
    pub(super) metadata: Metadata,
    pub(super) reference: Labels,
}

impl Page {
    /// Reads the body of a `...-search` answer (API notes §4.4).
    ///
    /// `results`, `metaData` and `reference` are taken in any order; members that are not known are
    /// checked to be JSON and passed over.
    ///
    /// # Errors
    ///
    /// [`Kind::Protocol`](crate::Kind::Protocol), with the byte as location, when the body is not UTF-8, is
    /// not JSON, is cut off, goes on after its end or nests deeper than 200 levels; when it is not a search
    /// page; when a row has another length than the others or than `metaData` says; when a string
    /// has half of a surrogate pair, which is not text; and beyond 2 GiB or 4096 columns.
    pub fn decode(body: &[u8]) -> Result<Self> {
        decode::page(body)
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Its columns, in the order of the answer.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The columns themselves, for a hand-over without a copy.
    pub fn into_columns(self) -> Vec<Column> {
        self.columns
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name() == name)
    }

    /// What the page says of itself.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// What the ids of the page stand for.
    pub fn reference(&self) -> &Labels {
        &self.reference
    }

    /// A cell; null outside the page.
    pub fn cell(&self, column: usize, row: usize) -> Cell<'_> {
        self.columns.get(column).map_or(Cell::Null, |column| column.cell(row))
    }

    /// What a cell stands for, by the `reference` maps that its column names.
    pub fn label(&self, column: usize, row: usize) -> Option<Label<'_>> {
        let column = self.columns.get(column)?;
        self.reference.label(column.reference_data(), column.cell(row))
    }

    /// Appends a row as a JSON array whose values equal the answer's: numbers digit for digit, date-times
    /// byte for byte, texts character for character.
    pub fn row_json(&self, row: usize, out: &mut String) {
        out.push('[');
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            cell::write_cell(column.cell(row), out);
        }
        out.push(']');
    }

    /// Keeps the rows for which `keep`, called once for each row in order, answers `true`, and says how many
    /// it dropped. Costs only the calls when nothing is dropped. The counts of [`Page::metadata`] stay as the
    /// server gave them.
    pub fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) -> usize {
        let Some(first_dropped) = (0..self.rows).find(|row| !keep(*row)) else { return 0 };
        let mut kept = vec![true; first_dropped];
        kept.push(false);
        kept.extend((first_dropped + 1..self.rows).map(&mut keep));
        for column in &mut self.columns {
            column.data = column.data.filtered(&kept);
            column.validity = column.validity.take().map(|validity| validity.filtered(&kept));
        }
        let before = self.rows;
        self.rows = kept.iter().filter(|kept| **kept).count();
        before - self.rows
    }
}

impl Page {
    /// Puts rows under the columns that `metaData` names.
    pub(super) fn assemble(
        rows: Rows,
        metadata: Metadata,
        headers: Vec<Header>,
        reference: Labels,
    ) -> Result<Self> {
        let mut builders = rows.builders;
        if rows.count == 0 {
            builders.resize_with(headers.len(), || ColumnBuilder::new(true, 0));
        } else if builders.len() != headers.len() || headers.is_empty() {
            return Err(fault::protocol(
                rows.start,
                format!("row 1 has {} cells, but `metaData` names {} columns", builders.len(), headers.len()),
            ));
        }
        let columns = builders
            .into_iter()
            .zip(headers)
            .map(|(builder, header)| builder.finish(header, rows.count))
            .collect();
        Ok(Self { rows: rows.count, columns, metadata, reference })
    }
}
