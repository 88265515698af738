//! Deciding what is to be done next, for each entry of the window.

use std::collections::{BTreeMap, BTreeSet};

use super::PushJob;
use super::compare::{all_of, differences};
use super::entry::{Attempt, Doubt, Entry, Role, Stage, Standing, Write};
use super::journal::{Done, Known};
use super::lookup::{Group, Hit, Sought};
use super::resolve::{Purpose as For, Slot, listed, slot_of};
use super::settle::Ending;
use super::write::ANNOUNCED;
use crate::checked::check_request;
use crate::error::{Error, Kind};
use crate::http::Method;
use crate::mapping::{Mapped, NoBody, OnMissing, Reference};
use crate::operation::{Existing, Request};
use crate::output::State;

/// How often something is sent whose earlier attempts were found not to be applied.
const MOST_SENDS: u32 = 3;

/// What an entry needs before it can go on.
#[derive(Default)]
struct Needs {
    wanted: BTreeMap<Group, BTreeSet<String>>,
    reads: Vec<u64>,
    /// Entries whose writes may have been applied.
    again: Vec<usize>,
    /// Whether something was decided, so that others may go on.
    has_changed: bool,
}

impl PushJob {
    /// Decides all that can be decided, and starts what is needed for the rest.
    pub(super) fn advance(&mut self) {
        while self.step() {}
        self.flush();
    }

    fn step(&mut self) -> bool {
        if self.is_over || self.fatal.is_some() || self.is_announcing || !self.team.is_empty() {
            return false;
        }
        // What fills a packet goes before the others are looked at again.
        if self.journal.is_some() && self.ready.len() >= ANNOUNCED {
            self.announce();
            return true;
        }
        if self.entries.iter().all(Entry::is_settled) {
            self.entries.clear();
            self.slots.clear();
            self.lookups.end_window();
            return self.take_window();
        }
        let needs = self.examine_all();
        if needs.has_changed {
            return true;
        }
        if !needs.wanted.is_empty() {
            self.look(needs.wanted);
        } else if !needs.reads.is_empty() {
            self.read(needs.reads);
        } else if !self.ready.is_empty() {
            self.announce();
        } else if !needs.again.is_empty() {
            self.look_again(&needs.again);
        } else {
            self.settle_the_undecided();
        }
        true
    }

    fn take_window(&mut self) -> bool {
        let is_enough = self.has_all || self.queue.len() >= self.window;
        if self.queue.is_empty() || !is_enough {
            self.is_over = self.has_all && self.queue.is_empty();
            return false;
        }
        let count = self.queue.len().min(self.window);
        for record in self.queue.drain(..count).collect::<Vec<_>>() {
            self.take_record(&record);
        }
        true
    }

    fn take_record(&mut self, record: &[u8]) {
        let number = self.next_record;
        self.next_record += 1;
        let name = self.names.name(record);
        let mapped = self.mapping.map(record);
        let sought = self.key_search.as_ref().and_then(|search| {
            let key = mapped.key.clone().filter(|key| !key.trim().is_empty())?;
            let group = Group {
                search: search.search.as_str().into(),
                column: search.column.as_str().into(),
                by: mapped.key_by.clone(),
                take: None,
            };
            Some(Sought { group, value: key })
        });
        let known = self.journal.as_ref().and_then(|journal| journal.known(&name));
        let mut entry = Entry::new(Role::Record(number), name, mapped, sought);
        entry.doubt = doubt_of(known);
        self.entries.push(entry);
        let index = self.entries.len() - 1;
        match known {
            Some(Known::Done(done)) => self.entries[index].done = Some(done),
            Some(Known::InDoubt { .. }) | None => self.judge(index),
        }
    }

    /// Takes note of what earlier runs may have created under the entry's key for another record.
    fn doubt_anothers(&mut self, index: usize) {
        let entry = &mut self.entries[index];
        let is_doubtful = |sought: &Sought| self.doubtful.contains(&sought.text());
        if entry.doubt.is_none() && entry.is_record() && entry.sought.as_ref().is_some_and(is_doubtful) {
            entry.doubt = Some(Doubt { attempt: Attempt::Anothers, error: None, looks: 0 });
        }
    }

    /// Settles what the mapping alone decides.
    fn judge(&mut self, index: usize) {
        let entry = &self.entries[index];
        if let Some(reason) = &entry.mapped.skipped {
            let ending = Ending::because(State::Skipped, reason.clone());
            self.settle(index, ending);
        } else if !entry.mapped.failures.is_empty() {
            let failures = entry.mapped.failures.clone();
            self.settle(index, Ending::failed(failures));
        } else if self.key_search.is_some() && entry.sought.is_none() {
            let reason =
                "the record has nothing where its key should be, so it could not be told from others";
            self.settle(index, Ending::because(State::Rejected, reason.to_owned()));
        }
    }

