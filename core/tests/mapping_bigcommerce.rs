//! BigCommerce's orders: to the cent, or refused.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, rows, sums, written};
use crate::shop_draw::{Draw, ORDERS, cents, compiled, divided, money, total};

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

/// A product with what it states of discounts.
fn discounted(name: &str, net: i64, tax: i64, off: &[i64]) -> Value {
    let mut product = product(name, 1, net, tax);
    product["applied_discounts"] =
        off.iter().map(|off| json!({"id": "coupon", "amount": four(*off), "target": "product"})).collect();
    product
}

#[test]
fn a_discount_belongs_to_the_products_that_state_it() {
    let coupon = |net: i64, tax: i64, off: i64, products: Vec<Value>| {
        let mut order = order(net, tax, 0, products);
        order["coupon_discount"] = four(off).into();
        order
    };
    let free = vec![discounted("Mug", 1000, 200, &[1000]), discounted("Cup", 1000, 200, &[])];
    assert_eq!(
        rows(&written(NAME, &coupon(1000, 200, 1000, free))),
        ["Mug|0.00|0.00|T0", "Cup|10.00|2.00|T20"]
    );
    // Of prices without tax, with a book of no tax beside it, and then of prices with tax.
    let mixed = |off: &[i64]| vec![discounted("Mug", 1000, 200, off), discounted("Book", 1000, 0, &[])];
    let expected = ["Mug|8.00|1.60|T20", "Book|10.00|0.00|T0"];
    assert_eq!(rows(&written(NAME, &coupon(1800, 160, 200, mixed(&[150, 50])))), expected);
    assert_eq!(rows(&written(NAME, &coupon(1800, 160, 240, mixed(&[240])))), expected);
    let book = vec![discounted("Mug", 1000, 200, &[]), discounted("Book", 1000, 0, &[200])];
    let expected = ["Mug|10.00|2.00|T20", "Book|8.00|0.00|T0"];
    assert_eq!(rows(&written(NAME, &coupon(1800, 200, 200, book))), expected);
    let reason = refused(NAME, &coupon(1800, 160, 200, mixed(&[100])));
    assert!(reason.contains("the discounts that its products state come to 1.0000"), "{reason}");
    // Products that are less already need nothing taken off.
    let less = vec![discounted("Mug", 900, 180, &[100])];
    assert_eq!(rows(&written(NAME, &coupon(900, 180, 100, less))), ["Mug|9.00|1.80|T20"]);
}

#[test]
fn a_coupon_of_no_product_that_is_the_price_of_shipping_makes_that_free() {
    for (tax, off) in [(100, 500), (100, 600), (0, 500)] {
        let mut order = order(1000, 200, 0, vec![discounted("Mug", 1000, 200, &[])]);
        order["shipping_cost_ex_tax"] = four(500).into();
        order["shipping_cost_tax"] = four(tax).into();
        order["coupon_discount"] = four(off).into();
        assert_eq!(rows(&written(NAME, &order)), ["Mug|10.00|2.00|T20"], "{order}");
        // Shipping that is free already costs nothing.
        order["shipping_cost_ex_tax"] = four(0).into();
        order["shipping_cost_tax"] = four(0).into();
        assert_eq!(rows(&written(NAME, &order)), ["Mug|10.00|2.00|T20"], "{order}");
    }
}

#[test]
fn amounts_of_four_places_come_to_totals_of_four() {
    let product = |net: &str, tax: &str| {
        let mut product = product("Mug", 3, 0, 0);
        product["total_ex_tax"] = net.into();
        product["total_tax"] = tax.into();
        product
    };
    let mut order = order(0, 0, 0, vec![product("33.3333", "6.6667")]);
    for (member, amount) in
        [("total_ex_tax", "33.3333"), ("total_tax", "6.6667"), ("total_inc_tax", "40.0000")]
    {
        order[member] = amount.into();
    }
    assert_eq!(rows(&written(NAME, &order)), ["Mug|33.33|6.67|T20"]);
    // Forty of them are rounded up by more than five cents.
    let many = (0..40).map(|_| product("3.3334", "0.6666")).collect::<Vec<_>>();
    order["products"] = many.into();
    for (member, amount) in
        [("total_ex_tax", "133.3360"), ("total_tax", "26.6640"), ("total_inc_tax", "160.0000")]
    {
        order[member] = amount.into();
    }
    let body = written(NAME, &order);
    assert_eq!(sums(&body), (13_334, 2666));
    assert_eq!(rows(&body)[40..], ["Rounding|0.00|-0.14|T20", "Rounding|0.14|0.00|T0"]);
}

#[test]
fn what_is_a_number_may_be_a_text() {
    let mut order = order(1000, 200, 0, vec![product("Mug", 1, 1000, 200)]);
    order["status_id"] = "11".into();
    order["products"][0]["order_id"] = "9".into();
    assert_eq!(rows(&written(NAME, &order)), ["Mug|10.00|2.00|T20"]);
    order["products"][0]["quantity_refunded"] = "1".into();
    assert!(refused(NAME, &order).contains("was given back"));
    order["status_id"] = "0".into();
    assert!(matches!(mapped(NAME, &order), Became::Skipped(_)));
    order["status_id"] = Value::Null;
    assert!(refused(NAME, &order).contains("its status_id is missing; expected 2, 3 or 8 to 14"));
}

#[test]
fn random_coupons_of_products_stay_with_them() {
    let mapping = compiled(NAME);
    for number in 0..ORDERS {
        let mut draw = Draw::of(number);
        let of_gross = draw.one_in(2);
        let (mut products, mut expected, mut stated) = (Vec::new(), Vec::new(), 0);
        for _ in 0..=draw.below(4) {
            let rate = [0, 5, 20][draw.below(3) as usize];
            let price = 100 + draw.below(9_000);
            let off = if draw.one_in(2) { draw.below(price + 1) } else { 0 };
            let (net, tax, less) = if of_gross {
                let contained = |price: i64| divided(price * rate, 100 + rate);
                let after = price - off;
                (price - contained(price), contained(price), (after - contained(after), contained(after)))
            } else {
                let added = |price: i64| divided(price * rate, 100);
                (price, added(price), (price - off, added(price - off)))
            };
            products.push(discounted(
                "Article",
                net,
                tax,
                if off > 0 { std::slice::from_ref(&off) } else { &[] },
            ));
            expected.push(less);
            stated += off;
        }
        let [net, tax] = [|row: &(i64, i64)| row.0, |row: &(i64, i64)| row.1]
            .map(|of| expected.iter().map(of).sum::<i64>());
        let mut order = order(net, tax, 0, products);
        order["coupon_discount"] = four(stated).into();
        let body =
            crate::shop_draw::written(&mapping, &order).unwrap_or_else(|reason| panic!("{reason}\n{order}"));
        assert_eq!(total(&body["rows"], &["net", "tax"]), net + tax, "{order}\n{body}");
        assert_eq!(total(&body["rows"], &["tax"]), tax, "{order}\n{body}");
        for (row, (net, tax)) in body["rows"].as_array().expect("rows").iter().zip(&expected) {
            let off = [("net", net), ("tax", tax)].map(|(member, meant)| cents(&row[member]) - meant);
            assert!(off.iter().all(|off| off.abs() <= 2), "{off:?}: {order}\n{body}");
        }
    }
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
        ("status_id", json!(99), "its status_id is 99"),
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
