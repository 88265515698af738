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
            advice: error.advice().to_owned(),
            retryable: error.is_retryable(),
            is_of_record: error.kind().is_of_record(),
            violations: error.violations().iter().map(wit::Violation::from).collect(),
            verifications: error.verifications().iter().cloned().map(wit::Verification::from).collect(),
            progress: error.progress().map(str::to_owned),
        }
    }
}

impl From<&core::Violation> for wit::Violation {
    fn from(violation: &core::Violation) -> Self {
        let core::Violation { pointer, severity, fault, found, expected } = violation;
        Self {
            pointer: pointer.clone(),
            severity: (*severity).into(),
            fault: (*fault).into(),
            found: found.clone(),
            expected: expected.clone(),
        }
    }
}

impl From<core::Verification> for wit::Verification {
    fn from(verification: core::Verification) -> Self {
        match verification {
            core::Verification::Search { search, filters, unique } => {
                Self::Search(wit::VerifyingSearch { search, filters, unique })
            }
            core::Verification::Read { path, compare } => Self::Read(wit::VerifyingRead { path, compare }),
        }
    }
}

impl From<core::ServerError> for wit::ServerError {
    fn from(mut error: core::ServerError) -> Self {
        let (code, message) = (std::mem::take(&mut error.code), std::mem::take(&mut error.message));
        Self { code, message }
    }
}

impl From<core::error::RequestSummary> for wit::RequestSummary {
    fn from(summary: core::error::RequestSummary) -> Self {
        let core::error::RequestSummary { method, url } = summary;
        Self { method: method.into(), url }
    }
}
