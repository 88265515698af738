//! Holds expressions against a folder of JMESPath's public compliance suites: `jmespath-compliance FOLDER`. It says
//! every difference, and how many cases there are and pass. The suites are other people's, and not part of this project.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use brightpearl_core::mapping::{Mapping, Resolution};
use brightpearl_core::validate::Severity;
use serde_json::{Value, json};

fn main() -> std::io::Result<ExitCode> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder] = arguments.as_slice() else {
        eprintln!("usage: jmespath-compliance FOLDER");
        return Ok(ExitCode::from(2));
    };
    let mut files = files(folder)?;
    files.sort();
    let (mut cases, mut passed) = (0, 0);
    for file in &files {
        let suites: Vec<Value> = serde_json::from_str(&fs::read_to_string(file)?)?;
        for suite in &suites {
            for case in suite["cases"].as_array().into_iter().flatten() {
                cases += 1;
                match difference(&suite["given"], case) {
                    None => passed += 1,
                    Some(found) => println!("{}: {}: {found}", file.display(), case["expression"]),
                }
            }
        }
    }
    println!("{passed} of {cases} cases pass");
    Ok(if passed == cases && cases > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The suites in a folder and in those within it.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    Ok(found)
}

/// What came of a case, where that is not what was expected.
fn difference(given: &Value, case: &Value) -> Option<String> {
    let expression = case["expression"].as_str().unwrap_or_default();
    let found = evaluate(expression, given);
    match (&found, &case["error"], &case["result"]) {
        // A benchmark has no result.
        (Ok(_), Value::Null, Value::Null) if case.get("result").is_none() => None,
        (Ok(found), Value::Null, expected) if same(found, expected) => None,
        (Err((kind, _)), Value::String(expected), _) if kind == expected => None,
        (Ok(found), Value::Null, expected) => Some(format!("found {found}, expected {expected}")),
        (Ok(found), expected, _) => Some(format!("found {found}, expected the error {expected}")),
        (Err((kind, reason)), Value::Null, expected) => {
            Some(format!("found {kind} ({reason}), expected {expected}"))
        }
        (Err((kind, reason)), expected, _) => Some(format!("found {kind} ({reason}), expected {expected}")),
    }
}

/// What an expression makes of a record, or the specification's name of what is wrong, and the reason in words.
fn evaluate(expression: &str, record: &Value) -> Result<Value, (&'static str, String)> {
    let field = json!({"to": "/value", "from": expression, "trim": false, "keepEmpty": true});
    let document = json!({"version": 1, "name": "compliance", "source": "order", "fields": [field]});
    let mapping = Mapping::compile(&document.to_string()).map_err(|findings| {
        let first = findings.iter().find(|finding| finding.severity == Severity::Error);
        let reason = first.map(|finding| finding.message.clone()).unwrap_or_default();
        (kind(&WRITTEN, &reason, "syntax"), reason)
    })?;
    let mapped = mapping.map(record.to_string().as_bytes());
    if let Some(failure) = mapped.failures.first() {
        return Err((kind(&EVALUATED, &failure.reason, "invalid-type"), failure.reason.clone()));
    }
    let body = mapped.body(&|_| Resolution::Missing).unwrap_or_default();
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    Ok(body["value"].clone())
}

/// The specification's names of what is found when an expression is read.
const WRITTEN: [(&str, &str); 6] = [
    ("there is no function", "unknown-function"),
    ("argument; expected", "invalid-arity"),
    ("arguments; expected", "invalid-arity"),
    ("there is no variable", "undefined-variable"),
    ("begins with `&`", "invalid-type"),
    ("the step 0", "invalid-value"),
];

/// The specification's names of what is found when it is evaluated.
const EVALUATED: [(&str, &str); 5] = [
    ("expected a whole number", "invalid-value"),
    ("expected one character", "invalid-value"),
    ("expected an array of pairs", "invalid-value"),
    ("expected a divisor", "not-a-number"),
    ("more digits than", "not-a-number"),
];

fn kind(kinds: &[(&str, &'static str)], reason: &str, otherwise: &'static str) -> &'static str {
    kinds.iter().find(|(words, _)| reason.contains(words)).map_or(otherwise, |(_, kind)| kind)
}

/// Equal, with numbers by value, as binary floating point has it.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        (one, other) => one == other,
    }
}
