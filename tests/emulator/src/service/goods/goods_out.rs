//! Goods-out notes: made, read, changed, deleted (API notes §8.3.2).

use std::collections::BTreeMap;

use brightpearl_core::Method;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::goods_out_shape::{GOODS_OUT_SEARCH, GoodsOutNoteShape};
use super::{MOST_NOTES, UNREADABLE, existing_warehouse, not_tracked, path_order, refused};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::id_set::IdSet;
use crate::protocol::json::Members;
use crate::search::Searchable;
use crate::world::World;
use crate::world::fulfilment::RowFulfilment;
use crate::world::goods_out::GoodsOutNote;
use crate::world::order::Order;
use crate::world::reference::{OrderType, STAFF};
use crate::world::stock::Line;

const SEARCH: &dyn Searchable = &GOODS_OUT_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::search("warehouse-service/goods-note/goods-out-search", SEARCH),
    Route::meta_data("warehouse-service/goods-note/goods-out-search/meta-data", SEARCH),
    Route::read(
        Method::Get,
        "warehouse-service/order/{ids}/goods-note/goods-out/{ids?}",
        "get-goods-out-note",
        get_notes,
    ),
    Route::write(
        Method::Post,
        "warehouse-service/order/{id}/goods-note/goods-out",
        "post-goods-out-note",
        post_notes,
    ),
    Route::write(Method::Put, "warehouse-service/goods-note/goods-out/{id}", "put-goods-out-note", put_note),
    Route::write(
        Method::Delete,
        "warehouse-service/order/{id}/goods-note/goods-out/{id}",
        "delete-goods-out-note",
        delete_note,
    ),
];

/// One note to be made, checked.
struct NewGoodsOutNote {
    warehouse: u32,
    release: Option<i64>,
    /// Row, product, pieces.
    products: Vec<(u32, u32, u32)>,
}

/// All notes or none.
fn post_notes(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let order = path_order(call, 0, &[OrderType::SalesOrder, OrderType::PurchaseCredit])?;
    let notes: Vec<NewGoodsOutNote> = fields
        .some_objects("warehouses")?
        .iter()
        .map(|fields| read_note(call.world, fields))
        .collect::<Result<_, _>>()?;
    let priority = fields.flag("priority")?.unwrap_or(false);
    let shipping_method = fields.count("shippingMethodId")?.unwrap_or(order.shipping_method);
    refuse_unknown_method(call.world, &fields, shipping_method)?;
    let label_uri = fields.text("labelUri")?;
    let external_ref = fields.text("externalRef")?;
    let rows = call.world.row_fulfilments(&order);
    refuse_more_than_ordered(&order, &rows, &notes)?;
    refuse_more_than_there_is(call.world, &order, &notes)?;
    let (world, now) = (&mut *call.world, call.now_ms);
    let mut ids = Vec::with_capacity(notes.len());
    for note in notes {
        let rows = allocate(world, &order, &note);
        ids.push(world.add_goods_out(GoodsOutNote {
            id: 0,
            order: order.id,
            warehouse: note.warehouse,
            target_warehouse: None,
            stock_transfer: None,
            priority,
            shipping_method,
            reference: String::new(),
            boxes: None,
            weight: None,
            label_uri: label_uri.clone(),
            external_ref: external_ref.clone(),
            release: note.release,
            created: now,
            created_by: STAFF[0],
            rows,
            sequence: 0,
            events: Vec::new(),
            version: 0,
        }));
    }
    world.stock_moved_for(order.id, now);
    response(ids)
}

fn read_note(world: &World, fields: &Fields<'_>) -> Result<NewGoodsOutNote, Refusal> {
    let warehouse = fields.required("warehouseId", fields.id("warehouseId")?)?;
    existing_warehouse(world, warehouse)?;
    // *Inferred*: a note for an order is none for a transfer, whatever it says.
    if fields.flag("transfer")? == Some(true) && world.strict {
        return Err(fields.refuse("transfer", "false, since a transfer is made by external-transfer"));
    }
    let mut products = Vec::<(u32, u32, u32)>::new();
    for product in fields.some_objects("products")? {
        let id = product.required("productId", product.id("productId")?)?;
        let row = product.required("salesOrderRowId", product.id("salesOrderRowId")?)?;
        let pieces = product.pieces("quantity")?;
        match products.iter_mut().find(|(own, _, _)| *own == row) {
            Some((_, own, _)) if *own != id => {
                return Err(product.refuse("productId", "the product of the row"));
            }
            Some((_, _, quantity)) => *quantity = quantity.saturating_add(pieces),
            None => products.push((row, id, pieces)),
        }
    }
    Ok(NewGoodsOutNote { warehouse, release: fields.moment("releaseDate")?, products })
}

