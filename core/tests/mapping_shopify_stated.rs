//! What a record of Shopify states is believed: that it is an order, that a tax is 0, what is left of it. What it does
//! not state is not made up. Each order is that of the REST API and that of the GraphQL one.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, rows};

const REST: &str = "shopify-order";
const GRAPHQL: &str = "shopify-graphql-order";

fn money(amount: &str) -> Value {
    json!({"shop_money": {"amount": amount}})
}

fn bag(amount: &Value) -> Value {
    json!({"shopMoney": {"amount": amount}})
}

/// A line of which some pieces are left, with its tax and the rate of that.
fn line(price: &str, pieces: [i64; 2], taxes: Value) -> Value {
    json!({"id": 11, "name": "Mug", "sku": "", "price": price, "quantity": pieces[0], "current_quantity": pieces[1],
           "taxable": true, "tax_lines": taxes, "discount_allocations": []})
}

fn tax(price: &str, rate: Value) -> Value {
    json!([{"title": "VAT", "price": price, "rate": rate}])
}

fn shipping(price: &str, taxes: Value) -> Value {
    json!([{"id": 5, "title": "Post", "price": price, "discounted_price": price, "tax_lines": taxes, "discount_allocations": []}])
}

fn order(total: &str, taxes: &str, is_included: bool, lines: Value, shipping: Value) -> Value {
    json!({"id": 71, "admin_graphql_api_id": "gid://shopify/Order/71", "name": "#71", "email": "pat@example.com",
           "currency": "GBP", "created_at": "2026-05-04T10:00:00Z", "taxes_included": is_included,
           "current_total_price": total, "current_total_tax": taxes, "total_price": "99.00", "total_tax": "9.00",
           "shipping_address": {"country_code": "GB"}, "line_items": lines, "shipping_lines": shipping})
}

fn with(mut order: Value, changes: Value) -> Value {
    for (member, value) in changes.as_object().expect("members") {
        order[member] = value.clone();
    }
    order
}

/// The same order in the shape of the GraphQL API.
fn graphql(order: &Value) -> Value {
    let each = |values: &Value, of: &dyn Fn(&Value) -> Value| {
        values.as_array().into_iter().flatten().map(of).collect::<Value>()
    };
    let taxes = |of: &Value| {
        each(&of["tax_lines"], &|tax| json!({"rate": tax["rate"], "priceSet": bag(&tax["price"])}))
    };
    let line = |line: &Value| {
        let duty = |duty: &Value| json!({"id": duty["id"], "price": bag(&duty["shop_money"]["amount"])});
        json!({"name": line["name"], "sku": "", "quantity": line["quantity"], "currentQuantity": line["current_quantity"],
               "taxable": line["taxable"], "originalUnitPriceSet": bag(&line["price"]), "taxLines": taxes(line),
               "discountAllocations": [], "duties": each(&line["duties"], &duty)})
    };
    let given_back = |id: &Value| {
        let refunds = order["refunds"].as_array().into_iter().flatten();
        let lines = refunds.flat_map(|refund| refund["refund_shipping_lines"].as_array()).flatten();
        lines.filter(|line| line["shipping_line_id"] == *id).count() > 0
    };
    let shipping = |line: &Value| {
        let left = if given_back(&line["id"]) { json!("0.0") } else { line["price"].clone() };
        json!({"title": line["title"], "originalPriceSet": bag(&line["price"]), "discountedPriceSet": bag(&line["price"]),
               "currentDiscountedPriceSet": bag(&left), "taxLines": taxes(line)})
    };
    let duties = &order["current_total_duties_set"]["shop_money"]["amount"];
    let mut made = json!({
        "id": order["admin_graphql_api_id"], "name": order["name"], "email": order["email"], "currencyCode": "GBP",
        "createdAt": order["created_at"], "taxesIncluded": order["taxes_included"], "taxExempt": order["tax_exempt"],
        "currentTotalPriceSet": bag(&order["current_total_price"]), "currentTotalTaxSet": bag(&order["current_total_tax"]),
        "shippingAddress": {"countryCodeV2": order["shipping_address"]["country_code"]}, "sourceName": order["source_name"],
        "customer": {"taxExempt": order["customer"]["tax_exempt"]}, "invoiceUrl": order["invoice_url"],
        "abandonedCheckoutUrl": order["abandoned_checkout_url"], "lineItems": {"nodes": each(&order["line_items"], &line)},
        "shippingLines": {"nodes": each(&order["shipping_lines"], &shipping)}
    });
    if duties.is_string() {
        made["currentTotalDutiesSet"] = bag(duties);
    }
    made
}

