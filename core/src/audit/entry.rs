//! What a line says, and how lines are put behind a trail.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chain::{TrailHead, body_digest, checked_key, digest, sealed};
use super::packet::messages_of;
use crate::classify::classify_write;
use crate::error::{Delivery, Error, Result};
use crate::excerpt::shortened;
use crate::http::Response;
use crate::json::{GivenObject, ObjectText, given_value};
use crate::named::named;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::value::DateTime;

/// The most bytes of a text in a line.
const LONGEST_TEXT: usize = 1_000;

/// What a line may say in texts, in the order in which it does. What the host is called stands first, then what was done.
const TEXTS: [&str; 10] =
    ["account", "app", "host", "user", "run", "flow", "method", "path", "message", "record"];

/// Everything that may be said of one thing.
const MEMBERS: [&str; 19] = [
    "account",
    "answer",
    "app",
    "at_ms",
    "body",
    "body_base64",
    "exchange",
    "flow",
    "host",
    "id",
    "message",
    "method",
    "note",
    "outcome",
    "path",
    "record",
    "run",
    "status",
    "user",
];

named! {
    /// What became of something that is told in a trail.
    pub enum AuditOutcome: "audit-outcome" {
        /// A write is about to be sent. Where nothing follows, its outcome is unknown.
        Sent = 0 "sent",
        /// Brightpearl did it.
        Applied = 1 "applied",
        /// Brightpearl said no: nothing was changed.
        Rejected = 2 "rejected",
        /// Sent, outcome unknown.
        MaybeApplied = 3 "maybe-applied",
        /// Nothing reached Brightpearl.
        NotSent = 4 "not-sent",
        /// No write, but something that has to be known of the trail.
        Noted = 5 "noted",
    }
}

impl AuditOutcome {
    /// What an answer to a write says of it. Only Brightpearl's own words refuse one.
    pub(super) fn of_answer(status: u16, answer: &str) -> Self {
        match classify_write(&Response::new(status, answer), usize::MAX) {
            Ok(()) => Self::Applied,
            Err(failed) => match failed.error.delivery() {
                Delivery::NotSent => Self::NotSent,
                Delivery::Rejected => Self::Rejected,
                Delivery::MaybeApplied => Self::MaybeApplied,
                Delivery::Applied => Self::Applied,
            },
        }
    }
}

/// Makes the lines of what happened. `asked` is JSON:
///
/// ```json
/// {"head": HEAD or null, "key": text or null, "secrets": [text...],
///  "entries": [{"at_ms": 0, "account": "acme", "app": "acme_sync", "host": "worker-1", "user": "cron",
///               "run": "5f0c", "flow": "orders", "exchange": 12, "method": "POST", "path": "order-service/order",
///               "record": "WEB-1001", "id": 208, "body": text, "outcome": "applied", "status": 200, "note": text}...]}
/// ```
///
/// Of an entry `at_ms` and `outcome` must be there; instead of `outcome` there may be `status` and `answer`, the text of
/// the answer's body, which say what became of the write. `path` may be the whole address of a request. A multi-message is
/// told by a line for each of its messages, whose `message` is the label that tells it from the others; `status` and
/// `answer` then say what became of each. `head` is what the last answer had there, a text such as
/// `42:sha256:...`; keep it elsewhere, too. Of the body (or of `body_base64`) the line has the digest and the length, but
/// of a login's, which has a password in it, neither; of the path nothing behind `?`, and wherever one of `secrets` stands a blank. With a `key` of 16 bytes or more nobody else
/// can make lines that fit. The answer is `{"lines": text, "head": HEAD}`: append the lines and have them on disk before
/// you go on from that head.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what does not fit; there are no lines then.
pub fn append_audit(asked: &str) -> Result<String> {
    let mut asked = given_value("question", asked)?;
    let key = checked_key(taken_key(&mut asked)?)?;
    let asked = GivenObject::of(&asked, "", &["head", "entries", "key", "secrets"])?;
    let mut head = TrailHead::read(asked.value("head"), "head")?;
    let secrets: Vec<&str> = asked.texts("secrets")?;
    let redactor = Redactor::new(secrets);
    let mut lines = String::new();
    let mut append = |entry: &GivenObject<'_>| -> Result<()> {
        let text = text_of(entry, &head, &redactor)?;
        let digest = digest(&head.digest, &text, key.as_ref());
        lines.push_str(&sealed(&text, &digest));
        lines.push('\n');
        head = TrailHead { lines: head.lines + 1, digest };
        Ok(())
    };
    for (place, entry) in asked.elements("entries")? {
        let entry = GivenObject::of(entry, &place, &MEMBERS)?;
        match messages_of(&entry)? {
            None => append(&entry)?,
            Some(messages) => {
                for message in &messages {
                    append(&GivenObject::of(message, &place, &MEMBERS)?)?;
                }
            }
        }
    }
    Ok(json!({ "lines": lines, "head": head.to_string() }).to_string())
}

