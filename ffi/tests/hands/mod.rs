//! What the tests of the C functions share: a client, calls, and what was told.
#![allow(dead_code, reason = "each test program uses its part")]

use std::ffi::CStr;
use std::ptr::{null, null_mut};

use brightpearl::*;

pub(crate) const CONFIG: &str = r#"{"account":"acme","datacentre":"use1","max_in_flight":2,
    "credentials":{"type":"private-app","app_ref":"acme_sync","account_token":"token-of-acme"}}"#;
pub(crate) const SEARCH: &str = r#"{"search":{"resource":"order-service/order-search"}}"#;
pub(crate) const PAGE: &str = r#"{"response":{"results":[[7,"Zoë"],[9,null]],"metaData":{"resultsAvailable":2,
    "resultsReturned":2,"firstResult":1,"lastResult":2,"columns":[{"name":"orderId"},{"name":"ref"}]}}}"#;
pub(crate) const NOW: u64 = 1_767_225_600_000;

pub(crate) fn client() -> *mut bp_client {
    let mut client = null_mut();
    // SAFETY: a text and places of our own.
    let status =
        unsafe { bp_client_new(CONFIG.as_ptr().cast(), CONFIG.len(), null(), &mut client, null_mut()) };
    assert_eq!(status, bp_status::Ok);
    client
}

pub(crate) fn start(client: *const bp_client, operation: &str) -> *mut bp_call {
    let mut call = null_mut();
    // SAFETY: a client, a text and a place of our own.
    let status = unsafe {
        bp_call_start_json(client, operation.as_ptr().cast(), operation.len(), &mut call, null_mut())
    };
    assert_eq!(status, bp_status::Ok);
    call
}

/// All bits zero, and the size set: `BP_INIT`.
pub(crate) fn sized<T>(set_size: impl FnOnce(&mut T, usize)) -> T {
    // SAFETY: used for this interface's own structures only, which zero fits.
    let mut structure: T = unsafe { std::mem::zeroed() };
    set_size(&mut structure, size_of::<T>());
    structure
}

pub(crate) fn step() -> bp_step {
    sized(|step: &mut bp_step, size| step.struct_size = size)
}

pub(crate) fn response(body: &str) -> bp_response {
    let mut response = sized(|response: &mut bp_response, size| response.struct_size = size);
    response.status = 200;
    response.body = bp_bytes { data: body.as_ptr(), len: body.len() };
    response
}

pub(crate) fn words(text: bp_text) -> String {
    if text.data.is_null() {
        return String::new();
    }
    // SAFETY: outputs are NUL-terminated and live as long as what lent them.
    let words = unsafe { CStr::from_ptr(text.data) }.to_str().expect("UTF-8").to_owned();
    assert_eq!(words.len(), text.len);
    words
}

/// Kind and place of an error, which is freed.
pub(crate) fn told(error: *mut bp_error) -> (bp_status, String) {
    // SAFETY: an error of our own, or NULL.
    unsafe {
        let told = (bp_error_kind(error), words(bp_error_location(error)));
        bp_error_free(error);
        told
    }
}

/// What a function put into its buffer, which is freed.
pub(crate) fn taken(fill: impl FnOnce(*mut bp_buffer) -> bp_status) -> serde_json::Value {
    let mut buffer = bp_buffer { data: null_mut(), len: 0 };
    assert_eq!(fill(&mut buffer), bp_status::Ok);
    // SAFETY: a success left a NUL-terminated text that is ours.
    let text = unsafe {
        let text = CStr::from_ptr(buffer.data).to_str().expect("UTF-8").to_owned();
        assert_eq!(text.len(), buffer.len);
        bp_buffer_free(&mut buffer);
        text
    };
    serde_json::from_str(&text).expect("JSON")
}
