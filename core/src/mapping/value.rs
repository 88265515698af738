//! What rules compute with: a value of the record, borrowed, or one that was made of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;

use super::tape::{NodeName, RecordNode, TapeElements, TokenKind};
use crate::excerpt::excerpt;
use crate::value::Decimal;

/// A JSON value. Numbers of the record are their own text.
#[derive(Clone, Debug)]
pub(super) enum Value<'v> {
    Null,
    True,
    False,
    Number(Cow<'v, str>),
    /// A number that was computed, or that is written as it would be: its digits are made where they are asked for.
    Computed(Decimal),
    Text(Cow<'v, str>),
    /// An array or an object of the record.
    Node(RecordNode<'v>),
    Array(Several<Value<'v>>),
    Object(Several<(Cow<'v, str>, Value<'v>)>),
}

/// Elements or members that were made. Dropping them stands apart, so that it takes next to nothing to drop a value that
/// has none, as most values are.
#[derive(Clone, Debug)]
pub(super) struct Several<T>(Vec<T>);

impl<T> Drop for Several<T> {
    #[inline]
    fn drop(&mut self) {
        discard(std::mem::take(&mut self.0));
    }
}

#[inline(never)]
fn discard<T>(values: Vec<T>) {
    drop(values);
}

impl<T> From<Vec<T>> for Several<T> {
    fn from(values: Vec<T>) -> Self {
        Self(values)
    }
}

impl<T> FromIterator<T> for Several<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<T> Deref for Several<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

/// What sort of value it is, named as JMESPath names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Null,
    Boolean,
    Number,
    Text,
    Array,
    Object,
}

impl Sort {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Sort::Null => "null",
            Sort::Boolean => "boolean",
            Sort::Number => "number",
            Sort::Text => "string",
            Sort::Array => "array",
            Sort::Object => "object",
        }
    }
}

impl<'v> Value<'v> {
    #[inline]
    pub(super) fn of(node: RecordNode<'v>) -> Self {
        match node.kind() {
            TokenKind::Null => Value::Null,
            TokenKind::True => Value::True,
            TokenKind::False => Value::False,
            TokenKind::Number => Value::Number(node.raw().into()),
            TokenKind::Text => Value::Text(node.raw().into()),
            TokenKind::EscapedText => Value::Text(node.text()),
            TokenKind::Array | TokenKind::Object => Value::Node(node),
        }
    }

    /// A copy of a record's value; of repeated members the last.
    pub(super) fn owned(node: RecordNode<'_>) -> Value<'static> {
        match node.kind() {
            TokenKind::Null => Value::Null,
            TokenKind::True => Value::True,
            TokenKind::False => Value::False,
            TokenKind::Number => match Decimal::parse_plain(node.raw()) {
                Some(number) => Value::Computed(number),
                None => Value::Number(node.raw().to_owned().into()),
            },
            TokenKind::Text | TokenKind::EscapedText => Value::Text(node.text().into_owned().into()),
            TokenKind::Array => Value::Array(node.elements().map(Value::owned).collect()),
            TokenKind::Object => {
                let copied = |(name, value): (NodeName<'_>, _)| {
                    (Cow::Owned(name.text().into_owned()), Value::owned(value))
                };
                Value::Object(distinct_members(node, copied).into())
            }
        }
    }

    /// The same value, without copies of its texts.
    pub(super) fn lent(&self) -> Value<'_> {
        match self {
            Value::Number(digits) => Value::Number(Cow::Borrowed(digits)),
            Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            Value::Null
            | Value::True
            | Value::False
            | Value::Computed(_)
            | Value::Node(_)
            | Value::Array(_)
            | Value::Object(_) => self.clone(),
        }
    }

    pub(super) fn array(elements: Vec<Value<'v>>) -> Self {
        Value::Array(elements.into())
    }

    pub(super) fn boolean(value: bool) -> Self {
        if value { Value::True } else { Value::False }
    }

    pub(super) fn number_of(number: Decimal) -> Self {
        Value::Computed(number)
    }

