//! Discovery and callbacks through the C functions: owned texts, places of errors, NULL.

use std::ffi::CStr;
use std::ptr::{null, null_mut};

use crate::hands::*;
use brightpearl::*;

fn text(text: &str) -> bp_text {
    bp_text { data: text.as_ptr().cast(), len: text.len() }
}

fn validation(path: &str, verb: &str, body: &[u8]) -> bp_validation {
    let mut validation = sized(|validation: &mut bp_validation, size| validation.struct_size = size);
    (validation.path, validation.verb) = (text(path), text(verb));
    validation.body = bp_bytes { data: body.as_ptr(), len: body.len() };
    validation
}

#[test]
fn everything_is_json_that_the_program_owns() {
    // SAFETY: texts and places of our own.
    unsafe {
        let resources = taken(|json| bp_catalog(json, null_mut()));
        assert!(resources.as_array().is_some_and(|resources| resources.len() > 100));
        let name = "order-row";
        let row = taken(|json| bp_describe(name.as_ptr().cast(), name.len(), json, null_mut()));
        assert_eq!(row["name"], name);
        assert!(taken(|json| bp_tasks(json, null_mut())).is_array());
        let question = r#"{"describe":{"resource":"order-row"}}"#;
        assert_eq!(taken(|json| bp_ask(question.as_ptr().cast(), question.len(), json, null_mut())), row);
        let mut error = null_mut();
        assert_eq!(
            bp_ask(null(), 0, &mut bp_buffer { data: null_mut(), len: 0 }, &mut error),
            bp_status::Validation
        );
        assert_eq!(told(error).1, "question");
        let errors = taken(|json| bp_errors(json, null_mut()));
        for kind in errors["kinds"].as_array().expect("kinds") {
            let name = kind["kind"].as_str().expect("a name");
            let numbers = (1..100).map(|status| CStr::from_ptr(bp_status_name(status)).to_str());
            assert_eq!(numbers.filter(|known| *known == Ok(name)).count(), 1, "{name} has one number");
        }
        for fault in errors["faults"].as_array().expect("faults") {
            let numbers = (0..100).map(|fault| CStr::from_ptr(bp_fault_name(fault)).to_str());
            assert_eq!(numbers.filter(|known| known.ok() == fault.as_str()).count(), 1, "{fault}");
        }
    }
}

#[test]
fn a_body_is_judged_whatever_it_is() {
    // SAFETY: texts and places of our own.
    unsafe {
        let judged = |validation: &bp_validation| taken(|json| bp_validate(validation, json, null_mut()));
        let path = "order-service/order";
        let misspelt = br#"{"orderTypeCode":"SO","curency":{},"parties":{"customer":{"contactId":208}}}"#;
        let mut warned = validation(path, "post", misspelt);
        assert_eq!(judged(&warned)[0]["pointer"], "/curency");
        warned.unknown_members = text("allow");
        assert_eq!(judged(&warned), serde_json::json!([]));
        for (body, fault) in [(&b"\xff{"[..], "unreadable"), (b"[1", "unreadable"), (b"", "missing")] {
            assert_eq!(judged(&validation(path, "POST", body))[0]["fault"], fault, "{body:?}");
        }
    }
}

#[test]
fn what_is_wrong_with_the_question_is_told_with_its_place() {
    let mut json = bp_buffer { data: null_mut(), len: 0 };
    // SAFETY: texts and places of our own, and NULL.
    unsafe {
        let mut error = null_mut();
        bp_catalog(null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "resources_json".to_owned()));
        bp_describe(null(), 4, &mut json, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "resource".to_owned()));
        bp_describe(c"order-rwo".as_ptr(), 9, &mut json, &mut error);
        assert!(words(bp_error_message(error)).contains("order-row"));
        assert_eq!(told(error), (bp_status::Validation, "resource".to_owned()));
        bp_validate(null(), &mut json, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "validation".to_owned()));
        bp_validate(&validation("order-service/order", "TRACE", b"{}"), &mut json, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "verb".to_owned()));
        let mut ignoring = validation("order-service/order", "POST", b"{}");
        ignoring.unknown_members = text("ignore");
        bp_validate(&ignoring, &mut json, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "unknown_members".to_owned()));
        let forgotten = bp_validation { struct_size: 0, ..ignoring };
        bp_validate(&forgotten, &mut json, &mut error);
        assert_eq!(told(error), (bp_status::Misuse, "validation.struct_size".to_owned()));
    }
    assert!(json.data.is_null(), "a failure leaves the buffer alone");
}

#[test]
fn callbacks_without_the_right_signature_are_refused() {
    let secret = "a secret";
    let forged = [
        bp_field { name: text("accountCode"), value: text("acme") },
        bp_field { name: text("signature"), value: text("00") },
        bp_field { name: text("timestamp"), value: text("112287235486") },
    ];
    // SAFETY: texts and places of our own, and NULL.
    unsafe {
        let verify = |count, error| {
            bp_verify_callback(
                forged.as_ptr(),
                count,
                secret.as_ptr().cast(),
                secret.len(),
                0,
                0,
                null_mut(),
                error,
            )
        };
        let mut error = null_mut();
        for (count, place) in [(0, "signature"), (1, "signature"), (2, "timestamp"), (3, "signature")] {
            verify(count, &mut error);
            assert_eq!(told(error), (bp_status::Validation, place.to_owned()), "{count} parameters");
        }
        bp_verify_callback(null(), 2, null(), 0, 0, 0, null_mut(), &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "parameters".to_owned()));
    }
}

#[test]
fn the_authorise_page_carries_the_state_of_the_host() {
    let mut url = bp_buffer { data: null_mut(), len: 0 };
    let mut error = null_mut();
    let wanted = bp_authorization {
        struct_size: size_of::<bp_authorization>(),
        account: text("acme"),
        app_ref: text("acme_shop"),
        redirect_uri: text("https://shop.example/back"),
        state: text("x9f+2"),
    };
    // SAFETY: texts and places of our own, and NULL.
    unsafe {
        assert_eq!(bp_authorize_url(&wanted, &mut url, &mut error), bp_status::Ok);
        assert_eq!(
            CStr::from_ptr(url.data).to_str().expect("UTF-8"),
            "https://oauth.brightpearl.com/authorize/acme?response_type=code&client_id=acme_shop\
             &redirect_uri=https%3A%2F%2Fshop.example%2Fback&state=x9f%2B2"
        );
        bp_buffer_free(&mut url);
        bp_authorize_url(&bp_authorization { state: text(""), ..wanted }, &mut url, &mut error);
        assert_eq!(told(error), (bp_status::Validation, "state".to_owned()));
        bp_authorize_url(&bp_authorization { struct_size: 0, ..wanted }, &mut url, &mut error);
        assert_eq!(told(error), (bp_status::Misuse, "authorization.struct_size".to_owned()));
        bp_authorize_url(null(), &mut url, &mut error);
        assert_eq!(told(error), (bp_status::NullPointer, "authorization".to_owned()));
    }
    assert!(url.data.is_null(), "a failure leaves the buffer alone");
}
