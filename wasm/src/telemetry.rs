//! Budget, sums and events, outwards.

use brightpearl_core as core;
use core::pool::Budget;
use core::{Event, Statistics};

use crate::wit;

impl From<Budget> for wit::Budget {
    fn from(budget: Budget) -> Self {
        let Budget { available, quota, wait_ms } = budget;
        Self { available, quota, wait: wait_ms }
    }
}

impl From<Statistics> for wit::Statistics {
    fn from(statistics: Statistics) -> Self {
        let Statistics { requests, retries, throttled, budget_waits, bytes_received, events_dropped } =
            statistics;
        Self { requests, retries, throttled, budget_waits, bytes_received, events_dropped }
    }
}

impl From<Event> for wit::Event {
    fn from(event: Event) -> Self {
        Self { kind: event.kind().to_string(), json: event.to_json() }
    }
}
