//! Rules that use what rules before them made.

use brightpearl_core::mapping::{Finding, Mapping, Resolution, schema};
use serde_json::{Value, json};

fn document(fields: Value) -> Value {
    json!({"version": 1, "name": "test", "source": "order", "fields": fields})
}

fn body(document: &Value, record: &Value) -> Value {
    let mapping = Mapping::compile(&document.to_string()).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let schema = serde_json::from_str(schema()).expect("JSON");
    assert!(jsonschema::is_valid(&schema, document), "{document}");
    let body = mapping.map(record.to_string().as_bytes()).body(&|_| Resolution::Missing);
    serde_json::from_str(&body.unwrap_or_else(|none| panic!("{none:#?}"))).expect("JSON")
}

fn errors(fields: Value) -> Vec<Finding> {
    Mapping::compile(&document(fields).to_string()).expect_err("errors")
}

/// A gross amount at a rate, as the net and the tax that come to it again.
fn split_gross() -> Value {
    document(json!([
        {"to": "/lines", "each": "lines", "fields": [
            {"to": "/net", "from": "gross", "math": [{"over": 1.2}],
             "as": {"type": "money", "places": 2, "rounding": "half-up"}},
            {"to": "/tax", "from": "gross", "math": [{"minus": {"made": "/net"}}],
             "as": {"type": "money", "places": 2}}
        ]}
    ]))
}

#[test]
fn a_tax_is_what_the_rounded_net_leaves_of_the_gross() {
    let grosses = (1..500).map(|cents: u32| json!({"gross": format!("{}.{:02}", cents / 100, cents % 100)}));
    let made = body(&split_gross(), &json!({"lines": grosses.collect::<Vec<_>>()}));
    let cents =
        |value: &Value| value.as_str().expect("a text").replace('.', "").parse::<u32>().expect("digits");
    let lines = made["lines"].as_array().expect("lines");
    assert_eq!(lines.len(), 499);
    for (gross, line) in (1..).zip(lines) {
        assert_eq!(cents(&line["net"]) + cents(&line["tax"]), gross, "{line}");
        assert_eq!(cents(&line["net"]), (gross * 10 + 6) / 12, "{line}");
    }
}

#[test]
fn values_with_a_name_are_kept_and_not_written() {
    let document = document(json!([
        {"name": "divisor", "from": "country", "enum": {"GB": 1.2, "FR": 1.25}},
        {"to": "/country", "from": "country"},
        {"to": "/lines", "each": "lines", "fields": [
            {"name": "gross", "from": "price", "math": [{"times": "quantity"}]},
            {"to": "/net", "from": {"made": "gross"}, "math": [{"over": {"made": "divisor"}}],
             "as": {"type": "money", "places": 2, "rounding": "half-up"}},
            {"to": "/free", "when": {"made": "gross", "from": "@ == `0`"}, "value": true},
            {"to": "/country", "from": {"made": "/country", "scope": "record"}}
        ]}
    ]));
    let record =
        json!({"country": "FR", "lines": [{"price": 5, "quantity": 3}, {"price": 0, "quantity": 1}]});
    let expected = json!({"country": "FR", "lines": [
        {"net": "12.00", "country": "FR"}, {"net": "0.00", "free": true, "country": "FR"}
    ]});
    assert_eq!(body(&document, &record), expected);
}

#[test]
fn what_only_lacks_what_failed_is_told_with_it() {
    let fields = json!([
        {"to": "/net", "from": "net", "as": "decimal"},
        {"to": "/share", "from": "tax", "math": [{"over": {"made": "/net"}}], "as": "decimal"}
    ]);
    let mapping = Mapping::compile(&document(fields).to_string()).expect("a document");
    let told = |record: Value| {
        let failures = mapping.map(record.to_string().as_bytes()).failures;
        failures.into_iter().map(|failure| (failure.target, failure.reason)).collect::<Vec<_>>()
    };
    let wrong = told(json!({"net": "many", "tax": "1"}));
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!(wrong[0].0, "/net");
    let lacking = told(json!({"tax": "1"}));
    assert_eq!(lacking, [("/share".to_owned(), "over: the record has no /net (made)".to_owned())]);
}

#[test]
fn what_one_element_made_says_nothing_in_the_next() {
    let document = document(json!([
        {"to": "/lines", "each": "lines", "fields": [
            {"to": "/a", "from": "a"},
            {"to": "/b", "from": {"made": "/a"}},
            {"to": "/c", "value": 1}
        ]}
    ]));
    let made = body(&document, &json!({"lines": [{"a": "x"}, {}]}));
    assert_eq!(made["lines"], json!([{"a": "x", "b": "x", "c": 1}, {"c": 1}]));
}

