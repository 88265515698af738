//! What a rule makes of its source, step by step.

use std::borrow::Cow;

use super::Run;
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
        let source = self.source(&rule.source).map_err(|reason| (Value::Null, reason))?;
        let mut value = present(tidy(source, rule), rule);
        if value.is_null()
            && let Some(default) = &rule.default
        {
            value = default.value.clone();
        }
        if value.is_null() {
            return Ok(value);
        }
        if let Some(lookup) = &rule.lookup {
            value = look_up(lookup, value)?;
            if value.is_null() {
                return Ok(value);
            }
        }
        if !rule.math.is_empty() {
            value = self.compute(&rule.math, value)?;
        }
        if let Some(unit) = &rule.unit {
            value = self.convert(unit, value)?;
        }
        let Some(output) = &rule.output else { return Ok(value) };
        if rule.resolve.is_some() {
            // What is said of the type holds for the id.
            return Ok(value);
        }
        let reading = &self.compiled.document.reading;
        let kept = value.clone();
        output.apply(value, reading, &|operand| self.operand(operand)).map_err(|reason| (kept, reason))
    }

    fn source(&self, source: &'v Source) -> Result<Value<'v>, String> {
        match source {
            Source::Constant(constant) => Ok(constant.value.clone()),
            Source::Pick(pick) => self.pick(pick),
            Source::Template(pieces) => self.template(pieces),
            Source::Concat { parts, separator } => {
                let mut joined = String::new();
                for part in parts {
                    let value = self.pick(part)?;
                    let text = spelled(&value, &part.placed.expression.text)?.trim();
                    if text.is_empty() {
                        continue;
                    }
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
                    let piece = spelled(&value, &pick.placed.expression.text)?;
                    picks += 1;
                    absent += usize::from(piece.is_empty());
                    text.push_str(piece);
                }
            }
        }
        Ok(if picks > 0 && picks == absent { Value::Null } else { Value::Text(text.into()) })
    }

    pub(super) fn operand(&self, operand: &'v Operand) -> Result<Value<'v>, String> {
        match operand {
            Operand::Constant(constant) => Ok(constant.value.clone()),
            Operand::Pick(pick) => self.pick(pick),
        }
    }

    fn number(&self, value: &Value<'v>) -> Result<Decimal, Unfit<'v>> {
        read_number(value, &self.compiled.document.reading).map_err(|reason| (value.clone(), reason))
    }

    fn compute(&self, steps: &'v [MathStep], value: Value<'v>) -> Result<Value<'v>, Unfit<'v>> {
        let mut result = self.number(&value)?;
        for step in steps {
            let refuse = |reason: String| (value.clone(), format!("{}: {reason}", step.operation.as_str()));
            let operand = self.operand(&step.operand).map_err(refuse)?;
            let is_absent = operand.is_null() || operand.text().is_some_and(|text| text.trim().is_empty());
            let operand = match (step.operation, is_absent) {
                // To add or take away what is not there changes nothing.
                (Operation::Plus | Operation::Minus, true) => continue,
                (Operation::Times | Operation::Over, true) => {
                    return Err(refuse(format!("the record has no {}", operand_name(&step.operand))));
                }
                (_, false) => self.number(&operand).map_err(|(found, reason)| {
                    refuse(format!("{} is {}, {reason}", operand_name(&step.operand), found.excerpt()))
                })?,
            };
            result = calculate(result, step.operation, operand).map_err(refuse)?;
        }
        Ok(Value::Number(result.to_string().into()))
    }

    fn convert(&self, step: &'v UnitStep, value: Value<'v>) -> Result<Value<'v>, Unfit<'v>> {
        let refuse = |reason| (value.clone(), reason);
        let from = self.operand(&step.from).map_err(refuse)?;
        let name = from
            .text()
            .ok_or_else(|| refuse(format!("its unit is {}; expected the name of a unit", from.excerpt())))?;
        let from = Unit::named(name).map_err(refuse)?;
        let measure = self.number(&value)?;
        let converted = convert(measure, from, step.to).map_err(refuse)?;
        Ok(Value::Number(converted.to_string().into()))
    }
}

fn operand_name(operand: &Operand) -> &str {
    match operand {
        Operand::Constant(constant) => &constant.json,
        Operand::Pick(pick) => &pick.placed.expression.text,
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

/// Trims a text and sets its case, as the rule says.
fn tidy<'v>(value: Value<'v>, rule: &Rule) -> Value<'v> {
    let value = match value {
        Value::Plain(text) if rule.trim => Value::Plain(text.trim()),
        Value::Text(Cow::Borrowed(text)) if rule.trim => Value::Text(text.trim().into()),
        Value::Text(Cow::Owned(text)) if rule.trim => Value::Text(text.trim().to_owned().into()),
        value => value,
    };
    match (rule.case, value.text()) {
        (Some(case), Some(text)) => Value::Text(case.apply(text).into()),
        (Some(_) | None, Some(_) | None) => value,
    }
}

/// An empty text is as good as none, unless it is to be kept.
fn present<'v>(value: Value<'v>, rule: &Rule) -> Value<'v> {
    let is_blank = !rule.keep_empty && value.text().is_some_and(|text| text.trim().is_empty());
    if is_blank { Value::Null } else { value }
}

fn look_up<'v>(step: &'v LookupStep, value: Value<'v>) -> Result<Value<'v>, Unfit<'v>> {
    let Tabled::Is(found) = step.table.get(&value) else {
        return match &step.otherwise {
            Otherwise::Keep => Ok(value),
            Otherwise::Skip => Ok(Value::Null),
            Otherwise::Default(constant) => Ok(constant.value.clone()),
            Otherwise::Fail => {
                let table = if step.name.is_empty() { String::new() } else { format!(" {:?}", step.name) };
                let reason = format!("the table{table} does not have it; it has {}", step.table.examples());
                Err((value, reason))
            }
        };
    };
    Ok(found)
}
