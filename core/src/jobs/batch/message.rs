//! The multi-message as it stands on the wire: several writes in one POST, and what the answer says of each
//! (API notes §6).

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::account::Prefix;
use crate::checked::Checked;
use crate::envelope::unreadable;
use crate::error::{Error, Kind, Result};
use crate::http::{Method, Response};

/// Most messages in one packet.
pub(super) const MOST: usize = 10;

/// The path of the service, below the account.
pub(crate) const PATH: &str = "multi-message";

/// Whether a write can travel in a packet. POST, PUT and DELETE are documented, with a JSON object as their
/// body; of PATCH, of queries and of headers nothing is known, so that these go on their own.
pub(super) fn obstacle(write: &Checked) -> Option<&'static str> {
    let is_service = write.path.split_once('/').is_some_and(|(service, _)| service.ends_with("-service"));
    match write.method {
        Method::Post | Method::Put | Method::Delete => {}
        Method::Get | Method::Options | Method::Patch => return Some("its verb is not POST, PUT or DELETE"),
    }
    if write.prefix != Prefix::PublicApi || !is_service {
        return Some("its path does not begin with a service, such as order-service/");
    }
    if !write.query.is_empty() {
        return Some("it has a query");
    }
    if !write.headers.is_empty() {
        return Some("it has headers of its own");
    }
    let body = write.body.trim_ascii();
    let is_object = body.starts_with(b"{") && serde_json::from_slice::<&RawValue>(body).is_ok();
    if !body.is_empty() && !is_object {
        return Some("its body is not a JSON object");
    }
    None
}

/// How the messages of a packet are carried out.
#[derive(Clone, Copy, Debug)]
pub(super) struct PacketMode {
    pub(super) is_sequential: bool,
    pub(super) stops: bool,
}

/// The packet's body. The writes' own bodies stand in it byte for byte.
pub(super) fn write<'w>(manner: PacketMode, writes: impl Iterator<Item = (u64, &'w Checked)>) -> Vec<u8> {
    let mode = if manner.is_sequential { "SEQUENTIAL" } else { "PARALLEL" };
    let on_fail = if manner.stops { "STOP" } else { "CONTINUE" };
    let mut packet = format!(r#"{{"processingMode":"{mode}","onFail":"{on_fail}","messages":["#).into_bytes();
    for (place, (number, write)) in writes.enumerate() {
        let separator = if place == 0 { "" } else { "," };
        // A path that is percent-encoded has nothing that JSON would escape.
        let (label, uri, verb) = (label(number), &write.path, write.method);
        let message =
            format!(r#"{separator}{{"label":"{label}","uri":"/{uri}","httpMethod":"{verb}","body":"#);
        packet.extend_from_slice(message.as_bytes());
        let body = write.body.trim_ascii();
        packet.extend_from_slice(if body.is_empty() { b"{}" } else { body });
        packet.push(b'}');
    }
    packet.extend_from_slice(b"]}");
    packet
}

/// The label of the write with this number among those of its client.
fn label(number: u64) -> String {
    format!("request-{number}")
}

/// One of the messages of a packet that was sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PackedMessage<'a> {
    /// By which the answer speaks of it.
    pub(crate) label: String,
    /// Its path, below the account.
    pub(crate) uri: String,
    /// Its verb.
    pub(crate) http_method: String,
    /// Its body, as it was sent.
    #[serde(borrow)]
    pub(crate) body: &'a RawValue,
}

/// The messages of a packet's body; `None` where it is not one that can be read.
pub(crate) fn packed(body: &[u8]) -> Option<Vec<PackedMessage<'_>>> {
    #[derive(Deserialize)]
    struct Packet<'a> {
        #[serde(borrow)]
        messages: Vec<PackedMessage<'a>>,
    }
    serde_json::from_slice(body).ok().map(|packet: Packet<'_>| packet.messages)
}

/// What the answer to a packet says of one of its writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// It was carried out, with this answer.
    Answer(Response),
    /// It was not carried out.
    Unprocessed,
    /// Nothing.
    Silence,
    /// Several things at once, or something that cannot be read.
    Contradiction,
}

/// Reads the answer to a packet of the writes with these numbers: a word on each, in their order.
///
/// # Errors
/// [`Kind::Protocol`] when it mentions none of them.
pub(super) fn read(body: &[u8], numbers: impl Iterator<Item = u64>) -> Result<Vec<Word>> {
    read_labelled(body, &numbers.map(label).collect::<Vec<_>>())
}

/// The same for writes with these labels.
///
/// # Errors
/// [`Kind::Protocol`] when it mentions none of them.
pub(crate) fn read_labelled(body: &[u8], labels: &[String]) -> Result<Vec<Word>> {
    let answer: PacketAnswer<'_> = serde_json::from_slice(body).map_err(|error| unreadable(body, &error))?;
    let mut words = vec![Word::Silence; labels.len()];
    let mut hear = |name: &str, heard: Word| {
        if let Some(place) = labels.iter().position(|label| label == name) {
            let is_first = words[place] == Word::Silence;
            words[place] = if is_first { heard } else { Word::Contradiction };
        }
    };
    let ProcessedPacket { processed_messages, unprocessed_messages } = answer.response.unwrap_or_default();
    for raw in processed_messages.unwrap_or_default() {
        let Ok(Labelled { label }) = serde_json::from_str(raw.get()) else { continue };
        // One that names its write and is unreadable otherwise must not let the write pass for unprocessed.
        hear(&label, serde_json::from_str(raw.get()).map_or(Word::Contradiction, Processed::into_word));
    }
    for raw in unprocessed_messages.unwrap_or_default() {
        if let Ok(label) = serde_json::from_str::<String>(raw.get()) {
            hear(&label, Word::Unprocessed);
        }
    }
    if words.iter().all(|word| *word == Word::Silence) {
        return Err(Error::new(Kind::Protocol, "the answer mentions none of the messages that were sent")
            .quoting(", found ", body)
            .at("response.processedMessages"));
    }
    Ok(words)
}

#[derive(Deserialize)]
struct PacketAnswer<'a> {
    #[serde(borrow, default)]
    response: Option<ProcessedPacket<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProcessedPacket<'a> {
    #[serde(borrow, default)]
    processed_messages: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    unprocessed_messages: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Labelled {
    label: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Processed<'a> {
    status_code: u16,
    #[serde(borrow, default)]
    body: Option<Body<'a>>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
}

impl Processed<'_> {
    /// The content is JSON inside a string; should it come as JSON itself, it is taken as it is.
    fn into_word(self) -> Word {
        let content = self.body.and_then(|body| body.content).map_or("", RawValue::get);
        let text = serde_json::from_str::<String>(content).unwrap_or_else(|_| content.to_owned());
        Word::Answer(Response::new(self.status_code, text))
    }
}
