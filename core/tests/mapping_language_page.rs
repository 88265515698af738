//! The reference of mapping documents, `docs/mapping-language.md`: each example does what the page says.

use std::fs;
use std::path::Path;

use brightpearl_core::mapping::{Mapped, Mapping, NoBody, Reference, Resolution, Resolved};
use serde_json::{Value, json};

/// The words with which a line says something of what stands above it.
const WORDS: [&str; 9] = [
    "given ",
    "with ",
    "makes ",
    "fails: ",
    "skips: ",
    "tells: ",
    "has the key: ",
    "is refused: ",
    "warns: ",
];

/// An example: a document, and what is said of it, each in one piece.
fn examples(page: &str) -> Vec<(String, Vec<String>)> {
    let blocks =
        page.split("```mapping\n").skip(1).map(|block| block.split("```").next().unwrap_or_default());
    let example = |block: &str| {
        let (mut document, mut said) = (String::new(), Vec::<String>::new());
        for line in block.lines() {
            if WORDS.iter().any(|word| line.starts_with(word)) {
                said.push(line.to_owned());
            } else {
                let piece = said.last_mut().unwrap_or(&mut document);
                piece.push('\n');
                piece.push_str(line);
            }
        }
        (document, said)
    };
    blocks.map(example).collect()
}

/// A whole document of what an example shows: rules alone are those of an outbound one.
fn whole(shown: &str) -> Value {
    let shown: Value = match serde_json::from_str(shown) {
        Ok(Value::Object(document)) if !document.contains_key("to") && !document.contains_key("name") => {
            Value::Object(document)
        }
        Ok(_) | Err(_) => {
            let rules: Value = serde_json::from_str(&format!("[{shown}]"))
                .unwrap_or_else(|error| panic!("{shown}: {error}"));
            json!({"fields": rules})
        }
    };
    let mut document = json!({"version": 1, "name": "example"});
    if shown.get("target").is_none() {
        document["source"] = "order".into();
    }
    for (name, value) in shown.as_object().expect("members") {
        document[name] = value.clone();
    }
    document
}

fn failures(outcome: &Result<String, NoBody>) -> String {
    match outcome {
        Err(NoBody::Failed(failures)) => {
            failures.iter().map(|failure| failure.reason.as_str()).collect::<Vec<_>>().join("; ")
        }
        other => format!("{other:?}"),
    }
}

/// What is there instead of what a line says of the record before it; nothing when it is so.
fn otherwise(word: &str, rest: &str, mapped: &Mapped, resolved: &Resolved) -> Option<String> {
    let resolve = |reference: &Reference| -> Resolution { resolved.of(reference) };
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let (is_so, found) = match word {
        "makes " => match mapped.body(&resolve) {
            Ok(body) => (parse(&body) == parse(rest), body),
            failed => (false, failures(&failed)),
        },
        "fails: " => {
            let failures = failures(&mapped.body(&resolve));
            (failures.contains(rest), failures)
        }
        "skips: " => {
            let outcome = mapped.body(&resolve);
            (outcome == Err(NoBody::Skipped(rest.to_owned())), format!("{outcome:?}"))
        }
        "tells: " => (mapped.told(&resolve) == [rest], format!("{:?}", mapped.told(&resolve))),
        _ => (mapped.key.as_deref() == Some(rest), format!("{:?}", mapped.key)),
    };
    (!is_so).then_some(found)
}

/// What of an example is not so.
fn play(shown: &str, said: &[String]) -> Vec<String> {
    let mapping = match (Mapping::compile(&whole(shown).to_string()), said.first()) {
        (Ok(mapping), Some(first)) if !first.starts_with("is refused: ") => mapping,
        (Err(findings), Some(first)) if first.starts_with("is refused: ") => {
            let expected = first.trim_start_matches("is refused: ");
            let is_so = findings.iter().any(|finding| finding.message.contains(expected));
            return if is_so { Vec::new() } else { vec![format!("{shown}: {findings:?}")] };
        }
        (Err(findings), _) => return vec![format!("{shown}: {findings:?}")],
        (Ok(_), first) => return vec![format!("{shown}: it can be used, but {first:?}")],
    };
    let mut mapped: Option<Mapped> = None;
    let mut resolved = Resolved::default();
    let mut wrong = Vec::new();
    for line in said {
        let (word, rest) =
            WORDS.iter().find_map(|word| Some((*word, line.strip_prefix(word)?))).expect("a word");
        match (word, &mapped) {
            ("given ", _) => {
                mapped = Some(mapping.map(rest.as_bytes()));
                resolved = Resolved::default();
            }
            ("with ", _) => resolved = Resolved::from_json(rest).expect("ids"),
            (word, Some(mapped)) => {
                let found = otherwise(word, rest, mapped, &resolved);
                wrong.extend(found.map(|found| format!("{shown}\n{line}\nbut: {found}")));
            }
            (_, None) => wrong.push(format!("{shown}: {line} has no record")),
        }
    }
    wrong
}

#[test]
fn every_example_does_what_the_page_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/mapping-language.md");
    let page = fs::read_to_string(path).expect("the page");
    let examples = examples(&page);
    assert!(examples.len() > 20, "{} examples", examples.len());
    let wrong: Vec<String> = examples.iter().flat_map(|(shown, said)| play(shown, said)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_member_of_documents_and_rules_is_on_the_page() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/mapping-language.md");
    let page = fs::read_to_string(path).expect("the page");
    let schema: Value = serde_json::from_str(brightpearl_core::mapping::schema()).expect("JSON");
    for part in ["document", "rule", "each", "source", "steps", "check", "condition", "resolve"] {
        let members = schema["$defs"][part]["properties"].as_object().expect("members");
        for name in members.keys() {
            let is_shown = page.contains(&format!("`{name}`")) || page.contains(&format!("\"{name}\""));
            assert!(is_shown, "{name} of {part} is not on the page");
        }
    }
}
