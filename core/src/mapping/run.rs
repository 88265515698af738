//! Mapping one record: phase one, in which everything but the ids of references is known.

mod body;
mod columns;
mod key;
mod left_out;
mod pieces;
mod pipeline;
mod place;
mod plain;
mod references;
mod shares;
mod totals;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::body_text::BodyText;
use super::document::{KeySource, Unmet};
use super::expression::Scope;
use super::limit::Allowance;
use super::listed::elements_of;
use super::made::MadeSlot;
use super::mapped::{Choice, Hole, IfThere, Mapped, PathPart};
use super::path::FoundPaths;
use super::pieces::ShippedPieces;
use super::plan::Leaf;
use super::reference::Reference;
use super::rule::{Each, MappingRule, Pick, Resolve, Source};
use super::tape::{RecordNode, Tape, TokenKind};
use super::transform::ValueType;
use super::value::Value;
use super::{Compiled, Mapping};
use crate::excerpt::excerpt;
use crate::output::Failure;
use pipeline::UnfitValue;
use references::Asked;
use shares::ShareBook;
use totals::ArrayEnds;

/// What a record is mapped for.
#[derive(Clone, Copy, Debug)]
pub(super) struct MapAim<'a> {
    /// Whether references have copies of what they may be created from.
    pub(super) copies_records: bool,
    /// What a look for it found nothing by, if it is created for that.
    pub(super) known_as: Option<&'a str>,
}

/// Maps a record.
pub(super) fn map(mapping: &Mapping, record: &[u8], aim: MapAim<'_>) -> Mapped {
    let tape = match Tape::read(record) {
        Ok(tape) => tape,
        Err(reason) => {
            return Mapped::failed(mapping.clone(), of_record("", format!("invalid JSON: {reason}")));
        }
    };
    if tape.root().kind() != TokenKind::Object {
        let reason = "expected a JSON object, whose members the document reads";
        return Mapped::failed(mapping.clone(), of_record(tape.root().raw(), reason.to_owned()));
    }
    let mut run = Run::new(&mapping.0, record.len(), aim);
    run.enter(0, Value::of(tape.root()), Entrance::Record);
    run.record();
    if let Some(reason) = tape.contradiction() {
        return Mapped::failed(mapping.clone(), of_record("", reason));
    }
    Mapped {
        mapping: mapping.clone(),
        failures: run.failures,
        skipped: run.skipped,
        if_there: run.if_there,
        kept: run.kept,
        references: run.references,
        key: run.key,
        key_by: run.key_by,
        version: run.version,
        pieces: run.pieces,
        key_at: run.key_at,
        told: run.told,
        text: BodyText::of(run.out),
        holes: run.holes,
        parameters: run.parameters,
    }
}

/// What keeps a record from being mapped at all. `value`: its JSON, where that says what is wrong.
fn of_record(value: &str, reason: String) -> Failure {
    Failure {
        record: None,
        rule: String::new(),
        target: String::new(),
        source: "the record".to_owned(),
        value: if value.is_empty() { String::new() } else { excerpt(value).to_string() },
        reason,
    }
}

/// What a failure says that was looked at: its expression, or its name where the expression is a program that no reader of an
/// outcome wants to see. The rule says where it stands.
fn told_source(expression: &str, name: &str) -> String {
    const LONGEST: usize = 60;
    if expression.len() > LONGEST { name } else { expression }.to_owned()
}

/// What a rule came to.
enum RuleOutcome {
    Written,
    /// There is nothing to write.
    Absent,
    /// The failure was noted.
    Failed,
}

/// A value that paths are evaluated against, and how it was come by.
#[derive(Clone)]
struct Level<'v> {
    value: Value<'v>,
    node: Option<RecordNode<'v>>,
    found: FoundPaths,
    entrance: Entrance<'v>,
}

#[derive(Clone, Copy)]
enum Entrance<'v> {
    Record,
    Element { each: &'v Each, place: usize },
}

