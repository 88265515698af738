//! Pushes against the emulated account: each record once, whatever goes wrong.

mod account;
mod attached;
mod believed;
mod changes;
mod credits;
mod left_out;
mod packages;
mod ready;
mod referents;
mod shipments;

use brightpearl_core::flow::State;
use brightpearl_core::operation::{Existing, Push};
use brightpearl_emulator::Config as Account;
use serde_json::{Value, json};

use account::{ORDERS, PushWorld, order};

fn orders(world: &mut PushWorld, count: usize) -> Vec<Value> {
    let skus = world.skus();
    (0..count).map(|number| order(number, &skus[number % skus.len()])).collect()
}

#[test]
fn creates_what_is_not_there_and_leaves_what_is() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 25);
    let run = world.push(ORDERS, &records);
    assert_eq!(run.error, None);
    assert!(run.states().iter().all(|state| *state == "created"), "{:?}", run.outcomes);
    let ids: Vec<u64> = run.outcomes.iter().map(|outcome| outcome.id.unwrap()).collect();
    assert_eq!(world.read(&format!("order-service/order/{}", ids[0]))[0]["reference"], "W-0");
    for number in 0..25 {
        assert_eq!(world.orders(&format!("W-{number}")), 1);
    }
    for buyer in 0..7 {
        assert_eq!(world.contacts(&format!("buyer{buyer}@example.com")), 1);
    }

    // The journal says so, and so does Brightpearl without a journal.
    let again = world.push(ORDERS, &records);
    assert!(again.states().iter().all(|state| *state == "created"));
    assert!(again.outcomes.iter().all(|outcome| outcome.journaled));
    assert_eq!(again.requests, 0);
    world.journal.clear();
    let unaided = world.push(ORDERS, &records);
    let unchanged: Vec<_> =
        unaided.outcomes.iter().map(|outcome| (outcome.state, &outcome.differences)).collect();
    assert!(unchanged.iter().all(|(state, _)| *state == State::Unchanged), "{unchanged:?}");
}

#[test]
fn shares_requests() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 200);
    let run = world.push(ORDERS, &records);
    assert_eq!(run.error, None);
    // Orders, customers and products are each read once as a whole; 200 writes go in 20 packets, and 7 customers
    // and their addresses in one each. What waited longer than an absence is believed is looked for once more, all of
    // it at once, and so are the orders and the customers that were created, since somebody else may have created them, too.
    assert_eq!(run.requests, 3 + 20 + 2 + 1 + 2, "{:?}", world.emulator.statistics().by_resource);
}

#[test]
fn explains_bad_records_and_goes_on() {
    let mut world = PushWorld::new();
    let mut records = orders(&mut world, 6);
    records[1]["lines"][0]["qty"] = json!("many");
    records[2]["lines"][0]["sku"] = json!("NO-SUCH");
    records[3]["test"] = json!(true);
    records[4] = json!("no record at all");
    let run = world.push(ORDERS, &records);
    assert_eq!(run.states(), ["created", "rejected", "rejected", "skipped", "rejected", "created"]);
    let failure = &run.of(1).failures[0];
    assert_eq!(
        (failure.record.as_deref(), &*failure.source, &*failure.rule, &*failure.value),
        (Some("W-1"), "lines[0].qty", "/fields/5/fields/1", "\"many\"")
    );
    let failure = &run.of(2).failures[0];
    assert_eq!((&*failure.value, &*failure.source), ("NO-SUCH", "product-service/product-search by SKU"));
    assert_eq!(run.of(3).reason.as_deref(), Some("it is a test order"));
}

