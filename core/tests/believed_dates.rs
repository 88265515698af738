//! Dates are those of who answers, which may be a gateway: they move no mark ahead, and hide nothing that others create.

use crate::small_account::{Account, Given, Order, Ran, client, http_date, push_of, run};
use brightpearl_core::operation::Pull;
use brightpearl_core::{Kind, Method, Request, Response};

const SEARCH: &str = "order-service/order-search";
const AN_HOUR: i64 = 3_600_000;

/// The account's own answer, dated so many milliseconds otherwise.
fn redated(response: Response, now: u64, by_ms: i64) -> Response {
    let date = http_date(now.saturating_add_signed(by_ms));
    Response::new(response.status, response.body).with_header("Date", date)
}

fn is_write(request: &Request) -> bool {
    !matches!(request.method, Method::Get | Method::Options)
}

#[test]
fn whatever_a_gateway_s_clock_says_a_rival_is_seen_before_a_write_that_waited() {
    for by_ms in [0, 60_000, 90_000, 120_000, 300_000, AN_HOUR, 24 * AN_HOUR, -AN_HOUR, -24 * AN_HOUR] {
        let mut account = Account::new();
        let mut call = client("").push(push_of(&["A", "B", "C"])).unwrap();
        let mut outcomes = Vec::new();
        let mut is_overtaken = false;
        loop {
            match call.poll(account.now).expect("no error") {
                brightpearl_core::Step::Done => break,
                brightpearl_core::Step::Wait { until, .. } => account.now = until,
                brightpearl_core::Step::Output(brightpearl_core::Output::Outcomes(some)) => {
                    outcomes.extend(some)
                }
                brightpearl_core::Step::Output(output) => {
                    let is_announced = matches!(&output, brightpearl_core::Output::Journal(lines) if lines.contains("\"write\""));
                    // Somebody else creates them while the announced write waits.
                    if is_announced && !std::mem::replace(&mut is_overtaken, true) {
                        account.now += 20_000;
                        for reference in ["A", "B", "C"] {
                            let created = account.now / 1_000;
                            let order = Order {
                                reference: reference.to_owned(),
                                warehouse: 2,
                                created,
                                updated: None,
                            };
                            account.orders.insert(account.next_id, order);
                            account.next_id += 1;
                        }
                        account.now += 20_000;
                    }
                }
                brightpearl_core::Step::Send(exchange) => {
                    account.now += 50;
                    let answer = redated(account.serve(&exchange.request), account.now, by_ms);
                    call.answer(exchange.id, answer, account.now).expect("an answer that is awaited");
                }
                brightpearl_core::Step::Pending | brightpearl_core::Step::Feed { .. } => {
                    panic!("nothing is out")
                }
            }
        }
        let counts = ["A", "B", "C"].map(|reference| account.ids_of(reference).len());
        assert_eq!(counts, [1; 3], "{by_ms}: {outcomes:?}");
    }
}

#[test]
fn what_a_gateway_s_clock_hides_from_a_look_among_what_is_new_the_last_look_finds() {
    // The host's clock is fast, too, so that nothing tells that the date is wrong.
    for by_ms in [0, 90_000, AN_HOUR] {
        let mut account = Account::new();
        let behind = |account: &Account| by_ms as u64 + account.now;
        let mut call = client("").push(push_of(&["A", "B"])).unwrap();
        let mut outcomes = Vec::new();
        let mut is_overtaken = false;
        loop {
            match call.poll(behind(&account)).expect("no error") {
                brightpearl_core::Step::Done => break,
                brightpearl_core::Step::Wait { until, .. } => account.now = until - by_ms as u64,
                brightpearl_core::Step::Output(brightpearl_core::Output::Outcomes(some)) => {
                    outcomes.extend(some)
                }
                brightpearl_core::Step::Send(exchange) => {
                    if is_write(&exchange.request) && !std::mem::replace(&mut is_overtaken, true) {
                        let created = account.now / 1_000;
                        let order = Order { reference: "B".to_owned(), warehouse: 2, created, updated: None };
                        account.orders.insert(account.next_id, order);
                        account.next_id += 1;
                    }
                    account.now += 50;
                    let answer = redated(account.serve(&exchange.request), account.now, by_ms);
                    call.answer(exchange.id, answer, behind(&account)).expect("an answer that is awaited");
                }
                brightpearl_core::Step::Output(_) => {}
                brightpearl_core::Step::Pending | brightpearl_core::Step::Feed { .. } => {
                    panic!("nothing is out")
                }
            }
        }
        let mut states: Vec<_> =
            outcomes.iter().map(|outcome| (outcome.record, outcome.state.as_str())).collect();
        states.sort_unstable();
        assert_eq!(states, [(0, "created"), (1, "doubled")], "{by_ms}: {outcomes:?}");
    }
}

