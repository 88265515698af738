//! A mapping that was compiled before is not compiled again.

use crate::small_account::client;
use brightpearl_core::Kind;
use brightpearl_core::mapping::Mapping;
use brightpearl_core::operation::{Json, Push};

const NOTES: &str = r#"{"version": 1, "name": "notes", "target": "order-service/order/{ORDER-ID}/note",
    "path": {"ORDER-ID": {"from": "order"}}, "fields": [{"to": "/text", "from": "text"}]}"#;

#[test]
fn a_push_takes_the_mapping_that_it_is_given_and_not_its_document() {
    let mapping = Mapping::compiled(NOTES).unwrap();
    // Compiled, it would be refused.
    let push = || Push { mapping: Json::new("{}").unwrap(), ..Push::dry_run(NOTES).unwrap() };
    assert_eq!(client("").push(push()).unwrap_err().location(), Some("mapping"));
    let call = client("").push_by(push(), &mapping).unwrap();
    assert!(call.checkpoint().is_ok());
}

#[test]
fn what_is_wrong_with_a_push_or_its_client_is_told_as_ever() {
    let mapping = Mapping::compiled(NOTES).unwrap();
    let push = || Push { write: false, dry_run: false, ..Push::dry_run(NOTES).unwrap() };
    let error = client("").push_by(push(), &mapping).unwrap_err();
    assert_eq!(
        (error.kind(), error.location()),
        (Kind::Validation, client("").push(push()).unwrap_err().location())
    );
    let outbound = r#"{"version": 1, "name": "out", "source": "order-service/order", "fields": [{"to": "/id", "from": "id"}]}"#;
    let error = client("")
        .push_by(Push::dry_run(outbound).unwrap(), &Mapping::compiled(outbound).unwrap())
        .unwrap_err();
    assert_eq!(error.location(), Some("mapping"));
    let writing = Push { journal: Some(String::new()), ..Push::writing(NOTES).unwrap() };
    let error = client(r#","read_only":true"#).push_by(writing, &mapping).unwrap_err();
    assert_eq!(error.location(), Some("read_only"));
}
