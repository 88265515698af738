//! Orders from their creation on: rows, patches, notes, statuses, custom fields, closing, forgetting.

use crate::harness::{Account, first_ids, rows, small_account};
use brightpearl_core::Method;
use serde_json::{Value, json};

fn new_order(account: &mut Account, order_type: &str, reference: &str) -> u64 {
    let (party, filter) = match order_type {
        "SO" | "SC" => ("customer", "isCustomer=true"),
        _ => ("supplier", "isSupplier=true"),
    };
    let contact = account.some_contact(filter);
    let body = json!({"orderTypeCode": order_type, "reference": reference,
                      "parties": {party: {"contactId": contact}}});
    account.post("order-service/order", &body)
}

fn free_text_row(net: &str, tax: &str) -> Value {
    json!({"productName": "Engraving", "quantity": {"magnitude": 2},
           "rowValue": {"taxCode": "T20", "rowNet": {"value": net}, "rowTax": {"value": tax}}})
}

#[test]
fn an_order_grows_from_nothing_to_paid() {
    let mut account = small_account();
    let id = new_order(&mut account, "SO", "WEB-1");
    let fresh = account.order(id);
    assert_eq!(fresh["orderStatus"]["orderStatusId"], 3);
    assert_eq!((&fresh["version"], fresh.get("updatedOn")), (&json!(1), None));
    assert_eq!(fresh["orderPaymentStatus"], "NOT_APPLICABLE");
    assert_eq!((&fresh["stockStatusCode"], &fresh["shippingStatusCode"]), (&json!("NON"), &json!("NST")));
    assert_eq!(fresh["orderRows"], json!({}));
    assert_eq!(fresh["currency"]["fixedExchangeRate"], true);

    let row = account.post(&format!("order-service/order/{id}/row"), &free_text_row("100.00", "20.00"));
    let rowed = account.order(id);
    assert_eq!(rowed["totalValue"]["total"], "120.00");
    assert_eq!(rowed["orderPaymentStatus"], "UNPAID");
    assert_eq!(rowed["orderRows"][row.to_string()]["orderRowSequence"], "10");
    assert!(rowed["version"].as_u64() > fresh["version"].as_u64());
    assert!(rowed["updatedOn"].is_string());

    let currency = rowed["currency"]["orderCurrencyCode"].clone();
    let payment = json!({"paymentMethodCode": "CARD", "paymentType": "RECEIPT", "orderId": id,
                         "currencyIsoCode": currency, "amountPaid": "120.00", "paymentDate": "2026-07-01"});
    account.post("accounting-service/customer-payment", &payment);
    assert_eq!(account.order(id)["orderPaymentStatus"], "PAID");
    let found = account.get("order-service/order-search?customerRef=WEB-1");
    assert_eq!(first_ids(&found), [id]);
    assert_eq!(found["reference"]["orderPaymentStatusNames"], json!({"3": "PAID"}));
}

