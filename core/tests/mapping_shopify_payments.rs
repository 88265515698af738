//! Transactions of Shopify: what was paid is brought, and only to the order that it is of.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, written};

const REST: &str = "shopify-payment";
const GRAPHQL: &str = "shopify-graphql-payment";

fn rest(kind: &str) -> Value {
    json!({"order": {"id": 71, "currency": "GBP"},
           "transaction": {"id": 5, "kind": kind, "status": "success", "amount": "12.00", "currency": "GBP",
                           "gateway": "paypal", "created_at": "2026-05-04T10:00:00Z"}})
}

fn graphql(kind: &str) -> Value {
    json!({"order": {"id": "gid://shopify/Order/71", "currencyCode": "GBP"},
           "transaction": {"id": "gid://shopify/OrderTransaction/5", "kind": kind, "status": "SUCCESS", "gateway": "paypal",
                           "amountSet": {"shopMoney": {"amount": "12.0", "currencyCode": "GBP"}}, "createdAt": "2026-05-04T10:00:00Z"}})
}

#[test]
fn an_authorisation_needs_its_end_and_a_test_is_no_payment() {
    for (name, mut record, member) in [
        (REST, rest("authorization"), "authorization_expires_at"),
        (GRAPHQL, graphql("AUTHORIZATION"), "authorizationExpiresAt"),
        (GRAPHQL, graphql("EMV_AUTHORIZATION"), "authorizationExpiresAt"),
    ] {
        let became = mapped(name, &record);
        assert!(
            matches!(became, Became::Skipped(reason) if reason.contains("until when is not said")),
            "{name}"
        );
        record["transaction"][member] = "2026-05-11T10:00:00Z".into();
        assert_eq!(written(name, &record)["authorizationExpiry"], "2026-05-11T10:00:00.000Z", "{name}");
    }
    for (name, record) in [(REST, rest("sale")), (GRAPHQL, graphql("SALE"))] {
        assert_eq!(written(name, &record)["amountPaid"], "12.00", "{name}");
        for place in ["order", "transaction"] {
            let mut test = record.clone();
            test[place]["test"] = true.into();
            assert!(
                matches!(mapped(name, &test), Became::Skipped(reason) if reason == "it is a test"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_transaction_of_another_order_or_currency_is_refused() {
    let mut record = graphql("SALE");
    record["transaction"]["order"] = json!({"id": "gid://shopify/Order/71"});
    written(GRAPHQL, &record);
    record["transaction"]["order"] = json!({"id": "gid://shopify/Order/72"});
    assert!(refused(GRAPHQL, &record).contains("expected one of order gid://shopify/Order/71"));
    let mut record = graphql("SALE");
    record["order"]["currencyCode"] = "EUR".into();
    assert!(refused(GRAPHQL, &record).contains("12.0 GBP were paid; expected the order's currency, EUR"));
}

#[test]
fn an_id_that_became_a_decimal_is_its_digits() {
    for (id, digits) in [(json!(5.0), "5"), (json!(5), "5"), (json!("5"), "5"), (json!("A-5"), "A-5")] {
        let mut record = rest("sale");
        record["transaction"]["id"] = id;
        let body = written(REST, &record);
        assert_eq!((&body["transactionRef"], &body["transactionCode"]), (&json!(digits), &json!(digits)));
    }
}
