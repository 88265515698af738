//! Goods-out notes as answers and searches show them (API notes §8.3.2, §4.5).

use serde::Serialize;

use crate::protocol::json::{Members, Number};
use crate::protocol::moment::Moment;
use crate::search::{Cell, Column, DataType, Search};
use crate::world::World;
use crate::world::goods_out::{GoodsOutNote, NoteEvent};
use crate::world::stock::Line;

type GoodsOutColumn = Column<GoodsOutNote>;

pub(super) const GOODS_OUT_SEARCH: Search<GoodsOutNote> = Search {
    name: "warehouse-service/goods-note/goods-out-search",
    columns: &[
        GoodsOutColumn::new("goodsOutNoteId", DataType::Integer, |_, note| Cell::integer(note.id)),
        GoodsOutColumn::new("printed", DataType::Boolean, |_, note| Cell::Boolean(note.printed().is_some())),
        GoodsOutColumn::new("picked", DataType::Boolean, |_, note| Cell::Boolean(note.picked().is_some())),
        GoodsOutColumn::new("packed", DataType::Boolean, |_, note| Cell::Boolean(note.packed().is_some())),
        GoodsOutColumn::new("shipped", DataType::Boolean, |_, note| Cell::Boolean(note.shipped().is_some())),
        GoodsOutColumn::new("shippedOn", DataType::Period, |_, note| {
            Cell::optional_moment(note.shipped().map(|event| event.at))
        }),
        GoodsOutColumn::new("orderId", DataType::Integer, |_, note| Cell::integer(note.order)),
        GoodsOutColumn::new("shippingMethodId", DataType::IdSet, |_, note| {
            Cell::integer(note.shipping_method)
        }),
        GoodsOutColumn::new("warehouseId", DataType::Integer, |_, note| Cell::integer(note.warehouse)),
        GoodsOutColumn::new("priority", DataType::Boolean, |_, note| Cell::Boolean(note.priority)),
        GoodsOutColumn::new("createdOn", DataType::Period, |_, note| Cell::Moment(note.created)),
        GoodsOutColumn::new("releaseDate", DataType::Period, |_, note| Cell::optional_moment(note.release)),
        GoodsOutColumn::new("createdBy", DataType::Integer, |_, note| Cell::integer(note.created_by)),
        GoodsOutColumn::new("labelUri", DataType::String, |_, note| {
            Cell::optional_text(note.label_uri.clone())
        }),
        GoodsOutColumn::new("channelId", DataType::Integer, |world, note| {
            if note.order == 0 { Cell::Null } else { Cell::integer(world.order(note.order).channel) }
        }),
        GoodsOutColumn::new("transfer", DataType::Boolean, |_, note| Cell::Boolean(note.is_transfer())),
    ],
    filters: &[],
    ids: World::goods_out_ids,
    // Searches look only at notes that exist.
    record: |world, id| world.goods_out_note(id).unwrap_or_default(),
    references: &[],
    label: |_, _, _| None,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GoodsOutNoteShape {
    order_id: u32,
    warehouse_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_warehouse_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock_transfer_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_ref: Option<String>,
    transfer: bool,
    priority: bool,
    status: StatusShape,
    shipping: ShippingShape,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release_date: Option<Moment>,
    created_on: Moment,
    created_by: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_rows: Option<Members<u32, Vec<LineShape>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_rows: Option<Vec<LineShape>>,
    sequence: u32,
    events: Vec<EventShape>,
    last_event_version: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusShape {
    shipped: bool,
    packed: bool,
    picked: bool,
    printed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    picked_on: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packed_on: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipped_on: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    printed_on: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picked_by_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packed_by_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipped_by_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    printed_by_id: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShippingShape {
    reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    boxes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<Number>,
    shipping_method_id: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LineShape {
    product_id: u32,
    quantity: u32,
    location_id: u32,
}

/// Brightpearl spells it so.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventShape {
    occured: Moment,
    event_owner_id: u32,
    event_code: &'static str,
}

impl GoodsOutNoteShape {
    /// *Inferred*: a transfer has `transferRows` in place of `orderRows`.
    pub(super) fn new(world: &World, note: &GoodsOutNote) -> Self {
        let lines = |lines: &Vec<Line>| lines.iter().map(LineShape::new).collect::<Vec<_>>();
        let by_row = || Members(note.rows.iter().map(|(row, own)| (*row, lines(own))).collect());
        let all = || note.rows.values().flatten().map(LineShape::new).collect();
        let transfer = note.is_transfer();
        Self {
            order_id: note.order,
            warehouse_id: note.warehouse,
            target_warehouse_id: note.target_warehouse,
            stock_transfer_id: note.stock_transfer,
            external_ref: note.external_ref.clone(),
            transfer,
            priority: note.priority,
            status: StatusShape::new(world, note),
            shipping: ShippingShape {
                reference: note.reference.clone(),
                boxes: note.boxes,
                weight: note.weight.map(Number),
                shipping_method_id: note.shipping_method,
            },
            label_uri: note.label_uri.clone(),
            release_date: note.release.map(|ms| world.moment(ms)),
            created_on: world.moment(note.created),
            created_by: note.created_by,
            order_rows: (!transfer).then(by_row),
            transfer_rows: transfer.then(all),
            sequence: note.sequence,
            events: note.events.iter().map(|event| EventShape::new(world, event)).collect(),
            last_event_version: note.version,
        }
    }
}

impl StatusShape {
    fn new(world: &World, note: &GoodsOutNote) -> Self {
        let (shipped, packed) = (note.shipped(), note.packed());
        let (picked, printed) = (note.picked(), note.printed());
        let on = |event: Option<&NoteEvent>| event.map(|event| world.moment(event.at));
        let by = |event: Option<&NoteEvent>| event.map(|event| event.owner);
        Self {
            shipped: shipped.is_some(),
            packed: packed.is_some(),
            picked: picked.is_some(),
            printed: printed.is_some(),
            picked_on: on(picked),
            packed_on: on(packed),
            shipped_on: on(shipped),
            printed_on: on(printed),
            picked_by_id: by(picked),
            packed_by_id: by(packed),
            shipped_by_id: by(shipped),
            printed_by_id: by(printed),
        }
    }
}

impl LineShape {
    fn new(line: &Line) -> Self {
        Self { product_id: line.product, quantity: line.quantity, location_id: line.location }
    }
}

impl EventShape {
    fn new(world: &World, event: &NoteEvent) -> Self {
        Self { occured: world.moment(event.at), event_owner_id: event.owner, event_code: event.step.code() }
    }
}
