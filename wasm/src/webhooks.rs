//! Webhooks, both ways.

use std::mem::take;

use brightpearl_core as core;
use core::webhook::{self, Notification, ReceivedRequest, SubscriptionFinding};

use crate::bindings::exports::brightpearl::connector::webhooks as wit;
use crate::engine::Connector;

/// `resource webhook-receiver`.
pub(crate) struct Receiver(webhook::WebhookReceiver);

impl wit::GuestWebhookReceiver for Receiver {
    fn open(receiver: String) -> Result<wit::WebhookReceiver, wit::Error> {
        // The secrets are in it.
        let receiver = core::Zeroizing::new(receiver);
        let receiver = webhook::WebhookReceiver::from_json(&receiver)?;
        Ok(wit::WebhookReceiver::new(Receiver(receiver)))
    }

    fn findings(&self) -> Vec<wit::WebhookFinding> {
        self.0.findings().iter().cloned().map(wit::WebhookFinding::from).collect()
    }

    fn receive(&self, request: wit::WebhookRequest, now: u64) -> wit::WebhookReceipt {
        let wit::WebhookRequest { method, url, body } = request;
        let received = ReceivedRequest { method: &method, url: &url, body: &body };
        self.0.receive(&received, now).into()
    }

    fn plan(&self, account: String, registered: String) -> Result<wit::WebhookPlan, wit::Error> {
        // The secrets are in the addresses.
        let registered = core::Zeroizing::new(registered);
        Ok(webhook::plan(&self.0, &account, &registered)?.into())
    }
}

impl wit::Guest for Connector {
    type WebhookReceiver = Receiver;

    fn coalesce(
        notifications: Vec<String>,
        settled: Vec<String>,
    ) -> Result<wit::CoalescedNotifications, wit::Error> {
        let each = notifications.iter().enumerate();
        let read = each
            .map(|(place, text)| {
                Notification::from_json(text).map_err(|error| error.at(format!("notifications {place}")))
            })
            .collect::<core::Result<Vec<_>>>()?;
        Ok(webhook::coalesce(&read, &settled.into_iter().collect()).into())
    }
}

impl From<SubscriptionFinding> for wit::WebhookFinding {
    fn from(finding: SubscriptionFinding) -> Self {
        let SubscriptionFinding { pointer, severity, message } = finding;
        Self { pointer, severity: severity.into(), message }
    }
}

impl From<webhook::Receipt> for wit::WebhookReceipt {
    fn from(receipt: webhook::Receipt) -> Self {
        match receipt {
            webhook::Receipt::Accepted { notification, status, status_unless_stored, secret } => {
                Self::Accepted(wit::AcceptedNotification {
                    notification: notification.into(),
                    status,
                    status_unless_stored,
                    // There are two at most.
                    secret: secret as u32,
                })
            }
            webhook::Receipt::Refused { refused, message, status } => {
                Self::Refused(wit::WebhookRefusal { reason: refused.into(), message, status })
            }
        }
    }
}

impl From<Notification> for wit::Notification {
    fn from(notification: Notification) -> Self {
        let json = notification.to_json();
        let Notification {
            key,
            account,
            event,
            resource_type,
            lifecycle,
            ids,
            raised_ms,
            received_ms,
            brightpearl_version,
            remarks,
        } = notification;
        Self {
            key,
            account,
            event,
            resource_type,
            lifecycle,
            ids: ids.to_string(),
            raised: raised_ms,
            received: received_ms,
            brightpearl_version,
            remarks,
            json,
        }
    }
}

impl From<webhook::WebhookPlan> for wit::WebhookPlan {
    fn from(plan: webhook::WebhookPlan) -> Self {
        let webhook::WebhookPlan { create, remove, keep, foreign, findings } = plan;
        Self {
            create: create.into_iter().map(wit::WebhookCreation::from).collect(),
            remove: remove.into_iter().map(wit::WebhookRemoval::from).collect(),
            keep,
            foreign,
            findings: findings.into_iter().map(wit::WebhookFinding::from).collect(),
        }
    }
}

impl From<webhook::WebhookCreation> for wit::WebhookCreation {
    fn from(mut creation: webhook::WebhookCreation) -> Self {
        // What crosses to the host is the host's; what stays here wipes itself.
        let webhook::WebhookCreation { event, body } = &mut creation;
        Self { event: take(event), body: take(body) }
    }
}

impl From<webhook::WebhookRemoval> for wit::WebhookRemoval {
    fn from(removal: webhook::WebhookRemoval) -> Self {
        let webhook::WebhookRemoval { id, event, reason } = removal;
        Self { id, event, reason: reason.into() }
    }
}

impl From<webhook::CoalescedNotifications> for wit::CoalescedNotifications {
    fn from(coalesced: webhook::CoalescedNotifications) -> Self {
        let webhook::CoalescedNotifications { reads, unreadable, duplicates } = coalesced;
        Self {
            reads: reads.into_iter().map(wit::NotifiedRead::from).collect(),
            unreadable: unreadable.into_iter().map(wit::Notification::from).collect(),
            duplicates,
        }
    }
}

impl From<webhook::NotifiedRead> for wit::NotifiedRead {
    fn from(read: webhook::NotifiedRead) -> Self {
        let webhook::NotifiedRead { account, read, ids, destroyed, first_raised_ms, last_raised_ms, keys } =
            read;
        let webhook::EventRead { resource, path, then } = read;
        Self {
            account,
            resource: resource.to_owned(),
            path: path.to_owned(),
            then: then.map(|(resource, member)| (resource.to_owned(), member.to_owned())),
            ids: ids.to_string(),
            destroyed: destroyed.to_string(),
            first_raised: first_raised_ms,
            last_raised: last_raised_ms,
            keys,
        }
    }
}
