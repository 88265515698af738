//! Control totals: what is written is held against what the record states.

use brightpearl_core::mapping::{Failure, Finding, Mapping, NoBody, Resolution, schema};
use serde_json::{Value, json};

const COMES_TO: &str = "sum([sum(rows[].to_number(net)), sum(rows[].to_number(tax))])";

/// Orders with a total, a tax and rows; the rows come before what else is looked up.
fn document(checks: Value) -> Value {
    json!({
        "version": 1, "name": "test", "target": "order-service/sales-order", "checks": checks,
        "fields": [
            {"to": "/rows", "each": "lines", "fields": [
                {"to": "/productId", "from": "sku",
                 "resolve": {"search": "product-service/product-search", "column": "SKU", "else": "skip"}},
                {"to": "/name", "from": "name", "required": true},
                {"to": "/quantity", "value": "1"},
                {"to": "/net", "from": "net", "required": true, "as": "money"},
                {"to": "/tax", "from": "tax", "default": "0", "as": "money"},
                {"to": "/taxCode", "value": "T20"}
            ]},
            {"to": "/customer/id", "from": "email", "required": true,
             "resolve": {"search": "contact-service/contact-search", "column": "primaryEmail"}},
            {"to": "/warehouseId", "value": 2}
        ]
    })
}

fn total(more: Value) -> Value {
    let mut check = json!({"name": "the total", "is": "total", "equals": COMES_TO});
    for (name, value) in more.as_object().expect("members") {
        check[name] = value.clone();
    }
    check
}

fn row(to: &str, amount: &str) -> Value {
    let other = if amount == "net" { "tax" } else { "net" };
    json!({"otherwise": "row", "row": {"to": to, "fields": [
        {"to": "/name", "template": "Rounding of {number}"},
        {"to": "/quantity", "value": "1"},
        {"to": "/taxCode", "value": "T0"},
        {"to": format!("/{amount}"), "from": {"made": "difference"}, "as": "money"},
        {"to": format!("/{other}"), "value": "0.00"}
    ]}})
}