    pub(super) fn sort(&self) -> Sort {
        match self {
            Value::Null => Sort::Null,
            Value::True | Value::False => Sort::Boolean,
            Value::Number(_) | Value::Computed(_) => Sort::Number,
            Value::Text(_) => Sort::Text,
            Value::Node(node) if node.kind() == TokenKind::Array => Sort::Array,
            Value::Array(_) => Sort::Array,
            Value::Node(_) | Value::Object(_) => Sort::Object,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The same without blanks around a text.
    pub(super) fn trimmed(self) -> Self {
        match self {
            Value::Text(Cow::Borrowed(text)) => Value::Text(Cow::Borrowed(text.trim())),
            Value::Text(Cow::Owned(text)) => Value::Text(Cow::Owned(text.trim().to_owned())),
            Value::Null
            | Value::True
            | Value::False
            | Value::Number(_)
            | Value::Computed(_)
            | Value::Node(_)
            | Value::Array(_)
            | Value::Object(_) => self,
        }
    }

    /// The characters of a text.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Null
            | Value::True
            | Value::False
            | Value::Number(_)
            | Value::Computed(_)
            | Value::Node(_)
            | Value::Array(_)
            | Value::Object(_) => None,
        }
    }

    /// The characters of a text, or a number's digits, or `true` and `false`.
    pub(super) fn scalar_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::Text(text) | Value::Number(text) => Some(Cow::Borrowed(text)),
            Value::Computed(number) => Some(number.text().into()),
            Value::True => Some("true".into()),
            Value::False => Some("false".into()),
            Value::Null | Value::Node(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// What a record or a reference is known by: a whole number is its digits alone, so that 7.0 is what 7 is.
    pub(super) fn into_id(self) -> Self {
        match self {
            Value::Number(digits) => Value::Number(whole(&digits).map_or(digits, Cow::Owned)),
            Value::Computed(number) => {
                let digits = number.text();
                Value::Number(whole(&digits).unwrap_or(digits).into())
            }
            Value::Null
            | Value::True
            | Value::False
            | Value::Text(_)
            | Value::Node(_)
            | Value::Array(_)
            | Value::Object(_) => self,
        }
    }

    /// The same as a text.
    pub(super) fn id_text(&self) -> Option<Cow<'_, str>> {
        let text = self.scalar_text()?;
        let whole = if self.sort() == Sort::Number { whole(&text) } else { None };
        Some(whole.map_or(text, Cow::Owned))
    }

    /// The exact number that it is.
    pub(super) fn number(&self) -> Option<Decimal> {
        match self {
            Value::Computed(number) => Some(*number),
            Value::Number(digits) => Decimal::parse(digits).ok(),
            Value::Null
            | Value::True
            | Value::False
            | Value::Text(_)
            | Value::Node(_)
            | Value::Array(_)
            | Value::Object(_) => None,
        }
    }

    /// What JMESPath takes for true: all but null, `false`, and what is empty.
    pub(super) fn is_truthy(&self) -> bool {
        match self {
            Value::Null => false,
            Value::True => true,
            Value::False => false,
            Value::Number(_) | Value::Computed(_) => true,
            Value::Text(text) => !text.is_empty(),
            Value::Node(node) => node.is_truthy(),
            Value::Array(elements) => !elements.is_empty(),
            Value::Object(members) => !members.is_empty(),
        }
    }

    /// An array's elements; nothing of anything else.
    pub(super) fn elements(&self) -> Option<Items<'_, 'v>> {
        match self {
            Value::Array(elements) => Some(Items::Made(elements.iter())),
            Value::Node(node) if node.kind() == TokenKind::Array => Some(Items::Read(node.elements())),
            Value::Null
            | Value::True
            | Value::False
            | Value::Number(_)
            | Value::Computed(_)
            | Value::Text(_)
            | Value::Node(_)
            | Value::Object(_) => None,
        }
    }

    /// An object's members; of repeated ones the last.
    pub(super) fn members(&self) -> Option<Vec<(Cow<'v, str>, Value<'v>)>> {
        match self {
            Value::Object(members) => Some(members.to_vec()),
            Value::Node(node) if node.kind() == TokenKind::Object => {
                Some(distinct_members(*node, |(name, value)| (name.text(), Value::of(value))))
            }
            Value::Null
            | Value::True
            | Value::False
            | Value::Number(_)
            | Value::Computed(_)
            | Value::Text(_)
            | Value::Node(_)
            | Value::Array(_) => None,
        }
    }

