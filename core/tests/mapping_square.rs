//! Square's orders, whose amounts are whole numbers of a currency's smallest unit: to that unit, or refused.

use brightpearl_core::mapping::{Mapping, ready};
use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, rows, sums, written};
use crate::shop_draw::{Draw, ORDERS, compiled, divided, total};

const NAME: &str = "square-order";

fn amount(minor: i64, currency: &str) -> Value {
    json!({"amount": minor, "currency": currency})
}

fn line(total: i64, tax: i64, taxes: &[&str], currency: &str) -> Value {
    let applied = taxes.iter().map(|uid| json!({"uid": "a", "tax_uid": uid})).collect::<Vec<_>>();
    json!({"uid": "l", "name": "Mug", "quantity": "2", "total_money": amount(total, currency),
           "total_tax_money": amount(tax, currency), "applied_taxes": applied})
}

fn order(total: i64, tax: i64, currency: &str, lines: Vec<Value>) -> Value {
    json!({"id": "ORDER", "state": "COMPLETED", "created_at": "2026-05-04T10:00:00.123Z", "line_items": lines,
           "taxes": [{"uid": "vat", "percentage": "20"}, {"uid": "low", "percentage": "5.0"}, {"uid": "odd", "percentage": "7"}],
           "total_money": amount(total, currency), "total_tax_money": amount(tax, currency)})
}

#[test]
fn amounts_have_the_places_of_their_currency() {
    let pounds = written(NAME, &order(2400, 400, "GBP", vec![line(2400, 400, &["vat"], "GBP")]));
    assert_eq!(rows(&pounds), ["Mug|20.00|4.00|T20"]);
    let yen = written(NAME, &order(2400, 400, "JPY", vec![line(2400, 400, &["vat"], "JPY")]));
    assert_eq!(rows(&yen), ["Mug|2000.00|400.00|T20"]);
    let dinars = |total| order(total, 0, "KWD", vec![line(total, 0, &[], "KWD")]);
    assert_eq!(sums(&written(NAME, &dinars(12_340))), (1234, 0));
    assert!(refused(NAME, &dinars(12_345)).contains("2 decimal places hold exactly"));
}

#[test]
fn charges_tips_and_roundings_are_rows() {
    let mut order = order(2400 + 360 + 100 - 3, 460, "GBP", vec![line(2400, 400, &["vat"], "GBP")]);
    order["service_charges"] = json!([
        {"name": "Delivery", "total_money": amount(360, "GBP"), "total_tax_money": amount(60, "GBP"), "applied_taxes": [{"tax_uid": "vat"}]},
        {"name": "Packing", "total_money": amount(90, "GBP"), "treatment_type": "APPORTIONED_TREATMENT"}
    ]);
    order["rounding_adjustment"] = json!({"amount_money": amount(-3, "GBP")});
    order["total_tip_money"] = amount(100, "GBP");
    let expected = [
        "Mug|20.00|4.00|T20",
        "Delivery|3.00|0.60|T20",
        "Tip|1.00|0.00|T0",
        "Rounding of cash|-0.03|0.00|T0",
    ];
    assert_eq!(rows(&written(NAME, &order)), expected);
    // A tip that the total does not have is none of the order's.
    order["total_money"] = amount(2400 + 360 - 3, "GBP");
    assert_eq!(rows(&written(NAME, &order)).len(), 3);
    order["total_money"] = amount(2400 + 360 + 50, "GBP");
    assert!(refused(NAME, &order).contains("a difference of 0.53"));
}

