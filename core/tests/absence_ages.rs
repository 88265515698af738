//! That something is not there is believed for seconds: others write, too.

use crate::small_account::{Account, Given, Order, client, push_of, run};
use brightpearl_core::operation::Push;
use brightpearl_core::{Call, Method, Output, Step, TransportFailure};

fn put(account: &mut Account, reference: &str) {
    let created = account.now / 1_000;
    let order = Order { reference: reference.to_owned(), warehouse: 2, created, updated: None };
    account.orders.insert(account.next_id, order);
    account.next_id += 1;
}

/// Drives a call to its end; `meanwhile` happens before each request is answered and behind each line of the journal, by
/// their number.
fn driven(
    mut call: Call,
    account: &mut Account,
    mut meanwhile: impl FnMut(&mut Account, usize),
) -> Vec<Method> {
    let (mut sent, mut number) = (Vec::new(), 0);
    for _ in 0..10_000 {
        match call.poll(account.now).expect("no error") {
            Step::Done => return sent,
            Step::Wait { until, .. } => account.now = until,
            Step::Send(exchange) => {
                sent.push(exchange.request.method);
                let answer = account.serve(&exchange.request);
                account.now += 50;
                call.answer(exchange.id, answer, account.now).expect("an answer that is awaited");
                meanwhile(account, number);
                number += 1;
            }
            Step::Output(Output::Journal(_)) => {
                meanwhile(account, number);
                number += 1;
            }
            Step::Output(_) => {}
            Step::Pending | Step::Feed { .. } => panic!("nothing is out, and all records are given"),
        }
    }
    panic!("the call has not ended: {sent:?}");
}

#[test]
fn what_others_create_while_a_write_waits_is_found_before_it_is_sent() {
    for at in 0..4 {
        let mut account = Account::new();
        let call = client("").push(push_of(&["A", "B", "C"])).unwrap();
        driven(call, &mut account, |account, number| {
            if number == at && account.ids_of("B").is_empty() {
                put(account, "B");
                account.now += 20_000;
            }
        });
        assert_eq!(["A", "B", "C"].map(|reference| account.ids_of(reference).len()), [1, 1, 1], "{at}");
    }
}

#[test]
fn what_others_create_while_the_answer_to_a_look_is_on_its_way_is_found() {
    let mut account = Account::new();
    let mut call = client("").push(push_of(&["A", "B"])).unwrap();
    let mut is_first = true;
    loop {
        match call.poll(account.now).expect("no error") {
            Step::Done => break,
            Step::Wait { until, .. } => account.now = until,
            Step::Send(exchange) => {
                let answer = account.serve(&exchange.request);
                account.now += 50;
                if std::mem::take(&mut is_first) {
                    put(&mut account, "B");
                    account.now += 20_000;
                }
                call.answer(exchange.id, answer, account.now).expect("an answer that is awaited");
            }
            Step::Output(_) => {}
            Step::Pending | Step::Feed { .. } => panic!("nothing is out, and all records are given"),
        }
    }
    assert_eq!(["A", "B"].map(|reference| account.ids_of(reference).len()), [1, 1]);
}

#[test]
fn what_a_look_for_others_has_found_is_not_written() {
    let numbers: Vec<String> = (0..14).map(|number| format!("N-{number}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    for found in ["N-3", "N-13"] {
        let mut account = Account::new();
        let call = client("").push(push_of(&numbers)).unwrap();
        driven(call, &mut account, |account, number| {
            if number == 0 {
                put(account, found);
                account.now += 20_000;
            }
        });
        let counts: Vec<usize> = numbers.iter().map(|number| account.ids_of(number).len()).collect();
        assert_eq!(counts, [1; 14], "{found}");
    }
}

#[test]
fn many_are_looked_for_together_among_what_is_new() {
    let mut account = Account::with_orders(600);
    let numbers: Vec<String> = (0..150).map(|number| format!("N-{number}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let call = client("").push(push_of(&numbers)).unwrap();
    let sent = driven(call, &mut account, |account, _| account.now += 400);
    assert_eq!(account.orders.len(), 750);
    let looks = sent.iter().filter(|method| **method == Method::Get).count();
    assert!(looks <= 150, "{looks} looks for 150 records");
}

#[test]
fn a_small_cap_does_not_keep_a_push_from_its_end() {
    for quota in [1, 2, 3, 7] {
        let mut account = Account::new();
        let client = client(&format!(r#","pool":{{"quota":{quota},"period_ms":60000}}"#));
        let call = client.push(push_of(&["A", "B", "C", "D", "E"])).unwrap();
        let sent = driven(call, &mut account, |_, _| {});
        assert_eq!(account.orders.len(), 5, "{quota}");
        assert!(sent.len() <= 5 * 7, "{quota}: {sent:?}");
    }
}

#[test]
fn a_write_that_is_sent_at_once_takes_no_second_look() {
    let mut account = Account::new();
    let push = Push { confirm_ms: Vec::new(), ..push_of(&["A", "B"]) };
    let ran = run(client("").push(push).unwrap(), &mut account, |_, _| Given::Own);
    assert_eq!(ran.sent.len(), 2, "{:?}", ran.sent);
}

#[test]
fn writes_that_are_taken_back_while_they_wait_cost_a_lost_one_none_of_its_attempts() {
    let mut account = Account::new();
    let mut call = client("").push(push_of(&["A"])).unwrap();
    let (mut waits, mut is_lost, mut states) = (0, false, Vec::new());
    loop {
        match call.poll(account.now).expect("no error") {
            Step::Done => break,
            Step::Wait { until, .. } => account.now = until,
            Step::Send(exchange) if exchange.request.method == Method::Post && !is_lost => {
                is_lost = true;
                let failure = TransportFailure::MaybeSent("the connection was reset".to_owned());
                call.fail(exchange.id, failure, account.now).expect("a failure that is awaited");
            }
            Step::Send(exchange) => {
                let answer = account.serve(&exchange.request);
                call.answer(exchange.id, answer, account.now).expect("an answer that is awaited");
            }
            // A slow disk: what was announced is looked for once more.
            Step::Output(Output::Journal(lines)) if lines.contains("\"write\"") && waits < 3 => {
                waits += 1;
                account.now += 20_000;
            }
            Step::Output(Output::Outcomes(outcomes)) => {
                states.extend(outcomes.iter().map(|outcome| outcome.state.as_str()));
            }
            Step::Output(_) => {}
            Step::Pending | Step::Feed { .. } => panic!("nothing is out, and all records are given"),
        }
    }
    assert_eq!((waits, is_lost, account.ids_of("A").len(), states), (3, true, 1, vec!["created"]));
}
