//! What the references of an entry stand for.

use std::collections::BTreeMap;

use super::entry::PushEntry;
use super::lookup::{Hit, Lookups};
use super::sought::Sought;
use crate::json::quoted;
use crate::mapping::{Mapped, NoBody, OnMissing, Reference, Resolution};
use crate::output::Difference;

/// Something that is created for references.
#[derive(Clone, Debug)]
pub(super) enum CreationState {
    /// It is on its way.
    Awaited,
    Created(u64),
    /// A dry run would create it, by the mapping of that name.
    Planned(String),
    Failed(String),
    InDoubt(String),
}

/// What a window creates for its records, by what it is known by to those who need it.
#[derive(Debug, Default)]
pub(super) struct Creations(BTreeMap<String, CreationState>);

impl Creations {
    /// Takes note that something is about to be created; `false` when it is, or was.
    pub(super) fn open(&mut self, slot: &str) -> bool {
        let is_new = !self.0.contains_key(slot);
        if is_new {
            self.0.insert(slot.to_owned(), CreationState::Awaited);
        }
        is_new
    }

    /// Takes note of what became of it.
    pub(super) fn fill(&mut self, slot: String, filled: CreationState) {
        self.0.insert(slot, filled);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// What is known of a reference.
#[derive(Debug)]
pub(super) enum Referent {
    Found(Hit),
    /// There are several.
    Ambiguous(Vec<Hit>),
    Missing,
    /// It must be looked up.
    Unsought(Sought),
    /// It must be created.
    Uncreated(String),
    /// It is being created.
    Awaited,
    /// It could not be found out, or created.
    Failed(String),
    /// An attempt to create it may have been applied.
    InDoubt(String),
}

/// What the body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// To be written, or checked.
    Writing,
    /// To be shown.
    Showing,
    /// To be compared with a record that is there. What is not there yet is as a dry run shows it, and no value that is
    /// there is equal to that. What would be created without having been looked for is compared by what it has itself
    /// (`attached`), and left out.
    Comparing,
}

/// All that is known of references.
#[derive(Clone, Copy, Debug)]
pub(super) struct Referents<'p> {
    pub(super) lookups: &'p Lookups,
    pub(super) creations: &'p Creations,
}

