//! What a document says of records is held by a push, whatever odd record comes: values with blanks around them, records that
//! lost their rows, versions in the source's own form, and what a journal has.

use crate::small_account::{
    Account, Given, ORDERS, Ran, altered, client, push_of, push_of_records, run, run_for,
};
use brightpearl_core::flow::{JournalBook, compact_journal};
use brightpearl_core::operation::{Existing, Json, Push};
use brightpearl_core::{Method, Request};
use serde_json::{Value, json};

/// Orders that belong to another one, which is found by its reference.
fn with_parents(otherwise: &Value, records: &[Value]) -> Push {
    let mut document: Value = serde_json::from_str(ORDERS).unwrap();
    let parent = json!({"to": "/parentId", "from": "parent", "resolve":
        {"search": "order-service/order-search", "column": "customerRef", "else": otherwise}});
    document["fields"].as_array_mut().unwrap().push(parent);
    let fields = json!([{"to": "/customer/id", "value": 7}, {"to": "/currency/code", "value": "USD"},
        {"to": "/warehouseId", "value": 9}, {"to": "/ref", "from": "parent"}]);
    let verify = json!({"search": "order-service/order-search", "column": "customerRef"});
    document["mappings"] = json!({
        "parent": {"name": "parent", "target": "order-service/sales-order", "fields": fields,
                   "key": {"from": "parent", "verify": verify}},
        "keyless": {"name": "keyless", "target": "order-service/sales-order", "fields": fields}});
    Push { mapping: Json::new(document.to_string()).unwrap(), ..push_of_records(records) }
}

fn with_parent(number: &str, parent: &str) -> Value {
    json!({"number": number, "parent": parent, "lines": [{}]})
}

/// The same account, that does not overlook blanks around what is looked for.
fn strictly(request: &Request, account: &Account) -> Given {
    let is_padded = ["%20", "%0A", "%C2%A0", "+"].iter().any(|blank| request.url.contains(blank));
    match request.url.contains("-search") && is_padded {
        true => Given::Instead(altered(&account.clone().serve(request), |body| {
            body["response"]["results"] = json!([]);
            body["response"]["metaData"]["resultsAvailable"] = json!(0);
            body["response"]["metaData"]["resultsReturned"] = json!(0);
        })),
        false => Given::Own,
    }
}

