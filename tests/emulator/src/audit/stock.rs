//! Stock: what lies where, what moved it there, and what the notes say (API notes §8.3).

use std::collections::{BTreeMap, BTreeSet};

use crate::world::World;
use crate::world::goods_out::GoodsOutNote;
use crate::world::stock::{Line, Movement, NoteKind};

pub(super) fn look(world: &World, found: &mut Vec<String>) {
    lying(world, found);
    notes(world, found);
    history(world, found);
}

/// What lies somewhere is what moved there, and what is allocated there is what somebody holds.
fn lying(world: &World, found: &mut Vec<String>) {
    let mut moved = BTreeMap::<(u32, u32), i64>::new();
    for movement in world.movement_ids().iter().filter_map(|id| world.movement(*id)) {
        *moved.entry((movement.product, movement.location)).or_default() += movement.quantity;
    }
    let held = held(world);
    for product in world.products.as_slice() {
        let mut there = BTreeMap::<u32, i64>::new();
        for batch in world.batches(*product).iter() {
            *there.entry(batch.location).or_default() += i64::from(batch.quantity);
            let own = held.get(&(*product, batch.note, batch.location)).copied().unwrap_or(0);
            if batch.allocated > batch.quantity {
                found.push(format!(
                    "product {product}: {} of the {} pieces of batch {} are allocated",
                    batch.allocated, batch.quantity, batch.note
                ));
            }
            if own != u64::from(batch.allocated) {
                found.push(format!(
                    "product {product}: {} pieces of batch {} in location {} are allocated, and {own} are held",
                    batch.allocated, batch.note, batch.location
                ));
            }
        }
        let own = moved.range((*product, 0)..=(*product, u32::MAX));
        for ((_, location), quantity) in own {
            let lies = there.remove(location).unwrap_or(0);
            if lies != *quantity {
                found.push(format!(
                    "product {product}: {lies} pieces lie in location {location}, and {quantity} have moved there"
                ));
            }
        }
        for (location, quantity) in there.into_iter().filter(|(_, quantity)| *quantity != 0) {
            found.push(format!(
                "product {product}: {quantity} pieces lie in location {location} that never moved there"
            ));
        }
    }
}

/// What reservations and notes that have not been shipped hold: by product, batch and location.
fn held(world: &World) -> BTreeMap<(u32, u32, u32), u64> {
    let mut held = BTreeMap::<(u32, u32, u32), u64>::new();
    let mut hold = |line: &Line| {
        *held.entry((line.product, line.batch, line.location)).or_default() += u64::from(line.quantity);
    };
    for order in world.reserved_orders() {
        world.reservation(order).iter().flat_map(|own| own.rows.values().flatten()).for_each(&mut hold);
    }
    for note in world.goods_out_ids().iter().filter_map(|id| world.goods_out_note(*id)) {
        if note.shipped().is_none() {
            note.rows.values().flatten().for_each(&mut hold);
        }
    }
    held
}

/// Pieces by product and location.
type Pieces = BTreeMap<(u32, u32), i64>;

/// Every movement has the note that it names, and all movements of a note are what the note says.
fn notes(world: &World, found: &mut Vec<String>) {
    let mut moved = BTreeMap::<u32, Vec<Movement>>::new();
    for movement in world.movement_ids().iter().filter_map(|id| world.movement(*id)) {
        moved.entry(movement.note).or_default().push(movement);
    }
    let goods = &world.changes.goods;
    let mut silent: BTreeSet<u32> = goods.goods_in.iter().map(|(id, _)| id).collect();
    silent.extend(goods.corrections.iter().map(|(id, _)| id));
    silent.extend(goods.goods_out.iter().map(|(id, _)| id));
    for (note, movements) in &moved {
        silent.remove(note);
        let mut pieces = Pieces::new();
        for movement in movements {
            *pieces.entry((movement.product, movement.location)).or_default() += movement.quantity;
        }
        let kind = movements[0].kind;
        let said = match kind {
            NoteKind::GoodsIn | NoteKind::GoodsInCorrection => Some(received(world, *note)),
            NoteKind::GoodsOut | NoteKind::ExternalTransfer => {
                world.goods_out_note(*note).map(|own| left(world, &own))
            }
            NoteKind::StockCorrection => world.correction(*note).map(|own| {
                own.moved
                    .iter()
                    .map(|line| ((line.product, line.location), line.quantity))
                    .fold(Pieces::new(), add)
            }),
            // These have no record of their own; what leaves one place arrives at another.
            NoteKind::InternalTransfer | NoteKind::QuarantineRelease => {
                let by_product = pieces.iter().map(|((product, _), quantity)| ((*product, 0), *quantity));
                pieces = by_product.fold(Pieces::new(), add);
                Some(Pieces::new())
            }
        };
        pieces.retain(|_, quantity| *quantity != 0);
        let said = said.map(|mut said| {
            said.retain(|_, quantity| *quantity != 0);
            said
        });
        if said.as_ref() != Some(&pieces) {
            found.push(format!(
                "goods note {note} ({}): {pieces:?} have moved, it says {said:?}",
                kind.code()
            ));
        }
    }
    for note in silent {
        let is_moved = world
            .goods_out_note(note)
            .is_some_and(|own| own.shipped().is_some() && note >= world.history.orders_end)
            || !received(world, note).values().all(|quantity| *quantity == 0);
        if is_moved {
            found.push(format!("goods note {note}: it says that goods have moved, and none have"));
        }
    }
}

fn add(mut sum: Pieces, (place, quantity): ((u32, u32), i64)) -> Pieces {
    *sum.entry(place).or_default() += quantity;
    sum
}

/// What a goods-in note says has come in; nothing for one that was deleted.
fn received(world: &World, note: u32) -> Pieces {
    let note = world.goods_in_note(note);
    let lines = note.iter().flat_map(|note| &note.moved);
    lines.map(|line| ((line.product, line.location), i64::from(line.quantity))).fold(Pieces::new(), add)
}

/// What a goods-out note says has left, and where it has arrived; nothing before it is shipped.
fn left(world: &World, note: &GoodsOutNote) -> Pieces {
    if note.shipped().is_none() {
        return Pieces::new();
    }
    let mut pieces = Pieces::new();
    for line in note.rows.values().flatten() {
        pieces = add(pieces, ((line.product, line.location), -i64::from(line.quantity)));
        if let Some(target) = note.target_warehouse {
            let arrived = world.warehouse(target).quarantine_location;
            pieces = add(pieces, ((line.product, arrived), i64::from(line.quantity)));
        }
    }
    pieces
}

/// The ledger begins with a count of what there is: whatever the history moved came before it.
fn history(world: &World, found: &mut Vec<String>) {
    let counted = world.epoch_ms;
    for order in world.orders.as_slice().iter().filter(|id| world.history.has_order(**id)) {
        let shipped = world.goods_out_of(*order);
        let shipped = shipped.iter().filter(|note| note.id == *order).filter_map(|note| note.shipped());
        let received = world.goods_in_of(*order);
        let received = received.iter().filter(|note| note.id == *order).map(|note| note.received);
        if shipped.map(|event| event.at).chain(received).any(|at| at > counted) {
            found.push(format!("order {order}: its goods moved after the opening count, which has them"));
        }
    }
}
