//! The money of Shopify's orders: what the shop states is what is written, to the cent, or the order is refused. Sums are
//! computed here, in whole cents, and not by the mapping.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, rows, sums, written};

const NAME: &str = "shopify-order";

fn line(name: &str, price: &str, quantity: u32, tax_lines: Value) -> Value {
    json!({"id": 11, "name": name, "sku": "", "price": price, "quantity": quantity, "tax_lines": tax_lines,
           "discount_allocations": [], "taxable": true})
}

fn vat(price: &str) -> Value {
    json!([{"title": "VAT", "rate": 0.2, "price": price}])
}

/// An order of these lines, which states these totals.
fn order(total: &str, tax: &str, lines: Value) -> Value {
    let address = json!({"first_name": "Pat", "address1": "1 Test Street", "country_code": "GB"});
    json!({
        "id": 71, "name": "#71", "email": "pat@example.com", "currency": "GBP", "source_name": "web", "test": false,
        "created_at": "2026-05-04T23:30:00-04:00", "taxes_included": false, "total_price": total, "total_tax": tax,
        "billing_address": address, "shipping_address": address, "line_items": lines, "shipping_lines": []
    })
}

fn with(mut order: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().expect("members") {
        order[name] = value.clone();
    }
    order
}

#[test]
fn an_order_comes_to_what_the_shop_states() {
    let discounted =
        with(line("Mug", "12.50", 3, vat("6.90")), json!({"discount_allocations": [{"amount": "3.00"}]}));
    let shipping = json!([{"title": "Post", "price": "4.00", "tax_lines": vat("0.80")}]);
    let order = with(order("46.20", "7.70", json!([discounted])), json!({"shipping_lines": shipping}));
    let body = written(NAME, &order);
    assert_eq!(sums(&body), (3 * 1250 - 300 + 400, 690 + 80));
    assert_eq!(rows(&body), ["Mug|34.50|6.90|T20", "Shipping: Post|4.00|0.80|T20"]);
}

#[test]
fn another_total_than_the_rows_come_to_is_refused_with_both_and_the_difference() {
    let reason = refused(NAME, &order("41.65", "0.00", json!([line("Mug", "10.00", 2, json!([]))])));
    assert!(reason.contains("41.65") && reason.contains("20.00") && reason.contains("21.65"), "{reason}");
    let reason = refused(NAME, &order("24.00", "4.00", json!([line("Mug", "10.00", 2, json!([]))])));
    assert!(reason.contains("the tax is 4.00, and what is written comes to 0: "), "{reason}");
}

#[test]
fn duties_are_rows_with_the_taxes_of_the_country_of_import() {
    let duty = json!({"id": "1", "harmonized_system_code": "691110", "shop_money": {"amount": "12.00"},
                      "tax_lines": [{"title": "VAT", "price": "2.40", "rate": 0.17}]});
    let line = with(line("Mug", "10.00", 2, json!([])), json!({"duties": [duty]}));
    let body = written(NAME, &order("34.40", "0.00", json!([line])));
    assert_eq!(sums(&body), (2000 + 1200 + 240, 0));
    assert_eq!(rows(&body)[1], "Duties: 691110|14.40|0.00|T0");
}

#[test]
fn fees_and_tips_are_rows() {
    let fee = json!({"shop_money": {"amount": "1.25", "currency_code": "GBP"}});
    let order = with(
        order("27.25", "0.00", json!([line("Mug", "20.00", 1, json!([]))])),
        json!({"original_total_additional_fees_set": fee, "total_tip_received": "6.00"}),
    );
    let body = written(NAME, &order);
    assert_eq!(sums(&body), (2000 + 125 + 600, 0));
    assert_eq!(rows(&body)[1..], ["Additional fees|1.25|0.00|T0", "Tip|6.00|0.00|T0"]);
    // A tip that is a line already is none beside.
    let tip = line("Tip", "6.00", 1, json!([]));
    let order = with(order_of_tip(tip), json!({"total_tip_received": "6.00"}));
    assert_eq!(sums(&written(NAME, &order)), (2600, 0));
}

fn order_of_tip(tip: Value) -> Value {
    order("26.00", "0.00", json!([line("Mug", "20.00", 1, json!([])), tip]))
}

#[test]
fn gift_cards_pay_and_discount_nothing() {
    let order = with(
        order("20.00", "0.00", json!([line("Mug", "20.00", 1, json!([]))])),
        json!({"total_outstanding": "0.00", "payment_gateway_names": ["gift_card"]}),
    );
    assert_eq!(sums(&written(NAME, &order)), (2000, 0));
}

