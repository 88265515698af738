//! Packages that ship goods-out notes of the emulated account, with the order and the note as a host reads them.

use std::collections::BTreeMap;

use brightpearl_core::flow::State;
use brightpearl_core::http::Method;
use brightpearl_core::mapping::ready;
use brightpearl_core::operation::Push;
use brightpearl_emulator::{Config as Account, Currency};
use serde_json::{Value, json};

use super::account::PushWorld;

/// A goods-out note of an order of a shop, with its order: the note's id, `{"order", "note"}`, and its pieces by SKU.
fn note_to_ship(world: &mut PushWorld) -> (String, Value, BTreeMap<String, i64>) {
    let skus = world.skus();
    let line = |(sku, pieces): (&String, i64)| json!({"id": pieces, "name": sku, "sku": sku, "price": "1.00", "quantity": pieces});
    let shop = json!({"id": 71, "name": "#71", "email": "pat@example.com", "currency": "GBP", "created_at": "2026-03-01T10:00:00Z",
                      "total_price": "3.00", "total_tax": "0.00", "line_items": skus.iter().zip([2, 1]).map(line).collect::<Vec<_>>()});
    assert_eq!(run(world, "shopify-order", &shop).0, State::Created);
    let found = world.read("order-service/order-search?externalRef=71&columns=orderId");
    let id = found["results"][0][0].to_string();
    let order = world.read(&format!("order-service/order/{id}"))[0].take();
    let rows = order["orderRows"].as_object().expect("rows").iter();
    let pieces = |row: &Value| {
        row["quantity"]["magnitude"].as_str().and_then(|pieces| pieces.parse::<f64>().ok()).expect("pieces")
            as i64
    };
    let products = rows.clone().map(|(id, row)| {
        json!({"productId": row["productId"].as_str().map_or(row["productId"].clone(), |id| id.parse::<u64>().expect("an id").into()),
               "salesOrderRowId": id.parse::<u64>().expect("an id"), "quantity": pieces(row)})
    });
    let body = json!({"warehouses": [{"warehouseId": 2, "transfer": false, "products": products.collect::<Vec<_>>()}], "priority": false});
    let notes = format!("warehouse-service/order/{id}/goods-note/goods-out");
    let made = world.write(Method::Post, &notes, &body.to_string());
    let note = made[0].to_string();
    let by_sku =
        rows.map(|(_, row)| (row["productSku"].as_str().expect("a SKU").to_owned(), pieces(row))).collect();
    let read = world.read(&format!("warehouse-service/order/{id}/goods-note/goods-out/{note}"));
    (note, json!({"order": order, "note": read}), by_sku)
}

fn run(world: &mut PushWorld, name: &str, record: &Value) -> (State, Option<String>) {
    let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
    let push = Push { journal: Some(String::new()), ..Push::writing(document).unwrap() };
    let run = world.run(push, std::slice::from_ref(record));
    assert!(run.error.is_none(), "{:?}", run.error);
    let outcome = run.of(0);
    (outcome.state, outcome.reason.clone())
}

#[test]
fn packages_ship_a_note_that_they_hold_and_no_part_of_it() {
    let mut world = PushWorld::with(Account {
        orders: 5,
        contacts: 10,
        products: 20,
        currencies: vec![Currency { code: "GBP".to_owned(), exchange_rate: 1.into() }],
        ..Account::default()
    });
    let (id, mut record, pieces) = note_to_ship(&mut world);
    let order = record["order"]["id"].clone();
    // A package for each SKU.
    let shipments = pieces.iter().zip(1..).map(|((sku, pieces), number)| {
        json!({"shipmentId": number, "orderNumber": order.to_string(), "createDate": "2026-03-03T08:16:00.4600000",
               "trackingNumber": format!("T{number}"), "carrierCode": "example", "weight": {"value": 500, "units": "grams"},
               "shipmentItems": [{"sku": sku, "quantity": pieces}]})
    });
    let shipments: Vec<Value> = shipments.collect();
    record["shipments"] = shipments.clone().into();
    record["shipments"][0]["shipmentItems"][0]["quantity"] = json!(0);
    for name in ["shipstation-packages-tracking", "shipstation-packages"] {
        let (state, reason) = run(&mut world, name, &record);
        assert_eq!(state, State::Rejected, "{name}");
        assert!(reason.is_some_and(|reason| reason.contains("the note has")), "{name}");
    }
    record["shipments"] = shipments.clone().into();
    for (name, expected) in
        [("shipstation-packages-tracking", State::Updated), ("shipstation-packages", State::Created)]
    {
        let (state, reason) = run(&mut world, name, &record);
        assert_eq!(state, expected, "{name}: {reason:?}");
    }
    let note = world.read(&format!("warehouse-service/order/{order}/goods-note/goods-out/{id}"));
    let tracking: Vec<String> = (1..=shipments.len()).map(|number| format!("T{number}")).collect();
    assert_eq!(note[&id]["shipping"]["reference"], tracking.join(", "));
    assert_eq!(
        (&note[&id]["shipping"]["boxes"], &note[&id]["status"]["shipped"]),
        (&json!(shipments.len()), &json!(true))
    );
    record["note"] = note;
    assert_eq!(run(&mut world, "shipstation-packages", &record).0, State::Skipped);
}
