//! Webhooks: subscribing, and what is delivered when, to whom, how often.

use crate::harness::{Account, account, json, text};
use brightpearl_core::Method;
use brightpearl_emulator::{Config, Delivery, FaultPlan, Outcome, Receipt, WebhookPolicy};
use serde_json::{Value, json};

const BODY: &str = r#"{"accountCode":"${account-code}","resourceType":"${resource-type}","id":"${resource-id}","lifecycleEvent":"${lifecycle-event}","fullEvent":"${full-event}","raisedOn":"${raised-on}","brightpearlVersion":"${brightpearl-version}"}"#;

fn subscription(event: &str, id_set_accepted: bool, quality_of_service: u8) -> Value {
    json!({
        "subscribeTo": event,
        "httpMethod": "POST",
        "uriTemplate": "http://127.0.0.1:9/hook?secret=abc&event=${full-event}",
        "bodyTemplate": BODY,
        "contentType": "application/json",
        "idSetAccepted": id_set_accepted,
        "qualityOfService": quality_of_service,
    })
}

fn with_policy(webhooks: WebhookPolicy) -> Account {
    account(Config { orders: 300, webhooks, ..Config::default() })
}

fn plain() -> Account {
    with_policy(WebhookPolicy::default())
}

fn subscribe(account: &mut Account, subscription: &Value) -> u64 {
    let response = account.send(Method::Post, "integration-service/webhook", &subscription.to_string());
    assert_eq!(response.status, 200, "{}", text(&response));
    json(&response)["response"].as_u64().unwrap()
}

/// Sales orders, so that they can be given a status.
fn sales(account: &mut Account, count: usize) -> Vec<u64> {
    let ids = account.column("order-service/order-search?orderTypeId=1", "orderId");
    ids.iter().take(count).map(|id| id.as_u64().unwrap()).collect()
}

fn invoice(account: &mut Account, order: u64) {
    let path = format!("order-service/order/{order}/status");
    let response = account.send(Method::Put, &path, r#"{"orderStatusId": 4}"#);
    assert_eq!(response.status, 200, "{}", text(&response));
}

fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.request.body).unwrap()
}

