//! A record is gone only when a read of its own says so, and what a search has is asked for until it is read.

use crate::small_account::{Account, Given, Order, Ran, START, altered, client, run};
use brightpearl_core::operation::{Fetch, Pull, PullResource};
use brightpearl_core::{IdSet, Kind, Method, Request};
use serde_json::{Value, json};

fn pull(state: Option<&str>, deletes: bool) -> Pull {
    let deletes = if deletes { r#","deletes":{"most_percent":50}"# } else { "" };
    let resource: PullResource =
        serde_json::from_str(&format!(r#"{{"resource":"order"{deletes}}}"#)).unwrap();
    Pull { resources: vec![resource], state: state.map(str::to_owned), ..Pull::of("order") }
}

fn pulled(account: &mut Account, pull: Pull, between: impl FnMut(&Request, &Account) -> Given) -> Ran {
    let ran = run(client("").pull(pull).unwrap(), account, between);
    assert!(ran.error.is_none(), "{:?}", ran.error);
    ran
}

fn gone(ran: &Ran) -> Vec<u64> {
    ran.pulled().into_iter().filter(|(_, is_gone)| *is_gone).map(|(id, _)| id).collect()
}

/// The failures of the records that were told without being read.
fn told(ran: &Ran) -> Vec<(u64, String)> {
    let all = ran.records.iter().flat_map(|records| &records.records);
    let failed = all.filter(|record| record.record.is_none() && !record.deleted);
    failed
        .map(|record| {
            let reason = record.failures.first().map(|failure| failure.reason.clone());
            (record.id.unwrap(), reason.unwrap_or_default())
        })
        .collect()
}

/// A GET of records by their ids.
fn is_detail(request: &Request) -> bool {
    request.method == Method::Get && !request.url.contains("-search")
}

#[test]
fn what_a_list_leaves_out_is_not_gone() {
    let mut account = Account::with_orders(40);
    let first = pulled(&mut account, pull(None, true), |_, _| Given::Own);
    let mut state = first.checkpoint.unwrap();
    account.orders.remove(&8);
    let short = |request: &Request, account: &Account| {
        if request.method != Method::Options {
            return Given::Own;
        }
        let mut some = account.clone();
        (3..=8).for_each(|id| drop(some.orders.remove(&id)));
        Given::Instead(some.serve(request))
    };
    let second = pulled(&mut account, pull(Some(&state), true), short);
    assert_eq!(gone(&second), [8], "only the one that is gone");
    state = second.checkpoint.unwrap();
    let third = pulled(&mut account, pull(Some(&state), true), |_, _| Given::Own);
    assert_eq!(gone(&third), Vec::<u64>::new());
    account.orders.remove(&3);
    let fourth = pulled(&mut account, pull(third.checkpoint.as_deref(), true), |_, _| Given::Own);
    assert_eq!(gone(&fourth), [3], "what was left out is looked after as before");
}

#[test]
fn many_that_are_gone_are_told() {
    let mut account = Account::with_orders(60);
    let first = pulled(&mut account, pull(None, true), |_, _| Given::Own);
    (1..=25).for_each(|id| drop(account.orders.remove(&id)));
    let second = pulled(&mut account, pull(first.checkpoint.as_deref(), true), |_, _| Given::Own);
    assert_eq!(gone(&second), (1..=25).collect::<Vec<_>>());
}

/// Answers reads without record 6, so many times.
fn lagging(mut times: usize) -> impl FnMut(&Request, &Account) -> Given {
    move |request, account| {
        if times == 0 || !is_detail(request) {
            return Given::Own;
        }
        let answer = account.clone().serve(request);
        if !String::from_utf8_lossy(&answer.body).contains("\"id\":6,") {
            return Given::Own;
        }
        times -= 1;
        Given::Instead(altered(&answer, |body| {
            let records = body["response"].as_array_mut().expect("records");
            records.retain(|record| record["id"] != json!(6));
        }))
    }
}

#[test]
fn what_a_lagging_read_does_not_bring_yet_is_asked_for_again_in_the_same_pull() {
    for times in [1, 2] {
        let mut account = Account::with_orders(9);
        let ran = pulled(&mut account, pull(None, false), lagging(times));
        let mut ids: Vec<u64> = ran.pulled().into_iter().map(|(id, _)| id).collect();
        ids.sort_unstable();
        assert_eq!((ids, told(&ran).len()), ((1..=9).collect(), 0), "{times}");
        assert!(account.now - START >= 2_000, "it is given time");
    }
}

#[test]
fn what_no_read_brings_is_told_and_asked_for_again_in_the_next_pull() {
    let mut account = Account::with_orders(9);
    let mut state = None;
    for is_first in [true, false] {
        if !is_first {
            let now = account.now / 1_000;
            let order = Order { reference: "O-10".to_owned(), warehouse: 2, created: now, updated: None };
            account.orders.insert(10, order);
            account.orders.get_mut(&6).unwrap().updated = Some(now);
            account.now += 5_000;
        }
        let ran = pulled(&mut account, pull(state.as_deref(), false), lagging(usize::MAX));
        let failed = told(&ran);
        assert_eq!(failed.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [6]);
        assert!(failed[0].1.contains("in the next pull"), "{failed:?}");
        state = ran.checkpoint;
    }
    let third = pulled(&mut account, pull(state.as_deref(), false), |_, _| Given::Own);
    assert!(third.pulled().contains(&(6, false)) && told(&third).is_empty(), "{:?}", third.pulled());
    let fourth = pulled(&mut account, pull(third.checkpoint.as_deref(), false), |_, _| Given::Own);
    assert!(fourth.pulled().is_empty(), "{:?}", fourth.pulled());
}

#[test]
fn what_was_deleted_meanwhile_is_not_asked_for_for_ever() {
    let mut account = Account::with_orders(9);
    let first = pulled(&mut account, pull(None, false), lagging(usize::MAX));
    account.orders.remove(&6);
    let second = pulled(&mut account, pull(first.checkpoint.as_deref(), false), |_, _| Given::Own);
    assert!(second.pulled().is_empty());
    let third = pulled(&mut account, pull(second.checkpoint.as_deref(), false), |_, _| Given::Own);
    assert_eq!(third.sent.iter().filter(|(_, path, _)| !path.contains("-search")).count(), 0);
}

#[test]
fn a_change_that_shows_just_after_its_second_is_not_missed() {
    for shows_after_ms in [200, 600, 1_100, 2_500] {
        let mut account = Account::with_orders(5);
        let first = pulled(&mut account, pull(None, false), |_, _| Given::Own);
        let second = account.now / 1_000 + 60;
        account.orders.get_mut(&3).unwrap().updated = Some(second);
        account.now = second * 1_000 + shows_after_ms;
        let ran = pulled(&mut account, pull(first.checkpoint.as_deref(), false), |_, _| Given::Own);
        assert_eq!(ran.pulled(), [(3, false)]);
        // Another change bears the same second, and shows only now.
        account.now += 60_000;
        let next = pulled(&mut account, pull(ran.checkpoint.as_deref(), false), |_, _| Given::Own);
        assert_eq!(next.pulled(), [(3, false)], "{shows_after_ms}");
        let last = pulled(&mut account, pull(next.checkpoint.as_deref(), false), |_, _| Given::Own);
        assert!(last.pulled().is_empty(), "what was read late enough does not come again: {shows_after_ms}");
    }
}

#[test]
fn a_date_that_lies_ahead_is_held_against_those_that_follow() {
    let mut account = Account::with_orders(9);
    let mut is_first = true;
    let first = pulled(&mut account, pull(None, false), |request, account| {
        if !std::mem::take(&mut is_first) {
            return Given::Own;
        }
        let answer = account.clone().serve(request);
        let ahead = crate::small_account::http_date(account.now + 86_400_000);
        Given::Instead(brightpearl_core::Response::new(200, answer.body).with_header("Date", ahead))
    });
    account.now += 3_600_000;
    account.orders.get_mut(&4).unwrap().updated = Some(account.now / 1_000);
    account.now += 60_000;
    let next = pulled(&mut account, pull(first.checkpoint.as_deref(), false), |_, _| Given::Own);
    assert_eq!(next.pulled(), [(4, false)]);
}

#[test]
fn dates_that_lie_ahead_in_all_answers_for_one_resource_are_held_against_those_for_another() {
    let mut account = Account::with_orders(9);
    let of_two = |state: Option<&str>| {
        let mut both = pull(state, false);
        both.resources.push(PullResource { name: Some("others".to_owned()), ..both.resources[0].clone() });
        both
    };
    let mut number = 0;
    let first = pulled(&mut account, of_two(None), |request, account| {
        number += 1;
        if number % 2 == 0 {
            return Given::Own;
        }
        let answer = account.clone().serve(request);
        let ahead = crate::small_account::http_date(account.now + 86_400_000);
        Given::Instead(brightpearl_core::Response::new(200, answer.body).with_header("Date", ahead))
    });
    assert_eq!(number, 4, "each is searched and read");
    account.now += 3_600_000;
    account.orders.get_mut(&4).unwrap().updated = Some(account.now / 1_000);
    account.now += 60_000;
    let next = pulled(&mut account, of_two(first.checkpoint.as_deref()), |_, _| Given::Own);
    assert_eq!(next.pulled(), [(4, false), (4, false)]);
}

#[test]
fn a_record_that_is_dated_next_year_stops_no_pull() {
    let mut account = Account::with_orders(9);
    let first = pulled(&mut account, pull(None, false), |_, _| Given::Own);
    account.now += 3_600_000;
    account.orders.get_mut(&2).unwrap().updated = Some(account.now / 1_000 + 31_536_000);
    let second = pulled(&mut account, pull(first.checkpoint.as_deref(), false), |_, _| Given::Own);
    assert_eq!(second.pulled(), [(2, false)]);
    account.now += 3_600_000;
    account.orders.get_mut(&4).unwrap().updated = Some(account.now / 1_000);
    account.now += 60_000;
    let third = pulled(&mut account, pull(second.checkpoint.as_deref(), false), |_, _| Given::Own);
    assert!(third.pulled().contains(&(4, false)), "{:?}", third.pulled());
}

/// What somebody in between makes of an answer.
type Lie = fn(&mut Value);

/// Lies about some answers, once or always.
fn lying(
    of: fn(&Request) -> bool,
    lie: fn(&mut Value),
    mut times: usize,
) -> impl FnMut(&Request, &Account) -> Given {
    move |request, account| {
        if times == 0 || !of(request) {
            return Given::Own;
        }
        times -= 1;
        Given::Instead(altered(&account.clone().serve(request), lie))
    }
}

#[test]
fn a_row_without_its_id_or_with_that_of_another_is_not_passed_over() {
    fn ids(body: &mut Value) -> impl Iterator<Item = &mut Value> {
        let rows = body["response"]["results"].as_array_mut().expect("rows").iter_mut();
        rows.flat_map(|row| {
            row.as_array_mut().expect("cells").iter_mut().filter(|cell| cell.is_u64()).take(1)
        })
    }
    let lies: [(&str, Lie); 3] = [
        ("no id", |body| ids(body).for_each(|id| *id = json!(null))),
        ("0", |body| ids(body).for_each(|id| *id = json!(0))),
        ("one id for all", |body| ids(body).for_each(|id| *id = json!(1))),
    ];
    for (name, lie) in lies {
        for times in [1, usize::MAX] {
            let mut account = Account::with_orders(9);
            let call = client("").pull(pull(None, false)).unwrap();
            let ran = run(call, &mut account, lying(|request| request.url.contains("-search"), lie, times));
            match times {
                1 => assert_eq!(ran.pulled().len(), 9, "{name}: {:?}", ran.error),
                _ => assert_eq!(ran.error.as_ref().expect(name).kind(), Kind::Protocol, "{name}"),
            }
            assert!(times == 1 || ran.pulled().is_empty(), "{name}");
        }
    }
}

#[test]
fn an_id_that_is_written_as_a_text_is_the_number_that_it_is_and_any_other_is_an_error() {
    fn ids(body: &mut Value, alter: fn(u64) -> Value) {
        for row in body["response"]["results"].as_array_mut().expect("rows") {
            let id = row.as_array_mut().expect("cells").iter_mut().find(|cell| cell.is_u64()).expect("an id");
            *id = alter(id.as_u64().expect("a number"));
        }
    }
    let lies: [(&str, Lie, bool); 7] = [
        ("texts", |body| ids(body, |id| json!(id.to_string())), true),
        ("texts with blanks", |body| ids(body, |id| json!(format!(" {id} "))), true),
        ("texts with zeros", |body| ids(body, |id| json!(format!("00{id}"))), true),
        ("some texts", |body| ids(body, |id| if id > 4 { json!(id) } else { json!(id.to_string()) }), true),
        ("more than an id can be", |body| ids(body, |id| json!((1u64 << 63) + id)), false),
        ("hexadecimal", |body| ids(body, |id| json!(format!("0x{id}"))), false),
        ("fractions", |body| ids(body, |id| json!(id as f64 + 0.5)), false),
    ];
    for (name, lie, is_read) in lies {
        let mut account = Account::with_orders(9);
        let is_search = |request: &Request| request.url.contains("-search");
        let ran =
            run(client("").pull(pull(None, false)).unwrap(), &mut account, lying(is_search, lie, usize::MAX));
        match is_read {
            true => {
                assert_eq!((ran.pulled().len(), ran.error.is_none()), (9, true), "{name}: {:?}", ran.error)
            }
            false => {
                assert_eq!(ran.error.as_ref().expect(name).kind(), Kind::Protocol, "{name}");
                assert!(ran.pulled().is_empty(), "{name}");
            }
        }
        let push = client("").push(crate::small_account::push_of(&["O-2"])).unwrap();
        let ran = run(push, &mut account, lying(is_search, lie, usize::MAX));
        assert_eq!(account.orders.len(), 9, "{name}: {:?}", ran.outcomes);
        assert!(
            !is_read || matches!(ran.states()[..], ["unchanged" | "updated"]),
            "{name}: {:?}",
            ran.outcomes
        );
    }
}

#[test]
fn what_one_page_says_of_columns_makes_no_later_call_invalid() {
    fn each(body: &mut Value, alter: fn(&mut Value)) {
        body["response"]["metaData"]["columns"].as_array_mut().expect("columns").iter_mut().for_each(alter);
    }
    let lies: [(&str, Lie); 3] = [
        ("nothing filters", |body| each(body, |column| column["filterable"] = json!(false))),
        ("nothing sorts", |body| each(body, |column| column["sortable"] = json!(false))),
        ("all are booleans", |body| each(body, |column| column["reportDataType"] = json!("BOOLEAN"))),
    ];
    for (name, lie) in lies {
        let (one, mut account) = (client(""), Account::with_orders(9));
        let search = || brightpearl_core::operation::Search::new("order-service/order-search");
        let ran = run(one.search(search()).unwrap(), &mut account, lying(|_| true, lie, 1));
        assert_eq!(ran.rows, 9, "{name}");
        let ran = run(one.pull(pull(None, false)).unwrap(), &mut account, |_, _| Given::Own);
        assert_eq!((ran.pulled().len(), ran.error.map(|error| error.to_string())), (9, None), "{name}");
        assert!(ran.sent[0].1.contains("sort=orderId.ASC"), "{name}: {:?}", ran.sent);
        let filtered =
            search().filter("customerRef", "O-3").filter("orderId", "1-5").sort(["createdOn.DESC"]);
        let ran = run(one.search(filtered).unwrap(), &mut account, |_, _| Given::Own);
        assert_eq!(ran.rows, 1, "{name}");
        let push = one.push(crate::small_account::push_of(&["O-2"])).unwrap();
        let ran = run(push, &mut account, |_, _| Given::Own);
        assert!(matches!(ran.states()[..], ["unchanged" | "updated"]), "{name}: {:?}", ran.outcomes);
    }
}

#[test]
fn records_that_were_not_asked_for_are_not_handed_out() {
    fn each(body: &mut Value) -> impl Iterator<Item = &mut Value> {
        body["response"].as_array_mut().expect("records").iter_mut()
    }
    let lies: [(&str, Lie); 3] = [
        ("others", |body| {
            each(body).for_each(|record| record["id"] = json!(record["id"].as_u64().unwrap_or(0) + 1000))
        }),
        ("nobody's", |body| each(body).for_each(|record| record["id"] = json!(null))),
        ("texts", |body| each(body).for_each(|record| record["id"] = json!(record["id"].to_string()))),
    ];
    for (name, lie) in lies {
        let mut account = Account::with_orders(9);
        let ran = pulled(&mut account, pull(None, false), lying(is_detail, lie, 1));
        let mut ids: Vec<u64> = ran.pulled().into_iter().map(|(id, _)| id).collect();
        ids.sort_unstable();
        assert_eq!(ids, (1..=9).collect::<Vec<u64>>(), "{name}");
        let call = client("").pull(pull(None, false)).unwrap();
        let ran = run(call, &mut Account::with_orders(9), lying(is_detail, lie, usize::MAX));
        assert!(
            ran.records.iter().flat_map(|records| &records.records).all(|record| record.record.is_none()),
            "{name}"
        );
    }
}

#[test]
fn an_object_that_is_not_keyed_by_ids_does_not_say_that_a_record_is_not_there() {
    let keyed =
        ["warehouse-service/product-availability", "warehouse-service/order/{ids}/goods-note/goods-out"];
    for answer in [
        r#"{"response":{"results":[]}}"#,
        r#"{"response":{"blocked":true}}"#,
        r#"{"response":{"7":{},"x":{}}}"#,
    ] {
        for path in keyed {
            let fetch = client("").fetch(Fetch::new(path, IdSet::from_ids([7]).unwrap())).unwrap();
            let instead =
                |_: &Request, account: &Account| Given::Instead(account.response(200, answer.to_owned()));
            let ran = run(fetch, &mut Account::with_orders(3), instead);
            let error = ran.error.unwrap_or_else(|| panic!("{path}: {answer} was believed"));
            assert_eq!(error.kind(), Kind::Protocol, "{path}: {answer}");
        }
    }
    // Without the list that it would be, it is refused where the ids that were asked for are those of the answer.
    for answer in ["{}", r#"{"response":null}"#] {
        let fetch = client("").fetch(Fetch::new(keyed[0], IdSet::from_ids([7]).unwrap())).unwrap();
        let instead =
            |_: &Request, account: &Account| Given::Instead(account.response(200, answer.to_owned()));
        let ran = run(fetch, &mut Account::with_orders(3), instead);
        assert_eq!(ran.error.expect(answer).kind(), Kind::Protocol, "{answer}");
    }
}

#[test]
fn an_answer_without_a_list_does_not_say_that_a_record_is_not_there() {
    for answer in ["{}", r#"{"response":null}"#, r#"{"errors":[{"code":"X-1","message":"blocked"}]}"#] {
        let fetch =
            || client("").fetch(Fetch::new("order-service/order", IdSet::from_ids([2]).unwrap())).unwrap();
        let instead = |mut times: usize| {
            move |request: &Request, account: &Account| {
                if times == 0 || !is_detail(request) {
                    return Given::Own;
                }
                times -= 1;
                Given::Instead(account.response(200, answer.to_owned()))
            }
        };
        let always = run(fetch(), &mut Account::with_orders(3), instead(usize::MAX));
        assert_eq!(always.error.expect(answer).kind(), Kind::Protocol, "{answer}");
        let once = run(fetch(), &mut Account::with_orders(3), instead(1));
        assert!(once.error.is_none(), "{answer}: {:?}", once.error);
    }
}

/// A pull with pages of three rows.
fn pulled_by_three(account: &mut Account, state: Option<&str>) -> Ran {
    let call = client(r#","page_size":3"#).pull(pull(state, false)).unwrap();
    run(call, account, |_, _| Given::Own)
}

#[test]
fn clocks_that_run_ahead_alike_lose_no_change() {
    const AHEAD_MS: u64 = 2 * 3_600_000;
    for page_size in [500, 3] {
        let mut account = Account::with_orders(9);
        account.now = START + AHEAD_MS;
        let first = match page_size {
            3 => pulled_by_three(&mut account, None),
            _ => pulled(&mut account, pull(None, false), |_, _| Given::Own),
        };
        assert_eq!(first.pulled().len(), 9);
        account.now = START + 3_000_000;
        account.orders.get_mut(&4).unwrap().updated = Some(account.now / 1_000);
        account.now = START + 3 * AHEAD_MS;
        let next = pulled(&mut account, pull(first.checkpoint.as_deref(), false), |_, _| Given::Own);
        assert_eq!(next.pulled(), [(4, false)], "what was handed out does not come again: {page_size}");
        let last = pulled(&mut account, pull(next.checkpoint.as_deref(), false), |_, _| Given::Own);
        assert!(last.pulled().is_empty(), "{page_size}");
    }
}

#[test]
fn clocks_that_run_ahead_alike_lose_nothing_that_changes_behind_the_first_sweep() {
    const AHEAD_MS: u64 = 2 * 3_600_000;
    let mut account = Account::with_orders(9);
    account.now = START + AHEAD_MS;
    let mut world = account.clone();
    let mut searches = 0;
    let with_overlap = |state: Option<&str>| Pull { overlap_ms: 1_000, ..pull(state, false) };
    let call = client(r#","page_size":3,"max_in_flight":1"#).pull(with_overlap(None)).unwrap();
    let first = run(call, &mut account, |request, account| {
        let truly = (account.now - AHEAD_MS) / 1_000;
        world.now = account.now;
        searches += usize::from(!is_detail(request));
        // Right behind the page that has it, and after a while in which the next one is awaited, something changes.
        if !is_detail(request) && searches == 2 {
            world.orders.get_mut(&2).unwrap().updated = Some(truly);
            return Given::Instead(account.response(503, "no upstream").with_header("Retry-After", "30"));
        }
        if !is_detail(request) && searches == 3 {
            world.orders.get_mut(&9).unwrap().updated = Some(truly);
        }
        Given::Instead(world.serve(request))
    });
    assert!(first.error.is_none() && first.pulled().len() == 9, "{:?}", first.error);
    let changed = |id: u64| world.orders[&id].updated.unwrap();
    assert!(changed(9) >= changed(2) + 30, "{} {}", changed(9), changed(2));
    world.now = START + 3 * AHEAD_MS;
    let next = pulled(&mut world, with_overlap(first.checkpoint.as_deref()), |_, _| Given::Own);
    assert!(next.pulled().contains(&(2, false)), "{:?}", next.pulled());
}

#[test]
fn an_account_without_orders_loses_none_that_come_while_both_clocks_are_ahead() {
    let mut account = Account::new();
    account.now = START + 2 * 3_600_000;
    let first = pulled(&mut account, pull(None, false), |_, _| Given::Own);
    let order =
        Order { reference: "O-1".to_owned(), warehouse: 2, created: START / 1_000 + 3_000, updated: None };
    account.orders.insert(1, order);
    account.now = START + 6 * 3_600_000;
    let next = pulled(&mut account, pull(first.checkpoint.as_deref(), false), |_, _| Given::Own);
    assert_eq!(next.pulled(), [(1, false)]);
}
