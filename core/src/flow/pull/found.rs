//! What a sweep has found, and what consuming it does to where a resource stands.

use roaring::RoaringTreemap;
use serde_json::value::RawValue;

use crate::checkpoint::{Place, Standing};
use crate::jobs::{instant_of, key_of};
use crate::json::write_string;
use crate::table::{Cell, Column, Page};

use super::misread::Misread;
use super::plan::StreamPlan;

/// So long after its second a change may show that bears the time of one before it: it is stamped when it begins, and
/// an answer is dated when it is made, which is after the rows in it were read.
const SHOWS_AFTER_MS: i64 = 2_000;

/// Something that is handed out, or only takes note of how far the pull is.
pub(super) enum Sighting {
    /// A row that is new, or has changed.
    Row(FoundRow),
    /// A row that was handed out before, or whose record is gone.
    Passed(FoundRow),
    /// A row whose record cannot be read, though it is neither refused nor told to be gone: it is asked for again.
    Missed(FoundRow),
    /// A record that reading does not bring, nor has the search it any more: it is gone.
    Dropped(u64),
    /// The record of this id is gone.
    Gone(u64),
    /// The first sweep is over.
    FirstIsOver,
    /// The sweep by this watermark column is over whose rows came in no order, and has come so far.
    ChangesAreOver(usize, i64),
    /// The ids that are there now, against which a later pull finds what is gone.
    Known(RoaringTreemap),
    /// A record that an answer has beside what was asked for.
    Unasked,
}

impl Sighting {
    /// The row of a record that is, or was, to be handed out.
    pub(super) fn row(&self) -> Option<&FoundRow> {
        match self {
            Sighting::Row(row) | Sighting::Passed(row) | Sighting::Missed(row) => Some(row),
            Sighting::Dropped(_)
            | Sighting::Gone(_)
            | Sighting::FirstIsOver
            | Sighting::ChangesAreOver(..)
            | Sighting::Known(_)
            | Sighting::Unasked => None,
        }
    }
}

/// One row that was found.
#[derive(Clone)]
pub(super) struct FoundRow {
    pub(super) id: Option<u64>,
    /// The latest of its watermarks.
    pub(super) change: Option<ChangeTime>,
    /// What it has in each watermark column, in milliseconds.
    values: Vec<Option<i64>>,
    /// When it was created, in milliseconds, where the search says that.
    pub(super) created: Option<i64>,
    /// The row as an object, where rows are handed out.
    pub(super) json: Option<Box<RawValue>>,
    reached: Reached,
    /// When the first sweep had begun, as far as this row tells that.
    pub(super) supports: Option<i64>,
    /// Whether its latest change cannot bear the same time as one that came after it was read.
    is_settled: bool,
    /// When it was read, by the server's time where that is known.
    read_at: Option<i64>,
    /// What was wrong with what reading brought: it is there.
    pub(super) misread: Option<Misread>,
}

/// When a record changed.
#[derive(Clone)]
pub(super) struct ChangeTime {
    pub(super) at: i64,
    /// As Brightpearl writes it.
    pub(super) text: String,
}

/// How far the sweep has come with a row.
#[derive(Clone, Copy)]
pub(super) enum Reached {
    /// The first sweep: the page's first row.
    First(u64),
    /// The sweep by this watermark column.
    Change(usize),
    /// The sweep by ids.
    Id,
    /// An earlier pull found it.
    Earlier,
}

