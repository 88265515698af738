//! What is believed of the rows that an order is read with: a list that is missing, cut off or doubled on the way adds and
//! removes nothing.

use crate::small_account::{Account, Given, Order, Ran, START, client, push_of_records, run};
use brightpearl_core::operation::{Existing, Push};
use brightpearl_core::{Method, Request, Response};
use serde_json::{Value, json};

fn row(id: u64) -> Value {
    json!({"id": id, "productId": 1007, "quantity": "1.0000", "net": "1.0000", "tax": "0.00", "taxCode": "T20"})
}

/// How an order of so many rows is read.
fn read(rows: &[Value], has_total: bool) -> Value {
    let mut order = json!({"id": 1, "ref": "A", "customer": {"id": 7}, "currency": {"code": "USD"}, "warehouseId": 2,
        "rows": rows});
    if has_total {
        order["total"] = json!({"net": format!("{}.00", rows.len()), "tax": "0.00"});
    }
    order
}

/// Pushes an order of so many lines onto one of two rows, whose reads are altered as long as `lies`.
fn push(lines: usize, has_total: bool, lies: usize, alter: impl Fn(&mut Value)) -> Ran {
    let mut account = Account::new();
    let order =
        Order { reference: "A".to_owned(), warehouse: 2, created: START / 1_000 - 900, updated: None };
    account.orders.insert(1, order);
    let (mut rows, mut reads) = (vec![row(11), row(12)], 0);
    let push = Push {
        existing: Existing::Update,
        ..push_of_records(&[json!({"number": "A", "lines": vec![json!({}); lines]})])
    };
    run(client("").push(push).unwrap(), &mut account, |request: &Request, account| {
        let path = request.url.split_once("/acme/").unwrap().1;
        let answer = match request.method {
            Method::Get if path.starts_with("order-service/sales-order/") => {
                reads += 1;
                let mut order = read(&rows, has_total);
                if reads <= lies {
                    alter(&mut order);
                }
                json!({"response": [order]})
            }
            Method::Post if path.ends_with("/row") => {
                rows.push(row(13));
                json!({"response": 13})
            }
            Method::Delete => {
                rows.pop();
                json!({})
            }
            _ => return Given::Own,
        };
        Given::Instead(account.response(200, answer.to_string()))
    })
}

fn writes(ran: &Ran) -> usize {
    ran.sent.iter().filter(|(method, ..)| !matches!(method, Method::Get | Method::Options)).count()
}

