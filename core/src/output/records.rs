//! What a pull hands out.

use serde::Serialize;
use serde_json::value::RawValue;

use super::data::Carried;
use super::{Data, Failure, Item, OutputKind, ShapedOutput};
use crate::json::plain;

/// Some records of one resource, in the order in which they changed.
#[derive(Clone, Debug, Serialize)]
pub struct Records {
    /// What the pull calls the resource.
    pub resource: String,
    /// The records.
    pub records: Vec<PulledRecord>,
}

/// One record, or what is known of it.
#[derive(Clone, Debug, Serialize)]
pub struct PulledRecord {
    /// Its id in Brightpearl, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// The watermark's value, as Brightpearl wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<String>,
    /// Whether it is gone. It then has no `record`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// The mapped record, or Brightpearl's own without a mapping; nothing when it could not be mapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Box<RawValue>>,
    /// Why the mapping leaves it out, when it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Why it could not be mapped or read, for a dead-letter file; empty when it could.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// Brightpearl's own record, where the mapping failed or its rows do not come to its totals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Box<RawValue>>,
}

impl PulledRecord {
    /// As JSON: the members that it has.
    pub fn to_json(&self) -> String {
        plain(self)
    }

    /// As an item, with the place of the record in it.
    fn item(&self) -> Item {
        let mut item = Item::new(self, None);
        // In a text of JSON a backslash stands before every quote, so this is the member and nothing that it follows.
        const MEMBER: &str = r#""record":"#;
        let start = item.json.find(MEMBER).map(|place| place + MEMBER.len());
        let length = self.record.as_deref().map(|record| record.get().len());
        item.record = start.zip(length).map(|(start, length)| start..start + length);
        item
    }
}

impl Records {
    /// As JSON: `{"resource": ..., "records": [{"id": ..., "changed": ..., "record": {...}}, ...]}`.
    pub fn to_json(&self) -> String {
        plain(self)
    }
}

impl Carried for Records {
    fn count(&self) -> usize {
        self.records.len()
    }

    fn shaped(self, kind: OutputKind) -> ShapedOutput {
        let items = self.records.iter().map(PulledRecord::item).collect();
        Data::named(kind, self.resource, items)
    }
}
