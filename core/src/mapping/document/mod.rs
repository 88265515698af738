//! Reading a document: from JSON to rules, with everything that is wrong on the way.

mod conditions;
mod fields;
mod members;
mod pieces;
mod steps;
mod totals;
mod whole;

pub(super) use conditions::{CreditRule, ThereRule, Unmet};
pub(super) use members::DocumentPlace;
pub(super) use steps::text_constant;
pub(super) use whole::{Document, KeySource, Parameter, placeholders, read};

use std::cell::Cell;
use std::sync::Arc;

use super::Mapping;
use super::expression::Expression;
use super::finding::Findings;
use super::limit::EXPRESSIONS;
use super::made::MadeBook;
use super::path::Paths;
use super::rule::{Constant, Operand, Pick, Tables};
use super::tape::Tape;
use super::transform::{LookupTable, Notation};
use super::value::Value;
use crate::json::Node;

/// How much of a document was read, nested ones included.
#[derive(Debug, Default)]
struct Counts {
    rules: Cell<usize>,
    expressions: Cell<usize>,
    mappings: Cell<usize>,
}

/// Counts one more; the first that is too many is a finding.
fn count(
    counter: &Cell<usize>,
    most: usize,
    what: &str,
    pointer: &str,
    findings: &mut Findings,
) -> Option<()> {
    counter.set(counter.get() + 1);
    if counter.get() == most + 1 {
        findings.error(pointer, format!("the document has more than {most} {what}, which is the limit"));
    }
    (counter.get() <= most).then_some(())
}

/// What rules can refer to while they are read.
pub(super) struct Context<'c> {
    pub(super) findings: &'c mut Findings,
    tables: Tables,
    /// Tables that some rule uses.
    used_tables: Vec<String>,
    mappings: Vec<(String, Arc<Mapping>)>,
    used_mappings: Vec<String>,
    reading: Notation,
    /// Tables and what they are where upper and lower case are the same.
    caseless: Vec<(Arc<LookupTable>, Arc<LookupTable>)>,
    counts: &'c Counts,
    /// How many documents stand around this one.
    depth: usize,
    /// The plain paths of each level: the record, then the elements of each `each` in the order of the document.
    paths: Vec<Paths>,
    /// The levels that the rule stands within, and where in the body what is made of each goes.
    chain: Vec<usize>,
    bases: Vec<String>,
    /// The places of the `each` that it stands within; empty for the record.
    around: Vec<String>,
    made: MadeBook,
}

/// The value against which a path is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathScope {
    Element,
    Parent,
    Record,
}

const SCOPES: [(&str, PathScope); 3] =
    [("element", PathScope::Element), ("parent", PathScope::Parent), ("record", PathScope::Record)];

