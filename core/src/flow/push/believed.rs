//! What was created on behalf of records and is believed, since an earlier run has created it, or no search finds it. Where
//! Brightpearl refuses what refers to it, it is read by its id: what is not there is created anew by the next run.

use std::collections::{BTreeMap, BTreeSet};

use super::PushJob;
use super::advance::creation_name;
use super::ending::Ending;
use super::entry::Role;
use super::journal::DoneState;
use super::referents::slot_of;
use super::sought::Sought;
use crate::id_set::IdSet;
use crate::output::State;

/// What of a window is believed, and what was refused that refers to it.
#[derive(Debug, Default)]
pub(super) struct Beliefs {
    creations: Vec<BelievedCreation>,
    /// The places in the window of what Brightpearl refused.
    refused: BTreeSet<usize>,
    /// By the number of each record that ends with such a refusal, the names in the journal of what it needed.
    needed: BTreeMap<u64, BTreeSet<String>>,
}

/// Something that was created for a record, in this run or an earlier one, and is believed.
#[derive(Debug)]
struct BelievedCreation {
    /// What the journal calls it.
    name: String,
    mapping: String,
    target: String,
    sought: Option<Sought>,
    id: u64,
    is_gone: bool,
}

impl Beliefs {
    /// Whether the outcome of a record waits until what it needed was read.
    pub(super) fn concern(&self, record: u64) -> bool {
        self.needed.contains_key(&record)
    }

    /// What refused records needed, by the paths that created it.
    pub(super) fn suspects(&self) -> impl Iterator<Item = (&str, u64)> {
        let is_suspect =
            |one: &&BelievedCreation| self.needed.values().any(|names| names.contains(&one.name));
        self.creations.iter().filter(is_suspect).map(|one| (one.target.as_str(), one.id))
    }

    /// What is to be said of a record that was refused.
    pub(super) fn told(&self, record: u64) -> impl Iterator<Item = String> {
        let names = self.needed.get(&record);
        let gone = self
            .creations
            .iter()
            .filter(move |one| one.is_gone && names.is_some_and(|names| names.contains(&one.name)));
        gone.map(|BelievedCreation { mapping, id, .. }| {
            format!(
                "what {mapping:?} created for it as {id} was answered as created and is not there; the next run creates \
                 it anew"
            )
        })
    }
}

impl PushJob {
    /// Takes note of what was created for records and is believed, which is what is not looked for, and of what Brightpearl
    /// refused.
    pub(super) fn note_belief(&mut self, index: usize, ending: &Ending, is_looked_for: bool) {
        let entry = self.window.entry(index);
        let is_refused = ending.error.as_ref().is_some_and(|error| error.status().is_some());
        if ending.state == State::Rejected && is_refused {
            self.confirmation.beliefs.refused.insert(index);
        }
        let (Role::Creation { mapping, .. }, State::Created, Some(id)) =
            (entry.role(), ending.state, ending.id)
        else {
            return;
        };
        if let Some(target) = self.target_of(index).filter(|_| !is_looked_for) {
            let (name, sought) = (entry.name().to_owned(), entry.sought().cloned());
            let mapping = mapping.clone();
            let creation = BelievedCreation { name, mapping, target, sought, id, is_gone: false };
            self.confirmation.beliefs.creations.push(creation);
        }
    }

    /// Takes note of what a record needed that was rejected, where Brightpearl refused it or something that it needed.
    pub(super) fn note_needed(&mut self, index: usize, record: u64) {
        let mut reached = BTreeSet::from([index]);
        let mut names = BTreeSet::new();
        let mut left = vec![index];
        while let Some(entry) = left.pop().map(|index| self.window.entry(index)) {
            for name in entry.mapped().owed().map(|reference| creation_name(&slot_of(entry, reference))) {
                left.extend(self.window.index_of(&name).filter(|index| reached.insert(*index)));
                names.insert(name);
            }
        }
        let beliefs = &mut self.confirmation.beliefs;
        names.retain(|name| beliefs.creations.iter().any(|one| one.name == *name));
        if !names.is_empty() && !reached.is_disjoint(&beliefs.refused) {
            beliefs.needed.insert(record, names);
        }
    }

    /// Takes note of what is missing of what was created at a path: the next run creates it anew, and so do later windows
    /// of this one.
    pub(super) fn disbelieve(&mut self, target: &str, missing: &IdSet) {
        let creations = &mut self.confirmation.beliefs.creations;
        for gone in creations.iter_mut().filter(|one| one.target == target && missing.contains(one.id)) {
            gone.is_gone = true;
            self.ledger.rewrite(&gone.name, DoneState::NotWritten, None);
            self.ledger.disbelieve(&gone.name);
            gone.sought.iter().for_each(|sought| self.lookups.forget(sought));
        }
    }
}