#[test]
fn an_answer_that_was_made_before_the_look_decides_nothing() {
    let mut account = Account::new();
    let (mut before, mut is_written): (Option<Response>, bool) = (None, false);
    let ran = run(client("").push(push_of(&["A"])).unwrap(), &mut account, |request, account| {
        if is_write(request) {
            is_written = true;
            return Given::Lost;
        }
        if !is_written {
            before = Some(account.clone().serve(request));
            return Given::Own;
        }
        // Kept, with the date that it had.
        Given::Instead(before.clone().expect("a look before"))
    });
    assert_eq!(account.ids_of("A").len(), 1, "{:?}", ran.outcomes);
    assert_eq!(ran.states(), ["maybe-applied"]);
}

#[test]
fn a_server_whose_clock_is_set_back_is_believed_again() {
    let mut account = Account::new();
    let mut is_written = false;
    let ran = run(client("").push(push_of(&["A", "B"])).unwrap(), &mut account, |request, account| {
        is_written |= is_write(request);
        match is_written && !is_write(request) {
            true => Given::Instead(redated(account.clone().serve(request), account.now, -60_000)),
            false => Given::Own,
        }
    });
    assert_eq!((ran.states(), ran.error.map(|error| error.to_string())), (vec!["created", "created"], None));
}

fn pulled(account: &mut Account, state: Option<&str>, by_ms: i64) -> Ran {
    let pull = Pull { state: state.map(str::to_owned), ..Pull::of("order") };
    run(client("").pull(pull).unwrap(), account, |request, account| {
        Given::Instead(redated(account.clone().serve(request), account.now, by_ms))
    })
}

#[test]
fn a_first_pull_whose_dates_all_lie_ahead_loses_no_later_change() {
    for by_ms in [90_000, AN_HOUR, 72 * AN_HOUR] {
        let mut account = Account::with_orders(9);
        let mut ran = pulled(&mut account, None, by_ms);
        assert_eq!(ran.pulled().len(), 9);
        for day in 1..=5 {
            account.now += 12 * 3_600_000;
            account.orders.get_mut(&day).unwrap().updated = Some(account.now / 1_000);
            account.now += 12 * 3_600_000;
            ran = pulled(&mut account, ran.checkpoint.as_deref(), 0);
            assert_eq!(ran.pulled(), [(day, false)], "{by_ms}, day {day}");
        }
    }
}

#[test]
fn a_host_whose_clock_is_slow_does_not_pull_everything_again() {
    let mut account = Account::with_orders(9);
    let slow = |account: &mut Account, state: Option<&str>| {
        let pull = Pull { state: state.map(str::to_owned), ..Pull::of("order") };
        let mut call = client("").pull(pull).unwrap();
        let (mut ids, mut now) = (Vec::new(), 5_000);
        loop {
            match call.poll(now).expect("no error") {
                brightpearl_core::Step::Done => return (ids, call.checkpoint().ok()),
                brightpearl_core::Step::Wait { until, .. } => now = until,
                brightpearl_core::Step::Send(exchange) => {
                    call.answer(exchange.id, account.serve(&exchange.request), now).unwrap();
                }
                brightpearl_core::Step::Output(brightpearl_core::Output::Records(records)) => {
                    ids.extend(records.records.iter().filter_map(|record| record.id));
                }
                _ => {}
            }
        }
    };
    let (first, state) = slow(&mut account, None);
    assert_eq!(first.len(), 9);
    account.now += 3_600_000;
    account.orders.get_mut(&4).unwrap().updated = Some(account.now / 1_000);
    account.now += 60_000;
    assert_eq!(slow(&mut account, state.as_deref()).0, [4], "the mark is that of the server");
}

#[test]
fn a_state_that_lies_ahead_of_every_clock_is_told() {
    let mut account = Account::with_orders(9);
    account.now += 72 * 3_600_000;
    account.orders.get_mut(&9).unwrap().updated = Some(account.now / 1_000);
    let first = pulled(&mut account, None, 0);
    account.now -= 48 * 3_600_000;
    let ran = pulled(&mut account, first.checkpoint.as_deref(), 0);
    let error = ran.error.expect("an error");
    assert_eq!((error.kind(), error.location()), (Kind::Conflict, Some("resources[0].state")), "{error}");
    assert!(error.message().contains("lies ahead of the server's time"), "{error}");
    assert!(ran.sent.iter().all(|(_, path, _)| path.starts_with(SEARCH)));
}

#[test]
fn a_beginning_that_lies_ahead_of_every_clock_is_told_as_such() {
    let mut account = Account::with_orders(9);
    let mut pull = Pull::of("order");
    pull.resources[0].since = Some("2026-03-01".to_owned());
    let ran = run(client("").pull(pull).unwrap(), &mut account, |request, account| {
        Given::Instead(account.clone().serve(request))
    });
    let error = ran.error.expect("an error");
    assert_eq!((error.kind(), error.location()), (Kind::Validation, Some("resources[0].since")), "{error}");
    assert!(
        error.message().starts_with("\"2026-03-01\" lies ahead of the server's time, 2026-01-01T"),
        "{error}"
    );
}
