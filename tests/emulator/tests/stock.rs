//! What is in stock: corrections, reservations, transfers, goods coming in.

use crate::harness::{Account, first_ids, rows, small_account, strict_account};
use brightpearl_core::Method;
use brightpearl_emulator::Emulator;
use serde_json::{Value, json};

fn empty_product(account: &mut Account, name: &str) -> u64 {
    account.post(
        "product-service/product",
        &json!({"brandId": 74, "identity": {"sku": name}, "stock": {"stockTracked": true},
                "salesChannels": [{"salesChannelName": "Brightpearl", "productName": name,
                                   "categories": [{"categoryCode": "296"}]}]}),
    )
}

fn correction(product: u64, quantity: i64, location: u64) -> Value {
    json!({"quantity": quantity, "productId": product, "reason": "Counted", "locationId": location,
           "cost": {"currency": "USD", "value": 2.5}})
}

const CORRECTIONS: &str = "warehouse-service/warehouse/2/stock-correction";

fn correct(account: &mut Account, corrections: &[Value]) -> Vec<u64> {
    let answer = account.write(Method::Post, CORRECTIONS, &json!({ "corrections": corrections }));
    serde_json::from_value(answer["response"].clone()).unwrap()
}

fn availability(account: &mut Account, product: u64, query: &str) -> Value {
    let path = format!("warehouse-service/product-availability/{product}{query}");
    account.get(&path)["response"][product.to_string()].clone()
}

fn level(in_stock: u64, allocated: u64, in_transit: u64) -> Value {
    json!({"inStock": in_stock, "onHand": in_stock - allocated, "allocated": allocated,
           "inTransit": in_transit})
}

fn order(account: &mut Account, order_type: &str) -> u64 {
    let (party, filter) = match order_type {
        "SO" | "SC" => ("customer", "isCustomer=true"),
        _ => ("supplier", "isSupplier=true"),
    };
    let contact = account.some_contact(filter);
    let body = json!({"orderTypeCode": order_type, "warehouseId": 2,
                      "parties": {party: {"contactId": contact}}});
    account.post("order-service/order", &body)
}

fn row(account: &mut Account, order: u64, product: u64, quantity: u64) -> u64 {
    account.post(
        &format!("order-service/order/{order}/row"),
        &json!({"productId": product, "quantity": {"magnitude": quantity},
                "rowValue": {"taxCode": "T20", "rowNet": {"value": "10.00"}, "rowTax": {"value": "2.00"}}}),
    )
}

#[test]
fn corrections_add_and_take_away() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Cup");
    let notes = correct(&mut account, &[correction(product, 7, 2), correction(product, 5, 2)]);
    assert_eq!(notes.len(), 2);
    assert_eq!(availability(&mut account, product, "")["total"], level(12, 0, 0));
    correct(
        &mut account,
        &[json!({"quantity": -8, "productId": product, "reason": "Broken", "locationId": 2})],
    );
    assert_eq!(availability(&mut account, product, "")["warehouses"], json!({"2": level(4, 0, 0)}));

    let read = account.get(&format!("{CORRECTIONS}/{}-{}", notes[0], notes[1]));
    let first = &read["response"][0];
    assert_eq!((&first["goodsNoteId"], &first["reason"]), (&json!(notes[0]), &json!("Counted")));
    assert_eq!(first["goodsMoved"][0]["quantity"], 7);
    assert_eq!(first["goodsMoved"][0]["productValue"], json!({"currency": "USD", "value": 2.5}));
    assert_eq!(account.refusal(Method::Get, &format!("{CORRECTIONS}/{}", notes[1] + 900), "").0, 404);

    for (body, code) in [
        (json!({"corrections": []}), "WHSC-001"),
        (json!({"corrections": [correction(product, 0, 2)]}), "WHSC-001"),
        (json!({"corrections": [correction(product, 5, 4)]}), "WHSC-003"),
        (json!({"corrections": [correction(999_999, 5, 2)]}), "WHSC-004"),
        (
            json!({"corrections": [{"quantity": 5, "productId": product, "reason": "x", "locationId": 2}]}),
            "WHSC-001",
        ),
        (json!({"corrections": [correction(product, 3, 2), correction(product, -8, 2)]}), "WHSB-001"),
    ] {
        assert_eq!(account.codes(Method::Post, CORRECTIONS, &body), (400, vec![code.to_owned()]), "{body}");
    }
    assert_eq!(
        availability(&mut account, product, "")["total"],
        level(4, 0, 0),
        "a refused one changes nothing"
    );
}

