//! What the emulator counted, for assertions and for the summary of a demonstration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counts since the emulator was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Statistics {
    /// Every request that arrived, whatever became of it.
    pub requests: u64,
    /// Requests by verb and resource template, such as `GET order-service/order/{ids?}`; what no template
    /// matches counts as `unknown`.
    pub by_resource: BTreeMap<String, u64>,
    /// Messages inside of multi-messages, likewise.
    pub messages: BTreeMap<String, u64>,
    /// Answers by status code; lost connections have none.
    pub by_status: BTreeMap<u16, u64>,
    /// Requests refused because the request cap was used up.
    pub throttled: u64,
    /// Requests refused for want of valid credentials.
    pub unauthorised: u64,
    /// Requests that the configured neighbour sent from the same pool.
    pub neighbour_requests: u64,
    /// Writes that were carried out, also those whose answer was lost.
    pub applied_writes: u64,
    /// Faults that struck, by kind.
    pub faults: BTreeMap<String, u64>,
    /// Requests of webhooks that their subscriber took.
    pub delivered: u64,
    /// Requests of webhooks that failed and are to be made again.
    pub redelivered: u64,
    /// Notifications of webhooks that were given up.
    pub undelivered: u64,
}

impl Statistics {
    pub(crate) fn count(counter: &mut BTreeMap<String, u64>, name: &str) {
        match counter.get_mut(name) {
            Some(count) => *count += 1,
            None => {
                counter.insert(name.to_owned(), 1);
            }
        }
    }
}
