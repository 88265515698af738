//! Mapping one record: phase one, in which everything but the ids of references is known.

mod pipeline;
mod place;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::document::{KeySource, Parameter};
use super::expression::Scope;
use super::limit::{Budget, VALUE_BYTES};
use super::mapped::{Given, Hole, Mapped, misplaced};
use super::path::Found;
use super::plan::{Leaf, List, Plan};
use super::reference::{OnMissing, Reference};
use super::rule::{Each, Operand, Pick, Resolve, Rule};
use super::tape::{Kind, Node, Tape};
use super::value::Value;
use super::{Compiled, Mapping};
use crate::output::Failure;

/// Maps a record.
pub(super) fn map(mapping: &Mapping, record: &[u8]) -> Mapped {
    let tape = match Tape::read(record) {
        Ok(tape) => tape,
        Err(reason) => return Mapped::failed(mapping.clone(), unreadable(reason)),
    };
    let mut run = Run::new(&mapping.0, record.len());
    run.enter(0, Value::of(tape.root()), Entrance::Record);
    run.record();
    Mapped {
        mapping: mapping.clone(),
        failures: run.failures,
        skipped: run.skipped,
        references: run.references,
        key: run.key,
        key_by: run.key_by,
        text: run.out,
        holes: run.holes,
        parameters: run.parameters,
    }
}

fn unreadable(reason: String) -> Failure {
    Failure {
        record: None,
        rule: String::new(),
        target: String::new(),
        source: "the record".to_owned(),
        value: String::new(),
        reason: format!("it is no JSON: {reason}"),
    }
}

/// What a rule came to.
enum Outcome {
    Written,
    /// There is nothing to write.
    Absent,
    /// The failure was noted.
    Failed,
}

/// A value that paths are evaluated against, and how it was come by.
struct Level<'v> {
    value: Value<'v>,
    node: Option<Node<'v>>,
    found: Found,
    entrance: Entrance<'v>,
}

#[derive(Clone, Copy)]
enum Entrance<'v> {
    Record,
    Element { each: &'v Each, place: usize },
}

/// What tells references apart: the rule, the text, further columns, and the record for those that are created.
type Asked = (Arc<str>, String, Vec<(Arc<str>, String)>, Option<String>);

struct Run<'v> {
    compiled: &'v Compiled,
    levels: Vec<Level<'v>>,
    /// The places of the elements that are being written, outer before inner.
    places: Vec<usize>,
    out: String,
    holes: Vec<Hole>,
    references: Vec<Reference>,
    parameters: Vec<Given>,
    failures: Vec<Failure>,
    skipped: Option<String>,
    key: Option<String>,
    key_by: Vec<(Arc<str>, String)>,
    /// The places of references by what tells them apart.
    known: BTreeMap<Asked, usize>,
    budget: Budget,
    /// Whether it was said that the budget is used up: nothing more is done or said then.
    is_over: bool,
}

impl<'v> Run<'v> {
    fn new(compiled: &'v Compiled, length: usize) -> Self {
        let nothing =
            |_| Level { value: Value::Null, node: None, found: Found::default(), entrance: Entrance::Record };
        Self {
            compiled,
            levels: (0..compiled.document.paths.len()).map(nothing).collect(),
            places: Vec::new(),
            out: String::with_capacity(length / 2),
            holes: Vec::new(),
            references: Vec::new(),
            parameters: Vec::new(),
            failures: Vec::new(),
            skipped: None,
            key: None,
            key_by: Vec::new(),
            known: BTreeMap::new(),
            budget: Budget::new(length),
            is_over: false,
        }
    }

    /// Makes a value the one of its level, and finds all the plain paths within it.
    fn enter(&mut self, level: usize, value: Value<'v>, entrance: Entrance<'v>) {
        let node = if let Value::Node(node) = value { Some(node) } else { None };
        let (Some(at), Some(paths)) = (self.levels.get_mut(level), self.compiled.document.paths.get(level))
        else {
            return;
        };
        if let Some(node) = node {
            paths.find(node, &mut at.found);
        }
        at.value = value;
        at.node = node;
        at.entrance = entrance;
    }

