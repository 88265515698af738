//! Budget, demand, sums and events, outwards, and leases inwards.

use brightpearl_core as core;
use core::pool::Budget;
use core::{Demand, Event, Lease, Statistics};

use crate::wit;

impl From<Budget> for wit::Budget {
    fn from(budget: Budget) -> Self {
        let Budget { available, quota, wait_ms } = budget;
        Self { available, quota, wait: wait_ms }
    }
}

impl From<Demand> for wit::Demand {
    fn from(demand: Demand) -> Self {
        let Demand {
            sent,
            out,
            left,
            private,
            counts_for,
            normal,
            high,
            frozen_ms,
            quota,
            period_ms,
            reserve,
        } = demand;
        Self {
            sent,
            out,
            left,
            private,
            counts_for,
            normal,
            high,
            frozen: frozen_ms,
            quota,
            period: period_ms,
            reserve,
        }
    }
}

impl From<wit::Lease> for Lease {
    fn from(lease: wit::Lease) -> Self {
        let wit::Lease { since, requests, high, until } = lease;
        Self { since, requests, high, until }
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
