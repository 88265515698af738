//! Records that were written, over those that are derived from the seed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What was written of one kind of record. A record is copied here whole by its first change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Overlay<T> {
    /// By id; `None` says that the record was deleted.
    records: BTreeMap<u32, Option<T>>,
}

impl<T> Default for Overlay<T> {
    fn default() -> Self {
        Self { records: BTreeMap::new() }
    }
}

impl<T> Overlay<T> {
    /// What was written: nothing, a record, or (`Some(None)`) a deletion.
    pub(crate) fn get(&self, id: u32) -> Option<Option<&T>> {
        self.records.get(&id).map(Option::as_ref)
    }

    /// The record as written, for a further change.
    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        self.records.get_mut(&id)?.as_mut()
    }

    /// Writes a record, new or changed.
    pub(crate) fn put(&mut self, id: u32, record: T) {
        self.records.insert(id, Some(record));
    }

    /// Deletes a record. Its id is never used again.
    pub(crate) fn delete(&mut self, id: u32) {
        self.records.insert(id, None);
    }

    /// The highest id that was written to, deleted records included.
    pub(crate) fn last(&self) -> Option<u32> {
        self.records.last_key_value().map(|(id, _)| *id)
    }

    /// Everything that was written, by ascending id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, Option<&T>)> {
        self.records.iter().map(|(id, record)| (*id, record.as_ref()))
    }
}
