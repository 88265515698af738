//! The account answers whatever the client's catalogue knows.

use crate::harness::driver::{BASE, post_form};
use crate::harness::{Account, NOW, first_ids, json, rows, small_account};
use brightpearl_core::catalog::catalog;
use brightpearl_core::{Method, Request};
use brightpearl_emulator::{Config, Emulator};
use serde_json::{Value, json};

/// A path for each operation of the catalogue, with something in place of its placeholders.
fn operations() -> Vec<(Method, String)> {
    let filled = |path: &str| {
        let mut text = String::new();
        let mut rest = path;
        while let Some((before, (_, after))) =
            rest.split_once('{').and_then(|(before, behind)| Some((before, behind.split_once('}')?)))
        {
            text.push_str(before);
            text.push('1');
            rest = after;
        }
        text + rest
    };
    let mut found = Vec::new();
    for resource in catalog() {
        for (endpoint, operation) in resource.operations() {
            if endpoint.path.contains("-service/") {
                found.push((operation.method, filled(endpoint.path)));
            }
        }
        for search in resource.searches {
            found.push((Method::Get, search.path.to_owned()));
            found.push((Method::Get, format!("{}/meta-data", search.path)));
        }
    }
    found
}

#[test]
fn every_operation_of_the_catalogue_is_answered() {
    let operations = operations();
    assert!(operations.len() > 200);
    let unanswered: Vec<_> = operations
        .into_iter()
        .filter(|(method, path)| {
            let answer = small_account().send(*method, path, "{}");
            let text = json(&answer)["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
            text.starts_with("Cannot find the resource")
        })
        .collect();
    assert!(unanswered.is_empty(), "not answered: {unanswered:#?}");
}

#[test]
fn bodies_that_no_source_knows_are_kept_and_given_back() {
    let mut account = small_account();
    let lock = "accounting-service/accounting-period-lock";
    let none = (404, "CMNC-404".to_owned(), "No accounting period lock is set ".to_owned());
    assert_eq!(account.refusal(Method::Get, lock, ""), none);
    account.write(Method::Post, lock, &json!({"lockedUntil": "2024-03-31", "why": ["audit"]}));
    let kept = account.get(lock)["response"].clone();
    assert_eq!(kept, json!({"lockedUntil": "2024-03-31", "why": ["audit"], "lockedBy": 4}));
    account.write(Method::Delete, lock, &Value::Null);
    assert_eq!(account.refusal(Method::Get, lock, ""), none);

    let body = json!({"code": "A1", "provider": "CARDS", "orderId": 7, "more": {"of": "it"}});
    let id = account.post("accounting-service/payment-auth", &body);
    let read = account.get(&format!("accounting-service/payment-auth/{id}"))["response"][0].clone();
    assert_eq!((&read["id"], &read["more"], &read["code"]), (&json!(id), &body["more"], &body["code"]));
    assert_eq!(first_ids(&account.get("accounting-service/payment-auth-search?code=A1")), [id]);
}

#[test]
fn payment_methods_and_landed_costs_are_searched() {
    let mut account = small_account();
    let methods = account.get("accounting-service/payment-method-search");
    assert_eq!(
        rows(&methods)[0],
        [json!(1), json!("BANK"), json!("Bank transfer"), json!(true), json!("USD"), json!("1200")]
    );
    assert_eq!(rows(&methods)[1][4..], [Value::Null, Value::Null]);
    assert_eq!(
        account.column("accounting-service/payment-method-search?sort=code.DESC", "code"),
        ["CARD", "BANK"]
    );

    let costs = account.get("order-service/purchase-order-lc-search?pageSize=5");
    let row = rows(&costs)[0].clone();
    let order = account.order(row[8].as_u64().unwrap());
    assert_eq!(order["orderTypeCode"], "PO");
    let own = &order["orderRows"][row[0].to_string()];
    assert_eq!((&row[9], &row[7]), (&own["productId"], &own["itemCost"]["value"]));
}

#[test]
fn money_is_posted_straight_to_the_books() {
    let mut account = small_account();
    let customer = account.some_contact("isCustomer=true");
    let sale = account.post(
        "order-service/sales-order",
        &json!({"customer": {"id": customer}, "currency": {"code": "USD"}, "rows": [
            {"name": "Engraving", "quantity": 1, "taxCode": "T", "net": "100", "tax": "10"}]}),
    );
    let header = json!({"contactId": customer, "taxDate": "2026-06-14", "bankAccountNominalCode": "1200"});
    let mut body = json!({"header": header, "payments": [{"value": "60.00", "orderId": sale,
        "adjustment": {"value": "5.00", "nominalCode": "4009"}}]});
    let path = "accounting-service/invoice/sales-receipt";
    let id = account.post(path, &body);
    let journal = account.get(&format!("accounting-service/journal/{id}"))["response"]["journals"][0].clone();
    assert_eq!((&journal["journalTypeCode"], &journal["contactId"]), (&json!("SR"), &json!(customer)));
    assert_eq!(journal["credits"][0]["transactionAmount"], "65.00");
    let debits: Vec<_> =
        journal["debits"].as_array().unwrap().iter().map(|line| &line["transactionAmount"]).collect();
    assert_eq!(debits, ["60.00", "5.00"]);
    assert_eq!(account.order(sale)["orderPaymentStatus"], "PARTIALLY_PAID");
    body["payments"][0]["value"] = json!(60);
    assert_eq!(account.refusal(Method::Post, path, &body.to_string()).2, "All currency values must be texts");
    body["payments"] = json!([]);
    assert_eq!(account.codes(Method::Post, path, &body).0, 400);

    let supplier = account.some_contact("isSupplier=true");
    let purchase = account.post(
        "order-service/order",
        &json!({"orderTypeCode": "PO", "parties": {"supplier": {"contactId": supplier}}}),
    );
    let balance = format!("accounting-service/contact/{supplier}/currency/USD/balance");
    let owed =
        |account: &mut Account| account.get(&balance)["response"].as_str().unwrap().parse::<f64>().unwrap();
    let before = owed(&mut account);
    let header = json!({"contactId": supplier, "taxDate": "2026-06-14", "bankAccountNominalCode": "1200"});
    let body = json!({"header": header, "payments": [{"value": "12.00", "orderId": purchase}]});
    account.post("accounting-service/invoice/purchase-payment", &body);
    let older = json!({"orders": [{"orderId": purchase.to_string(), "payment": {"currency": "USD", "value": "10.00"}}],
                       "referenceNumber": "R1", "nominalCode": "1200", "taxDate": "2026-06-14"});
    account.post("accounting-service/purchase-payment", &older);
    let on_account = json!({"supplierId": supplier, "payment": {"currency": "USD", "value": "3.00"}, "nominalCode": "1200"});
    account.post("accounting-service/account-payment", &on_account);
    assert!((owed(&mut account) - before - 25.0).abs() < 0.001);
    let totals = account.get(&format!("accounting-service/purchase-payment-total/{purchase}"));
    assert_eq!(totals["response"][0]["orderId"], purchase);
}

#[test]
fn products_are_asked_for_their_values_of_options() {
    let mut account = small_account();
    let body = json!({"brandId": 74, "financialDetails": {"taxCode": {"id": 2}}, "variations": [{"optionId": 1, "optionValueId": 3}],
        "salesChannels": [{"salesChannelName": "Brightpearl", "productName": "Linen Shirt", "categories": [{"categoryCode": "276"}]}]});
    let product = account.post("product-service/product", &body);
    let all = account.get("product-service/product/*/option-value")["response"].clone();
    let first = all[0].clone();
    let expected = json!({"productId": product, "optionId": 1, "optionName": "Size", "optionValueId": 3, "optionValue": "L"});
    assert_eq!(first, expected);
    let names: Vec<_> = first.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["optionId", "optionName", "optionValue", "optionValueId", "productId"]);
    let one =
        format!("product-service/product/{}/option-value/{}", first["productId"], first["optionValueId"]);
    assert_eq!(account.get(&one)["response"], json!([first]));
    assert_eq!(
        account.uris(&one),
        [format!("/product/{}/option-value/{}", first["productId"], first["optionValueId"])]
    );
    let usage = account.get("product-service/discount/1/contact-usage/208");
    assert_eq!(usage["response"], json!([{"contactId": 208, "usages": 0}]));
}

