//! What writes have changed. Everything else is derived from the seed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::event::Event;
use super::fulfilment::Fulfilment;
use super::outbox::Webhooks;

/// Everything that was written since the emulator was made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Changes {
    pub(crate) orders: BTreeMap<u32, OrderChange>,
    pub(crate) notes: BTreeMap<u32, Vec<OrderNote>>,
    pub(crate) addresses: BTreeMap<u32, Address>,
    last_note: u32,
    /// Grows with every write, so that what was computed before one is known to be old.
    pub(crate) revision: u64,
    /// Who is told of what happens, and what is still to be told.
    pub(crate) webhooks: Webhooks,
    /// What happened since the emulator last looked, in order. Empty between requests.
    #[serde(skip)]
    pub(crate) events: Vec<Event>,
}

/// What was written to an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OrderChange {
    /// The status, when that was changed.
    pub(crate) status: Option<u32>,
    /// How far it is fulfilled, once stock has moved for it or its rows have changed.
    pub(crate) fulfilment: Option<Fulfilment>,
    pub(crate) updated: i64,
    /// How many writes there were.
    pub(crate) writes: u32,
}

/// A note on an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OrderNote {
    pub(crate) id: u32,
    pub(crate) contact: u32,
    pub(crate) text: String,
    pub(crate) is_public: bool,
    pub(crate) added: i64,
    pub(crate) added_by: u32,
    pub(crate) status: u32,
    pub(crate) file: Option<u32>,
}

impl Changes {
    /// Records that an order was written to.
    pub(crate) fn touch_order(&mut self, id: u32, status: Option<u32>, now_ms: i64) {
        self.revision += 1;
        let change = self.orders.entry(id).or_insert(OrderChange {
            status: None,
            fulfilment: None,
            updated: now_ms,
            writes: 0,
        });
        change.status = status.or(change.status);
        change.updated = now_ms;
        change.writes += 1;
        self.publish("order", "modified", id);
        if status.is_some() {
            self.publish("order", "modified.order-status", id);
        }
    }

    /// Records how far an order is fulfilled.
    pub(crate) fn fulfil_order(&mut self, id: u32, fulfilment: Fulfilment, now_ms: i64) {
        self.touch_order(id, None, now_ms);
        if let Some(change) = self.orders.get_mut(&id) {
            change.fulfilment = Some(fulfilment);
        }
    }

    /// Adds a note to an order and gives it an id.
    pub(crate) fn add_note(&mut self, order: u32, note: OrderNote) -> u32 {
        self.revision += 1;
        self.last_note += 1;
        self.notes.entry(order).or_default().push(OrderNote { id: self.last_note, ..note });
        self.last_note
    }

    /// Adds a postal address under an id that the caller took for it.
    pub(crate) fn add_address(&mut self, address: Address) {
        self.revision += 1;
        self.addresses.insert(address.id, address);
    }
}
