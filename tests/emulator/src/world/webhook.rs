//! Webhooks: who subscribed to what, and how a notification is written (API notes §7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::Event;
use crate::config::ConfigError;

/// What can be subscribed to: resource types with what happens to them. The official list goes on beyond
/// what was readable; on a live account `contact.*` and `order.created` were refused.
pub(crate) static SUBSCRIBABLE: [(&str, &[&str]); 7] = [
    ("drop-ship-note", &["created", "destroyed", "modified.shipped"]),
    ("goods-in-note", &["created"]),
    (
        "goods-out-note",
        &[
            "created",
            "destroyed",
            "modified",
            "modified.printed",
            "modified.picked",
            "modified.packed",
            "modified.shipped",
            "modified.un-printed",
            "modified.un-picked",
            "modified.un-packed",
        ],
    ),
    ("order", &["modified", "modified.order-status", "modified.fully-shipped"]),
    ("product", &["created", "modified", "destroyed", "modified.on-hand-modified"]),
    ("quarantine-release", &["created"]),
    ("sales-order", &["created"]),
];

/// The words that an event's name may have behind the resource type.
pub(crate) const LIFECYCLES: [&str; 3] = ["created", "modified", "destroyed"];

/// The variables that every webhook must use, in its address or in its body.
pub(crate) const MANDATORY_VARIABLES: [&str; 4] =
    ["${account-code}", "${resource-type}", "${resource-id}", "${lifecycle-event}"];

/// What `${brightpearl-version}` stands for.
const VERSION: &str = "4.95.2936";

/// How webhooks are delivered. The spacing and the number of repetitions are not documented: those here are
/// *inferred* from what such services do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookPolicy {
    /// Milliseconds from an event to its first delivery. Events of one kind that happen meanwhile go out
    /// together, where the subscriber accepts id sets.
    pub delay_ms: u64,
    /// At most so many milliseconds more, drawn for each delivery: more than a few let deliveries overtake
    /// one another.
    pub jitter_ms: u64,
    /// Milliseconds from each failed attempt to the next. When they have run out, the delivery is given up.
    pub retry_after_ms: Vec<u64>,
    /// The share of deliveries that succeed and are made a second time all the same, 0 to 1.
    pub duplicate_rate: f64,
}

impl Default for WebhookPolicy {
    fn default() -> Self {
        Self {
            delay_ms: 200,
            jitter_ms: 0,
            retry_after_ms: vec![30_000, 120_000, 600_000, 3_600_000, 21_600_000],
            duplicate_rate: 0.0,
        }
    }
}

impl WebhookPolicy {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if (0.0..=1.0).contains(&self.duplicate_rate) {
            return Ok(());
        }
        Err(ConfigError::value("webhooks.duplicate_rate", self.duplicate_rate.to_string(), "0 to 1"))
    }
}

/// A webhook as the API shows it (API notes §7.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    pub(crate) id: u32,
    pub(crate) subscribe_to: String,
    pub(crate) http_method: String,
    pub(crate) uri_template: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body_template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    pub(crate) id_set_accepted: bool,
    pub(crate) quality_of_service: u8,
}

impl Subscription {
    /// Whether it asks for such an event: for exactly this one, or for all of its resource type.
    pub(crate) fn concerns(&self, event: &Event) -> bool {
        match self.subscribe_to.strip_prefix(event.resource_type) {
            Some("") => true,
            Some(rest) => rest.strip_prefix('.') == Some(event.happening),
            None => false,
        }
    }

    /// Whether its requests have a body.
    pub(crate) fn has_body(&self) -> bool {
        matches!(self.http_method.as_str(), "POST" | "PUT")
    }

    /// Whether a failed request is made again (API notes §7.4). `status` is absent when there was no answer.
    pub(crate) fn tries_again(&self, status: Option<u16>) -> bool {
        match (self.quality_of_service, status) {
            (0, status) => status == Some(503),
            (_, Some(400..=499)) => false,
            (_, Some(_) | None) => true,
        }
    }
}

