//! What holds for every write to orders, contacts and the books, whatever it says.

use crate::harness::{account, errors_are_listed, json, request, rows};
use brightpearl_core::Method;
use brightpearl_emulator::{Config, Emulator};
use proptest::prelude::*;
use serde_json::{Value, json};

fn small(seed: u64) -> Config {
    Config { seed, orders: 30, contacts: 20, products: 20, ..Config::default() }
}

/// Paths of writes, with ids that exist and ids that do not.
pub(crate) fn path() -> impl Strategy<Value = (Method, &'static str)> {
    prop::sample::select(vec![
        (Method::Post, "order-service/order"),
        (Method::Patch, "order-service/order/2"),
        (Method::Put, "order-service/order/2/status"),
        (Method::Post, "order-service/order/2/row"),
        (Method::Put, "order-service/order/2/row/13"),
        (Method::Patch, "order-service/order/2/row/13"),
        (Method::Patch, "order-service/order/2/custom-field"),
        (Method::Post, "order-service/order/2/note"),
        (Method::Post, "order-service/order-status"),
        (Method::Post, "order-service/sales-order"),
        (Method::Put, "order-service/sales-order/1/row/1"),
        (Method::Post, "order-service/sales-order/1/close"),
        (Method::Post, "order-service/purchase-order/close"),
        (Method::Post, "contact-service/contact"),
        (Method::Patch, "contact-service/contact/200"),
        (Method::Put, "contact-service/contact/200/postal-address"),
        (Method::Put, "contact-service/contact/200,201,99999/status"),
        (Method::Post, "contact-service/contact/200-201/tag/12"),
        (Method::Post, "contact-service/contact/200/forget"),
        (Method::Post, "contact-service/contact-group"),
        (Method::Post, "contact-service/contact-group/1/member"),
        (Method::Post, "contact-service/company"),
        (Method::Post, "accounting-service/customer-payment"),
        (Method::Post, "accounting-service/supplier-payment"),
        (Method::Post, "accounting-service/journal"),
        (Method::Post, "accounting-service/journal-entry"),
        (Method::Post, "accounting-service/invoice/sales-invoice"),
        (Method::Post, "accounting-service/sales-receipt"),
        (Method::Post, "accounting-service/payment-method"),
        (Method::Post, "accounting-service/accounting-period"),
        (Method::Post, "accounting-service/currency/2/exchange-rate"),
        (Method::Put, "accounting-service/currency/2/exchange-rate"),
    ])
}