#[test]
fn several_taxes_have_the_code_of_their_sum_or_none() {
    let with = |tax, taxes: &[&str]| order(2000 + tax, tax, "GBP", vec![line(2000 + tax, tax, taxes, "GBP")]);
    assert!(refused(NAME, &with(500, &["vat", "low"])).contains("\"taxCodes\" does not have it"));
    assert!(refused(NAME, &with(140, &["odd"])).contains("\"taxCodes\" does not have it"));
    assert_eq!(rows(&written(NAME, &with(100, &["low"]))), ["Mug|20.00|1.00|T5"]);
    // A cent may be rounded for each tax, and for the line.
    assert_eq!(rows(&written(NAME, &with(102, &["low"]))), ["Mug|20.00|1.02|T5"]);
    let reason = refused(NAME, &with(103, &["low"]));
    assert!(
        reason.contains(
            "Mug is taxed with 103, which is not what its taxes make of its price; expected 5.0 % of it"
        ),
        "{reason}"
    );
    let mut charged = with(100, &["low"]);
    charged["service_charges"] = json!([{"name": "Delivery", "total_money": amount(360, "GBP"),
        "total_tax_money": amount(20, "GBP"), "applied_taxes": [{"tax_uid": "vat"}]}]);
    assert!(refused(NAME, &charged).contains("Delivery is taxed with 20, which is not"));
}

#[test]
fn a_percentage_has_its_code_however_the_table_spells_it() {
    for (percentage, tax, key) in
        [("8.875", 888, "8.875"), ("8.8750", 888, "8.875"), ("10", 1000, "10"), ("10.0", 1000, "10.00")]
    {
        let document = ready().iter().find(|ready| ready.name == NAME).expect("a ready document").document;
        let mut document: Value = serde_json::from_str(document).expect("JSON");
        document["lookups"]["taxCodes"][key] = "NY".into();
        let mapping = Mapping::compile(&document.to_string()).expect("a right document");
        let mut taxed = order(10_000 + tax, tax, "GBP", vec![line(10_000 + tax, tax, &["vat"], "GBP")]);
        taxed["taxes"][0]["percentage"] = percentage.into();
        let body = crate::shop_draw::written(&mapping, &taxed).expect("an order");
        assert_eq!(body["rows"][0]["taxCode"], "NY", "{percentage}: {key}");
    }
}

#[test]
fn an_open_order_is_a_sale_when_it_is_paid() {
    let open = |changes: Value| {
        let mut order = order(2400, 400, "GBP", vec![line(2400, 400, &["vat"], "GBP")]);
        order["state"] = "OPEN".into();
        for (member, value) in changes.as_object().expect("members") {
            order[member] = value.clone();
        }
        order
    };
    for paid in [
        json!({"net_amount_due_money": amount(0, "GBP")}),
        json!({"tenders": [{"amount_money": amount(2000, "GBP")}, {"amount_money": amount(400, "GBP")}]}),
        json!({"state": "COMPLETED"}),
    ] {
        assert_eq!(rows(&written(NAME, &open(paid))), ["Mug|20.00|4.00|T20"]);
    }
    for due in [
        json!({"net_amount_due_money": amount(2400, "GBP")}),
        json!({"net_amount_due_money": amount(1, "GBP"), "tenders": [{"amount_money": amount(2399, "GBP")}]}),
        json!({"tenders": [{"amount_money": amount(2000, "GBP")}]}),
        json!({"tenders": []}),
    ] {
        let became = mapped(NAME, &open(due));
        assert!(matches!(&became, Became::Skipped(reason) if reason == "it is not paid yet"), "{became:?}");
    }
    assert!(refused(NAME, &open(json!({}))).contains("does not say whether it is paid"));
}

#[test]
fn a_tax_of_unknown_per_cent_has_no_code() {
    let with = |taxes: &[&str]| order(2400, 400, "GBP", vec![line(2400, 400, taxes, "GBP")]);
    for taxes in [&["lost"][..], &["vat", "lost"], &[]] {
        let reason = refused(NAME, &with(taxes));
        assert!(
            reason.contains("Mug is taxed with 400, and the order's taxes do not say"),
            "{taxes:?}: {reason}"
        );
    }
    let mut charged = with(&["vat"]);
    charged["service_charges"] = json!([{"name": "Delivery", "total_money": amount(360, "GBP"),
        "total_tax_money": amount(60, "GBP"), "applied_taxes": [{"tax_uid": "lost"}]}]);
    assert!(refused(NAME, &charged).contains("Delivery is taxed with 60"));
    let mut silent = with(&["vat"]);
    silent["taxes"][0]["percentage"] = "0".into();
    assert!(refused(NAME, &silent).contains("Mug is taxed with 400"));
}

