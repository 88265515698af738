//! Every example that the API notes print is sent, and answered in the shape that stands there.
//!
//! Examples are the JSON objects and arrays of the notes, in fences and between backticks. Ids and codes in them are
//! those of some account, and `…` stands for any text: before an example is sent, they are exchanged for what this
//! account has. The table says of each what it is.

mod account;
mod table;

use std::collections::BTreeSet;
use std::path::PathBuf;

use brightpearl_core::Method;
use serde_json::Value;

use account::Furnished;
use table::{Example, TABLE, Use};

/// The examples, as they are printed, in order; each once.
fn printed() -> Vec<Value> {
    let notes = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/brightpearl-api.md");
    let notes = std::fs::read_to_string(notes).unwrap();
    let mut pieces = Vec::new();
    for (number, part) in notes.split("```").enumerate() {
        if number % 2 == 1 {
            pieces.push(part.split_once('\n').map_or(part, |(_, body)| body).to_owned());
        } else {
            pieces.extend(part.split('`').skip(1).step_by(2).map(|inline| inline.replace("\n", " ")));
        }
    }
    let mut found: Vec<Value> = Vec::new();
    for piece in pieces {
        // What was left out stands as `…`, also where JSON has no place for it.
        let whole = piece.trim().replace(",…}", "}").replace(",…]", "]").replace(":…", ":\"…\"");
        let Ok(value) = serde_json::from_str::<Value>(&whole) else { continue };
        let says_something = match &value {
            Value::Object(members) => !members.is_empty(),
            // `[2]` and `[3]` are marks of evidence.
            Value::Array(elements) => elements.iter().any(|element| !element.is_number()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        };
        if says_something && !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

/// The entries about an example; there is to be one.
fn entries(example: &Value) -> Vec<&'static Example> {
    let text = example.to_string();
    let is_about = |entry: &&Example| {
        let whole = serde_json::from_str::<Value>(entry.marks).ok().filter(|whole| !whole.is_string());
        whole.map_or_else(|| text.contains(entry.marks), |whole| whole == *example)
    };
    TABLE.iter().filter(is_about).collect()
}

#[test]
fn every_printed_example_is_in_the_table_and_no_other() {
    let printed = printed();
    assert!(printed.len() > 100, "{}", printed.len());
    let astray: Vec<String> = printed
        .iter()
        .filter(|example| entries(example).len() != 1)
        .map(|example| {
            let marks: Vec<&str> = entries(example).iter().map(|entry| entry.marks).collect();
            format!("{marks:?} are about {example}")
        })
        .collect();
    assert!(astray.is_empty(), "not in one entry each:\n{}", astray.join("\n"));
    let used: BTreeSet<&str> = printed.iter().flat_map(entries).map(|entry| entry.marks).collect();
    let idle: Vec<&str> =
        TABLE.iter().map(|entry| entry.marks).filter(|marks| !used.contains(marks)).collect();
    assert!(idle.is_empty(), "not in the notes: {idle:#?}");
}

#[test]
fn every_printed_request_is_taken_and_every_answer_has_the_printed_shape() {
    let furnished = Furnished::new();
    let mut failed = Vec::new();
    let mut sent = 0;
    for example in printed() {
        let Some(entry) = entries(&example).first().copied() else { continue };
        let mut account = furnished.open();
        let outcome = match entry.is {
            Use::Sent(method, path) => {
                let body = furnished.exchanged(&example, entry.overrides);
                account.answered(method, &furnished.path(path), &body).map(drop)
            }
            Use::Answers(method, path, body) => {
                let body = serde_json::from_str(body).unwrap_or(Value::Null);
                let body = furnished.exchanged(&body, entry.overrides);
                let answer = account.any_answer(method, &furnished.path(path), &body);
                let within = entry.within.and_then(|pointer| answer.pointer(&furnished.path(pointer)));
                alike(&without(&example, entry.absent), within.unwrap_or(&answer), "")
            }
            Use::Told(why) => {
                println!("{}: {why}", entry.marks);
                continue;
            }
        };
        sent += 1;
        if let Err(reason) = outcome {
            failed.push(format!("{}: {reason}", entry.marks));
        }
    }
    println!("{sent} printed examples were sent or answered");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// An example without members of these names.
fn without(example: &Value, absent: &[&str]) -> Value {
    match example {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !absent.contains(&name.as_str()));
            kept.map(|(name, value)| (name.clone(), without(value, absent)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        Value::Array(elements) => {
            elements.iter().map(|element| without(element, absent)).collect::<Vec<_>>().into()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => example.clone(),
    }
}

/// Whether an answer has every member of an example, with values of the same type. Of several records, one is enough:
/// not each has everything that a record can have.
fn alike(example: &Value, answer: &Value, place: &str) -> Result<(), String> {
    match (example, answer) {
        (Value::String(text), _) if text == "…" => Ok(()),
        (Value::Object(wanted), Value::Object(members)) if wanted.keys().all(|name| is_id(name)) => {
            wanted.values().next().map_or(Ok(()), |first| one_alike(first, members.values(), place))
        }
        (Value::Object(wanted), Value::Object(members)) => wanted
            .iter()
            // Each account names its custom fields itself.
            .filter(|(name, _)| *name != "…" && !name.starts_with("PCF_"))
            .try_for_each(|(name, value)| {
                let found =
                    members.get(name).ok_or_else(|| format!("{place}/{name} is absent in {answer}"))?;
                alike(value, found, &format!("{place}/{name}"))
            }),
        (Value::Array(wanted), Value::Array(elements)) => {
            wanted.first().map_or(Ok(()), |first| one_alike(first, elements.iter(), place))
        }
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, Value::Null) => Ok(()),
        (_, _) => Err(format!("{place} is {answer}; expected something like {example}")),
    }
}

fn one_alike<'a>(
    example: &Value,
    answers: impl Iterator<Item = &'a Value>,
    place: &str,
) -> Result<(), String> {
    let mut reason = format!("{place} is empty");
    for answer in answers {
        match alike(example, answer, &format!("{place}/*")) {
            Ok(()) => return Ok(()),
            Err(different) => reason = different,
        }
    }
    Err(reason)
}

fn is_id(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// A GET, for the table.
const GET: Method = Method::Get;
