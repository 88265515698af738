//! Where what was sent is found again.

use std::collections::BTreeMap;

use brightpearl_core::Method;
use brightpearl_core::value::{DateTime, Decimal};
use serde_json::Value;

use super::account::TimedAccount;

/// How to read back what a write has sent.
pub(crate) struct Reading {
    /// The write.
    pub(crate) write: &'static str,
    /// The only values of a member with which the others are kept.
    pub(crate) when: Option<(&'static str, &'static [&'static str])>,
    /// What to read: `{id}` is the id that the write was answered, `[name]` one of the account's.
    pub(crate) path: &'static str,
    /// Where the record stands in the answer, as a JSON Pointer with the same placeholders.
    pub(crate) within: &'static str,
    /// Where a value stands in the body and in the record; `*` is the same position in both.
    pub(crate) members: &'static [(&'static str, &'static str)],
}

impl Reading {
    /// Whether what was sent is kept at all.
    pub(crate) fn concerns(&self, sent: &Value) -> bool {
        self.when.is_none_or(|(member, values)| {
            sent.pointer(member).and_then(Value::as_str).is_some_and(|value| values.contains(&value))
        })
    }

    /// The record. A row of a search becomes an object of its columns.
    pub(crate) fn read(
        &self,
        account: &mut TimedAccount,
        known: &BTreeMap<&'static str, String>,
        created: &Value,
    ) -> Value {
        let id = [created, &created["id"], &created[0]]
            .into_iter()
            .find_map(Value::as_u64)
            .map(|id| id.to_string());
        let fill = |template: &str| {
            let with_id = template.replace("{id}", id.as_deref().unwrap_or("none"));
            known.iter().fold(with_id, |text, (name, value)| text.replace(&format!("[{name}]"), value))
        };
        let path = fill(self.path);
        let (status, answer) = account.send(Method::Get, &path, "");
        assert_eq!(status, 200, "{path}: {answer}");
        if path.contains("-search?") {
            return row_as_object(&answer["response"]);
        }
        let within = fill(self.within);
        answer.pointer(&within).unwrap_or_else(|| panic!("{path}: nothing at {within}: {answer}")).clone()
    }
}

fn row_as_object(response: &Value) -> Value {
    let columns = response["metaData"]["columns"].as_array().unwrap();
    let names = columns.iter().map(|column| column["name"].as_str().unwrap().to_owned());
    names
        .zip(response["results"][0].as_array().expect("a row").iter().cloned())
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The values that were sent at a place, with their pointers and what is read for them.
pub(crate) fn pairs<'v>(
    sent: &'v Value,
    sent_at: &str,
    found: &'v Value,
    read_at: &str,
) -> Vec<(String, &'v Value, &'v Value)> {
    let places: Vec<String> = match sent_at.split_once("/*") {
        None => vec![String::new()],
        Some((list, _)) => {
            let count = sent.pointer(list).and_then(Value::as_array).map_or(0, Vec::len);
            (0..count).map(|place| place.to_string()).collect()
        }
    };
    let at = |place: &str| {
        let pointer = sent_at.replace('*', place);
        // What is empty or null counts as not sent.
        let value = sent.pointer(&pointer).filter(|value| !value.is_null() && value.as_str() != Some(""))?;
        let there = found.pointer(&read_at.replace('*', place)).unwrap_or(&Value::Null);
        Some((pointer, value, there))
    };
    places.iter().filter_map(|place| at(place)).collect()
}

/// Whether two values mean the same: numbers as decimals, to the places that are shown, and dates as moments.
pub(crate) fn alike(sent: &Value, found: &Value) -> bool {
    if sent == found {
        return true;
    }
    if let (Some(sent), Some(found)) = (decimal(sent), decimal(found)) {
        return sent.rounded(found.places()).is_ok_and(|rounded| rounded == found);
    }
    if let (Some(sent), Some(found)) = (moment(sent), moment(found)) {
        return sent == found;
    }
    match (sent, found) {
        // 0 for none is left out.
        (Value::Number(number), Value::Null) => number.as_u64() == Some(0),
        (
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
            _,
        ) => false,
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Decimal::parse_json(&number.to_string()).ok(),
        Value::String(text) => Decimal::parse(text).ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A date is its midnight in UTC (API notes §1.8).
fn moment(value: &Value) -> Option<i64> {
    let text = value.as_str().filter(|text| text.len() >= 10)?;
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    DateTime::parse(&whole).ok().map(|moment| moment.milliseconds())
}
