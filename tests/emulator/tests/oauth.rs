//! OAuth 2.0 from the authorise page to the last refresh, by the client's engine and by hand.

use crate::harness::driver::{BASE, Session, post_form};
use crate::harness::{NOW, json, text};
use brightpearl_core::auth::oauth::authorize_url;
use brightpearl_core::{Headers, Kind, Method, Request, Response};
use brightpearl_emulator::{Approval, Config, EarlyRefresh, Emulator, OAuth, RefreshTokens};
use serde_json::Value;

const PATH: &str = "order-service/order-type";
const REDIRECT: &str = "https://shop.example/callback?from=bp";
const SECRET: &str = "demo-client-secret-for-tests-only";
const REFRESH: &str = "ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw=";
const PUBLIC_REFRESH: &str = "ZGVtby1wdWJsaWMtcmVmcmVzaC10b2tlbi1mb3ItdGU=";
const WEEK: u64 = 604_800_000;

fn with(oauth: OAuth) -> Emulator {
    Emulator::new(Config { orders: 20, oauth, ..Config::default() }).unwrap()
}

fn account() -> Emulator {
    with(OAuth::default())
}

/// Sends a person's browser to the page that the client names, on the emulator.
fn browse(emulator: &mut Emulator, method: Method, url: &str, body: &str) -> Response {
    let url = url.replace("https://oauth.brightpearl.com", BASE);
    emulator.answer(&Request { method, url, headers: Headers::new(), body: body.as_bytes().to_vec() }, NOW)
}

fn redirected(response: &Response) -> (String, Vec<(String, String)>) {
    assert_eq!(response.status, 302, "{}", text(response));
    let location = response.headers.get("location").unwrap();
    let (address, query) = location.split_once("&code=").or(location.split_once("&error=")).unwrap();
    let first = if location.contains("&code=") { "code=" } else { "error=" };
    let pairs = format!("{first}{query}");
    let pairs = pairs.split('&').filter_map(|pair| pair.split_once('='));
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    (address.to_owned(), pairs.map(|(name, value)| (decode(name), decode(value))).collect())
}

fn approve(emulator: &mut Emulator, client: &str) -> String {
    let page = browse(emulator, Method::Get, &authorize_url("demo", client, REDIRECT, "x9f+2").unwrap(), "");
    let (address, parameters) = redirected(&page);
    assert_eq!(address, REDIRECT);
    assert_eq!(parameters[1], ("state".to_owned(), "x9f+2".to_owned()));
    assert_eq!(parameters[0].0, "code");
    parameters[0].1.clone()
}

