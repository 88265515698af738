//! The ready documents, pushed with their samples: what is created is found again, and found to be the same.

use std::fs;
use std::path::Path;

use brightpearl_core::flow::State;
use brightpearl_core::mapping::ready;
use brightpearl_core::operation::Push;
use brightpearl_emulator::{Config as Account, Currency};
use serde_json::Value;

use super::account::PushWorld;

fn samples(name: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mappings");
    let text = fs::read_to_string(folder.join(format!("{name}.sample.json"))).expect("a sample");
    match serde_json::from_str(&text).expect("JSON") {
        Value::Array(samples) => samples,
        sample => vec![sample],
    }
}

#[test]
fn what_the_ready_documents_create_is_the_same_when_it_comes_again() {
    // Amazon's second order goes to a warehouse that this account does not have, and a contact is of a country that
    // the table does not have.
    let expected: [(&str, &[&str]); 7] = [
        ("shopify-order", &["created", "created", "skipped", "rejected"]),
        ("shopify-graphql-order", &["created", "created", "skipped", "rejected"]),
        ("woocommerce-order", &["created", "skipped"]),
        ("amazon-order", &["created", "rejected", "skipped"]),
        ("csv-order", &["created", "rejected"]),
        ("hubspot-contact", &["created", "rejected", "rejected", "skipped"]),
        ("shopify-product", &["created", "created", "skipped"]),
    ];
    for (name, expected) in expected {
        let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
        let currencies =
            ["GBP", "USD", "EUR"].map(|code| Currency { code: code.to_owned(), exchange_rate: 1.into() });
        let account = Account {
            orders: 5,
            contacts: 10,
            products: 20,
            currencies: currencies.into(),
            ..Account::default()
        };
        let mut world = PushWorld::with(account);
        let records = samples(name);
        let first = world.run(Push::writing(document).unwrap(), &records);
        assert_eq!(first.states(), expected, "{name}: {:?}", first.outcomes);
        if name == "shopify-order" {
            let reason = first.of(0).reason.as_deref();
            assert!(reason.is_some_and(|told| told.contains("no product of SKU MUG-BLUE")), "{reason:?}");
        }
        let again = world.run(Push::writing(document).unwrap(), &records);
        for (record, state) in expected.iter().enumerate() {
            let outcome = again.of(record as u64);
            let differences = &outcome.differences;
            assert!(differences.is_empty(), "{name} {record}: {differences:?}");
            match *state {
                "created" => assert_eq!(outcome.state, State::Unchanged, "{name} {record}"),
                other => assert_eq!(outcome.state.as_str(), other, "{name} {record}"),
            }
        }
    }
}

#[test]
fn orders_that_came_by_one_api_of_shopify_are_there_when_they_come_by_the_other() {
    let account = Account {
        currencies: ["GBP", "USD"]
            .map(|code| Currency { code: code.to_owned(), exchange_rate: 1.into() })
            .into(),
        ..Account::default()
    };
    let mut world = PushWorld::with(account);
    let document = |name: &str| ready().iter().find(|ready| ready.name == name).expect("ready").document;
    let rest = world.run(Push::writing(document("shopify-order")).unwrap(), &samples("shopify-order"));
    let graphql = samples("shopify-graphql-order");
    let again = world.run(Push::writing(document("shopify-graphql-order")).unwrap(), &graphql);
    assert_eq!((rest.of(0).state, rest.of(1).state), (State::Created, State::Created));
    assert_eq!((again.of(0).state, again.of(1).state), (State::Unchanged, State::Unchanged));
}
