//! Many calls, one login.

use brightpearl_core::operation::{Batch, Operation, SingleRequest, Task};
use brightpearl_core::{
    Call, Client, Config, Delivery, Error, Event, Exchange, Kind, Method, Response, Step, TransportFailure,
    WaitReason,
};

const LOGIN: &str =
    r#"{"type":"staff-login","app_ref":"acme_sync","email":"ann@acme.example","password":"secret-word"}"#;

fn client(credentials: &str) -> Client {
    let text = format!(r#"{{"account":"acme","datacentre":"use1","credentials":{credentials}}}"#);
    Client::new(Config::from_json(&text).unwrap()).unwrap()
}

fn call(client: &Client) -> Call {
    client.request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap()
}

fn sent(call: &mut Call, now: u64) -> Exchange {
    match call.poll(now).unwrap() {
        Step::Send(exchange) => exchange,
        other => panic!("a request is due, not {other:?}"),
    }
}

fn is_login(exchange: &Exchange) -> bool {
    exchange.request.url.ends_with("/acme/authorise")
}

#[test]
fn calls_that_wait_for_a_login_cause_one() {
    let client = client(LOGIN);
    let mut calls: Vec<Call> = (0..5).map(|_| call(&client)).collect();
    let login = sent(&mut calls[0], 0);
    assert!(is_login(&login));
    for waiting in &mut calls[1..] {
        assert!(matches!(waiting.poll(10), Ok(Step::Wait { reason: WaitReason::TokenRefresh, until: 110 })));
    }
    calls[0].answer(login.id, Response::new(200, r#"{"response":"staff-token"}"#), 50).unwrap();
    for ready in &mut calls {
        let exchange = sent(ready, 110);
        assert!(!is_login(&exchange));
        assert_eq!(exchange.request.headers.get("brightpearl-staff-token"), Some("staff-token"));
        ready.answer(exchange.id, Response::new(200, r#"{"response":[]}"#), 200).unwrap();
    }
    let logins =
        client.drain_events().into_iter().filter(|event| matches!(event, Event::TokenRefreshed { .. }));
    assert_eq!(logins.count(), 1);
}

#[test]
fn a_late_401_does_not_throw_a_newer_token_away() {
    let client = client(LOGIN);
    let (mut first, mut second) = (call(&client), call(&client));
    let login = sent(&mut first, 0);
    first.answer(login.id, Response::new(200, r#"{"response":"old"}"#), 0).unwrap();
    let (one, two) = (sent(&mut first, 0), sent(&mut second, 0));
    let refusal = || Response::new(401, r#"{"response":"Not authenticated."}"#);
    first.answer(one.id, refusal(), 10).unwrap();
    let renewal = sent(&mut first, 10);
    assert!(is_login(&renewal));
    first.answer(renewal.id, Response::new(200, r#"{"response":"new"}"#), 20).unwrap();
    // The other's 401 was on the old token: it sends again with the new one and does not log in.
    second.answer(two.id, refusal(), 30).unwrap();
    let again = sent(&mut second, 30);
    assert_eq!(again.request.headers.get("brightpearl-staff-token"), Some("new"));
}

#[test]
fn a_call_that_is_dropped_hands_its_login_on() {
    let client = client(LOGIN);
    let (mut first, mut second) = (call(&client), call(&client));
    assert!(is_login(&sent(&mut first, 0)));
    assert!(matches!(second.poll(0), Ok(Step::Wait { .. })));
    drop(first);
    assert!(is_login(&sent(&mut second, 100)));
}

#[test]
fn a_refused_password_is_not_tried_by_every_call() {
    let client = client(LOGIN);
    let (mut first, mut second) = (call(&client), call(&client));
    let login = sent(&mut first, 0);
    let refusal = r#"{"errors":[{"code":"GWYB-006","message":"Unable to authenticate ann@acme.example"}]}"#;
    first.answer(login.id, Response::new(401, refusal), 0).unwrap();
    for call in [&mut first, &mut second] {
        let error = call.poll(10).unwrap_err();
        assert_eq!(error.kind(), Kind::Authentication);
        assert_eq!(error.errors()[0].code, "GWYB-006");
        assert!(!format!("{error} {error:?}").contains("secret-word"));
    }
}

#[test]
fn rotated_tokens_are_there_to_be_stored() {
    let client = client(
        r#"{"type":"oauth","app_ref":"acme_shop","dev_ref":"acme_dev","grant":{"tokens":{"refresh_token":"refresh-1"}}}"#,
    );
    let mut call = call(&client);
    let renewal = sent(&mut call, 1_000);
    assert_eq!(renewal.request.body, b"grant_type=refresh_token&refresh_token=refresh-1&client_id=acme_shop");
    let answer = r#"{"access_token":"access-2","refresh_token":"refresh-2","api_domain":"ws-use.brightpearl.com","token_type":"Bearer","expires_in":0}"#;
    call.answer(renewal.id, Response::new(200, answer), 2_000).unwrap();
    let tokens = client.tokens();
    assert_eq!(tokens.refresh_token.map(|token| token.expose().to_owned()).as_deref(), Some("refresh-2"));
    assert_eq!(
        (tokens.expires_at, tokens.api_domain.as_deref()),
        (Some(2_000), Some("ws-use.brightpearl.com"))
    );
    assert!(
        client.drain_events().contains(&Event::TokenRefreshed { exchange: renewal.id, is_rotated: true })
    );
    // Even a token that is born dead is used once: renewing it again and again would never end.
    let request = sent(&mut call, 3_000).request;
    assert!(request.url.starts_with("https://ws-use.brightpearl.com/public-api/acme/"));
    assert_eq!(request.headers.get("authorization"), Some("Bearer access-2"));
}

fn lost() -> TransportFailure {
    TransportFailure::MaybeSent("connection reset".to_owned())
}

/// Loses the call's write, and has the token of its repetition refused, so that it waits for a login.
fn in_doubt_without_token(call: &mut Call) -> u64 {
    let login = sent(call, 0);
    call.answer(login.id, Response::new(200, r#"{"response":"old"}"#), 0).unwrap();
    let write = sent(call, 0);
    call.fail(write.id, lost(), 0).unwrap();
    let again = sent(call, 60_000);
    assert_eq!(again.request.url, write.request.url);
    let refusal = r#"{"response":"Not authenticated. You must provide a valid authentication token."}"#;
    call.answer(again.id, Response::new(401, refusal), 60_000).unwrap();
    60_000
}

/// Ends every login so, and gives the error that ends the call.
fn ended(call: &mut Call, mut now: u64, end_login: &dyn Fn(&mut Call, u64, u64)) -> Error {
    loop {
        match call.poll(now) {
            Ok(Step::Send(exchange)) => {
                assert!(is_login(&exchange), "{}", exchange.request.url);
                end_login(call, exchange.id, now);
            }
            Ok(Step::Wait { until, .. }) => now = until,
            Ok(Step::Output(_)) => {}
            Ok(other) => panic!("the call is to end, not {other:?}"),
            Err(error) => return error,
        }
    }
}

#[test]
fn no_end_hides_a_write_that_waits_for_a_login() {
    let mut put =
        SingleRequest::new(Method::Put, "order-service/order/7/status").body(r#"{"orderStatusId":4}"#);
    put.idempotent = true;
    let task = Task::new("remove-order-row", r#"{"orderId":7,"orderRowId":70}"#).unwrap();
    let operations = [
        Operation::from(put.clone()),
        Operation::from(Batch { requests: vec![put], ..Batch::default() }),
        Operation::from(task),
    ];
    type End<'a> = (Kind, &'a dyn Fn(&mut Call, u64, u64));
    let ends: [End<'_>; 4] = [
        (Kind::Authentication, &|call, id, now| {
            let refusal = r#"{"errors":[{"code":"GWYB-006","message":"Unable to authenticate"}]}"#;
            call.answer(id, Response::new(401, refusal), now).unwrap();
        }),
        (Kind::Transport, &|call, id, now| call.fail(id, lost(), now).unwrap()),
        (Kind::Transport, &|call, id, now| {
            call.fail(id, TransportFailure::Unsendable("no proxy".to_owned()), now).unwrap();
        }),
        (Kind::Cancelled, &|call, _, now| call.cancel(now)),
    ];
    for (operation, path) in operations.into_iter().zip(["/7/status", "/7/status", "/7/row/70"]) {
        for (kind, end_login) in ends {
            let client = client(LOGIN);
            let mut call = client.start(operation.clone()).unwrap();
            let now = in_doubt_without_token(&mut call);
            let error = ended(&mut call, now, end_login);
            assert_eq!((error.kind(), error.delivery()), (kind, Delivery::MaybeApplied), "{error}");
            assert!(error.request().unwrap().url.ends_with(path), "{error}");
            // Whether a row is gone, nothing tells better than a look at the order.
            assert_eq!(error.verifications().is_empty(), path == "/7/row/70", "{error}");
            assert!(!error.is_retryable(), "{error}");
            // What the other calls are told of the login is not about this write.
            let mut other = self::call(&client);
            if kind == Kind::Authentication {
                let error = other.poll(now).unwrap_err();
                assert_eq!(error.delivery(), Delivery::Rejected);
                assert!(
                    error.verifications().is_empty() && error.request().unwrap().url.ends_with("authorise")
                );
            }
        }
    }
}

#[test]
fn a_login_refused_to_another_call_hides_no_write() {
    let client = client(LOGIN);
    let mut put =
        SingleRequest::new(Method::Put, "order-service/order/7/status").body(r#"{"orderStatusId":4}"#);
    put.idempotent = true;
    let (mut first, mut second) = (client.request(put).unwrap(), call(&client));
    let now = in_doubt_without_token(&mut first);
    let login = sent(&mut second, now);
    assert!(is_login(&login));
    second.answer(login.id, Response::new(401, r#"{"error":"invalid_grant"}"#), now).unwrap();
    assert_eq!(second.poll(now).unwrap_err().delivery(), Delivery::Rejected);
    let error = first.poll(now).unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (Kind::Authentication, Delivery::MaybeApplied));
    assert!(error.request().unwrap().url.ends_with("order/7/status"));
}

/// Each value of a refusal may be a token, and each token costs time: with many of them nothing of it is shown.
#[test]
fn a_refused_login_with_many_values_is_told_in_words_of_our_own() {
    let values =
        |count: usize| (0..count).map(|number| format!("\"v{number:07}\"")).collect::<Vec<_>>().join(",");
    let refusal = |count: usize| {
        let values = values(count);
        format!(r#"{{"error":"invalid_grant","error_description":"ask the owner","tokens":[{values}]}}"#)
    };
    let long = format!(r#"{{"errors":[{{"code":"X","message":"{}"}}]}}"#, "ask the owner ".repeat(2_000));
    let values_only = format!("[{}]", values(8_192));
    for (body, is_told) in [(refusal(64), true), (refusal(65), false), (long, false), (values_only, false)] {
        for status in [400, 401, 403, 500] {
            let client = client(LOGIN);
            let mut refused = call(&client);
            let mut now = 0;
            let error = loop {
                match refused.poll(now) {
                    Ok(Step::Send(login)) => {
                        assert!(is_login(&login));
                        refused.answer(login.id, Response::new(status, body.as_str()), now).unwrap();
                    }
                    Ok(Step::Wait { until, .. }) => now = until,
                    Ok(other) => panic!("a login is due, not {other:?}"),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.status(), Some(status));
            assert_eq!(error.errors().is_empty(), !is_told, "{error}");
            assert_eq!(error.to_string().contains("ask the owner"), is_told, "{error}");
            assert!(!error.to_string().contains("v0000000"), "{error}");
        }
    }
}

#[test]
fn a_token_that_takes_too_much_to_recognise_is_not_taken() {
    for (length, is_taken) in [(16_384, true), (16_385, false)] {
        let client = client(LOGIN);
        let mut call = call(&client);
        let login = sent(&mut call, 0);
        let answer = format!(r#"{{"response":"{}"}}"#, "t".repeat(length));
        call.answer(login.id, Response::new(200, answer), 0).unwrap();
        assert_eq!(client.tokens().token.is_some(), is_taken, "{length}");
    }
}