/// The rows that both documents make of an order.
fn made(what: &str, order: &Value) -> Vec<String> {
    let bodies =
        [(REST, order.clone()), (GRAPHQL, graphql(order))].map(|(name, order)| match mapped(name, &order) {
            Became::Written { body, .. } => rows(&body),
            other => panic!("{name}, {what}: {other:?}"),
        });
    assert_eq!(bodies[0], bodies[1], "{what}");
    let [rest, _] = bodies;
    rest
}

fn refused(what: &str, order: &Value, expected: &str) {
    for (name, order) in [(REST, order.clone()), (GRAPHQL, graphql(order))] {
        match mapped(name, &order) {
            Became::Refused(reason) => assert!(reason.contains(expected), "{name}, {what}: {reason}"),
            other => panic!("{name}, {what}: {other:?}"),
        }
    }
}

fn skipped(what: &str, order: &Value, expected: &str) {
    for (name, order) in [(REST, order.clone()), (GRAPHQL, graphql(order))] {
        match mapped(name, &order) {
            Became::Skipped(reason) => assert!(reason.contains(expected), "{name}, {what}: {reason}"),
            other => panic!("{name}, {what}: {other:?}"),
        }
    }
}

#[test]
fn a_draft_or_a_checkout_is_no_sale_and_another_kind_is_refused() {
    let order =
        order("12.00", "2.00", false, json!([line("10.00", [1, 1], tax("2.00", json!(0.2)))]), json!([]));
    assert_eq!(made("an order", &order), ["Mug|10.00|2.00|T20"]);
    for changes in [
        json!({"invoice_url": "https://shop.example/invoices/1"}),
        json!({"abandoned_checkout_url": "https://shop.example/checkouts/1"}),
    ] {
        skipped("no sale", &with(order.clone(), changes), "a draft order or a checkout");
    }
    // What tells them in one of the APIs alone.
    for changes in
        [json!({"status": "open"}), json!({"status": "completed"}), json!({"completed_at": "2026-05-04"})]
    {
        let became = mapped(REST, &with(order.clone(), changes));
        assert!(matches!(became, Became::Skipped(reason) if reason.contains("a draft order")));
    }
    let draft = with(graphql(&order), json!({"id": "gid://shopify/DraftOrder/71"}));
    assert!(matches!(mapped(GRAPHQL, &draft), Became::Skipped(reason) if reason.contains("a draft order")));
    let other = with(order, json!({"admin_graphql_api_id": "gid://shopify/Return/71"}));
    refused("a return", &other, "it is gid://shopify/Return/71; expected an order");
}