/// The rows of a page.
pub(super) fn rows(page: &Page, plan: &StreamPlan, reached: Reached) -> Vec<FoundRow> {
    let key = page.column(&plan.key);
    let created = plan.created.and_then(|name| page.column(name));
    let watermarks: Vec<Option<&Column>> = plan.watermarks.iter().map(|name| page.column(name)).collect();
    let row = |row: usize| {
        let values: Vec<Option<i64>> =
            watermarks.iter().map(|column| column.and_then(|column| instant_of(column, row))).collect();
        let latest =
            (0..values.len()).filter(|index| values[*index].is_some()).max_by_key(|index| values[*index]);
        let change = latest.and_then(|index| {
            Some(ChangeTime { at: values[index]?, text: text_of(watermarks[index]?.cell(row)) })
        });
        FoundRow {
            id: key.and_then(|column| key_of(column, row)),
            change,
            values,
            created: created.and_then(|column| instant_of(column, row)),
            json: plan.reading.is_none().then(|| object(page, row)).flatten(),
            reached: match reached {
                Reached::First(first) => Reached::First(first + row as u64),
                Reached::Change(_) | Reached::Id | Reached::Earlier => reached,
            },
            supports: None,
            is_settled: true,
            read_at: None,
            misread: None,
        }
    };
    (0..page.rows()).map(row).collect()
}

/// Columns whose dates Brightpearl stamps itself. What others set may lie ahead of any clock.
const STAMPED: [&str; 2] = ["createdOn", "updatedOn"];

/// Whether the rows of a search say when Brightpearl stamped them.
pub(super) fn are_stamped(plan: &StreamPlan) -> bool {
    plan.created.is_some() || plan.watermarks.iter().any(|name| STAMPED.contains(&name.as_str()))
}

/// The latest date that Brightpearl has stamped on any row of a page.
pub(super) fn stamped(rows: &[FoundRow], plan: &StreamPlan) -> Option<i64> {
    rows.iter().filter_map(|row| row.stamped(plan)).max()
}

/// The latest date that any row of a page has in any watermark column.
pub(super) fn latest(rows: &[FoundRow]) -> Option<i64> {
    rows.iter().filter_map(|row| row.change.as_ref().map(|change| change.at)).max()
}

/// A row as a JSON object, its values exactly as in the answer.
fn object(page: &Page, row: usize) -> Option<Box<RawValue>> {
    let mut text = String::from("{");
    for (index, column) in page.columns().iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_string(column.name(), &mut text);
        text.push(':');
        column.cell(row).write_json(&mut text);
    }
    text.push('}');
    RawValue::from_string(text).ok()
}

fn text_of(cell: Cell<'_>) -> String {
    match cell {
        Cell::DateTime(moment) => moment.to_string(),
        Cell::Text(text) | Cell::Decimal(text) | Cell::Json(text) => text.to_owned(),
        Cell::Null | Cell::Integer(_) | Cell::Boolean(_) => String::new(),
    }
}

impl FoundRow {
    /// A record that an earlier pull found, and could not read.
    pub(super) fn missed_before(id: u64) -> Self {
        let reached = Reached::Earlier;
        Self {
            id: Some(id),
            change: None,
            values: Vec::new(),
            created: None,
            json: None,
            reached,
            supports: None,
            is_settled: false,
            read_at: None,
            misread: None,
        }
    }

    /// A record that is there, and that no date told of.
    pub(super) fn listed(id: u64) -> Self {
        Self { reached: Reached::Id, ..Self::missed_before(id) }
    }

    /// The latest date that Brightpearl has stamped on it.
    pub(super) fn stamped(&self, plan: &StreamPlan) -> Option<i64> {
        let columns = plan.watermarks.iter().zip(&self.values);
        let of = |(name, value): (&String, &Option<i64>)| value.filter(|_| STAMPED.contains(&name.as_str()));
        columns.filter_map(of).chain(self.created).max()
    }

    /// What it has in a watermark column.
    pub(super) fn value(&self, column: usize) -> Option<i64> {
        self.values.get(column).copied().flatten()
    }

    /// How far a sweep by a watermark column has come with it. A date that others set may lie ahead: nothing has changed
    /// yet that will change before it.
    pub(super) fn reached_by(&self, column: usize) -> Option<i64> {
        let value = self.value(column)?;
        Some(self.read_at.map_or(value, |read_at| read_at.min(value)))
    }

    /// Whether an earlier pull found it.
    pub(super) fn is_of_earlier_pull(&self) -> bool {
        matches!(self.reached, Reached::Earlier)
    }

