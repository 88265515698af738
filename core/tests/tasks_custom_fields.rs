//! Custom fields by label: which field is meant, what its value becomes, and what is patched.

use crate::task_play::{Played, play};
use brightpearl_core::{Delivery, Kind};
use serde_json::{Value, json};

fn meta_data() -> String {
    json!({"response": [
        {"id": 1, "code": "PCF_NOTE", "name": "Note", "customFieldType": "TEXTAREA"},
        {"id": 2, "code": "PCF_YES", "name": "Urgent", "customFieldType": "YES_NO"},
        {"id": 3, "code": "PCF_COUNT", "name": "Pieces", "customFieldType": "INTEGER"},
        {"id": 4, "code": "PCF_DAY", "name": "Ship by", "customFieldType": "DATE"},
        {"id": 5, "code": "PCF_LIST", "name": "Size", "customFieldType": "SELECT",
         "options": {"6": {"id": 6, "value": "Small"}, "7": {"id": 7, "value": "Large"},
                     "8": {"id": 8, "value": "large"}, "9": {"id": 9, "value": "10"}}},
        {"id": 6, "code": "PCF_ODD", "name": "Odd/~one", "customFieldType": "HOLOGRAM"},
        {"id": 7, "code": "PCF_A", "name": "Twin", "customFieldType": "TEXT"},
        {"id": 8, "code": "PCF_B", "name": "Twin", "customFieldType": "TEXT"},
    ]})
    .to_string()
}

/// Wants these values, with those present; afterwards, these are there.
fn change_to(wanted: &Value, present: &Value, after: &Value) -> Played {
    let arguments = json!({"resource": "order", "id": 7, "values": wanted}).to_string();
    let (present, after) =
        (json!({ "response": present }).to_string(), json!({ "response": after }).to_string());
    let meta_data = meta_data();
    let mut answers = vec![(200, meta_data.as_str()), (200, present.as_str())];
    answers.extend([(200, after.as_str()); 9]);
    play("change-custom-fields", &arguments, &answers)
}

fn change(wanted: &Value, present: &Value) -> Played {
    change_to(wanted, present, &json!({}))
}

/// What is patched, and is then there.
fn patch(wanted: Value, present: Value) -> Value {
    let played = change(&wanted, &present);
    let Some((_, _, patch)) = played.sent.get(2).cloned() else {
        played.result();
        return Value::Null;
    };
    let mut after = present.clone();
    for operation in patch.as_array().unwrap() {
        let place = operation["path"].as_str().unwrap().trim_start_matches('/').to_owned();
        let (code, within) =
            place.split_once('/').map_or((place.as_str(), None), |(code, id)| (code, Some(id)));
        match (operation["op"].as_str(), within) {
            (Some("remove"), _) => drop(after.as_object_mut().unwrap().remove(code)),
            (_, Some(id)) => after[code] = json!({ id: operation["value"] }),
            (_, None) => after[code] = operation["value"].clone(),
        }
    }
    let played = change_to(&wanted, &present, &after);
    played.result();
    // A day is answered as a moment, which this account does not know, and of a type that is not known nothing can be told.
    let is_untold = ["PCF_DAY", "PCF_ODD"].iter().any(|code| patch.to_string().contains(code));
    assert!(
        is_untold || played.sent.len() == 3,
        "the answer has the values, and nothing is read again: {patch}"
    );
    patch
}

#[test]
fn what_does_not_show_afterwards_is_not_told_as_changed() {
    let (wanted, present) = (json!({"Note": "new"}), json!({"PCF_NOTE": "old"}));
    for answer in [json!({}), json!({"PCF_NOTE": "old"}), json!({"PCF_NOTE": "of another"})] {
        let meta_data = meta_data();
        let arguments = json!({"resource": "order", "id": 7, "values": wanted}).to_string();
        let before = json!({ "response": present }).to_string();
        let answer = json!({ "response": answer }).to_string();
        let mut answers = vec![(200, meta_data.as_str()), (200, before.as_str()), (200, answer.as_str())];
        // What is read lags behind once, and then has it.
        let after = json!({"response": {"PCF_NOTE": "new"}}).to_string();
        let mut lagging = answers.clone();
        lagging.extend([(200, before.as_str()), (200, after.as_str())]);
        let played = play("change-custom-fields", &arguments, &lagging);
        assert_eq!(played.result()["changed"], json!(["PCF_NOTE"]), "{answer}");
        answers.extend([(200, before.as_str()); 20]);
        let error = play("change-custom-fields", &arguments, &answers).error().clone();
        assert_eq!((error.kind(), error.delivery()), (Kind::Protocol, Delivery::MaybeApplied), "{error}");
        assert!(error.message().contains("PCF_NOTE still has what stood there before"), "{error}");
        assert!(error.progress().is_none(), "nothing is said to be done: {error:?}");
    }
}

