//! The values of labels: names that are known, and of the host's own names a bounded number.

use crate::catalog;
use crate::error::Kind;
use crate::http::Method;
use crate::output::State;
use crate::telemetry::EventKind;
use crate::webhook::{Unaccepted, is_known_event};

/// What stands for everything that is not known.
pub(super) const OTHER: &str = "other";

/// The most characters of a name that a host gave.
const LONGEST_NAME: usize = 64;

/// Service and resource of a path: both are the catalogue's.
pub(super) fn place(path: &str, method: &str) -> (&'static str, &'static str) {
    if path == LOGIN {
        return (LOGIN, LOGIN);
    }
    let found = catalog::search(path).map(|search| search.path).or_else(|| {
        let method = Method::ALL.into_iter().find(|known| known.as_str() == method)?;
        let exact = catalog::find(path, method).map(|found| found.endpoint.path);
        exact.or_else(|| {
            let mut endpoints = catalog::catalog().flat_map(|resource| resource.endpoints);
            endpoints.find(|endpoint| endpoint.arguments(path).is_some()).map(|endpoint| endpoint.path)
        })
    });
    match found {
        Some(template) => (service(template), template),
        None => (known_service(path), OTHER),
    }
}

/// The template of what brings a token.
const LOGIN: &str = "login";

fn service(template: &'static str) -> &'static str {
    template.split('/').next().unwrap_or(template)
}

fn known_service(path: &str) -> &'static str {
    let first = path.trim_matches('/').split('/').next().unwrap_or_default();
    let endpoints = catalog::catalog().flat_map(|resource| resource.endpoints).map(|endpoint| endpoint.path);
    let paths = endpoints.chain(catalog::searches().map(|search| search.path));
    paths.map(service).find(|service| *service == first).unwrap_or(OTHER)
}

pub(super) fn method(name: &str) -> &'static str {
    Method::ALL.into_iter().map(|method| method.as_str()).find(|known| *known == name).unwrap_or(OTHER)
}

/// What an attempt came to, by its status.
pub(super) fn request_outcome(status: Option<u64>) -> &'static str {
    match status {
        None => "unanswered",
        Some(100..=399) => "ok",
        Some(401 | 403) => "unauthorised",
        Some(404) => "not-found",
        Some(429) => "throttled",
        Some(400..=499) => "rejected",
        Some(503) => "unavailable",
        Some(500..=599) => "failed",
        Some(_) => OTHER,
    }
}

pub(super) fn error_kind(name: &str) -> &'static str {
    Kind::ALL.into_iter().map(Kind::as_str).find(|known| *known == name).unwrap_or(OTHER)
}

pub(super) fn event_kind(name: &str) -> &'static str {
    EventKind::ALL.into_iter().map(EventKind::as_str).find(|known| *known == name).unwrap_or(OTHER)
}

/// What became of a record: the states of outcomes, `pulled` for one that was taken out, `delivered` or `undelivered` for
/// one that was to go elsewhere, and `dead` for one that was given up.
pub(super) fn record_outcome(name: &str) -> &'static str {
    let states = State::ALL.into_iter().map(State::as_str);
    states.chain(["pulled", "delivered", "undelivered", "dead"]).find(|known| *known == name).unwrap_or(OTHER)
}

/// How a run ended.
pub(super) fn run_outcome(name: &str) -> &'static str {
    ["done", "failed", "cancelled"].into_iter().find(|known| *known == name).unwrap_or(OTHER)
}

/// The event of a notification.
pub(super) fn notified_event(name: &str) -> &str {
    if is_known_event(name) { name } else { OTHER }
}

pub(super) fn unaccepted(name: &str) -> &'static str {
    Unaccepted::ALL.into_iter().map(Unaccepted::as_str).find(|known| *known == name).unwrap_or(OTHER)
}

/// A name that the host gave: without control characters, not too long, and not a number, which would be an id.
pub(super) fn given_name(name: &str) -> String {
    let cleaned: String = name
        .chars()
        .take(LONGEST_NAME)
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    let cleaned = cleaned.trim();
    let is_number = cleaned.chars().all(|character| character.is_ascii_digit() || ",-. ".contains(character));
    if is_number { OTHER.to_owned() } else { cleaned.to_owned() }
}
