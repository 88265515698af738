//! Shipments, from stock to the customer's door.

use crate::harness::{Account, first_ids, json, rows, small_account, strict_account};
use brightpearl_core::Method;
use serde_json::{Value, json};

const AT: &str = "2026-07-01T10:00:00.000-06:00";

/// A product whose stock is counted, and of which there is none.
fn empty_product(account: &mut Account, name: &str) -> u64 {
    account.post(
        "product-service/product",
        &json!({"brandId": 74, "identity": {"sku": name}, "stock": {"stockTracked": true},
                "financialDetails": {"taxable": true, "taxCode": {"id": 2}},
                "salesChannels": [{"salesChannelName": "Brightpearl", "productName": name,
                                   "categories": [{"categoryCode": 296}]}]}),
    )
}

fn put_in_stock(account: &mut Account, product: u64, quantity: i64) -> Value {
    let correction = json!({"quantity": quantity, "productId": product, "reason": "Counted", "locationId": 2,
                            "cost": {"currency": "USD", "value": "4.50"}});
    account.write(
        Method::Post,
        "warehouse-service/warehouse/2/stock-correction",
        &json!({"corrections": [correction]}),
    )["response"]
        .clone()
}

/// A sales order with one row for each product, and the ids of the rows.
fn sale(account: &mut Account, products: &[(u64, u64)]) -> (u64, Vec<u64>) {
    let contact = account.some_contact("isCustomer=true");
    let order = account.post(
        "order-service/order",
        &json!({"orderTypeCode": "SO", "warehouseId": 2, "parties": {"customer": {"contactId": contact}}}),
    );
    let rows = products.iter().map(|(product, quantity)| row(account, order, *product, *quantity)).collect();
    (order, rows)
}

fn row(account: &mut Account, order: u64, product: u64, quantity: u64) -> u64 {
    account.post(
        &format!("order-service/order/{order}/row"),
        &json!({"productId": product, "quantity": {"magnitude": quantity},
                "rowValue": {"taxCode": "T20", "rowNet": {"value": "10.00"}, "rowTax": {"value": "2.00"}}}),
    )
}

fn total(account: &mut Account, product: u64) -> Value {
    let path = format!("warehouse-service/product-availability/{product}");
    account.get(&path)["response"][product.to_string()]["total"].clone()
}

fn level(in_stock: u64, allocated: u64) -> Value {
    json!({"inStock": in_stock, "onHand": in_stock - allocated, "allocated": allocated, "inTransit": 0})
}

/// Stock status, shipping status, allocation.
fn statuses(account: &mut Account, order: u64) -> [String; 3] {
    let order = account.order(order);
    ["stockStatusCode", "shippingStatusCode", "allocationStatusCode"]
        .map(|name| order[name].as_str().unwrap().to_owned())
}

fn reserve(account: &mut Account, order: u64, products: &Value) {
    let path = format!("warehouse-service/order/{order}/reservation/warehouse/2");
    let answer = account.write(Method::Post, &path, &json!({ "products": products }));
    assert_eq!(answer, json!({}));
}

/// A goods-out note for some of an order's rows: row, product, quantity.
fn note(account: &mut Account, order: u64, rows: &[(u64, u64, u64)]) -> u64 {
    let products: Vec<_> = rows
        .iter()
        .map(|(row, product, quantity)| {
            json!({"productId": product, "salesOrderRowId": row, "quantity": quantity})
        })
        .collect();
    let body = json!({"warehouses": [{"releaseDate": AT, "warehouseId": 2, "transfer": false,
                                      "products": products}],
                      "priority": false, "shippingMethodId": 2});
    let path = format!("warehouse-service/order/{order}/goods-note/goods-out");
    let ids = account.write(Method::Post, &path, &body)["response"].clone();
    assert_eq!(ids.as_array().unwrap().len(), 1);
    ids[0].as_u64().unwrap()
}

fn event_path(note: u64) -> String {
    format!("warehouse-service/goods-note/goods-out/{note}/event")
}

