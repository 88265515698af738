//! What every border of the engine spells the same, as data: kinds of errors, states, reasons, steps, outputs, events.
//! The hosts' own types are generated from it.

use crate::call::{StepKind, WaitReason};
use crate::error::{Delivery, Fault, Kind, Severity};
use crate::named::{Named, Table};
use crate::operation::OperationKind;
use crate::output::{OutputKind, State};
use crate::telemetry::EventKind;
use crate::webhook::{RemovalReason, Unaccepted};

/// Every table.
pub const TABLES: [Table; 12] = [
    Kind::TABLE,
    Delivery::TABLE,
    Severity::TABLE,
    Fault::TABLE,
    State::TABLE,
    WaitReason::TABLE,
    OperationKind::TABLE,
    StepKind::TABLE,
    OutputKind::TABLE,
    EventKind::TABLE,
    Unaccepted::TABLE,
    RemovalReason::TABLE,
];

/// All of it as a JSON array of [`Table`]s.
pub fn describe() -> String {
    serde_json::json!(TABLES).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `NotSent` as `not-sent`.
    fn kebab(variant: &str) -> String {
        let mut name = String::new();
        for letter in variant.chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }

    #[test]
    fn names_are_those_of_the_variants_and_numbers_are_unique() {
        for Table { name, entries, .. } in TABLES {
            for entry in entries {
                assert_eq!(entry.name, kebab(entry.variant), "{name}");
                assert!(!entry.doc.is_empty() && entry.doc[0].starts_with(' '), "{name}: {}", entry.name);
                let same = entries.iter().filter(|other| other.number == entry.number);
                assert!(entry.number.is_none() || same.count() == 1, "{name}: {:?}", entry.number);
            }
        }
    }

    #[test]
    fn c_can_tell_steps_from_outputs_by_their_numbers() {
        let outputs = OutputKind::TABLE.entries.iter().map(|entry| entry.number);
        let mut numbers: Vec<_> =
            outputs.chain(StepKind::TABLE.entries.iter().map(|entry| entry.number)).collect();
        numbers.retain(Option::is_some);
        numbers.sort_unstable();
        let last = numbers.len() as i32;
        assert_eq!(numbers, (1..=last).map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn the_description_is_json_with_every_table() {
        let described: serde_json::Value = serde_json::from_str(&describe()).unwrap();
        assert_eq!(described[0]["name"], "error-kind");
        assert_eq!(described[0]["entries"][4]["name"], "not-found");
        assert_eq!(described.as_array().map(Vec::len), Some(TABLES.len()));
    }
}
