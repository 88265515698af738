//! Goods that came in: by a goods-in note or by a correction of the stock (API notes §8.3.3, §8.3.5).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::order::Progress;
use super::order_rows::MOST_ROWS;
use super::reference::OrderType;
use super::reservation::part_of;
use super::stock::{Batch, NoteKind, Reason};
use crate::protocol::moment::DAY;

/// A goods-in note.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct GoodsInNote {
    pub(crate) id: u32,
    pub(crate) order: u32,
    pub(crate) warehouse: u32,
    pub(crate) reference: Option<String>,
    pub(crate) received: i64,
    pub(crate) created: i64,
    pub(crate) created_by: u32,
    pub(crate) moved: Vec<GoodsInLine>,
}

/// One product on a goods-in note.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct GoodsInLine {
    pub(crate) product: u32,
    pub(crate) order_row: u32,
    pub(crate) quantity: u32,
    pub(crate) location: u32,
    /// The cost of one piece.
    pub(crate) cost: Decimal,
    pub(crate) currency: String,
}

/// A correction of the stock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Correction {
    pub(crate) id: u32,
    pub(crate) warehouse: u32,
    pub(crate) order: u32,
    pub(crate) reason: String,
    pub(crate) created: i64,
    pub(crate) moved: Vec<CorrectedLine>,
}

/// One product of a correction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CorrectedLine {
    pub(crate) product: u32,
    pub(crate) quantity: i64,
    pub(crate) location: u32,
    pub(crate) batch: u32,
    pub(crate) cost: Decimal,
    pub(crate) currency: String,
}

impl World {
    /// The goods-in note with that id, if it exists.
    pub(crate) fn goods_in_note(&self, id: u32) -> Option<GoodsInNote> {
        match self.changes.goods.goods_in.get(id) {
            Some(written) => written.cloned(),
            None => self.generated_goods_in(id),
        }
    }

    /// The goods-in notes of an order, oldest first.
    pub(crate) fn goods_in_of(&self, order: u32) -> Vec<GoodsInNote> {
        let written = self.changes.goods.goods_in_of.get(&order).into_iter().flatten();
        let first = self.history.has_order(order).then_some(order);
        first.into_iter().chain(written.copied()).filter_map(|id| self.goods_in_note(id)).collect()
    }

    /// Receives goods: makes the note and brings the stock in.
    pub(crate) fn receive(&mut self, mut note: GoodsInNote) -> u32 {
        let id = self.next_goods_note();
        note.id = id;
        for receipt in &note.moved {
            let batch = Batch {
                note: id,
                warehouse: note.warehouse,
                location: receipt.location,
                quantity: receipt.quantity,
                allocated: 0,
                cost: receipt.cost,
                currency: receipt.currency.clone(),
                received: note.received,
            };
            let reason = Reason {
                note: id,
                kind: NoteKind::GoodsIn,
                order: note.order,
                order_row: receipt.order_row,
                at: note.created,
            };
            self.bring_in(receipt.product, batch, reason);
        }
        self.changes.goods.goods_in_of.entry(note.order).or_default().push(id);
        self.put_goods_in(note);
        self.changes.publish("goods-in-note", "created", id);
        id
    }

    /// Writes a goods-in note again.
    pub(crate) fn put_goods_in(&mut self, note: GoodsInNote) {
        self.changes.revision += 1;
        self.changes.goods.goods_in.put(note.id, note);
    }

    /// Deletes a goods-in note. Its stock must have been taken out.
    pub(crate) fn delete_goods_in(&mut self, note: &GoodsInNote) {
        self.changes.revision += 1;
        self.changes.goods.goods_in.delete(note.id);
        // Made anew, without this note's receipts, when a search next needs it.
        self.history.lists.receipts.take();
        if let Some(notes) = self.changes.goods.goods_in_of.get_mut(&note.order) {
            notes.retain(|id| *id != note.id);
        }
    }

