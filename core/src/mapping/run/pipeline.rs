//! What a rule makes of its source, step by step.

use std::borrow::Cow;

use super::Run;
use crate::mapping::expression::equal;
use crate::mapping::rule::{Operand, Piece, Rule, Source};
use crate::mapping::transform::{
    LookupStep, MathStep, Operation, Otherwise, Tabled, Unit, UnitStep, calculate, convert, read_number,
};
use crate::mapping::value::Value;
use crate::value::Decimal;

/// The value that did not fit, and why.
type Unfit<'v> = (Value<'v>, String);

impl<'v> Run<'v> {
    /// A rule's value before it is resolved; null when there is none.
    pub(super) fn value_of(&self, rule: &'v Rule) -> Result<Value<'v>, Unfit<'v>> {
        let mut value = self.source(&rule.source).map_err(|reason| (Value::Null, reason))?;
        tidy(&mut value, rule);
        if value.is_null() {
            match &rule.default {
                Some(default) => value = default.value.lent(),
                None => return Ok(value),
            }
        }
        let Some(lookup) = &rule.lookup else {
            return if value.is_null() { Ok(value) } else { self.typed(rule, value) };
        };
        let source = value.clone();
        look_up(lookup, &mut value)?;
        if value.is_null() {
            return Ok(value);
        }
        // What the record says is what can be corrected there; what the table made of it is in the reason.
        self.typed(rule, value).map_err(|(found, reason)| match equal(&found, &source) {
            true => (found, reason),
            false => {
                let reason = format!("the table makes {} of it: {reason}", found.excerpt());
                (source, reason)
            }
        })
    }

    /// What calculations, units and the type make of a value.
    fn typed(&self, rule: &'v Rule, value: Value<'v>) -> Result<Value<'v>, Unfit<'v>> {
        // What is said of the type of a reference holds for the id.
        let output = rule.output.as_ref().filter(|_| rule.resolve.is_none());
        if output.is_none() && rule.math.is_empty() && rule.unit.is_none() {
            return Ok(value);
        }
        let reading = &self.compiled.document.reading;
        let operand = |operand: &'v Operand| self.operand(operand);
        let number = self.reckon(rule, &value)?;
        let typed = match (number, output) {
            (Some(number), Some(output)) => output.apply_to_number(number, reading, &operand),
            (Some(number), None) => Ok(Value::number_of(number)),
            (None, Some(output)) => output.apply(&value, reading, &operand),
            (None, None) => return Ok(value),
        };
        typed.map_err(|reason| (value, reason))
    }

