//! A tax that the channel remits (Shopify's `channel_liable`) is not the seller's: it is a row of its own without tax, and
//! what a refund gives back of it is refused. Amounts in yen have no parts.

use brightpearl_core::mapping::{Mapping, ready};
use serde_json::{Value, json};

use crate::ready_record::{refused, rows, written};

const REST: &str = "shopify-order";
const GRAPHQL: &str = "shopify-graphql-order";

fn tax(price: &str, is_liable: Value) -> Value {
    json!({"rate": 0.2, "price": price, "channel_liable": is_liable})
}

fn line(price: &str, pieces: [i64; 2], taxes: Value) -> Value {
    json!({"id": 1, "name": "Mug", "sku": "", "price": price, "quantity": pieces[0], "current_quantity": pieces[1],
           "taxable": true, "tax_lines": taxes, "discount_allocations": []})
}

fn order(total: &str, tax: &str, lines: Value, shipping: Value) -> Value {
    json!({"id": 71, "name": "#71", "email": "pat@example.com", "currency": "GBP", "created_at": "2026-05-04T10:00:00Z",
           "taxes_included": false, "current_total_price": total, "current_total_tax": tax, "line_items": lines,
           "shipping_lines": shipping, "shipping_address": {"country_code": "GB"}})
}

fn post(taxes: Value) -> Value {
    json!([{"id": 5, "title": "Post", "price": "5.00", "discounted_price": "5.00", "tax_lines": taxes, "discount_allocations": []}])
}

fn bag(amount: &Value) -> Value {
    json!({"shopMoney": {"amount": amount}})
}

fn graphql(order: &Value) -> Value {
    let each = |values: &Value, of: &dyn Fn(&Value) -> Value| {
        values.as_array().into_iter().flatten().map(of).collect::<Value>()
    };
    let taxes = |of: &Value| {
        each(
            &of["tax_lines"],
            &|tax| json!({"rate": tax["rate"], "priceSet": bag(&tax["price"]), "channelLiable": tax["channel_liable"]}),
        )
    };
    let line = |line: &Value| {
        json!({"name": line["name"], "sku": "", "quantity": line["quantity"], "currentQuantity": line["current_quantity"], "taxable": true,
               "originalUnitPriceSet": bag(&line["price"]), "taxLines": taxes(line), "discountAllocations": []})
    };
    let shipping = |line: &Value| {
        json!({"title": line["title"], "originalPriceSet": bag(&line["price"]), "discountedPriceSet": bag(&line["price"]),
               "currentDiscountedPriceSet": bag(&line["current"]), "taxLines": taxes(line)})
    };
    json!({"id": "gid://shopify/Order/71", "name": "#71", "email": "pat@example.com", "currencyCode": "GBP",
           "createdAt": order["created_at"], "taxesIncluded": order["taxes_included"], "shippingAddress": {"countryCodeV2": "GB"},
           "currentTotalPriceSet": bag(&order["current_total_price"]), "currentTotalTaxSet": bag(&order["current_total_tax"]),
           "lineItems": {"nodes": each(&order["line_items"], &line)}, "shippingLines": {"nodes": each(&order["shipping_lines"], &shipping)}})
}

fn made(order: &Value) -> Vec<String> {
    let [rest, graph] =
        [(REST, order.clone()), (GRAPHQL, graphql(order))].map(|(name, order)| rows(&written(name, &order)));
    assert_eq!(rest, graph, "{order}");
    rest
}

fn both_refuse(order: &Value, expected: &str) {
    for (name, order) in [(REST, order.clone()), (GRAPHQL, graphql(order))] {
        let reason = refused(name, &order);
        assert!(reason.contains(expected), "{name}: {reason}");
    }
}

