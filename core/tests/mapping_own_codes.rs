//! The tax codes of the ready documents stand in their tables: whoever sets those has no other code in any row, and a
//! row of rounding has the code of a row that is taxed.

use brightpearl_core::mapping::{Mapping, ready};
use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, rows};
use crate::shop_draw;

/// A ready document with entries of its own in some tables.
fn with_tables(name: &str, tables: &Value) -> Mapping {
    let ready = ready().iter().find(|ready| ready.name == name).expect("a ready document");
    let mut document: Value = serde_json::from_str(ready.document).expect("JSON");
    for (table, entries) in tables.as_object().expect("tables") {
        for (key, value) in entries.as_object().expect("entries") {
            document["lookups"][table][key] = value.clone();
        }
    }
    Mapping::compile(&document.to_string()).expect("a right document")
}

fn rows_with(name: &str, tables: &Value, record: &Value) -> Vec<String> {
    rows(&shop_draw::written(&with_tables(name, tables), record).expect("a body"))
}

fn shopify(lines: Value, total: &str, tax: &str) -> Value {
    json!({"id": 1, "name": "#1", "created_at": "2026-03-09T10:14:26Z", "currency": "GBP", "taxes_included": false,
           "total_price": total, "current_total_price": total, "total_tax": tax, "current_total_tax": tax, "line_items": lines,
           "shipping_lines": [], "email": "", "note": "Ring twice"})
}

fn shopify_line(price: &str, taxes: Value) -> Value {
    json!({"id": 1, "name": "Mug", "sku": "", "price": price, "quantity": 1, "current_quantity": 1, "tax_lines": taxes})
}

fn woocommerce(total: &str, tax: &str, lines: Value, shipping: Value) -> Value {
    json!({"id": 81, "number": "81", "status": "processing", "currency": "GBP", "date_created_gmt": "2026-05-04T10:00:00",
           "total": total, "total_tax": tax, "billing": {"email": "pat@example.com"}, "shipping": {}, "line_items": lines,
           "shipping_lines": shipping, "fee_lines": [], "customer_note": "Ring twice"})
}

fn woocommerce_line(class: &str, tax: &str) -> Value {
    json!({"id": 1, "name": "Mug", "quantity": 1, "tax_class": class, "total": "10.00", "total_tax": tax, "sku": ""})
}

fn magento(total: f64, tax: f64, items: Value) -> Value {
    json!({"entity_id": 4, "increment_id": "4", "state": "processing", "created_at": "2026-05-04 10:00:00",
           "order_currency_code": "GBP", "grand_total": total, "tax_amount": tax, "items": items,
           "customer_note": "Ring twice", "billing_address": {}})
}

fn bigcommerce(net: &str, tax: &str, total: &str, products: Value) -> Value {
    json!({"id": 1, "status_id": 11, "date_created": "Mon, 04 May 2026 10:00:00 +0000", "default_currency_code": "GBP",
           "total_ex_tax": net, "total_tax": tax, "total_inc_tax": total, "billing_address": {}, "products": products,
           "customer_message": "Ring twice"})
}

fn bigcommerce_product(net: &str, tax: &str) -> Value {
    json!({"id": 1, "name": "Mug", "sku": "", "quantity": 1, "total_ex_tax": net, "total_tax": tax})
}

#[test]
fn what_is_untaxed_has_the_code_that_the_table_has_for_it() {
    let by_rate = json!({"taxCodes": {"0": "Z"}});
    let shop = shopify(json!([shopify_line("10.00", json!([]))]), "10.00", "0.00");
    assert_eq!(
        rows_with("shopify-order", &by_rate, &shop),
        ["Mug|10.00|0.00|Z", "Note: Ring twice|0.00|0.00|Z"]
    );

    let by_class = json!({"taxCodes": {"zero-rate": "Z"}});
    let shop = woocommerce("10.00", "0.00", json!([woocommerce_line("zero-rate", "0.00")]), json!([]));
    let expected = ["Mug|10.00|0.00|Z", "Note: Ring twice|0.00|0.00|Z"];
    assert_eq!(rows_with("woocommerce-order", &by_class, &shop), expected);

    let item =
        json!({"item_id": 1, "name": "Mug", "sku": "", "qty_ordered": 1, "row_total": 10, "tax_amount": 0});
    assert_eq!(rows_with("magento-order", &by_rate, &magento(10.0, 0.0, json!([item]))), expected);
    let shop = bigcommerce("10.00", "0.00", "10.00", json!([bigcommerce_product("10.00", "0.00")]));
    assert_eq!(rows_with("bigcommerce-order", &by_rate, &shop), expected);

    let till = json!({"id": "S1", "state": "COMPLETED", "created_at": "2026-05-04T10:00:00Z",
        "total_money": {"amount": 1200, "currency": "GBP"}, "total_tax_money": {"amount": 0, "currency": "GBP"},
        "total_tip_money": {"amount": 200, "currency": "GBP"},
        "line_items": [{"uid": "1", "name": "Tea", "quantity": "1", "total_money": {"amount": 1000, "currency": "GBP"}}]});
    let by_per_cent = json!({"taxCodes": {"0.00": "Z"}});
    assert_eq!(rows_with("square-order", &by_per_cent, &till), ["Tea|10.00|0.00|Z", "Tip|2.00|0.00|Z"]);
}