    fn source(&self, source: &'v Source) -> Result<Value<'v>, String> {
        match source {
            Source::Constant(constant) => Ok(constant.value.lent()),
            Source::Pick(pick) => self.pick(pick),
            Source::Template(pieces) => self.template(pieces),
            Source::Concat { parts, separator } => {
                let mut joined = String::new();
                for part in parts {
                    let value = self.pick(part)?;
                    let text = spelled(&value, &part.expression.text)?.trim();
                    if text.is_empty() {
                        continue;
                    }
                    self.budget.bytes(separator.len() + text.len())?;
                    if !joined.is_empty() {
                        joined.push_str(separator);
                    }
                    joined.push_str(text);
                }
                Ok(if joined.is_empty() { Value::Null } else { Value::Text(joined.into()) })
            }
        }
    }

    fn template(&self, pieces: &'v [Piece]) -> Result<Value<'v>, String> {
        let mut text = String::new();
        let (mut picks, mut absent) = (0, 0);
        for piece in pieces {
            match piece {
                Piece::Text(constant) => text.push_str(constant),
                Piece::Pick(pick) => {
                    let value = self.pick(pick)?;
                    let piece = spelled(&value, &pick.expression.text)?;
                    picks += 1;
                    absent += usize::from(piece.is_empty());
                    self.budget.bytes(piece.len())?;
                    text.push_str(piece);
                }
            }
        }
        Ok(if picks > 0 && picks == absent { Value::Null } else { Value::Text(text.into()) })
    }

    pub(super) fn operand(&self, operand: &'v Operand) -> Result<Value<'v>, String> {
        match operand {
            Operand::Constant(constant) => Ok(constant.value.lent()),
            Operand::Pick(pick) => self.pick(pick),
        }
    }

    fn number(&self, value: &Value<'v>) -> Result<Decimal, Unfit<'v>> {
        read_number(value, &self.compiled.document.reading).map_err(|reason| (value.clone(), reason))
    }

    /// What calculations and units make of a value, if there are any.
    fn reckon(&self, rule: &'v Rule, value: &Value<'v>) -> Result<Option<Decimal>, Unfit<'v>> {
        if rule.math.is_empty() && rule.unit.is_none() {
            return Ok(None);
        }
        let mut result = self.number(value)?;
        let refuse = |reason: String| (value.clone(), reason);
        for step in &rule.math {
            result = self.step(step, result).map_err(refuse)?;
        }
        if let Some(unit) = &rule.unit {
            result = self.convert(unit, result).map_err(refuse)?;
        }
        Ok(Some(result))
    }

    fn step(&self, step: &'v MathStep, left: Decimal) -> Result<Decimal, String> {
        let name = step.operation.as_str();
        let refuse = |reason: String| format!("{name}: {reason}");
        let operand = self.operand(&step.operand).map_err(refuse)?;
        if operand.is_null() || operand.text().is_some_and(|text| text.trim().is_empty()) {
            return match step.operation {
                // To add or take away what is not there changes nothing.
                Operation::Plus | Operation::Minus => Ok(left),
                Operation::Times | Operation::Over => {
                    Err(format!("{name}: the record has no {}", operand_name(&step.operand)))
                }
            };
        }
        let right = self.number(&operand).map_err(|(found, reason)| {
            format!("{name}: {} is {}, {reason}", operand_name(&step.operand), found.excerpt())
        })?;
        calculate(left, step.operation, right)
    }

    fn convert(&self, step: &'v UnitStep, measure: Decimal) -> Result<Decimal, String> {
        let from = self.operand(&step.from)?;
        let name = from.text();
        let name = name.ok_or_else(|| format!("its unit is {}; expected the name of one", from.excerpt()))?;
        convert(measure, Unit::named(name)?, step.to)
    }
}

fn operand_name(operand: &Operand) -> &str {
    match operand {
        Operand::Constant(constant) => &constant.json,
        Operand::Pick(pick) => &pick.expression.text,
    }
}

/// A part of a text; nothing for null.
fn spelled<'a>(value: &'a Value<'_>, path: &str) -> Result<&'a str, String> {
    if value.is_null() {
        return Ok("");
    }
    let text = value.scalar_text();
    text.ok_or_else(|| format!("{path} is {}; expected a text or a number", value.excerpt()))
}

/// Trims a text and sets its case, as the rule says. An empty text is as good as none, unless it is to be kept.
fn tidy(value: &mut Value<'_>, rule: &Rule) {
    if rule.trim {
        match value {
            Value::Text(Cow::Borrowed(text)) => *text = text.trim(),
            Value::Text(Cow::Owned(text)) => *text = text.trim().to_owned(),
            Value::Null
            | Value::True
            | Value::False
            | Value::Number(_)
            | Value::Node(_)
            | Value::Array(_)
            | Value::Object(_) => {}
        }
    }
    let Some(text) = value.text() else { return };
    if !rule.keep_empty && text.trim().is_empty() {
        *value = Value::Null;
    } else if let Some(case) = rule.case {
        *value = Value::Text(case.apply(text).into());
    }
}

fn look_up<'v>(step: &'v LookupStep, value: &mut Value<'v>) -> Result<(), Unfit<'v>> {
    if let Tabled::Is(found) = step.table.get(value) {
        *value = found;
        return Ok(());
    }
    match &step.otherwise {
        Otherwise::Keep => {}
        Otherwise::Skip => *value = Value::Null,
        Otherwise::Default(constant) => *value = constant.value.lent(),
        Otherwise::Fail => {
            let table = if step.name.is_empty() { String::new() } else { format!(" {:?}", step.name) };
            let reason = format!("the table{table} does not have it; it has {}", step.table.examples());
            return Err((value.clone(), reason));
        }
    }
    Ok(())
}
