//! Orders of shops with every oddity that was met, each a plain order and what is different about it. What its parts
//! come to is worked out here, from what the shop states of each, and not by the mapping: an order that is written
//! comes to the shop's own total and tax, and any other is refused or skipped.

mod marketplaces;
mod shopify;
mod shops;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::ready_record::{Became, cents, mapped, rows, sums};

/// What becomes of an order.
enum Outcome {
    /// It is written, and these rows are among its own.
    Written(&'static [&'static str]),
    /// It is refused, with this in the reason.
    Refused(&'static str),
    /// It is skipped, with this in the reason.
    Skipped(&'static str),
}

/// An order of the corpus.
struct Case {
    /// What is odd about it.
    name: &'static str,
    /// What is different about it, by JSON Pointers; `-` appends.
    edits: Value,
    outcome: Outcome,
}

/// The orders of a kind of shop.
struct Shop {
    document: &'static str,
    /// A plain order.
    plain: Value,
    /// The total and the tax that an order states, in cents.
    stated: fn(&Value) -> (i64, Option<i64>),
    /// What its parts come to with their taxes, in cents.
    parts: fn(&Value) -> i64,
    /// By how many cents a shop of this kind may round otherwise.
    rounds: i64,
    cases: Vec<Case>,
}

fn case(name: &'static str, edits: Value, outcome: Outcome) -> Case {
    Case { name, edits, outcome }
}

/// An amount in cents; nothing where there is none.
fn amount(value: &Value) -> i64 {
    if value.is_null() || value == "" { 0 } else { cents(value) }
}

/// The sum of what is made of each element of an array.
fn sum(values: &Value, of: impl Fn(&Value) -> i64) -> i64 {
    values.as_array().into_iter().flatten().map(of).sum()
}

fn edited(plain: &Value, edits: &Value) -> Value {
    let mut order = plain.clone();
    for (pointer, value) in edits.as_object().expect("edits") {
        let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
        let parent = order.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} goes nowhere"));
        match (parent, member.parse::<usize>()) {
            (Value::Array(elements), Ok(place)) => elements[place] = value.clone(),
            (Value::Array(elements), Err(_)) => elements.push(value.clone()),
            (parent, _) => parent[member] = value.clone(),
        }
    }
    order
}

#[test]
fn every_order_comes_to_what_its_shop_states_or_is_not_brought() {
    let shops =
        [shopify::rest(), shopify::graphql(), shops::woocommerce(), shops::bigcommerce(), shops::magento()];
    let marketplaces = [
        marketplaces::amazon(),
        marketplaces::amazon_2026(),
        marketplaces::ebay(),
        marketplaces::square(),
        shops::flat_file(),
    ];
    let mut payloads = BTreeSet::new();
    for shop in shops.into_iter().chain(marketplaces) {
        for case in &shop.cases {
            let order = edited(&shop.plain, &case.edits);
            let what = format!("{}, {}", shop.document, case.name);
            hold(&shop, case, &order, &what);
            assert!(payloads.insert(order.to_string()), "{what}: the same order stands for another case");
        }
    }
    assert!(payloads.len() >= 60, "{}", payloads.len());
}

fn hold(shop: &Shop, case: &Case, order: &Value, what: &str) {
    match (mapped(shop.document, order), &case.outcome) {
        (Became::Written { body, .. }, Outcome::Written(expected)) => {
            let ((total, tax), (net, row_tax)) = ((shop.stated)(order), sums(&body));
            assert_eq!(net + row_tax, total, "{what}: the total\n{body}");
            assert!(tax.is_none_or(|tax| tax == row_tax), "{what}: the tax is {tax:?}\n{body}");
            let parts = (shop.parts)(order);
            assert!(
                (parts - total).abs() <= shop.rounds,
                "{what}: its parts come to {parts}, and it states {total}"
            );
            let written = rows(&body);
            for row in *expected {
                assert!(written.iter().any(|found| found == row), "{what}: {row} is not among {written:#?}");
            }
        }
        (Became::Refused(reason), Outcome::Refused(expected)) => {
            assert!(reason.contains(expected), "{what}: {reason}");
            if reason.contains("a difference of") && reason.contains("the total is") {
                let ((total, _), parts) = ((shop.stated)(order), (shop.parts)(order));
                assert_ne!(parts, total, "{what}: its parts come to what it states");
            }
        }
        (Became::Skipped(reason), Outcome::Skipped(expected)) => {
            assert!(reason.contains(expected), "{what}: {reason}");
        }
        (became, _) => panic!("{what}: {became:?}"),
    }
}
