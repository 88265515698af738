//! Whether what was created is there once. Two pushes that look for a key within the same seconds see both that nothing is
//! there, and both create it. So what a window has created is looked for once more before it is told. A look counts when
//! it shows this push's own record: what was created before that shows by then, too. So whoever wrote last finds the
//! other's for sure.

use std::collections::{BTreeMap, BTreeSet};

use super::PushJob;
use super::believed::Beliefs;
use super::ending::Ending;
use super::entry::{PushEntry, Role};
use super::journal::DoneState;
use super::lookup::{Hit, Lookups};
use super::own_read::own_read;
use super::referents::{listed, slot_of};
use super::sought::{Group, Sought};
use crate::clock::HostTime;
use crate::error::Error;
use crate::mapping::OnMissing;
use crate::output::{Outcome, State};

/// What a window has created, and the outcomes that wait until it is known to be there once.
#[derive(Debug, Default)]
pub(super) struct Confirmation {
    /// When the window began: nothing that it creates was there then. Nothing before the time is told.
    since: Option<HostTime>,
    creations: Vec<Creation>,
    /// What was created for records and is not looked for.
    pub(super) beliefs: Beliefs,
    held: Vec<HeldOutcome>,
    /// How many looks have counted.
    looks: usize,
    /// Whether a look is out, or has just ended.
    is_looking: bool,
    /// Whether what was created since could not be read, so that each value is looked for.
    is_by_value: bool,
    /// Whether what no look has shown was read by its id.
    was_read: bool,
    /// Whether a look of this run has left something open.
    has_unseen: bool,
}

/// Something that was created.
#[derive(Debug)]
struct Creation {
    /// The record for which it was created.
    record: u64,
    /// The mapping that made it, where it is not the record itself.
    mapping: Option<String>,
    /// What the journal calls it.
    name: String,
    /// The path that created it.
    target: Option<String>,
    sought: Sought,
    id: Option<u64>,
    /// Whether an earlier run has created it, and was cut off before it looked.
    is_earlier: bool,
    uniqueness: Uniqueness,
}

/// What the looks for it have shown.
#[derive(Debug)]
pub(super) enum Uniqueness {
    /// Not even itself.
    Unseen,
    /// Not even itself, and its own read does not either, for this reason.
    NotThere(String),
    /// It could not be looked for.
    Unknown,
    /// Nothing else.
    Alone,
    /// These, and not itself. Until it is read by its id, it may be one of several, or the answer to its write may have
    /// named another record.
    Others(Vec<Hit>),
    /// This one alone, since the answer to its write named another record, as its own read says in these words.
    Instead(u64, String),
    /// These.
    Doubled(Vec<Hit>),
}

/// An outcome that waits.
#[derive(Debug)]
struct HeldOutcome {
    outcome: Outcome,
    /// The record whose end it shares.
    of: u64,
    /// What the journal calls it, unless it is another one's twin.
    name: Option<String>,
}

impl Uniqueness {
    fn is_open(&self) -> bool {
        match self {
            Uniqueness::Unseen | Uniqueness::Unknown => true,
            Uniqueness::NotThere(_)
            | Uniqueness::Alone
            | Uniqueness::Others(_)
            | Uniqueness::Instead(..)
            | Uniqueness::Doubled(_) => false,
        }
    }

    /// Whether the record that its write was answered with was not seen.
    fn is_unseen(&self) -> bool {
        matches!(self, Uniqueness::Unseen | Uniqueness::Others(_))
    }

    /// Takes what the own read says of the record that its write was answered with: why it is not what was created, or
    /// nothing where it is.
    pub(super) fn take_read(&mut self, id: u64, why: Option<String>) {
        *self = match (std::mem::replace(self, Uniqueness::Unseen), why) {
            (Uniqueness::Others(others), Some(why)) => match others.as_slice() {
                [Hit::Id(found)] => Uniqueness::Instead(*found, why),
                _ => Uniqueness::Doubled(others),
            },
            (Uniqueness::Others(others), None) => Uniqueness::with_others(Hit::Id(id), others),
            (_, Some(why)) => Uniqueness::NotThere(why),
            (seen, None) => seen,
        }
    }

