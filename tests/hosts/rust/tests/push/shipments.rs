//! Shipments of other quantities than their note has.

use brightpearl_core::Method;
use brightpearl_core::mapping::ready;
use brightpearl_core::operation::Push;
use serde_json::{Value, json};

use super::account::{ORDERS, PushWorld, order};

/// An order of so many pieces, all of them on one goods-out note.
fn noted(world: &mut PushWorld, pieces: u64) -> (u64, u64) {
    let found = world.read("product-service/product-search?columns=SKU,productId,stockTracked");
    let tracked =
        found["results"].as_array().expect("rows").iter().find(|row| row[2] == true && row[0] != "");
    let sku = tracked.expect("a tracked product")[0].as_str().expect("a SKU").to_owned();
    let mut record = order(1, &sku);
    record["lines"][0]["qty"] = json!(pieces.to_string());
    let id = world.push(ORDERS, &[record]).of(0).id.expect("an id");
    let read = world.read(&format!("order-service/sales-order/{id}"))[0].clone();
    let row = &read["rows"][0];
    let products = json!([{"productId": row["productId"], "salesOrderRowId": row["id"], "quantity": pieces}]);
    let body = json!({"warehouses": [{"warehouseId": read["warehouseId"], "transfer": false, "products": products}],
                      "priority": false});
    let path = format!("warehouse-service/order/{id}/goods-note/goods-out");
    let note = world.write(Method::Post, &path, &body.to_string());
    (id, note[0].as_u64().unwrap_or_else(|| panic!("a note: {note}")))
}

fn shipment(id: u64, pieces: Option<&[u64]>) -> Value {
    let items =
        pieces.map(|pieces| pieces.iter().map(|piece| json!({"quantity": piece})).collect::<Vec<_>>());
    json!({"shipmentId": 1, "orderNumber": id.to_string(), "createDate": "2026-03-03T08:16:00", "trackingNumber": "T1",
           "voided": false, "isReturnLabel": false, "shipmentItems": items})
}

fn is_shipped(world: &mut PushWorld, note: u64) -> bool {
    let read = world.read(&format!("warehouse-service/order/*/goods-note/goods-out/{note}"));
    read[note.to_string()]["status"]["shipped"] == true
}

#[test]
fn a_note_is_shipped_by_a_shipment_of_its_quantities_only() {
    let document = ready().iter().find(|ready| ready.name == "shipstation-shipment").expect("it").document;
    for (pieces, state) in [
        (Some(&[1][..]), "rejected"),
        (Some(&[1, 2]), "rejected"),
        (Some(&[1, 1]), "created"),
        (Some(&[2]), "created"),
        (None, "created"),
    ] {
        let mut world = PushWorld::new();
        let (id, note) = noted(&mut world, 2);
        world.journal.clear();
        let record = shipment(id, pieces);
        let dry = world.run(Push::dry_run(document).unwrap(), std::slice::from_ref(&record));
        assert_eq!(dry.states(), [state], "{pieces:?} {:?}", dry.outcomes);
        let run = world.push(document, &[record]);
        assert_eq!(run.states(), [state], "{pieces:?} {:?}", run.outcomes);
        assert_eq!(is_shipped(&mut world, note), state == "created", "{pieces:?}");
        if pieces == Some(&[1]) {
            let reason = run.of(0).reason.as_deref().unwrap_or_default();
            assert!(reason.contains("has 2 pieces, and the shipment has 1"), "{reason}");
        }
    }
}
