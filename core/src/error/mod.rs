//! The one error type: what was wrong, where, what was expected, and what became of the request.
//!
//! [`Kind`] lists what can go wrong, [`Delivery`] what can have become of the request, [`KNOWN_CODES`] what
//! Brightpearl's own codes mean; [`Violation`] is one thing that is wrong with a body, [`Verification`] one way to find
//! out what became of a write. [`discovery::errors`](crate::discovery::errors) has all of it as data.

mod advice;
mod delivery;
mod fault;
mod form;
mod kind;
mod reach;
mod redaction;
mod verification;
mod violation;

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::excerpt::shortened;
use crate::http::{Method, Request};
use crate::redact::{BLANK, Quote};
use crate::secret::{self, Secret, written};

pub use advice::{KNOWN_CODES, KnownCode};
pub use delivery::Delivery;
pub use fault::{Fault, Severity};
pub use kind::Kind;
pub(crate) use reach::Reach;
pub use verification::Verification;
pub use violation::Violation;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One entry of Brightpearl's `errors` array (API notes §3.4). Both texts are overwritten in memory when it is dropped:
/// servers echo tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerError {
    /// Brightpearl's code, such as `CMNC-018`; empty when the answer had none.
    #[serde(default, deserialize_with = "secret::wiped_text")]
    pub code: String,
    /// Brightpearl's own words.
    #[serde(default, deserialize_with = "secret::wiped_text")]
    pub message: String,
}

impl Drop for ServerError {
    fn drop(&mut self) {
        self.code.zeroize();
        self.message.zeroize();
    }
}

impl ServerError {
    /// Whether the code's class letter says that the client was wrong (`C`) or a business rule stood in
    /// the way (`B`), so that nothing was changed and a repetition is pointless, whatever the status.
    pub fn is_refusal(&self) -> bool {
        self.is_brightpearls() && matches!(self.code.as_bytes(), [_, _, _, b'C' | b'B', ..])
    }

    /// Whether the code is of Brightpearl's form (API notes §3.4): an area of three letters, the letter of a class, and a
    /// number of three digits. Gateways and firewalls have codes of other forms.
    pub(crate) fn is_brightpearls(&self) -> bool {
        self.code.split_once('-').is_some_and(|(area, number)| {
            let is_number = number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit());
            // A number may be a secret, too, and is blanked then.
            area.len() == 4
                && area.bytes().all(|byte| byte.is_ascii_uppercase())
                && (is_number || number == BLANK)
        })
    }
}

/// The request that an error is about, without anything secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestSummary {
    /// The verb.
    pub method: Method,
    /// The URL.
    pub url: String,
}

impl From<&Request> for RequestSummary {
    fn from(request: &Request) -> Self {
        Self { method: request.method, url: request.url.clone() }
    }
}

/// Anything that went wrong. Small to move; the detail is behind a pointer.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<ErrorDetail>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct ErrorDetail {
    kind: Kind,
    message: String,
    /// What the message becomes once it is blanked.
    repeated: Option<Secret>,
    /// What the message is still to quote, with the words before it.
    quote: Option<(&'static str, Quote)>,
    location: Option<String>,
    delivery: Delivery,
    status: Option<u16>,
    errors: Vec<ServerError>,
    retry_after: Option<u64>,
    request: Option<RequestSummary>,
    violations: Vec<Violation>,
    verifications: Vec<Verification>,
    progress: Option<String>,
    is_of_configuration: bool,
}

/// Before it was blanked, or of an answer that could not be read, the message may quote a secret.
impl Drop for ErrorDetail {
    fn drop(&mut self) {
        self.message.zeroize();
    }
}

/// The bytes that words and places have at most, whatever they quote.
const LONGEST_MESSAGE: usize = 8_000;
const LONGEST_LOCATION: usize = 2_000;

/// The entries of an answer's `errors` that an error takes over.
const MOST_ERRORS: usize = 1_000;

