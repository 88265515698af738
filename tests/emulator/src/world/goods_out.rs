//! Goods-out notes: what is to leave a warehouse for an order or for another warehouse (API notes §8.3.2).

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::history::{note_down, strike_out};
use super::order::{Order, Progress};
use super::random::{Draw, Topic};
use super::reference::{OrderType, STAFF};
use super::reservation::part_of;
use super::stock::Line;
use crate::protocol::moment::{HOUR, MINUTE};

/// What can happen to a goods-out note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum NoteStep {
    Placed,
    Printed,
    Unprinted,
    Picked,
    Unpicked,
    Packed,
    Unpacked,
    Shipped,
}

impl NoteStep {
    const ALL: [NoteStep; 8] = [
        NoteStep::Placed,
        NoteStep::Printed,
        NoteStep::Unprinted,
        NoteStep::Picked,
        NoteStep::Unpicked,
        NoteStep::Packed,
        NoteStep::Unpacked,
        NoteStep::Shipped,
    ];

    pub(crate) fn code(self) -> &'static str {
        match self {
            NoteStep::Placed => "PLA",
            NoteStep::Printed => "PRI",
            NoteStep::Unprinted => "UPR",
            NoteStep::Picked => "PIC",
            NoteStep::Unpicked => "UPI",
            NoteStep::Packed => "PAC",
            NoteStep::Unpacked => "UPA",
            NoteStep::Shipped => "SHW",
        }
    }

    /// The event of that code that a caller can send: any but the first.
    pub(crate) fn by_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().skip(1).find(|step| step.code() == code)
    }

    /// What subscribers hear of it (API notes §7.2).
    pub(crate) fn happening(self) -> &'static str {
        match self {
            NoteStep::Placed => "created",
            NoteStep::Printed => "modified.printed",
            NoteStep::Unprinted => "modified.un-printed",
            NoteStep::Picked => "modified.picked",
            NoteStep::Unpicked => "modified.un-picked",
            NoteStep::Packed => "modified.packed",
            NoteStep::Unpacked => "modified.un-packed",
            NoteStep::Shipped => "modified.shipped",
        }
    }
}

/// One thing that happened to a note.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NoteEvent {
    pub(crate) at: i64,
    pub(crate) owner: u32,
    pub(crate) step: NoteStep,
}

/// A goods-out note.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct GoodsOutNote {
    pub(crate) id: u32,
    /// 0 on a transfer.
    pub(crate) order: u32,
    pub(crate) warehouse: u32,
    /// Where a transfer goes to.
    pub(crate) target_warehouse: Option<u32>,
    pub(crate) stock_transfer: Option<u32>,
    pub(crate) priority: bool,
    pub(crate) shipping_method: u32,
    /// Where the parcel can be followed.
    pub(crate) reference: String,
    pub(crate) boxes: Option<u32>,
    pub(crate) weight: Option<Decimal>,
    pub(crate) label_uri: Option<String>,
    pub(crate) external_ref: Option<String>,
    pub(crate) release: Option<i64>,
    pub(crate) created: i64,
    pub(crate) created_by: u32,
    /// By order row; a transfer has all its lines under 0.
    pub(crate) rows: BTreeMap<u32, Vec<Line>>,
    /// The how manieth note of its order it is.
    pub(crate) sequence: u32,
    pub(crate) events: Vec<NoteEvent>,
    /// Of the last event: greater than that of any event before it on any note.
    pub(crate) version: u32,
}

impl GoodsOutNote {
    /// When and by whom a step was taken, unless it was taken back since.
    pub(crate) fn done(&self, step: NoteStep, undone_by: Option<NoteStep>) -> Option<&NoteEvent> {
        let last = self.events.iter().rfind(|event| event.step == step || Some(event.step) == undone_by)?;
        (last.step == step).then_some(last)
    }

    pub(crate) fn printed(&self) -> Option<&NoteEvent> {
        self.done(NoteStep::Printed, Some(NoteStep::Unprinted))
    }

    pub(crate) fn picked(&self) -> Option<&NoteEvent> {
        self.done(NoteStep::Picked, Some(NoteStep::Unpicked))
    }

    pub(crate) fn packed(&self) -> Option<&NoteEvent> {
        self.done(NoteStep::Packed, Some(NoteStep::Unpacked))
    }

    pub(crate) fn shipped(&self) -> Option<&NoteEvent> {
        self.done(NoteStep::Shipped, None)
    }

    pub(crate) fn is_transfer(&self) -> bool {
        self.target_warehouse.is_some()
    }

    /// How many pieces it has of an order row.
    pub(crate) fn quantity_of(&self, row: u32) -> u32 {
        self.rows.get(&row).map_or(0, |lines| lines.iter().map(|line| line.quantity).sum())
    }
}

impl World {
    /// The note with that id, if it exists.
    pub(crate) fn goods_out_note(&self, id: u32) -> Option<GoodsOutNote> {
        match self.changes.goods.goods_out.get(id) {
            Some(written) => written.cloned(),
            None => self.generated_goods_out(id),
        }
    }

    /// The notes of an order, oldest first.
    pub(crate) fn goods_out_of(&self, order: u32) -> Vec<GoodsOutNote> {
        let written = self.changes.goods.goods_out_of.get(&order).into_iter().flatten();
        // The note of the history has the id of its order.
        let first = self.history.has_order(order).then_some(order);
        first.into_iter().chain(written.copied()).filter_map(|id| self.goods_out_note(id)).collect()
    }

