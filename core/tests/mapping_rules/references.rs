//! What a rule refers to, and what becomes of what is missing.

use brightpearl_core::mapping::{Mapping, NoBody, OnMissing, Reference, Resolution};
use serde_json::{Value, json};

use super::{body, document};

fn resolving(otherwise: Value) -> Mapping {
    document(json!({
        "version": 1, "name": "test", "source": "order", "key": {"from": "id"},
        "fields": [
            {"to": "/first", "from": "sku", "resolve":
                {"search": "product-service/product-search", "column": "SKU", "by": {"channelId": {"from": "channel"}, "productStatus": "LIVE"}, "else": otherwise}},
            {"to": "/lines", "each": "lines", "fields": [
                {"to": "/id", "from": "@", "as": "string", "resolve": {"search": "product-service/product-search", "column": "SKU", "else": "skip"}},
                {"to": "/sku", "from": "@"}
            ]},
            {"to": "/last", "from": "sku", "resolve": {"search": "product-service/product-search", "column": "SKU", "take": "productName", "else": "skip"}}
        ]
    }))
}

#[test]
fn references_are_told_once_and_put_into_their_places() {
    let mapping = resolving(json!("fail"));
    let mapped = mapping.map(br#"{"id": 1, "sku": "A", "channel": 3, "lines": ["B", "C", "B"]}"#);
    let texts: Vec<String> = mapped.references.iter().map(Reference::text).collect();
    assert_eq!(
        texts,
        [
            "product-service/product-search?SKU=A&channelId=3&productStatus=LIVE",
            "product-service/product-search?SKU=B",
            "product-service/product-search?SKU=C",
            "product-service/product-search?SKU=A#productName",
        ]
    );
    assert_eq!(&*mapped.references[1].pointer, "/lines/*/id");
    assert_eq!(&*mapped.references[1].rule, "/fields/1/fields/0");
    assert!(!mapped.is_whole());
    let resolve = |reference: &Reference| match (&*reference.value, &reference.take) {
        ("C", _) => Resolution::Missing,
        (_, Some(_)) => Resolution::Text("Mug \"A\"".to_owned()),
        (value, None) => Resolution::Id(1000 + u64::from(value.as_bytes()[0])),
    };
    assert_eq!(
        mapped.body(&resolve).as_deref(),
        Ok(
            r#"{"first":1065,"lines":[{"id":"1066","sku":"B"},{"sku":"C"},{"id":"1066","sku":"B"}],"last":"Mug \"A\""}"#
        )
    );
    let missing = |_: &Reference| Resolution::Missing;
    let Err(NoBody::Failed(failures)) = mapped.body(&missing) else { panic!("it fails") };
    assert_eq!(failures.len(), 1);
    assert_eq!((&*failures[0].target, &*failures[0].value), ("/first", "A"));
    let unknown = |_: &Reference| Resolution::Unknown("no answer".to_owned());
    let Err(NoBody::Failed(failures)) = mapped.body(&unknown) else { panic!("it fails") };
    assert_eq!(failures.len(), 4);
    assert!(
        failures
            .iter()
            .all(|failure| failure.reason == "no answer" && failure.record.as_deref() == Some("1"))
    );
    let without_channel = mapping.map(br#"{"id": 1, "sku": "A"}"#).failures;
    assert!(without_channel[0].reason.contains("nothing to search for in channelId"), "{without_channel:?}");
}

#[test]
fn what_is_missing_is_left_out_skipped_or_replaced() {
    let record = br#"{"id": 1, "sku": "A", "channel": 3, "lines": ["B"]}"#;
    let missing = |_: &Reference| Resolution::Missing;
    let body = |otherwise: Value| resolving(otherwise).map(record).body(&missing);
    assert_eq!(body(json!("skip")).as_deref(), Ok(r#"{"lines":[{"sku":"B"}]}"#));
    assert_eq!(body(json!({"default": 1000})).as_deref(), Ok(r#"{"first":1000,"lines":[{"sku":"B"}]}"#));
    assert_eq!(
        body(json!("skip-record")),
        Err(NoBody::Skipped(
            "Brightpearl has no product-service/product-search?SKU=A&channelId=3&productStatus=LIVE"
                .to_owned()
        ))
    );
    let required = document(json!({
        "version": 1, "name": "test", "source": "order",
        "fields": [{"to": "/a", "from": "sku", "required": true,
                    "resolve": {"search": "product-service/product-search", "column": "SKU", "else": "skip"}}]
    }));
    let Err(NoBody::Failed(failures)) = required.map(record).body(&missing) else { panic!("it fails") };
    assert!(failures[0].reason.contains("required"), "{failures:?}");
}

/// A document whose references are created from the record or from an element of it, and such a record.
fn creating() -> (Mapping, &'static [u8]) {
    let mapping = document(json!({
        "version": 1, "name": "test", "source": "order",
        "mappings": {
            "address": {"name": "address", "target": "postal-address", "fields": [{"to": "/addressLine1", "from": "street", "required": true}]},
            "contact": {"name": "contact", "target": "contact", "fields": [
                {"to": "/firstName", "from": "name"},
                {"to": "/postAddressIds/DEF", "resolve": {"create": "address"}}
            ]}
        },
        "fields": [
            {"to": "/who", "from": "email", "resolve":
                {"search": "contact-service/contact-search", "column": "primaryEmail", "else": {"create": "contact"}}},
            {"to": "/others", "each": "others", "from": "email", "resolve":
                {"search": "contact-service/contact-search", "column": "primaryEmail", "else": {"create": "contact"}}}
        ]
    }));
    let record = br#"{"email": "a@example.com", "name": "A", "street": "S", "others": [{"email": "b@example.com", "name": "B", "street": "T"}]}"#;
    (mapping, record)
}

#[test]
fn what_is_missing_is_created_from_the_record_or_its_element() {
    let (mapping, record) = creating();
    let mapped = mapping.map(record);
    let [first, second] = mapped.references.as_slice() else { panic!("{:?}", mapped.references) };
    assert_eq!(second.record.as_deref(), Some(r#"{"email": "b@example.com", "name": "B", "street": "T"}"#));
    let OnMissing::Create(contact) = &first.on_missing else { panic!("it is created") };
    assert_eq!(contact.target(), Some("contact-service/contact"));
    let created = contact.map(second.record.as_deref().unwrap_or_default().as_bytes());
    assert_eq!(created.references[0].search.len(), 0);
    assert_eq!(
        created.body(&|_| Resolution::Id(9)).as_deref(),
        Ok(r#"{"firstName":"B","postAddressIds":{"DEF":9}}"#)
    );
    let OnMissing::Create(address) = &created.references[0].on_missing else { panic!("it is created") };
    let record = created.references[0].record.as_deref().unwrap_or_default();
    assert_eq!(body(address, record), r#"{"addressLine1":"T"}"#);
    assert!(mapping.nested("address").is_some() && mapping.nested("x").is_none());
    let Err(NoBody::Failed(failures)) = mapped.body(&|_| Resolution::Missing) else { panic!("it fails") };
    assert!(failures[0].reason.contains("not created by \"contact\""), "{failures:?}");
}

#[test]
fn records_to_create_from_are_left_out_for_those_who_create_nothing() {
    let (mapping, record) = creating();
    let (whole, bare) = (mapping.map(record), mapping.map_without_records(record));
    assert!(whole.references.iter().all(|reference| reference.record.is_some()));
    let without = whole.references.iter().map(|reference| Reference { record: None, ..reference.clone() });
    assert_eq!(bare.references, without.collect::<Vec<_>>());
    let ids = |_: &Reference| Resolution::Id(9);
    assert_eq!(bare.body(&ids), whole.body(&ids));
}
