//! Money that is given back is never written as money that came in, and what is left by rounding counts in the places of
//! the currency.

use crate::ready_record::{Became, mapped, refused, written};
use serde_json::{Value, json};

fn shopify(kind: &str, amount: &str) -> Value {
    json!({"order": {"id": 71, "currency": "GBP"}, "refund": {"id": 9},
           "transaction": {"id": 5, "kind": kind, "gateway": "manual", "status": "success", "amount": amount,
                           "currency": "GBP", "processed_at": "2026-05-04T10:00:00Z"}})
}

fn shopify_graphql(kind: &str, amount: &str) -> Value {
    json!({"order": {"id": "gid://shopify/Order/71"}, "refund": {"id": "gid://shopify/Refund/9"},
           "transaction": {"id": "gid://shopify/OrderTransaction/5", "kind": kind, "gateway": "manual",
                           "status": "SUCCESS", "processedAt": "2026-05-04T10:00:00Z",
                           "amountSet": {"shopMoney": {"amount": amount, "currencyCode": "GBP"}}}})
}

fn woocommerce(total: &str) -> Value {
    json!({"id": 71, "total": total, "currency": "GBP", "payment_method": "stripe",
           "date_paid_gmt": "2026-05-04T10:00:00"})
}

fn amazon(sales: f64) -> Value {
    json!({"transactionType": "Shipment", "transactionId": "a", "transactionStatus": "RELEASED",
           "postedDate": "2026-05-04T10:00:00Z",
           "relatedIdentifiers": [{"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "026-1"}],
           "totalAmount": {"currencyAmount": sales, "currencyCode": "GBP"},
           "breakdowns": [{"breakdownType": "Sales", "breakdownAmount": {"currencyAmount": sales}}]})
}

#[test]
fn a_negative_amount_is_refused_with_what_was_expected() {
    for (name, record) in [
        ("shopify-payment", shopify("sale", "-5.00")),
        ("shopify-payment", shopify("refund", "-5.00")),
        ("shopify-graphql-payment", shopify_graphql("SALE", "-5.0")),
        ("shopify-graphql-payment", shopify_graphql("REFUND", "-5.0")),
        ("woocommerce-payment", woocommerce("-5.00")),
        ("amazon-payment", amazon(-5.0)),
    ] {
        let reason = refused(name, &record);
        assert!(reason.contains("expected") && reason.contains("given back"), "{name}: {reason}");
    }
}

#[test]
fn money_that_is_given_back_is_a_payment_out_and_money_that_came_a_receipt() {
    let type_of = |name: &str, record: &Value| written(name, record)["paymentType"].clone();
    assert_eq!(type_of("shopify-payment", &shopify("refund", "5.00")), "PAYMENT");
    assert_eq!(type_of("shopify-payment", &shopify("sale", "5.00")), "RECEIPT");
    assert_eq!(type_of("shopify-graphql-payment", &shopify_graphql("REFUND", "5.0")), "PAYMENT");
    assert_eq!(type_of("woocommerce-payment", &woocommerce("5.00")), "RECEIPT");
    assert_eq!(type_of("amazon-payment", &amazon(5.0)), "RECEIPT");
    assert!(matches!(mapped("woocommerce-payment", &woocommerce("0.00")), Became::Skipped(_)));
}

/// An order whose only row comes to that much, with that total.
fn order(currency: &str, net: &str, total: &str) -> Value {
    json!({"id": 1, "orderTypeCode": "SO", "currency": {"orderCurrencyCode": currency},
           "placedOn": "2026-05-04T10:00:00Z", "totalValue": {"net": total, "taxAmount": "0.00", "total": total},
           "orderRows": {"1": {"productId": 1007, "productSku": "MUG", "productName": "Mug", "quantity": {"magnitude": "1"},
               "rowValue": {"rowNet": {"value": net}, "rowTax": {"value": "0.00"}}}}})
}

#[test]
fn what_rounding_leaves_counts_in_the_places_of_the_currency() {
    for (currency, total, is_right) in
        [("GBP", "100.05", true), ("GBP", "101.00", false), ("JPY", "105", true), ("JPY", "106", false)]
    {
        let became = mapped("order-to-woocommerce", &order(currency, "100.00", total));
        assert_eq!(matches!(became, Became::Written { .. }), is_right, "{currency} {total}: {became:?}");
    }
}
