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
    let expected: [(&str, &[&str]); 12] = [
        ("shopify-order", &["created", "created", "skipped", "rejected"]),
        ("shopify-graphql-order", &["created", "created", "skipped", "rejected"]),
        ("woocommerce-order", &["created", "skipped"]),
        ("amazon-order", &["created", "rejected", "skipped"]),
        ("amazon-2026-order", &["created", "created", "skipped", "rejected"]),
        ("bigcommerce-order", &["created", "skipped", "rejected"]),
        ("ebay-order", &["created", "created", "skipped", "rejected"]),
        ("magento-order", &["created", "skipped", "rejected"]),
        ("square-order", &["created", "created", "skipped", "rejected"]),
        ("csv-order", &["created", "rejected"]),
        ("hubspot-contact", &["created", "rejected", "rejected", "skipped"]),
        ("shopify-product", &["created", "created", "skipped"]),
    ];
    for (name, expected) in expected {
        let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
        let currencies = ["GBP", "USD", "EUR", "JPY"]
            .map(|code| Currency { code: code.to_owned(), exchange_rate: 1.into() });
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

/// What becomes of records by a ready document.
fn states(world: &mut PushWorld, name: &str, records: &[Value]) -> Vec<&'static str> {
    let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
    let run = world.run(Push::writing(document).unwrap(), records);
    let states = run.states();
    assert_eq!(states.len(), records.len(), "{name}: {:?}", run.outcomes);
    states
}

#[test]
fn credits_and_payments_belong_to_the_orders_that_were_there_before() {
    let account = Account {
        currencies: ["GBP", "USD"]
            .map(|code| Currency { code: code.to_owned(), exchange_rate: 1.into() })
            .into(),
        ..Account::default()
    };
    let mut world = PushWorld::with(account);
    let mut refunds = samples("shopify-refund");
    assert_eq!(
        states(&mut world, "shopify-refund", &refunds[..2]),
        ["rejected", "rejected"],
        "no order is there"
    );
    assert_eq!(states(&mut world, "shopify-order", &samples("shopify-order")[..2]), ["created", "created"]);
    for refund in &mut refunds {
        refund["refund"]["created_at"] = "2001-01-01T00:00:00Z".into();
    }
    let early = states(&mut world, "shopify-refund", &refunds[..2]);
    assert_eq!(early, ["rejected", "rejected"], "the orders came later, without what was given back");
    for refund in &mut refunds {
        refund["refund"]["created_at"] = "2099-01-01T00:00:00+01:00".into();
    }
    let expected = ["created", "created", "skipped", "rejected"];
    assert_eq!(states(&mut world, "shopify-refund", &refunds), expected);
    assert_eq!(states(&mut world, "shopify-refund", &refunds[..2]), ["unchanged", "unchanged"]);

    let mut newer = samples("shopify-graphql-refund")[1].clone();
    newer["refund"]["createdAt"] = refunds[1]["refund"]["created_at"].clone();
    assert_eq!(states(&mut world, "shopify-graphql-refund", std::slice::from_ref(&newer)), ["unchanged"]);

    let payments = samples("shopify-payment");
    let expected = ["created", "rejected", "created", "skipped", "rejected"];
    assert_eq!(states(&mut world, "shopify-payment", &payments), expected);
    let again = ["unchanged", "rejected", "unchanged", "skipped", "rejected"];
    assert_eq!(states(&mut world, "shopify-payment", &payments), again);
    assert_eq!(states(&mut world, "shopify-graphql-payment", &samples("shopify-graphql-payment")), again);
    // A payment of another order is not this one's, whatever its reference.
    let mut others = payments[0].clone();
    others["order"]["id"] = samples("shopify-order")[1]["id"].clone();
    others["transaction"]["order_id"] = others["order"]["id"].clone();
    let document = ready().iter().find(|ready| ready.name == "shopify-payment").expect("ready").document;
    let run = world.run(Push::writing(document).unwrap(), &[others]);
    let reason = run.of(0).reason.clone().unwrap_or_default();
    assert_eq!(run.of(0).state, State::Rejected, "{reason}");
    assert!(reason.contains("expected keys that no two orders share"), "{reason}");

    let order = &samples("woocommerce-order")[0];
    assert_eq!(states(&mut world, "woocommerce-order", std::slice::from_ref(order)), ["created"]);
    let mut refund = samples("woocommerce-refund")[0].clone();
    refund["order"] = order.clone();
    refund["refund"]["parent_id"] = order["id"].clone();
    assert_eq!(states(&mut world, "woocommerce-refund", std::slice::from_ref(&refund)), ["created"]);
    assert_eq!(states(&mut world, "woocommerce-refund", std::slice::from_ref(&refund)), ["unchanged"]);
    let mut payment = samples("woocommerce-payment")[0].clone();
    payment["id"] = order["id"].clone();
    payment["currency"] = order["currency"].clone();
    assert_eq!(states(&mut world, "woocommerce-payment", std::slice::from_ref(&payment)), ["created"]);
    assert_eq!(states(&mut world, "woocommerce-payment", std::slice::from_ref(&payment)), ["unchanged"]);
    // Another order may be paid by the same transaction.
    let mut other = order.clone();
    other["id"] = (order["id"].as_u64().expect("an id") + 1).into();
    assert_eq!(states(&mut world, "woocommerce-order", std::slice::from_ref(&other)), ["created"]);
    payment["id"] = other["id"].clone();
    assert_eq!(states(&mut world, "woocommerce-payment", std::slice::from_ref(&payment)), ["created"]);

    let order = &samples("amazon-order")[0];
    assert_eq!(states(&mut world, "amazon-order", std::slice::from_ref(order)), ["created"]);
    let mut payment = samples("amazon-payment")[0].clone();
    payment["relatedIdentifiers"][1]["relatedIdentifierValue"] = order["AmazonOrderId"].clone();
    payment["totalAmount"]["currencyCode"] = order["OrderTotal"]["CurrencyCode"].clone();
    assert_eq!(states(&mut world, "amazon-payment", std::slice::from_ref(&payment)), ["created"]);
}

