//! Notifications that wait to be delivered (API notes §7.4).

use std::collections::{BTreeMap, BTreeSet};

use brightpearl_core::{Headers, Method, Request};
use serde::{Deserialize, Serialize};

use super::event::Event;
use super::random::{Draw, Topic};
use super::webhook::{Subscription, TemplateValues, WebhookPolicy, filled, values};
use crate::config::UtcOffset;
use crate::protocol::id_set::in_ranges;
use crate::protocol::moment::Moment;

/// A request of a webhook that is due. The host sends it and says what became of it by
/// [`Emulator::delivered`](crate::Emulator::delivered).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Names the delivery; its repetitions have the same.
    pub id: u64,
    /// The id of the webhook.
    pub webhook: u32,
    /// Which attempt this is, counted from 1.
    pub attempt: u32,
    /// What to send. The URL is whatever the subscriber gave.
    pub request: Request,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// The subscriber answered with this status.
    Answered(u16),
    /// There was no answer: no connection, a time-out, or an address that cannot be.
    Failed,
}

/// What a receipt led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    Delivered,
    Retried,
    GivenUp,
    /// No such delivery is out: it was settled already, or its webhook is gone.
    Unknown,
}

/// Subscriptions, and what is to be delivered to them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Webhooks {
    subscriptions: BTreeMap<u32, Subscription>,
    last_subscription: u32,
    waiting: BTreeMap<u64, Waiting>,
    last_delivery: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Waiting {
    webhook: u32,
    content: Content,
    due_ms: u64,
    /// Attempts that were made.
    attempts: u32,
    /// Whether this is the second of a doubled delivery, which is not doubled again.
    is_repeated: bool,
    /// Whether a host is at it. One that was saved meanwhile is due again once loaded.
    #[serde(skip)]
    is_out: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Content {
    Event {
        resource_type: String,
        happening: String,
        ids: BTreeSet<u32>,
        raised_ms: u64,
    },
    /// Someone asked for it, with values of their own.
    Simulated(TemplateValues),
}

impl Webhooks {
    /// Subscribes, and answers the id that the subscription was given.
    pub(crate) fn subscribe(&mut self, subscription: Subscription) -> u32 {
        self.last_subscription += 1;
        let id = self.last_subscription;
        self.subscriptions.insert(id, Subscription { id, ..subscription });
        id
    }

    /// Ends a subscription with all that waits for it. Answers whether there was one.
    pub(crate) fn unsubscribe(&mut self, id: u32) -> bool {
        self.waiting.retain(|_, waiting| waiting.webhook != id);
        self.subscriptions.remove(&id).is_some()
    }

    pub(crate) fn subscriptions(&self) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.values()
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.subscriptions.contains_key(&id)
    }

    /// How many notifications wait or are under way.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Notes what is to be delivered because of an event.
    pub(crate) fn raise(&mut self, event: &Event, seed: u64, policy: &WebhookPolicy, now_ms: u64) {
        let Self { subscriptions, waiting, last_delivery, .. } = self;
        for subscription in subscriptions.values().filter(|subscription| subscription.concerns(event)) {
            let joined = subscription.id_set_accepted
                && waiting.values_mut().any(|waiting| waiting.join(subscription.id, event));
            if joined {
                continue;
            }
            *last_delivery += 1;
            let content = Content::Event {
                resource_type: event.resource_type.to_owned(),
                happening: event.happening.to_owned(),
                ids: BTreeSet::from([event.id]),
                raised_ms: now_ms,
            };
            let late = late(seed, *last_delivery, policy);
            waiting
                .insert(*last_delivery, Waiting::new(subscription.id, content, now_ms.saturating_add(late)));
        }
    }

    /// Fires a webhook with values of the caller's own.
    pub(crate) fn simulate(&mut self, webhook: u32, values: TemplateValues, now_ms: u64) {
        self.last_delivery += 1;
        self.waiting.insert(self.last_delivery, Waiting::new(webhook, Content::Simulated(values), now_ms));
    }

    /// What is due and not under way, by time. It counts as under way from now on.
    pub(crate) fn take_due(&mut self, account: &str, now_ms: u64) -> Vec<Delivery> {
        let Self { subscriptions, waiting, .. } = self;
        let mut due: Vec<_> =
            waiting.iter_mut().filter(|(_, waiting)| !waiting.is_out && waiting.due_ms <= now_ms).collect();
        due.sort_by_key(|(id, waiting)| (waiting.due_ms, **id));
        due.into_iter()
            .filter_map(|(id, waiting)| {
                let subscription = subscriptions.get(&waiting.webhook)?;
                waiting.is_out = true;
                waiting.attempts += 1;
                let request = waiting.content.request(subscription, account);
                Some(Delivery { id: *id, webhook: subscription.id, attempt: waiting.attempts, request })
            })
            .collect()
    }

    /// When the next notification is due that is not under way.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.waiting.values().filter(|waiting| !waiting.is_out).map(|waiting| waiting.due_ms).min()
    }

    /// Takes note of what became of a delivery.
    pub(crate) fn settle(
        &mut self,
        id: u64,
        receipt: Receipt,
        seed: u64,
        policy: &WebhookPolicy,
        now_ms: u64,
    ) -> Settled {
        let Some(waiting) = self.waiting.get_mut(&id).filter(|waiting| waiting.is_out) else {
            return Settled::Unknown;
        };
        waiting.is_out = false;
        let status = match receipt {
            Receipt::Answered(200..=299) => {
                let mut draw = Draw::new(seed, Topic::Duplicate, id);
                if !waiting.is_repeated && draw.fraction() < policy.duplicate_rate {
                    waiting.is_repeated = true;
                    waiting.due_ms = now_ms.saturating_add(policy.delay_ms);
                } else {
                    self.waiting.remove(&id);
                }
                return Settled::Delivered;
            }
            Receipt::Answered(status) => Some(status),
            Receipt::Failed => None,
        };
        let subscription = self.subscriptions.get(&waiting.webhook);
        let pause = policy.retry_after_ms.get(waiting.attempts.saturating_sub(1) as usize);
        match pause.filter(|_| subscription.is_some_and(|subscription| subscription.tries_again(status))) {
            Some(pause) => {
                waiting.due_ms = now_ms.saturating_add(*pause);
                Settled::Retried
            }
            None => {
                self.waiting.remove(&id);
                Settled::GivenUp
            }
        }
    }
}

