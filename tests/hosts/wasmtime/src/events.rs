//! Events of the component in the JSON form that the engine's own events have.

use serde_json::{Value, json};

use crate::encode::{delivery, kind, method};
use crate::types::Event;

/// An event.
pub fn event(event: &Event) -> Value {
    match event {
        Event::RequestStarted(it) => json!({
            "event": "request-started", "exchange": it.exchange, "method": method(it.method),
            "template": it.template, "attempt": it.attempt,
        }),
        Event::RequestEnded(it) => json!({
            "event": "request-ended", "exchange": it.exchange, "status": it.status, "milliseconds": it.duration,
        }),
        Event::Retry(it) => json!({
            "event": "retry", "exchange": it.exchange, "kind": kind(it.kind),
            "delivery": delivery(it.delivery), "delay_ms": it.delay,
        }),
        Event::Throttled(it) => json!({ "event": "throttled", "exchange": it.exchange, "wait_ms": it.wait }),
        Event::WaitingForBudget(wait) => json!({ "event": "waiting-for-budget", "wait_ms": wait }),
        Event::TokenRefreshed(it) => {
            json!({ "event": "token-refreshed", "exchange": it.exchange, "is_rotated": it.is_rotated })
        }
        Event::AuthenticationFailed(exchange) => {
            json!({ "event": "authentication-failed", "exchange": exchange })
        }
        Event::Page(it) => json!({
            "event": "page", "resource": it.resource, "first_result": it.first_result, "rows": it.rows,
            "duplicates": it.duplicates,
        }),
        Event::CountDrift(it) => {
            json!({ "event": "count-drift", "resource": it.resource, "before": it.before, "now": it.now })
        }
        Event::Bisecting(it) => json!({ "event": "bisecting", "resource": it.resource, "ids": it.ids }),
        Event::DoubtfulBody(it) => {
            json!({ "event": "doubtful-body", "template": it.template, "warnings": it.warnings })
        }
        Event::DeprecatedUsed(it) => {
            json!({ "event": "deprecated-used", "template": it.template, "replacement": it.replacement })
        }
        Event::SchemaDrift(it) => json!({
            "event": "schema-drift", "resource": it.resource, "added": it.added, "removed": it.removed,
            "changed": it.changed,
        }),
        Event::BatchesUnpacked(milliseconds) => {
            json!({ "event": "batches-unpacked", "milliseconds": milliseconds })
        }
        Event::BatchesPacked => json!({ "event": "batches-packed" }),
        Event::Abandoned(exchanges) => json!({ "event": "abandoned", "exchanges": exchanges }),
    }
}
