//! Values that hold nothing further.

use crate::catalog::field::{DecimalForm, Shape, Sign};
use crate::error::{Error, Fault};
use crate::json::Node;
use crate::value::{CurrencyCode, Date, DateTime, Decimal};

/// What is wrong with a value, and what was expected when that is more than the shape says.
pub(super) struct Unfit {
    pub(super) fault: Fault,
    pub(super) expected: Option<String>,
}

impl From<Fault> for Unfit {
    fn from(fault: Fault) -> Self {
        Self { fault, expected: None }
    }
}

type Fit = Result<(), Unfit>;

/// Checks a value that holds nothing further.
pub(super) fn check(shape: &Shape, node: &Node<'_>) -> Fit {
    match shape {
        Shape::Any => Ok(()),
        Shape::Object(_) | Shape::Array { .. } | Shape::Map { .. } => Err(Fault::WrongType.into()),
        Shape::Boolean => match node {
            Node::Boolean(_) => Ok(()),
            Node::Null
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Unreadable => Err(Fault::WrongType.into()),
        },
        Shape::Code => check_code(node),
        Shape::Integer { lowest, highest } => {
            check_integer(node, lowest.map_or(i64::MIN, i64::from), highest.map_or(i64::MAX, i64::from))
        }
        Shape::Id { or_zero } => check_id(node, *or_zero),
        Shape::Decimal(form) => check_decimal(node, *form),
        Shape::Text { at_least, at_most } => check_length(text_of(node)?, *at_least, *at_most),
        Shape::Choice(texts) => check_choice(text_of(node)?, texts),
        Shape::Date => Date::parse(text_of(node)?).map(drop).map_err(|error| said_by(&error)),
        Shape::Moment => check_moment(text_of(node)?),
        Shape::LocalMoment => check_local_moment(text_of(node)?),
        Shape::TimeOfDay => check_time_of_day(text_of(node)?),
        Shape::Currency => CurrencyCode::parse(text_of(node)?).map(drop).map_err(|error| said_by(&error)),
        Shape::Country => check_country(text_of(node)?),
        Shape::Colour => check_colour(text_of(node)?),
    }
}

fn text_of<'n>(node: &'n Node<'_>) -> Result<&'n str, Unfit> {
    match node {
        Node::Text(text) => Ok(text),
        Node::Null
        | Node::Boolean(_)
        | Node::Number(_)
        | Node::Array(_)
        | Node::Object(_)
        | Node::Unreadable => Err(Fault::WrongType.into()),
    }
}

fn check_length(text: &str, at_least: u32, at_most: Option<u32>) -> Fit {
    let characters = text.chars().count();
    let fits = characters >= at_least as usize && at_most.is_none_or(|most| characters <= most as usize);
    if fits { Ok(()) } else { Err(Fault::WrongLength.into()) }
}

fn check_choice(text: &str, texts: &[&str]) -> Fit {
    if texts.contains(&text) { Ok(()) } else { Err(Fault::NotAllowed.into()) }
}

fn check_code(node: &Node<'_>) -> Fit {
    match node {
        Node::Text(_) => Ok(()),
        Node::Number(token) if is_whole(token) => Ok(()),
        Node::Number(_) => Err(Fault::WrongFormat.into()),
        Node::Null | Node::Boolean(_) | Node::Array(_) | Node::Object(_) | Node::Unreadable => {
            Err(Fault::WrongType.into())
        }
    }
}

/// A whole number in digits, as a number or as a text.
fn check_integer(node: &Node<'_>, lowest: i64, highest: i64) -> Fit {
    let digits = number_text(node)?;
    if !is_whole(digits) {
        return Err(Fault::WrongFormat.into());
    }
    let fits = digits.parse::<i64>().is_ok_and(|number| (lowest..=highest).contains(&number));
    if fits { Ok(()) } else { Err(Fault::OutOfRange.into()) }
}

pub(super) fn check_id(node: &Node<'_>, or_zero: bool) -> Fit {
    check_integer(node, i64::from(!or_zero), i64::MAX)?;
    // "-0" is a whole number from 0, and no id.
    if number_text(node)?.starts_with('-') { Err(Fault::OutOfRange.into()) } else { Ok(()) }
}

fn check_decimal(node: &Node<'_>, form: DecimalForm) -> Fit {
    let text = match node {
        Node::Number(_) if form.text_only => return Err(Fault::WrongType.into()),
        // A string is read by the server as it stands; exponents are for JSON's own numbers.
        Node::Text(text) if text.contains(['e', 'E']) => return Err(Fault::WrongFormat.into()),
        Node::Number(_)
        | Node::Text(_)
        | Node::Null
        | Node::Boolean(_)
        | Node::Array(_)
        | Node::Object(_)
        | Node::Unreadable => number_text(node)?,
    };
    let number = Decimal::parse(text).map_err(|error| said_by(&error))?;
    if let Some(places) = form.places
        && number.places() > places
        && number.with_places(places).is_err()
    {
        return Err(Fault::TooPrecise.into());
    }
    let fits = match form.sign {
        Sign::Any => true,
        Sign::NonNegative => !text.starts_with('-'),
        Sign::Positive => number > Decimal::default(),
    };
    if fits { Ok(()) } else { Err(Fault::OutOfRange.into()) }
}

fn check_moment(text: &str) -> Fit {
    let read = if text.contains('T') { DateTime::parse(text).map(drop) } else { Date::parse(text).map(drop) };
    read.map_err(|error| said_by(&error))
}

/// Without an offset it names no instant, but its day and hour can be checked all the same.
fn check_local_moment(text: &str) -> Fit {
    check_moment(text).or_else(
        |unfit| {
            if DateTime::parse(&format!("{text}Z")).is_ok() { Ok(()) } else { Err(unfit) }
        },
    )
}

fn check_time_of_day(text: &str) -> Fit {
    let is_time = text.len() == "17:30:00".len() && DateTime::parse(&format!("1970-01-01T{text}Z")).is_ok();
    well_formed(is_time)
}

fn check_country(text: &str) -> Fit {
    well_formed(matches!(text.len(), 2 | 3) && text.bytes().all(|letter| letter.is_ascii_uppercase()))
}

fn check_colour(text: &str) -> Fit {
    let is_hex = |digits: &str| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    well_formed(text.strip_prefix('#').is_some_and(is_hex))
}

fn well_formed(fits: bool) -> Fit {
    if fits { Ok(()) } else { Err(Fault::WrongFormat.into()) }
}

/// The text of a number, or of a string that should hold one.
pub(super) fn number_text<'n>(node: &'n Node<'_>) -> Result<&'n str, Unfit> {
    match node {
        Node::Number(token) => Ok(token),
        Node::Text(text) => Ok(text),
        Node::Null | Node::Boolean(_) | Node::Array(_) | Node::Object(_) | Node::Unreadable => {
            Err(Fault::WrongType.into())
        }
    }
}

/// Digits, with a minus sign if there is one, and without leading zeros.
pub(super) fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

/// The expectation of a value's own error, which says "found …, expected …".
fn said_by(error: &Error) -> Unfit {
    let expected = error.message().rsplit_once(", expected ").map(|(_, expected)| expected.to_owned());
    Unfit { fault: Fault::WrongFormat, expected }
}
