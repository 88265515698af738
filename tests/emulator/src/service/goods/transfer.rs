//! Moving stock within a warehouse and between warehouses (API notes §8.3.7).

use std::collections::BTreeMap;

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::goods_out::refuse_unknown_method;
use super::{UNREADABLE, existing_location, existing_warehouse, path_warehouse, refused, tracked_product};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::moment::Moment;
use crate::world::World;
use crate::world::goods_out::GoodsOutNote;
use crate::world::reference::STAFF;
use crate::world::stock::{Batch, Line, NoteKind, Reason};
use crate::world::storage::StockTransfer;

pub(super) const ROUTES: &[Route] = &[
    Route::write(
        Method::Post,
        "warehouse-service/warehouse/{id}/internal-transfer",
        "post-internal-transfer",
        post_internal,
    ),
    Route::write(
        Method::Post,
        "warehouse-service/warehouse/{id}/quarantine/release",
        "post-quarantine-release",
        post_release,
    ),
    Route::write(
        Method::Post,
        "warehouse-service/warehouse/{id}/stock-transfer",
        "post-stock-transfer",
        post_stock_transfer,
    ),
    Route::read(
        Method::Get,
        "warehouse-service/stock-transfer/{ids?}",
        "get-stock-transfer",
        get_stock_transfers,
    ),
    Route::write(
        Method::Post,
        "warehouse-service/warehouse/{id}/external-transfer",
        "post-external-transfer",
        post_external,
    ),
];

/// Some pieces of a product on their way.
struct Moving {
    product: u32,
    quantity: u32,
    from: Option<u32>,
    to: Option<u32>,
}

fn read_moving(
    world: &World,
    warehouse: u32,
    fields: &Fields<'_>,
    needs_both: bool,
) -> Result<Moving, Refusal> {
    let product = tracked_product(world, fields.required("productId", fields.id("productId")?)?)?;
    let (from, to) = (fields.id("fromLocationId")?, fields.id("toLocationId")?);
    if needs_both {
        fields.required("fromLocationId", from)?;
        fields.required("toLocationId", to)?;
    }
    for location in [from, to].into_iter().flatten() {
        existing_location(world, warehouse, location)?;
    }
    if needs_both && from == to && world.strict {
        return Err(fields.refuse("toLocationId", "another location"));
    }
    Ok(Moving { product, quantity: fields.pieces("quantity")?, from, to })
}

/// What is free of a product in a warehouse, or in one of its locations.
fn free(world: &World, warehouse: u32, product: u32, location: Option<u32>) -> u32 {
    match location {
        None => world.level(product, warehouse).on_hand,
        Some(location) => {
            let batches = world.batches(product);
            batches
                .iter()
                .filter(|batch| batch.location == location)
                .map(Batch::free)
                .fold(0, u32::saturating_add)
        }
    }
}

fn refuse_more_than_there_is(world: &World, warehouse: u32, moving: &[Moving]) -> Result<(), Refusal> {
    for own in moving {
        // Pieces that may come from anywhere may come from where another line wants its own.
        let same = |other: &&Moving| {
            other.product == own.product
                && (own.from.is_none() || other.from.is_none() || other.from == own.from)
        };
        let wanted: u64 = moving.iter().filter(same).map(|other| u64::from(other.quantity)).sum();
        let there = free(world, warehouse, own.product, own.from);
        if wanted > u64::from(there) {
            let message =
                format!("Only {there} of product {} are there to be moved, not {wanted}", own.product);
            return Err(refused("WHSB-008", &message));
        }
    }
    Ok(())
}

/// Moves stock at once, all or none.
fn post_internal(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let warehouse = path_warehouse(call, 0)?;
    // *Inferred*: where body and path differ, the path says which warehouse it is.
    if fields.id("warehouseId")?.is_some_and(|own| own != warehouse) && call.world.strict {
        return Err(fields.refuse("warehouseId", "the warehouse of the path"));
    }
    let moving: Vec<Moving> = fields
        .some_objects("transferredProducts")?
        .iter()
        .map(|fields| read_moving(call.world, warehouse, fields, true))
        .collect::<Result<_, _>>()?;
    refuse_more_than_there_is(call.world, warehouse, &moving)?;
    let world = &mut *call.world;
    let note = world.next_goods_note();
    let kind = NoteKind::InternalTransfer;
    let reason = Reason { note, kind, order: 0, order_row: 0, at: call.now_ms };
    for own in &moving {
        let lines = world.allocate(own.product, warehouse, own.from, own.quantity);
        move_to(world, &lines, own.to.unwrap_or_default(), reason);
    }
    response(note)
}

/// Allocated pieces go to another location of their warehouse and are free there.
fn move_to(world: &mut World, lines: &[Line], location: u32, reason: Reason) {
    for line in lines {
        if let Some(left) = world.take_out(line, reason) {
            let arriving = Batch { location, quantity: line.quantity, allocated: 0, ..left };
            world.bring_in(line.product, arriving, reason);
        }
    }
}

