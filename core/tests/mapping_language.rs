//! What rules can say beside picking and placing: refusals, parts of texts, shares of an amount, named months.

use brightpearl_core::mapping::{Mapping, NoBody, Resolution, schema};
use serde_json::{Value, json};

fn outbound(fields: Value) -> Value {
    json!({"version": 1, "name": "test", "source": "order", "fields": fields})
}

/// What becomes of a record: its body, why it is skipped, or why it is refused.
fn made(document: &Value, record: &Value) -> Value {
    let schema: Value = serde_json::from_str(schema()).expect("JSON");
    assert!(jsonschema::is_valid(&schema, document), "{document}");
    let mapping = Mapping::compile(&document.to_string()).unwrap_or_else(|findings| panic!("{findings:#?}"));
    match mapping.map(record.to_string().as_bytes()).body(&|_| Resolution::Missing) {
        Ok(body) => serde_json::from_str(&body).expect("JSON"),
        Err(NoBody::Skipped(reason)) => json!({"skipped": reason}),
        Err(NoBody::Failed(failures)) => {
            json!({"refused": failures.iter().map(ToString::to_string).collect::<Vec<_>>()})
        }
    }
}

fn field(rule: Value, record: Value) -> Value {
    let mut rule = rule;
    rule["to"] = "/x".into();
    made(&outbound(json!([rule])), &record)
}

#[test]
fn a_record_is_refused_or_skipped_by_what_must_hold() {
    let mut document = outbound(json!([{"to": "/x", "from": "x", "required": true}]));
    document["when"] = json!([
        {"is": "!draft", "otherwise": "it is a draft"},
        {"is": "length(taxes || `[]`) < `2`", "reject": "order {number} has several taxes"}
    ]);
    assert_eq!(
        made(&document, &json!({"draft": true, "taxes": [1, 2]})),
        json!({"skipped": "it is a draft"})
    );
    // That it has no x is not worth telling beside.
    let refused = made(&document, &json!({"number": 7, "taxes": [1, 2]}));
    let expected = "length(taxes || `[]`) < `2`: order 7 has several taxes (rule /when/1)";
    assert_eq!(refused, json!({"refused": [expected]}));
    assert_eq!(made(&document, &json!({"x": 1})), json!({"x": 1}));
}

#[test]
fn a_rule_that_rejects_is_reached_when_no_rule_before_it_has_a_value() {
    let document = outbound(json!([{"to": "/lines", "each": "lines", "fields": [
        {"to": "/code", "when": "length(taxes) > `1`", "reject": "{name} has {length(taxes)} taxes"},
        {"to": "/code", "from": "taxes[0]"},
        {"to": "/code", "reject": "{name} has no tax"}
    ]}]));
    let fine = json!({"lines": [{"name": "Mug", "taxes": ["T20"]}]});
    assert_eq!(made(&document, &fine), json!({"lines": [{"code": "T20"}]}));
    let wrong = json!({"lines": [{"name": "Mug", "taxes": ["A", "B"]}, {"name": "Cup", "taxes": []}]});
    assert_eq!(
        made(&document, &wrong)["refused"],
        json!([
            "lines[0].length(taxes) > `1`: Mug has 2 taxes (rule /fields/0/fields/0)",
            "the record: Cup has no tax (rule /fields/0/fields/2)"
        ])
    );
    assert!(
        Mapping::compile(&outbound(json!([{"to": "/x", "reject": "a", "from": "b"}])).to_string()).is_err()
    );
    let mut both = outbound(json!([{"to": "/x", "from": "x"}]));
    both["when"] = json!([{"is": "a", "otherwise": "b", "reject": "c"}]);
    assert!(Mapping::compile(&both.to_string()).is_err());
}