struct Run<'v> {
    compiled: &'v Compiled,
    copies_records: bool,
    known_as: Option<String>,
    levels: Vec<Level<'v>>,
    /// The places of the elements that are being written, outer before inner.
    places: Vec<usize>,
    out: String,
    holes: Vec<Hole>,
    references: Vec<Reference>,
    parameters: Vec<PathPart>,
    failures: Vec<Failure>,
    skipped: Option<String>,
    if_there: IfThere,
    kept: Option<String>,
    key: Option<String>,
    key_by: Vec<(Arc<str>, String)>,
    version: Option<String>,
    pieces: Option<ShippedPieces>,
    key_at: Option<Range<usize>>,
    /// What rules made for those behind them.
    made: Vec<Value<'v>>,
    /// What was looked up for them.
    referred: Vec<Option<usize>>,
    told: BTreeMap<usize, String>,
    /// All that rules of a name made.
    gathered: Vec<Vec<Value<'v>>>,
    /// What is shared among elements.
    shares: ShareBook,
    /// What is written in the columns that totals look at, with the places of the elements.
    columns: Vec<Vec<(usize, Value<'v>)>>,
    /// Where rows may be added.
    ends: ArrayEnds,
    /// The places of references by what tells them apart.
    known: BTreeMap<Box<Asked<'v>>, usize>,
    allowance: Allowance,
    /// Whether it was said that the allowance is used up: nothing more is done or said then.
    is_over: bool,
}

impl<'v> Run<'v> {
    fn new(compiled: &'v Compiled, length: usize, aim: MapAim<'_>) -> Self {
        let (entrance, found) = (Entrance::Record, FoundPaths::default());
        let nothing = Level { value: Value::Null, node: None, found, entrance };
        Self {
            compiled,
            copies_records: aim.copies_records,
            known_as: aim.known_as.filter(|text| !text.is_empty()).map(str::to_owned),
            levels: vec![nothing; compiled.document.paths.len()],
            places: Vec::new(),
            out: BodyText::begun(length / 4 * 3),
            holes: Vec::new(),
            references: Vec::new(),
            parameters: Vec::new(),
            failures: Vec::new(),
            skipped: None,
            if_there: IfThere::default(),
            kept: None,
            key: None,
            key_by: Vec::new(),
            version: None,
            pieces: None,
            key_at: None,
            made: vec![Value::Null; compiled.document.made_slots],
            referred: vec![None; compiled.document.made_slots],
            told: BTreeMap::new(),
            gathered: vec![Vec::new(); compiled.document.gathered_slots],
            shares: ShareBook::default(),
            columns: vec![Vec::new(); compiled.columns_in_totals.as_ref().map_or(0, Vec::len)],
            ends: ArrayEnds::default(),
            known: BTreeMap::new(),
            allowance: Allowance::new(length),
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
                Ok(false) => match &condition.unmet {
                    Unmet::Skip { reason, there, is_written_if_absent: true } => {
                        self.keep_if_there(reason, there)
                    }
                    Unmet::Skip { reason, there, is_written_if_absent: false } => {
                        return self.skip(reason, there);
                    }
                    Unmet::Reject(pieces) => {
                        let reason = self.reason(pieces);
                        self.fail_document(&condition.pointer, &condition.pick.expression.text, reason);
                    }
                },
                Err(reason) => {
                    self.fail_document(&condition.pointer, &condition.pick.expression.text, reason)
                }
            }
        }
        // What else is wrong with a record that is refused as a whole is not worth telling.
        let refusals = self.failures.len();
        if let Some(target) = &document.target {
            for parameter in &target.parameters {
                self.parameter(parameter);
            }
        }
        if !self.write(&self.compiled.plan, 0) {
            self.out.push_str("{}");
        }
        if refusals > 0 {
            self.failures.truncate(refusals);
        }
        self.totals();
        self.read_pieces();
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

    fn fail_document(&mut self, rule: &str, source: &str, reason: String) {
        if self.is_over {
            return;
        }
        self.note(Failure {
            record: None,
            rule: rule.to_owned(),
            target: String::new(),
            source: told_source(source, "the record"),
            value: String::new(),
            reason,
        });
    }