#[test]
fn edits_of_what_ready_documents_create_on_behalf_of_records_are_written() {
    let edits: [(&str, &[&str], &str, &str); 4] = [
        ("hubspot-contact", &["/properties/address"], "/postAddressIds/DEF/addressLine1", "9 New Row"),
        ("shopify-product", &["/vendor"], "/brandId", "Another Pottery"),
        (
            "shopify-order",
            &["/email", "/contact_email", "/customer/email"],
            "/customer/id",
            "new@example.com",
        ),
        ("woocommerce-order", &["/billing/email"], "/customer/id", "new@example.com"),
    ];
    for (name, places, pointer, value) in edits {
        let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
        let currencies =
            ["GBP", "USD"].map(|code| Currency { code: code.to_owned(), exchange_rate: 1.into() });
        let mut world = PushWorld::with(Account { currencies: currencies.into(), ..Account::default() });
        let mut records = samples(name)[..1].to_vec();
        let first = world.run(Push::writing(document).unwrap(), &records);
        assert_eq!(first.states(), ["created"], "{name}: {:?}", first.outcomes);
        for place in places {
            *records[0].pointer_mut(place).unwrap_or_else(|| panic!("{name} has {place}")) = value.into();
        }
        let is_told = |outcome: &brightpearl_core::flow::Outcome| {
            let mut differences = outcome.differences.iter();
            let was_changed = format!("{pointer} was changed; ");
            differences.any(|difference| difference.pointer == pointer && difference.changeable)
                || outcome.reason.as_ref().is_some_and(|reason| reason.starts_with(&was_changed))
        };
        let before = world.emulator.statistics().applied_writes;
        let dry = world.run(Push::dry_run(document).unwrap(), &records);
        assert!(is_told(dry.of(0)), "{name}: {:?}", dry.outcomes);
        assert_eq!(world.emulator.statistics().applied_writes, before, "{name}");
        let run = world.run(Push::writing(document).unwrap(), &records);
        assert!(is_told(run.of(0)), "{name}: {:?}", run.outcomes);
        // The addresses of an order cannot be changed, which is told.
        let left = |outcome: &brightpearl_core::flow::Outcome| {
            let differences = outcome.differences.iter();
            differences.filter(|difference| !difference.changeable).count()
        };
        let expected = if left(run.of(0)) == 0 { State::Updated } else { State::Differs };
        assert_eq!((run.of(0).state, dry.of(0).state), (expected, expected), "{name}: {:?}", run.outcomes);
        assert!(name.ends_with("order") || expected == State::Updated, "{name}: {:?}", run.outcomes);
        let again = world.run(Push::writing(document).unwrap(), &records);
        assert!(!is_told(again.of(0)), "{name}: {:?}", again.outcomes);
    }
}