    /// The ids of all receipts. One of the history has the id of its order row; others follow.
    pub(crate) fn receipt_ids(&self) -> &[u32] {
        self.history.lists.receipts.get_or_init(|| {
            let orders = self.orders.as_slice().iter().copied();
            let generated = orders.filter_map(|id| self.generated_goods_in(id));
            let of_history = generated
                .flat_map(|note| note.moved.into_iter().map(|receipt| receipt.order_row).collect::<Vec<_>>());
            let movements = self.changes.goods.movements.iter();
            let written = movements
                .filter(|movement| movement.kind == NoteKind::GoodsIn)
                .filter(|movement| matches!(self.changes.goods.goods_in.get(movement.note), Some(Some(_))));
            of_history.chain(written.map(|movement| self.receipt_of(movement.id))).collect()
        })
    }

    /// The id of the receipt that a movement belongs to.
    pub(crate) fn receipt_of(&self, movement: u32) -> u32 {
        self.history.orders_end * MOST_ROWS + movement
    }

    /// The receipt with that id and its note, if there is one.
    pub(crate) fn receipt(&self, id: u32) -> Option<(GoodsInNote, GoodsInLine)> {
        let (note, row, product) = match id.checked_sub(self.history.orders_end * MOST_ROWS) {
            Some(movement) => {
                let movement = self.movement(movement)?;
                (
                    self.goods_in_note(movement.note)?,
                    movement.order_row,
                    Some((movement.product, movement.location)),
                )
            }
            None => (self.goods_in_note(id.checked_sub(1)? / MOST_ROWS + 1)?, id, None),
        };
        let same = |own: &&GoodsInLine| {
            own.order_row == row
                && product
                    .is_none_or(|(product, location)| own.product == product && own.location == location)
        };
        let receipt = note.moved.iter().find(same)?.clone();
        Some((note, receipt))
    }

    /// The correction with that id, if it exists: one that was written, or an opening balance.
    pub(crate) fn correction(&self, id: u32) -> Option<Correction> {
        if let Some(written) = self.changes.goods.corrections.get(id) {
            return written.cloned();
        }
        let number = id.checked_sub(self.history.first_opening_note())?;
        if number >= self.history.openings() {
            return None;
        }
        let opening = self.movement(number + 1)?;
        Some(Correction {
            id,
            warehouse: opening.warehouse,
            order: 0,
            reason: "Opening balance".to_owned(),
            created: opening.at,
            moved: vec![CorrectedLine {
                product: opening.product,
                quantity: opening.quantity,
                location: opening.location,
                batch: opening.batch,
                cost: opening.cost,
                currency: opening.currency,
            }],
        })
    }

    /// Purchase orders and sales credits of the history that are wholly or in part received have one note
    /// with the order's id.
    fn generated_goods_in(&self, id: u32) -> Option<GoodsInNote> {
        if !self.history.has_order(id) || !self.orders.contains(id) {
            return None;
        }
        let order = self.generated_order(id);
        match order.order_type {
            OrderType::PurchaseOrder | OrderType::SalesCredit => {}
            OrderType::SalesOrder | OrderType::PurchaseCredit => return None,
        }
        let tracked = || self.tracked_rows_of_history(&order);
        let portions = match order.progress {
            Progress::PartFulfilled => part_of(tracked()),
            Progress::Fulfilled | Progress::Invoiced => tracked(),
            Progress::Draft | Progress::Open | Progress::Cancelled => return None,
        };
        if portions.is_empty() {
            return None;
        }
        let currency = &self.currencies[0].code;
        let receipt = |(order_row, product, quantity)| GoodsInLine {
            product,
            order_row,
            quantity,
            location: Self::first_location(order.warehouse),
            cost: self.generated_product(product).cost(),
            currency: currency.clone(),
        };
        let received = order.closed.or(order.updated).unwrap_or(order.created + DAY).min(self.epoch_ms);
        Some(GoodsInNote {
            id,
            order: id,
            warehouse: order.warehouse,
            reference: None,
            received,
            created: received,
            created_by: order.created_by,
            moved: portions.into_iter().map(receipt).collect(),
        })
    }
}
