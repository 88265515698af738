//! Writes: applied once, visible at once, ids never given out twice.

use crate::harness::{account, json, small_account};
use brightpearl_core::Method;
use brightpearl_emulator::{Config, FaultPlan, Outcome};
use serde_json::{Value, json};

fn order(account: &mut crate::harness::Account, id: u64) -> Value {
    account.get(&format!("order-service/order/{id}"))["response"][0].clone()
}

/// An order that is a sales order, by its status.
fn sales_order(account: &mut crate::harness::Account) -> u64 {
    account.column("order-service/order-search?orderTypeId=1", "orderId")[0].as_u64().unwrap()
}

#[test]
fn a_status_moves_the_order_and_leaves_a_note() {
    let mut account = small_account();
    let id = sales_order(&mut account);
    let before = order(&mut account, id);
    let body = r#"{"orderStatusId": 20, "orderNote": {"text": "Where is it?", "isPublic": true}}"#;
    let response = account.send(Method::Put, &format!("order-service/order/{id}/status"), body);
    assert_eq!((response.status, crate::harness::text(&response).as_str()), (200, "{}"));
    let after = order(&mut account, id);
    assert_eq!(after["orderStatus"], json!({"orderStatusId": 20, "name": "On hold: customer's query"}));
    assert_eq!(after["version"], before["version"].as_u64().unwrap() + 1);
    assert_ne!(after["updatedOn"], before["updatedOn"]);
    assert_eq!(after["updatedOn"].as_str().unwrap().len(), "2026-07-01T00:00:00.000-06:00".len());
    let since = account.column("order-service/order-search?updatedOn=2026-07-01T00:01:00Z/", "orderId");
    assert_eq!(since, [json!(id)]);
    let notes = account.get(&format!("order-service/order/{id}/note"));
    assert_eq!(notes["response"][0]["text"], "Where is it?");
    assert_eq!(
        (&notes["response"][0]["isPublic"], &notes["response"][0]["orderStatusId"]),
        (&json!(true), &json!(20))
    );
}

#[test]
fn notes_have_ids_of_their_own() {
    let mut account = small_account();
    let mut ids = Vec::new();
    for text in ["one", "two"] {
        let response =
            account.send(Method::Post, "order-service/order/1/note", &json!({"text": text}).to_string());
        assert_eq!(response.status, 200);
        ids.push(json(&response)["response"].as_u64().unwrap());
    }
    assert_eq!(ids, [1, 2]);
    let second = account.get("order-service/order/1/note/2");
    assert_eq!(second["response"].as_array().unwrap().len(), 1);
    assert_eq!(second["response"][0]["text"], "two");
    assert!(second["response"][0].get("fileId").is_none());
    assert_eq!(account.emulator.statistics().applied_writes, 2);
}

#[test]
fn addresses_get_new_ids() {
    let mut account = small_account();
    let mut post = |body: Value| {
        let response = account.send(Method::Post, "contact-service/postal-address", &body.to_string());
        assert_eq!(response.status, 200, "{}", crate::harness::text(&response));
        json(&response)["response"].as_u64().unwrap()
    };
    let first = post(json!({"addressLine1": "1 Test Row", "postalCode": "T1 1ST", "countryIsoCode": "GBR"}));
    let second = post(json!({"addressLine1": "2 Test Row", "countryId": 222}));
    assert_eq!(second, first + 1);
    let read = account.get(&format!("contact-service/postal-address/{first}-{second}"));
    assert_eq!(
        read["response"][0],
        json!({"addressId": first, "addressLine1": "1 Test Row", "addressLine2": "", "addressLine3": "",
               "addressLine4": "", "postalCode": "T1 1ST", "countryIsoCode": "GBR", "countryIsoCode2": "GB",
               "countryId": 222})
    );
}

#[test]
fn a_refused_write_changes_nothing() {
    let mut account = small_account();
    let id = sales_order(&mut account);
    let status = format!("order-service/order/{id}/status");
    let before = order(&mut account, id);
    for (path, body, code) in [
        (status.as_str(), "not json", "CMNC-010"),
        (status.as_str(), "[]", "CMNC-010"),
        (status.as_str(), r#"{"orderStatusId": 999}"#, "ORDC-007"),
        (status.as_str(), r#"{"orderStatusId": 6}"#, "ORDC-007"),
        (status.as_str(), r#"{"orderStatusId": 20, "orderNote": {"text": 5}}"#, "ORDC-030"),
        ("order-service/order/99999/status", r#"{"orderStatusId": 20}"#, "ORDC-003"),
        ("order-service/order/x/status", r#"{"orderStatusId": 20}"#, "ORDC-003"),
    ] {
        let refusal = account.refusal(Method::Put, path, body);
        assert_eq!((refusal.0, refusal.1.as_str()), (400, code), "{body}");
    }
    assert_eq!(account.refusal(Method::Post, &format!("order-service/order/{id}/note"), "{}").1, "ORDC-030");
    assert_eq!(account.refusal(Method::Post, "contact-service/postal-address", "{}").1, "CONC-001");
    assert_eq!(
        account
            .refusal(
                Method::Post,
                "contact-service/postal-address",
                r#"{"addressLine1":"x","countryIsoCode":"XXX"}"#
            )
            .1,
        "CONC-001"
    );
    assert_eq!(order(&mut account, id), before);
    assert_eq!(account.get(&format!("order-service/order/{id}/note"))["response"], json!([]));
    assert_eq!(account.emulator.statistics().applied_writes, 0);
}

#[test]
fn a_lost_response_leaves_the_write_and_a_reset_does_not() {
    let faults = r#"{"script": [{"request": 1, "fault": {"kind": "lost-response"}},
                                {"request": 2, "fault": {"kind": "reset-before-send"}},
                                {"request": 3, "fault": {"kind": "outage", "applied": true}},
                                {"request": 4, "fault": {"kind": "server-error"}}]}"#;
    let config = Config { faults: FaultPlan::from_json(faults).unwrap(), ..Config::default() };
    let mut account = account(config);
    let mut post = |text: &str| {
        account.outcome(Method::Post, "order-service/order/1/note", &json!({"text": text}).to_string())
    };
    assert_eq!(post("lost"), Outcome::ConnectionLost { applied: true });
    assert_eq!(post("reset"), Outcome::ConnectionLost { applied: false });
    assert_eq!(post("outage").response().unwrap().status, 503);
    assert_eq!(post("error").response().unwrap().status, 500);
    assert_eq!(post("fine").response().unwrap().status, 200);
    let notes = account.get("order-service/order/1/note");
    let texts: Vec<&Value> = notes["response"].as_array().unwrap().iter().map(|note| &note["text"]).collect();
    assert_eq!(texts, ["lost", "outage", "fine"]);
}
