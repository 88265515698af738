//! The ready documents: each compiles without a finding, keeps to the published schema, and makes of its sample what
//! it should.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use brightpearl_core::Method;
use brightpearl_core::mapping::{
    Mapped, Mapping, OnMissing, Reference, Resolution, ready, schema, step_schemas,
};
use brightpearl_core::validate::{UnknownMembers, validate};
use serde_json::value::RawValue;
use serde_json::{Value, json};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/mappings")
}

fn read(name: &str) -> String {
    let path = samples().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn compile(name: &str) -> Mapping {
    let ready = ready().iter().find(|ready| ready.name == name).expect("a ready document");
    Mapping::compile(ready.document).unwrap_or_else(|findings| panic!("{name}: {findings:#?}"))
}

/// What the sample's references stand for: ids from 1001 on, in their order.
fn ids(mapped: &Mapped) -> BTreeMap<String, u64> {
    mapped.references.iter().map(text).zip(1001..).collect()
}

fn text(reference: &Reference) -> String {
    if reference.search.is_empty() { format!("new {}", reference.pointer) } else { reference.text() }
}

/// What came of a record, with what is created for it.
fn outcome(mapping: &Mapping, record: &[u8]) -> Value {
    let mapped = mapping.map(record);
    if let Some(reason) = &mapped.skipped {
        return json!({"skipped": reason});
    }
    let ids = ids(&mapped);
    let resolve = |reference: &Reference| Resolution::Id(ids[&text(reference)]);
    let (path, body) = match (mapped.path(&resolve), mapped.body(&resolve)) {
        (Ok(path), Ok(body)) => (path, body),
        _ => return json!({"failures": mapped.failures}),
    };
    if mapping.target().is_some() {
        let violations = validate(&path, mapping.method(), body.as_bytes(), UnknownMembers::Warn);
        assert_eq!(violations, [], "{}: {body}", mapping.name());
    }
    let mut outcome = json!({"body": serde_json::from_str::<Value>(&body).expect("JSON")});
    if mapping.target().is_some() {
        outcome["path"] = path.into();
        outcome["method"] = mapping.method().as_str().into();
    }
    if let Some(key) = &mapped.key {
        outcome["key"] = key.as_str().into();
    }
    if !ids.is_empty() {
        outcome["references"] = json!(ids);
    }
    let mut created = serde_json::Map::new();
    for reference in &mapped.references {
        if let (OnMissing::Create(nested), Some(record)) = (&reference.on_missing, &reference.record) {
            created.insert(text(reference), self::outcome(nested, record.as_bytes()));
        }
    }
    if !created.is_empty() {
        outcome["created"] = created.into();
    }
    outcome
}

#[test]
fn every_ready_document_makes_of_its_samples_what_it_should() {
    for ready in ready() {
        let mapping = compile(ready.name);
        let text = read(&format!("{}.sample.json", ready.name));
        // As they were written, with all digits.
        let records: Vec<&RawValue> = serde_json::from_str(&text).expect("records");
        let outcomes: Vec<Value> =
            records.iter().map(|record| outcome(&mapping, record.get().as_bytes())).collect();
        let found = serde_json::to_string_pretty(&outcomes).expect("JSON") + "\n";
        let name = format!("{}.expected.json", ready.name);
        if std::env::var_os("BLESS_MAPPINGS").is_some() {
            fs::write(samples().join(&name), &found).expect("written");
        }
        // The order of members is that of whatever else is built along.
        let expected: Vec<Value> = serde_json::from_str(&read(&name)).expect("outcomes");
        assert_eq!(outcomes, expected, "{}", ready.name);
    }
}

/// What they create is found by no search, so that pushes by them ask for a journal.
const UNFINDABLE: [&str; 6] = [
    "quickbooks-journal",
    "shipstation-packages",
    "shipstation-shipment",
    "shopify-fulfillments",
    "shopify-inventory",
    "xero-journal",
];

#[test]
fn ready_documents_compile_without_a_finding_but_that_a_journal_is_needed() {
    for ready in ready() {
        let mapping = compile(ready.name);
        assert_eq!(mapping.name(), ready.name);
        let found: Vec<&str> = mapping.findings().iter().map(|finding| finding.message.as_str()).collect();
        match UNFINDABLE.contains(&ready.name) {
            false => assert_eq!(found, [""; 0], "{}", ready.name),
            true => assert!(found.len() == 1 && found[0].contains("how a record is found"), "{found:?}"),
        }
        assert!(mapping.description().len() > 40, "{} says what it does", ready.name);
        assert!(mapping.target().is_some() != mapping.source().is_some());
        assert!(mapping.method() == Method::Post || mapping.method() == Method::Put);
    }
    let names: Vec<&str> = ready().iter().map(|ready| ready.name).collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn every_document_in_the_folder_is_shipped() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings");
    let mut stems: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .filter(|stem| stem != "mapping.schema")
        .collect();
    stems.sort();
    assert_eq!(stems, ready().iter().map(|ready| ready.name).collect::<Vec<_>>());
}

#[test]
fn ready_documents_keep_to_the_schema() {
    let schema: Value = serde_json::from_str(schema()).expect("JSON");
    jsonschema::meta::validate(&schema).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for ready in ready() {
        let document: Value = serde_json::from_str(ready.document).expect("JSON");
        let problems: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{}: {problems:#?}", ready.name);
    }
}

/// Steps have their schemas where they are written. With `BLESS_MAPPINGS` the published schema is given them.
#[test]
fn the_schema_has_every_step() {
    if std::env::var_os("BLESS_MAPPINGS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/mapping.schema.json");
        let published =
            step_schemas().fold(schema().to_owned(), |text, (name, schema)| with_step(&text, name, schema));
        fs::write(path, published).expect("written");
        return;
    }
    let schema: Value = serde_json::from_str(schema()).expect("JSON");
    for (name, step) in step_schemas() {
        let step: Value = serde_json::from_str(step).expect("JSON");
        assert_eq!(schema["$defs"]["steps"]["properties"][name], step, "{name}: run with BLESS_MAPPINGS=1");
    }
}

/// The text of the schema with a step in the place of the one of that name, or before what no step goes behind.
fn with_step(text: &str, name: &str, schema: &str) -> String {
    let steps = text.find("    \"steps\": {").expect("the steps");
    let member = |name: &str| text[steps..].find(&format!("\n        \"{name}\": ")).map(|at| steps + at);
    let last = member("as").expect("the type");
    let written = format!("\n        \"{name}\": {schema}");
    match member(name).filter(|at| *at < last) {
        Some(at) => {
            let value = at + format!("\n        \"{name}\": ").len();
            let mut values = serde_json::Deserializer::from_str(&text[value..]).into_iter::<Value>();
            values.next().expect("a value").expect("JSON");
            format!("{}{written}{}", &text[..at], &text[value + values.byte_offset()..])
        }
        None => format!("{}{written},{}", &text[..last], &text[last..]),
    }
}

#[test]
fn every_document_stands_in_the_table_of_documents() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ready-documents.md");
    let page = fs::read_to_string(path).expect("the page");
    let listed = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert!(listed.eq(ready().iter().map(|ready| ready.name)), "expected a row for each, in their order");
}

/// What has the shape of another record is no reason to leave it alone.
#[test]
fn a_record_of_another_shape_is_refused_and_never_skipped() {
    let others = [
        json!(null),
        json!([]),
        json!("x"),
        json!({}),
        json!({"order": {}, "refund": {}}),
        json!({"order": {"id": 1}, "note": {"1": {}}, "shipments": [{}]}),
        json!({"line_items": "x", "items": 5, "products": [1], "shipments": "x", "fulfillments": {}}),
        json!({"lineItems": {"nodes": "x"}}),
        json!({"id": 5, "order_id": 7, "kind": "sale", "status": "success", "amount": "1.00"}),
        json!({"id": 9, "order_id": 7, "refund_line_items": [], "transactions": []}),
    ];
    for ready in ready() {
        let mapping = compile(ready.name);
        for record in &others {
            let mapped = mapping.map(record.to_string().as_bytes());
            assert_eq!(mapped.skipped, None, "{}: {record}", ready.name);
            assert!(!mapped.failures.is_empty(), "{}: {record}", ready.name);
        }
    }
}
