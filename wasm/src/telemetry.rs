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
        match event {
            Event::RequestStarted { exchange, method, template, attempt } => {
                let (method, template) = (method.into(), template.to_string());
                Self::RequestStarted(wit::RequestStarted { exchange, method, template, attempt })
            }
            Event::RequestEnded { exchange, status, milliseconds } => {
                Self::RequestEnded(wit::RequestEnded { exchange, status, duration: milliseconds })
            }
            Event::Retry { exchange, kind, delivery, delay_ms } => Self::Retry(wit::Retry {
                exchange,
                kind: kind.into(),
                delivery: delivery.into(),
                delay: delay_ms,
            }),
            Event::Throttled { exchange, wait_ms } => {
                Self::Throttled(wit::Throttled { exchange, wait: wait_ms })
            }
            Event::WaitingForBudget { wait_ms } => Self::WaitingForBudget(wait_ms),
            Event::TokenRefreshed { exchange, is_rotated } => {
                Self::TokenRefreshed(wit::TokenRefreshed { exchange, is_rotated })
            }
            Event::AuthenticationFailed { exchange } => Self::AuthenticationFailed(exchange),
            Event::Page { resource, first_result, rows, duplicates } => {
                Self::Page(wit::PageArrival { resource, first_result, rows, duplicates })
            }
            Event::CountDrift { resource, before, now } => {
                Self::CountDrift(wit::CountDrift { resource, before, now })
            }
            Event::Bisecting { resource, ids } => Self::Bisecting(wit::Bisecting { resource, ids }),
            Event::DoubtfulBody { template, warnings } => {
                Self::DoubtfulBody(wit::DoubtfulBody { template: template.to_string(), warnings })
            }
            Event::DeprecatedUsed { template, replacement } => Self::DeprecatedUsed(wit::DeprecatedUsed {
                template: template.to_string(),
                replacement: replacement.map(str::to_owned),
            }),
            Event::SchemaDrift { resource, added, removed, changed } => {
                Self::SchemaDrift(wit::SchemaDrift { resource, added, removed, changed })
            }
            Event::BatchesUnpacked { milliseconds } => Self::BatchesUnpacked(milliseconds),
            Event::BatchesPacked => Self::BatchesPacked,
            Event::Abandoned { exchanges } => Self::Abandoned(exchanges),
        }
    }
}
