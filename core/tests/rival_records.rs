//! Two records of one key in one push: the same content counts once, and other content is refused unless the document
//! says which of them is the newer one.

use crate::small_account::{Account, Given, ORDERS, Ran, client, push_of, push_of_records, run};
use brightpearl_core::Method;
use brightpearl_core::operation::{Json, Push};
use serde_json::{Value, json};

fn pushed(account: &mut Account, push: Push) -> Ran {
    let ran = run(client("").push(push).unwrap(), account, |_, _| Given::Own);
    assert!(ran.error.is_none(), "{:?}", ran.error);
    ran
}

fn order(number: &str, warehouse: u64) -> Value {
    json!({"number": number, "warehouse": warehouse, "lines": [{}]})
}

/// The reason of a record's outcome.
fn reason(ran: &Ran, record: u64) -> &str {
    let outcome = ran.outcomes.iter().find(|outcome| outcome.record == record).expect("an outcome");
    outcome.reason.as_deref().unwrap_or_default()
}

fn with_newest(records: &[Value]) -> Push {
    let document = ORDERS.replace(r#""key": {"#, r#""key": {"newest": "changed", "#);
    Push { mapping: Json::new(document).unwrap(), ..push_of_records(records) }
}

#[test]
fn the_same_content_counts_once_however_the_record_is_laid_out() {
    let records = [
        order("A", 2),
        json!({"warehouse": 2, "lines": [{}], "number": " A ", "seen": "yes"}),
        order("B", 2),
        order("A", 2),
    ];
    for window in [1, 2, 200] {
        let mut account = Account::new();
        let ran = pushed(&mut account, Push { window, ..push_of_records(&records) });
        assert_eq!(account.orders.len(), 2, "{window}");
        assert_eq!(ran.states(), ["created", "unchanged", "created", "unchanged"], "{window}");
        let ids: Vec<_> =
            ran.outcomes.iter().filter(|outcome| outcome.record != 2).map(|ended| ended.id).collect();
        assert_eq!(ids, [Some(1); 3], "{window}");
        assert!(reason(&ran, 3).contains("record 0 of this push is the same"), "{}", reason(&ran, 3));
        // A run that goes on says the same, and asks for nothing.
        let again = Push { window, journal: Some(ran.journal.clone()), ..push_of_records(&records) };
        let again = pushed(&mut account, again);
        assert!(again.sent.is_empty(), "{window} {:?}", again.sent);
        assert_eq!(again.states(), ran.states(), "{window}");
    }
}

#[test]
fn other_content_is_refused_for_all_of_them() {
    let mut account = Account::new();
    let records = [order("A", 2), order("B", 2), order("A ", 3), order("A", 2)];
    let ran = pushed(&mut account, push_of_records(&records));
    assert_eq!(ran.states(), ["rejected", "created", "rejected", "rejected"]);
    assert!(reason(&ran, 0).contains("record 2 of this push"), "{}", reason(&ran, 0));
    assert!(reason(&ran, 2).contains("record 0 of this push"), "{}", reason(&ran, 2));
    assert_eq!(account.orders.values().map(|order| &*order.reference).collect::<Vec<_>>(), ["B"]);
    // One of them alone is a record as any other, with the journal of the run that refused it, too.
    let alone = Push { journal: Some(ran.journal), ..push_of_records(&[order("A", 3)]) };
    assert_eq!(pushed(&mut account, alone).states(), ["created"]);
}

#[test]
fn what_was_written_when_the_other_one_comes_stays_and_is_named() {
    let records = [order("A", 2), order("B", 2), order("A", 3), order("A", 2)];
    let mut account = Account::new();
    let ran = pushed(&mut account, Push { window: 1, ..push_of_records(&records) });
    assert_eq!(ran.states(), ["created", "created", "rejected", "unchanged"]);
    assert!(reason(&ran, 2).contains("record 0 of this push has the same key and other content"));
    assert_eq!(ran.count(Method::Post, "order-service/sales-order"), 2);
    // The run that goes on with another window keeps to what was written.
    let again = Push { journal: Some(ran.journal), ..push_of_records(&records) };
    let again = pushed(&mut account, again);
    assert_eq!(again.states(), ["created", "created", "rejected", "unchanged"]);
    assert_eq!(account.orders[&1].warehouse, 2);
}

#[test]
fn a_record_that_cannot_be_mapped_has_other_content() {
    let wrong = json!({"number": "A", "lines": [{}]});
    let when = r#""when": [{"is": "warehouse", "reject": "it has no warehouse"}], "key": {"#;
    let document = ORDERS.replace(r#""key": {"#, when);
    let mut account = Account::new();
    let push = Push { mapping: Json::new(document).unwrap(), ..push_of_records(&[wrong, order("A", 2)]) };
    let ran = pushed(&mut account, push);
    assert_eq!((ran.states(), account.orders.len()), (vec!["rejected", "rejected"], 0));
    assert!(!reason(&ran, 0).contains("of this push"), "its own failure is told: {}", reason(&ran, 0));
}

#[test]
fn the_newest_is_written_where_the_document_says_how_it_is_known() {
    let of = |warehouse: u64, changed: &str| json!({"number": "A", "warehouse": warehouse, "changed": changed, "lines": [{}]});
    let records =
        [of(2, "2026-01-01T10:00:00Z"), of(3, "2026-01-03T10:00:00Z"), of(4, "2026-01-02T10:00:00Z")];
    let mut account = Account::new();
    let ran = pushed(&mut account, with_newest(&records));
    assert_eq!(ran.states(), ["skipped", "created", "skipped"]);
    assert!(reason(&ran, 2).contains("record 1 of this push is a newer version of it"));
    assert_eq!(account.orders[&1].warehouse, 3);
    // A version that one of them lacks, or both have, tells nothing.
    for records in [&[of(2, "2026-01-01T10:00:00Z"), order("A", 3)], &[of(2, "7"), of(3, "7")]] {
        let ran = pushed(&mut Account::new(), with_newest(records));
        assert_eq!(ran.states(), ["rejected", "rejected"], "{records:?}");
    }
}

#[test]
fn an_older_record_does_not_come_behind_a_newer_one_that_was_written() {
    let of = |warehouse: u64, changed: u64| json!({"number": "A", "warehouse": warehouse, "changed": changed, "lines": [{}]});
    let mut account = Account::new();
    let records = [of(2, 10), of(3, 9)];
    let ran = pushed(&mut account, Push { window: 1, ..with_newest(&records) });
    assert_eq!(ran.states(), ["created", "skipped"]);
}

#[test]
fn a_twin_of_what_is_in_doubt_is_in_doubt_and_not_written() {
    let mut account = Account::new();
    let push = Push { looks_ms: vec![], ..push_of(&["A", "A"]) };
    let call = client(r#","retry":{"max_attempts":1}"#).push(push).unwrap();
    let ran = run(call, &mut account, |request, account| {
        let is_write = request.method == Method::Post;
        if is_write { Given::Instead(account.response(502, "Bad gateway")) } else { Given::Own }
    });
    assert_eq!(ran.states(), ["maybe-applied", "maybe-applied"], "{:?}", ran.outcomes);
    assert_eq!(ran.sent.iter().filter(|(method, ..)| *method == Method::Post).count(), 1);
}
