//! Short lists of records that an account starts with and that grow by writes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Records by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Table<T> {
    records: BTreeMap<u32, T>,
    /// The ids of `records`, for searches, which want them in a row.
    ids: Vec<u32>,
    next: u32,
}

impl<T> Table<T> {
    /// A table that starts with some records, whose ids ascend from `first`.
    pub(crate) fn starting_with(first: u32, records: impl IntoIterator<Item = (u32, T)>) -> Self {
        let records: BTreeMap<u32, T> = records.into_iter().collect();
        let next = records.last_key_value().map_or(first, |(id, _)| id + 1);
        Self { ids: records.keys().copied().collect(), records, next }
    }

    /// Adds a record. Its id is never used again, even if the record is deleted.
    pub(crate) fn add(&mut self, record: T) -> u32 {
        let id = self.next;
        self.next += 1;
        self.ids.push(id);
        self.records.insert(id, record);
        id
    }

    /// Deletes a record; whether there was one.
    pub(crate) fn remove(&mut self, id: u32) -> bool {
        self.ids.retain(|own| *own != id);
        self.records.remove(&id).is_some()
    }

    pub(crate) fn get(&self, id: u32) -> Option<&T> {
        self.records.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        self.records.get_mut(&id)
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.records.contains_key(&id)
    }

    /// All ids, ascending.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.records.iter().map(|(id, record)| (*id, record))
    }
}
