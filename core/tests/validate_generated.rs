//! Bodies made from the catalog's own tables: checking and JSON Schema agree that they are right, and on
//! what is wrong once something is broken.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use brightpearl_core::catalog::field::{Inside, Shape};
use brightpearl_core::catalog::operation::Content;
use brightpearl_core::catalog::{Endpoint, EndpointOperation, catalog, json_schema};
use brightpearl_core::validate::{Fault, Severity, UnknownMembers, Violation, validate};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value;

use crate::generated_body::{Generated, Source, generate};

/// Every write with a JSON body that is known, with its schema.
static WRITES: LazyLock<Vec<CatalogWrite>> = LazyLock::new(|| {
    let mut writes = Vec::new();
    for (endpoint, operation) in catalog().flat_map(|resource| resource.operations()) {
        if let Content::Json(_) | Content::OptionalJson(_) | Content::Patch(_) = operation.content {
            let validators = [UnknownMembers::Warn, UnknownMembers::Refuse].map(|unknown| {
                let schema = json_schema(&operation.content, unknown).unwrap();
                jsonschema::draft202012::new(&schema).unwrap()
            });
            writes.push(CatalogWrite { endpoint, operation, validators });
        }
    }
    writes
});

struct CatalogWrite {
    endpoint: &'static Endpoint,
    operation: &'static EndpointOperation,
    validators: [Validator; 2],
}

impl CatalogWrite {
    fn violations(&self, body: &str, unknown: UnknownMembers) -> Vec<Violation> {
        validate(self.endpoint.path, self.operation.method, body.as_bytes(), unknown)
    }

    fn errors(&self, body: &str, unknown: UnknownMembers) -> Vec<Violation> {
        let mut violations = self.violations(body, unknown);
        violations.retain(|violation| violation.severity == Severity::Error);
        violations
    }

    fn schema_takes(&self, body: &str, unknown: UnknownMembers) -> bool {
        let value: Value = serde_json::from_str(body).unwrap();
        match unknown {
            UnknownMembers::Warn | UnknownMembers::Allow => self.validators[0].is_valid(&value),
            UnknownMembers::Refuse => self.validators[1].is_valid(&value),
        }
    }
}

fn any_write() -> impl Strategy<Value = (usize, u64)> {
    (0..WRITES.len(), any::<u64>())
}

#[test]
fn schemas_are_schemas() {
    assert!(WRITES.len() > 50, "{}", WRITES.len());
    for (_, operation) in catalog().flat_map(|resource| resource.operations()) {
        for unknown in [UnknownMembers::Warn, UnknownMembers::Refuse] {
            if let Some(schema) = json_schema(&operation.content, unknown) {
                assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
                assert!(jsonschema::meta::is_valid(&schema), "{schema}");
            }
        }
    }
}

