//! What rules made, for the rules after them: which values are kept, and whether they are there when they are asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Findings;
use super::plan::{BodyPlan, Leaf, List};
use super::rule::MappingRule;
use crate::json::nearest;

/// Where a run keeps what a rule made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MadeSlot(pub(super) usize);

/// What is asked for: what goes to a place, or what a rule calls by a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MadeKey {
    /// A JSON Pointer into the body, `*` for the elements of arrays.
    Place(String),
    /// A name, within the elements at this place; empty for the record's.
    Name { base: String, name: String },
}

/// A place of the document that asks for what was made.
#[derive(Debug)]
struct MadeUse {
    key: MadeKey,
    /// As the document has it.
    asked: String,
}

/// All that a document keeps, and all that it asks for.
#[derive(Debug, Default)]
pub(super) struct MadeBook {
    slots: BTreeMap<MadeKey, MadeSlot>,
    /// By where they stand in the document.
    uses: BTreeMap<String, MadeUse>,
    /// Names that rules gave so far.
    names: BTreeSet<(String, String)>,
}

impl MadeBook {
    /// Takes note that a rule keeps its value by a name; `false` when another one does.
    pub(super) fn name(&mut self, base: &str, name: &str) -> bool {
        self.names.insert((base.to_owned(), name.to_owned()))
    }

    /// The slot of what is asked for at a place of the document: a pointer relative to `base`, or a name that a rule
    /// of one of `bases`, inner before outer, has.
    pub(super) fn ask<'b>(
        &mut self,
        asked: &str,
        pointer: &str,
        base: &str,
        mut bases: impl Iterator<Item = &'b str>,
    ) -> MadeSlot {
        let key = if asked.starts_with('/') {
            MadeKey::Place(format!("{base}{asked}"))
        } else {
            let known = bases.find(|base| self.names.contains(&((*base).to_owned(), asked.to_owned())));
            MadeKey::Name { base: known.unwrap_or(base).to_owned(), name: asked.to_owned() }
        };
        let next = MadeSlot(self.slots.len());
        let slot = *self.slots.entry(key.clone()).or_insert(next);
        self.uses.insert(pointer.to_owned(), MadeUse { key, asked: asked.to_owned() });
        slot
    }

    /// The slot of what is asked for somewhere.
    pub(super) fn slot(&self, key: &MadeKey) -> Option<MadeSlot> {
        self.slots.get(key).copied()
    }

    /// How many slots there are.
    pub(super) fn count(&self) -> usize {
        self.slots.len()
    }

    /// Gives the plan its slots, and finds what is asked for before it is made. `behind` are lists that are made when
    /// the whole body is, with what they know beside it.
    pub(super) fn settle(
        mut self,
        plan: &mut BodyPlan,
        behind: &mut [(&mut List, MadeKey)],
        findings: &mut Findings,
    ) {
        let mut order = Order { book: &mut self, made: Vec::new(), findings };
        order.walk(plan);
        for (list, known) in behind {
            order.made.push((known.clone(), true));
            order.list(list);
            order.made.pop();
        }
        order.leftovers();
    }
}

/// The order in which a body is made.
struct Order<'o> {
    book: &'o mut MadeBook,
    /// What is there already, and whether its value is known.
    made: Vec<(MadeKey, bool)>,
    findings: &'o mut Findings,
}

impl Order<'_> {
    fn walk(&mut self, plan: &mut BodyPlan) {
        match plan {
            BodyPlan::Object(members) => members.iter_mut().for_each(|member| self.walk(&mut member.plan)),
            BodyPlan::Array(elements) => elements.iter_mut().for_each(|(_, element)| self.walk(element)),
            BodyPlan::List(lists) => lists.iter_mut().for_each(|list| self.list(list)),
            BodyPlan::Leaf(leaf) | BodyPlan::Kept(leaf) => self.leaf(leaf),
        }
    }

    fn list(&mut self, list: &mut List) {
        for member in ["each", "when"] {
            self.uses_within(&format!("{}/{member}", list.each.pointer));
        }
        let outside = self.made.len();
        let base = format!("{}/*", list.each.to);
        let is_within = |key: &MadeKey| match key {
            MadeKey::Place(place) => place.starts_with(&base),
            MadeKey::Name { base: of, .. } => of.starts_with(&base),
        };
        let slots = self.book.slots.iter();
        list.forgotten = slots.filter(|(key, _)| is_within(key)).map(|(_, slot)| *slot).collect();
        self.walk(&mut list.item);
        // What belongs to one element says nothing behind it.
        self.made.truncate(outside);
    }

    fn leaf(&mut self, leaf: &mut Leaf) {
        for rule in &leaf.rules {
            self.uses_within(&rule.pointer);
        }
        let Some(key) = leaf.rules.first().map(key_of) else { return };
        leaf.kept = self.book.slots.get(&key).copied();
        self.made.push((key, leaf.rules.iter().all(|rule| rule.resolve.is_none())));
    }

    /// Judges what a part of the document asks for.
    fn uses_within(&mut self, pointer: &str) {
        let within = |place: &String| {
            place.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let places: Vec<String> = self.book.uses.keys().filter(|place| within(place)).cloned().collect();
        for place in places {
            let Some(asked) = self.book.uses.remove(&place) else { continue };
            match self.made.iter().find(|(key, _)| *key == asked.key) {
                Some((_, true)) => {}
                Some((_, false)) => {
                    let message = format!(
                        "{} is looked up in Brightpearl, so what it is is not known while the record is mapped",
                        asked.asked
                    );
                    self.findings.error(place, message);
                }
                None => self.refuse(place, &asked),
            }
        }
    }

    fn refuse(&mut self, place: String, asked: &MadeUse) {
        let name = &asked.asked;
        let names = self.made.iter().map(|(key, _)| match key {
            MadeKey::Place(place) => place.rsplit_once("/*").map_or(place.as_str(), |(_, rest)| rest),
            MadeKey::Name { name, .. } => name.as_str(),
        });
        let hint = nearest(name, names).map_or_else(String::new, |name| format!("; did you mean {name}?"));
        let message = format!(
            "no rule before this one makes {name}: expected the `to` or the `name` of an earlier rule of the same record or element; members of one object are made together, where the first of them stands{hint}"
        );
        self.findings.error(place, message);
    }

    /// What is asked for where no rule of the body stands.
    fn leftovers(&mut self) {
        for (place, asked) in std::mem::take(&mut self.book.uses) {
            let message = format!("{} is not made yet where this is needed", asked.asked);
            self.findings.error(place, message);
        }
    }
}

fn key_of(rule: &MappingRule) -> MadeKey {
    rule.kept_as.clone().unwrap_or_else(|| MadeKey::Place(rule.to.to_string()))
}
