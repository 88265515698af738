//! The host's receiver: it takes requests, keeps notifications on its disk, answers, and may die at any moment.

use std::collections::{BTreeMap, BTreeSet};

use brightpearl_core::webhook::{Notification, Receipt, ReceivedRequest, WebhookReceiver, plan};
use brightpearl_core::{Method, Request};
use serde_json::{Value, json};

use super::clerks::Observed;
use super::reader::Reader;
use super::telling::Telling;
use super::{ACCOUNT, WEBHOOK};
use crate::Bug;
use crate::draw::Draw;
use crate::network::Network;
use crate::trace::Trace;

/// Another account that the same receiver serves.
pub(crate) const OTHER_ACCOUNT: &str = "other";
pub(crate) const OTHER_SECRET: &str = "secret-of-another-account-1";

/// The bytes of a body that are read.
pub(crate) const LARGEST_BODY: usize = 4_096;

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    Brightpearl,
    /// Brightpearl, of the other account.
    OtherAccount,
    /// Somebody else, or nobody in his senses.
    Nobody,
}

/// What Brightpearl hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Stored(u16),
    NotStored(u16),
    Refused(u16),
    Nothing,
}

/// The receiver, what is on its disk, and what it owes.
pub(crate) struct Office {
    draw: Draw,
    bug: Option<Bug>,
    subscriptions: Vec<Value>,
    /// Those that are alive, the newest first.
    secrets: Vec<String>,
    receiver: WebhookReceiver,
    /// Likelihoods in a thousand that it dies at a request, and that its disk is full.
    dies: u64,
    full: u64,
    /// What is on its disk: notifications, the keys of those that were read, and when one came.
    stored: Vec<Notification>,
    settled: BTreeSet<String>,
    heard: Vec<u64>,
    /// When each notification was stored first, by what it said.
    first_stored: BTreeMap<Vec<u8>, u64>,
    /// What must have been read since then, as was promised to Brightpearl.
    owed: BTreeMap<(Observed, u64), u64>,
}

impl Office {
    pub(crate) fn new(mut draw: Draw, bug: Option<Bug>) -> Self {
        let subscriptions = subscriptions(&mut draw);
        let secrets = vec!["secret-number-1-of-the-account".to_owned()];
        let receiver = receiver(&subscriptions, &secrets);
        let (dies, full) = (*draw.pick(&[0, 30, 100]), *draw.pick(&[0, 0, 60]));
        Self {
            draw,
            bug,
            subscriptions,
            secrets,
            receiver,
            dies,
            full,
            stored: Vec::new(),
            settled: BTreeSet::new(),
            heard: Vec::new(),
            first_stored: BTreeMap::new(),
            owed: BTreeMap::new(),
        }
    }

    /// Makes the registered webhooks those that are declared.
    pub(crate) fn register(&mut self, network: &mut Network) {
        let there = network.look(WEBHOOK);
        let there = if there.is_null() { "[]".to_owned() } else { there.to_string() };
        let plan = plan(&self.receiver, ACCOUNT, &there).expect("the account is declared");
        for creation in &plan.create {
            network.act(Method::Post, WEBHOOK, &creation.body, network.now);
        }
        for removal in &plan.remove {
            network.act(Method::Delete, &format!("{WEBHOOK}/{}", removal.id), "", network.now);
        }
    }

    /// How many webhooks are declared.
    pub(crate) fn declared(&self) -> usize {
        self.subscriptions.len()
    }

    /// Takes a new secret up, beside the old one.
    pub(crate) fn rotate(&mut self) {
        self.secrets.insert(0, "secret-number-2-of-the-account".to_owned());
        self.receiver = receiver(&self.subscriptions, &self.secrets);
    }

    pub(crate) fn forget_old_secret(&mut self) {
        self.secrets.truncate(1);
        self.receiver = receiver(&self.subscriptions, &self.secrets);
    }

    /// The secret in an address, where it is alive.
    pub(crate) fn secret_in(&self, url: &str) -> Option<&str> {
        self.secrets.iter().map(String::as_str).find(|secret| url.contains(secret))
    }

    /// From here on it lives.
    pub(crate) fn clear_up(&mut self) {
        (self.dies, self.full) = (0, 0);
    }

    /// When notifications came.
    pub(crate) fn heard(&self) -> &[u64] {
        &self.heard
    }

    /// The notifications on its disk that are this account's.
    pub(crate) fn stored(&self) -> Vec<Notification> {
        self.stored.clone()
    }

    /// The keys of those that were read.
    pub(crate) fn settled(&self) -> &BTreeSet<String> {
        &self.settled
    }

    /// Takes note that these were read.
    pub(crate) fn settle(&mut self, keys: &[String]) {
        self.settled.extend(keys.iter().cloned());
    }

    /// Takes away what was read.
    pub(crate) fn tidy(&mut self) {
        let Self { stored, settled, .. } = self;
        stored.retain(|notification| !settled.contains(&notification.key));
    }

