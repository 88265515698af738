//! Against the emulated account.

use std::collections::{BTreeMap, BTreeSet};

use brightpearl_core::{Method, Request};
use brightpearl_emulator::Emulator;
use serde_json::{Value, json};

use super::world::{NOW, PullRun, World, after, read};

/// So long after a change nothing is handed out once more for being read shortly after it.
const SETTLED_MS: u64 = 3_000;

/// Writes, as somebody at a screen does.
fn write(world: &mut World<Emulator>, method: Method, path: &str, body: &Value) -> Value {
    let request = Request {
        method,
        url: format!("http://127.0.0.1:8080/public-api/demo/{path}"),
        headers: world.server.config().credentials[0].headers(),
        body: body.to_string().into_bytes(),
    };
    world.now += 60_000;
    let answer = world.server.answer(&request, world.now);
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap()
}

fn touch(world: &mut World<Emulator>, id: u64) {
    let order = write(world, Method::Get, &format!("order-service/order/{id}"), &json!({}));
    let body = json!({"orderStatusId": order["response"][0]["orderStatus"]["orderStatusId"]});
    write(world, Method::Put, &format!("order-service/order/{id}/status"), &body);
}

fn create(world: &mut World<Emulator>) -> u64 {
    let body = json!({"customer": {"id": 204}, "ref": "NEW"});
    write(world, Method::Post, "order-service/sales-order", &body)["response"].as_u64().unwrap()
}

fn pay(world: &mut World<Emulator>, order: u64) {
    let body = json!({"paymentMethodCode": "BANK", "paymentType": "RECEIPT", "orderId": order,
        "currencyIsoCode": "USD", "amountPaid": "1.00", "paymentDate": "2026-07-01"});
    write(world, Method::Post, "accounting-service/customer-payment", &body);
}

fn post_journal(world: &mut World<Emulator>) -> u64 {
    let line = json!([{"nominalCode": "4000", "change": {"value": "1"}}]);
    let body = json!({"journalTypeCode": "JJ", "taxDate": "2026-06-30", "credits": line, "debits": line});
    write(world, Method::Post, "accounting-service/journal", &body)["response"].as_u64().unwrap()
}

/// What the account has, one by one, and when each last changed.
fn everything(world: &mut World<Emulator>) -> BTreeMap<u64, Value> {
    let mut orders = BTreeMap::new();
    let pages = world.pull(json!({"resources": [{"resource": "order", "rows": true}]})).done();
    for record in pages.records() {
        let row: Value = serde_json::from_str(record.record.as_ref().unwrap().get()).unwrap();
        orders.insert(record.id.unwrap(), row["updatedOn"].clone());
    }
    orders
}

#[test]
fn ten_thousand_orders_in_detail_take_71_requests() {
    for (paging, max_in_flight) in [("first-result", 1), ("offset", 4)] {
        let config = json!({"max_in_flight": max_in_flight, "paging": paging});
        let mut world = World::emulated(10_000, config, "{}");
        let run = world.pull(json!({"resources": [{"resource": "order"}]})).done();
        assert_eq!(world.requests(), 71, "{paging}, {max_in_flight} in flight");
        let ids = run.ids();
        assert_eq!(ids.len(), 10_000);
        assert!(ids.is_sorted_by(|one, other| one < other), "by id, which is the order of the first sweep");
        for record in run.records().step_by(37) {
            let order: Value = serde_json::from_str(record.record.as_ref().unwrap().get()).unwrap();
            assert_eq!(order["id"].as_u64(), record.id);
            assert!(order["orderRows"].is_object(), "in detail");
            let updated = order["updatedOn"].as_str().or(order["createdOn"].as_str());
            assert_eq!(record.changed.as_deref(), updated);
        }
        assert!(run.outputs.iter().all(|output| output.records.len() == 200));
    }
}

#[test]
fn the_next_pull_has_what_changed_and_nothing_else() {
    let mut world = World::emulated(600, json!({}), "{}");
    let pull = json!({"resources": [{"resource": "order"}]});
    world.now += SETTLED_MS;
    let first = world.pull(pull.clone()).done();
    assert_eq!(first.ids().len(), 600);
    world.requests();

    let quiet = world.pull(after(&first.checkpoint, pull.clone())).done();
    assert_eq!((quiet.ids(), world.requests()), (vec![], 2));

    let ids = first.ids();
    touch(&mut world, ids[7]);
    touch(&mut world, ids[400]);
    // Never updated, so that only its creation tells of it.
    let fresh = create(&mut world);
    world.now += SETTLED_MS;
    let second = world.pull(after(&quiet.checkpoint, pull.clone())).done();
    assert_eq!(second.ids().into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([ids[7], ids[400], fresh]));
    assert_eq!(world.requests(), 3);

    // Within the overlap, and known.
    let third = world.pull(after(&second.checkpoint, pull.clone())).done();
    assert_eq!(third.ids(), [] as [u64; 0]);
    touch(&mut world, fresh);
    world.now += SETTLED_MS;
    let fourth = world.pull(after(&third.checkpoint, pull)).done();
    assert_eq!(fourth.ids(), [fresh]);
    // What was done is where the next one begins.
    touch(&mut world, ids[7]);
    assert_eq!(world.resume(&fourth.checkpoint).done().ids(), [ids[7]]);
}