#[test]
fn only_brightpearls_own_404_says_that_there_are_no_custom_fields() {
    let arguments = r#"{"resource":"order","id":7}"#;
    let none = r#"{"errors":[{"code":"CMNC-404","message":"No custom fields found"}]}"#;
    let played = play("read-custom-fields", arguments, &[(404, none), (200, r#"{"response":{}}"#)]);
    assert_eq!(played.result()["fields"], json!([]));
    let unknown = r#"{"errors":[{"code":"CMNC-404","message":"Cannot find the resource [GET /x]"}]}"#;
    for answer in ["<html>nginx", r#"{"error":"Not Found"}"#, unknown] {
        let played = play("read-custom-fields", arguments, &[(404, answer); 9]);
        assert_eq!(played.error().kind(), Kind::NotFound, "{answer}");
    }
}

fn misfit(wanted: Value) -> (String, String, &'static str) {
    let played = change(&wanted, &json!({}));
    assert_eq!(played.error().kind(), Kind::Validation);
    assert_eq!(played.sent.len(), 2, "nothing was written");
    let violation = played.error().violations()[0].clone();
    (violation.pointer, violation.expected, violation.fault.as_str())
}

#[test]
fn only_what_differs_is_patched() {
    let cases = [
        (json!({"Note": "a"}), json!({}), json!([{"op": "add", "path": "/PCF_NOTE", "value": "a"}])),
        (
            json!({"Note": "b"}),
            json!({"PCF_NOTE": "a"}),
            json!([{"op": "replace", "path": "/PCF_NOTE", "value": "b"}]),
        ),
        (json!({"Note": "a"}), json!({"PCF_NOTE": "a"}), Value::Null),
        (json!({"Note": null}), json!({"PCF_NOTE": "a"}), json!([{"op": "remove", "path": "/PCF_NOTE"}])),
        (json!({"Note": null}), json!({}), Value::Null),
        (
            json!({"Urgent": false}),
            json!({"PCF_YES": true}),
            json!([{"op": "replace", "path": "/PCF_YES", "value": false}]),
        ),
        (json!({"Urgent": true}), json!({"PCF_YES": true}), Value::Null),
        (json!({"Pieces": "12"}), json!({"PCF_COUNT": 12}), Value::Null),
        (
            json!({"Pieces": "13"}),
            json!({"PCF_COUNT": 12}),
            json!([{"op": "replace", "path": "/PCF_COUNT", "value": 13}]),
        ),
        (json!({"Pieces": 0}), json!({}), json!([{"op": "add", "path": "/PCF_COUNT", "value": 0}])),
        (json!({"Ship by": "2026-01-19"}), json!({"PCF_DAY": "2026-01-19T00:00:00.000+01:00"}), Value::Null),
        (json!({"Ship by": "2026-01-19"}), json!({"PCF_DAY": "2026-01-18T18:00:00.000-06:00"}), Value::Null),
        (
            json!({"Ship by": "2026-01-18T23:00:00Z"}),
            json!({"PCF_DAY": "2026-01-19T00:00:00.000+01:00"}),
            Value::Null,
        ),
        (
            json!({"Ship by": "2026-01-20"}),
            json!({"PCF_DAY": "2026-01-19T00:00:00.000Z"}),
            json!([{"op": "replace", "path": "/PCF_DAY", "value": "2026-01-20"}]),
        ),
        (
            json!({"Size": "SMALL"}),
            json!({}),
            json!([{"op": "add", "path": "/PCF_LIST", "value": {"id": 6}}]),
        ),
        (
            json!({"Size": "large"}),
            json!({"PCF_LIST": {"id": 7, "value": "Large"}}),
            json!([{"op": "replace", "path": "/PCF_LIST/id", "value": 8}]),
        ),
        (json!({"Size": 10}), json!({"PCF_LIST": {"id": 9, "value": "10"}}), Value::Null),
        (json!({"Size": {"id": 7}}), json!({"PCF_LIST": {"id": 7, "value": "Large"}}), Value::Null),
        (
            json!({"Size": null}),
            json!({"PCF_LIST": {"id": 7, "value": "Large"}}),
            json!([{"op": "remove", "path": "/PCF_LIST"}]),
        ),
        (
            json!({"PCF_ODD": {"x": [1]}}),
            json!({}),
            json!([{"op": "add", "path": "/PCF_ODD", "value": {"x": [1]}}]),
        ),
        (
            json!({"PCF_B": "b", "note": "n"}),
            json!({}),
            json!([
                {"op": "add", "path": "/PCF_B", "value": "b"},
                {"op": "add", "path": "/PCF_NOTE", "value": "n"},
            ]),
        ),
    ];
    for (wanted, present, expected) in cases {
        assert_eq!(patch(wanted.clone(), present.clone()), expected, "{wanted} over {present}");
    }
}

#[test]
fn labels_and_values_that_do_not_fit_are_refused_with_what_was_meant() {
    let cases = [
        (
            json!({"Urgant": true}),
            "/values/Urgant",
            "the label of a custom field, such as Urgent",
            "unknown-member",
        ),
        (json!({"Twin": "x"}), "/values/Twin", "one of their codes: PCF_A, PCF_B", "not-allowed"),
        (json!({"twin": "x"}), "/values/twin", "one of their codes: PCF_A, PCF_B", "not-allowed"),
        (json!({"Note": 7}), "/values/Note", "a text", "wrong-type"),
        (json!({"Urgent": "true"}), "/values/Urgent", "true or false", "wrong-type"),
        (json!({"Pieces": 1.5}), "/values/Pieces", "a whole number", "wrong-format"),
        (json!({"Pieces": true}), "/values/Pieces", "a whole number", "wrong-type"),
        (
            json!({"Ship by": "19.1.2026"}),
            "/values/Ship by",
            "a date, or a date-time with its offset such as 2024-02-03T09:08:07-06:00",
            "wrong-format",
        ),
        (json!({"Size": "Smal"}), "/values/Size", "one of Small, Large, large, 10", "not-allowed"),
        (
            json!({"Size": "LARGE"}),
            "/values/Size",
            "an id, such as {\"id\": 7}, since several entries of the list are called so: 7, 8",
            "not-allowed",
        ),
        (
            json!({"Size": {"id": 12}}),
            "/values/Size",
            "the id of an entry of the list: 6 for Small, 7 for Large, 8 for large, 9 for 10",
            "not-allowed",
        ),
        (json!({"Size": [7]}), "/values/Size", "one of Small, Large, large, 10", "wrong-type"),
        (
            json!({"Note": "a", "PCF_NOTE": "b"}),
            "/values/PCF_NOTE",
            "one value for each field",
            "repeated-member",
        ),
    ];
    for (wanted, pointer, expected, fault) in cases {
        let found = misfit(wanted.clone());
        assert_eq!((found.0.as_str(), found.1.as_str(), found.2), (pointer, expected, fault), "{wanted}");
    }
    let escaped = change(&json!({"Odd/~on": 1, "Odder/~": 2}), &json!({}));
    let places: Vec<&str> = escaped.violations().iter().map(|(pointer, _)| *pointer).collect();
    assert_eq!(places, ["/values/Odd~1~0on", "/values/Odder~1~0"]);
}

#[test]
fn what_was_read_can_be_wanted() {
    let present = json!({"PCF_NOTE": "a", "PCF_YES": true, "PCF_COUNT": 3, "PCF_DAY": "2026-01-19T00:00:00.000Z",
                         "PCF_LIST": {"id": 7, "value": "Large"}, "PCF_A": "one", "PCF_B": "two"});
    let answer = json!({ "response": present }).to_string();
    let read = play(
        "read-custom-fields",
        r#"{"resource":"order","id":7,"kind":"purchase"}"#,
        &[(200, &meta_data()), (200, &answer)],
    );
    assert_eq!(read.sent[0].1, "order-service/purchase/custom-field-meta-data");
    let values = read.result()["values"].clone();
    assert_eq!(values["Size"], "Large");
    assert_eq!(values["PCF_A"], "one", "fields that share a label are named by code");
    assert_eq!(patch(values, present), Value::Null);
}

#[test]
fn the_kind_must_be_one_of_the_resource() {
    for (resource, kind) in [("order", "customer"), ("contact", "sale"), ("product", "supplier")] {
        let arguments = json!({"resource": resource, "id": 7, "kind": kind}).to_string();
        let played = play("read-custom-fields", &arguments, &[]);
        assert_eq!(played.violations(), [("/kind", "one or the other")], "{resource} {kind}");
    }
    let unknown = play(
        "read-custom-fields",
        r#"{"resource":"product","id":7,"labels":["Notes","Ship by"]}"#,
        &[(200, &meta_data()), (200, "{}")],
    );
    assert_eq!(unknown.violations()[0].0, "/labels/0");
}
