//! Whatever the document and the record are: nothing panics, the same comes of the same, what is written is JSON, and
//! no digit is lost.

use std::path::Path;

use brightpearl_core::mapping::{Mapping, NoBody, Reference, Resolution, ready};
use brightpearl_core::{discovery, validate};
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1.0e6..1.0e6).prop_map(Value::from),
        words().prop_map(Value::from),
        "(\\PC|[\u{0}-\u{1f}\"\\\\]){0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((words(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Words that documents are made of, and a few that are not.
fn words() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "version",
        "name",
        "target",
        "source",
        "method",
        "path",
        "key",
        "verify",
        "by",
        "when",
        "is",
        "otherwise",
        "reads",
        "zone",
        "dates",
        "decimalMark",
        "groupMark",
        "csv",
        "groupBy",
        "lookups",
        "mappings",
        "fields",
        "to",
        "note",
        "from",
        "value",
        "template",
        "concat",
        "separator",
        "scope",
        "trim",
        "keepEmpty",
        "case",
        "default",
        "lookup",
        "enum",
        "caseless",
        "else",
        "math",
        "plus",
        "minus",
        "times",
        "over",
        "unit",
        "as",
        "type",
        "places",
        "rounding",
        "write",
        "currency",
        "minor",
        "cut",
        "format",
        "into",
        "required",
        "each",
        "split",
        "resolve",
        "search",
        "column",
        "take",
        "create",
        "fail",
        "skip",
        "keep",
        "record",
        "parent",
        "decimal",
        "money",
        "date",
        "datetime",
        "boolean",
        "integer",
        "string",
        "half-up",
        "upper",
        "GBP",
        "g",
        "kg",
        "Europe/London",
        "DD/MM/YYYY",
        "/ref",
        "/rows",
        "/rows/0/name",
        "/a/0",
        "a",
        "b.c",
        "rows[0]",
        "a || b",
        "[*]",
        "{a}",
        "1",
        "-1.50",
        "2026-01-01",
        "sales-order",
        "order",
        "product-service/product-search",
        "SKU",
        "ü",
    ])
    .prop_map(str::to_owned)
}

/// Ready documents with one part replaced, so that much of them still works.
fn documents() -> impl Strategy<Value = Value> {
    (0..ready().len(), any::<prop::sample::Index>(), values(), any::<bool>()).prop_map(
        |(place, index, value, removes)| {
            let mut document: Value = serde_json::from_str(ready()[place].document).expect("JSON");
            let mut pointers = Vec::new();
            collect(&document, String::new(), &mut pointers);
            let pointer = index.get(&pointers);
            let (around, name) = pointer.rsplit_once('/').expect("not the whole");
            match document.pointer_mut(around) {
                Some(Value::Object(members)) if removes => {
                    drop(members.remove(&name.replace("~1", "/").replace("~0", "~")))
                }
                Some(Value::Array(elements)) if removes => {
                    drop(elements.remove(name.parse().expect("a place")))
                }
                Some(_) | None => *document.pointer_mut(pointer).expect("a part") = value,
            }
            document
        },
    )
}

fn collect(value: &Value, place: String, pointers: &mut Vec<String>) {
    let mut visit = |name: &str, inner: &Value| {
        let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
        pointers.push(place.clone());
        collect(inner, place, pointers);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, inner)| visit(name, inner)),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(place, inner)| visit(&place.to_string(), inner))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The samples of the ready documents with one part replaced.
fn records() -> impl Strategy<Value = String> {
    // The Rust host compiles this file, too, from a folder of its own.
    let folders =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("tests/mappings"));
    let samples: Vec<Value> =
        std::fs::read_dir({ folders }.find(|folder| folder.is_dir()).expect("a folder"))
            .expect("samples")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.to_string_lossy().ends_with(".sample.json"))
            .flat_map(|path| {
                let text = std::fs::read_to_string(path).expect("a sample");
                serde_json::from_str::<Vec<Value>>(&text).expect("records")
            })
            .collect();
    (prop::sample::select(samples), any::<prop::sample::Index>(), values(), any::<bool>()).prop_map(
        |(mut record, index, value, is_whole)| {
            let mut pointers = vec![String::new()];
            collect(&record, String::new(), &mut pointers);
            if !is_whole {
                let pointer: &String = index.get(&pointers);
                *record.pointer_mut(pointer).expect("a part") = value;
            }
            record.to_string()
        },
    )
}