fn events(codes: &[&str]) -> Value {
    let event = |code: &&str| json!({"eventCode": code, "occured": AT, "eventOwnerId": 4});
    json!({"events": codes.iter().map(event).collect::<Vec<_>>()})
}

fn read_note(account: &mut Account, order: u64, note: u64) -> Value {
    let path = format!("warehouse-service/order/{order}/goods-note/goods-out/{note}");
    account.get(&path)["response"][note.to_string()].clone()
}

fn codes(note: &Value) -> Vec<&str> {
    note["events"].as_array().unwrap().iter().map(|event| event["eventCode"].as_str().unwrap()).collect()
}

#[test]
fn from_stock_to_the_customer() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Kettle");
    assert_eq!(total(&mut account, product), level(0, 0));
    put_in_stock(&mut account, product, 10);
    let (order, rows_of) = sale(&mut account, &[(product, 4)]);
    assert_eq!(statuses(&mut account, order), ["SON", "SNS", "ANA"]);

    let row = rows_of[0];
    reserve(&mut account, order, &json!([{"productId": product, "salesOrderRowId": row, "quantity": "4"}]));
    assert_eq!(statuses(&mut account, order), ["SON", "SNS", "AAA"]);
    assert_eq!(total(&mut account, product), level(10, 4));

    let id = note(&mut account, order, &[(row, product, 4)]);
    assert_eq!(statuses(&mut account, order), ["SOA", "SNS", "AAA"]);
    assert_eq!(total(&mut account, product), level(10, 4), "what was reserved went to the note");
    let reservation = format!("warehouse-service/order/{order}/reservation");
    assert_eq!(account.refusal(Method::Get, &reservation, "").0, 404);

    account.write(Method::Post, &event_path(id), &events(&["PIC"]));
    let tracking = json!({"priority": false, "shipping": {"reference": "TRACK1", "boxes": 1, "weight": 2.5}});
    let answer =
        account.write(Method::Put, &format!("warehouse-service/goods-note/goods-out/{id}"), &tracking);
    assert_eq!(answer, json!({}));
    assert_eq!(account.write(Method::Post, &event_path(id), &events(&["SHW"])), json!({}));

    assert_eq!(statuses(&mut account, order), ["SOA", "ASS", "AAA"]);
    assert_eq!(total(&mut account, product), level(6, 0));
    let shipped = read_note(&mut account, order, id);
    assert_eq!(codes(&shipped), ["PLA", "PIC", "SHW", "PRI", "PAC"], "what was missing follows the shipment");
    assert_eq!(
        shipped["shipping"],
        json!({"reference": "TRACK1", "boxes": 1, "weight": 2.5, "shippingMethodId": 2})
    );
    assert_eq!((&shipped["status"]["shippedOn"], &shipped["status"]["pickedById"]), (&json!(AT), &json!(4)));
    assert_eq!(
        shipped["orderRows"],
        json!({row.to_string(): [{"productId": product, "quantity": 4, "locationId": 2}]})
    );
    let found = account.get(&format!(
        "warehouse-service/goods-note/goods-out-search?orderId={order}&shipped=true&columns=goodsOutNoteId,picked"
    ));
    assert_eq!(rows(&found), [[json!(id), json!(true)]]);
    let status = account.get(&format!("warehouse-service/order/{order}/fulfilment-status"));
    assert_eq!(
        status["response"][row.to_string()],
        json!({"quantity": 4, "fulfilled": 4, "shipped": 4, "fulfilmentLocations": {"2": 4}})
    );
    let left = account.get(&format!(
        "warehouse-service/goods-movement-search?goodsNoteId={id}&columns=productId,quantity,orderId,salesOrderRowId"
    ));
    assert_eq!(rows(&left), [[json!(product), json!(-4), json!(order), json!(row)]]);
}

