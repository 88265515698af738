//! What cannot be found again is not written without a journal.

use crate::small_account::{Account, Given, Ran, client, run, run_for};
use brightpearl_core::operation::{Json, Push};
use brightpearl_core::{Kind, Request};
use serde_json::json;

const NOTES: &str = r#"{"version": 1, "name": "notes", "target": "contact-service/postal-address",
    "fields": [{"to": "/addressLine1", "from": "street"}, {"to": "/postalCode", "value": "BS1"},
               {"to": "/countryIsoCode", "value": "GBR"}]}"#;

#[test]
fn a_push_by_a_document_that_finds_nothing_is_refused_without_a_journal() {
    let push = || Push { records: Some(vec![Json::new("{}").unwrap()]), ..Push::writing(NOTES).unwrap() };
    let keyed = NOTES.replace(r#""fields""#, r#""key": {"from": "id"}, "fields""#);
    for push in [push(), Push { mapping: Json::new(keyed).unwrap(), ..push() }] {
        let error = client("").push(push.clone()).expect_err("a refusal");
        assert_eq!((error.kind(), error.location()), (Kind::Validation, Some("journal")));
        assert!(error.message().contains("expected a journal"), "{error}");
        assert!(client("").push(Push { journal: Some(String::new()), ..push.clone() }).is_ok());
        assert!(client("").push(Push { dry_run: true, write: false, ..push }).is_ok());
    }
    // What a PUT writes twice is there once.
    let put = r#"{"version": 1, "name": "tracking", "target": "warehouse-service/goods-note/goods-out/{ID}",
        "method": "PUT", "path": {"ID": {"from": "note"}}, "fields": [{"to": "/priority", "value": true}]}"#;
    assert!(client("").push(Push { mapping: Json::new(put).unwrap(), ..push() }).is_ok());
}

