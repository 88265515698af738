//! Shapes that pages and recordings have, and that the emulator once made up.

use crate::harness::{Account, account, first_ids, rows, small_account};
use brightpearl_core::Method;
use brightpearl_emulator::{Config, Currency};
use serde_json::{Value, json};

fn address(account: &mut Account) -> u64 {
    let street = json!({"addressLine1": "1 Invented Way", "postalCode": "AB1 2CD", "countryIsoCode": "GBR"});
    account.post("contact-service/postal-address", &street)
}

fn contact(account: &mut Account, body: &Value) -> u64 {
    let street = address(account);
    let mut whole = json!({"firstName": "Ann", "lastName": "Invented", "postAddressIds": {"DEF": street}});
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    account.post("contact-service/contact", &whole)
}

/// API notes §8.4.2.
#[test]
fn contacts_without_a_company_are_an_organisation_of_their_own() {
    let mut account = small_account();
    let id = contact(&mut account, &json!({}));
    let read = account.get(&format!("contact-service/contact/{id}"))["response"][0].clone();
    assert_eq!(read["organisation"], json!({"organisationId": id}));
    let with_company = contact(&mut account, &json!({"organisation": {"name": "Invented & Sons"}}));
    let read = account.get(&format!("contact-service/contact/{with_company}"))["response"][0].clone();
    assert_eq!(read["organisation"], json!({"organisationId": with_company, "name": "Invented & Sons"}));
    let everyone = account.get("contact-service/contact")["response"].clone();
    let all =
        everyone.as_array().unwrap().iter().all(|contact| contact["organisation"]["organisationId"].is_u64());
    assert!(all);
}

/// API notes §4.5.
#[test]
fn what_a_contact_has_not_is_empty_in_the_search_and_a_title_null() {
    let mut account = small_account();
    let id = contact(&mut account, &json!({}));
    let mut one = |name: &str| {
        let path = format!("contact-service/contact-search?contactId={id}");
        account.column(&path, name).remove(0)
    };
    for name in ["primaryEmail", "secondaryEmail", "tertiaryEmail", "pri", "sec", "mob"] {
        assert_eq!(one(name), "", "{name}");
    }
    assert_eq!(one("title"), Value::Null);
    assert_eq!(one("updatedOn"), one("createdOn"));
}

/// API notes §8.1.1.
#[test]
fn purchases_of_counted_products_read_as_recorded() {
    let mut account = small_account();
    let product = first_ids(&account.get("product-service/product-search?stockTracked=true"))[0];
    let supplier = account.some_contact("isSupplier=true");
    let body = json!({"orderTypeCode": "PO", "parties": {"supplier": {"contactId": supplier}}});
    let order = account.post("order-service/order", &body);
    let row = json!({"productId": product, "quantity": {"magnitude": 4},
                     "rowValue": {"taxCode": "T", "rowNet": {"value": "50"}, "rowTax": {"value": "5"}}});
    let row = account.post(&format!("order-service/order/{order}/row"), &row);
    let read = account.order(order);
    assert_eq!((&read["shippingStatusCode"], &read["allocationStatusCode"]), (&json!("SNS"), &json!("ANR")));
    let own = &read["orderRows"][row.to_string()];
    assert_eq!(
        (&own["productPrice"]["value"], &own["itemCost"]["value"]),
        (&json!("0.0000"), &json!("12.5000"))
    );
    let patch = json!([{"op": "replace", "path": "/rowValue/rowNet/value", "value": "100"}]);
    let path = format!("order-service/order/{order}/row/{row}");
    let patched = account.write(Method::Patch, &path, &patch)["response"].clone();
    assert_eq!(patched["itemCost"]["value"], "25.0000");

    let purchases = first_ids(&account.get("order-service/order-search?orderTypeId=2&orderStockStatusId=4"));
    let seeded = account.order(*purchases.iter().find(|id| **id != order).unwrap());
    assert_eq!(seeded["shippingStatusCode"], "SNS");
    for row in seeded["orderRows"].as_object().unwrap().values() {
        assert_eq!(row["productPrice"]["value"], "0.0000");
    }
}