    fn with_others(own: Hit, others: Vec<Hit>) -> Self {
        Uniqueness::Doubled(std::iter::once(own).chain(others).collect())
    }
}

impl Creation {
    /// What others have left under its key.
    fn find(&self, lookups: &Lookups) -> Uniqueness {
        let Some(hits) = lookups.hits(&self.sought) else { return Uniqueness::Unknown };
        let own = match self.id {
            Some(id) => Some(Hit::Id(id)),
            None => hits.first().cloned(),
        };
        let Some(own) = own else { return Uniqueness::Unseen };
        let others: Vec<Hit> = hits.iter().filter(|hit| **hit != own).cloned().collect();
        match (others.is_empty(), hits.contains(&own)) {
            (true, true) => Uniqueness::Alone,
            (true, false) => Uniqueness::Unseen,
            (false, false) => Uniqueness::Others(others),
            (false, true) => Uniqueness::with_others(own, others),
        }
    }

    /// What is to be said of it, where it is not plain.
    fn told(&self) -> Option<String> {
        let what = match (&self.mapping, self.id) {
            (None, _) => "it".to_owned(),
            (Some(mapping), None) => format!("what {mapping:?} created for it"),
            (Some(mapping), Some(id)) => format!("what {mapping:?} created for it as {id}"),
        };
        match &self.uniqueness {
            Uniqueness::Alone => None,
            Uniqueness::Doubled(hits) => Some(format!(
                "{what} is there {} times with this key, since somebody else has created it meanwhile: {}; keep one of \
                 them in Brightpearl",
                hits.len(),
                listed(hits)
            )),
            Uniqueness::Others(_) => None,
            Uniqueness::Instead(id, why) => {
                let whose = if self.mapping.is_some() {
                    format!("the write of {what}")
                } else {
                    "its write".to_owned()
                };
                Some(format!(
                    "the answer to {whose} named another one, and {why}; with its key {id} is there"
                ))
            }
            Uniqueness::NotThere(why) => Some(format!(
                "{what} was answered as created, and {why}: whether it was created is not known; look in Brightpearl"
            )),
            Uniqueness::Unseen => Some(format!(
                "{what} was created, and the search does not show it yet: whether somebody else has created it, too, \
                 is not known"
            )),
            Uniqueness::Unknown => Some(format!(
                "{what} was created, and could not be looked for: whether somebody else has created it, too, is not \
                 known"
            )),
        }
    }
}

impl Confirmation {
    /// Takes note that a window begins.
    pub(super) fn begin(&mut self) {
        *self = Self { has_unseen: self.has_unseen, ..Self::default() };
    }

    pub(super) fn tell_time(&mut self, now: HostTime) {
        self.since.get_or_insert(now);
    }

    /// Whether the outcome of a record waits for a look.
    fn concerns(&self, record: u64) -> bool {
        self.creations.iter().any(|creation| creation.record == record)
            || self.held.iter().any(|held| held.of == record)
            || self.beliefs.concern(record)
    }

    /// Takes what the looks that were out have shown. `looks` says how many there are at most.
    fn take(&mut self, lookups: &mut Lookups, looks: usize) {
        for creation in self.creations.iter_mut().filter(|creation| creation.uniqueness.is_open()) {
            creation.uniqueness = creation.find(lookups);
            match &creation.uniqueness {
                // It is there, whatever a search shows that lags behind.
                Uniqueness::Alone
                | Uniqueness::Unseen
                | Uniqueness::Unknown
                | Uniqueness::Others(_)
                | Uniqueness::Instead(..)
                | Uniqueness::NotThere(_) => {
                    creation.id.into_iter().for_each(|id| lookups.learn(&creation.sought, id, false));
                }
                Uniqueness::Doubled(hits) => lookups.learn_hits(&creation.sought, hits.clone()),
            }
        }
        let is_unread = |creation: &Creation| matches!(creation.uniqueness, Uniqueness::Unknown);
        if !self.is_by_value && self.creations.iter().any(is_unread) {
            self.is_by_value = true;
        } else {
            self.looks += 1;
            // What a look among what is new does not show may be there under another date.
            self.is_by_value |= self.looks + 1 >= looks;
        }
        self.is_looking = false;
    }

