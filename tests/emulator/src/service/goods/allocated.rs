//! What the stock of products is allocated to: orders and transfers, with their goods notes (API notes §8.3.1).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::world::World;
use crate::world::goods_out::GoodsOutNote;
use crate::world::stock::Line;

/// The orders and transfers that have stock of some products, in a warehouse or altogether.
#[derive(Clone, Default)]
pub(super) struct Allocations {
    orders: BTreeMap<u32, Allocation>,
    transfers: BTreeMap<u32, Allocation>,
}

/// What one order or transfer has of a product.
#[derive(Clone, Default)]
struct Allocation {
    quantity: u32,
    notes: BTreeMap<u32, u32>,
}

/// Allocations by product and warehouse.
pub(super) type AllocationBook = BTreeMap<(u32, u32), Allocations>;

/// The page says that there is a list of orders, each with the goods notes that concern the product; the names of the
/// members are *inferred*, and so is that pieces are counted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderAllocation {
    order_id: u32,
    quantity: u32,
    goods_notes: Vec<NoteAllocation>,
}

/// The same for a stock transfer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransferAllocation {
    stock_transfer_id: u32,
    quantity: u32,
    goods_notes: Vec<NoteAllocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NoteAllocation {
    goods_note_id: u32,
    quantity: u32,
}

/// What is allocated of these products. It looks through all reservations and all notes that have not been shipped.
pub(super) fn allocations(world: &World, products: &[u32]) -> AllocationBook {
    let products: BTreeSet<u32> = products.iter().copied().collect();
    let mut book = AllocationBook::new();
    for order in world.reserved_orders() {
        let Some(reservation) = world.reservation(order) else { continue };
        for line in reservation.rows.values().flatten().filter(|line| products.contains(&line.product)) {
            let own = book.entry((line.product, reservation.warehouse)).or_default();
            own.orders.entry(order).or_default().quantity += line.quantity;
        }
    }
    for note in world.goods_out_ids().iter().filter_map(|id| world.goods_out_note(*id)) {
        if note.shipped().is_some() {
            continue;
        }
        for line in note.rows.values().flatten().filter(|line| products.contains(&line.product)) {
            book.entry((line.product, note.warehouse)).or_default().add(&note, line);
        }
    }
    book
}

impl Allocations {
    fn add(&mut self, note: &GoodsOutNote, line: &Line) {
        let own = match note.stock_transfer {
            Some(transfer) => self.transfers.entry(transfer).or_default(),
            None => self.orders.entry(note.order).or_default(),
        };
        own.quantity += line.quantity;
        *own.notes.entry(note.id).or_default() += line.quantity;
    }

    /// Takes what another warehouse has to it.
    pub(super) fn join(&mut self, other: &Self) {
        for (mine, theirs) in [(&mut self.orders, &other.orders), (&mut self.transfers, &other.transfers)] {
            for (id, allocation) in theirs {
                let own = mine.entry(*id).or_default();
                own.quantity += allocation.quantity;
                for (note, quantity) in &allocation.notes {
                    *own.notes.entry(*note).or_default() += quantity;
                }
            }
        }
    }

    pub(super) fn orders(&self) -> Vec<OrderAllocation> {
        let shape = |(id, own): (&u32, &Allocation)| OrderAllocation {
            order_id: *id,
            quantity: own.quantity,
            goods_notes: own.notes(),
        };
        self.orders.iter().map(shape).collect()
    }

    pub(super) fn transfers(&self) -> Vec<TransferAllocation> {
        let shape = |(id, own): (&u32, &Allocation)| TransferAllocation {
            stock_transfer_id: *id,
            quantity: own.quantity,
            goods_notes: own.notes(),
        };
        self.transfers.iter().map(shape).collect()
    }
}

impl Allocation {
    fn notes(&self) -> Vec<NoteAllocation> {
        let shape = |(id, quantity): (&u32, &u32)| NoteAllocation { goods_note_id: *id, quantity: *quantity };
        self.notes.iter().map(shape).collect()
    }
}