/// Streets by their numbers, which nothing finds again.
fn streets(journal: &str, records: &[(u64, &str)]) -> Push {
    let document = NOTES.replace(r#""fields""#, r#""key": {"from": "id"}, "fields""#);
    let record =
        |(id, street): &(u64, &str)| Json::new(json!({"id": id, "street": street}).to_string()).unwrap();
    Push {
        records: Some(records.iter().map(record).collect()),
        journal: Some(journal.to_owned()),
        ..Push::writing(document).unwrap()
    }
}

fn pushed(push: Push) -> Ran {
    let mut id = 40;
    run(client("").push(push).unwrap(), &mut Account::new(), |_, account| {
        id += 1;
        Given::Instead(account.response(200, format!(r#"{{"response":{id}}}"#)))
    })
}

#[test]
fn the_journal_knows_by_the_key_what_comes_again_with_other_content() {
    let first = pushed(streets("", &[(7, "1 Row")]));
    assert_eq!(first.states(), ["created"]);
    let again = pushed(streets(&first.journal, &[(7, "1 Row"), (7, "1 Row"), (8, "9 Row")]));
    assert_eq!(again.states(), ["created", "unchanged", "created"], "{:?}", again.outcomes);
    let reasons: Vec<&str> =
        again.outcomes.iter().map(|outcome| outcome.reason.as_deref().unwrap_or_default()).collect();
    assert!(reasons.contains(&"created earlier, as the journal has it"), "{reasons:?}");
    let edited = pushed(streets(&first.journal, &[(7, "2 Row"), (8, "9 Row")]));
    assert_eq!(
        (edited.states(), edited.sent.len()),
        (vec!["differs", "created"], 1),
        "{:?}",
        edited.outcomes
    );
    let differs = &edited.outcomes.iter().find(|outcome| outcome.record == 0).unwrap();
    assert_eq!(differs.id, Some(41));
    assert!(differs.reason.as_deref().unwrap().contains("as 41"), "{differs:?}");
}

#[test]
fn an_edited_record_is_not_written_beside_one_of_its_key_that_is_in_doubt() {
    let died =
        run_for(client("").push(streets("", &[(7, "1 Row")])).unwrap(), &mut Account::new(), 1, |_, _| {
            Given::Own
        });
    let edited = pushed(streets(&died.journal, &[(7, "2 Row")]));
    assert_eq!(edited.outcomes[0].state.as_str(), "maybe-applied", "{:?}", edited.outcomes);
    assert!(edited.sent.is_empty());
}

#[test]
fn what_was_begun_for_others_and_never_closed_is_told_unless_it_is_found() {
    let document = r#"{"version": 1, "name": "orders", "target": "order-service/sales-order",
        "key": {"target": "/ref", "verify": {"search": "order-service/order-search", "column": "customerRef"}},
        "mappings": {"contact": {"name": "contact", "target": "contact-service/contact", "fields": [
            {"to": "/firstName", "value": "Ada"}, {"to": "/lastName", "value": "Example"},
            {"to": "/postAddressIds/DEF", "value": 4},
            {"to": "/communication/emails/PRI/email", "from": "email"}]}},
        "fields": [{"to": "/ref", "from": "number", "required": true},
            {"to": "/customer/id", "from": "email", "resolve": {"search": "contact-service/contact-search",
                "column": "primaryEmail", "else": {"create": "contact"}}}]}"#;
    let push = |journal: &str, buyers: &[(&str, &str)]| Push {
        records: Some(
            buyers
                .iter()
                .map(|(number, email)| {
                    Json::new(json!({"number": number, "email": email}).to_string()).unwrap()
                })
                .collect(),
        ),
        journal: Some(journal.to_owned()),
        ..Push::writing(document).unwrap()
    };
    let none = |column: &str, key: &str| {
        json!({"response": {"results": [], "metaData": {"resultsAvailable": 0, "resultsReturned": 0,
            "columns": [{"name": key}, {"name": column}]}}})
    };
    let contacts = |found: bool| {
        let mut page = none("primaryEmail", "contactId");
        if found {
            page["response"]["results"] = json!([[7, "ada@example.com"]]);
            page["response"]["metaData"]["resultsAvailable"] = json!(1);
            page["response"]["metaData"]["resultsReturned"] = json!(1);
            page["response"]["metaData"]["firstResult"] = json!(1);
            page["response"]["metaData"]["lastResult"] = json!(1);
        }
        page
    };
    let serve = |found: bool| {
        move |request: &Request, account: &Account| {
            let answer = match request.url.as_str() {
                url if url.contains("contact-search") => contacts(found),
                url if url.contains("order-search") => none("customerRef", "orderId"),
                _ => json!({"response": 9}),
            };
            Given::Instead(account.response(200, answer.to_string()))
        }
    };
    // The host dies while the contact of the first order is out.
    let died = run_for(
        client("").push(push("", &[("A", "ada@example.com")])).unwrap(),
        &mut Account::new(),
        3,
        serve(false),
    );
    assert!(died.journal.contains("primaryEmail=ada@example.com") && !died.journal.contains("\"done\""));
    let told = run(client("").push(push(&died.journal, &[])).unwrap(), &mut Account::new(), serve(false));
    assert_eq!(told.states(), ["maybe-applied"], "{:?}", told.outcomes);
    let reason = told.outcomes[0].reason.as_deref().unwrap();
    assert!(reason.contains("primaryEmail=ada@example.com"), "{reason}");
    // Who needs it and finds it closes it.
    let found = run(
        client("").push(push(&died.journal, &[("B", "ada@example.com")])).unwrap(),
        &mut Account::new(),
        serve(true),
    );
    assert_eq!(found.states(), ["created"], "{:?}", found.outcomes);
    let journal = died.journal + &found.journal;
    let closed = run(client("").push(push(&journal, &[])).unwrap(), &mut Account::new(), serve(true));
    assert!(closed.outcomes.is_empty(), "{:?}", closed.outcomes);
}
