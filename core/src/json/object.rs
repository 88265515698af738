//! JSON objects, read member by member with numbers as they were written, and written again.

use super::{Node, Part, member, write_string};
use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::id_set::IdSet;
use crate::value::Decimal;

/// The members of a JSON object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record<'d>(pub(crate) Vec<(String, Part<'d>)>);

impl<'d> Record<'d> {
    /// Reads a JSON text; anything but an object has no members.
    pub(crate) fn parse(text: &'d str) -> Self {
        Part::json(text.as_bytes()).map_or_else(|_| Self::default(), |part| Self::of(&part))
    }

    pub(crate) fn of(part: &Part<'d>) -> Self {
        match part.read() {
            Node::Object(members) => Self(members),
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Unreadable => Self::default(),
        }
    }

    /// A member's value; `None` for null, too.
    pub(crate) fn node(&self, name: &str) -> Option<Node<'d>> {
        member(&self.0, name).map(Part::read).filter(|node| !matches!(node, Node::Null))
    }

    /// A member's JSON text; `None` for null, too.
    pub(crate) fn raw(&self, name: &str) -> Option<&'d str> {
        member(&self.0, name).and_then(Part::raw).filter(|text| *text != "null")
    }

    /// A member's text, or the digits of a number.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        text_of(&self.node(name)?)
    }

    /// A number, also one in a string, exactly.
    pub(crate) fn decimal(&self, name: &str) -> Option<Decimal> {
        Decimal::parse_json(&self.text(name)?).ok()
    }

    /// An object within; without members when there is none.
    pub(crate) fn record(&self, name: &str) -> Record<'d> {
        member(&self.0, name).map(Record::of).unwrap_or_default()
    }

    /// The elements of an array within.
    pub(crate) fn elements(&self, name: &str) -> Vec<Part<'d>> {
        member(&self.0, name).map(elements).unwrap_or_default()
    }

    /// The objects of an array within.
    pub(crate) fn records(&self, name: &str) -> Vec<Record<'d>> {
        self.elements(name).iter().map(Record::of).collect()
    }
}

/// The elements of an array; none of anything else.
pub(crate) fn elements<'d>(part: &Part<'d>) -> Vec<Part<'d>> {
    match part.read() {
        Node::Array(elements) => elements,
        Node::Null
        | Node::Boolean(_)
        | Node::Number(_)
        | Node::Text(_)
        | Node::Object(_)
        | Node::Unreadable => Vec::new(),
    }
}

/// The objects of an array.
pub(crate) fn records<'d>(part: &Part<'d>) -> Vec<Record<'d>> {
    elements(part).iter().map(Record::of).collect()
}

/// A text, or the digits of a number.
pub(crate) fn text_of(node: &Node<'_>) -> Option<String> {
    match node {
        Node::Text(text) => Some(text.clone()),
        Node::Number(token) => Some((*token).to_owned()),
        Node::Null | Node::Boolean(_) | Node::Array(_) | Node::Object(_) | Node::Unreadable => None,
    }
}

/// An id, as a number or as digits in a string.
pub(crate) fn id_of(node: &Node<'_>) -> Option<u64> {
    text_of(node)?.parse().ok().filter(|id| (1..=IdSet::HIGHEST).contains(id))
}

/// The number in a member of an object's text, which is not read further than needed.
pub(crate) fn id_member(json: &str, member: &str) -> Option<u64> {
    // Nearly always the first member, so the rest need not be read.
    if let Some(rest) = json
        .strip_prefix("{\"")
        .and_then(|rest| rest.strip_prefix(member))
        .and_then(|rest| rest.strip_prefix("\":"))
    {
        let digits = rest.find(|next: char| !next.is_ascii_digit()).unwrap_or(rest.len());
        if let (Ok(id), Some(b',' | b'}')) = (rest[..digits].parse(), rest.as_bytes().get(digits)) {
            return Some(id);
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.deserialize_map(IdVisitor(member)).ok().flatten()
}

struct IdVisitor<'a>(&'a str);

impl<'de> Visitor<'de> for IdVisitor<'_> {
    type Value = Option<u64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut id = None;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if name == self.0 {
                id = map.next_value::<&RawValue>()?.get().parse().ok();
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(id)
    }
}

/// A JSON object under construction.
#[derive(Clone, Debug)]
pub(crate) struct ObjectText(String);

impl ObjectText {
    /// Without members.
    pub(crate) fn new() -> Self {
        Self("{".to_owned())
    }

    /// Adds a member that is JSON already.
    #[must_use]
    #[inline(never)]
    pub(crate) fn raw(mut self, name: &str, json: &str) -> Self {
        if !self.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&quoted(name));
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    /// The same, where there is something.
    #[must_use]
    pub(crate) fn maybe(self, name: &str, json: Option<&str>) -> Self {
        match json {
            Some(json) => self.raw(name, json),
            None => self,
        }
    }

    /// Adds a text.
    #[must_use]
    pub(crate) fn text(self, name: &str, text: &str) -> Self {
        self.raw(name, &quoted(text))
    }

    /// Adds a whole number.
    #[must_use]
    pub(crate) fn id(self, name: &str, id: u64) -> Self {
        self.raw(name, &id.to_string())
    }

    /// Adds whole numbers.
    #[must_use]
    pub(crate) fn ids(self, name: &str, ids: &[u64]) -> Self {
        self.raw(name, &array(ids.iter().map(u64::to_string)))
    }

    /// Adds an object, unless it is empty.
    #[must_use]
    pub(crate) fn within(self, name: &str, object: Self) -> Self {
        if object.is_empty() { self } else { self.raw(name, &object.finish()) }
    }

    /// Whether it has no members.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.len() == 1
    }

    /// The JSON text.
    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A JSON array of elements that are JSON already.
pub(crate) fn array(elements: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut text = "[".to_owned();
    for element in elements {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(element.as_ref());
    }
    text.push(']');
    text
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    write_string(text, &mut json);
    json
}
