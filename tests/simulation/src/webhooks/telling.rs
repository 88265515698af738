//! What a notification says, read without the engine.

use serde_json::Value;

use super::clerks::Observed;

/// What the standard body of a webhook tells.
pub(crate) struct Telling {
    /// What is to be read of it.
    pub(crate) kind: Observed,
    pub(crate) ids: Vec<u64>,
}

impl Telling {
    pub(crate) fn of(body: &[u8]) -> Option<Self> {
        let said: Value = serde_json::from_slice(body).ok()?;
        let event = said["fullEvent"].as_str()?;
        let kind = match event.split('.').next()? {
            _ if event == "product.modified.on-hand-modified" => Observed::Availability,
            "order" | "sales-order" => Observed::Order,
            "product" => Observed::Product,
            "goods-out-note" => Observed::Note,
            _ => return None,
        };
        Some(Self { kind, ids: ids(said["id"].as_str()?)? })
    }
}

/// The ids of a set such as `3,5-7`.
fn ids(set: &str) -> Option<Vec<u64>> {
    let mut ids = Vec::new();
    for part in set.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        ids.extend(first.parse::<u64>().ok()?..=last.parse().ok()?);
    }
    Some(ids)
}
