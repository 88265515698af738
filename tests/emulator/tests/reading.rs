//! GET and OPTIONS, and what surrounds every answer.

use std::collections::BTreeSet;

use crate::harness::{NOW, account, json, request, small_account, text};
use brightpearl_core::{Headers, Method};
use brightpearl_emulator::{Config, ThrottleWindow};
use serde_json::{Value, json};

#[test]
fn orders_are_read_by_id_set_and_missing_ones_left_out() {
    let mut account = small_account();
    let page = account.get("order-service/order-search?columns=orderId");
    let existing: BTreeSet<u64> = crate::harness::first_ids(&page).into_iter().collect();
    let gap = (1..300).find(|id| !existing.contains(id)).unwrap();
    assert_eq!(account.get(&format!("order-service/order/{gap}")), json!({"response": []}));
    assert_eq!(account.get("order-service/order/9999"), json!({"response": []}));
    let found = account.get("order-service/order/1-200");
    let ids: Vec<u64> =
        found["response"].as_array().unwrap().iter().map(|order| order["id"].as_u64().unwrap()).collect();
    let expected: BTreeSet<u64> = existing.into_iter().filter(|id| *id <= 200).collect();
    assert!(!ids.is_sorted(), "a client must not count on the order");
    assert_eq!(ids.into_iter().collect::<BTreeSet<u64>>(), expected);
}

#[test]
fn id_sets_are_refused_for_what_is_wrong_with_them() {
    let mut account = small_account();
    for (path, expected) in [
        ("order-service/order", "an ID set is required"),
        ("order-service/order/1-201", "it has 201 IDs"),
        ("order-service/order/5-1", "`5-1` is neither"),
        ("order-service/order/0", "`0` is neither"),
        ("order-service/order/a", "`a` is neither"),
        ("product-service/product", "an ID set is required"),
        ("product-service/product/1-300", "it has 300 IDs"),
        ("contact-service/postal-address", "an ID set is required"),
    ] {
        let (status, code, message) = account.refusal(Method::Get, path, "");
        assert_eq!((status, code.as_str()), (400, "CMNC-006"), "{path}");
        assert!(message.contains(expected), "{path}: {message}");
    }
    assert_eq!(account.get("order-service/order/3.2")["response"].as_array().unwrap().len(), 2);
}

#[test]
fn where_nothing_is_found_most_resources_say_404() {
    let mut account = small_account();
    for (path, message) in [
        ("contact-service/contact/99999", "No Contact Found"),
        ("product-service/product/1", "No Products Found"),
        ("product-service/product-price/1", "No Product Prices Found"),
        ("warehouse-service/warehouse/99", "No Warehouses Found"),
        ("nowhere-service/thing", "Cannot find the resource /app/public-api/demo/nowhere-service/thing"),
        ("order-service/order/1/2", "Cannot find the resource /app/public-api/demo/order-service/order/1/2"),
    ] {
        let refusal = account.refusal(Method::Get, path, "");
        assert_eq!(refusal, (404, "CMNC-404".to_owned(), message.to_owned()));
    }
}