    /// What is still to be looked for: among what was created since the window began, or each by itself.
    fn wanted(&self, is_by_value: bool) -> BTreeMap<Group, BTreeSet<Sought>> {
        let mut wanted: BTreeMap<Group, BTreeSet<Sought>> = BTreeMap::new();
        let open = self.creations.iter().filter(|creation| creation.uniqueness.is_open());
        for Creation { sought, .. } in
            open.filter(|open| (self.is_by_value || open.is_earlier) == is_by_value)
        {
            wanted.entry(sought.group.clone()).or_default().insert(sought.clone());
        }
        wanted
    }

    /// The outcome as it is known now.
    fn tell(&self, HeldOutcome { mut outcome, of, name }: HeldOutcome) -> Outcome {
        let creations = self.creations.iter().filter(|creation| creation.record == of);
        let told: Vec<String> = creations.filter_map(Creation::told).chain(self.beliefs.told(of)).collect();
        if told.is_empty() {
            return outcome;
        }
        if self.is_doubled(of) {
            outcome.state = doubled(outcome.state);
        }
        if let Some(id) = self.found_instead(of) {
            outcome.id = Some(id);
        }
        if self.is_not_there(of) {
            outcome.state = State::MaybeApplied;
            outcome.id = None;
        } else if self.refers_to_another(of) {
            outcome.state = differing(outcome.state);
        }
        let before = match (name, outcome.reason.take()) {
            (None, _) => Some(format!("record {of} of this push is the same")),
            (Some(_), reason) => reason,
        };
        outcome.reason = Some(before.into_iter().chain(told).collect::<Vec<_>>().join("; "));
        outcome
    }

    /// The ids of what no look has shown, to be read once, by the paths that created it.
    pub(super) fn unseen_ids(&mut self) -> BTreeMap<String, Vec<u64>> {
        let mut ids: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        if std::mem::replace(&mut self.was_read, true) {
            return ids;
        }
        for (target, _, id, _) in self.unseen_mut() {
            ids.entry(target.to_owned()).or_default().push(id);
        }
        for (target, id) in self.beliefs.suspects() {
            ids.entry(target.to_owned()).or_default().push(id);
        }
        ids
    }

    /// What no look has shown, with the path that created it and the id that it is said to have.
    pub(super) fn unseen_mut(&mut self) -> impl Iterator<Item = (&str, &Sought, u64, &mut Uniqueness)> {
        self.creations.iter_mut().filter_map(|creation| {
            let Creation { target, sought, id: Some(id), uniqueness, .. } = creation else {
                return None;
            };
            uniqueness.is_unseen().then_some((
                target.as_deref().unwrap_or_default(),
                &*sought,
                *id,
                uniqueness,
            ))
        })
    }

    /// What is there instead of what the answer to a record's write named.
    fn found_instead(&self, record: u64) -> Option<u64> {
        let own =
            self.creations.iter().filter(|creation| creation.record == record && creation.mapping.is_none());
        own.filter_map(|creation| match &creation.uniqueness {
            Uniqueness::Instead(id, _) => Some(*id),
            Uniqueness::Unseen
            | Uniqueness::NotThere(_)
            | Uniqueness::Unknown
            | Uniqueness::Alone
            | Uniqueness::Others(_)
            | Uniqueness::Doubled(_) => None,
        })
        .next()
    }

    fn is_not_there(&self, record: u64) -> bool {
        let is_not_there = |creation: &Creation| matches!(creation.uniqueness, Uniqueness::NotThere(_));
        let mut own =
            self.creations.iter().filter(|creation| creation.record == record && creation.mapping.is_none());
        own.any(is_not_there)
    }

    /// Whether what was created for a record is not what the record refers to.
    fn refers_to_another(&self, record: u64) -> bool {
        self.creations.iter().any(|creation| {
            let is_other = matches!(creation.uniqueness, Uniqueness::Instead(..) | Uniqueness::NotThere(_));
            creation.record == record && creation.mapping.is_some() && is_other
        })
    }

    fn is_doubled(&self, record: u64) -> bool {
        let is_doubled = |creation: &Creation| matches!(creation.uniqueness, Uniqueness::Doubled(_));
        self.creations.iter().any(|creation| creation.record == record && is_doubled(creation))
    }
}

