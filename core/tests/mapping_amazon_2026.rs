//! Amazon's orders as its Orders API 2026-01-01 states them: to the cent, or refused.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, rows, sums, written};
use crate::shop_draw::{Draw, ORDERS, compiled, divided, money, total};

const NAME: &str = "amazon-2026-order";

fn part(kind: &str, amount: i64, details: &[(&str, i64)]) -> Value {
    let detail = |(kind, amount): &(&str, i64)| json!({"subtype": kind, "value": {"amount": money(*amount)}});
    json!({"type": kind, "subtotal": {"amount": money(amount)},
           "detailedBreakdowns": details.iter().map(detail).collect::<Vec<_>>()})
}

fn item(total: i64, parts: Vec<Value>) -> Value {
    json!({"orderItemId": "1", "quantityOrdered": 2, "product": {"sellerSku": "MUG", "title": "Mug"},
           "packing": {"giftOption": {"giftMessage": "Hooray"}},
           "proceeds": {"proceedsTotal": {"amount": money(total)}, "breakdowns": parts}})
}

fn order(marketplace: &str, total: i64, items: Vec<Value>) -> Value {
    json!({"orderId": "702-1", "createdTime": "2026-05-04T10:00:00Z", "salesChannel": {"marketplaceName": marketplace},
           "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"},
           "proceeds": {"grandTotal": {"amount": money(total), "currencyCode": "GBP"}}, "orderItems": items})
}

/// What Amazon collects and remits.
fn collected() -> Value {
    json!({"taxCollections": [{"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon Services, Inc."}]})
}

#[test]
fn a_tax_that_amazon_collects_is_a_row_of_its_own() {
    let american = || vec![part("ITEM", 2000, &[]), part("TAX", 166, &[])];
    let mut taxed = item(2166, american());
    taxed["tax"] = collected();
    let body = written(NAME, &order("Amazon.com", 2166, vec![taxed]));
    assert_eq!(rows(&body), ["Mug|20.00|0.00|T0", "Tax that Amazon collects and remits: Mug|1.66|0.00|T0"]);
    // Contained in the price, it leaves the row.
    let mut contained = item(2400, vec![part("ITEM", 2400, &[]), part("TAX", 400, &[])]);
    contained["tax"] = collected();
    let body = written(NAME, &order("Amazon.co.uk", 2400, vec![contained]));
    assert_eq!(rows(&body), ["Mug|20.00|0.00|T0", "Tax that Amazon collects and remits: Mug|4.00|0.00|T0"]);
    let own = order("Amazon.com", 2166, vec![item(2166, american())]);
    assert!(
        refused(NAME, &own).contains("expected one of them, or a tax that Amazon collects, with TAX among")
    );
}

#[test]
fn a_tip_for_the_delivery_is_a_row() {
    let mut tipped = order("Amazon.com", 2500, vec![item(2000, vec![part("ITEM", 2000, &[])])]);
    tipped["proceeds"]["breakdowns"] = json!([part("ITEM", 2000, &[]), part("DELIVERY_TIP", 500, &[])]);
    assert_eq!(rows(&written(NAME, &tipped)), ["Mug|20.00|0.00|T0", "Delivery tip|5.00|0.00|T0"]);
}

#[test]
fn where_one_item_states_a_tax_a_tax_of_0_is_stated_too() {
    let mug = || item(2400, vec![part("ITEM", 2400, &[]), part("TAX", 400, &[])]);
    let book = item(1000, vec![part("ITEM", 1000, &[]), part("TAX", 0, &[])]);
    let body = written(NAME, &order("Amazon.co.uk", 3400, vec![mug(), book.clone()]));
    assert_eq!(rows(&body), ["Mug|20.00|4.00|T20", "Mug|10.00|0.00|T0"]);
    assert_eq!(sums(&written(NAME, &order("Amazon.co.uk", 1000, vec![book]))), (833, 167));
}

#[test]
fn an_export_does_not_have_the_divisor_of_the_marketplace() {
    let mut export = order("Amazon.co.uk", 2400, vec![item(2400, vec![part("ITEM", 2400, &[])])]);
    export["recipient"]["deliveryAddress"]["countryCode"] = "NO".into();
    assert!(
        refused(NAME, &export).contains("\"Amazon.co.uk to NO\": the table \"divisors\" does not have it")
    );
    export["recipient"]["deliveryAddress"]["countryCode"] = "GB".into();
    assert_eq!(sums(&written(NAME, &export)), (2000, 400));
}

#[test]
fn charges_are_rows_with_the_taxes_that_are_theirs() {
    let parts = vec![
        part("ITEM", 2400, &[]),
        part("SHIPPING", 360, &[]),
        part("GIFT_WRAP", 120, &[]),
        part("DISCOUNT", 180, &[("ITEM", 120), ("SHIPPING", 60)]),
        part("TAX", 450, &[("ITEM", 380), ("SHIPPING", 50), ("GIFT_WRAP", 20)]),
    ];
    let body = written(NAME, &order("Amazon.co.uk", 2700, vec![item(2700, parts)]));
    let expected =
        ["Mug|19.00|3.80|T20", "Shipping of MUG|2.50|0.50|T20", "Gift wrap of MUG: Hooray|1.00|0.20|T20"];
    assert_eq!(rows(&body), expected);
    assert_eq!((&body["externalRef"], &body["ref"]), (&json!("702-1"), &json!("702-1")));
}

