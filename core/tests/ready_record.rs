//! What the ready documents make of one record, and what its money comes to.

use brightpearl_core::mapping::{Mapping, NoBody, Reference, Resolution, ready};
use serde_json::Value;

/// What became of a record.
#[derive(Debug)]
pub(crate) enum Became {
    Written { body: Value, told: Vec<String> },
    Skipped(String),
    Refused(String),
}

/// A product of every SKU but those that begin with "NO-", and everything else that is looked for.
fn resolve(reference: &Reference) -> Resolution {
    if reference.value.starts_with("NO-") { Resolution::Missing } else { Resolution::Id(1007) }
}

pub(crate) fn mapped(name: &str, record: &Value) -> Became {
    let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
    let mapping = Mapping::compile(document).expect("a right document");
    let mapped = mapping.map(record.to_string().as_bytes());
    match mapped.body(&resolve) {
        Ok(body) => {
            let body = serde_json::from_str(&body).expect("JSON");
            Became::Written { body, told: mapped.told(&resolve) }
        }
        Err(NoBody::Skipped(reason)) => Became::Skipped(reason),
        Err(NoBody::Failed(failures)) => {
            Became::Refused(failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        }
    }
}

pub(crate) fn written(name: &str, record: &Value) -> Value {
    match mapped(name, record) {
        Became::Written { body, .. } => body,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn refused(name: &str, record: &Value) -> String {
    match mapped(name, record) {
        Became::Refused(reason) => reason,
        other => panic!("{other:?}"),
    }
}

/// An amount of at most two places in whole cents.
pub(crate) fn cents(value: &Value) -> i64 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    assert!(fraction.len() <= 2 || fraction[2..].bytes().all(|digit| digit == b'0'), "{text}");
    let fraction = format!("{fraction:0<2}");
    let size = whole.trim_start_matches('-').parse::<i64>().expect("digits") * 100
        + fraction[..2].parse::<i64>().expect("digits");
    if text.starts_with('-') { -size } else { size }
}

/// The net and the tax of all rows, in cents.
pub(crate) fn sums(body: &Value) -> (i64, i64) {
    let rows = body["rows"].as_array().expect("rows");
    let sum = |member: &str| rows.iter().map(|row| cents(&row[member])).sum();
    (sum("net"), sum("tax"))
}

/// Rows as name, net, tax and code.
pub(crate) fn rows(body: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = body["rows"].as_array().expect("rows").iter();
    let row = |row: &Value| ["name", "net", "tax", "taxCode"].map(|member| text(&row[member])).join("|");
    rows.map(row).collect()
}
