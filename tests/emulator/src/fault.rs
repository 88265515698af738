//! What goes wrong: a plan of faults, by request number or by seeded chance.

use brightpearl_core::Method;
use serde::{Deserialize, Serialize};

use crate::config::ConfigError;
use crate::state::in_words;
use crate::world::random::{Draw, Topic};

/// Something that goes wrong with one request.
///
/// In JSON a fault is an object whose `kind` is the name in kebab case:
/// `{"kind": "slow", "delay_ms": 1500}`, `{"kind": "lost-response"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// The request is carried out, then the connection goes away.
    LostResponse,
    /// The connection goes away before anything is carried out; the request does not count against the cap.
    ResetBeforeSend,
    /// A neighbour has used up the rest of the throttle window: this request and all others until the
    /// window ends get the cap's 503 (API notes §5).
    Cap,
    /// A 503 with JSON that does not speak of too many requests.
    Outage {
        /// Whether the request was carried out before the service failed.
        #[serde(default)]
        applied: bool,
    },
    /// A 503 with an HTML page, as a gateway gives it.
    OutagePage {
        /// Whether the request was carried out before the service failed.
        #[serde(default)]
        applied: bool,
    },
    /// A 500 without error codes.
    ServerError {
        /// Whether the request was carried out before the service failed.
        #[serde(default)]
        applied: bool,
    },
    /// A 429 with `Retry-After`, which some clients report; nothing is carried out.
    TooManyRequests {
        /// The value of `Retry-After`, in seconds.
        retry_after_s: u32,
    },
    /// The right answer, late.
    Slow {
        /// How late, in milliseconds.
        delay_ms: u64,
    },
    /// The right headers, and the first half of the body.
    TruncatedBody,
    /// A 200 with an HTML page in place of the JSON; the request was carried out.
    HtmlPage,
    /// A search states this `resultsAvailable`, whatever the truth. Only searches.
    ResultsAvailableLies {
        /// The number to state.
        value: u64,
    },
    /// A search states the opposite of the true `morePagesAvailable`. Only searches.
    MorePagesLies,
    /// A page other than the first begins with rows of the page before it, as happens when records appear
    /// while a client pages. What follows moves on by as many rows, so nothing is lost. Only searches.
    DuplicateRows {
        /// How many rows come a second time, at most half a page.
        rows: u32,
    },
    /// The service of multi-messages is out, and no other: a 503 that does not speak of too many requests.
    /// Only multi-messages.
    MultiMessageOutage {
        /// Whether the messages were carried out before the service failed.
        #[serde(default)]
        applied: bool,
    },
    /// One message of a multi-message fails, as if it alone had met an error. Only multi-messages.
    FailedMessage {
        /// Which one, counted from 1 in the order of the request.
        message: u32,
        /// The status of its answer, 500 or 503 for instance.
        status: u16,
        /// Whether it was carried out all the same.
        #[serde(default)]
        applied: bool,
    },
}

/// Which requests a fault can strike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    #[default]
    Any,
    Searches,
    MultiMessages,
}

impl Fault {
    /// The name in JSON and in [`Statistics::faults`](crate::Statistics::faults).
    pub fn kind(&self) -> &'static str {
        match self {
            Fault::LostResponse => "lost-response",
            Fault::ResetBeforeSend => "reset-before-send",
            Fault::Cap => "cap",
            Fault::Outage { .. } => "outage",
            Fault::OutagePage { .. } => "outage-page",
            Fault::ServerError { .. } => "server-error",
            Fault::TooManyRequests { .. } => "too-many-requests",
            Fault::Slow { .. } => "slow",
            Fault::TruncatedBody => "truncated-body",
            Fault::HtmlPage => "html-page",
            Fault::ResultsAvailableLies { .. } => "results-available-lies",
            Fault::MorePagesLies => "more-pages-lies",
            Fault::DuplicateRows { .. } => "duplicate-rows",
            Fault::MultiMessageOutage { .. } => "multi-message-outage",
            Fault::FailedMessage { .. } => "failed-message",
        }
    }

    fn scope(&self) -> Scope {
        match self {
            Fault::ResultsAvailableLies { .. } | Fault::MorePagesLies | Fault::DuplicateRows { .. } => {
                Scope::Searches
            }
            Fault::MultiMessageOutage { .. } | Fault::FailedMessage { .. } => Scope::MultiMessages,
            Fault::LostResponse
            | Fault::ResetBeforeSend
            | Fault::Cap
            | Fault::Outage { .. }
            | Fault::OutagePage { .. }
            | Fault::ServerError { .. }
            | Fault::TooManyRequests { .. }
            | Fault::Slow { .. }
            | Fault::TruncatedBody
            | Fault::HtmlPage => Scope::Any,
        }
    }
}

