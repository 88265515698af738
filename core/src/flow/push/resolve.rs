//! What the references of an entry stand for.

use super::PushJob;
use super::entry::{Entry, Standing};
use super::lookup::{Hit, Sought};
use crate::mapping::{NoBody, OnMissing, Reference, Resolution};

/// Something that is created for references.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    /// It is on its way.
    Awaited,
    Created(u64),
    /// A dry run would create it, by the mapping of that name.
    Planned(String),
    Failed(String),
    InDoubt(String),
}

/// What the body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be written, or checked.
    Writing,
    /// To be shown.
    Showing,
    /// To be compared with a record that is there, for which nothing is created.
    Comparing,
}

impl PushJob {
    /// What is known of a reference.
    pub(super) fn standing(&self, entry: &Entry, reference: &Reference) -> Standing {
        let slot = slot_of(entry, reference);
        if !reference.search.is_empty() {
            let sought = Sought::of(reference);
            if let Some(reason) = self.lookups.obstacle(&sought) {
                return Standing::Failed(reason.to_owned());
            }
            match self.lookups.hits(&sought) {
                Some([]) => {}
                Some([hit]) => return Standing::Found(hit.clone()),
                Some(hits) => return Standing::Ambiguous(hits.to_vec()),
                // While it is created nobody else looks for it.
                None if !self.slots.contains_key(&slot) => {
                    return Standing::Unsought(sought);
                }
                None => {}
            }
        }
        if !matches!(reference.on_missing, OnMissing::Create(_)) {
            return Standing::Missing;
        }
        match self.slots.get(&slot) {
            None => Standing::Uncreated(slot),
            Some(Slot::Awaited) => Standing::Awaited,
            Some(Slot::Created(id)) => Standing::Found(Hit::Id(*id)),
            Some(Slot::Planned(mapping)) => Standing::Found(Hit::Text(format!("{{created by {mapping}}}"))),
            Some(Slot::Failed(reason)) => Standing::Failed(reason.clone()),
            Some(Slot::InDoubt(reason)) => Standing::InDoubt(reason.clone()),
        }
    }

    /// The path and the body of an entry, of which everything is looked up.
    pub(super) fn whole(&self, entry: &Entry, purpose: Purpose) -> Result<(String, String), NoBody> {
        let resolve = |reference: &Reference| match self.standing(entry, reference) {
            Standing::Found(Hit::Id(id)) => Resolution::Id(id),
            // What a dry run would create has no id yet; any will do for the checking.
            Standing::Found(Hit::Text(_))
                if self.is_planned(entry, reference) && purpose == Purpose::Writing =>
            {
                Resolution::Id(1)
            }
            Standing::Found(Hit::Text(text)) => Resolution::Text(text),
            Standing::Missing => Resolution::Missing,
            Standing::Uncreated(_) | Standing::Awaited if purpose == Purpose::Comparing => {
                Resolution::LeftOut
            }
            Standing::Ambiguous(hits) => Resolution::Unknown(several(&hits)),
            Standing::Failed(reason) | Standing::InDoubt(reason) => Resolution::Unknown(reason),
            Standing::Unsought(..) | Standing::Uncreated(_) | Standing::Awaited => {
                Resolution::Unknown("it was not looked up".to_owned())
            }
        };
        let body = entry.mapped.body(&resolve)?;
        Ok((entry.mapped.path(&resolve)?, body))
    }

    fn is_planned(&self, entry: &Entry, reference: &Reference) -> bool {
        matches!(self.slots.get(&slot_of(entry, reference)), Some(Slot::Planned(_)))
    }
}

/// What creations are known by: what is searched for is one thing for all, and what is not is the entry's own.
pub(super) fn slot_of(entry: &Entry, reference: &Reference) -> String {
    if reference.search.is_empty() {
        let record = reference.record.as_deref().unwrap_or_default();
        // Elements of an `each` have a creation each.
        let same_rule = entry.mapped.references.iter().filter(|other| other.rule == reference.rule);
        let place = same_rule.take_while(|other| other.record.as_deref() != Some(record)).count();
        return format!("{}{}/{place}", entry.name, reference.rule);
    }
    reference.text()
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
