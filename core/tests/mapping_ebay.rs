//! eBay's orders: to the cent, or refused.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, rows, sums, written};
use crate::shop_draw::{Draw, ORDERS, compiled, divided, money, total};

const NAME: &str = "ebay-order";

/// An amount as eBay writes it: with one place where that will do.
fn amount(cents: i64) -> Value {
    let text = money(cents);
    json!({"value": text.strip_suffix('0').unwrap_or(&text), "currency": "GBP"})
}

fn line(marketplace: &str, cost: i64, taxes: &[i64], collected: &[i64]) -> Value {
    let list = |amounts: &[i64]| amounts.iter().map(|tax| json!({"amount": amount(*tax)})).collect::<Value>();
    json!({"lineItemId": "1", "sku": "", "title": "Mug", "quantity": 2, "listingMarketplaceId": marketplace,
           "lineItemCost": amount(cost), "taxes": list(taxes), "ebayCollectAndRemitTaxes": list(collected)})
}

fn order(total: i64, delivery: i64, lines: Vec<Value>) -> Value {
    json!({"orderId": "12-1", "creationDate": "2026-05-04T10:00:00.000Z", "orderPaymentStatus": "PAID",
           "cancelStatus": {"cancelState": "NONE_REQUESTED"},
           "pricingSummary": {"total": amount(total), "deliveryCost": amount(delivery)}, "lineItems": lines})
}

#[test]
fn a_tax_that_ebay_remits_is_not_the_sellers() {
    // The total has it, or has it not.
    let within = written(NAME, &order(4180, 400, vec![line("EBAY_US", 3500, &[280], &[280])]));
    let expected =
        ["Mug|35.00|0.00|T0", "Shipping|4.00|0.00|T0", "Tax that eBay collects and remits: Mug|2.80|0.00|T0"];
    assert_eq!(rows(&within), expected);
    let beside = written(NAME, &order(3900, 400, vec![line("EBAY_GB", 3500, &[], &[700])]));
    assert_eq!(rows(&beside), expected[..2]);
}

#[test]
fn a_tax_is_stated_or_contained_or_the_order_refused() {
    assert_eq!(
        rows(&written(NAME, &order(4200, 0, vec![line("EBAY_GB", 3500, &[700], &[])]))),
        ["Mug|35.00|7.00|T20"]
    );
    let silent = |marketplace| order(2760, 360, vec![line(marketplace, 2400, &[], &[])]);
    assert_eq!(rows(&written(NAME, &silent("EBAY_GB"))), ["Mug|20.00|4.00|T20", "Shipping|3.00|0.60|T20"]);
    assert_eq!(sums(&written(NAME, &silent("EBAY_US"))), (2760, 0));
    assert!(refused(NAME, &silent("EBAY_DE")).contains("\"divisors\" does not have it"));
    let odd = order(3780, 0, vec![line("EBAY_US", 3500, &[280], &[])]);
    assert!(refused(NAME, &odd).contains("expected one of the rates"));
}

#[test]
fn each_line_tells_for_itself_whether_its_price_contains_a_tax() {
    let home = || line("EBAY_GB", 1200, &[], &[]);
    let of_ebay = || line("EBAY_GB", 2400, &[], &[480]);
    let beside = |other: Value| rows(&written(NAME, &order(3600, 0, vec![home(), other.clone()])));
    assert_eq!(beside(of_ebay()), ["Mug|10.00|2.00|T20", "Mug|24.00|0.00|T0"]);
    assert_eq!(beside(line("EBAY_US", 2400, &[], &[])), ["Mug|10.00|2.00|T20", "Mug|24.00|0.00|T0"]);
    assert_eq!(beside(line("EBAY_GB", 2000, &[400], &[])), ["Mug|10.00|2.00|T20", "Mug|20.00|4.00|T20"]);
    assert_eq!(beside(line("EBAY_GB", 2400, &[0], &[])), ["Mug|10.00|2.00|T20", "Mug|24.00|0.00|T0"]);
    // The order of the lines tells nothing.
    let american = vec![line("EBAY_US", 2400, &[], &[]), home()];
    assert_eq!(rows(&written(NAME, &order(3600, 0, american))), ["Mug|24.00|0.00|T0", "Mug|10.00|2.00|T20"]);
    // Shipping has to say which line it belongs to.
    assert!(
        refused(NAME, &order(4140, 540, vec![home(), of_ebay()]))
            .contains("which part of the shipping of 5.4")
    );
    let shipped = |mut line: Value, cost: i64| {
        line["deliveryCost"] = json!({"shippingCost": amount(cost)});
        line
    };
    let parts = |ours: i64| order(4140, 540, vec![shipped(home(), ours), shipped(of_ebay(), 300)]);
    assert_eq!(
        rows(&written(NAME, &parts(240)))[2..],
        ["Shipping of Mug|2.00|0.40|T20", "Shipping of Mug|3.00|0.00|T0"]
    );
    assert!(refused(NAME, &parts(200)).contains("its lines are not taxed alike"));
    let mut discounted = parts(240);
    discounted["pricingSummary"]["deliveryDiscount"] = amount(-100);
    assert!(refused(NAME, &discounted).contains("its lines are not taxed alike"));
}

