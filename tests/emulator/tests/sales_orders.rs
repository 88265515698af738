//! Sales orders and credits: created with their rows or not at all, and found by their unique key.

use crate::harness::{Account, first_ids, json, rows, small_account};
use brightpearl_core::Method;
use serde_json::{Value, json};

fn body(account: &mut Account) -> Value {
    let customer = account.some_contact("isCustomer=true");
    json!({
        "customer": {"id": customer, "address": {"addressFullName": "Invented Person", "addressLine1": "1 Road",
                     "addressLine3": "Town", "postalCode": "T1 1ST", "countryIsoCode": "GB", "email": "i@example.com"}},
        "ref": "WEB-9", "externalRef": "shop-9", "installedIntegrationInstanceId": 7,
        "currency": {"code": "USD"}, "channelId": 1, "priceModeCode": "EXC",
        "delivery": {"date": "2026-07-10", "shippingMethodId": 2},
        "rows": [
            {"name": "Gift wrap", "quantity": "1", "taxCode": "T20", "net": "5.00", "tax": "1.00", "externalRef": "r1"},
            {"name": "Ribbon", "quantity": 2, "taxCode": "Z", "net": 3, "tax": 0, "nominalCode": "4300"},
        ],
    })
}

#[test]
fn a_sales_order_comes_with_its_rows() {
    let mut account = small_account();
    let body = body(&mut account);
    let id = account.post("order-service/sales-order", &body);
    let read = account.get(&format!("order-service/sales-order/{id}"))["response"][0].clone();
    assert_eq!(read["ref"], "WEB-9");
    assert_eq!(
        read["total"],
        json!({"net": "8.00", "tax": "1.00", "gross": "9.00",
                                     "baseNet": "8.00", "baseTax": "1.00", "baseGross": "9.00"})
    );
    assert_eq!(read["rows"].as_array().unwrap().len(), 2);
    assert_eq!(read["rows"][0]["quantity"], "1.0000");
    assert_eq!((&read["rows"][0]["sequence"], &read["rows"][1]["sequence"]), (&json!(10), &json!(20)));
    assert_eq!(read["customer"]["address"]["addressFullName"], "Invented Person");
    assert_eq!(read["customer"]["address"]["countryIsoCode"], "GB");
    assert_ne!(read["billing"]["address"]["addressFullName"], "Invented Person");
    assert_eq!((&read["isCanceled"], &read["customerId"]), (&json!(false), &body["customer"]["id"]));
    // The same order in the other resource: rows are a map there.
    let order = account.order(id);
    assert_eq!(order["orderRows"].as_object().unwrap().len(), 2);
    assert_eq!((&order["externalRef"], &order["orderPaymentStatus"]), (&json!("shop-9"), &json!("UNPAID")));
    let found =
        account.get("order-service/sales-order-search?externalRef=shop-9&installedIntegrationInstanceId=7");
    assert_eq!(first_ids(&found), [id]);
    assert_eq!(rows(&found)[0][7], "UNPAID");
    assert_eq!(first_ids(&account.get("order-service/order-search?externalRef=shop-9")), [id]);
}

#[test]
fn the_same_external_reference_is_refused() {
    let mut account = small_account();
    let mut body = body(&mut account);
    account.post("order-service/sales-order", &body);
    let refusal = account.codes(Method::Post, "order-service/sales-order", &body);
    assert_eq!(refusal, (400, vec!["ORDC-042".to_owned()]));
    body["installedIntegrationInstanceId"] = json!(8);
    account.post("order-service/sales-order", &body);
    // Also that of an order which was there from the start.
    let path = "order-service/order-search?installedIntegrationInstanceId=11&pageSize=1";
    let (taken, integration) = (account.column(path, "externalRef"), 11);
    body["externalRef"] = taken[0].clone();
    body["installedIntegrationInstanceId"] = json!(integration);
    let refusal = account.codes(Method::Post, "order-service/sales-order", &body);
    assert_eq!(refusal, (400, vec!["ORDC-042".to_owned()]));
}

