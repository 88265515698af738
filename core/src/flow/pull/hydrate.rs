//! What was found, read in detail and mapped.

use std::collections::BTreeMap;

use roaring::RoaringTreemap;
use serde_json::value::RawValue;

use crate::id_set::IdSet;
use crate::mapping::{Mapping, NoBody, Resolution};
use crate::output::{Failure, PulledRecord, Refusal, Resources};

use super::found::{FoundRow, Sighting};
use super::misread::misread;
use super::plan::StreamPlan;

/// When this many records that were just found cannot be read, they were not all deleted meanwhile.
const SURELY_THERE: u64 = 10;

/// Items that are read together and handed out together, in their order.
pub(super) struct Portion {
    pub(super) number: u64,
    pub(super) items: Vec<Sighting>,
    /// What came of reading them so far.
    pub(super) resources: Vec<Resources>,
    /// When the first of it was read, by the server's time.
    pub(super) read_at: Option<i64>,
    pub(super) is_read: bool,
    /// Whether none of it was asked for before.
    pub(super) is_first_try: bool,
    /// Whether what cannot be read is asked for again later in this pull.
    pub(super) may_try_again: bool,
}

/// An item, with the record that is handed out for it, where there is one.
pub(super) type Handout = (Sighting, Option<PulledRecord>);

impl Portion {
    /// What is to be read for the first time.
    pub(super) fn new(number: u64, items: Vec<Sighting>) -> Self {
        Self {
            number,
            items,
            resources: Vec::new(),
            read_at: None,
            is_read: false,
            is_first_try: true,
            may_try_again: true,
        }
    }

    /// The rows that it has.
    pub(super) fn rows(&self) -> impl Iterator<Item = &FoundRow> {
        self.items.iter().filter_map(Sighting::row)
    }

    /// The ids to read.
    pub(super) fn ids(&self) -> IdSet {
        let ids = self.items.iter().filter_map(|item| match item {
            Sighting::Row(row) => row.id,
            // That something is gone is believed when a read of its own says so.
            Sighting::Gone(id) => Some(*id),
            Sighting::Passed(_)
            | Sighting::Missed(_)
            | Sighting::Dropped(_)
            | Sighting::FirstIsOver
            | Sighting::ChangesAreOver(..)
            | Sighting::Known(_)
            | Sighting::Unasked => None,
        });
        // They came out of a page as ids.
        IdSet::from_ids(ids).unwrap_or_default()
    }

    /// Whether it tells that records are gone, which is believed when it was doubted.
    pub(super) fn tells_gone(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Sighting::Gone(_)))
    }

    /// Whether reading brought nothing of what the search has just found, though that was more than can have vanished
    /// meanwhile.
    pub(super) fn is_hollow(&self) -> bool {
        if !self.is_first_try {
            return false;
        }
        let rows =
            self.items.iter().filter(|item| matches!(item, Sighting::Row(row) if !row.is_of_earlier_pull()));
        let brought = |part: &Resources| !part.items.is_empty() || !part.refused.is_empty();
        rows.count() as u64 >= SURELY_THERE && !self.resources.iter().any(brought)
    }

    /// Makes the records, each in the place of its item. Of a record that was found twice, the last one counts.
    pub(super) fn ready(self, plan: &StreamPlan) -> Vec<Handout> {
        let mut answers = Answers::of(&self.resources, self.read_at, self.may_try_again);
        let mut handed_out = RoaringTreemap::new();
        let mut ready: Vec<Handout> = Vec::with_capacity(self.items.len());
        for item in self.items.into_iter().rev() {
            ready.push(match item {
                Sighting::Row(row) if row.id.is_some_and(|id| !handed_out.insert(id)) => {
                    (Sighting::Passed(row), None)
                }
                Sighting::Row(row) => answers.record(row, plan),
                Sighting::Gone(id) if plan.reading.is_some() && !answers.says_gone(id) => {
                    (Sighting::Unasked, None)
                }
                Sighting::Gone(id) => {
                    let record = PulledRecord { id: Some(id), deleted: true, ..blank() };
                    (Sighting::Gone(id), Some(record))
                }
                Sighting::Passed(_)
                | Sighting::Missed(_)
                | Sighting::Dropped(_)
                | Sighting::FirstIsOver
                | Sighting::ChangesAreOver(..)
                | Sighting::Known(_)
                | Sighting::Unasked => (item, None),
            });
        }
        ready.reverse();
        let unasked = answers.unasked.iter().map(|(id, json)| {
            (
                Sighting::Unasked,
                Some(mapped(PulledRecord { id: *id, ..blank() }, owned(json), plan.mapping.as_ref())),
            )
        });
        ready.extend(unasked);
        ready
    }
}

/// The answers to a chunk, by id.
struct Answers<'a> {
    found: BTreeMap<u64, &'a str>,
    refused: BTreeMap<u64, &'a Refusal>,
    /// Records of no id, or of one that was not asked for.
    unasked: Vec<(Option<u64>, &'a str)>,
    read_at: Option<i64>,
    may_try_again: bool,
}

