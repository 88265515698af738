//! The messages of a multi-message, each of which is a write that a trail tells by itself.

use serde_json::{Map, Value, json};

use super::entry::{AuditOutcome, below_account, body_of, path_of};
use crate::error::Result;
use crate::jobs::{PACKET_PATH, Word, packed, read_labelled};
use crate::json::GivenObject;

/// What an entry about a multi-message says of each of its messages; `None` for any other entry, and where its body cannot
/// be read.
pub(super) fn messages_of(entry: &GivenObject<'_>) -> Result<Option<Vec<Value>>> {
    let is_packet = |path: &str| below_account(path_of(path)).trim_matches('/') == PACKET_PATH;
    if !entry.text("path")?.is_some_and(is_packet) {
        return Ok(None);
    }
    let Some(body) = body_of(entry)? else { return Ok(None) };
    let Some(messages) = packed(&body).filter(|messages| !messages.is_empty()) else { return Ok(None) };
    let labels: Vec<String> = messages.iter().map(|message| message.label.clone()).collect();
    let words = words_on(entry, &labels)?;
    let told = messages.iter().enumerate().map(|(place, message)| {
        let mut said: Map<String, Value> =
            entry.members().map(|(name, value)| (name.to_owned(), value.clone())).collect();
        said.remove("body_base64");
        said.insert("method".to_owned(), json!(message.http_method));
        said.insert("path".to_owned(), json!(message.uri.trim_start_matches('/')));
        said.insert("message".to_owned(), json!(message.label));
        said.insert("body".to_owned(), json!(message.body.get()));
        if let Some((outcome, status)) = words.as_ref().and_then(|words| words.get(place)) {
            said.remove("answer");
            said.insert("outcome".to_owned(), json!(outcome));
            said.insert("status".to_owned(), json!(status));
        }
        Value::Object(said)
    });
    Ok(Some(told.collect()))
}

/// What the answer says became of each message, with the message's own status; `None` where the entry has no answer, or
/// tells the outcome itself.
fn words_on(entry: &GivenObject<'_>, labels: &[String]) -> Result<Option<Vec<(AuditOutcome, u64)>>> {
    let (Some(answer), Some(status), None) =
        (entry.text("answer")?, entry.number("status")?, entry.text("outcome")?)
    else {
        return Ok(None);
    };
    let Ok(code) = u16::try_from(status) else { return Ok(None) };
    // What the answer as a whole does not refuse is in doubt where it says nothing of a message.
    let as_a_whole = match AuditOutcome::of_answer(code, answer) {
        AuditOutcome::Applied | AuditOutcome::Sent | AuditOutcome::Noted | AuditOutcome::MaybeApplied => {
            AuditOutcome::MaybeApplied
        }
        refused @ (AuditOutcome::Rejected | AuditOutcome::NotSent) => refused,
    };
    let words =
        read_labelled(answer.as_bytes(), labels).unwrap_or_else(|_| vec![Word::Silence; labels.len()]);
    let told = words.into_iter().map(|word| match word {
        Word::Answer(response) => {
            let said = AuditOutcome::of_answer(response.status, &String::from_utf8_lossy(&response.body));
            (said, u64::from(response.status))
        }
        Word::Unprocessed => (AuditOutcome::NotSent, status),
        Word::Silence => (as_a_whole, status),
        Word::Contradiction => (AuditOutcome::MaybeApplied, status),
    });
    Ok(Some(told.collect()))
}
