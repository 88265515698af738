//! Several writes in one request (API notes §6). What the article and its clients do not show is *inferred*:
//! that a request which breaks a rule is refused as a whole, and that any failure makes the status 207.

use brightpearl_core::Method;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::emulator::{Emulator, MessageFault, Sender};
use crate::protocol::address::RequestAddress;
use crate::protocol::answer::{CodedError, Refusal, response};
use crate::search::Lies;
use crate::service::{Route, unknown_resource};
use crate::statistics::Statistics;
use crate::world::random::{Draw, Topic};

/// The most messages that one request takes.
const MOST_MESSAGES: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PacketBody {
    processing_mode: Option<String>,
    on_fail: Option<String>,
    #[serde(default)]
    messages: Vec<RawMessage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMessage {
    label: Option<String>,
    uri: Option<String>,
    http_method: Option<String>,
    body: Option<Box<RawValue>>,
}

/// A request that keeps the rules.
struct Packet {
    in_parallel: bool,
    stops: bool,
    messages: Vec<Message>,
}

struct Message {
    label: String,
    uri: String,
    method: Method,
    body: Option<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Results {
    processed_messages: Vec<Processed>,
    unprocessed_messages: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Processed {
    label: String,
    status_code: u16,
    body: MessageContent,
}

/// The answer to one message: a JSON document as text.
#[derive(Serialize)]
struct MessageContent {
    content: String,
}

/// Carries out the messages of a request. Answers the status of the whole, and its body.
pub(crate) fn carry_out(
    emulator: &mut Emulator,
    body: &[u8],
    fault: Option<MessageFault>,
    instance: Option<u32>,
    now_ms: u64,
) -> Result<(u16, Vec<u8>), Refusal> {
    let batch = Packet::read(body, emulator.config().strict)?;
    let mut results = Results { processed_messages: Vec::new(), unprocessed_messages: Vec::new() };
    let mut is_stopped = false;
    let mut failures = 0;
    for index in order(emulator, &batch) {
        let message = &batch.messages[index];
        if is_stopped {
            results.unprocessed_messages.push(message.label.clone());
            continue;
        }
        let fault = fault.filter(|fault| fault.message as usize == index + 1);
        let (status_code, content) = answer(emulator, message, fault, instance, now_ms);
        if status_code != 200 {
            failures += 1;
            is_stopped = batch.stops;
        }
        let body = MessageContent { content: String::from_utf8_lossy(&content).into_owned() };
        results.processed_messages.push(Processed { label: message.label.clone(), status_code, body });
    }
    let status = if failures == 0 { 200 } else { 207 };
    Ok((status, response(results)?))
}

/// The order in which the messages are carried out. In parallel it may be any, so a client that counts on the
/// order of its request must fail here.
fn order(emulator: &Emulator, batch: &Packet) -> Vec<usize> {
    let mut order: Vec<usize> = (0..batch.messages.len()).collect();
    if batch.in_parallel {
        let number = emulator.statistics().requests;
        let seed = emulator.config().seed;
        let draw =
            |index: usize| Draw::new(seed, Topic::Parallel, number ^ ((index as u64) << 48)).below(u32::MAX);
        order.sort_by_cached_key(|index| draw(*index));
    }
    order
}

fn answer(
    emulator: &mut Emulator,
    message: &Message,
    fault: Option<MessageFault>,
    instance: Option<u32>,
    now_ms: u64,
) -> (u16, Vec<u8>) {
    let address = RequestAddress::of_message(&message.uri);
    let route = Route::find(message.method, &address);
    let pattern = route.as_ref().map_or("unknown", |(route, _)| route.pattern);
    let name = format!("{} {pattern}", message.method);
    Statistics::count(&mut emulator.statistics.messages, &name);
    let failed = fault.map(|fault| {
        let refusal = Refusal::coded(fault.status, "CMNU-003", "Internal Server Error");
        (fault.applied, (refusal.status, refusal.body))
    });
    if let Some((false, failed)) = failed {
        return failed;
    }
    let answer = match route {
        Some((route, captured)) => {
            let sender = Sender { if_match: None, instance };
            let body = message.body.as_ref().map_or("", |body| body.get());
            emulator.act(&address, (route, captured), body.as_bytes(), sender, Lies::default(), now_ms)
        }
        None => Err(unknown_resource(&message.uri)),
    };
    match (failed, answer) {
        (Some((_, failed)), _) => failed,
        (None, Ok(body)) => (200, body),
        (None, Err(refusal)) => (refusal.status, refusal.body),
    }
}

impl Packet {
    /// *Inferred*: a mode that is not given is SEQUENTIAL, what to do on failure CONTINUE, and there may be no message
    /// at all.
    fn read(body: &[u8], strict: bool) -> Result<Self, Refusal> {
        let envelope: PacketBody = serde_json::from_slice(body).map_err(|_| malformed())?;
        let mut problems = Vec::new();
        let in_parallel = match envelope.processing_mode.as_deref() {
            Some("SEQUENTIAL") => false,
            Some("PARALLEL") => true,
            None if !strict => false,
            Some(_) | None => {
                problems.push("processingMode must be SEQUENTIAL or PARALLEL".to_owned());
                false
            }
        };
        let stops = match envelope.on_fail.as_deref() {
            Some("STOP") => true,
            Some("CONTINUE") => false,
            None if !strict => false,
            Some(_) | None => {
                problems.push("onFail must be STOP or CONTINUE".to_owned());
                false
            }
        };
        if stops && in_parallel {
            problems.push("onFail cannot be STOP when processingMode is PARALLEL".to_owned());
        }
        let found = envelope.messages.len();
        if found > MOST_MESSAGES {
            problems
                .push(format!("A multi-message must have at most {MOST_MESSAGES} messages; it has {found}"));
        }
        if found == 0 && strict {
            problems.push("A multi-message must have a message".to_owned());
        }
        let mut messages: Vec<Message> = Vec::new();
        // What is wrong with those beyond the limit is not looked for.
        for (index, raw) in envelope.messages.into_iter().take(MOST_MESSAGES).enumerate() {
            match Message::read(raw, strict) {
                Ok(message) if messages.iter().any(|earlier| earlier.label == message.label) => {
                    problems.push(format!("The label {} is used more than once", message.label));
                }
                Ok(message) => messages.push(message),
                Err(problem) => problems.push(format!("Message {}: {problem}", index + 1)),
            }
        }
        if problems.is_empty() {
            return Ok(Self { in_parallel, stops, messages });
        }
        let errors: Vec<_> =
            problems.iter().map(|message| CodedError { code: "CMNC-010", message }).collect();
        Err(Refusal::several(400, &errors))
    }
}

impl Message {
    fn read(raw: RawMessage, strict: bool) -> Result<Self, &'static str> {
        let label = raw.label.filter(|label| !label.is_empty()).ok_or("it has no label")?;
        let uri = raw.uri.filter(|uri| uri.starts_with('/')).ok_or("its uri must begin with a slash")?;
        // The article names three; whether PATCH is taken is not known, so a client must not count on it.
        let method = raw.http_method.as_deref().and_then(|method| method.parse().ok());
        let method = method.filter(|method| match method {
            Method::Post | Method::Put | Method::Delete => true,
            Method::Patch => !strict,
            Method::Get | Method::Options => false,
        });
        let method = method.ok_or("its httpMethod must be POST, PUT or DELETE")?;
        Ok(Self { label, uri, method, body: raw.body })
    }
}

fn malformed() -> Refusal {
    Refusal::coded(400, "CMNC-010", "You must supply a JSON formatted body")
}
