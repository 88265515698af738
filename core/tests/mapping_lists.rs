//! What `each` goes over: an array of what its rules read, or nothing. What is anything else is told.

use brightpearl_core::mapping::{Mapping, Resolution};
use serde_json::{Value, json};

/// What comes of a record's rows: the JSON at `/rows`, nothing, or where and why it fails.
fn rows(each: Value, record: &Value) -> String {
    let mut each = each;
    each["to"] = "/rows".into();
    let document = json!({"version": 1, "name": "test", "source": "order", "fields": [each]});
    let mapping = Mapping::compile(&document.to_string()).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let mapped = mapping.map(record.to_string().as_bytes());
    if let Some(failure) = mapped.failures.first() {
        return format!("{} = {}: {}", failure.source, failure.value, failure.reason);
    }
    let body = mapped.body(&|_| Resolution::Missing).unwrap_or_else(|none| panic!("{none:#?}"));
    let inside = body.strip_prefix("{\"rows\":").and_then(|rest| rest.strip_suffix('}'));
    inside.map_or_else(|| "nothing".to_owned(), str::to_owned)
}

fn skus(record: &Value) -> String {
    rows(
        json!({"each": "lines", "where": "to_number(qty) > `0`", "fields": [{"to": "/sku", "from": "sku"}]}),
        record,
    )
}

#[test]
fn where_the_record_has_nothing_there_are_no_rows() {
    for record in [json!({}), json!({"lines": null}), json!({"lines": []})] {
        assert_eq!(skus(&record), "nothing", "{record}");
    }
    assert_eq!(skus(&json!({"lines": [{"sku": "A", "qty": 1}, {"sku": "B", "qty": 0}]})), r#"[{"sku":"A"}]"#);
}

#[test]
fn what_is_not_an_array_is_told_rather_than_taken_for_no_rows() {
    for (lines, found) in [
        (json!("A-1"), "found a text"),
        (json!(3), "found a number"),
        (json!(false), "found a truth value"),
        (json!({"sku": "A", "qty": 1}), "found an object"),
        (json!({}), "found an object"),
        (json!(""), "found a text"),
    ] {
        let told = skus(&json!({"lines": lines}));
        assert!(told.starts_with("lines = "), "{told}");
        assert!(told.contains(&format!(": {found}; expected an array, or nothing")), "{told}");
    }
}

#[test]
fn a_path_on_through_something_else_than_an_array_is_told_too() {
    for each in ["lines[]", "lines[?sku]", "lines[*]", "lines[?sku] | [?qty]", "lines[].parts[]"] {
        let of = |lines: Value| {
            rows(json!({"each": each, "fields": [{"to": "/sku", "from": "sku"}]}), &json!({"lines": lines}))
        };
        assert_eq!(of(json!([])), "nothing", "{each}");
        assert_eq!(of(Value::Null), "nothing", "{each}");
        for lines in [json!("A-1"), json!({"sku": "A", "qty": 1}), json!(7)] {
            let told = of(lines);
            assert!(told.contains("expected an array"), "{each}: {told}");
        }
    }
}

#[test]
fn an_element_that_is_not_an_object_is_told_where_members_are_read() {
    for (element, found) in [
        (json!("A-1"), "found a text"),
        (json!(3), "found a number"),
        (json!(null), "found null"),
        (json!([{"sku": "A", "qty": 1}]), "found an array"),
    ] {
        let told = skus(&json!({"lines": [{"sku": "B", "qty": 1}, element]}));
        assert!(told.starts_with("lines[1] = "), "{told}");
        assert!(told.contains(&format!("{found} in the array; expected objects")), "{told}");
    }
}

#[test]
fn what_the_rules_read_may_be_anything() {
    let of = |each: Value, list: Value| rows(each, &json!({"list": list, "id": 7}));
    let text =
        json!({"each": "list", "fields": [{"to": "/name", "from": "@"}, {"to": "/kind", "value": "note"}]});
    assert_eq!(of(text, json!(["a", "b"])), r#"[{"name":"a","kind":"note"},{"name":"b","kind":"note"}]"#);
    let pair =
        json!({"each": "list", "fields": [{"to": "/name", "from": "[0]"}, {"to": "/net", "from": "[1]"}]});
    assert_eq!(of(pair, json!([["wrap", 2]])), r#"[{"name":"wrap","net":2}]"#);
    assert_eq!(of(json!({"each": "list"}), json!([1, "x"])), r#"[1,"x"]"#);
    let order =
        json!({"each": "list", "fields": [{"to": "/order", "from": {"from": "id", "scope": "record"}}]});
    assert_eq!(of(order, json!(["a"])), r#"[{"order":7}]"#);
}

#[test]
fn one_element_that_stands_by_itself_is_made_an_array_by_the_document() {
    let each = json!({"each": "[shipping][?@]", "fields": [{"to": "/name", "from": "method"}]});
    assert_eq!(rows(each.clone(), &json!({"shipping": {"method": "Post"}})), r#"[{"name":"Post"}]"#);
    assert_eq!(rows(each.clone(), &json!({})), "nothing");
    assert_eq!(rows(each, &json!({"shipping": null})), "nothing");
}

#[test]
fn what_is_shipped_is_an_array_too() {
    let document = json!({"version": 1, "name": "test", "target": "warehouse-service/goods-note/goods-out/{ID}/event",
        "path": {"ID": {"from": "id"}}, "key": {"from": "id"},
        "pieces": {"each": "items", "sku": "sku", "quantity": "quantity"},
        "fields": [{"to": "/events/0/eventCode", "value": "SHW"}, {"to": "/events/0/eventOwnerId", "value": 4},
            {"to": "/events/0/occured", "value": "2026-03-03T08:16:00Z"}]});
    let mapping = Mapping::compile(&document.to_string()).unwrap();
    let mapped = mapping.map(br#"{"id": 7, "items": {"sku": "A", "quantity": 1}}"#);
    let failure = mapped.failures.first().expect("a failure");
    assert!(failure.reason.contains("found an object; expected an array"), "{failure:?}");
    assert!(mapping.map(br#"{"id": 7}"#).failures.is_empty());
}