    fn record(&mut self) {
        let document = &self.compiled.document;
        self.read_key();
        for condition in &document.conditions {
            match self.holds(&condition.pick) {
                Ok(true) => {}
                Ok(false) => {
                    self.skipped = Some(condition.reason.clone());
                    return;
                }
                Err(reason) => {
                    self.fail_document(&condition.pointer, &condition.pick.expression.text, reason)
                }
            }
        }
        if let Some(target) = &document.target {
            for parameter in &target.parameters {
                self.parameter(parameter);
            }
        }
        if !self.write(&self.compiled.plan, 0) {
            self.out.push_str("{}");
        }
        if let (Some(key), None, true) = (&document.key, &self.key, self.failures.is_empty()) {
            let reason = "the record has no key; without one it cannot be told whether it was written before";
            self.failures.push(Failure {
                record: None,
                rule: key.pointer.clone(),
                target: String::new(),
                source: match &key.source {
                    KeySource::Target(target) => target.clone(),
                    KeySource::Pick(pick) => pick.expression.text.clone(),
                },
                value: "nothing".to_owned(),
                reason: reason.to_owned(),
            });
        }
        for failure in &mut self.failures {
            failure.record = self.key.clone();
        }
    }

    fn read_key(&mut self) {
        let Some(key) = &self.compiled.document.key else { return };
        if let Some(verify) = &key.verify {
            match self.filters(&verify.by) {
                Ok(filters) => self.key_by = filters,
                Err(reason) => {
                    let pointer = format!("{}/by", verify.pointer);
                    self.fail_document(&pointer, "the key", reason);
                }
            }
        }
        let KeySource::Pick(pick) = &key.source else { return };
        match self.pick(pick) {
            Ok(value) => self.key = value.scalar_text().filter(|text| !text.is_empty()).map(str::to_owned),
            Err(reason) => self.fail_document(&key.pointer, &pick.expression.text, reason),
        }
    }

    fn fail_document(&mut self, rule: &str, source: &str, reason: String) {
        if self.is_over {
            return;
        }
        self.note(Failure {
            record: None,
            rule: rule.to_owned(),
            target: String::new(),
            source: source.to_owned(),
            value: String::new(),
            reason,
        });
    }

