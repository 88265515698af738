//! The end of a search is believed where it agrees with what was announced before. Rows that are gone meanwhile, or come,
//! make no search fail; rows that are said to be gone and are there are not lost without a word.

use crate::small_account::{Account, Given, Ran, altered, client, push_of, run};
use brightpearl_core::operation::{Pull, Search};
use brightpearl_core::{Kind, Method, Request};
use serde_json::{Value, json};

const SEARCH: &str = "order-service/order-search";

fn is_search(request: &Request) -> bool {
    request.method == Method::Get && request.url.contains(SEARCH)
}

/// Nothing here, and nothing anywhere.
fn emptied(body: &mut Value) {
    body["response"]["results"] = json!([]);
    let columns = body["response"]["metaData"]["columns"].take();
    body["response"]["metaData"] = json!({"resultsAvailable": 0, "resultsReturned": 0, "morePagesAvailable": false,
        "columns": columns});
}

/// The first half of the page, as if that were all.
fn halved(body: &mut Value) {
    let rows = body["response"]["results"].as_array_mut().expect("rows");
    rows.truncate(rows.len() / 2);
    let count = rows.len() as u64;
    let meta = &mut body["response"]["metaData"];
    let held = meta["firstResult"].as_u64().unwrap_or(1) - 1 + count;
    meta["resultsAvailable"] = json!(held);
    meta["resultsReturned"] = json!(count);
    meta["morePagesAvailable"] = json!(false);
    meta["lastResult"] = json!(held);
}

/// Alters the searches for which `of` says so, by their number from 1.
fn lying(
    lie: fn(&mut Value),
    of: impl Fn(usize, &Request) -> bool,
) -> impl FnMut(&Request, &Account) -> Given {
    let mut number = 0;
    move |request, account| {
        number += usize::from(is_search(request));
        match is_search(request) && of(number, request) {
            true => Given::Instead(altered(&account.clone().serve(request), lie)),
            false => Given::Own,
        }
    }
}

fn is_behind_the_first(request: &Request) -> bool {
    !request.url.contains("firstResult=1&")
}

fn searched(orders: u64, between: impl FnMut(&Request, &Account) -> Given) -> Ran {
    let search = Search { page_size: Some(100), ..Search::new(SEARCH) };
    run(client("").search(search).unwrap(), &mut Account::with_orders(orders), between)
}

