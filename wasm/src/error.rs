//! Errors, outwards.

use brightpearl_core as core;

use crate::wit;

impl From<core::Error> for wit::Error {
    fn from(error: core::Error) -> Self {
        Self {
            kind: error.kind().into(),
            message: error.message().to_owned(),
            location: error.location().map(str::to_owned),
            delivery: error.delivery().into(),
            status: error.status(),
            errors: error.errors().iter().cloned().map(wit::ServerError::from).collect(),
            retry_after: error.retry_after(),
            request: error.request().cloned().map(wit::RequestSummary::from),
            advice: error.kind().advice().to_owned(),
        }
    }
}

impl From<core::ServerError> for wit::ServerError {
    fn from(error: core::ServerError) -> Self {
        let core::ServerError { code, message } = error;
        Self { code, message }
    }
}

impl From<core::error::RequestSummary> for wit::RequestSummary {
    fn from(summary: core::error::RequestSummary) -> Self {
        let core::error::RequestSummary { method, url } = summary;
        Self { method: method.into(), url }
    }
}

impl From<core::Kind> for wit::ErrorKind {
    fn from(kind: core::Kind) -> Self {
        match kind {
            core::Kind::Authentication => Self::Authentication,
            core::Kind::Permission => Self::Permission,
            core::Kind::Validation => Self::Validation,
            core::Kind::Rejected => Self::Rejected,
            core::Kind::NotFound => Self::NotFound,
            core::Kind::Conflict => Self::Conflict,
            core::Kind::Throttled => Self::Throttled,
            core::Kind::Unavailable => Self::Unavailable,
            core::Kind::Transport => Self::Transport,
            core::Kind::Protocol => Self::Protocol,
            core::Kind::Misuse => Self::Misuse,
            core::Kind::Cancelled => Self::Cancelled,
        }
    }
}

impl From<core::Delivery> for wit::Delivery {
    fn from(delivery: core::Delivery) -> Self {
        match delivery {
            core::Delivery::NotSent => Self::NotSent,
            core::Delivery::Rejected => Self::Rejected,
            core::Delivery::MaybeApplied => Self::MaybeApplied,
            core::Delivery::Applied => Self::Applied,
        }
    }
}
