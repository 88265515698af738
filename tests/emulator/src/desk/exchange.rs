//! One request and what became of it, as the log and the page have it.

use brightpearl_core::{Headers, Method, Request};
use serde::Serialize;
use serde_json::{Map, Value};

use super::is_about_records;
use crate::config::UtcOffset;
use crate::outcome::Outcome;
use crate::protocol::moment::Moment;

/// The headers of requests that are written down; the others may be credentials.
const HARMLESS: [&str; 8] = [
    "accept",
    "brightpearl-app-ref",
    "brightpearl-dev-ref",
    "content-length",
    "content-type",
    "host",
    "if-match",
    "user-agent",
];

/// What stands in the place of what is kept back.
const KEPT_BACK: &str = "[kept back]";

/// What is shown of an exchange.
#[derive(Clone, Debug)]
pub(super) struct LoggedExchange {
    pub(super) at: String,
    pub(super) method: Method,
    /// Path and query; the query is missing where it may hold credentials.
    pub(super) uri: String,
    /// None: the connection went away.
    pub(super) status: Option<u16>,
    pub(super) fault: Option<&'static str>,
}

/// A line of the log. Its `request` and `response` are those of recorded exchanges, so that a log can be replayed.
#[derive(Serialize)]
struct LogLine<'a> {
    name: String,
    at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
    request: LoggedRequest<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<LoggedResponse>,
    /// Whether the request was carried out although its connection went away.
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<bool>,
}

#[derive(Serialize)]
struct LoggedRequest<'a> {
    method: Method,
    uri: &'a str,
    headers: Map<String, Value>,
    body: String,
}

#[derive(Serialize)]
struct LoggedResponse {
    status: u16,
    headers: Map<String, Value>,
    body: String,
}

impl LoggedExchange {
    pub(super) fn new(
        request: &Request,
        outcome: &Outcome,
        fault: Option<&'static str>,
        now_ms: u64,
    ) -> Self {
        let ms = i64::try_from(now_ms).unwrap_or(i64::MAX);
        let whole = &request.url;
        let bare = whole.split('?').next().unwrap_or_default();
        Self {
            at: Moment { ms, offset: UtcOffset { minutes: 0 } }.to_string(),
            method: request.method,
            uri: if is_about_records(request) { whole } else { bare }.to_owned(),
            status: match outcome {
                Outcome::Answer { response, .. } => Some(response.status),
                Outcome::ConnectionLost { .. } => None,
            },
            fault,
        }
    }

    /// The line of the log.
    pub(super) fn line(&self, request: &Request, outcome: &Outcome) -> String {
        let is_open = is_about_records(request);
        let text = |body: &[u8]| match (is_open, body) {
            (_, []) => String::new(),
            (true, body) => String::from_utf8_lossy(body).into_owned(),
            (false, _) => KEPT_BACK.to_owned(),
        };
        let (response, applied) = match outcome {
            Outcome::Answer { response, .. } => {
                let headers = members(&response.headers, |name| is_open || name != "location");
                let body = text(&response.body);
                (Some(LoggedResponse { status: response.status, headers, body }), None)
            }
            Outcome::ConnectionLost { applied } => (None, Some(*applied)),
        };
        let line = LogLine {
            name: format!("{} {}", self.method, self.uri),
            at: &self.at,
            fault: self.fault,
            request: LoggedRequest {
                method: self.method,
                uri: &self.uri,
                headers: members(&request.headers, |name| HARMLESS.contains(&name)),
                body: text(&request.body),
            },
            response,
            applied,
        };
        // Texts and numbers always have JSON.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// Headers as an object; what is not shown stands there without its value.
fn members(headers: &Headers, is_shown: impl Fn(&str) -> bool) -> Map<String, Value> {
    let shown = |name: &str, value: &str| {
        if is_shown(&name.to_ascii_lowercase()) { value.to_owned() } else { KEPT_BACK.to_owned() }
    };
    headers.iter().map(|(name, value)| (name.to_owned(), Value::String(shown(name, value)))).collect()
}
