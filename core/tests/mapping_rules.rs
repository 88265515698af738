//! What each member of a rule does.

use brightpearl_core::Method;
use brightpearl_core::discovery;
use brightpearl_core::mapping::{Failure, Mapping, NoBody, Resolution};
use brightpearl_core::validate::{UnknownMembers, validate};
use serde_json::{Value, json};

mod references;

/// A document for another system's shape, so that nothing is checked but the rules.
fn outbound(fields: Value) -> Mapping {
    document(json!({"version": 1, "name": "test", "source": "order", "fields": fields}))
}

fn document(document: Value) -> Mapping {
    Mapping::compile(&document.to_string()).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn body(mapping: &Mapping, record: &str) -> String {
    let mapped = mapping.map(record.as_bytes());
    mapped.body(&|_| Resolution::Missing).unwrap_or_else(|none| panic!("{none:#?}"))
}

fn failures(mapping: &Mapping, record: &str) -> Vec<Failure> {
    mapping.map(record.as_bytes()).failures
}

/// What one rule makes of a record: the JSON at `/x`, nothing, or the reason of its failure.
fn made(rule: Value, record: &str) -> String {
    let mut rule = rule;
    rule["to"] = "/x".into();
    let mapping = outbound(json!([rule]));
    let failures = failures(&mapping, record);
    if let Some(failure) = failures.first() {
        return format!("{}: {} ({})", failure.source, failure.reason, failure.value);
    }
    let body = body(&mapping, record);
    let inside = body.strip_prefix("{\"x\":").and_then(|rest| rest.strip_suffix('}'));
    inside.map_or_else(|| "nothing".to_owned(), str::to_owned)
}

#[test]
fn sources() {
    let record = r#"{"a": "b", "n": 1.50, "deep": {"c": [1, {"d": "e"}]}, "empty": "", "blank": " ", "no": null, "yes": true,
                     "quote": "a \"b\"\n", "o": {"k": 1}}"#;
    for (rule, expected) in [
        (json!({"from": "a"}), r#""b""#),
        (json!({"from": "n"}), "1.50"),
        (json!({"from": "yes"}), "true"),
        (json!({"from": "quote"}), r#""a \"b\"\n""#),
        (json!({"from": "deep.c[1].d"}), r#""e""#),
        (json!({"from": "deep.c[-1].d"}), r#""e""#),
        (json!({"from": "deep"}), r#"{"c": [1, {"d": "e"}]}"#),
        (json!({"from": "missing || a"}), r#""b""#),
        (json!({"from": "missing"}), "nothing"),
        (json!({"from": "no"}), "nothing"),
        (json!({"from": "empty"}), "nothing"),
        (json!({"from": "blank"}), "nothing"),
        (json!({"from": "empty", "keepEmpty": true}), r#""""#),
        (json!({"value": {"k": [1.0, "x"]}}), r#"{"k":[1.0,"x"]}"#),
        (json!({"value": null}), "nothing"),
        (json!({"template": "{a}: {n} {{x}}"}), r#""b: 1.50 {x}""#),
        (json!({"template": "{missing}!"}), "nothing"),
        (json!({"template": "{a}{missing}"}), r#""b""#),
        (json!({"template": "{o}"}), "{o}: o is an object; expected a text or a number (nothing)"),
        (json!({"concat": ["a", "missing", "blank", "deep.c[1].d"]}), r#""b e""#),
        (json!({"concat": ["a", "n"], "separator": ", "}), r#""b, 1.50""#),
        (json!({"concat": ["missing", "empty"]}), "nothing"),
    ] {
        assert_eq!(made(rule.clone(), record), expected, "{rule}");
    }
}

#[test]
fn steps_in_their_order() {
    let record = r#"{"a": " Abc ", "n": "2.50", "q": 3, "zero": 0, "w": 1500, "u": "g", "s": "PAID", "rate": 0.20, "list": [1],
                     "flag": "Yes", "big": "123456789012345678901234567890"}"#;
    for (rule, expected) in [
        (json!({"from": "a", "trim": true}), r#""Abc""#),
        (json!({"from": "a", "case": "upper"}), r#"" ABC ""#),
        (json!({"from": "a", "trim": true, "case": "lower"}), r#""abc""#),
        (json!({"from": "x", "default": 7}), "7"),
        (json!({"from": "s", "default": 7}), r#""PAID""#),
        (json!({"from": "s", "enum": {"PAID": "paid"}}), r#""paid""#),
        (json!({"from": "s", "enum": {"paid": 1}, "caseless": true}), "1"),
        (json!({"from": "rate", "enum": {"0.2": "T20"}}), r#""T20""#),
        (json!({"from": "flag", "enum": {"No": 0}, "else": "keep"}), r#""Yes""#),
        (json!({"from": "flag", "enum": {"No": 0}, "else": "skip"}), "nothing"),
        (json!({"from": "flag", "enum": {"No": 0}, "else": {"default": 1}}), "1"),
        (
            json!({"from": "flag", "enum": {"No": 0}}),
            r#"flag: the table does not have it; it has No ("Yes")"#,
        ),
        (json!({"from": "n", "math": [{"times": "q"}]}), "7.50"),
        (json!({"from": "n", "math": [{"plus": "x"}, {"minus": "x"}]}), "2.50"),
        (json!({"from": "n", "math": [{"times": "x"}]}), r#"n: times: the record has no x ("2.50")"#),
        (
            json!({"from": "n", "math": [{"over": "zero"}]}),
            r#"n: 2.50 over 0 cannot be computed exactly; it is 0 ("2.50")"#,
        ),
        (
            json!({"from": "n", "math": [{"over": 3}], "as": {"type": "decimal", "places": 2, "rounding": "half-up"}}),
            r#""0.83""#,
        ),
        (
            json!({"from": "n", "math": [{"plus": "big"}]}),
            "n: plus: big is \"123456789012345678901234567890\", expected a number such as -1234.50 of up to 28 digits (\"2.50\")",
        ),
        (json!({"from": "w", "unit": {"from": "g", "to": "kg"}}), "1.5"),
        (json!({"from": "w", "unit": {"from": {"from": "u"}, "to": "kg"}}), "1.5"),
        (
            json!({"from": "w", "unit": {"from": {"from": "x"}, "to": "kg"}}),
            "w: its unit is nothing; expected the name of one (1500)",
        ),
        (json!({"from": "q", "as": "string"}), r#""3""#),
        (json!({"from": "a", "trim": true, "as": {"type": "string", "cut": 2}}), r#""Ab""#),
        (json!({"from": "list", "as": "string"}), "list: expected a text, a number or a boolean (an array)"),
        (json!({"from": "n", "as": "decimal"}), r#""2.50""#),
        (json!({"from": "n", "as": {"type": "decimal", "write": "number"}}), "2.50"),
        (
            json!({"from": "n", "as": "integer"}),
            "n: expected a whole number, or a `rounding` in the rule (\"2.50\")",
        ),
        (json!({"from": "n", "as": {"type": "integer", "rounding": "down", "write": "string"}}), r#""2""#),
        (json!({"from": "w", "as": {"type": "money", "currency": "GBP", "minor": true}}), r#""15.00""#),
        (
            json!({"from": "q", "as": {"type": "money", "currency": {"from": "u"}}}),
            "q: its currency is \"g\"; expected a code of three capital letters such as GBP (3)",
        ),
        (json!({"from": "flag", "as": "boolean"}), "true"),
        (json!({"from": "q", "as": "boolean"}), "q: expected true or false, yes or no, 1 or 0 (3)"),
        (json!({"from": "a", "required": true, "when": "q > `5`"}), "nothing"),
        (
            json!({"from": "x", "required": true}),
            "x: it is required, and the record has nothing for it (nothing)",
        ),
        (json!({"from": "sum(a)"}), "sum(a): argument 1 of sum is \" Abc \"; expected an array (nothing)"),
        (
            json!({"from": "a", "when": "keys(q)"}),
            "a: `when` cannot be evaluated: argument 1 of keys is 3; expected an object (nothing)",
        ),
    ] {
        assert_eq!(made(rule.clone(), record), expected, "{rule}");
    }
}

#[test]
fn the_first_rule_with_a_value_counts() {
    let mapping = outbound(json!([
        {"to": "/x", "from": "a", "when": "b"},
        {"to": "/x", "from": "c"},
        {"to": "/x", "value": "last"}
    ]));
    assert_eq!(body(&mapping, r#"{"a": 1, "b": 1, "c": 2}"#), r#"{"x":1}"#);
    assert_eq!(body(&mapping, r#"{"a": 1, "c": 2}"#), r#"{"x":2}"#);
    assert_eq!(body(&mapping, "{}"), r#"{"x":"last"}"#);
}

#[test]
fn arrays_of_the_record_become_arrays_of_the_body() {
    let mapping = outbound(json!([
        {"to": "/lines", "each": "lines", "fields": [
            {"to": "/sku", "from": "sku"},
            {"to": "/order", "from": "id", "scope": "record"},
            {"to": "/parts", "each": "parts", "fields": [
                {"to": "/n", "from": "@"},
                {"to": "/of/sku", "from": {"from": "sku", "scope": "parent"}},
                {"to": "/order", "template": "{id}", "scope": "record"}
            ]}
        ]},
        {"to": "/lines", "each": "[shipping][?@]", "when": "id != `3`", "fields": [{"to": "/sku", "template": "ship {by}"}]},
        {"to": "/lines", "each": "[@]", "fields": [{"to": "/fee", "from": "fee"}]},
        {"to": "/tags", "each": "tags", "split": ",", "case": "upper"},
        {"to": "/first/0/a", "from": "a"},
        {"to": "/first/1/b", "from": "b"},
        {"to": "/names", "each": "lines[?sku].sku"}
    ]));
    let record = r#"{"id": 7, "lines": [{"sku": "A", "parts": [1, 2]}, {}, {"sku": "B", "parts": []}], "shipping": {"by": "van"},
                     "fee": 2, "tags": "x, y ,, z", "b": 1}"#;
    assert_eq!(
        body(&mapping, record),
        concat!(
            r#"{"lines":[{"sku":"A","order":7,"parts":[{"n":1,"of":{"sku":"A"},"order":"7"},{"n":2,"of":{"sku":"A"},"order":"7"}]},"#,
            r#"{"order":7},{"sku":"B","order":7},{"sku":"ship van"},{"fee":2}],"tags":["X","Y","Z"],"first":[{"b":1}],"#,
            r#""names":["A","B"]}"#
        )
    );
    assert_eq!(body(&mapping, "{}"), "{}");
    assert_eq!(body(&mapping, r#"{"lines": [{}], "id": null, "tags": ["p", "q"]}"#), r#"{"tags":["P","Q"]}"#);
}

#[test]
fn failures_say_where_what_and_why_and_all_are_found() {
    let mapping = document(json!({
        "version": 1, "name": "test", "source": "order", "key": {"from": "id"},
        "fields": [
            {"to": "/lines", "each": "lines[?ok]", "fields": [
                {"to": "/parts", "each": "parts", "fields": [{"to": "/n", "from": "n.value", "as": "integer"}]},
                {"to": "/price", "from": "price", "required": true}
            ]},
            {"to": "/none", "each": "none", "required": true, "fields": [{"to": "/a", "from": "a"}]},
            {"to": "/at", "from": "at", "as": "datetime"}
        ]
    }));
    let record = r#"{"id": 17, "lines": [{"ok": true, "price": 1}, {"ok": true, "parts": [{"n": {"value": 1}}, {"n": {"value": "one"}}]}],
                     "at": "2026-01-01T10:00:00"}"#;
    let failures = failures(&mapping, record);
    let told: Vec<(&str, &str, &str, &str)> = failures
        .iter()
        .map(|failure| (&*failure.rule, &*failure.target, &*failure.source, &*failure.value))
        .collect();
    assert_eq!(
        told,
        [
            (
                "/fields/0/fields/0/fields/0",
                "/lines/1/parts/1/n",
                "lines[?ok][1].parts[1].n.value",
                "\"one\""
            ),
            ("/fields/0/fields/1", "/lines/1/price", "lines[?ok][1].price", "nothing"),
            ("/fields/2", "/at", "at", "\"2026-01-01T10:00:00\""),
        ]
    );
    assert!(failures.iter().all(|failure| failure.record.as_deref() == Some("17")));
    assert!(
        failures[2]
            .to_string()
            .starts_with("record 17: at is \"2026-01-01T10:00:00\": expected a time with its offset")
    );
    let mapped = mapping.map(record.as_bytes());
    assert_eq!(mapped.body(&|_| Resolution::Missing), Err(NoBody::Failed(failures)));
    let none = mapping.map(br#"{"id": 1}"#).failures;
    assert_eq!(none.len(), 1);
    assert_eq!((&*none[0].rule, &*none[0].target, &*none[0].source), ("/fields/1", "/none", "none"));
    let unreadable = mapping.map(b"{\"id\": 1,}").failures;
    assert!(unreadable[0].reason.contains("at byte 9"), "{unreadable:?}");
    let keyless = mapping.map(br#"{"none": [{"a": 1}]}"#).failures;
    assert!(keyless[0].reason.contains("no key"), "{keyless:?}");
}

#[test]
fn records_are_skipped_for_a_reason() {
    let mapping = document(json!({
        "version": 1, "name": "test", "source": "order",
        "when": ["state != 'draft'", {"is": "total > `0`", "otherwise": "there is nothing to pay"}],
        "fields": [{"to": "/id", "from": "id"}]
    }));
    let skipped = |record: &str| mapping.map(record.as_bytes()).skipped;
    assert_eq!(skipped(r#"{"state": "draft"}"#).as_deref(), Some("state != 'draft' does not hold"));
    assert_eq!(skipped(r#"{"total": 0}"#).as_deref(), Some("there is nothing to pay"));
    assert_eq!(skipped(r#"{"total": 0.01}"#), None);
    let mapped = mapping.map(br#"{"total": -1}"#);
    assert_eq!(
        mapped.body(&|_| Resolution::Missing),
        Err(NoBody::Skipped("there is nothing to pay".to_owned()))
    );
}

#[test]
fn paths_have_their_parts_from_the_record() {
    let mapping = document(json!({
        "version": 1, "name": "test", "target": "warehouse-service/goods-note/goods-out/{ID}/event",
        "path": {"ID": {"from": "note"}},
        "fields": [
            {"to": "/events/0/eventCode", "value": "SHW"},
            {"to": "/events/0/occured", "from": "at", "required": true, "as": "datetime"},
            {"to": "/events/0/eventOwnerId", "value": 4}
        ]
    }));
    let at = r#""at": "2026-01-01T00:00:00Z""#;
    let mapped = mapping.map(format!(r#"{{"note": 12, {at}}}"#).as_bytes());
    let path = |mapped: &brightpearl_core::mapping::Mapped| mapped.path(&|_| Resolution::Missing);
    assert_eq!(path(&mapped).as_deref(), Ok("warehouse-service/goods-note/goods-out/12/event"));
    let odd = mapping.map(format!(r#"{{"note": "a/b ?", {at}}}"#).as_bytes());
    assert_eq!(path(&odd).as_deref(), Ok("warehouse-service/goods-note/goods-out/a%2Fb%20%3F/event"));
    let none = mapping.map(format!("{{{at}}}").as_bytes());
    assert_eq!((&*none.failures[0].target, &*none.failures[0].rule), ("{ID}", "/path/ID"));
}

#[test]
fn numbers_and_dates_are_read_as_the_document_says() {
    let mapping = document(json!({
        "version": 1, "name": "test", "source": "order",
        "reads": {"zone": "Europe/London", "dates": "DD.MM.YYYY HH:mm", "decimalMark": ",", "groupMark": "."},
        "fields": [
            {"to": "/net", "from": "net", "math": [{"minus": "off"}], "as": "money"},
            {"to": "/at", "from": "at", "as": "datetime"},
            {"to": "/iso", "from": "iso", "as": {"type": "datetime", "format": "iso", "into": "UTC"}}
        ]
    }));
    assert_eq!(
        body(
            &mapping,
            r#"{"net": "1.234,50", "off": "4,5", "at": "01.07.2026 09:30", "iso": "2026-07-01 09:30"}"#
        ),
        r#"{"net":"1230.00","at":"2026-07-01T09:30:00.000+01:00","iso":"2026-07-01T08:30:00.000Z"}"#
    );
}

#[test]
fn hosts_check_run_and_explain_documents() {
    let document = json!({
        "version": 1, "name": "test", "target": "stock-correction", "path": {"ID": {"value": 2}}, "key": {"from": "id"},
        "fields": [{"to": "/corrections", "each": "lines", "fields": [
            {"to": "/quantity", "from": "qty", "required": true, "as": "integer"},
            {"to": "/productId", "from": "sku", "required": true, "resolve": {"search": "product-service/product-search", "column": "SKU"}},
            {"to": "/reason", "value": "Counted"},
            {"to": "/locationId", "value": 2}
        ]}]
    })
    .to_string();
    let checked = discovery::check_mapping(&document);
    assert!(
        checked.starts_with(r#"{"usable":true,"findings":[{"pointer":"/key","severity":"warning""#),
        "{checked}"
    );
    assert!(
        discovery::check_mapping("{}")
            .starts_with(r#"{"usable":false,"findings":[{"pointer":"","severity":"error""#)
    );
    let record = br#"{"id": 5, "lines": [{"sku": "MUG-1", "qty": "-3"}]}"#;
    let run = |resolved: &str| -> Value {
        serde_json::from_str(&discovery::run_mapping(&document, record, resolved).expect("right"))
            .expect("JSON")
    };
    let shown = run("");
    assert_eq!(shown["body"]["corrections"][0]["productId"], "{product-service/product-search?SKU=MUG-1}");
    assert_eq!(
        (&shown["path"], &shown["key"]),
        (&json!("warehouse-service/warehouse/2/stock-correction"), &json!("5"))
    );
    assert_eq!(shown["references"][0]["text"], "product-service/product-search?SKU=MUG-1");
    assert_eq!(shown["references"][0]["on_missing"], "fail");
    let known = run(r#"{"product-service/product-search?SKU=MUG-1": 1007}"#);
    assert_eq!(known["body"]["corrections"][0]["productId"], 1007);
    let missing = run(r#"{"product-service/product-search?SKU=MUG-1": null}"#);
    assert_eq!(missing["failures"][0]["target"], "/corrections/*/productId");
    let error = discovery::run_mapping("{}", record, "").expect_err("no document");
    assert_eq!(error.location(), Some("document"));
    assert_eq!(
        discovery::run_mapping(&document, record, "[]").expect_err("no object").location(),
        Some("resolved")
    );
    let explained: Value =
        serde_json::from_str(&discovery::explain_mapping(&document).expect("right")).expect("JSON");
    assert_eq!(explained["rules"][2]["to"], "/corrections/*/quantity");
    assert_eq!(explained["rules"][2]["text"], "qty, as integer; required");
    assert_eq!(explained["rules"][2]["type"], "a whole number");
    assert_eq!(explained["rules"][2]["mandatory"], true);
    let ready: Value = serde_json::from_str(&discovery::ready_mappings()).expect("JSON");
    assert!(
        ready
            .as_array()
            .is_some_and(|ready| ready.iter().all(|entry| entry["document"]["name"] == entry["name"]))
    );
    for entry in ready.as_array().expect("an array") {
        let explained = discovery::explain_mapping(&entry["document"].to_string()).expect("right");
        assert!(explained.len() > 200);
    }
}

#[test]
fn a_failure_shows_what_the_record_says_and_not_what_a_table_made_of_it() {
    let rule = json!({"from": "tax", "enum": {"standard": "T20"}, "as": "decimal"});
    let found = made(rule, r#"{"tax":"standard"}"#);
    assert!(found.starts_with("tax: the table makes \"T20\" of it: expected a number such as"), "{found}");
    assert!(found.ends_with("(\"standard\")"), "{found}");
    let kept = json!({"from": "tax", "enum": {"a": 1}, "else": "keep", "as": "decimal"});
    let found = made(kept, r#"{"tax":"standard"}"#);
    assert!(found.starts_with("tax: expected a number") && found.ends_with("(\"standard\")"), "{found}");
}

#[test]
fn a_text_in_the_path_is_escaped_once_and_leaves_its_segment_nowhere() {
    let mapping = document(json!({
        "version": 1, "name": "other", "target": "some-service/thing/{NAME}/part",
        "path": {"NAME": {"from": "name"}}, "fields": [{"to": "/a", "value": 1}]
    }));
    for (name, expected) in [
        ("a/b", "a%2Fb"),
        ("1,2", "1%2C2"),
        ("%2F", "%252F"),
        ("?x#y", "%3Fx%23y"),
        ("a b", "a%20b"),
        ("é", "%C3%A9"),
    ] {
        let mapped = mapping.map(json!({ "name": name }).to_string().as_bytes());
        let path = mapped.path(&|_| Resolution::Missing).expect("a path");
        assert_eq!(path, format!("some-service/thing/{expected}/part"), "{name}");
    }
    for dots in [".", ".."] {
        let failures = failures(&mapping, &json!({ "name": dots }).to_string());
        assert!(failures.iter().any(|failure| failure.reason.contains("dots alone")), "{failures:?}");
    }
}

#[test]
fn a_body_is_checked_whatever_stands_in_its_path() {
    for id in ["7", "1%2C2", "a%2Fb", "%252F", "%3Fx", "%C3%A9"] {
        let path = format!("warehouse-service/warehouse/{id}/stock-correction");
        let found =
            validate(&path, Method::Post, br#"{"corrections":[{"quantity":"x"}]}"#, UnknownMembers::Warn);
        assert!(
            found.iter().any(|violation| violation.pointer == "/corrections/0/quantity"),
            "{id}: {found:?}"
        );
    }
}
