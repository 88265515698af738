//! BigCommerce's orders: to the cent, or refused.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, rows, sums, written};
use crate::shop_draw::{Draw, ORDERS, compiled, divided, money, total};

const NAME: &str = "bigcommerce-order";

/// Four places, as the shop writes them.
fn four(cents: i64) -> String {
    format!("{}00", money(cents))
}

fn product(name: &str, quantity: i64, net: i64, tax: i64) -> Value {
    json!({"id": 1, "order_id": 9, "name": name, "sku": "", "quantity": quantity, "total_ex_tax": four(net), "total_tax": four(tax)})
}

fn order(net: i64, tax: i64, discount: i64, products: Vec<Value>) -> Value {
    json!({"id": 9, "status_id": 11, "date_created": "Mon, 04 May 2026 10:00:00 +0000", "default_currency_code": "GBP",
           "currency_code": "GBP", "total_ex_tax": four(net), "total_tax": four(tax), "total_inc_tax": four(net + tax),
           "discount_amount": four(discount), "coupon_discount": "0.0000", "billing_address": {"email": "pat@example.com"},
           "products": products})
}

#[test]
fn a_discount_of_the_order_is_shared_and_is_what_the_order_states() {
    let products =
        || vec![product("Mug", 3, 1000, 200), product("Book", 1, 1000, 0), product("Cup", 1, 1000, 200)];
    let body = written(NAME, &order(2900, 387, 100, products()));
    assert_eq!(sums(&body), (2900, 387));
    assert_eq!(rows(&body), ["Mug|9.66|1.93|T20", "Book|9.67|0.00|T0", "Cup|9.67|1.94|T20"]);
    // As prices with tax have it: 1.13 with the tax in it.
    assert_eq!(sums(&written(NAME, &order(2900, 387, 113, products()))), (2900, 387));
    let reason = refused(NAME, &order(2900, 387, 300, products()));
    assert!(reason.contains("discount_amount is 3.0000"), "{reason}");
}

#[test]
fn shipping_handling_wrapping_and_fees_are_rows() {
    let mut order =
        order(1000 + 400 + 100 + 50 + 250, 200 + 80 + 20 + 10 + 50, 0, vec![product("Mug", 1, 1000, 200)]);
    for (kind, net, tax) in [("shipping", 400, 80), ("handling", 100, 20), ("wrapping", 50, 10)] {
        order[format!("{kind}_cost_ex_tax")] = four(net).into();
        order[format!("{kind}_cost_tax")] = four(tax).into();
    }
    order["fees"] = json!([{"name": "Assembly", "cost_ex_tax": "2.5000", "cost_inc_tax": "3.0000"}]);
    order["customer_message"] = "Ring twice".into();
    order["currency_code"] = "EUR".into();
    let texts = [
        "Shipping|4.00|0.80|T20",
        "Handling|1.00|0.20|T20",
        "Wrapping|0.50|0.10|T20",
        "Assembly|2.50|0.50|T20",
        "Note: Ring twice|0.00|0.00|T0",
        "Shown in EUR|0.00|0.00|T0",
    ];
    assert_eq!(rows(&written(NAME, &order))[1..], texts);
}

#[test]
fn another_rate_status_or_order_is_refused_and_what_is_no_order_yet_skipped() {
    let fine = order(1000, 200, 0, vec![product("Mug", 1, 1000, 200)]);
    assert_eq!(written(NAME, &fine)["externalRef"], "bigcommerce-9");
    let reason = refused(NAME, &order(1000, 90, 0, vec![product("Mug", 1, 1000, 90)]));
    assert!(reason.contains("expected one of the rates"), "{reason}");
    assert_eq!(
        rows(&written(NAME, &order(1000, 50, 0, vec![product("Mug", 1, 1000, 50)]))),
        ["Mug|10.00|0.50|T5"]
    );
    for (member, value, expected) in [
        ("status_id", json!(99), "its status is 99"),
        ("products", json!(null), "does not have its products"),
        ("products", json!({"url": "https://example.com/products"}), "does not have its products"),
        ("total_inc_tax", json!("13.0000"), "a difference of 1.00"),
        (
            "shipping_addresses",
            json!({"url": "https://example.com/addresses"}),
            "does not have its shipping addresses",
        ),
        ("shipping_addresses", json!([{}, {}]), "it goes to several addresses"),
    ] {
        let mut order = fine.clone();
        order[member] = value;
        let reason = refused(NAME, &order);
        assert!(reason.contains(expected), "{reason}");
    }
    let mut other = fine.clone();
    other["products"][0]["order_id"] = 8.into();
    assert!(refused(NAME, &other).contains("products of another order"));
    for status in [0, 1, 4, 5, 6, 7] {
        let mut order = fine.clone();
        order["status_id"] = status.into();
        assert!(matches!(mapped(NAME, &order), Became::Skipped(_)), "{status}");
    }
}

#[test]
fn random_orders_come_to_the_totals_or_are_refused() {
    let mapping = compiled(NAME);
    let mut written = 0;
    for number in 0..ORDERS {
        let mut draw = Draw::of(number);
        let (mut products, mut nets, mut taxes) = (Vec::new(), 0, 0);
        for _ in 0..=draw.below(4) {
            let quantity = 1 + draw.below(3);
            let net = quantity * (100 + draw.below(9_000));
            let tax = divided(net * [0, 5, 20][draw.below(3) as usize], 100);
            products.push(product("Article", quantity, net, tax));
            nets += net;
            taxes += tax;
        }
        let (goods, goods_tax) = (nets, taxes);
        let mut order = order(0, 0, 0, products);
        if draw.one_in(2) {
            let net = 1 + draw.below(900);
            let tax = divided(net * 20, 100);
            order["shipping_cost_ex_tax"] = four(net).into();
            order["shipping_cost_tax"] = four(tax).into();
            nets += net;
            taxes += tax;
        }
        // A tenth off the goods, of which the shop states the net or the gross, or nothing.
        let how = draw.below(4);
        let (off, tax_off) = if how == 0 { (0, 0) } else { (divided(goods, 10), divided(goods_tax, 10)) };
        nets -= off;
        taxes -= tax_off;
        let stated = match how {
            1 => off,
            2 => off + tax_off,
            _ => 0,
        };
        order["discount_amount"] = four(stated).into();
        for (member, amount) in
            [("total_ex_tax", nets), ("total_tax", taxes), ("total_inc_tax", nets + taxes)]
        {
            order[member] = four(amount).into();
        }
        match crate::shop_draw::written(&mapping, &order) {
            Ok(body) => {
                assert!(how != 3 || off <= 5, "{order}");
                assert_eq!(total(&body["rows"], &["net", "tax"]), nets + taxes, "{order}\n{body}");
                assert_eq!(total(&body["rows"], &["tax"]), taxes, "{order}\n{body}");
                written += 1;
            }
            Err(reason) => {
                let is_unsaid = how == 3 && reason.contains("discount_amount is 0.0000");
                assert!(is_unsaid, "{reason}\n{order}");
            }
        }
    }
    assert!(written > ORDERS * 2 / 3, "{written}");
}
