//! What the mapping leaves out and Brightpearl has all the same: an order that was cancelled after it was pushed.

use brightpearl_core::Method;
use brightpearl_core::flow::State;
use brightpearl_core::operation::{Existing, Push};
use serde_json::{Value, json};

use super::account::{ORDERS, PushWorld, order};

/// The status of a cancelled order, in the emulated account and in the ready documents.
const CANCELLED: u64 = 5;

/// The orders' document, with what becomes of one that is there and was cancelled.
fn document(there: &str) -> String {
    ORDERS.replace(
        r#""when": ["#,
        &format!(r#""when": [{{"is": "!cancelled", "otherwise": "the order was cancelled"{there}}}, "#),
    )
}

const MOVED: &str = r#", "there": {"status": 5, "note": "Cancelled: {cancelled}"}"#;

fn cancelled(world: &mut PushWorld) -> (Value, Value) {
    let sku = world.skus().swap_remove(0);
    let live = order(1, &sku);
    let mut cancelled = live.clone();
    cancelled["cancelled"] = json!("by the buyer");
    (live, cancelled)
}

fn status(world: &mut PushWorld, id: u64) -> u64 {
    world.read(&format!("order-service/sales-order/{id}"))[0]["statusId"].as_u64().expect("a status")
}

#[test]
fn what_was_cancelled_and_is_there_differs_unless_the_document_says_more() {
    for (there, state, expected) in [
        ("", State::Differs, "the order was cancelled, and it is in Brightpearl"),
        (MOVED, State::Updated, "the order was cancelled"),
        (r#", "there": "leave""#, State::Skipped, "the order was cancelled"),
    ] {
        let mut world = PushWorld::new();
        let (live, cancelled) = cancelled(&mut world);
        let document = document(there);
        let absent = world.push(&document, std::slice::from_ref(&cancelled));
        assert_eq!((absent.of(0).state, absent.of(0).id), (State::Skipped, None), "{there}");
        let id = world.push(&document, &[live]).of(0).id.expect("an id");
        let before = status(&mut world, id);
        let dry = world.run(Push::dry_run(&*document).unwrap(), std::slice::from_ref(&cancelled));
        assert_eq!((dry.of(0).state, status(&mut world, id)), (state, before), "{there}");
        let run = world.push(&document, std::slice::from_ref(&cancelled));
        assert_eq!(run.of(0).state, state, "{there} {:?}", run.outcomes);
        assert!(run.of(0).reason.as_deref().unwrap_or_default().starts_with(expected), "{:?}", run.outcomes);
        let is_moved = state == State::Updated;
        assert_eq!(status(&mut world, id) == CANCELLED, is_moved, "{there}");
        // Once more, without the journal that has it.
        world.journal.clear();
        let again = world.push(&document, &[cancelled]);
        let expected = if is_moved { State::Unchanged } else { state };
        assert_eq!(again.of(0).state, expected, "{there} {:?}", again.outcomes);
        let notes = world.read(&format!("order-service/order/{id}/note"));
        let told =
            notes.as_array().expect("notes").iter().filter(|note| note["text"] == "Cancelled: by the buyer");
        assert_eq!(told.count(), usize::from(is_moved), "{there} {notes}");
    }
}

#[test]
fn what_was_moved_when_it_was_left_out_differs_once_it_is_not_left_out() {
    let mut world = PushWorld::new();
    let (live, cancelled) = cancelled(&mut world);
    let id = world.push(&document(MOVED), std::slice::from_ref(&live)).of(0).id.expect("an id");
    world.push(&document(MOVED), &[cancelled]);
    assert_eq!(status(&mut world, id), CANCELLED);
    for _ in 0..2 {
        world.journal.clear();
        let run = world.push(&document(MOVED), std::slice::from_ref(&live));
        let reason = run.of(0).reason.clone().unwrap_or_default();
        assert_eq!((run.of(0).state, run.of(0).id), (State::Differs, Some(id)), "{:?}", run.outcomes);
        assert!(reason.contains("it has the status 5 in Brightpearl"), "{reason}");
    }
    assert_eq!(status(&mut world, id), CANCELLED);
}

#[test]
fn an_order_that_cannot_be_cancelled_differs() {
    let mut world = PushWorld::new();
    let (live, cancelled) = cancelled(&mut world);
    let id = world.push(&document(MOVED), &[live]).of(0).id.expect("an id");
    let close = format!("order-service/sales-order/{id}/close");
    world.write(Method::Post, &close, "{}");
    world.now += 600_000;
    let run = world.push(&document(MOVED), std::slice::from_ref(&cancelled));
    let reason = run.of(0).reason.clone().unwrap_or_default();
    assert!(run.of(0).state == State::Differs && reason.contains("invoiced"), "{:?}", run.outcomes);
    let left = Push { existing: Existing::Leave, ..Push::writing(document(MOVED)).unwrap() };
    assert_eq!(world.run(left, &[cancelled]).states(), ["differs"]);
}

#[test]
fn a_cancellation_that_is_cut_off_is_gone_on_with() {
    for crash_at in 1..5 {
        let mut world = PushWorld::new();
        let (live, cancelled) = cancelled(&mut world);
        let id = world.push(&document(MOVED), &[live]).of(0).id.expect("an id");
        world.crash_at = Some(crash_at);
        world.push(&document(MOVED), std::slice::from_ref(&cancelled));
        world.crash_at = None;
        let run = world.push(&document(MOVED), &[cancelled]);
        assert!(
            matches!(run.of(0).state, State::Updated | State::Unchanged),
            "{crash_at} {:?}",
            run.outcomes
        );
        assert_eq!(status(&mut world, id), CANCELLED, "{crash_at}");
    }
}

#[test]
fn a_cancelled_version_and_a_live_one_in_one_push_are_told_apart_by_the_newest() {
    let document = document(MOVED).replace(r#""key": {"#, r#""key": {"newest": "version", "#);
    let mut world = PushWorld::new();
    let (mut live, mut cancelled) = cancelled(&mut world);
    let both = world.push(&document, &[live.clone(), cancelled.clone()]);
    assert_eq!(both.states(), ["rejected", "rejected"], "{:?}", both.outcomes);
    (live["version"], cancelled["version"]) = (json!(1), json!(2));
    let both = world.push(&document, &[live.clone(), cancelled.clone()]);
    assert_eq!((both.states(), world.orders("W-1")), (vec!["skipped", "skipped"], 0));
    let one_by_one = Push { window: 1, ..Push::writing(&*document).unwrap() };
    let run = world.run(one_by_one, &[live, cancelled]);
    assert_eq!(run.states(), ["created", "updated"], "{:?}", run.outcomes);
}
