//! What happened, as data. The engine logs nothing: hosts drain [`Event`]s and read [`Statistics`].

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde::Serialize;

use crate::error::{Delivery, Kind};
use crate::http::{Headers, Method};
use crate::link::successor;
use crate::named::tagged;

/// How many undrained events are kept; the oldest give way, and are counted.
const KEPT: usize = 1_024;

tagged! {
    /// One thing that happened. Labels are URL templates, never ids, and nothing in here is secret.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
    #[serde(tag = "event", rename_all = "kebab-case")]
    pub enum Event;
    /// Which sort of event it is.
    pub enum EventKind: "event";
    {
        /// An attempt was handed to the host.
        RequestStarted {
            /// The exchange's id.
            exchange: u64,
            /// The verb.
            method: Method,
            /// The path below the account with its ids blanked.
            template: Arc<str>,
            /// Which attempt it is, from 1.
            attempt: u32,
        } "request-started",
        /// An attempt ended.
        RequestEnded {
            /// The exchange's id.
            exchange: u64,
            /// The verb.
            method: Method,
            /// The path below the account with its ids blanked.
            template: Arc<str>,
            /// The HTTP status, when an answer came.
            status: Option<u16>,
            /// Milliseconds from handing it out.
            milliseconds: u64,
        } "request-ended",
        /// A failed request will be sent again.
        Retry {
            /// The exchange that failed.
            exchange: u64,
            /// Why.
            kind: Kind,
            /// What became of the failed attempt.
            delivery: Delivery,
            /// Milliseconds to wait at least.
            delay_ms: u64,
        } "retry",
        /// The request cap was reached; everyone waits.
        Throttled {
            /// The exchange that was turned away.
            exchange: u64,
            /// Milliseconds until the pool goes on.
            wait_ms: u64,
        } "throttled",
        /// A request had to wait for the budget.
        WaitingForBudget {
            /// Milliseconds to wait.
            wait_ms: u64,
        } "waiting-for-budget",
        /// A login or renewal brought a token.
        TokenRefreshed {
            /// The exchange.
            exchange: u64,
            /// Whether the refresh token is a new one, which the host has to store.
            is_rotated: bool,
        } "token-refreshed",
        /// The credentials were refused.
        AuthenticationFailed {
            /// The exchange.
            exchange: u64,
        } "authentication-failed",
        /// A page of a search arrived.
        Page {
            /// The resource.
            resource: String,
            /// Position of its first row, from 1.
            first_result: u64,
            /// Rows handed out.
            rows: u64,
            /// Rows dropped because an earlier page had them.
            duplicates: u64,
        } "page",
        /// The number of hits changed, or contradicts the rows, while paging.
        CountDrift {
            /// The resource.
            resource: String,
            /// What was said before.
            before: u64,
            /// What is said now.
            now: u64,
        } "count-drift",
        /// A set of ids was refused as a whole and is being split to find the bad one.
        Bisecting {
            /// The resource.
            resource: String,
            /// How many ids the refused set had.
            ids: u64,
        } "bisecting",
        /// A body was sent with something doubtful in it.
        DoubtfulBody {
            /// The path below the account with its ids blanked.
            template: Arc<str>,
            /// The warnings, without the values that were found.
            warnings: Vec<String>,
        } "doubtful-body",
        /// Something was used that Brightpearl wants to be used no more.
        DeprecatedUsed {
            /// The path below the account with its ids blanked.
            template: Arc<str>,
            /// What to use instead, where that is known: the name of a resource, or where the answer's `Link` says that the
            /// successor is.
            replacement: Option<Cow<'static, str>>,
        } "deprecated-used",
        /// The API has something that the catalog does not know, or no longer has something that it knows.
        SchemaDrift {
            /// The search's path.
            resource: String,
            /// Columns that are new.
            added: Vec<String>,
            /// Columns that are gone.
            removed: Vec<String>,
            /// Columns of another type.
            changed: Vec<String>,
        } "schema-drift",
        /// Writes go one by one for a while, since the multi-message service fails.
        BatchesUnpacked {
            /// Milliseconds until it is tried again.
            milliseconds: u64,
        } "batches-unpacked",
        /// The multi-message service works again.
        BatchesPacked "batches-packed",
        /// A call was dropped while exchanges were out.
        Abandoned {
            /// The exchanges whose outcome nobody will hear of.
            exchanges: Vec<u64>,
        } "abandoned",
    }
}

impl Event {
    /// As a JSON object: the kind at `event`, and its members.
    pub fn to_json(&self) -> String {
        // Our own plain data cannot fail to serialise; an empty text would say so all the same.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Sums over the life of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// Attempts handed to the host.
    pub requests: u64,
    /// Attempts that repeated an earlier one.
    pub retries: u64,
    /// Answers that said the request cap was reached.
    pub throttled: u64,
    /// Times that a request had to wait for the budget.
    pub budget_waits: u64,
    /// Bytes of answers' bodies.
    pub bytes_received: u64,
    /// Events that were dropped because nobody drained them.
    pub events_dropped: u64,
}

/// Collects events and sums.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    events: VecDeque<Event>,
    statistics: Statistics,
    /// What was told to be deprecated.
    deprecated: BTreeSet<Arc<str>>,
}

/// The most templates of which it is remembered that they are deprecated.
const MOST_DEPRECATED: usize = 1_000;