#[test]
fn what_was_removed_or_refunded_is_left_out() {
    let gone = with(line("Plate", "10.00", 1, json!([])), json!({"current_quantity": 0}));
    let kept = with(line("Mug", "10.00", 2, json!([])), json!({"current_quantity": 2}));
    let edited =
        with(order("30.00", "0.00", json!([kept, gone.clone()])), json!({"current_total_price": "20.00"}));
    assert_eq!(rows(&written(NAME, &edited)), ["Mug|20.00|0.00|T0"]);
    // Of three at 9.99 with a discount of 1.00, two are left: 28.97 * 2 / 3 = 19.313..., and 3.86 of 5.79.
    let some = with(
        line("Cup", "9.99", 3, vat("5.79")),
        json!({"current_quantity": 2, "discount_allocations": [{"amount": "1.00"}]}),
    );
    let order = with(
        order("34.76", "5.79", json!([some])),
        json!({"current_total_price": "23.17", "current_total_tax": "3.86"}),
    );
    let body = written(NAME, &order);
    assert_eq!(sums(&body), (1931, 386));
    assert_eq!(body["rows"][0]["quantity"], "2");
    let nothing = order_of_nothing(gone);
    assert!(
        matches!(mapped(NAME, &nothing), Became::Skipped(reason) if reason.contains("removed or refunded"))
    );
}

fn order_of_nothing(gone: Value) -> Value {
    order("10.00", "0.00", json!([gone]))
}

#[test]
fn a_cent_of_rounding_is_a_row_and_more_is_refused() {
    let some = |total: &str| {
        let line = with(line("Cup", "9.99", 3, json!([])), json!({"current_quantity": 2}));
        let line = with(line, json!({"discount_allocations": [{"amount": "1.00"}]}));
        with(order("28.97", "0.00", json!([line])), json!({"current_total_price": total}))
    };
    let body = written(NAME, &some("19.32"));
    assert_eq!(sums(&body), (1932, 0));
    assert_eq!(rows(&body)[1], "Rounding|0.01|0.00|T0");
    assert!(refused(NAME, &some("19.35")).contains("a difference of 0.04"));
}

#[test]
fn removed_shipping_is_left_out() {
    let shipping =
        json!([{"title": "Post", "price": "4.00", "is_removed": true}, {"title": "Van", "price": "5.00"}]);
    let order = with(
        order("15.00", "0", json!([line("Mug", "10", 1, json!([]))])),
        json!({"shipping_lines": shipping}),
    );
    assert_eq!(rows(&written(NAME, &order)), ["Mug|10.00|0.00|T0", "Shipping: Van|5.00|0.00|T0"]);
}

#[test]
fn several_taxes_have_the_code_of_their_sum_or_none() {
    let taxes =
        |second: f64, price: &str| json!([{"rate": 0.15, "price": "1.50"}, {"rate": second, "price": price}]);
    let body = written(NAME, &order("12.00", "2.00", json!([line("Mug", "10.00", 1, taxes(0.05, "0.50"))])));
    assert_eq!(rows(&body), ["Mug|10.00|2.00|T20"]);
    let reason =
        refused(NAME, &order("12.10", "2.10", json!([line("Mug", "10.00", 1, taxes(0.06, "0.60"))])));
    assert!(reason.contains("the table \"taxCodes\" does not have it"), "{reason}");
}

#[test]
fn a_rate_without_a_tax_has_the_code_of_no_tax() {
    let line = with(line("Book", "10.00", 2, vat("0.00")), json!({"taxable": false}));
    assert_eq!(rows(&written(NAME, &order("20.00", "0.00", json!([line])))), ["Book|20.00|0.00|T0"]);
}

#[test]
fn taxes_that_prices_contain_are_taken_out_of_them() {
    let gross = |tax_lines: Value, tax: &str| {
        with(order("9.99", tax, json!([line("Mug", "9.99", 1, tax_lines)])), json!({"taxes_included": true}))
    };
    assert_eq!(rows(&written(NAME, &gross(vat("1.67"), "1.67"))), ["Mug|8.32|1.67|T20"]);
    // What the shop does not state is what the country's divisor leaves: 9.99 / 1.2 = 8.325.
    assert_eq!(rows(&written(NAME, &gross(json!([]), "0.00"))), ["Mug|8.33|1.66|T20"]);
    let elsewhere = with(gross(json!([]), "0.00"), json!({"shipping_address": {"country_code": "ZZ"}}));
    assert!(refused(NAME, &elsewhere).contains("the table \"divisors\" does not have it"));
    let exempt = with(gross(json!([]), "0.00"), json!({"tax_exempt": true}));
    assert_eq!(rows(&written(NAME, &exempt)), ["Mug|9.99|0.00|T0"]);
}

#[test]
fn currencies_keep_their_places_or_the_order_is_refused() {
    let yen = with(order("1200", "0", json!([line("Mug", "400", 3, json!([]))])), json!({"currency": "JPY"}));
    assert_eq!(sums(&written(NAME, &yen)), (120_000, 0));
    let dinars = |price: &str, total: &str| {
        with(order(total, "0.000", json!([line("Mug", price, 3, json!([]))])), json!({"currency": "KWD"}))
    };
    assert_eq!(sums(&written(NAME, &dinars("4.110", "12.330"))), (1233, 0));
    assert!(refused(NAME, &dinars("4.115", "12.345")).contains("2 decimal places hold exactly"));
}

