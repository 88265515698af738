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

#[cfg(test)]
mod tests {
    use super::differences;
    use serde_json::json;

    #[test]
    fn names_every_place() {
        let expected = json!({ "same": 1, "gone": 2, "list": [1, 2], "deep": { "text": "a" } });
        let found = json!({ "same": 1, "list": [1, 3, 4], "deep": { "text": "b" }, "new": null });
        let mut places = differences(&expected, &found);
        // Members come in the order that `serde_json` keeps them in, which its features decide.
        places.sort_unstable();
        assert_eq!(
            places,
            [
                "/deep/text: expected \"a\", found \"b\"",
                "/gone: expected 2, found nothing",
                "/list/1: expected 2, found 3",
                "/list/2: expected nothing, found 4",
                "/new: expected nothing, found null",
            ]
        );
        assert!(differences(&expected, &expected).is_empty());
    }
}