#[test]
fn slashes_prefixes_and_bodies_make_no_difference() {
    let mut account = small_account();
    let expected = account.get("order-service/order/1-5");
    for url in [
        "http://127.0.0.1/public-api/demo/order-service/order/1-5/",
        "http://127.0.0.1/2.0.0/demo//order-service/order/1-5",
        "/public-api/demo/order-service/order/1-5",
    ] {
        let mut sent = request(Method::Get, "", r#"{"ignored": true}"#);
        sent.url = url.to_owned();
        account.now += 60_000;
        assert_eq!(json(&account.emulator.answer(&sent, account.now)), expected, "{url}");
    }
}

#[test]
fn both_credentials_let_in_and_header_names_have_no_case() {
    let config = Config { orders: 5, ..Config::default() };
    let credentials = config.credentials.clone();
    let mut account = account(config);
    for credential in credentials {
        let mut sent = request(Method::Get, "order-service/order/1", "");
        sent.headers =
            credential.headers().iter().map(|(name, value)| (name.to_uppercase(), value)).collect();
        assert_eq!(account.emulator.answer(&sent, NOW).status, 200, "{credential:?}");
    }
}

#[test]
fn who_is_not_let_in_gets_text_and_pays_for_it() {
    let mut account = small_account();
    let token = Config::default().credentials[0].token().1.to_owned();
    let cases: [(&str, Headers); 4] = [
        ("Not authenticated. You must provide a valid authentication token.", Headers::new()),
        (
            "Not authenticated. You must provide a valid authentication token.",
            [("brightpearl-account-token", token.as_str())].into_iter().collect(),
        ),
        (
            "Not authenticated. You must provide a valid authentication token.",
            [("brightpearl-app-ref", "demo_connector"), ("brightpearl-account-token", "wrong")]
                .into_iter()
                .collect(),
        ),
        ("Invalid instance token: a=b", [("Authorization", "Bearer a=b")].into_iter().collect()),
    ];
    for (index, (message, headers)) in cases.into_iter().enumerate() {
        let mut sent = request(Method::Get, "order-service/order/1", "");
        sent.headers = headers;
        let response = account.emulator.answer(&sent, NOW);
        assert_eq!(response.status, 401);
        assert_eq!(json(&response), json!({"response": message}));
        assert_eq!(response.headers.get("Message-Type"), Some("api-proxy"));
        let remaining = (199 - index).to_string();
        assert_eq!(response.headers.get("brightpearl-requests-remaining"), Some(remaining.as_str()));
    }
    assert_eq!(account.emulator.statistics().unauthorised, 4);
    let mut elsewhere = request(Method::Get, "", "");
    elsewhere.url = "http://127.0.0.1/elsewhere/order-service/order/1".to_owned();
    assert_eq!(account.emulator.answer(&elsewhere, NOW).status, 404);
    assert_eq!(account.emulator.statistics().unauthorised, 4);
    let mut other_account = request(Method::Get, "order-service/order/1", "");
    other_account.url = "http://127.0.0.1/public-api/other/order-service/order/1".to_owned();
    assert_eq!(account.emulator.answer(&other_account, NOW).status, 401);
}

#[test]
fn over_the_cap_is_503_with_the_known_text() {
    let mut account = account(Config { quota: 3, orders: 5, ..Config::default() });
    let sent = request(Method::Get, "order-service/order/1", "");
    for remaining in ["2", "1", "0"] {
        let response = account.emulator.answer(&sent, NOW + 10_000);
        assert_eq!(response.status, 200);
        assert_eq!(response.headers.get("brightpearl-requests-remaining"), Some(remaining));
        assert_eq!(response.headers.get("brightpearl-next-throttle-period"), Some("50000"));
    }
    let refused = account.emulator.answer(&sent, NOW + 59_999);
    assert_eq!(refused.status, 503);
    assert_eq!(
        text(&refused),
        r#"{"response":"You have sent too many requests. Please wait before sending another request"}"#
    );
    assert_eq!(refused.headers.get("brightpearl-next-throttle-period"), Some("1"));
    assert_eq!(account.emulator.answer(&sent, NOW + 60_000).status, 200);
    assert_eq!(account.emulator.statistics().throttled, 1);
}

#[test]
fn a_rolling_window_can_be_configured() {
    let config = Config::from_json(r#"{"quota": 1, "window": "rolling"}"#).unwrap();
    assert_eq!(config.window, ThrottleWindow::Rolling);
    let mut account = account(config);
    let sent = request(Method::Get, "order-service/order-type", "");
    assert_eq!(account.emulator.answer(&sent, NOW + 59_000).status, 200);
    assert_eq!(account.emulator.answer(&sent, NOW + 60_000).status, 503);
    assert_eq!(account.emulator.answer(&sent, NOW + 119_000).status, 200);
}

#[test]
fn options_leave_out_what_does_not_exist() {
    let mut account = small_account();
    assert_eq!(account.uris("product-service/product/1-100,320"), Vec::<String>::new());
    assert_eq!(account.uris("order-service/order/99990-99999"), Vec::<String>::new());
    let all = account.uris("order-service/order");
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|uri| uri.starts_with("/order/")), "{all:?}");
    assert!(account.uris("product-service/product-price/*/price-list/1-2")[0].ends_with("/price-list/1-2"));
    assert!(account.uris("contact-service/contact/4-6,200")[0].starts_with("/contact/4-6,200"));
}

