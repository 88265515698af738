//! One write of a batch: what it sends, how far it is, and how it failed.

use crate::checked::{Checked, explained};
use crate::error::{Delivery, Error, Kind, RequestSummary, Result};
use crate::output::Reply;
use crate::shared::Shared;

use super::message;

/// A write under way.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) request: Checked,
    /// Why it cannot travel in a packet.
    pub(super) obstacle: Option<&'static str>,
    /// Whether it was ever given to the engine to be sent.
    pub(super) is_handed_out: bool,
    /// Whether it was in a packet that did not settle it, and goes on its own since.
    pub(super) is_second_try: bool,
    /// How the packet ended that carried it and may have applied it.
    pub(super) doubt: Option<Error>,
    /// What became of it, until that is put out.
    pub(super) outcome: Option<Result<Reply>>,
}

impl Write {
    pub(super) fn new(request: Checked) -> Self {
        Self {
            obstacle: message::obstacle(&request),
            request,
            is_handed_out: false,
            is_second_try: false,
            doubt: None,
            outcome: None,
        }
    }

    /// Gives it a second try, after a first that ended with `error`.
    pub(super) fn try_again(&mut self, error: Error) {
        self.is_second_try = true;
        if error.delivery() == Delivery::MaybeApplied {
            self.doubt = Some(error);
        }
    }

    /// Takes what became of it. Its body is needed no more.
    pub(super) fn settle(&mut self, outcome: Result<Reply>) {
        self.outcome = Some(outcome);
        self.request.body = Vec::new();
    }

    /// An error of a packet or of the call as this write's own: its URL, what is known of its delivery, and
    /// how to find out the rest.
    pub(super) fn own(&self, error: Error, shared: &Shared) -> Error {
        let Checked { method, prefix, path, query, verifications, .. } = &self.request;
        let url = shared.session.url(*prefix, path, query);
        let mut error =
            error.with_request(RequestSummary { method: *method, url }).with_verifications(Vec::new());
        // A refusal now does not undo what an earlier packet may have done.
        if self.doubt.is_some() && error.delivery() != Delivery::Applied {
            error = error.with_delivery(Delivery::MaybeApplied);
        }
        explained(shared.session.blank_error(error), verifications)
    }

    /// The error of a write that is left over when nothing more is sent: `error`, unless a packet that carried
    /// it left it in doubt.
    pub(super) fn left_over(&self, error: Error, shared: &Shared) -> Error {
        self.own(self.doubt.clone().unwrap_or(error), shared)
    }
}

/// For a write that is not sent, since one before it failed.
pub(super) fn not_carried_out(failed: usize) -> Error {
    let message =
        format!("it was not carried out, since the write at index {failed} did not succeed before it");
    Error::new(Kind::Cancelled, message)
}

/// For a write that is not sent, since nothing gets through.
pub(super) fn not_sent(why: &Error) -> Error {
    let message = format!("it was not sent, since those before it did not get through: {}", why.message());
    let error = Error::new(why.kind(), message).with_retry_after(why.retry_after());
    if why.is_of_configuration() { error.of_configuration() } else { error }
}