#[test]
fn stock_brings_an_archived_product_to_life() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Relic");
    let path = format!("product-service/product/{product}");
    account.write(Method::Put, &path, &json!({"status": "ARCHIVED"}));
    assert_eq!(account.get(&path)["response"][0]["status"], "ARCHIVED");
    correct(&mut account, &[correction(product, 1, 2)]);
    assert_eq!(account.get(&path)["response"][0]["status"], "LIVE");
}

#[test]
fn one_bad_id_spoils_a_set_of_products() {
    let mut account = small_account();
    let tracked = first_ids(&account.get("product-service/product-search?stockTracked=true"));
    let untracked = first_ids(&account.get("product-service/product-search?stockTracked=false"));
    let found = account.get(&format!("warehouse-service/product-availability/{}.{}", tracked[1], tracked[0]));
    assert_eq!(found["response"].as_object().unwrap().len(), 2);
    let path = |other: u64| format!("warehouse-service/product-availability/{}.{other}", tracked[0]);
    assert_eq!(account.refusal(Method::Get, &path(999_999), "").0, 400);
    // Products whose stock is not counted are left out (API notes §8.3.1), unless the account is strict.
    let found = account.get(&path(untracked[0]))["response"].clone();
    assert_eq!(found.as_object().unwrap().keys().collect::<Vec<_>>(), [&tracked[0].to_string()]);
    assert_eq!(strict_account().refusal(Method::Get, &path(untracked[0]), "").1, "WHSC-005");
    assert_eq!(account.refusal(Method::Get, "warehouse-service/product-availability", "").0, 400);
}

#[test]
fn reservations_take_what_there_is() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Cup");
    correct(&mut account, &[correction(product, 5, 2)]);
    let sale = order(&mut account, "SO");
    let (first, second) = (row(&mut account, sale, product, 3), row(&mut account, sale, product, 4));
    let path = format!("warehouse-service/order/{sale}/reservation");
    let post = format!("{path}/warehouse/2");
    let wanted = |row: u64, quantity: u64| {
        json!({"productId": product.to_string(), "salesOrderRowId": row.to_string(),
               "quantity": quantity.to_string()})
    };
    let refusal = account.refusal(Method::Get, &path, "");
    assert_eq!(refusal, (404, "CMNC-404".to_owned(), format!("No reservation exists for order {sale}")));
    let zero = json!({"products": [{"productId": 0, "salesOrderRowId": first, "quantity": 1}]});
    let expected = (400, "WHSC-014".to_owned(), "Product ID must be set and greater than 0".to_owned());
    assert_eq!(account.refusal(Method::Post, &post, &zero.to_string()), expected);

    // Entries of one row count together, and more than there is is cut off without a word.
    let body = json!({"products": [wanted(first, 1), wanted(first, 2), wanted(second, 4)]});
    assert_eq!(account.write(Method::Post, &post, &body), json!({}));
    let rows = json!({first.to_string(): {"productId": product, "quantity": 3},
                      second.to_string(): {"productId": product, "quantity": 2}});
    let expected = json!([{"orderId": sale, "warehouseId": 2, "orderRows": rows}]);
    assert_eq!(account.get(&path)["response"], expected);
    assert_eq!(account.order(sale)["allocationStatusCode"], "APA");
    assert_eq!(availability(&mut account, product, "")["total"], level(5, 5, 0));
    let all = account.get("warehouse-service/reservations");
    assert!(all["response"].as_array().unwrap().iter().any(|one| one["orderId"] == sale));

    let elsewhere = format!("{path}/warehouse/3");
    assert_eq!(account.codes(Method::Post, &elsewhere, &body).1, ["WHSB-005"], "one warehouse only");
    let other = order(&mut account, "SO");
    let other_row = row(&mut account, other, product, 1);
    let none = account.codes(
        Method::Post,
        &format!("warehouse-service/order/{other}/reservation/warehouse/2"),
        &json!({"products": [wanted(other_row, 1)]}),
    );
    assert_eq!(none, (400, vec!["WHSB-006".to_owned()]), "nothing is left");

    account.write(Method::Put, &path, &json!({"products": [wanted(first, 1)]}));
    assert_eq!(availability(&mut account, product, "")["total"], level(5, 3, 0));
    account.write(Method::Delete, &path, &Value::Null);
    assert_eq!(account.refusal(Method::Get, &path, "").0, 404);
    assert_eq!(availability(&mut account, product, "")["total"], level(5, 0, 0));
    assert_eq!(account.order(sale)["allocationStatusCode"], "ANA");
}

