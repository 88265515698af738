//! A sweep has read everything only when as many different rows came as were announced, and its rows tell how far it is
//! only as long as they come in order.

use std::collections::BTreeSet;

use crate::small_account::{Account, Given, Ran, altered, client, push_of, run};
use brightpearl_core::operation::{Pull, PullResource, Search};
use brightpearl_core::{Kind, Request, Response};
use serde_json::{Value, json};

fn is_search(request: &Request) -> bool {
    request.url.contains("-search")
}

fn parameter(request: &Request, name: &str) -> Option<usize> {
    let query = request.url.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

/// The same request to another URL.
fn to(request: &Request, url: String) -> Request {
    let mut other = request.clone();
    other.url = url;
    other
}

fn pull(state: Option<&str>) -> Pull {
    Pull { state: state.map(str::to_owned), ..Pull::of("order") }
}

fn pulled(
    account: &mut Account,
    page_size: usize,
    pull: Pull,
    between: impl FnMut(&Request, &Account) -> Given,
) -> Ran {
    let one = client(&format!(r#","page_size":{page_size}"#));
    run(one.pull(pull).unwrap(), account, between)
}

fn ids(ran: &Ran) -> BTreeSet<u64> {
    ran.pulled().into_iter().map(|(id, _)| id).collect()
}

fn rows(body: &mut Value) -> &mut Vec<Value> {
    body["response"]["results"].as_array_mut().expect("rows")
}

/// The rows of the first page in later ones, so many times, whose counts are right for the page that was asked for.
fn repeating(mut times: usize) -> impl FnMut(&Request, &Account) -> Given {
    move |request, account| {
        if times == 0 || !is_search(request) || parameter(request, "firstResult").unwrap_or(1) == 1 {
            return Given::Own;
        }
        times -= 1;
        let first = parameter(request, "firstResult").expect("a place");
        let other = request.url.replace(&format!("firstResult={first}"), "firstResult=1");
        let answer = account.clone().serve(&to(request, other));
        let mut repeated: Value = serde_json::from_slice(&answer.body).expect("a page");
        Given::Instead(altered(&account.clone().serve(request), |body| {
            let here = rows(body).len();
            *rows(body) = rows(&mut repeated).iter().take(here).cloned().collect();
        }))
    }
}

#[test]
fn rows_that_come_in_the_place_of_others_do_not_end_a_sweep() {
    for times in [1, 2, 3, 4] {
        let mut account = Account::with_orders(160);
        let ran = pulled(&mut account, 50, pull(None), repeating(times));
        assert!(ran.error.is_none(), "{:?}", ran.error);
        assert_eq!(ids(&ran), (1..=160).collect(), "{times}");
        assert_eq!(ran.pulled().len(), 160, "each once: {times}");
    }
    let mut account = Account::with_orders(160);
    let first = pulled(&mut account, 50, pull(None), repeating(usize::MAX));
    let error = first.error.as_ref().expect("an end");
    assert_eq!(error.kind(), Kind::Protocol, "{error}");
    assert!(error.message().contains("has 160 rows, and gives 50 different ones"), "{error}");
    assert!(first.sent.len() < 30, "it is bounded: {}", first.sent.len());
    let next = pulled(&mut account, 50, pull(first.checkpoint.as_deref()), |_, _| Given::Own);
    let all: BTreeSet<u64> = ids(&first).union(&ids(&next)).copied().collect();
    assert_eq!(all, (1..=160).collect(), "{:?}", next.error);
}

#[test]
fn changes_that_come_in_the_place_of_others_do_not_end_a_sweep() {
    let mut account = Account::with_orders(160);
    let first = pulled(&mut account, 50, pull(None), |_, _| Given::Own);
    let state = first.checkpoint.expect("a state");
    account.now += 3_600_000;
    let now = account.now / 1_000;
    account.orders.iter_mut().for_each(|(id, order)| order.updated = Some(now - 2 * (170 - id)));
    for times in [1, usize::MAX] {
        let ran = pulled(&mut account.clone(), 50, pull(Some(&state)), repeating(times));
        match times {
            1 => assert_eq!((ids(&ran), ran.error.is_none()), ((1..=160).collect(), true), "{:?}", ran.error),
            _ => assert_eq!(ran.error.expect("an end").kind(), Kind::Protocol),
        }
    }
}

#[test]
fn what_is_looked_for_among_all_rows_is_not_created_where_some_came_twice() {
    let names: Vec<String> = (111..=140).map(|number| format!("O-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for times in [3, usize::MAX] {
        let mut account = Account::with_orders(160);
        let one = client(r#","page_size":50"#);
        run(one.push(push_of(&names)).unwrap(), &mut account, repeating(times));
        assert_eq!(account.orders.len(), 160, "{times}");
    }
}

#[test]
fn lines_of_records_that_come_in_the_place_of_others_do_not_end_a_sweep() {
    let journals: Vec<u64> = (1..=90).map(|line| line / 2 + 1).collect();
    let answer = |request: &Request, is_repeated: bool| {
        let (first, size) =
            (parameter(request, "firstResult").unwrap(), parameter(request, "pageSize").unwrap());
        let mut lines = journals.clone();
        if request.url.contains("DESC") {
            lines.reverse();
        }
        let here: Vec<Value> = lines.iter().skip(first - 1).take(size).map(|id| json!([id])).collect();
        let given: Vec<Value> = lines.iter().take(here.len()).map(|id| json!([id])).collect();
        let more = first - 1 + here.len() < lines.len();
        let page = json!({"response": {"results": if is_repeated { given } else { here.clone() }, "metaData": {
            "morePagesAvailable": more, "resultsAvailable": lines.len(), "resultsReturned": here.len(),
            "firstResult": first, "lastResult": first - 1 + here.len(), "columns": [{"name": "journalId",
            "sortable": true, "filterable": true, "reportDataType": "IDSET"}]}}});
        Response::new(200, page.to_string())
    };
    for times in [0, 1, usize::MAX] {
        let mut left = times;
        let journal: PullResource = serde_json::from_str(r#"{"resource":"journal"}"#).unwrap();
        let pull = Pull { resources: vec![journal], ..Pull::of("order") };
        let ran = pulled(&mut Account::new(), 20, pull, |request, account| {
            if !is_search(request) {
                let list: brightpearl_core::IdSet =
                    request.url.rsplit('/').next().unwrap().parse().expect("ids");
                let records: Vec<Value> = list.iter().map(|id| json!({"id": id})).collect();
                return Given::Instead(
                    account.response(200, json!({"response": {"journals": records}}).to_string()),
                );
            }
            let is_repeated = left > 0 && parameter(request, "firstResult") > Some(1);
            left -= usize::from(is_repeated);
            Given::Instead(answer(request, is_repeated))
        });
        match times {
            usize::MAX => assert_eq!(ran.error.expect("an end").kind(), Kind::Protocol),
            _ => {
                assert_eq!((ids(&ran), ran.error.map(|error| error.to_string())), ((1..=46).collect(), None))
            }
        }
    }
}

/// The rows from the last to the first, and an outage behind so many pages.
fn backwards(pages: usize) -> impl FnMut(&Request, &Account) -> Given {
    let mut left = pages;
    move |request, account| {
        if !is_search(request) {
            return Given::Own;
        }
        if left == 0 {
            return Given::Instead(Response::new(503, "out of order"));
        }
        left -= 1;
        let (first, size) =
            (parameter(request, "firstResult").unwrap(), parameter(request, "pageSize").unwrap());
        let whole = request
            .url
            .replace(&format!("firstResult={first}&pageSize={size}"), "firstResult=1&pageSize=10000");
        let answer = account.clone().serve(&to(request, whole));
        let mut all: Value = serde_json::from_slice(&answer.body).expect("a page");
        Given::Instead(altered(&account.clone().serve(request), |body| {
            *rows(body) = rows(&mut all).iter().rev().skip(first - 1).take(size).cloned().collect();
        }))
    }
}

#[test]
fn a_first_pull_in_no_order_that_is_interrupted_loses_nothing() {
    for pages in [3, 5] {
        let mut account = Account::with_orders(900);
        let first = pulled(&mut account, 100, pull(None), backwards(pages));
        assert!(first.error.is_some() && !first.pulled().is_empty(), "{pages}");
        let mut all = ids(&first);
        let next = pulled(&mut account, 100, pull(first.checkpoint.as_deref()), |_, _| Given::Own);
        all.extend(ids(&next));
        assert_eq!((all, next.error.is_none()), ((1..=900).collect(), true), "{pages}: {:?}", next.error);
        let last = pulled(&mut account, 100, pull(next.checkpoint.as_deref()), |_, _| Given::Own);
        assert!(last.pulled().is_empty(), "what came once does not come for ever: {:?}", last.pulled());
    }
    let mut account = Account::with_orders(900);
    let whole = pulled(&mut account, 100, pull(None), backwards(usize::MAX));
    assert_eq!((ids(&whole), whole.error.is_none()), ((1..=900).collect(), true), "{:?}", whole.error);
}

#[test]
fn changes_in_no_order_that_are_interrupted_are_not_lost() {
    for pages in [3, 5, usize::MAX] {
        let mut account = Account::with_orders(900);
        let first = pulled(&mut account, 100, pull(None), |_, _| Given::Own);
        account.now += 36_000_000;
        let now = account.now / 1_000;
        account.orders.iter_mut().for_each(|(id, order)| order.updated = Some(now - 10 * (1_000 - id)));
        account.now += 60_000;
        // The sweep by `createdOn` comes first, and has nothing but its overlap.
        let mut changes = backwards(pages);
        let between = |request: &Request, account: &Account| match request.url.contains("&updatedOn=")
            || request.url.contains("?updatedOn=")
        {
            true => changes(request, account),
            false => Given::Own,
        };
        let second = pulled(&mut account, 100, pull(first.checkpoint.as_deref()), between);
        assert_eq!(second.error.is_none(), pages == usize::MAX, "{pages}: {:?}", second.error);
        assert!(!second.pulled().is_empty(), "{pages}");
        let mut all = ids(&second);
        let third = pulled(&mut account, 100, pull(second.checkpoint.as_deref()), |_, _| Given::Own);
        all.extend(ids(&third));
        assert_eq!((all, third.error.is_none()), ((1..=900).collect(), true), "{pages}: {:?}", third.error);
        if pages == usize::MAX {
            assert!(
                third.pulled().is_empty(),
                "the end of the sweep tells how far it is: {:?}",
                third.pulled()
            );
        }
    }
}

#[test]
fn a_pull_in_order_that_is_interrupted_goes_on_where_it_stood() {
    let mut account = Account::with_orders(900);
    let mut left = 5;
    let first = pulled(&mut account, 100, pull(None), |request, _| match is_search(request) {
        true if left == 0 => Given::Instead(Response::new(503, "out of order")),
        true => {
            left -= 1;
            Given::Own
        }
        false => Given::Own,
    });
    let next = pulled(&mut account, 100, pull(first.checkpoint.as_deref()), |_, _| Given::Own);
    assert!(first.error.is_some() && !first.pulled().is_empty());
    assert_eq!(first.pulled().len() + next.pulled().len(), 900);
}

#[test]
fn rows_that_no_filter_lets_through_are_handed_out_by_nothing() {
    // A cache that minds the path alone.
    let dropped = |mut times: usize| {
        move |request: &Request, account: &Account| {
            if times == 0 || !is_search(request) {
                return Given::Own;
            }
            times -= 1;
            let url = request.url.replace("customerRef=O-3&", "").replace("&customerRef=O-3", "");
            assert_ne!(url, request.url, "it is filtered");
            Given::Instead(account.clone().serve(&to(request, url)))
        }
    };
    for in_detail in [true, false] {
        let filtered = || {
            let text =
                format!(r#"{{"resource":"order","filters":[["customerRef","O-3"]],"rows":{}}}"#, !in_detail);
            let resource: PullResource = serde_json::from_str(&text).unwrap();
            Pull { resources: vec![resource], ..Pull::of("order") }
        };
        let always = pulled(&mut Account::with_orders(9), 500, filtered(), dropped(usize::MAX));
        assert_eq!(always.error.as_ref().expect("an end").kind(), Kind::Protocol, "{in_detail}");
        assert!(always.pulled().is_empty(), "{in_detail}");
        let once = pulled(&mut Account::with_orders(9), 500, filtered(), dropped(1));
        assert_eq!((ids(&once), once.error.is_none()), ([3].into(), true), "{in_detail}");
    }
    let search = || Search::new("order-service/order-search").filter("customerRef", "O-3");
    let always = run(client("").search(search()).unwrap(), &mut Account::with_orders(9), dropped(usize::MAX));
    assert_eq!((always.rows, always.error.expect("an end").kind()), (0, Kind::Protocol));
    let once = run(client("").search(search()).unwrap(), &mut Account::with_orders(9), dropped(1));
    assert_eq!((once.rows, once.error.is_none()), (1, true));
}