/// Everything that goes wrong. Empty by default. At most one fault strikes a request: the first of
/// `script` that names its number, else the first of `rates` that hits.
///
/// ```
/// let plan = brightpearl_emulator::FaultPlan::from_json(
///     r#"{
///         "script": [{"request": 3, "fault": {"kind": "lost-response"}}],
///         "rates": [
///             {"rate": 0.01, "methods": ["POST"], "fault": {"kind": "outage", "applied": true}},
///             {"rate": 0.02, "path": "order-search", "fault": {"kind": "duplicate-rows", "rows": 2}}
///         ],
///         "bad_ids": [{"resource": "order-service/order", "ids": [7, 77]}]
///     }"#,
/// )?;
/// assert_eq!(plan.rates.len(), 2);
/// # Ok::<(), brightpearl_emulator::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultPlan {
    /// Faults on given requests.
    pub script: Vec<Scripted>,
    /// Faults by seeded chance.
    pub rates: Vec<Rated>,
    /// Records that make every set of ids they stand in unreadable.
    pub bad_ids: Vec<BadIds>,
}

/// A fault on the n-th request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scripted {
    /// The number of the request, counted from 1 over all that arrive.
    pub request: u64,
    /// What happens to it.
    pub fault: Fault,
}

/// A fault by chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rated {
    /// The share of requests that it hits, 0 to 1, out of those that `methods` and `path` let through.
    pub rate: f64,
    /// The verbs it can hit; empty means all.
    #[serde(default)]
    pub methods: Vec<Method>,
    /// A part of the path that a request must have to be hit, such as `order-search`; none means any.
    #[serde(default)]
    pub path: Option<String>,
    /// The first request that it can hit, counted from 1 over all that arrive; none means the first of all.
    #[serde(default)]
    pub from: Option<u64>,
    /// The last request that it can hit; none means that it never stops.
    #[serde(default)]
    pub until: Option<u64>,
    /// What happens.
    pub fault: Fault,
}

/// Records that spoil a GET: any id set with one of them is answered 400 as a whole (API notes §1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BadIds {
    /// The resource, such as `order-service/order`.
    pub resource: String,
    /// The ids.
    pub ids: Vec<u32>,
}

/// The most entries of each part of a plan: every request goes through them.
const MOST_ENTRIES: usize = 100_000;

impl FaultPlan {
    /// Reads a plan from JSON.
    ///
    /// # Errors
    /// As [`Config::from_json`](crate::Config::from_json).
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let plan: FaultPlan = serde_json::from_str(text)
            .map_err(|error| ConfigError::Syntax { reason: format!("faults: {}", in_words(&error)) })?;
        plan.check()?;
        Ok(plan)
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let ids = self.bad_ids.iter().map(|bad| bad.ids.len()).sum();
        for (part, count) in [
            ("script", self.script.len()),
            ("rates", self.rates.len()),
            ("bad_ids", self.bad_ids.len()),
            ("bad_ids[].ids", ids),
        ] {
            if count > MOST_ENTRIES {
                let expected = format!("at most {MOST_ENTRIES}");
                return Err(ConfigError::value(
                    format!("faults.{part}"),
                    format!("{count} entries"),
                    &expected,
                ));
            }
        }
        for (index, scripted) in self.script.iter().enumerate() {
            if scripted.request == 0 {
                let field = format!("faults.script[{index}].request");
                return Err(ConfigError::value(field, "0".to_owned(), "1 or more: requests count from 1"));
            }
        }
        for (index, rated) in self.rates.iter().enumerate() {
            if !(0.0..=1.0).contains(&rated.rate) {
                let field = format!("faults.rates[{index}].rate");
                return Err(ConfigError::value(field, rated.rate.to_string(), "0 to 1"));
            }
        }
        for (index, bad) in self.bad_ids.iter().enumerate() {
            let parts: Vec<&str> = bad.resource.split('/').collect();
            if parts.len() != 2 || parts.iter().any(|part| part.is_empty()) {
                let field = format!("faults.bad_ids[{index}].resource");
                let found = format!("`{}`", bad.resource);
                return Err(ConfigError::value(
                    field,
                    found,
                    "service and resource, as `order-service/order`",
                ));
            }
        }
        Ok(())
    }

    /// The fault that strikes a request, if any.
    pub(crate) fn strike(&self, seed: u64, target: &Target<'_>) -> Option<&Fault> {
        let can_strike = |fault: &Fault| fault.scope() == Scope::Any || fault.scope() == target.scope;
        let scripted = self
            .script
            .iter()
            .find(|entry| entry.request == target.number && can_strike(&entry.fault))
            .map(|entry| &entry.fault);
        scripted.or_else(|| {
            let mut draw = Draw::new(seed, Topic::Fault, target.number);
            self.rates
                .iter()
                // Every entry draws, so that adding a filter to one does not shift the luck of the next.
                .filter(|entry| draw.fraction() < entry.rate)
                .find(|entry| entry.concerns(target) && can_strike(&entry.fault))
                .map(|entry| &entry.fault)
        })
    }
}