#[test]
fn allocated_orders_of_the_history_have_reservations() {
    let mut account = small_account();
    let orders = account.get("warehouse-service/reservations");
    let orders: Vec<u64> =
        orders["response"].as_array().unwrap().iter().map(|one| one["orderId"].as_u64().unwrap()).collect();
    assert!(!orders.is_empty());
    for sale in orders {
        assert!(["APA", "AAA"].contains(&account.order(sale)["allocationStatusCode"].as_str().unwrap()));
        let reservation = account.get(&format!("warehouse-service/order/{sale}/reservation"));
        let (_, row) = reservation["response"][0]["orderRows"].as_object().unwrap().iter().next().unwrap();
        let product = row["productId"].as_u64().unwrap();
        let total = &availability(&mut account, product, "")["total"];
        assert!(total["allocated"].as_u64() >= row["quantity"].as_u64());
    }
}

#[test]
fn purchases_come_in_part_by_part() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Cup");
    let purchase = order(&mut account, "PO");
    let purchase_row = row(&mut account, purchase, product, 10);
    let path = format!("warehouse-service/order/{purchase}/goods-note/goods-in");
    let expected = "No goods in notes found within range of order IDs and goods in note IDs";
    assert_eq!(account.refusal(Method::Get, &path, ""), (404, "CMNC-404".to_owned(), expected.to_owned()));
    let body = |quantity: u64, reference: &str| {
        json!({"transfer": false, "warehouseId": 2, "receivedOn": "2026-06-30T12:00:00Z",
               "userBatchReference": reference,
               "goodsMoved": [{"productId": product, "purchaseOrderRowId": purchase_row, "quantity": quantity,
                               "destinationLocationId": 2, "productValue": {"currency": "USD", "value": "1.25"}}]})
    };
    let on_order = availability(&mut account, product, "?includeOptional=onOrder");
    assert_eq!(on_order["total"]["onOrder"], 10);
    let first = account.post(&path, &body(4, "A"));
    assert_eq!(account.order(purchase)["stockStatusCode"], "POP");
    assert_eq!(account.codes(Method::Post, &path, &body(1, "A")).1, ["WHSB-011"], "references are unique");
    assert_eq!(account.codes(Method::Post, &path, &body(7, "B")).1, ["WHSB-007"], "only six are left");
    let second = account.post(&path, &body(6, "B"));
    assert_eq!(account.order(purchase)["stockStatusCode"], "POA");
    assert_eq!(availability(&mut account, product, "")["total"], level(10, 0, 0));
    let read = account.get(&path);
    let note = &read["response"][first.to_string()];
    assert_eq!((&note["orderId"], &note["goodsNoteStatus"]), (&json!(purchase), &json!("CLOSED")));
    assert_eq!(note["goodsMoved"][0]["productValue"], json!({"currency": "USD", "value": 1.25}));
    let search = format!(
        "warehouse-service/goods-in-search?purchaseOrderId={purchase}&columns=batchId,userBatchRef,receivedQuantity,onHand"
    );
    let expected =
        [[json!(first), json!("A"), json!(4), json!(4)], [json!(second), json!("B"), json!(6), json!(6)]];
    assert_eq!(rows(&account.get(&search)), expected);

    let fix = json!({"productId": product, "locationId": 2, "quantity": -1,
                     "cost": {"currency": "USD", "value": "1.00"}});
    let correction = format!("warehouse-service/goods-note/goods-in/{second}/correction");
    assert_eq!(account.write(Method::Post, &correction, &fix), json!({}));
    assert_eq!(account.order(purchase)["stockStatusCode"], "POP");
    account.write(Method::Delete, &format!("warehouse-service/goods-note/goods-in/{first}"), &Value::Null);
    assert_eq!(availability(&mut account, product, "")["total"], level(5, 0, 0));
    assert_eq!(rows(&account.get(&search)), [[json!(second), json!("B"), json!(5), json!(5)]]);
    assert_eq!(account.refusal(Method::Get, "warehouse-service/order/*/goods-note/goods-in", "").0, 400);
}

