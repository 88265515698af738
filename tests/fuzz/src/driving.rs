//! Drives a call with whatever answers come, and holds it to its contract at every step.

use brightpearl_core::{Call, Exchange, Output, Response, Step, TransportFailure};

use crate::operations::{CONFIG, client};

/// The time at which every call begins.
pub const NOW: u64 = 1_767_225_600_000;
/// Polls after which a call that is still being answered counts as never ending.
const MOST_POLLS: usize = 20_000;

/// What became of an exchange.
pub enum Fate {
    /// An answer came.
    Answered(Response),
    /// The transport failed.
    Failed(TransportFailure),
    /// The fuzzer's input is at its end: the call is dropped here.
    Dropped,
}

/// Drives a call until it ends, fails or is dropped, and hands each output to `look`.
///
/// # Panics
/// When the call breaks its contract: it waits for the past, waits for answers that it never asked for, never ends,
/// or gives a checkpoint that it does not take back.
pub fn drive(
    call: &mut Call,
    records: &[&[u8]],
    mut fate: impl FnMut(&Exchange) -> Fate,
    mut look: impl FnMut(&Output),
) {
    let mut now = NOW;
    let mut fed = 0;
    let mut out = 0_usize;
    for _ in 0..MOST_POLLS {
        let Ok(step) = call.poll(now) else {
            resumable(call);
            return;
        };
        match step {
            Step::Send(exchange) => {
                let id = exchange.id;
                // An error here is about the answer; whether the call goes on, the next poll says.
                match fate(&exchange) {
                    Fate::Answered(response) => _ = call.answer(id, response, now + 1),
                    Fate::Failed(failure) => _ = call.fail(id, failure, now + 1),
                    Fate::Dropped => out += 1,
                }
                now += 1;
            }
            Step::Wait { until, .. } => {
                assert!(until > now, "a wait until {until}, which is not after {now}");
                if out > 0 {
                    return;
                }
                now = until;
            }
            Step::Pending => {
                assert!(out > 0, "it waits for answers, and all were given");
                resumable(call);
                return;
            }
            Step::Feed { room } => {
                assert!(room > 0, "a push that wants records has room for one");
                match records.get(fed) {
                    Some(record) => _ = call.feed(record),
                    None => _ = call.finish(),
                }
                fed += 1;
            }
            Step::Output(output) => look(&output),
            Step::Done => {
                resumable(call);
                return;
            }
        }
    }
    panic!("still not at its end after {MOST_POLLS} polls");
}

/// What a call gives as its checkpoint is taken back by another process, which may add marks that are missing and then gives
/// the same checkpoint whenever it is taken back. That process has not learned from answers what columns there are,
/// which may rightly forbid a resource on this client.
///
/// # Panics
/// When it is not.
pub fn resumable(call: &Call) {
    if let Ok(checkpoint) = call.checkpoint() {
        let completed = resumed(&checkpoint);
        assert_eq!(resumed(&completed), completed);
    }
}

/// The checkpoint of a call that another process resumes.
fn resumed(checkpoint: &str) -> String {
    let call =
        client(CONFIG).resume(checkpoint, true).unwrap_or_else(|error| panic!("{error}: {checkpoint}"));
    call.checkpoint().unwrap_or_else(|error| panic!("{error}: {checkpoint}"))
}

/// Splits an input at each byte 0xff, which stands in no text.
pub fn parts(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == 0xff)
}

/// Answers with the parts of an input in turn: 200 with the part as body, or, where a part begins with `!NNN ` or `?`,
/// another status or a failure of the transport. At the end of the parts the call is dropped.
pub fn answers(data: &[u8]) -> impl FnMut(&Exchange) -> Fate + '_ {
    let mut bodies = parts(data);
    move |_| match bodies.next() {
        None => Fate::Dropped,
        Some([b'?', rest @ ..]) => {
            let text = String::from_utf8_lossy(rest).into_owned();
            Fate::Failed(if rest.len() % 2 == 0 {
                TransportFailure::NotSent(text)
            } else {
                TransportFailure::MaybeSent(text)
            })
        }
        Some([b'!', a @ b'1'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..]) => {
            let status = [*a, *b, *c].iter().fold(0, |status, digit| status * 10 + u16::from(digit - b'0'));
            Fate::Answered(Response::new(status, rest))
        }
        Some(body) => Fate::Answered(Response::new(200, body)),
    }
}