#[test]
fn purchase_orders_have_suppliers_and_a_week_to_arrive() {
    let mut account = small_account();
    let id = new_order(&mut account, "PO", "");
    let order = account.order(id);
    assert_eq!(order["orderStatus"]["name"], "Pending PO");
    assert!(order["parties"]["supplier"]["contactId"].is_u64() && order["parties"].get("customer").is_none());
    assert!(order["parties"]["delivery"].get("contactId").is_none());
    assert!(order["delivery"]["deliveryDate"].as_str().unwrap().starts_with("2026-07-0"));
    let body = json!({"orderTypeCode": "PO", "parties": {"customer": {"contactId": 200}}});
    assert_eq!(account.codes(Method::Post, "order-service/order", &body), (400, vec!["ORDC-022".to_owned()]));
    let refusal = account.refusal(Method::Post, "order-service/order", r#"{"orderTypeCode": "PC"}"#);
    assert_eq!(refusal.2, "Suppllier ID Required.");
}

#[test]
fn several_problems_are_answered_together() {
    let mut account = small_account();
    let row = json!({"quantity": {"magnitude": 1}, "rowValue": {"taxCode": "T20"}});
    let answer = account.codes(Method::Post, "order-service/order/999999/row", &row);
    assert_eq!(answer, (400, vec!["ORDC-003".to_owned(), "ORDC-026".to_owned()]));
    let order = json!({"orderTypeCode": "SO", "parties": {"customer": {"contactId": 200}},
                       "warehouseId": 99, "orderStatus": {"orderStatusId": 6}, "priceListId": "many"});
    let (status, codes) = account.codes(Method::Post, "order-service/order", &order);
    assert_eq!((status, codes.len()), (400, 3));
    assert!(codes.contains(&"ORDC-007".to_owned()));
}

#[test]
fn ids_ascend_and_are_never_used_again() {
    let mut account = small_account();
    let first = new_order(&mut account, "SO", "");
    assert_eq!(new_order(&mut account, "SC", ""), first + 1);
    let rows = format!("order-service/order/{first}/row");
    let one = account.post(&rows, &free_text_row("1.00", "0.20"));
    account.write(Method::Delete, &format!("{rows}/{one}"), &Value::Null);
    let other = account.post(&rows, &free_text_row("2.00", "0.40"));
    assert!(other > one);
    let order = account.order(first);
    assert_eq!(order["orderRows"].as_object().unwrap().keys().collect::<Vec<_>>(), [&other.to_string()]);
    assert_eq!(account.refusal(Method::Delete, &format!("{rows}/{one}"), "").0, 400);
}

#[test]
fn rows_are_patched_and_tax_follows_the_net() {
    let mut account = small_account();
    let id = new_order(&mut account, "SO", "");
    let row = account.post(&format!("order-service/order/{id}/row"), &free_text_row("100.00", "20.00"));
    let path = format!("order-service/order/{id}/row/{row}");
    let patch = json!([{"op": "replace", "path": "/rowValue/rowNet/value", "value": "200"},
                       {"op": "replace", "path": "/quantity/magnitude", "value": "3"}]);
    let answer = account.write(Method::Patch, &path, &patch);
    assert_eq!(answer["response"]["rowValue"]["rowTax"]["value"], "40.00");
    assert_eq!(answer["response"]["quantity"]["magnitude"], "3.0000");
    assert_eq!(account.order(id)["totalValue"]["total"], "240.00");
    let manual = json!([{"op": "replace", "path": "/rowValue/taxCalculator", "value": "manual"},
                        {"op": "replace", "path": "/rowValue/rowNet/value", "value": 10}]);
    let answer = account.write(Method::Patch, &path, &manual);
    assert_eq!(answer["response"]["rowValue"]["rowTax"]["value"], "40.00");
    let removal = json!([{"op": "remove", "path": "/nominalCode"}]);
    assert_eq!(account.codes(Method::Patch, &path, &removal), (500, vec!["CMNC-044".to_owned()]));
    let quantity = r#"[{"op": "replace", "path": "/quantity/magnitude", "value": "many"}]"#;
    let refusal = account.refusal(Method::Patch, &path, quantity);
    assert_eq!(
        (refusal.1.as_str(), refusal.2.as_str()),
        ("ORDC-024", "You have supplied an invalid quantity: many")
    );
    account.write(Method::Put, &path, &free_text_row("50.00", "10.00"));
    assert_eq!(account.order(id)["totalValue"]["net"], "50.00");
}

#[test]
fn rows_of_products_take_what_the_product_says() {
    let mut account = small_account();
    let products = account.get("product-service/product-search?stockTracked=true&pageSize=1");
    let product = rows(&products)[0].clone();
    let id = new_order(&mut account, "SO", "");
    let path = format!("order-service/order/{id}/row");
    let mut row = json!({"productId": product[0], "quantity": {"magnitude": "2"},
                         "rowValue": {"taxCode": "T20", "rowNet": {"value": "10"}, "rowTax": {"value": "2"}}});
    let row_id = account.post(&path, &row);
    let order = account.order(id);
    let shown = &order["orderRows"][row_id.to_string()];
    assert_eq!((&shown["productId"], &shown["productName"]), (&product[0], &product[1]));
    assert_eq!(shown["composition"]["bundleParent"], false);
    row["quantity"]["magnitude"] = json!("1.5");
    assert_eq!(account.codes(Method::Post, &path, &row), (400, vec!["ORDC-024".to_owned()]));
    row["productId"] = json!(999_999);
    row["quantity"]["magnitude"] = json!(1);
    assert_eq!(account.codes(Method::Post, &path, &row), (400, vec!["ORDC-041".to_owned()]));
}

#[test]
fn patches_are_taken_at_their_few_paths() {
    let mut account = small_account();
    let id = new_order(&mut account, "SO", "before");
    let path = format!("order-service/order/{id}");
    let patch = json!([{"op": "replace", "path": "/reference", "value": "after"},
                       {"op": "replace", "path": "/delivery/deliveryDate", "value": "2026-07-10"},
                       {"op": "replace", "path": "/delivery/shippingMethodId", "value": "5"}]);
    let answer = account.write(Method::Patch, &path, &patch);
    // As recorded: the answer is not yet a newer version.
    assert_eq!((&answer["response"]["version"], answer["response"].get("updatedOn")), (&json!(1), None));
    let order = account.order(id);
    assert_eq!((&order["reference"], &order["version"]), (&json!("after"), &json!(2)));
    // A date is midnight in UTC, shown in the account's zone.
    let delivery = json!({"deliveryDate": "2026-07-09T18:00:00.000-06:00", "shippingMethodId": 5});
    assert_eq!(order["delivery"], delivery);
    account.write(Method::Patch, &path, &json!([{"op": "remove", "path": "/reference"}]));
    assert_eq!(account.order(id)["reference"], "");
    for (op, at, status, code) in [
        ("add", "/reference", 500, "CMNC-044"),
        ("replace", "/externalRef", 500, "CMNC-044"),
        ("remove", "/warehouseId", 500, "CMNC-044"),
        ("replace", "/warehouseId", 400, "ORDC-041"),
    ] {
        let patch = json!([{"op": "replace", "path": "/reference", "value": "not kept"},
                           {"op": op, "path": at, "value": "x"}]);
        assert_eq!(account.codes(Method::Patch, &path, &patch), (status, vec![code.to_owned()]), "{op} {at}");
    }
    assert_eq!(account.order(id)["reference"], "");
}

#[test]
fn another_customer_brings_another_address() {
    let mut account = small_account();
    let id = new_order(&mut account, "SO", "");
    let customers = first_ids(&account.get("contact-service/contact-search?isCustomer=true"));
    let patch = json!([{"op": "replace", "path": "/parties/customer/contactId", "value": customers[3]}]);
    let answer = account.write(Method::Patch, &format!("order-service/order/{id}"), &patch);
    let parties = &answer["response"]["parties"];
    assert_eq!(parties["customer"]["contactId"], customers[3]);
    assert_ne!(parties["customer"]["addressFullName"], parties["billing"]["addressFullName"]);
    let found = account.column(&format!("order-service/order-search?orderId={id}"), "contactId");
    assert_eq!(found, [json!(customers[3])]);
}

#[test]
fn notes_are_found_by_their_words() {
    let mut account = small_account();
    let id = new_order(&mut account, "SO", "");
    let path = format!("order-service/order/{id}/note");
    let note = account.post(&path, &json!({"text": "Leave it with the neighbour", "isPublic": true}));
    account.post(&path, &json!({"text": "Call first", "contactId": 4, "addedOn": "2026-06-01"}));
    let found = account.get(&format!("order-service/order-note-search?orderId={id}&noteText=NEIGHBOUR"));
    assert_eq!(
        rows(&found)[0][..5],
        [
            json!(id),
            json!(note),
            rows(&found)[0][2].clone(),
            json!("Leave it with the neighbour"),
            json!(true)
        ]
    );
    assert_eq!(found["response"]["metaData"]["sorting"][0]["filterable"]["name"], "noteId");
    let early = account.column("order-service/order-note-search?dateAdded=/2026-06-15", "noteText");
    assert_eq!(early, [json!("Call first")]);
    let refusal = account.refusal(Method::Get, "order-service/order-note-search?noteId=x", "");
    assert_eq!((refusal.0, refusal.1.as_str()), (500, "CMNC-018"));
}

#[test]
fn statuses_can_be_added_and_used() {
    let mut account = small_account();
    let body = json!({"name": "At the engraver's", "orderTypeCode": "SO", "color": "#60a0ff"});
    let status = account.post("order-service/order-status", &body);
    let read = account.get(&format!("order-service/order-status/{status}"));
    assert_eq!(read["response"][0]["name"], "At the engraver's");
    assert_eq!(read["response"][0]["remindAfterDays"], 0);
    let id = new_order(&mut account, "SO", "");
    account.write(
        Method::Put,
        &format!("order-service/order/{id}/status"),
        &json!({"orderStatusId": status}),
    );
    assert_eq!(account.order(id)["orderStatus"]["name"], "At the engraver's");
    let found = account.get(&format!("order-service/order-search?orderStatusId={status}"));
    assert_eq!(found["reference"]["orderStatusNames"], json!({status.to_string(): "At the engraver's"}));
    let (code, codes) = account.codes(Method::Post, "order-service/order-status", &body);
    assert_eq!((code, codes.len()), (400, 1));
    let (_, codes) = account.codes(Method::Post, "order-service/order-status", &json!({"color": "blue"}));
    assert_eq!(codes, ["ORDC-040", "ORDC-005", "ORDC-040"]);
}

#[test]
fn what_was_paid_or_invoiced_cannot_be_cancelled() {
    let mut account = small_account();
    let cancel = json!({"orderStatusId": 5});
    let open = new_order(&mut account, "SO", "");
    account.write(Method::Put, &format!("order-service/order/{open}/status"), &cancel);
    assert_eq!(account.order(open)["orderStatus"]["name"], "Cancelled");
    let invoiced = first_ids(&account.get("order-service/order-search?orderStatusId=4&pageSize=1"))[0];
    let path = format!("order-service/order/{invoiced}/status");
    assert_eq!(account.codes(Method::Put, &path, &cancel), (400, vec!["ORDC-045".to_owned()]));
}

#[test]
fn custom_fields_are_patched_by_code() {
    let mut account = small_account();
    let id = new_order(&mut account, "SO", "");
    let path = format!("order-service/order/{id}/custom-field");
    assert_eq!(account.get(&path), json!({"response": {}}));
    let fields = account.get("order-service/sale/custom-field-meta-data");
    let types: Vec<_> =
        fields["response"].as_array().unwrap().iter().map(|field| &field["customFieldType"]).collect();
    assert_eq!(types, ["TEXT", "INTEGER", "YES_NO", "SELECT"]);
    assert_eq!(fields["response"][3]["options"]["9"], json!({"id": 9, "value": "Post"}));
    let patch = json!([{"op": "add", "path": "/PCF_CARRIER", "value": {"id": 9}},
                       {"op": "add", "path": "/PCF_BATCH", "value": "123"},
                       {"op": "add", "path": "/PCF_VIP", "value": true}]);
    let expected = json!({"PCF_BATCH": 123, "PCF_VIP": true, "PCF_CARRIER": {"id": 9, "value": "Post"}});
    assert_eq!(account.write(Method::Patch, &path, &patch)["response"], expected);
    let patch = json!([{"op": "replace", "path": "/PCF_CARRIER/id", "value": 8},
                       {"op": "remove", "path": "/PCF_BATCH"}]);
    let expected = json!({"PCF_VIP": true, "PCF_CARRIER": {"id": 8, "value": "Courier"}});
    assert_eq!(account.write(Method::Patch, &path, &patch)["response"], expected);
    let order =
        account.get(&format!("order-service/order/{id}?includeOptional=customFields,nullCustomFields"));
    assert_eq!(order["response"][0]["customFields"], expected);
    assert_eq!(order["response"][0]["nullCustomFields"], json!(["PCF_GIFTNOTE", "PCF_BATCH"]));
    for (value, status) in [(json!("yes"), 500), (json!(1), 500)] {
        let patch = json!([{"op": "replace", "path": "/PCF_VIP", "value": value}]);
        assert_eq!(account.codes(Method::Patch, &path, &patch).0, status);
    }
    let patch = json!([{"op": "add", "path": "/PCF_NOBODY", "value": 1}]);
    assert_eq!(account.codes(Method::Patch, &path, &patch), (500, vec!["CMNC-044".to_owned()]));
}

#[test]
fn a_closed_order_is_invoiced_a_little_later() {
    let mut account = small_account();
    let id = new_order(&mut account, "SO", "");
    account.post(&format!("order-service/order/{id}/row"), &free_text_row("100.00", "20.00"));
    let close = format!("order-service/sales-order/{id}/close");
    let body = json!({"taxDate": "2026-06-30T12:00:00.000Z"});
    assert_eq!(account.write(Method::Post, &close, &body), json!({}));
    // The harness lets a minute pass with every request; the answer to the first one is at the same time.
    account.now -= 60_000;
    assert_eq!(account.order(id)["invoices"][0]["invoiceReference"], "");
    account.now -= 60_000;
    account.write(Method::Post, &close, &json!({}));
    let order = account.order(id);
    assert_eq!(order["state"]["tax"], "INVOICED");
    assert_eq!(order["orderStatus"]["name"], "Invoiced");
    assert_eq!(order["invoices"][0]["invoiceReference"], format!("SI-{}", 1_000 + id));
    assert_eq!(order["invoices"][0]["taxDate"], "2026-06-30T00:00:00.000-06:00");
    let again = account.codes(Method::Post, &close, &json!({}));
    assert_eq!(again, (400, vec!["ORDC-044".to_owned()]));
    let row = account.codes(Method::Post, &format!("order-service/order/{id}/row"), &free_text_row("1", "0"));
    assert_eq!(row, (400, vec!["ORDC-044".to_owned()]));
    let search = format!("accounting-service/journal-search?orderId={id}&journalType=SI");
    assert_eq!(account.column(&search, "nominalCode"), [json!("1100"), json!("4000"), json!("2200")]);
}

#[test]
fn purchases_are_closed_by_a_list() {
    let mut account = small_account();
    let (one, other) = (new_order(&mut account, "PO", ""), new_order(&mut account, "PO", ""));
    let body = json!({"invoiceReference": "THEIRS-7", "taxDate": "2026-07-01", "dueDate": "2026-08-01",
                      "orderIds": [one, other]});
    let sale = new_order(&mut account, "SO", "");
    let mut wrong = body.clone();
    wrong["orderIds"] = json!([one, sale]);
    let close = "order-service/purchase-order/close";
    assert_eq!(account.codes(Method::Post, close, &wrong), (400, vec!["ORDC-003".to_owned()]));
    account.write(Method::Post, close, &body);
    for id in [one, other] {
        let order = account.order(id);
        assert_eq!(order["invoices"][0]["invoiceReference"], "THEIRS-7");
        assert_eq!(order["orderStatus"]["orderStatusId"], 9);
    }
    let credit = account.codes(Method::Post, "order-service/purchase-credit/close", &body);
    assert_eq!(credit.0, 400);
}

#[test]
fn forgetting_a_contact_empties_its_orders() {
    let mut account = small_account();
    let id = new_order(&mut account, "SO", "");
    let contact = account.order(id)["parties"]["customer"]["contactId"].as_u64().unwrap();
    let count = account.column(&format!("order-service/order-search?contactId={contact}"), "orderId").len();
    let path = format!("order-service/order/forget-contact/{contact}?keepCityAndState=true");
    let answer = account.write(Method::Post, &path, &json!({}));
    assert_eq!(answer, json!({"response": {"numberOfOrdersModified": count}}));
    let customer = account.order(id)["parties"]["customer"].clone();
    assert!(customer["addressFullName"].as_str().unwrap().starts_with("FORGOTTEN CONTACT 2026"));
    assert_eq!((&customer["addressLine1"], &customer["email"]), (&json!(""), &json!("")));
    assert_ne!(customer["addressLine3"], "");
    let nobody = account.write(Method::Post, "order-service/order/forget-contact/999999", &json!({}));
    assert_eq!(nobody["response"]["numberOfOrdersModified"], 0);
}

#[test]
fn an_acknowledged_order_says_so() {
    let mut account = small_account();
    let id = new_order(&mut account, "PO", "");
    let path = format!("order-service/order/{id}/acknowledgement");
    account.write(Method::Put, &path, &json!({"reference": "ACK-1"}));
    let order = account.order(id);
    assert_eq!((&order["acknowledged"], &order["reference"]), (&json!(1), &json!("ACK-1")));
}