fn pulled(orders: u64, between: impl FnMut(&Request, &Account) -> Given) -> Ran {
    let call = client(r#","page_size":100"#).pull(Pull::of("order")).unwrap();
    run(call, &mut Account::with_orders(orders), between)
}

/// Everything, or an error.
fn is_told(ran: &Ran, rows: usize) -> bool {
    match &ran.error {
        Some(error) => error.kind() == Kind::Protocol && ran.sent.len() < 60,
        None => rows == 340,
    }
}

#[test]
fn one_answer_in_the_middle_that_says_less_costs_no_row() {
    for lie in [emptied, halved] {
        for bad in 2..=4 {
            let ran = searched(340, lying(lie, |number, _| number == bad));
            assert_eq!((ran.rows, ran.error.map(|error| error.to_string())), (340, None), "search {bad}");
            let ran = pulled(340, lying(lie, |number, _| number == bad));
            let all: std::collections::BTreeSet<u64> = ran.pulled().into_iter().map(|(id, _)| id).collect();
            assert_eq!((all.len(), ran.error.map(|error| error.to_string())), (340, None), "pull {bad}");
        }
    }
}

#[test]
fn a_search_that_goes_on_saying_less_behind_its_first_page_is_an_error() {
    for lie in [emptied, halved] {
        let ran = searched(340, lying(lie, |_, request| is_behind_the_first(request)));
        assert_eq!(ran.error.as_ref().expect("an error").kind(), Kind::Protocol);
        assert!(ran.sent.len() < 40, "{} requests", ran.sent.len());
        let ran = pulled(340, lying(lie, |_, request| is_behind_the_first(request)));
        let error = ran.error.as_ref().expect("an error");
        assert_eq!(error.kind(), Kind::Protocol, "{error}");
        assert!(ran.sent.len() < 40, "{} requests", ran.sent.len());
    }
}

#[test]
fn an_index_that_goes_out_of_order_meanwhile_is_no_end() {
    for until in [3, 5, 12, usize::MAX] {
        let ran = searched(340, lying(emptied, |number, _| number > 1 && number <= until));
        assert!(is_told(&ran, ran.rows), "search until {until}: {} rows, {:?}", ran.rows, ran.error);
        let ran = pulled(340, lying(emptied, |number, _| number > 1 && number <= until));
        assert!(is_told(&ran, ran.pulled().len()), "pull until {until}: {:?}", ran.error);
        let mut account = Account::with_orders(340);
        let call = client("").push(push_of(&["O-2", "O-3"])).unwrap();
        let ran = run(call, &mut account, lying(emptied, |number, _| number > 1 && number <= until));
        assert_eq!(account.orders.len(), 340, "push until {until}: {:?}", ran.outcomes);
    }
}

/// The account loses so many of its first orders, or of its last, before a search of that number.
fn deleting(at: usize, gone: std::ops::RangeInclusive<u64>) -> impl FnMut(&Request, &Account) -> Given {
    let mut number = 0;
    move |request, account| {
        number += usize::from(is_search(request));
        if number < at {
            return Given::Own;
        }
        let mut less = account.clone();
        gone.clone().for_each(|id| drop(less.orders.remove(&id)));
        Given::Instead(less.serve(request))
    }
}

#[test]
fn rows_that_are_deleted_meanwhile_cost_no_other_and_no_error() {
    for (at, gone) in [(2, 1..=1), (2, 1..=90), (3, 150..=160), (3, 1..=140), (4, 300..=340), (2, 101..=340)]
    {
        let count = gone.clone().count();
        let ran = searched(340, deleting(at, gone.clone()));
        assert!(ran.error.is_none(), "{at} {gone:?}: {:?}", ran.error);
        assert!(ran.rows >= 340 - count, "{at} {gone:?}: {} rows", ran.rows);
        let ran = pulled(340, deleting(at, gone.clone()));
        assert!(ran.error.is_none(), "{at} {gone:?}: {:?}", ran.error);
        let told: std::collections::BTreeSet<u64> = ran.pulled().into_iter().map(|(id, _)| id).collect();
        assert!((1..=340).filter(|id| !gone.contains(id)).all(|id| told.contains(&id)), "{at} {gone:?}");
    }
}

#[test]
fn rows_that_come_meanwhile_are_no_contradiction() {
    let mut number = 0;
    let ran = searched(340, |request, account| {
        number += 1;
        let mut more = account.clone();
        let some = more.orders[&1].clone();
        (0..number * 7).for_each(|more_id| drop(more.orders.insert(1_000 + more_id, some.clone())));
        Given::Instead(more.serve(request))
    });
    assert!(ran.error.is_none() && ran.rows >= 340, "{} rows, {:?}", ran.rows, ran.error);
}

#[test]
fn one_row_in_place_of_all_is_no_search() {
    fn repeated(body: &mut Value) {
        let rows = body["response"]["results"].as_array_mut().expect("rows");
        let count = rows.len();
        let first: Vec<Value> = rows.first().cloned().into_iter().collect();
        *rows = first.iter().cycle().take(count).cloned().collect();
    }
    let always = || lying(repeated, |_, _| true);
    for ran in [searched(60, always()), pulled(60, always())] {
        assert_eq!(ran.error.as_ref().expect("an error").kind(), Kind::Protocol);
        assert!(ran.sent.len() < 20, "{} requests", ran.sent.len());
    }
    let mut account = Account::with_orders(60);
    let call = client("").push(push_of(&["O-2", "O-3", "O-4", "O-5"])).unwrap();
    let ran = run(call, &mut account, always());
    assert_eq!(account.orders.len(), 60, "{:?}", ran.outcomes);
    assert_eq!(ran.error.expect("an error").kind(), Kind::Protocol);
}

#[test]
fn more_rows_than_any_account_has_are_not_waited_for() {
    let huge = |body: &mut Value| {
        let meta = &mut body["response"]["metaData"];
        meta["resultsAvailable"] = json!(1_000_000_000_000_u64);
        meta["morePagesAvailable"] = json!(true);
    };
    for ran in [searched(340, lying(huge, |_, _| true)), pulled(340, lying(huge, |_, _| true))] {
        let error = ran.error.as_ref().expect("an error");
        assert!(error.message().contains("more than any account has"), "{error}");
        assert!(ran.sent.len() < 10 && ran.pulled().is_empty(), "{} requests", ran.sent.len());
    }
}