#[test]
fn an_instance_is_renamed_by_its_own_token() {
    let mut emulator = Emulator::new(Config { orders: 20, ..Config::default() }).unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "demo_oauth_app"),
        ("client_secret", "demo-client-secret-for-tests-only"),
        ("refresh_token", "ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw="),
    ];
    let tokens = json(&post_form(&mut emulator, "/token/demo", &form, NOW));
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let mut ask = |method, body: &str| {
        let url = format!("{BASE}/public-api/demo/integration-service/integration/instance");
        let headers = [
            ("Authorization", bearer.as_str()),
            ("brightpearl-app-ref", "demo_oauth_app"),
            ("brightpearl-dev-ref", "demo_developer"),
        ];
        let request =
            Request { method, url, headers: headers.into_iter().collect(), body: body.as_bytes().to_vec() };
        json(&emulator.answer(&request, NOW))["response"].clone()
    };
    let renamed = ask(Method::Put, r#"{"instanceName":"Shop of the north"}"#);
    assert_eq!(
        (&renamed["instanceName"], &renamed["installedIntegrationInstanceId"]),
        (&json!("Shop of the north"), &json!(13))
    );
    assert_eq!(ask(Method::Get, ""), renamed);
}

#[test]
fn a_row_of_a_reservation_is_given_back_alone() {
    let mut account = small_account();
    let notes = account.get("warehouse-service/reservations")["response"].clone();
    let order = notes[0]["orderId"].as_u64().unwrap();
    let path = format!("warehouse-service/order/{order}/reservation");
    let held = account.get(&path)["response"][0]["orderRows"].as_object().unwrap().clone();
    for (place, row) in held.keys().enumerate() {
        account.write(Method::Delete, &format!("{path}/row/{row}"), &Value::Null);
        let left = account.send(Method::Get, &path, "");
        if place + 1 == held.len() {
            assert_eq!(left.status, 404);
        } else {
            assert!(json(&left)["response"][0]["orderRows"].get(row).is_none());
        }
    }
}

/// Their pages tell the verb alone (API notes §8.2, §8.3): both readings of the path are taken.
#[test]
fn paths_that_are_not_known_for_sure_are_taken_either_way() {
    let mut account = small_account();
    let group = json!({"name": "Chairs"});
    for path in ["product-service/product-group/1", "product-service/product-group"] {
        assert_eq!(account.write(Method::Put, path, &group), json!({}), "{path}");
    }
    for form in ["reservation/row", "reservation"] {
        let order = account.get("warehouse-service/reservations")["response"][0]["orderId"].clone();
        let kept = format!("warehouse-service/order/{order}/reservation");
        let reserved = account.get(&kept)["response"][0]["orderRows"].clone();
        let row = reserved.as_object().unwrap().keys().next().unwrap().clone();
        let path = format!("warehouse-service/order/{order}/{form}/{row}");
        assert_eq!(account.send(Method::Delete, &path, "").status, 200, "{path}");
        assert_eq!(account.emulator.audit(), [""; 0]);
        let left = account.send(Method::Get, &kept, "");
        assert!(!crate::harness::text(&left).contains(&format!("\"{row}\"")), "{path}");
    }
}
