//! A flat sample in which several lines are one record: by which column they belong together, and what the record has.

use serde_json::{Map, Value, json};

use super::names::words;
use super::sample::{SampleLevel, SampleList, level, level_of_first_row};

/// Words of columns by which lines belong together: of what, and what says which one.
const OF_WHAT: [&str; 6] = ["order", "invoice", "sale", "document", "receipt", "reference"];
const WHICH: [&str; 8] = ["number", "no", "nr", "id", "ref", "reference", "name", "code"];

/// Words of columns that are of a line, also where all lines of a record say the same.
const OF_LINES: [&str; 8] = ["line", "lineitem", "item", "sku", "quantity", "qty", "product", "price"];

/// Lines that were put together.
#[derive(Debug)]
pub(super) struct GroupedSample {
    /// The column by which they belong together.
    pub(super) column: String,
    /// Each with the lines under `rows`.
    pub(super) records: Vec<Value>,
    pub(super) level: SampleLevel,
}

/// Puts the lines of a flat sample together; nothing where each is a record of its own.
pub(super) fn grouped(lines: &[&Value]) -> Option<GroupedSample> {
    let lines: Vec<&Map<String, Value>> = lines.iter().filter_map(|line| line.as_object()).collect();
    let is_flat = lines.iter().all(|line| !line.values().any(|value| value.is_array() || value.is_object()));
    let column = lines.iter().flat_map(|line| line.keys()).find(|name| is_number_of_record(name))?;
    let mut groups: Vec<(String, Vec<&Map<String, Value>>)> = Vec::new();
    for line in &lines {
        let number = text_of(line, column)?;
        match groups.iter_mut().find(|(known, _)| *known == number) {
            Some((_, members)) => members.push(line),
            None => groups.push((number, vec![line])),
        }
    }
    if !is_flat || groups.len() == lines.len() {
        return None;
    }
    let is_of_record = |name: &str| {
        let is_lines = words(name).iter().any(|word| OF_LINES.contains(&word.as_str()));
        !is_lines && groups.iter().all(|(_, members)| is_same(members, name))
    };
    let only = |line: &Map<String, Value>, of_record: bool| -> Value {
        let members = line.iter().filter(|(name, _)| is_of_record(name) == of_record);
        members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
    };
    let firsts: Vec<Value> =
        groups.iter().filter_map(|(_, members)| Some(only(members.first()?, true))).collect();
    let rows: Vec<Value> = lines.iter().map(|line| only(line, false)).collect();
    let mut level_of_rows = level(&rows.iter().collect::<Vec<_>>());
    for value in &mut level_of_rows.values {
        value.name = without_line(&value.name);
        value.full_name = without_line(&value.full_name);
    }
    let mut whole = level_of_first_row(&firsts.iter().collect::<Vec<_>>());
    whole.lists.push(SampleList { path: "rows".to_owned(), name: "row".to_owned(), level: level_of_rows });
    let records = groups.iter().map(|(_, members)| json!({ "rows": members })).collect();
    Some(GroupedSample { column: column.clone(), records, level: whole })
}

fn is_number_of_record(name: &str) -> bool {
    let words = words(name);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    has(&OF_WHAT) && (has(&WHICH) || words.len() == 1)
}

fn text_of(line: &Map<String, Value>, name: &str) -> Option<String> {
    match line.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether the first line says it, where any does, and no other line says anything else.
fn is_same(members: &[&Map<String, Value>], name: &str) -> bool {
    let first = members.first().and_then(|line| text_of(line, name));
    members.iter().all(|line| text_of(line, name).is_none_or(|text| Some(text) == first))
}

/// The name without the word that says that it is of a line.
fn without_line(name: &str) -> String {
    let before = ["order line ", "order item ", "line item ", "lineitem ", "line ", "item "];
    let rest = before.iter().find_map(|word| name.strip_prefix(word)).unwrap_or(name);
    rest.to_owned()
}
