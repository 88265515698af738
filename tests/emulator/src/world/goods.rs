//! Everything that was written about goods: stock, notes, warehouses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::drop_ship::DropShipNote;
use super::goods_in::{Correction, GoodsInNote};
use super::goods_out::GoodsOutNote;
use super::overlay::Overlay;
use super::reservation::Reservation;
use super::stock::{Batch, Movement};
use super::storage::{Location, StockTransfer, Stocking, Warehouse, Zone};

/// What was written since the emulator was made; the rest follows from the seed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Goods {
    /// Stock by product, for products whose stock has moved or was allocated.
    pub(crate) levels: BTreeMap<u32, Vec<Batch>>,
    /// In order; their ids follow those of the opening balances.
    pub(crate) movements: Vec<Movement>,
    /// How many ids of goods notes were given out.
    pub(crate) notes_given: u32,
    /// How many events of goods-out notes there were.
    pub(crate) note_events: u32,
    pub(crate) goods_out: Overlay<GoodsOutNote>,
    /// Written goods-out notes by order.
    pub(crate) goods_out_of: BTreeMap<u32, Vec<u32>>,
    pub(crate) goods_in: Overlay<GoodsInNote>,
    /// Written goods-in notes by order.
    pub(crate) goods_in_of: BTreeMap<u32, Vec<u32>>,
    pub(crate) drop_ship: Overlay<DropShipNote>,
    /// Drop-ship notes by order, by the sale and by the purchase.
    pub(crate) drop_ship_of: BTreeMap<u32, Vec<u32>>,
    pub(crate) corrections: Overlay<Correction>,
    /// By order.
    pub(crate) reservations: Overlay<Reservation>,
    /// How many ids of reservation notes were given out.
    pub(crate) reservations_given: u32,
    pub(crate) stock_transfers: Overlay<StockTransfer>,
    pub(crate) warehouses: Overlay<Warehouse>,
    pub(crate) locations: Overlay<Location>,
    pub(crate) zones: Overlay<Zone>,
    /// How products stand in warehouses: by product, then by warehouse.
    pub(crate) stockings: BTreeMap<u32, BTreeMap<u32, Stocking>>,
}
