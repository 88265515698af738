//! Whatever is secret, however it is echoed, and wherever the echo stands: nothing that the engine says shows it.

use std::collections::BTreeSet;

use crate::echoes::every_form;
use brightpearl_core::operation::{
    Batch, Fetch, OnFailure, Options, Order, Packing, Plan, Search, SingleRequest, Task,
};
use brightpearl_core::{Call, Client, Config, Error, Method, Output, Response, Step, TransportFailure};
use serde_json::{Value, json};

const NOW: u64 = 1_782_864_000_000;

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
#[derive(Debug, Default)]
struct Said(BTreeSet<String>);

impl Said {
    fn error(&mut self, error: &Error) {
        self.0.insert(format!("{error} {error:?}"));
        self.0.insert(serde_json::to_string(error).unwrap());
    }

    /// Nothing of any form of any secret: not even its beginning, but for what chance gives.
    fn assert_without(&self, secret: &str, context: &str) {
        let parts_of = |text: &str| -> Vec<u64> {
            let windows = text.as_bytes().windows(size_of::<u64>());
            windows.filter_map(|part| part.try_into().ok().map(u64::from_le_bytes)).collect()
        };
        let mut parts: Vec<u64> = every_form(secret).iter().flat_map(|(_, echo)| parts_of(echo)).collect();
        parts.sort_unstable();
        for text in &self.0 {
            let part = parts_of(text).into_iter().find(|part| parts.binary_search(part).is_ok());
            let part = part.map(|part| String::from_utf8_lossy(&part.to_le_bytes()).into_owned());
            assert!(part.is_none(), "{context}: {part:?} in {text}");
        }
        for text in &self.0 {
            assert!(!text.contains(&secret[..4]), "{context}: {text}");
        }
    }
}

