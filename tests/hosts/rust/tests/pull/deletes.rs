//! Records that are gone, and lists that are wrong.

use brightpearl_core::Kind;
use serde_json::{Value, json};

use super::account::{Account, Order};
use super::world::{NOW, PullRun, World, after};

fn account(count: u64) -> Account {
    let now = i64::try_from(NOW).unwrap();
    Account::of((1..=count).map(|id| (id, Order::new(now - 3 * 86_400_000 + 60_000 * id as i64))))
}

fn pull() -> Value {
    json!({"resources": [{"resource": "order", "deletes": {"most_percent": 20}}]})
}

fn gone(run: &PullRun) -> Vec<u64> {
    run.records()
        .filter(|record| record.deleted)
        .inspect(|record| assert!(record.record.is_none()))
        .map(|record| record.id.unwrap())
        .collect()
}

#[test]
fn what_is_gone_is_told_once_and_costs_the_list_and_a_read() {
    let mut world = World::of(account(900), json!({}));
    let first = world.pull(pull()).done();
    assert_eq!((first.ids().len(), world.requests()), (900, 2 + 5), "the first sweep knows them all");
    world.server.orders.retain(|id, _| !(300..400).contains(id));
    let second = world.pull(after(&first.checkpoint, pull())).done();
    assert_eq!(second.ids(), (300..400).collect::<Vec<_>>());
    assert_eq!(gone(&second), second.ids());
    assert_eq!(world.asked.iter().filter(|asked| *asked == "order-service/order").count(), 1);
    assert_eq!(world.requests(), 5, "a read of its own says that it is gone, and `OPTIONS` the same");
    let third = world.pull(after(&second.checkpoint, pull())).done();
    assert_eq!(third.ids(), [] as [u64; 0]);
}

#[test]
fn a_crash_tells_the_rest_of_what_is_gone() {
    let mut world = World::of(account(3_000), json!({}));
    let first = world.pull(pull()).done();
    world.server.orders.retain(|id, _| *id > 500);
    let call = world.client.resume(&first.checkpoint, false).unwrap();
    let crashed = world.run(call, 2);
    assert_eq!(crashed.outputs[0].records.len(), 200);
    let rest = world.resume(&crashed.checkpoint).done();
    assert_eq!(gone(&rest), (201..=500).collect::<Vec<_>>());
}

#[test]
fn with_filters_or_without_options_the_ids_are_swept_for() {
    for filtered in [true, false] {
        let mut account = account(900);
        account.refuses_options = true;
        account.orders.get_mut(&5).unwrap().reference = "SHOP".to_owned();
        let mut pull = pull();
        if filtered {
            pull["resources"][0]["filters"] = json!([["customerRef", "WEB"]]);
        }
        let mut world = World::of(account, json!({}));
        let first = world.pull(pull.clone()).done();
        assert_eq!(first.ids().len(), if filtered { 899 } else { 900 });
        world.server.orders.remove(&5);
        world.server.orders.remove(&17);
        world.requests();
        let second = world.pull(after(&first.checkpoint, pull)).done();
        assert_eq!(gone(&second), if filtered { vec![17] } else { vec![5, 17] });
        // With the columns that it filters by.
        let columns = if filtered { "columns=orderId,customerRef" } else { "columns=orderId" };
        let swept = format!("{columns}&sort=orderId.ASC");
        assert!(world.asked.iter().any(|asked| asked.contains(&swept)), "{:?}", world.asked);
        assert_eq!(world.asked.iter().any(|asked| asked == "order-service/order"), !filtered);
    }
}

#[test]
fn an_account_that_looks_empty_deletes_nothing() {
    let mut world = World::of(account(900), json!({}));
    let first = world.pull(pull()).done();
    let orders = std::mem::take(&mut world.server.orders);
    let second = world.pull(after(&first.checkpoint, pull()));
    let error = second.error.as_ref().expect("the guard");
    assert_eq!((error.kind(), error.location()), (Kind::Conflict, Some("resources[0].deletes.most_percent")));
    assert!(error.message().starts_with("900 of 900 known records are gone"), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(second.ids(), [] as [u64; 0]);
    // It was an outage: nothing was forgotten.
    world.server.orders = orders;
    world.server.orders.remove(&1);
    let third = world.pull(after(&second.checkpoint, pull())).done();
    assert_eq!(gone(&third), [1]);
    // And when it is true, a higher share says so.
    world.server.orders.clear();
    let mut all = pull();
    all["resources"][0]["deletes"]["most_percent"] = json!(100);
    let fourth = world.pull(after(&third.checkpoint, all)).done();
    assert_eq!(gone(&fourth).len(), 899);
}

#[test]
fn the_guard_of_one_resource_does_not_stop_another() {
    let mut world = World::of(account(300), json!({}));
    let pull = json!({"resources": [
        {"resource": "order", "name": "guarded", "deletes": {"most_percent": 20}, "priority": 1},
        {"resource": "order", "name": "plain"},
    ]});
    let first = world.pull(pull.clone()).done();
    world.now += 3_600_000;
    let changed = i64::try_from(world.now).unwrap();
    world.server.orders.retain(|id, _| *id > 200);
    world.server.orders.get_mut(&250).unwrap().updated = Some(changed);
    let second = world.pull(after(&first.checkpoint, pull));
    assert_eq!(second.error.as_ref().unwrap().kind(), Kind::Conflict);
    let mut handed_out: Vec<(&str, Vec<Option<u64>>)> = second
        .outputs
        .iter()
        .map(|output| (output.resource.as_str(), output.records.iter().map(|record| record.id).collect()))
        .collect();
    handed_out.sort();
    assert_eq!(handed_out, [("guarded", vec![Some(250)]), ("plain", vec![Some(250)])]);
}

#[test]
fn deletes_that_are_asked_for_later_are_told_from_then_on() {
    let mut world = World::of(account(300), json!({}));
    let first = world.pull(json!({"resources": [{"resource": "order"}]})).done();
    world.server.orders.remove(&7);
    let second = world.pull(after(&first.checkpoint, pull())).done();
    assert_eq!(second.ids(), [] as [u64; 0], "what was there before is not known");
    world.server.orders.remove(&8);
    assert_eq!(gone(&world.pull(after(&second.checkpoint, pull())).done()), [8]);
}

#[test]
fn a_record_that_is_gone_when_it_is_read_is_left_out() {
    let mut account = account(300);
    account.meanwhile = Some(Box::new(|orders, number| {
        if number == 1 {
            orders.remove(&20);
        }
    }));
    let mut world = World::of(account, json!({}));
    let run = world.pull(pull()).done();
    assert_eq!(run.ids().len(), 299);
    assert_eq!(gone(&world.pull(after(&run.checkpoint, pull())).done()), [] as [u64; 0]);
}