#[test]
fn a_crash_at_any_output_loses_nothing() {
    let pull = json!({"resources": [{"resource": "order"}]});
    for max_in_flight in [1, 3] {
        for crash in 1..=4 {
            let mut world = World::emulated(700, json!({"max_in_flight": max_in_flight}), "{}");
            let call = world.client.pull(read(pull.clone())).unwrap();
            let before = world.run(call, crash);
            let consumed: Vec<u64> = before.outputs[..crash - 1]
                .iter()
                .flat_map(|output| &output.records)
                .filter_map(|record| record.id)
                .collect();
            let rest = world.resume(&before.checkpoint).done();
            let all: Vec<u64> = consumed.into_iter().chain(rest.ids()).collect();
            assert_eq!(all.len(), 700, "crash at output {crash}");
            assert!(all.is_sorted_by(|one, other| one < other));
        }
    }
}

#[test]
fn a_crash_within_an_output_repeats_only_what_was_not_consumed() {
    let mut world = World::emulated(300, json!({}), "{}");
    let mut call = world.client.pull(read(json!({"resources": [{"resource": "order"}]}))).unwrap();
    let mut first = None;
    while first.is_none() {
        match call.poll(world.now).unwrap() {
            brightpearl_core::Step::Send(exchange) => {
                world.now += 290;
                let response = world.server.answer(&exchange.request, world.now);
                call.answer(exchange.id, response, world.now).unwrap();
            }
            brightpearl_core::Step::Output(brightpearl_core::Output::Records(records)) => {
                first = Some(records)
            }
            other => panic!("{other:?}"),
        }
    }
    let first = first.unwrap();
    for consumed in [150, 0, 37] {
        call.acknowledge(consumed).unwrap();
        let checkpoint = call.checkpoint().unwrap();
        let rest = world.resume(&checkpoint).done().ids();
        assert_eq!(rest.len(), 300 - consumed);
        assert_eq!(rest[0], first.records[consumed].id.unwrap());
    }
}

#[test]
fn since_pulls_no_more_than_that() {
    let mut world = World::emulated(600, json!({}), "{}");
    let all = everything(&mut world);
    let since = "2026-03-01T00:00:00Z";
    let run = world.pull(json!({"resources": [{"resource": "order", "since": since}]})).done();
    let changed = |record: &str| {
        let moment: brightpearl_core::value::DateTime = record.parse().unwrap();
        moment.milliseconds()
    };
    let begin = changed(since);
    let ids: BTreeSet<u64> = run.ids().into_iter().collect();
    assert_eq!(ids.len(), run.ids().len(), "none twice, though two sweeps find it");
    assert!(!ids.is_empty() && ids.len() < all.len());
    for (id, updated) in &all {
        let is_later = updated.as_str().is_some_and(|updated| changed(updated) >= begin);
        assert!(!is_later || ids.contains(id), "{id} changed at {updated}");
    }
    assert!(run.records().all(|record| changed(record.changed.as_deref().unwrap()) >= begin));
}

#[test]
fn several_resources_share_one_pull_and_the_urgent_one_goes_first() {
    for max_in_flight in [1, 4] {
        let mut world = World::emulated(700, json!({"max_in_flight": max_in_flight}), "{}");
        let fresh = create(&mut world);
        pay(&mut world, fresh);
        world.now += SETTLED_MS;
        let pull = json!({"resources": [
            {"resource": "contact"},
            {"resource": "order", "priority": 5, "name": "urgent"},
            {"resource": "product", "priority": -1},
            {"resource": "goods-out-note"},
            {"resource": "customer-payment"},
        ]});
        let run = world.pull(pull.clone()).done();
        let mut counts = BTreeMap::<&str, usize>::new();
        for output in &run.outputs {
            *counts.entry(&output.resource).or_default() += output.records.len();
        }
        assert_eq!(counts.get("urgent"), Some(&701), "{counts:?}");
        assert!(counts["contact"] >= 39 && counts["product"] >= 29, "{counts:?}");
        assert!(counts["goods-out-note"] > 0 && counts["customer-payment"] > 0, "{counts:?}");
        if max_in_flight == 1 {
            let order: Vec<&str> = run.outputs.iter().map(|output| output.resource.as_str()).collect();
            let last_urgent = order.iter().rposition(|name| *name == "urgent").unwrap();
            assert!(order[..last_urgent].iter().all(|name| *name == "urgent"), "{order:?}");
            assert_eq!(order.last(), Some(&"product"));
        }
        // Notes are keyed by their ids, and payments are handed out as rows.
        let json = |name: &str| {
            let output = run.outputs.iter().find(|output| output.resource == name).unwrap();
            serde_json::from_str::<Value>(output.records[0].record.as_ref().unwrap().get()).unwrap()
        };
        assert!(json("goods-out-note")["status"].is_object());
        assert!(json("customer-payment")["amountPaid"].is_string());
        let next = world.pull(after(&run.checkpoint, pull)).done();
        assert_eq!(next.ids(), [] as [u64; 0]);
    }
}