/// How a record ends of which something is there more than once.
fn doubled(state: State) -> State {
    match state {
        State::Created
        | State::Updated
        | State::Unchanged
        | State::Differs
        | State::Skipped
        | State::Doubled => State::Doubled,
        State::Rejected | State::MaybeApplied => state,
    }
}

/// How a record ends that refers to another record than the one that was created for it.
fn differing(state: State) -> State {
    match state {
        State::Created | State::Updated | State::Unchanged | State::Differs => State::Differs,
        State::Skipped | State::Rejected | State::Doubled | State::MaybeApplied => state,
    }
}

impl PushJob {
    /// Whether what was just created is to be looked for once more.
    pub(super) fn is_to_be_confirmed(&self, entry: &PushEntry, ending: &Ending) -> bool {
        let is_unlooked = ending.journaled.is_none() || self.ledger.is_unconfirmed(entry.name());
        let is_asked = !self.terms.is_dry_run() && !self.terms.confirm_ms().is_empty();
        let may_be_doubled = |sought: &Sought| !entry.is_record() || !self.terms.is_unique(sought);
        // What a look after the write has shown needs no other.
        is_asked
            && is_unlooked
            && !ending.verified
            && ending.state == State::Created
            && entry.sought().is_some_and(may_be_doubled)
    }

    /// Takes note of what was created, of which it is to be told later whether it is there once.
    pub(super) fn hold_creation(&mut self, index: usize, ending: &Ending) {
        let entry = self.window.entry(index);
        let (Some(sought), Some(record)) = (entry.sought().cloned(), self.window.record_of(index)) else {
            return;
        };
        let mapping = match entry.role() {
            Role::Record(_) => None,
            Role::Creation { mapping, .. } => Some(mapping.clone()),
        };
        let target = self.target_of(index);
        self.confirmation.creations.push(Creation {
            record,
            mapping,
            target,
            name: entry.name().to_owned(),
            sought,
            id: ending.id,
            is_earlier: ending.journaled.is_some(),
            uniqueness: Uniqueness::Unknown,
        });
    }

    /// The path that creates an entry.
    pub(super) fn target_of(&self, index: usize) -> Option<String> {
        let entry = self.window.entry(index);
        let Role::Creation { slot, parent, .. } = entry.role() else {
            return self.terms.mapping().target().map(str::to_owned);
        };
        let parent = self.window.entry(*parent);
        let reference = parent.mapped().owed().find(|reference| slot_of(parent, reference) == *slot)?;
        let OnMissing::Create(mapping) = &reference.on_missing else { return None };
        mapping.target().map(str::to_owned)
    }

    /// Puts an outcome out, at once or when it is known that what it is about is there once.
    pub(super) fn put_out(&mut self, index: usize, outcome: Outcome) {
        let entry = self.window.entry(index);
        let twin_of = entry.twin_of().filter(|number| self.confirmation.concerns(*number));
        let of = twin_of.unwrap_or(outcome.record);
        if !self.confirmation.concerns(of) {
            return self.outbox.add(outcome);
        }
        let name = twin_of.is_none().then(|| entry.name().to_owned());
        self.confirmation.held.push(HeldOutcome { outcome, of, name });
    }

    /// Looks once more for what this window has created; `false` once nothing is left to be found out.
    pub(super) fn confirm(&mut self) -> bool {
        if self.confirmation.is_looking {
            self.confirmation.take(&mut self.lookups, self.terms.confirm_ms().len());
        }
        let is_any = self.confirmation.creations.iter().any(|creation| creation.uniqueness.is_open());
        let delay_ms = self.terms.confirm_ms().get(self.confirmation.looks).copied();
        let Some(delay_ms) = delay_ms.filter(|_| is_any) else {
            if self.read_unseen() {
                return true;
            }
            self.release();
            return false;
        };
        self.confirmation.is_looking = true;
        for is_by_value in [false, true] {
            let wanted = self.confirmation.wanted(is_by_value);
            let since = self.confirmation.since.filter(|_| !is_by_value);
            wanted.values().flatten().for_each(|sought| self.lookups.look_for_others(sought, since));
            for look in self.lookups.plan(wanted) {
                if let Err(error) = self.crew.look_after(&look, delay_ms) {
                    self.lookups.failed(&look, &error);
                }
            }
        }
        true
    }

