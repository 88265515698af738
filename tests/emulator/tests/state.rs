//! An account that is saved in the midst of things goes on as if nothing had happened.

use crate::harness::driver::post_form;
use crate::harness::{NOW, account, json, text};
use brightpearl_core::{Headers, Method, Request, Response};
use brightpearl_emulator::{Config, Emulator, Noise, Receipt, StateError};
use serde_json::json;

fn config() -> Config {
    Config { orders: 200, noise: Some(Noise { requests_per_period: 20 }), ..Config::default() }
}

fn ask(emulator: &mut Emulator, method: Method, path: &str, body: &str, now: u64) -> Response {
    emulator.answer(&crate::harness::request(method, path, body), now)
}

/// An account to which all kinds of things have happened, and what was given out meanwhile.
struct Lived {
    emulator: Emulator,
    bearer: Headers,
    refresh_token: String,
    sale: String,
}

fn lived() -> Lived {
    let mut account = account(config());
    let sale =
        account.column("order-service/order-search?orderTypeId=1&pageSize=1", "orderId")[0].to_string();
    let hook = json!({
        "subscribeTo": "order.modified", "httpMethod": "GET", "qualityOfService": 1, "idSetAccepted": true,
        "uriTemplate": "http://127.0.0.1:9/${account-code}/${resource-type}/${resource-id}/${lifecycle-event}",
    });
    account.send(Method::Post, "integration-service/webhook", &hook.to_string());
    account.send(Method::Post, "integration-service/webhook", &hook.to_string());
    account.send(Method::Delete, "integration-service/webhook/2", "");
    let note = r#"{"text": "Saved & kept", "isPublic": false}"#;
    assert_eq!(account.send(Method::Post, &format!("order-service/order/{sale}/note"), note).status, 200);
    let address = r#"{"addressLine1": "1 Test Street", "postalCode": "AA1 1AA", "countryIsoCode": "GBR"}"#;
    assert_eq!(account.send(Method::Post, "contact-service/postal-address", address).status, 200);
    let path = format!("order-service/order/{sale}/status");
    assert_eq!(account.send(Method::Put, &path, r#"{"orderStatusId": 4}"#).status, 200);
    let mut emulator = account.emulator;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw="),
        ("client_id", "demo_oauth_app"),
    ];
    let tokens = json(&post_form(&mut emulator, "/token/demo", &form, NOW));
    let member = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let bearer = [
        ("brightpearl-app-ref", "demo_oauth_app".to_owned()),
        ("brightpearl-dev-ref", "demo_developer".to_owned()),
        ("authorization", format!("Bearer {}", member("access_token"))),
    ];
    Lived { emulator, bearer: bearer.into_iter().collect(), refresh_token: member("refresh_token"), sale }
}

#[test]
fn what_was_loaded_answers_like_what_was_saved() {
    let Lived { emulator: mut saved, bearer, refresh_token, sale } = lived();
    // In the midst of a throttle period.
    let now = NOW + 600_000 + 20_000;
    for _ in 0..5 {
        ask(&mut saved, Method::Get, "order-service/order-type", "", now);
    }
    let state = saved.save().unwrap();
    let mut loaded = Emulator::load(&state).unwrap();
    assert_eq!(loaded.save().unwrap(), state);
    assert_eq!(loaded.config(), saved.config());
    assert_eq!(loaded.statistics(), saved.statistics());
    let order = format!("order-service/order/{sale}");
    let note = format!("{order}/note");
    for (step, (method, path, body)) in [
        (Method::Get, order.as_str(), ""),
        (Method::Get, &note, ""),
        (Method::Post, &note, r#"{"text": "After"}"#),
        (Method::Get, "order-service/order-search?pageSize=500&sort=updatedOn|DESC", ""),
        (Method::Get, "integration-service/webhook", ""),
        (
            Method::Post,
            "contact-service/postal-address",
            r#"{"addressLine1": "2", "postalCode": "B", "countryIsoCode": "GBR"}"#,
        ),
        (Method::Put, &format!("{order}/status"), r#"{"orderStatusId": 3}"#),
        (Method::Options, "order-service/order", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let at = now + 1_000 * step as u64;
        let both = [&mut saved, &mut loaded].map(|emulator| ask(emulator, method, path, body, at));
        assert_eq!(text(&both[0]), text(&both[1]), "{method} {path}");
        assert_eq!(both[0], both[1], "{method} {path}");
        assert_eq!(both[0].status, 200, "{method} {path}");
    }
    for emulator in [&mut saved, &mut loaded] {
        let url = "/public-api/demo/order-service/order-type".to_owned();
        let request = Request { method: Method::Get, url, headers: bearer.clone(), body: Vec::new() };
        assert_eq!(emulator.answer(&request, now).status, 200);
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &refresh_token),
            ("client_id", "demo_oauth_app"),
        ];
        assert_eq!(post_form(emulator, "/token/demo", &form, now).status, 200);
    }
    assert_eq!(saved.deliveries(now + 10_000), loaded.deliveries(now + 10_000));
    assert_eq!(saved.save().unwrap(), loaded.save().unwrap());
}

#[test]
fn a_delivery_that_was_under_way_is_due_again() {
    let Lived { mut emulator, .. } = lived();
    let due = emulator.next_delivery().unwrap();
    let under_way = emulator.deliveries(due);
    assert_eq!(under_way.len(), 1);
    let mut loaded = Emulator::load(&emulator.save().unwrap()).unwrap();
    let again = loaded.deliveries(due);
    assert_eq!((again.len(), again[0].id, &again[0].request), (1, under_way[0].id, &under_way[0].request));
    assert!(loaded.delivered(again[0].id, Receipt::Answered(200), due));
    assert_eq!(loaded.undelivered(), 0);
}

#[test]
fn ids_are_not_used_again_after_loading() {
    let Lived { emulator, .. } = lived();
    let mut loaded = Emulator::load(&emulator.save().unwrap()).unwrap();
    let hook = json!({
        "subscribeTo": "product", "httpMethod": "DELETE",
        "uriTemplate": "http://a.example/${account-code}/${resource-type}/${resource-id}/${lifecycle-event}",
    });
    let response = ask(&mut loaded, Method::Post, "integration-service/webhook", &hook.to_string(), NOW);
    assert_eq!(text(&response), r#"{"response":3}"#);
}

#[test]
fn reset_goes_back_to_the_beginning() {
    let Lived { mut emulator, bearer, .. } = lived();
    emulator.reset();
    assert_eq!(emulator.save().unwrap(), Emulator::new(config()).unwrap().save().unwrap());
    let url = "/public-api/demo/order-service/order-type".to_owned();
    let request = Request { method: Method::Get, url, headers: bearer, body: Vec::new() };
    assert_eq!(emulator.answer(&request, NOW).status, 401);
}

#[test]
fn what_is_not_a_state_is_refused() {
    let state = Emulator::new(config()).unwrap().save().unwrap();
    let reason = |text: &str| Emulator::load(text).err().map(|error| error.to_string()).unwrap();
    assert!(reason("").contains("cannot be read"));
    assert!(reason("{}").contains("version"));
    assert!(reason(&state[..state.len() - 5]).contains("line 1"));
    let newer = state.replacen("\"version\":2", "\"version\":3", 1);
    assert_eq!(Emulator::load(&newer).err(), Some(StateError::Version { found: 3 }));
    let spoilt = state.replacen("\"quota\":200", "\"quota\":0", 1);
    assert!(reason(&spoilt).contains("`quota`"), "{}", reason(&spoilt));
}

#[test]
fn faults_can_be_changed_on_the_way() {
    let mut emulator = Emulator::new(config()).unwrap();
    let plan = |text: &str| brightpearl_emulator::FaultPlan::from_json(text).unwrap();
    emulator.set_faults(plan(r#"{"bad_ids": [{"resource": "order-service/order", "ids": [1]}]}"#)).unwrap();
    assert_eq!(ask(&mut emulator, Method::Get, "order-service/order/1", "", NOW).status, 400);
    let mut loaded = Emulator::load(&emulator.save().unwrap()).unwrap();
    assert_eq!(ask(&mut loaded, Method::Get, "order-service/order/1", "", NOW).status, 400);
    loaded.set_faults(plan("{}")).unwrap();
    assert_eq!(ask(&mut loaded, Method::Get, "order-service/order/1", "", NOW).status, 200);
}
