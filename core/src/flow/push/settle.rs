//! Bringing entries to their end, of which everybody takes note who must.

use super::PushJob;
use super::advance::creation_name;
use super::ending::Ending;
use super::entry::Role;
use super::progress::Progress;
use super::referents::{CreationState, slot_of};
use super::sought::Sought;
use crate::error::{Error, Result};
use crate::output::{Created, Outcome, State};

/// What an order that lost rows must be told with: a shop's refund may come as a document of its own, too.
const SHORTENED: &str = "rows or pieces were taken out of what is there, as the record has them no more; a refund that \
                         is brought as a credit as well counts twice then";

/// Why an outcome is known though no answer told it.
const FOUND_OUT: &str = "what became of its write was not known; Brightpearl was asked, and has it";

impl PushJob {
    /// Leads an entry a step further. A step that it cannot take is a fault of ours: the entry ends with it.
    pub(super) fn go<T>(&mut self, index: usize, step: impl FnOnce(&mut Progress) -> Result<T>) -> Option<T> {
        let progress = self.window.entry_mut(index).progress_mut();
        step(progress).map_err(|error| self.settle_unfound(index, Ending::refused(error))).ok()
    }

    /// Ends an entry. What is over already stays as it was told.
    pub(super) fn settle(&mut self, index: usize, mut ending: Ending) {
        if let Some(told) = self.told(index, &ending) {
            ending.reason = Some(told);
        }
        if ending.reason.is_none() {
            let progress = self.window.entry(index).progress();
            // What was written anew since was answered.
            let is_verified = ending.verified || progress.is_verified() && !progress.was_cleared();
            ending.reason = match &ending.error {
                Some(error) => Some(error.to_string()),
                None => is_verified.then(|| FOUND_OUT.to_owned()),
            };
        }
        let changed = self.window.entry(index).changed();
        let differs_in_part = ending.state == State::Differs && !changed.is_empty();
        if differs_in_part {
            ending = ending.but_changed(&changed);
            let told = self.referents().told(self.window.entry(index));
            ending.reason = ending.reason.map(|reason| [vec![reason], told].concat().join("; "));
        }
        let is_changed = ending.state == State::Updated || differs_in_part;
        if is_changed && self.window.entry(index).is_shortened() {
            let before = ending.reason.map(|reason| format!("{reason}; ")).unwrap_or_default();
            ending.reason = Some(format!("{before}{SHORTENED}"));
        }
        if self.window.entry_mut(index).progress_mut().settle(ending.verified).is_err() {
            return;
        }
        let entry = self.window.entry(index);
        let confirm = self.is_to_be_confirmed(entry, &ending);
        if ending.journaled.is_none() && !ending.is_twin {
            let key = entry.key().filter(|_| entry.is_record());
            let (name, version) = (entry.name(), key.and(entry.version()));
            self.ledger.close(name, entry.progress().was_announced(), &ending, key, version, confirm);
        }
        if let Role::Record(number) = entry.role() {
            self.rivals.close(entry, *number, &ending);
        }
        if let (Some(sought), Some(id)) = (entry.sought(), ending.id_there()) {
            self.lookups.learn(sought, id, ending.state == State::Created && ending.journaled.is_none());
            if entry.is_record() && !ending.is_twin {
                self.rivals.tell(sought, &ending, entry.progress().was_announced());
            }
        }
        self.close_references(index);
        if confirm {
            self.hold_creation(index, &ending);
        }
        self.note_belief(index, &ending, confirm);
        let entry = self.window.entry_mut(index);
        let is_dry_run = self.terms.is_dry_run();
        match entry.role().clone() {
            Role::Record(number) => {
                let outcome = entry.outcome(number, ending, is_dry_run);
                if outcome.state == State::Rejected {
                    self.note_needed(index, number);
                }
                self.put_out(index, outcome);
            }
            Role::Creation { slot, mapping, parent } => {
                let (id, is_journaled) = (ending.id, ending.journaled.is_some());
                if let Some(id) =
                    id.filter(|_| ending.state == State::Created && !ending.verified && !is_journaled)
                {
                    self.learn_parent(parent, &slot, id);
                }
                let is_ours = matches!(ending.state, State::Created | State::Updated);
                let filled = ending.slot(&mapping, is_dry_run);
                if is_ours
                    && !is_journaled
                    && !matches!(filled, CreationState::Failed(_) | CreationState::InDoubt(_))
                {
                    self.window.credit(index, Created { mapping, id });
                }
                self.window.creations_mut().fill(slot, filled);
            }
        }
    }