impl Context<'_> {
    fn level(&self, scope: PathScope) -> usize {
        let levels = match scope {
            PathScope::Element => self.chain.last(),
            PathScope::Parent => self.chain.iter().rev().nth(1).or(self.chain.first()),
            PathScope::Record => self.chain.first(),
        };
        levels.copied().unwrap_or_default()
    }

    /// Whether what is read is about the elements of an array.
    pub(super) fn is_within_each(&self) -> bool {
        self.chain.len() > 1
    }

    fn base(&self, scope: PathScope) -> &str {
        let base = match scope {
            PathScope::Element => self.bases.last(),
            PathScope::Parent => self.bases.iter().rev().nth(1).or(self.bases.first()),
            PathScope::Record => self.bases.first(),
        };
        base.map_or("", String::as_str)
    }

    /// What a rule before this one made: `{"made": "/net"}`, or `{"made": "gross", "from": "@ > `0`"}`.
    fn made_pick(
        &mut self,
        made: &DocumentPlace<'_>,
        from: Option<&DocumentPlace<'_>>,
        scope: PathScope,
    ) -> Option<Pick> {
        let asked = made.text(self.findings)?;
        let text = match from {
            Some(from) => from.text(self.findings)?,
            None => "@".to_owned(),
        };
        count(&self.counts.expressions, EXPRESSIONS, "expressions", &made.pointer, self.findings)?;
        let level = self.level(scope);
        let base = self.base(scope).to_owned();
        let around = self.around.iter().rev().map(String::as_str);
        let slot = self.made.ask(&asked, &made.pointer, &base, around);
        match Expression::parse(&text) {
            Ok(mut expression) => {
                expression.text = match from {
                    Some(_) => format!("{asked} (made) | {text}"),
                    None => format!("{asked} (made)"),
                };
                Some(Pick { expression, level, made: Some(slot) })
            }
            Err(reason) => {
                let pointer = from.map_or(&made.pointer, |from| &from.pointer);
                let message = format!("invalid JMESPath expression {}: {reason}", shown(&text));
                self.findings.error(pointer, message);
                None
            }
        }
    }

    /// An expression at a place.
    fn pick_text(&mut self, text: &str, pointer: &str, scope: PathScope) -> Option<Pick> {
        let level = self.level(scope);
        count(&self.counts.expressions, EXPRESSIONS, "expressions", pointer, self.findings)?;
        match Expression::parse(text) {
            Ok(mut expression) => {
                if let Some(doubt) = expression.doubt.take() {
                    self.findings.warn(pointer, doubt);
                }
                expression.place(self.paths.get_mut(level)?);
                Some(Pick { expression, level, made: None })
            }
            Err(reason) => {
                self.findings
                    .error(pointer, format!("invalid JMESPath expression {}: {reason}", shown(text)));
                None
            }
        }
    }

    /// A path: a text, or `{"from": ..., "scope": ...}`, or `{"made": ...}`.
    pub(super) fn pick(&mut self, place: &DocumentPlace<'_>, scope: PathScope) -> Option<Pick> {
        if let Node::Object(_) = place.read() {
            let mut members = place.object(self.findings)?;
            let scope = members.choice("scope", &SCOPES, self.findings).unwrap_or(scope);
            let from = members.take("from");
            let made = members.take("made");
            let pointer = members.pointer.clone();
            members.finish(self.findings);
            if let Some(made) = made {
                return self.made_pick(&made, from.as_ref(), scope);
            }
            let Some(from) = from else {
                self.findings.error(pointer, "from is missing; expected a JMESPath expression");
                return None;
            };
            let text = from.text(self.findings)?;
            return self.pick_text(&text, &from.pointer, scope);
        }
        let text = place.text(self.findings)?;
        self.pick_text(&text, &place.pointer, scope)
    }

    /// A condition: an expression that does not say the same whatever the record is.
    fn condition(&mut self, place: &DocumentPlace<'_>, scope: PathScope) -> Option<Pick> {
        let pick = self.pick(place, scope)?;
        match pick.expression.constant().map(|value| value.is_truthy()) {
            Some(true) => self.findings.warn(&place.pointer, "the condition always holds; leave it out"),
            Some(false) => {
                self.findings.warn(&place.pointer, "the condition never holds, so this is never reached")
            }
            None => {}
        }
        Some(pick)
    }

    /// A path, or a number, or `{"value": ...}`.
    pub(super) fn operand(&mut self, place: &DocumentPlace<'_>, scope: PathScope) -> Option<Operand> {
        match place.read() {
            Node::Number(_) => Some(Operand::Constant(constant(place, self.findings)?)),
            Node::Object(members) if members.iter().any(|(name, _)| name == "value") => {
                let mut members = place.object(self.findings)?;
                let value = members.take("value");
                members.finish(self.findings);
                Some(Operand::Constant(constant(&value?, self.findings)?))
            }
            Node::Null
            | Node::Boolean(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Unreadable => self.pick(place, scope).map(Operand::Pick),
        }
    }
}

/// An expression in a message, which need not be read to its end.
fn shown(text: &str) -> String {
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?} and more", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// A value of the document, whatever it is.
fn constant(place: &DocumentPlace<'_>, findings: &mut Findings) -> Option<Constant> {
    let json = place.json();
    match Tape::read(json.as_bytes()) {
        Ok(tape) => Some(Constant { json: json.to_owned(), value: Value::owned(tape.root()) }),
        Err(reason) => {
            findings.error(&place.pointer, reason);
            None
        }
    }
}
