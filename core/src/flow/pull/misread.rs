//! Whether what was read of a record is that record as the search has it: what reads may lag behind what searches, and an
//! answer on the way may have the contents of two records exchanged.

use std::borrow::Cow;

use serde::Deserialize;

use super::found::FoundRow;
use super::plan::StreamPlan;
use crate::value::DateTime;

/// What is wrong with what was read of a record that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misread {
    /// It was created at another time than the record, so it is another one.
    Another,
    /// It has not yet changed as the search has it.
    Outdated,
}

impl Misread {
    /// Why the record is not handed out.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Misread::Another => {
                "reading it brings what was created at another time than the search has for it, and so is another record; it is asked for once more in the next pull"
            }
            Misread::Outdated => {
                "the search has a later change than reading it brings; it is asked for once more in the next pull"
            }
        }
    }
}

/// The dates that Brightpearl stamps on a record.
#[derive(Deserialize)]
struct Stamps<'a> {
    #[serde(borrow, default, rename = "createdOn")]
    created: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "updatedOn")]
    updated: Option<Cow<'a, str>>,
}

/// What the dates of a record say against its row. One that does not say when it was created says nothing of its dates.
pub(super) fn misread(json: &str, row: &FoundRow, plan: &StreamPlan) -> Option<Misread> {
    let stamps = serde_json::from_str::<Stamps<'_>>(json).ok()?;
    let created = milliseconds_of(stamps.created);
    let updated = milliseconds_of(stamps.updated);
    if row.created.zip(created).is_some_and(|(found, read)| is_another_second(found, read)) {
        return Some(Misread::Another);
    }
    let changed =
        plan.watermarks.iter().position(|name| name == "updatedOn").and_then(|index| row.value(index));
    // A record that was never updated has no `updatedOn` (API notes §8.1.1), unless a query left it out.
    let says_all = plan.reading.as_ref().is_some_and(|reading| reading.fetch.query.is_empty());
    let latest = updated.or(created.filter(|_| says_all));
    let is_later = changed.zip(latest).is_some_and(|(change, said)| second(change) > second(said));
    (created.is_some() && is_later).then_some(Misread::Outdated)
}

/// Brightpearl keeps whole seconds: one of the two may have been rounded.
fn is_another_second(one: i64, other: i64) -> bool {
    one.abs_diff(other) >= 1_000
}

fn second(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(1_000)
}

fn milliseconds_of(text: Option<Cow<'_, str>>) -> Option<i64> {
    Some(DateTime::parse(&text?).ok()?.milliseconds())
}