#[test]
fn a_shipped_note_takes_no_more_events() {
    let mut account = strict_account();
    let product = empty_product(&mut account, "Kettle");
    put_in_stock(&mut account, product, 5);
    let (order, row) = sale(&mut account, &[(product, 2)]);
    let id = note(&mut account, order, &[(row[0], product, 2)]);
    let refused = |account: &mut Account, codes: &[&str]| {
        account.refusal(Method::Post, &event_path(id), &events(codes).to_string())
    };
    assert_eq!(refused(&mut account, &["UPI"]).0, 400, "nothing was picked");
    assert_eq!(refused(&mut account, &["PLA"]).0, 400, "only the system places");
    assert_eq!(refused(&mut account, &["SHW", "PIC"]).0, 400);
    let (status, code, message) =
        account.refusal(Method::Post, &event_path(id), r#"{"events":[{"eventCode":"PIC"}]}"#);
    assert_eq!((status, code.as_str()), (400, "WHSC-001"));
    assert_eq!(message, "You must supply events[0].occured");
    assert!(codes(&read_note(&mut account, order, id)).len() == 1);

    account.write(Method::Post, &event_path(id), &events(&["PRI", "PIC", "PAC", "UPA", "UPI", "UPR"]));
    let undone = read_note(&mut account, order, id);
    for step in ["printed", "picked", "packed", "shipped"] {
        assert_eq!(undone["status"][step], false, "{step}");
        assert!(undone["status"].get(format!("{step}On")).is_none());
    }
    account.write(Method::Post, &event_path(id), &events(&["SHW"]));
    let (_, _, message) = refused(&mut account, &["PRI"]);
    assert!(message.contains("has been shipped"), "{message}");
    let path = format!("warehouse-service/order/{order}/goods-note/goods-out/{id}");
    assert_eq!(account.refusal(Method::Delete, &path, "").0, 400);
    assert_eq!(total(&mut account, product), level(3, 0));
}

#[test]
fn events_are_guarded_by_the_version_of_the_last_one() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Kettle");
    put_in_stock(&mut account, product, 5);
    let (order, row) = sale(&mut account, &[(product, 2)]);
    let id = note(&mut account, order, &[(row[0], product, 2)]);
    let version = read_note(&mut account, order, id)["lastEventVersion"].to_string();
    let mut send = |version: &str| {
        let body = events(&["PIC"]).to_string();
        let mut request = crate::harness::request(Method::Post, &event_path(id), &body);
        request.headers.push("If-Match", version);
        account.now += 60_000;
        account.emulator.answer(&request, account.now)
    };
    assert_eq!(send(&version).status, 200);
    let again = send(&version);
    assert_eq!(again.status, 412, "{}", crate::harness::text(&again));
    assert!(json(&again)["errors"][0]["code"].is_string());
    let after = read_note(&mut account, order, id);
    assert_eq!(codes(&after), ["PLA", "PIC"]);
    assert!(after["lastEventVersion"].as_u64().unwrap() > version.parse::<u64>().unwrap());
}

#[test]
fn notes_for_parts_ship_parts() {
    let mut account = small_account();
    let (kettle, cup) = (empty_product(&mut account, "Kettle"), empty_product(&mut account, "Cup"));
    put_in_stock(&mut account, kettle, 2);
    put_in_stock(&mut account, cup, 3);
    let (order, row) = sale(&mut account, &[(kettle, 2), (cup, 6)]);
    let first = note(&mut account, order, &[(row[0], kettle, 2), (row[1], cup, 1)]);
    assert_eq!(statuses(&mut account, order), ["SOP", "SNS", "APA"]);
    account.write(Method::Post, &event_path(first), &events(&["SHW"]));
    assert_eq!(statuses(&mut account, order), ["SOP", "SPS", "APA"]);

    let path = format!("warehouse-service/order/{order}/goods-note/goods-out");
    let more = |quantity: u64| {
        json!({"warehouses": [{"warehouseId": 2, "products": [
            {"productId": cup, "salesOrderRowId": row[1], "quantity": quantity}]}]})
        .to_string()
    };
    let (_, code, message) = account.refusal(Method::Post, &path, &more(6));
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("WHSB-007", &*format!("Row {} has 5 left to fulfil, not 6", row[1]))
    );
    assert_eq!(account.refusal(Method::Post, &path, &more(5)).1, "WHSB-008", "only two are there");
    assert_eq!(account.refusal(Method::Post, &path, &more(0)).1, "WHSC-001");
    put_in_stock(&mut account, cup, 3);
    let second = note(&mut account, order, &[(row[1], cup, 5)]);
    assert_eq!(read_note(&mut account, order, second)["sequence"], 2);
    account.write(Method::Post, &event_path(second), &events(&["SHW"]));
    assert_eq!(statuses(&mut account, order), ["SOA", "ASS", "AAA"]);
    let both = account.get(&path);
    let ids: Vec<&String> = both["response"].as_object().unwrap().keys().collect();
    assert_eq!(ids, [&first.to_string(), &second.to_string()]);
}