#[test]
fn an_unknown_sku_is_told_and_stays_in_the_row() {
    let unknown = with(line("Lamp", "10.00", 1, json!([])), json!({"sku": "NO-77"}));
    let known = with(line("Mug", "5.00", 1, json!([])), json!({"sku": "MUG-1"}));
    match mapped(NAME, &order("15.00", "0.00", json!([unknown, known]))) {
        Became::Written { body, told } => {
            assert_eq!(rows(&body), ["Lamp (NO-77)|10.00|0.00|T0", "Mug|5.00|0.00|T0"]);
            assert_eq!(
                (&body["rows"][0]["productId"], &body["rows"][1]["productId"]),
                (&Value::Null, &json!(1007))
            );
            assert_eq!(told, ["Brightpearl has no product of SKU NO-77; its row is free text"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn notes_guests_and_dates_arrive() {
    let till = with(
        order("20.00", "0.00", json!([line("Mug", "20.00", 1, json!([]))])),
        json!({"email": "", "customer": null, "billing_address": null, "shipping_address": null, "source_name": "pos",
               "note": "Ring <b>twice</b>", "po_number": "PO-9", "presentment_currency": "EUR",
               "total_price_set": {"presentment_money": {"amount": "23.40"}}}),
    );
    let body = written(NAME, &till);
    assert_eq!((&body["customer"]["id"], &body["channelId"]), (&json!(200), &json!(2)));
    assert_eq!(body["taxDate"], "2026-05-04T23:30:00.000-04:00", "a moment: its day is the account's");
    assert_eq!(sums(&body), (2000, 0));
    let texts = ["Purchase order: PO-9", "Note: Ring <b>twice</b>", "Paid in EUR: 23.40"];
    assert_eq!(rows(&body)[1..], texts.map(|text| format!("{text}|0.00|0.00|T0")));
}

#[test]
fn a_discount_of_which_no_line_says_its_part_is_shared_to_the_cent() {
    let lines = || {
        json!([
            line("Mug", "10.00", 1, json!([])),
            line("Cup", "5.00", 2, json!([])),
            line("Pot", "10.00", 1, json!([]))
        ])
    };
    let order = |total: &str| with(order(total, "0.00", lines()), json!({"total_discounts": "10.00"}));
    assert_eq!(
        rows(&written(NAME, &order("20.00"))),
        ["Mug|6.66|0.00|T0", "Cup|6.67|0.00|T0", "Pot|6.67|0.00|T0"]
    );
    assert!(refused(NAME, &order("30.00")).contains("a difference of 10.00"));
    // Of a line that was removed, its part is gone with it.
    let mut edited = with(order("20.00"), json!({"current_total_price": "13.33"}));
    edited["line_items"][2]["current_quantity"] = 0.into();
    assert_eq!(rows(&written(NAME, &edited)), ["Mug|6.66|0.00|T0", "Cup|6.67|0.00|T0"]);
    // Where lines say their parts, those count.
    let mut said = with(order("27.00"), json!({"total_discounts": "3.00"}));
    said["line_items"][0]["discount_allocations"] = json!([{"amount": "3.00"}]);
    assert_eq!(sums(&written(NAME, &said)), (2700, 0));
}

#[test]
fn shipping_that_was_given_back_is_a_row_where_the_current_total_is_without_it() {
    let shipping = json!([{"title": "Post", "price": "4.00", "tax_lines": vat("0.80")}]);
    let adjustments = json!([{"kind": "shipping_refund", "amount": "-2.00", "tax_amount": "-0.40"}]);
    let order = with(
        order("28.80", "4.80", json!([line("Mug", "20.00", 1, vat("4.00"))])),
        json!({"shipping_lines": shipping, "refunds": [{"order_adjustments": adjustments}],
               "current_total_price": "26.40", "current_total_tax": "4.40"}),
    );
    let expected =
        ["Mug|20.00|4.00|T20", "Shipping: Post|4.00|0.80|T20", "Shipping given back|-2.00|-0.40|T20"];
    assert_eq!(rows(&written(NAME, &order)), expected);
    // Without a current total, nothing says what is left.
    let whole = with(order, json!({"current_total_price": null, "current_total_tax": null}));
    assert!(refused(NAME, &whole).contains("it does not say what is left; expected current_total_price"));
}

#[test]
fn duties_that_only_the_order_states_are_a_row() {
    let order = with(
        order("23.60", "0.00", json!([line("Mug", "10.00", 2, json!([]))])),
        json!({"original_total_duties_set": {"shop_money": {"amount": "3.60"}}}),
    );
    assert_eq!(rows(&written(NAME, &order)), ["Mug|20.00|0.00|T0", "Duties|3.60|0.00|T0"]);
    // Where lines have them, they are rows of those.
    let duty = json!({"id": "1", "harmonized_system_code": "691110", "shop_money": {"amount": "3.60"}, "tax_lines": []});
    let mut lines = order;
    lines["line_items"][0]["duties"] = json!([duty]);
    assert_eq!(rows(&written(NAME, &lines))[1..], ["Duties: 691110|3.60|0.00|T0"]);
}
