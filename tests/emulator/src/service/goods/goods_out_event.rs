//! What happens to a goods-out note: printing, picking, packing, shipping (API notes §8.3.2, §8.3.7).

use std::collections::BTreeMap;

use brightpearl_core::Method;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::goods_out::path_note;
use super::{UNREADABLE, path_order, refused};
use crate::protocol::answer::{Answer, Refusal, nothing};
use crate::world::World;
use crate::world::goods_out::{GoodsOutNote, NoteEvent, NoteStep};
use crate::world::reference::OrderType;
use crate::world::stock::{Batch, Line, NoteKind, Reason};

pub(super) const ROUTES: &[Route] = &[
    Route::write(
        Method::Post,
        "warehouse-service/goods-note/goods-out/{id}/event",
        "post-goods-out-note-event",
        post_events,
    ),
    Route::write(
        Method::Post,
        "warehouse-service/order/{id}/goods-note/goods-out/{id}/pick",
        "post-pick",
        post_pick,
    ),
];

/// Adds events, all or none.
fn post_events(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let note = path_note(call, 0)?;
    call.refuse_unless_version(i64::from(note.version))?;
    let events: Vec<NoteEvent> = Fields::new(&body, UNREADABLE)
        .some_objects("events")?
        .iter()
        .map(read_event)
        .collect::<Result<_, _>>()?;
    let after_shipping = events.iter().position(|event| event.step == NoteStep::Shipped);
    let goes_on = after_shipping.is_some_and(|at| at + 1 < events.len());
    if note.shipped().is_some() || goes_on {
        let message = format!("Goods out note {} has been shipped: no more events are possible", note.id);
        return Err(refused("WHSB-009", &message));
    }
    if call.world.strict {
        refuse_what_cannot_be_undone(&note, &events)?;
    }
    let now = call.now_ms;
    take_steps(call.world, note, events, now);
    nothing()
}

/// All three members are needed; the spelling is Brightpearl's.
fn read_event(fields: &Fields<'_>) -> Result<NoteEvent, Refusal> {
    let code = fields.required("eventCode", fields.text("eventCode")?)?;
    let step = NoteStep::by_code(&code);
    let step =
        step.ok_or_else(|| fields.refuse("eventCode", "one of PRI, UPR, PIC, UPI, PAC, UPA and SHW"))?;
    let at = fields.required("occured", fields.moment("occured")?)?;
    let owner = fields.required("eventOwnerId", fields.id("eventOwnerId")?)?;
    Ok(NoteEvent { at, owner, step })
}

/// *Inferred*: undoing what was not done changes nothing; a strict account refuses it.
fn refuse_what_cannot_be_undone(note: &GoodsOutNote, events: &[NoteEvent]) -> Result<(), Refusal> {
    let mut after = note.clone();
    for event in events {
        let done = match event.step {
            NoteStep::Unprinted => after.printed(),
            NoteStep::Unpicked => after.picked(),
            NoteStep::Unpacked => after.packed(),
            NoteStep::Placed
            | NoteStep::Printed
            | NoteStep::Picked
            | NoteStep::Packed
            | NoteStep::Shipped => Some(event),
        };
        if done.is_none() {
            let message =
                format!("{} is not possible: it has not been done to note {}", event.step.code(), note.id);
            return Err(refused("WHSB-010", &message));
        }
        after.events.push(event.clone());
    }
    Ok(())
}

fn take_steps(world: &mut World, mut note: GoodsOutNote, events: Vec<NoteEvent>, now: i64) {
    for event in events {
        let shipped = (event.step == NoteStep::Shipped).then(|| event.clone());
        add(world, &mut note, event);
        if let Some(shipped) = shipped {
            add_what_is_missing(world, &mut note, &shipped);
            ship(world, &note, now);
        }
    }
    let order = note.order;
    world.put_goods_out(note);
    world.stock_moved_for(order, now);
}

fn add(world: &mut World, note: &mut GoodsOutNote, event: NoteEvent) {
    world.changes.publish("goods-out-note", event.step.happening(), note.id);
    note.version = world.next_event_version();
    note.events.push(event);
}

/// What was not done before is taken as done by the shipment, at its time; recordings show these steps
/// behind it.
fn add_what_is_missing(world: &mut World, note: &mut GoodsOutNote, shipped: &NoteEvent) {
    let missing = [
        (NoteStep::Printed, note.printed().is_none()),
        (NoteStep::Picked, note.picked().is_none()),
        (NoteStep::Packed, note.packed().is_none()),
    ];
    for (step, _) in missing.into_iter().filter(|(_, missing)| *missing) {
        add(world, note, NoteEvent { step, ..shipped.clone() });
    }
}

/// The goods leave; those of a transfer arrive in the quarantine of their target.
fn ship(world: &mut World, note: &GoodsOutNote, now: i64) {
    let kind = if note.is_transfer() { NoteKind::ExternalTransfer } else { NoteKind::GoodsOut };
    for (row, lines) in &note.rows {
        let reason = Reason { note: note.id, kind, order: note.order, order_row: *row, at: now };
        for line in lines {
            let left = world.take_out(line, reason);
            if let (Some(left), Some(target)) = (left, note.target_warehouse) {
                let location = world.warehouse(target).quarantine_location;
                let arriving =
                    Batch { warehouse: target, location, quantity: line.quantity, allocated: 0, ..left };
                world.bring_in(line.product, arriving, reason);
            }
        }
    }
}

