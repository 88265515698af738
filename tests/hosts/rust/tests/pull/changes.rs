//! Changes that come while a pull is under way, late, or all at once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::account::{Account, Order};
use super::world::{NOW, PullRun, World, after, read};

const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;

fn now() -> i64 {
    i64::try_from(NOW).unwrap()
}

fn orders(count: u64) -> Vec<(u64, Order)> {
    (1..=count)
        .map(|id| {
            let created = now() - 30 * DAY + id as i64 * 1_000;
            let order =
                if id % 3 == 0 { Order::new(created) } else { Order::updated(created, created + DAY) };
            (id, order)
        })
        .collect()
}

fn order_pull() -> Value {
    json!({"resources": [{"resource": "order"}]})
}

/// A copy of the account, kept by what is pulled.
#[derive(Default)]
struct Replica(BTreeMap<u64, i64>);

impl Replica {
    fn take(&mut self, run: &PullRun) {
        for record in run.records() {
            let order: Value = serde_json::from_str(record.record.as_ref().unwrap().get()).unwrap();
            self.0.insert(record.id.unwrap(), order["changed"].as_i64().unwrap());
        }
    }
}

#[test]
fn what_changes_behind_the_first_sweep_comes_with_the_next_pull() {
    for sends_dates in [true, false] {
        let mut account = Account { sends_dates, ..Account::of(orders(1_000)) };
        account.meanwhile = Some(Box::new(|orders, number| {
            let at = now() + number as i64 * 290;
            if number == 9 {
                // One that was passed, one that is to come, one that is new and never updated.
                orders.get_mut(&5).unwrap().updated = Some(at);
                orders.get_mut(&990).unwrap().updated = Some(at);
                orders.insert(2_000, Order::new(at));
            }
        }));
        let mut world = World::of(account, json!({"page_size": 100}));
        let first = world.pull(order_pull()).done();
        let mut copy = Replica::default();
        copy.take(&first);
        world.server.meanwhile = None;
        let second = world.pull(after(&first.checkpoint, order_pull())).done();
        copy.take(&second);
        assert_eq!(copy.0, world.server.expected());
        if sends_dates {
            // What was passed, and once more what was read shortly after it had changed.
            let mut ids = second.ids();
            ids.sort_unstable();
            assert_eq!(ids, [5, 990, 2_000]);
        }
        let third = world.pull(after(&second.checkpoint, order_pull())).done();
        assert_eq!(third.ids(), [] as [u64; 0]);
    }
}

#[test]
fn late_rows_within_the_overlap_are_found_and_others_not_repeated() {
    let mut world = World::of(Account::of(orders(300)), json!({}));
    let first = world.pull(order_pull()).done();
    world.now += 60 * 60_000;
    let changed = i64::try_from(world.now).unwrap();
    for id in 10..20 {
        world.server.orders.get_mut(&id).unwrap().updated = Some(changed - 2 * MINUTE);
    }
    let second = world.pull(after(&first.checkpoint, order_pull())).done();
    assert_eq!(second.ids(), (10..20).collect::<Vec<_>>());
    // Seen only now, though they changed before what was consumed: one of them at the very same time.
    world.server.orders.get_mut(&30).unwrap().updated = Some(changed - 2 * MINUTE);
    world.server.orders.get_mut(&31).unwrap().updated = Some(changed - 11 * MINUTE);
    world.server.orders.insert(999, Order::new(first_beginning() - 5 * MINUTE));
    let third = world.pull(after(&second.checkpoint, order_pull())).done();
    let mut ids = third.ids();
    ids.sort_unstable();
    assert_eq!(ids, [30, 31, 999]);
    assert_eq!(world.pull(after(&third.checkpoint, order_pull())).done().ids(), [] as [u64; 0]);
}

/// When the first answer was made.
fn first_beginning() -> i64 {
    now()
}

#[test]
fn a_thousand_changes_at_one_instant_survive_a_crash() {
    let mut world = World::of(Account::of(orders(3_000)), json!({"page_size": 100}));
    let first = world.pull(order_pull()).done();
    world.now += 24 * 3_600_000;
    let changed = i64::try_from(world.now).unwrap() - MINUTE;
    for id in 1..=1_000 {
        world.server.orders.get_mut(&id).unwrap().updated = Some(changed);
    }
    let call = world.client.pull(read(after(&first.checkpoint, order_pull()))).unwrap();
    let mut run = world.run(call, 3);
    let mut seen: Vec<u64> =
        run.outputs[..2].iter().flat_map(|output| &output.records).filter_map(|r| r.id).collect();
    assert_eq!(seen.len(), 400);
    // The bulk compresses: pairs within the overlap are ranges of ids.
    assert!(run.checkpoint.len() < 600, "{}", run.checkpoint);
    run = world.resume(&run.checkpoint).done();
    seen.extend(run.ids());
    assert_eq!(seen, (1..=1_000).collect::<Vec<_>>());
}

