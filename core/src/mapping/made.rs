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
    /// A name, within the elements of the `each` that stands there in the document; empty for the record's.
    Name { around: String, name: String },
}

/// A place of the document that asks for what was made.
#[derive(Debug)]
struct MadeUse {
    key: MadeKey,
    /// As the document has it.
    asked: String,
    /// Whether it is about what is looked up, and not about a value.
    is_of_reference: bool,
}

/// All that a document keeps, and all that it asks for.
#[derive(Debug, Default)]
pub(super) struct MadeBook {
    slots: BTreeMap<MadeKey, MadeSlot>,
    /// By where they stand in the document.
    uses: BTreeMap<String, MadeUse>,
    /// Names that rules gave so far.
    names: BTreeSet<(String, String)>,
    /// Names of which all that was made is asked for when the body is whole.
    gathered: BTreeMap<String, (MadeSlot, String)>,
}

impl MadeBook {
    /// Takes note that a rule keeps its value by a name; `false` when another one does.
    pub(super) fn name(&mut self, around: &str, name: &str) -> bool {
        self.names.insert((around.to_owned(), name.to_owned()))
    }

    /// The slot of all that rules of a name make, wherever they stand.
    pub(super) fn gather(&mut self, name: &str, pointer: &str) -> MadeSlot {
        let next = MadeSlot(self.gathered.len());
        self.gathered.entry(name.to_owned()).or_insert((next, pointer.to_owned())).0
    }

    /// How many names are gathered.
    pub(super) fn gathered(&self) -> usize {
        self.gathered.len()
    }

    /// The slot of what is asked for at a place of the document: a pointer relative to `base`, or a name that a rule
    /// within one of `around`, inner before outer, has.
    pub(super) fn ask<'b>(
        &mut self,
        asked: &str,
        pointer: &str,
        base: &str,
        around: impl Iterator<Item = &'b str>,
    ) -> MadeSlot {
        let key = self.key_of(asked, base, around);
        self.take(asked, pointer, key, false)
    }

    /// The slot of what is looked up for a place of the same element or record.
    pub(super) fn ask_reference(&mut self, asked: &str, pointer: &str, base: &str) -> MadeSlot {
        self.take(asked, pointer, MadeKey::Place(format!("{base}{asked}")), true)
    }

    fn take(&mut self, asked: &str, pointer: &str, key: MadeKey, is_of_reference: bool) -> MadeSlot {
        let next = MadeSlot(self.slots.len());
        let slot = *self.slots.entry(key.clone()).or_insert(next);
        let asked = asked.to_owned();
        self.uses.insert(pointer.to_owned(), MadeUse { key, asked, is_of_reference });
        slot
    }

    fn key_of<'b>(&self, asked: &str, base: &str, mut around: impl Iterator<Item = &'b str>) -> MadeKey {
        if asked.starts_with('/') {
            MadeKey::Place(format!("{base}{asked}"))
        } else {
            let known = around.find(|each| self.names.contains(&((*each).to_owned(), asked.to_owned())));
            MadeKey::Name { around: known.unwrap_or_default().to_owned(), name: asked.to_owned() }
        }
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
        let mut order = MakingOrder { book: &mut self, made: Vec::new(), named: BTreeSet::new(), findings };
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
struct MakingOrder<'o> {
    book: &'o mut MadeBook,
    /// What is there already, and whether its value is known.
    made: Vec<(MadeKey, bool)>,
    /// All names that there are.
    named: BTreeSet<String>,
    findings: &'o mut Findings,
}

impl MakingOrder<'_> {
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
            MadeKey::Name { around, .. } => around
                .strip_prefix(&list.each.pointer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
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
        if let MadeKey::Name { name, .. } = &key {
            leaf.gathered = self.book.gathered.get(name).map(|(slot, _)| *slot);
            self.named.insert(name.clone());
        }
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
                Some((_, is_known)) if *is_known != asked.is_of_reference => {}
                Some((_, true)) => {
                    let message = format!("{} is not looked up, so it is never missing", asked.asked);
                    self.findings.error(place, message);
                }
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
        for (name, (_, place)) in &self.book.gathered {
            if !self.named.contains(name) {
                let message = format!("no rule has the name {name}; expected the `name` of a rule");
                self.findings.error(place.clone(), message);
            }
        }
    }
}

fn key_of(rule: &MappingRule) -> MadeKey {
    rule.kept_as.clone().unwrap_or_else(|| MadeKey::Place(rule.to.to_string()))
}