#[test]
fn a_deleted_note_gives_its_stock_back() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Kettle");
    put_in_stock(&mut account, product, 5);
    let (order, row) = sale(&mut account, &[(product, 2)]);
    let id = note(&mut account, order, &[(row[0], product, 2)]);
    assert_eq!(total(&mut account, product), level(5, 2));
    let path = format!("warehouse-service/order/{order}/goods-note/goods-out/{id}");
    assert_eq!(account.write(Method::Delete, &path, &Value::Null), json!({}));
    assert_eq!(total(&mut account, product), level(5, 0));
    assert_eq!(statuses(&mut account, order), ["SON", "SNS", "ANA"]);
    assert_eq!(account.refusal(Method::Get, &path, "").0, 404);
    let next = note(&mut account, order, &[(row[0], product, 1)]);
    assert!(next > id, "an id is never used again");
}

#[test]
fn shipped_orders_of_the_history_have_notes() {
    let mut account = small_account();
    let shipped = first_ids(&account.get("order-service/order-search?orderShippingStatusId=4&pageSize=500"));
    let notes = account.get("warehouse-service/goods-note/goods-out-search?shipped=true&pageSize=500");
    let with_note: Vec<u64> = rows(&notes).iter().map(|row| row[6].as_u64().unwrap()).collect();
    assert!(shipped.len() > 50);
    let missing: Vec<_> = shipped.iter().filter(|order| !with_note.contains(order)).collect();
    for order in &missing {
        // Only rows whose stock is not counted.
        let rows = account.order(**order)["orderRows"].as_object().unwrap().clone();
        for product in rows.values().map(|row| row["productId"].as_u64().unwrap()).filter(|id| *id != 1000) {
            let found = account.get(&format!("product-service/product/{product}"));
            assert_eq!(found["response"][0]["stock"]["stockTracked"], false);
        }
    }
    assert!(missing.len() < shipped.len() / 4);
    let note = read_note(&mut account, with_note[0], first_ids(&notes)[0]);
    assert_eq!(note["status"]["shipped"], true);
    assert_eq!(note["orderId"], with_note[0]);
    let late =
        account.get("warehouse-service/goods-note/goods-out-search?shippedOn=2026-06-01/&shipped=true");
    assert!(rows(&late).len() < rows(&notes).len() && !rows(&late).is_empty());
    let bad = account.refusal(Method::Get, "warehouse-service/goods-note/goods-out-search?orderId=x", "");
    assert_eq!((bad.0, bad.1.as_str()), (500, "CMNC-018"));
}

