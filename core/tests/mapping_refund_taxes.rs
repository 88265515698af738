//! The taxes of what Shopify gave back: held against the rates of what was sold, and of the very line that is meant.

use serde_json::{Value, json};

use crate::ready_record::{refused, rows, written};

const REST: &str = "shopify-refund";
const GRAPHQL: &str = "shopify-graphql-refund";

fn money(amount: &str) -> Value {
    json!({"shop_money": {"amount": amount}})
}

fn bag(amount: &str) -> Value {
    json!({"shopMoney": {"amount": amount}})
}

/// A refund of the REST API, with these parts.
fn rest(amount: &str, parts: Value) -> Value {
    let mut record = json!({
        "order": {"id": 71, "name": "#71", "currency": "GBP", "taxes_included": false, "line_items": []},
        "refund": {"id": 9, "created_at": "2026-05-04T10:00:00Z",
                   "transactions": [{"kind": "refund", "status": "success", "amount": amount, "currency": "GBP"}]}
    });
    for (member, value) in parts.as_object().expect("parts") {
        record["refund"][member] = value.clone();
    }
    record
}

/// A refund of the GraphQL API, with these parts.
fn graphql(amount: &str, parts: Value) -> Value {
    let mut record = json!({
        "order": {"id": "gid://shopify/Order/71", "name": "#71", "currencyCode": "GBP", "taxesIncluded": false},
        "refund": {"id": "gid://shopify/Refund/9", "createdAt": "2026-05-04T10:00:00Z",
                   "transactions": [{"kind": "REFUND", "status": "SUCCESS", "amountSet": bag(amount)}]}
    });
    for (member, value) in parts.as_object().expect("parts") {
        record["refund"][member] = value.clone();
    }
    record
}

/// A piece that was given back, in either API.
fn piece(net: &str, tax: &str, taxes: Value) -> [Value; 2] {
    [
        json!([{"line_item_id": 11, "quantity": 1, "subtotal": net, "total_tax": tax, "line_item": {"id": 11, "name": "Mug", "tax_lines": taxes}}]),
        json!([{"quantity": 1, "subtotalSet": bag(net), "totalTaxSet": bag(tax), "lineItem": {"name": "Mug", "taxLines": taxes}}]),
    ]
}

