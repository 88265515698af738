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
fn streets_of_several_lines_arrive_whole() {
    let mut order = order(2400, 400, vec![item(1, "Mug", "simple", 2000, 400)]);
    for (street, first, second) in [
        (json!(["Flat 5", "Tower House", "12 High Street"]), "Flat 5", json!("Tower House, 12 High Street")),
        (json!(["12 High Street", null, ""]), "12 High Street", Value::Null),
        (json!("12 High Street"), "12 High Street", Value::Null),
    ] {
        let address = json!({"street": street, "country_id": "GB"});
        order["billing_address"] = address.clone();
        order["extension_attributes"] = json!({"shipping_assignments": [{"shipping": {"address": address}}]});
        let body = written(NAME, &order);
        for address in [&body["billing"]["address"], &body["delivery"]["address"]] {
            assert_eq!(
                (&address["addressLine1"], &address["addressLine2"]),
                (&json!(first), &second),
                "{street}"
            );
        }
    }
}

#[test]
fn credit_and_points_pay_wherever_they_stand() {
    for member in ["customer_balance_amount", "reward_currency_amount", "gift_cards_amount"] {
        let mut order = order(1400, 400, vec![item(1, "Mug", "simple", 2000, 400)]);
        assert!(refused(NAME, &order).contains("a difference of -10"), "{member}");
        order["extension_attributes"] = json!({member: 10});
        assert_eq!(sums(&written(NAME, &order)), (2000, 400), "{member}");
        order["extension_attributes"] = Value::Null;
        order[member] = "-10.0000".into();
        assert_eq!(sums(&written(NAME, &order)), (2000, 400), "{member}");
    }
}

#[test]
fn gift_wrap_and_fixed_taxes_are_rows() {
    let mut mug = item(1, "Mug", "simple", 2000, 400);
    mug["weee_tax_applied_row_amount"] = amount(100);
    let mut order = order(2400 + 100 + 480 + 240 + 100, 400 + 80 + 40, vec![mug]);
    order["extension_attributes"] = json!({"gw_price": "4.0000", "gw_tax_amount": "0.8000", "gw_items_price": "2.0000",
        "gw_items_tax_amount": "0.4000", "gw_card_price": "1.0000", "gw_card_tax_amount": "0.0000"});
    let expected = [
        "Mug|20.00|4.00|T20",
        "Gift wrap|4.00|0.80|T20",
        "Gift wrap of items|2.00|0.40|T20",
        "Printed card|1.00|0.00|T0",
        "Fixed product tax: Mug|1.00|0.00|T0",
    ];
    assert_eq!(rows(&written(NAME, &order)), expected);
    order["extension_attributes"]["gw_tax_amount"] = "0.3000".into();
    assert!(refused(NAME, &order).contains("Gift wrap is taxed with 0.3000 on 4.0000"));
}

#[test]
fn a_fixed_tax_is_taxed_where_the_tax_of_the_order_has_just_that_beside_its_rows() {
    let made = |total: i64, tax: i64, of_mug: i64| {
        let mut mug = item(1, "Mug", "simple", 2000, of_mug);
        mug["weee_tax_applied_row_amount"] = amount(100);
        order(total, tax, vec![mug])
    };
    assert_eq!(
        rows(&written(NAME, &made(2520, 420, 400))),
        ["Mug|20.00|4.00|T20", "Fixed product tax: Mug|1.00|0.20|T20"]
    );
    assert!(refused(NAME, &made(2530, 430, 400)).contains("a difference of 0.3"));
    // That of the item has it already: how much of it is whose is not stated.
    assert!(refused(NAME, &made(2520, 420, 420)).contains("expected the tax of that rate"));
}

#[test]
fn a_tax_without_its_per_cent_has_no_code() {
    for percent in [json!(0), json!("0.0000"), Value::Null] {
        let mut mug = item(1, "Mug", "simple", 2000, 400);
        mug["tax_percent"] = percent;
        let reason = refused(NAME, &order(2400, 400, vec![mug]));
        assert!(reason.contains("Mug is taxed with 4.0, and its tax_percent is"), "{reason}");
    }
}

#[test]
fn many_rows_may_be_rounded_by_more_than_a_few_cents() {
    let items = |count: u32| (1..=count).map(|id| item(id, "Mug", "simple", 100, 20)).collect::<Vec<_>>();
    let body = written(NAME, &order(40 * 120 + 15, 40 * 20 + 15, items(40)));
    assert_eq!(rows(&body)[40], "Rounding|0.00|0.15|T20");
    assert!(refused(NAME, &order(40 * 120 + 21, 40 * 20 + 21, items(40))).contains("at most 0.20"));
    assert!(refused(NAME, &order(2 * 120 + 15, 2 * 20 + 15, items(2))).contains("at most 0.05"));
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
