//! OAuth grants: whatever else a token answer holds, what it grants is kept.

use brightpearl_core::operation::SingleRequest;
use brightpearl_core::{
    Call, Client, Config, Event, Exchange, Kind, Method, Response, Step, TransportFailure, WaitReason,
};

fn config(grant: &str, more: &str) -> String {
    format!(
        r#"{{"account":"acme","datacentre":"use1","retry":{{"max_attempts":2}},"credentials":{{"type":"oauth",
            "app_ref":"acme_shop","dev_ref":"acme_dev","grant":{{"tokens":{grant}}}{more}}}}}"#
    )
}

fn client() -> Client {
    Client::new(Config::from_json(&config(r#"{"refresh_token":"refresh-1"}"#, "")).unwrap()).unwrap()
}

fn call(client: &Client) -> Call {
    client.request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap()
}

/// The next request, however long the call wants to wait for it.
fn sent(call: &mut Call, mut now: u64) -> Exchange {
    loop {
        match call.poll(now).unwrap() {
            Step::Send(exchange) => return exchange,
            Step::Wait { until, .. } => now = until,
            other => panic!("a request is due, not {other:?}"),
        }
    }
}

fn kept(client: &Client) -> (Option<String>, Option<String>) {
    let tokens = client.tokens();
    let text = |secret: brightpearl_core::Secret| secret.expose().to_owned();
    (tokens.token.map(text), tokens.refresh_token.map(text))
}

fn body(exchange: &Exchange) -> String {
    String::from_utf8(exchange.request.body.clone()).unwrap()
}

#[test]
fn what_an_odd_answer_grants_is_kept_before_anything_is_sent() {
    // The status, the answer, and which of the tokens in it are kept.
    let cases: [(u16, &str, bool); 20] = [
        (200, r#"{"access_token":"A","refresh_token":"R2","api_domain":"evil.example"}"#, true),
        (
            200,
            r#"{"access_token":"A","refresh_token":"R2","api_domain":"brightpearl.com.evil.example"}"#,
            true,
        ),
        (200, r#"{"api_domain":"169.254.169.254","access_token":"A","refresh_token":"R2"}"#, true),
        (
            200,
            r#"{"access_token":"A","refresh_token":"R2","api_domain":"https://use1.brightpearlconnect.com/"}"#,
            true,
        ),
        (200, r#"{"access_token":"A","refresh_token":"R2","api_domain":17}"#, true),
        (200, r#"{"access_token":"A","refresh_token":"R2","api_domain":""}"#, true),
        (200, r#"{"access_token":"A","refresh_token":"R2","expires_in":"604800"}"#, true),
        (200, r#"{"access_token":"A","refresh_token":"R2","expires_in":-5}"#, true),
        (200, r#"{"access_token":"A","refresh_token":"R2","expires_in":1e300}"#, true),
        (200, r#"{"access_token":"A","refresh_token":"R2","expires_in":18446744073709551615}"#, true),
        (
            200,
            r#"{"access_token":"A","refresh_token":"R2","expires_in":{"a":[]},"installation_instance_id":13}"#,
            true,
        ),
        (200, r#"{"refresh_token":"R0","refresh_token":"R2","access_token":"B","access_token":"A"}"#, true),
        (200, r#"{"access_token":"A","refresh_token":"R2","refresh_token":null,"scope":7}"#, true),
        (200, r#"{"access_token":"A","refresh_token":"R2","expires_i"#, true),
        (200, r#"{"access_token":"A","refresh_token":"R2","api_domain":"ws-use.bri"#, true),
        (201, "\n {\"access_token\":\"\\u0041\",\"refresh_token\":\"R\\u0032\"} trailing", true),
        (202, r#"{"access_token":"A","refresh_token":"R2"}"#, true),
        (500, r#"{"access_token":"A","refresh_token":"R2"}"#, true),
        (400, r#"{"access_token":"A","refresh_token":"R2"}"#, true),
        (400, r#"{"error":"invalid_grant","access_token":"A","refresh_token":"R2"}"#, false),
    ];
    for (status, answer, is_kept) in cases {
        let client = client();
        let mut call = call(&client);
        let login = sent(&mut call, 0);
        assert!(body(&login).contains("refresh_token=refresh-1"));
        call.answer(login.id, Response::new(status, answer), 1_000).unwrap();
        // Before the next poll, and so before anything is sent.
        let expected = if is_kept { (Some("A"), Some("R2")) } else { (None, Some("refresh-1")) };
        assert_eq!(kept(&client), (expected.0.map(str::to_owned), expected.1.map(str::to_owned)), "{answer}");
        assert_eq!(client.token_changes(), u64::from(is_kept), "{answer}");
        let event = Event::TokenRefreshed { exchange: login.id, is_rotated: true };
        assert_eq!(client.drain_events().contains(&event), is_kept, "{answer}");
        if let Some(at) = client.tokens().expires_at {
            assert!(at < 1 << 53, "{answer}");
        }
    }
}

#[test]
fn a_host_that_is_not_to_be_trusted_is_sent_nothing() {
    let client = client();
    let mut call = call(&client);
    let login = sent(&mut call, 0);
    let answer = r#"{"access_token":"A","refresh_token":"R2","api_domain":"evil.example"}"#;
    call.answer(login.id, Response::new(200, answer), 1_000).unwrap();
    let error = call.poll(1_000).unwrap_err();
    assert_eq!((error.kind(), error.location()), (Kind::Protocol, Some("api_domain")));
    assert!(error.message().contains("evil.example"));
    // Not the next call either, nor another renewal: that would use up R2 for the same answer.
    let mut next = self::call(&client);
    assert_eq!(next.poll(2_000).unwrap_err().location(), Some("api_domain"));
    assert_eq!(client.tokens().api_domain, None);
}

#[test]
fn a_refresh_token_without_an_access_token_is_the_one_of_the_next_try() {
    let client = client();
    let mut call = call(&client);
    let login = sent(&mut call, 0);
    call.answer(login.id, Response::new(200, r#"{"refresh_token":"R2"}"#), 10).unwrap();
    assert_eq!(kept(&client), (None, Some("R2".to_owned())));
    let again = sent(&mut call, 10);
    assert!(body(&again).contains("refresh_token=R2&"), "{}", body(&again));
    let refused = Response::new(400, r#"{"error":"invalid_grant","error_description":"R2 or refresh-1"}"#);
    call.answer(again.id, refused, 20).unwrap();
    assert_eq!(call.poll(20).unwrap_err().kind(), Kind::Authentication);
}

#[test]
fn an_answer_that_is_cut_off_before_its_tokens_says_what_may_have_happened() {
    let text =
        config(r#"{"refresh_token":"refresh-1"}"#, "").replace(r#""max_attempts":2"#, r#""max_attempts":1"#);
    let client = Client::new(Config::from_json(&text).unwrap()).unwrap();
    let mut call = call(&client);
    let login = sent(&mut call, 0);
    call.answer(login.id, Response::new(200, r#"{"access_token":"secret-acc"#), 10).unwrap();
    let error = call.poll(10).unwrap_err();
    assert!(error.message().contains("used up") && !error.message().contains("secret-acc"), "{error}");
    assert_eq!(kept(&client), (None, Some("refresh-1".to_owned())));
}

#[test]
fn a_grant_that_comes_after_the_end_of_its_call_is_kept() {
    let client = client();
    let mut call = call(&client);
    let login = sent(&mut call, 0);
    call.cancel(5);
    call.answer(login.id, Response::new(200, r#"{"access_token":"A","refresh_token":"R2"}"#), 10).unwrap();
    assert_eq!(kept(&client), (Some("A".to_owned()), Some("R2".to_owned())));
    let next = sent(&mut self::call(&client), 20);
    assert_eq!(next.request.headers.get("authorization"), Some("Bearer A"));
}

#[test]
fn no_call_logs_in_while_the_login_of_one_that_has_ended_is_out() {
    let granted = r#"{"access_token":"A","refresh_token":"R2"}"#;
    type GrantEnd<'a> = (&'a str, &'a dyn Fn(Call, u64));
    let ends: [GrantEnd<'_>; 3] = [
        ("A", &|mut call, id| call.answer(id, Response::new(200, granted), 10).unwrap()),
        ("", &|mut call, id| call.fail(id, TransportFailure::MaybeSent("cut".to_owned()), 10).unwrap()),
        ("", &|call, _| drop(call)),
    ];
    for (token, end) in ends {
        let client = client();
        let mut call = call(&client);
        let login = sent(&mut call, 0);
        assert!(login.is_login);
        call.cancel(5);
        assert_eq!(call.poll(5).unwrap_err().kind(), Kind::Cancelled);
        let mut other = self::call(&client);
        assert!(matches!(other.poll(5).unwrap(), Step::Wait { reason: WaitReason::TokenRefresh, .. }));
        end(call, login.id);
        let next = sent(&mut other, 1_000);
        assert_eq!(next.is_login, token.is_empty());
        assert_eq!(next.request.headers.get("authorization").is_some(), !token.is_empty());
    }
}

#[test]
fn configured_places_for_tokens_are_checked_at_once() {
    let refused = |grant: &str, more: &str| {
        let error = Client::new(Config::from_json(&config(grant, more)).unwrap()).unwrap_err();
        assert_eq!(error.kind(), Kind::Validation);
        error.location().unwrap().to_owned()
    };
    let good = r#"{"refresh_token":"r"}"#;
    for url in [
        "http://evil.example/token",
        "file:///etc/passwd",
        "//evil",
        "https://u:p@evil.example/",
        "https://a\\n/",
    ] {
        let more = format!(r#","token_url":"{url}""#);
        assert_eq!(refused(good, &more), "credentials.token_url", "{url}");
    }
    for domain in ["", "evil.example", "169.254.169.254", "use1.brightpearlconnect.com.", "127.0.0.1:8080"] {
        let grant = format!(r#"{{"access_token":"a","api_domain":"{domain}"}}"#);
        assert_eq!(refused(&grant, ""), "credentials.grant.tokens.api_domain", "{domain}");
    }
    let named = r#"{"access_token":"a","api_domain":"127.0.0.1:8080"}"#;
    let token_url = r#","token_url":"http://127.0.0.1:8080/token""#;
    let client = Client::new(Config::from_json(&config(named, token_url)).unwrap()).unwrap();
    assert!(sent(&mut call(&client), 0).request.url.starts_with("http://127.0.0.1:8080/public-api/acme/"));
}

#[test]
fn a_gateway_s_word_at_a_refresh_refuses_no_grant() {
    for word in ["not_found", "forbidden", "rate_limited", "bad_gateway", "slow_down", "login_required"] {
        for status in [400, 403, 404] {
            let client = client();
            let mut first = call(&client);
            let login = sent(&mut first, 0);
            let answer = format!(r#"{{"error":"{word}"}}"#);
            first.answer(login.id, Response::new(status, answer), 1_000).unwrap();
            // The grant is tried again, by this call or the next.
            let Ok(Step::Wait { until, .. }) = first.poll(1_000) else {
                panic!("{status} {word}: not tried again")
            };
            assert!(body(&sent(&mut first, until)).contains("refresh_token=refresh-1"));
        }
    }
}
