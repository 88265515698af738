//! Reads cells and labels out of a page's flat lists, and resources out of their body, as a host would.

use std::collections::BTreeMap;

use brightpearl_core::value::DateTime;

use crate::types::{Column, ColumnData, Page, ReferenceMap, Resources, Texts};

/// One cell.
#[derive(Debug, PartialEq)]
pub enum Cell<'a> {
    /// `null`.
    Null,
    /// A whole number.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// A text.
    Text(&'a str),
    /// An instant, with the offset that the answer wrote.
    DateTime(DateTime),
    /// A number beyond 64-bit integers, digit for digit.
    Decimal(&'a str),
    /// JSON text.
    Json(&'a str),
}

impl Column {
    /// The cell at `row`; null beyond the last row.
    pub fn cell(&self, row: usize) -> Cell<'_> {
        if self.validity.as_ref().is_some_and(|bits| !bit(bits, row)) {
            return Cell::Null;
        }
        let cell = match &self.data {
            ColumnData::Null => None,
            ColumnData::Integer(values) => values.get(row).copied().map(Cell::Integer),
            ColumnData::Boolean(bits) => Some(Cell::Boolean(bit(bits, row))),
            ColumnData::Text(texts) => texts.get(row).map(Cell::Text),
            ColumnData::Decimal(texts) => texts.get(row).map(Cell::Decimal),
            ColumnData::Json(texts) => texts.get(row).map(Cell::Json),
            ColumnData::DateTime(instants) => {
                let parts = instants.milliseconds.get(row).zip(instants.offset_minutes.get(row));
                parts
                    .and_then(|(instant, offset)| DateTime::from_parts(*instant, *offset))
                    .map(Cell::DateTime)
            }
        };
        cell.unwrap_or(Cell::Null)
    }
}

impl Texts {
    /// The text at `index`; `None` beyond the end.
    pub fn get(&self, index: usize) -> Option<&str> {
        let start = usize::try_from(*self.offsets.get(index)?).ok()?;
        let end = usize::try_from(*self.offsets.get(index + 1)?).ok()?;
        str::from_utf8(self.bytes.get(start..end)?).ok()
    }
}

/// The names that a page's `reference` gives to ids.
pub struct Labels<'a>(BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>);

impl<'a> Labels<'a> {
    /// Indexes the maps of a page. Values that are JSON and not names are left out.
    pub fn of(page: &'a Page) -> Self {
        Self(page.references.iter().map(|map| (map.name.as_str(), names(map))).collect())
    }

    /// What the cell at `row` of a column stands for.
    pub fn get(&self, column: &Column, row: usize) -> Option<&'a str> {
        let key = match column.cell(row) {
            Cell::Integer(number) => number.to_string(),
            Cell::Boolean(truth) => truth.to_string(),
            Cell::Text(text) => text.to_owned(),
            Cell::Null | Cell::DateTime(_) | Cell::Decimal(_) | Cell::Json(_) => return None,
        };
        column.reference_data.iter().find_map(|name| self.0.get(name.as_str())?.get(key.as_str()).copied())
    }
}

fn names(map: &ReferenceMap) -> BTreeMap<&str, &str> {
    let entries = (0..).map_while(|index| Some((index, map.keys.get(index)?, map.values.get(index)?)));
    entries.filter(|(index, _, _)| !bit(&map.json, *index)).map(|(_, key, value)| (key, value)).collect()
}

impl Resources {
    /// Each resource's id, if it says one, and its JSON text.
    pub fn each(&self) -> impl Iterator<Item = (Option<u64>, &[u8])> {
        let places = self.offsets.iter().zip(&self.lengths);
        self.ids.iter().zip(places).filter_map(|(id, (offset, length))| {
            let (start, length) = (*offset as usize, *length as usize);
            Some(((*id != 0).then_some(*id), self.body.get(start..start + length)?))
        })
    }
}

fn bit(bits: &[u8], index: usize) -> bool {
    bits.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
}
