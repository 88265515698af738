//! What two pushes create within the same seconds is told to be there more than once, by the one that wrote last at least.

use crate::small_account::{
    Account, Given, Order, Ran, altered, client, push_of, push_of_records, run, run_for,
};
use brightpearl_core::flow::{JournalBook, State, compact_journal};
use brightpearl_core::operation::Push;
use brightpearl_core::{Call, Method, Output, Request, Step};
use serde_json::json;

const SEARCH: &str = "order-service/order-search";

/// Somebody else's order.
fn put(account: &mut Account, reference: &str) -> u64 {
    let id = account.next_id;
    let created = account.now / 1_000;
    let order = Order { reference: reference.to_owned(), warehouse: 2, created, updated: None };
    account.orders.insert(id, order);
    account.next_id += 1;
    id
}

/// A push during which somebody else creates these, just before its own are created.
fn overtaken(push: Push, account: &mut Account, others: &[&str]) -> Ran {
    let mut call = client("").push(push).unwrap();
    let mut ran = Ran::default();
    let mut left = others.to_vec();
    loop {
        match call.poll(account.now).expect("no error") {
            Step::Done => return ran,
            Step::Wait { until, .. } => account.now = until,
            Step::Send(exchange) => {
                if exchange.request.method == Method::Post {
                    for reference in left.drain(..) {
                        put(account, reference);
                    }
                }
                let path = exchange.request.url.split_once("/acme/").unwrap().1.to_owned();
                ran.sent.push((exchange.request.method, path, String::new()));
                account.now += 50;
                call.answer(exchange.id, account.serve(&exchange.request), account.now).unwrap();
            }
            Step::Output(Output::Outcomes(outcomes)) => ran.outcomes.extend(outcomes),
            Step::Output(Output::Journal(lines)) => ran.journal.push_str(&lines),
            Step::Output(_) => {}
            Step::Pending | Step::Feed { .. } => panic!("nothing is out, and all records are given"),
        }
    }
}

#[test]
fn what_somebody_else_creates_at_the_same_time_is_told_with_both_ids() {
    let mut account = Account::new();
    let ran = overtaken(push_of(&["A", "B", "C"]), &mut account, &["B"]);
    assert_eq!(ran.states(), ["created", "doubled", "created"]);
    let outcome = ran.outcomes.iter().find(|outcome| outcome.state == State::Doubled).unwrap();
    assert_eq!(outcome.id, account.ids_of("B").last().copied());
    let reason = outcome.reason.as_deref().unwrap();
    assert!(reason.contains("2 times") && reason.contains("keep one of them"), "{reason}");
    // One look before, and one behind it for all.
    assert_eq!(ran.count(Method::Get, SEARCH), 2, "{:?}", ran.sent);
}

#[test]
fn a_later_run_of_the_journal_tells_a_double_until_one_of_them_is_gone() {
    let mut account = Account::new();
    let first = overtaken(push_of(&["A"]), &mut account, &["A"]);
    assert_eq!(first.states(), ["doubled"]);
    for journal in [first.journal.clone(), compact_journal(&first.journal).unwrap()] {
        let again = |account: &mut Account| {
            let push = Push { journal: Some(journal.clone()), ..push_of(&["A"]) };
            run(client("").push(push).unwrap(), account, |_, _| Given::Own)
        };
        let mut account = account.clone();
        let second = again(&mut account);
        assert_eq!(second.states(), ["rejected"]);
        assert!(
            second.outcomes[0].reason.as_deref().unwrap().contains("has 2 records"),
            "{:?}",
            second.outcomes
        );
        account.orders.remove(&account.ids_of("A")[0]);
        assert_eq!(again(&mut account).states(), ["unchanged"]);
    }
}

#[test]
fn a_record_that_is_the_same_ends_as_the_one_that_is_doubled() {
    for window in [1, 10] {
        let ran = overtaken(Push { window, ..push_of(&["A", "A"]) }, &mut Account::new(), &["A"]);
        assert_eq!(ran.states(), ["doubled", "doubled"], "{window} {:?}", ran.outcomes);
    }
}

