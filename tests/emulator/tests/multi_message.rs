//! Several writes in one request.

use crate::harness::{Account, json, small_account, strict_account, text, with_faults};
use brightpearl_core::{Method, Response};
use brightpearl_emulator::Outcome;
use serde_json::{Value, json};

/// Puts an order to a status; the first order is always there and always a sale.
fn status(label: &str, order: &str, status: u32) -> Value {
    json!({
        "label": label,
        "uri": format!("/order-service/order/{order}/status"),
        "httpMethod": "PUT",
        "body": {"orderStatusId": status},
    })
}

fn webhook(label: &str, event: &str) -> Value {
    let uri = "http://127.0.0.1:1/?${account-code}${resource-type}${resource-id}${lifecycle-event}";
    json!({
        "label": label,
        "uri": "/integration-service/webhook",
        "httpMethod": "POST",
        "body": {"subscribeTo": event, "httpMethod": "GET", "uriTemplate": uri},
    })
}

fn batch(mode: &str, on_fail: &str, messages: &[Value]) -> String {
    json!({"processingMode": mode, "onFail": on_fail, "messages": messages}).to_string()
}

fn send(account: &mut Account, body: &str) -> Response {
    account.send(Method::Post, "multi-message", body)
}

fn labels(body: &Value) -> (Vec<(String, u64)>, Vec<String>) {
    let response = &body["response"];
    let processed = response["processedMessages"].as_array().unwrap().iter();
    let unprocessed = response["unprocessedMessages"].as_array().unwrap().iter();
    (
        processed
            .map(|message| {
                (message["label"].as_str().unwrap().to_owned(), message["statusCode"].as_u64().unwrap())
            })
            .collect(),
        unprocessed.map(|label| label.as_str().unwrap().to_owned()).collect(),
    )
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(label, status)| ((*label).to_owned(), *status)).collect()
}

#[test]
fn messages_are_carried_out_by_the_same_routes() {
    let mut account = small_account();
    let id = account.get("order-service/order/1")["response"][0]["id"].clone();
    assert_eq!(id, 1);
    let response = send(
        &mut account,
        &batch("SEQUENTIAL", "CONTINUE", &[webhook("a", "order.modified"), webhook("b", "product")]),
    );
    assert_eq!(response.status, 200);
    assert_eq!(response.headers.get("Message-Type"), Some("multi-message"));
    let body = json(&response);
    assert_eq!(labels(&body), (pairs(&[("a", 200), ("b", 200)]), vec![]));
    assert_eq!(body["response"]["processedMessages"][0]["body"], json!({"content": "{\"response\":1}"}));
    assert_eq!(body["response"]["processedMessages"][1]["body"]["content"], "{\"response\":2}");
    let delete =
        json!({"label": "c", "uri": "/integration-service/webhook/1", "httpMethod": "DELETE", "body": {}});
    let body = json(&send(&mut account, &batch("SEQUENTIAL", "STOP", &[delete])));
    assert_eq!(body["response"]["processedMessages"][0]["body"]["content"], "{}");
    assert_eq!(account.get("integration-service/webhook")["response"].as_array().unwrap().len(), 1);
}

#[test]
fn one_unit_of_the_cap_however_many_messages() {
    let mut account = small_account();
    let messages: Vec<Value> = (0..10).map(|number| webhook(&number.to_string(), "product")).collect();
    let response = send(&mut account, &batch("SEQUENTIAL", "CONTINUE", &messages));
    assert_eq!(response.headers.get("Brightpearl-Requests-Remaining"), Some("199"));
    let statistics = account.emulator.statistics();
    assert_eq!((statistics.requests, statistics.applied_writes), (1, 10));
    assert_eq!(statistics.messages["POST integration-service/webhook"], 10);
    assert_eq!(statistics.by_resource["POST multi-message"], 1);
}

