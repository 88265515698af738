//! Drop-ship notes: a supplier ships straight to the customer (API notes §8.3.7).

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;

/// A drop-ship note. Its goods never pass through a warehouse, so no stock moves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DropShipNote {
    pub(crate) id: u32,
    pub(crate) sale: u32,
    /// 0: there is none.
    pub(crate) purchase: u32,
    pub(crate) supplier: u32,
    /// By row of the sale.
    pub(crate) rows: BTreeMap<u32, Vec<DropShipped>>,
    pub(crate) reference: String,
    pub(crate) shipping_method: u32,
    pub(crate) created: i64,
    pub(crate) shipped: Option<Shipment>,
}

/// One product on a drop-ship note.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DropShipped {
    pub(crate) product: u32,
    pub(crate) purchase_row: u32,
    pub(crate) quantity: u32,
    pub(crate) value: Option<Decimal>,
}

/// When and by whom it was shipped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Shipment {
    pub(crate) at: i64,
    pub(crate) owner: u32,
}

impl DropShipNote {
    /// How many pieces it has of a row of the sale.
    pub(crate) fn quantity_of_sale_row(&self, row: u32) -> u32 {
        self.rows.get(&row).map_or(0, |goods| goods.iter().map(|goods| goods.quantity).sum())
    }

    /// How many pieces it has of a row of the purchase.
    pub(crate) fn quantity_of_purchase_row(&self, row: u32) -> u32 {
        let goods = self.rows.values().flatten().filter(|goods| goods.purchase_row == row);
        goods.map(|goods| goods.quantity).sum()
    }
}

impl World {
    /// The drop-ship notes of an order, by the sale or by the purchase, oldest first.
    pub(crate) fn drop_ship_of(&self, order: u32) -> Vec<&DropShipNote> {
        let ids = self.changes.goods.drop_ship_of.get(&order).into_iter().flatten();
        ids.filter_map(|id| self.changes.goods.drop_ship.get(*id).flatten()).collect()
    }

    /// Adds a drop-ship note; its id is given here.
    pub(crate) fn add_drop_ship(&mut self, note: DropShipNote) -> u32 {
        let id = self.next_goods_note();
        for order in [note.sale, note.purchase].into_iter().filter(|order| *order != 0) {
            self.changes.goods.drop_ship_of.entry(order).or_default().push(id);
        }
        self.put_drop_ship(DropShipNote { id, ..note });
        self.changes.publish("drop-ship-note", "created", id);
        id
    }

    /// Writes a drop-ship note again.
    pub(crate) fn put_drop_ship(&mut self, note: DropShipNote) {
        self.changes.revision += 1;
        self.changes.goods.drop_ship.put(note.id, note);
    }
}
