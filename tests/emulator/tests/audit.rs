//! An account agrees with itself, whatever is written to it.

use crate::harness::account;
use crate::stock_balance::{Act, act, scene};
use crate::write_properties::{body, path};
use brightpearl_core::Method;
use brightpearl_emulator::{Config, Emulator};
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn accounts_are_sound_from_the_first() {
    for seed in 1..12 {
        let account = account(Config { seed, orders: 200, contacts: 80, products: 60, ..Config::default() });
        let found = account.emulator.audit();
        assert!(found.is_empty(), "seed {seed}: {found:#?}");
    }
}

#[test]
fn an_account_without_entries_for_shipments_says_so() {
    let mut account = account(Config { orders: 200, ..Config::default() });
    let setup = account.get("integration-service/account-configuration")["response"].clone();
    assert_eq!(setup["configuration"]["costOfSalesEnabled"], "0");
    for journal_type in ["GO", "PG"] {
        let found = account.get(&format!("accounting-service/journal-search?journalType={journal_type}"));
        assert_eq!(found["response"]["metaData"]["resultsAvailable"], 0, "{journal_type}");
    }
}

/// One write: to the scene, one that makes sense, or one with any body at all.
#[derive(Clone, Debug)]
enum Written {
    Moved(Act),
    Sensible(usize, u32),
    Anything((Method, &'static str), Value),
}

fn written() -> impl Strategy<Value = Written> {
    prop_oneof![
        4 => act().prop_map(Written::Moved),
        4 => (0_usize..SENSIBLE.len(), 1_u32..40).prop_map(|(which, number)| Written::Sensible(which, number)),
        2 => (path(), body()).prop_map(|(path, body)| Written::Anything(path, body)),
    ]
}

/// Writes that people make, with a number that they may be about.
const SENSIBLE: &[(Method, &str, &str)] = &[
    (
        Method::Post,
        "order-service/sales-order",
        r#"{"customer": {"id": 200}, "rows": [{"name": "Wrap", "quantity": "@", "taxCode": "T20", "net": "@", "tax": "1"}]}"#,
    ),
    (
        Method::Post,
        "accounting-service/customer-payment",
        r#"{"paymentMethodCode": "BANK", "paymentType": "RECEIPT", "orderId": @, "currencyIsoCode": "USD", "amountPaid": "@", "paymentDate": "2026-07-01"}"#,
    ),
    (
        Method::Post,
        "accounting-service/customer-payment",
        r#"{"paymentMethodCode": "CARD", "paymentType": "AUTH", "orderId": @, "currencyIsoCode": "USD", "amountAuthorized": "@", "authorizationExpiry": "2026-08-01", "paymentDate": "2026-07-01"}"#,
    ),
    (Method::Delete, "accounting-service/customer-payment/@", ""),
    (
        Method::Post,
        "accounting-service/sales-receipt",
        r#"{"orderId": @, "received": {"currency": "USD", "value": "@.25"}, "bankAccountNominalCode": "1200"}"#,
    ),
    (
        Method::Post,
        "order-service/order/@/row",
        r#"{"productName": "Fee", "quantity": {"magnitude": "@"}, "rowValue": {"taxCode": "T20", "rowNet": {"value": "@.5"}}}"#,
    ),
    (
        Method::Post,
        "accounting-service/customer-payment",
        r#"{"paymentMethodCode": "BANK", "paymentType": "RECEIPT", "orderId": @, "currencyIsoCode": "GBP", "exchangeRate": 0.77, "amountPaid": "@.37", "paymentDate": "2026-07-01", "transactionRef": "TX00000@"}"#,
    ),
    (
        Method::Post,
        "accounting-service/customer-payment",
        r#"{"paymentMethodCode": "BANK", "paymentType": "PAYMENT", "orderId": @, "currencyIsoCode": "EUR", "amountPaid": "@.07", "paymentDate": "1999-07-01"}"#,
    ),
    (
        Method::Post,
        "accounting-service/supplier-payment",
        r#"{"paymentMethodCode": "BANK", "paymentType": "PAYMENT", "orderId": @, "currencyIsoCode": "USD", "amountPaid": "@.5", "paymentDate": "2026-07-01"}"#,
    ),
    (
        Method::Post,
        "accounting-service/journal-entry",
        r#"{"header": {"journalType": "JJ", "journalDate": "2026-06-30", "currencyId": 2, "exchangeRate": 0.77, "contactId": 20@},
            "lines": [{"nominalCode": "7500", "debit": "@.01"}, {"nominalCode": "5100", "debit": "@.01"}, {"nominalCode": "1100", "credit": "@.01"}, {"nominalCode": "4000", "credit": "@.01", "orderId": @}]}"#,
    ),
    (
        Method::Post,
        "accounting-service/invoice/sales-credit",
        r#"{"header": {"contactId": 20@, "taxDate": "2026-06-14", "currencyId": 3, "exchangeRate": 0.9, "orderId": @}, "lines": [{"net": "@.333", "tax": "@.1", "nominalCode": "4000", "taxClassId": 7}]}"#,
    ),
    (
        Method::Post,
        "accounting-service/invoice/sales-receipt",
        r#"{"header": {"contactId": 20@, "taxDate": "2026-06-14", "bankAccountNominalCode": "1200"}, "payments": [{"value": "@.10", "orderId": @, "adjustment": {"value": "0.10", "nominalCode": "7900"}}]}"#,
    ),
    (
        Method::Post,
        "accounting-service/purchase-payment",
        r#"{"orders": [{"orderId": @, "payment": {"currency": "GBP", "value": "@.00"}}], "nominalCode": "1200", "taxDate": "2026-06-14"}"#,
    ),
    (
        Method::Post,
        "accounting-service/accounting-period",
        r#"{"startDate": "2040-01-01", "endDate": "2040-01-@"}"#,
    ),
    (
        Method::Post,
        "accounting-service/currency/2/exchange-rate",
        r#"{"rateActiveFrom": "2026-08-@", "rate": 0.7@}"#,
    ),
    (
        Method::Post,
        "order-service/order",
        r#"{"orderTypeCode": "SC", "parties": {"customer": {"contactId": 20@}}, "parentOrderId": @}"#,
    ),
    (
        Method::Patch,
        "order-service/order/@",
        r#"[{"op": "replace", "path": "/currency/exchangeRate", "value": "0.@"}]"#,
    ),
    (
        Method::Patch,
        "order-service/order/@/row/1",
        r#"[{"op": "replace", "path": "/quantity/magnitude", "value": "@"}]"#,
    ),
    (Method::Delete, "order-service/order/@/row/@", ""),
    (Method::Delete, "order-service/order/@", ""),
    (
        Method::Post,
        "order-service/purchase-order/close",
        r#"{"orderIds": [@], "taxDate": "2026-06-1@", "invoiceReference": "S-@"}"#,
    ),
    (Method::Post, "order-service/sales-credit/@/close", ""),
    (Method::Post, "order-service/order/forget-contact/20@", ""),
    (Method::Post, "order-service/sales-order/@/close", "{}"),
    (Method::Put, "order-service/order/@/status", r#"{"orderStatusId": 5}"#),
    (Method::Delete, "warehouse-service/order/@/reservation", ""),
    (Method::Delete, "product-service/brand/@", ""),
    (Method::Delete, "product-service/option/@", ""),
    (Method::Delete, "warehouse-service/warehouse/@", ""),
    (
        Method::Post,
        "warehouse-service/goods-note/goods-out/@/event",
        r#"{"events": [{"eventCode": "SHW", "occured": "2026-07-01T10:00:00Z", "eventOwnerId": 4}]}"#,
    ),
    (Method::Post, "contact-service/contact-group/1/member", r#"{"contactMemberIds": [20@]}"#),
    (
        Method::Post,
        "accounting-service/invoice/sales-invoice",
        r#"{"header": {"contactId": 200, "taxDate": "2026-06-14", "currencyId": 1}, "lines": [{"net": "@.335", "tax": "@.125", "nominalCode": "4000", "taxClassId": 7}]}"#,
    ),
];

fn cases() -> u32 {
    // All of them with AUDIT_SEQUENCES=20000.
    std::env::var("AUDIT_SEQUENCES").ok().and_then(|number| number.parse().ok()).unwrap_or(1_500)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn accounts_stay_sound_whatever_is_written(seed in 1_u64..50, writes in prop::collection::vec(written(), 1..24)) {
        let mut account = account(Config { seed, orders: 40, contacts: 30, products: 20, ..Config::default() });
        let mut scene = scene(&mut account);
        for write in &writes {
            let (method, path, body) = match write {
                Written::Moved(act) => match scene.request(act) {
                    Some((method, path, body)) => (method, path, body.to_string()),
                    None => continue,
                },
                Written::Sensible(which, number) => {
                    let (method, path, body) = SENSIBLE[*which];
                    let number = number.to_string();
                    (method, path.replace('@', &number), body.replace('@', &number))
                }
                Written::Anything((method, path), body) => (*method, (*path).to_owned(), body.to_string()),
            };
            let answer = account.send(method, &path, &body);
            if let Written::Moved(act) = write {
                scene.note(act, &answer);
            }
        }
        // What was closed is invoiced a while later.
        account.now += 3_600_000;
        account.write(Method::Post, "product-service/brand", &json!({"name": "Last"}));
        let found = account.emulator.audit();
        prop_assert!(found.is_empty(), "{found:#?}");
        // Another day it is the same account.
        if seed.is_multiple_of(10) {
            let continued = Emulator::load(&account.emulator.save().unwrap()).unwrap();
            prop_assert_eq!(continued.audit(), [""; 0]);
        }
    }
}
