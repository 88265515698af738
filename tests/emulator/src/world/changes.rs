//! What writes have changed. Everything else is derived from the seed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::catalogue::Catalogue;
use super::contact_record::ContactRecord;
use super::event::Event;
use super::goods::Goods;
use super::invoicing::PendingInvoice;
use super::ledger::Ledger;
use super::order::Order;
use super::order_book::OrderDetails;
use super::outbox::Webhooks;
use super::overlay::Overlay;
use super::people::People;
use super::reference::{ORDER_STATUSES, OrderStatus};
use super::register::Register;

/// Everything that was written since the emulator was made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Changes {
    pub(crate) orders: BTreeMap<u32, OrderChange>,
    /// Orders that were created, or changed in more than their status.
    pub(crate) written_orders: Overlay<Order>,
    pub(crate) order_details: BTreeMap<u32, OrderDetails>,
    /// How many rows were added to orders.
    pub(super) rows_added: u32,
    /// Orders by the unique key that they were created with.
    pub(super) external_refs: BTreeMap<String, u32>,
    pub(crate) order_statuses: OrderStatuses,
    pub(crate) notes: Register<OrderNote>,
    pub(super) notes_of_orders: BTreeMap<u32, Vec<u32>>,
    /// Orders that were closed and have no invoice yet, the oldest first.
    pub(super) invoicing: Vec<PendingInvoice>,
    pub(crate) addresses: BTreeMap<u32, Address>,
    pub(crate) catalogue: Catalogue,
    pub(crate) goods: Goods,
    pub(crate) contacts: Overlay<ContactRecord>,
    pub(crate) people: People,
    pub(crate) ledger: Ledger,
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
    pub(crate) updated: i64,
    /// How many writes there were.
    pub(crate) writes: u32,
}

/// A note on an order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct OrderNote {
    pub(crate) id: u32,
    pub(crate) order: u32,
    pub(crate) contact: u32,
    pub(crate) text: String,
    pub(crate) is_public: bool,
    pub(crate) added: i64,
    pub(crate) added_by: u32,
    pub(crate) status: u32,
    pub(crate) file: Option<u32>,
}

/// The statuses that were added to those of a new account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OrderStatuses(pub(crate) Register<OrderStatus>);

impl Default for OrderStatuses {
    fn default() -> Self {
        let last = ORDER_STATUSES.iter().map(|status| status.id).max().unwrap_or(0);
        Self(Register::starting_at(last + 1))
    }
}

impl Changes {
    /// Records that an order was written to.
    pub(crate) fn touch_order(&mut self, id: u32, status: Option<u32>, now_ms: i64) {
        self.revision += 1;
        let change =
            self.orders.entry(id).or_insert(OrderChange { status: None, updated: now_ms, writes: 0 });
        change.status = status.or(change.status);
        change.updated = now_ms;
        change.writes += 1;
        self.publish("order", "modified", id);
        if status.is_some() {
            self.publish("order", "modified.order-status", id);
        }
    }

    /// Adds a note to an order and gives it an id.
    pub(crate) fn add_note(&mut self, note: OrderNote) -> u32 {
        self.revision += 1;
        let order = note.order;
        let id = self.notes.add(|id| OrderNote { id, ..note });
        self.notes_of_orders.entry(order).or_default().push(id);
        id
    }

    /// The notes of an order, the oldest first.
    pub(crate) fn notes_of(&self, order: u32) -> impl Iterator<Item = &OrderNote> {
        let ids = self.notes_of_orders.get(&order).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.notes.get(*id))
    }

    /// Adds a postal address under an id that the caller took for it.
    pub(crate) fn add_address(&mut self, address: Address) {
        self.revision += 1;
        self.addresses.insert(address.id, address);
    }
}