#[test]
fn every_write_is_generated_right_at_least_once() {
    for write in WRITES.iter() {
        for seed in 0..8 {
            let body = generate(&write.operation.content, &mut Source::new(seed)).json.to_string();
            let place = format!("{} {}", write.operation.method, write.endpoint.path);
            assert_eq!(write.violations(&body, UnknownMembers::Refuse), [], "{place}\n{body}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_right_body_is_taken_by_both((write, seed) in any_write()) {
        let write = &WRITES[write];
        let body = generate(&write.operation.content, &mut Source::new(seed)).json.to_string();
        for unknown in [UnknownMembers::Warn, UnknownMembers::Refuse] {
            prop_assert_eq!(write.violations(&body, unknown), vec![], "{}\n{}", write.endpoint.path, body);
            prop_assert!(write.schema_takes(&body, unknown), "{}\n{}", write.endpoint.path, body);
        }
    }

    #[test]
    fn without_something_mandatory_it_is_refused_by_both_at_that_place(
        (write, seed) in any_write(), choice in any::<prop::sample::Index>(), null in any::<bool>(),
    ) {
        let write = &WRITES[write];
        let Generated { mut json, places } = generate(&write.operation.content, &mut Source::new(seed));
        let mandatory: Vec<&String> =
            places.iter().filter(|(_, place)| place.mandatory).map(|(pointer, _)| pointer).collect();
        if mandatory.is_empty() { return Ok(()); }
        let pointer = mandatory[choice.index(mandatory.len())];
        if null { json.replace(pointer, "null") } else { json.remove(pointer) }
        let body = json.to_string();
        let errors = write.errors(&body, UnknownMembers::Warn);
        let is_found = |error: &Violation| error.pointer == *pointer
            && (error.fault == Fault::Missing || (null && error.fault == Fault::WrongType));
        prop_assert!(errors.iter().any(is_found), "{pointer} in {body}: {errors:?}");
        prop_assert!(!write.schema_takes(&body, UnknownMembers::Warn), "{pointer} in {body}");
    }

    #[test]
    fn with_a_value_of_another_type_it_is_refused_by_both_at_that_place(
        (write, seed) in any_write(), choice in any::<prop::sample::Index>(),
    ) {
        let write = &WRITES[write];
        let Generated { mut json, places } = generate(&write.operation.content, &mut Source::new(seed));
        let typed: BTreeMap<&String, Shape> = places
            .iter()
            .filter(|(_, place)| !matches!(place.shape, Shape::Any))
            .map(|(pointer, place)| (pointer, place.shape))
            .collect();
        if typed.is_empty() { return Ok(()); }
        let (pointer, shape) = typed.iter().nth(choice.index(typed.len())).unwrap();
        let another = match shape.inside() {
            Inside::Members(_) | Inside::Elements(_) => "true",
            Inside::Nothing => r#"{"another": "type"}"#,
        };
        json.replace(pointer, another);
        let body = json.to_string();
        let errors = write.errors(&body, UnknownMembers::Warn);
        prop_assert!(
            errors.iter().any(|error| error.pointer == **pointer && error.fault == Fault::WrongType),
            "{pointer} in {body}: {errors:?}"
        );
        prop_assert!(!write.schema_takes(&body, UnknownMembers::Warn), "{pointer} in {body}");
    }

    #[test]
    fn what_checking_takes_the_schema_takes(
        (write, seed) in any_write(),
        choice in any::<prop::sample::Index>(),
        token in prop::sample::select(AWKWARD),
        unknown in prop::sample::select(&[UnknownMembers::Warn, UnknownMembers::Refuse][..]),
    ) {
        let write = &WRITES[write];
        let Generated { mut json, places } = generate(&write.operation.content, &mut Source::new(seed));
        let pointers: Vec<&String> = places.keys().collect();
        if pointers.is_empty() { return Ok(()); }
        json.replace(pointers[choice.index(pointers.len())], token);
        let body = json.to_string();
        // Half a surrogate pair is JSON where any JSON may stand, and still nothing that a validator can read.
        let is_legible = serde_json::from_str::<Value>(&body).is_ok();
        if is_legible && write.errors(&body, unknown).is_empty() {
            prop_assert!(write.schema_takes(&body, unknown), "{}\n{}", write.endpoint.path, body);
        }
    }

    #[test]
    fn whatever_comes_nothing_panics(
        (write, _) in any_write(), body in prop::collection::vec(any::<u8>(), 0..64), text in "\\PC{0,64}",
    ) {
        let write = &WRITES[write];
        for body in [&body[..], text.as_bytes()] {
            for unknown in [UnknownMembers::Warn, UnknownMembers::Refuse] {
                validate(write.endpoint.path, write.operation.method, body, unknown);
                validate(&text, write.operation.method, body, unknown);
            }
        }
    }
}

/// Values that are easily taken for right, or for wrong.
const AWKWARD: &[&str] = &[
    "null",
    "true",
    "\"true\"",
    "0",
    "-0",
    "\"-0\"",
    "1",
    "\"1\"",
    "\"007\"",
    "-1",
    "\"-1\"",
    "1.0",
    "1e2",
    "\"1e2\"",
    "0.1",
    "\"0.10000\"",
    "1.00001",
    "\"1.00001\"",
    "1.0000001",
    "\"1.0000000000\"",
    "\"-0.00\"",
    "99999999999999999999",
    "\"99999999999999999999\"",
    "9223372036854775808",
    "\"\"",
    "\" \"",
    "\"a\"",
    "\"2024-02-29\"",
    "\"2023-02-29\"",
    "\"2024-02-03T09:08:07Z\"",
    "\"2024-02-03T09:08:07\"",
    "\"2024-02-03T09:08:07.123456789+01:00\"",
    "\"09:08:07\"",
    "\"GBP\"",
    "\"gbp\"",
    "\"GB\"",
    "\"#60a0ff\"",
    "\"#60a0f\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "[]",
    "[null]",
    "[1]",
    "[{}]",
    "{}",
    "{\"1\": 2}",
    "{\"a\": {}}",
    "{\"unheardOf\": 1}",
];
