//! Takes notifications: whether they are genuine, what they say, and what to answer (API notes §7.4).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::events::source_of;
use super::form::NotificationForm;
use super::notification::Notification;
use super::subscription::{SubscriptionFinding, WebhookSubscription};
use super::variable::{Variable, VariableValues};
use crate::account::check_code;
use crate::error::{Error, Result, Severity};
use crate::json::json_error;
use crate::named::named;
use crate::secret::Secret;

/// The bytes of a body that are read where nothing else is said.
const LARGEST_BODY: usize = 256 * 1_024;

/// The shortest secret that is taken.
const SHORTEST_SECRET: usize = 16;

/// So many secrets are alive at once: one, and the one before it.
const MOST_SECRETS: usize = 2;

/// Who may send notifications, and what they look like.
#[derive(Clone, Debug)]
pub struct WebhookReceiver {
    accounts: Vec<ReceivingAccount>,
    public_url: Option<String>,
    subscriptions: Vec<(WebhookSubscription, Option<NotificationForm>)>,
    findings: Vec<SubscriptionFinding>,
    largest_body: usize,
}

/// An account, and the secrets that stand in the addresses that it was given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReceivingAccount {
    account: String,
    secrets: Vec<Secret>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenReceiver {
    accounts: Vec<ReceivingAccount>,
    #[serde(default)]
    public_url: Option<String>,
    subscriptions: Vec<Box<RawValue>>,
    #[serde(default)]
    largest_body: Option<usize>,
}

/// A request that came in.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedRequest<'r> {
    /// The verb.
    pub method: &'r str,
    /// The path and query that Brightpearl called, or the whole address.
    pub url: &'r str,
    /// The body.
    pub body: &'r [u8],
}

named! {
    /// Why a request to a webhook's address is not taken.
    pub enum Unaccepted: "unaccepted" {
        /// No subscription has such an address.
        UnknownAddress = 0 "unknown-address",
        /// The address is right, the method is another.
        WrongMethod = 1 "wrong-method",
        /// The secret in the address is not one of those that are alive.
        WrongSecret = 2 "wrong-secret",
        /// The body is larger than allowed.
        TooLarge = 3 "too-large",
        /// The body is not written as the subscription's template.
        Malformed = 4 "malformed",
        /// The account is none of those that are received for.
        UnknownAccount = 5 "unknown-account",
        /// It is about something that nobody subscribed to, and that is not known.
        UnknownEvent = 6 "unknown-event",
    }
}

impl Unaccepted {
    /// What to answer. None of them is better the second time, so none has a status for which Brightpearl tries again
    /// (API notes §7.4).
    pub fn status(self) -> u16 {
        match self {
            Self::UnknownAddress => 404,
            Self::WrongMethod => 405,
            Self::WrongSecret => 401,
            Self::TooLarge => 413,
            Self::Malformed => 400,
            Self::UnknownAccount => 403,
            Self::UnknownEvent => 422,
        }
    }
}

/// What to answer once a notification is stored.
const STORED: u16 = 200;

/// What to answer when it cannot be stored: the one status for which Brightpearl tries again whatever the quality of
/// service (API notes §7.4).
const NOT_STORED: u16 = 503;

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Receipt {
    /// A notification: store it, then answer.
    Accepted {
        /// What it says.
        notification: Notification,
        /// The status to answer when it is stored.
        status: u16,
        /// The status to answer when it cannot be stored: Brightpearl then sends it again.
        status_unless_stored: u16,
        /// Which of the account's secrets it came with, from 0. When the second one has not come for long, it can go.
        secret: usize,
    },
    /// Not one that is taken.
    Refused {
        /// Why.
        refused: Unaccepted,
        /// The same in words, without anything that came in but names.
        message: String,
        /// The status to answer.
        status: u16,
    },
}