#[test]
fn goods_go_from_warehouse_to_warehouse_by_quarantine() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Cup");
    correct(&mut account, &[correction(product, 9, 2)]);
    let release = |quantity: u64| json!({"productId": product, "quantity": quantity, "toLocationId": 4});
    let release_path = "warehouse-service/warehouse/3/quarantine/release";
    let quarantine = account.get("warehouse-service/warehouse/3/location/quarantine")["response"].clone();
    let nothing = format!("None of the requested products are available in location {quarantine}");
    let refusal = account.refusal(Method::Post, release_path, &release(1).to_string());
    assert_eq!(refusal, (400, "WHSB-023".to_owned(), nothing));

    let frame = json!({"targetWarehouseId": 3, "reference": "MOVE-1"});
    let transfer = account.post("warehouse-service/warehouse/2/stock-transfer", &frame);
    let again = account.codes(Method::Post, "warehouse-service/warehouse/2/stock-transfer", &frame);
    assert_eq!(again.1, ["WHSB-014"]);
    let moving = |target: u64, quantity: u64| {
        json!({"targetWarehouseId": target, "stockTransferId": transfer,
               "transferredProducts": [{"productId": product, "quantity": quantity, "fromLocationId": 2}]})
    };
    let path = "warehouse-service/warehouse/2/external-transfer";
    assert_eq!(account.codes(Method::Post, path, &moving(3, 10)).1, ["WHSB-008"]);
    assert_eq!(account.codes(Method::Post, path, &moving(4, 1)).1, ["WHSC-001"]);
    let notes = account.write(Method::Post, path, &moving(3, 5))["response"].clone();
    let note = notes[0].as_u64().unwrap();
    let before = availability(&mut account, product, "?includeOptional=allocatedTransfers");
    let expected = json!([{"stockTransferId": transfer, "quantity": 5,
                           "goodsNotes": [{"goodsNoteId": note, "quantity": 5}]}]);
    assert_eq!(
        (&before["warehouses"]["2"]["allocatedTransfers"], &before["total"]["allocatedTransfers"]),
        (&expected, &expected)
    );
    let read = account.get(&format!("warehouse-service/order/*/goods-note/goods-out/{note}"));
    let read = &read["response"][note.to_string()];
    assert_eq!((&read["transfer"], &read["orderId"]), (&json!(true), &json!(0)));
    assert_eq!((&read["targetWarehouseId"], &read["transferRows"][0]["quantity"]), (&json!(3), &json!(5)));

    let shipped =
        json!({"events": [{"eventCode": "SHW", "occured": "2026-07-01T10:00:00Z", "eventOwnerId": 4}]});
    account.write(Method::Post, &format!("warehouse-service/goods-note/goods-out/{note}/event"), &shipped);
    let arrived = availability(&mut account, product, "");
    assert_eq!(arrived["warehouses"], json!({"2": level(4, 0, 0), "3": level(0, 0, 5)}));
    account.write(Method::Post, release_path, &release(2));
    let released = availability(&mut account, product, "");
    assert_eq!(released["warehouses"]["3"], level(2, 0, 3));
    assert_eq!(released["total"], level(6, 0, 3));
    let shown = account.get(&format!("warehouse-service/stock-transfer/{transfer}"));
    assert_eq!(shown["response"][0]["goodsOutNoteIds"], notes);
}