/// The key, moved out of what was asked.
pub(super) fn taken_key(asked: &mut Value) -> Result<Option<Secret>> {
    match asked.get_mut("key").map(Value::take) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(key)) => Ok(Some(Secret::new(key))),
        Some(_) => Err(Error::validation("key", "expected a text")),
    }
}

/// The text of a line, without its end.
fn text_of(entry: &GivenObject<'_>, head: &TrailHead, redactor: &Redactor) -> Result<String> {
    let at = entry.needed_number("at_ms")?;
    let instant = i64::try_from(at).ok().and_then(|at| DateTime::from_milliseconds(at, None).ok());
    let instant = instant.ok_or_else(|| {
        Error::validation(
            entry.at("at_ms"),
            "the time is invalid; expected milliseconds since the Unix epoch",
        )
    })?;
    let outcome = outcome_of(entry)?;
    let shown = |text: &str| shortened(redactor.blank(text), LONGEST_TEXT);
    let mut line = ObjectText::new().id("line", head.lines + 1).text("at", &instant.to_string());
    for name in TEXTS {
        if let Some(text) = entry.text(name)? {
            let text = if name == "path" { shown(below_account(path_of(text))) } else { shown(text) };
            line = line.text(name, &text);
        }
    }
    for name in ["id", "exchange", "status"] {
        if let Some(number) = entry.number(name)? {
            line = line.id(name, number);
        }
    }
    let is_login = entry.text("path")?.is_some_and(|path| is_elsewhere(path_of(path)));
    if let Some(body) = body_of(entry)?.filter(|_| !is_login) {
        line = line.text("body", &body_digest(&body)).id("bytes", body.len() as u64);
    }
    line = line.text("outcome", outcome.as_str());
    if let Some(note) = entry.text("note")? {
        line = line.text("note", &shown(note));
    }
    let mut text = line.text("previous", &head.digest).finish();
    text.pop();
    Ok(text)
}

fn outcome_of(entry: &GivenObject<'_>) -> Result<AuditOutcome> {
    let answer = entry.text("answer")?;
    let status = entry.number("status")?;
    match (entry.text("outcome")?, status.and_then(|status| u16::try_from(status).ok()), answer) {
        (None, Some(status), Some(answer)) => Ok(AuditOutcome::of_answer(status, answer)),
        (None, _, _) => Err(entry.missing("outcome", "an outcome, or `status` and `answer`")),
        (Some(outcome), _, _) => {
            let found = AuditOutcome::ALL.into_iter().find(|known| known.as_str() == outcome);
            found.ok_or_else(|| {
                let known: Vec<&str> = AuditOutcome::ALL.into_iter().map(AuditOutcome::as_str).collect();
                let message = format!("the outcome is unknown; expected one of {}", known.join(", "));
                Error::validation(entry.at("outcome"), message)
            })
        }
    }
}

pub(super) fn body_of(entry: &GivenObject<'_>) -> Result<Option<Vec<u8>>> {
    match (entry.text("body")?, entry.text("body_base64")?) {
        (Some(_), Some(_)) => {
            let message = "both `body` and `body_base64` are there; expected one of them";
            Err(Error::validation(entry.at("body"), message))
        }
        (Some(text), None) => Ok(Some(text.as_bytes().to_vec())),
        (None, Some(text)) => STANDARD.decode(text).map(Some).map_err(|error| {
            Error::validation(entry.at("body_base64"), format!("the body is invalid base64: {error}"))
        }),
        (None, None) => Ok(None),
    }
}

/// The path of an address: what is asked of it, and where it is sent, may have secrets in it.
pub(super) fn path_of(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    match path.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |start| &rest[start..]),
        None => path,
    }
}

/// What stands before the account in the paths of the API; what is asked elsewhere is a login.
const PREFIXES: [&str; 2] = ["/public-api/", "/api-v3/"];

fn is_elsewhere(path: &str) -> bool {
    path.starts_with('/') && !PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}

/// A path as the catalogue has it: below the account.
pub(super) fn below_account(path: &str) -> &str {
    let below = PREFIXES.iter().find_map(|prefix| path.strip_prefix(prefix)?.split_once('/'));
    below.map_or(path, |(_, below)| below)
}
