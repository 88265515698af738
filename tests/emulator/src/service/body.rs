//! Reading what a caller sent, member by member, with a refusal that says where it went wrong.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Value};

use crate::protocol::answer::Refusal;
use crate::protocol::moment::Period;

/// The most pieces that one line of a body moves. *Inferred*: the real limit is not known, and sums of what
/// is within this one stay within their type.
pub(super) const MOST_PIECES: u32 = 9_999_999;

/// The members of an object in a body. `null` counts as absent; numbers may come as text (API notes §1.8).
#[derive(Clone)]
pub(super) struct Fields<'a> {
    members: &'a Map<String, Value>,
    /// Where the object stands in the body; empty at the top.
    path: String,
    /// The code with which this resource refuses what it cannot read. Which code the real API has for which
    /// member is known for a few only; the others are *inferred*.
    code: &'static str,
}

impl<'a> Fields<'a> {
    pub(super) fn new(members: &'a Map<String, Value>, code: &'static str) -> Self {
        Self { members, path: String::new(), code }
    }

    /// Whether a member was sent, be it `null`.
    pub(super) fn sends(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.members.keys().map(String::as_str)
    }

    fn read<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        self.value(name).map(|value| read(value).ok_or_else(|| self.refuse(name, expected))).transpose()
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        self.read(name, "text", |value| value.as_str().map(str::to_owned))
    }

    /// A text of at most so many characters.
    pub(super) fn text_up_to(&self, name: &str, most: usize) -> Result<Option<String>, Refusal> {
        let text = self.text(name)?;
        match &text {
            Some(long) if long.chars().count() > most => {
                Err(self.refuse(name, &format!("at most {most} characters")))
            }
            Some(_) | None => Ok(text),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.read(name, "true or false", Value::as_bool)
    }

    pub(super) fn whole(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.read(name, "a whole number", whole)
    }

    /// A whole number that is not negative, such as an id where 0 means none.
    pub(super) fn count(&self, name: &str) -> Result<Option<u32>, Refusal> {
        self.read(name, "a whole number from 0", |value| u32::try_from(whole(value)?).ok())
    }

    pub(super) fn id(&self, name: &str) -> Result<Option<u32>, Refusal> {
        self.read(name, "an ID greater than 0", id)
    }

    pub(super) fn amount(&self, name: &str) -> Result<Option<Decimal>, Refusal> {
        self.read(name, "a number", decimal)
    }

    /// A date, or a date and time.
    pub(super) fn moment(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let read = |value: &Value| {
            let text = value.as_str().filter(|text| !text.contains('/'))?;
            Period::parse(text)?.start()
        };
        self.read(name, "an ISO 8601 date and time", read)
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<Fields<'a>>, Refusal> {
        let members = self.read(name, "an object", Value::as_object)?;
        Ok(members.map(|members| Fields { members, path: self.place(name), code: self.code }))
    }

    /// The objects of an array; none when it is absent.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Fields<'a>>, Refusal> {
        let elements = self.read(name, "an array", Value::as_array)?;
        let read = |(index, element): (usize, &'a Value)| {
            let place = format!("{name}[{index}]");
            let members = element.as_object().ok_or_else(|| self.refuse(&place, "an object"))?;
            Ok(Fields { members, path: self.place(&place), code: self.code })
        };
        elements.into_iter().flatten().enumerate().map(read).collect()
    }

    /// The objects of an array that must have some.
    pub(super) fn some_objects(&self, name: &str) -> Result<Vec<Fields<'a>>, Refusal> {
        let objects = self.objects(name)?;
        if objects.is_empty() { Err(self.missing(name)) } else { Ok(objects) }
    }

    /// The ids of an array; `None` when it is absent.
    pub(super) fn ids(&self, name: &str) -> Result<Option<Vec<u32>>, Refusal> {
        self.read(name, "an array of IDs", |value| value.as_array()?.iter().map(id).collect())
    }

    /// What must be there.
    pub(super) fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, Refusal> {
        value.ok_or_else(|| self.missing(name))
    }

    /// How many pieces: at least one, at most [`MOST_PIECES`].
    pub(super) fn pieces(&self, name: &str) -> Result<u32, Refusal> {
        let pieces = self.required(name, self.count(name)?)?;
        let fits = (1..=MOST_PIECES).contains(&pieces);
        fits.then_some(pieces)
            .ok_or_else(|| self.refuse(name, "a whole number greater than 0, of at most seven digits,"))
    }

    pub(super) fn missing(&self, name: &str) -> Refusal {
        Refusal::coded(400, self.code, &format!("You must supply {}", self.place(name)))
    }

    pub(super) fn refuse(&self, name: &str, expected: &str) -> Refusal {
        let place = self.place(name);
        let message = format!("You have supplied an invalid {place}: {expected} is expected");
        Refusal::coded(400, self.code, &message)
    }

    fn place(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// A whole number, also as text.
pub(super) fn whole(value: &Value) -> Option<i64> {
    decimal(value).filter(|number| number.fract().is_zero()).and_then(|number| number.to_i64())
}

/// An id, also as text.
pub(super) fn id(value: &Value) -> Option<u32> {
    u32::try_from(whole(value)?).ok().filter(|id| *id > 0)
}

/// A number, also as text.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())
        }
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
