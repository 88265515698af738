//! What the order's document takes, the document of its refunds takes, too: taxes of 0 beside real ones, and a tax that
//! is rounded for each piece.

use serde_json::{Value, json};

use crate::ready_record::{refused, rows, written};

fn line(price: &str, quantity: i64, current: i64, taxes: &Value) -> Value {
    json!({"id": 1, "name": "Mug", "sku": "", "price": price, "quantity": quantity, "current_quantity": current, "tax_lines": taxes})
}

/// An order of one line.
fn order(line: &Value, total: &str, tax: &str) -> Value {
    json!({"id": 1, "name": "#1", "created_at": "2026-03-09T10:14:26Z", "currency": "CAD", "taxes_included": false,
           "total_price": total, "current_total_price": total, "total_tax": tax, "current_total_tax": tax, "line_items": [line],
           "shipping_lines": [], "email": ""})
}

/// The refund of all of it.
fn refund(line: &Value, net: &str, tax: &str, total: &str) -> Value {
    json!({"order": order(line, total, tax),
           "refund": {"id": 9, "order_id": 1, "created_at": "2026-03-10T10:00:00Z", "order_adjustments": [], "refund_shipping_lines": [],
                      "refund_line_items": [{"id": 1, "line_item_id": 1, "quantity": line["quantity"], "subtotal": net,
                                             "total_tax": tax, "line_item": line}],
                      "transactions": [{"kind": "refund", "status": "success", "amount": total, "currency": "CAD"}]}})
}

fn graphql(line: Value, quantity: i64, net: &str, tax: &str, total: &str) -> Value {
    let money = |amount: &str| json!({"shopMoney": {"amount": amount, "currencyCode": "CAD"}});
    json!({"order": {"id": "gid://shopify/Order/1", "name": "#1", "currencyCode": "CAD", "taxesIncluded": false, "test": false},
        "refund": {"id": "gid://shopify/Refund/9", "createdAt": "2026-03-10T10:00:00Z",
            "refundLineItems": {"nodes": [{"id": "gid://shopify/RefundLineItem/1", "quantity": quantity,
                "subtotalSet": money(net), "totalTaxSet": money(tax), "lineItem": line}]},
            "refundShippingLines": {"nodes": []}, "orderAdjustments": {"nodes": []},
            "transactions": {"nodes": [{"id": "gid://shopify/OrderTransaction/1", "kind": "REFUND", "status": "SUCCESS",
                                        "amountSet": money(total)}]}}})
}

#[test]
fn a_tax_that_does_not_apply_is_left_out_of_the_rates_in_a_refund_too() {
    let taxes = json!([{"rate": 0.05, "price": "0.50"}, {"rate": 0.07, "price": "0.00"}]);
    let line = line("10.00", 1, 1, &taxes);
    let expected = ["Mug|10.00|0.50|T5"];
    assert_eq!(rows(&written("shopify-order", &order(&line, "10.50", "0.50"))), expected);
    assert_eq!(rows(&written("shopify-refund", &refund(&line, "10.00", "0.50", "10.50"))), expected);
    // Both are told apart from a tax that is not theirs.
    let reason = refused("shopify-refund", &refund(&line, "10.00", "1.20", "11.20"));
    assert!(reason.contains("with a tax of 1.20 on 10.00"), "{reason}");

    let stated = |price: &str| json!({"shopMoney": {"amount": price}});
    let asked = json!({"name": "Mug", "taxLines": [{"rate": 0.05, "priceSet": stated("0.50")}, {"rate": 0.07, "priceSet": stated("0.0")}]});
    assert_eq!(
        rows(&written("shopify-graphql-refund", &graphql(asked, 1, "10.00", "0.50", "10.50"))),
        expected
    );
    let unasked = json!({"name": "Mug", "taxLines": [{"rate": 0.05}, {"rate": 0.07}]});
    let reason = refused("shopify-graphql-refund", &graphql(unasked, 1, "10.00", "0.50", "10.50"));
    assert!(reason.contains("the query to ask for taxLines { rate priceSet }"), "{reason}");
}

#[test]
fn a_tax_that_rounds_to_nothing_counts_in_a_refund_as_in_its_order() {
    // 0.25 at 7 % is a cent that the shop rounded away, so that both documents look for 12 %.
    let taxes = json!([{"rate": 0.05, "price": "0.01"}, {"rate": 0.07, "price": "0.00"}]);
    let line = line("0.25", 1, 1, &taxes);
    for (name, record) in [
        ("shopify-order", order(&line, "0.26", "0.01")),
        ("shopify-refund", refund(&line, "0.25", "0.01", "0.26")),
    ] {
        let reason = refused(name, &record);
        assert!(reason.contains("0.12") && reason.contains("taxCodes"), "{name}: {reason}");
    }
}

#[test]
fn a_tax_that_is_rounded_for_each_piece_is_given_back() {
    let taxes = json!([{"rate": 0.2, "price": "6.00"}]);
    let line = line("0.99", 30, 30, &taxes);
    let expected = ["Mug|29.70|6.00|T20"];
    assert_eq!(rows(&written("shopify-order", &order(&line, "35.70", "6.00"))), expected);
    assert_eq!(rows(&written("shopify-refund", &refund(&line, "29.70", "6.00", "35.70"))), expected);
    let of_line = json!({"name": "Mug", "taxLines": [{"rate": 0.2}]});
    assert_eq!(
        rows(&written("shopify-graphql-refund", &graphql(of_line.clone(), 30, "29.70", "6.00", "35.70"))),
        expected
    );
    // More than half a cent on each.
    let reason = refused("shopify-refund", &refund(&line, "29.70", "6.20", "35.90"));
    assert!(reason.contains("with a tax of 6.20 on 29.70"), "{reason}");
    let reason = refused("shopify-graphql-refund", &graphql(of_line, 30, "29.70", "6.20", "35.90"));
    assert!(reason.contains("with a tax of 6.20 on 29.70"), "{reason}");
}
