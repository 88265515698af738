//! An order that is there and differs is changed, rows and all, or it is told what could not be.

use brightpearl_core::flow::State;
use brightpearl_core::operation::Push;
use brightpearl_core::{Method, Response};
use serde_json::{Value, json};

use super::account::{ORDERS, PushWorld, Run, order};

/// Products and how many of each.
type Pieces = &'static [(usize, u64)];

/// An order with lines of these products and quantities, at 4.50 a piece.
fn lines(world: &mut PushWorld, of: &[(usize, u64)]) -> Value {
    let skus = world.skus();
    let mut order = order(1, &skus[0]);
    let line = |(sku, quantity): &(usize, u64)| {
        let price = format!("{}.{:02}", quantity * 450 / 100, quantity * 450 % 100);
        json!({"sku": skus[*sku], "qty": quantity.to_string(), "price": price})
    };
    order["lines"] = of.iter().map(line).collect();
    order
}

/// SKUs and quantities of the rows of an order, and the sum of their net amounts.
fn rows(world: &mut PushWorld, id: u64) -> (Vec<(String, String)>, String) {
    let read = world.read(&format!("order-service/sales-order/{id}"))[0].clone();
    let mut rows: Vec<Value> = read["rows"].as_array().expect("rows").clone();
    rows.retain(|row| row["bundleChild"] != true);
    rows.sort_by_key(|row| row["id"].as_u64());
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let told = rows.iter().map(|row| (text(row, "sku"), text(row, "quantity"))).collect();
    (told, text(&read["total"], "net"))
}

fn reason(run: &Run) -> &str {
    run.of(0).reason.as_deref().unwrap_or_default()
}

#[test]
fn rows_are_changed_added_and_removed() {
    let cases: [(Pieces, Pieces); 7] = [
        (&[(0, 2)], &[(0, 3)]),
        (&[(0, 2)], &[(0, 2), (1, 1)]),
        (&[(0, 2), (1, 1)], &[(1, 1)]),
        (&[(0, 2)], &[(1, 2)]),
        (&[(0, 2), (0, 3)], &[(0, 2), (0, 4), (0, 1)]),
        (&[(0, 2), (1, 1), (2, 5)], &[(3, 1), (2, 5)]),
        (&[(0, 1)], &[(1, 1), (2, 1), (3, 1), (4, 1)]),
    ];
    for (before, after) in cases {
        let mut world = PushWorld::new();
        let first = lines(&mut world, before);
        let id = world.push(ORDERS, &[first]).of(0).id.expect("an id");
        let edited = lines(&mut world, after);
        let dry = world.run(Push::dry_run(ORDERS).unwrap(), std::slice::from_ref(&edited));
        assert_eq!(dry.states(), ["updated"], "{after:?} {:?}", dry.outcomes);
        let run = world.push(ORDERS, std::slice::from_ref(&edited));
        assert_eq!(
            (run.error.as_ref(), run.states()),
            (None, vec!["updated"]),
            "{after:?} {:?}",
            run.outcomes
        );
        assert_eq!(run.of(0).differences.len(), dry.of(0).differences.len(), "what was changed is told");
        let skus = world.skus();
        let mut wanted: Vec<(String, String)> =
            after.iter().map(|(sku, quantity)| (skus[*sku].clone(), format!("{quantity}.0000"))).collect();
        let (mut there, net) = rows(&mut world, id);
        wanted.sort();
        there.sort();
        assert_eq!(there, wanted, "{before:?} {after:?}");
        let pieces: u64 = after.iter().map(|(_, quantity)| quantity).sum();
        assert_eq!(net, format!("{}.{:02}", pieces * 450 / 100, pieces * 450 % 100));
        // Once more, with the journal and without, there is nothing to do.
        let again = world.push(ORDERS, std::slice::from_ref(&edited));
        assert!(again.of(0).journaled, "{:?}", again.outcomes);
        world.journal.clear();
        assert_eq!(world.push(ORDERS, &[edited]).states(), ["unchanged"], "{after:?}");
    }
}