    /// Closes what earlier runs were about to create for others and left open, where it is found now.
    fn close_references(&mut self, index: usize) {
        let entry = self.window.entry(index);
        let found = entry.mapped().owed().filter(|reference| {
            let is_found = |sought| self.lookups.hits(&sought).is_some_and(|hits| !hits.is_empty());
            !reference.search.is_empty() && is_found(Sought::of(reference))
        });
        let names: Vec<String> = found.map(|reference| creation_name(&slot_of(entry, reference))).collect();
        // What this run creates is closed by its own entry.
        let is_own = |name: &String| {
            (0..self.window.len()).any(|other| self.window.entry(other).name() == name.as_str())
        };
        let others: Vec<String> = names.into_iter().filter(|name| !is_own(name)).collect();
        for name in others {
            if self.ledger.is_open(&name) {
                self.ledger.close_found(&name);
            }
            // What it needed itself, such as a customer's address, it has.
            self.ledger.close_below(&creation_name(&name));
        }
    }

    /// What the mapping tells of an entry that is there, and of which nothing else is to be said.
    fn told(&self, index: usize, ending: &Ending) -> Option<String> {
        let is_plain = match ending.state {
            State::Created | State::Updated | State::Unchanged => true,
            State::Differs | State::Doubled | State::Skipped | State::Rejected | State::MaybeApplied => false,
        };
        if !is_plain || ending.reason.is_some() || ending.journaled.is_some() {
            return None;
        }
        let told = self.referents().told(self.window.entry(index));
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// Leaves open what became of an entry.
    pub(super) fn leave_in_doubt(&mut self, index: usize) {
        let error = self.window.entry(index).progress().doubt().and_then(|doubt| doubt.error.clone());
        self.settle(index, Ending::in_doubt(error));
    }

    /// Tells what earlier runs announced and never closed, and this run had nothing of. Whoever it was for, its place in
    /// the input is behind all that there is.
    pub(super) fn tell_left_open(&mut self) {
        let first = self.window.total().unwrap_or_default();
        for (place, (what, key)) in self.ledger.take_left_open().into_iter().enumerate() {
            let mut outcome = Outcome::new(first + place as u64, State::MaybeApplied);
            outcome.reason = Some(format!(
                "an earlier run was about to write it and never said what came of it, and nothing in this run's input is the same ({what} in the journal); look in Brightpearl"
            ));
            outcome.key = key;
            self.outbox.add(outcome);
        }
    }

    /// Ends an entry of which nothing more can be found out: in that way, or in doubt where an attempt may have been
    /// applied.
    pub(super) fn settle_unfound(&mut self, index: usize, ending: Ending) {
        let progress = self.window.entry(index).progress();
        if progress.is_out() {
            self.settle(index, Ending::in_doubt(ending.error));
        } else if progress.may_be_written() {
            self.leave_in_doubt(index);
        } else if let Some(refused) = progress.refused_change() {
            self.settle(index, Ending::change_refused(refused.clone()));
        } else if progress.has_changed() {
            self.settle(index, ending.unseen());
        } else {
            self.settle(index, ending);
        }
    }

    /// Settles everything that is left, once nothing more can be done.
    pub(super) fn give_up(&mut self, error: &Error) {
        let why = format!("it was not written, since the push ended before: {}", error.message());
        for index in 0..self.window.len() {
            let journaled = self.window.entry(index).progress().journaled();
            match journaled.filter(|done| self.holds(index, *done)) {
                // An earlier run brought it to its end, which waited for its turn to be told.
                Some(done) => self.settle(index, Ending::journaled(done)),
                None => self.settle_unfound(index, Ending::not_sent(error, &why)),
            }
        }
        for (number, record) in self.window.take_rest() {
            let mut outcome = Outcome::new(number, State::Rejected);
            outcome.key = self.terms.mapping().map(&record).key;
            outcome.reason = Some(why.clone());
            outcome.dry_run = self.terms.is_dry_run();
            self.outbox.add(outcome);
        }
        self.release_unlooked(error);
        self.ledger.end_waiting();
        self.is_over = true;
        self.flush();
    }
}
