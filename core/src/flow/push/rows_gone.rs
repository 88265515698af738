//! A record that has lost all its rows.

use serde_json::value::RawValue;

use super::compare::there_rows;
use crate::catalog::RowUpdate;
use crate::json::{Part, Record, array};
use crate::output::Difference;

/// The rows that a record of Brightpearl's has and its body has none of, which nobody takes out: a record that has lost its
/// rows cannot be told from one whose rows were not sent along.
pub(super) struct RowsGone {
    pub(super) count: usize,
    pub(super) difference: Difference,
}

impl RowsGone {
    /// What is gone; nothing where the body has rows, or the record has none.
    pub(super) fn of(rows: &RowUpdate, body: &str, record: &str) -> Option<Self> {
        let name = rows.place.trim_start_matches('/');
        if !Record::parse(body).elements(name).is_empty() {
            return None;
        }
        let there = there_rows(record, name);
        if there.is_empty() {
            return None;
        }
        let json = |text: String| RawValue::from_string(text).ok();
        let before = array(there.iter().filter_map(Part::raw).map(str::to_owned));
        let difference = Difference {
            pointer: rows.place.to_owned(),
            before: json(before),
            after: json("null".to_owned())?,
            changeable: false,
        };
        Some(Self { count: there.len(), difference })
    }

    /// Why nothing was changed.
    pub(super) fn reason(&self) -> String {
        let rows = if self.count == 1 { "a row".to_owned() } else { format!("{} rows", self.count) };
        format!(
            "the record has nothing for {} any more, and in Brightpearl it has {rows}: nothing was changed; expected the \
             record with its rows, or that they are removed in Brightpearl",
            self.difference.pointer
        )
    }
}