/// Whether something can be subscribed to, by its whole name.
pub(crate) fn is_subscribable(name: &str) -> bool {
    SUBSCRIBABLE.iter().any(|(resource_type, happenings)| match name.strip_prefix(resource_type) {
        Some("") => true,
        Some(rest) => rest.strip_prefix('.').is_some_and(|happening| happenings.contains(&happening)),
        None => false,
    })
}

/// What the variables of a template stand for, without `${` and `}`.
pub(crate) type TemplateValues = BTreeMap<String, String>;

/// The values of an ordinary notification (API notes §7.3).
pub(crate) fn values(
    account: &str,
    resource_type: &str,
    happening: &str,
    ids: String,
    raised_on: String,
) -> TemplateValues {
    let lifecycle = happening.split('.').next().unwrap_or(happening);
    [
        ("account-code", account.to_owned()),
        ("resource-type", resource_type.to_owned()),
        ("resource-id", ids),
        ("lifecycle-event", lifecycle.to_owned()),
        ("full-event", format!("{resource_type}.{happening}")),
        ("raised-on", raised_on),
        ("brightpearl-version", VERSION.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// A template with its variables filled in. One that has no value stays as it is.
pub(crate) fn filled(template: &str, values: &TemplateValues) -> String {
    let mut text = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        match after.split_once('}').and_then(|(name, behind)| Some((values.get(name)?, behind))) {
            Some((value, behind)) => {
                text.push_str(value);
                rest = behind;
            }
            None => {
                text.push_str("${");
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(subscribe_to: &str, quality_of_service: u8) -> Subscription {
        Subscription {
            id: 1,
            subscribe_to: subscribe_to.to_owned(),
            http_method: "POST".to_owned(),
            uri_template: String::new(),
            body_template: None,
            content_type: None,
            id_set_accepted: false,
            quality_of_service,
        }
    }

    #[test]
    fn events_reach_those_who_asked() {
        let event = |resource_type, happening| Event { resource_type, happening, id: 1 };
        let order = subscription("order", 0);
        let status = subscription("order.modified.order-status", 0);
        assert!(order.concerns(&event("order", "modified")));
        assert!(status.concerns(&event("order", "modified.order-status")));
        assert!(!status.concerns(&event("order", "modified")));
        assert!(!subscription("order.modified", 0).concerns(&event("order", "modified.order-status")));
        assert!(!subscription("order-note", 0).concerns(&event("order", "modified")));
        assert!(!subscription("sales-order", 0).concerns(&event("order", "modified")));
    }

    #[test]
    fn what_can_be_subscribed_to() {
        for name in ["product", "product.modified.on-hand-modified", "order.modified", "sales-order.created"]
        {
            assert!(is_subscribable(name), "{name}");
        }
        for name in
            ["", "contact.created", "order.created", "products", "product.", "goods-in-note.destroyed"]
        {
            assert!(!is_subscribable(name), "{name}");
        }
    }

    #[test]
    fn templates_are_filled_and_unknown_variables_stay() {
        let values =
            values("acct", "goods-out-note", "modified.shipped", "7,9".to_owned(), "then".to_owned());
        let template =
            "${account-code} ${resource-type} ${resource-id} ${lifecycle-event} ${full-event} ${x} $} ${";
        let expected = "acct goods-out-note 7,9 modified goods-out-note.modified.shipped ${x} $} ${";
        assert_eq!(filled(template, &values), expected);
        assert_eq!(filled("${${resource-id}}", &values), "${7,9}");
    }

    #[test]
    fn failures_are_tried_again_as_the_quality_of_service_says() {
        let (most_once, least_once) = (subscription("order", 0), subscription("order", 1));
        for (status, expected) in [
            (Some(503), (true, true)),
            (Some(500), (false, true)),
            (Some(404), (false, false)),
            (Some(302), (false, true)),
            (None, (false, true)),
        ] {
            assert_eq!(
                (most_once.tries_again(status), least_once.tries_again(status)),
                expected,
                "{status:?}"
            );
        }
    }
}