#[test]
fn goods_move_within_a_warehouse() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Cup");
    correct(&mut account, &[correction(product, 6, 2)]);
    let path = "warehouse-service/warehouse/2/location";
    let place = json!({"groupingA": "A", "groupingB": "1", "barcode": "12345"});
    let shelf = account.write(Method::Post, path, &place)["response"].clone();
    assert_eq!(shelf.as_object().unwrap().len(), 1, "an object, unlike other creations");
    let shelf = shelf["id"].as_u64().unwrap();
    assert_eq!(account.codes(Method::Post, path, &place).1, ["WHSB-016"]);
    assert_eq!(account.codes(Method::Post, path, &json!({"groupingB": "1"})).1, ["WHSC-001"]);
    let transfer = json!({"warehouseId": "2", "transferredProducts": [
        {"productId": product.to_string(), "quantity": "4", "fromLocationId": "2", "toLocationId": shelf.to_string()}]});
    let path = "warehouse-service/warehouse/2/internal-transfer";
    account.post(path, &transfer);
    assert_eq!(account.codes(Method::Post, path, &transfer).1, ["WHSB-008"], "two are left");
    let parts = availability(&mut account, product, "?includeOptional=breakDownByLocation");
    assert_eq!(
        parts["warehouses"]["2"]["byLocation"],
        json!({"2": level(2, 0, 0), shelf.to_string(): level(4, 0, 0)})
    );
    let location = format!("warehouse-service/warehouse/2/location/{shelf}");
    assert_eq!(account.codes(Method::Delete, &location, &Value::Null).1, ["WHSB-018"], "it held stock");
    let found = account.get("warehouse-service/location-search?barcode=12345&columns=id,groupingB,groupingC");
    assert_eq!(rows(&found), [[json!(shelf), json!("1"), Value::Null]]);
}

#[test]
fn warehouses_can_be_added_and_changed() {
    let mut account = small_account();
    let path = "warehouse-service/warehouse";
    let body = json!({"name": "Annexe", "address": {"addressId": 2}, "defaultLocation": {"groupingA": "Z"}});
    let id = account.post(path, &body);
    assert_eq!(id, 5);
    let taken = account.refusal(Method::Post, path, &body.to_string());
    assert_eq!((taken.0, taken.1.as_str()), (400, "WHSB-038"));
    assert!(taken.2.contains("warehouse with ID 5"), "{}", taken.2);
    assert_eq!(
        account.codes(Method::Post, path, &json!({"name": "x", "address": {"addressId": 0}})).1,
        ["WHSC-070"]
    );
    let default = account.get(&format!("{path}/{id}/location/default"))["response"].as_u64().unwrap();
    let read = account.get(&format!("{path}/{id}/location/{default}"));
    assert_eq!(read["response"], json!([{"id": default, "warehouseId": id, "groupingA": "Z"}]));
    let quarantine = account.get(&format!("{path}/{id}/location/quarantine"))["response"].clone();
    let read = account.get(&format!("{path}/{id}/location/{quarantine}"));
    assert_eq!(read["response"][0]["groupingA"], "QUARANTINE");

    assert_eq!(account.get(&format!("{path}/3"))["response"][0]["clickAndCollectEnabled"], true);
    let changed = json!({"warehouses": [{"id": 3, "typeCode": "3pl"}, {"id": id, "clickAndCollectEnabled": true,
        "weeklyOperatingPeriods": {"timeZone": "Europe/London", "periods": [
            {"dayOfWeek": 1, "openingHours": "10:00:00", "closingHours": "17:30:00"}]}}]});
    assert_eq!(account.write(Method::Put, path, &changed), json!({}));
    let third = account.get(&format!("{path}/3"))["response"][0].clone();
    assert_eq!(
        (&third["clickAndCollectEnabled"], third.get("weeklyOperatingPeriods")),
        (&json!(false), None)
    );
    assert_eq!(third["typeDescription"], "3PL");
    let hours = &account.get(&format!("{path}/{id}"))["response"][0]["weeklyOperatingPeriods"];
    assert_eq!(hours["periods"][0]["openingHours"], "10:00:00");
    assert_eq!(first_ids(&account.get("warehouse-service/warehouse-search?name=annexe")), [id]);
    let zone = account.post(&format!("{path}/{id}/zone"), &json!({"name": "Shipping"}));
    assert_eq!(
        account.codes(Method::Post, &format!("{path}/{id}/zone/"), &json!({"name": "SHIPPING"})).1,
        ["WHSB-019"]
    );
    assert_eq!(first_ids(&account.get(&format!("warehouse-service/zone-search?warehouseId={id}"))), [zone]);
    account.write(Method::Delete, &format!("{path}/{id}"), &Value::Null);
    assert_eq!(account.refusal(Method::Get, &format!("{path}/{id}"), "").0, 404);
    assert_eq!(account.codes(Method::Delete, &format!("{path}/2"), &Value::Null).0, 400);
}

