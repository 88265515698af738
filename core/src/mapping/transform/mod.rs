//! What happens to a value on its way, step by step.

mod currency;
mod date_names;
mod date_pattern;
mod money;
mod number;
mod table;
mod text;
mod time;
mod zone;
mod zone_changes;

pub(super) use date_pattern::DatePattern;
pub(super) use money::{Money, minor_unit};
pub(super) use number::{Arithmetic, Notation, Numeric, Rounding, calculate, read_number};
pub(super) use table::{LookupTable, Otherwise, Tabled};
pub(super) use time::{Input, Time};
pub(super) use zone::Zone;
pub use zone::time_zone_database;

use std::sync::Arc;

use super::rule::Operand;
use super::value::{Sort, Value};

/// Looking a value up in a table of the document.
#[derive(Clone, Debug)]
pub(super) struct LookupStep {
    /// The table's name; empty when it stands in the rule.
    pub(super) name: String,
    pub(super) table: Arc<LookupTable>,
    pub(super) otherwise: Otherwise,
}

/// The type that a value is given.
#[derive(Clone, Debug)]
pub(super) enum ValueType {
    Text {
        /// The most characters; what is beyond is cut off.
        cut: Option<u32>,
    },
    Integer(Numeric),
    Decimal(Numeric),
    Money(Numeric, Money),
    Date(Time),
    DateTime(Time),
    Boolean,
}

impl ValueType {
    /// The type's name in documents.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            ValueType::Text { .. } => "string",
            ValueType::Integer(_) => "integer",
            ValueType::Decimal(_) => "decimal",
            ValueType::Money(..) => "money",
            ValueType::Date(_) => "date",
            ValueType::DateTime(_) => "datetime",
            ValueType::Boolean => "boolean",
        }
    }

    /// Gives a value this type.
    ///
    /// # Errors
    /// What was expected of the value, in words.
    pub(super) fn apply<'v>(
        &'v self,
        value: &Value<'v>,
        reading: &Notation,
        operand: &dyn Fn(&'v Operand) -> Result<Value<'v>, String>,
    ) -> Result<Value<'v>, String> {
        match self {
            ValueType::Text { cut } => text::spell(value, *cut),
            ValueType::Integer(numeric) => number::integer(value, numeric, reading),
            ValueType::Decimal(numeric) => number::decimal(value, numeric, reading),
            ValueType::Money(numeric, money) if numeric.places.is_none() && money.is_plain() => {
                number::decimal(value, numeric, reading)
            }
            ValueType::Money(numeric, money) => {
                let number = read_number(value, reading)?;
                let currency = money.currency.as_ref().map(operand).transpose()?;
                money.apply(number, currency.as_ref(), numeric)
            }
            ValueType::Date(time) => time.date(value),
            ValueType::DateTime(time) => time.date_time(value),
            ValueType::Boolean => boolean(value),
        }
    }
}

fn boolean<'v>(value: &Value<'v>) -> Result<Value<'v>, String> {
    let text = value.scalar_text().filter(|_| value.sort() != Sort::Null).unwrap_or_default();
    let is = |words: [&str; 6]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    if is(["true", "yes", "y", "1", "on", "t"]) {
        return Ok(Value::True);
    }
    if is(["false", "no", "n", "0", "off", "f"]) {
        return Ok(Value::False);
    }
    Err("expected true or false, yes or no, 1 or 0".to_owned())
}