#[test]
fn a_part_of_a_text_is_counted_in_characters() {
    for (slice, expected) in [
        (json!({"end": 2}), json!({"x": "Gr"})),
        (json!({"start": 2, "end": 4}), json!({"x": "üß"})),
        (json!({"start": -2}), json!({"x": "e!"})),
        (json!({"start": 1, "end": -1}), json!({"x": "rüße"})),
        (json!({"start": 90}), json!({})),
        (json!({"start": 3, "end": 1}), json!({})),
        (json!({"start": -90, "end": 90}), json!({"x": "Grüße!"})),
    ] {
        assert_eq!(field(json!({"from": "t", "slice": slice}), json!({"t": "Grüße!"})), expected, "{slice}");
    }
    let rule = json!({"from": "t", "slice": {"end": 2}, "case": "upper", "enum": {"GB": 1}});
    assert_eq!(field(rule, json!({"t": "gb-eng"})), json!({"x": 1}));
    // A number is sliced by its digits.
    assert_eq!(field(json!({"from": "t", "slice": {"end": 3}}), json!({"t": 12345})), json!({"x": "123"}));
    assert_eq!(
        field(json!({"from": "t", "slice": {"end": 3}, "as": "integer"}), json!({"t": 12345})),
        json!({"x": 123})
    );
    for slice in [json!({}), json!({"start": 1.5}), json!({"from": 1})] {
        let document = outbound(json!([{"to": "/x", "from": "t", "slice": slice}]));
        assert!(Mapping::compile(&document.to_string()).is_err(), "{document}");
    }
}