#[test]
fn a_change_that_is_cut_off_or_loses_its_answers_ends_as_if_nothing_had_happened() {
    for crash_at in 1..14 {
        let mut world = PushWorld::new();
        let first = lines(&mut world, &[(0, 2), (1, 1), (4, 1)]);
        let id = world.push(ORDERS, &[first]).of(0).id.expect("an id");
        let edited = lines(&mut world, &[(0, 3), (2, 1), (3, 1)]);
        world.crash_at = Some(crash_at);
        let cut = world.push(ORDERS, std::slice::from_ref(&edited));
        world.crash_at = None;
        let run = world.push(ORDERS, &[edited]);
        let is_right = matches!(run.of(0).state, State::Updated | State::Unchanged);
        assert!(is_right, "{crash_at} {:?} {:?}", cut.outcomes, run.outcomes);
        let (there, net) = rows(&mut world, id);
        assert_eq!((there.len(), &*net), (3, "22.50"), "{crash_at} {there:?}");
    }
    let mut verified = 0;
    for lost in 1..12 {
        let mut world = PushWorld::new();
        let first = lines(&mut world, &[(0, 2), (1, 1)]);
        let id = world.push(ORDERS, &[first]).of(0).id.expect("an id");
        let edited = lines(&mut world, &[(0, 3), (2, 1), (3, 1)]);
        let begun = world.emulator.statistics().requests;
        world.faults(&json!({"script": [{"request": begun + lost, "fault": {"kind": "lost-response"}}]}));
        let run = world.push(ORDERS, &[edited]);
        assert_eq!(run.states(), ["updated"], "{lost} {:?}", run.outcomes);
        verified += u32::from(run.of(0).verified);
        let (there, net) = rows(&mut world, id);
        assert_eq!((there.len(), &*net), (3, "22.50"), "{lost} {there:?}");
    }
    assert!(verified > 0, "an answer to what adds a row was lost");
}

#[test]
fn what_cannot_be_changed_differs_and_says_what_and_why() {
    let mut world = PushWorld::new();
    let first = lines(&mut world, &[(0, 2)]);
    let id = world.push(ORDERS, &[first]).of(0).id.expect("an id");
    let mut edited = lines(&mut world, &[(0, 3)]);
    edited["placed"] = json!("2026-06-29T10:00:00Z");
    for push in [Push::dry_run(ORDERS).unwrap(), Push::writing(ORDERS).unwrap()] {
        let is_dry = push.dry_run;
        let run = world.run(push, std::slice::from_ref(&edited));
        assert_eq!((run.states(), run.of(0).id), (vec!["differs"], Some(id)), "{:?}", run.outcomes);
        assert!(reason(&run).contains("the API cannot change /placedOn"), "{}", reason(&run));
        let told: Vec<(&str, bool)> =
            run.of(0).differences.iter().map(|one| (&*one.pointer, one.changeable)).collect();
        assert!(told.contains(&("/placedOn", false)), "{told:?}");
        assert_eq!(told.len() == 3, is_dry, "what was changed differs no more: {told:?}");
        let tells_of_changes =
            reason(&run).starts_with("/rows/0/quantity, ") && reason(&run).contains("were changed; ");
        assert_eq!(tells_of_changes, !is_dry, "{}", reason(&run));
    }
    assert_eq!(rows(&mut world, id).0[0].1, "3.0000", "what can be changed is");
    // What was taken out is told as it is where nothing else differs.
    let mut shorter = lines(&mut world, &[(0, 1)]);
    shorter["placed"] = edited["placed"].clone();
    let run = world.push(ORDERS, &[shorter]);
    assert!(reason(&run).contains("counts twice then"), "{}", reason(&run));
}

#[test]
fn a_change_that_brightpearl_refuses_differs() {
    let mut world = PushWorld::new();
    let first = lines(&mut world, &[(0, 2)]);
    let id = world.push(ORDERS, &[first]).of(0).id.expect("an id");
    world.write(Method::Post, &format!("order-service/sales-order/{id}/close"), "{}");
    world.now += 600_000;
    let edited = lines(&mut world, &[(0, 3), (1, 1)]);
    let run = world.push(ORDERS, std::slice::from_ref(&edited));
    assert_eq!(run.states(), ["differs"], "{:?}", run.outcomes);
    assert!(reason(&run).contains("it is there, and was not changed") && reason(&run).contains("invoiced"));
    // The journal has it as not written: another run looks again.
    let again = world.push(ORDERS, &[edited]);
    assert!(again.states() == ["differs"] && !again.of(0).journaled);
}

/// Answers so many reads of orders as they were when that account was saved.
fn lag(world: &mut PushWorld, saved: &str, mut reads: usize) {
    let mut older = brightpearl_emulator::Emulator::load(saved).unwrap();
    let now = world.now;
    world.between = Some(Box::new(move |request| {
        let is_read = request.method == Method::Get && request.url.contains("/sales-order/");
        if !is_read || reads == 0 {
            return None;
        }
        reads -= 1;
        let answer = older.answer(request, now);
        Some((Response::new(answer.status, answer.body), false))
    }));
}