    /// The ids of all notes.
    pub(crate) fn goods_out_ids(&self) -> &[u32] {
        self.history.lists.goods_out.get_or_init(|| {
            let orders = self.orders.as_slice().iter().copied();
            let generated = orders.filter(|id| self.history.has_order(*id));
            let notes = &self.changes.goods.goods_out;
            let kept = generated.filter(|id| match notes.get(*id) {
                Some(written) => written.is_some(),
                None => self.generated_goods_out(*id).is_some(),
            });
            let end = self.history.orders_end;
            let new = notes.iter().filter(|(id, note)| *id >= end && note.is_some());
            kept.chain(new.map(|(id, _)| id)).collect()
        })
    }

    /// Adds a note, whose stock was allocated, with its first event.
    pub(crate) fn add_goods_out(&mut self, mut note: GoodsOutNote) -> u32 {
        let id = self.next_goods_note();
        note.id = id;
        note.sequence = self.goods_out_of(note.order).len() as u32 + 1;
        note.version = self.next_event_version();
        let placed = NoteEvent { at: note.created, owner: note.created_by, step: NoteStep::Placed };
        note.events.push(placed);
        if note.order != 0 {
            self.changes.goods.goods_out_of.entry(note.order).or_default().push(id);
        }
        note_down(&mut self.history.lists.goods_out, id);
        self.put_goods_out(note);
        self.changes.publish("goods-out-note", "created", id);
        id
    }

    /// Writes a note again.
    pub(crate) fn put_goods_out(&mut self, note: GoodsOutNote) {
        self.changes.revision += 1;
        self.changes.goods.goods_out.put(note.id, note);
    }

    /// Deletes a note. Its stock must have been given back.
    pub(crate) fn delete_goods_out(&mut self, note: &GoodsOutNote) {
        self.changes.revision += 1;
        self.changes.goods.goods_out.delete(note.id);
        if let Some(notes) = self.changes.goods.goods_out_of.get_mut(&note.order) {
            notes.retain(|id| *id != note.id);
        }
        strike_out(&mut self.history.lists.goods_out, note.id);
        self.changes.publish("goods-out-note", "destroyed", note.id);
    }

    /// The version of the next event: above all those of the history.
    pub(crate) fn next_event_version(&mut self) -> u32 {
        self.changes.goods.note_events += 1;
        self.history.orders_end * EVENTS_OF_HISTORY + self.changes.goods.note_events
    }

    /// What an order of the history was shipped with: orders that are wholly or in part shipped have one
    /// note with the order's id. Its stock left before the ledger begins.
    fn generated_goods_out(&self, id: u32) -> Option<GoodsOutNote> {
        if !self.history.has_order(id) || !self.orders.contains(id) {
            return None;
        }
        let order = self.generated_order(id);
        let in_part = match order.progress {
            Progress::PartFulfilled => true,
            Progress::Fulfilled | Progress::Invoiced => false,
            Progress::Draft | Progress::Open | Progress::Cancelled => return None,
        };
        match order.order_type {
            OrderType::SalesOrder | OrderType::PurchaseCredit => {}
            OrderType::PurchaseOrder | OrderType::SalesCredit => return None,
        }
        let rows = self.lines_of_history(&order, in_part);
        if rows.is_empty() {
            return None;
        }
        Some(self.note_of_history(&order, rows))
    }

    fn lines_of_history(&self, order: &Order, in_part: bool) -> BTreeMap<u32, Vec<Line>> {
        let tracked = self.tracked_rows_of_history(order);
        let portions = if in_part { part_of(tracked) } else { tracked };
        let location = Self::first_location(order.warehouse);
        let line = |product, quantity| Line { product, batch: 0, location, quantity };
        portions.into_iter().map(|(row, product, quantity)| (row, vec![line(product, quantity)])).collect()
    }

    fn note_of_history(&self, order: &Order, rows: BTreeMap<u32, Vec<Line>>) -> GoodsOutNote {
        let mut draw = Draw::new(self.seed, Topic::Shipment, u64::from(order.id));
        let last = order.updated.unwrap_or(self.epoch_ms).max(order.created);
        let created = order.created + (last - order.created) / 2;
        let picked = created + i64::from(draw.below(120)) * MINUTE;
        let shipped = (picked + i64::from(draw.below(6)) * HOUR).min(self.epoch_ms).max(picked);
        let owner = draw.pick(&STAFF);
        let event = |at, step| NoteEvent { at, owner, step };
        // The steps before it that are recorded stand behind the shipment, with its time (API notes §8.3.2).
        let by_hand = draw.chance(600);
        let events = if by_hand {
            vec![
                event(created, NoteStep::Placed),
                event(created, NoteStep::Printed),
                event(picked, NoteStep::Picked),
                event(picked, NoteStep::Packed),
                event(shipped, NoteStep::Shipped),
            ]
        } else {
            vec![
                event(created, NoteStep::Placed),
                event(shipped, NoteStep::Shipped),
                event(shipped, NoteStep::Printed),
                event(shipped, NoteStep::Picked),
                event(shipped, NoteStep::Packed),
            ]
        };
        let followed = draw.chance(750);
        let reference =
            if followed { format!("TRACK{:09}", u64::from(order.id) * 7_919) } else { String::new() };
        GoodsOutNote {
            id: order.id,
            order: order.id,
            warehouse: order.warehouse,
            target_warehouse: None,
            stock_transfer: None,
            priority: draw.chance(60),
            shipping_method: order.shipping_method,
            reference,
            boxes: draw.chance(300).then(|| draw.between(1, 3)),
            weight: None,
            label_uri: None,
            external_ref: None,
            release: Some(created),
            created,
            created_by: owner,
            rows,
            sequence: 1,
            version: order.id * EVENTS_OF_HISTORY,
            events,
        }
    }
}

/// How many versions a note of the history takes up.
const EVENTS_OF_HISTORY: u32 = 8;
