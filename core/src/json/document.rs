//! A body, taken apart level by level, with numbers as they were written.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::excerpt::excerpt;

/// How deep arrays and objects may stand in each other where more than one level is read.
pub(crate) const DEEPEST: usize = 128;

/// How deep arrays and objects stand in each other in well-formed JSON.
pub(crate) fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if std::mem::take(&mut is_escaped) => {}
            b'\\' => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A part of a body that was not looked at yet.
#[derive(Clone, Debug)]
pub(crate) enum Part<'d> {
    /// JSON, which is known to be well-formed.
    Json(&'d RawValue),
    /// A text of a form.
    Text(String),
}

/// A part that was looked at.
#[derive(Clone, Debug)]
pub(crate) enum Node<'d> {
    Null,
    Boolean(bool),
    /// The number's own text.
    Number(&'d str),
    Text(String),
    Array(Vec<Part<'d>>),
    Object(Vec<(String, Part<'d>)>),
    /// A string that cannot be one: half a surrogate pair, for example.
    Unreadable,
}

impl<'d> Part<'d> {
    /// The JSON text as it stands; `None` for a form's text.
    pub(crate) fn raw(&self) -> Option<&'d str> {
        match self {
            Part::Json(raw) => Some(raw.get()),
            Part::Text(_) => None,
        }
    }

    /// The whole of a JSON body.
    pub(crate) fn json(body: &'d [u8]) -> Result<Self, String> {
        serde_json::from_slice::<&RawValue>(body).map(Part::Json).map_err(|error| error.to_string())
    }

    pub(crate) fn read(&self) -> Node<'d> {
        let raw: &'d RawValue = match self {
            Part::Json(raw) => raw,
            Part::Text(text) => return Node::Text(text.clone()),
        };
        let token = raw.get();
        let node = match token.as_bytes().first() {
            Some(b'{') => members(token).map(Node::Object),
            Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(token)
                .map(|elements| Node::Array(elements.into_iter().map(Part::Json).collect())),
            Some(b'"') => serde_json::from_str(token).map(Node::Text),
            Some(b't') => Ok(Node::Boolean(true)),
            Some(b'f') => Ok(Node::Boolean(false)),
            Some(b'n') => Ok(Node::Null),
            Some(_) | None => Ok(Node::Number(token)),
        };
        node.unwrap_or(Node::Unreadable)
    }
}

/// The pairs of an URL-encoded form.
pub(crate) fn form(body: &[u8]) -> Result<Node<'static>, String> {
    let text = str::from_utf8(body).map_err(|error| error.to_string())?;
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced)
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|error| error.to_string())
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, Part::Text(decode(value)?)))
        })
        .collect::<Result<_, String>>()
        .map(Node::Object)
}

/// The members of an object in order, repeated ones included.
fn members(token: &str) -> serde_json::Result<Vec<(String, Part<'_>)>> {
    struct MembersVisitor;

    impl<'de> Visitor<'de> for MembersVisitor {
        type Value = Vec<(String, Part<'de>)>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some((name, raw)) = map.next_entry::<String, &'de RawValue>()? {
                members.push((name, Part::Json(raw)));
            }
            Ok(members)
        }
    }

    serde_json::Deserializer::from_str(token).deserialize_map(MembersVisitor)
}

/// The member of that name; of several, the last, as JSON readers have it.
pub(crate) fn member<'m, 'd>(members: &'m [(String, Part<'d>)], name: &str) -> Option<&'m Part<'d>> {
    members.iter().rev().find(|(member, _)| member == name).map(|(_, part)| part)
}

/// What stands at a JSON Pointer of one of the catalog's tables, whose names need no escapes; `None` for null,
/// too.
pub(crate) fn at<'d>(members: &[(String, Part<'d>)], pointer: &str) -> Option<Node<'d>> {
    let (name, rest) = first_token(pointer);
    descend(member(members, name)?.read(), rest)
}

fn descend<'d>(node: Node<'d>, rest: &str) -> Option<Node<'d>> {
    if rest.is_empty() {
        return (!node.is_null()).then_some(node);
    }
    match node {
        Node::Object(members) => at(&members, rest),
        Node::Array(elements) => {
            let (place, rest) = first_token(rest);
            descend(elements.get(place.parse::<usize>().ok()?)?.read(), rest)
        }
        Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) | Node::Unreadable => None,
    }
}

fn first_token(pointer: &str) -> (&str, &str) {
    let pointer = pointer.trim_start_matches('/');
    pointer.split_once('/').unwrap_or((pointer, ""))
}

impl Node<'_> {
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Node::Null)
    }
}

/// What was found, in words.
impl fmt::Display for Node<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Null => formatter.write_str("null"),
            Node::Boolean(value) => write!(formatter, "{value}"),
            Node::Number(token) if token.len() <= 32 => write!(formatter, "the number {token}"),
            Node::Number(token) => write!(formatter, "a number of {} characters", token.len()),
            Node::Text(text) if text.is_empty() => formatter.write_str("an empty text"),
            Node::Text(text) => write!(formatter, "{}", excerpt(text)),
            Node::Array(elements) if elements.is_empty() => formatter.write_str("an empty array"),
            Node::Array(_) => formatter.write_str("an array"),
            Node::Object(_) => formatter.write_str("an object"),
            Node::Unreadable => formatter.write_str("a string that is not valid Unicode"),
        }
    }
}