fn late(seed: u64, delivery: u64, policy: &WebhookPolicy) -> u64 {
    let most = u32::try_from(policy.jitter_ms).unwrap_or(u32::MAX).saturating_add(1);
    let jitter = Draw::new(seed, Topic::Duplicate, delivery ^ (1 << 63)).below(most);
    policy.delay_ms.saturating_add(u64::from(jitter))
}

impl Waiting {
    fn new(webhook: u32, content: Content, due_ms: u64) -> Self {
        Self { webhook, content, due_ms, attempts: 0, is_repeated: false, is_out: false }
    }

    /// Takes an event along that is like its own. One that was already tried is left as it was sent.
    fn join(&mut self, subscription: u32, event: &Event) -> bool {
        if self.webhook != subscription || self.attempts > 0 {
            return false;
        }
        match &mut self.content {
            Content::Event { resource_type, happening, ids, raised_ms: _ }
                if resource_type == event.resource_type && happening == event.happening =>
            {
                ids.insert(event.id);
                true
            }
            Content::Event { .. } | Content::Simulated(_) => false,
        }
    }
}

impl Content {
    fn request(&self, subscription: &Subscription, account: &str) -> Request {
        let values = match self {
            Content::Event { resource_type, happening, ids, raised_ms } => {
                let ids: Vec<u32> = ids.iter().copied().collect();
                let ms = i64::try_from(*raised_ms).unwrap_or(i64::MAX);
                let raised_on = Moment { ms, offset: UtcOffset { minutes: 0 } };
                values(account, resource_type, happening, in_ranges(&ids), raised_on.to_string())
            }
            Content::Simulated(values) => values.clone(),
        };
        let mut headers = Headers::new();
        let mut body = String::new();
        if subscription.has_body() {
            headers.push("Content-Type", subscription.content_type.clone().unwrap_or_default());
            body = filled(subscription.body_template.as_deref().unwrap_or_default(), &values);
        }
        let method = subscription.http_method.parse().unwrap_or(Method::Post);
        let url = filled(&subscription.uri_template, &values);
        Request { method, url, headers, body: body.into_bytes() }
    }
}
