//! A tax class of WooCommerce that has other rates in other countries: the table of tax codes has it by country.

use brightpearl_core::mapping::{Mapping, ready};
use serde_json::{Value, json};

use crate::ready_record::{refused, rows};
use crate::shop_draw;

/// A document of WooCommerce that knows the classes of Germany and France.
fn abroad(name: &str) -> Mapping {
    let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
    let mut document: Value = serde_json::from_str(document).expect("JSON");
    for (class, code, rate) in
        [("standard DE", "D19", 0.19), ("reduced-rate DE", "D7", 0.07), ("standard FR", "F20", 0.2)]
    {
        document["lookups"]["taxCodes"][class] = json!(code);
        document["lookups"]["rates"][code] = json!(rate);
    }
    Mapping::compile(&document.to_string()).expect("a right document")
}

fn order(country: &str, class: &str, tax: &str, shipping: &str, all: &str, total: &str) -> Value {
    json!({"id": 81, "number": "81", "status": "processing", "currency": "EUR", "date_created_gmt": "2026-05-04T10:00:00",
           "total": total, "total_tax": all, "billing": {"email": "pat@example.com"}, "shipping": {"country": country},
           "line_items": [{"id": 1, "name": "Mug", "quantity": 1, "tax_class": class, "total": "10.00", "total_tax": tax, "sku": ""}],
           "shipping_lines": [{"method_title": "Post", "total": "5.00", "total_tax": shipping}], "fee_lines": []})
}

#[test]
fn a_class_has_the_code_of_its_country_and_otherwise_its_own() {
    let mapping = abroad("woocommerce-order");
    let rows_of = |order: Value| rows(&shop_draw::written(&mapping, &order).expect("a body"));
    let german = order("DE", "", "1.90", "0.95", "2.85", "17.85");
    assert_eq!(rows_of(german), ["Mug|10.00|1.90|D19", "Shipping: Post|5.00|0.95|D19"]);
    let reduced = order("DE", "reduced-rate", "0.70", "0.35", "1.05", "16.05");
    assert_eq!(rows_of(reduced), ["Mug|10.00|0.70|D7", "Shipping: Post|5.00|0.35|D7"]);
    let french = order("FR", "", "2.00", "1.00", "3.00", "18.00");
    assert_eq!(rows_of(french), ["Mug|10.00|2.00|F20", "Shipping: Post|5.00|1.00|F20"]);
    let british = order("GB", "", "2.00", "1.00", "3.00", "18.00");
    assert_eq!(rows_of(british), ["Mug|10.00|2.00|T20", "Shipping: Post|5.00|1.00|T20"]);
    let rounded = order("DE", "", "1.90", "0.95", "2.86", "17.86");
    assert_eq!(rows_of(rounded).last().expect("rows"), "Rounding|0.00|0.01|D19");
    // The rate of another country is none of Germany's.
    let wrong = shop_draw::written(&mapping, &order("DE", "", "2.00", "0.95", "2.95", "17.95"));
    assert!(wrong.expect_err("a refusal").contains("Mug is taxed with 2.00 on 10.00"));
}

#[test]
fn a_refund_has_the_codes_of_its_order() {
    let record = json!({"order": {"id": 81, "number": "81", "currency": "EUR", "shipping": {"country": "DE"}},
        "refund": {"id": 5, "amount": "11.90", "date_created_gmt": "2026-05-05T10:00:00",
            "line_items": [{"id": 1, "name": "Mug", "quantity": -1, "tax_class": "", "total": "-10.00", "total_tax": "-1.90", "sku": ""}]}});
    let body = shop_draw::written(&abroad("woocommerce-refund"), &record).expect("a body");
    assert_eq!(rows(&body), ["Mug|10.00|1.90|D19"]);
    assert!(refused("woocommerce-refund", &record).contains("such as `standard DE`, and its rate in rates"));
}

#[test]
fn the_refusal_says_what_the_tables_lack() {
    let reason = refused("woocommerce-order", &order("DE", "", "1.90", "0.95", "2.85", "17.85"));
    assert!(
        reason.contains("in the table taxCodes, a code of the class in that country, such as `standard DE`"),
        "{reason}"
    );
}
