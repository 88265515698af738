//! What one call does otherwise than its client, what a client is made of without JSON, and how long requests will take.

use std::ptr::{null, null_mut};

use brightpearl::*;

use crate::hands::{self, NOW, told, words};

fn text(words: &str) -> bp_text {
    bp_text { data: words.as_ptr().cast(), len: words.len() }
}

fn adjustment() -> bp_adjustment {
    hands::sized(|adjustment: &mut bp_adjustment, size| adjustment.struct_size = size)
}

#[test]
fn a_call_has_lines_and_parameters_of_its_own_and_tries_as_often_as_it_says() {
    let client = hands::client();
    let call = hands::start(client, r#"{"request":{"method":"GET","path":"order-service/order-type"}}"#);
    let headers = [bp_field { name: text("x-trace"), value: text("7") }];
    let query = [bp_field { name: text("a b"), value: text("c&d") }];
    let mut given = adjustment();
    given.max_attempts = 1;
    (given.headers, given.header_count) = (headers.as_ptr(), 1);
    (given.query, given.query_count) = (query.as_ptr(), 1);
    let mut step = hands::step();
    // SAFETY: handles, structures and places of our own.
    unsafe {
        assert_eq!(bp_call_adjust(call, &given, null_mut()), bp_status::Ok);
        assert_eq!(bp_call_poll(call, NOW, &mut step, null_mut()), bp_status::Ok);
        assert!(words(step.url).ends_with("?a%20b=c%26d"), "{}", words(step.url));
        let lines = std::slice::from_raw_parts(step.headers, step.header_count);
        assert!(lines.iter().any(|line| words(line.name) == "x-trace" && words(line.value) == "7"));
        let mut answer = hands::response("");
        answer.status = 503;
        assert_eq!(bp_call_answer(call, step.exchange, &answer, NOW, null_mut()), bp_status::Ok);
        assert_eq!(bp_call_poll(call, NOW, &mut step, null_mut()), bp_status::Unavailable, "one attempt");
        bp_call_free(call);
        bp_client_free(client);
    }
}

#[test]
fn a_line_that_is_not_the_caller_s_is_refused() {
    let client = hands::client();
    let call = hands::start(client, r#"{"request":{"method":"GET","path":"order-service/order-type"}}"#);
    let headers = [bp_field { name: text("brightpearl-account-token"), value: text("7") }];
    let mut given = adjustment();
    (given.headers, given.header_count) = (headers.as_ptr(), 1);
    let mut error = null_mut();
    // SAFETY: handles, structures and places of our own.
    unsafe {
        assert_eq!(bp_call_adjust(call, &given, &mut error), bp_status::Validation);
        assert_eq!(told(error), (bp_status::Validation, "extra_headers".to_owned()));
        assert_eq!(bp_call_adjust(call, null(), &mut error), bp_status::NullPointer);
        bp_error_free(error);
        bp_call_free(call);
        bp_client_free(client);
    }
}

#[test]
fn a_client_is_made_of_a_structure() {
    let made = |change: &dyn Fn(&mut bp_settings)| {
        let mut settings = hands::sized(|settings: &mut bp_settings, size| settings.struct_size = size);
        settings.account = text("acme");
        settings.base_url = text("https://example.com");
        settings.app_ref = text("acme_sync");
        settings.account_token = text("token-of-acme");
        change(&mut settings);
        let (mut client, mut error) = (null_mut(), null_mut());
        // SAFETY: a structure and places of our own.
        let status = unsafe { bp_client_open(&settings, null(), &mut client, &mut error) };
        assert_eq!(status == bp_status::Ok, !client.is_null());
        if client.is_null() { Err(told(error)) } else { Ok(client) }
    };
    let client = made(&|settings| settings.read_only = 1).unwrap();
    let call = hands::start(client, r#"{"request":{"method":"GET","path":"order-service/order-type"}}"#);
    let mut step = hands::step();
    // SAFETY: handles and places of our own.
    unsafe {
        assert_eq!(bp_call_poll(call, NOW, &mut step, null_mut()), bp_status::Ok);
        assert!(words(step.url).starts_with("https://example.com/"));
        let lines = std::slice::from_raw_parts(step.headers, step.header_count);
        assert!(lines.iter().any(|line| words(line.value) == "token-of-acme"));
        bp_call_free(call);
        bp_client_free(client);
    }
    let none = bp_text { data: null(), len: 0 };
    let refused = |place: &str, change: &dyn Fn(&mut bp_settings)| {
        assert_eq!(made(change).err(), Some((bp_status::Validation, place.to_owned())));
    };
    refused("settings.account", &|settings| settings.account = none);
    refused("settings.app_ref", &|settings| settings.app_ref = none);
    refused("settings.account_token", &|settings| settings.account_token = none);
    refused("datacentre", &|settings| settings.base_url = none);
    refused("base_url", &|settings| settings.datacentre = text("use1"));
    refused("page_size", &|settings| settings.page_size = 501);
    let json = r#"{"type":"private-app","app_ref":"acme_sync","account_token":"token-of-acme"}"#;
    refused("settings.credentials_json", &|settings| settings.credentials_json = text(json));
    let client = made(&|settings| {
        (settings.app_ref, settings.account_token) = (none, none);
        settings.credentials_json = text(json);
    });
    // SAFETY: a client of our own.
    unsafe { bp_client_free(client.unwrap()) };
}

#[test]
fn a_pool_says_how_long_requests_will_take() {
    let json = r#"{"quota":10,"period_ms":1000}"#;
    let (mut pool, mut wait) = (null_mut(), 7);
    // SAFETY: texts and places of our own.
    unsafe {
        assert_eq!(bp_pool_new(json.as_ptr().cast(), json.len(), &mut pool, null_mut()), bp_status::Ok);
        for (requests, expected) in [(10, 0), (11, 1000), (21, 2000)] {
            assert_eq!(bp_pool_forecast(pool, requests, NOW, &mut wait, null_mut()), bp_status::Ok);
            assert_eq!(wait, expected, "{requests}");
        }
        bp_pool_free(pool);
    }
}
