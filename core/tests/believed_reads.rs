//! What a read says of a record is held against what the search has of it, and that a record is not there against how
//! its resource says so.

use std::collections::BTreeMap;

use crate::small_account::{Account, Given, Ran, altered, client, run};
use brightpearl_core::operation::{Fetch, Pull, PullResource, Task};
use brightpearl_core::{IdSet, Kind, Method, Request, Response};
use serde_json::{Value, json};

fn is_detail(request: &Request) -> bool {
    request.method == Method::Get && !request.url.contains("-search")
}

fn pull(state: Option<&str>, more: &str) -> Pull {
    let resource: PullResource = serde_json::from_str(&format!(r#"{{"resource":"order"{more}}}"#)).unwrap();
    Pull { resources: vec![resource], state: state.map(str::to_owned), ..Pull::of("order") }
}

fn pulled(account: &mut Account, pull: Pull, between: impl FnMut(&Request, &Account) -> Given) -> Ran {
    let ran = run(client("").pull(pull).unwrap(), account, between);
    assert!(ran.error.is_none(), "{:?}", ran.error);
    ran
}

/// The warehouse of each record that was handed out, and the reason where none was.
fn handed_out(ran: &Ran) -> BTreeMap<u64, Result<u64, String>> {
    let all = ran.records.iter().flat_map(|records| &records.records);
    all.map(|record| {
        let of = |json: &serde_json::value::RawValue| {
            serde_json::from_str::<Value>(json.get()).unwrap()["warehouseId"].as_u64().unwrap_or_default()
        };
        let reason = record.failures.first().map(|failure| failure.reason.clone()).unwrap_or_default();
        (record.id.unwrap(), record.record.as_deref().map(of).ok_or(reason))
    })
    .collect()
}

/// Reads of an order that lags so many times: as it was when nothing had changed it.
fn lagging(id: u64, mut times: usize) -> impl FnMut(&Request, &Account) -> Given {
    move |request, account| {
        if times == 0 || !is_detail(request) {
            return Given::Own;
        }
        times -= 1;
        let mut before = account.clone();
        if let Some(order) = before.orders.get_mut(&id) {
            (order.updated, order.warehouse) = (None, 2);
        }
        Given::Instead(before.serve(request))
    }
}

/// What a reading becomes on its way.
type Alteration = fn(&mut Value);

#[test]
fn a_record_that_is_read_as_it_was_before_its_change_is_asked_for_again() {
    let mut account = Account::with_orders(9);
    let first = pulled(&mut account, pull(None, ""), |_, _| Given::Own);
    assert_eq!(first.sent.len(), 2, "nobody is asked twice where nothing lags");
    account.now += 3_600_000;
    let order = account.orders.get_mut(&6).unwrap();
    (order.updated, order.warehouse) = (Some(account.now / 1_000), 9);
    account.now += 60_000;
    for times in [0, 1, 2] {
        let ran = pulled(&mut account.clone(), pull(first.checkpoint.as_deref(), ""), lagging(6, times));
        assert_eq!(handed_out(&ran), [(6, Ok(9))].into(), "{times}");
        assert_eq!(ran.sent.iter().filter(|(_, path, _)| !path.contains("-search")).count(), times + 1);
    }
    let late = pulled(&mut account, pull(first.checkpoint.as_deref(), ""), lagging(6, usize::MAX));
    let told = handed_out(&late);
    let reason = told[&6].as_ref().expect_err("the old record is not handed out");
    assert!(reason.contains("a later change") && reason.contains("in the next pull"), "{reason}");
    account.now += 3_600_000;
    let next = pulled(&mut account, pull(late.checkpoint.as_deref(), ""), |_, _| Given::Own);
    assert_eq!(handed_out(&next), [(6, Ok(9))].into());
    let last = pulled(&mut account, pull(next.checkpoint.as_deref(), ""), |_, _| Given::Own);
    assert!(last.pulled().is_empty(), "{:?}", last.pulled());
}

/// Reads that so many times have the contents of two records exchanged.
fn exchanged(one: u64, other: u64, mut times: usize) -> impl FnMut(&Request, &Account) -> Given {
    move |request, account| {
        if times == 0 || !is_detail(request) {
            return Given::Own;
        }
        times -= 1;
        Given::Instead(altered(&account.clone().serve(request), |body| {
            for record in body["response"].as_array_mut().expect("records") {
                match record["id"].as_u64().unwrap() {
                    id if id == one => record["id"] = json!(other),
                    id if id == other => record["id"] = json!(one),
                    _ => {}
                }
            }
        }))
    }
}

#[test]
fn the_contents_of_another_record_are_asked_for_again() {
    let more = [r#""#, r#","watermark":"updatedOn""#];
    for (more, times) in more.into_iter().flat_map(|more| [(more, 1), (more, 2), (more, usize::MAX)]) {
        let mut account = Account::with_orders(9);
        (1..=9).for_each(|id| account.orders.get_mut(&id).unwrap().warehouse = 20 + id);
        let ran = pulled(&mut account, pull(None, more), exchanged(3, 6, times));
        let told = handed_out(&ran);
        let right = told.iter().filter(|(id, is)| **is == Ok(20 + **id)).count();
        if times < usize::MAX {
            assert_eq!((right, told.len()), (9, 9), "{more} {times}: {told:?}");
            continue;
        }
        assert_eq!((right, told.len()), (7, 9), "{more}: {told:?}");
        for id in [3, 6] {
            let reason = told[&id].as_ref().expect_err("another record");
            assert!(reason.contains("another record") && reason.contains("in the next pull"), "{reason}");
        }
        account.now += 3_600_000;
        let still = pulled(&mut account, pull(ran.checkpoint.as_deref(), more), exchanged(3, 6, times));
        assert!(handed_out(&still).values().all(Result::is_err), "{more}: {:?}", handed_out(&still));
        account.now += 3_600_000;
        let next = pulled(&mut account, pull(still.checkpoint.as_deref(), more), |_, _| Given::Own);
        assert_eq!(handed_out(&next), [(3, Ok(23)), (6, Ok(26))].into(), "{more}");
    }
}

/// Reads whose records are altered so many times.
fn read_as(alter: fn(&mut Value), mut times: usize) -> impl FnMut(&Request, &Account) -> Given {
    move |request, account| {
        if times == 0 || !is_detail(request) {
            return Given::Own;
        }
        times -= 1;
        Given::Instead(altered(&account.clone().serve(request), |body| {
            body["response"].as_array_mut().expect("records").iter_mut().for_each(alter);
        }))
    }
}

/// An order with rows, and the totals that they come to.
fn with_rows(record: &mut Value, rows: Value) {
    record["orderRows"] = rows;
    record["totalValue"] = json!({"net": "25.00", "taxAmount": "5.00", "total": "30.00"});
}

fn row(net: &str, tax: &str) -> Value {
    json!({"rowValue": {"rowNet": {"value": net}, "rowTax": {"value": tax}}})
}

#[test]
fn a_record_that_was_changed_since_its_row_is_handed_out() {
    let mut account = Account::with_orders(9);
    account.orders.get_mut(&6).unwrap().updated = Some(account.now / 1_000 - 30);
    let later = |record: &mut Value| record["updatedOn"] = json!("2026-01-01T00:00:00.123Z");
    let ran = pulled(&mut account, pull(None, ""), read_as(later, usize::MAX));
    assert_eq!((ran.pulled().len(), ran.sent.len()), (9, 2));
}

#[test]
fn what_a_pull_reads_only_in_part_is_asked_for_again_and_then_told() {
    let parts: [(Alteration, &str); 7] = [
        (|record| *record = json!({"id": record["id"]}), "without the date when it was created"),
        (|record| drop(record.as_object_mut().unwrap().remove("createdOn")), "without the date"),
        (|record| record["createdOn"] = json!(null), "without the date"),
        (|record| with_rows(record, Value::Null), "do not come to its own total 25.00"),
        (|record| with_rows(record, json!({})), "do not come to its own total 25.00"),
        (|record| with_rows(record, json!({"1": row("20.00", "4.00")})), "do not come to its own total"),
        (|record| with_rows(record, json!("none")), "are not a list"),
    ];
    for (alter, why) in parts {
        let mut account = Account::with_orders(2);
        let once = pulled(&mut account.clone(), pull(None, ""), read_as(alter, 1));
        assert_eq!(handed_out(&once), [(1, Ok(2)), (2, Ok(2))].into(), "{why}");
        assert_eq!(once.sent.len(), 3, "{why}");
        let ran = pulled(&mut account, pull(None, ""), read_as(alter, usize::MAX));
        let told = handed_out(&ran);
        for id in [1, 2] {
            let reason = told[&id].as_ref().expect_err(why);
            assert!(reason.contains(why) && reason.contains("in the next pull"), "{reason}");
        }
        account.now += 3_600_000;
        let next = pulled(&mut account, pull(ran.checkpoint.as_deref(), ""), |_, _| Given::Own);
        assert_eq!(handed_out(&next), [(1, Ok(2)), (2, Ok(2))].into(), "{why}");
    }
}

#[test]
fn what_honest_orders_look_like_is_handed_out() {
    let honest: [Alteration; 5] = [
        |record| with_rows(record, json!({"1": row("20.0049", "4.00"), "2": row("5.0000", "1.00")})),
        |record| record["totalValue"] = json!({"net": "0.00", "taxAmount": "0.00"}),
        |record| record["orderRows"] = json!({"1": row("20.0049", "4.00")}),
        |record| {
            let mut child = row("25.00", "5.00");
            child["composition"] = json!({"bundleChild": true});
            with_rows(record, json!({"1": row("25.00", "5.00"), "2": child}));
        },
        |record| record["updatedOn"] = Value::Null,
    ];
    for (index, alter) in honest.into_iter().enumerate() {
        let mut account = Account::with_orders(2);
        let ran = pulled(&mut account, pull(None, ""), read_as(alter, usize::MAX));
        assert_eq!((handed_out(&ran).len(), ran.sent.len()), (2, 2), "{index}");
        assert!(handed_out(&ran).values().all(Result::is_ok), "{index}");
    }
    // A query may leave out what is told otherwise.
    let query = r#","query":[["excludeOptional","orderRows"]]"#;
    let bare = |record: &mut Value| *record = json!({"id": record["id"]});
    let ran = pulled(&mut Account::with_orders(2), pull(None, query), read_as(bare, usize::MAX));
    assert_eq!((ran.pulled().len(), ran.sent.len()), (2, 2));
}

#[test]
fn what_a_fetch_reads_without_all_rows_is_asked_for_once_more_and_then_refused() {
    let cut_short: Alteration = |record| {
        if record["id"] == json!(5) {
            with_rows(record, json!({"1": row("20.00", "4.00")}));
        }
    };
    let once = fetched("order-service/order", &[4, 5, 6], read_as(cut_short, 1));
    assert_eq!((once.read, once.sent.len(), once.refused.is_empty()), (vec![4, 6, 5], 2, true));
    let always = fetched("order-service/order", &[4, 5, 6], read_as(cut_short, usize::MAX));
    assert_eq!((always.read, always.missing, always.sent.len()), (vec![4, 6], vec![], 2));
    let (id, reason) = &always.refused[0];
    assert!(*id == 5 && reason.contains("only in part") && reason.contains("total 25.00"), "{reason}");
}

fn fetched(path: &str, ids: &[u64], between: impl FnMut(&Request, &Account) -> Given) -> Ran {
    let fetch = Fetch::new(path, IdSet::from_ids(ids.iter().copied()).unwrap());
    run(client("").fetch(fetch).unwrap(), &mut Account::with_orders(9), between)
}

fn always(status: u16, body: &str) -> impl FnMut(&Request, &Account) -> Given {
    let body = body.to_owned();
    move |request, account| match is_detail(request) {
        true => Given::Instead(account.response(status, body.clone())),
        false => Given::Own,
    }
}

#[test]
fn a_record_is_missing_only_where_its_resource_says_so_in_its_way() {
    const NONE: &str = r#"{"errors":[{"code":"CMNC-404","message":"No Contact Found"}]}"#;
    let contact = "contact-service/contact";
    assert_eq!(fetched(contact, &[5], always(404, NONE)).missing, [5]);
    for (path, status, body) in [
        (contact, 200, r#"{"response":[]}"#),
        (contact, 200, r#"{"response":{}}"#),
        ("product-service/product-price", 200, r#"{"response":[]}"#),
        (contact, 404, r#"{"errors":[{"code":"GWYB-404","message":"no upstream"}]}"#),
        (contact, 404, r#"{"errors":[{"code":"WHSC-070","message":"no such thing"}]}"#),
        ("order-service/order", 404, r#"{"errors":[{"code":"ORDC-003","message":"no such order"}]}"#),
        ("order-service/order", 404, r#"{"errors":[{"code":"CMNC-404","message":"No Orders Found"}]}"#),
        ("order-service/order", 200, r#"{"response":[]}"#),
        ("order-service/order", 200, r#"{"response":{}}"#),
    ] {
        let ran = fetched(path, &[5], always(status, body));
        assert!(ran.error.is_some() && ran.missing.is_empty(), "{path} {status} {body}: {:?}", ran.missing);
        assert!(ran.sent.len() < 12, "{path} {status} {body}: {}", ran.sent.len());
    }
    // Orders say so with an empty list, which `OPTIONS` confirms.
    let ran = fetched("order-service/order", &[50], |_, _| Given::Own);
    assert_eq!((ran.missing, ran.sent.len(), ran.error.is_none()), (vec![50], 2, true));
}

#[test]
fn what_an_answer_leaves_out_beside_others_is_asked_for_by_itself() {
    let half = |mut times: usize| {
        move |request: &Request, account: &Account| {
            if times == 0 || !is_detail(request) {
                return Given::Own;
            }
            times -= 1;
            Given::Instead(altered(&account.clone().serve(request), |body| {
                let records = body["response"].as_array_mut().expect("records");
                let mut place = 0;
                records.retain(|_| {
                    place += 1;
                    place % 2 == 1
                });
            }))
        }
    };
    for times in [1, usize::MAX] {
        let mut ran = fetched("order-service/order", &[1, 2, 3, 4, 5, 6, 7, 8], half(times));
        ran.read.sort_unstable();
        assert_eq!((ran.read, ran.missing), ((1..=8).collect(), vec![]), "{times}: {:?}", ran.error);
    }
    let mut ran = fetched("order-service/order", &[1, 20, 3, 40], |_, _| Given::Own);
    ran.missing.sort_unstable();
    assert_eq!((ran.read, ran.missing, ran.sent.len()), (vec![1, 3], vec![20, 40], 2));

    let task = Task::new("read-product-availability", r#"{"productIds":"1-4"}"#).unwrap();
    let mut times = 0;
    let ran = run(client("").task(task).unwrap(), &mut Account::new(), |request, account| {
        times += 1;
        let ids: IdSet = request.url.rsplit('/').next().unwrap().parse().expect("ids");
        let stock: serde_json::Map<String, Value> =
            ids.iter().step_by(2).map(|id| (id.to_string(), json!({"total": {"inStock": 1}}))).collect();
        Given::Instead(account.response(200, json!({"response": stock}).to_string()))
    });
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(times, 3, "1 and 3, then 2, then 4");
}

#[test]
fn what_was_told_to_be_gone_and_is_listed_again_is_handed_out() {
    let hiding = |request: &Request, account: &Account| {
        let mut some = account.clone();
        [3, 4].iter().for_each(|id| drop(some.orders.remove(id)));
        Given::Instead(some.serve(request))
    };
    for more in [r#","deletes":{"most_percent":50}"#, r#","deletes":{"most_percent":50},"rows":true"#] {
        let mut account = Account::with_orders(40);
        let first = pulled(&mut account, pull(None, more), |_, _| Given::Own);
        let second = pulled(&mut account, pull(first.checkpoint.as_deref(), more), hiding);
        assert_eq!(second.pulled(), [(3, true), (4, true)], "{more}");
        let third = pulled(&mut account, pull(second.checkpoint.as_deref(), more), |_, _| Given::Own);
        assert_eq!(third.pulled(), [(3, false), (4, false)], "{more}");
        let fourth = pulled(&mut account, pull(third.checkpoint.as_deref(), more), |_, _| Given::Own);
        assert!(fourth.pulled().is_empty(), "{more}");
        account.orders.remove(&4);
        let fifth = pulled(&mut account, pull(fourth.checkpoint.as_deref(), more), |_, _| Given::Own);
        assert_eq!(fifth.pulled(), [(4, true)], "{more}");
    }
}

#[test]
fn a_deletion_is_not_told_where_the_read_says_nothing_of_it() {
    let more = r#","deletes":{"most_percent":50}"#;
    for body in [r#"{"response":[]}"#, r#"{"response":{}}"#] {
        let mut account = Account::with_orders(40);
        let first = pulled(&mut account, pull(None, more), |_, _| Given::Own);
        // The list lacks two of them once, and reads have none of anything.
        let mut lists = 0;
        let call = client("").pull(pull(first.checkpoint.as_deref(), more)).unwrap();
        let second = run(call, &mut account, |request, account| {
            if is_detail(request) {
                return Given::Instead(account.response(200, body));
            }
            lists += usize::from(request.method == Method::Options);
            if request.method != Method::Options || lists > 1 {
                return Given::Own;
            }
            let mut some = account.clone();
            [3, 4].iter().for_each(|id| drop(some.orders.remove(id)));
            Given::Instead(some.serve(request))
        });
        assert!(second.pulled().is_empty(), "{body}: {:?}", second.pulled());
        assert_eq!(second.error.expect("a doubt").kind(), Kind::Protocol, "{body}");
    }
}

#[test]
fn a_record_that_an_answer_has_twice_is_handed_out_once() {
    let twice = |alter: fn(&mut Value), mut times: usize| {
        move |request: &Request, account: &Account| {
            if times == 0 || !is_detail(request) {
                return Given::Own;
            }
            times -= 1;
            Given::Instead(altered(&account.clone().serve(request), |body| {
                let records = body["response"].as_array_mut().expect("records");
                let mut again = records.clone();
                again.iter_mut().for_each(alter);
                records.extend(again);
            }))
        }
    };
    let same = fetched("order-service/order", &[5], twice(|_| {}, usize::MAX));
    assert_eq!((same.read, same.missing, same.error.is_none()), (vec![5], vec![], true));
    let other: fn(&mut Value) = |record| record["warehouseId"] = json!(77);
    let once = fetched("order-service/order", &[5], twice(other, 1));
    assert_eq!((once.read, once.error.is_none()), (vec![5], true));
    let always = fetched("order-service/order", &[5], twice(other, usize::MAX));
    assert_eq!((always.read, always.error.expect("an end").kind()), (vec![], Kind::Protocol));
}

#[test]
fn what_is_not_a_record_is_not_handed_out_as_one() {
    for (body, is_list) in [
        (r#"{"response":[7]}"#, false),
        (r#"{"response":[null]}"#, false),
        (r#"{"response":["a"]}"#, false),
        (r#"{"response":{"message":"please wait"}}"#, false),
        (r#"{"response":{"errors":[{"code":"CMNC-001","message":"no"}]}}"#, false),
        (r#"{"response":[{"id":1,"code":"RETAIL"}]}"#, true),
        (r#"{"response":[]}"#, false),
    ] {
        let task = Task::new("list-price-lists", "{}").unwrap();
        let ran = run(client("").task(task).unwrap(), &mut Account::new(), |_, account: &Account| {
            Given::Instead(account.response(200, body))
        });
        let is_empty = body.contains("[]");
        assert_eq!(ran.error.is_none(), is_list || is_empty, "{body}: {:?}", ran.error);
    }
    let lone = Response::new(200, r#"{"response":{"id":5,"reference":"A"}}"#);
    let ran = fetched("order-service/order", &[5], move |_, _| Given::Instead(lone.clone()));
    assert_eq!(ran.read, [5]);
}