/// Maps a record by a document, and checks what holds of every result.
fn check(mapping: &Mapping, record: &[u8]) -> Result<(), TestCaseError> {
    let mapped = mapping.map(record);
    let again = mapping.clone().map(record);
    prop_assert_eq!(&mapped.failures, &again.failures);
    prop_assert_eq!(&mapped.references, &again.references);
    prop_assert_eq!((&mapped.skipped, &mapped.key), (&again.skipped, &again.key));
    for (place, reference) in mapped.references.iter().enumerate() {
        prop_assert!(!mapped.references[..place].contains(reference), "{:?} is told twice", reference);
        if let Some(record) = &reference.record {
            prop_assert!(serde_json::from_str::<&RawValue>(record).is_ok(), "{}", record);
        }
    }
    let resolutions: [&dyn Fn(&Reference) -> Resolution; 4] = [
        &|_| Resolution::Id(1007),
        &|_| Resolution::Missing,
        &|reference| Resolution::Text(reference.value.clone()),
        &|reference| if reference.value.len() % 2 == 0 { Resolution::Missing } else { Resolution::Id(1) },
    ];
    for resolve in resolutions {
        let body = mapped.body(resolve);
        prop_assert_eq!(&body, &again.body(resolve));
        match body {
            Ok(body) => {
                prop_assert!(mapped.failures.is_empty() && mapped.skipped.is_none());
                prop_assert!(
                    serde_json::from_str::<Value>(&body).is_ok_and(|body| body.is_object()),
                    "{}",
                    body
                );
                if let Ok(path) = mapped.path(resolve) {
                    validate::validate(
                        &path,
                        mapping.method(),
                        body.as_bytes(),
                        validate::UnknownMembers::Warn,
                    );
                }
            }
            Err(NoBody::Failed(failures)) => prop_assert!(!failures.is_empty()),
            Err(NoBody::Skipped(reason)) => prop_assert!(!reason.is_empty()),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_record_can_be_given_to_any_ready_document(record in records(), place in 0..ready().len()) {
        let mapping = Mapping::compile(ready()[place].document).expect("right");
        check(&mapping, record.as_bytes())?;
    }

    #[test]
    fn any_document_is_compiled_or_refused_with_reasons(document in documents(), record in records()) {
        let text = document.to_string();
        match Mapping::compile(&text) {
            Ok(mapping) => {
                check(&mapping, record.as_bytes())?;
                prop_assert!(!mapping.explain().is_empty());
            }
            Err(findings) => prop_assert!(!findings.is_empty()),
        }
        prop_assert!(serde_json::from_str::<Value>(&discovery::check_mapping(&text)).is_ok());
    }

    #[test]
    fn nonsense_is_refused(document in values(), bytes: Vec<u8>) {
        prop_assert!(Mapping::compile(&document.to_string()).is_err());
        let _ = Mapping::compile(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_bytes_can_be_a_record(bytes in prop::collection::vec(any::<u8>(), 0..64), place in 0..ready().len()) {
        let mapping = Mapping::compile(ready()[place].document).expect("right");
        check(&mapping, &bytes)?;
    }

    #[test]
    fn digits_go_through_whatever_stands_around_them(
        whole in "0|[1-9][0-9]{0,13}", fraction in "[0-9]{0,14}", negative: bool, as_text: bool,
    ) {
        let sign = if negative { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        let digits = format!("{sign}{whole}{point}{fraction}");
        let mapping = Mapping::compile(&json!({
            "version": 1, "name": "digits", "source": "order",
            "fields": [
                {"to": "/same", "from": "a"},
                {"to": "/path", "from": "b[0].c"},
                {"to": "/either", "from": "x || a"},
                {"to": "/list", "from": "b[].c"},
                {"to": "/text", "from": "a", "as": "string"},
                {"to": "/decimal", "from": "a", "as": "decimal"},
                {"to": "/number", "from": "a", "as": {"type": "decimal", "write": "number"}},
                {"to": "/money", "from": "a", "as": "money"},
                {"to": "/each", "each": "b", "fields": [{"to": "/c", "from": "c"}]},
                {"to": "/template", "template": "{a}"},
                {"to": "/plus", "from": "a", "math": [{"plus": 0}]}
            ]
        }).to_string()).expect("right");
        let number = if as_text { format!("\"{digits}\"") } else { digits.clone() };
        let record = format!("{{\"a\": {number}, \"b\": [{{\"c\": {number}}}]}}");
        let body = mapping.map(record.as_bytes()).body(&|_| Resolution::Missing).expect("a body");
        // Zero has no sign once it is a number of the document's.
        let is_zero = digits.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
        let computed = if is_zero { digits.trim_start_matches('-') } else { &digits };
        let expected = format!(
            concat!(
                "{{\"same\":{0},\"path\":{0},\"either\":{0},\"list\":[{0}],\"text\":\"{1}\",\"decimal\":\"{2}\",\"number\":{2},",
                "\"money\":\"{2}\",\"each\":[{{\"c\":{0}}}],\"template\":\"{1}\",\"plus\":{2}}}"
            ),
            number, digits, computed,
        );
        prop_assert_eq!(body, expected);
    }
}