#[test]
fn failures_continue_or_stop() {
    let messages = [
        webhook("first", "order"),
        webhook("wrong", "contact.created"),
        json!({"label": "nowhere", "uri": "/no-service/thing", "httpMethod": "POST", "body": {}}),
        webhook("last", "product"),
    ];
    let mut account = small_account();
    let response = send(&mut account, &batch("SEQUENTIAL", "CONTINUE", &messages));
    assert_eq!(response.status, 207);
    let body = json(&response);
    assert_eq!(
        labels(&body),
        (pairs(&[("first", 200), ("wrong", 400), ("nowhere", 404), ("last", 200)]), vec![])
    );
    let content = body["response"]["processedMessages"][1]["body"]["content"].as_str().unwrap();
    let content: Value = serde_json::from_str(content).unwrap();
    assert_eq!(content["errors"][0]["code"], "INTC-064");

    let mut account = small_account();
    let response = send(&mut account, &batch("SEQUENTIAL", "STOP", &messages));
    assert_eq!(response.status, 207);
    assert_eq!(
        labels(&json(&response)),
        (pairs(&[("first", 200), ("wrong", 400)]), vec!["nowhere".to_owned(), "last".to_owned()])
    );
    assert_eq!(account.get("integration-service/webhook")["response"].as_array().unwrap().len(), 1);
}

#[test]
fn parallel_messages_are_told_apart_by_their_labels() {
    let messages: Vec<Value> = (0..10).map(|number| webhook(&format!("m{number}"), "product")).collect();
    let mut account = small_account();
    let mut orders = Vec::new();
    for _ in 0..3 {
        let response = send(&mut account, &batch("PARALLEL", "CONTINUE", &messages));
        assert_eq!(response.status, 200);
        let (processed, _) = labels(&json(&response));
        let mut sorted = processed.clone();
        sorted.sort();
        assert_eq!(sorted.len(), 10);
        assert!(sorted.windows(2).all(|pair| pair[0] != pair[1]));
        orders.push(processed);
    }
    assert!(orders.iter().any(|order| !order.is_sorted()), "{orders:?}");
}

#[test]
fn what_breaks_the_rules_is_refused_as_a_whole() {
    let good = || webhook("a", "product");
    let many: Vec<Value> = (0..11).map(|number| webhook(&number.to_string(), "product")).collect();
    let with = |member: &str, value: Value| {
        let mut message = good();
        message[member] = value;
        batch("SEQUENTIAL", "CONTINUE", &[message])
    };
    let cases = [
        (batch("PARALLEL", "STOP", &[good()]), "cannot be STOP"),
        (batch("SOMEHOW", "STOP", &[good()]), "processingMode"),
        (batch("SEQUENTIAL", "MAYBE", &[good()]), "onFail"),
        (batch("SEQUENTIAL", "STOP", &[]), "must have a message"),
        (batch("SEQUENTIAL", "STOP", &many), "at most 10 messages; it has 11"),
        (batch("SEQUENTIAL", "STOP", &[good(), good()]), "label a is used more than once"),
        (with("httpMethod", json!("GET")), "Message 1: its httpMethod"),
        (with("httpMethod", json!("PATCH")), "Message 1: its httpMethod"),
        (with("label", json!("")), "no label"),
        (with("uri", json!("integration-service/webhook")), "begin with a slash"),
        ("[]".to_owned(), "JSON formatted body"),
        (String::new(), "JSON formatted body"),
    ];
    let mut account = strict_account();
    for (body, expected) in cases {
        let response = send(&mut account, &body);
        assert_eq!(response.status, 400, "{body}");
        assert!(text(&response).contains(expected), "{expected}: {}", text(&response));
    }
    let several = send(&mut account, r#"{"messages": []}"#);
    assert_eq!(json(&several)["errors"].as_array().unwrap().len(), 3);
    assert_eq!(account.emulator.statistics().applied_writes, 0);
    assert_eq!(account.send(Method::Get, "multi-message", "").status, 404);
}

#[test]
fn what_no_source_refuses_is_taken_unless_the_account_is_strict() {
    let mut account = small_account();
    let response = send(&mut account, r#"{"messages": []}"#);
    assert_eq!((response.status, &json(&response)["response"]["processedMessages"]), (200, &json!([])));
    let mut message = webhook("a", "product");
    message["httpMethod"] = json!("PATCH");
    message["uri"] = json!("/order-service/order/1");
    message["body"] = json!([{"op": "replace", "path": "/reference", "value": "by a batch"}]);
    let response = send(&mut account, &json!({"messages": [message]}).to_string());
    assert_eq!(response.status, 200, "{}", text(&response));
    assert_eq!(account.order(1)["reference"], "by a batch");
}

#[test]
fn without_credentials_nothing_is_carried_out() {
    let mut account = small_account();
    let mut request = crate::harness::request(
        Method::Post,
        "multi-message",
        &batch("SEQUENTIAL", "STOP", &[webhook("a", "product")]),
    );
    request.headers = brightpearl_core::Headers::new();
    assert_eq!(account.emulator.answer(&request, account.now).status, 401);
    assert_eq!(account.emulator.statistics().applied_writes, 0);
}

#[test]
fn its_service_can_be_out_alone_and_for_a_time() {
    let mut account = with_faults(
        r#"{"rates": [{"rate": 1.0, "from": 2, "until": 3,
                       "fault": {"kind": "multi-message-outage", "applied": true}}]}"#,
    );
    let body = batch("SEQUENTIAL", "STOP", &[webhook("a", "product")]);
    let mut outcomes = |path: &str, body: &str| {
        let response = account.outcome(Method::Post, path, body).response().unwrap();
        (response.status, text(&response))
    };
    assert_eq!(outcomes("multi-message", &body).0, 200);
    let (status, said) = outcomes("multi-message", &body);
    assert_eq!(status, 503);
    assert!(!said.contains("too many requests"), "{said}");
    let single = webhook("a", "product")["body"].to_string();
    assert_eq!(outcomes("integration-service/webhook", &single), (200, "{\"response\":3}".to_owned()));
    assert_eq!(outcomes("multi-message", &body).0, 200);
}

