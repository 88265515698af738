//! Goods-in notes (API notes §8.3.3).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::correction::{MoneyShape, read_money};
use super::{UNREADABLE, existing_location, existing_warehouse, not_tracked, path_order, refused};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::json::Members;
use crate::protocol::moment::Moment;
use crate::world::World;
use crate::world::fulfilment::RowFulfilment;
use crate::world::goods_in::{GoodsInLine, GoodsInNote};
use crate::world::order::Order;
use crate::world::reference::{OrderType, STAFF};
use crate::world::stock::{Batch, Line, NoteKind, Reason};

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "warehouse-service/order/{ids}/goods-note/goods-in/{ids?}",
        "get-goods-in-note",
        get_notes,
    ),
    Route::write(
        Method::Post,
        "warehouse-service/order/{id}/goods-note/goods-in",
        "post-goods-in-note",
        post_note,
    ),
    Route::write(
        Method::Delete,
        "warehouse-service/goods-note/goods-in/{id}",
        "delete-goods-in-note",
        delete_note,
    ),
    Route::write(
        Method::Post,
        "warehouse-service/goods-note/goods-in/{id}/correction",
        "post-goods-in-note-correction",
        post_correction,
    ),
];

/// Purchases are received, and so is what a customer sends back.
const RECEIVED: [OrderType; 2] = [OrderType::PurchaseOrder, OrderType::SalesCredit];

fn post_note(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let order = path_order(call, 0, &RECEIVED)?;
    let world = &mut *call.world;
    let warehouse = fields.required("warehouseId", fields.id("warehouseId")?)?;
    existing_warehouse(world, warehouse)?;
    fields.flag("transfer")?;
    let reference = fields.text("userBatchReference")?.filter(|reference| !reference.is_empty());
    refuse_used_reference(world, reference.as_deref())?;
    let rows = world.row_fulfilments(&order);
    let moved: Vec<GoodsInLine> = fields
        .some_objects("goodsMoved")?
        .iter()
        .map(|fields| read_receipt(world, &order, warehouse, &rows, fields))
        .collect::<Result<_, _>>()?;
    refuse_more_than_ordered(&rows, &moved)?;
    let note = GoodsInNote {
        id: 0,
        order: order.id,
        warehouse,
        reference,
        received: fields.moment("receivedOn")?.unwrap_or(call.now_ms),
        created: call.now_ms,
        created_by: STAFF[0],
        moved,
    };
    let id = world.receive(note);
    world.stock_moved_for(order.id, call.now_ms);
    response(id)
}

/// References are unique. Looking through them costs as many steps as notes were written.
fn refuse_used_reference(world: &World, reference: Option<&str>) -> Result<(), Refusal> {
    let Some(reference) = reference else { return Ok(()) };
    let mut notes = world.changes.goods.goods_in.iter().filter_map(|(_, note)| note);
    if notes.any(|note| note.reference.as_deref() == Some(reference)) {
        let message = format!("The user batch reference {reference} is already in use");
        return Err(refused("WHSB-011", &message));
    }
    Ok(())
}

/// *Inferred*: where it is not said, goods go to the default location, and cost what the row says.
fn read_receipt(
    world: &World,
    order: &Order,
    warehouse: u32,
    rows: &[RowFulfilment],
    fields: &Fields<'_>,
) -> Result<GoodsInLine, Refusal> {
    let product = fields.required("productId", fields.id("productId")?)?;
    let row = fields.required("purchaseOrderRowId", fields.id("purchaseOrderRowId")?)?;
    let found = rows.iter().find(|own| own.row == row && own.product == product);
    let Some(found) = found else {
        let message = format!("Order {} has no row {row} with product {product}", order.id);
        return Err(refused("WHSC-008", &message));
    };
    if !found.tracked {
        return Err(not_tracked(product));
    }
    let location = match fields.id("destinationLocationId")? {
        Some(location) => existing_location(world, warehouse, location)?,
        None => world.warehouse(warehouse).default_location,
    };
    let (cost, currency) = match read_money(fields, "productValue", world)? {
        Some(money) => (money.value, money.currency),
        None => (world.product(product).cost(), world.currencies[0].code.clone()),
    };
    Ok(GoodsInLine {
        product,
        order_row: row,
        quantity: fields.pieces("quantity")?,
        location,
        cost,
        currency,
    })
}

