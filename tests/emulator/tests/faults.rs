//! Each fault does what it says, once, and is counted.

use std::collections::BTreeMap;

use crate::harness::{first_ids, json, text, with_faults};
use brightpearl_core::Method;
use brightpearl_emulator::Outcome;
use serde_json::json;

const SEARCH: &str = "order-service/order-search?pageSize=400&columns=orderId";

fn first(fault: &str) -> (crate::harness::Account, Outcome) {
    let mut account = with_faults(&format!(r#"{{"script": [{{"request": 1, "fault": {fault}}}]}}"#));
    let outcome = account.outcome(Method::Get, SEARCH, "");
    (account, outcome)
}

fn first_response(fault: &str) -> (crate::harness::Account, brightpearl_core::Response) {
    let (account, outcome) = first(fault);
    (account, outcome.response().unwrap())
}

#[test]
fn lost_connections() {
    assert_eq!(first(r#"{"kind": "lost-response"}"#).1, Outcome::ConnectionLost { applied: true });
    assert_eq!(first(r#"{"kind": "reset-before-send"}"#).1, Outcome::ConnectionLost { applied: false });
}

#[test]
fn the_cap_holds_until_the_window_ends() {
    let (mut account, response) = first_response(r#"{"kind": "cap"}"#);
    assert_eq!(response.status, 503);
    assert!(text(&response).contains("too many requests"));
    let period: u64 = response.headers.get("Brightpearl-Next-Throttle-Period").unwrap().parse().unwrap();
    let sent = crate::harness::request(Method::Get, SEARCH, "");
    assert_eq!(account.emulator.answer(&sent, account.now + period - 1).status, 503);
    assert_eq!(account.emulator.answer(&sent, account.now + period).status, 200);
}

#[test]
fn outages_and_errors_do_not_look_like_the_cap() {
    let (_, outage) = first_response(r#"{"kind": "outage"}"#);
    assert_eq!(outage.status, 503);
    assert!(json(&outage)["response"].is_string() && !text(&outage).contains("too many requests"));
    let (_, page) = first_response(r#"{"kind": "outage-page", "applied": true}"#);
    assert_eq!((page.status, page.headers.get("Content-Type")), (503, Some("text/html")));
    let (_, error) = first_response(r#"{"kind": "server-error", "applied": true}"#);
    assert_eq!(error.status, 500);
    assert!(json(&error).get("errors").is_none());
    assert_eq!(error.headers.get("Brightpearl-Requests-Remaining"), Some("199"));
    let (_, throttled) = first_response(r#"{"kind": "too-many-requests", "retry_after_s": 7}"#);
    assert_eq!((throttled.status, throttled.headers.get("Retry-After")), (429, Some("7")));
}

#[test]
fn spoilt_bodies() {
    let (_, truncated) = first_response(r#"{"kind": "truncated-body"}"#);
    assert_eq!(truncated.status, 200);
    assert!(serde_json::from_slice::<serde_json::Value>(&truncated.body).is_err());
    assert_eq!(truncated.headers.get("Message-Type"), Some("bulk-data-search"));
    let (_, page) = first_response(r#"{"kind": "html-page"}"#);
    assert_eq!(page.status, 200);
    assert!(text(&page).starts_with("<html>"));
}

#[test]
fn slowness_is_said_not_slept() {
    let (_, outcome) = first(r#"{"kind": "slow", "delay_ms": 90000}"#);
    let Outcome::Answer { response, after_ms } = outcome else { panic!("no answer: {outcome:?}") };
    assert_eq!((response.status, after_ms), (200, 90_000));
}

#[test]
fn lying_counts() {
    let (_, response) = first_response(r#"{"kind": "results-available-lies", "value": 500}"#);
    assert_eq!(json(&response)["response"]["metaData"]["resultsAvailable"], 500);
    let (_, response) = first_response(r#"{"kind": "more-pages-lies"}"#);
    assert_eq!(json(&response)["response"]["metaData"]["morePagesAvailable"], false);
}

#[test]
fn duplicates_across_pages_lose_nothing() {
    let mut account = with_faults(
        r#"{"rates": [{"rate": 1.0, "path": "order-search", "fault": {"kind": "duplicate-rows", "rows": 3}}]}"#,
    );
    let mut seen = BTreeMap::<u64, u32>::new();
    let mut shown = 0;
    loop {
        let path = format!("{SEARCH}&firstResult={}", shown + 1);
        let page = json(&account.outcome(Method::Get, &path, "").response().unwrap());
        for id in first_ids(&page) {
            *seen.entry(id).or_default() += 1;
            shown += 1;
        }
        if page["response"]["metaData"]["morePagesAvailable"] == false {
            break;
        }
    }
    assert_eq!(seen.len(), 1_200);
    assert!(shown > 1_200, "{shown}");
    assert!(seen.values().any(|times| *times > 1));
}

#[test]
fn a_bad_id_spoils_its_set() {
    let mut account = with_faults(
        r#"{"bad_ids": [{"resource": "order-service/order", "ids": [7]},
                        {"resource": "product-service/product", "ids": [1008]}]}"#,
    );
    let refusal = account.refusal(Method::Get, "order-service/order/1-20", "");
    assert_eq!(refusal, (400, "ORDC-003".to_owned(), "You have supplied an invalid order id: 7".to_owned()));
    assert_eq!(account.refusal(Method::Get, "order-service/order/7", "").0, 400);
    assert!(account.get("order-service/order/1-6,8-20")["response"].as_array().unwrap().len() > 10);
    assert_eq!(account.refusal(Method::Get, "product-service/product/1007-1010", "").0, 400);
    assert_eq!(account.uris("order-service/order/1-20").len(), 1);
}

#[test]
fn faults_are_counted_and_seeded() {
    let plan = r#"{"rates": [{"rate": 0.3, "methods": ["GET"], "fault": {"kind": "outage"}}]}"#;
    let run = || {
        let mut account = with_faults(plan);
        let statuses: Vec<u16> = (0..60)
            .map(|_| account.outcome(Method::Get, "order-service/order-type", "").response().unwrap().status)
            .collect();
        (statuses, account.emulator.statistics().clone())
    };
    let (statuses, statistics) = run();
    let outages = statuses.iter().filter(|status| **status == 503).count() as u64;
    assert!((5..35).contains(&outages), "{outages}");
    assert_eq!(statistics.faults, BTreeMap::from([("outage".to_owned(), outages)]));
    assert_eq!(statistics.by_status[&503], outages);
    assert_eq!(statistics.requests, 60);
    assert_eq!(run(), (statuses, statistics));
}

#[test]
fn statistics_are_plain_data() {
    let mut account = with_faults("{}");
    account.get("order-service/order/1-5");
    account.send(Method::Delete, "order-service/order/1", "");
    let statistics = serde_json::to_value(account.emulator.statistics()).unwrap();
    assert_eq!(statistics["by_resource"], json!({"DELETE unknown": 1, "GET order-service/order/{ids?}": 1}));
    assert_eq!(statistics["by_status"], json!({"200": 1, "404": 1}));
}