#[test]
fn a_tax_that_the_channel_remits_is_a_row_of_its_own() {
    let one = |is_liable: Value| {
        order("12.00", "2.00", json!([line("10.00", [1, 1], json!([tax("2.00", is_liable)]))]), json!([]))
    };
    for liable in [json!(true), json!("true")] {
        assert_eq!(
            made(&one(liable)),
            ["Mug|10.00|0.00|T0", "Tax that the channel remits: Mug|2.00|0.00|T0"]
        );
    }
    for own in [json!(false), json!(null), json!("false")] {
        assert_eq!(made(&one(own)), ["Mug|10.00|2.00|T20"]);
    }
    let mut contained =
        order("12.00", "2.00", json!([line("12.00", [1, 1], json!([tax("2.00", true.into())]))]), json!([]));
    contained["taxes_included"] = true.into();
    assert_eq!(made(&contained), ["Mug|10.00|0.00|T0", "Tax that the channel remits: Mug|2.00|0.00|T0"]);
}

#[test]
fn lines_of_which_some_pieces_are_left_shipping_and_own_taxes_stand_beside_it() {
    let lines = json!([
        line("10.00", [3, 2], json!([tax("6.00", true.into())])),
        line("10.00", [1, 1], json!([tax("2.00", false.into())]))
    ]);
    let mixed = order("42.00", "7.00", lines, post(json!([tax("1.00", true.into())])));
    let expected = [
        "Mug|20.00|0.00|T0",
        "Mug|10.00|2.00|T20",
        "Shipping: Post|5.00|0.00|T0",
        "Tax that the channel remits: Mug|4.00|0.00|T0",
        "Tax that the channel remits: shipping|1.00|0.00|T0",
    ];
    assert_eq!(made(&mixed), expected);
    let mut other = mixed.clone();
    other["current_total_tax"] = "8.00".into();
    both_refuse(&other, "a difference of 1");
    // One line with both, or shipping that was given back, is for a person.
    let taxes = json!([tax("1.00", true.into()), {"rate": 0.1, "price": "1.00", "channel_liable": false}]);
    both_refuse(
        &order("12.00", "2.00", json!([line("10.00", [1, 1], taxes)]), json!([])),
        "and another is not",
    );
    let mut returned = mixed;
    returned["shipping_lines"][0]["current"] = "0.00".into();
    returned["refunds"] = json!([{"refund_shipping_lines": [{"shipping_line_id": 5, "subtotal_amount_set": {"shop_money": {"amount": "5.00"}}}]}]);
    both_refuse(&returned, "shipping was given back of an order of which the channel remits a tax");
}

