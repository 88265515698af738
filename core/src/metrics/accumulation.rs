//! What happened, added to the sums.

use serde_json::{Value, json};

use super::family::{
    BUDGET_WAIT_SECONDS, BUDGET_WAITS, EVENTS, NOTIFICATION_LAG, NOTIFICATIONS, RECORDS, REQUEST_DURATION,
    REQUESTS, RETRIES, RUN_DURATION, RUNS, THROTTLED, THROTTLED_SECONDS,
};
use super::label::{self, OTHER};
use super::state::Metrics;
use crate::error::Result;
use crate::json::{GivenObject, given_value};
use crate::telemetry::EventKind;

/// Adds what happened to a state. `asked` is JSON:
///
/// ```json
/// {"metrics": STATE or null, "more": STATE or null, "events": [EVENT...],
///  "records": [{"flow": "orders", "outcome": "created", "count": 3}...],
///  "runs": [{"flow": "orders", "outcome": "done", "milliseconds": 1200}...],
///  "receipts": [RECEIPT...]}
/// ```
///
/// Every member may be left out. `metrics` is what the last answer had there; keep it as it is. `more` is
/// another state, of another process say, whose sums are added. An event is what a
/// client's events are as JSON, a receipt what `receive_webhook` answers. The outcome of a record is a state of outcomes
/// (`created`, `unchanged`...), `pulled`, `delivered`, `undelivered` or `dead`; that of a run `done`, `failed` or `cancelled`; `count` is 1 unless
/// given. Names that are not known are counted as `other`. The answer is `{"metrics": STATE}`, a few KB however long it
/// goes on.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what does not fit; nothing of it is counted then.
pub fn record_metrics(asked: &str) -> Result<String> {
    let asked = given_value("question", asked)?;
    let asked = GivenObject::of(&asked, "", &["metrics", "more", "events", "records", "runs", "receipts"])?;
    let mut metrics = Metrics::read(asked.value("metrics"), "metrics")?;
    metrics.join(&Metrics::read(asked.value("more"), "more")?);
    for (place, event) in asked.elements("events")? {
        record_event(&mut metrics, &GivenObject::open(event, &place)?)?;
    }
    for record in asked.objects("records", &["flow", "outcome", "count"])? {
        let flow = label::given_name(record.needed_text("flow")?);
        let outcome = label::record_outcome(record.needed_text("outcome")?);
        metrics.add(&RECORDS, &[&flow, outcome], record.number("count")?.unwrap_or(1));
    }
    for run in asked.objects("runs", &["flow", "outcome", "milliseconds"])? {
        let flow = label::given_name(run.needed_text("flow")?);
        metrics.add(&RUNS, &[&flow, label::run_outcome(run.needed_text("outcome")?)], 1);
        if let Some(milliseconds) = run.number("milliseconds")? {
            metrics.add(&RUN_DURATION, &[&flow], milliseconds);
        }
    }
    for (place, receipt) in asked.elements("receipts")? {
        record_receipt(&mut metrics, &GivenObject::open(receipt, &place)?)?;
    }
    Ok(json!({ "metrics": metrics.to_value() }).to_string())
}

fn record_event(metrics: &mut Metrics, event: &GivenObject<'_>) -> Result<()> {
    let name = event.needed_text("event")?;
    metrics.add(&EVENTS, &[label::event_kind(name)], 1);
    let Some(kind) = EventKind::ALL.into_iter().find(|kind| kind.as_str() == name) else { return Ok(()) };
    match kind {
        EventKind::RequestEnded => {
            let method = event.needed_text("method")?;
            let (service, resource) = label::place(event.needed_text("template")?, method);
            let outcome = label::request_outcome(event.number("status")?);
            metrics.add(&REQUESTS, &[service, resource, label::method(method), outcome], 1);
            metrics.observe(&REQUEST_DURATION, &[service], event.needed_number("milliseconds")?);
        }
        EventKind::Retry => metrics.add(&RETRIES, &[label::error_kind(event.needed_text("kind")?)], 1),
        EventKind::Throttled => {
            metrics.add(&THROTTLED, &[], 1);
            metrics.add(&THROTTLED_SECONDS, &[], event.needed_number("wait_ms")?);
        }
        EventKind::WaitingForBudget => {
            metrics.add(&BUDGET_WAITS, &[], 1);
            metrics.add(&BUDGET_WAIT_SECONDS, &[], event.needed_number("wait_ms")?);
        }
        EventKind::RequestStarted
        | EventKind::TokenRefreshed
        | EventKind::AuthenticationFailed
        | EventKind::Page
        | EventKind::CountDrift
        | EventKind::Bisecting
        | EventKind::DoubtfulBody
        | EventKind::DeprecatedUsed
        | EventKind::SchemaDrift
        | EventKind::BatchesUnpacked
        | EventKind::BatchesPacked
        | EventKind::Abandoned => {}
    }
    Ok(())
}

fn record_receipt(metrics: &mut Metrics, receipt: &GivenObject<'_>) -> Result<()> {
    let notification = receipt.value("notification");
    let Some(notification) = notification else {
        let refused = label::unaccepted(receipt.needed_text("refused")?);
        metrics.add(&NOTIFICATIONS, &[OTHER, refused], 1);
        return Ok(());
    };
    let notification: &Value = notification;
    let notification = GivenObject::open(notification, &receipt.at("notification"))?;
    metrics.add(&NOTIFICATIONS, &[label::notified_event(notification.needed_text("event")?), "accepted"], 1);
    let (raised, received) =
        (notification.needed_number("raised_ms")?, notification.needed_number("received_ms")?);
    metrics.observe(&NOTIFICATION_LAG, &[], received.saturating_sub(raised));
    Ok(())
}
