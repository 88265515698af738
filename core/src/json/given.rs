//! What a host gave as one JSON object, read member by member; what does not fit is told with its place and with what was
//! expected there.

use serde_json::{Map, Value};

use super::{json_error, nearest};
use crate::error::{Error, Result};

/// An object, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct GivenObject<'v> {
    members: &'v Map<String, Value>,
    place: String,
}

/// Reads the text of an object's JSON.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `what`.
pub(crate) fn given_value(what: &'static str, text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| json_error(what, &error))
}

impl<'v> GivenObject<'v> {
    /// The object that a value is, of which no other members are known than these.
    pub(crate) fn of(value: &'v Value, place: &str, known: &[&str]) -> Result<Self> {
        let given = Self::open(value, place)?;
        match given.members.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(given),
            Some(name) => {
                let meant = nearest(name, known.iter().copied());
                let hint = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
                let message = format!("the member is unknown; expected one of {}{hint}", known.join(", "));
                Err(Error::validation(given.at(name), message))
            }
        }
    }

    /// The same for an object that may have other members, too.
    pub(crate) fn open(value: &'v Value, place: &str) -> Result<Self> {
        match value {
            Value::Object(members) => Ok(Self { members, place: place.to_owned() }),
            other => Err(unfit(place, other, "an object")),
        }
    }

    /// Where a member stands.
    pub(crate) fn at(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}/{name}", self.place) }
    }

    /// A member; `None` for null, too.
    pub(crate) fn value(&self, name: &str) -> Option<&'v Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// Whether a member is there, be it null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Every member, null included, in the order of their names.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'v str, &'v Value)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'v str>> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(unfit(&self.at(name), other, "a text")),
        }
    }

    pub(crate) fn needed_text(&self, name: &str) -> Result<&'v str> {
        self.text(name)?.ok_or_else(|| self.missing(name, "a text"))
    }

    /// A whole number that is not negative. What is behind the point, as clocks of other languages have it, is cut off.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = match value {
            Value::Number(number) => number.as_u64().or_else(|| {
                // A cast saturates.
                number.as_f64().filter(|number| *number >= 0.0).map(|number| number as u64)
            }),
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
        };
        number.map(Some).ok_or_else(|| unfit(&self.at(name), value, WHOLE))
    }

    pub(crate) fn needed_number(&self, name: &str) -> Result<u64> {
        self.number(name)?.ok_or_else(|| self.missing(name, WHOLE))
    }

    /// Any number.
    pub(crate) fn decimal(&self, name: &str) -> Result<Option<f64>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_f64().map(Some).ok_or_else(|| unfit(&self.at(name), value, "a number"))
    }

    /// Whether a member is true; false when it is absent.
    pub(crate) fn flag(&self, name: &str) -> Result<bool> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(unfit(&self.at(name), other, "true or false")),
        }
    }

    /// The elements of an array, with the place of each; none when it is absent.
    pub(crate) fn elements(&self, name: &str) -> Result<Vec<(String, &'v Value)>> {
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(elements)) => {
                let place = self.at(name);
                let placed = elements.iter().enumerate();
                Ok(placed.map(|(index, value)| (format!("{place}/{index}"), value)).collect())
            }
            Some(other) => Err(unfit(&self.at(name), other, "an array")),
        }
    }

    /// The texts of an array.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<&'v str>> {
        let texts = self.elements(name)?.into_iter();
        texts.map(|(place, value)| value.as_str().ok_or_else(|| unfit(&place, value, "a text"))).collect()
    }

    /// The objects of an array, of which no other members are known than these.
    pub(crate) fn objects(&self, name: &str, known: &[&str]) -> Result<Vec<Self>> {
        self.elements(name)?.iter().map(|(place, value)| Self::of(value, place, known)).collect()
    }

    /// An object within.
    pub(crate) fn object(&self, name: &str, known: &[&str]) -> Result<Option<Self>> {
        self.value(name).map(|value| Self::of(value, &self.at(name), known)).transpose()
    }

    /// The error for a member that is missing.
    pub(crate) fn missing(&self, name: &str, expected: &str) -> Error {
        Error::validation(self.at(name), format!("the member is missing; expected {expected}"))
    }
}

const WHOLE: &str = "a whole number of at least 0";

/// The error for a value of another sort. The value itself, which may be secret, is not in it.
pub(crate) fn unfit(place: &str, found: &Value, expected: &str) -> Error {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.as_f64().is_some_and(|number| number < 0.0) => "a negative number",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    let place = if place.is_empty() { "question" } else { place };
    Error::validation(place, format!("found {found}; expected {expected}"))
}
