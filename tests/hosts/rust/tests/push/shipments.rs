//! Shipments of other products, or quantities, than their note has.

use brightpearl_core::Method;
use brightpearl_core::mapping::ready;
use brightpearl_core::operation::Push;
use serde_json::{Value, json};

use super::account::{ORDERS, PushWorld, order};

/// The SKUs of some products that have stock.
fn tracked_skus(world: &mut PushWorld) -> Vec<String> {
    let found = world.read("product-service/product-search?columns=SKU,productId,stockTracked");
    let rows = found["results"].as_array().expect("rows").clone();
    let mut skus = Vec::new();
    for row in rows.iter().filter(|row| row[2] == true && row[0] != "") {
        let read = world.read(&format!("warehouse-service/product-availability/{}", row[1]));
        let in_stock = read[row[1].to_string()]["warehouses"]["2"]["onHand"].as_i64().unwrap_or_default();
        if in_stock >= 5 {
            skus.push(row[0].as_str().expect("a SKU").to_owned());
        }
    }
    skus
}

/// An order of so many pieces, all of them on one goods-out note.
fn noted(world: &mut PushWorld, pieces: u64) -> (u64, u64) {
    let sku = tracked_skus(world)[0].clone();
    noted_of(world, 1, &[(&sku, pieces)])
}

/// An order of so many pieces of each of these, all of them on one goods-out note.
fn noted_of(world: &mut PushWorld, number: usize, pieces: &[(&str, u64)]) -> (u64, u64) {
    let mut record = order(number, pieces[0].0);
    let line = record["lines"][0].clone();
    record["lines"] = pieces
        .iter()
        .map(|(sku, pieces)| {
            let mut line = line.clone();
            line["sku"] = json!(sku);
            line["qty"] = json!(pieces.to_string());
            line
        })
        .collect();
    let id = world.push(ORDERS, &[record]).of(0).id.expect("an id");
    let read = world.read(&format!("order-service/sales-order/{id}"))[0].clone();
    let product = |row: &Value| {
        let quantity: f64 = row["quantity"].as_str().expect("a quantity").parse().expect("a number");
        json!({"productId": row["productId"], "salesOrderRowId": row["id"], "quantity": quantity as u64})
    };
    let products: Vec<Value> = read["rows"].as_array().expect("rows").iter().map(product).collect();
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

/// A shipment of these SKUs; an empty one says not what it is.
fn shipment_of(number: usize, id: u64, items: &[(&str, u64)]) -> Value {
    let mut record = shipment(id, None);
    record["shipmentId"] = json!(number);
    let item = |(sku, quantity): &(&str, u64)| json!({"sku": sku, "quantity": quantity});
    record["shipmentItems"] = items.iter().map(item).collect();
    record
}

#[test]
fn a_note_is_shipped_by_a_shipment_of_its_products_only() {
    let document = ready().iter().find(|ready| ready.name == "shipstation-shipment").expect("it").document;
    for (case, state) in [
        ("other quantities", "rejected"),
        ("another product", "rejected"),
        ("an unknown SKU", "rejected"),
        ("the same", "created"),
        ("in other case, with blanks, in parts", "created"),
        ("one unnamed", "created"),
        ("too many, one unnamed", "rejected"),
    ] {
        let mut world = PushWorld::new();
        let skus = tracked_skus(&mut world);
        let (one, other, third) = (skus[0].as_str(), skus[1].as_str(), skus[2].as_str());
        let (id, note) = noted_of(&mut world, 1, &[(one, 2), (other, 1)]);
        world.journal.clear();
        let spelled = format!(" {} ", one.to_lowercase());
        let items: &[(&str, u64)] = match case {
            "other quantities" => &[(one, 1), (other, 2)],
            "another product" => &[(one, 2), (third, 1)],
            "an unknown SKU" => &[(one, 2), ("NO-SUCH", 1)],
            "the same" => &[(other, 1), (one, 2)],
            "in other case, with blanks, in parts" => &[(spelled.as_str(), 1), (other, 1), (one, 1)],
            "one unnamed" => &[(one, 2), ("", 1)],
            _ => &[(other, 2), ("", 1)],
        };
        let record = shipment_of(1, id, items);
        let dry = world.run(Push::dry_run(document).unwrap(), std::slice::from_ref(&record));
        assert_eq!(dry.states(), [state], "{case} {:?}", dry.outcomes);
        let run = world.push(document, &[record]);
        assert_eq!(run.states(), [state], "{case} {:?}", run.outcomes);
        assert_eq!(is_shipped(&mut world, note), state == "created", "{case}");
        if case == "another product" {
            let mut noted = [format!("2 of {one}"), format!("1 of {other}")];
            let mut shipped = [format!("2 of {one}"), format!("1 of {third}")];
            noted.sort_by_key(|words| words[5..].to_owned());
            shipped.sort_by_key(|words| words[5..].to_owned());
            let expected = format!(
                "the goods-out note {note} has {}, and the shipment has {}: the note is not shipped by it",
                noted.join(" and "),
                shipped.join(" and ")
            );
            let reason = run.of(0).reason.as_deref().unwrap_or_default();
            assert!(reason.contains(&expected), "{reason}, not {expected}");
        }
    }
}

#[test]
fn the_skus_of_all_notes_of_a_window_are_looked_up_in_one_search() {
    let document = ready().iter().find(|ready| ready.name == "shipstation-shipment").expect("it").document;
    let requests = |with_skus: bool| {
        let mut world = PushWorld::new();
        let skus = tracked_skus(&mut world);
        let orders: Vec<(u64, u64)> = (0..3)
            .map(|number| noted_of(&mut world, number, &[(&skus[0], 1), (&skus[1 + number], 2)]))
            .collect();
        world.journal.clear();
        let shipments: Vec<Value> = orders
            .iter()
            .enumerate()
            .map(|(number, (id, _))| {
                let items = [(skus[0].as_str(), 1), (skus[1 + number].as_str(), 2)];
                shipment_of(number, *id, &items.map(|(sku, count)| (if with_skus { sku } else { "" }, count)))
            })
            .collect();
        let run = world.push(document, &shipments);
        assert_eq!(run.states(), ["created"; 3], "{:?}", run.outcomes);
        run.requests
    };
    assert_eq!(requests(true), requests(false) + 1);
}

#[test]
fn a_shipment_is_not_held_against_skus_that_could_not_be_looked_up() {
    let document = ready().iter().find(|ready| ready.name == "shipstation-shipment").expect("it").document;
    let mut world = PushWorld::new();
    let skus = tracked_skus(&mut world);
    let (id, note) = noted_of(&mut world, 1, &[(&skus[0], 1), (&skus[1], 1)]);
    world.journal.clear();
    let lie = json!({"kind": "results-available-lies", "value": 900});
    world.faults(&json!({"rates": [{"rate": 1.0, "path": "product-search", "fault": lie}]}));
    let run = world.push(document, &[shipment_of(1, id, &[(&skus[0], 1), (&skus[1], 1)])]);
    assert_eq!(run.states(), ["rejected"], "{:?}", run.outcomes);
    let reason = run.of(0).reason.as_deref().unwrap_or_default();
    assert!(reason.contains("product-search"), "{reason}");
    assert!(!is_shipped(&mut world, note));
}
