//! All that a host does with secrets: every scheme, from JSON and from typed credentials, with logins, renewals, refusals
//! and failures that quote them. What the host itself holds, it wipes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use brightpearl_core::auth::signature::{sign_token, verify_callback};
use brightpearl_core::auth::{
    ApplicationLogin, Grant, LegacySession, OAuth, PrivateApp, PublicApp, StaffApp, StaffLogin,
};
use brightpearl_core::operation::SingleRequest;
use brightpearl_core::{
    Call, Client, Config, Credentials, Exchange, Location, Method, Response, Secret, Step, TransportFailure,
};
use zeroize::{Zeroize, Zeroizing};

use crate::marker::{Marker, joined, text};

/// Every kind of secret.
pub(crate) struct Markers {
    account_token: Marker,
    staff_token: Marker,
    dev_secret: Marker,
    password: Marker,
    application_secret: Marker,
    client_secret: Marker,
    code: Marker,
    stored_access: Marker,
    stored_refresh: Marker,
    /// What logins bring, one after the other.
    granted: [Marker; 4],
    refreshed: [Marker; 4],
    signed: Marker,
    basic: Marker,
}

impl Markers {
    pub(crate) fn new() -> Self {
        let account_token = Marker::new("account token", "/+=");
        let dev_secret = Marker::new("developer's secret", "/+=");
        let client_secret = Marker::new("client secret", "/+= &");
        let signature = Zeroizing::new(sign_token(&account_token.text(), &secret(&dev_secret)));
        let basic = Zeroizing::new(STANDARD.encode(joined(&["acme_app:", &client_secret.text()]).as_bytes()));
        Self {
            staff_token: Marker::new("staff token", "/+="),
            password: Marker::new("password", "/\"\\ é+="),
            application_secret: Marker::new("application's secret", "/\"\\ é+="),
            code: Marker::new("authorisation code", "/+= &"),
            stored_access: Marker::new("stored access token", "/+="),
            stored_refresh: Marker::new("stored refresh token", "/+= &"),
            granted: ["granted 1", "granted 2", "granted 3", "granted 4"]
                .map(|name| Marker::new(name, "/+=")),
            refreshed: ["refresh 1", "refresh 2", "refresh 3", "refresh 4"]
                .map(|name| Marker::new(name, "/+= &")),
            signed: Marker::derived("signed token", &signature),
            basic: Marker::derived("basic authentication", &basic),
            account_token,
            dev_secret,
            client_secret,
        }
    }

    pub(crate) fn all(&self) -> Vec<&Marker> {
        let Self {
            account_token,
            staff_token,
            dev_secret,
            password,
            application_secret,
            client_secret,
            code,
            stored_access,
            stored_refresh,
            granted,
            refreshed,
            signed,
            basic,
        } = self;
        let single = [
            account_token,
            staff_token,
            dev_secret,
            password,
            application_secret,
            client_secret,
            code,
            stored_access,
            stored_refresh,
            signed,
            basic,
        ];
        single.into_iter().chain(granted).chain(refreshed).collect()
    }
}

fn secret(marker: &Marker) -> Secret {
    Secret::new(marker.text().as_str())
}

