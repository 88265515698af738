//! What happened to records, for those who subscribed to it (API notes §7.2).

use super::changes::Changes;

/// One thing that happened to one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// The type of the record, such as `goods-out-note`.
    pub(crate) resource_type: &'static str,
    /// `created`, `modified` or `destroyed`, perhaps with a specifier: `modified.order-status`.
    pub(crate) happening: &'static str,
    /// The record.
    pub(crate) id: u32,
}

impl Changes {
    /// Says that something happened to a record: `publish("order", "modified.order-status", 7)`. The
    /// emulator takes it from here once the request is answered, and adds the time. A general
    /// `modified` is not implied by one with a specifier: publish both where both happen. The same thing
    /// said twice during one request counts once.
    pub(crate) fn publish(&mut self, resource_type: &'static str, happening: &'static str, id: u32) {
        let event = Event { resource_type, happening, id };
        if !self.events.contains(&event) {
            self.events.push(event);
        }
    }
}