impl Referents<'_> {
    /// What is known of a reference.
    pub(super) fn of(self, entry: &PushEntry, reference: &Reference) -> Referent {
        let slot = slot_of(entry, reference);
        let created = self.creations.0.get(&slot);
        if !reference.search.is_empty() {
            let sought = Sought::of(reference);
            if let Some(reason) = self.lookups.obstacle(&sought) {
                return Referent::Failed(reason);
            }
            match self.lookups.hits(&sought) {
                Some([]) => {}
                Some([hit]) => return Referent::Found(hit.clone()),
                Some(hits) => return Referent::Ambiguous(hits.to_vec()),
                // While it is created nobody else looks for it.
                None if created.is_none() => return Referent::Unsought(sought),
                None => {}
            }
        }
        if !matches!(reference.on_missing, OnMissing::Create(_)) {
            return Referent::Missing;
        }
        match created {
            None => Referent::Uncreated(slot),
            Some(CreationState::Awaited) => Referent::Awaited,
            Some(CreationState::Created(id)) => Referent::Found(Hit::Id(*id)),
            Some(CreationState::Planned(mapping)) => Referent::Found(Hit::Text(planned(mapping))),
            Some(CreationState::Failed(reason)) => Referent::Failed(reason.clone()),
            Some(CreationState::InDoubt(reason)) => Referent::InDoubt(reason.clone()),
        }
    }

    /// What an entry refers to and is still to be looked up.
    pub(super) fn unsought(self, entry: &PushEntry) -> Vec<Sought> {
        self.unsought_of(entry, &entry.mapped().references)
    }

    /// What of these references, which an entry or something of its own has, is still to be looked up.
    pub(super) fn unsought_of<'r>(
        self,
        entry: &PushEntry,
        references: impl IntoIterator<Item = &'r Reference>,
    ) -> Vec<Sought> {
        let unsought = |reference| match self.of(entry, reference) {
            Referent::Unsought(sought) => Some(sought),
            Referent::Found(_)
            | Referent::Ambiguous(_)
            | Referent::Missing
            | Referent::Uncreated(_)
            | Referent::Awaited
            | Referent::Failed(_)
            | Referent::InDoubt(_) => None,
        };
        references.into_iter().filter_map(unsought).collect()
    }

    /// The path and the body of an entry, of which everything is looked up.
    ///
    /// # Errors
    /// Why there is no body.
    pub(super) fn whole(self, entry: &PushEntry, aim: Aim) -> Result<(String, String), NoBody> {
        let resolve = |reference: &Reference| self.resolution(entry, reference, aim);
        let body = entry.mapped().body(&resolve)?;
        Ok((entry.mapped().path(&resolve)?, body))
    }

    /// The body of what would be created for an entry, to be compared with what was created for it before.
    ///
    /// # Errors
    /// Why there is no body.
    pub(super) fn made(self, entry: &PushEntry, made: &Mapped) -> Result<String, NoBody> {
        made.body(&|reference: &Reference| {
            if reference.search.is_empty() {
                return Resolution::LeftOut;
            }
            self.resolution(entry, reference, Aim::Comparing)
        })
    }

    fn resolution(self, entry: &PushEntry, reference: &Reference, aim: Aim) -> Resolution {
        match self.of(entry, reference) {
            Referent::Found(Hit::Id(id)) => Resolution::Id(id),
            // What a dry run would create has no id yet; any will do for the checking.
            Referent::Found(Hit::Text(_)) if self.is_planned(entry, reference) && aim == Aim::Writing => {
                Resolution::Id(1)
            }
            Referent::Found(Hit::Text(text)) => Resolution::Text(text),
            Referent::Missing => Resolution::Missing,
            Referent::Uncreated(_) | Referent::Awaited if aim == Aim::Comparing => {
                match &reference.on_missing {
                    OnMissing::Create(mapping) if !reference.search.is_empty() => {
                        Resolution::Text(planned(mapping.name()))
                    }
                    OnMissing::Create(_)
                    | OnMissing::Fail
                    | OnMissing::Skip
                    | OnMissing::SkipRecord
                    | OnMissing::Default(_) => Resolution::LeftOut,
                }
            }
            Referent::Ambiguous(hits) => Resolution::Unknown(several(&hits)),
            Referent::Failed(reason) | Referent::InDoubt(reason) => Resolution::Unknown(reason),
            Referent::Unsought(_) | Referent::Uncreated(_) | Referent::Awaited => {
                Resolution::Unknown("it was not looked up".to_owned())
            }
        }
    }

    /// What the mapping tells of an entry, since Brightpearl does not have what it refers to.
    pub(super) fn told(self, entry: &PushEntry) -> Vec<String> {
        let resolve = |reference: &Reference| match self.of(entry, reference) {
            Referent::Missing => Resolution::Missing,
            Referent::Found(_)
            | Referent::Ambiguous(_)
            | Referent::Unsought(_)
            | Referent::Uncreated(_)
            | Referent::Awaited
            | Referent::Failed(_)
            | Referent::InDoubt(_) => Resolution::LeftOut,
        };
        entry.mapped().told(&resolve)
    }

    fn is_planned(self, entry: &PushEntry, reference: &Reference) -> bool {
        matches!(self.creations.0.get(&slot_of(entry, reference)), Some(CreationState::Planned(_)))
    }
}

/// What stands for something that the mapping of that name is to create.
pub(super) fn planned(mapping: &str) -> String {
    format!("{{created by {mapping}}}")
}

/// Whether a difference at that place is one of a reference that is to be created, alone or within what is to be added.
pub(super) fn shows_planned(reference: &Reference, difference: &Difference) -> bool {
    let OnMissing::Create(mapping) = &reference.on_missing else { return false };
    let mut of_reference = reference.pointer.split('/');
    let is_at_it = |segment: &str| of_reference.next().is_some_and(|own| own == segment || own == "*");
    difference.pointer.split('/').all(is_at_it)
        && difference.after.get().contains(&quoted(&planned(mapping.name())))
}

/// What creations are known by: what is searched for is one thing for all, and what is not is the entry's own.
pub(super) fn slot_of(entry: &PushEntry, reference: &Reference) -> String {
    if reference.search.is_empty() {
        let record = reference.record.as_deref().unwrap_or_default();
        // Elements of an `each` have a creation each.
        let same_rule = entry.mapped().references.iter().filter(|other| other.rule == reference.rule);
        let place = same_rule.take_while(|other| other.record.as_deref() != Some(record)).count();
        return format!("{}{}/{place}", entry.name(), reference.rule);
    }
    // Two spellings of one value are one creation.
    let value = Sought::of(reference).normal().to_owned();
    Reference { value, ..reference.clone() }.text()
}

/// Why a reference to several things cannot be followed.
fn several(hits: &[Hit]) -> String {
    format!("Brightpearl has {} that match ({}); narrow the rule down with `by`", hits.len(), listed(hits))
}

pub(super) fn listed(hits: &[Hit]) -> String {
    const NAMED: usize = 5;
    let mut words: Vec<String> = hits
        .iter()
        .take(NAMED)
        .map(|hit| match hit {
            Hit::Id(id) => id.to_string(),
            Hit::Text(text) => text.clone(),
        })
        .collect();
    if hits.len() > NAMED {
        words.push("…".to_owned());
    }
    words.join(", ")
}