/// Plays everything. Answers how many clients there were.
pub(crate) fn play(markers: &Markers) -> usize {
    let mut clients = 0;
    for is_escaped in [false, true] {
        for credentials in in_json(markers, is_escaped) {
            let config = joined(&[
                r#"{"account":"acme","datacentre":"use1","retry":{"max_attempts":2},"credentials":"#,
                &credentials,
                "}",
            ]);
            let misspelt = joined(&[&config[..config.len() - 1], r#","credential":{}}"#]);
            Config::from_json(&misspelt).unwrap_err();
            Config::from_json(&config[..config.len() - 12]).unwrap_err();
            work(Config::from_json(&config).unwrap(), markers, is_escaped);
            clients += 1;
        }
    }
    for credentials in typed(markers) {
        let place = Location::Datacentre("use1".to_owned());
        work(Config::new("acme", place, credentials), markers, false);
        clients += 1;
    }
    refused(markers);
    called_back(markers);
    clients
}

fn in_json(markers: &Markers, is_escaped: bool) -> Vec<Zeroizing<String>> {
    let quoted = |marker: &Marker| marker.quoted(is_escaped);
    vec![
        joined(&[
            r#"{"type":"private-app","app_ref":"acme_app","account_token":"#,
            &quoted(&markers.account_token),
            "}",
        ]),
        joined(&[
            r#"{"type":"staff-app","app_ref":"acme_app","staff_token":"#,
            &quoted(&markers.staff_token),
            "}",
        ]),
        joined(&[
            r#"{"type":"staff-login","app_ref":"acme_app","email":"ann@acme.example","password":"#,
            &quoted(&markers.password),
            "}",
        ]),
        joined(&[
            r#"{"type":"legacy-session","email":"ann@acme.example","password":"#,
            &quoted(&markers.password),
            "}",
        ]),
        joined(&[
            r#"{"type":"application-login","application_id":"acme","token_header":"x-acme-key","application_secret":"#,
            &quoted(&markers.application_secret),
            "}",
        ]),
        joined(&[
            r#"{"type":"public-app","app_ref":"acme_app","dev_ref":"acme","account_token":"#,
            &quoted(&markers.account_token),
            r#","dev_secret":"#,
            &quoted(&markers.dev_secret),
            "}",
        ]),
        joined(&[
            r#"{"type":"oauth","app_ref":"acme_app","dev_ref":"acme","client_secret":"#,
            &quoted(&markers.client_secret),
            r#","grant":{"authorization_code":{"redirect_uri":"https://acme.example","code":"#,
            &quoted(&markers.code),
            "}}}",
        ]),
        joined(&[
            r#"{"type":"oauth","app_ref":"acme_app","dev_ref":"acme","client_secret":"#,
            &quoted(&markers.client_secret),
            r#","grant":{"tokens":{"expires_at":5000,"access_token":"#,
            &quoted(&markers.stored_access),
            r#","refresh_token":"#,
            &quoted(&markers.stored_refresh),
            "}}}",
        ]),
    ]
}

fn typed(markers: &Markers) -> Vec<Credentials> {
    let login = |header: &str| ApplicationLogin {
        application_id: "acme".to_owned(),
        application_secret: secret(&markers.application_secret),
        token_header: Some(header.to_owned()),
    };
    let oauth = |grant| OAuth {
        app_ref: "acme_app".to_owned(),
        dev_ref: "acme".to_owned(),
        client_secret: Some(secret(&markers.client_secret)),
        token_url: None,
        grant,
    };
    vec![
        PrivateApp { app_ref: "acme_app".to_owned(), account_token: secret(&markers.account_token) }.into(),
        StaffApp { app_ref: "acme_app".to_owned(), staff_token: secret(&markers.staff_token), dev_ref: None }
            .into(),
        StaffLogin {
            app_ref: "acme_app".to_owned(),
            dev_ref: Some("acme".to_owned()),
            email: "ann@acme.example".to_owned(),
            password: secret(&markers.password),
        }
        .into(),
        LegacySession { email: "ann@acme.example".to_owned(), password: secret(&markers.password) }.into(),
        login("authorization").into(),
        login("brightpearl-auth").into(),
        PublicApp {
            dev_ref: "acme".to_owned(),
            app_ref: "acme_app".to_owned(),
            account_token: secret(&markers.account_token),
            dev_secret: secret(&markers.dev_secret),
        }
        .into(),
        oauth(Grant::AuthorizationCode {
            code: secret(&markers.code),
            redirect_uri: "https://acme.example".to_owned(),
        })
        .into(),
        oauth(Grant::Tokens {
            access_token: None,
            expires_at: None,
            refresh_token: Some(secret(&markers.stored_refresh)),
            api_domain: None,
        })
        .into(),
    ]
}

/// Brightpearl, as far as it is asked here.
struct PlayedServer<'a> {
    markers: &'a Markers,
    is_escaped: bool,
    logins: usize,
}

impl PlayedServer<'_> {
    /// The answer to a login: a token of its own each time.
    fn grant(&mut self, exchange: &Exchange) -> Vec<u8> {
        let granted = self.markers.granted[self.logins % 4].quoted(self.is_escaped);
        let refreshed = self.markers.refreshed[self.logins % 4].quoted(self.is_escaped);
        self.logins += 1;
        let body = if exchange.request.url.contains("/token/") {
            joined(&[
                r#"{"access_token":"#,
                &granted,
                r#","token_type":"Bearer","expires_in":3600,"refresh_token":"#,
                &refreshed,
                "}",
            ])
        } else {
            joined(&[r#"{"response":"#, &granted, "}"])
        };
        body.as_bytes().to_vec()
    }
}

fn is_login(exchange: &Exchange) -> bool {
    exchange.request.method == Method::Post
}

/// A client's life.
fn work(config: Config, markers: &Markers, is_escaped: bool) {
    let is_silent = |said: String| {
        for marker in markers.all() {
            assert!(!said.contains(marker.text().as_str()), "{} is shown", marker.name);
        }
    };
    is_silent(format!("{config:?}"));
    let client = Client::new(config.clone()).unwrap();
    drop(config);
    let mut server = PlayedServer { markers, is_escaped, logins: 0 };
    let token = |exchange: &Exchange| {
        let headers = &exchange.request.headers;
        let mut lines = headers.iter().filter(|(_, value)| value.len() > 40);
        joined(&[lines.next().map(|(_, value)| value).unwrap_or_default()])
    };
    // What the server does with each request in turn, and with the logins between them.
    for turn in 0..6 {
        let mut call = client.request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap();
        let mut now = 10_000 * (turn + 1);
        let mut refusals = 0;
        loop {
            let exchange = match call.poll(now) {
                Ok(Step::Send(exchange)) => exchange,
                Ok(Step::Wait { until, .. }) => {
                    now = until;
                    continue;
                }
                Ok(Step::Done) => break,
                Ok(other) => {
                    is_silent(format!("{other:?}"));
                    continue;
                }
                Err(error) => {
                    is_silent(format!("{error} {error:?}"));
                    break;
                }
            };
            is_silent(format!("{exchange:?} {call:?}"));
            if is_login(&exchange) {
                log_in(&mut call, &exchange, &mut server, turn, now);
                continue;
            }
            let echo = token(&exchange);
            match turn {
                0 if refusals == 0 => {
                    refusals += 1;
                    let body = joined(&[r#"{"response":"Invalid token: "#, &echo, r#""}"#]);
                    call.answer(exchange.id, Response::new(401, body.as_bytes()), now).unwrap();
                }
                1 => {
                    let text = joined(&["cannot send ", &echo]);
                    let failure = TransportFailure::MaybeSent(text.as_str().to_owned());
                    call.fail(exchange.id, failure, now).unwrap();
                    let again = TransportFailure::NotSent(text.as_str().to_owned());
                    call.fail(exchange.id, again, now).unwrap_err();
                }
                2 => {
                    let body = joined(&[
                        r#"{"errors":[{"code":"CMNC-001","message":"of \/ "#,
                        &echo,
                        r#""},{"code":"\/ "#,
                        &echo,
                        r#"","message":"\u0020"#,
                        &echo,
                        r#""}]}"#,
                    ]);
                    call.answer(exchange.id, Response::new(400, body.as_bytes()), now).unwrap();
                }
                3 => {
                    let body = joined(&["<html>", &echo]);
                    let answer = Response::new(if refusals == 0 { 200 } else { 502 }, body.as_bytes());
                    refusals += 1;
                    call.answer(exchange.id, answer, now).unwrap();
                }
                4 => {
                    let body =
                        joined(&[r#"{"error":"invalid_token","error_description":"\/ "#, &echo, r#""}"#]);
                    call.answer(exchange.id, Response::new(403, body.as_bytes()), now).unwrap();
                }
                _ => {
                    let answer = Response::new(200, r#"{"response":[]}"#)
                        .with_header("set-cookie", joined(&["session=", &echo]).as_str());
                    call.answer(exchange.id, answer, now).unwrap();
                }
            }
        }
        let tokens = client.tokens();
        is_silent(format!("{tokens:?} {client:?} {:?}", client.drain_events()));
        let exported = tokens.expose_json();
        assert!(exported.starts_with("{\"token\":"));
    }
}

/// Answers a login in one of the ways in which that goes wrong, and then rightly.
fn log_in(call: &mut Call, exchange: &Exchange, server: &mut PlayedServer<'_>, turn: u64, now: u64) {
    let body = server.grant(exchange);
    let again = Response::new(200, body.as_slice()).with_header("set-cookie", "session=1");
    let response = match turn {
        0 => Response { status: 200, headers: exchange.request.headers.clone(), body },
        _ => Response::new(200, body),
    };
    call.answer(exchange.id, response, now).unwrap();
    // A host that answers twice.
    call.answer(exchange.id, again, now).unwrap_err();
}

/// Logins that bring nothing, or are cut off, or quote what they were asked with.
fn refused(markers: &Markers) {
    for (status, is_cut) in [(200, true), (400, false), (401, true), (500, false)] {
        for credentials in typed(markers) {
            let place = Location::Datacentre("use1".to_owned());
            let client = Client::new(Config::new("acme", place, credentials)).unwrap();
            let mut call =
                client.request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap();
            let mut server = PlayedServer { markers, is_escaped: false, logins: 0 };
            let mut now = 0;
            for _ in 0..12 {
                match call.poll(now) {
                    Ok(Step::Send(exchange)) if is_login(&exchange) => {
                        let mut body = server.grant(&exchange);
                        let rest = if is_cut { body.len() / 2 } else { body.len() };
                        body[rest..].zeroize();
                        body.truncate(rest);
                        call.answer(exchange.id, Response::new(status, body), now).unwrap();
                    }
                    Ok(Step::Wait { until, .. }) => now = until,
                    Ok(_) => break,
                    Err(error) => {
                        drop(error);
                        break;
                    }
                }
            }
            call.cancel(now);
        }
    }
}

/// The callback that brings an account token.
fn called_back(markers: &Markers) {
    let parameters = Zeroizing::new(vec![
        ("accountCode".to_owned(), "acme".to_owned()),
        ("timestamp".to_owned(), "1000000".to_owned()),
        ("token".to_owned(), markers.account_token.text().as_str().to_owned()),
        ("signature".to_owned(), text(0).as_str().to_owned()),
    ]);
    verify_callback(&parameters, &secret(&markers.dev_secret), None).unwrap_err();
}