    /// Puts out what was held, as it is known now.
    fn release(&mut self) {
        let mut confirmation = std::mem::take(&mut self.confirmation);
        // What could not be read counts as there: somebody is to look.
        confirmation.unseen_mut().for_each(|(.., id, uniqueness)| uniqueness.take_read(id, None));
        for creation in &mut confirmation.creations {
            let has_own_read = creation.target.as_deref().is_some_and(|target| own_read(target).is_some());
            if creation.is_earlier && creation.uniqueness.is_unseen() && !has_own_read {
                let id = creation.id.map_or_else(|| "it".to_owned(), |id| id.to_string());
                let why = format!("the search does not show {id} in this later run, either");
                creation.uniqueness = Uniqueness::NotThere(why);
            }
        }
        confirmation.has_unseen |= confirmation.creations.iter().any(|creation| match creation.uniqueness {
            Uniqueness::Unseen | Uniqueness::Unknown | Uniqueness::NotThere(_) => true,
            Uniqueness::Alone | Uniqueness::Others(_) | Uniqueness::Instead(..) | Uniqueness::Doubled(_) => {
                false
            }
        });
        for creation in &confirmation.creations {
            let is_own = creation.mapping.is_none();
            match &creation.uniqueness {
                Uniqueness::Unseen | Uniqueness::Unknown | Uniqueness::Others(_) => {}
                Uniqueness::Instead(id, _) => {
                    self.lookups.learn(&creation.sought, *id, false);
                    self.ledger.rewrite(&creation.name, DoneState::Created, Some(*id));
                    if is_own {
                        self.rivals.note_end(&creation.sought, creation.record, (State::Created, Some(*id)));
                    }
                }
                Uniqueness::Alone if creation.is_earlier || confirmation.has_unseen => {
                    self.ledger.rewrite(&creation.name, DoneState::Created, creation.id);
                }
                Uniqueness::Alone => {}
                // Another run looks whether it still is.
                Uniqueness::Doubled(hits) => {
                    self.lookups.learn_hits(&creation.sought, hits.clone());
                    self.ledger.rewrite(&creation.name, DoneState::NotWritten, creation.id);
                }
                Uniqueness::NotThere(_) => {
                    self.ledger.rewrite(&creation.name, DoneState::NotWritten, None);
                    // A later window creates anew what it refers to, as the next run does.
                    if !is_own {
                        self.ledger.disbelieve(&creation.name);
                        self.lookups.forget(&creation.sought);
                    }
                }
            }
            if is_own && confirmation.is_doubled(creation.record) {
                self.rivals.note_end(&creation.sought, creation.record, (State::Doubled, creation.id));
            }
        }
        for held in std::mem::take(&mut confirmation.held) {
            let is_rewritten =
                confirmation.creations.iter().any(|creation| Some(&creation.name) == held.name.as_ref());
            // Another run compares what refers to another record.
            let is_other = confirmation.refers_to_another(held.of);
            let is_open = is_other || confirmation.is_doubled(held.of) && !is_rewritten;
            if let Some(name) = held.name.as_ref().filter(|_| is_open) {
                self.ledger.rewrite(name, DoneState::NotWritten, held.outcome.id);
            }
            self.outbox.add(confirmation.tell(held));
        }
        let is_any = confirmation.creations.iter().any(|creation| !creation.is_earlier);
        if is_any && !confirmation.has_unseen {
            self.ledger.confirm();
        }
        self.confirmation = Confirmation { has_unseen: confirmation.has_unseen, ..Confirmation::default() };
    }

    /// Puts out what was held, although it was not looked for, since the push ends before.
    pub(super) fn release_unlooked(&mut self, error: &Error) {
        let confirmation = std::mem::take(&mut self.confirmation);
        for HeldOutcome { mut outcome, of, .. } in confirmation.held {
            if !confirmation.creations.iter().any(|creation| creation.record == of) {
                self.outbox.add(outcome);
                continue;
            }
            let why = format!(
                "whether somebody else has created it, too, is not known, since the push ended before: {}",
                error.message()
            );
            outcome.reason =
                Some(outcome.reason.map_or_else(|| why.clone(), |reason| format!("{reason}; {why}")));
            self.outbox.add(outcome);
        }
    }
}