#[test]
fn changes_only_what_differs() {
    let mut world = PushWorld::new();
    let mut records = orders(&mut world, 3);
    world.push(ORDERS, &records);
    records[1]["warehouse"] = json!(3);
    records[2]["lines"][0]["qty"] = json!("5");
    let dry = world.run(Push::dry_run(ORDERS).unwrap(), &records);
    assert_eq!(dry.states(), ["unchanged", "updated", "updated"]);
    assert!(dry.outcomes.iter().all(|outcome| outcome.dry_run));
    let difference = &dry.of(1).differences[0];
    assert_eq!(
        (&*difference.pointer, difference.before.as_ref().unwrap().get(), difference.after.get()),
        ("/warehouseId", "2", "3")
    );
    let run = world.push(ORDERS, &records);
    assert_eq!(run.states(), ["created", "updated", "updated"]);
    let id = run.of(1).id.unwrap();
    assert_eq!(world.read(&format!("order-service/order/{id}"))[0]["warehouseId"], 3);
    let changed = &run.of(2).differences[0];
    assert_eq!((&*changed.pointer, changed.changeable), ("/rows/0/quantity", true));
    let left = Push { existing: Existing::Reject, ..Push::writing(ORDERS).unwrap() };
    assert_eq!(world.run(left, &records).states(), ["rejected", "rejected", "rejected"]);
}

#[test]
fn a_dry_run_sends_only_reads() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 12);
    let before = world.emulator.statistics().applied_writes;
    let run = world.run(Push::dry_run(ORDERS).unwrap(), &records);
    assert_eq!(world.emulator.statistics().applied_writes, before);
    assert!(run.states().iter().all(|state| *state == "created"), "{:?}", run.outcomes);
    let shown: Vec<(&str, &str)> =
        run.of(0).differences.iter().map(|d| (&*d.pointer, d.after.get())).collect();
    assert!(shown.contains(&("/customer/id", "\"{created by contact}\"")), "{shown:?}");
    assert_eq!(run.of(0).created.len(), 2);
}

#[test]
fn writes_only_when_told_to_and_only_so_often() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 30);
    let unsure = Push { write: false, ..Push::writing(ORDERS).unwrap() };
    assert_eq!(world.client().push(unsure).unwrap_err().location(), Some("write"));
    let capped = Push { max_writes: Some(20), ..Push::writing(ORDERS).unwrap() };
    let run = world.run(capped, &records);
    assert_eq!(world.emulator.statistics().applied_writes, 20);
    let created = run.outcomes.iter().filter(|outcome| outcome.state == State::Created).count();
    // Seven customers and their addresses are writes, too.
    assert_eq!(created, 6);
    assert!(run.of(29).reason.as_ref().unwrap().contains("write guard"));
}

#[test]
fn of_records_of_one_key_the_newest_is_on_top() {
    let newest = ORDERS.replace(r#""key": {"#, r#""key": {"newest": "version", "#);
    for window in [1, 2, 200] {
        let mut world = PushWorld::new();
        let mut records = orders(&mut world, 2);
        for (version, warehouse) in [(1, 3), (3, 4), (2, 2)] {
            records.push(records[0].clone());
            let last = records.last_mut().unwrap();
            last["version"] = json!(version);
            last["warehouse"] = json!(warehouse);
        }
        records[0]["version"] = json!(0);
        let run = world.run(Push { window, ..Push::writing(&*newest).unwrap() }, &records);
        let written = run.states().iter().filter(|state| ["created", "updated"].contains(state)).count();
        let skipped = run.states().iter().filter(|state| **state == "skipped").count();
        assert_eq!(written + skipped, 5, "{window} {:?}", run.states());
        assert_eq!(world.orders("W-0"), 1);
        let id = run.of(3).id.expect("the newest is written");
        assert_eq!(world.read(&format!("order-service/order/{id}"))[0]["warehouseId"], 4, "{window}");
    }
}

#[test]
fn records_of_one_key_and_other_content_are_refused() {
    let mut world = PushWorld::new();
    let mut records = orders(&mut world, 2);
    records.push(records[0].clone());
    records[2]["warehouse"] = json!(3);
    let run = world.push(ORDERS, &records);
    assert_eq!(run.states(), ["rejected", "created", "rejected"]);
    assert_eq!(world.orders("W-0"), 0);
}

#[test]
fn a_lost_answer_is_looked_up_and_nothing_is_written_twice() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 30);
    world.faults(&json!({"rates": [{"rate": 0.3, "methods": ["POST"], "fault": {"kind": "lost-response"}}]}));
    let run = world.push(ORDERS, &records);
    assert_eq!(run.error, None);
    assert!(run.states().iter().all(|state| *state == "created"), "{:?}", run.states());
    assert!(run.outcomes.iter().any(|outcome| outcome.verified));
    world.faults(&json!({}));
    for number in 0..30 {
        assert_eq!(world.orders(&format!("W-{number}")), 1);
    }
    for buyer in 0..7 {
        assert_eq!(world.contacts(&format!("buyer{buyer}@example.com")), 1);
    }
}

