//! Records of which none is derived from the seed: a list that starts as given and is written to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Records by id. Ids ascend and are never used again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Register<T> {
    ids: Vec<u32>,
    next: u32,
    records: BTreeMap<u32, T>,
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self::starting_at(1)
    }
}

impl<T> Register<T> {
    /// An empty list that gives out ids from `first` on.
    pub(crate) fn starting_at(first: u32) -> Self {
        Self { ids: Vec::new(), next: first, records: BTreeMap::new() }
    }

    /// A list that has these records from the start, with ids from 1 on.
    pub(crate) fn of(records: impl IntoIterator<Item = T>) -> Self {
        let mut list = Self::default();
        for record in records {
            list.add(|_| record);
        }
        list
    }

    /// A list that has these records from the start; further ids ascend from behind them, and at least from `first`.
    pub(crate) fn starting_with(first: u32, records: impl IntoIterator<Item = (u32, T)>) -> Self {
        let records: BTreeMap<u32, T> = records.into_iter().collect();
        let next = records.last_key_value().map_or(first, |(id, _)| id + 1);
        Self { ids: records.keys().copied().collect(), next, records }
    }

    /// Adds the record that is made for a new id.
    pub(crate) fn add(&mut self, record: impl FnOnce(u32) -> T) -> u32 {
        let id = self.next;
        self.next += 1;
        self.ids.push(id);
        self.records.insert(id, record(id));
        id
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.records.contains_key(&id)
    }

    pub(crate) fn get(&self, id: u32) -> Option<&T> {
        self.records.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        self.records.get_mut(&id)
    }

    /// Takes a record out for good.
    pub(crate) fn remove(&mut self, id: u32) -> Option<T> {
        let record = self.records.remove(&id)?;
        self.ids.retain(|existing| *existing != id);
        Some(record)
    }

    /// Every id, ascending.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Every record by ascending id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.records.iter().map(|(id, record)| (*id, record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_and_are_never_used_again() {
        let mut list = Register::of(["a", "b"]);
        assert_eq!(list.remove(2), Some("b"));
        assert_eq!(list.remove(2), None);
        assert_eq!(list.add(|_| "c"), 3);
        assert_eq!(list.ids(), [1, 3]);
        let saved = serde_json::to_string(&list).unwrap();
        let mut loaded: Register<String> = serde_json::from_str(&saved).unwrap();
        assert_eq!(loaded.add(|id| format!("d{id}")), 4);
        assert_eq!(loaded.get(3).map(String::as_str), Some("c"));
    }
}
