//! A request on its way: waiting to be sent, or out.

use std::sync::Arc;

use crate::checked::explained;
use crate::classify::is_unknown_path;
use crate::clock::EngineTime;
use crate::error::{Error, Kind};
use crate::http::{Method, Request};
use crate::job::Draft;
use crate::pool::Permit;
use crate::retry::History;
use crate::telemetry::Event;

pub(super) struct Attempt {
    pub(super) work: Work,
    pub(super) history: History,
    /// Whether an earlier attempt may have been applied.
    pub(super) may_be_applied: bool,
    /// Whether it was sent again for a 401 already.
    pub(super) is_renewed: bool,
    pub(super) not_before: EngineTime,
}

impl Attempt {
    pub(super) fn new(work: Work) -> Self {
        let may_be_applied = match &work {
            Work::Job(draft) => draft.is_in_doubt,
            Work::Login(_) => false,
        };
        Self {
            work,
            history: History::default(),
            may_be_applied,
            is_renewed: false,
            not_before: EngineTime::START,
        }
    }

    pub(super) fn is_login(&self) -> bool {
        matches!(self.work, Work::Login(_))
    }

    /// Whether this refusal says that an earlier attempt, whose outcome was unknown, was applied after all: a
    /// repeated `DELETE` finds nothing, since ids are never used again (API notes §1.3). A 404 about a path
    /// that does not exist, or one that is not Brightpearl's, says nothing about the record.
    pub(super) fn is_removed_by(&self, error: &Error) -> bool {
        self.may_be_applied
            && self.work.method() == Method::Delete
            && error.kind() == Kind::NotFound
            && !is_unknown_path(error, &self.work.template())
    }
}

/// What an attempt is for.
pub(super) enum Work {
    /// A request of the call's own.
    Job(Draft),
    /// The login that the call's requests need first.
    Login(Request),
}

impl Work {
    pub(super) fn method(&self) -> Method {
        match self {
            Work::Job(draft) => draft.method,
            Work::Login(request) => request.method,
        }
    }

    pub(super) fn template(&self) -> Arc<str> {
        match self {
            Work::Job(draft) => Arc::clone(&draft.template),
            Work::Login(_) => Arc::from("login"),
        }
    }

    /// A login changes nothing but tokens, so there is no harm in a second one.
    pub(super) fn is_repeatable(&self) -> bool {
        match self {
            Work::Job(draft) => draft.repeatable,
            Work::Login(_) => true,
        }
    }

    /// The error with what helps to find out what became of the request.
    pub(super) fn explained(&self, error: Error) -> Error {
        match self {
            Work::Job(draft) => explained(error, &draft.verifications),
            Work::Login(_) => error,
        }
    }

    /// Whether it changes nothing in Brightpearl.
    pub(super) fn is_harmless(&self) -> bool {
        match self {
            Work::Job(draft) => draft.method.is_read(),
            Work::Login(_) => true,
        }
    }
}

pub(super) struct InFlight {
    pub(super) exchange: u64,
    pub(super) attempt: Attempt,
    pub(super) permit: Permit,
    /// Which of the client's tokens it was sent with.
    pub(super) generation: u64,
    pub(super) since: EngineTime,
}

impl InFlight {
    /// What is told of its end, without anything that has to be remembered of its beginning.
    pub(super) fn ended(&self, status: Option<u16>, time: EngineTime) -> Event {
        Event::RequestEnded {
            exchange: self.exchange,
            method: self.attempt.work.method(),
            template: self.attempt.work.template(),
            status,
            milliseconds: time.since(self.since),
        }
    }
}