#[test]
fn a_refund_of_what_the_channel_remits_is_a_row_of_its_own_as_in_the_order() {
    let record = |is_liable: bool| {
        let mug = line("10.00", [1, 1], json!([tax("2.00", is_liable.into())]));
        json!({"order": {"id": 71, "name": "#71", "currency": "GBP", "taxes_included": false, "line_items": [mug]},
               "refund": {"id": 77, "created_at": "2026-05-06T10:00:00Z", "transactions": [{"kind": "refund", "status": "success", "amount": "12.00"}],
                          "refund_line_items": [{"id": 3, "line_item_id": 1, "quantity": 1, "subtotal": "10.00", "total_tax": "2.00"}]}})
    };
    assert_eq!(rows(&written("shopify-refund", &record(false))), ["Mug|10.00|2.00|T20"]);
    let remitted = ["Mug|10.00|0.00|T0", "Tax that the channel remits: Mug|2.00|0.00|T0"];
    assert_eq!(rows(&written("shopify-refund", &record(true))), remitted);
    let mut contained = record(true);
    contained["order"]["taxes_included"] = true.into();
    contained["refund"]["refund_line_items"][0]["subtotal"] = "12.00".into();
    assert_eq!(rows(&written("shopify-refund", &contained)), remitted);
    let mut mixed = record(true);
    mixed["order"]["line_items"][0]["tax_lines"] =
        json!([tax("1.00", true.into()), {"rate": 0.1, "price": "1.00", "channel_liable": false}]);
    assert!(refused("shopify-refund", &mixed).contains("and another is not"));
    // Of these it is not known whose tax they have.
    let mut shipping = record(true);
    shipping["refund"]["refund_shipping_lines"] =
        json!([{"subtotal_amount_set": {"shop_money": {"amount": "5.00"}}}]);
    assert!(refused("shopify-refund", &shipping).contains("does not say whose tax it is"));
    let mut adjusted = record(true);
    adjusted["refund"]["order_adjustments"] =
        json!([{"kind": "refund_discrepancy", "amount": "-1.00", "tax_amount": "-0.20"}]);
    assert!(refused("shopify-refund", &adjusted).contains("does not say whose tax it is"));
    let record = |is_liable: bool, currency: &str| {
        let bag = |amount: &str| json!({"shopMoney": {"amount": amount, "currencyCode": currency}});
        let mug = json!({"name": "Mug", "sku": "", "taxLines": [{"rate": 0.2, "channelLiable": is_liable}]});
        json!({"order": {"id": "gid://shopify/Order/71", "name": "#71", "currencyCode": "GBP", "taxesIncluded": false},
               "refund": {"id": "gid://shopify/Refund/77", "createdAt": "2026-05-06T10:00:00Z",
                          "transactions": [{"kind": "REFUND", "status": "SUCCESS", "amountSet": bag("12.0")}],
                          "refundLineItems": [{"id": "gid://shopify/RefundLineItem/3", "quantity": 1, "subtotalSet": bag("10.0"),
                                               "totalTaxSet": bag("2.0"), "lineItem": mug}]}})
    };
    assert_eq!(rows(&written("shopify-graphql-refund", &record(false, "GBP"))), ["Mug|10.00|2.00|T20"]);
    assert_eq!(rows(&written("shopify-graphql-refund", &record(true, "GBP"))), remitted);
    let mut shipping = record(true, "GBP");
    shipping["refund"]["refundShippingLines"] =
        json!([{"subtotalAmountSet": {"shopMoney": {"amount": "5.0", "currencyCode": "GBP"}}}]);
    assert!(refused("shopify-graphql-refund", &shipping).contains("does not say whose tax it is"));
    assert!(
        refused("shopify-graphql-refund", &record(false, "USD"))
            .contains("is not in GBP, the order's currency")
    );
}

#[test]
fn yen_have_no_parts_whatever_contains_a_tax_or_was_given_back() {
    let document = ready().iter().find(|ready| ready.name == REST).expect("a ready document").document;
    let mut document: Value = serde_json::from_str(document).expect("JSON");
    document["lookups"]["divisors"]["JP"] = 1.1.into();
    document["lookups"]["codesOfCountries"]["JP"] = "T10".into();
    let mapping = Mapping::compile(&document.to_string()).expect("a right document");
    let yen = |total: &str, lines: Value| {
        let mut order = order(total, "0", lines, json!([]));
        order["currency"] = "JPY".into();
        order["taxes_included"] = true.into();
        order["shipping_address"]["country_code"] = "JP".into();
        crate::shop_draw::written(&mapping, &order)
    };
    let body = yen("1000", json!([line("1000", [1, 1], json!([]))])).expect("an order");
    assert_eq!(rows(&body), ["Mug|909.00|91.00|T10"]);
    // Of 1000 for three, two are left: 1000 - 333 = 667, and 667 / 1.1 = 606.36...
    let mut third = line("334", [3, 2], json!([]));
    third["discount_allocations"] = json!([{"amount": "2"}]);
    assert_eq!(rows(&yen("667", json!([third])).expect("an order")), ["Mug|606.00|61.00|T10"]);
    let reason = yen("1000.50", json!([line("1000.50", [1, 1], json!([]))])).expect_err("a part of a yen");
    assert!(reason.contains("behind the decimal point of a currency without places"), "{reason}");
}