fn compile(document: &Value) -> Mapping {
    let schema = serde_json::from_str(schema()).expect("JSON");
    assert!(jsonschema::is_valid(&schema, document), "{document}");
    Mapping::compile(&document.to_string()).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn record(total: Value, lines: &[(&str, &str)]) -> Value {
    let line = |(net, tax): &(&str, &str)| json!({"sku": "MUG", "name": "Mug", "net": net, "tax": tax});
    let lines: Vec<Value> = lines.iter().map(line).collect();
    json!({"number": 7, "email": "a@example.com", "currency": "GBP", "total": total, "lines": lines})
}

fn body(document: &Value, record: &Value, resolution: &Resolution) -> Result<Value, Vec<Failure>> {
    let mapped = compile(document).map(record.to_string().as_bytes());
    match mapped.body(&|_| resolution.clone()) {
        Ok(body) => Ok(serde_json::from_str(&body).unwrap_or_else(|error| panic!("{body}: {error}"))),
        Err(NoBody::Failed(failures)) => Err(failures),
        Err(NoBody::Skipped(reason)) => panic!("{reason}"),
    }
}

fn reason(document: &Value, record: &Value) -> String {
    let failures = body(document, record, &Resolution::Id(9)).expect_err("a failure");
    assert_eq!(failures.len(), 1, "{failures:#?}");
    assert!(failures[0].rule.starts_with("/checks/"), "{failures:#?}");
    failures[0].to_string()
}

#[test]
fn what_comes_to_the_stated_total_is_written() {
    let document = document(json!([total(json!({}))]));
    for stated in [json!("42.00"), json!(42), json!("42.000")] {
        let record = record(stated, &[("30.00", "6.00"), ("5", "1")]);
        assert!(body(&document, &record, &Resolution::Id(9)).is_ok());
    }
}

#[test]
fn a_difference_is_refused_with_both_numbers_and_the_difference() {
    let document = document(json!([total(json!({}))]));
    assert_eq!(
        reason(&document, &record(json!("41.65"), &[("20.00", "0")])),
        "total is \"41.65\": the total is 41.65, and what is written comes to 20.00: a difference of 21.65, of which none is accepted (rule /checks/0)"
    );
    let less = reason(&document, &record(json!("20.00"), &[("20.01", "0")]));
    assert!(less.contains("difference of -0.01"), "{less}");
}

#[test]
fn a_record_that_states_nothing_is_refused_unless_it_may() {
    let said_nothing = [json!(null), json!(""), json!(" ")];
    for total_is in said_nothing {
        let record = record(total_is, &[("20.00", "0")]);
        let refused = reason(&document(json!([total(json!({}))])), &record);
        assert!(refused.contains("does not state the total"), "{refused}");
        assert!(
            body(&document(json!([total(json!({"optional": true}))])), &record, &Resolution::Id(9)).is_ok()
        );
    }
    let unreadable = record(json!("a lot"), &[("20.00", "0")]);
    assert!(
        reason(&document(json!([total(json!({"optional": true}))])), &unreadable)
            .contains("expected a number")
    );
}

#[test]
fn differences_up_to_the_limit_are_accepted_in_either_direction() {
    for (within, stated, is_accepted) in [
        (json!(0.02), "20.02", true),
        (json!("0.02"), "19.98", true),
        (json!(0.02), "20.03", false),
        (json!(0.02), "19.97", false),
        (json!({"minor": 2, "currency": "GBP"}), "20.02", true),
        (json!({"minor": 2, "currency": "GBP"}), "20.03", false),
        // A yen has no smaller unit, and a dinar a thousand.
        (json!({"minor": 2, "currency": "JPY"}), "22", true),
        (json!({"minor": 2, "currency": "KWD"}), "20.002", true),
        (json!({"minor": 2, "currency": "KWD"}), "20.003", false),
        (json!({"minor": 2, "currency": {"from": "currency"}}), "20.02", true),
        // As many as the record has something of.
        (json!({"minor": "length(lines)", "currency": "GBP"}), "20.01", true),
        (json!({"minor": "length(lines)", "currency": "GBP"}), "20.02", false),
        (json!({"minor": {"from": "length(lines) + `1`", "scope": "record"}, "currency": "JPY"}), "22", true),
        // Nothing is accepted where it says no number.
        (json!({"minor": "nowhere", "currency": "GBP"}), "20.01", false),
        (json!({"minor": "-length(lines)", "currency": "GBP"}), "20.01", false),
    ] {
        let document = document(json!([total(json!({"within": within}))]));
        let made = body(&document, &record(json!(stated), &[("20.00", "0")]), &Resolution::Id(9));
        assert_eq!(made.is_ok(), is_accepted, "{within} {stated}");
    }
}

#[test]
fn a_row_takes_up_the_difference_that_is_within_its_limit() {
    let mut check = total(row("/rows", "net"));
    check["within"] = json!(0.05);
    let document = document(json!([check]));
    // Ids before and behind the rows, found or left out: each lands where it belongs.
    for (resolution, ids) in [(Resolution::Id(9), 2), (Resolution::Text("{x}".to_owned()), 2)] {
        let record = record(json!("20.97"), &[("10.50", "0"), ("10.50", "0")]);
        let body = body(&document, &record, &resolution).expect("a body");
        let rows = body["rows"].as_array().expect("rows");
        assert_eq!(rows.len(), 3);
        assert_eq!(
            rows[2],
            json!({"name": "Rounding of 7", "quantity": "1", "taxCode": "T0", "net": "-0.03", "tax": "0.00"})
        );
        assert_eq!(rows.iter().filter(|row| !row["productId"].is_null()).count(), ids);
        assert!(!body["customer"]["id"].is_null() && body["warehouseId"] == 2, "{body}");
    }
    let even =
        body(&document, &record(json!("21.00"), &[("21.00", "0")]), &Resolution::Id(9)).expect("a body");
    assert_eq!(even["rows"].as_array().map(Vec::len), Some(1));
    let beyond = reason(&document, &record(json!("20.94"), &[("21.00", "0")]));
    assert!(beyond.contains("difference of -0.06") && beyond.contains("at most 0.05"), "{beyond}");
}

#[test]
fn a_later_check_sees_the_row_of_an_earlier_one() {
    let mut tax = row("/rows", "tax");
    for (name, value) in
        [("is", "total_tax".into()), ("equals", "sum(rows[].to_number(tax))".into()), ("within", json!(0.02))]
    {
        tax[name] = value;
    }
    let document = document(json!([tax, total(json!({}))]));
    let mut record = record(json!("43.50"), &[("35.71", "4.29"), ("3.13", "0.38")]);
    record["total_tax"] = "4.66".into();
    let made = body(&document, &record, &Resolution::Id(9)).expect("a body");
    assert_eq!((&made["rows"][2]["tax"], &made["rows"][2]["net"]), (&json!("-0.01"), &json!("0.00")));
    record["total"] = "43.51".into();
    assert!(reason(&document, &record).contains("comes to 43.50"));
}

#[test]
fn a_row_that_does_not_mend_the_difference_is_refused() {
    let mut check = total(row("/rows", "net"));
    check["within"] = json!(0.05);
    check["row"]["fields"][3]["math"] = json!([{"times": 2}]);
    let refused = reason(&document(json!([check])), &record(json!("20.01"), &[("20.00", "0")]));
    assert!(refused.contains("with the row for the difference of 0.01 it comes to 20.02"), "{refused}");
}

#[test]
fn checks_that_cannot_be_carried_out_are_found() {
    let error = |check: Value, pointer: &str, expected: &str| {
        let document = document(json!([check]));
        let findings = match Mapping::compile(&document.to_string()) {
            Ok(mapping) => mapping.findings().to_vec(),
            Err(findings) => findings,
        };
        let is_found = |finding: &Finding| finding.pointer == pointer && finding.message.contains(expected);
        assert!(findings.iter().any(is_found), "{check}: {findings:#?}");
    };
    error(json!({"equals": "a"}), "/checks/0", "is is missing");
    error(json!({"is": "a"}), "/checks/0", "equals is missing");
    error(json!({"is": "a ==", "equals": "a"}), "/checks/0/is", "invalid JMESPath expression");
    error(json!({"is": "a", "equals": "a =="}), "/checks/0/equals", "invalid JMESPath expression");
    error(total(json!({"within": -1})), "/checks/0/within", "expected an amount");
    error(total(json!({"within": {"minor": 1}})), "/checks/0/within", "its `currency`");
    error(
        total(json!({"within": {"minor": -1, "currency": "GBP"}})),
        "/checks/0/within/minor",
        "whole number",
    );
    error(
        total(json!({"within": {"minor": "a ==", "currency": "GBP"}})),
        "/checks/0/within/minor",
        "JMESPath",
    );
    error(total(json!({"otherwise": "ignore"})), "/checks/0/otherwise", "one of reject, row");
    error(total(json!({"otherwise": "row", "within": 1})), "/checks/0", "needs the row");
    error(total(row("/rows", "net")), "/checks/0", "that limit in `within`");
    error(total(json!({"row": {"to": "/rows"}})), "/checks/0/row", "stands only beside");
    error(
        total(json!({"otherwise": "row", "within": 1, "row": {"to": "/rows"}})),
        "/checks/0/row",
        "fields is missing",
    );
    let mut elsewhere = total(row("/customer", "net"));
    elsewhere["within"] = json!(1);
    error(elsewhere, "/checks/0/row/to", "no `each` writes /customer");
    let mut unfit = total(row("/rows", "net"));
    unfit["within"] = json!(1);
    unfit["row"]["fields"][1]["to"] = "/quantitty".into();
    error(unfit.clone(), "/checks/0/row/fields/1/to", "did you mean quantity?");
    unfit["row"]["fields"].as_array_mut().expect("rules").remove(1);
    error(unfit, "/checks/0/row/fields", "quantity, which is mandatory");
}

#[test]
fn checks_are_explained() {
    let mut check = total(row("/rows", "net"));
    check["within"] = json!({"minor": 3, "currency": {"from": "currency"}});
    let explained = compile(&document(json!([check]))).explain();
    let check = explained.iter().find(|entry| entry.rule == "/checks/0").expect("the check");
    assert_eq!(check.to, "check: the total");
    assert!(check.text.ends_with("; a row in /rows takes up the difference"), "{}", check.text);
    assert!(check.text.contains("within 3 of the smallest units of currency"), "{}", check.text);
    assert!(
        explained.iter().any(|entry| entry.rule == "/checks/0/row/fields/3" && entry.to == "/rows/*/net")
    );
}

#[test]
fn a_row_begins_the_array_that_nothing_was_written_to() {
    let mut document = document(json!([]));
    document["fields"].as_array_mut().expect("rules").push(json!(
        {"to": "/invoices", "each": "invoices", "fields": [{"to": "/taxDate", "from": "day"}]}
    ));
    let row = json!({"to": "/invoices", "fields": [{"to": "/taxDate", "template": "{day} {currency}"}]});
    document["checks"] = json!([{"is": "total", "equals": "length(invoices || `[]`)", "within": 1,
                                 "otherwise": "row", "row": row}]);
    let mut record = record(json!(1), &[("20.00", "0")]);
    record["day"] = "2026-01-31".into();
    let made = body(&document, &record, &Resolution::Id(9)).expect("a body");
    assert_eq!(made["invoices"], json!([{"taxDate": "2026-01-31 GBP"}]));
    assert_eq!((&made["customer"]["id"], &made["warehouseId"]), (&json!(9), &json!(2)));
}

#[test]
fn a_document_that_writes_money_and_has_no_checks_is_warned_of() {
    let of_money = |document: &Value| -> Vec<String> {
        let compiled = compile(document);
        let messages = compiled.findings().iter().map(|finding| finding.message.clone());
        messages.filter(|message| message.starts_with("it writes money")).collect()
    };
    let mut unchecked = document(json!([]));
    assert!(of_money(&unchecked).is_empty());
    unchecked.as_object_mut().expect("members").remove("checks");
    let [message] = &of_money(&unchecked)[..] else { panic!("one warning is missing") };
    assert!(message.starts_with("it writes money to /rows/*/net, and no total"), "{message}");
    // Also where the rule does not say that it is money.
    unchecked["fields"][0]["fields"][3]["as"] = "decimal".into();
    unchecked["fields"][0]["fields"][4].as_object_mut().expect("members").remove("as");
    assert_eq!(of_money(&unchecked).len(), 1);
}
