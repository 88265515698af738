//! Pushes and pulls through the C functions: how they start, and who may be fed.

use std::ptr::{null, null_mut};

use crate::hands::*;
use brightpearl::*;

const MAPPING: &str = r#"{"version":1,"name":"notes","target":"order-service/order/{ORDER-ID}/note",
    "path":{"ORDER-ID":{"from":"order"}},"fields":[{"to":"/text","from":"text"}]}"#;

fn text(text: &'static str) -> bp_text {
    bp_text { data: text.as_ptr().cast(), len: text.len() }
}

fn mapping(document: &str) -> *mut bp_mapping {
    let mut mapping = null_mut();
    // SAFETY: a text and places of our own.
    let status =
        unsafe { bp_mapping_new(document.as_ptr().cast(), document.len(), &mut mapping, null_mut()) };
    assert_eq!(status, bp_status::Ok);
    mapping
}

fn push_of(mapping: *const bp_mapping) -> bp_push {
    let mut push = sized(|push: &mut bp_push, size| push.struct_size = size);
    push.mapping = mapping;
    push
}

/// Status and place of what keeps a flow from starting.
fn refused(start: impl FnOnce(*mut *mut bp_call, *mut *mut bp_error) -> bp_status) -> (bp_status, String) {
    let (mut call, mut error) = (std::ptr::dangling_mut::<bp_call>(), null_mut());
    let status = start(&mut call, &mut error);
    assert!(call.is_null(), "a place for a handle is NULL after a failure");
    let (kind, place) = told(error);
    assert_eq!(kind, status);
    (kind, place)
}

#[test]
fn a_push_that_cannot_start_says_which_field_is_wrong() {
    let client = client();
    let mapping = mapping(MAPPING);
    let at = |place: &str| (bp_status::Validation, place.to_owned());
    let null_at = |place: &str| (bp_status::NullPointer, place.to_owned());
    let with = |change: fn(&mut bp_push)| {
        let mut push = push_of(mapping);
        push.write = 1;
        change(&mut push);
        // SAFETY: handles, structures and places of our own.
        refused(|call, error| unsafe { bp_call_start_push(client, &push, call, error) })
    };
    assert_eq!(with(|push| push.write = 0), at("write"));
    assert_eq!(with(|push| push.dry_run = 1), at("write"));
    assert_eq!(with(|push| push.window = 10_001), at("window"));
    assert_eq!(with(|push| push.existing = 3), at("push.existing"));
    assert_eq!(with(|push| push.mapping = null()), null_at("push.mapping"));
    assert_eq!(with(|push| push.look_count = 1), null_at("push.looks_ms"));
    assert_eq!(with(|push| push.confirm_count = 2), null_at("push.confirm_ms"));
    assert_eq!(with(|push| push.record_count = 2), null_at("push.records"));
    assert_eq!(with(|push| push.journal.len = usize::MAX), null_at("push.journal"));
    assert_eq!(with(|push| push.struct_size = 8), (bp_status::Misuse, "push.struct_size".to_owned()));
    static RECORDS: [&str; 2] = ["{}", "{\"order\":"];
    let records = RECORDS.map(text);
    let mut push = push_of(mapping);
    (push.dry_run, push.records, push.record_count) = (1, records.as_ptr(), records.len());
    // SAFETY: handles, structures and places of our own, and NULL.
    unsafe {
        let start = |client, push| refused(|call, error| bp_call_start_push(client, push, call, error));
        assert_eq!(start(client, &raw const push), at("push.records[1]"));
        assert_eq!(start(client, null()), null_at("push"));
        assert_eq!(start(null(), &raw const push), null_at("client"));
        bp_mapping_free(mapping);
        bp_client_free(client);
    }
}

#[test]
fn a_push_outlives_what_it_was_made_of() {
    let client = client();
    let mapping = mapping(MAPPING);
    let (limit, looks) = (0_u64, [5_u64, 6]);
    let mut push = push_of(mapping);
    (push.dry_run, push.max_writes) = (1, &raw const limit);
    (push.looks_ms, push.look_count) = (looks.as_ptr(), looks.len());
    (push.confirm_ms, push.existing) = (looks.as_ptr(), bp_existing::Leave as u32);
    push.journal = text("");
    // SAFETY: handles, structures and places of our own.
    unsafe {
        let mut call = null_mut();
        assert_eq!(bp_call_start_push(client, &push, &mut call, null_mut()), bp_status::Ok);
        bp_mapping_free(mapping);
        let told = taken(|checkpoint| bp_call_checkpoint(call, checkpoint, null_mut()));
        let operation = &told["operation"]["push"];
        assert_eq!(operation["mapping"], serde_json::from_str::<serde_json::Value>(MAPPING).unwrap());
        assert_eq!((&operation["dry_run"], &operation["max_writes"]), (&true.into(), &0.into()));
        assert_eq!(
            (&operation["looks_ms"], &operation["confirm_ms"]),
            (&[5, 6][..].into(), &[0; 0][..].into())
        );
        assert_eq!((&operation["window"], &operation["existing"]), (&200.into(), &"leave".into()));
        assert_eq!((&operation["journal"], operation.get("write")), (&"".into(), None));
        let mut step = step();
        assert_eq!(bp_call_poll(call, NOW, &mut step, null_mut()), bp_status::Ok);
        assert_eq!(step.kind, bp_step_kind::Feed);
        bp_call_free(call);
        bp_client_free(client);
    }
}

