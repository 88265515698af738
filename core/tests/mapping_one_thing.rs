//! A record is about one thing: of several in one, none is taken for all of them.

use std::fs;

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, written};

fn sample(name: &str) -> Value {
    let path = format!("{}/../tests/mappings/{name}.sample.json", env!("CARGO_MANIFEST_DIR"));
    let samples: Value = serde_json::from_str(&fs::read_to_string(path).expect("a sample")).expect("JSON");
    samples[0].clone()
}

#[test]
fn the_stock_of_several_products_is_not_that_of_the_first() {
    for name in ["availability-to-amazon", "availability-to-shopify", "availability-to-woocommerce"] {
        let mut record = sample(name);
        written(name, &record);
        record["1008"] = record["1007"].clone();
        assert!(refused(name, &record).contains("it is not one product's availability"), "{name}");
        assert!(refused(name, &json!({})).contains("it is not one product's availability"), "{name}");
    }
}

#[test]
fn several_notes_are_not_one_package() {
    let mut record = sample("order-to-amazon");
    written("order-to-amazon", &record);
    let note = record["note"].as_object().and_then(|notes| notes.values().next()).expect("a note").clone();
    record["note"]["70099"] = note;
    assert!(refused("order-to-amazon", &record).contains("it has 2 notes; expected one"));
}

#[test]
fn a_journal_of_nothing_is_no_journal() {
    let line = |amount: i64| json!({"AccountCode": "200", "NetAmount": amount});
    let journal = |lines: &[i64]| json!({"JournalNumber": 7, "JournalDate": "2026-05-04", "JournalLines": lines.iter().map(|amount| line(*amount)).collect::<Vec<_>>()});
    let became = mapped("xero-journal", &journal(&[0, 0]));
    assert!(
        matches!(&became, Became::Skipped(reason) if reason.contains("all of its lines are 0")),
        "{became:?}"
    );
    written("xero-journal", &journal(&[5, 0, -5]));
}