/// A call of every kind.
fn calls(client: &Client) -> Vec<Call> {
    let write =
        || SingleRequest::new(Method::Put, "order-service/order/5/status").body(r#"{"orderStatusId":1}"#);
    let batch = Batch {
        requests: vec![write(), write()],
        packing: Packing::Always,
        order: Order::default(),
        on_failure: OnFailure::default(),
    };
    let options = Options { resource: "order-service/order".to_owned(), ids: Some("1-3".parse().unwrap()) };
    vec![
        client.request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap(),
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
        match call.poll(now) {
            Ok(Step::Send(exchange)) => {
                said.0.insert(format!("{:?}", exchange.request));
                match respond(&exchange.request) {
                    Ok(response) => {
                        said.0.insert(format!("{response:?}"));
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
            // Each form stands alone in the tests of the redactor; here are some with every scheme.
            let forms = every_form(secret).into_iter().skip(number).step_by(if number == 0 { 5 } else { 19 });
            for (turn, (_, echo)) in forms.enumerate() {
                let client = client(&credentials);
                let call =
                    client.request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap();
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
                let call =
                    client.request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap();
                drive(call, &mut said, |request| match is_login(request) {
                    true => Ok(granted()),
                    false => Err(TransportFailure::NotSent(format!("a proxy said: {echo}"))),
                });
                said.0.insert(format!("{client:?}"));
                let events = client.drain_events();
                said.0.insert(format!("{events:?}"));
            }
            said.assert_without(secret, name);
        }
    }
}

/// Wherever an error leaves something out of what an answer says.
#[test]
fn no_secret_is_shown_for_being_cut_in_two() {
    let secret = "Xq7Wz9Kv3Lm";
    let credentials = json!({"type": "private-app", "app_ref": "acme_sync", "account_token": secret});
    for before in (0..60).chain(5_900..6_020) {
        let mut said = Said::default();
        let echo = format!("{}{secret}{}", ".".repeat(before), ".".repeat(4_000));
        let refusal = Response::new(403, json!({"response": echo}).to_string());
        let plan = Response::new(200, json!({"response": {"getUris": [echo]}}).to_string());
        let fetch =
            || Fetch { plan: Plan::Always, ..Fetch::new("order-service/order", "1-3".parse().unwrap()) };
        for answer in [refusal, plan] {
            let client = client(&credentials);
            let order_types =
                client.request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap();
            drive(order_types, &mut said, |_| Ok(answer.clone()));
            drive(client.fetch(fetch()).unwrap(), &mut said, |_| Ok(answer.clone()));
        }
        let longest = said.0.iter().map(String::len).max();
        assert!(longest < Some(25_000), "{longest:?}");
        for part in [&secret[..4], &secret[7..]] {
            assert!(said.0.iter().all(|text| !text.contains(part)), "{before} {part}");
        }
    }
}

#[test]
fn the_refusal_of_a_login_shows_no_token_of_its_answer() {
    const NUMBER: &str = "771205934187712059341877120593418";
    let token = planted("unheard of");
    let answers = [
        json!({"response": token}).to_string(),
        json!({"response": format!("{token} is your token")}).to_string(),
        json!({"access_token": token}).to_string(),
        json!({"access_token": token, "error_description": format!("use {token}"), "error": token})
            .to_string(),
        json!({"refresh_token": [token], "errors": [{"code": token, "message": token}]}).to_string(),
        json!({"token": {"value": token}, "error": "invalid_grant", "error_description": token}).to_string(),
        json!({"error": token, "error_description": format!("bad grant {token}.")}).to_string(),
        format!(
            r#"{{"access_token": {NUMBER}, "error": "it_is_{NUMBER}", "error_description": "not {NUMBER}"}}"#
        ),
        json!({"access_token": "a", "api_domain": token}).to_string(),
        json!({"access_token": "a", "api_domain": {"access_token": token}}).to_string(),
        format!(r#"{{"access_token":"{token}"#),
        format!("access_token={token}&token_type=Bearer"),
        format!("<token>{token}</token>"),
        token.clone(),
    ];
    for Scheme { name, credentials, .. } in schemes() {
        let mut said = Said::default();
        for answer in &answers {
            for status in [200, 201, 302, 400, 401, 403, 429, 500] {
                let client = client(&credentials);
                let call =
                    client.request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap();
                drive(call, &mut said, |request| {
                    let status = if is_login(request) { status } else { 401 };
                    Ok(Response::new(status, if is_login(request) { answer.as_str() } else { "" }))
                });
                said.0.insert(format!("{client:?} {:?}", client.drain_events()));
            }
        }
        said.assert_without(&token, name);
        said.assert_without(NUMBER, name);
    }
    let credentials = &schemes()[7].credentials;
    let call =
        client(credentials).request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap();
    let mut said = Said::default();
    drive(call, &mut said, |request| {
        let body = r#"{"error":"invalid_grant","error_description":"The refresh token has expired"}"#;
        Ok(if is_login(request) { Response::new(400, body) } else { Response::new(401, "") })
    });
    let tells = |text: &String| text.contains("invalid_grant: The refresh token has expired");
    assert!(said.0.iter().any(tells), "{said:?}");
}

#[test]
fn what_is_wrong_with_a_configuration_is_said_without_its_values() {
    let config =
        |credentials: Value| json!({"account": "acme", "datacentre": "use1", "credentials": credentials});
    let secret = "77120593418";
    let number: Value = serde_json::from_str(secret).unwrap();
    let private = |token: Value| json!({"type": "private-app", "app_ref": "a", "account_token": token});
    let oauth = |grant: Value| json!({"type": "oauth", "app_ref": "a", "dev_ref": "d", "grant": grant});
    let decimals: Value = serde_json::from_str("77120593418.25").unwrap();
    for (credentials, expected) in [
        (private(number.clone()), "invalid type: integer, expected a string"),
        (private(decimals), "invalid type: floating point, expected a string"),
        (private(json!([secret])), "invalid type: sequence, expected a string"),
        (json!(secret), "invalid type: string, expected"),
        (number.clone(), "invalid type: integer, expected"),
        (json!({"type": secret, "app_ref": "a"}), "unknown credentials type, expected one of `private-app`"),
        (json!({"type": number}), "invalid type: integer, expected a string"),
        (oauth(json!(secret)), "unknown variant, expected `authorization_code` or `tokens`"),
        (oauth(json!({"tokens": {"refresh_token": number}})), "invalid type: integer, expected a string"),
        (
            oauth(json!({"tokens": {"expires_at": format!("`, expected {secret}")}})),
            "invalid type: string, expected u64",
        ),
        (oauth(json!({"tokens": {format!("refresh {secret}"): "x"}})), "unknown field, expected one of"),
        (json!({"type": "private-app", "apref": "a"}), "unknown field `apref`, expected one of"),
        (json!({"type": "privat-app"}), "unknown credentials type `privat-app`"),
    ] {
        let error = Config::from_json(&config(credentials).to_string()).unwrap_err();
        assert!(error.message().contains(expected), "{error}");
        assert!(!format!("{error} {error:?}").contains(&secret[..5]), "{error}");
    }
}

#[test]
fn names_of_an_answer_are_blanked_in_events() {
    let token = planted("account");
    let client = client(&schemes()[0].credentials);
    let search = Search::new("order-service/order-search");
    let mut said = Said::default();
    let page = json!({"response": {"results": [], "metaData": {"resultsAvailable": 0, "resultsReturned": 0,
        "firstResult": 1, "lastResult": 0,
        "columns": [{"name": token, "sortable": true, "filterable": true, "reportDataType": "INTEGER", "required": false}]}}});
    drive(client.search(search).unwrap(), &mut said, |_| Ok(Response::new(200, page.to_string())));
    let events = format!("{:?}", client.drain_events());
    assert!(events.contains("[redacted]"), "{events}");
    said.0.insert(events);
    said.assert_without(&token, "events");
}

#[test]
fn what_a_webhook_is_registered_with_is_not_shown_again() {
    const SECRET: &str = "of-our-own";
    let address =
        format!("https://shop.example/in?secret={SECRET}&id=${{resource-id}}&by=${{lifecycle-event}}");
    let body = json!({"subscribeTo": "order.modified", "httpMethod": "POST", "uriTemplate": address,
                      "bodyTemplate": "{\"account\": \"${account-code}\", \"type\": \"${resource-type}\"}",
                      "contentType": "application/json"});
    let refusal = json!({"errors": [{"code": "INTC-057", "message": format!("cannot use {address}")}]});
    let write = || SingleRequest::new(Method::Post, "integration-service/webhook").body(body.to_string());
    let batch = || Batch {
        requests: vec![write(), write()],
        packing: Packing::Never,
        order: Order::default(),
        on_failure: OnFailure::default(),
    };
    for answer in answers(&address).into_iter().chain([Response::new(400, refusal.to_string())]) {
        for is_batch in [false, true] {
            let client = client(&schemes()[0].credentials);
            let call = if is_batch { client.batch(batch()) } else { client.request(write()) };
            let mut said = Said::default();
            drive(call.unwrap(), &mut said, |_| Ok(answer.clone()));
            let read = SingleRequest::new(Method::Get, "integration-service/webhook");
            drive(client.request(read).unwrap(), &mut said, |_| Ok(answer.clone()));
            said.0.insert(format!("{client:?} {:?}", client.drain_events()));
            said.assert_without(SECRET, "webhook");
        }
    }
}
