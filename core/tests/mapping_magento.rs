//! Magento's orders: to the cent, or refused.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, rows, sums, written};
use crate::shop_draw::{Draw, ORDERS, compiled, divided, money, total};

const NAME: &str = "magento-order";

fn amount(cents: i64) -> Value {
    serde_json::from_str(&money(cents)).expect("a number")
}

fn item(id: u32, name: &str, kind: &str, net: i64, tax: i64) -> Value {
    json!({"item_id": id, "product_type": kind, "name": name, "sku": "", "qty_ordered": 2, "qty_canceled": 0,
           "row_total": amount(net), "tax_amount": amount(tax), "tax_percent": 20, "discount_amount": 0})
}

fn order(total: i64, tax: i64, items: Vec<Value>) -> Value {
    json!({"increment_id": "000000009", "state": "processing", "created_at": "2026-05-04 10:00:00",
           "order_currency_code": "GBP", "base_currency_code": "GBP", "grand_total": amount(total),
           "tax_amount": amount(tax), "customer_email": "pat@example.com", "items": items})
}

fn part(mut item: Value, of: u32) -> Value {
    item["parent_item_id"] = of.into();
    item
}

#[test]
fn a_configurable_product_counts_once_and_a_bundle_by_its_parts() {
    let items = vec![
        item(1, "Shirt", "configurable", 2000, 400),
        part(item(2, "Shirt M", "simple", 0, 0), 1),
        item(3, "Dynamic set", "bundle", 3000, 600),
        part(item(4, "Cup", "simple", 1000, 200), 3),
        part(item(5, "Saucer", "simple", 2000, 400), 3),
        item(6, "Fixed set", "bundle", 500, 100),
        part(item(7, "Spoon", "simple", 0, 0), 6),
    ];
    let body = written(NAME, &order(6600, 1100, items));
    let expected = [
        "Shirt|20.00|4.00|T20",
        "Cup|10.00|2.00|T20",
        "Saucer|20.00|4.00|T20",
        "Fixed set|5.00|1.00|T20",
        "Spoon|0.00|0.00|T0",
    ];
    assert_eq!(rows(&body), expected);
    assert_eq!(
        (&body["externalRef"], &body["placedOn"]),
        (&json!("magento-000000009"), &json!("2026-05-04T10:00:00.000Z"))
    );
}

#[test]
fn a_discount_of_prices_with_tax_is_taken_with_its_compensation() {
    // 24.00 with 4.00 in it, less 6.00 with 1.00 in it.
    let mut mug = item(1, "Mug", "simple", 2000, 300);
    mug["discount_amount"] = amount(600);
    mug["discount_tax_compensation_amount"] = amount(100);
    let mut order = order(1800 + 600, 300 + 100, vec![mug]);
    order["shipping_amount"] = amount(500);
    order["shipping_tax_amount"] = amount(100);
    order["shipping_description"] = "Post".into();
    assert_eq!(rows(&written(NAME, &order)), ["Mug|15.00|3.00|T20", "Shipping: Post|5.00|1.00|T20"]);
}

#[test]
fn gift_cards_and_credit_pay_and_another_currency_is_told() {
    let mut order = order(1400, 400, vec![item(1, "Mug", "simple", 2000, 400)]);
    order["extension_attributes"] = json!({"gift_cards_amount": 7.5});
    order["customer_balance_amount"] = json!(2.5);
    order["base_currency_code"] = "EUR".into();
    order["base_grand_total"] = json!(16.28);
    let body = written(NAME, &order);
    assert_eq!(sums(&body), (2000, 400));
    assert_eq!(rows(&body)[1], "In EUR: 16.28|0.00|0.00|T0");
}

#[test]
fn what_is_cancelled_unpaid_unknown_or_off_is_not_brought() {
    let fine = order(2400, 400, vec![item(1, "Mug", "simple", 2000, 400)]);
    for (state, is_skipped) in
        [("canceled", true), ("closed", true), ("pending_payment", true), ("new", true), ("fraud", false)]
    {
        let mut order = fine.clone();
        order["state"] = state.into();
        assert_eq!(matches!(mapped(NAME, &order), Became::Skipped(_)), is_skipped, "{state}");
        assert_eq!(matches!(mapped(NAME, &order), Became::Refused(_)), !is_skipped, "{state}");
    }
    let mut scattered = fine.clone();
    scattered["extension_attributes"] = json!({"shipping_assignments": [{}, {}]});
    assert!(refused(NAME, &scattered).contains("it goes to several addresses"));
    for (pointer, value, expected) in [
        ("/items/0/qty_canceled", json!(1), "pieces of it were cancelled"),
        ("/items/0/tax_percent", json!(19), "\"taxCodes\" does not have it"),
        ("/grand_total", json!(25), "a difference of 1"),
        ("/tax_amount", json!(5), "a difference of 1"),
    ] {
        let mut order = fine.clone();
        *order.pointer_mut(pointer).expect("a member") = value;
        let reason = refused(NAME, &order);
        assert!(reason.contains(expected), "{reason}");
    }
}

#[test]
fn random_orders_come_to_the_grand_total() {
    let mapping = compiled(NAME);
    for number in 0..ORDERS {
        let mut draw = Draw::of(number);
        let is_gross = draw.one_in(2);
        let (mut items, mut stated, mut taxes) = (Vec::new(), 0, 0);
        for id in 1..=1 + draw.below(4) {
            let rate = [0, 5, 20][draw.below(3) as usize];
            let quantity = 1 + draw.below(4);
            let price = quantity * draw.below(8_000);
            let discount = if draw.one_in(3) { draw.below(price + 1) } else { 0 };
            let contained = |price: i64| divided(price * rate, 100 + rate);
            let (net, tax, compensation) = if is_gross {
                let (before, after) = (contained(price), contained(price - discount));
                (price - before, after, before - after)
            } else {
                (price, divided((price - discount) * rate, 100), 0)
            };
            stated += net - discount + compensation + tax;
            taxes += tax;
            let mut row = item(id as u32, "Article", "simple", net, tax);
            row["qty_ordered"] = quantity.into();
            row["tax_percent"] = serde_json::from_str(&format!("{rate}.0000")).expect("a number");
            row["discount_amount"] = amount(discount);
            row["discount_tax_compensation_amount"] = amount(compensation);
            // The variant of a configurable product is an item of its own, of no price.
            if draw.one_in(3) {
                row["product_type"] = "configurable".into();
                items.push(part(item(100 + id as u32, "Variant", "simple", 0, 0), id as u32));
            }
            items.push(row);
        }
        // Rounded at the end, or lost.
        let off = if draw.one_in(4) { draw.below(15) - 7 } else { 0 };
        let order = order(stated + off, taxes, items);
        match crate::shop_draw::written(&mapping, &order) {
            Ok(body) => {
                assert!(off.abs() <= 5, "{order}");
                assert_eq!(total(&body["rows"], &["net", "tax"]), stated + off, "{order}\n{body}");
                assert_eq!(total(&body["rows"], &["tax"]), taxes, "{order}\n{body}");
            }
            Err(reason) => assert!(off.abs() > 5 && reason.contains("a difference of"), "{reason}\n{order}"),
        }
    }
}
