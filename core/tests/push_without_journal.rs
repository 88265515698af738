//! What cannot be found again is not written without a journal.

use crate::small_account::client;
use brightpearl_core::Kind;
use brightpearl_core::operation::{Json, Push};

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