impl WebhookReceiver {
    /// Reads who may send what: `{"accounts": [{"account", "secrets": [text]}], "public_url", "subscriptions": [...],
    /// "largest_body"}`. A subscription is an event's name, which is then posted to `public_url` as JSON that says all
    /// there is, or an object with the API's members, whose `uriTemplate` has `${secret}`. An account has the secret that
    /// is registered first, and the one before it second; both are taken. `largest_body` is in bytes.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at what is invalid. What is wrong with a subscription is among
    /// [`findings`](Self::findings).
    pub fn from_json(text: &str) -> Result<Self> {
        let written: WrittenReceiver =
            serde_json::from_str(text).map_err(|error| json_error("receiver", &error))?;
        if written.accounts.is_empty() {
            return Err(Error::validation(
                "accounts",
                "the list of accounts is empty; expected at least one account with its secrets",
            ));
        }
        for (place, account) in written.accounts.iter().enumerate() {
            check_code(&account.account).map_err(|error| error.at(format!("accounts/{place}/account")))?;
            check_secrets(&account.secrets, place)?;
        }
        let mut receiver = Self {
            accounts: written.accounts,
            public_url: written.public_url,
            subscriptions: Vec::new(),
            findings: Vec::new(),
            largest_body: written.largest_body.unwrap_or(LARGEST_BODY),
        };
        for (place, text) in written.subscriptions.iter().enumerate() {
            let pointer = format!("/subscriptions/{place}");
            let value: Value =
                serde_json::from_str(text.get()).map_err(|error| json_error("receiver", &error))?;
            let subscription = WebhookSubscription::read(&value, receiver.public_url.as_deref())
                .map_err(|why| Error::validation(pointer.clone(), why))?;
            receiver.findings.extend(subscription.findings(&pointer));
            let form = NotificationForm::of(&subscription).ok();
            receiver.subscriptions.push((subscription, form));
        }
        Ok(receiver)
    }

    /// What is wrong with its subscriptions, or doubtful about them.
    pub fn findings(&self) -> &[SubscriptionFinding] {
        &self.findings
    }

    /// The subscriptions that can be registered.
    pub(super) fn usable(&self) -> impl Iterator<Item = &WebhookSubscription> {
        self.subscriptions.iter().enumerate().filter_map(|(place, (subscription, _))| {
            let pointer = format!("/subscriptions/{place}/");
            let is_wrong = |finding: &SubscriptionFinding| {
                finding.severity == Severity::Error && finding.pointer.starts_with(&pointer)
            };
            (!self.findings.iter().any(is_wrong)).then_some(subscription)
        })
    }

    pub(super) fn public_url(&self) -> Option<&str> {
        self.public_url.as_deref()
    }

    /// The secrets of an account, the one that is registered first.
    pub(super) fn secrets(&self, account: &str) -> Option<&[Secret]> {
        let found = self.accounts.iter().find(|candidate| candidate.account == account);
        found.map(|found| found.secrets.as_slice())
    }

    /// Reads a request, at this time in milliseconds since the epoch.
    pub fn receive(&self, request: &ReceivedRequest<'_>, now_ms: u64) -> Receipt {
        match self.read(request, now_ms) {
            Ok((notification, secret)) => {
                Receipt::Accepted { notification, status: STORED, status_unless_stored: NOT_STORED, secret }
            }
            Err((refused, message)) => Receipt::Refused { refused, message, status: refused.status() },
        }
    }