#[test]
fn an_order_that_changes_again_while_it_is_swept_is_handed_out_in_its_last_state() {
    let mut world = World::of(Account::of(orders(400)), json!({"page_size": 50}));
    let first = world.pull(order_pull()).done();
    world.now += 3_600_000;
    let begin = i64::try_from(world.now).unwrap();
    for id in 100..300 {
        world.server.orders.get_mut(&id).unwrap().updated = Some(begin - 300_000 + id as i64);
    }
    let base = world.server.requests;
    world.server.meanwhile = Some(Box::new(move |orders, number| {
        if (base + 3..base + 6).contains(&number) {
            for id in 100..150 {
                orders.get_mut(&id).unwrap().updated = Some(begin + (number - base) as i64 * 1_000);
            }
        }
    }));
    let mut copy = Replica::default();
    copy.take(&first);
    let second = world.pull(after(&first.checkpoint, order_pull())).done();
    copy.take(&second);
    assert_eq!(copy.0, world.server.expected());
}

/// Account and copy agree after pulls that crash anywhere, over an account in which anything happens.
#[test]
fn whatever_happens_the_copy_comes_to_agree() {
    for seed in 0..150u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut draw = move |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        let config = json!({"page_size": 20 + draw(60), "max_in_flight": 1 + draw(4),
            "paging": if draw(2) == 0 { "first-result" } else { "offset" }});
        let mut world = World::of(Account::of(orders(50 + draw(800))), config);
        let mut copy = Replica::default();
        let mut checkpoint: Option<String> = None;
        let mut next_id = 10_000;
        for round in 0..12 {
            let (mut bits, mut id) = (draw(u64::MAX), next_id);
            let begin = i64::try_from(world.now).unwrap();
            let base = world.server.requests;
            world.server.meanwhile = Some(Box::new(move |orders, number| {
                // The account's own clock, at which the answer was made.
                let at = begin + (number - base) as i64 * 290;
                for _ in 0..bits % 3 {
                    bits = bits.rotate_left(9).wrapping_mul(0xD129_0D3F_41A6_57CB) | 1;
                    let place = (bits >> 20) as usize % orders.len().max(1);
                    let Some(known) = orders.keys().nth(place).copied() else { return };
                    match bits % 5 {
                        0 => _ = orders.remove(&known),
                        1 => {
                            id += 1;
                            orders.insert(id, Order::new(at));
                        }
                        _ => orders.get_mut(&known).unwrap().updated = Some(at),
                    }
                }
            }));
            next_id += 1_000;
            let call = match &checkpoint {
                Some(text) if draw(2) == 0 => world.client.resume(text, false).unwrap(),
                Some(text) => world.client.pull(read(after(text, order_pull()))).unwrap(),
                None => world.client.pull(read(order_pull())).unwrap(),
            };
            let most = if round < 9 { 1 + draw(4) as usize } else { usize::MAX };
            let mut run = world.run(call, most);
            if run.outputs.len() == most {
                run.outputs.pop();
            }
            let run = run.done();
            copy.take(&run);
            checkpoint = Some(run.checkpoint);
            world.now += draw(3_600_000);
        }
        world.server.meanwhile = None;
        let last = world.pull(after(checkpoint.as_ref().unwrap(), order_pull())).done();
        copy.take(&last);
        let there = world.server.expected();
        copy.0.retain(|id, _| there.contains_key(id));
        assert_eq!(copy.0, there, "seed {seed}");
    }
}

#[test]
fn two_changes_within_the_second_in_which_it_is_read_are_not_taken_for_one() {
    for rows in [false, true] {
        let mut pull = order_pull();
        pull["resources"][0]["rows"] = json!(rows);
        let mut world = World::of(Account::of(orders(300)), json!({}));
        let first = world.pull(pull.clone()).done();
        // The answers come 290 and 580 ms (and 870 ms, for the read) after a full second.
        world.now = (world.now / 1_000 + 60) * 1_000;
        let changed = i64::try_from(world.now).unwrap();
        let order = world.server.orders.get_mut(&7).unwrap();
        (order.updated, order.reference) = (Some(changed), "ONE".to_owned());
        let second = world.pull(after(&first.checkpoint, pull.clone())).done();
        assert_eq!(second.ids(), [7]);
        world.server.orders.get_mut(&7).unwrap().reference = "TWO".to_owned();
        world.now += 5_000;
        let third = world.pull(after(&second.checkpoint, pull.clone())).done();
        assert_eq!(third.ids(), [7]);
        assert!(third.outputs[0].records[0].record.as_ref().unwrap().get().contains("TWO"));
        assert_eq!(world.pull(after(&third.checkpoint, pull)).done().ids(), [] as [u64; 0]);
    }
}
