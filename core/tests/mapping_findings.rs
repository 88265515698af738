//! What compiling a document finds, with its place; and that the published schema refuses what compiling refuses
//! for its form.

use brightpearl_core::mapping::{Finding, Mapping, ready, schema};
use brightpearl_core::validate::Severity;
use serde_json::{Value, json};

/// A right document, to be broken in one place.
fn document() -> Value {
    json!({
        "version": 1,
        "name": "test",
        "target": "order-service/sales-order",
        "key": {"from": "number", "verify": {"search": "order-service/order-search", "column": "customerRef"}},
        "checks": [{"is": "net", "equals": "sum(rows[].to_number(net))"}],
        "fields": [
            {"to": "/customerId", "value": 7},
            {"to": "/rows", "each": "lines", "fields": [
                {"to": "/name", "from": "name", "required": true},
                {"to": "/quantity", "from": "quantity", "required": true, "as": "decimal"},
                {"to": "/net", "from": "net", "required": true, "as": "money"},
                {"to": "/tax", "from": "tax", "default": "0", "as": "money"},
                {"to": "/taxCode", "value": "T20"}
            ]}
        ]
    })
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = document();
    change(&mut document);
    document
}

/// The document with one more rule, which stands at `/fields/2`.
fn rule(rule: Value) -> Value {
    with(|document| document["fields"].as_array_mut().expect("rules").push(rule))
}

fn findings(document: &Value) -> Vec<Finding> {
    match Mapping::compile(&document.to_string()) {
        Ok(mapping) => mapping.findings().to_vec(),
        Err(findings) => findings,
    }
}

#[test]
fn the_document_is_right() {
    assert_eq!(findings(&document()), []);
}

