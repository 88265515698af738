//! Where two JSON values differ.

use serde_json::Value;

/// Every place where the values differ, as a JSON Pointer with both sides; nothing when they are equal.
pub fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    compare("", Some(expected), Some(found), &mut differences);
    differences
}

fn compare(place: &str, expected: Option<&Value>, found: Option<&Value>, differences: &mut Vec<String>) {
    match (expected, found) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let added = right.keys().filter(|key| !left.contains_key(*key));
            for key in left.keys().chain(added) {
                compare(&format!("{place}/{key}"), left.get(key), right.get(key), differences);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for index in 0..left.len().max(right.len()) {
                compare(&format!("{place}/{index}"), left.get(index), right.get(index), differences);
            }
        }
        (expected, found) if expected == found => {}
        (expected, found) => differences.push(format!(
            "{}: expected {}, found {}",
            if place.is_empty() { "/" } else { place },
            shown(expected),
            shown(found)
        )),
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}
