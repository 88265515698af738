//! What cannot be pulled, and what comes out all the same.

use brightpearl_core::Kind;
use serde_json::{Value, json};

use super::account::{Account, Order};
use super::world::{NOW, World, after, read};

fn account(count: u64) -> Account {
    let now = i64::try_from(NOW).unwrap();
    Account::of((1..=count).map(|id| (id, Order::new(now - 86_400_000 + 100_000 * id as i64))))
}

#[test]
fn what_others_got_is_put_out_before_a_resource_that_is_forbidden_ends_the_pull() {
    for max_in_flight in [1, 3] {
        let mut world = World::of(account(500), json!({"max_in_flight": max_in_flight}));
        world.server.forbidden = vec!["product-service".to_owned()];
        let pull = json!({"resources": [{"resource": "product", "priority": 1}, {"resource": "order"}]});
        let run = world.pull(pull.clone());
        let error = run.error.as_ref().expect("an error");
        assert_eq!((error.kind(), error.location()), (Kind::Permission, Some("resources[0]")));
        assert!(error.request().unwrap().url.contains("product-search"));
        assert_eq!(run.ids(), (1..=500).collect::<Vec<_>>());
        let again = world.pull(after(&run.checkpoint, pull));
        assert_eq!(again.error.unwrap().kind(), Kind::Permission);
        assert_eq!(again.outputs.len(), 0, "the orders are known");
    }
}

#[test]
fn an_outage_of_one_resource_keeps_no_other_back() {
    let mut world = World::of(account(500), json!({}));
    world.server.out_of_order = vec!["product-service".to_owned()];
    let run =
        world.pull(json!({"resources": [{"resource": "product", "priority": 1}, {"resource": "order"}]}));
    let error = run.error.as_ref().expect("an error");
    assert_eq!((error.kind(), error.location()), (Kind::Unavailable, Some("resources[0]")));
    assert_eq!(run.ids(), (1..=500).collect::<Vec<_>>());
}

#[test]
fn an_id_that_is_refused_comes_as_a_failure_and_keeps_no_other_back() {
    let mut account = account(500);
    account.orders.get_mut(&123).unwrap().is_bad = true;
    let mut world = World::of(account, json!({}));
    let run = world.pull(json!({"resources": [{"resource": "order"}]})).done();
    assert_eq!(run.ids(), (1..=500).collect::<Vec<_>>());
    let failed: Vec<_> = run.records().filter(|record| !record.failures.is_empty()).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!((failed[0].id, failed[0].record.is_none()), (Some(123), true));
    assert!(failed[0].failures[0].reason.contains("ORDC-099: The order cannot be shown"));
}

#[test]
fn rows_need_no_reads() {
    let mut world = World::of(account(700), json!({}));
    let run = world.pull(json!({"resources": [{"resource": "order", "rows": true}]})).done();
    assert_eq!((run.ids().len(), world.requests()), (700, 2));
    let text = run.outputs[0].records[0].record.as_ref().unwrap().get();
    assert_eq!(
        text,
        r#"{"orderId":1,"createdOn":"2026-06-30T00:01:40.000Z","updatedOn":null,"customerRef":"WEB"}"#
    );
}

#[test]
fn a_state_is_taken_from_whatever_pull_it_was_and_stays_small() {
    let mut world = World::of(account(300), json!({}));
    let mut checkpoint = world.pull(json!({"resources": [{"resource": "order"}]})).done().checkpoint;
    for _ in 0..5 {
        // Another name, filter and overlap; the orders are not in the pull at all.
        let pull = json!({"resources": [{"resource": "order", "name": "other", "rows": true,
            "filters": [["customerRef", "WEB"]]}], "overlap_ms": 60_000});
        checkpoint = world.pull(after(&checkpoint, pull)).done().checkpoint;
    }
    assert!(checkpoint.len() < 800, "{checkpoint}");
    let run = world.pull(after(&checkpoint, json!({"resources": [{"resource": "order"}]}))).done();
    assert_eq!(run.ids(), [] as [u64; 0]);
    let call = world
        .client
        .pull(read(after(&checkpoint, json!({"resources": [{"resource": "product", "name": "order"}]}))));
    assert_eq!(call.unwrap_err().location(), Some("resources[0].name"));
}