#[test]
fn one_message_can_fail_for_itself() {
    for (applied, left) in [(true, 3), (false, 2)] {
        let mut account = with_faults(&format!(
            r#"{{"script": [{{"request": 1,
                "fault": {{"kind": "failed-message", "message": 2, "status": 503, "applied": {applied}}}}}]}}"#
        ));
        let messages = [webhook("a", "product"), webhook("b", "product"), webhook("c", "product")];
        let body = batch("SEQUENTIAL", "CONTINUE", &messages);
        let response = account.outcome(Method::Post, "multi-message", &body).response().unwrap();
        assert_eq!(response.status, 207);
        assert_eq!(labels(&json(&response)).0, pairs(&[("a", 200), ("b", 503), ("c", 200)]));
        assert_eq!(account.get("integration-service/webhook")["response"].as_array().unwrap().len(), left);
    }
}

#[test]
fn a_lost_response_loses_the_answer_and_not_the_writes() {
    let mut account = with_faults(r#"{"script": [{"request": 1, "fault": {"kind": "lost-response"}}]}"#);
    let body = batch("SEQUENTIAL", "STOP", &[webhook("a", "product"), webhook("b", "order")]);
    let outcome = account.outcome(Method::Post, "multi-message", &body);
    assert_eq!(outcome, Outcome::ConnectionLost { applied: true });
    assert_eq!(account.get("integration-service/webhook")["response"].as_array().unwrap().len(), 2);
}

#[test]
fn writes_to_records_go_through() {
    let mut account = small_account();
    // Among the first orders there is a sale.
    let ids = account.column("order-service/order-search?orderTypeId=1&pageSize=1", "orderId");
    let sale = ids[0].to_string();
    let status_now = |account: &mut Account| {
        let order = account.get(&format!("order-service/order/{sale}"));
        order["response"][0]["orderStatus"]["orderStatusId"].clone()
    };
    assert_ne!(status_now(&mut account), 21);
    let body = batch("SEQUENTIAL", "STOP", &[status("s", &sale, 21), status("t", "99999999", 21)]);
    let response = send(&mut account, &body);
    assert_eq!(labels(&json(&response)).0[0], ("s".to_owned(), 200));
    assert_ne!(labels(&json(&response)).0[1].1, 200);
    assert_eq!(status_now(&mut account), 21);
}
