//! What a sweep is sorted by, where a row stands in it, and which rows came before.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use roaring::RoaringTreemap;

/// What the rows are sorted by, as far as the API can sort by it.
#[derive(Clone, Debug, Default)]
pub(super) struct RowOrder {
    pub(super) watermark: Option<String>,
    pub(super) by_key: bool,
    pub(super) descending: bool,
    /// Whether the rows were in this order so far.
    pub(super) holds: bool,
}

/// Where a row stands in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowPlace {
    pub(super) watermark: Option<i64>,
    pub(super) key: Option<u64>,
    /// The row itself, where no key tells it.
    pub(super) text: Option<String>,
}

/// Rows that came before.
pub(super) enum Seen {
    /// No key tells rows apart.
    Unknown,
    Keys(RoaringTreemap, u64),
    /// With the watermark that each had: with another one, a row has changed and counts as new.
    Changes(BTreeMap<u64, Option<i64>>),
}

impl RowOrder {
    pub(super) fn tells(&self) -> bool {
        self.by_key || self.watermark.is_some()
    }

    /// How two rows stand to each other; `None` where that cannot be told: no source says where NULL sorts, and
    /// rows that compare equal may stand either way when the key does not decide.
    pub(super) fn compare(&self, one: &RowPlace, other: &RowPlace) -> Option<Ordering> {
        if self.watermark.is_some() && one.watermark != other.watermark {
            return Some(one.watermark?.cmp(&other.watermark?));
        }
        let (one, other) = (one.key?, other.key?);
        if one == other {
            return Some(Ordering::Equal);
        }
        let ordering = if self.descending { other.cmp(&one) } else { one.cmp(&other) };
        self.by_key.then_some(ordering)
    }

    /// The sort parameter; `None` when there is nothing to sort by.
    pub(super) fn text(&self, key: Option<&str>) -> Option<String> {
        let direction = if self.descending { "DESC" } else { "ASC" };
        let key = key.filter(|_| self.by_key);
        let columns: Vec<String> = self
            .watermark
            .as_deref()
            .into_iter()
            .chain(key)
            .map(|column| format!("{column}.{direction}"))
            .collect();
        (!columns.is_empty()).then(|| columns.join(","))
    }
}

impl Seen {
    pub(super) fn has(&self, place: &RowPlace) -> bool {
        let Some(key) = place.key else { return false };
        match self {
            Seen::Unknown => false,
            Seen::Keys(keys, before) => key <= *before || keys.contains(key),
            Seen::Changes(changes) => changes.get(&key) == Some(&place.watermark),
        }
    }

    /// Takes note of a row, and says whether it is new. A row without a key cannot be told from others: it is.
    pub(super) fn insert(&mut self, place: &RowPlace) -> bool {
        let Some(key) = place.key else { return true };
        match self {
            Seen::Unknown => true,
            Seen::Keys(keys, before) => key > *before && keys.insert(key),
            Seen::Changes(changes) => changes.insert(key, place.watermark) != Some(place.watermark),
        }
    }
}