fn refuse_more_than_ordered(rows: &[RowFulfilment], moved: &[GoodsInLine]) -> Result<(), Refusal> {
    for row in rows {
        let asked: u64 = moved
            .iter()
            .filter(|receipt| receipt.order_row == row.row)
            .map(|receipt| u64::from(receipt.quantity))
            .sum();
        if asked > u64::from(row.outstanding()) {
            let message = format!("Row {} has {} left to receive, not {asked}", row.row, row.outstanding());
            return Err(refused("WHSB-007", &message));
        }
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GoodsInNoteShape {
    goods_note_id: u32,
    order_id: u32,
    transfer: bool,
    goods_note_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_batch_reference: Option<String>,
    received_on: Moment,
    created_on: Moment,
    created_by: u32,
    goods_moved: Vec<ReceiptShape>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptShape {
    product_id: u32,
    purchase_order_row_id: u32,
    quantity: u32,
    warehouse_id: u32,
    destination_location_id: u32,
    goods_note_id: u32,
    batch_goods_note_id: u32,
    product_value: MoneyShape,
    cleared: bool,
}

/// Not all notes of all orders: one of the two sets must name ids.
fn get_notes(call: &mut Call<'_>) -> Answer {
    let orders = if call.ids(0)?.is_some() { Some(call.required_ids(0)?) } else { None };
    let ids = if call.ids(1)?.is_some() { Some(call.required_ids(1)?) } else { None };
    let world = &*call.world;
    let notes: Vec<GoodsInNote> = match (&orders, &ids) {
        (None, None) => return Err(refused("CMNC-006", "The ID set is not valid: an ID set is required")),
        (Some(orders), None) => orders.iter().flat_map(|order| world.goods_in_of(order)).collect(),
        (orders, Some(ids)) => {
            let found = ids.iter().filter_map(|id| world.goods_in_note(id));
            found.filter(|note| orders.as_ref().is_none_or(|orders| orders.contains(note.order))).collect()
        }
    };
    if notes.is_empty() {
        return Err(Refusal::not_found(
            "No goods in notes found within range of order IDs and goods in note IDs",
        ));
    }
    let mut shapes: Vec<_> = notes.iter().map(|note| (note.id, GoodsInNoteShape::new(world, note))).collect();
    shapes.sort_by_key(|(id, _)| *id);
    response(Members(shapes))
}

impl GoodsInNoteShape {
    /// *Inferred*: a note is closed, since all of its goods have come in, and cleared with its invoice.
    fn new(world: &World, note: &GoodsInNote) -> Self {
        let cleared = world.order(note.order).closed.is_some();
        let receipt = |receipt: &GoodsInLine| ReceiptShape {
            product_id: receipt.product,
            purchase_order_row_id: receipt.order_row,
            quantity: receipt.quantity,
            warehouse_id: note.warehouse,
            destination_location_id: receipt.location,
            goods_note_id: note.id,
            batch_goods_note_id: note.id,
            product_value: MoneyShape::new(&receipt.currency, receipt.cost),
            cleared,
        };
        Self {
            goods_note_id: note.id,
            order_id: note.order,
            transfer: false,
            goods_note_status: "CLOSED",
            user_batch_reference: note.reference.clone(),
            received_on: world.moment(note.received),
            created_on: world.moment(note.created),
            created_by: note.created_by,
            goods_moved: note.moved.iter().map(receipt).collect(),
        }
    }
}

/// The note at a placeholder of the path. Notes of the history came before the ledger began: their goods
/// cannot be told apart any more.
fn written_note(call: &Call<'_>, placeholder: usize) -> Result<GoodsInNote, Refusal> {
    let named = call.captured.get(placeholder).map_or("", String::as_str);
    let note = call.id(placeholder).and_then(|id| call.world.changes.goods.goods_in.get(id).flatten());
    let message = || format!("You have supplied an invalid goods in note ID: {named}");
    note.cloned().ok_or_else(|| refused("WHSC-010", &message()))
}

/// *Inferred*: only a note whose goods all lie where they were put, unallocated, can be deleted.
fn delete_note(call: &mut Call<'_>) -> Answer {
    let note = written_note(call, 0)?;
    let (world, now) = (&mut *call.world, call.now_ms);
    let lines: Vec<(Line, u32)> = note
        .moved
        .iter()
        .map(|receipt| {
            let quantity = receipt.quantity;
            let line =
                Line { product: receipt.product, batch: note.id, location: receipt.location, quantity };
            (line, receipt.order_row)
        })
        .collect();
    for (line, _) in &lines {
        let same = |own: &&(Line, u32)| own.0.product == line.product && own.0.location == line.location;
        let needed: u32 = lines.iter().filter(same).map(|(own, _)| own.quantity).sum();
        if free_of(world, line) < needed {
            let message = format!("Goods of note {} have been moved or allocated", note.id);
            return Err(refused("WHSB-012", &message));
        }
    }
    for (line, order_row) in &lines {
        let reason = Reason {
            note: note.id,
            kind: NoteKind::GoodsInCorrection,
            order: note.order,
            order_row: *order_row,
            at: now,
        };
        for taken in world.allocate_from_batch(line.product, line.batch, line.location, line.quantity) {
            world.take_out(&taken, reason);
        }
    }
    world.delete_goods_in(&note);
    world.stock_moved_for(note.order, now);
    nothing()
}

fn free_of(world: &World, line: &Line) -> u32 {
    let batches = world.batches(line.product);
    let same = |own: &&Batch| own.note == line.batch && own.location == line.location;
    batches.iter().find(same).map_or(0, Batch::free)
}

/// Puts right what a note says has come in. *Inferred*: the quantity is a difference, and the cost is that
/// of the pieces of the batch from now on.
fn post_correction(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let mut note = written_note(call, 0)?;
    let (world, now) = (&mut *call.world, call.now_ms);
    let product = fields.required("productId", fields.id("productId")?)?;
    let location = fields.id("locationId")?;
    let quantity = fields.whole("quantity")?.unwrap_or(0);
    let cost = read_money(&fields, "cost", world)?;
    let concerned = |receipt: &&mut GoodsInLine| {
        receipt.product == product && location.is_none_or(|location| receipt.location == location)
    };
    let Some(receipt) = note.moved.iter_mut().find(concerned) else {
        let message = format!("Goods in note {} has no product {product} there", note.id);
        return Err(refused("WHSC-010", &message));
    };
    let line = Line { product, batch: note.id, location: receipt.location, quantity: 0 };
    let corrected = i64::from(receipt.quantity) + quantity;
    let corrected =
        u32::try_from(corrected).ok().filter(|_| i64::from(free_of(world, &line)) + quantity >= 0);
    let Some(corrected) = corrected else {
        let message = format!("Goods of note {} have been moved or allocated", note.id);
        return Err(refused("WHSB-012", &message));
    };
    receipt.quantity = corrected;
    if let Some(cost) = cost {
        receipt.cost = cost.value;
        receipt.currency = cost.currency;
    }
    let receipt = receipt.clone();
    let reason = Reason {
        note: note.id,
        kind: NoteKind::GoodsInCorrection,
        order: note.order,
        order_row: receipt.order_row,
        at: now,
    };
    change_stock(world, &note, &receipt, quantity, reason);
    let order = note.order;
    world.put_goods_in(note);
    world.stock_moved_for(order, now);
    nothing()
}

fn change_stock(world: &mut World, note: &GoodsInNote, receipt: &GoodsInLine, quantity: i64, reason: Reason) {
    let pieces = u32::try_from(quantity.unsigned_abs()).unwrap_or(0);
    if quantity > 0 {
        let batch = Batch {
            note: note.id,
            warehouse: note.warehouse,
            location: receipt.location,
            quantity: pieces,
            allocated: 0,
            cost: receipt.cost,
            currency: receipt.currency.clone(),
            received: note.received,
        };
        world.bring_in(receipt.product, batch, reason);
    } else {
        for line in world.allocate_from_batch(receipt.product, note.id, receipt.location, pieces) {
            world.take_out(&line, reason);
        }
    }
    let same = |own: &Batch| own.note == note.id && own.location == receipt.location;
    world.revalue(receipt.product, same, receipt.cost, &receipt.currency);
}