#[test]
fn contacts_come_in_pages_with_their_siblings() {
    let mut account = small_account();
    let page = account.get("contact-service/contact?pageSize=50&firstResult=101");
    assert_eq!(
        page["pagination"],
        json!({"morePagesAvailable": false, "resultsReturned": 20, "firstResult": 101, "lastResult": 120})
    );
    assert_eq!(page["sorting"], json!([{"field": "contactId", "direction": "ASC"}]));
    let backwards = account.get("contact-service/contact/4-6,200?sort=contactId.DESC");
    let ids: Vec<&Value> =
        backwards["response"].as_array().unwrap().iter().map(|contact| &contact["contactId"]).collect();
    assert_eq!(ids, [200, 6, 5, 4]);
    assert_eq!(backwards["sorting"][0]["direction"], "DESC");
    let (status, _, message) = account.refusal(Method::Get, "contact-service/contact?firstResult=121", "");
    assert_eq!((status, message.as_str()), (404, "No Contact Found"));
    let (status, code, _) = account.refusal(Method::Get, "contact-service/contact?pageSize=many", "");
    assert_eq!((status, code.as_str()), (500, "CMNC-018"));
}

#[test]
fn optional_sections_come_when_asked_for() {
    let mut account = small_account();
    let plain = account.get("order-service/order/1");
    assert!(plain["response"][0].get("customFields").is_none());
    let full = account.get("order-service/order/1-200?includeOptional=customFields,nullCustomFields");
    for order in full["response"].as_array().unwrap() {
        let present = order["customFields"].as_object().unwrap().len();
        assert_eq!(present + order["nullCustomFields"].as_array().unwrap().len(), 4);
    }
    let contact = account.get("contact-service/contact/200?includeOptional=postalAddresses");
    let contact = &contact["response"][0];
    assert_eq!(contact["postalAddresses"][0]["addressId"], contact["postAddressIds"]["DEF"]);
}

#[test]
fn records_refer_to_records_that_exist() {
    let mut account = small_account();
    let orders = account.get("order-service/order/1-200");
    for order in orders["response"].as_array().unwrap() {
        let parties = &order["parties"];
        let party = parties.get("customer").or_else(|| parties.get("supplier")).unwrap();
        let contact = account.get(&format!("contact-service/contact/{}", party["contactId"]));
        let contact = &contact["response"][0];
        assert_eq!(contact["relationshipToAccount"]["isSupplier"], parties.get("supplier").is_some());
        let address =
            account.get(&format!("contact-service/postal-address/{}", contact["postAddressIds"]["BIL"]));
        assert_eq!(address["response"][0]["addressLine1"], party["addressLine1"]);
        assert_eq!(address["response"][0]["countryIsoCode"], party["countryIsoCode3"]);
        for row in order["orderRows"].as_object().unwrap().values() {
            let id = row["productId"].as_u64().unwrap();
            if id != 1000 {
                let product = account.get(&format!("product-service/product/{id}"));
                let channel = &product["response"][0]["salesChannels"][0];
                assert_eq!(channel["productName"], row["productName"]);
            }
        }
        if order["parentOrderId"] != 0 {
            let parent = account.get(&format!("order-service/order/{}", order["parentOrderId"]));
            assert_eq!(parent["response"].as_array().unwrap().len(), 1);
        }
        let status =
            account.get(&format!("order-service/order-status/{}", order["orderStatus"]["orderStatusId"]));
        assert_eq!(status["response"][0]["orderTypeCode"], order["orderTypeCode"]);
        let warehouse = account.get(&format!("warehouse-service/warehouse/{}", order["warehouseId"]));
        assert_eq!(warehouse["response"][0]["id"], order["warehouseId"]);
    }
}

