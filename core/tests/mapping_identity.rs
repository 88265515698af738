//! What tells records apart is the same whichever program wrote it: a whole number with a fraction of zeros or an
//! exponent, as tables with empty cells make of ids, is that number.

use brightpearl_core::mapping::Mapping;

fn mapping(document: &str) -> Mapping {
    Mapping::compile(document).expect("a right document")
}

const SPELLINGS: [&str; 4] = ["9001", "9001.0", "9.001e3", "9001.000"];

#[test]
fn one_id_is_one_key_wherever_that_comes_from() {
    let verify = r#""verify": {"search": "order-service/order-search", "column": "externalRef"}"#;
    let fields = [
        (r#"{"target": "/externalRef", VERIFY}"#, r#"{"to": "/externalRef", "from": "id", "as": "string"}"#),
        (r#"{"target": "/externalRef", VERIFY}"#, r#"{"to": "/externalRef", "from": "id"}"#),
        (r#"{"from": "id", VERIFY}"#, r#"{"to": "/ref", "value": "x"}"#),
    ];
    for (key, field) in fields {
        let key = key.replace("VERIFY", verify);
        let document = format!(
            r#"{{"version": 1, "name": "x", "target": "sales-order", "key": {key},
                 "fields": [{{"to": "/customer/id", "value": 7}}, {field}]}}"#
        );
        let mapping = mapping(&document);
        let mapped = SPELLINGS.map(|id| mapping.map(format!(r#"{{"id": {id}}}"#).as_bytes()));
        for other in &mapped {
            assert_eq!(other.key.as_deref(), Some("9001"), "{document}");
        }
        let bodies =
            mapped.map(|mapped| mapped.body(&|_: &_| unreachable!("nothing is looked up")).expect("a body"));
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    }
}

#[test]
fn one_id_is_one_text_in_templates_and_in_what_is_looked_up() {
    let mapping = mapping(
        r#"{"version": 1, "name": "x", "target": "sales-credit",
            "key": {"target": "/externalRef", "verify": {"search": "order-service/order-search", "column": "externalRef"}},
            "fields": [{"to": "/externalRef", "template": "refund-{id}"},
                       {"to": "/customer/id", "from": "order", "resolve": {"search": "order-service/order-search",
                        "column": "externalRef", "by": {"orderTypeId": {"from": "kind"}}}}]}"#,
    );
    for (id, kind) in SPELLINGS.into_iter().zip(["1", "1.0", "1e0", "1.00"]) {
        let record = format!(r#"{{"id": {id}, "order": {id}, "kind": {kind}}}"#);
        let mapped = mapping.map(record.as_bytes());
        assert_eq!(mapped.key.as_deref(), Some("refund-9001"), "{record}");
        let looked_up = mapped.references.first().expect("a reference").text();
        assert_eq!(looked_up, "order-service/order-search?externalRef=9001&orderTypeId=1", "{record}");
    }
}

#[test]
fn other_numbers_and_texts_keep_their_spelling() {
    let mapping = mapping(
        r#"{"version": 1, "name": "x", "source": "order", "key": {"target": "/x"},
            "fields": [{"to": "/x", "from": "x", "as": "string"}, {"to": "/price", "from": "x", "as": "string"}]}"#,
    );
    for (given, key, text) in [
        ("1.50", "1.50", "1.50"),
        ("-7.0", "-7", "-7.0"),
        (r#""7.0""#, "7.0", "7.0"),
        ("1e40", "1e40", "1e40"),
        ("123456789012345678901234567.0", "123456789012345678901234567", "123456789012345678901234567.0"),
    ] {
        let mapped = mapping.map(format!(r#"{{"x": {given}}}"#).as_bytes());
        assert_eq!(mapped.key.as_deref(), Some(key), "{given}");
        let body = mapped.body(&|_: &_| unreachable!("nothing is looked up")).expect("a body");
        assert_eq!(body, format!(r#"{{"x":"{key}","price":"{text}"}}"#), "{given}");
    }
}