#[test]
fn products_stand_in_warehouses() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Cup");
    let path = format!("warehouse-service/warehouse/2/product/{product}");
    let body = json!({"defaultLocationId": 2, "reorderLevel": 5, "reorderQuantity": 20});
    account.write(Method::Put, &path, &body);
    let expected =
        json!({"defaultLocationId": 2, "overflowLocationId": 0, "reorderLevel": 5, "reorderQuantity": 20});
    // An array with the product's id, which leaves out products without defaults.
    let mut listed = expected.clone();
    listed["productId"] = json!(product);
    assert_eq!(account.get(&path)["response"], json!([listed]));
    let set = format!("warehouse-service/warehouse/2/product/{},1007-1100,{product}", product + 1);
    assert_eq!(account.get(&set)["response"], json!([listed]));
    assert_eq!(account.get(&path.replace("/2/", "/3/"))["response"], json!([]));
    let read = account.get(&format!("product-service/product/{product}"));
    assert_eq!(read["response"][0]["warehouses"]["2"], expected);
}

#[test]
fn values_are_put_right_and_sources_named() {
    let mut account = strict_account();
    let (product, unknown) = (empty_product(&mut account, "Cup"), empty_product(&mut account, "Nothing"));
    let batch = correct(&mut account, &[correction(product, 3, 2)])[0];
    let body = |current: f64| {
        json!({"batchId": batch, "locationId": 2, "productId": product, "reason": "Invoice",
               "currentCost": {"currency": "USD", "value": current}, "newCost": {"currency": "USD", "value": 12}})
    };
    let path = "warehouse-service/warehouse/2/asset-value-correction";
    assert_eq!(account.codes(Method::Post, path, &body(9.0)).1, ["WHSB-004"]);
    assert_eq!(account.write(Method::Post, path, &body(2.5)), json!({}));
    let sources = account.get(&format!("warehouse-service/fulfilment-source/{product}-{unknown}"));
    assert_eq!(
        sources["response"],
        json!({"availableProducts": {product.to_string(): {"suppliers": {}, "warehouses": {"2": {"onHand": 3}}}},
               "unavailableProducts": [unknown]})
    );
}

#[test]
fn methods_of_shipping_are_added() {
    let mut account = small_account();
    let path = "warehouse-service/shipping-method";
    let id = account.post(path, &json!({"name": "Drone", "code": "DR", "carrier": "Buzz"}));
    let read = account.get(&format!("{path}/{id}"))["response"].clone();
    let expected = json!([{"id": id, "name": "Drone", "code": "DR", "methodType": 1, "carrier": "Buzz",
                           "additionalInformationRequired": false, "breaks": "10,100,250,1000,100000"}]);
    assert_eq!(read, expected);
    assert_eq!(account.codes(Method::Post, path, &json!({"name": "Drone"})).1, ["WHSB-020"]);
    assert_eq!(first_ids(&account.get("warehouse-service/shipping-method-search?code=DR")), [id]);
}

#[test]
fn stock_survives_being_saved() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Cup");
    correct(&mut account, &[correction(product, 5, 2)]);
    let sale = order(&mut account, "SO");
    let sale_row = row(&mut account, sale, product, 2);
    let body = json!({"warehouses": [{"warehouseId": 2, "products": [
        {"productId": product, "salesOrderRowId": sale_row, "quantity": 2}]}]});
    account.write(Method::Post, &format!("warehouse-service/order/{sale}/goods-note/goods-out"), &body);
    let paths = [
        format!("warehouse-service/product-availability/{product}"),
        format!("warehouse-service/order/{sale}/goods-note/goods-out"),
        format!("product-service/product/{product}"),
        "warehouse-service/goods-movement-search?sort=goodsMovementId.DESC".to_owned(),
        "warehouse-service/goods-note/goods-out-search?sort=goodsOutNoteId.DESC".to_owned(),
        format!("order-service/order/{sale}"),
    ];
    let mut other =
        Account { emulator: Emulator::load(&account.emulator.save().unwrap()).unwrap(), now: account.now };
    for path in paths {
        assert_eq!(account.get(&path), other.get(&path), "{path}");
    }
    assert_eq!(
        correct(&mut account, &[correction(product, 1, 2)]),
        correct(&mut other, &[correction(product, 1, 2)])
    );
}