#[test]
fn a_write_that_was_not_applied_is_sent_again() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 10);
    // The account is looked through, customers and addresses are made, and the packet of orders goes nowhere.
    world.faults(&json!({"rates": [{"rate": 1.0, "methods": ["POST"], "from": 10, "until": 12, "fault": {"kind": "outage"}}]}));
    let run = world.push(ORDERS, &records);
    assert!(run.states().iter().all(|state| *state == "created"), "{:?}", run.outcomes);
    for number in 0..10 {
        assert_eq!(world.orders(&format!("W-{number}")), 1);
    }
}

#[test]
fn a_crash_between_any_two_requests_doubles_nothing() {
    for crash_at in 1..=9 {
        let mut world = PushWorld::new();
        let records = orders(&mut world, 40);
        world.crash_at = Some(crash_at);
        let first = world.push(ORDERS, &records);
        assert!(first.has_crashed, "{crash_at}");
        world.crash_at = None;
        let second = world.push(ORDERS, &records);
        assert_eq!(second.error, None);
        assert!(second.states().iter().all(|state| *state == "created"), "{crash_at}: {:?}", second.states());
        for number in 0..40 {
            assert_eq!(world.orders(&format!("W-{number}")), 1, "{crash_at}");
        }
        for buyer in 0..7 {
            assert_eq!(world.contacts(&format!("buyer{buyer}@example.com")), 1, "{crash_at}");
        }
    }
}

#[test]
fn a_journal_that_is_cut_off_anywhere_is_gone_on_with() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 12);
    world.push(ORDERS, &records);
    let saved = world.emulator.save().unwrap();
    let (journal, now) = (world.journal.clone(), world.now);
    for end in (0..journal.len()).step_by(97).chain([journal.len() - 1]) {
        let emulator = brightpearl_emulator::Emulator::load(&saved).unwrap();
        let mut world = PushWorld {
            emulator,
            now,
            journal: journal[..end].to_owned(),
            crash_at: None,
            between: None,
            twice: None,
        };
        let run = world.push(ORDERS, &records);
        assert_eq!((run.outcomes.len(), run.error), (12, None));
        for number in 0..12 {
            assert_eq!(world.orders(&format!("W-{number}")), 1, "cut at {end}");
        }
    }
}

/// A mapping without a key: nothing tells two equal corrections from one that came twice.
const CORRECTIONS: &str = r#"{
    "version": 1, "name": "corrections", "target": "stock-correction", "path": {"ID": {"value": 2}},
    "fields": [{"to": "/corrections/0/quantity", "from": "qty", "as": "integer", "required": true},
        {"to": "/corrections/0/productId", "from": "sku", "required": true,
         "resolve": {"search": "product-service/product-search", "column": "SKU"}},
        {"to": "/corrections/0/reason", "value": "Counted"}, {"to": "/corrections/0/locationId", "value": 2},
        {"to": "/corrections/0/cost/currency", "value": "USD"}, {"to": "/corrections/0/cost/value", "value": "1.00"}]}"#;