pub(super) fn refuse_unknown_method(world: &World, fields: &Fields<'_>, method: u32) -> Result<(), Refusal> {
    let is_new = fields.value("shippingMethodId").is_some();
    if !is_new || method == 0 || world.changes.catalogue.shipping_methods.contains(method) {
        return Ok(());
    }
    Err(fields.refuse("shippingMethodId", "the ID of a shipping method, or 0"))
}

fn refuse_more_than_ordered(
    order: &Order,
    rows: &[RowFulfilment],
    notes: &[NewGoodsOutNote],
) -> Result<(), Refusal> {
    for (id, product, _) in notes.iter().flat_map(|note| &note.products) {
        let row = rows.iter().find(|row| row.row == *id && row.product == *product);
        let Some(row) = row else {
            let message = format!("Order {} has no row {id} with product {product}", order.id);
            return Err(refused("WHSC-008", &message));
        };
        if !row.tracked {
            return Err(not_tracked(*product));
        }
        let same = notes.iter().flat_map(|note| &note.products).filter(|(own, _, _)| own == id);
        let asked: u64 = same.map(|(_, _, quantity)| u64::from(*quantity)).sum();
        if asked > u64::from(row.outstanding()) {
            let message = format!("Row {id} has {} left to fulfil, not {asked}", row.outstanding());
            return Err(refused("WHSB-007", &message));
        }
    }
    Ok(())
}

/// What the order has set aside in a warehouse is its own; the rest must be free there.
fn refuse_more_than_there_is(world: &World, order: &Order, notes: &[NewGoodsOutNote]) -> Result<(), Refusal> {
    let reservation = world.reservation(order.id);
    let mut wanted = BTreeMap::<(u32, u32), u64>::new();
    let mut own = BTreeMap::<u32, u32>::new();
    for note in notes {
        for (row, product, quantity) in &note.products {
            let set_aside = reservation.as_ref().filter(|own| own.warehouse == note.warehouse);
            let left = own
                .entry(*row)
                .or_insert_with(|| set_aside.map_or(0, |reservation| reservation.quantity_of(*row)));
            let from_own = if set_aside.is_some() { (*left).min(*quantity) } else { 0 };
            *left -= from_own;
            *wanted.entry((*product, note.warehouse)).or_default() += u64::from(quantity - from_own);
        }
    }
    for ((product, warehouse), quantity) in wanted {
        let there = world.level(product, warehouse).on_hand;
        if quantity > u64::from(there) {
            let message = format!(
                "Only {there} of product {product} are on hand in warehouse {warehouse}, {quantity} are needed"
            );
            return Err(refused("WHSB-008", &message));
        }
    }
    Ok(())
}

/// Takes over what the order has set aside in that warehouse, then what is free.
fn allocate(world: &mut World, order: &Order, note: &NewGoodsOutNote) -> BTreeMap<u32, Vec<Line>> {
    let mut reservation = world.reservation(order.id).filter(|own| own.warehouse == note.warehouse);
    let mut rows = BTreeMap::new();
    for (row, product, quantity) in &note.products {
        let mut lines = Vec::new();
        let mut missing = *quantity;
        if let Some(set_aside) = reservation.as_mut().and_then(|own| own.rows.get_mut(row)) {
            take_over(set_aside, &mut missing, &mut lines);
        }
        lines.extend(world.allocate(*product, note.warehouse, None, missing));
        rows.insert(*row, joined(lines));
    }
    if let Some(reservation) = reservation {
        world.put_reservation(reservation);
    }
    rows
}

fn take_over(set_aside: &mut Vec<Line>, missing: &mut u32, lines: &mut Vec<Line>) {
    for line in set_aside.iter_mut() {
        let taken = line.quantity.min(*missing);
        if taken > 0 {
            line.quantity -= taken;
            *missing -= taken;
            lines.push(Line { quantity: taken, ..line.clone() });
        }
    }
    set_aside.retain(|line| line.quantity > 0);
}