#[test]
fn subscriptions_come_and_go() {
    let mut account = plain();
    let path = "integration-service/webhook";
    let none = account.send(Method::Get, path, "");
    assert_eq!((none.status, none.headers.get("message-type")), (404, Some("get-webhook")));
    let wanted = subscription("goods-in-note.created", true, 1);
    assert_eq!(subscribe(&mut account, &wanted), 1);
    let minimal = json!({
        "subscribeTo": "product", "httpMethod": "DELETE",
        "uriTemplate": "https://a.example/${account-code}/${resource-type}/${resource-id}/${lifecycle-event}",
    });
    assert_eq!(subscribe(&mut account, &minimal), 2);
    let response = account.send(Method::Get, "integration-service/webhook/1", "");
    assert_eq!(response.headers.get("message-type"), Some("webhook-get"));
    let mut expected = wanted;
    expected["id"] = json!(1);
    assert_eq!(json(&response), json!({"response": [expected]}));
    let members = [
        "id",
        "subscribeTo",
        "httpMethod",
        "uriTemplate",
        "bodyTemplate",
        "contentType",
        "idSetAccepted",
        "qualityOfService",
    ];
    let shown = text(&response);
    assert!(members.map(|name| shown.find(&format!("\"{name}\":")).unwrap()).is_sorted(), "{shown}");
    let second = account.get("integration-service/webhook/2")["response"][0].clone();
    assert_eq!((&second["idSetAccepted"], &second["qualityOfService"]), (&json!(false), &json!(0)));
    assert_eq!(second.get("bodyTemplate"), None);
    let deleted = account.send(Method::Delete, "integration-service/webhook/1", "");
    assert_eq!((deleted.status, text(&deleted).as_str()), (200, "{}"));
    assert_eq!(deleted.headers.get("message-type"), Some("webhook-delete"));
    let again = account.send(Method::Delete, "integration-service/webhook/1", "");
    assert_eq!(again.headers.get("message-type"), Some("delete-webhook"));
    assert_eq!(text(&again), r#"{"errors":[{"code":"CMNC-404","message":"Cannot find webhook: 1"}]}"#);
    let refusal = account.refusal(Method::Get, "integration-service/webhook/99999", "");
    assert_eq!(refusal, (404, "CMNC-404".to_owned(), "No webhooks available in ID Set 99999".to_owned()));
    // Ids are never used again.
    account.send(Method::Delete, "integration-service/webhook/2", "");
    assert_eq!(subscribe(&mut account, &minimal), 3);
}

#[test]
fn what_cannot_be_subscribed_to_is_refused_with_all_reasons() {
    let mut account = plain();
    let mut codes = |change: &[(&str, Value)]| -> Vec<(String, String)> {
        let mut body = subscription("order.modified", false, 0);
        for (member, value) in change {
            body[*member] = value.clone();
        }
        let response = account.send(Method::Post, "integration-service/webhook", &body.to_string());
        assert_eq!(response.status, 400, "{change:?}");
        let errors = json(&response)["errors"].as_array().unwrap().clone();
        let member = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
        errors.iter().map(|error| (member(error, "code"), member(error, "message"))).collect()
    };
    let unknown = codes(&[("subscribeTo", json!("contact.created"))]);
    assert_eq!(
        unknown,
        [(
            "INTC-064".to_owned(),
            "contact.created either does not exist or cannot be subscribed too".to_owned()
        )]
    );
    assert_eq!(codes(&[("subscribeTo", json!("order.created"))])[0].0, "INTC-064");
    assert_eq!(
        codes(&[("subscribeTo", json!("order.deleted"))]),
        [("INTC-062".to_owned(), "deleted is not a valid lifecycle".to_owned())]
    );
    let missing = codes(&[("bodyTemplate", json!("${resource-id}"))]);
    let variables: Vec<&str> = missing.iter().map(|(_, text)| text.rsplit(' ').next().unwrap()).collect();
    assert_eq!(variables, ["${account-code}", "${resource-type}", "${lifecycle-event}"]);
    assert!(missing.iter().all(|(code, _)| code == "INTC-057"));
    // A body that is never sent does not count.
    assert_eq!(codes(&[("httpMethod", json!("GET"))]).len(), 4);
    for (member, value) in [
        ("subscribeTo", json!(null)),
        ("httpMethod", json!("PATCH")),
        ("uriTemplate", json!("/relative")),
        ("contentType", json!(null)),
        ("idSetAccepted", json!("yes")),
        ("qualityOfService", json!(2)),
    ] {
        assert!(codes(&[(member, value)]).iter().any(|(_, text)| text.contains(member)), "{member}");
    }
    assert_eq!(account.refusal(Method::Post, "integration-service/webhook", "[]").1, "CMNC-010");
}

#[test]
fn a_write_is_told_to_those_who_asked() {
    let mut account = plain();
    let order = sales(&mut account, 1)[0];
    subscribe(&mut account, &subscription("order.modified.order-status", false, 0));
    subscribe(&mut account, &subscription("product", false, 0));
    let all = subscribe(&mut account, &subscription("order", false, 0));
    invoice(&mut account, order);
    let raised = account.now;
    assert_eq!(account.emulator.deliveries(raised), []);
    assert_eq!(account.emulator.next_delivery(), Some(raised + 200));
    let due = account.emulator.deliveries(raised + 200);
    let events: Vec<(u32, String)> = due
        .iter()
        .map(|delivery| (delivery.webhook, body(delivery)["fullEvent"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(events.len(), 3, "{events:?}");
    assert_eq!(events.iter().filter(|(webhook, _)| u64::from(*webhook) == all).count(), 2);
    let first = due.iter().find(|delivery| delivery.webhook == 1).unwrap();
    assert_eq!((first.attempt, first.request.method), (1, Method::Post));
    assert_eq!(first.request.url, "http://127.0.0.1:9/hook?secret=abc&event=order.modified.order-status");
    assert_eq!(first.request.headers.get("content-type"), Some("application/json"));
    assert_eq!(
        body(first),
        json!({
            "accountCode": "demo",
            "resourceType": "order",
            "id": order.to_string(),
            "lifecycleEvent": "modified",
            "fullEvent": "order.modified.order-status",
            "raisedOn": raised_on(raised),
            "brightpearlVersion": "4.95.2936",
        })
    );
    // What is under way is not handed out again, and what was taken is over.
    assert_eq!(account.emulator.deliveries(raised + 90_000), []);
    for delivery in &due {
        assert!(account.emulator.delivered(delivery.id, Receipt::Answered(204), raised + 300));
        assert!(!account.emulator.delivered(delivery.id, Receipt::Answered(204), raised + 300));
    }
    assert_eq!((account.emulator.undelivered(), account.emulator.statistics().delivered), (0, 3));
}

/// The harness counts whole minutes from the first of July 2026.
fn raised_on(now: u64) -> String {
    let minutes = (now - crate::harness::NOW) / 60_000;
    format!("2026-07-01T00:{minutes:02}:00.000Z")
}

#[test]
fn a_refused_write_is_not_told_and_one_without_an_answer_is() {
    let faults = FaultPlan::from_json(r#"{"rates": [{"rate": 1.0, "fault": {"kind": "lost-response"}}]}"#);
    let mut account = account(Config { orders: 300, faults: faults.unwrap(), ..Config::default() });
    let order = sales(&mut account, 1)[0];
    subscribe(&mut account, &subscription("order", false, 0));
    let path = format!("order-service/order/{order}/status");
    assert_eq!(account.send(Method::Put, &path, r#"{"orderStatusId": 999}"#).status, 400);
    assert_eq!(account.emulator.undelivered(), 0);
    let outcome = account.outcome(Method::Put, &path, r#"{"orderStatusId": 4}"#);
    assert_eq!(outcome, Outcome::ConnectionLost { applied: true });
    assert!(account.emulator.undelivered() > 0);
}

#[test]
fn id_sets_are_gathered_where_they_are_accepted() {
    let mut account = plain();
    let orders = sales(&mut account, 5);
    subscribe(&mut account, &subscription("order.modified.order-status", true, 0));
    subscribe(&mut account, &subscription("order.modified.order-status", false, 0));
    let messages: Vec<Value> = orders
        .iter()
        .map(|order| {
            json!({"label": order.to_string(), "uri": format!("/order-service/order/{order}/status"),
                   "httpMethod": "PUT", "body": {"orderStatusId": 4}})
        })
        .collect();
    let batch = json!({"processingMode": "SEQUENTIAL", "onFail": "STOP", "messages": messages});
    assert_eq!(account.send(Method::Post, "multi-message", &batch.to_string()).status, 200);
    let due = account.emulator.deliveries(account.now + 200);
    let ids: Vec<(u32, String)> = due
        .iter()
        .map(|delivery| (delivery.webhook, body(delivery)["id"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(ids.iter().filter(|(webhook, _)| *webhook == 2).count(), 5);
    let (_, set) = ids.iter().find(|(webhook, _)| *webhook == 1).unwrap();
    assert_eq!(set.parse::<brightpearl_core::IdSet>().unwrap().iter().collect::<Vec<_>>(), orders);
    // What is on its way is not added to.
    invoice(&mut account, orders[0]);
    assert_eq!(account.emulator.deliveries(account.now + 200).len(), 2);
}

/// Sends one notification and answers so until it is settled. Counts the attempts.
fn attempts(quality_of_service: u8, receipts: &[Receipt]) -> (usize, u64, u64) {
    let retry_after_ms = vec![1_000, 2_000];
    let mut account = with_policy(WebhookPolicy { retry_after_ms, ..WebhookPolicy::default() });
    let order = sales(&mut account, 1)[0];
    subscribe(&mut account, &subscription("order.modified", false, quality_of_service));
    invoice(&mut account, order);
    let mut seen = 0;
    while let Some(due) = account.emulator.next_delivery() {
        for delivery in account.emulator.deliveries(due) {
            let receipt = receipts.get(seen).or(receipts.last()).copied().unwrap();
            seen += 1;
            assert_eq!(delivery.attempt as usize, seen);
            account.emulator.delivered(delivery.id, receipt, due);
        }
    }
    let statistics = account.emulator.statistics();
    (seen, statistics.delivered, statistics.undelivered)
}

#[test]
fn failures_are_repeated_as_the_quality_of_service_says() {
    use Receipt::{Answered, Failed};
    for (quality, receipts, expected) in [
        (0, vec![Answered(200)], (1, 1, 0)),
        (0, vec![Failed], (1, 0, 1)),
        (0, vec![Answered(500)], (1, 0, 1)),
        (0, vec![Answered(503), Answered(200)], (2, 1, 0)),
        (0, vec![Answered(503)], (3, 0, 1)),
        (1, vec![Failed, Answered(500), Answered(201)], (3, 1, 0)),
        (1, vec![Answered(404)], (1, 0, 1)),
        (1, vec![Answered(302)], (3, 0, 1)),
        (1, vec![Failed], (3, 0, 1)),
    ] {
        assert_eq!(attempts(quality, &receipts), expected, "{quality} {receipts:?}");
    }
}

#[test]
fn repetitions_wait_as_configured() {
    let mut account = plain();
    let order = sales(&mut account, 1)[0];
    subscribe(&mut account, &subscription("order.modified", false, 1));
    invoice(&mut account, order);
    let mut due = account.now + 200;
    for pause in [30_000, 120_000, 600_000, 3_600_000, 21_600_000] {
        let delivery = account.emulator.deliveries(due).pop().unwrap();
        account.emulator.delivered(delivery.id, Receipt::Failed, due);
        assert_eq!(account.emulator.deliveries(due + pause - 1), []);
        due += pause;
    }
    let last = account.emulator.deliveries(due).pop().unwrap();
    assert_eq!(last.attempt, 6);
    account.emulator.delivered(last.id, Receipt::Failed, due);
    assert_eq!(account.emulator.next_delivery(), None);
}

#[test]
fn a_webhook_that_is_deleted_tells_nothing_more() {
    let mut account = plain();
    let order = sales(&mut account, 1)[0];
    subscribe(&mut account, &subscription("order", false, 1));
    invoice(&mut account, order);
    let under_way = account.emulator.deliveries(account.now + 200).pop().unwrap();
    account.send(Method::Delete, "integration-service/webhook/1", "");
    assert_eq!(account.emulator.undelivered(), 0);
    assert!(!account.emulator.delivered(under_way.id, Receipt::Failed, account.now));
}

#[test]
fn deliveries_can_be_doubled_and_late() {
    let policy = WebhookPolicy { duplicate_rate: 1.0, jitter_ms: 60_000, ..WebhookPolicy::default() };
    let mut account = with_policy(policy);
    let orders = sales(&mut account, 8);
    subscribe(&mut account, &subscription("order.modified", false, 0));
    let batch = json!({"processingMode": "SEQUENTIAL", "onFail": "STOP", "messages": orders.iter().map(|order| {
        json!({"label": order.to_string(), "uri": format!("/order-service/order/{order}/status"),
               "httpMethod": "PUT", "body": {"orderStatusId": 4}})
    }).collect::<Vec<_>>()});
    assert_eq!(account.send(Method::Post, "multi-message", &batch.to_string()).status, 200);
    let mut seen = Vec::new();
    while let Some(due) = account.emulator.next_delivery() {
        for delivery in account.emulator.deliveries(due) {
            seen.push(body(&delivery)["id"].as_str().unwrap().parse::<u64>().unwrap());
            account.emulator.delivered(delivery.id, Receipt::Answered(200), due);
        }
    }
    assert_eq!(seen.len(), 16);
    assert!(!seen.is_sorted(), "{seen:?}");
    assert!(orders.iter().all(|order| seen.iter().filter(|id| *id == order).count() == 2));
}

#[test]
fn a_webhook_can_be_tried_out() {
    let mut account = plain();
    subscribe(&mut account, &subscription("goods-out-note.modified.shipped", false, 0));
    let values = r#"{"resource-id": "7001", "${full-event}": "goods-out-note.modified.shipped"}"#;
    let response = account.send(Method::Post, "integration-service/webhook/1/simulate", values);
    assert_eq!((response.status, text(&response).as_str()), (200, "{}"));
    let delivery = account.emulator.deliveries(account.now).pop().unwrap();
    assert_eq!(
        (&body(&delivery)["id"], &body(&delivery)["accountCode"]),
        (&json!("7001"), &json!("${account-code}"))
    );
    assert!(delivery.request.url.ends_with("goods-out-note.modified.shipped"));
    assert_eq!(account.send(Method::Post, "integration-service/webhook/9/simulate", "{}").status, 404);
}
