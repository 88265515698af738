//! What has to be done so that the registered webhooks are those that are declared (API notes §7.1: there is no PUT).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::receiver::WebhookReceiver;
use super::subscription::{RegisteredWebhook, SECRET_VARIABLE, SubscriptionFinding, WebhookSubscription};
use super::variable::Variable;
use crate::error::{Error, Kind, Result};
use crate::json::json_error;
use crate::named::named;

/// What is to be done: create first, then remove, so that nothing is missed in between. Notifications that come twice
/// meanwhile have the same key.
#[derive(Clone, Debug, Serialize)]
pub struct WebhookPlan {
    /// What to POST to `integration-service/webhook`. The bodies have the secret in them.
    pub create: Vec<WebhookCreation>,
    /// What to DELETE at `integration-service/webhook/{ID}`, once the others are created.
    pub remove: Vec<WebhookRemoval>,
    /// The ids of those that are as they should be.
    pub keep: Vec<u64>,
    /// The ids of those that call addresses of others, and are none of our business.
    pub foreign: Vec<u64>,
    /// What is wrong with the declaration: what cannot be registered is left out of `create`.
    pub findings: Vec<SubscriptionFinding>,
}

/// A webhook that is to be registered.
#[derive(Clone, Debug, Serialize)]
pub struct WebhookCreation {
    /// What it subscribes to.
    pub event: String,
    /// The body as JSON text.
    pub body: String,
}

/// A webhook that is to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookRemoval {
    /// Its id.
    pub id: u64,
    /// What it is subscribed to.
    pub event: String,
    /// Why it goes.
    pub reason: RemovalReason,
}

named! {
    /// Why a webhook goes.
    pub enum RemovalReason: "removal-reason" {
        /// It is registered once more, as it should be.
        Changed = 0 "changed",
        /// It is registered with a secret that is not the first any more.
        OldSecret = 1 "old-secret",
        /// There is another one that is the same.
        Repeated = 2 "repeated",
        /// It calls an address of ours and is not declared.
        NotDeclared = 3 "not-declared",
    }
}

/// Compares what is declared for an account with what is registered: the answer of `GET integration-service/webhook`,
/// as the array in it. A 404 of that says that there are none: `[]`.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `account` when nothing is received for it, and at `registered` where
/// that is invalid JSON. [`Kind::Protocol`] at `registered` where it is no list of webhooks, each once.
pub fn plan(receiver: &WebhookReceiver, account: &str, registered: &str) -> Result<WebhookPlan> {
    let secrets = receiver.secrets(account).ok_or_else(|| {
        Error::validation("account", format!("{account:?} is not among the accounts of the receiver"))
    })?;
    let Some((secret, older)) = secrets.split_first() else {
        return Err(Error::validation("account", format!("{account:?} has no secret")));
    };
    let there = read(registered)?;
    let mut plan = WebhookPlan {
        create: Vec::new(),
        remove: Vec::new(),
        keep: Vec::new(),
        foreign: Vec::new(),
        findings: receiver.findings().to_vec(),
    };
    let mut declared: Vec<&WebhookSubscription> = Vec::new();
    for subscription in receiver.usable() {
        // Declared twice, it is registered once.
        if !declared.contains(&subscription) {
            declared.push(subscription);
        }
    }
    let mut is_there = vec![false; declared.len()];
    for webhook in there {
        let mut remove = |reason| {
            plan.remove.push(WebhookRemoval { id: webhook.id, event: webhook.event().to_owned(), reason });
        };
        if let Some(place) = declared.iter().position(|subscription| webhook.is(subscription, secret)) {
            if std::mem::replace(&mut is_there[place], true) {
                remove(RemovalReason::Repeated);
            } else {
                plan.keep.push(webhook.id);
            }
        } else if older
            .iter()
            .any(|older| declared.iter().any(|subscription| webhook.is(subscription, older)))
        {
            remove(RemovalReason::OldSecret);
        } else if is_ours(receiver, webhook.address()) {
            let is_declared =
                declared.iter().any(|subscription| subscription.subscribe_to == webhook.event());
            remove(if is_declared { RemovalReason::Changed } else { RemovalReason::NotDeclared });
        } else {
            plan.foreign.push(webhook.id);
        }
    }
    for (subscription, is_there) in declared.iter().zip(is_there) {
        if !is_there {
            let body = subscription.body(secret);
            plan.create.push(WebhookCreation { event: subscription.subscribe_to.clone(), body });
        }
    }
    Ok(plan)
}

/// The webhooks of an answer, by their ids. What is wrong with one is not quoted, since its address has a secret.
fn read(registered: &str) -> Result<Vec<RegisteredWebhook>> {
    let text: &RawValue =
        serde_json::from_str(registered).map_err(|error| json_error("registered", &error))?;
    let unfit = |place: &str| {
        let told = "expected a list of webhooks, each with id, subscribeTo, httpMethod and uriTemplate";
        Error::new(Kind::Protocol, told).at(place)
    };
    let written: Vec<&RawValue> = serde_json::from_str(text.get()).map_err(|_| unfit("registered"))?;
    let mut there: BTreeMap<u64, (&str, RegisteredWebhook)> = BTreeMap::new();
    for (place, text) in written.iter().map(|text| text.get()).enumerate() {
        let place = format!("registered[{place}]");
        let webhook: RegisteredWebhook = serde_json::from_str(text).map_err(|_| unfit(&place))?;
        let id = webhook.id;
        match there.insert(id, (text, webhook)) {
            // Listed twice, it is registered once.
            Some((known, _)) if known != text => {
                let told = format!("the list of webhooks says two things of webhook {id}");
                return Err(Error::new(Kind::Protocol, told).at(place));
            }
            Some(_) | None => {}
        }
    }
    Ok(there.into_values().map(|(_, webhook)| webhook).collect())
}

/// Whether a registered address is one of ours, whichever secret it has: it goes to `public_url`, or is written as one of
/// the declared templates.
fn is_ours(receiver: &WebhookReceiver, address: &str) -> bool {
    let before_query =
        |url: &str| url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned();
    let is_public = receiver.public_url().is_some_and(|url| before_query(url) == before_query(address));
    is_public || receiver.usable().any(|subscription| is_written_as(address, &subscription.uri_template))
}

/// Whether a text is the template with some secret in place of each `${secret}`. Other variables stand there as they are.
fn is_written_as(text: &str, template: &str) -> bool {
    let mut literals = template.split(SECRET_VARIABLE);
    let Some(mut rest) = literals.next().and_then(|first| text.strip_prefix(first)) else { return false };
    for literal in literals {
        let length = rest.bytes().take_while(|byte| Variable::Secret.allows(*byte)).count();
        let ends = (1..=length).rev();
        let fitting = ends.map(|end| &rest[end..]).find_map(|behind| behind.strip_prefix(literal));
        match fitting {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.is_empty()
}

impl Drop for WebhookCreation {
    /// The secret is in it.
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.body);
    }
}
