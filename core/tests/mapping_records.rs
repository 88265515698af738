//! What a record must be before anything is read of it.

use brightpearl_core::mapping::Mapping;

const DOCUMENT: &str = r#"{"version": 1, "name": "orders", "target": "sales-order", "key": {"target": "/ref"},
    "fields": [{"to": "/ref", "from": "name"}, {"to": "/customer/id", "from": "customer.id"},
        {"to": "/currency/code", "from": "values(money)[0]"}]}"#;

fn reasons(record: &str) -> Vec<String> {
    let mapping = Mapping::compile(DOCUMENT).expect("a document");
    mapping.map(record.as_bytes()).failures.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_no_object_is_no_record() {
    for (record, shown) in
        [("null", "\"null\""), ("7", "\"7\""), ("\"abc\"", "\"abc\""), ("[]", "\"[]\""), ("true", "\"true\"")]
    {
        let expected =
            format!("the record is {shown}: expected a JSON object, whose members the document reads");
        assert_eq!(reasons(record), [expected]);
    }
    assert!(reasons(r#" {"name": "A", "customer": {"id": 7}, "money": {"currency": "GBP"}} "#).is_empty());
}

#[test]
fn a_member_that_says_two_things_is_not_believed() {
    let twice = |name: &str, second: &str| {
        format!(
            "the record: the member \"{name}\" stands twice in one object, the second time as \"{second}\"; expected it once, or the same twice"
        )
    };
    for (record, name, second) in [
        (r#"{"name": "A", "customer": {"id": 7}, "money": {"currency": "GBP"}, "name": "B"}"#, "name", "B"),
        (r#"{"name": "A", "customer": {"id": 7, "id": 8}, "money": {"currency": "GBP"}}"#, "id", "8"),
        (
            r#"{"name": "A", "customer": {"id": 7}, "customer": {"id": 8}, "money": {"currency": "GBP"}}"#,
            "customer",
            r#"{\"id\": 8}"#,
        ),
        (r#"{"name": "A", "n\u0061me": 1, "customer": {"id": 7}, "money": {"a": "GBP"}}"#, "name", "1"),
        (r#"{"name": "A", "customer": {"id": 7}, "money": {"a": "GBP", "a": "USD"}}"#, "a", "USD"),
    ] {
        assert_eq!(reasons(record), [twice(name, second)], "{record}");
    }
    // Nobody reads it, or both say the same.
    assert!(
        reasons(
            r#"{"name": "A", "name": "A", "note": 1, "note": 2, "customer": {"id": 7}, "money": {"a": "GBP"}}"#
        )
        .is_empty()
    );
}