#[test]
fn of_rules_for_one_place_the_one_that_wrote_counts() {
    let document = document(json!([
        {"to": "/a", "from": "first"},
        {"to": "/a", "from": "second"},
        {"to": "/b", "template": "{x}", "when": "x"},
        {"to": "/b", "concat": [{"made": "/a"}, "y"], "separator": "-"}
    ]));
    assert_eq!(body(&document, &json!({"second": "s", "y": "t"}))["b"], "s-t");
}

#[test]
fn what_is_asked_for_too_early_or_never_made_is_found() {
    let search = json!({"search": "product-service/product-search", "column": "SKU"});
    for (fields, pointer, expected) in [
        // Forward.
        (
            json!([{"to": "/a", "from": {"made": "/b"}}, {"to": "/b", "from": "x"}]),
            "/fields/0/from/made",
            "no rule before this one makes /b",
        ),
        // In a circle.
        (
            json!([{"to": "/a", "from": {"made": "/b"}}, {"to": "/b", "from": {"made": "/a"}}]),
            "/fields/0/from/made",
            "no rule before this one makes /b",
        ),
        (json!([{"to": "/a", "from": {"made": "/a"}}]), "/fields/0/from/made", "makes /a"),
        (
            json!([{"to": "/a", "from": "x", "math": [{"minus": {"made": "nett"}}]}]),
            "/fields/0/math/0/minus/made",
            "makes nett",
        ),
        (
            json!([{"name": "divisor", "from": "x"}, {"to": "/a", "from": {"made": "divisr"}}]),
            "/fields/1/from/made",
            "did you mean divisor?",
        ),
        // By name, forward.
        (
            json!([{"to": "/a", "from": {"made": "net"}}, {"name": "net", "from": "x"}]),
            "/fields/0/from/made",
            "no rule before this one makes net",
        ),
        // Of an element, outside of it.
        (
            json!([
                {"to": "/l", "each": "l", "fields": [{"to": "/n", "from": "n"}]},
                {"to": "/a", "from": {"made": "/l/*/n"}}
            ]),
            "/fields/1/from/made",
            "no rule before this one makes /l/*/n",
        ),
        // Looked up, and so not known yet.
        (
            json!([{"to": "/a", "from": "sku", "resolve": search}, {"to": "/b", "from": {"made": "/a"}}]),
            "/fields/1/from/made",
            "is looked up in Brightpearl",
        ),
        (json!([{"name": "a b", "from": "x"}]), "/fields/0/name", "is not a name"),
        (
            json!([{"name": "a", "from": "x"}, {"name": "a", "from": "y"}]),
            "/fields/1/name",
            "another rule has the name",
        ),
        (json!([{"name": "a", "from": "x", "to": "/a"}]), "/fields/0/to", "no place beside `name`"),
        (
            json!([{"name": "a", "from": "x", "resolve": search}, {"to": "/b", "from": {"made": "a"}}]),
            "/fields/1/from/made",
            "is looked up in Brightpearl",
        ),
    ] {
        let findings = errors(fields.clone());
        let is_found = |finding: &Finding| finding.pointer == pointer && finding.message.contains(expected);
        assert!(findings.iter().any(is_found), "{fields}: {findings:#?}");
    }
    let keyed = json!({"version": 1, "name": "test", "source": "order", "key": {"from": {"made": "/a"}},
                       "fields": [{"to": "/a", "from": "x"}]});
    let findings = Mapping::compile(&keyed.to_string()).expect_err("errors");
    assert!(
        findings[0].pointer == "/key/from/made" && findings[0].message.contains("not made yet"),
        "{findings:?}"
    );
}

