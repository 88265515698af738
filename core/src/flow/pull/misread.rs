//! Whether what was read of a record is all of it, as the search has it: what reads may lag behind what searches, and an
//! answer on the way may be cut off, or have the contents of two records exchanged.

use super::found::FoundRow;
use super::plan::StreamPlan;
use crate::jobs::RowsRead;
use crate::json::Record;
use crate::value::DateTime;

/// What is wrong with what was read of a record that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misread {
    /// It was created at another time than the record, so it is another one.
    Another,
    /// It has not yet changed as the search has it.
    Outdated,
    /// It does not say when it was created, as every record of its kind does.
    Undated,
    /// Its rows cannot be all that it has, for this reason.
    Rows(String),
}

impl Misread {
    /// Why the record is not handed out.
    pub(super) fn reason(&self) -> String {
        let what = match self {
            Misread::Another => {
                "reading it brings what was created at another time than the search has for it, and so is another record"
            }
            Misread::Outdated => "the search has a later change than reading it brings",
            Misread::Undated => "reading it brings only a part of it, without the date when it was created",
            Misread::Rows(why) => return again(&format!("reading it brings only a part of it: {why}")),
        };
        again(what)
    }

    /// Whether it is of the record all the same.
    pub(super) fn is_of_record(&self) -> bool {
        match self {
            Misread::Rows(_) => true,
            Misread::Another | Misread::Outdated | Misread::Undated => false,
        }
    }
}

fn again(what: &str) -> String {
    format!("{what}; it is asked for once more in the next pull")
}

/// What a record says against its row, and against itself.
pub(super) fn misread(json: &str, row: &FoundRow, plan: &StreamPlan) -> Option<Misread> {
    let reading = plan.reading.as_ref()?;
    let says_all = reading.fetch.leaves_nothing_out();
    let record = Record::parse(json);
    let date = |name: &str| Some(DateTime::parse(&record.text(name)?).ok()?.milliseconds());
    let (created, updated) = (date("createdOn"), date("updatedOn"));
    if let (Some(found), Some(read)) = (row.created, created)
        && is_another_second(found, read)
    {
        return Some(Misread::Another);
    }
    if row.created.is_some() && created.is_none() && says_all {
        return Some(Misread::Undated);
    }
    let changed =
        plan.watermarks.iter().position(|name| name == "updatedOn").and_then(|index| row.value(index));
    // A record that was never updated has no `updatedOn` (API notes §8.1.1), unless a query left it out.
    let latest = updated.or(created.filter(|_| says_all));
    let is_later = changed.zip(latest).is_some_and(|(change, said)| second(change) > second(said));
    if created.is_some() && is_later {
        return Some(Misread::Outdated);
    }
    match reading.rows.filter(|_| says_all).map(|rows| RowsRead::of(rows, &record))? {
        RowsRead::Wrong(why) => Some(Misread::Rows(why)),
        RowsRead::Whole | RowsRead::Unconfirmed | RowsRead::Unsaid => None,
    }
}

/// Brightpearl keeps whole seconds: one of the two may have been rounded.
fn is_another_second(one: i64, other: i64) -> bool {
    one.abs_diff(other) >= 1_000
}

fn second(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(1_000)
}