    fn examine_all(&mut self) -> Needs {
        let mut needs = Needs::default();
        let mut held = BTreeSet::new();
        for index in 0..self.entries.len() {
            let entry = &self.entries[index];
            if entry.is_settled() || matches!(entry.stage, Stage::Ready(_) | Stage::Sending(_)) {
                hold(entry, &mut held);
                continue;
            }
            // Records of one key go one after the other.
            if entry.is_record() && !hold(entry, &mut held) {
                continue;
            }
            self.examine(index, &mut needs);
        }
        needs
    }

    /// Decides on one entry, as far as that can be done.
    fn examine(&mut self, index: usize, needs: &mut Needs) {
        if let Some(done) = self.entries[index].done.take()
            && self.still_holds(index, done)
        {
            let Done { state, id, line } = done;
            let ending = Ending { id, journaled: Some(line), ..Ending::of(state) };
            return self.decide(needs, |job| job.settle(index, ending));
        }
        self.doubt_anothers(index);
        let entry = &self.entries[index];
        let is_unsure = entry.doubt.is_some() || entry.conflict.is_some();
        let Some(sought) = entry.sought.clone().filter(|_| entry.is_record() || is_unsure) else {
            // What is created for others and cannot be found is nobody's until it is named: once more does no harm.
            let may_go_again = !entry.is_record() && entry.sends < MOST_SENDS;
            if entry.doubt.is_some() && !may_go_again {
                return self.decide(needs, |job| job.leave_in_doubt(index));
            }
            return self.examine_new(index, needs);
        };
        if let Some(reason) = self.lookups.obstacle(&sought).map(str::to_owned) {
            return self.decide(needs, |job| job.settle_unfound(index, reason));
        }
        match self.lookups.hits(&sought).map(<[Hit]>::to_vec).as_deref() {
            None => {
                needs.wanted.entry(sought.group).or_default().insert(sought.value);
                self.want_references(index, needs);
            }
            Some([]) => self.examine_absent(index, needs),
            Some([Hit::Id(id)]) => self.examine_existing(index, *id, needs),
            Some(hits) => {
                let reason =
                    format!("Brightpearl has {} records with this key: {}", hits.len(), listed(hits));
                self.decide(needs, |job| job.settle(index, Ending::because(State::Rejected, reason)));
            }
        }
    }

    /// Whether what an earlier run did is still so: not if a record of the same key that goes before this one was
    /// written after it, in a run that took it up again.
    fn still_holds(&self, index: usize, done: Done) -> bool {
        let sought = self.entries[index].sought.as_ref();
        sought.and_then(|sought| self.told.get(sought)).is_none_or(|line| *line <= done.line)
    }

    /// Carries out a decision, after which others may go on.
    fn decide(&mut self, needs: &mut Needs, decision: impl FnOnce(&mut Self)) {
        decision(self);
        needs.has_changed = true;
    }

    /// It is not there.
    fn examine_absent(&mut self, index: usize, needs: &mut Needs) {
        let entry = &mut self.entries[index];
        if let Some(error) = entry.conflict.take() {
            return self.decide(needs, |job| job.settle(index, Ending::refused(error)));
        }
        let Some(doubt) = &entry.doubt else { return self.examine_new(index, needs) };
        if doubt.attempt != Attempt::Change && doubt.looks < self.looks_ms.len() {
            needs.again.push(index);
            return;
        }
        let may_be_created = match doubt.attempt {
            Attempt::Creation => !self.looks_ms.is_empty() && entry.sends < MOST_SENDS,
            Attempt::Change => false,
            Attempt::Anothers => !self.looks_ms.is_empty(),
        };
        if !may_be_created {
            return self.decide(needs, |job| job.leave_in_doubt(index));
        }
        entry.doubt = None;
        self.believe(index);
        self.examine_new(index, needs);
    }

    /// What is under its key is known again.
    fn believe(&mut self, index: usize) {
        if let Some(sought) = &self.entries[index].sought {
            self.doubtful.remove(&sought.text());
        }
    }