#[test]
fn a_pull_is_told_in_structures() {
    let client = client();
    let mut orders = sized(|resource: &mut bp_pull_resource, size| resource.struct_size = size);
    let filters = [bp_field { name: text("orderTypeId"), value: text("1") }];
    (orders.resource, orders.since, orders.deletes, orders.priority) =
        (text("order"), text("2026-01-31"), 1, -2);
    (orders.filters, orders.filter_count) = (filters.as_ptr(), filters.len());
    let mut products = sized(|resource: &mut bp_pull_resource, size| resource.struct_size = size);
    (products.resource, products.name, products.rows) = (text("product"), text("goods"), 1);
    (products.deletes, products.most_percent) = (1, 100);
    let products = &raw mut products;
    let resources = [&raw const orders, products.cast_const()];
    let mut pull = sized(|pull: &mut bp_pull, size| pull.struct_size = size);
    (pull.resources, pull.resource_count) = (resources.as_ptr(), resources.len());
    let overlap = 0_u64;
    pull.overlap_ms = &raw const overlap;
    let start = |pull: *const bp_pull| {
        // SAFETY: handles, structures and places of our own, and NULL.
        refused(|call, error| unsafe { bp_call_start_pull(client, pull, call, error) })
    };
    // SAFETY: as above.
    unsafe {
        let mut call = null_mut();
        assert_eq!(bp_call_start_pull(client, &pull, &mut call, null_mut()), bp_status::Ok);
        let told = taken(|checkpoint| bp_call_checkpoint(call, checkpoint, null_mut()));
        let operation = &told["operation"]["pull"];
        let expected = serde_json::json!({"overlap_ms": 0, "resources": [
            {"resource": "order", "filters": [["orderTypeId", "1"]], "since": "2026-01-31",
             "deletes": {"most_percent": 20}, "priority": -2},
            {"resource": "product", "name": "goods", "rows": true, "deletes": {"most_percent": 100}}]});
        assert_eq!(*operation, expected);
        bp_call_free(call);
        assert_eq!(start(null()), (bp_status::NullPointer, "pull".to_owned()));
        (*products).most_percent = 101;
        assert_eq!(start(&pull), (bp_status::Validation, "pull.resources[1].most_percent".to_owned()));
        (*products).most_percent = 0;
        (*products).struct_size = 1;
        assert_eq!(start(&pull), (bp_status::Misuse, "pull.resources[1].struct_size".to_owned()));
        let lost = [null()];
        (pull.resources, pull.resource_count) = (lost.as_ptr(), 1);
        assert_eq!(start(&pull), (bp_status::NullPointer, "pull.resources[0]".to_owned()));
        bp_client_free(client);
    }
}

#[test]
fn only_a_push_is_fed() {
    let client = client();
    let call = start(client, SEARCH);
    // SAFETY: handles, texts and places of our own, and NULL.
    unsafe {
        let mut error = null_mut();
        bp_call_feed(null_mut(), null(), 0, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "call".to_owned()));
        bp_call_finish(null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "call".to_owned()));
        bp_call_feed(call, null(), 7, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "record".to_owned()));
        for record in ["{}", ""] {
            bp_call_feed(call, record.as_ptr().cast(), record.len(), &mut error);
            assert!(words(bp_error_message(error)).contains("only a push"));
            assert_eq!(told(error).0, bp_status::Misuse);
        }
        assert_eq!(bp_call_finish(call, null_mut()), bp_status::Misuse);
        let mut step = step();
        assert_eq!(bp_call_poll(call, NOW, &mut step, null_mut()), bp_status::Ok);
        assert_eq!((step.kind, step.feed_room), (bp_step_kind::Send, 0), "the call goes on");
        bp_call_free(call);
        bp_client_free(client);
    }
}