impl Error {
    /// An error of a kind, in words that say what was found and what was expected. Of very long ones the middle is
    /// left out.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(ErrorDetail {
            kind,
            message: shortened(message.into(), LONGEST_MESSAGE),
            repeated: None,
            quote: None,
            location: None,
            delivery: Delivery::NotSent,
            status: None,
            errors: Vec::new(),
            retry_after: None,
            request: None,
            violations: Vec::new(),
            verifications: Vec::new(),
            progress: None,
            is_of_configuration: false,
        }))
    }

    /// Input that we refuse, and where it stands: a field, a column, a JSON Pointer, `byte 3`.
    pub fn validation(location: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::Validation, message).at(location)
    }

    /// A broken rule of the call's contract.
    pub fn misuse(message: impl Into<String>) -> Self {
        Self::new(Kind::Misuse, message)
    }

    /// Says where it was wrong.
    #[must_use]
    pub fn at(mut self, location: impl Into<String>) -> Self {
        self.0.location = Some(shortened(location.into(), LONGEST_LOCATION));
        self
    }

    /// Says what became of the request.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.0.delivery = delivery;
        self
    }

    /// Says which HTTP status came.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds Brightpearl's own codes and messages, a thousand at most.
    #[must_use]
    pub fn with_errors(mut self, mut errors: Vec<ServerError>) -> Self {
        errors.truncate(MOST_ERRORS);
        self.0.errors = errors;
        self
    }

    /// Says how many milliseconds to wait before another try.
    #[must_use]
    pub fn with_retry_after(mut self, milliseconds: Option<u64>) -> Self {
        self.0.retry_after = milliseconds;
        self
    }

    /// Says which request it was.
    #[must_use]
    pub fn with_request(mut self, request: RequestSummary) -> Self {
        self.0.request = Some(request);
        self
    }

    /// Adds everything that is wrong with a body.
    #[must_use]
    pub fn with_violations(mut self, violations: Vec<Violation>) -> Self {
        self.0.violations = violations;
        self
    }

    /// Says how to find out whether the write was applied, the surest way first.
    #[must_use]
    pub fn with_verifications(mut self, verifications: Vec<Verification>) -> Self {
        self.0.verifications = verifications;
        self
    }

    /// Says what a task had done before it failed, as JSON.
    #[must_use]
    pub fn with_progress(mut self, progress: String) -> Self {
        self.0.progress = Some(progress);
        self
    }

    /// Says that no request can be sent as the host is configured, so that another try cannot help.
    #[must_use]
    pub(crate) fn of_configuration(mut self) -> Self {
        self.0.is_of_configuration = true;
        self
    }

    /// Whether no request can be sent as the host is configured.
    pub(crate) fn is_of_configuration(&self) -> bool {
        self.0.is_of_configuration
    }

    /// A refusal of a login is a matter of the credentials, whatever its status: OAuth answers 400.
    #[must_use]
    pub(crate) fn of_login(mut self) -> Self {
        if matches!(self.0.kind, Kind::Rejected | Kind::NotFound | Kind::Permission | Kind::Conflict) {
            self.0.kind = Kind::Authentication;
            secret::replace(&mut self.0.message, "the login was refused".to_owned());
        }
        self
    }

    /// A refusal because a record with the same natural key is there already.
    #[must_use]
    pub(crate) fn of_taken_key(mut self) -> Self {
        self.0.kind = Kind::Conflict;
        let message = "Brightpearl refused the request; such a record seems to be there already";
        secret::replace(&mut self.0.message, message.to_owned());
        self
    }

    /// Says after how many attempts this is the last word.
    #[must_use]
    pub(crate) fn after_attempts(mut self, attempts: u32) -> Self {
        let message = written(format_args!("{}, after {attempts} attempts", self.0.message));
        secret::replace(&mut self.0.message, message);
        self
    }

    /// What sort of thing went wrong.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What was wrong, in one sentence without a full stop.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it was wrong: a configuration field, a column, a JSON Pointer, `byte 3`.
    pub fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    /// What became of the request.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The HTTP status, when an answer came.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Brightpearl's own codes and messages, a thousand at most.
    pub fn errors(&self) -> &[ServerError] {
        &self.0.errors
    }

    /// How many milliseconds to wait before another try is worth it, when that is known. A week at most, whatever
    /// the server asks for.
    pub fn retry_after(&self) -> Option<u64> {
        self.0.retry_after
    }

    /// One sentence on what to do: for Brightpearl's common codes one of their own, else that of the kind. Where a
    /// write may have been applied it says to look for that first, unless a code of Brightpearl's speaks of the write.
    pub fn advice(&self) -> &'static str {
        let is_read = self.request().is_some_and(|request| request.method.is_read());
        let is_in_doubt = self.delivery() == Delivery::MaybeApplied && !is_read;
        if self.is_of_configuration() {
            return if is_in_doubt { advice::UNSENDABLE_IN_DOUBT } else { advice::UNSENDABLE };
        }
        let of_code = advice::of(self.errors()).map(|known| known.advice);
        let of_doubt = if is_in_doubt { self.kind().advice_in_doubt() } else { None };
        // A login's code says nothing about the write that waited for it.
        let own =
            if self.kind() == Kind::Authentication { of_doubt.or(of_code) } else { of_code.or(of_doubt) };
        own.unwrap_or(self.kind().advice())
    }

    /// Whether the same request may be sent again with a chance of success, after
    /// [`retry_after`](Self::retry_after) where that is known. `false` for a write of unknown outcome: look
    /// first whether it was applied; and for a task that had done something before, which
    /// [`progress`](Self::progress) says.
    pub fn is_retryable(&self) -> bool {
        // Beginning anew would do again what a task had done before it failed.
        if self.progress().is_some() || self.is_of_configuration() {
            return false;
        }
        let is_read = self.request().is_some_and(|request| request.method.is_read());
        let changed_nothing = matches!(self.delivery(), Delivery::NotSent | Delivery::Rejected);
        self.kind().may_pass() && (is_read || changed_nothing)
    }

    /// Everything that is wrong with a body that was refused before it was sent, warnings too, each with its
    /// JSON Pointer; a thousand of each at most. Empty for other errors.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// How to find out whether a write of unknown outcome was applied, the surest way first; empty when there is
    /// no way. With [`Kind::Conflict`], how to find the record that is there already. Empty for all other errors.
    pub fn verifications(&self) -> &[Verification] {
        &self.0.verifications
    }

    /// What a task of several requests had done before it failed: JSON of the same members as its result.
    pub fn progress(&self) -> Option<&str> {
        self.0.progress.as_deref()
    }

    /// The request, without anything secret.
    pub fn request(&self) -> Option<&RequestSummary> {
        self.0.request.as_ref()
    }
}

/// One line: message, place, Brightpearl's codes, status, the request, and what became of it if it was a write.
impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())?;
        if let Some(location) = self.location() {
            write!(formatter, " (at {location})")?;
        }
        for error in self.errors() {
            write!(formatter, "; {}", error.code)?;
            if !error.code.is_empty() && !error.message.is_empty() {
                formatter.write_str(": ")?;
            }
            formatter.write_str(&error.message)?;
        }
        if let Some(status) = self.status() {
            write!(formatter, " [HTTP {status}]")?;
        }
        if let Some(request) = self.request() {
            write!(formatter, " [{} {}", request.method, request.url)?;
            // A read has nothing that could have been applied.
            if !request.method.is_read() {
                write!(formatter, ", {}", self.delivery())?;
            }
            formatter.write_str("]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for Error {}