/// Lets goods out of quarantine. *Inferred*: when there are fewer than asked for, all of them.
fn post_release(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let warehouse = path_warehouse(call, 0)?;
    let world = &mut *call.world;
    let product = tracked_product(world, fields.required("productId", fields.id("productId")?)?)?;
    let quantity = fields.pieces("quantity")?;
    let own = world.warehouse(warehouse);
    let target = fields.id("toLocationId")?.unwrap_or(own.default_location);
    existing_location(world, warehouse, target)?;
    if target == own.quarantine_location {
        return Err(fields.refuse("toLocationId", "a location other than that of the quarantine"));
    }
    let lines = world.allocate(product, warehouse, Some(own.quarantine_location), quantity);
    if lines.is_empty() {
        let location = own.quarantine_location;
        let message = format!("None of the requested products are available in location {location}");
        return Err(refused("WHSB-023", &message));
    }
    let note = world.next_goods_note();
    let kind = NoteKind::QuarantineRelease;
    let reason = Reason { note, kind, order: 0, order_row: 0, at: call.now_ms };
    move_to(world, &lines, target, reason);
    world.changes.publish("quarantine-release", "created", note);
    nothing()
}

fn post_stock_transfer(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let source = path_warehouse(call, 0)?;
    let world = &mut *call.world;
    let target = fields.required("targetWarehouseId", fields.id("targetWarehouseId")?)?;
    existing_warehouse(world, target)?;
    if target == source {
        return Err(fields.refuse("targetWarehouseId", "another warehouse"));
    }
    let reference = fields.text("reference")?.filter(|reference| !reference.is_empty());
    let transfers = &world.changes.goods.stock_transfers;
    let same = |other: &StockTransfer| other.reference == reference;
    if reference.is_some() && transfers.iter().filter_map(|(_, transfer)| transfer).any(same) {
        let message = format!("The reference {} is already in use", reference.unwrap_or_default());
        return Err(refused("WHSB-014", &message));
    }
    let id = transfers.last().unwrap_or(0) + 1;
    let transfer = StockTransfer { id, source, target, reference, created: call.now_ms, notes: Vec::new() };
    world.changes.revision += 1;
    world.changes.goods.stock_transfers.put(id, transfer);
    response(id)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TransferShape {
    stock_transfer_id: u32,
    source_warehouse_id: u32,
    target_warehouse_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    created_on: Moment,
    goods_out_note_ids: Vec<u32>,
}

/// *Inferred*: no source shows the answer.
fn get_stock_transfers(call: &mut Call<'_>) -> Answer {
    let ids = call.many_ids(0)?;
    let world = &*call.world;
    let found = ids.iter().filter_map(|id| world.changes.goods.stock_transfers.get(id).flatten());
    let shapes: Vec<_> = found
        .map(|transfer| TransferShape {
            stock_transfer_id: transfer.id,
            source_warehouse_id: transfer.source,
            target_warehouse_id: transfer.target,
            reference: transfer.reference.clone(),
            created_on: world.moment(transfer.created),
            goods_out_note_ids: transfer.notes.clone(),
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Stock Transfers Found"));
    }
    response(shapes)
}

/// Makes a goods-out note, whose stock goes into the target's quarantine when it ships.
fn post_external(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let source = path_warehouse(call, 0)?;
    let world = &mut *call.world;
    let target = fields.required("targetWarehouseId", fields.id("targetWarehouseId")?)?;
    existing_warehouse(world, target)?;
    let transfer = fields.required("stockTransferId", fields.id("stockTransferId")?)?;
    let frame = world.changes.goods.stock_transfers.get(transfer).flatten();
    if !frame.is_some_and(|frame| frame.source == source && frame.target == target) {
        return Err(fields.refuse("stockTransferId", "the ID of a stock transfer between these warehouses"));
    }
    let method = fields.count("shippingMethodId")?.unwrap_or(0);
    refuse_unknown_method(world, &fields, method)?;
    let release = fields.moment("releaseDate")?;
    let moving: Vec<Moving> = fields
        .some_objects("transferredProducts")?
        .iter()
        .map(|fields| read_moving(world, source, fields, false))
        .collect::<Result<_, _>>()?;
    refuse_more_than_there_is(world, source, &moving)?;
    let mut lines = Vec::new();
    for own in &moving {
        lines.extend(world.allocate(own.product, source, own.from, own.quantity));
    }
    let note = world.add_goods_out(GoodsOutNote {
        warehouse: source,
        target_warehouse: Some(target),
        stock_transfer: Some(transfer),
        shipping_method: method,
        release,
        created: call.now_ms,
        created_by: STAFF[0],
        rows: BTreeMap::from([(0, lines)]),
        ..GoodsOutNote::default()
    });
    if let Some(frame) = world.changes.goods.stock_transfers.get_mut(transfer) {
        frame.notes.push(note);
    }
    response([note])
}