#[test]
fn a_tax_on_top_is_added_and_one_that_is_not_stated_divides() {
    let on_top = vec![part("ITEM", 2000, &[]), part("TAX", 400, &[])];
    assert_eq!(sums(&written(NAME, &order("Amazon.com", 2400, vec![item(2400, on_top)]))), (2000, 400));
    let silent = |marketplace| order(marketplace, 2400, vec![item(2400, vec![part("ITEM", 2400, &[])])]);
    assert_eq!(sums(&written(NAME, &silent("Amazon.co.uk"))), (2000, 400));
    assert_eq!(sums(&written(NAME, &silent("Amazon.com"))), (2400, 0));
    assert!(refused(NAME, &silent("Amazon.de")).contains("\"divisors\" does not have it"));
}

#[test]
fn unknown_charges_statuses_and_missing_proceeds_are_refused() {
    let odd = vec![part("ITEM", 2000, &[]), part("RECYCLING", 100, &[])];
    assert!(
        refused(NAME, &order("Amazon.com", 2100, vec![item(2100, odd)])).contains("a difference of 1.00")
    );
    let fine = order("Amazon.com", 2000, vec![item(2000, vec![part("ITEM", 2000, &[])])]);
    let mut without = fine.clone();
    without["orderItems"][0]["proceeds"] = Value::Null;
    assert!(refused(NAME, &without).contains("expected PROCEEDS among"));
    for (status, skipped) in [("CANCELLED", true), ("PENDING", true), ("LOST", false)] {
        let mut order = fine.clone();
        order["fulfillment"]["fulfillmentStatus"] = status.into();
        assert_eq!(matches!(mapped(NAME, &order), Became::Skipped(_)), skipped, "{status}");
        assert_eq!(matches!(mapped(NAME, &order), Became::Refused(_)), !skipped, "{status}");
    }
}

#[test]
fn the_order_is_that_of_the_older_api() {
    let older = json!({
        "AmazonOrderId": "702-1", "PurchaseDate": "2026-05-04T10:00:00Z", "OrderStatus": "Unshipped",
        "FulfillmentChannel": "MFN", "SalesChannel": "Amazon.co.uk", "OrderTotal": {"CurrencyCode": "GBP", "Amount": "24.00"},
        "OrderItems": [{"SellerSKU": "MUG", "OrderItemId": "1", "Title": "Mug", "QuantityOrdered": 2,
                        "ItemPrice": {"Amount": "24.00"}, "ItemTax": {"Amount": "4.00"}}]
    });
    let parts = vec![part("ITEM", 2400, &[]), part("TAX", 400, &[("ITEM", 400)])];
    let newer = order("Amazon.co.uk", 2400, vec![item(2400, parts)]);
    assert_eq!(written("amazon-order", &older), written(NAME, &newer));
}

#[test]
fn random_orders_come_to_the_total_or_are_refused() {
    let mapping = compiled(NAME);
    for number in 0..ORDERS {
        let mut draw = Draw::of(number);
        let is_american = draw.one_in(2);
        let unknown = if draw.one_in(8) { 1 + draw.below(200) } else { 0 };
        let (mut items, mut stated, mut taxes) = (Vec::new(), 0, 0);
        for _ in 0..=draw.below(3) {
            let (mut parts, mut charged, mut tax, mut details) = (Vec::new(), 0, 0, Vec::new());
            let discount = if draw.one_in(3) { draw.below(50) } else { 0 };
            for kind in ["ITEM", "SHIPPING", "GIFT_WRAP", "COD_FEE", "OTHER"] {
                if kind != "ITEM" && !draw.one_in(3) {
                    continue;
                }
                let amount = 100 + draw.below(9_000);
                let off = if kind == "ITEM" { discount } else { 0 };
                let rate = if is_american { 8 } else { 20 };
                let own = divided((amount - off) * rate, if is_american { 100 } else { 100 + rate });
                parts.push(part(kind, amount, &[]));
                details.push((kind, own));
                charged += amount - off;
                tax += own;
            }
            if discount > 0 {
                // Whether it has a sign does not matter.
                let signed = if draw.one_in(2) { discount } else { -discount };
                parts.push(part("DISCOUNT", signed, &[("ITEM", signed)]));
            }
            let is_silent = draw.one_in(4);
            if !is_silent {
                parts.push(part("TAX", tax, &details));
            }
            let whole = charged + if is_american && !is_silent { tax } else { 0 };
            // What is not stated is contained in each charge, elsewhere than in America.
            taxes += match (is_silent, is_american) {
                (false, false) => tax,
                // It is Amazon's.
                (_, true) => 0,
                (true, false) => parts.iter().map(|part| silent_tax(part, discount)).sum(),
            };
            stated += whole;
            let mut item = item(whole, parts);
            if is_american {
                item["tax"] = collected();
            }
            items.push(item);
        }
        if unknown > 0 {
            let parts = items[0]["proceeds"]["breakdowns"].as_array_mut().expect("parts");
            parts.push(part("RECYCLING", unknown, &[]));
            stated += unknown;
        }
        let marketplace = if is_american { "Amazon.com" } else { "Amazon.co.uk" };
        let order = order(marketplace, stated, items);
        match crate::shop_draw::written(&mapping, &order) {
            Ok(body) => {
                assert_eq!(unknown, 0, "{order}");
                assert_eq!(total(&body["rows"], &["net", "tax"]), stated, "{order}\n{body}");
                assert_eq!(total(&body["rows"], &["tax"]), taxes, "{order}\n{body}");
            }
            Err(reason) => assert!(unknown > 0, "{reason}\n{order}"),
        }
    }
}

/// The tax of 20 % that a charge contains.
fn silent_tax(part: &Value, discount: i64) -> i64 {
    let amount = crate::ready_record::cents(&part["subtotal"]["amount"]);
    let charged = match part["type"].as_str() {
        Some("ITEM") => amount - discount,
        Some("DISCOUNT") => 0,
        _ => amount,
    };
    charged - divided(charged * 10, 12)
}