#[test]
fn blanks_around_a_value_hide_nothing_that_is_there() {
    for parents in [&[" O-1", "O-1"][..], &["O-1", "O-1\n", "\u{a0}O-1"], &[" O-1"]] {
        for window in [1, 200] {
            let mut account = Account::with_orders(2);
            let numbers = (0..).map(|number| format!("N-{number}"));
            let records: Vec<Value> =
                numbers.zip(parents).map(|(number, parent)| with_parent(&number, parent)).collect();
            let push = Push { window, ..with_parents(&json!("fail"), &records) };
            let ran = run(client("").push(push).unwrap(), &mut account, strictly);
            assert_eq!(ran.states(), vec!["created"; parents.len()], "{parents:?} {:?}", ran.outcomes);
            let bodies: Vec<&String> = ran.sent.iter().map(|(_, _, body)| body).collect();
            let linked = bodies.iter().map(|body| body.matches(r#""parentId":1"#).count()).sum::<usize>();
            assert_eq!(linked, parents.len(), "{bodies:?}");
        }
    }
}

#[test]
fn blanks_around_a_value_create_nothing_twice() {
    for by in ["parent", "keyless"] {
        for parents in [[" P-1", "P-1"], ["P-1", " P-1 "], ["P-1", "P-1\n"], ["\u{a0}P-1", "P-1"]] {
            for in_one_push in [true, false] {
                let mut account = Account::new();
                let records: Vec<Value> = [("A", parents[0]), ("B", parents[1])]
                    .map(|(number, parent)| with_parent(number, parent))
                    .into();
                let pushes: Vec<&[Value]> =
                    if in_one_push { vec![&records] } else { records.chunks(1).collect() };
                for records in pushes {
                    let push = with_parents(&json!({"create": by}), records);
                    let ran = run(client("").push(push).unwrap(), &mut account, strictly);
                    assert!(ran.states().iter().all(|state| *state == "created"), "{:?}", ran.outcomes);
                }
                assert_eq!(
                    account.ids_of("P-1").len(),
                    1,
                    "{by} {parents:?} {in_one_push} {:?}",
                    account.orders
                );
                assert_eq!(account.orders.len(), 3, "{by} {parents:?} {in_one_push} {:?}", account.orders);
            }
        }
    }
}

/// An update of order `O-1`, which has these rows in Brightpearl, by a record with these lines.
fn updated(lines: &Value, rows: &Value) -> Ran {
    let mut account = Account::with_orders(1);
    let record = json!({"number": "O-1", "warehouse": 2, "lines": lines});
    let push = Push { existing: Existing::Update, ..push_of_records(&[record]) };
    run(client("").push(push).unwrap(), &mut account, |request, account| {
        let is_read = request.method == Method::Get && !request.url.contains("-search");
        match is_read {
            true => Given::Instead(altered(&account.clone().serve(request), |body| {
                body["response"][0]["customer"] = json!({"id": 7});
                body["response"][0]["currency"] = json!({"code": "USD"});
                body["response"][0]["rows"] = rows.clone();
            })),
            false => Given::Own,
        }
    })
}

#[test]
fn an_order_whose_record_has_no_rows_any_more_differs() {
    let row = |id: u64| json!({"id": id, "productId": 1007, "quantity": "1.0000", "net": "1.00", "tax": "0.00", "taxCode": "T20"});
    for lines in [json!([]), json!(null)] {
        let ran = updated(&lines, &json!([row(4), row(5)]));
        assert_eq!(ran.states(), ["differs"], "{lines} {:?}", ran.outcomes);
        let reason = ran.outcomes[0].reason.as_deref().unwrap();
        assert!(reason.contains("2 rows") && reason.contains("nothing was changed"), "{reason}");
        assert!(ran.outcomes[0].differences.iter().any(|difference| difference.pointer == "/rows"));
        assert!(ran.requests.iter().all(|request| request.method == Method::Get), "{:?}", ran.sent);
    }
    assert_eq!(updated(&json!([]), &json!([])).states(), ["unchanged"]);
    assert_eq!(updated(&json!([{}]), &json!([row(4)])).states(), ["unchanged"]);
}

/// Two pushes with one journal, of one order with these versions; a third place says how dates are written.
fn versions(first: &Value, second: &Value, dates: Option<&str>) -> (Account, Ran) {
    let mut document: Value = serde_json::from_str(ORDERS).unwrap();
    document["key"]["newest"] = "changed".into();
    if let Some(dates) = dates {
        document["reads"] = json!({"dates": dates});
    }
    let push = |warehouse: u64, changed: &Value, journal: String| Push {
        mapping: Json::new(document.to_string()).unwrap(),
        journal: Some(journal),
        existing: Existing::Leave,
        ..push_of_records(&[
            json!({"number": "A", "warehouse": warehouse, "changed": changed, "lines": [{}]}),
        ])
    };
    let mut account = Account::new();
    let ran = run(client("").push(push(2, first, String::new())).unwrap(), &mut account, |_, _| Given::Own);
    assert_eq!(ran.states(), ["created"], "{first} {:?}", ran.outcomes);
    let ran = run(client("").push(push(3, second, ran.journal)).unwrap(), &mut account, |_, _| Given::Own);
    (account, ran)
}

#[test]
fn an_older_version_overwrites_nothing_however_it_is_written() {
    const BRITISH: Option<&str> = Some("DD/MM/YYYY HH:mm");
    for (first, second, dates, state) in [
        (json!("01/02/2026 10:00"), json!("02/01/2026 10:00"), BRITISH, "skipped"),
        (json!("02/01/2026 10:00"), json!("01/02/2026 10:00"), BRITISH, "unchanged"),
        // As a document may have put it together.
        (json!("2026-02-01T10:00:00"), json!("02/01/2026 10:00"), BRITISH, "skipped"),
        (json!("2026-01-03"), json!("2026-01-02"), None, "skipped"),
        (json!("2026-01-02"), json!("2026-01-03"), None, "unchanged"),
        (json!(1.5), json!(1.25), None, "skipped"),
        (json!("1.25"), json!("1.5"), None, "unchanged"),
        (json!("Wed, 10 Jan 2018 21:05:31 +0000"), json!("2018-01-10T21:05:30Z"), None, "skipped"),
        // Where that cannot be told, nothing is written.
        (json!(2), json!(null), None, "rejected"),
        (json!(2), json!(""), None, "rejected"),
        (json!(2), json!("2026-01-02"), None, "rejected"),
        (json!(2), json!("soon"), None, "rejected"),
        (json!(null), json!(2), None, "unchanged"),
    ] {
        let (account, ran) = versions(&first, &second, dates);
        assert_eq!(ran.states(), [state], "{first} {second} {:?}", ran.outcomes);
        assert_eq!(account.orders.len(), 1);
        assert_eq!(account.orders[&1].warehouse, 2, "{first} {second}");
    }
}

#[test]
fn a_dry_run_goes_by_the_journal_and_adds_nothing_to_it() {
    let mut account = Account::new();
    // Without a search by which orders are found, the journal alone knows.
    let mut document: Value = serde_json::from_str(ORDERS).unwrap();
    document["key"].as_object_mut().unwrap().remove("verify");
    let push = |numbers: &[&str], journal: &str| Push {
        mapping: Json::new(document.to_string()).unwrap(),
        journal: Some(journal.to_owned()),
        ..push_of(numbers)
    };
    let first = run(client("").push(push(&["A"], "")).unwrap(), &mut account, |_, _| Given::Own);
    let dry = |journal: &str| Push { write: false, dry_run: true, ..push(&["A", "B"], journal) };
    let journals = [first.journal.clone(), compact_journal(&first.journal).unwrap()];
    for journal in &journals {
        let mut book = JournalBook::new();
        book.read(journal.as_bytes()).unwrap();
        book.end().unwrap();
        let of_text = client("").push(dry(journal)).unwrap();
        let of_book = client("").push_with_journal(Push { journal: None, ..dry(journal) }, book).unwrap();
        for call in [of_text, of_book] {
            let ran = run(call, &mut account, |_, _| Given::Own);
            assert_eq!(ran.states(), ["created", "created"]);
            let journaled: Vec<bool> = ran.outcomes.iter().map(|outcome| outcome.journaled).collect();
            assert_eq!(journaled, [true, false], "{:?}", ran.outcomes);
            assert_eq!((ran.journal.as_str(), account.orders.len()), ("", 1));
        }
    }
    let foreign = first.journal.replace("acme", "other");
    for wrong in ["[]\n", &foreign] {
        assert!(client("").push(dry(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn zeros_that_a_loss_of_power_left_in_a_journal_are_no_lines() {
    let mut account = Account::new();
    let first = run(client("").push(push_of(&["A"])).unwrap(), &mut account, |_, _| Given::Own);
    let torn = first.journal.trim_end();
    for journal in [
        format!("{}\0\0\0\0", first.journal),
        format!("{}\0\0\0\0\n", first.journal),
        format!("{torn}\0\0\0\0"),
        format!("{}{{\"write\":{{\"what\":\"a\0\0\0\0", first.journal),
    ] {
        let push = Push { journal: Some(journal.clone()), ..push_of(&["A", "B"]) };
        let mut after = account.clone();
        let ran = run(client("").push(push).unwrap(), &mut after, |_, _| Given::Own);
        assert_eq!(ran.states(), ["created", "created"], "{journal:?}");
        assert_eq!(after.orders.len(), 2);
        // The next run reads what this one has added.
        let both = format!("{journal}{}", ran.journal);
        let push = Push { journal: Some(both), ..push_of(&["A", "B"]) };
        let ran = run(client("").push(push).unwrap(), &mut after, |_, _| Given::Own);
        assert!(ran.outcomes.iter().all(|outcome| outcome.journaled), "{journal:?} {:?}", ran.outcomes);
    }
}

#[test]
fn a_journal_that_lost_its_beginning_is_not_believed() {
    let mut account = Account::new();
    let call = client("").push(push_of(&["A", "B"])).unwrap();
    let whole = run_for(call, &mut account, usize::MAX, |_, _| Given::Own).journal;
    let (_, behind) = whole.split_once('\n').unwrap();
    let push = Push { journal: Some(behind.to_owned()), ..push_of(&["A", "B"]) };
    let Err(error) = client("").push(push) else { panic!("a journal without its head is believed") };
    assert_eq!(error.location(), Some("journal line 1"));
    assert!(error.message().contains("its beginning is missing"), "{error}");
}