fn oauth(app: &str, secret: Option<&str>, grant: &str) -> String {
    let secret = secret.map_or(String::new(), |secret| format!(r#","client_secret":"{secret}""#));
    format!(
        r#"{{"type":"oauth","app_ref":"{app}","dev_ref":"demo_developer"{secret},"token_url":"{BASE}/token/demo","grant":{grant}}}"#
    )
}

fn by_code(app: &str, secret: Option<&str>, code: &str) -> String {
    let grant = format!(r#"{{"authorization_code":{{"code":"{code}","redirect_uri":"{REDIRECT}"}}}}"#);
    oauth(app, secret, &grant)
}

fn by_refresh(token: &str) -> String {
    oauth("demo_oauth_app", Some(SECRET), &format!(r#"{{"tokens":{{"refresh_token":"{token}"}}}}"#))
}

#[test]
fn from_the_authorise_page_to_the_first_call() {
    for (app, secret, instance) in
        [("demo_oauth_app", Some(SECRET), "13"), ("demo_oauth_public_app", None, "14")]
    {
        let mut emulator = account();
        let code = approve(&mut emulator, app);
        let mut session = Session::new(emulator, &by_code(app, secret, &code));
        let headers = session.get(PATH).unwrap();
        assert_eq!(headers.get("Brightpearl-Installed-Integration-Instance-Id"), Some(instance));
        session.get(PATH).unwrap();
        assert_eq!(session.asked("/token/demo"), 1);
        let tokens = session.client.tokens();
        // The client moves to the host that the answer names: the one that the request came to.
        assert_eq!(tokens.api_domain.as_deref(), Some("127.0.0.1:8080"));
        assert_eq!(tokens.expires_at, Some(NOW + WEEK));
        assert_eq!(tokens.installation_instance_id.as_deref(), Some(instance));
        assert!(session.wire.iter().all(|(_, url, status)| url.starts_with(BASE) && *status == 200));
    }
}

#[test]
fn refresh_before_the_end_brings_what_is_left_and_then_a_new_token() {
    let mut session = Session::new(account(), &by_refresh(REFRESH));
    session.get(PATH).unwrap();
    let first = session.client.tokens();
    session.now += WEEK - 30_000;
    session.get(PATH).unwrap();
    let early = session.client.tokens();
    // The same token: its end does not move.
    assert_eq!((early.token, early.expires_at), (first.token.clone(), first.expires_at));
    assert_ne!(early.refresh_token, first.refresh_token);
    session.now += 30_000;
    session.get(PATH).unwrap();
    let late = session.client.tokens();
    assert_ne!(late.token, first.token);
    assert!(late.expires_at > first.expires_at);
    assert_eq!(session.asked("/token/demo"), 3);
    assert_eq!(session.emulator.statistics().unauthorised, 0);
}

#[test]
fn refresh_can_bring_a_new_token_and_keep_the_refresh_token() {
    let oauth = OAuth {
        early_refresh: EarlyRefresh::NewToken,
        refresh_tokens: RefreshTokens::Keep,
        access_token_lifetime_s: 3_600,
        ..OAuth::default()
    };
    let mut session = Session::new(with(oauth), &by_refresh(REFRESH));
    session.get(PATH).unwrap();
    let first = session.client.tokens();
    session.now += 3_600_000 - 30_000;
    session.get(PATH).unwrap();
    let second = session.client.tokens();
    assert_ne!(second.token, first.token);
    assert_eq!(second.expires_at, Some(session.now + 3_600_000));
    assert_eq!(second.refresh_token.unwrap().expose(), REFRESH);
}

#[test]
fn an_access_token_that_has_ended_costs_one_refresh() {
    let mut emulator = account();
    let answer = post_form(&mut emulator, "/token/demo", &refresh_form(REFRESH), NOW);
    let tokens = json(&answer);
    let member = |name: &str| tokens[name].as_str().unwrap().to_owned();
    // The client was not told when the token ends, and finds out by a 401.
    let stored = format!(
        r#"{{"tokens":{{"access_token":"{}","refresh_token":"{}"}}}}"#,
        member("access_token"),
        member("refresh_token")
    );
    let mut session = Session::new(emulator, &oauth("demo_oauth_app", Some(SECRET), &stored));
    session.now += WEEK;
    session.get(PATH).unwrap();
    let statuses: Vec<u16> = session.wire.iter().map(|(_, _, status)| *status).collect();
    assert_eq!(statuses, [401, 200, 200]);
}

#[test]
fn a_rotated_refresh_token_is_good_once() {
    let mut emulator = account();
    let first = post_form(&mut emulator, "/token/demo", &refresh_form(REFRESH), NOW);
    assert_eq!(first.status, 200);
    assert_eq!(json(&first).get("installation_instance_id"), None);
    let again = post_form(&mut emulator, "/token/demo", &refresh_form(REFRESH), NOW);
    assert_eq!(again.status, 400);
    assert_eq!(text(&again), UNKNOWN_GRANT);
    let mut session = Session::new(emulator, &by_refresh(REFRESH));
    assert_eq!(session.get(PATH).unwrap_err().kind(), Kind::Authentication);
}

const UNKNOWN_GRANT: &str =
    r#"{"error_description":"The auth token has either expired or does not exist","error":"invalid_grant"}"#;

fn refresh_form(token: &str) -> Vec<(&str, &str)> {
    vec![("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "demo_oauth_app")]
}

fn code_form<'a>(code: &'a str, redirect_uri: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", "demo_oauth_app"),
        ("client_secret", SECRET),
        ("redirect_uri", redirect_uri),
    ]
}

#[test]
fn token_answers_look_as_recorded() {
    let mut emulator = account();
    let code = approve(&mut emulator, "demo_oauth_app");
    let answer = post_form(&mut emulator, "/token/demo", &code_form(&code, REDIRECT), NOW);
    let names: Vec<&str> = answer.headers.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Date", "Content-Type", "Vary", "Cache-Control", "Strict-Transport-Security"]);
    let body = text(&answer);
    let members = [
        "access_token",
        "refresh_token",
        "installation_instance_id",
        "api_domain",
        "token_type",
        "expires_in",
    ];
    let places: Vec<usize> = members.iter().map(|name| body.find(&format!("\"{name}\"")).unwrap()).collect();
    assert!(places.is_sorted(), "{body}");
    assert_eq!(json(&answer)["installation_instance_id"], "13");
    assert_eq!(json(&answer)["expires_in"], 604_800);
    assert_eq!(json(&answer)["access_token"].as_str().unwrap().len(), 44);
    assert!(!body.contains("\\u003d") && body.contains("=\""), "{body}");
}

#[test]
fn codes_are_good_once_for_their_client_and_address_and_not_for_ever() {
    let mut emulator = account();
    let code = approve(&mut emulator, "demo_oauth_app");
    let elsewhere =
        post_form(&mut emulator, "/token/demo", &code_form(&code, "https://shop.example/other"), NOW);
    assert_eq!(
        text(&elsewhere),
        r#"{"error_description":"Redirect uri does not match that used to request auth token","error":"invalid_grant"}"#
    );
    assert_eq!(post_form(&mut emulator, "/token/demo", &code_form(&code, REDIRECT), NOW).status, 200);
    let again = post_form(&mut emulator, "/token/demo", &code_form(&code, REDIRECT), NOW);
    assert_eq!((again.status, text(&again).as_str()), (400, UNKNOWN_GRANT));
    let of_another = approve(&mut emulator, "demo_oauth_public_app");
    assert_eq!(
        text(&post_form(&mut emulator, "/token/demo", &code_form(&of_another, REDIRECT), NOW)),
        UNKNOWN_GRANT
    );
    let late = approve(&mut emulator, "demo_oauth_app");
    let form = code_form(&late, REDIRECT);
    assert_eq!(text(&post_form(&mut emulator, "/token/demo", &form, NOW + 600_000)), UNKNOWN_GRANT);
    assert_eq!(post_form(&mut emulator, "/token/demo", &form, NOW + 599_999).status, 200);
}

#[test]
fn clients_prove_who_they_are() {
    let mut emulator = account();
    let mut error = |form: &[(&str, &str)]| {
        let answer = post_form(&mut emulator, "/token/demo", form, NOW);
        assert_eq!(answer.status, 400);
        json(&answer)["error"].as_str().unwrap().to_owned()
    };
    let grant = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", REDIRECT)];
    let with = |more: &[(&'static str, &'static str)]| [&grant[..], more].concat();
    assert_eq!(error(&with(&[])), "invalid_client");
    assert_eq!(error(&with(&[("client_id", "nobody")])), "invalid_client");
    assert_eq!(error(&with(&[("client_id", "demo_oauth_app")])), "invalid_client");
    assert_eq!(error(&with(&[("client_id", "demo_oauth_app"), ("client_secret", "x")])), "invalid_client");
    assert_eq!(error(&with(&[("client_id", "demo_oauth_public_app")])), "invalid_grant");
    // A secret that is there must be the right one, also where it may be missing.
    let refresh =
        [("grant_type", "refresh_token"), ("refresh_token", REFRESH), ("client_id", "demo_oauth_app")];
    assert_eq!(error(&[&refresh[..], &[("client_secret", "x")]].concat()), "invalid_client");
    let other =
        [("grant_type", "refresh_token"), ("refresh_token", PUBLIC_REFRESH), ("client_id", "demo_oauth_app")];
    assert_eq!(error(&other), "invalid_grant");
    let password = [("grant_type", "password"), ("client_id", "demo_oauth_public_app")];
    assert_eq!(error(&password), "unsupported_grant_type");
    assert_eq!(error(&[("client_id", "demo_oauth_public_app")]), "invalid_request");
}

#[test]
fn all_three_addresses_of_the_token_endpoint() {
    for (url, account_code) in
        [("/token/demo", None), ("/demo/oauth/token", None), ("/oauth/token", Some("demo"))]
    {
        let mut emulator = account();
        let mut form = refresh_form(REFRESH);
        form.extend(account_code.map(|account| ("account_code", account)));
        assert_eq!(post_form(&mut emulator, url, &form, NOW).status, 200, "{url}");
    }
    let mut emulator = account();
    for url in ["/token/other", "/oauth/token", "/other/oauth/token"] {
        let answer = post_form(&mut emulator, url, &refresh_form(REFRESH), NOW);
        assert_eq!((answer.status, json(&answer)["error"].as_str()), (400, Some("invalid_request")), "{url}");
    }
}

#[test]
fn the_api_domain_is_the_host_or_what_is_configured() {
    let form = b"grant_type=refresh_token&client_id=demo_oauth_app&refresh_token=ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw%3D";
    let request = Request {
        method: Method::Post,
        url: "/token/demo".to_owned(),
        headers: [("host", "localhost:4711")].into_iter().collect(),
        body: form.to_vec(),
    };
    assert_eq!(json(&account().answer(&request, NOW))["api_domain"], "localhost:4711");
    let oauth = OAuth { api_domain: Some("ws-use.brightpearl.com".to_owned()), ..OAuth::default() };
    assert_eq!(json(&with(oauth).answer(&request, NOW))["api_domain"], "ws-use.brightpearl.com");
}

#[test]
fn bearers_are_refused_as_recorded() {
    let mut emulator = account();
    let tokens = json(&post_form(&mut emulator, "/token/demo", &refresh_form(REFRESH), NOW));
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let mut ask = |headers: &[(&str, &str)], now: u64| {
        let url = format!("{BASE}/public-api/demo/{PATH}");
        let headers = headers.iter().copied().collect();
        let response = emulator.answer(&Request { method: Method::Get, url, headers, body: Vec::new() }, now);
        assert_eq!(
            response.headers.get("Brightpearl-Installed-Integration-Instance-Id").is_some(),
            response.status == 200
        );
        assert!(response.headers.get("Brightpearl-Requests-Remaining").is_some());
        (response.status, text(&response))
    };
    let refs = [("brightpearl-app-ref", "demo_oauth_app"), ("brightpearl-dev-ref", "demo_developer")];
    let complete = [refs[0], refs[1], ("Authorization", &bearer)];
    assert_eq!(ask(&complete, NOW).0, 200);
    assert_eq!(
        ask(&[refs[0], refs[1], ("AUTHORIZATION", &bearer.replacen("Bearer", "bearer", 1))], NOW).0,
        200
    );
    assert_eq!(ask(&complete, NOW + WEEK), (401, r#"{"response":"Authorization token expired"}"#.to_owned()));
    let unknown = ask(&[refs[0], refs[1], ("Authorization", "Bearer abc=")], NOW);
    assert_eq!(unknown, (401, r#"{"response":"Invalid instance token: abc\u003d"}"#.to_owned()));
    for incomplete in [&complete[1..], &[complete[0], complete[2]]] {
        assert_eq!(ask(incomplete, NOW).0, 401);
    }
}

#[test]
fn introspection_tells_what_a_token_is_worth() {
    let mut emulator = account();
    let tokens = json(&post_form(&mut emulator, "/token/demo", &refresh_form(REFRESH), NOW));
    let access = tokens["access_token"].as_str().unwrap();
    let form = percent_encoding::utf8_percent_encode(access, percent_encoding::NON_ALPHANUMERIC);
    let mut ask = |url: &str, form: &str, basic: Option<&str>, now: u64| -> (u16, Value) {
        let headers = basic.map(|value| ("authorization", format!("Basic {value}"))).into_iter().collect();
        let url = format!("{BASE}{url}");
        let request = Request { method: Method::Post, url, headers, body: form.as_bytes().to_vec() };
        let response = emulator.answer(&request, now);
        (response.status, json(&response))
    };
    // demo_oauth_app:demo-client-secret-for-tests-only
    let right = Some("ZGVtb19vYXV0aF9hcHA6ZGVtby1jbGllbnQtc2VjcmV0LWZvci10ZXN0cy1vbmx5");
    let path = "/demo/oauth/token/introspect";
    let (status, live) = ask(path, &format!("token={form}"), right, NOW);
    assert_eq!((status, live["active"].as_str()), (200, Some("true")));
    assert_eq!(live["exp"], ((NOW + WEEK) / 1_000).to_string());
    let with_account = format!("account_code=demo&token={form}");
    assert_eq!(ask("/oauth/token/introspect", &with_account, right, NOW).1["active"], "true");
    let ended = ask(path, &format!("token={form}"), right, NOW + WEEK);
    assert_eq!(ended, (200, serde_json::json!({"active": "false"})));
    assert_eq!(ask(path, "token=unknown", right, NOW).1["active"], "false");
    assert_eq!(ask(path, &format!("token={form}"), None, NOW).0, 401);
    // demo_oauth_app: without its secret
    assert_eq!(ask(path, &format!("token={form}"), Some("ZGVtb19vYXV0aF9hcHA6"), NOW).0, 401);
}

#[test]
fn a_page_asks_when_it_is_told_to() {
    let mut emulator = with(OAuth { approval: Approval::OnAPage, ..OAuth::default() });
    let url = authorize_url("demo", "demo_oauth_app", REDIRECT, "\"><script>").unwrap();
    let page = browse(&mut emulator, Method::Get, &url, "");
    assert_eq!(page.status, 200);
    assert!(page.headers.get("content-type").unwrap().starts_with("text/html"));
    let html = text(&page);
    assert!(
        html.contains("<button name=\"decision\" value=\"approve\">") && !html.contains("<script>"),
        "{html}"
    );
    let form = url.split_once('?').unwrap().1;
    let approved =
        browse(&mut emulator, Method::Post, "/authorize/demo", &format!("{form}&decision=approve"));
    let (_, parameters) = redirected(&approved);
    assert_eq!(parameters[0].0, "code");
    assert_eq!(parameters[1].1, "\"><script>");
    let exchanged = post_form(&mut emulator, "/token/demo", &code_form(&parameters[0].1, REDIRECT), NOW);
    assert_eq!(exchanged.status, 200);
    let denied = browse(&mut emulator, Method::Post, "/authorize/demo", &format!("{form}&decision=deny"));
    assert_eq!(redirected(&denied).1[0], ("error".to_owned(), "access_denied".to_owned()));
}

#[test]
fn the_authorise_page_redirects_only_where_it_may() {
    let mut oauth = OAuth::default();
    oauth.clients[0].redirect_uris = vec![REDIRECT.to_owned()];
    let mut emulator = with(oauth);
    assert!(!approve(&mut emulator, "demo_oauth_app").is_empty());
    let mut status = |account: &str, client: &str, uri: &str| {
        let page = browse(&mut emulator, Method::Get, &authorize_url(account, client, uri, "s").unwrap(), "");
        assert!(page.status == 302 || page.headers.get("location").is_none());
        page.status
    };
    assert_eq!(status("demo", "demo_oauth_app", "https://evil.example/"), 400);
    assert_eq!(status("demo", "demo_oauth_public_app", "https://anywhere.example/?x=1"), 302);
    assert_eq!(status("demo", "demo_oauth_public_app", "http://a.example/\r\nSet-Cookie: x"), 400);
    assert_eq!(status("demo", "nobody", REDIRECT), 400);
    assert_eq!(status("other", "demo_oauth_app", REDIRECT), 400);
    let implicit =
        authorize_url("demo", "demo_oauth_app", REDIRECT, "s").unwrap().replace("=code&", "=token&");
    let refused = browse(&mut emulator, Method::Get, &implicit, "");
    assert_eq!(redirected(&refused).1[0].1, "unsupported_response_type");
}