    /// Takes note of when it was read, by the server's time where that is known. Brightpearl keeps whole seconds: what
    /// changed within the second in which it was read, or shortly before, may have changed again, and look the same.
    pub(super) fn read_at(&mut self, date: Option<i64>) {
        self.read_at = self.read_at.into_iter().chain(date).min();
        let settles_at =
            |change: &ChangeTime| change.at - change.at.rem_euclid(1_000) + 1_000 + SHOWS_AFTER_MS;
        let settles_at = self.change.as_ref().map(settles_at);
        self.is_settled = date.zip(settles_at).is_none_or(|(date, settles_at)| date >= settles_at);
    }
}

impl Standing {
    /// Takes note that an item was consumed.
    pub(super) fn consume(&mut self, item: &Sighting, plan: &StreamPlan, overlap_ms: i64) {
        match item {
            Sighting::Row(row) => {
                self.reach(row, plan, overlap_ms);
                self.remember(row, plan, overlap_ms);
                if let Some(id) = row.id {
                    self.missed.remove(id);
                    self.gone.remove(id);
                }
                if let (Some(known), Some(id)) = (&mut self.known, row.id) {
                    known.insert(id);
                }
            }
            // Where the marks pass it, it is remembered by its id.
            Sighting::Missed(row) => {
                self.reach(row, plan, overlap_ms);
                self.missed.extend(row.id);
            }
            Sighting::Dropped(id) => _ = self.missed.remove(*id),
            Sighting::Passed(row) => self.reach(row, plan, overlap_ms),
            Sighting::Gone(id) => {
                if let Some(known) = &mut self.known {
                    known.remove(*id);
                }
                self.gone.insert(*id);
            }
            Sighting::FirstIsOver => {
                self.unsorted.remove(&plan.key);
                self.first = None;
                self.began = None;
            }
            Sighting::ChangesAreOver(column, at) => {
                if let Some((name, mark)) =
                    plan.watermarks.get(*column).and_then(|name| Some((name, self.marks.get_mut(name)?)))
                {
                    self.unsorted.remove(name);
                    mark.advance(*at, overlap_ms);
                }
            }
            Sighting::Known(ids) => self.known = Some(ids.clone()),
            Sighting::Unasked => {}
        }
    }

    fn reach(&mut self, row: &FoundRow, plan: &StreamPlan, overlap_ms: i64) {
        match row.reached {
            Reached::First(number) => {
                let is_told = !self.unsorted.contains(&plan.key);
                if let (Some(first), Some(key), true) = (&mut self.first, row.id, is_told) {
                    *first = Place { row: number, key: key.max(first.key) };
                }
                if let (Some(began), Some(supports)) = (self.began, row.supports) {
                    let at = supports.min(began.date);
                    self.marks.values_mut().for_each(|mark| mark.advance(at, overlap_ms));
                }
            }
            Reached::Change(column) => {
                let name = plan.watermarks.get(column).filter(|name| !self.unsorted.contains(*name));
                let mark = name.and_then(|name| self.marks.get_mut(name));
                if let (Some(mark), Some(value)) = (mark, row.reached_by(column)) {
                    mark.advance(value, overlap_ms);
                }
            }
            Reached::Id => {}
            Reached::Earlier => return,
        }
        if let (Some(ids), Some(id)) = (&mut self.ids, row.id) {
            ids.note(id);
        }
    }

    /// Remembers what was handed out, so that it does not come again.
    fn remember(&mut self, row: &FoundRow, plan: &StreamPlan, overlap_ms: i64) {
        let (Some(id), Some(change), true) = (row.id, &row.change, row.is_settled) else { return };
        for (name, value) in plan.watermarks.iter().zip(&row.values) {
            if let (Some(mark), Some(value)) = (self.marks.get_mut(name), value) {
                mark.note(*value, id, change.at, overlap_ms);
            }
        }
    }
}