#[test]
fn what_is_wrong_is_said_before_anything_is_sent() {
    let world = World::of(account(1), json!({}));
    let refusal = |pull: Value| {
        let error = world.client.pull(read(pull)).unwrap_err();
        assert_eq!(error.kind(), Kind::Validation, "{error}");
        (error.location().unwrap_or_default().to_owned(), error.message().to_owned())
    };
    let into = json!({"version": 1, "name": "in", "target": "contact-service/postal-address", "fields": [
        {"to": "/addressLine1", "from": "street"}, {"to": "/countryIsoCode", "from": "country"}]});
    let other = json!({"version": 1, "name": "out", "source": "product", "fields": [{"to": "/sku", "from": "identity.sku"}]});
    for (resource, location, words) in [
        (json!({"resource": "ordre"}), "resource", "expected one of journal"),
        (
            json!({"resource": "order", "filters": [["updatedOn", "2026-01-01/"]]}),
            "filters.updatedOn",
            "expected `since`",
        ),
        (json!({"resource": "order", "filters": [["reference", "x"]]}), "filters.reference", "customerRef"),
        (json!({"resource": "order", "since": "yesterday"}), "since", "expected a date"),
        (json!({"resource": "brand", "since": "2026-01-01"}), "since", "no date"),
        (
            json!({"resource": "order", "watermark": "contactId"}),
            "watermark",
            "contactId of order-service/order-search is not a date",
        ),
        (json!({"resource": "order", "mapping": into}), "mapping", "expected one with a `source`"),
        (
            json!({"resource": "order", "mapping": other}),
            "mapping",
            "is for \"product\", and not for \"order\"",
        ),
        (json!({"resource": "order", "mapping": {}}), "mapping", "cannot be used"),
        (json!({"resource": "order", "rows": true, "query": [["a", "b"]]}), "query", "rows are handed out"),
        (json!({"resource": "journal", "rows": true}), "rows", "tell its rows apart"),
        (json!({"resource": "goods-in-note"}), "resource", "tell its rows apart"),
        (json!({"resource": "order", "deletes": {"most_percent": 101}}), "deletes.most_percent", "0 to 100"),
    ] {
        let (place, message) = refusal(json!({"resources": [resource]}));
        assert_eq!(place, format!("resources[0].{location}"), "{message}");
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(refusal(json!({"resources": []})).0, "resources");
    assert_eq!(
        refusal(json!({"resources": [{"resource": "order"}, {"resource": "order"}]})).0,
        "resources[1].name"
    );
    assert_eq!(refusal(json!({"resources": [{"resource": "order"}], "state": "{}"})).0, "state");
    let search =
        world.client.search(brightpearl_core::operation::Search::new("order-service/order-search")).unwrap();
    let state = search.checkpoint().unwrap();
    assert_eq!(refusal(json!({"resources": [{"resource": "order"}], "state": state})).0, "state");
}

#[test]
fn a_watermark_of_ones_own_is_the_only_one() {
    let mut world = World::of(account(300), json!({}));
    let pull = json!({"resources": [{"resource": "order", "watermark": "updatedOn"}]});
    let first = world.pull(pull.clone()).done();
    world.now += 3_600_000;
    let now = i64::try_from(world.now).unwrap();
    world.server.orders.insert(900, Order::new(now));
    world.server.orders.get_mut(&3).unwrap().updated = Some(now);
    world.requests();
    let second = world.pull(after(&first.checkpoint, pull)).done();
    assert_eq!((second.ids(), world.requests()), (vec![3], 2));
}

#[test]
fn what_is_found_and_cannot_be_read_is_not_passed_over() {
    let mut world = World::of(account(300), json!({}));
    world.server.reads_nothing = true;
    let run = world.pull(json!({"resources": [{"resource": "order"}]}));
    let error = run.error.as_ref().expect("an error");
    assert_eq!((error.kind(), error.location()), (Kind::Protocol, Some("resources[0]")));
    assert!(error.message().contains("the answer has none of 1-200"), "{error}");
    world.server.reads_nothing = false;
    assert_eq!(world.resume(&run.checkpoint).done().ids(), (1..=300).collect::<Vec<_>>());
}
