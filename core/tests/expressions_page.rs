//! The reference of expressions, `docs/expressions.md`: each example makes what the page says, and each function is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use brightpearl_core::mapping::{Mapping, Resolution};
use brightpearl_core::validate::Severity;
use serde_json::{Value, json};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/expressions.md");
    fs::read_to_string(path).expect("the page")
}

/// What an expression makes of a record, as JSON, or what is wrong with either.
fn made(expression: &str, record: &str) -> Result<String, String> {
    let rule = json!({"to": "/value", "from": expression, "trim": false, "keepEmpty": true});
    let document = json!({"version": 1, "name": "example", "source": "order", "fields": [rule]});
    let mapping = Mapping::compile(&document.to_string()).map_err(|findings| {
        let error = findings.iter().find(|finding| finding.severity == Severity::Error);
        error.expect("an error").message.clone()
    })?;
    let mapped = mapping.map(record.as_bytes());
    if let Some(failure) = mapped.failures.first() {
        return Err(failure.reason.clone());
    }
    let body = mapped.body(&|_| Resolution::Missing).expect("a body");
    let value = body.strip_prefix(r#"{"value":"#).and_then(|rest| rest.strip_suffix('}'));
    Ok(value.unwrap_or("null").to_owned())
}

/// JSON without spaces between its tokens, each number in its own digits.
fn compact(text: &str) -> String {
    let parsed: Box<serde_json::value::RawValue> = serde_json::from_str(text).expect("JSON");
    let (mut compact, mut is_text) = (String::new(), false);
    for character in parsed.get().chars() {
        is_text ^= character == '"';
        if is_text || character != ' ' {
            compact.push(character);
        }
    }
    compact
}

/// The blocks of examples: a record each, and lines of an expression and what comes of it.
fn examples(page: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks = Vec::new();
    for block in page.split("```jmespath\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let joined = block.replace("\n  ", " ");
        let mut lines = joined.lines().map(str::to_owned);
        let record = lines.next().expect("a record");
        let record = record.strip_prefix("given ").expect("a block begins with its record").to_owned();
        blocks.push((record, lines.collect()));
    }
    blocks
}

#[test]
fn every_example_makes_what_the_page_says() {
    let mut count = 0;
    for (record, lines) in examples(&page()) {
        serde_json::from_str::<Value>(&record).expect("a record in JSON");
        for line in lines {
            count += 1;
            if let Some((expression, expected)) = line.split_once(" fails: ") {
                let error = made(expression.trim(), &record).expect_err(&line);
                assert!(error.contains(expected), "{line}: {error}");
                continue;
            }
            let (expression, expected) =
                line.split_once(" => ").unwrap_or_else(|| panic!("{line} says nothing"));
            let found = made(expression.trim(), &record).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(compact(&found), compact(expected), "{line}");
        }
    }
    assert!(count > 150, "{count} examples");
}

#[test]
fn every_function_is_described_and_shown() {
    let error = made("no_such_function_at_all(@)", "{}").expect_err("no such function");
    let names = error.split("expected one of ").nth(1).and_then(|rest| rest.split(" (").next());
    let names: BTreeSet<&str> = names.expect("the functions' names").split(", ").collect();
    let page = page();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let examples = examples(&page);
    for name in &names {
        let called = format!("{name}(");
        assert!(rows.iter().any(|row| row.contains(&format!("`{called}"))), "{name} has no row");
        let is_shown = examples.iter().flat_map(|(_, lines)| lines).any(|line| line.contains(&called));
        assert!(is_shown, "{name} has no example");
    }
    let described: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row.split("| ").nth(1).unwrap_or_default().split('`'))
        .filter_map(|call| call.split_once('(').map(|(name, _)| name))
        .filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        .collect();
    assert_eq!(described, names, "the page describes the functions that there are");
}
