//! How entries end.

use super::entry::{Entry, Role, Stage};
use super::journal::DoneState;
use super::resolve::Slot;
use super::{PushJob, THIS_RUN};
use crate::error::{Delivery, Error};
use crate::output::{Created, Failure, Outcome, State};

/// How many failures the reason names; the outcome has them all.
const NAMED: usize = 3;

/// How an entry ends.
pub(super) struct Ending {
    pub(super) state: State,
    pub(super) id: Option<u64>,
    pub(super) reason: Option<String>,
    pub(super) error: Option<Error>,
    pub(super) failures: Vec<Failure>,
    /// The line of the journal that says so, where an earlier run did it.
    pub(super) journaled: Option<u64>,
    pub(super) verified: bool,
}

impl Ending {
    pub(super) fn of(state: State) -> Self {
        Self {
            state,
            id: None,
            reason: None,
            error: None,
            failures: Vec::new(),
            journaled: None,
            verified: false,
        }
    }

    pub(super) fn because(state: State, reason: String) -> Self {
        Self { reason: Some(reason), ..Self::of(state) }
    }

    /// The mapping could not be carried out.
    pub(super) fn failed(failures: Vec<Failure>) -> Self {
        let mut words: Vec<String> = failures.iter().take(NAMED).map(ToString::to_string).collect();
        if failures.len() > NAMED {
            words.push(format!("and {} more", failures.len() - NAMED));
        }
        let reason = words.join("; ");
        Self { failures, ..Self::because(State::Rejected, reason) }
    }

    /// It was not written, because of an error.
    pub(super) fn refused(error: Error) -> Self {
        Self { error: Some(error.clone()), ..Self::because(State::Rejected, error.to_string()) }
    }
}

impl PushJob {
    /// Ends an entry.
    pub(super) fn settle(&mut self, index: usize, ending: Ending) {
        let entry = &mut self.entries[index];
        if entry.is_settled() {
            return;
        }
        entry.stage = Stage::Settled;
        entry.verified |= ending.verified;
        if ending.journaled.is_none() {
            self.write_down(index, &ending);
        }
        match &self.entries[index].role {
            Role::Record(number) => {
                let number = *number;
                self.put_down(index, number, ending);
            }
            Role::Creation { .. } => self.fill_slot(index, ending),
        }
    }

    /// Leaves open what became of an entry.
    pub(super) fn leave_in_doubt(&mut self, index: usize) {
        let error = self.entries[index].doubt.take().and_then(|doubt| doubt.error);
        let reason = match &error {
            Some(error) => format!("its write may have been applied: {error}"),
            None => "an earlier run may have written it, and it cannot be found out whether it did; look in Brightpearl".to_owned(),
        };
        let ending = Ending { error, ..Ending::because(State::MaybeApplied, reason) };
        self.settle(index, ending);
    }

    /// Ends an entry that could not be looked for.
    pub(super) fn settle_unfound(&mut self, index: usize, reason: String) {
        if self.entries[index].may_be_written() {
            self.leave_in_doubt(index);
        } else {
            self.settle(index, Ending::because(State::Rejected, reason));
        }
    }

    /// Ends an entry that nothing more can be done for.
    pub(super) fn abandon(&mut self, index: usize, error: &Error, why: &str) {
        if self.entries[index].is_settled() {
            return;
        }
        if self.entries[index].may_be_written() {
            return self.leave_in_doubt(index);
        }
        let error = error.clone().with_delivery(Delivery::NotSent);
        let ending = Ending { error: Some(error), ..Ending::because(State::Rejected, why.to_owned()) };
        self.settle(index, ending);
    }

    /// Tells the journal. What is in doubt stays so.
    fn write_down(&mut self, index: usize, ending: &Ending) {
        let entry = &self.entries[index];
        let Some(journal) = &mut self.journal else { return };
        let was_announced = entry.sends > 0 || journal.known(&entry.name).is_some();
        let state = match ending.state {
            State::Created => DoneState::Created,
            State::Updated => DoneState::Updated,
            State::Unchanged => DoneState::Unchanged,
            State::Rejected | State::Skipped if was_announced => DoneState::NotWritten,
            State::Rejected | State::Skipped | State::MaybeApplied => return,
        };
        journal.close(&entry.name, state, ending.id);
    }

    fn put_down(&mut self, index: usize, number: u64, ending: Ending) {
        let entry = &mut self.entries[index];
        if let (Some(sought), Some(id), State::Created | State::Updated | State::Unchanged) =
            (&entry.sought, ending.id, ending.state)
        {
            self.lookups.learn(sought, id);
            let line = match (ending.journaled, ending.state) {
                (Some(line), _) => line,
                (None, State::Created | State::Updated) => THIS_RUN,
                (None, State::Unchanged | State::Skipped | State::Rejected | State::MaybeApplied) => 0,
            };
            let told = self.told.entry(sought.clone()).or_default();
            *told = line.max(*told);
        }
        self.outcomes.push(Outcome {
            record: number,
            key: entry.mapped.key.clone(),
            state: ending.state,
            id: ending.id,
            dry_run: self.dry_run,
            journaled: ending.journaled.is_some(),
            verified: entry.verified,
            reason: ending.reason,
            failures: ending.failures,
            error: ending.error,
            created: std::mem::take(&mut entry.created),
            differences: std::mem::take(&mut entry.differences),
        });
    }

    /// Tells those who need it what came of a creation.
    fn fill_slot(&mut self, index: usize, ending: Ending) {
        let Entry { role, sought, .. } = &self.entries[index];
        let Role::Creation { slot, mapping, .. } = role else { return };
        let (slot, mapping) = (slot.clone(), mapping.clone());
        let filled = match (ending.state, ending.id) {
            (State::Created | State::Updated | State::Unchanged, Some(id)) => {
                if let Some(sought) = sought {
                    self.lookups.learn(sought, id);
                }
                Slot::Created(id)
            }
            (State::Created | State::Updated | State::Unchanged, None) if self.dry_run => {
                Slot::Planned(mapping.clone())
            }
            (State::Created | State::Updated | State::Unchanged, None) => {
                Slot::Failed(format!("it was created by {mapping:?}, and Brightpearl did not say its id"))
            }
            (State::Skipped | State::Rejected, _) => Slot::Failed(format!(
                "it is not there, and could not be created by {mapping:?}: {}",
                ending.reason.unwrap_or_default()
            )),
            (State::MaybeApplied, _) => Slot::InDoubt(format!(
                "{mapping:?} may have created it: {}",
                ending.reason.unwrap_or_default()
            )),
        };
        if ending.journaled.is_none() && !matches!(filled, Slot::Failed(_) | Slot::InDoubt(_)) {
            self.credit(index, Created { mapping, id: ending.id });
        }
        self.slots.insert(slot, filled);
    }

    /// Notes with the record for which it was done that something was created.
    fn credit(&mut self, index: usize, created: Created) {
        let mut at = index;
        while let Some(Role::Creation { parent, .. }) = self.entries.get(at).map(|entry| &entry.role) {
            at = *parent;
        }
        if let Some(entry) = self.entries.get_mut(at) {
            entry.created.push(created);
        }
    }
}