    /// The value of a path.
    fn pick(&self, pick: &'v Pick) -> Result<Value<'v>, String> {
        match self.scope(pick) {
            Some(scope) => pick.expression.evaluate(&scope),
            None => Ok(Value::Null),
        }
    }

    /// The same of what is gone over element by element: nothing comes of a path to something else than a list, which is
    /// told rather than taken for an empty one.
    fn pick_list(&self, pick: &'v Pick) -> Result<Value<'v>, String> {
        let value = self.pick(pick)?;
        if !value.is_null() {
            return Ok(value);
        }
        let listed = self.scope(pick).map_or(Ok(Value::Null), |scope| pick.expression.listed(&scope))?;
        elements_of(&listed).map(|_| Value::Null)
    }

    fn scope(&self, pick: &Pick) -> Option<Scope<'_, 'v>> {
        let record = self.levels.first()?;
        if let Some(slot) = pick.made {
            let value = self.made.get(slot.0)?;
            return Some(Scope::new(value, None, &record.value, &self.allowance));
        }
        let level = self.levels.get(pick.level)?;
        let found = level.node.map(|node| (node, &level.found));
        Some(Scope::new(&level.value, found, &record.value, &self.allowance))
    }

    fn holds(&self, pick: &'v Pick) -> Result<bool, String> {
        self.scope(pick).map_or(Ok(false), |scope| pick.expression.holds(&scope))
    }

    fn leaf(&mut self, leaf: &'v Leaf, from: usize) -> bool {
        let mut required = None;
        let mut instead = None;
        for rule in &leaf.rules {
            if self.is_over {
                return false;
            }
            if let Some(slot) = rule.missing {
                match self.instead(rule, slot) {
                    Ok(found) => instead = instead.or(found),
                    Err(unfit) => {
                        let (value, reason) = *unfit;
                        self.fail(rule, &value, reason);
                        return false;
                    }
                }
                continue;
            }
            let before = self.out.len();
            let outcome = match self.allowance.step(1) {
                Ok(()) => self.rule(rule, from, leaf),
                Err(reason) => self.fail(rule, &Value::Null, reason),
            };
            match outcome {
                RuleOutcome::Written => {
                    if let Err(reason) = self.allowance.bytes(self.out.len() - before) {
                        self.fail(rule, &Value::Null, reason);
                    }
                    if let Some((reference, missing)) = instead.filter(|_| rule.resolve.is_none()) {
                        if let Err(reason) = self.allowance.bytes(missing.len()) {
                            self.fail(rule, &Value::Null, reason);
                        }
                        self.choose(from, before, reference, missing);
                        if let Some(column) = leaf.column {
                            self.unwatch(column);
                        }
                    }
                    return true;
                }
                RuleOutcome::Failed => return false,
                RuleOutcome::Absent if rule.required && self.applies(rule) => {
                    required = required.or(Some(rule))
                }
                RuleOutcome::Absent => {}
            }
        }
        // Nothing comes of what failed, which was told.
        let follows = |rule: &MappingRule| match &rule.source {
            Source::Pick(pick) => pick.made.is_some() && !self.failures.is_empty(),
            Source::Constant(_) | Source::Template(_) | Source::Concat { .. } | Source::Reject(_) => false,
        };
        if let Some(rule) = required.filter(|rule| !follows(rule)) {
            self.fail(rule, &Value::Null, "it is required, and the record has nothing for it".to_owned());
        }
        false
    }

    /// Whether a rule calculates with what another one made, of which nothing came in a record that is refused already.
    fn lacks_what_failed(&self, rule: &MappingRule) -> bool {
        let is_null = |slot: MadeSlot| self.made.get(slot.0).is_some_and(Value::is_null);
        let mut waits_for = rule.on_known.iter().flat_map(|step| step.waits_for());
        !self.failures.is_empty() && waits_for.any(is_null)
    }

    /// Keeps what a rule made. What was read once is not read again in the source's own way: a number is one.
    fn keep_made(&mut self, rule: &'v MappingRule, leaf: &'v Leaf, value: Value<'v>) {
        if leaf.kept.is_none() && leaf.gathered.is_none() {
            return;
        }
        let is_number = match &rule.output {
            Some(ValueType::Integer(_) | ValueType::Decimal(_) | ValueType::Money(..)) => true,
            Some(
                ValueType::Text { .. } | ValueType::Date(_) | ValueType::DateTime(_) | ValueType::Boolean,
            )
            | None => false,
        };
        let value = match value {
            Value::Text(digits) if is_number => Value::Number(digits),
            value => value,
        };
        let gathered = leaf.gathered.and_then(|slot| self.gathered.get_mut(slot.0));
        match (gathered, leaf.kept) {
            (Some(gathered), Some(slot)) => {
                gathered.push(value.clone());
                self.keep(slot, value);
            }
            (Some(gathered), None) => gathered.push(value),
            (None, Some(slot)) => self.keep(slot, value),
            (None, None) => {}
        }
    }

    fn forget(&mut self, slot: MadeSlot) {
        self.keep(slot, Value::Null);
        if let Some(referred) = self.referred.get_mut(slot.0) {
            *referred = None;
        }
    }

    fn keep(&mut self, slot: MadeSlot, value: Value<'v>) {
        if let Some(kept) = self.made.get_mut(slot.0) {
            *kept = value;
        }
    }

    /// What a rule writes when Brightpearl does not have what is looked up for a place; nothing where nothing is.
    fn instead(
        &self,
        rule: &'v MappingRule,
        slot: MadeSlot,
    ) -> Result<Option<(usize, String)>, UnfitValue<'v>> {
        let Some(reference) = self.referred.get(slot.0).copied().flatten() else { return Ok(None) };
        if !self.applies(rule) {
            return Ok(None);
        }
        let value = self.value_of(rule)?;
        if value.is_null() {
            return Ok(None);
        }
        let mut json = String::with_capacity(value.text().map_or(0, str::len) + 2);
        value.write(&mut json);
        Ok(Some((reference, json)))
    }

    /// Makes of what was just written one of two things, by whether Brightpearl has something.
    fn choose(&mut self, from: usize, at: usize, reference: usize, missing: String) {
        let found = self.out.split_off(at);
        let choice = Some(Choice { found, missing });
        self.holes.push(Hole { from, at, reference, as_text: false, required: false, choice });
    }

    /// Takes note of what was looked up for a leaf, and of what is told if it is missing.
    fn note_reference(&mut self, resolve: &'v Resolve, leaf: &'v Leaf, reference: usize) {
        if let Some(referred) = leaf.kept.and_then(|slot| self.referred.get_mut(slot.0)) {
            *referred = Some(reference);
        }
        let Some(tell) = &resolve.tell else { return };
        if !self.told.contains_key(&reference) {
            let text = self.reason(tell);
            self.told.insert(reference, text);
        }
    }

    /// Whether a text is what the record is known by, with blanks around it: those are no part of it, and what is written
    /// with them would not be found by it.
    fn is_padded_identity(&self, text: &str) -> bool {
        let trimmed = text.trim();
        let known = [self.key.as_deref(), self.known_as.as_deref()];
        trimmed.len() < text.len() && !trimmed.is_empty() && known.contains(&Some(trimmed))
    }

    fn applies(&self, rule: &'v MappingRule) -> bool {
        rule.when.as_ref().is_none_or(|when| self.holds(when).unwrap_or(false))
    }

    fn rule(&mut self, rule: &'v MappingRule, from: usize, leaf: &'v Leaf) -> RuleOutcome {
        match rule.when.as_ref().map_or(Ok(true), |when| self.holds(when)) {
            Ok(true) => {}
            Ok(false) => return RuleOutcome::Absent,
            Err(reason) => {
                return self.fail(rule, &Value::Null, format!("`when` cannot be evaluated: {reason}"));
            }
        }
        if let Some(outcome) = self.write_plain(rule, leaf) {
            return outcome;
        }
        let value = match self.value_of(rule) {
            Ok(Value::Null) => return RuleOutcome::Absent,
            Ok(value) => value,
            // What only lacks what failed before was told with it.
            Err(_) if self.lacks_what_failed(rule) => return RuleOutcome::Failed,
            Err(unfit) => {
                let (value, reason) = *unfit;
                return self.fail(rule, &value, reason);
            }
        };
        let is_known_by = rule.is_key || value.text().is_some_and(|text| self.is_padded_identity(text));
        let value = if is_known_by { value.trimmed() } else { value };
        if rule.is_key {
            self.key = value.id_text().filter(|key| !key.is_empty()).map(Cow::into_owned);
        }
        let Some(resolve) = &rule.resolve else {
            let begin = self.out.len();
            value.write(&mut self.out);
            if rule.is_key {
                self.key_at = Some(begin..self.out.len());
            }
            if let Some(column) = leaf.column {
                self.watch(column, &value);
            }
            self.keep_made(rule, leaf, value);
            return RuleOutcome::Written;
        };
        let referred = self.refer(rule, resolve, &value);
        if let Ok(reference) = referred {
            self.note_reference(resolve, leaf, reference);
        }
        match referred {
            // What is only looked for leaves no place in the body.
            Ok(_) if rule.kept_as.is_some() => RuleOutcome::Absent,
            Ok(reference) => {
                self.holes.push(Hole {
                    from,
                    at: self.out.len(),
                    reference,
                    as_text: resolve.as_text,
                    required: rule.required,
                    choice: None,
                });
                RuleOutcome::Written
            }
            Err(reason) => self.fail(rule, &value, reason),
        }
    }
}