#[test]
fn data_is_as_varied_as_the_real_thing() {
    let mut account = account(Config { orders: 2_000, ..Config::default() });
    let mut types = BTreeSet::new();
    let mut currencies = BTreeSet::new();
    let mut scripts = BTreeSet::new();
    let mut nulls = BTreeSet::new();
    for first in (1..2_000).step_by(200) {
        let orders = account.get(&format!("order-service/order/{first}-{}", first + 199));
        for order in orders["response"].as_array().unwrap() {
            types.insert(order["orderTypeCode"].as_str().unwrap().to_owned());
            currencies.insert(order["currency"]["orderCurrencyCode"].as_str().unwrap().to_owned());
            let name = order["parties"]["billing"]["addressFullName"].as_str().unwrap();
            scripts.insert(name.chars().map(|character| u32::from(character) / 256).max().unwrap());
            for member in ["updatedOn", "closedOn", "externalRef", "originalInvoiceDate", "isDropship"] {
                nulls.insert((member, order.get(member).is_some()));
            }
            assert!(order["createdOn"].as_str().unwrap().ends_with(".000-06:00"));
        }
    }
    assert_eq!(types.into_iter().collect::<Vec<_>>(), ["PC", "PO", "SC", "SO"]);
    assert_eq!(currencies.into_iter().collect::<Vec<_>>(), ["EUR", "GBP", "USD"]);
    assert!(scripts.len() >= 5, "{scripts:?}");
    assert_eq!(nulls.len(), 10, "{nulls:?}");
}

#[test]
fn dates_follow_one_another() {
    let mut account = small_account();
    let mut orders = account.get("order-service/order/1-200")["response"].as_array().unwrap().clone();
    orders.sort_by_key(|order| order["id"].as_u64());
    let date = |order: &Value, member: &str| order.get(member).map(|date| date.as_str().unwrap().to_owned());
    assert!(orders.iter().map(|order| date(order, "createdOn")).is_sorted(), "ids and dates run in parallel");
    for order in &orders {
        let dates = ["createdOn", "closedOn", "updatedOn"].map(|member| date(order, member));
        assert!(dates.iter().flatten().is_sorted(), "{dates:?}");
        assert!(
            dates.iter().flatten().all(|date| date.as_str() <= "2026-06-30T18:00:00.000-06:00"),
            "{dates:?}"
        );
        assert_eq!(dates[1].is_some(), order["state"]["tax"] == "INVOICED");
    }
}

#[test]
fn other_zones_and_currencies() {
    let config = Config::from_json(
        r#"{"utc_offset": "Z", "orders": 40, "currencies": [
            {"code": "EUR", "exchange_rate": "1"}, {"code": "JPY", "exchange_rate": "163.25"}]}"#,
    );
    let mut account = account(config.unwrap());
    for order in account.get("order-service/order/1-50")["response"].as_array().unwrap() {
        assert!(order["createdOn"].as_str().unwrap().ends_with(".000Z"));
        assert_eq!(order["currency"]["accountingCurrencyCode"], "EUR");
    }
    let lists = account.get("product-service/price-list");
    let codes: Vec<&Value> = lists["response"].as_array().unwrap().iter().map(|list| &list["code"]).collect();
    assert_eq!(codes, ["COST EUR", "RETAIL EUR", "WHOLE EUR", "RETAIL JPY"]);
}

#[test]
fn reference_lists_are_those_of_every_account() {
    let mut account = small_account();
    let count = |value: Value| value["response"].as_array().unwrap().len();
    assert_eq!(count(account.get("order-service/order-type")), 4);
    assert_eq!(count(account.get("order-service/order-stock-status")), 13);
    assert_eq!(count(account.get("order-service/order-shipping-status")), 4);
    assert_eq!(count(account.get("warehouse-service/warehouse")), 3);
    assert_eq!(account.get("order-service/order-status/3")["response"][0]["name"], "New phone order");
    assert_eq!(account.get("accounting-service/tax-code/7")["response"][0]["code"], "T20");
}

#[test]
fn strings_are_escaped_for_html_and_letters_are_raw() {
    let mut account = small_account();
    let raw = text(&account.send(Method::Get, "order-service/order-status/9,20-21", ""));
    assert!(raw.contains(r"Received \u0026 invoiced"), "{raw}");
    assert!(raw.contains(r"customer\u0027s query"), "{raw}");
    assert!(raw.contains("À vérifier"), "{raw}");
}