impl<'a> Answers<'a> {
    fn of(resources: &'a [Resources], read_at: Option<i64>, may_try_again: bool) -> Self {
        let mut answers = Self {
            found: BTreeMap::new(),
            refused: BTreeMap::new(),
            unasked: Vec::new(),
            read_at,
            may_try_again,
        };
        for part in resources {
            for (index, item) in part.items.iter().enumerate() {
                let Some(Ok(json)) = part.json(index).map(str::from_utf8) else { continue };
                match item.id.filter(|id| part.requested.contains(*id)) {
                    Some(id) => _ = answers.found.insert(id, json),
                    None => answers.unasked.push((item.id, json)),
                }
            }
            answers.refused.extend(part.refused.iter().map(|refusal| (refusal.id, refusal)));
        }
        answers
    }

    /// Whether reading a record brought nothing, and did not fail.
    fn says_gone(&self, id: u64) -> bool {
        !self.found.contains_key(&id) && !self.refused.contains_key(&id)
    }

    fn record(&mut self, mut row: FoundRow, plan: &StreamPlan) -> Handout {
        let change = row.change.as_ref().map(|change| change.text.clone());
        let record = PulledRecord { id: row.id, changed: change, ..blank() };
        if plan.reading.is_none() {
            let json = row.json.take();
            return (Sighting::Row(row), Some(mapped(record, json, plan.mapping.as_ref())));
        }
        let Some(id) = row.id else { return (Sighting::Passed(row), None) };
        row.read_at(self.read_at);
        if let Some(json) = self.found.get(&id) {
            if let Some(misread) = misread(json, &row, plan) {
                let told = (!self.may_try_again).then(|| PulledRecord {
                    failures: vec![failure(id, plan, misread.reason())],
                    source: owned(json).filter(|_| misread.is_of_record()),
                    ..record
                });
                row.misread = Some(misread);
                return (Sighting::Missed(row), told);
            }
            return (Sighting::Row(row), Some(mapped(record, owned(json), plan.mapping.as_ref())));
        }
        if let Some(refusal) = self.refused.get(&id) {
            let failures = vec![refused(refusal, plan)];
            return (Sighting::Row(row), Some(PulledRecord { failures, ..record }));
        }
        if row.is_of_earlier_pull() && !plan.takes_ids {
            // An earlier pull has told of it; whether a deletion is told is decided where all ids are compared.
            return (Sighting::Dropped(id), None);
        }
        if self.may_try_again {
            return (Sighting::Missed(row), None);
        }
        let failures = vec![unread(id, plan)];
        (Sighting::Missed(row), Some(PulledRecord { failures, ..record }))
    }
}

/// For a record that the search has and reading does not: it was deleted meanwhile, or is not there yet.
fn unread(id: u64, plan: &StreamPlan) -> Failure {
    let reason =
        "the search has it, and reading it brings nothing; it is asked for once more in the next pull";
    failure(id, plan, reason.to_owned())
}

fn refused(refusal: &Refusal, plan: &StreamPlan) -> Failure {
    let said: Vec<String> =
        refusal.error.errors().iter().map(|error| format!("{}: {}", error.code, error.message)).collect();
    let reason = if said.is_empty() { refusal.error.message().to_owned() } else { said.join("; ") };
    failure(refusal.id, plan, format!("Brightpearl refuses to read it: {reason}"))
}

fn failure(id: u64, plan: &StreamPlan, reason: String) -> Failure {
    Failure {
        record: Some(id.to_string()),
        rule: String::new(),
        target: String::new(),
        source: plan.reading.as_ref().map(|reading| reading.fetch.resource.clone()).unwrap_or_default(),
        value: String::new(),
        reason,
    }
}

/// A record with its JSON, mapped where it is to be.
fn mapped(record: PulledRecord, json: Option<Box<RawValue>>, mapping: Option<&Mapping>) -> PulledRecord {
    let (Some(mapping), Some(source)) = (mapping, &json) else {
        return PulledRecord { record: json, ..record };
    };
    let nothing = |_: &_| Resolution::Unknown("a pull looks nothing up".to_owned());
    match mapping.map(source.get().as_bytes()).body(&nothing) {
        Ok(body) => PulledRecord { record: owned(&body), ..record },
        Err(NoBody::Skipped(reason)) => PulledRecord { skipped: Some(reason), ..record },
        Err(NoBody::Failed(failures)) => PulledRecord { failures, source: json, ..record },
    }
}

/// JSON of its own. It was read as JSON before.
fn owned(json: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(json.to_owned()).ok()
}

fn blank() -> PulledRecord {
    PulledRecord {
        id: None,
        changed: None,
        deleted: false,
        record: None,
        skipped: None,
        failures: Vec::new(),
        source: None,
    }
}
