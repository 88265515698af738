//! How far an order is allocated, fulfilled and shipped.

use serde::{Deserialize, Serialize};

use super::World;

/// What follows from an order's rows and from the stock that was moved for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fulfilment {
    /// An id of [`super::reference::STOCK_STATUSES`].
    pub(crate) stock_status: u32,
    /// An id of [`super::reference::SHIPPING_STATUSES`].
    pub(crate) shipping_status: u32,
    /// An allocation code: ANR, ANA, APA or AAA (API notes §11).
    pub(crate) allocation: String,
}

impl World {
    /// Works out anew how far an order is fulfilled. To be called after its rows or its stock have changed.
    pub(crate) fn refresh_fulfilment(&mut self, _order: u32, _now_ms: i64) {}
}