    /// The value of a path.
    fn pick(&self, pick: &'v Pick) -> Result<Value<'v>, String> {
        match self.scope(pick) {
            Some(scope) => pick.expression.evaluate(scope),
            None => Ok(Value::Null),
        }
    }

    fn scope(&self, pick: &Pick) -> Option<Scope<'_, 'v>> {
        let level = self.levels.get(pick.level)?;
        let found = level.node.map(|node| (node, &level.found));
        Some(Scope { value: &level.value, found, budget: &self.budget })
    }

    fn holds(&self, pick: &'v Pick) -> Result<bool, String> {
        self.scope(pick).map_or(Ok(false), |scope| pick.expression.holds(scope))
    }

    /// Writes a part of the body, if there is anything to write, and says whether. `from` is where what belongs
    /// to it begins: a comma and its name.
    fn write(&mut self, plan: &'v Plan, from: usize) -> bool {
        match plan {
            Plan::Leaf(leaf) => self.leaf(leaf, from),
            Plan::Object(members) => {
                let start = self.out.len();
                self.out.push('{');
                let mut is_first = true;
                for member in members {
                    let before = self.out.len();
                    let prefix = member.prefix.as_str();
                    self.out.push_str(if is_first { prefix.get(1..).unwrap_or_default() } else { prefix });
                    if self.write(&member.plan, before) {
                        is_first = false;
                    } else {
                        self.out.truncate(before);
                    }
                }
                self.close(start, '}', is_first)
            }
            Plan::Array(elements) => {
                let start = self.out.len();
                self.out.push('[');
                let mut is_first = true;
                for (_, element) in elements {
                    is_first &= !self.element(element, is_first);
                }
                self.close(start, ']', is_first)
            }
            Plan::List(lists) => {
                let start = self.out.len();
                self.out.push('[');
                self.places.push(0);
                let mut is_first = true;
                for list in lists {
                    self.list(list, &mut is_first);
                }
                self.places.pop();
                self.close(start, ']', is_first)
            }
        }
    }

    fn close(&mut self, start: usize, closing: char, is_empty: bool) -> bool {
        if is_empty {
            self.out.truncate(start);
        } else {
            self.out.push(closing);
        }
        !is_empty
    }

    fn element(&mut self, plan: &'v Plan, is_first: bool) -> bool {
        let before = self.out.len();
        if !is_first {
            self.out.push(',');
        }
        let written = self.write(plan, before);
        if !written {
            self.out.truncate(before);
        }
        written
    }

    fn list(&mut self, list: &'v List, is_first: &mut bool) {
        let each = &list.each;
        match each.when.as_ref().map_or(Ok(true), |when| self.holds(when)) {
            Ok(true) => {}
            Ok(false) => return,
            Err(reason) => {
                return self.fail_each(each, &Value::Null, format!("`when` cannot be evaluated: {reason}"));
            }
        }
        let value = match self.pick(&each.elements) {
            Ok(value) => value,
            Err(reason) => return self.fail_each(each, &Value::Null, reason),
        };
        let mut written = 0;
        // Once the budget is used up, what is left comes to nothing.
        match (&value, &each.split) {
            (Value::Null, _) => {}
            (Value::Node(node), _) if node.kind() == Kind::Array => {
                for (place, element) in node.elements().enumerate() {
                    written += usize::from(self.one(list, Value::of(element), place, is_first));
                }
            }
            (Value::Array(elements), _) => {
                for (place, element) in elements.iter().enumerate() {
                    written += usize::from(self.one(list, element.clone(), place, is_first));
                }
            }
            (value, Some(split)) if value.text().is_some() => {
                let text = value.text().unwrap_or_default();
                for (place, part) in text.split(split.as_str()).enumerate() {
                    let part = Value::Text(Cow::Owned(part.trim().to_owned()));
                    written += usize::from(self.one(list, part, place, is_first));
                }
            }
            // What is no array stands for one of a single element.
            (value, _) => written += usize::from(self.one(list, value.clone(), 0, is_first)),
        }
        if written == 0 && each.required && self.failures.is_empty() && !self.is_over {
            self.fail_each(each, &value, "it is required, and nothing came of it".to_owned());
        }
    }

    fn one(&mut self, list: &'v List, element: Value<'v>, place: usize, is_first: &mut bool) -> bool {
        if self.is_over {
            return false;
        }
        // Finding the plain paths of an element looks at its members.
        let walked = if let Value::Node(node) = &element { node.span() } else { 1 };
        if let Err(reason) = self.budget.step(walked).and_then(|()| self.budget.made(&element)) {
            self.fail_each(&list.each, &Value::Null, reason);
            return false;
        }
        self.enter(list.each.level, element, Entrance::Element { each: &list.each, place });
        let written = self.element(&list.item, *is_first);
        if written {
            *is_first = false;
            if let Some(place) = self.places.last_mut() {
                *place += 1;
            }
        }
        written
    }

    fn leaf(&mut self, leaf: &'v Leaf, from: usize) -> bool {
        let mut required = None;
        for rule in &leaf.rules {
            if self.is_over {
                return false;
            }
            let before = self.out.len();
            let outcome = match self.budget.step(1) {
                Ok(()) => self.rule(rule, from),
                Err(reason) => self.fail(rule, &Value::Null, reason),
            };
            match outcome {
                Outcome::Written => {
                    if let Err(reason) = self.budget.bytes(self.out.len() - before) {
                        self.fail(rule, &Value::Null, reason);
                    }
                    return true;
                }
                Outcome::Failed => return false,
                Outcome::Absent if rule.required && self.applies(rule) => required = required.or(Some(rule)),
                Outcome::Absent => {}
            }
        }
        if let Some(rule) = required {
            self.fail(rule, &Value::Null, "it is required, and the record has nothing for it".to_owned());
        }
        false
    }

    fn applies(&self, rule: &'v Rule) -> bool {
        rule.when.as_ref().is_none_or(|when| self.holds(when).unwrap_or(false))
    }

    fn rule(&mut self, rule: &'v Rule, from: usize) -> Outcome {
        match rule.when.as_ref().map_or(Ok(true), |when| self.holds(when)) {
            Ok(true) => {}
            Ok(false) => return Outcome::Absent,
            Err(reason) => {
                return self.fail(rule, &Value::Null, format!("`when` cannot be evaluated: {reason}"));
            }
        }
        let value = match self.value_of(rule) {
            Ok(Value::Null) => return Outcome::Absent,
            Ok(value) => value,
            Err((value, reason)) => return self.fail(rule, &value, reason),
        };
        if rule.is_key {
            self.key = value.scalar_text().map(str::to_owned);
        }
        let Some(resolve) = &rule.resolve else {
            value.write(&mut self.out);
            return Outcome::Written;
        };
        match self.refer(rule, resolve, &value) {
            Ok(reference) => {
                self.holes.push(Hole {
                    from,
                    at: self.out.len(),
                    reference,
                    as_text: resolve.as_text,
                    required: rule.required,
                });
                Outcome::Written
            }
            Err(reason) => self.fail(rule, &value, reason),
        }
    }

    /// The place of a reference among the record's, which are distinct.
    fn refer(&mut self, rule: &'v Rule, resolve: &'v Resolve, value: &Value<'v>) -> Result<usize, String> {
        let text = if resolve.search.is_empty() { Some("") } else { value.scalar_text() };
        let text = text.ok_or("expected a text or a number to search for")?;
        let by = self.filters(&resolve.by)?;
        let record = match &resolve.on_missing {
            OnMissing::Create(_) => self.levels.get(resolve.level).map(|level| {
                let mut json = String::new();
                level.value.write(&mut json);
                json
            }),
            OnMissing::Fail | OnMissing::Skip | OnMissing::SkipRecord | OnMissing::Default(_) => None,
        };
        let asked = (rule.pointer.clone(), text.to_owned(), by.clone(), record.clone());
        match self.known.entry(asked) {
            Entry::Occupied(known) => return Ok(*known.get()),
            Entry::Vacant(place) => _ = place.insert(self.references.len()),
        }
        self.budget.bytes(text.len() + record.as_ref().map_or(0, String::len) + 8 * VALUE_BYTES)?;
        self.references.push(Reference {
            search: resolve.search.clone(),
            column: resolve.column.clone(),
            value: text.to_owned(),
            by,
            take: resolve.take.clone(),
            on_missing: resolve.on_missing.clone(),
            pointer: rule.to.clone(),
            rule: rule.pointer.clone(),
            record,
        });
        Ok(self.references.len() - 1)
    }

    /// Columns with what the document or the record has for them.
    fn filters(&self, filters: &'v [(Arc<str>, Operand)]) -> Result<Vec<(Arc<str>, String)>, String> {
        let mut found = Vec::with_capacity(filters.len());
        for (column, operand) in filters {
            let value = self.operand(operand)?;
            let text = value.scalar_text().filter(|text| !text.is_empty());
            let text = text.ok_or_else(|| format!("the record has nothing to search for in {column}"))?;
            found.push((column.clone(), text.to_owned()));
        }
        Ok(found)
    }

    fn parameter(&mut self, parameter: &'v Parameter) {
        let rule = &parameter.rule;
        match self.value_of(rule) {
            Ok(Value::Null) => {
                self.fail(
                    rule,
                    &Value::Null,
                    "the path needs it, and the record has nothing for it".to_owned(),
                );
            }
            Ok(value) => match &rule.resolve {
                Some(resolve) => match self.refer(rule, resolve, &value) {
                    Ok(reference) => self.parameters.push(Given::Reference(reference)),
                    Err(reason) => drop(self.fail(rule, &value, reason)),
                },
                None => match value.scalar_text() {
                    Some(text) => match misplaced(text) {
                        None => self.parameters.push(Given::Text(text.to_owned())),
                        Some(reason) => drop(self.fail(rule, &value, reason)),
                    },
                    None => drop(self.fail(rule, &value, "expected a text or a number".to_owned())),
                },
            },
            Err((value, reason)) => drop(self.fail(rule, &value, reason)),
        }
    }
}
