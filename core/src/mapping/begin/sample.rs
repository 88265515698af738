//! What a sample has: its values and arrays, each with the expression that picks it.

use serde_json::Value;

use super::names::{Party, says_nothing, words};
use crate::json::quoted;

/// What stands at one level of a sample: in a record, or in the elements of one of its arrays.
#[derive(Debug, Default)]
pub(super) struct SampleLevel {
    pub(super) values: Vec<SampleValue>,
    pub(super) lists: Vec<SampleList>,
}

/// A value that is neither an array nor an object.
#[derive(Debug)]
pub(super) struct SampleValue {
    /// The expression that picks it.
    pub(super) path: String,
    /// Of which part of the record it is.
    pub(super) party: Option<Party>,
    /// What it is called, within that part.
    pub(super) name: String,
    /// The same with what is around it; empty when that is nothing else.
    pub(super) full_name: String,
    /// How many words stand around its name.
    pub(super) depth: usize,
    /// What stood there, as text.
    pub(super) texts: Vec<String>,
    pub(super) is_number: bool,
}

/// An array of objects.
#[derive(Debug)]
pub(super) struct SampleList {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) level: SampleLevel,
}

/// How many records of a sample, and elements of an array, are looked at.
const LOOKED_AT: usize = 100;

/// What there is in some objects.
pub(super) fn level(objects: &[&Value]) -> SampleLevel {
    let mut level = SampleLevel::default();
    collect(objects, "", &[], &mut level);
    level
}

/// What there is in the lines of a flat file, each the first of its record.
pub(super) fn level_of_first_row(lines: &[&Value]) -> SampleLevel {
    let mut level = SampleLevel::default();
    collect(lines, "rows[0].", &[], &mut level);
    level
}

fn collect(objects: &[&Value], before: &str, around: &[String], level: &mut SampleLevel) {
    let objects = objects.iter().filter_map(|object| object.as_object()).take(LOOKED_AT);
    let objects: Vec<_> = objects.collect();
    let mut names: Vec<&String> = Vec::new();
    for name in objects.iter().flat_map(|object| object.keys()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        let values: Vec<&Value> = objects.iter().filter_map(|object| object.get(name)).collect();
        let path = format!("{before}{}", identifier(name));
        let mut all: Vec<String> = around.to_vec();
        all.extend(words(name));
        let nested: Vec<&Value> = values.iter().copied().filter(|value| value.is_object()).collect();
        let elements = values.iter().filter_map(|value| value.as_array()).flatten().take(LOOKED_AT);
        let elements: Vec<&Value> = elements.filter(|element| element.is_object()).collect();
        if !nested.is_empty() {
            collect(&nested, &format!("{path}."), &all, level);
        } else if !elements.is_empty() {
            let (_, rest) = Party::of(&all);
            let name = if rest.len() < all.len() { all.join(" ") } else { rest.join(" ") };
            level.lists.push(SampleList { path, name, level: self::level(&elements) });
        } else if values.iter().all(|value| !value.is_array()) {
            level.values.push(value(path, &all, &words(name), &values));
        }
    }
}

fn value(path: String, all: &[String], own: &[String], values: &[&Value]) -> SampleValue {
    let (party, _) = Party::of(all);
    let (_, name) = Party::of(own);
    let full = all
        .iter()
        .map(String::as_str)
        .filter(|word| !says_nothing(word) || own.iter().any(|own| own == word));
    let full: Vec<String> = full.map(str::to_owned).collect();
    let texts = values.iter().filter_map(|value| match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(boolean) => Some(boolean.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    });
    SampleValue {
        path,
        party,
        // Where the part's name is all there is, it is the value's.
        name: if name.is_empty() { own.join(" ") } else { name.join(" ") },
        full_name: full.join(" "),
        depth: all.len().saturating_sub(own.len()),
        texts: texts.filter(|text| !text.is_empty()).collect(),
        is_number: values.iter().any(|value| value.is_number()),
    }
}

/// A member's name as expressions have it.
fn identifier(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain { name.to_owned() } else { quoted(name) }
}
