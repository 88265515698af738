//! Spoils a body in one place.

use brightpearl_core::catalog::field::{Inside, Shape, Sign};

use super::generated_body::{Generated, Source};

/// How a body was spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spoilt {
    Missing,
    Null,
    OtherType,
    NoDate,
    NoCode,
    NoChoice,
    NoId,
    NegativeId,
    OutOfRange,
    TooPrecise,
    TooLong,
    TooShort,
}

/// What was spoilt, and where.
pub(crate) struct Spoiling {
    pub(crate) fault: Spoilt,
    pub(crate) pointer: String,
}

/// Spoils one place, if there is one.
pub(crate) fn spoil(generated: &mut Generated, source: &mut Source) -> Option<Spoiling> {
    let mut ways = Vec::new();
    for (pointer, place) in &generated.places {
        let is_member = pointer.rsplit('/').next().is_none_or(|name| name.parse::<u64>().is_err());
        if place.mandatory && is_member {
            ways.push((Spoilt::Missing, pointer, String::new()));
            ways.push((Spoilt::Null, pointer, "null".to_owned()));
        }
        ways.extend(wrong_values(&place.shape).into_iter().map(|(fault, token)| (fault, pointer, token)));
    }
    if ways.is_empty() {
        return None;
    }
    let (fault, pointer, token) = ways.swap_remove(source.below(ways.len()));
    let pointer = pointer.clone();
    match fault {
        Spoilt::Missing => generated.json.remove(&pointer),
        Spoilt::Null
        | Spoilt::OtherType
        | Spoilt::NoDate
        | Spoilt::NoCode
        | Spoilt::NoChoice
        | Spoilt::NoId
        | Spoilt::NegativeId
        | Spoilt::OutOfRange
        | Spoilt::TooPrecise
        | Spoilt::TooLong
        | Spoilt::TooShort => {
            generated.json.replace(&pointer, &token);
        }
    }
    Some(Spoiling { fault, pointer })
}

/// Values that a shape does not have.
fn wrong_values(shape: &Shape) -> Vec<(Spoilt, String)> {
    let other = match shape.inside() {
        Inside::Members(_) | Inside::Elements(_) => "true",
        Inside::Nothing => r#"{"another":"type"}"#,
    };
    let mut wrong = Vec::new();
    let mut add = |fault, token: &str| wrong.push((fault, token.to_owned()));
    match shape {
        Shape::Any => return wrong,
        Shape::Text { at_least, at_most } => {
            if *at_least > 0 {
                add(Spoilt::TooShort, "\"\"");
            }
            if let Some(most) = at_most {
                add(Spoilt::TooLong, &format!("\"{}\"", "x".repeat(*most as usize + 1)));
            }
        }
        Shape::Choice(_) => add(Spoilt::NoChoice, "\"no such choice\""),
        Shape::Date | Shape::Moment | Shape::LocalMoment => {
            add(Spoilt::NoDate, "\"2023-02-29\"");
            add(Spoilt::NoDate, "\"10/03/2024\"");
        }
        Shape::TimeOfDay => add(Spoilt::NoDate, "\"25:00:00\""),
        Shape::Currency | Shape::Country => add(Spoilt::NoCode, "\"pounds\""),
        Shape::Colour => add(Spoilt::NoCode, "\"red\""),
        Shape::Id { or_zero } => {
            if !or_zero {
                add(Spoilt::NoId, "0");
            }
            add(Spoilt::NegativeId, "-1");
        }
        Shape::Integer { lowest, highest } => {
            if let Some(lowest) = lowest {
                add(Spoilt::OutOfRange, &(i64::from(*lowest) - 1).to_string());
            }
            if let Some(highest) = highest {
                add(Spoilt::OutOfRange, &(i64::from(*highest) + 1).to_string());
            }
        }
        Shape::Decimal(form) => {
            if let Some(places) = form.places {
                add(Spoilt::TooPrecise, &format!("\"1.{}1\"", "0".repeat(places as usize)));
            }
            if form.sign != Sign::Any {
                add(Spoilt::OutOfRange, "\"-1\"");
            }
        }
        Shape::Boolean | Shape::Code | Shape::Object(_) | Shape::Array { .. } | Shape::Map { .. } => {}
    }
    add(Spoilt::OtherType, other);
    wrong
}