#[test]
fn every_error_has_its_place_and_its_reason() {
    let resolve = |resolve: Value| rule(json!({"to": "/warehouseId", "from": "a", "resolve": resolve}));
    let typed = |to: &str, of_type: Value| rule(json!({"to": to, "from": "a", "as": of_type}));
    let cases = [
        // The document.
        (with(|document| document["version"] = 2.into()), "/version", "the version 1"),
        (
            with(|document| drop(document.as_object_mut().map(|members| members.remove("name")))),
            "",
            "name is missing",
        ),
        (with(|document| document["feilds"] = json!([])), "/feilds", "did you mean fields?"),
        (with(|document| document["fields"] = json!([])), "/fields", "needs `fields`"),
        (with(|document| document["target"] = "sales-ordr".into()), "/target", "did you mean sales-order?"),
        (
            with(|document| document["target"] = "order-service/order-search".into()),
            "/target",
            "nothing is known of POST",
        ),
        (with(|document| document["source"] = "order".into()), "/source", "not both"),
        (with(|document| document["method"] = "DELETE".into()), "/method", "one of POST, PUT"),
        (with(|document| document["path"] = json!({"ID": {"value": 1}})), "/path/ID", "no placeholder {ID}"),
        (with(|document| document["target"] = "stock-correction".into()), "/target", "{ID} needs a rule"),
        (with(|document| document["key"] = json!({})), "/key", "a `target`"),
        (with(|document| document["pieces"] = "a".into()), "/pieces", "ships a goods-out note"),
        (with(|document| document["key"] = json!({"target": "/ref"})), "/key/target", "no rule writes"),
        (with(|document| document["when"] = json!("a ==")), "/when", "invalid JMESPath expression"),
        (
            rule(json!({"to": "/ref", "from": "a", "enum": {"0.2": "T20", "0.20": "T5"}})),
            "/fields/2/enum/0.20",
            "says two things",
        ),
        (
            rule(json!({"to": "/ref", "from": "a", "caseless": true, "enum": {"a": "1", "A": "2"}})),
            "/fields/2/enum/a",
            "says two things",
        ),
        (
            with(|document| {
                document["lookups"] = json!({"t": {"a": "1", "A": "2"}});
                let rule = json!({"to": "/ref", "from": "a", "caseless": true, "lookup": "t"});
                document["fields"].as_array_mut().expect("rules").push(rule);
            }),
            "/fields/2/lookup",
            "says two things",
        ),
        (
            with(|document| document["when"] = json!([{"is": "a", "otherwise": "a {b"}])),
            "/when/0/otherwise",
            "a brace",
        ),
        (with(|document| document["when"] = json!([{"otherwise": "x"}])), "/when/0", "is missing"),
        (
            with(|document| document["when"] = json!([{"is": "a", "reject": "x", "there": "leave"}])),
            "/when/0/there",
            "beside `otherwise`",
        ),
        (
            with(|document| document["when"] = json!([{"is": "a", "otherwise": "x", "there": "cancel"}])),
            "/when/0/there",
            "expected \"leave\"",
        ),
        (
            with(|document| {
                document["when"] = json!([{"is": "a", "otherwise": "x", "there": {"note": "y"}}])
            }),
            "/when/0/there",
            "the id of an order status",
        ),
        (
            with(|document| {
                document["when"] = json!([{"is": "a", "otherwise": "x", "there": {"status": 5}}]);
                document["key"] = json!({"from": "number"});
            }),
            "/when/0/there",
            "found by `verify`",
        ),
        (
            with(|document| document["reads"] = json!({"zone": "Europe/Lodon"})),
            "/reads/zone",
            "did you mean Europe/London?",
        ),
        (with(|document| document["reads"] = json!({"groupMark": "."})), "/reads", "are the same"),
        (with(|document| document["lookups"] = json!({"a": 1})), "/lookups/a", "expected an object"),
        (
            with(|document| {
                document["mappings"] =
                    json!({"a": {"name": "a", "source": "order", "fields": [{"to": "/a", "value": 1}]}})
            }),
            "/mappings/a",
            "needs a `target`",
        ),
        (
            with(|document| {
                document["mappings"] =
                    json!({"a": {"name": "a", "target": "brand", "fields": [{"to": "/nam", "value": "x"}]}})
            }),
            "/mappings/a/fields/0/to",
            "known are name",
        ),
        // What a rule says.
        (rule(json!({"to": "ref", "from": "a"})), "/fields/2/to", "invalid JSON Pointer"),
        (rule(json!({"to": "/a~2", "from": "a"})), "/fields/2/to", "invalid JSON Pointer"),
        (rule(json!({"to": "/rows/-", "from": "a"})), "/fields/2/to", "append to one array"),
        (rule(json!({"to": "/ref"})), "/fields/2", "a source is missing"),
        (rule(json!({"to": "/ref", "from": "a", "value": 1})), "/fields/2", "one source"),
        (rule(json!({"to": "/ref", "from": "a..b"})), "/fields/2/from", "invalid JMESPath expression"),
        (rule(json!({"to": "/ref", "from": "lenght(a)"})), "/fields/2/from", "did you mean length?"),
        (rule(json!({"to": "/ref", "from": 1})), "/fields/2/from", "a text"),
        (
            rule(json!({"to": "/ref", "from": "a", "scope": "outer"})),
            "/fields/2/scope",
            "one of element, parent, record",
        ),
        (rule(json!({"to": "/ref", "template": "a {b"})), "/fields/2/template", "a brace stands alone"),
        (
            rule(json!({"to": "/ref", "template": "{a..b}"})),
            "/fields/2/template",
            "invalid JMESPath expression",
        ),
        (
            rule(json!({"to": "/ref", "from": "a", "separator": ","})),
            "/fields/2/separator",
            "beside `concat`",
        ),
        (rule(json!({"to": "/ref", "from": "a", "case": "title"})), "/fields/2/case", "one of upper, lower"),
        (rule(json!({"to": "/ref", "from": "a", "trim": 1})), "/fields/2/trim", "true or false"),
        (
            rule(json!({"to": "/ref", "from": "a", "lookup": "x"})),
            "/fields/2/lookup",
            "the table \"x\" is missing",
        ),
        (
            rule(json!({"to": "/ref", "from": "a", "else": "skip"})),
            "/fields/2/else",
            "beside `lookup` or `enum`",
        ),
        (
            rule(json!({"to": "/ref", "from": "a", "enum": {"a": "b"}, "else": "drop"})),
            "/fields/2/else",
            "one of fail, skip, keep",
        ),
        (
            rule(json!({"to": "/ref", "from": "a", "math": [{"plus": 1, "minus": 2}]})),
            "/fields/2/math/0",
            "one of plus",
        ),
        (
            rule(json!({"to": "/ref", "from": "a", "unit": {"from": "g", "to": "cm"}})),
            "/fields/2/unit",
            "cannot be turned into",
        ),
        (
            rule(json!({"to": "/ref", "from": "a", "unit": {"from": "g", "to": "stones"}})),
            "/fields/2/unit/to",
            "invalid unit",
        ),
        (rule(json!({"to": "/ref", "from": "a", "fields": []})), "/fields/2/fields", "beside `each`"),
        (
            rule(json!({"to": "/ref", "from": "a", "requried": true})),
            "/fields/2/requried",
            "did you mean required?",
        ),
        (typed("/ref", json!("text")), "/fields/2/as", "one of string"),
        (typed("/ref", json!({"type": "string", "cut": -1})), "/fields/2/as/cut", "a whole number from 0"),
        (
            typed("/net", json!({"type": "money", "minor": true})),
            "/fields/2/as",
            "need to know their `currency`",
        ),
        (
            typed("/net", json!({"type": "money", "currency": "pounds"})),
            "/fields/2/as/currency",
            "such as GBP",
        ),
        (
            typed("/placedOn", json!({"type": "datetime", "format": "DD/MM"})),
            "/fields/2/as/format",
            "must have a year",
        ),
        (
            typed("/placedOn", json!({"type": "datetime", "zone": "Mars"})),
            "/fields/2/as/zone",
            "invalid zone",
        ),
        // References.
        (resolve(json!({"search": "x"})), "/fields/2/resolve", "`search` and `column`"),
        (
            resolve(json!({"search": "order-search", "column": "orderId"})),
            "/fields/2/resolve/search",
            "did you mean order-service/order-search?",
        ),
        (
            resolve(json!({"search": "product-service/product-search", "column": "sku"})),
            "/fields/2/resolve/column",
            "did you mean SKU?",
        ),
        (
            resolve(
                json!({"search": "product-service/product-search", "column": "SKU", "by": {"stockTracked": "maybe"}}),
            ),
            "/fields/2/resolve/by/stockTracked",
            "true or false",
        ),
        (
            resolve(
                json!({"search": "product-service/product-search", "column": "SKU", "take": "channelId"}),
            ),
            "/fields/2/resolve/take",
            "has no column",
        ),
        (
            resolve(json!({"search": "product-service/product-search", "column": "SKU", "else": "create"})),
            "/fields/2/resolve/else",
            "one of fail, skip, skip-record",
        ),
        (
            resolve(
                json!({"search": "product-service/product-search", "column": "SKU", "else": {"create": "x"}}),
            ),
            "/fields/2/resolve/else/create",
            "no mapping \"x\"",
        ),
        // The catalog.
        (rule(json!({"to": "/placdOn", "from": "a"})), "/fields/2/to", "did you mean placedOn?"),
        (rule(json!({"to": "/ref/x", "from": "a"})), "/fields/2/to", "has no members"),
        (rule(json!({"to": "/currency/symbol", "from": "a"})), "/fields/2/to", "known are code"),
        (rule(json!({"to": "/rows/0/name", "from": "a"})), "/fields/2/to", "writes the whole array"),
        (rule(json!({"to": "/customerId/x", "from": "a"})), "/fields/2/to", "around it"),
        (
            rule(json!({"to": "/customer", "each": "a", "fields": [{"to": "/id", "from": "b"}]})),
            "/fields/2/to",
            "`each` writes an array",
        ),
        (typed("/placedOn", json!("decimal")), "/fields/2/as", "does not fit"),
        (typed("/warehouseId", json!("decimal")), "/fields/2/as", "\"as\": \"integer\""),
        (typed("/ref", json!("integer")), "/fields/2/as", "\"write\": \"string\""),
        (typed("/ref", json!("boolean")), "/fields/2/as", "does not fit"),
        (rule(json!({"to": "/placedOn", "value": "yesterday"})), "/fields/2/value", "yesterday"),
        (rule(json!({"to": "/priceModeCode", "value": "BOTH"})), "/fields/2/value", "INC"),
        (rule(json!({"to": "/statusId", "from": "a", "default": "new"})), "/fields/2/default", "an id"),
        (rule(json!({"to": "/statusId", "from": "a", "enum": {"x": "new"}})), "/fields/2/enum", "for \"x\""),
        (
            rule(
                json!({"to": "/ref", "from": "a", "resolve": {"search": "product-service/product-search", "column": "SKU"}}),
            ),
            "/fields/2/resolve",
            "\"as\": \"string\"",
        ),
        (
            with(|document| document["fields"][1]["fields"].as_array_mut().expect("rules").truncate(4)),
            "/fields/1/fields",
            "/rows/*/taxCode, which is mandatory",
        ),
        (
            with(|document| drop(document["fields"].as_array_mut().expect("rules").remove(0))),
            "/fields",
            "/customer/id, /customerId",
        ),
    ];
    for (document, pointer, message) in cases {
        let found = findings(&document);
        let is_meant = |finding: &&Finding| {
            finding.severity == Severity::Error
                && finding.pointer == pointer
                && finding.message.contains(message)
        };
        assert!(
            found.iter().any(|finding| is_meant(&finding)),
            "{pointer} {message}: {found:#?}\n{document}"
        );
        assert!(Mapping::compile(&document.to_string()).is_err(), "{document}");
    }
}