#[test]
fn a_tax_of_0_is_stated_and_one_that_is_absent_is_not() {
    let gross = |taxes: Value, post: Value| {
        order("14.00", "0.00", true, json!([line("10.00", [1, 1], taxes)]), shipping("4.00", post))
    };
    let free = ["Mug|10.00|0.00|T0", "Shipping: Post|4.00|0.00|T0"];
    for (what, taxes, post) in [
        ("zero-rated", tax("0.00", json!(0)), tax("0.00", json!(0))),
        ("reverse charge", tax("0.00", json!(0.2)), tax("0.00", json!(0.2))),
        ("stated of goods alone", tax("0.00", json!(0)), json!([])),
        ("stated of shipping alone", json!([]), tax("0.00", json!(0))),
    ] {
        assert_eq!(made(what, &gross(taxes, post)), free, "{what}");
    }
    let unstated = gross(json!([]), json!([]));
    let divided = ["Mug|8.33|1.67|T20", "Shipping: Post|3.33|0.67|T20"];
    assert_eq!(made("not stated", &unstated), divided);
    assert_eq!(made("exempt", &with(unstated.clone(), json!({"customer": {"tax_exempt": true}}))), free);
    let mut untaxable = unstated.clone();
    untaxable["line_items"][0]["taxable"] = false.into();
    assert_eq!(made("goods that are not taxable", &untaxable), free);
    // Where it was sold is known of a till.
    let nowhere = with(unstated.clone(), json!({"shipping_address": null}));
    refused("sold nowhere", &nowhere, "\"no country\": the table \"divisors\" does not have it");
    assert_eq!(made("at a till", &with(nowhere, json!({"source_name": "pos"}))), divided);
    // A tax that is stated is held against the rows.
    let other = gross(tax("1.67", json!(0.2)), json!([]));
    refused("a tax that the order has not", &other, "the tax is 0.00, and what is written comes to 1.67");
}

#[test]
fn what_is_left_beside_lines_that_were_returned_is_written() {
    let returned = line("10.00", [1, 0], tax("2.00", json!(0.2)));
    let kept = order("6.00", "1.00", false, json!([returned]), shipping("5.00", tax("1.00", json!(0.2))));
    assert_eq!(made("shipping", &kept), ["Shipping: Post|5.00|1.00|T20"]);
    let mut dutiable = order("3.00", "0.00", false, json!([returned]), json!([]));
    dutiable["line_items"][0]["duties"] = json!([{"id": "1", "shop_money": {"amount": "3.00"}}]);
    dutiable["current_total_duties_set"] = money("3.00");
    assert_eq!(made("duties", &dutiable), ["Duties|3.00|0.00|T0"]);
    skipped("nothing", &with(kept.clone(), json!({"current_total_price": "0.00"})), "everything in it");
    // It says what is left, but not of what.
    let unsaid = with(kept.clone(), json!({"shipping_lines": []}));
    refused("of what", &unsaid, "it does not say what else is left");
    let whole = with(kept, json!({"current_total_price": null}));
    assert!(
        matches!(mapped(REST, &whole), Became::Refused(reason) if reason.contains("expected current_total_price"))
    );
    refused("no lines", &order("0.00", "0.00", false, json!([]), json!([])), "it has no lines");
}

#[test]
fn a_tax_has_the_code_of_its_rate_or_is_refused() {
    for (what, taxes) in [
        ("no rate", tax("2.00", Value::Null)),
        ("the rate 0", tax("2.00", json!(0))),
        ("a rate of one of two", json!([{"price": "1.00", "rate": 0.2}, {"price": "1.00"}])),
    ] {
        let order = order("12.00", "2.00", false, json!([line("10.00", [1, 1], taxes.clone())]), json!([]));
        refused(what, &order, "of which no rate is stated; expected the rate");
        let lines = json!([line("10.00", [1, 1], json!([]))]);
        let shipped = self::order("22.00", "2.00", false, lines, shipping("10.00", taxes));
        refused(what, &shipped, "Shipping is taxed with");
    }
    // A rate that is a text is one.
    let order =
        order("12.00", "2.00", false, json!([line("10.00", [1, 1], tax("2.00", json!("0.2")))]), json!([]));
    assert_eq!(made("a text", &order), ["Mug|10.00|2.00|T20"]);
}