#[test]
fn what_is_wrong_with_one_row_stops_all() {
    let mut account = small_account();
    let mut body = body(&mut account);
    let before = account.uris("order-service/sales-order");
    body["rows"] = json!([{"name": "fine", "quantity": 1, "taxCode": "Z", "net": 1, "tax": 0},
                          {"name": "no", "quantity": "WRONG", "taxCode": "none", "net": 1},
                          {"sku": "nowhere", "quantity": 1, "taxCode": "Z", "net": 1, "tax": 0}]);
    let response = account.send(Method::Post, "order-service/sales-order", &body.to_string());
    assert_eq!(response.status, 400);
    let errors = json(&response)["errors"].as_array().unwrap().clone();
    let messages: Vec<_> = errors.iter().map(|error| error["message"].as_str().unwrap()).collect();
    assert_eq!(
        messages,
        [
            "You must supply tax for row 1",
            "You have supplied an invalid quantity: WRONG for row 1",
            "You have supplied an invalid tax code: none for row 1",
            "You have supplied an invalid SKU: nowhere for row 2",
        ]
    );
    assert_eq!(account.uris("order-service/sales-order"), before);
    let refusal = account.codes(Method::Post, "order-service/sales-order", &json!({"ref": "x"}));
    assert_eq!(refusal, (400, vec!["ORDC-021".to_owned()]));
}

#[test]
fn rows_are_found_by_sku_and_replaced_by_id() {
    let mut account = small_account();
    let products = account.get("product-service/product-search?stockTracked=true");
    let product = rows(&products).into_iter().find(|row| row[2] != "").unwrap();
    let mut body = body(&mut account);
    body["rows"] = json!([{"sku": product[2], "quantity": 3, "taxCode": "T20", "net": 30, "tax": 6}]);
    let id = account.post("order-service/sales-order", &body);
    let read = account.get(&format!("order-service/sales-order/{id}"))["response"][0].clone();
    assert_eq!(read["rows"][0]["productId"], product[0]);
    let row = read["rows"][0]["id"].as_u64().unwrap();
    let path = format!("order-service/sales-order/{id}/row/{row}");
    let change = json!([{"id": row, "productId": product[0], "quantity": "1", "taxCode": "T20", "tax": "8.8000", "net": "44.0000"}]);
    let answer = account.write(Method::Put, &path, &change);
    let id_text = row.to_string();
    assert_eq!(
        answer["response"],
        json!({"resourceErrors": {id_text.as_str(): []},
                                          "resourceStatuses": {id_text.as_str(): 200}})
    );
    assert_eq!(account.order(id)["totalValue"]["total"], "52.80");
    let wrong = json!([{"id": row, "name": "x", "quantity": "WRONG", "taxCode": "T20", "tax": 0, "net": 0}])
        .to_string();
    let refusal = account.refusal(Method::Put, &path, &wrong);
    let text =
        format!("Cannot update order row: {row}.You have supplied an invalid quantity: WRONG for row 0");
    assert_eq!(refusal, (400, "ORDC-024".to_owned(), text));
}

#[test]
fn credits_answer_207_when_some_are_missing() {
    let mut account = small_account();
    let mut body = body(&mut account);
    let sale = account.post("order-service/sales-order", &body);
    body["parentId"] = json!(sale);
    body["externalRef"] = json!("shop-10");
    let credit = account.post("order-service/sales-credit", &body);
    let read = account.get(&format!("order-service/sales-credit/{credit}"));
    assert_eq!(read["response"][0]["parentId"], sale);
    assert_eq!(account.get(&format!("order-service/sales-credit/{sale}")), json!({"response": []}));
    let partly = account.send(Method::Get, &format!("order-service/sales-credit/{sale},{credit}"), "");
    assert_eq!((partly.status, json(&partly)["response"].as_array().unwrap().len()), (207, 1));
    assert_eq!(
        account.uris(&format!("order-service/sales-credit/{sale},{credit}")),
        [format!("/sales-credit/{credit}")]
    );
    assert_eq!(account.order(credit)["orderTypeCode"], "SC");
}

#[test]
fn sales_order_options_and_search_agree() {
    let mut account = small_account();
    let searched = first_ids(&account.get("order-service/sales-order-search"));
    let ordered = first_ids(&account.get("order-service/order-search?orderTypeId=1"));
    assert_eq!(searched, ordered);
    let mut read = Vec::new();
    for uri in account.uris("order-service/sales-order") {
        let page = account.get(&format!("order-service{uri}"));
        read.extend(page["response"].as_array().unwrap().iter().map(|sale| sale["id"].as_u64().unwrap()));
    }
    assert_eq!(read, searched);
    let shipped =
        account.column("order-service/sales-order-search?orderShippingStatus=ASS", "orderShippingStatus");
    assert!(!shipped.is_empty() && shipped.iter().all(|code| code == "ASS"));
}