#[test]
fn an_amount_is_spread_to_the_cent() {
    let document = outbound(json!([{"to": "/lines", "each": "lines", "fields": [
        {"to": "/discount", "from": {"from": "discount", "scope": "record"},
         "spread": {"by": {"from": "lines[].net", "scope": "record"}}, "as": "money"}
    ]}]));
    let record = |discount: &str, nets: &[&str]| {
        let lines: Vec<Value> = nets.iter().map(|net| json!({"net": net})).collect();
        json!({"discount": discount, "lines": lines})
    };
    let shares = |discount: &str, nets: &[&str]| {
        let made = made(&document, &record(discount, nets));
        let lines = made["lines"].as_array().unwrap_or_else(|| panic!("{made}")).iter();
        lines.map(|line| line["discount"].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(shares("10.00", &["5.00", "5.00", "5.00"]), ["3.34", "3.33", "3.33"]);
    assert_eq!(shares("5.00", &["12.50", "30.00", "0"]), ["1.47", "3.53", "0.00"]);
    for (discount, nets, expected) in [
        ("1.00", vec!["0", "0"], "all weights are 0"),
        ("1.005", vec!["1"], "2 decimal places hold exactly"),
        ("1.00", vec!["-1", "2"], "a weight is \"-1\""),
        ("much", vec!["1"], "expected a number"),
    ] {
        let refused = made(&document, &record(discount, &nets));
        assert!(refused["refused"][0].as_str().is_some_and(|text| text.contains(expected)), "{refused}");
    }
    let outside = outbound(json!([{"to": "/x", "from": "a", "spread": {"by": "b"}}]));
    // An amount of the record that each parent's elements share is given once for each parent.
    let nested = outbound(json!([{"to": "/boxes", "each": "boxes", "fields": [
        {"to": "/lines", "each": "lines", "fields": [
            {"to": "/discount", "from": {"from": "discount", "scope": "record"},
             "spread": {"by": {"from": "lines[].net", "scope": "parent"}}, "as": "money"}]}]}]));
    let one = json!({"lines": [{"net": 1}, {"net": 1}]});
    let whole = made(&nested, &json!({"discount": "10.00", "boxes": [one]}));
    assert_eq!(whole["boxes"][0]["lines"][1]["discount"], "5.00", "{whole}");
    let twice = made(&nested, &json!({"discount": "10.00", "boxes": [one, one]}));
    assert!(twice["refused"][0].as_str().is_some_and(|text| text.contains("come to 20.00")), "{twice}");
    // Weights of other elements, an amount of each element's own, and nobody to give it to.
    let spread = |each: &str, from: Value, weights: &str| {
        let document = outbound(json!([{"to": "/lines", "each": each, "fields": [
            {"to": "/discount", "from": from, "as": "money", "spread": {"by": {"from": weights, "scope": "record"}}}]}]));
        let record = json!({"discount": "10.00", "lines": [{"k": "a", "w": 1, "d": "10.00"},
            {"k": "b", "w": 2, "d": "10.00"}, {"k": "b", "w": 3, "d": "9.00"}]});
        made(&document, &record)
    };
    let of_record = || json!({"from": "discount", "scope": "record"});
    for (each, from, weights, expected) in [
        ("lines[?k == 'b']", of_record(), "lines[].w", "has 3 weights, and the `each` has 2 elements"),
        ("lines[:2]", of_record(), "lines[].w", "has 3 weights, and the `each` has 2 elements"),
        ("lines", of_record(), "lines[].[w, w][]", "has 6 weights, and the `each` has 3 elements"),
        ("lines[?k == 'c']", of_record(), "`[]`", "no element that gets a share of 10.00"),
        ("lines", json!("d"), "lines[].w", "shares of 10.00 and of 9.00"),
    ] {
        let refused = spread(each, from, weights);
        assert!(
            refused["refused"][0].as_str().is_some_and(|text| text.contains(expected)),
            "{each} {refused}"
        );
    }
    let right = spread("lines[?k == 'b']", of_record(), "lines[?k == 'b'].w");
    assert_eq!(right["lines"], json!([{"discount": "4.00"}, {"discount": "6.00"}]));
    let findings = Mapping::compile(&outside.to_string()).expect_err("errors");
    assert!(findings[0].message.contains("within one"), "{findings:?}");
}

#[test]
fn a_table_knows_a_value_as_its_type_makes_it_in_any_written_order() {
    let members = [
        r#""as": {"type": "decimal", "places": 1}, "enum": {"20.0": "T20", "5": 5}"#,
        r#""enum": {"20.0": "T20", "5": 5}, "as": {"type": "decimal", "places": 1}"#,
    ];
    for members in members {
        let rule = format!(r#"{{"to": "/x", "from": "n", {members}}}"#);
        let document = format!(r#"{{"version": 1, "name": "t", "source": "order", "fields": [{rule}]}}"#);
        let mapping = Mapping::compile(&document).expect("a document");
        for (record, expected) in [
            ("20", r#"{"x":"T20"}"#),
            (r#""20.00""#, r#"{"x":"T20"}"#),
            (r#""20.0""#, r#"{"x":"T20"}"#),
            ("5", r#"{"x":"5.0"}"#),
        ] {
            let body = mapping.map(format!(r#"{{"n": {record}}}"#).as_bytes()).body(&|_| Resolution::Missing);
            assert_eq!(body.as_deref(), Ok(expected), "{document}");
        }
        for (record, expected) in [
            (r#""21""#, "n is \"21\": the table does not have it; it has 20.0, 5"),
            (r#""many""#, "n is \"many\": the table does not have it; it has 20.0, 5"),
        ] {
            let refused = mapping.map(format!(r#"{{"n": {record}}}"#).as_bytes()).failures;
            assert!(refused[0].to_string().starts_with(expected), "{refused:?}");
        }
    }
}

#[test]
fn dates_may_name_their_months() {
    let rule = json!({"from": "d", "as": "datetime"});
    let made = field(rule.clone(), json!({"d": "Fri, 02 Mar 2018 09:08:07 +0000"}));
    assert_eq!(made, json!({"x": "2018-03-02T09:08:07.000Z"}));
    let made = field(rule.clone(), json!({"d": "Friday, 02-Mar-18 09:08:07 GMT"}));
    assert_eq!(made, json!({"x": "2018-03-02T09:08:07.000Z"}));
    let refused = field(rule, json!({"d": "Thu, 02 Mar 2018 09:08:07 +0000"}));
    assert!(refused["refused"][0].as_str().is_some_and(|text| text.contains("expected a date")), "{refused}");
    let rule = json!({"from": "d", "as": {"type": "date", "format": "ddd, D MMM YYYY"}});
    assert_eq!(field(rule, json!({"d": "Fri, 2 Mar 2018"})), json!({"x": "2018-03-02"}));
}

#[test]
fn groups_have_three_digits_or_the_number_is_refused() {
    let mut document = outbound(json!([{"to": "/x", "from": "n", "as": "decimal"}]));
    document["reads"] = json!({"groupMark": ","});
    assert_eq!(made(&document, &json!({"n": "1,234.50"})), json!({"x": "1234.50"}));
    let refused = made(&document, &json!({"n": "12,50"}));
    let expected = "n is \"12,50\": expected a number such as -1,234.50 of up to 28 digits, with three digits behind each ','";
    assert!(refused["refused"][0].as_str().is_some_and(|text| text.starts_with(expected)), "{refused}");
    document["reads"] = json!({"decimalMark": ",", "groupMark": "."});
    assert_eq!(made(&document, &json!({"n": "12,50"})), json!({"x": "12.50"}));
    assert_eq!(made(&document, &json!({"n": "1.234,50"})), json!({"x": "1234.50"}));
    assert!(made(&document, &json!({"n": "12.50"}))["refused"].is_array());
}
