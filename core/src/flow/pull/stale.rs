//! Whether a record was read as it was before the change that the search has of it: what reads may lag behind what
//! searches.

use std::borrow::Cow;

use serde::Deserialize;

use super::found::FoundRow;
use super::plan::StreamPlan;
use crate::value::DateTime;

/// The dates that Brightpearl stamps on a record.
#[derive(Deserialize)]
struct Stamps<'a> {
    #[serde(borrow, default, rename = "createdOn")]
    created: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "updatedOn")]
    updated: Option<Cow<'a, str>>,
}

/// Whether a record says of itself that it has not yet changed as its row says. One that does not say when it was created
/// says nothing of its dates.
pub(super) fn is_before(json: &str, row: &FoundRow, plan: &StreamPlan) -> bool {
    let Ok(stamps) = serde_json::from_str::<Stamps<'_>>(json) else { return false };
    let of = |column: &str| {
        let index = plan.watermarks.iter().position(|name| name == column)?;
        row.value(index)
    };
    let created = second_of(stamps.created);
    let updated = second_of(stamps.updated);
    // A record that was never updated has no `updatedOn` (API notes §8.1.1), unless a query left it out.
    let says_all = plan.reading.as_ref().is_some_and(|reading| reading.fetch.query.is_empty());
    let latest = updated.or(created.filter(|_| says_all));
    let is_later = |change: Option<i64>, said: Option<i64>| {
        change.zip(said).is_some_and(|(change, said)| change.div_euclid(1_000) > said)
    };
    is_later(of("createdOn"), created) || (created.is_some() && is_later(of("updatedOn"), latest))
}

fn second_of(text: Option<Cow<'_, str>>) -> Option<i64> {
    Some(DateTime::parse(&text?).ok()?.milliseconds().div_euclid(1_000))
}