#[test]
fn a_bundle_brings_its_components() {
    let mut account = small_account();
    let found = account.get("product-service/product-search?stockTracked=true&pageSize=2");
    let parts: Vec<_> = rows(&found).iter().map(|row| row[0].as_u64().unwrap()).collect();
    let bundle = account.post(
        "product-service/product",
        &json!({"brandId": 74, "identity": {"sku": "SET-X"}, "financialDetails": {"taxCode": {"id": 7}},
                "salesChannels": [{"salesChannelName": "Brightpearl", "productName": "A set",
                                   "categories": [{"categoryCode": "296"}]}],
                "composition": {"bundle": true, "bundleComponents": [
                    {"productId": parts[0], "productQuantity": 1}, {"productId": parts[1], "productQuantity": 3}]}}),
    );
    let mut body = body(&mut account);
    body["rows"] = json!([{"sku": "SET-X", "quantity": 2, "taxCode": "T20", "net": 50, "tax": 10}]);
    let id = account.post("order-service/sales-order", &body);
    let read = account.get(&format!("order-service/sales-order/{id}"))["response"][0]["rows"].clone();
    let parent = read[0]["id"].as_u64().unwrap();
    assert_eq!((&read[0]["productId"], &read[0]["bundleParent"]), (&json!(bundle), &json!(true)));
    for (row, (product, quantity)) in [(&read[1], (parts[0], "2.0000")), (&read[2], (parts[1], "6.0000"))] {
        assert_eq!((&row["productId"], &row["quantity"]), (&json!(product), &json!(quantity)));
        assert_eq!((&row["bundleChild"], &row["parentRowId"]), (&json!(true), &json!(parent)));
        assert_eq!((&row["net"], &row["sku"]), (&json!("0.0000"), &row["sku"]));
    }
    assert_eq!(account.order(id)["totalValue"]["total"], "60.00");
    let path = format!("order-service/order/{id}/row/{parent}");
    account.write(
        Method::Patch,
        &path,
        &json!([{"op": "replace", "path": "/quantity/magnitude", "value": 1}]),
    );
    let read = account.get(&format!("order-service/sales-order/{id}"))["response"][0]["rows"].clone();
    assert_eq!(read[2]["quantity"], "3.0000");
    account.write(Method::Delete, &path, &Value::Null);
    assert_eq!(account.order(id)["orderRows"], json!({}));
    let supplier = account.some_contact("isSupplier=true");
    let order = json!({"orderTypeCode": "PO", "parties": {"supplier": {"contactId": supplier}}});
    let order = account.post("order-service/order", &order);
    let row = json!({"productId": bundle, "quantity": {"magnitude": 1}, "rowValue": {"taxCode": "T20"}});
    assert_eq!(account.codes(Method::Post, &format!("order-service/order/{order}/row"), &row).0, 400);
}

#[test]
fn what_is_reserved_stays_on_the_order() {
    let mut account = small_account();
    let availability = account.get("product-service/product-search?stockTracked=true&productStatus=LIVE");
    let mut body = body(&mut account);
    // Somewhere there is a product with two pieces in the first warehouse.
    for product in first_ids(&availability) {
        body["externalRef"] = json!(format!("reserve-{product}"));
        body["rows"] = json!([{"productId": product, "quantity": 2, "taxCode": "T20", "net": 50, "tax": 10}]);
        let id = account.post("order-service/sales-order", &body);
        let fresh = account.order(id);
        assert_eq!((&fresh["allocationStatusCode"], &fresh["version"]), (&json!("ANA"), &json!(1)));
        let row = fresh["orderRows"].as_object().unwrap().keys().next().unwrap().clone();
        let products = json!({"products": [{"productId": product, "salesOrderRowId": row.parse::<u64>().unwrap(), "quantity": 2}]});
        let path = format!("warehouse-service/order/{id}/reservation/warehouse/2");
        account.send(Method::Post, &path, &products.to_string());
        if account.order(id)["allocationStatusCode"] != "AAA" {
            continue;
        }
        let path = format!("order-service/order/{id}/row/{row}");
        let patch = json!([{"op": "replace", "path": "/quantity/magnitude", "value": 1}]);
        assert_eq!(account.codes(Method::Patch, &path, &patch), (400, vec!["ORDC-046".to_owned()]));
        assert_eq!(account.send(Method::Delete, &path, "").status, 400);
        let warehouse = json!([{"op": "replace", "path": "/warehouseId", "value": 3}]);
        let refused = account.codes(Method::Patch, &format!("order-service/order/{id}"), &warehouse);
        assert_eq!(refused, (400, vec!["ORDC-043".to_owned()]));
        account.write(Method::Put, &format!("order-service/order/{id}/status"), &json!({"orderStatusId": 5}));
        assert_eq!(account.order(id)["allocationStatusCode"], "ANA");
        account.write(Method::Delete, &path, &Value::Null);
        return;
    }
    panic!("no product could be reserved");
}
