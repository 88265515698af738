//! What cannot be found again is not written without a journal.

use crate::small_account::{Account, Given, Ran, client, run, run_for};
use brightpearl_core::Kind;
use brightpearl_core::operation::{Json, Push};
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
