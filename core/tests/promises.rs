//! Promises of the engine that only a lost row, a doubled record or an endless wait would show to be broken.

use crate::small_account::{Account, Given, Order, Ran, altered, client, push_of, run};
use brightpearl_core::operation::{Json, Push, Search, SingleRequest as Asked};
use brightpearl_core::{Method, Request, Response};
use serde_json::json;

const SEARCH: &str = "order-service/order-search";

/// Contacts that are found by their address, in whatever case it is written.
const CONTACTS: &str = r#"{"version": 1, "name": "contacts", "target": "contact-service/contact",
    "key": {"target": "/communication/emails/PRI/email",
            "verify": {"search": "contact-service/contact-search", "column": "primaryEmail"}},
    "fields": [{"to": "/firstName", "from": "name"}, {"to": "/lastName", "value": "-"},
               {"to": "/postAddressIds/DEF", "value": 1},
               {"to": "/communication/emails/PRI/email", "from": "email", "required": true}]}"#;

fn push_of_contacts(emails: &[&str]) -> Push {
    let records =
        emails.iter().map(|email| Json::new(json!({"email": email, "name": "A"}).to_string()).unwrap());
    let existing = brightpearl_core::operation::Existing::Leave;
    Push { records: Some(records.collect()), existing, ..Push::writing(CONTACTS).unwrap() }
}

/// A page of contacts: ids and addresses.
fn contacts(rows: &[(u64, &str)]) -> Response {
    let columns = [("contactId", "IDSET"), ("primaryEmail", "SEARCH_STRING")];
    let columns: Vec<_> =
        columns.iter().map(|(name, kind)| json!({"name": name, "reportDataType": kind})).collect();
    let body = json!({"response": {"results": rows, "metaData": {"morePagesAvailable": false,
        "resultsAvailable": rows.len(), "resultsReturned": rows.len(), "columns": columns}}});
    Response::new(200, body.to_string())
}

fn pushed(push: Push, account: &mut Account) -> Ran {
    run(client("").push(push).unwrap(), account, |_, _| Given::Own)
}

#[test]
fn no_row_is_skipped_where_a_page_says_that_it_ends_behind_its_rows() {
    for (told, next) in [(1, 2), (3, 4), (7, 4), (1_000, 4)] {
        let mut is_first = true;
        let call = client("").search(Search { page_size: Some(3), ..Search::new(SEARCH) }).unwrap();
        let ran = run(call, &mut Account::with_orders(8), |request, account| {
            if !std::mem::take(&mut is_first) {
                return Given::Own;
            }
            let answer = account.clone().serve(request);
            Given::Instead(altered(&answer, |body| body["response"]["metaData"]["lastResult"] = json!(told)))
        });
        assert_eq!(ran.rows, 8, "{told}");
        assert!(ran.sent[1].1.contains(&format!("firstResult={next}&")), "{told} {:?}", ran.sent[1]);
    }
}

#[test]
fn a_record_that_was_refused_is_written_down_as_not_written() {
    let mut account = Account::new();
    let refuse = |request: &Request, account: &Account| match request.method {
        Method::Post => Given::Instead(account.response(
            400,
            r#"{"errors":[{"code":"ORDC-006","message":"You have supplied an invalid order type code"}]}"#,
        )),
        _ => Given::Own,
    };
    let first = run(client("").push(push_of(&["A"])).unwrap(), &mut account, refuse);
    assert_eq!(first.states(), ["rejected"]);
    assert!(first.journal.contains("not-written"), "{}", first.journal);
    let again = Push { journal: Some(first.journal), ..push_of(&["A"]) };
    let second = pushed(again, &mut account);
    assert_eq!((second.states(), second.longest_wait_ms), (vec!["created"], 0), "nothing is in doubt");
    assert_eq!(second.count(Method::Get, SEARCH), 2, "before it is written, and behind that");
}