#[test]
fn what_has_no_key_is_written_once_or_said_to_be_in_doubt() {
    let mut world = PushWorld::new();
    let sku = world.skus().swap_remove(0);
    let product = world.read(&format!("product-service/product-search?SKU={sku}"))["results"][0][0].clone();
    let availability = format!("warehouse-service/product-availability/{product}");
    let count = |world: &mut PushWorld| {
        let read = world.read(&availability);
        read[product.to_string()]["warehouses"]["2"]["inStock"].as_i64().unwrap_or(0)
    };
    let before = count(&mut world);
    // Equal records are corrections of their own.
    let records: Vec<Value> = (0..14).map(|_| json!({"sku": sku, "qty": 1})).collect();
    world.crash_at = Some(3);
    let first = world.push(CORRECTIONS, &records);
    assert!(first.has_crashed);
    world.crash_at = None;
    let second = world.push(CORRECTIONS, &records);
    let unsure = second.outcomes.iter().filter(|outcome| outcome.state == State::MaybeApplied).count();
    assert_eq!(second.outcomes.len(), 14);
    assert_eq!(unsure, 4, "the packet that was out: {:?}", second.states());
    let written = count(&mut world) - before;
    assert_eq!(written, 14, "the crash came behind the second packet, which was applied");
    let third = world.push(CORRECTIONS, &records);
    assert_eq!(count(&mut world) - before, 14, "{:?}", third.states());
}

#[test]
fn a_push_that_cannot_go_on_still_says_what_became_of_each_record() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 40);
    world.faults(&json!({"rates": [{"rate": 1.0, "from": 8, "fault": {"kind": "outage-page"}}]}));
    let run = world.push(ORDERS, &records);
    assert!(run.error.is_some());
    assert_eq!(run.outcomes.len(), 40);
    world.faults(&json!({}));
    for outcome in &run.outcomes {
        let count = world.orders(outcome.key.as_ref().unwrap());
        match outcome.state {
            State::Created => assert_eq!(count, 1),
            State::Rejected => assert_eq!(count, 0),
            State::MaybeApplied => assert!(count <= 1),
            State::Updated | State::Unchanged | State::Differs | State::Doubled | State::Skipped => {
                panic!("{outcome:?}")
            }
        }
    }
    let again = world.push(ORDERS, &records);
    assert!(again.states().iter().all(|state| *state == "created"), "{:?}", again.states());
    for number in 0..40 {
        assert_eq!(world.orders(&format!("W-{number}")), 1);
    }
}

#[test]
fn a_push_that_cannot_go_on_tells_of_what_an_earlier_one_has_done() {
    let mut world = PushWorld::new();
    let records = orders(&mut world, 1);
    let id = world.push(ORDERS, &records).of(0).id;
    let mut other = records[0].clone();
    other["number"] = json!("W-9");
    world.faults(&json!({"rates": [{"rate": 1.0, "fault": {"kind": "outage-page"}}]}));
    let run = world.push(ORDERS, &[other, records[0].clone()]);
    assert!(run.error.is_some());
    assert_eq!(run.states(), ["rejected", "created"], "{:?}", run.outcomes);
    assert_eq!((run.of(1).id, run.of(1).journaled), (id, true));
}

#[test]
fn single_lookups_are_used_where_the_whole_is_larger() {
    let mut world =
        PushWorld::with(Account { orders: 4_000, contacts: 30, products: 20, ..Account::default() });
    let records = orders(&mut world, 3);
    let run = world.push(ORDERS, &records);
    assert_eq!(run.states(), ["created", "created", "created"]);
    // One page of the orders shows that there are too many, then each key is looked for; customers and products take
    // a page each, and addresses, customers and orders a packet each. What was created is looked for once more.
    assert_eq!(run.requests, (1 + 3) + 1 + 1 + 3 + 2, "{:?}", world.emulator.statistics().by_resource);
}
