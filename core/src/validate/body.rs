//! Checking a body against its shape.

use std::collections::BTreeSet;

use super::scalar::{self, Unfit};
use crate::catalog::UnknownMembers;
use crate::catalog::field::{Condition, Field, MapKey, Object, Rule, Shape};
use crate::error::{Fault, Severity, Violation};
use crate::excerpt::shortened;
use crate::json::{Node, Part, at, member, nearest};
use crate::value::Decimal;

/// Nobody reads more errors, or more warnings, or longer pointers.
const MOST: usize = 1_000;
const LONGEST_POINTER: usize = 2_000;

/// A check under way: what was found so far, and where it is.
pub(super) struct Check {
    unknown: UnknownMembers,
    place: String,
    violations: Vec<Violation>,
    errors: usize,
    /// Where something is missing.
    missing: BTreeSet<String>,
}

impl Check {
    pub(super) fn new(unknown: UnknownMembers) -> Self {
        Self { unknown, place: String::new(), violations: Vec::new(), errors: 0, missing: BTreeSet::new() }
    }

    pub(super) fn finish(self) -> Vec<Violation> {
        self.violations
    }

    /// Goes on within a member or an element.
    pub(super) fn within(&mut self, name: &str, check: impl FnOnce(&mut Self)) {
        let outer = self.place.len();
        self.place.push('/');
        self.place.push_str(&name.replace('~', "~0").replace('/', "~1"));
        check(self);
        self.place.truncate(outer);
    }

    pub(super) fn error(&mut self, fault: Fault, found: impl ToString, expected: impl ToString) {
        self.report(Severity::Error, fault, found, expected);
    }

    pub(super) fn warn(&mut self, fault: Fault, found: impl ToString, expected: impl ToString) {
        self.report(Severity::Warning, fault, found, expected);
    }

    fn report(&mut self, severity: Severity, fault: Fault, found: impl ToString, expected: impl ToString) {
        let warnings = self.violations.len() - self.errors;
        let is_one_too_many = match severity {
            Severity::Error => self.errors >= MOST,
            Severity::Warning => warnings >= MOST,
        };
        if is_one_too_many {
            return;
        }
        let pointer = shortened(self.place.clone(), LONGEST_POINTER);
        // A field and a rule may miss the same thing.
        if fault == Fault::Missing && !self.missing.insert(pointer.clone()) {
            return;
        }
        self.errors += usize::from(severity == Severity::Error);
        let (found, expected) = (found.to_string(), expected.to_string());
        self.violations.push(Violation { pointer, severity, fault, found, expected });
    }

    pub(super) fn value(&mut self, shape: &Shape, node: &Node<'_>) {
        match (shape, node) {
            (Shape::Object(object), Node::Object(members)) => self.object(object, members),
            (Shape::Array { of, at_least, at_most }, Node::Array(elements)) => {
                self.array(shape, of, (*at_least, *at_most), elements);
            }
            (Shape::Map { key, of }, Node::Object(members)) => self.map(*key, of, members),
            // Whatever holds nothing further, or should and does not.
            (shape, node) => {
                if let Err(Unfit { fault, expected }) = scalar::check(shape, node) {
                    self.error(fault, node, expected.unwrap_or_else(|| shape.to_string()));
                }
            }
        }
    }