#[test]
fn every_warning_has_its_place_and_leaves_the_document_usable() {
    let cases = [
        (rule(json!({"to": "/ref", "from": "a", "when": "`true`"})), "/fields/2/when", "always holds"),
        (rule(json!({"to": "/ref", "from": "a", "when": "`1` > `2`"})), "/fields/2/when", "never holds"),
        (rule(json!({"to": "/customerId", "from": "a"})), "/fields/2", "never reached: /fields/0"),
        (rule(json!({"to": "/ref", "from": "a", "scope": "record"})), "/fields/2/scope", "only the record"),
        (rule(json!({"to": "/ref", "template": "constant"})), "/fields/2/template", "no {path}"),
        (rule(json!({"to": "/ref", "from": "order-id"})), "/fields/2/from", "is order minus id"),
        (rule(json!({"to": "/colour", "from": "a"})), "/fields/2/to", "no member \"colour\" that is known"),
        (
            rule(json!({"to": "/ref", "from": "a", "as": {"type": "string"}, "enum": {}})),
            "/fields/2/enum",
            "is empty",
        ),
        (
            with(|document| document["lookups"] = json!({"unused": {"a": 1}})),
            "/lookups/unused",
            "no rule uses",
        ),
        (
            with(|document| {
                document["mappings"] =
                    json!({"a": {"name": "a", "target": "brand", "fields": [{"to": "/name", "value": "x"}]}})
            }),
            "/mappings/a",
            "no `resolve` creates by",
        ),
        (
            with(|document| document["target"] = "new-service/new-thing".into()),
            "/target",
            "not in the catalog",
        ),
        (
            with(|document| {
                document["fields"][1]["fields"][2] = json!({"to": "/net", "from": "net", "as": "money"})
            }),
            "/fields/1/fields/2",
            "is mandatory, and a record may have nothing",
        ),
        (
            rule(json!({"to": "/net", "from": "a", "as": {"type": "decimal", "rounding": "up"}})),
            "/fields/2/as/rounding",
            "nothing is rounded",
        ),
        (
            with(|document| {
                document["key"] = json!({"target": "/ref"});
                document["fields"].as_array_mut().expect("rules").push(json!({"to": "/ref", "from": "a"}));
            }),
            "/key/target",
            "records without a key fail",
        ),
        (with(|document| document["key"] = json!({"from": "a"})), "/key", "how a record is found"),
        (
            with(|document| drop(document.as_object_mut().expect("members").remove("key"))),
            "",
            "how a record is found",
        ),
    ];
    for (document, pointer, message) in cases {
        let mapping = Mapping::compile(&document.to_string());
        let mapping = mapping.unwrap_or_else(|findings| panic!("{document}: {findings:#?}"));
        let is_meant = |finding: &&Finding| {
            finding.severity == Severity::Warning
                && finding.pointer == pointer
                && finding.message.contains(message)
        };
        let found = mapping.findings();
        assert!(found.iter().any(|finding| is_meant(&finding)), "{pointer} {message}: {found:#?}");
    }
}

