//! Secrets that were changed elsewhere: a client goes on with them.

use std::ptr::{null, null_mut};

use brightpearl::*;

use super::hands::{CONFIG, NOW, client, response, start, step, told, words};

const REQUEST: &str = r#"{"request":{"method":"GET","path":"order-service/order-type"}}"#;

#[test]
fn a_request_that_was_refused_is_sent_again_with_the_credentials_of_now() {
    let client = client();
    let call = start(client, REQUEST);
    let renewed = r#"{"type":"private-app","app_ref":"acme_sync","account_token":"token-of-now"}"#;
    // SAFETY: handles, texts and places of our own.
    unsafe {
        let mut step = step();
        bp_call_poll(call, NOW, &mut step, null_mut());
        assert_eq!(token(&step), "token-of-acme");
        for (expected, place) in [(true, true), (false, true), (false, false)] {
            let mut is_changed = !expected;
            let told = if place { &raw mut is_changed } else { null_mut() };
            let status =
                bp_client_renew_credentials(client, renewed.as_ptr().cast(), renewed.len(), told, null_mut());
            assert_eq!((status, is_changed), (bp_status::Ok, if place { expected } else { !expected }));
        }
        let mut refused = response("{}");
        refused.status = 401;
        assert_eq!(bp_call_answer(call, step.exchange, &refused, NOW, null_mut()), bp_status::Ok);
        bp_call_poll(call, NOW, &mut step, null_mut());
        assert_eq!((step.kind, token(&step).as_str()), (bp_step_kind::Send, "token-of-now"));
        bp_call_free(call);
        bp_client_free(client);
    }
}

#[test]
fn what_cannot_be_renewed_leaves_what_was_before() {
    let client = client();
    let other = r#"{"type":"staff-app","app_ref":"acme_sync","staff_token":"token-of-now"}"#;
    for (text, place) in [
        (other, "credentials.type"),
        (CONFIG, "credentials line 1 column 10"),
        ("{", "credentials line 1 column 1"),
        (r#"{"type":"private-app","app_ref":"","account_token":"x"}"#, "credentials.app_ref"),
    ] {
        let mut error = null_mut();
        // SAFETY: a handle, a text and a place of our own.
        let told = unsafe {
            bp_client_renew_credentials(client, text.as_ptr().cast(), text.len(), null_mut(), &mut error);
            told(error)
        };
        assert_eq!(told, (bp_status::Validation, place.to_owned()), "{text}");
    }
    // SAFETY: NULL is told, and the client is ours.
    unsafe {
        assert_eq!(
            bp_client_renew_credentials(client, null(), 0, null_mut(), null_mut()),
            bp_status::Validation
        );
        bp_client_free(client);
    }
}

/// The token that a step sends.
unsafe fn token(step: &bp_step) -> String {
    // SAFETY: the step's headers live until the next poll.
    let headers = unsafe { std::slice::from_raw_parts(step.headers, step.header_count) };
    let named = headers.iter().find(|header| words(header.name) == "brightpearl-account-token");
    named.map(|header| words(header.value)).unwrap_or_default()
}