    /// It is there.
    fn examine_existing(&mut self, index: usize, id: u64, needs: &mut Needs) {
        self.believe(index);
        let entry = &mut self.entries[index];
        if entry.doubt.as_ref().is_some_and(|doubt| doubt.attempt == Attempt::Anothers) {
            entry.doubt = None;
        }
        let entry = &self.entries[index];
        // A second attempt that was refused, since it is there, says that the first was applied.
        let was_applied = entry.conflict.is_some() && entry.sends > 1;
        // What another record of this key has left there is no sign that this one's attempt was applied.
        let is_anothers = entry.sought.as_ref().is_some_and(|sought| self.told.contains_key(sought));
        let is_unsure = entry.doubt.as_ref().is_some_and(|doubt| doubt.attempt == Attempt::Creation);
        let was_created = was_applied || (is_unsure && !is_anothers);
        if was_created || !entry.is_record() {
            let ending = Ending { id: Some(id), verified: true, ..Ending::of(State::Created) };
            return self.decide(needs, |job| job.settle(index, ending));
        }
        let there = |state, what: &str| Ending { id: Some(id), ..Ending::because(state, what.to_owned()) };
        let ending = match (self.existing, self.update) {
            (Existing::Leave, _) => there(State::Unchanged, "it is there already, and is left as it is"),
            (Existing::Reject, _) => there(State::Rejected, "it is there already"),
            (Existing::Update, None) => {
                there(State::Unchanged, "it is there already; records of this kind cannot be compared")
            }
            (Existing::Update, Some(_)) => {
                return match &entry.stage {
                    Stage::Read(..) => self.decide(needs, |job| job.compare(index)),
                    Stage::Open
                    | Stage::Reading(_)
                    | Stage::Ready(_)
                    | Stage::Sending(_)
                    | Stage::Looking
                    | Stage::Settled => {
                        if !self.want_references(index, needs) {
                            self.entries[index].stage = Stage::Reading(id);
                            needs.reads.push(id);
                        }
                    }
                };
            }
        };
        self.decide(needs, |job| job.settle(index, ending));
    }

    /// It is to be created, or written without a look.
    fn examine_new(&mut self, index: usize, needs: &mut Needs) {
        if self.want_references(index, needs) {
            return;
        }
        let references = self.entries[index].mapped.references.clone();
        let mut is_waiting = false;
        for reference in &references {
            match self.standing(&self.entries[index], reference) {
                Standing::Uncreated(slot) => {
                    self.create(index, reference, slot);
                    needs.has_changed = true;
                    is_waiting = true;
                }
                Standing::Awaited => is_waiting = true,
                Standing::Found(_)
                | Standing::Ambiguous(_)
                | Standing::Missing
                | Standing::Unsought(..)
                | Standing::Failed(_)
                | Standing::InDoubt(_) => {}
            }
        }
        if !is_waiting {
            self.decide(needs, |job| job.make_ready(index));
        }
    }

    /// Asks for what an entry refers to; whether anything is still to be looked up.
    fn want_references(&self, index: usize, needs: &mut Needs) -> bool {
        let entry = &self.entries[index];
        let mut is_any = false;
        for reference in &entry.mapped.references {
            if let Standing::Unsought(sought) = self.standing(entry, reference) {
                needs.wanted.entry(sought.group).or_default().insert(sought.value);
                is_any = true;
            }
        }
        is_any
    }

    /// Begins to create what a reference needs.
    fn create(&mut self, parent: usize, reference: &Reference, slot: String) {
        let OnMissing::Create(mapping) = &reference.on_missing else { return };
        debug_assert_eq!(slot, slot_of(&self.entries[parent], reference));
        let name = format!("reference {slot}");
        let known = self.journal.as_ref().and_then(|journal| journal.known(&name));
        let sought = (!reference.search.is_empty()).then(|| Sought::of(reference));
        let mapped = mapping.map(reference.record.as_deref().unwrap_or("{}").as_bytes());
        let role = Role::Creation { slot: slot.clone(), mapping: mapping.name().to_owned(), parent };
        let mut entry = Entry::new(role, name, mapped, sought);
        entry.doubt = doubt_of(known);
        self.slots.insert(slot, Slot::Awaited);
        self.entries.push(entry);
        let index = self.entries.len() - 1;
        match known {
            Some(Known::Done(Done { id: Some(id), line, .. })) => {
                let ending = Ending { id: Some(id), journaled: Some(line), ..Ending::of(State::Created) };
                self.settle(index, ending);
            }
            Some(Known::Done(Done { id: None, .. }) | Known::InDoubt { .. }) | None => {
                self.judge_creation(index)
            }
        }
    }