/// API notes §8.1.1.
#[test]
fn a_free_text_row_that_was_posted_without_a_price_has_none() {
    let mut account = small_account();
    let customer = account.some_contact("isCustomer=true");
    let body = json!({"orderTypeCode": "SO", "parties": {"customer": {"contactId": customer}}});
    let order = account.post("order-service/order", &body);
    let mut row = json!({"productName": "Gift wrap", "quantity": {"magnitude": 2},
                         "rowValue": {"taxCode": "T", "rowNet": {"value": 10}, "rowTax": {"value": 1}}});
    let path = format!("order-service/order/{order}/row");
    let without = account.post(&path, &row);
    row["productPrice"] = json!({"value": 5});
    let with = account.post(&path, &row);
    let read = account.order(order)["orderRows"].clone();
    assert_eq!(read[without.to_string()]["productPrice"]["value"], "0.0000");
    assert_eq!(read[with.to_string()]["productPrice"]["value"], "5.0000");
}

/// API notes §8.3.1.
#[test]
fn allocated_orders_are_listed_with_their_goods_notes() {
    let mut account = small_account();
    let orders = account.get("warehouse-service/reservations")["response"][0]["orderId"].as_u64().unwrap();
    let path = format!("warehouse-service/order/{orders}/reservation");
    let reservation = account.get(&path)["response"][0].clone();
    let (row, held) = reservation["orderRows"].as_object().unwrap().iter().next().unwrap();
    let (product, quantity) = (held["productId"].as_u64().unwrap(), held["quantity"].as_u64().unwrap());
    let allocated = |account: &mut Account| {
        let path = format!(
            "warehouse-service/product-availability/{product}?includeOptional=allocatedOrders,allocatedTransfers"
        );
        let total = account.get(&path)["response"][product.to_string()]["total"].clone();
        let all: u64 = total["allocatedOrders"]
            .as_array()
            .unwrap()
            .iter()
            .map(|order| order["quantity"].as_u64().unwrap())
            .sum();
        assert_eq!((&total["allocated"], &total["allocatedTransfers"]), (&json!(all), &json!([])));
        let own = |order: &&Value| order["orderId"] == orders;
        total["allocatedOrders"].as_array().unwrap().iter().find(own).unwrap().clone()
    };
    assert_eq!(allocated(&mut account), json!({"orderId": orders, "quantity": quantity, "goodsNotes": []}));
    let body = json!({"warehouses": [{"warehouseId": reservation["warehouseId"], "products":
        [{"productId": product, "salesOrderRowId": row, "quantity": quantity}]}]});
    let path = format!("warehouse-service/order/{orders}/goods-note/goods-out");
    let note = account.write(Method::Post, &path, &body)["response"][0].clone();
    let notes = json!([{"goodsNoteId": note, "quantity": quantity}]);
    assert_eq!(
        allocated(&mut account),
        json!({"orderId": orders, "quantity": quantity, "goodsNotes": notes})
    );
}

#[test]
fn pages_of_contacts_have_no_null_where_recordings_have_a_text() {
    let mut account = small_account();
    let page = account
        .get("contact-service/contact-search?columns=secondaryEmail,tertiaryEmail,pri,sec,mob,updatedOn");
    assert!(rows(&page).iter().flatten().all(Value::is_string));
}

/// ISO 3166 and ISO 4217 as they are kept up, and not a dozen of each.
#[test]
fn the_whole_world_can_be_written_to() {
    let mut account = account(Config {
        orders: 20,
        currencies: ["GBP", "ISK", "KWD", "VND"]
            .into_iter()
            .enumerate()
            .map(|(place, code)| Currency { code: code.to_owned(), exchange_rate: (1 + place as u32).into() })
            .collect(),
        ..Config::default()
    });
    for (three, two, name) in
        [("NZL", "NZ", "New Zealand"), ("TUV", "TV", "Tuvalu"), ("SSD", "SS", "South Sudan")]
    {
        for code in [three, two] {
            let street = json!({"addressLine1": "1 Invented Way", "postalCode": "1", "countryIsoCode": code});
            let id = account.post("contact-service/postal-address", &street);
            let read = account.get(&format!("contact-service/postal-address/{id}"))["response"][0].clone();
            assert_eq!(
                (&read["countryIsoCode"], &read["countryIsoCode2"]),
                (&json!(three), &json!(two)),
                "{name}"
            );
        }
    }
    assert_eq!(
        account.column("accounting-service/currency-search", "title"),
        ["Pound sterling", "Icelandic króna", "Kuwaiti dinar", "Vietnamese đồng"]
    );
}