#[test]
fn a_supplier_ships_straight_to_the_customer() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Sofa");
    let (order, row) = sale(&mut account, &[(product, 2)]);
    let supplier = account.some_contact("isSupplier=true");
    let purchase = account.post(
        "order-service/order",
        &json!({"orderTypeCode": "PO", "parties": {"supplier": {"contactId": supplier}}}),
    );
    let purchase_row = self::row(&mut account, purchase, product, 2);
    let path = format!("warehouse-service/order/{order}/goods-note/drop-ship");
    let body = |quantity: u64| {
        json!({"suppliers": [{"supplierId": supplier, "purchaseOrderId": purchase, "products": [
            {"productId": product, "purchaseOrderRowId": purchase_row, "salesOrderRowId": row[0],
             "quantity": quantity, "productValue": {"currency": "USD", "value": 100.00}}]}]})
    };
    assert_eq!(account.refusal(Method::Post, &path, &body(3).to_string()).1, "WHSB-007");
    let ids = account.write(Method::Post, &path, &body(2))["response"].clone();
    let id = ids[0].as_u64().unwrap();
    assert_eq!(statuses(&mut account, order), ["SOA", "SNS", "AAA"]);
    assert_eq!(statuses(&mut account, purchase), ["PON", "SNS", "ANR"]);

    let event = json!({"trackingReference": "22", "shippingMethodId": 1,
                       "events": [{"eventCode": "SHS", "occured": AT, "eventOwnerId": 4}]});
    let event_path = format!("warehouse-service/goods-note/drop-ship/{id}/event");
    assert_eq!(account.write(Method::Post, &event_path, &event), json!({}));
    assert_eq!(account.refusal(Method::Post, &event_path, &event.to_string()).0, 400, "only once");
    assert_eq!(statuses(&mut account, order), ["SOA", "ASS", "AAA"]);
    assert_eq!(statuses(&mut account, purchase), ["POA", "SNS", "ANR"]);
    let expected = json!({
        "orderId": order, "purchaseOrderId": purchase, "supplierId": supplier,
        "status": {"shippedOn": AT, "shipped": true, "shippedById": 4},
        "orderRows": {row[0].to_string(): [{"productId": product, "quantity": 2, "locationId": 0}]},
        "events": [{"occured": AT, "eventOwnerId": 4, "eventCode": "SHS"}],
        "shipping": {"reference": "22", "shippingMethodId": 1},
    });
    for path in [
        path,
        format!("warehouse-service/order/{purchase}/goods-note/drop-ship/{id}"),
        format!("warehouse-service/order/*/goods-note/drop-ship/{id}"),
    ] {
        assert_eq!(account.get(&path)["response"][id.to_string()], expected, "{path}");
    }
    assert_eq!(account.refusal(Method::Get, "warehouse-service/order/*/goods-note/drop-ship", "").0, 400);
    assert_eq!(total(&mut account, product), level(0, 0), "no stock of ours has moved");
}