    /// Takes a request.
    ///
    /// # Errors
    /// It took what it must refuse, or refused what it must take.
    pub(crate) fn take(
        &mut self,
        request: &Request,
        sender: Sender,
        now: u64,
        trace: &mut Trace,
    ) -> Result<Answer, String> {
        let method = request.method.as_str();
        let received = ReceivedRequest { method, url: &request.url, body: &request.body };
        let receipt = self.receiver.receive(&received, now);
        let is_genuine = match sender {
            Sender::Brightpearl => self.secret_in(&request.url).is_some(),
            Sender::OtherAccount => true,
            Sender::Nobody => false,
        };
        match receipt {
            Receipt::Accepted { notification, .. } if !is_genuine => {
                Err(format!("what is not genuine was taken: {}", notification.key))
            }
            Receipt::Refused { message, .. } if is_genuine => {
                Err(format!("a genuine notification was refused: {message}"))
            }
            Receipt::Refused { message, status, .. } => {
                trace.note(now, || format!("office: refused with {status}: {message}"));
                let status = if self.bug == Some(Bug::RefusalsAreRepeated) { 500 } else { status };
                Ok(Answer::Refused(status))
            }
            Receipt::Accepted { notification, status, status_unless_stored, .. } => {
                let account = if sender == Sender::OtherAccount { OTHER_ACCOUNT } else { ACCOUNT };
                if notification.account != account {
                    return Err(format!(
                        "a notification of {account} was taken for {}'s",
                        notification.account
                    ));
                }
                Ok(self.keep(notification, [status, status_unless_stored], &request.body, now, trace))
            }
        }
    }

    fn keep(
        &mut self,
        notification: Notification,
        [status, status_unless_stored]: [u16; 2],
        body: &[u8],
        now: u64,
        trace: &mut Trace,
    ) -> Answer {
        let is_own = notification.account == ACCOUNT;
        if self.draw.happens(self.dies) {
            trace.note(now, || "office: dies before it stores".to_owned());
            if self.bug == Some(Bug::AnswersBeforeStoring) {
                self.owe(is_own, body, now);
                return Answer::Stored(status);
            }
            return Answer::Nothing;
        }
        if self.draw.happens(self.full) {
            trace.note(now, || "office: the disk is full".to_owned());
            return Answer::NotStored(status_unless_stored);
        }
        if is_own {
            self.stored.push(notification);
            self.heard.push(now);
            self.first_stored.entry(body.to_vec()).or_insert(now);
        }
        if self.draw.happens(self.dies) {
            trace.note(now, || "office: dies before it answers".to_owned());
            return Answer::Nothing;
        }
        self.owe(is_own, body, now);
        Answer::Stored(status)
    }

    /// Brightpearl was told that it is stored: it will not come again.
    fn owe(&mut self, is_own: bool, body: &[u8], now: u64) {
        let Some(telling) = Telling::of(body).filter(|_| is_own) else { return };
        let since = self.first_stored.get(body).copied().unwrap_or(now);
        for id in telling.ids {
            let owed = self.owed.entry((telling.kind, id)).or_insert(since);
            *owed = (*owed).max(since);
        }
    }

    /// What Brightpearl was promised was done: everything that it told was read afterwards.
    pub(crate) fn is_settled(&self, reader: &Reader) -> Result<(), String> {
        for ((kind, id), since) in &self.owed {
            if !reader.has_read_since(*kind, *id, *since) {
                return Err(format!("{kind:?} {id} was told at {since}, and was not read since"));
            }
        }
        match self.stored.iter().find(|notification| !self.settled.contains(&notification.key)) {
            Some(left) => Err(format!("{} was not read", left.key)),
            None => Ok(()),
        }
    }
}

/// What is subscribed to, in one way or another: whole types or single events, several ids at a time or one, at least
/// once or at most once.
fn subscriptions(draw: &mut Draw) -> Vec<Value> {
    let whole = ["order", "product", "goods-out-note"];
    let single = [
        "order.modified",
        "sales-order.created",
        "product.modified",
        "product.modified.on-hand-modified",
        "goods-out-note.created",
        "goods-out-note.modified",
        "goods-out-note.destroyed",
    ];
    let names: &[&str] = if draw.happens(500) { &whole } else { &single };
    let mut declared = Vec::new();
    for name in names {
        let quality = u8::from(draw.happens(800));
        declared.push(
            json!({"subscribeTo": name, "qualityOfService": quality, "idSetAccepted": draw.happens(700)}),
        );
    }
    declared
}

fn receiver(subscriptions: &[Value], secrets: &[String]) -> WebhookReceiver {
    let declared = json!({
        "accounts": [{"account": ACCOUNT, "secrets": secrets},
                     {"account": OTHER_ACCOUNT, "secrets": [OTHER_SECRET]}],
        "public_url": "https://hooks.example.com/brightpearl",
        "subscriptions": subscriptions,
        "largest_body": LARGEST_BODY,
    });
    WebhookReceiver::from_json(&declared.to_string()).expect("a declaration")
}
