//! What expressions make of records.

mod classic;
mod community;
mod work;
mod wrong;

use super::super::limit::Allowance;
use super::super::path::{FoundPaths, Paths};
use super::super::tape::{RecordNode, Tape};
use super::super::value::Value;
use super::{Expression, Scope};
use crate::json::quoted;

/// What an expression makes of a record, by the walk over it and without.
pub(super) fn ours(text: &str, record: &str) -> Result<String, String> {
    let mut expression = Expression::parse(text)?;
    let tape = Tape::read(record.as_bytes()).expect("JSON");
    let root = Value::of(tape.root());
    let allowance = Allowance::new(record.len());
    let written = |found| json(expression.evaluate(&Scope::new(&root, found, &root, &allowance)));
    let without = written(None);
    let mut paths = Paths::default();
    let mut placed = expression.clone();
    placed.place(&mut paths);
    let mut found = FoundPaths::default();
    paths.find(tape.root(), &mut found);
    let scope = Scope::new(&root, Some((tape.root(), &found)), &root, &allowance);
    let walked = json(placed.evaluate(&scope));
    assert_eq!(walked, without, "{text} of {record}");
    let allowance = Allowance::new(record.len());
    let holds = expression.holds(&Scope::new(&root, None, &root, &allowance));
    let allowance = Allowance::new(record.len());
    let value = expression.evaluate(&Scope::new(&root, None, &root, &allowance));
    assert_eq!(holds, value.map(|value| value.is_truthy()), "whether {text} holds of {record}");
    if let Some(names) = expression.members() {
        let members = tape.root().members().filter(|(name, _)| names.contains(&&*name.text()));
        let members: Vec<_> =
            members.map(|(name, value)| format!("{}:{}", quoted(&name.text()), shown(value))).collect();
        let only = format!("{{{}}}", members.join(","));
        let tape = Tape::read(only.as_bytes()).expect("JSON");
        let root = Value::of(tape.root());
        let allowance = Allowance::new(record.len());
        let of_members = expression.evaluate(&Scope::new(&root, None, &root, &allowance));
        let is_object = record.trim_start().starts_with('{');
        assert!(!is_object || json(of_members) == walked, "{text} of {only} instead of {record}");
    }
    expression.text.clear();
    walked
}

fn json(value: Result<Value<'_>, String>) -> Result<String, String> {
    value.map(|value| {
        let mut out = String::new();
        value.write(&mut out);
        out
    })
}

/// A value's JSON, as the record has it.
fn shown(value: RecordNode<'_>) -> String {
    let mut out = String::new();
    Value::of(value).write(&mut out);
    out
}