    fn judge_creation(&mut self, index: usize) {
        let Mapped { failures, skipped, .. } = &self.entries[index].mapped;
        let ending = match skipped {
            Some(reason) => Some(Ending::because(State::Skipped, reason.clone())),
            None if !failures.is_empty() => Some(Ending::failed(failures.clone())),
            None => None,
        };
        if let Some(ending) = ending {
            self.settle(index, ending);
        }
    }

    /// Puts the body together and checks it.
    fn make_ready(&mut self, index: usize) {
        let entry = &self.entries[index];
        let (path, body) = match self.whole(entry, For::Writing) {
            Ok(whole) => whole,
            Err(reason) => return self.settle_without_body(index, reason),
        };
        let is_main = entry.is_record();
        let method = if is_main { self.mapping.method() } else { Method::Post };
        let request = Request::new(method, path).body(body);
        match check_request(&request, self.shared.config.unknown_members) {
            Err(error) => self.settle(index, Ending::refused(error)),
            Ok(_) if self.dry_run => self.settle_dry(index, method),
            Ok(checked) => {
                self.shared.record_all(checked.events());
                self.entries[index].stage = Stage::Ready(Write { request, changes: None });
                self.ready.push_back(index);
            }
        }
    }

    pub(super) fn settle_without_body(&mut self, index: usize, reason: NoBody) {
        let ending = match reason {
            NoBody::Skipped(reason) => Ending::because(State::Skipped, reason),
            NoBody::Failed(failures) => Ending::failed(failures),
        };
        self.settle(index, ending);
    }

    fn settle_dry(&mut self, index: usize, method: Method) {
        let shown = self.whole(&self.entries[index], For::Showing);
        self.entries[index].differences = shown.map(|(_, body)| all_of(&body)).unwrap_or_default();
        let state = if method == Method::Put { State::Updated } else { State::Created };
        self.settle(index, Ending::of(state));
    }

    /// Compares what was read with what the record says.
    fn compare(&mut self, index: usize) {
        let Some(update) = self.update else { return };
        let stage = std::mem::replace(&mut self.entries[index].stage, Stage::Open);
        let Stage::Read(id, there) = stage else { return };
        let body = match self.whole(&self.entries[index], For::Comparing) {
            Ok((_, body)) => body,
            Err(reason) => return self.settle_without_body(index, reason),
        };
        let found = differences(update, self.shape, &body, &there);
        let change = super::change::change(update, id, &body, &there, &found);
        let entry = &mut self.entries[index];
        let was_in_doubt = entry.doubt.take();
        let is_same = found.is_empty();
        entry.differences = found;
        let Some(request) = change else {
            let (state, reason) = match was_in_doubt {
                Some(_) => (State::Updated, None),
                None if is_same => (State::Unchanged, None),
                None => (
                    State::Unchanged,
                    Some(
                        "what differs cannot be changed through the API once the record is there".to_owned(),
                    ),
                ),
            };
            let verified = state == State::Updated;
            return self.settle(index, Ending { id: Some(id), reason, verified, ..Ending::of(state) });
        };
        if was_in_doubt.is_some() && entry.sends >= MOST_SENDS {
            entry.doubt = was_in_doubt;
            return self.leave_in_doubt(index);
        }
        match check_request(&request, self.shared.config.unknown_members) {
            Err(error) => self.settle(index, Ending { id: Some(id), ..Ending::refused(error) }),
            Ok(_) if self.dry_run => {
                self.settle(index, Ending { id: Some(id), ..Ending::of(State::Updated) });
            }
            Ok(_) => {
                self.entries[index].stage = Stage::Ready(Write { request, changes: Some(id) });
                self.ready.push_back(index);
            }
        }
    }

    /// Nothing is left to be done for what is left: a fault of ours that must not hang.
    fn settle_the_undecided(&mut self) {
        for index in 0..self.entries.len() {
            if !self.entries[index].is_settled() {
                let error = Error::new(
                    Kind::Misuse,
                    "it could not be decided what to do with it; please report this",
                );
                self.settle(index, Ending::refused(error));
            }
        }
    }
}

/// Takes an entry's key for it; `false` when an earlier one has it.
fn hold(entry: &Entry, held: &mut BTreeSet<Sought>) -> bool {
    match &entry.sought {
        Some(sought) if entry.is_record() && !entry.is_settled() => held.insert(sought.clone()),
        Some(_) | None => true,
    }
}

fn doubt_of(known: Option<Known>) -> Option<Doubt> {
    match known {
        Some(Known::InDoubt { is_update }) => {
            let attempt = if is_update { Attempt::Change } else { Attempt::Creation };
            Some(Doubt { attempt, error: None, looks: 0 })
        }
        Some(Known::Done(..)) | None => None,
    }
}
