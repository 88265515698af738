//! What expressions make of records.

mod classic;
mod community;
mod work;
mod wrong;

use super::super::limit::Allowance;
use super::super::path::{FoundPaths, Paths};
use super::super::tape::Tape;
use super::super::value::Value;
use super::{Expression, Scope};

/// What an expression makes of a record, by the walk over it and without.
pub(super) fn ours(text: &str, record: &str) -> Result<String, String> {
    let mut expression = Expression::parse(text)?;
    let tape = Tape::read(record.as_bytes()).expect("JSON");
    let root = Value::of(tape.root());
    let allowance = Allowance::new(record.len());
    let written = |found| {
        expression.evaluate(&Scope::new(&root, found, &root, &allowance)).map(|value| {
            let mut out = String::new();
            value.write(&mut out);
            out
        })
    };
    let without = written(None);
    let mut paths = Paths::default();
    let mut placed = expression.clone();
    placed.place(&mut paths);
    let mut found = FoundPaths::default();
    paths.find(tape.root(), &mut found);
    let scope = Scope::new(&root, Some((tape.root(), &found)), &root, &allowance);
    let walked = placed.evaluate(&scope).map(|value| {
        let mut out = String::new();
        value.write(&mut out);
        out
    });
    assert_eq!(walked, without, "{text} of {record}");
    expression.text.clear();
    walked
}