impl Rated {
    fn concerns(&self, target: &Target<'_>) -> bool {
        let verb = self.methods.is_empty() || self.methods.contains(&target.method);
        let time = self.from.unwrap_or(0)..=self.until.unwrap_or(u64::MAX);
        verb && time.contains(&target.number)
            && self.path.as_deref().is_none_or(|part| target.path.contains(part))
    }
}

/// What a plan needs to know of a request.
pub(crate) struct Target<'a> {
    pub(crate) number: u64,
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) scope: Scope,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(number: u64, path: &str) -> Target<'_> {
        let scope = match path {
            "multi-message" => Scope::MultiMessages,
            _ if path.ends_with("-search") => Scope::Searches,
            _ => Scope::Any,
        };
        Target { number, method: Method::Get, path, scope }
    }

    #[test]
    fn a_script_strikes_its_request_only() {
        let plan = FaultPlan::from_json(r#"{"script": [{"request": 3, "fault": {"kind": "cap"}}]}"#).unwrap();
        let struck: Vec<u64> = (1..=5).filter(|n| plan.strike(9, &target(*n, "order")).is_some()).collect();
        assert_eq!(struck, [3]);
    }

    #[test]
    fn rates_are_met_and_filters_kept() {
        let plan = FaultPlan::from_json(
            r#"{"rates": [{"rate": 0.25, "path": "order-search", "fault": {"kind": "more-pages-lies"}}]}"#,
        )
        .unwrap();
        let hits = |path: &str| (1..=4000).filter(|n| plan.strike(9, &target(*n, path)).is_some()).count();
        assert!((850..1150).contains(&hits("order-search")), "{}", hits("order-search"));
        assert_eq!(hits("product-search"), 0);
    }

    #[test]
    fn faults_of_searches_spare_other_requests() {
        let plan = FaultPlan::from_json(
            r#"{"rates": [{"rate": 1.0, "fault": {"kind": "duplicate-rows", "rows": 2}}]}"#,
        )
        .unwrap();
        assert!(plan.strike(9, &target(1, "order-search")).is_some());
        assert!(plan.strike(9, &target(1, "order/5")).is_none());
    }

    #[test]
    fn faults_can_be_kept_to_multi_messages_and_to_a_time() {
        let plan = FaultPlan::from_json(
            r#"{"rates": [{"rate": 1.0, "from": 3, "until": 5, "fault": {"kind": "multi-message-outage"}}]}"#,
        )
        .unwrap();
        let struck = |path: &str| -> Vec<u64> {
            (1..=7).filter(|number| plan.strike(9, &target(*number, path)).is_some()).collect()
        };
        assert_eq!(struck("multi-message"), [3, 4, 5]);
        assert!(struck("order/5").is_empty());
    }

    #[test]
    fn plans_that_cannot_be_meant_are_refused() {
        let refusal = |text: &str| FaultPlan::from_json(text).unwrap_err().to_string();
        assert!(refusal(r#"{"rates": [{"rate": 2, "fault": {"kind": "cap"}}]}"#).contains("rates[0].rate"));
        assert!(refusal(r#"{"script": [{"request": 0, "fault": {"kind": "cap"}}]}"#).contains("script[0]"));
        assert!(refusal(r#"{"script": [{"request": 1, "fault": {"kind": "cup"}}]}"#).contains("`cup`"));
        assert!(refusal(r#"{"bad_ids": [{"resource": "order", "ids": [1]}]}"#).contains("bad_ids[0]"));
    }

    #[test]
    fn kinds_are_the_names_in_json() {
        let every = [
            Fault::LostResponse,
            Fault::ResetBeforeSend,
            Fault::Cap,
            Fault::Outage { applied: true },
            Fault::OutagePage { applied: false },
            Fault::ServerError { applied: true },
            Fault::TooManyRequests { retry_after_s: 3 },
            Fault::Slow { delay_ms: 5 },
            Fault::TruncatedBody,
            Fault::HtmlPage,
            Fault::ResultsAvailableLies { value: 500 },
            Fault::MorePagesLies,
            Fault::DuplicateRows { rows: 1 },
            Fault::MultiMessageOutage { applied: true },
            Fault::FailedMessage { message: 2, status: 503, applied: false },
        ];
        for fault in every {
            let json = serde_json::to_value(&fault).unwrap();
            assert_eq!(json["kind"], fault.kind());
            assert_eq!(serde_json::from_value::<Fault>(json).unwrap(), fault);
        }
    }
}