/// What becomes of an order on its way, and how.
type Alteration = (&'static str, fn(&mut Value));

fn alterations() -> Vec<Alteration> {
    vec![
        ("null", |order| order["rows"] = Value::Null),
        ("empty", |order| order["rows"] = json!([])),
        ("an object", |order| order["rows"] = json!({})),
        ("missing", |order| drop(order.as_object_mut().unwrap().remove("rows"))),
        ("half", |order| drop(order["rows"].as_array_mut().unwrap().pop())),
        ("twice", |order| {
            let rows = order["rows"].as_array_mut().unwrap();
            rows.extend(rows.clone());
        }),
        ("another's", |order| order["rows"].as_array_mut().unwrap().push(row(99))),
    ]
}

#[test]
fn rows_that_were_lost_on_the_way_are_neither_added_nor_removed() {
    for (what, alter) in alterations() {
        for has_total in [true, false] {
            let ran = push(2, has_total, 1, alter);
            assert_eq!((ran.states(), writes(&ran)), (vec!["unchanged"], 0), "{what} {has_total}");
        }
        let ran = push(2, true, 99, alter);
        assert_eq!((ran.states(), writes(&ran)), (vec!["rejected"], 0), "{what}");
        let reason = ran.outcomes[0].reason.as_deref().unwrap();
        assert!(reason.contains("1 is there, and what is read of it is not to be believed"), "{reason}");
        assert!(ran.sent.len() < 10, "it ends");
    }
}

#[test]
fn rows_that_are_to_change_do_where_nothing_contradicts() {
    for (has_total, reads) in [(true, 2), (false, 3)] {
        for lines in [1, 3] {
            let ran = push(lines, has_total, 0, |_| {});
            assert_eq!((ran.states(), writes(&ran)), (vec!["updated"], 1), "{lines} {:?}", ran.outcomes);
            assert_eq!(ran.count(Method::Get, "order-service/sales-order/"), reads, "{lines}");
        }
    }
}

#[test]
fn what_cannot_be_believed_behind_a_change_is_told_as_in_doubt() {
    // The first read is honest, and those behind the change lack the rows.
    let reads = std::cell::Cell::new(0);
    let ran = push(3, true, 99, |order| {
        reads.set(reads.get() + 1);
        if reads.get() > 1 {
            order["rows"] = json!([]);
        }
    });
    assert_eq!((ran.states(), writes(&ran)), (vec!["maybe-applied"], 1), "{:?}", ran.outcomes);
}

#[test]
fn a_refusal_of_the_read_is_not_one_of_the_rows() {
    let mut account = Account::new();
    let order =
        Order { reference: "A".to_owned(), warehouse: 2, created: START / 1_000 - 900, updated: None };
    account.orders.insert(1, order);
    let push =
        Push { existing: Existing::Update, ..push_of_records(&[json!({"number": "A", "lines": [{}]})]) };
    let ran = run(client("").push(push).unwrap(), &mut account, |request, _| match request.method {
        Method::Get if request.url.contains("sales-order/") => Given::Instead(Response::new(200, "{}")),
        _ => Given::Own,
    });
    assert_eq!((ran.states(), writes(&ran)), (vec!["rejected"], 0));
}

/// Pushes an order of three lines onto one of two rows. The answer to the row that is added is lost, whether or not the row
/// is `added`; so many of the reads behind it have the order as it was before, or all that there are.
fn push_losing_an_answer(added: bool, stale: usize) -> (Ran, usize) {
    let mut account = Account::new();
    let order =
        Order { reference: "A".to_owned(), warehouse: 2, created: START / 1_000 - 900, updated: None };
    account.orders.insert(1, order);
    let (before, mut posts, mut reads_since) = (vec![row(11), row(12)], 0, 0);
    let mut rows = before.clone();
    let lines = vec![json!({}); 3];
    let push =
        Push { existing: Existing::Update, ..push_of_records(&[json!({"number": "A", "lines": lines})]) };
    let ran = run(client("").push(push).unwrap(), &mut account, |request: &Request, account| {
        let path = request.url.split_once("/acme/").unwrap().1;
        let answer = match request.method {
            Method::Get if path.starts_with("order-service/sales-order/") => {
                reads_since += usize::from(posts > 0);
                let is_stale = posts == 1 && reads_since <= stale;
                json!({"response": [read(if is_stale { &before } else { &rows }, true)]})
            }
            Method::Post if path.ends_with("/row") => {
                posts += 1;
                if posts > 1 || added {
                    rows.push(row(12 + posts));
                }
                if posts == 1 {
                    return Given::Lost;
                }
                json!({"response": 12 + posts})
            }
            _ => return Given::Own,
        };
        Given::Instead(account.response(200, answer.to_string()))
    });
    (ran, rows.len())
}

#[test]
fn a_row_whose_answer_was_lost_is_not_added_again_after_reads_that_lag() {
    for stale in 0..=3 {
        let (ran, rows) = push_losing_an_answer(true, stale);
        assert_eq!((ran.states(), writes(&ran), rows), (vec!["updated"], 1, 3), "{stale} {:?}", ran.outcomes);
        // Once before the change, and until it is seen; no search says what rows an order has.
        let reads = ran.count(Method::Get, "order-service/sales-order/");
        assert_eq!(reads, 2 + stale, "{stale}: {:?}", ran.sent);
        assert_eq!(ran.count(Method::Get, "order-service/order-search"), 1, "{stale}: {:?}", ran.sent);
    }
}

#[test]
fn a_row_that_no_read_shows_is_added_after_the_last_of_them() {
    let (ran, rows) = push_losing_an_answer(false, 0);
    assert_eq!((ran.states(), writes(&ran), rows), (vec!["updated"], 2, 3), "{:?}", ran.outcomes);
    let looks = push_of_records(&[]).looks_ms.len();
    assert_eq!(ran.count(Method::Get, "order-service/sales-order/"), 1 + (1 + looks) + 1, "{:?}", ran.sent);
}