/// The names that bodies have, put together at random, with values on and beyond every edge.
pub(crate) fn body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![0_i64, 1, 2, 7, 200, 201, -1, i64::MAX, 4_294_967_295])
            .prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "SO",
            "PO",
            "USD",
            "EUR",
            "T20",
            "RECEIPT",
            "AUTH",
            "CARD",
            "JJ",
            "4000",
            "1200",
            "2026-06-30",
            "12.34",
            "-1",
            "1e30",
            "0.0000000000000000000000000001",
            "99999999999",
            "#60a0ff",
            "replace",
            "remove",
            "/reference",
            "/quantity/magnitude",
            "/firstName",
            "/PCF_BATCH",
            "é\u{0}",
        ])
        .prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop::sample::select(vec![
            "orderTypeCode",
            "parties",
            "customer",
            "supplier",
            "contactId",
            "id",
            "reference",
            "currency",
            "code",
            "orderCurrencyCode",
            "exchangeRate",
            "rows",
            "productName",
            "name",
            "productId",
            "sku",
            "quantity",
            "magnitude",
            "rowValue",
            "taxCode",
            "rowNet",
            "rowTax",
            "value",
            "net",
            "tax",
            "header",
            "lines",
            "credits",
            "debits",
            "change",
            "debit",
            "credit",
            "nominalCode",
            "journalTypeCode",
            "journalType",
            "taxDate",
            "journalDate",
            "currencyId",
            "paymentMethodCode",
            "paymentType",
            "orderId",
            "currencyIsoCode",
            "amountPaid",
            "amountAuthorized",
            "paymentDate",
            "authorizationExpiry",
            "orderIds",
            "orderStatusId",
            "text",
            "color",
            "firstName",
            "lastName",
            "postAddressIds",
            "DEF",
            "contactStatusId",
            "contactMemberIds",
            "rate",
            "rateActiveFrom",
            "startDate",
            "endDate",
            "received",
            "op",
            "path",
            "taxClassId",
            "delivery",
            "deliveryDate",
            "postalAddressId",
            "type",
            "bankAccounts",
        ]);
        prop_oneof![
            3 => prop::collection::btree_map(name, inner.clone(), 0..9).prop_map(|members| json!(members)),
            1 => prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_body_gets_an_answer(writes in prop::collection::vec((path(), body()), 1..12), now: u64) {
        let mut account = account(small(5));
        for ((method, path), body) in writes {
            let answer = account.emulator.answer(&request(method, path, &body.to_string()), now);
            prop_assert!([200, 207, 400, 404, 500, 503].contains(&answer.status), "{} {path}: {body}", answer.status);
            errors_are_listed(&answer);
            let answer = json(&answer);
            // Problems come instead of an answer, and are said with a code and a text.
            if let Some(errors) = answer["errors"].as_array() {
                prop_assert!(!errors.is_empty() && answer.get("response").is_none());
                prop_assert!(errors.iter().all(|error| error["code"].is_string() && error["message"].is_string()));
            }
        }
    }

    #[test]
    fn what_was_written_survives_being_saved(
        seed in 0_u64..50, nets in prop::collection::vec(1_u32..9_999, 1..5), paid: bool,
    ) {
        let mut one = account(small(seed));
        let customer = one.some_contact("isCustomer=true");
        let rows: Vec<_> = nets
            .iter()
            .map(|net| json!({"name": "x", "quantity": 1, "taxCode": "T20", "net": net, "tax": 0}))
            .collect();
        let order = one.post("order-service/sales-order", &json!({"customer": {"id": customer}, "currency": {"code": "USD"},
            "rows": rows, "externalRef": "e", "installedIntegrationInstanceId": 3}));
        if paid {
            let total = nets.iter().sum::<u32>();
            one.post("accounting-service/customer-payment", &json!({"paymentMethodCode": "BANK", "paymentType": "RECEIPT",
                "orderId": order, "currencyIsoCode": "USD", "amountPaid": total, "paymentDate": "2026-07-01"}));
        }
        one.post("contact-service/company", &json!({"name": "Saved Ltd"}));
        one.post(&format!("order-service/order/{order}/note"), &json!({"text": "kept"}));
        one.write(Method::Post, &format!("order-service/sales-order/{order}/close"), &json!({}));
        let saved = one.emulator.save().unwrap();
        let mut other = Emulator::load(&saved).unwrap();
        for path in [
            "order-service/order/1-60", "order-service/order-search", "order-service/sales-order-search",
            "order-service/order-note-search", "contact-service/contact", "contact-service/company-search",
            "accounting-service/journal-search", "accounting-service/customer-payment-search",
            "accounting-service/payment-method",
        ] {
            // Late enough that both have invoiced what was closed.
            let later = one.now + 600_000;
            let sent = request(Method::Get, path, "");
            let (here, there) = (one.emulator.answer(&sent, later), other.answer(&sent, later));
            prop_assert_eq!(here.body, there.body, "{}", path);
        }
        let again = json!({"customer": {"id": customer}, "externalRef": "e", "installedIntegrationInstanceId": 3});
        let sent = request(Method::Post, "order-service/sales-order", &again.to_string());
        prop_assert_eq!(other.answer(&sent, one.now + 700_000).status, 400);
    }

    #[test]
    fn totals_are_the_sums_of_rows(nets in prop::collection::vec(1_i64..10_000_000, 0..6), remove in 0_usize..6) {
        let mut account = account(small(9));
        let customer = account.some_contact("isCustomer=true");
        let body = json!({"orderTypeCode": "SO", "parties": {"customer": {"contactId": customer}}});
        let order = account.post("order-service/order", &body);
        let mut ids = Vec::new();
        for net in &nets {
            let net = format!("{}.{:04}", net / 10_000, net % 10_000);
            let row = json!({"productName": "x", "quantity": {"magnitude": 1},
                             "rowValue": {"taxCode": "T20", "rowNet": {"value": net}}});
            ids.push(account.post(&format!("order-service/order/{order}/row"), &row));
        }
        let mut kept = nets.clone();
        if remove < nets.len() {
            kept.remove(remove);
            let path = format!("order-service/order/{order}/row/{}", ids[remove]);
            account.write(Method::Delete, &path, &Value::Null);
        }
        let sum: i64 = kept.iter().sum();
        let shown = account.order(order);
        let cents = (sum + 50) / 100;
        prop_assert_eq!(&shown["totalValue"]["net"], &json!(format!("{}.{:02}", cents / 100, cents % 100)));
        let status = if kept.is_empty() { "NOT_APPLICABLE" } else { "UNPAID" };
        prop_assert_eq!(&shown["orderPaymentStatus"], status);
        let found = account.get(&format!("order-service/order-search?orderId={order}"));
        prop_assert_eq!(rows(&found).len(), 1);
    }
}
