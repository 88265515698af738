//! Secrets that are rotated while a client is in use.

use brightpearl_core::auth::Credentials;
use brightpearl_core::operation::SingleRequest;
use brightpearl_core::{Call, Client, Config, Exchange, Kind, Method, Response, Step};

const ECHOED: &str = "Zq7-Wx9_Kv3/p4Tb+Lm5N==";

fn config(credentials: &str) -> Config {
    let text = format!(r#"{{"account":"acme","datacentre":"use1","credentials":{credentials}}}"#);
    Config::from_json(&text).unwrap()
}

fn client(credentials: &str) -> Client {
    Client::new(config(credentials)).unwrap()
}

fn credentials(text: &str) -> Credentials {
    config(text).credentials
}

fn private_app(token: &str) -> String {
    format!(r#"{{"type":"private-app","app_ref":"acme_sync","account_token":"{token}"}}"#)
}

fn staff_login(password: &str) -> String {
    format!(
        r#"{{"type":"staff-login","app_ref":"acme_sync","email":"ann@acme.example","password":"{password}"}}"#
    )
}

fn oauth(secret: &str, refresh_token: &str) -> String {
    format!(
        r#"{{"type":"oauth","app_ref":"acme","dev_ref":"dev","client_secret":"{secret}",
            "grant":{{"tokens":{{"refresh_token":"{refresh_token}"}}}}}}"#
    )
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

fn refusal(text: &str) -> Response {
    Response::new(401, format!(r#"{{"response":"Not authenticated: {text}"}}"#))
}

fn body(exchange: &Exchange) -> String {
    String::from_utf8(exchange.request.body.clone()).unwrap()
}

#[test]
fn what_was_refused_is_sent_once_more_with_the_new_secret() {
    let client = client(&private_app("before"));
    let mut call = call(&client);
    let refused = sent(&mut call, 0);
    assert!(client.renew_credentials(credentials(&private_app(ECHOED))).unwrap());
    call.answer(refused.id, refusal("before"), 10).unwrap();
    let again = sent(&mut call, 10);
    assert_eq!(again.request.headers.get("brightpearl-account-token"), Some(ECHOED));
    // Only once, and neither secret is in the error.
    assert!(client.renew_credentials(credentials(&private_app("third"))).unwrap());
    call.answer(again.id, refusal(&format!("before {ECHOED} third")), 20).unwrap();
    let error = call.poll(20).unwrap_err();
    assert_eq!(error.kind(), Kind::Authentication);
    let said = format!("{error} {error:?}");
    assert!(said.contains("[redacted]") && !said.contains(ECHOED) && !said.contains("before"), "{said}");
}

#[test]
fn the_same_secret_changes_nothing() {
    let client = client(&private_app("before"));
    let mut call = call(&client);
    let refused = sent(&mut call, 0);
    assert!(!client.renew_credentials(credentials(&private_app("before"))).unwrap());
    call.answer(refused.id, refusal("x"), 10).unwrap();
    assert_eq!(call.poll(10).unwrap_err().kind(), Kind::Authentication);
}

#[test]
fn a_signed_token_is_signed_anew() {
    let of = |secret: &str| {
        format!(
            r#"{{"type":"public-app","dev_ref":"dev","app_ref":"app","account_token":"t","dev_secret":"{secret}"}}"#
        )
    };
    let client = client(&of("one"));
    let first = sent(&mut call(&client), 0);
    client.renew_credentials(credentials(&of("two"))).unwrap();
    let second = sent(&mut call(&client), 0);
    let signed =
        |exchange: &Exchange| exchange.request.headers.get("brightpearl-account-token").map(str::to_owned);
    assert!(signed(&first).is_some() && signed(&second).is_some());
    assert_ne!(signed(&first), signed(&second));
}

#[test]
fn a_login_that_was_refused_is_made_anew() {
    let client = client(&staff_login("before"));
    let mut call = call(&client);
    let login = sent(&mut call, 0);
    client.renew_credentials(credentials(&staff_login("after"))).unwrap();
    call.answer(login.id, refusal("x"), 10).unwrap();
    let again = sent(&mut call, 10);
    assert!(body(&again).contains("after"), "{}", body(&again));
    call.answer(again.id, Response::new(200, r#"{"response":"staff-token"}"#), 20).unwrap();
    let request = sent(&mut call, 20);
    assert_eq!(request.request.headers.get("brightpearl-staff-token"), Some("staff-token"));
}

#[test]
fn a_login_that_has_failed_for_good_is_tried_again_with_a_new_password() {
    let client = client(&staff_login("before"));
    let mut failed = call(&client);
    let login = sent(&mut failed, 0);
    failed.answer(login.id, refusal("x"), 10).unwrap();
    assert!(failed.poll(10).is_err());
    assert!(call(&client).poll(20).is_err());
    client.renew_credentials(credentials(&staff_login("after"))).unwrap();
    assert!(body(&sent(&mut call(&client), 30)).contains("after"));
}

#[test]
fn a_later_refresh_token_outlives_a_new_client_secret() {
    let client = client(&oauth("one", "first"));
    let mut call = call(&client);
    let login = sent(&mut call, 0);
    call.answer(login.id, Response::new(200, r#"{"access_token":"a","refresh_token":"second"}"#), 10)
        .unwrap();
    client.renew_credentials(credentials(&oauth("two", "first"))).unwrap();
    assert_eq!(client.tokens().refresh_token, Some("second".into()));
    client.renew_credentials(credentials(&oauth("two", "third"))).unwrap();
    assert_eq!(client.tokens().refresh_token, Some("third".into()));
    assert_eq!(client.tokens().token, None);
}

#[test]
fn credentials_of_another_scheme_or_place_are_refused() {
    let client = client(&oauth("one", "first"));
    let other = credentials(&private_app("x"));
    let elsewhere = credentials(
        r#"{"type":"oauth","app_ref":"acme","dev_ref":"dev","token_url":"https://elsewhere.example/",
            "grant":{"tokens":{"refresh_token":"first"}}}"#,
    );
    let error = client.renew_credentials(other).unwrap_err();
    assert_eq!(error.location(), Some("credentials.type"));
    let error = client.renew_credentials(elsewhere).unwrap_err();
    assert_eq!(error.location(), Some("credentials.token_url"));
    let error = client.renew_credentials(credentials(&oauth("one", ""))).unwrap_err();
    assert!(error.to_string().contains("refresh_token"), "{error}");
    assert_eq!(client.tokens().refresh_token, Some("first".into()));
}