    /// Appends its JSON.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::True => out.push_str("true"),
            Value::False => out.push_str("false"),
            Value::Number(digits) => out.push_str(digits),
            Value::Computed(number) => number.write(out),
            Value::Text(text) => write_text(text, out),
            Value::Node(node) => out.push_str(node.raw()),
            Value::Array(elements) => {
                out.push('[');
                for (place, element) in elements.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    element.write(out);
                }
                out.push(']');
            }
            Value::Object(members) => {
                out.push('{');
                for (place, (name, value)) in members.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    write_text(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// The value in words, cut when it is long.
    pub(super) fn excerpt(&self) -> String {
        match self {
            Value::Null => "nothing".to_owned(),
            Value::Text(text) if text.is_empty() => "an empty text".to_owned(),
            Value::Text(text) => excerpt(text).to_string(),
            Value::Number(digits) if digits.len() > 40 => format!("a number of {} characters", digits.len()),
            Value::True | Value::False | Value::Number(_) | Value::Computed(_) => {
                self.scalar_text().unwrap_or_default().into_owned()
            }
            Value::Node(_) | Value::Array(_) | Value::Object(_) => match self.sort() {
                Sort::Array => "an array".to_owned(),
                Sort::Null | Sort::Boolean | Sort::Number | Sort::Text | Sort::Object => {
                    "an object".to_owned()
                }
            },
        }
    }
}

/// A whole number that is written with a fraction or an exponent, as its digits.
fn whole(digits: &str) -> Option<String> {
    if !digits.contains(['.', 'e', 'E']) {
        return None;
    }
    Some(Decimal::parse(digits).ok()?.with_places(0).ok()?.to_string())
}

/// The elements of an array.
pub(super) enum Items<'a, 'v> {
    Read(TapeElements<'v>),
    Made(std::slice::Iter<'a, Value<'v>>),
}

impl<'v> Iterator for Items<'_, 'v> {
    type Item = Value<'v>;

    fn next(&mut self) -> Option<Value<'v>> {
        match self {
            Items::Read(elements) => elements.next().map(Value::of),
            Items::Made(elements) => elements.next().cloned(),
        }
    }
}

/// Sets a member; the last of a name counts.
pub(super) fn set<'v>(members: &mut Vec<(Cow<'v, str>, Value<'v>)>, name: Cow<'v, str>, value: Value<'v>) {
    match members.iter_mut().find(|(member, _)| *member == name) {
        Some(member) => member.1 = value,
        None => members.push((name, value)),
    }
}

/// Members of which each name is there once: the last of a name counts, in the place of the first.
pub(super) fn distinct<'v>(pairs: Vec<(Cow<'v, str>, Value<'v>)>) -> Vec<(Cow<'v, str>, Value<'v>)> {
    let mut members: Vec<(Cow<'v, str>, Value<'v>)> = Vec::with_capacity(pairs.len());
    let mut places: BTreeMap<Cow<'v, str>, usize> = BTreeMap::new();
    for (name, value) in pairs {
        match places.get(&name) {
            Some(place) => members[*place].1 = value,
            None => {
                places.insert(name.clone(), members.len());
                members.push((name, value));
            }
        }
    }
    members
}

/// The members of a record's object, of which note is taken where they stand twice.
fn distinct_members<'t, 'v>(
    node: RecordNode<'t>,
    member: impl Fn((NodeName<'t>, RecordNode<'t>)) -> (Cow<'v, str>, Value<'v>),
) -> Vec<(Cow<'v, str>, Value<'v>)> {
    let all: Vec<_> = node.members().map(member).collect();
    let count = all.len();
    let members = distinct(all);
    if members.len() < count {
        node.note_repeated_members();
    }
    members
}

pub(super) fn from_end(count: usize, place: i32) -> Option<usize> {
    count.checked_sub(usize::try_from(place.unsigned_abs()).ok()?)
}

/// Appends a text as a JSON string.
pub(super) fn write_text(text: &str, out: &mut String) {
    crate::json::write_string(text, out);
}