/// Header lines by which an answer says that what was asked will be gone (RFC 9745, RFC 8594).
const DEPRECATION: &str = "deprecation";
const SUNSET: &str = "sunset";

impl Recorder {
    pub(crate) fn record(&mut self, event: Event) {
        match &event {
            Event::RequestStarted { attempt, .. } => {
                self.statistics.requests += 1;
                self.statistics.retries += u64::from(*attempt > 1);
            }
            Event::Throttled { .. } => self.statistics.throttled += 1,
            Event::WaitingForBudget { .. } => self.statistics.budget_waits += 1,
            Event::DeprecatedUsed { template, .. } => self.remember_deprecated(template),
            Event::RequestEnded { .. }
            | Event::Retry { .. }
            | Event::TokenRefreshed { .. }
            | Event::AuthenticationFailed { .. }
            | Event::Page { .. }
            | Event::CountDrift { .. }
            | Event::Bisecting { .. }
            | Event::DoubtfulBody { .. }
            | Event::SchemaDrift { .. }
            | Event::BatchesUnpacked { .. }
            | Event::BatchesPacked
            | Event::Abandoned { .. } => {}
        }
        if self.events.len() == KEPT {
            self.events.pop_front();
            self.statistics.events_dropped += 1;
        }
        self.events.push_back(event);
    }

    /// Tells that something deprecated was used, where an answer says so in its header lines, and what they say replaces it;
    /// once for each template, and not where the catalogue has told it, which may know what replaces it.
    pub(crate) fn answered(&mut self, template: &Arc<str>, headers: &Headers) {
        let is_deprecated =
            headers.get(DEPRECATION).is_some_and(|value| !matches!(value.trim(), "" | "false" | "?0"))
                || headers.get(SUNSET).is_some_and(|value| !value.trim().is_empty());
        if is_deprecated && !self.deprecated.contains(template) && self.deprecated.len() < MOST_DEPRECATED {
            let replacement = successor(headers).map(|path| self::template(&path).as_ref().to_owned().into());
            self.record(Event::DeprecatedUsed { template: Arc::clone(template), replacement });
        }
    }

    fn remember_deprecated(&mut self, template: &Arc<str>) {
        if self.deprecated.len() < MOST_DEPRECATED {
            self.deprecated.insert(Arc::clone(template));
        }
    }

    pub(crate) fn received(&mut self, bytes: usize) {
        self.statistics.bytes_received += bytes as u64;
    }

    pub(crate) fn drain(&mut self) -> Vec<Event> {
        self.events.drain(..).collect()
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.statistics
    }
}

/// A path with the segments that are ids or id sets replaced, for use as a label.
pub(crate) fn template(path: &str) -> Arc<str> {
    let blanked = path.split('/').map(|segment| {
        let is_ids = segment.starts_with(|first: char| first.is_ascii_digit())
            && segment.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'-' | b'.'));
        if is_ids { "{ids}" } else { segment }
    });
    blanked.collect::<Vec<_>>().join("/").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_ids_only() {
        assert_eq!(&*template("order-service/order/1,5-9/row/3"), "order-service/order/{ids}/row/{ids}");
        assert_eq!(
            &*template("warehouse-service/order/*/goods-note"),
            "warehouse-service/order/*/goods-note"
        );
    }

    #[test]
    fn an_answer_that_says_so_is_told_once() {
        let mut recorder = Recorder::default();
        let answer = |lines: &[(&'static str, &str)]| {
            let mut headers = Headers::new();
            lines.iter().for_each(|(name, value)| headers.push(*name, *value));
            headers
        };
        for lines in [
            [("Deprecation", "false")].as_slice(),
            &[("deprecation", "?0")],
            &[("sunset", " ")],
            &[("date", "x")],
        ] {
            recorder.answered(&template("a/1"), &answer(lines));
        }
        assert_eq!(recorder.drain(), []);
        for lines in [[("Deprecation", "@1688169599")], [("Sunset", "Sat, 31 Dec 2028 23:59:59 GMT")]] {
            recorder.answered(&template("a/1"), &answer(&lines));
            recorder.answered(&template("b"), &answer(&lines));
        }
        let told: Vec<_> = recorder.drain().into_iter().map(|event| event.kind()).collect();
        assert_eq!(told, [EventKind::DeprecatedUsed; 2]);
        // What the catalogue told is not told again without what replaces it.
        recorder.record(Event::DeprecatedUsed { template: template("c"), replacement: Some("d".into()) });
        recorder.answered(&template("c"), &answer(&[("Deprecation", "true")]));
        assert_eq!(recorder.drain().len(), 1);
        // A link alone says nothing of an end.
        let link = ("Link", "</public-api/acme/e/7>; rel=\"successor-version\"");
        recorder.answered(&template("d"), &answer(&[link]));
        recorder.answered(&template("d"), &answer(&[("Deprecation", "@1688169599"), link]));
        let [Event::DeprecatedUsed { replacement, .. }] = &recorder.drain()[..] else { panic!("one event") };
        assert_eq!(replacement.as_deref(), Some("e/{ids}"));
    }

    #[test]
    fn drops_the_oldest_and_counts_them() {
        let mut recorder = Recorder::default();
        for wait_ms in 0..=KEPT as u64 {
            recorder.record(Event::WaitingForBudget { wait_ms });
        }
        assert_eq!(recorder.statistics().events_dropped, 1);
        assert_eq!(recorder.drain().first(), Some(&Event::WaitingForBudget { wait_ms: 1 }));
    }
}
