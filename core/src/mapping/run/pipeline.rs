//! What a rule makes of its source, step by step.

use std::borrow::Cow;
use std::sync::Arc;

use super::Run;
use crate::mapping::expression::equal;
use crate::mapping::rule::{MappingRule, Operand, Source, TemplatePiece};
use crate::mapping::steps::{Around, RuleStep};
use crate::mapping::transform::{LookupStep, Otherwise, Tabled, ValueType};
use crate::mapping::value::{Sort, Value};

/// The value that did not fit, and why. What hardly ever is stands apart, so that values that fit move quickly.
pub(super) type UnfitValue<'v> = Box<(Value<'v>, String)>;

impl<'v> Run<'v> {
    /// A rule's value before it is resolved; null when there is none.
    pub(super) fn value_of(&self, rule: &'v MappingRule) -> Result<Value<'v>, UnfitValue<'v>> {
        let identifies = rule.is_key || rule.resolve.is_some();
        let mut value =
            self.source(&rule.source, identifies).map_err(|reason| Box::new((Value::Null, reason)))?;
        if identifies {
            value = value.into_id();
        }
        tidy(&mut value, rule);
        // A number is sliced by its digits.
        if matches!(value.sort(), Sort::Text | Sort::Number) && !rule.on_picked.is_empty() {
            value =
                self.stepped(&rule.on_picked, rule, &value).map_err(|reason| Box::new((value, reason)))?;
        }
        if value.is_null() {
            match &rule.default {
                Some(default) => value = default.value.lent(),
                None => return Ok(value),
            }
        }
        let Some(lookup) = &rule.lookup else {
            return if value.is_null() { Ok(value) } else { self.typed(rule, value) };
        };
        let source = value;
        let value = match lookup.table.get(&source) {
            Tabled::Is(found) => found,
            Tabled::Unknown => match self.found_by_type(rule, lookup, &source) {
                Some(found) => return Ok(found),
                None => without_entry(lookup, &source)?,
            },
        };
        if value.is_null() {
            return Ok(value);
        }
        // What the record says is what can be corrected there; what the table made of it is in the reason.
        self.typed(rule, value).or_else(|unfit| {
            let (found, reason) = *unfit;
            if let Some(found) = self.found_by_type(rule, lookup, &source) {
                return Ok(found);
            }
            Err(Box::new(match equal(&found, &source) {
                true => (found, reason),
                false => {
                    let reason = format!("the table makes {} of it: {reason}", found.excerpt());
                    (source, reason)
                }
            }))
        })
    }

