//! Deciding what becomes of a record that the mapping leaves out and that is in Brightpearl all the same: what was given
//! back of it becomes credits, and then it is moved to another status.

use std::collections::VecDeque;

use super::PushJob;
use super::change::{move_to, other_status};
use super::ending::Ending;
use super::entry::PushEntry;
use super::judge::{Judge, Verdict, settle};
use super::lookup::Hit;
use super::parent::{Parent, parent_sought};
use super::referents::{Referent, listed, slot_of};
use crate::catalog::PARENT_SEARCH;
use crate::mapping::{Credit, IfThere, LeftOut, StatusMove};
use crate::operation::Existing;
use crate::output::State;

/// How far what was given back of a record is credited.
enum Credits {
    /// All of it is.
    Settled,
    /// Something is to be done before.
    Open(Verdict),
    /// Some of it cannot be, for this reason.
    Refused(String),
    /// It cannot be found out, for this reason.
    Unknown(String),
    /// An attempt to create one may have been applied.
    InDoubt(String),
}

impl Judge<'_> {
    /// What is there is of a record that the mapping leaves out now. What was given back of it becomes credits first.
    pub(super) fn of_left_out(self, entry: &PushEntry, id: u64, (reason, if_there): LeftOut<'_>) -> Verdict {
        let ends = |state, what: &str| {
            let reason = format!("{reason}, and it is in Brightpearl: {what}");
            settle(Ending { id: Some(id), ..Ending::because(state, reason) })
        };
        let differs = |what: &str| ends(State::Differs, what);
        let IfThere::Settle { credits, status } = if_there else {
            return differs("change it there, or let the document say in `there` what becomes of it");
        };
        if self.terms.existing() == Existing::Reject {
            return differs("what is there is not to be changed");
        }
        match self.of_credits(entry, id, credits) {
            Credits::Settled => {}
            Credits::Open(verdict) => return verdict,
            // Whether its own write was applied is not known, either.
            Credits::Refused(_) | Credits::Unknown(_) | Credits::InDoubt(_)
                if entry.progress().doubt().is_some() =>
            {
                return Verdict::LeaveInDoubt;
            }
            Credits::Refused(why) => {
                return differs(&format!("what was given back could not become a credit: {why}"));
            }
            Credits::Unknown(why) => return Verdict::LeaveUnfound(why),
            Credits::InDoubt(why) => {
                return ends(State::MaybeApplied, &format!("a credit may have been created: {why}"));
            }
        }
        let (status, note) = match (status, self.terms.existing()) {
            (None, _) => return ends(State::Unchanged, "it is left as it is there"),
            (Some(_), Existing::Leave | Existing::Reject) => {
                return differs("what is there is not to be changed");
            }
            (Some(StatusMove { status, note }), Existing::Update) => (*status, note.as_deref()),
        };
        let Some(how) = self.terms.update().and_then(|update| update.status) else {
            return differs("records of this kind have no status; change it there");
        };
        let Some((id, json)) = entry.progress().there() else { return Verdict::Read(id) };
        let is_in_doubt = entry.progress().doubt().is_some();
        let is_changed = entry.progress().is_changed();
        let Some(difference) = other_status(how, status, json) else {
            if is_changed {
                return settle(Ending { id: Some(id), ..Ending::because(State::Updated, reason) });
            }
            let state = if is_in_doubt { State::Updated } else { State::Unchanged };
            let reason = format!("{reason}, and it has that status in Brightpearl");
            return settle(Ending { id: Some(id), verified: is_in_doubt, ..Ending::because(state, reason) });
        };
        let then = if let Some(refused) = entry.progress().refused_change() {
            settle(Ending::change_refused(refused.clone()))
        } else if is_changed {
            settle(Ending::differs(id, std::slice::from_ref(&difference)))
        } else if is_in_doubt && !entry.progress().may_go_again() {
            Verdict::LeaveInDoubt
        } else {
            Verdict::Change(id, VecDeque::from([move_to(how, id, status, note)]))
        };
        Verdict::Compared(vec![difference], Box::new(then))
    }

    /// How far what was given back is a credit.
    fn of_credits(self, entry: &PushEntry, order: u64, credits: &[Credit]) -> Credits {
        let (mut unsought, mut uncreated, mut is_waiting) = (Vec::new(), Vec::new(), false);
        let (mut refused, mut unknown, mut in_doubt) = (Vec::new(), Vec::new(), Vec::new());
        for credit in credits {
            let reference = match credit {
                Credit::Due(reference) => reference,
                Credit::Refused(failures) => {
                    refused.extend(failures.iter().map(ToString::to_string));
                    continue;
                }
            };
            match self.referents.of(entry, reference) {
                Referent::Found(hit) => match self.parent_of_credit(&hit) {
                    Parent::Unsought(sought) => unsought.push(sought),
                    Parent::Unknown(reason) => unknown.push(reason),
                    Parent::Order(parent) if parent != order => refused.push(format!(
                        "{} is {}, which is a credit of order {parent} and not of {order}; expected keys that no two \
                         shops of this account share",
                        reference.text(),
                        listed(std::slice::from_ref(&hit))
                    )),
                    Parent::Order(_) | Parent::Untold => {}
                },
                Referent::Unsought(sought) => unsought.push(sought),
                Referent::Uncreated(slot) => uncreated.push((reference.clone(), slot)),
                Referent::Awaited => is_waiting = true,
                Referent::Failed(reason) => refused.push(reason),
                Referent::Missing => refused.push(format!("Brightpearl has no {}", reference.text())),
                Referent::Ambiguous(hits) => refused.push(format!(
                    "Brightpearl has {} of {}: {}",
                    hits.len(),
                    reference.text(),
                    listed(&hits)
                )),
                Referent::InDoubt(reason) => in_doubt.push(reason),
            }
        }
        if !unsought.is_empty() {
            return Credits::Open(Verdict::LookUp(unsought));
        }
        if !uncreated.is_empty() {
            return Credits::Open(Verdict::Create(uncreated));
        }
        if is_waiting {
            return Credits::Open(Verdict::Wait);
        }
        match (in_doubt.as_slice(), unknown.as_slice(), refused.as_slice()) {
            ([], [], []) => Credits::Settled,
            ([], [], refused) => Credits::Refused(refused.join("; ")),
            ([], unknown, _) => Credits::Unknown(unknown.join("; ")),
            (in_doubt, _, _) => Credits::InDoubt(in_doubt.join("; ")),
        }
    }

    /// Which order a credit belongs to that was found by its key: others may have used the same key.
    fn parent_of_credit(self, credit: &Hit) -> Parent {
        match credit {
            Hit::Id(credit) => self.parent_of(&PARENT_SEARCH, "credit", *credit),
            // What a dry run would create has none yet.
            Hit::Text(_) => Parent::Untold,
        }
    }
}

impl PushJob {
    /// Takes note of the order for which this push has created a credit. The search may lag behind.
    pub(super) fn learn_parent(&mut self, parent: usize, slot: &str, credit: u64) {
        let entry = self.window.entry(parent);
        let IfThere::Settle { credits, .. } = &entry.mapped().if_there else { return };
        let is_it = |due: &Credit| matches!(due, Credit::Due(reference) if slot_of(entry, reference) == slot);
        if !credits.iter().any(is_it) {
            return;
        }
        let order = entry.sought().and_then(|sought| self.lookups.hits(sought));
        if let Some([order @ Hit::Id(_)]) = order {
            let order = order.clone();
            self.lookups.learn_hits(&parent_sought(&PARENT_SEARCH, credit), vec![order]);
        }
    }
}