/// One item that was picked.
struct Picked {
    row: u32,
    product: u32,
    location: Option<u32>,
    batch: Option<u32>,
    quantity: u32,
}

/// Says where the pieces of a note are picked from. It takes the place of all earlier picks; pieces that it
/// does not name are allocated anew. *Inferred*: stock that others hold is not taken from them, which the
/// real API may do.
fn post_pick(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let order = path_order(call, 0, &[OrderType::SalesOrder])?;
    let mut note = path_note(call, 1)?;
    if note.order != order.id {
        let message = format!("Goods out note {} is not for order {}", note.id, order.id);
        return Err(refused("WHSC-009", &message));
    }
    if note.shipped().is_some() {
        return Err(refused("WHSB-009", &format!("Goods out note {} has been shipped", note.id)));
    }
    let items: Vec<Picked> = Fields::new(&body, UNREADABLE)
        .some_objects("items")?
        .iter()
        .map(read_picked)
        .collect::<Result<_, _>>()?;
    refuse_unfit_picks(call.world, &note, &items)?;
    let world = &mut *call.world;
    let rows = std::mem::take(&mut note.rows);
    for line in rows.values().flatten() {
        world.release(line);
    }
    for item in &items {
        note.rows.entry(item.row).or_default().extend(pick(world, note.warehouse, item));
    }
    for (row, lines) in &rows {
        let wanted: u32 = lines.iter().map(|line| line.quantity).sum();
        let missing = wanted.saturating_sub(note.quantity_of(*row));
        if let Some(product) = lines.first().map(|line| line.product) {
            let rest = world.allocate(product, note.warehouse, None, missing);
            note.rows.entry(*row).or_default().extend(rest);
        }
    }
    world.put_goods_out(note);
    world.stock_moved_for(order.id, call.now_ms);
    nothing()
}

/// Beside `salesOrderRowId`, the names of the members are *inferred*.
fn read_picked(fields: &Fields<'_>) -> Result<Picked, Refusal> {
    Ok(Picked {
        row: fields.required("salesOrderRowId", fields.id("salesOrderRowId")?)?,
        product: fields.required("productId", fields.id("productId")?)?,
        location: fields.id("locationId")?,
        batch: fields.id("batchId")?,
        quantity: fields.pieces("quantity")?,
    })
}

/// Whether there is enough of each item where it is picked from, once the note has let go of its own.
fn refuse_unfit_picks(world: &World, note: &GoodsOutNote, items: &[Picked]) -> Result<(), Refusal> {
    let mut taken = BTreeMap::<(u32, u32, u32), u32>::new();
    for item in items {
        let lines = note.rows.get(&item.row).map_or(&[][..], Vec::as_slice);
        let picked: u32 = items
            .iter()
            .filter(|own| own.row == item.row)
            .map(|own| own.quantity)
            .fold(0, u32::saturating_add);
        let fits =
            lines.iter().all(|line| line.product == item.product) && picked <= note.quantity_of(item.row);
        if !fits {
            let message = format!("Goods out note {} has not so much of row {}", note.id, item.row);
            return Err(refused("WHSB-007", &message));
        }
        let mut missing = item.quantity;
        for batch in
            world.batches(item.product).iter().filter(|batch| item.may_come_from(batch, note.warehouse))
        {
            let key = (item.product, batch.note, batch.location);
            let own =
                note.rows.values().flatten().filter(|line| (line.product, line.batch, line.location) == key);
            let used = taken.entry(key).or_default();
            let free = (batch.free() + own.map(|line| line.quantity).sum::<u32>()).saturating_sub(*used);
            let portion = missing.min(free);
            *used += portion;
            missing -= portion;
        }
        if missing > 0 {
            let message = format!("{missing} of product {} are not there to be picked", item.product);
            return Err(refused("WHSB-008", &message));
        }
    }
    Ok(())
}

impl Picked {
    fn may_come_from(&self, batch: &Batch, warehouse: u32) -> bool {
        batch.warehouse == warehouse
            && self.location.is_none_or(|location| location == batch.location)
            && self.batch.is_none_or(|note| note == batch.note)
    }
}

fn pick(world: &mut World, warehouse: u32, item: &Picked) -> Vec<Line> {
    let candidates: Vec<(u32, u32)> = world
        .batches(item.product)
        .iter()
        .filter(|batch| item.may_come_from(batch, warehouse))
        .map(|batch| (batch.note, batch.location))
        .collect();
    let mut missing = item.quantity;
    let mut lines = Vec::new();
    for (batch, location) in candidates {
        for line in world.allocate_from_batch(item.product, batch, location, missing) {
            missing -= line.quantity;
            lines.push(line);
        }
    }
    lines
}
