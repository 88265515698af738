//! Webhooks from the declaration to the read: registered with the emulator as the plan says, delivered by it, received, and
//! put together.

use std::collections::BTreeSet;

use brightpearl_core::webhook::{
    Notification, Receipt as Received, ReceivedRequest, WebhookReceiver, coalesce, plan,
};
use brightpearl_core::{Headers, Method, Request};
use brightpearl_emulator::{Config, Credential, Emulator, Receipt, WebhookPolicy};
use serde_json::{Value, json};

/// 2026-07-01T00:00:00Z.
const NOW: u64 = 1_782_864_000_000;

struct HookedAccount {
    emulator: Emulator,
    account: String,
    headers: [(String, String); 2],
}

impl HookedAccount {
    fn new() -> Self {
        let config = Config {
            orders: 40,
            webhooks: WebhookPolicy { duplicate_rate: 0.5, jitter_ms: 60_000, ..WebhookPolicy::default() },
            ..Config::default()
        };
        let account = config.account.clone();
        let Credential::System { app_ref, account_token } = &config.credentials[0] else {
            panic!("the first credential is a system app's");
        };
        let headers = [("brightpearl-app-ref", app_ref), ("brightpearl-account-token", account_token)]
            .map(|(name, value)| (name.to_owned(), value.clone()));
        Self { emulator: Emulator::new(config).unwrap(), account, headers }
    }

    fn send(&mut self, method: Method, path: &str, body: &str) -> (u16, Value) {
        let mut headers = Headers::new();
        for (name, value) in &self.headers {
            headers.push(name.clone(), value.clone());
        }
        headers.push("Content-Type", "application/json");
        let url = format!("https://euw1.brightpearlconnect.com/public-api/{}/{path}", self.account);
        let request = Request { method, url, headers, body: body.as_bytes().to_vec() };
        let response = self.emulator.answer(&request, NOW);
        (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
    }

    /// What GET shows, or nothing.
    fn registered(&mut self) -> String {
        match self.send(Method::Get, "integration-service/webhook", "") {
            (404, _) => "[]".to_owned(),
            (_, shown) => shown["response"].to_string(),
        }
    }

    fn carry_out(&mut self, receiver: &WebhookReceiver) -> (usize, usize) {
        let registered = self.registered();
        let plan = plan(receiver, &self.account, &registered).unwrap();
        for creation in &plan.create {
            let (status, answer) = self.send(Method::Post, "integration-service/webhook", &creation.body);
            assert_eq!(status, 200, "{answer}");
        }
        for removal in &plan.remove {
            let path = format!("integration-service/webhook/{}", removal.id);
            assert_eq!(self.send(Method::Delete, &path, "").0, 200);
        }
        (plan.create.len(), plan.remove.len())
    }
}

fn receiver(account: &str, secrets: &[&str], subscriptions: &Value) -> WebhookReceiver {
    let declared = json!({
        "accounts": [{"account": account, "secrets": secrets}],
        "public_url": "https://hooks.example.com/brightpearl",
        "subscriptions": subscriptions,
    });
    let receiver = WebhookReceiver::from_json(&declared.to_string()).unwrap();
    assert_eq!(receiver.findings(), []);
    receiver
}

#[test]
fn what_is_declared_is_registered_delivered_received_and_read_once() {
    let mut hooked = HookedAccount::new();
    let account = hooked.account.clone();
    let events = json!(["order", "order.modified.order-status",
        {"subscribeTo": "order.modified", "httpMethod": "PUT", "contentType": "text/xml",
            "uriTemplate": "https://hooks.example.com/xml/${secret}?a=${account-code}",
            "bodyTemplate": "<n t=\"${resource-type}\" l=\"${lifecycle-event}\" at=\"${raised-on}\">${resource-id}</n>"}]);
    let receiver = receiver(&account, &["first-secret-012345"], &events);
    assert_eq!(hooked.carry_out(&receiver), (3, 0));
    assert_eq!(hooked.carry_out(&receiver), (0, 0), "a second run has nothing to do");

    let (_, found) = hooked.send(Method::Get, "order-service/order-search?orderTypeId=1&columns=orderId", "");
    let orders: BTreeSet<u64> = found["response"]["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row[0].as_u64())
        .take(5)
        .collect();
    assert_eq!(orders.len(), 5);
    for order in &orders {
        let path = format!("order-service/order/{order}/status");
        assert_eq!(hooked.send(Method::Put, &path, r#"{"orderStatusId": 4}"#).0, 200);
    }
    let mut notifications: Vec<Notification> = Vec::new();
    for hour in 1..4 {
        let now = NOW + hour * 3_600_000;
        for delivery in hooked.emulator.deliveries(now) {
            let Request { method, url, body, .. } = &delivery.request;
            let request = ReceivedRequest { method: method.as_str(), url, body };
            match receiver.receive(&request, now) {
                Received::Accepted { notification, status, .. } => {
                    notifications.push(notification);
                    hooked.emulator.delivered(delivery.id, Receipt::Answered(status), now);
                }
                refused @ Received::Refused { .. } => panic!("{refused:?}: {:?}", delivery.request),
            }
        }
    }
    let coalesced = coalesce(&notifications, &BTreeSet::new());
    assert!(!coalesced.duplicates.is_empty(), "some came twice");
    assert_eq!(coalesced.reads.len(), 1);
    assert_eq!(coalesced.reads[0].ids.iter().collect::<BTreeSet<_>>(), orders);
    assert_eq!(coalesced.reads[0].read.path, "order-service/order");
}

#[test]
fn a_secret_is_changed_without_a_gap() {
    let mut hooked = HookedAccount::new();
    let account = hooked.account.clone();
    let events = json!(["order.modified", "product"]);
    let first = receiver(&account, &["first-secret-012345"], &events);
    assert_eq!(hooked.carry_out(&first), (2, 0));
    let both = receiver(&account, &["second-secret-01234", "first-secret-012345"], &events);
    assert_eq!(hooked.carry_out(&both), (2, 2));
    assert!(!hooked.registered().contains("first-secret"));
    let none = receiver(&account, &["second-secret-01234"], &json!([]));
    assert_eq!(hooked.carry_out(&none), (0, 2));
    assert_eq!(hooked.registered(), "[]");
}