#[test]
fn parts_of_lines_whose_prices_contain_the_tax_come_to_their_price() {
    let shirt = line("12.99", [2, 1], tax("4.33", json!(0.2)));
    let one = order("12.99", "2.16", true, json!([shirt]), json!([]));
    assert_eq!(made("one", &one), ["Mug|10.83|2.16|T20"]);
    let three = |tax: &str| order("38.97", tax, true, json!([shirt, shirt, shirt]), json!([]));
    assert_eq!(made("three", &three("6.48")), ["Mug|10.83|2.16|T20"; 3]);
    // The shop may have rounded each of them the other way; what the tax has more, the net has less.
    assert_eq!(made("otherwise", &three("6.51"))[3], "Rounding|-0.03|0.03|T20");
    assert_eq!(made("between", &three("6.50"))[3], "Rounding|-0.02|0.02|T20");
    refused("too much", &three("6.54"), "a difference of 0.06, of which at most 0.05 is accepted");
    refused(
        "more for whole lines",
        &order("12.99", "2.20", true, json!([line("12.99", [1, 1], tax("2.17", json!(0.2)))]), json!([])),
        "at most 0.02",
    );
}

#[test]
fn shipping_and_duties_are_given_back_as_newer_refunds_say() {
    let mug = line("10.00", [1, 1], tax("2.00", json!(0.2)));
    let refunds = json!([{"order_adjustments": [], "refund_shipping_lines": [{"shipping_line_id": 5, "subtotal_amount_set": money("5.00")}]}]);
    let shipped = order("12.00", "2.00", false, json!([mug]), shipping("5.00", tax("1.00", json!(0.2))));
    let expected =
        ["Mug|10.00|2.00|T20", "Shipping: Post|5.00|1.00|T20", "Shipping given back|-5.00|-1.00|T20"];
    let given_back = with(shipped.clone(), json!({"refunds": refunds}));
    assert_eq!(made("shipping", &given_back), expected);
    let lines = json!([line("12.00", [1, 1], tax("2.00", json!(0.2)))]);
    let gross = order("12.00", "2.00", true, lines, shipping("6.00", tax("1.00", json!(0.2))));
    let mut contained = with(gross, json!({"refunds": refunds}));
    contained["refunds"][0]["refund_shipping_lines"][0]["subtotal_amount_set"] = money("6.00");
    assert_eq!(made("contained", &contained), expected);
    // Which of two lines is said by its id; where no id does, nothing is guessed.
    let mut two = given_back.clone();
    two["shipping_lines"] =
        json!([shipping("3.00", json!([]))[0], shipping("5.00", tax("1.00", json!(0.2)))[0]]);
    two["shipping_lines"][0]["id"] = 4.into();
    two["current_total_price"] = "15.00".into();
    assert_eq!(made("two", &two)[3], "Shipping given back|-5.00|-1.00|T20");
    two["refunds"][0]["refund_shipping_lines"][0]["shipping_line_id"] = Value::Null;
    let became = mapped(REST, &two);
    assert!(
        matches!(&became, Became::Refused(reason) if reason.contains("of which line is not said")),
        "{became:?}"
    );
    // What an adjustment says counts once.
    let adjusted = json!([{"order_adjustments": [{"kind": "shipping_refund", "amount": "-5.00", "tax_amount": "-1.00"}],
                           "refund_shipping_lines": refunds[0]["refund_shipping_lines"]}]);
    let both = with(shipped.clone(), json!({"refunds": adjusted}));
    assert_eq!(made("both", &both), expected);
    let untaxed = with(both, json!({"shipping_lines": shipping("6.00", json!([]))}));
    let became = mapped(REST, &untaxed);
    assert!(
        matches!(&became, Became::Refused(reason) if reason.contains("no shipping line has a tax")),
        "{became:?}"
    );
    // Duties of some of the pieces.
    let mut dutiable =
        order("14.00", "2.00", false, json!([line("10.00", [2, 1], tax("4.00", json!(0.2)))]), json!([]));
    dutiable["line_items"][0]["duties"] = json!([{"id": "1", "shop_money": {"amount": "4.00"}}]);
    dutiable["current_total_duties_set"] = money("2.00");
    assert_eq!(made("duties", &dutiable), ["Mug|10.00|2.00|T20", "Duties|2.00|0.00|T0"]);
    dutiable["current_total_duties_set"] = money("4.00");
    dutiable["current_total_price"] = "16.00".into();
    assert_eq!(made("all duties", &dutiable), ["Mug|10.00|2.00|T20", "Duties: 1|4.00|0.00|T0"]);
}