#[test]
fn a_search_that_lags_is_asked_again_until_it_shows_what_was_created() {
    for (lags, reads_lag, waits_ms, told) in [
        (1, false, 2_000, None),
        (2, false, 10_000, None),
        (9, false, 10_000, Some("the search does not show it yet")),
        (9, true, 10_000, Some("neither the search nor its own read shows")),
    ] {
        let mut account = Account::new();
        let mut looks = 0;
        let ran = run(client("").push(push_of(&["A", "B"])).unwrap(), &mut account, |request, account| {
            let is_read = !request.url.contains("-search");
            let is_look =
                request.method == Method::Get && !account.orders.is_empty() && (reads_lag || !is_read);
            looks += usize::from(is_look);
            if !is_look || looks > lags {
                return Given::Own;
            }
            Given::Instead(Account { orders: Default::default(), ..account.clone() }.serve(request))
        });
        let state = if reads_lag { "maybe-applied" } else { "created" };
        assert_eq!(ran.states(), [state, state]);
        assert_eq!(ran.longest_wait_ms, waits_ms, "{lags}");
        for outcome in &ran.outcomes {
            let reason = outcome.reason.as_deref();
            let is_told = told.is_some_and(|told| reason.is_some_and(|reason| reason.contains(told)));
            assert_eq!(is_told, reason.is_some(), "{lags} {outcome:?}");
        }
    }
}

#[test]
fn what_a_killed_run_did_not_look_for_is_looked_for_by_the_next() {
    let records = ["A", "B", "C"];
    for most in 1..8 {
        let mut account = Account::new();
        let mut others = Some("B");
        let first =
            run_for(client("").push(push_of(&records)).unwrap(), &mut account, most, |_, _| Given::Own);
        // Written just before what is in doubt, as far as anybody can tell.
        if first.count(Method::Post, "") > 0
            && !account.ids_of("B").is_empty()
            && let Some(reference) = others.take()
        {
            put(&mut account, reference);
        }
        let before = first.outcomes.iter().any(|outcome| outcome.state == State::Doubled);
        let journal = compact_journal(&first.journal).unwrap_or_else(|_| first.journal.clone());
        let push = Push { journal: Some(journal), ..push_of(&records) };
        let second = run(client("").push(push).unwrap(), &mut account, |_, _| Given::Own);
        let is_doubled = account.ids_of("B").len() > 1;
        let of_b = second.outcomes.iter().find(|outcome| outcome.record == 1).unwrap();
        let is_told = before || matches!(of_b.state, State::Doubled | State::Rejected);
        // What the first run looked for is over.
        let was_over = first.outcomes.len() == records.len() && !before;
        assert!(!is_doubled || is_told || was_over, "{most} {:?} {:?}", first.outcomes, second.outcomes);
    }
}

#[test]
fn what_was_looked_for_is_not_looked_for_by_a_later_run() {
    let mut account = Account::new();
    let first = run(client("").push(push_of(&["A", "B"])).unwrap(), &mut account, |_, _| Given::Own);
    assert!(first.journal.ends_with("{\"confirmed\":{}}\n"), "{}", first.journal);
    let mut book = JournalBook::new();
    book.read(first.journal.as_bytes()).unwrap();
    let push = Push { journal: None, ..push_of(&["A", "B"]) };
    let second = run(client("").push_with_journal(push, book).unwrap(), &mut account, |_, _| Given::Own);
    assert_eq!((second.states(), second.sent.len()), (vec!["created"; 2], 0), "{:?}", second.sent);
}

#[test]
fn many_are_confirmed_in_one_request_for_each_window() {
    let mut account = Account::with_orders(600);
    let numbers: Vec<serde_json::Value> =
        (0..400).map(|number| json!({"number": format!("N-{number}"), "lines": []})).collect();
    let push = |confirm_ms| Push { confirm_ms, ..push_of_records(&numbers) };
    let looks = |push, account: &mut Account| {
        let ran = run(client("").push(push).unwrap(), account, |_, _| Given::Own);
        assert_eq!(ran.states(), vec!["created"; 400]);
        ran.count(Method::Get, SEARCH)
    };
    let without = looks(push(vec![]), &mut account.clone());
    assert_eq!(looks(push(vec![0]), &mut account), without + 2);
}

