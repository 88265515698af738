//! Whatever is secret, however it is echoed, and wherever the echo stands: nothing that the engine says shows it.

mod echoes;

use std::collections::HashMap;

use brightpearl_core::operation::{Batch, Fetch, OnFailure, Options, Order, Packing, Request, Search, Task};
use brightpearl_core::{Call, Client, Config, Error, Method, Output, Response, Step, TransportFailure};
use echoes::every_form;
use serde_json::{Value, json};

const NOW: u64 = 1_782_864_000_000;

/// So many characters in a row are no chance.
const PART: usize = 10;

/// A secret that can stand in a header.
fn planted(name: &str) -> String {
    let number = name.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("Zq7-Wx9_Kv3/{:x}+Lm5Np8Rt2==", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The credentials of a scheme, and what is secret about them and about what their logins bring.
struct Scheme {
    name: &'static str,
    credentials: Value,
    secrets: Vec<String>,
}

fn schemes() -> Vec<Scheme> {
    let scheme = |name: &'static str, credentials: Value, secrets: &[&str]| Scheme {
        name,
        credentials,
        secrets: secrets.iter().map(|secret| planted(secret)).collect(),
    };
    let application = |header: &str| {
        json!({"type": "application-login", "application_id": "acme", "application_secret": planted("application"),
               "token_header": header})
    };
    let oauth = |grant: Value| {
        json!({"type": "oauth", "app_ref": "acme_shop", "dev_ref": "acme", "client_secret": planted("client"),
               "grant": grant})
    };
    vec![
        scheme(
            "private app",
            json!({"type": "private-app", "app_ref": "acme_sync", "account_token": planted("account")}),
            &["account"],
        ),
        scheme(
            "staff app",
            json!({"type": "staff-app", "app_ref": "acme_sync", "staff_token": planted("staff")}),
            &["staff"],
        ),
        scheme(
            "staff login",
            json!({"type": "staff-login", "app_ref": "acme_sync", "email": "clerk@example.com",
                   "password": planted("password")}),
            &["password", "issued"],
        ),
        scheme(
            "legacy session",
            json!({"type": "legacy-session", "email": "clerk@example.com", "password": planted("password")}),
            &["password", "issued"],
        ),
        scheme("application", application("X-Of-Our-Own"), &["application", "issued"]),
        scheme("application, bearer", application("Authorization"), &["application", "issued"]),
        scheme(
            "public app",
            json!({"type": "public-app", "dev_ref": "acme", "app_ref": "acme_shop",
                   "account_token": planted("account"), "dev_secret": planted("developer")}),
            &["account", "developer"],
        ),
        scheme(
            "stored tokens",
            oauth(
                json!({"tokens": {"access_token": planted("access"), "refresh_token": planted("refresh")}}),
            ),
            &["client", "access", "refresh", "issued", "renewed"],
        ),
        scheme(
            "code",
            oauth(
                json!({"authorization_code": {"code": planted("code"), "redirect_uri": "https://a.example/"}}),
            ),
            &["client", "code", "issued", "renewed"],
        ),
    ]
}

/// Answers that have the echo of a secret in them.
fn answers(echo: &str) -> Vec<Response> {
    // As it would stand between quotes whatever it is: a form that is escaped already stays as it is.
    let quoted = if serde_json::from_str::<String>(&format!("\"{echo}\"")).is_ok() {
        format!("\"{echo}\"")
    } else {
        serde_json::to_string(echo).unwrap()
    };
    let said = format!("Invalid token: {echo}");
    let in_json = |body: &str| body.replace("\"?\"", &quoted);
    let bodies = [
        in_json(r#"{"response":"?"}"#),
        serde_json::to_string(&json!({"response": said})).unwrap(),
        in_json(r#"{"errors":[{"code":"CMNC-001","message":"?"},{"code":"?","message":"no"}]}"#),
        in_json(r#"{"error":"?","error_description":"?"}"#),
        in_json(r#"{"error":"invalid_grant","error_description":"?"}"#),
        in_json(r#"{"answer":{"to":["?"]}}"#),
        in_json(r#"{"response":{"getUris":["?"],"processedMessages":[{"label":"?"}],"metaData":"?"}}"#),
        format!("<html><body>{said}"),
        said.clone(),
        format!("abcdefghijklmno{echo}"),
        format!("{{\"response\":\"{echo}"),
    ];
    let mut answers = Vec::new();
    for status in [200, 302, 400, 401, 503] {
        for body in &bodies {
            let answer = Response::new(status, body.as_bytes());
            answers.push(answer.with_header("Location", said.clone()).with_header("X-Said", said.clone()));
        }
    }
    answers
}

/// All that a client and its calls say.
#[derive(Default)]
struct Said(Vec<String>);

impl Said {
    fn error(&mut self, error: &Error) {
        self.0.push(format!("{error} {error:?} {error:#?}"));
        self.0.push(serde_json::to_string(error).unwrap());
    }

    /// Nothing of any form of any secret: not even its beginning, but for what chance gives.
    fn assert_without(&self, secret: &str, context: &str) {
        let mut parts = HashMap::new();
        for (form, echo) in every_form(secret) {
            let characters: Vec<char> = echo.chars().collect();
            parts.extend(characters.windows(PART).map(|part| (part.to_vec(), form)));
        }
        for text in &self.0 {
            let characters: Vec<char> = text.chars().collect();
            for part in characters.windows(PART) {
                assert!(!parts.contains_key(part), "{context}: {part:?} of {} in {text}", parts[part]);
            }
        }
        for text in &self.0 {
            assert!(!text.contains(&secret[..4]), "{context}: {text}");
        }
    }
}

/// A call of every kind.
fn calls(client: &Client) -> Vec<Call> {
    let write = || Request::new(Method::Put, "order-service/order/5/status").body(r#"{"orderStatusId":1}"#);
    let batch = Batch {
        requests: vec![write(), write()],
        packing: Packing::Always,
        order: Order::default(),
        on_failure: OnFailure::default(),
    };
    let options = Options { resource: "order-service/order".to_owned(), ids: Some("1-3".parse().unwrap()) };
    vec![
        client.request(Request::new(Method::Get, "order-service/order-type")).unwrap(),
        client.request(write()).unwrap(),
        client.search(Search::new("order-service/order-search")).unwrap(),
        client.fetch(Fetch::new("order-service/order", "1-3".parse().unwrap())).unwrap(),
        client.options(options).unwrap(),
        client.batch(batch).unwrap(),
        client.task(Task::new("add-order-note", r#"{"orderId":1,"text":"Hello"}"#).unwrap()).unwrap(),
    ]
}

/// Drives a call to its end. Each request is answered by what `respond` says of it.
fn drive(
    mut call: Call,
    said: &mut Said,
    mut respond: impl FnMut(&brightpearl_core::Request) -> Result<Response, TransportFailure>,
) {
    let mut now = NOW;
    for _ in 0..200 {
        now += 1_000;
        said.0.push(format!("{call:?}"));
        match call.poll(now) {
            Ok(Step::Send(exchange)) => {
                said.0.push(format!("{exchange:?} {:#?}", exchange.request));
                match respond(&exchange.request) {
                    Ok(response) => {
                        said.0.push(format!("{response:?}"));
                        call.answer(exchange.id, response, now).unwrap();
                    }
                    Err(failure) => call.fail(exchange.id, failure, now).unwrap(),
                }
            }
            Ok(Step::Wait { until, .. }) => now = until,
            Ok(Step::Output(Output::Results(results))) => {
                results.iter().filter_map(|it| it.outcome.as_ref().err()).for_each(|error| said.error(error));
            }
            Ok(Step::Output(Output::Resources(found))) => {
                found.refused.iter().for_each(|refusal| said.error(&refusal.error));
            }
            Ok(Step::Output(_)) | Ok(Step::Pending) => {}
            Ok(Step::Done) => return,
            Ok(Step::Feed { .. }) => panic!("nothing is fed"),
            Err(error) => return said.error(&error),
        }
    }
    panic!("the call does not end");
}

fn client(credentials: &Value) -> Client {
    let config = json!({"account": "acme", "datacentre": "use1", "credentials": credentials,
                        "retry": {"max_attempts": 2, "base_ms": 1, "cap_ms": 1}});
    Client::new(Config::from_json(&config.to_string()).unwrap()).unwrap()
}

fn is_login(request: &brightpearl_core::Request) -> bool {
    !request.url.contains("/public-api/")
}

fn granted() -> Response {
    let tokens = json!({"response": planted("issued"), "access_token": planted("issued"),
                        "refresh_token": planted("renewed"), "expires_in": 604_800});
    Response::new(200, tokens.to_string())
}

#[test]
fn no_echo_of_a_secret_is_shown() {
    for (number, Scheme { name, credentials, secrets }) in schemes().into_iter().enumerate() {
        for secret in &secrets {
            let mut said = Said::default();
            // Every form with the first scheme, and some with each of the others.
            let forms = every_form(secret).into_iter().skip(number).step_by(if number == 0 { 1 } else { 9 });
            for (turn, (_, echo)) in forms.enumerate() {
                let client = client(&credentials);
                let call = client.request(Request::new(Method::Get, "order-service/order-type")).unwrap();
                // Stored tokens are renewed, so that all secrets are known.
                drive(call, &mut said, |request| {
                    Ok(if is_login(request) { granted() } else { Response::new(401, "") })
                });
                for (answer, turn) in answers(&echo).iter().zip(turn..) {
                    // Over the turns, every kind of call meets every answer.
                    let mut calls = calls(&client);
                    let call = calls.swap_remove(turn % calls.len());
                    drive(call, &mut said, |request| {
                        Ok(if is_login(request) { granted() } else { answer.clone() })
                    });
                }
                let call = client.request(Request::new(Method::Get, "order-service/order-type")).unwrap();
                drive(call, &mut said, |request| match is_login(request) {
                    true => Ok(granted()),
                    false => Err(TransportFailure::NotSent(format!("a proxy said: {echo}"))),
                });
                said.0.push(format!("{client:?}"));
                let events = client.drain_events();
                said.0.push(format!("{events:?} {}", serde_json::to_string(&events).unwrap()));
                said.0.sort_unstable();
                said.0.dedup();
            }
            said.assert_without(secret, name);
        }
    }
}