/// Lines of the same batch in the same place become one.
fn joined(lines: Vec<Line>) -> Vec<Line> {
    let mut joined = Vec::<Line>::with_capacity(lines.len());
    for line in lines {
        match joined.iter_mut().find(|own| own.batch == line.batch && own.location == line.location) {
            Some(own) => own.quantity += line.quantity,
            None => joined.push(line),
        }
    }
    joined
}

/// Ids at a placeholder, no more than goods-out notes take.
fn note_ids(call: &Call<'_>, placeholder: usize) -> Result<Option<IdSet>, Refusal> {
    let ids = call.ids(placeholder)?;
    match &ids {
        Some(set) if set.len() > MOST_NOTES => {
            let message =
                format!("The ID set is not valid: it has {} IDs; the maximum is {MOST_NOTES}", set.len());
            Err(refused("CMNC-006", &message))
        }
        Some(_) | None => Ok(ids),
    }
}

/// *Inferred*: one of the two sets must name ids, and where nothing is found the answer is that of goods-in
/// notes.
fn get_notes(call: &mut Call<'_>) -> Answer {
    let orders = note_ids(call, 0)?;
    let ids = note_ids(call, 1)?;
    let world = &*call.world;
    let notes: Vec<GoodsOutNote> = match (&orders, &ids) {
        (None, None) => return Err(refused("CMNC-006", "The ID set is not valid: an ID set is required")),
        (Some(orders), None) => orders.iter().flat_map(|order| world.goods_out_of(order)).collect(),
        (orders, Some(ids)) => {
            let found = ids.iter().filter_map(|id| world.goods_out_note(id));
            found.filter(|note| orders.as_ref().is_none_or(|orders| orders.contains(note.order))).collect()
        }
    };
    if notes.is_empty() {
        return Err(Refusal::not_found(
            "No goods out notes found within range of order IDs and goods out note IDs",
        ));
    }
    let mut shapes: Vec<_> =
        notes.iter().map(|note| (note.id, GoodsOutNoteShape::new(world, note))).collect();
    shapes.sort_by_key(|(id, _)| *id);
    response(Members(shapes))
}

/// The note at a placeholder of the path.
pub(super) fn path_note(call: &Call<'_>, placeholder: usize) -> Result<GoodsOutNote, Refusal> {
    let named = call.captured.get(placeholder).map_or("", String::as_str);
    let note = call.id(placeholder).and_then(|id| call.world.goods_out_note(id));
    note.ok_or_else(|| {
        refused("WHSC-009", &format!("You have supplied an invalid goods out note ID: {named}"))
    })
}

/// Only what is sent changes.
fn put_note(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let mut note = path_note(call, 0)?;
    if let Some(priority) = fields.flag("priority")? {
        note.priority = priority;
    }
    if let Some(shipping) = fields.object("shipping")? {
        if let Some(reference) = shipping.text("reference")? {
            note.reference = reference;
        }
        note.boxes = shipping.count("boxes")?.or(note.boxes);
        note.weight = shipping.amount("weight")?.or(note.weight);
        if let Some(method) = shipping.count("shippingMethodId")? {
            refuse_unknown_method(call.world, &shipping, method)?;
            note.shipping_method = method;
        }
    }
    note.label_uri = fields.text("labelUri")?.or(note.label_uri);
    let id = note.id;
    call.world.put_goods_out(note);
    call.world.changes.publish("goods-out-note", "modified", id);
    nothing()
}

/// Gives the stock back. *Inferred*: a note that is shipped stays.
fn delete_note(call: &mut Call<'_>) -> Answer {
    let order = path_order(call, 0, &OrderType::ALL)?;
    let note = path_note(call, 1)?;
    if note.order != order.id {
        let message = format!("Goods out note {} is not for order {}", note.id, order.id);
        return Err(refused("WHSC-009", &message));
    }
    if note.shipped().is_some() {
        return Err(refused("WHSB-009", &format!("Goods out note {} has been shipped", note.id)));
    }
    let world = &mut *call.world;
    for line in note.rows.values().flatten() {
        world.release(line);
    }
    world.delete_goods_out(&note);
    world.stock_moved_for(order.id, call.now_ms);
    nothing()
}