#[test]
fn returns_other_states_and_currencies_are_not_brought_and_skus_are_told() {
    let fine = order(2400, 400, "GBP", vec![line(2400, 400, &["vat"], "GBP")]);
    for (pointer, value, expected) in [
        ("/returns", json!([{}]), "it has returns"),
        ("/state", json!("ODD"), "its state is ODD"),
        ("/line_items/0/total_money/currency", json!("EUR"), "a line is in another currency"),
        ("/line_items/0/total_tax_money/currency", json!("EUR"), "an amount is in another currency"),
        ("/total_money/amount", json!(2500), "a difference of 1"),
        ("/total_tax_money/amount", json!(300), "a difference of -1"),
    ] {
        let mut order = fine.clone();
        let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
        order.pointer_mut(parent).expect("a parent")[member] = value;
        let reason = refused(NAME, &order);
        assert!(reason.contains(expected), "{reason}");
    }
    for state in ["CANCELED", "DRAFT"] {
        let mut order = fine.clone();
        order["state"] = state.into();
        assert!(matches!(mapped(NAME, &order), Became::Skipped(_)), "{state}");
    }
    let mut named = fine.clone();
    named["line_items"][0]["catalog_object_id"] = "NO-7".into();
    match mapped(NAME, &named) {
        Became::Written { body, told } => {
            assert_eq!(rows(&body), ["Mug (NO-7)|20.00|4.00|T20"]);
            assert_eq!(told, ["Brightpearl has no product of SKU NO-7; its row is free text"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn random_orders_come_to_the_total() {
    let mapping = compiled(NAME);
    for number in 0..ORDERS {
        let mut draw = Draw::of(number);
        // How many cents of what is written a smallest unit is.
        let (currency, unit) = if draw.one_in(3) { ("JPY", 100) } else { ("GBP", 1) };
        let (mut lines, mut stated, mut taxes) = (Vec::new(), 0, 0);
        for _ in 0..=draw.below(4) {
            let (uid, rate) = [(&[][..], 0), (&["low"][..], 5), (&["vat"][..], 20)][draw.below(3) as usize];
            let net = draw.below(20_000);
            let discounted = net - if draw.one_in(3) { draw.below(net + 1) } else { 0 };
            // Added or contained: the line's total has it either way.
            let (whole, tax) = if draw.one_in(2) {
                let tax = divided(discounted * rate, 100);
                (discounted + tax, tax)
            } else {
                (discounted, divided(discounted * rate, 100 + rate))
            };
            lines.push(line(whole, tax, uid, currency));
            stated += whole;
            taxes += tax;
        }
        let tip = if draw.one_in(4) { 1 + draw.below(300) } else { 0 };
        let is_tip_within = draw.one_in(2);
        let lost = if draw.one_in(6) { 1 + draw.below(5) } else { 0 };
        stated += if is_tip_within { tip } else { 0 };
        let mut order = order(stated + lost, taxes, currency, lines);
        order["total_tip_money"] = amount(tip, currency);
        match crate::shop_draw::written(&mapping, &order) {
            Ok(body) => {
                // What is lost may be what the tip is.
                assert!(lost == 0 || tip == lost && !is_tip_within, "{order}");
                assert_eq!(total(&body["rows"], &["net", "tax"]), (stated + lost) * unit, "{order}\n{body}");
                assert_eq!(total(&body["rows"], &["tax"]), taxes * unit, "{order}\n{body}");
            }
            Err(reason) => assert!(lost > 0 && reason.contains("a difference of"), "{reason}\n{order}"),
        }
    }
}