fn both(amount: &str, pieces: [Value; 2]) -> [(&'static str, Value); 2] {
    let [items, lines] = pieces;
    [
        (REST, rest(amount, json!({"refund_line_items": items}))),
        (GRAPHQL, graphql(amount, json!({"refundLineItems": {"nodes": lines}}))),
    ]
}

#[test]
fn a_tax_that_its_rate_does_not_make_is_refused() {
    let rate = || json!([{"rate": 0.2, "price": "2.00"}]);
    for (name, record) in both("12.00", piece("10.00", "2.00", rate())) {
        assert_eq!(rows(&written(name, &record)), ["Mug|10.00|2.00|T20"], "{name}");
    }
    for (amount, net, tax, taxes, expected) in [
        (
            "10.50",
            "10.00",
            "0.50",
            rate(),
            "Mug was given back with a tax of 0.50 on 10.00; expected that of the rates of its line, 0.2",
        ),
        ("2.00", "0.00", "2.00", rate(), "with a tax of 2.00 on 0.00"),
        (
            "12.00",
            "10.00",
            "2.00",
            json!([{"rate": null, "price": "2.00"}]),
            "Mug was given back with a tax of 2.00",
        ),
        ("12.00", "10.00", "2.00", json!(null), "Mug was given back with a tax of 2.00"),
        ("12.00", "10.00", "2.00", json!([{"rate": 0.1}, {"rate": null}]), "expected that of the rates"),
    ] {
        for (name, record) in both(amount, piece(net, tax, taxes.clone())) {
            let reason = refused(name, &record);
            assert!(reason.contains(expected), "{name}: {reason}");
        }
    }
    // A cent that was rounded, and a yen.
    for (name, record) in both("2.00", piece("1.68", "0.32", rate())) {
        assert_eq!(rows(&written(name, &record)), ["Mug|1.68|0.32|T20"], "{name}");
    }
    for (name, mut record) in both("122", piece("101", "21", rate())) {
        let reason = refused(name, &record);
        assert!(reason.contains("with a tax of 21 on 101"), "{name}: {reason}");
        for member in ["currency", "currencyCode"] {
            record["order"][member] = "JPY".into();
        }
        record["refund"]["transactions"][0]["currency"] = "JPY".into();
        assert_eq!(rows(&written(name, &record)), ["Mug|101.00|21.00|T20"], "{name}");
    }
}

#[test]
fn shipping_has_the_tax_of_the_line_that_is_meant() {
    let lines = json!([{"id": 1, "title": "Van", "tax_lines": [{"rate": 0.2, "price": "0.83"}]}, {"id": 2, "title": "Post", "tax_lines": []}]);
    for (is_included, id, amount, expected) in [
        (true, json!(2), "5.00", Ok("Shipping: given back|5.00|0.00|T0")),
        (false, json!(2), "5.00", Ok("Shipping: given back|5.00|0.00|T0")),
        (true, json!(1), "5.00", Ok("Shipping: given back|4.17|0.83|T20")),
        (false, json!(1), "6.00", Ok("Shipping: given back|5.00|1.00|T20")),
        (false, json!(null), "6.00", Err("its line is not known")),
        (false, json!(3), "6.00", Err("its line is not known")),
    ] {
        let mut record = rest(
            amount,
            json!({"refund_shipping_lines": [{"shipping_line_id": id, "subtotal_amount_set": money("5.00")}]}),
        );
        record["order"]["taxes_included"] = is_included.into();
        record["order"]["shipping_lines"] = lines.clone();
        match expected {
            Ok(row) => assert_eq!(rows(&written(REST, &record)), [row]),
            Err(expected) => {
                let reason = refused(REST, &record);
                assert!(reason.contains(expected), "{reason}");
            }
        }
    }
    let nested = json!([{"subtotal_amount_set": money("5.00"), "shipping_line": {"title": "Van", "tax_lines": [{"rate": null, "price": "1.00"}]}}]);
    let reason = refused(REST, &rest("6.00", json!({"refund_shipping_lines": nested})));
    assert!(reason.contains("its line is taxed without a rate"), "{reason}");
    let unasked = json!([{"subtotalAmountSet": bag("5.0"), "taxAmountSet": bag("1.0")}]);
    let reason = refused(GRAPHQL, &graphql("6.00", json!({"refundShippingLines": unasked})));
    assert!(reason.contains("expected shippingLine { taxLines { rate } } in the query"), "{reason}");
}

#[test]
fn an_adjustment_has_the_rate_that_makes_its_tax() {
    let adjusted = |net: &str, tax: &str| json!([{"amount": net, "tax_amount": tax, "reason": "Restock"}]);
    let lines = json!([{"id": 11, "tax_lines": [{"rate": 0.05}]}, {"id": 12, "tax_lines": [{"rate": 0.2}]}]);
    for (amount, net, tax, expected) in [
        ("6.00", "-5.00", "-1.00", Ok("More or less than that|5.00|1.00|T20")),
        ("5.25", "-5.00", "-0.25", Ok("More or less than that|5.00|0.25|T5")),
        ("5.00", "-5.00", "0.00", Ok("More or less than that|5.00|0.00|T0")),
        ("5.50", "-5.00", "-0.50", Err("an adjustment of -5.00 has a tax of -0.50")),
    ] {
        let mut record = rest(amount, json!({"order_adjustments": adjusted(net, tax)}));
        record["order"]["line_items"] = lines.clone();
        // Shipping that was not taxed says nothing of it.
        record["order"]["shipping_lines"] = json!([{"tax_lines": []}]);
        match expected {
            Ok(row) => assert_eq!(rows(&written(REST, &record)), [row]),
            Err(expected) => {
                let reason = refused(REST, &record);
                assert!(reason.contains(expected), "{reason}");
            }
        }
    }
    let [_, pieces] = piece("10.00", "2.00", json!([{"rate": 0.2}]));
    let parts = |tax: &str| json!({"refundLineItems": pieces, "orderAdjustments": [{"amountSet": bag("2.0"), "taxAmountSet": bag(tax)}]});
    let less = written(GRAPHQL, &graphql("9.60", parts("0.4")));
    assert_eq!(rows(&less)[1], "More or less than that|-2.00|-0.40|T20");
    let reason = refused(GRAPHQL, &graphql("9.90", parts("0.1")));
    assert!(reason.contains("an adjustment of 2.0 has a tax of 0.1"), "{reason}");
}

#[test]
fn duties_and_additional_fees_that_were_given_back_are_rows() {
    let duty = json!([{"duty_id": 1, "amount_set": money("3.00")}]);
    for parts in [
        json!({"total_duties_set": money("3.00")}),
        json!({"duties": duty}),
        json!({"duties": {"duties": duty}}),
    ] {
        assert_eq!(rows(&written(REST, &rest("3.00", parts))), ["Duties given back|3.00|0.00|T0"]);
    }
    let both = json!({"total_duties_set": money("3.00"), "duties": duty, "total_additional_fees_set": money("1.00")});
    let expected = ["Duties given back|3.00|0.00|T0", "Additional fees given back|1.00|0.00|T0"];
    assert_eq!(rows(&written(REST, &rest("4.00", both))), expected);
    let parts = json!({"duties": [{"amountSet": bag("3.0")}], "additionalFees": [{"amountSet": bag("1.0")}]});
    let expected = ["Additional fee given back|1.00|0.00|T0", "Duties given back|3.00|0.00|T0"];
    assert_eq!(rows(&written(GRAPHQL, &graphql("4.00", parts))), expected);
}
