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
    /// The currency that stands beside it, where it says that it is an amount.
    pub(super) currency: Option<AmountCurrency>,
}

/// The currency that stands beside an amount.
#[derive(Clone, Debug)]
pub(super) struct AmountCurrency {
    /// The expression that picks it.
    pub(super) path: String,
    /// The first one that stood there.
    pub(super) code: String,
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
    let currency =
        names.iter().find(|name| matches!(words(name).join(" ").as_str(), "currency" | "currency code"));
    let currency = currency.and_then(|name| {
        let code = objects.iter().find_map(|object| object.get(*name)?.as_str())?.trim().to_uppercase();
        Some(AmountCurrency { path: format!("{before}{}", identifier(name)), code })
    });
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
            let (path, elements, is_page) = page(path, &elements, &words(name));
            if is_page && all.len() > 1 {
                all.pop();
            }
            level.lists.push(SampleList { path, name: all.join(" "), level: self::level(&elements) });
        } else if values.iter().all(|value| !value.is_array()) {
            let own = words(name);
            let currency = currency.clone().filter(|_| own.iter().any(|word| word == "amount"));
            level.values.push(SampleValue { currency, ..value(path, &all, &own, &values) });
        }
    }
}

/// What a page of GraphQL has: its `nodes`, or the node of each of its `edges`.
fn page<'v>(path: String, elements: &[&'v Value], own: &[String]) -> (String, Vec<&'v Value>, bool) {
    let own = own.join(" ");
    let nodes: Option<Vec<&Value>> = elements.iter().map(|element| element.get("node")).collect();
    match nodes.filter(|nodes| own == "edge" && nodes.iter().all(|node| node.is_object())) {
        Some(nodes) => (format!("{path}[].node"), nodes, true),
        None => (path, elements.to_vec(), own == "node"),
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
        currency: None,
    }
}

/// A member's name as expressions have it.
fn identifier(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain { name.to_owned() } else { quoted(name) }
}
