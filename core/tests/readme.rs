//! The lists in `docs`, held against the code: every kind of error, every delivery state, every known code, every
//! task.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use brightpearl_core::error::KNOWN_CODES;
use brightpearl_core::task::tasks;
use brightpearl_core::{Delivery, Kind};

/// A document of the project's.
fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    fs::read_to_string(path).expect("the document")
}

/// The rows of the table with that heading, without the heading and the line below it.
fn rows(document: &str, heading: &str) -> BTreeSet<String> {
    let lines = document.lines().skip_while(|line| *line != heading).skip(2);
    lines.take_while(|line| line.starts_with('|')).map(str::to_owned).collect()
}

#[test]
fn every_kind_stands_in_the_documents() {
    let expected = Kind::ALL.map(|kind| format!("| `{kind}` | {} |", kind.advice()));
    assert_eq!(rows(&document("errors.md"), "| kind | what to do |"), BTreeSet::from(expected));
}

#[test]
fn every_delivery_state_stands_in_the_documents() {
    let first_cells: Vec<String> = rows(&document("errors.md"), "| delivery | what became of the request |")
        .iter()
        .filter_map(|row| Some(row.split('`').nth(1)?.to_owned()))
        .collect();
    let mut expected = Delivery::ALL.map(|delivery| delivery.to_string());
    expected.sort();
    assert_eq!(first_cells, expected);
}

#[test]
fn every_known_code_stands_in_the_documents() {
    let expected: BTreeSet<String> = KNOWN_CODES
        .iter()
        .map(|known| format!("| `{}` | {} | {} |", known.code, known.meaning, known.advice))
        .collect();
    assert_eq!(rows(&document("errors.md"), "| code | meaning | what to do |"), expected);
}

#[test]
fn every_task_stands_in_the_documents() {
    let row = |task: brightpearl_core::task::TaskDescription| {
        format!("| `{}` | {} | {} |", task.name, task.summary, task.requests)
    };
    let expected: BTreeSet<String> = tasks().into_iter().map(row).collect();
    assert_eq!(rows(&document("tasks.md"), "| task | what it does | requests |"), expected);
}