    /// What a table has for a value as the type makes it: its texts may be those of typed values, and stand as they are
    /// then. Which of the two is written first in the document makes no difference.
    fn found_by_type(
        &self,
        rule: &'v MappingRule,
        lookup: &'v LookupStep,
        value: &Value<'v>,
    ) -> Option<Value<'v>> {
        let output = rule.output.as_ref().filter(|_| rule.resolve.is_none() && !value.is_null())?;
        let reading = &self.compiled.document.reading;
        let typed = output.apply(value, reading, &|operand| self.operand(operand)).ok()?;
        match lookup.table.get(&typed) {
            Tabled::Is(found) => Some(found),
            Tabled::Unknown => None,
        }
    }

    /// What steps and the type make of a value.
    fn typed(&self, rule: &'v MappingRule, value: Value<'v>) -> Result<Value<'v>, UnfitValue<'v>> {
        // What is said of the type of a reference holds for the id.
        let output = rule.output.as_ref().filter(|_| rule.resolve.is_none());
        let of_type = |value: &Value<'v>, output: &'v ValueType| {
            output.apply(value, &self.compiled.document.reading, &|operand| self.operand(operand))
        };
        let made = match (rule.on_known.is_empty(), output) {
            (true, Some(output)) => of_type(&value, output),
            (false, Some(output)) => {
                self.stepped(&rule.on_known, rule, &value).and_then(|stepped| of_type(&stepped, output))
            }
            (false, None) => self.stepped(&rule.on_known, rule, &value),
            (true, None) => return Ok(value),
        };
        made.map_err(|reason| Box::new((value, reason)))
    }

    /// What steps make of a value, one after the other.
    fn stepped(
        &self,
        steps: &'v [Arc<dyn RuleStep>],
        rule: &'v MappingRule,
        value: &Value<'v>,
    ) -> Result<Value<'v>, String> {
        let operand = |operand: &'v Operand| self.operand(operand);
        let around = Around {
            operand: &operand,
            pick: &|pick| self.pick(pick),
            sharers: self.sharers(rule.level),
            note_share: &|amount, share| self.shares.note(&rule.pointer, amount, share),
            reading: &self.compiled.document.reading,
        };
        let mut made = None;
        for step in steps {
            made = Some(step.apply(made.as_ref().unwrap_or(value), &around)?);
        }
        Ok(made.unwrap_or_else(|| value.clone()))
    }

    pub(super) fn source(&self, source: &'v Source, identifies: bool) -> Result<Value<'v>, String> {
        match source {
            Source::Constant(constant) => Ok(constant.value.lent()),
            Source::Pick(pick) => self.pick(pick),
            Source::Template(pieces) => self.template(pieces, identifies),
            Source::Reject(pieces) => Err(self.reason(pieces)),
            Source::Concat { parts, separator } => {
                let mut joined = String::with_capacity(PICKED * parts.len());
                for part in parts {
                    let value = self.pick(part)?;
                    let text = part_of_text(&value, &part.expression.text, identifies)?;
                    let text = text.trim();
                    if text.is_empty() {
                        continue;
                    }
                    self.allowance.bytes(separator.len() + text.len())?;
                    if !joined.is_empty() {
                        joined.push_str(separator);
                    }
                    joined.push_str(text);
                }
                Ok(if joined.is_empty() { Value::Null } else { Value::Text(joined.into()) })
            }
        }
    }

    fn template(&self, pieces: &'v [TemplatePiece], identifies: bool) -> Result<Value<'v>, String> {
        let mut text = begun(pieces);
        let (mut picks, mut absent) = (0, 0);
        for piece in pieces {
            match piece {
                TemplatePiece::Text(constant) => text.push_str(constant),
                TemplatePiece::Pick(pick) => {
                    let value = self.pick(pick)?;
                    let piece = part_of_text(&value, &pick.expression.text, identifies)?;
                    picks += 1;
                    absent += usize::from(piece.is_empty());
                    self.allowance.bytes(piece.len())?;
                    text.push_str(&piece);
                }
            }
        }
        Ok(if picks > 0 && picks == absent { Value::Null } else { Value::Text(text.into()) })
    }

    /// Why a record is refused, in the document's words.
    pub(super) fn reason(&self, pieces: &'v [TemplatePiece]) -> String {
        let mut text = begun(pieces);
        for piece in pieces {
            match piece {
                TemplatePiece::Text(constant) => text.push_str(constant),
                TemplatePiece::Pick(pick) => {
                    let value = self.pick(pick).unwrap_or(Value::Null);
                    text.push_str(&value.scalar_text().unwrap_or_default());
                }
            }
        }
        text
    }

    pub(super) fn operand(&self, operand: &'v Operand) -> Result<Value<'v>, String> {
        match operand {
            Operand::Constant(constant) => Ok(constant.value.lent()),
            Operand::Pick(pick) => self.pick(pick),
        }
    }
}

/// The room for a text that is picked: most are short.
const PICKED: usize = 24;

/// A text with room for what is written in a template, and for its picks.
fn begun(pieces: &[TemplatePiece]) -> String {
    let lengths = pieces.iter().map(|piece| match piece {
        TemplatePiece::Text(constant) => constant.len(),
        TemplatePiece::Pick(_) => PICKED,
    });
    String::with_capacity(lengths.sum())
}

/// A part of a text, which may be one that identifies; nothing for null.
fn part_of_text<'a>(value: &'a Value<'_>, path: &str, identifies: bool) -> Result<Cow<'a, str>, String> {
    if value.is_null() {
        return Ok(Cow::Borrowed(""));
    }
    let text = if identifies { value.id_text() } else { value.scalar_text() };
    text.ok_or_else(|| format!("{path} is {}; expected a text or a number", value.excerpt()))
}

/// Trims a text, if the rule says so. An empty text is as good as none, unless it is to be kept.
fn tidy(value: &mut Value<'_>, rule: &MappingRule) {
    if rule.trim {
        match value {
            Value::Text(Cow::Borrowed(text)) => *text = text.trim(),
            Value::Text(Cow::Owned(text)) => *text = text.trim().to_owned(),
            Value::Null
            | Value::True
            | Value::False
            | Value::Number(_)
            | Value::Computed(_)
            | Value::Node(_)
            | Value::Array(_)
            | Value::Object(_) => {}
        }
    }
    let is_blank = |text: &str| text.chars().all(char::is_whitespace);
    if !rule.keep_empty && value.text().is_some_and(is_blank) {
        *value = Value::Null;
    }
}

/// What stands for a value that a table does not have.
fn without_entry<'v>(step: &'v LookupStep, value: &Value<'v>) -> Result<Value<'v>, UnfitValue<'v>> {
    match &step.otherwise {
        Otherwise::Keep => Ok(value.clone()),
        Otherwise::Skip => Ok(Value::Null),
        Otherwise::Default(constant) => Ok(constant.value.lent()),
        Otherwise::Fail => {
            let table = if step.name.is_empty() { String::new() } else { format!(" {:?}", step.name) };
            let reason = format!("the table{table} does not have it; it has {}", step.table.examples());
            Err(Box::new((value.clone(), reason)))
        }
    }
}
