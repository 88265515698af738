//! Webhooks: who is told of what, whether a notification is genuine, what it means, and what has to be read (API notes
//! §7). A host receives and answers; the rest is here.
//!
//! Brightpearl signs nothing, may send a notification late, twice, in another order, or not at all, and says no more than
//! ids. So a notification is a hint to read again: [`WebhookReceiver::receive`] tells whether it is genuine,
//! [`coalesce`] which reads it comes to, and a pull by watermark closes what was missed. [`plan`] tells what has to be
//! created and removed so that the registered webhooks are the declared ones.

mod asked;
mod coalesce;
mod events;
mod form;
mod notification;
mod receiver;
mod registration;
mod silence;
mod subscription;
mod template;
mod variable;

pub use asked::{check_webhooks, coalesce_notifications, plan_webhooks, receive_webhook, webhook_events};
pub use coalesce::{CoalescedNotifications, NotifiedRead, coalesce};
pub(crate) use events::is_known_event;
pub use events::{EVENT_SOURCES, EventRead, EventSource};
pub use notification::Notification;
pub use receiver::{Receipt, ReceivedRequest, Unaccepted, WebhookReceiver};
pub use registration::{RemovalReason, WebhookCreation, WebhookPlan, WebhookRemoval, plan};
pub use silence::{WebhookSilence, webhook_silence};
pub use subscription::{SubscriptionFinding, WebhookSubscription};
