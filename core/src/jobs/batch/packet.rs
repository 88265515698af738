//! What the end of a packet means for the writes in it.

use crate::checked::Checked;
use crate::classify::{Failed, classify_write};
use crate::error::{Delivery, Error, Kind, Result};
use crate::jobs::given::Expected;
use crate::jobs::request::reply;
use crate::output::Reply;
use crate::retry::Class;

use super::message::Word;

/// What is to become of a write.
#[derive(Debug)]
pub(super) enum Fate {
    /// Its outcome is settled.
    Settled(Result<Reply>),
    /// It may be sent by itself, for the first time or again. The error is how it ends if that is not done.
    Again(Error),
}

/// The fate of a write on which the answer to its packet has this word. It is judged as it would be if it had
/// been sent by itself.
pub(super) fn fate(word: Word, write: &Checked, max_body_bytes: usize) -> Fate {
    let silent =
        |message: &str| in_doubt(Error::new(Kind::Protocol, message).at("response.processedMessages"), write);
    match word {
        Word::Answer(response) => match classify_write(&response, max_body_bytes) {
            Ok(()) => {
                let status = response.status;
                match reply(&Expected::of(write).packed(), response) {
                    Ok(reply) => Fate::Settled(Ok(reply)),
                    Err(error) => in_doubt(error.with_status(status), write),
                }
            }
            Err(Failed { error, class: Class::Final }) => Fate::Settled(Err(error)),
            Err(Failed { error, class: Class::Transient { .. } | Class::Throttled }) => passing(error, write),
        },
        Word::Unprocessed => Fate::Again(
            Error::new(Kind::Unavailable, "the multi-message service did not process it")
                .with_delivery(Delivery::NotSent),
        ),
        Word::Silence => silent("the answer to its multi-message does not say what became of it"),
        Word::Contradiction => silent("the answer to its multi-message cannot be read where it speaks of it"),
    }
}

/// The fate of a write whose packet ended with an error.
pub(super) fn fate_without_answer(error: &Error, write: &Checked) -> Fate {
    passing(error.clone(), write)
}

/// A failure that may pass: another try does no harm unless this one may have been carried out, and that
/// would not be the same as once.
fn passing(error: Error, write: &Checked) -> Fate {
    match error.delivery() {
        Delivery::NotSent | Delivery::Rejected => Fate::Again(error),
        Delivery::MaybeApplied | Delivery::Applied if write.repeatable => Fate::Again(error),
        Delivery::MaybeApplied | Delivery::Applied => Fate::Settled(Err(error)),
    }
}

fn in_doubt(error: Error, write: &Checked) -> Fate {
    passing(error.with_delivery(Delivery::MaybeApplied), write)
}

/// The place of the first write that may go again. In a strict order that is the first of those behind which
/// nothing is settled: a write that is carried out again after a later one would come out of its turn.
pub(super) fn first_that_may_go_again(fates: &[Fate], is_sequential: bool) -> usize {
    let is_settled = |fate: &Fate| matches!(fate, Fate::Settled(_));
    match fates.iter().rposition(is_settled) {
        Some(last) if is_sequential => last + 1,
        Some(_) | None => 0,
    }
}