#[test]
fn a_failure_says_what_was_made() {
    let document = document(json!([
        {"name": "net", "from": "price"},
        {"to": "/a", "from": {"made": "net"}, "as": "integer"}
    ]));
    let mapping = Mapping::compile(&document.to_string()).expect("a document");
    let failures = mapping.map(br#"{"price": "2.50"}"#).failures;
    assert_eq!(failures[0].to_string().split(": ").next(), Some("net (made) is \"2.50\""));
    let words: Vec<String> = mapping.explain().into_iter().map(|rule| rule.text).collect();
    assert_eq!(words, ["kept, not written: price", "net (made), as integer"]);
}

#[test]
fn each_array_has_names_of_its_own_and_a_check_sees_all_of_them() {
    let mut document = document(json!([
        {"to": "/lines", "each": "goods", "fields": [
            {"name": "amount", "from": "price", "math": [{"times": "quantity"}]},
            {"to": "/price", "from": "price"}
        ]},
        {"to": "/lines", "each": "fees", "fields": [
            {"name": "amount", "from": "fee"},
            {"to": "/price", "from": {"made": "amount"}}
        ]}
    ]));
    document["checks"] =
        json!([{"is": "total", "equals": {"made": "amount", "from": "sum(map(&to_number(@), @))"}}]);
    let record = json!({"goods": [{"price": "1.50", "quantity": 2}, {"price": "0.25", "quantity": 4}],
                        "fees": [{"fee": "0.75"}], "total": "4.75"});
    assert_eq!(
        body(&document, &record)["lines"],
        json!([{"price": "1.50"}, {"price": "0.25"}, {"price": "0.75"}])
    );
    let mut wrong = record;
    wrong["total"] = "4.74".into();
    let mapping = Mapping::compile(&document.to_string()).expect("a document");
    let refused = mapping.map(wrong.to_string().as_bytes()).failures;
    assert!(refused[0].reason.contains("comes to 4.75: a difference of -0.01"), "{refused:?}");
    document["checks"][0]["equals"] = json!({"made": "amounts"});
    let findings = Mapping::compile(&document.to_string()).expect_err("errors");
    assert_eq!(findings[0].pointer, "/checks/0/equals/made");
}

#[test]
fn a_number_that_was_made_is_read_as_such_whatever_the_source_writes() {
    let mut document = document(json!([
        {"to": "/net", "from": "net", "as": "money"},
        {"to": "/double", "from": {"made": "/net"}, "math": [{"times": 2}], "as": "money"}
    ]));
    document["reads"] = json!({"decimalMark": ","});
    assert_eq!(body(&document, &json!({"net": "12,50"})), json!({"net": "12.50", "double": "25.00"}));
}

#[test]
fn what_is_missing_is_told_and_may_be_written_otherwise() {
    let document = document(json!([
        {"to": "/lines", "each": "lines", "fields": [
            {"to": "/productId", "from": "sku",
             "resolve": {"search": "product-service/product-search", "column": "SKU",
                         "else": {"tell": "SKU {sku} is not known"}}},
            {"to": "/name", "missing": "/productId", "template": "{name} ({sku})"},
            {"to": "/name", "from": "name"},
            {"to": "/last", "value": 1}
        ]}
    ]));
    let schema = serde_json::from_str(schema()).expect("JSON");
    assert!(jsonschema::is_valid(&schema, &document), "{document}");
    let mapping = Mapping::compile(&document.to_string()).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let record =
        json!({"lines": [{"sku": "A", "name": "Mug"}, {"sku": "B", "name": "Cup"}, {"name": "Bowl"}]});
    let mapped = mapping.map(record.to_string().as_bytes());
    let resolve = |reference: &brightpearl_core::mapping::Reference| match reference.value.as_str() {
        "A" => Resolution::Id(7),
        _ => Resolution::Missing,
    };
    assert_eq!(mapped.told(&resolve), ["SKU B is not known"]);
    let body: Value = serde_json::from_str(&mapped.body(&resolve).expect("a body")).expect("JSON");
    let expected = json!([
        {"productId": 7, "name": "Mug", "last": 1}, {"name": "Cup (B)", "last": 1}, {"name": "Bowl", "last": 1}
    ]);
    assert_eq!(body["lines"], expected);
    for missing in ["/name", "/other"] {
        let wrong = json!([{"to": "/name", "from": "name"}, {"to": "/x", "missing": missing, "value": 1}]);
        assert_eq!(errors(wrong)[0].pointer, "/fields/1/missing");
    }
}

#[test]
fn what_is_only_looked_for_leaves_nothing_in_the_body() {
    let document = document(json!([
        {"name": "order", "from": "order",
         "resolve": {"search": "order-service/order-search", "column": "orderId"}},
        {"to": "/x", "from": "x"}
    ]));
    let mapping = Mapping::compile(&document.to_string()).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let mapped = mapping.map(br#"{"order": 7, "x": 1}"#);
    assert_eq!(mapped.body(&|_| Resolution::Id(7)).as_deref(), Ok(r#"{"x":1}"#));
    assert!(mapped.body(&|_| Resolution::Missing).is_err());
}

#[test]
fn elements_of_which_something_does_not_hold_are_left_out_and_the_others_keep_their_places() {
    let document = document(json!([
        {"to": "/lines", "each": "lines", "where": "left != `0`", "fields": [
            {"name": "price", "from": "price", "required": true, "as": "decimal"},
            {"to": "/price", "from": {"made": "price"}, "required": true}
        ]}
    ]));
    let record = json!({"lines": [{"left": 0, "price": "1"}, {"left": 2, "price": "2"}, {"price": "3"}]});
    assert_eq!(body(&document, &record)["lines"], json!([{"price": 2}, {"price": 3}]));
    let wrong = json!({"lines": [{"left": 0}, {"left": 2, "price": "two"}]});
    let failures = Mapping::compile(&document.to_string())
        .expect("a document")
        .map(wrong.to_string().as_bytes())
        .failures;
    // What follows from it is not told beside.
    assert_eq!((failures.len(), failures[0].source.as_str()), (1, "lines[1].price"), "{failures:?}");
    assert!(
        Mapping::compile(&self::document(json!([{"to": "/x", "from": "x", "where": "y"}])).to_string())
            .is_err()
    );
}