#[test]
fn several_things_are_found_at_once() {
    let document = with(|document| {
        document["fields"][0]["to"] = "/custmerId".into();
        document["fields"][1]["fields"][3]["as"] = "boolean".into();
        document["fields"][1]["fields"][4]["from"] = "x".into();
    });
    let found = findings(&document);
    let places: Vec<&str> = found.iter().map(|finding| finding.pointer.as_str()).collect();
    assert!(places.contains(&"/fields/0/to") && places.contains(&"/fields/1/fields/4"), "{found:#?}");
}

#[test]
fn text_that_is_no_document_is_refused() {
    for text in ["", "nonsense", "[]", "1", "null", "{", "{}", "{\"version\": 1}", "\u{0}"] {
        let findings = Mapping::compile(text).expect_err(text);
        assert!(findings.iter().any(|finding| finding.severity == Severity::Error), "{text}");
    }
}

#[test]
fn the_schema_refuses_what_has_the_wrong_form() {
    let schema: Value = serde_json::from_str(schema()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(validator.is_valid(&document()));
    let broken = [
        with(|document| document["version"] = 2.into()),
        with(|document| document["feilds"] = json!([])),
        with(|document| document["source"] = "order".into()),
        with(|document| document["method"] = "DELETE".into()),
        with(|document| document["key"] = json!({})),
        with(|document| document["when"] = json!([{"otherwise": "x"}])),
        with(|document| document["mappings"] = json!({"a": {"name": "a"}})),
        rule(json!({"to": "ref", "from": "a"})),
        rule(json!({"to": "/a~2", "from": "a"})),
        rule(json!({"to": "/rows/-", "from": "a"})),
        rule(json!({"to": "/ref"})),
        rule(json!({"to": "/ref", "from": "a", "value": 1})),
        rule(json!({"to": "/ref", "from": 1})),
        rule(json!({"to": "/ref", "from": "a", "scope": "outer"})),
        rule(json!({"to": "/ref", "from": "a", "separator": ","})),
        rule(json!({"to": "/ref", "from": "a", "case": "title"})),
        rule(json!({"to": "/ref", "from": "a", "else": "skip"})),
        rule(json!({"to": "/ref", "from": "a", "math": [{"plus": 1, "minus": 2}]})),
        rule(json!({"to": "/ref", "from": "a", "requried": true})),
        rule(json!({"to": "/ref", "from": "a", "as": "text"})),
        rule(json!({"to": "/ref", "from": "a", "as": {"type": "string", "places": 2}})),
        rule(json!({"to": "/ref", "from": "a", "resolve": {"search": "x"}})),
        rule(json!({"to": "/ref", "from": "a", "resolve": {"search": "x", "column": "y", "else": "drop"}})),
        rule(json!({"to": "/ref", "from": "a", "fields": [{"to": "/x", "from": "y"}]})),
    ];
    for document in broken {
        assert!(!validator.is_valid(&document), "{document}");
        assert!(Mapping::compile(&document.to_string()).is_err(), "{document}");
    }
}

#[test]
fn mappings_are_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    let mapping = Mapping::compile(ready()[0].document).expect("right");
    shared(&mapping);
}

#[test]
fn rules_that_refuse_every_record_are_warned_of() {
    let warned = |document: &Value| {
        let refusing =
            findings(document).into_iter().filter(|found| found.message.contains("is refused here"));
        refusing.map(|found| format!("{} {}", found.pointer, found.message)).collect::<Vec<_>>()
    };
    let refusing = rule(json!({"to": "/ref", "reject": "/ref is still to be decided"}));
    assert_eq!(warned(&refusing), ["/fields/2 every record is refused here until a rule gives /ref"]);
    let of_rows =
        with(|document| document["fields"][1]["fields"][3] = json!({"to": "/tax", "reject": "no tax"}));
    assert_eq!(
        warned(&of_rows),
        [
            "/fields/1/fields/3 every record with such an element is refused here until a rule gives /rows/*/tax"
        ]
    );
    // What refuses some is what a document is for.
    let some = rule(json!({"to": "/ref", "when": "!number", "reject": "it has no number"}));
    assert_eq!(warned(&some), [] as [String; 0]);
    let mut after = rule(json!({"to": "/ref", "from": "number"}));
    after["fields"].as_array_mut().expect("rules").push(json!({"to": "/ref", "reject": "it has no number"}));
    assert_eq!(warned(&after), [] as [String; 0]);
}