#[test]
fn a_look_that_fails_is_told_and_does_not_fail_the_record() {
    let mut has_written = false;
    let ran = run(client("").push(push_of(&["A", "B"])).unwrap(), &mut Account::new(), |request, account| {
        has_written |= request.method == Method::Post;
        if !has_written || request.method == Method::Post {
            return Given::Own;
        }
        Given::Instead(
            account.response(400, r#"{"errors":[{"code":"CMNC-034","message":"no such column"}]}"#),
        )
    });
    assert_eq!(ran.states(), ["created", "created"], "{:?}", ran.error);
    let reason = ran.outcomes[0].reason.as_deref().unwrap();
    assert!(reason.contains("could not be looked for"), "{reason}");
}

#[test]
fn a_push_that_ends_before_it_looked_says_so() {
    let mut has_written = false;
    let ran = run(client("").push(push_of(&["A"])).unwrap(), &mut Account::new(), |request, account| {
        has_written |= request.method == Method::Post;
        if !has_written || request.method == Method::Post {
            return Given::Own;
        }
        Given::Instead(account.response(401, ""))
    });
    assert!(ran.error.is_some());
    assert_eq!(ran.states(), ["created"]);
    let reason = ran.outcomes[0].reason.as_deref().unwrap();
    assert!(reason.contains("since the push ended before"), "{reason}");
}

/// One of two pushes of the same account, whose answers come 50 ms behind their requests.
struct Pusher {
    call: Call,
    ran: Ran,
    is_over: bool,
}

impl Pusher {
    fn new(numbers: &[&str]) -> Self {
        let call = client("").push(push_of(numbers)).unwrap();
        Self { call, ran: Ran::default(), is_over: false }
    }

    /// Does one thing.
    fn step(&mut self, account: &mut Account) {
        if self.is_over {
            return;
        }
        match self.call.poll(account.now).expect("no error") {
            Step::Done => self.is_over = true,
            Step::Wait { until, .. } => account.now = account.now.max(until),
            Step::Send(exchange) => {
                let answer = account.serve(&exchange.request);
                account.now += 50;
                self.call.answer(exchange.id, answer, account.now).unwrap();
            }
            Step::Output(Output::Outcomes(outcomes)) => self.ran.outcomes.extend(outcomes),
            Step::Output(_) => {}
            Step::Pending | Step::Feed { .. } => panic!("nothing is out, and all records are given"),
        }
    }
}

#[test]
fn two_pushes_in_any_order_of_their_steps_tell_every_double() {
    let numbers = ["A", "B", "C", "D"];
    let mut doubled = 0;
    for order in 0..(1_u32 << 8) {
        let mut account = Account::new();
        let mut pushers = [Pusher::new(&numbers), Pusher::new(&numbers[1..])];
        for place in 0.. {
            if pushers.iter().all(|pusher| pusher.is_over) {
                break;
            }
            let turn = if place < 8 { (order >> place) & 1 } else { place & 1 };
            pushers[turn as usize].step(&mut account);
        }
        for number in numbers {
            let is_there = account.ids_of(number).len();
            assert!(is_there > 0, "{order:b} {number}");
            let tell = |pusher: &Pusher| {
                let own = pusher.ran.outcomes.iter().filter(|outcome| outcome.key.as_deref() == Some(number));
                own.filter(|outcome| outcome.state == State::Doubled).count()
            };
            let told: usize = pushers.iter().map(tell).sum();
            assert_eq!(
                told > 0,
                is_there > 1,
                "{order:b} {number} is there {is_there} times, told by {told}"
            );
            doubled += usize::from(is_there > 1);
        }
    }
    assert!(doubled > 0, "no order doubles anything");
}

/// A page in which nobody's row says which record it is.
#[test]
fn a_row_that_does_not_say_which_record_it_is_confirms_nothing() {
    let is_look =
        |request: &Request, account: &Account| request.method == Method::Get && !account.orders.is_empty();
    let ran = run(client("").push(push_of(&["A"])).unwrap(), &mut Account::new(), |request, account| {
        if !is_look(request, account) {
            return Given::Own;
        }
        let answer = account.clone().serve(request);
        Given::Instead(altered(&answer, |body| body["response"]["results"][0][0] = json!(null)))
    });
    assert!(matches!(ran.states()[..], ["created"]), "{:?} {:?}", ran.outcomes, ran.error);
}
