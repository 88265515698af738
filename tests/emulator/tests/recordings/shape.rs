//! What a JSON text looks like when its values do not matter: names in order, nesting, types, formats.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// JSON with its members in order and its numbers as written.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Object(Vec<(String, Tree)>),
    Array(Vec<Tree>),
    Text(String),
    /// A number, a boolean or null, as written.
    Plain(String),
}

/// The look of a tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    Object(Vec<(String, Shape)>),
    /// An object whose names are ids: what its values look like.
    ById(BTreeSet<Shape>),
    /// What its elements look like.
    Array(BTreeSet<Shape>),
    Value(String),
}

impl Tree {
    pub(crate) fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Tree> {
        match self {
            Tree::Object(members) => members.iter().find(|(own, _)| own == name).map(|(_, value)| value),
            Tree::Array(_) | Tree::Text(_) | Tree::Plain(_) => None,
        }
    }

    /// The elements of an array; none for anything else.
    pub(crate) fn elements(&self) -> &[Tree] {
        match self {
            Tree::Array(elements) => elements,
            Tree::Object(_) | Tree::Text(_) | Tree::Plain(_) => &[],
        }
    }

    /// The shapes of the records of an answer: elements of an array, members of a map from ids, the elements of an
    /// array that is wrapped in an object, or else the one record that it is.
    pub(crate) fn records(&self) -> Vec<Shape> {
        match self {
            Tree::Array(elements) => elements.iter().map(Tree::shape).collect(),
            Tree::Object(members) if members.iter().all(|(name, _)| is_id(name)) => {
                members.iter().map(|(_, value)| value.shape()).collect()
            }
            Tree::Object(members) if members.len() == 1 && matches!(members[0].1, Tree::Array(_)) => {
                members[0].1.records()
            }
            Tree::Object(_) | Tree::Text(_) | Tree::Plain(_) => vec![self.shape()],
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Tree::Text(text) => Some(text),
            Tree::Object(_) | Tree::Array(_) | Tree::Plain(_) => None,
        }
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Tree::Object(members) => members.iter().map(|(name, _)| name.as_str()).collect(),
            Tree::Array(_) | Tree::Text(_) | Tree::Plain(_) => Vec::new(),
        }
    }

    pub(crate) fn shape(&self) -> Shape {
        match self {
            Tree::Object(members) if !members.is_empty() && members.iter().all(|(name, _)| is_id(name)) => {
                Shape::ById(members.iter().map(|(_, value)| value.shape()).collect())
            }
            Tree::Object(members) => Shape::Object(members.iter().map(member_shape).collect()),
            Tree::Array(elements) => Shape::Array(elements.iter().map(Tree::shape).collect()),
            Tree::Text(text) => Shape::Value(format_of(text)),
            Tree::Plain(text) => Shape::Value(type_of(text)),
        }
    }
}

fn member_shape((name, value): &(String, Tree)) -> (String, Shape) {
    // Each account names its custom fields itself.
    let shape = if name == "customFields" { Shape::Value("custom fields".to_owned()) } else { value.shape() };
    (name.clone(), shape)
}

fn is_id(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

fn type_of(plain: &str) -> String {
    match plain {
        "true" | "false" => "boolean".to_owned(),
        "null" => "null".to_owned(),
        number => decimal_places(number)
            .map_or("integer".to_owned(), |places| format!("number with {places} places")),
    }
}

fn format_of(text: &str) -> String {
    let digits_as_zero: String =
        text.chars().map(|character| if character.is_ascii_digit() { '0' } else { character }).collect();
    if ["0000-00-00T00:00:00.000-00:00", "0000-00-00T00:00:00.000+00:00"].contains(&digits_as_zero.as_str()) {
        return "moment".to_owned();
    }
    if text.is_empty() {
        return "empty text".to_owned();
    }
    decimal_places(text).map_or("text".to_owned(), |places| format!("amount with {places} places"))
}

fn decimal_places(text: &str) -> Option<usize> {
    let (whole, fraction) = text.strip_prefix('-').unwrap_or(text).split_once('.')?;
    (is_id(whole) && is_id(fraction)).then_some(fraction.len())
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The raw text comes first: reading a number as a number would lose its trailing zeros.
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let read = match raw.as_bytes().first() {
            Some(b'{') => serde_json::Deserializer::from_str(raw).deserialize_map(Members),
            Some(b'[') => serde_json::Deserializer::from_str(raw).deserialize_seq(Elements),
            Some(b'"') => serde_json::from_str(raw).map(Tree::Text),
            Some(_) | None => Ok(Tree::Plain(raw.to_owned())),
        };
        read.map_err(serde::de::Error::custom)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Tree::Object(members))
    }
}

struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element()? {
            elements.push(element);
        }
        Ok(Tree::Array(elements))
    }
}

#[test]
fn shapes_tell_formats_and_order_apart() {
    let shape = |text: &str| Tree::parse(text).shape();
    assert_eq!(shape(r#"{"a":1,"b":"x"}"#), shape(r#"{"a":-7,"b":"yz"}"#));
    // Empty, null and absent are three things.
    assert_ne!(shape(r#"{"a":1,"b":"x"}"#), shape(r#"{"a":1,"b":""}"#));
    assert_ne!(shape(r#"{"a":1,"b":""}"#), shape(r#"{"a":1,"b":null}"#));
    assert_ne!(shape(r#"{"a":1,"b":null}"#), shape(r#"{"a":1}"#));
    assert_ne!(shape("[]"), shape("[[]]"));
    assert_ne!(shape(r#"{"a":1,"b":2}"#), shape(r#"{"b":1,"a":2}"#));
    assert_ne!(shape("1"), shape("1.00"));
    assert_ne!(shape("1.00"), shape("1.0000"));
    assert_ne!(shape(r#""1.00""#), shape("1.00"));
    assert_ne!(shape(r#""2022-01-26T10:39:46.000-06:00""#), shape(r#""2022-01-26""#));
    assert_eq!(shape(r#"{"7":{"a":1}}"#), shape(r#"{"8":{"a":2},"9":{"a":3}}"#));
    assert_ne!(shape(r#"[1,"a"]"#), shape("[1]"));
    assert_ne!(shape("null"), shape("0"));
}