#[test]
fn discounts_fees_adjustments_and_notes_arrive() {
    let mut order = order(3000 - 400 + 300 - 100 + 150 - 50, 300, vec![line("EBAY_US", 3000, &[], &[])]);
    order["lineItems"][0]["discountedLineItemCost"] = amount(2600);
    for (member, cents) in [("deliveryDiscount", -100), ("fee", 150), ("adjustment", -50)] {
        order["pricingSummary"][member] = amount(cents);
    }
    order["buyerCheckoutNotes"] = "Ring twice".into();
    order["pricingSummary"]["total"]["convertedFromCurrency"] = "USD".into();
    order["pricingSummary"]["total"]["convertedFromValue"] = "36.3".into();
    let expected = [
        "Mug|26.00|0.00|T0",
        "Shipping|2.00|0.00|T0",
        "Fees|1.50|0.00|T0",
        "Adjustment|-0.50|0.00|T0",
        "Note: Ring twice|0.00|0.00|T0",
        "Paid in USD: 36.3|0.00|0.00|T0",
    ];
    assert_eq!(rows(&written(NAME, &order)), expected);
}

#[test]
fn what_is_cancelled_refunded_unpaid_or_unknown_is_not_brought() {
    let fine = order(3500, 0, vec![line("EBAY_US", 3500, &[], &[])]);
    for (status, is_skipped) in
        [("FULLY_REFUNDED", true), ("PENDING", true), ("FAILED", true), ("ODD", false)]
    {
        let mut order = fine.clone();
        order["orderPaymentStatus"] = status.into();
        assert_eq!(matches!(mapped(NAME, &order), Became::Skipped(_)), is_skipped, "{status}");
        assert_eq!(matches!(mapped(NAME, &order), Became::Refused(_)), !is_skipped, "{status}");
    }
    let mut scattered = fine.clone();
    scattered["fulfillmentStartInstructions"] = json!([{}, {}]);
    assert!(refused(NAME, &scattered).contains("it goes to several addresses"));
    let mut other = fine.clone();
    other["pricingSummary"]["total"] = amount(3600);
    assert!(refused(NAME, &other).contains("a difference of 1"));
    other["pricingSummary"]["total"]["value"] = Value::Null;
    assert!(refused(NAME, &other).contains("does not state the total"));
}

#[test]
fn random_orders_come_to_the_total() {
    let mapping = compiled(NAME);
    for number in 0..ORDERS {
        let mut draw = Draw::of(number);
        // Who deals with the tax: eBay beside the total or in it, the seller on top, or nobody says.
        let way = draw.below(4);
        let marketplace = if way == 3 { "EBAY_GB" } else { "EBAY_US" };
        let (mut lines, mut stated, mut taxes) = (Vec::new(), 0, 0);
        let contained = |gross: i64| gross - divided(gross * 10, 12);
        for _ in 0..=draw.below(4) {
            let cost = 50 + draw.below(20_000);
            let tax = divided(cost * 20, 100);
            let (own, collected): (&[i64], &[i64]) = match way {
                0 => (&[], &[tax]),
                1 => (&[tax], &[tax]),
                2 => (&[tax], &[]),
                _ => (&[], &[]),
            };
            lines.push(line(marketplace, cost, own, collected));
            stated += cost + if own.is_empty() { 0 } else { tax };
            taxes += match way {
                2 => tax,
                3 => contained(cost),
                _ => 0,
            };
        }
        let delivery = if draw.one_in(2) { draw.below(900) } else { 0 };
        stated += delivery;
        taxes += if way == 3 { contained(delivery) } else { 0 };
        let off = if draw.one_in(6) { 1 + draw.below(3) } else { 0 };
        let order = order(stated + off, delivery, lines);
        match crate::shop_draw::written(&mapping, &order) {
            Ok(body) => {
                assert_eq!(off, 0, "{order}");
                assert_eq!(total(&body["rows"], &["net", "tax"]), stated, "{order}\n{body}");
                assert_eq!(total(&body["rows"], &["tax"]), taxes, "{order}\n{body}");
            }
            Err(reason) => assert!(off > 0 && reason.contains("a difference of"), "{reason}\n{order}"),
        }
    }
}