#[test]
fn where_there_is_no_date_new_records_are_found_by_their_ids() {
    let mut world = World::emulated(50, json!({"page_size": 50}), "{}");
    let pull = json!({"resources": [{"resource": "brand"}]});
    let first = world.pull(pull.clone()).done();
    assert!(!first.ids().is_empty());
    assert_eq!(world.pull(after(&first.checkpoint, pull.clone())).done().ids(), [] as [u64; 0]);
    let mut made = Vec::new();
    for number in 0..3 {
        let body = json!({"name": format!("Brand {number}"), "description": ""});
        made.push(
            write(&mut world, Method::Post, "product-service/brand", &body)["response"].as_u64().unwrap(),
        );
    }
    world.requests();
    let second = world.pull(after(&first.checkpoint, pull.clone())).done();
    assert_eq!(second.ids(), made);
    assert!(world.asked[0].contains("sort=brandId.DESC"), "{}", world.asked[0]);
    assert_eq!(world.resume(&second.checkpoint).done().ids(), [] as [u64; 0]);
}

#[test]
fn lines_are_pulled_as_the_records_that_they_are_of() {
    let mut world = World::emulated(200, json!({"page_size": 21}), "{}");
    let pull = json!({"resources": [{"resource": "journal"}]});
    let mut every = world.pull(pull.clone()).done().ids();
    assert!(every.len() > 100, "{} journals of the history", every.len());
    every.extend((0..70).map(|_| post_journal(&mut world)));
    let run = world.pull(pull.clone()).done();
    assert_eq!(run.ids(), every, "every journal once, though each has two lines");
    let journal: Value =
        serde_json::from_str(run.outputs[0].records[0].record.as_ref().unwrap().get()).unwrap();
    assert!(journal["debits"].is_array());
    let late = post_journal(&mut world);
    assert_eq!(world.pull(after(&run.checkpoint, pull)).done().ids(), [late]);
}

#[test]
fn records_are_mapped_and_those_that_fail_come_with_their_source() {
    let mut world = World::emulated(300, json!({}), "{}");
    let mapping = json!({
        "version": 1, "name": "orders-out", "source": "order",
        "fields": [
            {"to": "/number", "from": "id", "required": true},
            {"to": "/reference", "from": "reference"},
            {"to": "/closed", "from": "closedOn", "required": true}
        ]
    });
    let run = world.pull(json!({"resources": [{"resource": "order", "mapping": mapping}]})).done();
    let (whole, failed): (Vec<_>, Vec<_>) = run.records().partition(|record| record.record.is_some());
    assert!(whole.len() > 20 && failed.len() > 20, "{} and {}", whole.len(), failed.len());
    for record in whole {
        let json: Value = serde_json::from_str(record.record.as_ref().unwrap().get()).unwrap();
        assert_eq!(json["number"].as_u64(), record.id);
        assert!(json["closed"].is_string() && json.get("orderRows").is_none());
    }
    for record in failed {
        assert_eq!(record.failures[0].target, "/closed");
        let source: Value = serde_json::from_str(record.source.as_ref().unwrap().get()).unwrap();
        assert_eq!(source["id"].as_u64(), record.id);
    }
}

fn faulty(run: impl Fn(&mut World<Emulator>) -> PullRun) {
    let faults = r#"{"rates": [
        {"rate": 0.06, "fault": {"kind": "lost-response"}},
        {"rate": 0.05, "fault": {"kind": "reset-before-send"}},
        {"rate": 0.05, "fault": {"kind": "cap"}},
        {"rate": 0.05, "fault": {"kind": "server-error"}},
        {"rate": 0.05, "fault": {"kind": "truncated-body"}},
        {"rate": 0.05, "fault": {"kind": "html-page"}}
    ]}"#;
    for seed in 0..12 {
        let config = json!({"seed": seed, "max_in_flight": 1 + seed % 4, "page_size": 100,
            "retry": {"max_attempts": 50, "max_throttled": 50}});
        let mut world = World::emulated(1_000, config, faults);
        let ids = run(&mut world).ids();
        assert_eq!(ids.len(), 1_000, "seed {seed}");
        assert!(ids.is_sorted_by(|one, other| one < other));
    }
}

#[test]
fn faults_lose_and_repeat_nothing() {
    faulty(|world| world.pull(json!({"resources": [{"resource": "order"}]})).done());
}

#[test]
fn says_how_much_is_to_come() {
    let mut world = World::emulated(10_000, json!({}), "{}");
    let mut call = world.client.pull(read(json!({"resources": [{"resource": "order"}]}))).unwrap();
    let before = call.explain(NOW);
    assert_eq!((before.requests_needed, before.exact), (1, false));
    let brightpearl_core::Step::Send(exchange) = call.poll(NOW).unwrap() else {
        panic!("a page is asked for")
    };
    let response = world.server.answer(&exchange.request, NOW);
    call.answer(exchange.id, response, NOW).unwrap();
    let then = call.explain(NOW);
    assert_eq!((then.requests_needed, then.exact), (70, true));
}
