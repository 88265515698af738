//! Pushes and pulls through the C functions: how they start, and who may be fed.

use std::ptr::{null, null_mut};

use crate::hands::*;
use brightpearl::*;

const MAPPING: &str = r#"{"version":1,"name":"notes","target":"order-service/order/{ORDER-ID}/note",
    "path":{"ORDER-ID":{"from":"order"}},"fields":[{"to":"/text","from":"text"}]}"#;

type Start = unsafe extern "C" fn(
    *const bp_client,
    *const std::ffi::c_char,
    usize,
    *mut *mut bp_call,
    *mut *mut bp_error,
) -> bp_status;

/// Status and place of what keeps a flow from starting.
fn refused(start: Start, client: *const bp_client, json: &[u8]) -> (bp_status, String) {
    let (mut call, mut error) = (std::ptr::dangling_mut::<bp_call>(), null_mut());
    // SAFETY: handles, texts and places of our own.
    let status = unsafe { start(client, json.as_ptr().cast(), json.len(), &mut call, &mut error) };
    assert!(call.is_null(), "a place for a handle is NULL after a failure");
    let (kind, place) = told(error);
    assert_eq!(kind, status);
    (kind, place)
}

#[test]
fn a_flow_that_cannot_start_says_where_it_is_wrong() {
    let client = client();
    let push = |rest: &str| format!(r#"{{"mapping":{MAPPING}{rest}}}"#).into_bytes();
    let at = |place: &str| (bp_status::Validation, place.to_owned());
    assert_eq!(refused(bp_call_start_push, client, &push("")), at("write"));
    assert_eq!(refused(bp_call_start_push, client, &push(r#","write":true,"dry_run":true"#)), at("write"));
    assert_eq!(refused(bp_call_start_push, client, &push(r#","write":true,"window":0"#)), at("window"));
    assert_eq!(refused(bp_call_start_push, client, br#"{"write":true}"#), at("push line 1 column 14"));
    assert_eq!(refused(bp_call_start_push, client, b""), at("push line 1 column 0"));
    assert_eq!(
        refused(bp_call_start_push, client, b"\xff"),
        (bp_status::BadUtf8, "byte 0 of push_json".to_owned())
    );
    assert_eq!(refused(bp_call_start_pull, client, br#"{"resource":"order"}"#), at("pull line 1 column 11"));
    assert_eq!(
        refused(bp_call_start_pull, client, b"{\"a\xff"),
        (bp_status::BadUtf8, "byte 3 of pull_json".to_owned())
    );
    // SAFETY: handles and places of our own, and NULL.
    unsafe {
        let (mut call, mut error) = (null_mut(), null_mut());
        bp_call_start_push(null(), null(), 0, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "client".to_owned()));
        bp_call_start_push(client, null(), 3, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "push_json".to_owned()));
        bp_call_start_pull(client, null(), 3, &mut call, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "pull_json".to_owned()));
        bp_call_start_pull(client, null(), 0, null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "call".to_owned()));
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
