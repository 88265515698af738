//! The same in JSON, for hosts that have no types of their own for it.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::coalesce::coalesce;
use super::events::EVENT_SOURCES;
use super::notification::Notification;
use super::receiver::{ReceivedRequest, WebhookReceiver};
use super::registration::plan;
use super::subscription::SubscriptionFinding;
use crate::error::{Error, Result};
use crate::json::{json_error, plain};

/// Every event that is known, as a JSON array of [`EventSource`](super::EventSource).
pub fn webhook_events() -> String {
    plain(&EVENT_SOURCES)
}

/// What is wrong with the subscriptions of a receiver, as a JSON array of [`SubscriptionFinding`]; `[]` when nothing is.
///
/// # Errors
/// As [`WebhookReceiver::from_json`].
pub fn check_webhooks(receiver: &str) -> Result<String> {
    let receiver = WebhookReceiver::from_json(receiver)?;
    let findings: &[SubscriptionFinding] = receiver.findings();
    Ok(plain(&findings))
}

/// What has to be created and removed, as a [`WebhookPlan`](super::WebhookPlan). The answer has the secret in it.
///
/// # Errors
/// As [`WebhookReceiver::from_json`] and [`plan`].
pub fn plan_webhooks(receiver: &str, account: &str, registered: &str) -> Result<String> {
    Ok(plain(&plan(&WebhookReceiver::from_json(receiver)?, account, registered)?))
}

/// What came of a request, as a [`Receipt`](super::Receipt). `request` is `{"method", "url", "body"}`, the url as
/// Brightpearl called it (or its path and query), the body as text, or at `body_base64` where it is not UTF-8.
///
/// # Errors
/// As [`WebhookReceiver::from_json`], and [`Kind::Validation`](crate::Kind::Validation) at `request`.
pub fn receive_webhook(receiver: &str, request: &str, now_ms: u64) -> Result<String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct GivenRequest {
        method: String,
        url: String,
        #[serde(default)]
        body: Option<String>,
        #[serde(default)]
        body_base64: Option<String>,
    }
    let receiver = WebhookReceiver::from_json(receiver)?;
    let request: GivenRequest =
        serde_json::from_str(request).map_err(|error| json_error("request", &error))?;
    let body = match (request.body, request.body_base64) {
        (Some(_), Some(_)) => {
            let message = "both `body` and `body_base64` are there; expected one of them";
            return Err(Error::validation("request", message));
        }
        (text, None) => text.unwrap_or_default().into_bytes(),
        (None, Some(text)) => STANDARD.decode(text).map_err(|error| {
            Error::validation("request/body_base64", format!("the body is not base64: {error}"))
        })?,
    };
    let received = ReceivedRequest { method: &request.method, url: &request.url, body: &body };
    Ok(plain(&receiver.receive(&received, now_ms)))
}

/// What notifications come to, as [`CoalescedNotifications`](super::CoalescedNotifications). `notifications` is a JSON
/// array of [`Notification`]s as [`receive_webhook`] gives them, `settled` one of the keys that were read already.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `notifications` and `settled`.
pub fn coalesce_notifications(notifications: &str, settled: &str) -> Result<String> {
    let notifications: Vec<Notification> =
        serde_json::from_str(notifications).map_err(|error| json_error("notifications", &error))?;
    let settled: BTreeSet<String> =
        serde_json::from_str(settled).map_err(|error| json_error("settled", &error))?;
    Ok(plain(&coalesce(&notifications, &settled)))
}
