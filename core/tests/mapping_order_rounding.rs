//! A shop that rounds its tax once for the whole order: it differs from the sum of the lines by up to half a cent for
//! each, which is a row of its own.

use serde_json::{Value, json};

use crate::ready_record::{cents, refused, sums, written};

/// Lines of 6.93 without tax, each with a tax of 1.39, which is 1.386.
fn order(lines: i64, included: bool, total: &str, tax: &str) -> Value {
    let price = if included { "8.32" } else { "6.93" };
    let line = |id: i64| {
        json!({"id": id, "name": "Mug", "sku": "", "price": price, "quantity": 1, "current_quantity": 1,
               "tax_lines": [{"rate": 0.2, "price": "1.39"}]})
    };
    json!({"id": 1, "name": "#1", "created_at": "2026-03-09T10:14:26Z", "currency": "GBP", "taxes_included": included,
           "total_price": total, "current_total_price": total, "total_tax": tax, "current_total_tax": tax, "email": "",
           "line_items": (1..=lines).map(line).collect::<Vec<_>>(), "shipping_lines": []})
}

fn graphql(lines: i64, total: &str, tax: &str) -> Value {
    let money = |amount: &str| json!({"shopMoney": {"amount": amount, "currencyCode": "GBP"}});
    let line = |id: i64| {
        json!({"id": format!("gid://shopify/LineItem/{id}"), "name": "Mug", "quantity": 1, "currentQuantity": 1,
               "originalUnitPriceSet": money("6.93"), "discountAllocations": [], "taxLines": [{"rate": 0.2, "priceSet": money("1.39")}]})
    };
    json!({"id": "gid://shopify/Order/1", "name": "#1", "createdAt": "2026-03-09T10:14:26Z", "currencyCode": "GBP",
           "taxesIncluded": false, "currentTotalPriceSet": money(total), "currentTotalTaxSet": money(tax),
           "lineItems": {"nodes": (1..=lines).map(line).collect::<Vec<_>>()}, "shippingLines": {"nodes": []}})
}

#[test]
fn a_tax_that_is_rounded_once_for_the_order_is_a_row_of_rounding() {
    for (name, record) in [
        ("shopify-order", order(10, false, "83.16", "13.86")),
        ("shopify-graphql-order", graphql(10, "83.16", "13.86")),
    ] {
        let body = written(name, &record);
        assert_eq!(sums(&body), (6930, 1386), "{name}");
        let rounding = body["rows"].as_array().expect("rows").last().expect("a row").clone();
        assert_eq!((&rounding["name"], cents(&rounding["tax"])), (&json!("Rounding"), -4), "{name}");
        assert_eq!(rounding["taxCode"], "T20", "{name}");
    }
    // Prices that contain the tax come to the total whatever the tax is.
    assert_eq!(sums(&written("shopify-order", &order(10, true, "83.20", "13.86"))), (6934, 1386));
}

#[test]
fn more_than_half_a_cent_for_each_line_is_not_rounding() {
    for (name, record) in [
        ("shopify-order", order(10, false, "83.14", "13.84")),
        ("shopify-graphql-order", graphql(10, "83.14", "13.84")),
        // Nor is it where there are few.
        ("shopify-order", order(2, false, "16.61", "2.75")),
    ] {
        let reason = refused(name, &record);
        assert!(reason.contains("the tax is") && reason.contains("at most 0.0"), "{name}: {reason}");
    }
    // What the lines cost is not rounded, so that a total may not be off by as much.
    let reason = refused("shopify-order", &order(10, false, "83.24", "13.90"));
    assert!(reason.contains("the total is 83.24, and what is written comes to 83.20"), "{reason}");
}