    pub(super) fn object(&mut self, object: &Object, members: &[(String, Part<'_>)]) {
        self.members(&[object], members);
    }

    /// Checks an object that may have the members of several tables. The first that knows a name counts.
    pub(super) fn members(&mut self, tables: &[&Object], members: &[(String, Part<'_>)]) {
        for (place, table) in tables.iter().enumerate() {
            let is_known_before = |name| {
                tables[..place].iter().any(|table| table.fields.iter().any(|field| field.name == name))
            };
            for field in table.fields.iter().filter(|field| !is_known_before(field.name)) {
                let node = member(members, field.name).map(Part::read);
                self.within(field.name, |check| check.field(field, node.as_ref()));
            }
        }
        self.repeated(members);
        self.unknown(tables, members);
        for rule in tables.iter().flat_map(|table| table.rules) {
            self.rule(rule, members);
        }
    }

    fn field(&mut self, field: &Field, node: Option<&Node<'_>>) {
        match node {
            // Brightpearl takes null for absent.
            Some(node) if !node.is_null() => self.value(&field.shape, node),
            Some(_) if field.mandatory => self.error(Fault::Missing, "null", field.shape),
            None if field.mandatory => self.error(Fault::Missing, "nothing", field.shape),
            Some(_) | None => {}
        }
    }

    pub(super) fn repeated(&mut self, members: &[(String, Part<'_>)]) {
        let mut names = BTreeSet::new();
        for (name, _) in members.iter().filter(|(name, _)| !names.insert(name.as_str())) {
            self.within(name, |check| {
                check.warn(Fault::RepeatedMember, "it a second time", "it once; the last one counts");
            });
        }
    }

    fn unknown(&mut self, tables: &[&Object], members: &[(String, Part<'_>)]) {
        if self.unknown == UnknownMembers::Allow {
            return;
        }
        let known = || tables.iter().flat_map(|table| table.fields).map(|field| field.name);
        let open = tables.iter().any(|table| table.open);
        for (name, _) in members.iter().filter(|(name, _)| !known().any(|field| field == name)) {
            let expected = match nearest(name, known()) {
                Some(meant) => format!("a known member, such as {meant}"),
                None => format!("one of {}", known().collect::<Vec<_>>().join(", ")),
            };
            let is_error = self.unknown == UnknownMembers::Refuse && !open;
            let severity = if is_error { Severity::Error } else { Severity::Warning };
            self.within(name, |check| {
                check.report(severity, Fault::UnknownMember, "a member that is not known", expected);
            });
        }
    }

    fn array(&mut self, shape: &Shape, of: &Shape, bounds: (u32, Option<u32>), elements: &[Part<'_>]) {
        let count = elements.len();
        if count < bounds.0 as usize || bounds.1.is_some_and(|most| count > most as usize) {
            self.error(Fault::OutOfRange, format!("{count} elements"), shape);
        }
        for (place, element) in elements.iter().enumerate() {
            self.within(&place.to_string(), |check| check.value(of, &element.read()));
        }
    }

    fn map(&mut self, key: MapKey, of: &Shape, members: &[(String, Part<'_>)]) {
        self.repeated(members);
        for (name, part) in members {
            self.within(name, |check| {
                let expected = match key {
                    MapKey::Name => None,
                    MapKey::Id => Some("a member named by an id above 0"),
                    MapKey::Quantity => Some("a member named by a quantity from 1"),
                };
                if let Some(expected) = expected
                    && scalar::check_id(&Node::Text(name.clone()), false).is_err()
                {
                    check.error(Fault::WrongFormat, format!("the name {name:?}"), expected);
                }
                check.value(of, &part.read());
            });
        }
    }

    fn rule(&mut self, rule: &Rule, members: &[(String, Part<'_>)]) {
        match rule {
            Rule::AnyOf(pointers) => {
                if !pointers.iter().any(|pointer| at(members, pointer).is_some()) {
                    let first = pointers.first().copied().unwrap_or_default();
                    let expected = format!("one of {}", pointers.join(", "));
                    self.at(first, |check| check.error(Fault::Missing, "nothing", expected));
                }
            }
            Rule::When { member, condition, needs } => {
                let Some(node) = at(members, member).filter(|node| holds(*condition, node)) else { return };
                for need in needs.iter().filter(|need| at(members, need).is_none()) {
                    let expected = match (condition, &node) {
                        (Condition::Is(_), Node::Text(text)) => {
                            format!("a value, since {member} is {text:?}")
                        }
                        (Condition::Is(_) | Condition::IsPositive, _) => {
                            format!("a value, since {member} is above 0")
                        }
                    };
                    self.at(need, |check| check.error(Fault::Missing, "nothing", expected));
                }
            }
            Rule::Apart { one, other } => {
                let is = |(pointer, value): (&str, &str)| matches!(at(members, pointer), Some(Node::Text(text)) if text == value);
                if is(*one) && is(*other) {
                    let found = format!("{:?} together with {} {:?}", other.1, one.0, one.1);
                    self.at(other.0, |check| check.error(Fault::Contradiction, found, "one or the other"));
                }
            }
        }
    }

    /// Goes on at a pointer below.
    fn at(&mut self, pointer: &str, check: impl FnOnce(&mut Self)) {
        let outer = self.place.len();
        self.place.push_str(pointer);
        check(self);
        self.place.truncate(outer);
    }
}

fn holds(condition: Condition, node: &Node<'_>) -> bool {
    match condition {
        Condition::Is(texts) => matches!(node, Node::Text(text) if texts.contains(&text.as_str())),
        Condition::IsPositive => scalar::number_text(node).is_ok_and(is_positive),
    }
}

fn is_positive(text: &str) -> bool {
    Decimal::parse(text).is_ok_and(|number| number > Decimal::default())
}
