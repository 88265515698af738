//! Payments of WooCommerce and Amazon: each of its own order, and once.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, written};

#[test]
fn orders_that_share_a_transaction_have_payments_of_their_own() {
    let order = |id: i64, transaction: &str| {
        json!({"id": id, "currency": "GBP", "total": "12.00", "payment_method": "cod", "transaction_id": transaction,
               "date_paid_gmt": "2026-05-04T10:00:00"})
    };
    for (id, transaction) in [(7, "cash"), (8, "cash"), (9, "0"), (10, "")] {
        let body = written("woocommerce-payment", &order(id, transaction));
        assert_eq!(body["transactionRef"], format!("woocommerce-{id}"));
        let code = if transaction.is_empty() { Value::Null } else { transaction.into() };
        assert_eq!(body["transactionCode"], code, "{transaction}");
    }
    // A transaction that is filled in later makes no other payment of it.
    let (before, after) = (order(7, ""), order(7, "ch_1"));
    let [before, after] = [before, after].map(|order| written("woocommerce-payment", &order));
    assert_eq!(before["transactionRef"], after["transactionRef"]);
    let long = written("woocommerce-payment", &order(7, &"x".repeat(80)));
    assert_eq!(long["transactionCode"], "x".repeat(64));
}

fn transaction(changes: &Value) -> Value {
    let mut record = json!({
        "transactionType": "Shipment", "transactionId": "t-1", "transactionStatus": "RELEASED", "postedDate": "2026-05-04T10:00:00Z",
        "relatedIdentifiers": [{"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "702-1"}],
        "totalAmount": {"currencyAmount": 10, "currencyCode": "GBP"},
        "breakdowns": [{"breakdownType": "Sales", "breakdownAmount": {"currencyAmount": 12}},
                       {"breakdownType": "Expenses", "breakdownAmount": {"currencyAmount": -2}}]
    });
    for (member, value) in changes.as_object().expect("changes") {
        record[member] = value.clone();
    }
    record
}

#[test]
fn money_that_amazon_defers_is_paid_by_the_transaction_that_releases_it() {
    let release = json!({"relatedIdentifiers": [
        {"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "702-1"},
        {"relatedIdentifierName": "DEFERRED_TRANSACTION_ID", "relatedIdentifierValue": "t-0"}]});
    assert_eq!(written("amazon-payment", &transaction(&release))["amountPaid"], "12.00");
    for (status, expected) in
        [("DEFERRED", "has not released the money yet"), ("DEFERRED_RELEASED", "by a transaction of its own")]
    {
        let became = mapped("amazon-payment", &transaction(&json!({"transactionStatus": status})));
        assert!(matches!(&became, Became::Skipped(reason) if reason.contains(expected)), "{became:?}");
    }
}

#[test]
fn a_transaction_of_amazon_is_of_one_order_and_of_some_money() {
    let two = json!([{"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "702-1"},
                     {"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "702-2"}]);
    let reason = refused("amazon-payment", &transaction(&json!({"relatedIdentifiers": two})));
    assert!(reason.contains("it is of several orders, 702-1 and 702-2"), "{reason}");
    let nothing = json!({"totalAmount": {"currencyAmount": 0, "currencyCode": "GBP"},
                         "breakdowns": [{"breakdownType": "Sales", "breakdownAmount": {"currencyAmount": 0}}]});
    let became = mapped("amazon-payment", &transaction(&nothing));
    assert!(matches!(&became, Became::Skipped(reason) if reason.contains("nothing to pay")), "{became:?}");
}