    fn read(
        &self,
        request: &ReceivedRequest<'_>,
        now_ms: u64,
    ) -> Result<(Notification, usize), (Unaccepted, String)> {
        let forms = self.subscriptions.iter().filter_map(|(_, form)| form.as_ref());
        let addressed: Vec<(&NotificationForm, VariableValues)> =
            forms.filter_map(|form| Some((form, form.read_address(request.url)?))).collect();
        if addressed.is_empty() {
            let message = "no subscription has such an address; expected the path and query of `uriTemplate`";
            return Err((Unaccepted::UnknownAddress, message.to_owned()));
        }
        // Before anything is told to somebody who may not know it.
        let known: Vec<_> = addressed
            .into_iter()
            .filter_map(|(form, values)| {
                let bearers = self.bearers(values.get(Variable::Secret)?);
                (!bearers.is_empty()).then_some((form, values, bearers))
            })
            .collect();
        if known.is_empty() {
            let message = "the secret in the address is none of those that are alive; after a rotation, register the \
                           webhooks anew before the old secret is taken away";
            return Err((Unaccepted::WrongSecret, message.to_owned()));
        }
        let with_method: Vec<_> = known
            .into_iter()
            .filter(|(form, _, _)| form.method.eq_ignore_ascii_case(request.method))
            .collect();
        if with_method.is_empty() {
            let message = "the address is right, the method is not that of its subscription";
            return Err((Unaccepted::WrongMethod, message.to_owned()));
        }
        if request.body.len() > self.largest_body {
            let message = format!(
                "the body has {} bytes; expected at most {} (`largest_body`)",
                request.body.len(),
                self.largest_body
            );
            return Err((Unaccepted::TooLarge, message));
        }
        let malformed = |why: String| (Unaccepted::Malformed, why);
        let body = std::str::from_utf8(request.body)
            .map_err(|error| malformed(format!("the body is not UTF-8 at byte {}", error.valid_up_to())))?;
        let mut why = "the body is not written as `bodyTemplate`".to_owned();
        for (form, mut values, bearers) in with_method {
            let Some(said) = form.read_body(body) else { continue };
            if let Err(variable) = values.join(&said) {
                why = format!("address and body contradict each other about `${{{}}}`", variable.name());
                continue;
            }
            match Notification::of(&values, now_ms) {
                Ok(notification) => return self.checked(notification, &bearers),
                Err(wrong) => why = wrong,
            }
        }
        Err(malformed(why))
    }

    /// Whether the account is one of those whose secret it was, and somebody wants to know of the event.
    fn checked(
        &self,
        mut notification: Notification,
        bearers: &[(&str, usize)],
    ) -> Result<(Notification, usize), (Unaccepted, String)> {
        let bearer = bearers.iter().find(|(account, _)| account.eq_ignore_ascii_case(&notification.account));
        let Some((account, secret)) = bearer else {
            let message = "the secret in the address is not one of the account that the notification names";
            return Err((Unaccepted::UnknownAccount, message.to_owned()));
        };
        // One spelling, whatever a template makes of it.
        notification.account = (*account).to_owned();
        let is_declared =
            self.subscriptions.iter().any(|(subscription, _)| subscription.concerns(&notification.event));
        if !is_declared {
            if source_of(&notification.resource_type).is_none() {
                let message = "nobody subscribed to such an event, and it is not one that is known";
                return Err((Unaccepted::UnknownEvent, message.to_owned()));
            }
            notification.remarks.push("nobody subscribed to this event".to_owned());
        }
        Ok((notification, *secret))
    }

    /// The accounts of which this is a secret, with which one it is. Every secret is compared, each in a time that depends
    /// on the lengths alone.
    fn bearers(&self, given: &str) -> Vec<(&str, usize)> {
        let mut bearers = Vec::new();
        for account in &self.accounts {
            for (place, secret) in account.secrets.iter().enumerate() {
                if secret.is_same(given) {
                    bearers.push((account.account.as_str(), place));
                }
            }
        }
        bearers
    }
}

/// What stands in an address as it is, and cannot be guessed.
fn check_secrets(secrets: &[Secret], place: usize) -> Result<()> {
    let wrong = |message: String| Err(Error::validation(format!("accounts/{place}/secrets"), message));
    if secrets.is_empty() || secrets.len() > MOST_SECRETS {
        return wrong(format!("{} secrets; expected one, or two while it is changed", secrets.len()));
    }
    let stays_as_it_is = |byte: u8| Variable::Secret.allows(byte);
    for (number, secret) in secrets.iter().enumerate() {
        let text = secret.expose();
        if text.len() < SHORTEST_SECRET || text.len() > Variable::Secret.longest() {
            return wrong(format!(
                "secret {} has {} characters; expected at least {SHORTEST_SECRET}, such as 32 random ones",
                number + 1,
                text.len()
            ));
        }
        if !text.bytes().all(stays_as_it_is) {
            return wrong(format!(
                "secret {} has a character that addresses escape; expected letters, digits, `-`, `.`, `_` and `~`",
                number + 1
            ));
        }
    }
    if let [one, other] = secrets
        && one == other
    {
        return wrong("both secrets are the same; expected the new one, then the old one".to_owned());
    }
    Ok(())
}