#[test]
fn a_hit_in_another_case_is_a_hit_where_the_column_minds_none() {
    for (found, states) in [("ADA@X.COM", ["unchanged"]), ("ada@x.com.au", ["created"])] {
        let ran = run(
            client("").push(push_of_contacts(&["Ada@x.com"])).unwrap(),
            &mut Account::new(),
            |request, account| {
                Given::Instead(match request.method {
                    Method::Get => contacts(&[(31, found)]),
                    _ => account.response(200, r#"{"response":32}"#),
                })
            },
        );
        assert_eq!(ran.states(), states, "{found} {:?}", ran.outcomes);
    }
}

#[test]
fn a_hit_in_another_case_is_the_record_where_the_search_takes_one_for_the_other() {
    // Looked for one by one, and by reading the whole search.
    for numbers in [&["s-1"][..], &["s-1", "T-1", "T-2"]] {
        for (minds_case, state) in [(true, "created"), (false, "unchanged")] {
            let mut account = Account { minds_case, ..Account::new() };
            let order =
                Order { reference: "S-1".to_owned(), warehouse: 2, created: 1_767_000_000, updated: None };
            account.orders.insert(7, order);
            account.next_id = 8;
            let ran = pushed(push_of(numbers), &mut account);
            assert_eq!(ran.states()[0], state, "{numbers:?} {minds_case} {:?}", ran.outcomes);
            assert_eq!(account.ids_of("s-1").len(), usize::from(minds_case));
        }
    }
}

#[test]
fn what_is_looked_for_after_a_doubt_is_asked_anew() {
    for numbers in [&["A"][..], &["A", "B", "C"]] {
        let mut account = Account::new();
        let mut is_lost = false;
        let push = Push { confirm_ms: Vec::new(), ..push_of(numbers) };
        let ran = run(client("").push(push).unwrap(), &mut account, |request, _| {
            if request.method != Method::Post || std::mem::replace(&mut is_lost, true) {
                return Given::Own;
            }
            Given::Lost
        });
        let written = ran.sent.iter().position(|(method, ..)| *method == Method::Post).unwrap();
        let looks = ran.sent[written..].iter().filter(|(_, path, _)| path.starts_with(SEARCH)).count();
        assert_eq!((looks, ran.states()), (numbers.len(), vec!["created"; numbers.len()]));
        assert_eq!(account.orders.len(), numbers.len());
    }
}

#[test]
fn nothing_refers_to_what_was_created_without_an_id() {
    let mapping = CONTACTS.replace(r#""value": 1}"#, r#""resolve": {"create": "address"}}"#).replace(
        r#""fields": [{"to": "/firstName""#,
        r#""mappings": {"address": {"name": "address", "target": "contact-service/postal-address", "fields": [
                   {"to": "/addressLine1", "from": "name"}, {"to": "/postalCode", "value": "AB1 2CD"}]}},
               "fields": [{"to": "/firstName""#,
    );
    for body in ["{}", r#"{"response":0}"#, r#"{"response":null}"#, ""] {
        let push = Push { mapping: Json::new(mapping.clone()).unwrap(), ..push_of_contacts(&["ada@x.com"]) };
        let Ok(call) = client("").push(push) else { panic!("the mapping is sound") };
        let ran = run(call, &mut Account::new(), |request, account| {
            Given::Instead(match request.method {
                Method::Get => contacts(&[]),
                _ => account.response(200, body),
            })
        });
        assert_eq!(ran.count(Method::Post, "contact-service/contact"), 0, "{body} {:?}", ran.sent);
        assert!(ran.states()[0] != "created", "{body} {:?}", ran.outcomes);
    }
}

#[test]
fn a_reading_of_a_whole_search_counts_only_at_its_end() {
    let mut account = Account::with_orders(1_100);
    for id in [5, 1_090] {
        let created = account.orders[&id].created;
        let order = Order { reference: "TWICE".to_owned(), warehouse: 2, created, updated: None };
        account.orders.insert(id, order);
    }
    let ran = pushed(push_of(&["TWICE", "O-1099"]), &mut account);
    assert_eq!(ran.states(), ["rejected", "unchanged"], "{:?}", ran.outcomes);
    assert!(ran.outcomes[0].reason.as_ref().unwrap().contains("2 records"), "{:?}", ran.outcomes);
    assert_eq!(account.orders.len(), 1_100);
}

#[test]
fn no_wait_that_a_server_asks_for_is_longer_than_ten_periods() {
    const CAP: &str =
        r#"{"response":"You have sent too many requests. Please wait before sending another request"}"#;
    let forever = ["999999999", "18446744073709551615"];
    for (status, header) in [
        (503, "brightpearl-next-throttle-period"),
        (503, "Retry-After"),
        (429, "Retry-After"),
        (500, "Retry-After"),
    ] {
        for value in forever {
            let mut left = 2;
            let call = client("").request(Asked::new(Method::Get, "order-service/order/1")).unwrap();
            let ran = run(call, &mut Account::with_orders(1), |_, account| {
                if left == 0 {
                    return Given::Own;
                }
                left -= 1;
                Given::Instead(account.response(status, CAP).with_header(header, value))
            });
            assert!(ran.error.is_none(), "{status} {header} {:?}", ran.error);
            assert!(ran.longest_wait_ms <= 600_000, "{status} {header}: {}", ran.longest_wait_ms);
        }
    }
}