#[test]
fn picking_chooses_where_goods_come_from() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Kettle");
    put_in_stock(&mut account, product, 3);
    let shelf = account.write(
        Method::Post,
        "warehouse-service/warehouse/2/location",
        &json!({"groupingA": "B", "groupingB": "7"}),
    )["response"]["id"]
        .as_u64()
        .unwrap();
    let correction = json!({"corrections": [{"quantity": 3, "productId": product, "reason": "Found",
        "locationId": shelf, "cost": {"currency": "USD", "value": 4}}]});
    account.write(Method::Post, "warehouse-service/warehouse/2/stock-correction", &correction);
    let (order, row) = sale(&mut account, &[(product, 4)]);
    let id = note(&mut account, order, &[(row[0], product, 4)]);
    let pick = |quantity: u64| {
        json!({"items": [{"salesOrderRowId": row[0], "productId": product, "locationId": shelf,
                          "quantity": quantity}]})
    };
    let path = format!("warehouse-service/order/{order}/goods-note/goods-out/{id}/pick");
    assert_eq!(account.refusal(Method::Post, &path, &pick(4).to_string()).1, "WHSB-008");
    assert_eq!(account.refusal(Method::Post, &path, &pick(5).to_string()).1, "WHSB-007");
    assert_eq!(account.refusal(Method::Post, &path, r#"{"items": []}"#).1, "WHSC-001");
    account.write(Method::Post, &path, &pick(3));
    let picked = read_note(&mut account, order, id)["orderRows"][row[0].to_string()].clone();
    let line = |quantity: u64, location: u64| json!({"productId": product, "quantity": quantity, "locationId": location});
    assert_eq!(picked, json!([line(3, shelf), line(1, 2)]), "the rest is allocated anew");
    assert_eq!(total(&mut account, product), level(6, 4));
    account.write(Method::Post, &event_path(id), &events(&["SHW"]));
    let path =
        format!("warehouse-service/product-availability/{product}?includeOptional=breakDownByLocation");
    let left = account.get(&path)["response"][product.to_string()]["warehouses"]["2"]["byLocation"].clone();
    assert_eq!(left, json!({"2": level(2, 0)}));
}

#[test]
fn a_bundle_is_shipped_by_its_components() {
    let mut account = small_account();
    let cup = empty_product(&mut account, "Cup");
    put_in_stock(&mut account, cup, 6);
    let set = account.post(
        "product-service/product",
        &json!({"brandId": 74, "composition": {"bundle": true, "bundleComponents": [
                    {"productId": cup, "productQuantity": 2}]},
                "salesChannels": [{"salesChannelName": "Brightpearl", "productName": "Tea Set",
                                   "categories": [{"categoryCode": 296}]}]}),
    );
    let (order, parent) = sale(&mut account, &[(set, 3)]);
    let shown = account.order(order)["orderRows"].as_object().unwrap().clone();
    assert_eq!(shown.len(), 2, "the component's row came by itself");
    assert_eq!(shown[&parent[0].to_string()]["composition"]["bundleParent"], true);
    let (child, row) = shown.iter().find(|(id, _)| **id != parent[0].to_string()).unwrap();
    assert_eq!(
        (&row["composition"]["bundleChild"], &row["composition"]["parentOrderRowId"]),
        (&json!(true), &json!(parent[0]))
    );
    assert_eq!(row["quantity"]["magnitude"], "6.0000");
    let id = note(&mut account, order, &[(child.parse().unwrap(), cup, 6)]);
    account.write(Method::Post, &event_path(id), &events(&["SHW"]));
    assert_eq!(statuses(&mut account, order), ["SOA", "ASS", "AAA"]);

    let supplier = account.some_contact("isSupplier=true");
    let body = json!({"orderTypeCode": "PO", "parties": {"supplier": {"contactId": supplier}}});
    let purchase = account.post("order-service/order", &body);
    let row = json!({"productId": set, "quantity": {"magnitude": 1}, "rowValue": {"taxCode": "T20"}});
    let path = format!("order-service/order/{purchase}/row");
    let (status, _, message) = account.refusal(Method::Post, &path, &row.to_string());
    assert_eq!((status, message.as_str()), (400, "A bundle cannot be purchased"));
}

#[test]
fn rows_keep_what_is_held_for_them() {
    let mut account = small_account();
    let product = empty_product(&mut account, "Kettle");
    put_in_stock(&mut account, product, 9);
    let (order, rows_of) = sale(&mut account, &[(product, 5)]);
    let wanted = json!([{"productId": product, "salesOrderRowId": rows_of[0], "quantity": 3}]);
    reserve(&mut account, order, &wanted);
    let path = format!("order-service/order/{order}/row/{}", rows_of[0]);
    let quantity = |value: u64| json!([{"op": "replace", "path": "/quantity/magnitude", "value": value}]);
    assert_eq!(account.codes(Method::Patch, &path, &quantity(2)).1, ["ORDC-046"]);
    assert_eq!(account.codes(Method::Delete, &path, &Value::Null).1, ["ORDC-046"]);
    account.write(Method::Patch, &path, &quantity(3));
    assert_eq!(statuses(&mut account, order), ["SON", "SNS", "AAA"], "all that is left is reserved");
    let cancel = json!({"orderStatusId": 5});
    account.write(Method::Put, &format!("order-service/order/{order}/status"), &cancel);
    assert_eq!(total(&mut account, product), level(9, 0), "a cancelled order holds nothing");
    assert_eq!(statuses(&mut account, order), ["SON", "SNS", "ANA"]);

    let (other, rows_of) = sale(&mut account, &[(product, 1)]);
    note(&mut account, other, &[(rows_of[0], product, 1)]);
    let refused = account.codes(Method::Put, &format!("order-service/order/{other}/status"), &cancel);
    assert_eq!(refused.1, ["ORDC-045"], "it has a goods-out note");
}