#[test]
fn a_row_that_was_there_already_is_taken_out_again() {
    let sorted = |mut rows: Vec<(String, String)>| {
        rows.sort();
        rows
    };
    for has_journal in [true, false] {
        for lagging in [1, 2, 3, 99] {
            let mut world = PushWorld::new();
            let edits: [Pieces; 3] = [&[(0, 2)], &[(0, 2), (3, 1)], &[(0, 2), (3, 1), (5, 1)]];
            let [first, second, third] = edits.map(|pieces| lines(&mut world, pieces));
            let id = world.push(ORDERS, &[first]).of(0).id.expect("an id");
            let saved = world.emulator.save().unwrap();
            assert_eq!(world.push(ORDERS, &[second]).states(), ["updated"]);
            if !has_journal {
                world.journal.clear();
            }
            // The next edit is held against the order as it was before the one before.
            lag(&mut world, &saved, lagging);
            let run = world.push(ORDERS, std::slice::from_ref(&third));
            world.between = None;
            let wanted: Vec<(String, String)> = {
                let skus = world.skus();
                let pieces = edits[2].iter();
                pieces.map(|(sku, quantity)| (skus[*sku].clone(), format!("{quantity}.0000"))).collect()
            };
            if lagging == 99 {
                assert_eq!(run.states(), ["maybe-applied"], "{:?}", run.outcomes);
                assert!(reason(&run).contains("which was just added"), "{:?}", run.outcomes);
            } else {
                assert_eq!(run.states(), ["updated"], "{lagging} {:?}", run.outcomes);
                assert!(reason(&run).contains("it was taken out again"), "{lagging} {:?}", run.outcomes);
                assert_eq!(sorted(rows(&mut world, id).0), sorted(wanted.clone()), "{lagging}");
            }
            world.now += 600_000;
            let state = world.push(ORDERS, &[third]).states()[0];
            assert!(["updated", "unchanged"].contains(&state), "{lagging} {state}");
            assert_eq!(sorted(rows(&mut world, id).0), sorted(wanted), "{lagging}");
        }
    }
}

/// The same orders, whose rows have references and names.
fn referred() -> String {
    let mut document: Value = serde_json::from_str(ORDERS).expect("JSON");
    document["fields"][5]["fields"]
        .as_array_mut()
        .expect("fields")
        .extend([json!({"to": "/externalRef", "from": "ref"}), json!({"to": "/name", "from": "name"})]);
    document["fields"][5]["fields"][0].as_object_mut().expect("a rule").remove("required");
    document.to_string()
}

#[test]
fn a_reference_of_a_row_is_compared_where_rows_of_the_order_have_any() {
    let document = referred();
    let mut world = PushWorld::new();
    let mut order = lines(&mut world, &[(0, 2), (1, 1)]);
    let push = |world: &mut PushWorld, order: &Value| {
        let run = world.run(Push::writing(&*document).unwrap(), std::slice::from_ref(order));
        (run.states()[0], run.of(0).id.unwrap(), run.of(0).differences.len())
    };
    let (state, id, _) = push(&mut world, &order);
    assert_eq!(state, "created");
    let references = |world: &mut PushWorld| {
        let rows = world.read(&format!("order-service/sales-order/{id}"))[0]["rows"].take();
        let rows = rows.as_array().unwrap().clone();
        rows.iter().map(|row| row["externalRef"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    // No row has one: whether they are answered is not known.
    order["lines"][1]["ref"] = json!("b");
    assert_eq!(push(&mut world, &order), ("unchanged", id, 0));
    // A change of the row sends it.
    order["lines"][1]["qty"] = json!("2");
    order["lines"][1]["price"] = json!("9.00");
    order["lines"][1]["sku"] = json!(world.skus()[2]);
    assert_eq!(push(&mut world, &order).0, "updated");
    assert_eq!(references(&mut world), [None, Some("b".to_owned())]);
    order["lines"][0]["ref"] = json!("a");
    assert_eq!(push(&mut world, &order), ("updated", id, 1));
    assert_eq!(references(&mut world), [Some("a".to_owned()), Some("b".to_owned())]);
    assert_eq!(push(&mut world, &order), ("unchanged", id, 0));
}

#[test]
fn a_row_without_a_name_takes_no_other_rows_place() {
    let document = referred();
    let mut world = PushWorld::new();
    let mut order = lines(&mut world, &[(0, 2)]);
    let gift = json!({"name": "Gift", "qty": "1", "price": "5.00"});
    order["lines"].as_array_mut().unwrap().push(gift);
    let run = world.run(Push::writing(&*document).unwrap(), std::slice::from_ref(&order));
    assert_eq!(run.states(), ["created"], "{:?}", run.outcomes);
    let id = run.of(0).id.unwrap();
    order["lines"][1] = json!({"name": " ", "qty": "3", "price": "99.00"});
    let run = world.run(Push::writing(&*document).unwrap(), &[order]);
    assert_eq!(run.states(), ["differs"], "{:?}", run.outcomes);
    assert!(reason(&run).contains("/rows/1"), "{:?}", run.outcomes);
    let there = world.read(&format!("order-service/sales-order/{id}"))[0]["rows"].take();
    assert!(there.as_array().unwrap().iter().all(|row| row["net"] != "99.0000"), "{there}");
}