#[test]
fn no_rule_of_an_order_or_a_credit_has_a_code_of_its_own() {
    let mut seen = 0;
    for document in
        ready().iter().filter(|ready| ready.name.ends_with("-order") || ready.name.ends_with("-refund"))
    {
        let value: Value = serde_json::from_str(document.document).expect("JSON");
        let target = value["target"].as_str().unwrap_or_default();
        if !["order-service/sales-order", "order-service/sales-credit"].contains(&target) {
            continue;
        }
        seen += 1;
        let rules = json!([value["fields"], value["checks"]]).to_string();
        for code in ["T0", "T5", "T20"] {
            for mark in ['"', '\''] {
                assert!(!rules.contains(&format!("{mark}{code}{mark}")), "{}: {code}", document.name);
            }
        }
    }
    assert!(seen > 10, "{seen} documents");
}

#[test]
fn other_rates_than_ours_are_a_table() {
    let tables = json!({"rates": {"all": "0.07 0.19"}, "taxCodes": {"0.07": "R", "0.19": "F"}});
    let shop = bigcommerce(
        "20.00",
        "2.60",
        "22.60",
        json!([bigcommerce_product("10.00", "0.70"), bigcommerce_product("10.00", "1.90")]),
    );
    let expected = ["Mug|10.00|0.70|R", "Mug|10.00|1.90|F", "Note: Ring twice|0.00|0.00|T0"];
    assert_eq!(rows_with("bigcommerce-order", &tables, &shop), expected);
    let Became::Refused(reason) = mapped("bigcommerce-order", &shop) else { panic!("other rates") };
    assert!(reason.contains("which are in its tables rates and taxCodes"), "{reason}");
}

#[test]
fn a_row_of_rounding_has_the_code_of_a_row_that_is_taxed() {
    let none = json!({});
    let five = || shopify_line("10.00", json!([{"rate": 0.05, "price": "0.50"}]));
    let last = |name: &str, tables: &Value, record: &Value| {
        let rows = rows_with(name, tables, record);
        rows.last().expect("rows").clone()
    };
    let shop = shopify(json!([five(), five()]), "21.01", "1.01");
    assert_eq!(last("shopify-order", &none, &shop), "Rounding|0.00|0.01|T5");
    let both = || {
        shopify_line("100.00", json!([{"rate": 0.05, "price": "5.00"}, {"rate": 0.09975, "price": "9.98"}]))
    };
    let shop = shopify(json!([both(), both()]), "229.95", "29.95");
    let quebec = json!({"taxCodes": {"0.14975": "QC"}});
    assert_eq!(last("shopify-order", &quebec, &shop), "Rounding|0.00|-0.01|QC");

    let shop = bigcommerce(
        "16.6600",
        "0.8330",
        "17.4930",
        json!([bigcommerce_product("8.3300", "0.4165"), bigcommerce_product("8.3300", "0.4165")]),
    );
    assert_eq!(last("bigcommerce-order", &none, &shop), "Rounding|0.00|-0.01|T5");

    let reduced = || woocommerce_line("reduced-rate", "0.50");
    let shop = woocommerce("21.01", "1.01", json!([reduced(), reduced()]), json!([]));
    assert_eq!(last("woocommerce-order", &none, &shop), "Rounding|0.00|0.01|T5");
    let untaxed = || json!([woocommerce_line("zero-rate", "0.00")]);
    for (tax, all, total, code) in [("0.25", "0.26", "15.26", "T5"), ("1.00", "1.01", "16.01", "T20")] {
        let post = json!([{"method_title": "Post", "total": "5.00", "total_tax": tax}]);
        let shop = woocommerce(total, all, untaxed(), post);
        assert_eq!(last("woocommerce-order", &none, &shop), format!("Rounding|0.00|0.01|{code}"));
    }
}

#[test]
fn a_tax_of_which_no_row_is_taxed_is_refused() {
    let untaxed = shopify(json!([shopify_line("10.00", json!([]))]), "10.01", "0.01");
    let item =
        json!({"item_id": 1, "name": "Mug", "sku": "", "qty_ordered": 1, "row_total": 10, "tax_amount": 0});
    let shops = [
        ("shopify-order", untaxed, "no line of it is taxed"),
        (
            "woocommerce-order",
            woocommerce("10.01", "0.01", json!([woocommerce_line("zero-rate", "0.00")]), json!([])),
            "nothing of it is taxed",
        ),
        ("magento-order", magento(10.01, 0.01, json!([item])), "no item of it is taxed"),
    ];
    for (name, shop, expected) in shops {
        let Became::Refused(reason) = mapped(name, &shop) else { panic!("{name}") };
        assert!(reason.contains(&format!("its tax is 0.01, and {expected}")), "{name}: {reason}");
    }
}
