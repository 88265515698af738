//! A request, held against the catalog before it costs anything.

use std::sync::Arc;

use crate::account::{Prefix, Query, checked_path};
use crate::catalog::UnknownMembers;
use crate::catalog::operation::{Answer, Content, Deprecation};
use crate::catalog::{self, Match};
use crate::error::{Delivery, Error, Fault, Kind, Result, Verification, Violation};
use crate::http::Method;
use crate::job::Draft;
use crate::operation::SingleRequest;
use crate::secret::Secret;
use crate::telemetry::{Event, template};
use crate::validate;

/// A request that may be sent, and what the catalog knows of it.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) method: Method,
    /// What stands before the path.
    pub(crate) prefix: Prefix,
    /// Escaped, below the prefix, without a slash in front.
    pub(crate) path: String,
    /// The path with its ids blanked, for telemetry.
    pub(crate) template: Arc<str>,
    /// Escaped, without a leading `?`.
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// What its answer gives.
    pub(crate) answer: Answer,
    /// Whether it may be sent again when the outcome of an attempt is unknown.
    pub(crate) repeatable: bool,
    /// How to find out whether it was applied, the surest way first.
    pub(crate) verifications: Arc<[Verification]>,
    /// What is doubtful about the body.
    pub(crate) warnings: Vec<Violation>,
    /// Why it should not be used any more.
    pub(crate) deprecation: Option<&'static Deprecation>,
}

/// Checks a request: path, headers, and of a write the body. `unchecked` turns what is wrong with the body
/// into warnings.
///
/// # Errors
/// [`Kind::Validation`] at what is wrong: `path`, `headers`, `idempotent`, or the JSON Pointer of the body's
/// first error, with all of them in [`Error::violations`].
pub(crate) fn check_request(request: &SingleRequest, unknown: UnknownMembers) -> Result<Checked> {
    request.check()?;
    let SingleRequest { method, path, body, .. } = request;
    let warnings = if request.unchecked {
        validate::validate(path, *method, body.as_bytes(), unknown)
    } else {
        validate::check(path, *method, body.as_bytes(), unknown)?
    };
    Ok(Checked { warnings, ..known_request(request)? })
}

/// The same for a request whose body was checked before.
///
/// # Errors
/// [`Kind::Validation`] at `path`, `headers` or `idempotent`.
pub(crate) fn known_request(request: &SingleRequest) -> Result<Checked> {
    request.check()?;
    let SingleRequest { method, path, body, .. } = request;
    let mut query = Query::default();
    for (name, value) in &request.query {
        query.push(name, value);
    }
    let found = catalog::find(path, *method);
    let escaped = checked_path(path)?;
    Ok(Checked {
        method: *method,
        prefix: catalog::prefix(path),
        template: template(&escaped),
        path: escaped,
        query: query.as_str().to_owned(),
        headers: headers(request, found.as_ref()),
        body: body.clone().into_bytes(),
        answer: found.as_ref().map_or(Answer::Unknown, |found| found.operation.answer),
        repeatable: request.idempotent || validate::may_be_repeated(path, *method, body.as_bytes()),
        verifications: validate::verifications(path, *method, body.as_bytes()).into(),
        warnings: Vec::new(),
        deprecation: found.and_then(|found| found.operation.deprecation),
    })
}

/// A form is sent as one; everything else, a JSON Patch too, as `application/json` (API notes §1.6).
fn headers(request: &SingleRequest, found: Option<&Match<'_>>) -> Vec<(String, String)> {
    let mut headers = request.headers.clone();
    let is_form = found.is_some_and(|found| matches!(found.operation.content, Content::Form(_)));
    if is_form && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
    }
    headers
}

impl Checked {
    /// The request to send, under a job's own tag.
    pub(crate) fn draft(&self, tag: u64) -> Draft {
        Draft {
            tag,
            method: self.method,
            prefix: self.prefix,
            path: self.path.clone(),
            template: Arc::clone(&self.template),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            repeatable: self.repeatable,
            is_in_doubt: false,
            verifications: Arc::clone(&self.verifications),
            delay_ms: 0,
        }
    }

    /// What of its body is to be blanked in all that is told from now on.
    pub(crate) fn concealed(&self) -> Vec<Secret> {
        catalog::concealed(self.method, &self.path, &self.body)
    }

    /// What is to be told before it is sent: a doubtful body, and the use of something deprecated.
    pub(crate) fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        if !self.warnings.is_empty() {
            let warnings = self.warnings.iter().map(without_value).collect();
            events.push(Event::DoubtfulBody { template: Arc::clone(&self.template), warnings });
        }
        events.extend(deprecated_used(&self.template, self.deprecation));
        events
    }
}

/// The event for the use of something deprecated.
fn deprecated_used(template: &Arc<str>, deprecation: Option<&'static Deprecation>) -> Option<Event> {
    let Deprecation { replacement, .. } = deprecation?;
    Some(Event::DeprecatedUsed { template: Arc::clone(template), replacement: replacement.map(Into::into) })
}

/// The event for a search, or a fetch, of something deprecated.
pub(crate) fn deprecated_read(resource: &str) -> Option<Event> {
    let with_ids = format!("{}/{{ids}}", resource.trim_matches('/'));
    let read = catalog::find(&with_ids, Method::Get).or_else(|| catalog::find(resource, Method::Get));
    let deprecation = match read {
        Some(found) => found.operation.deprecation,
        None => catalog::resource(resource)?.deprecation(),
    };
    deprecated_used(&template(resource.trim_matches('/')), deprecation)
}

/// A warning without what was found, which may be a customer's data. Of a member that is there twice or not
/// known, the fault says what was found.
fn without_value(violation: &Violation) -> String {
    let Violation { pointer, fault, expected, .. } = violation;
    let place = if pointer.is_empty() { "the body" } else { pointer };
    match fault {
        Fault::UnknownMember | Fault::RepeatedMember | Fault::UnknownVerb => {
            format!("{place}: {}, expected {expected}", fault.as_str())
        }
        Fault::Unreadable
        | Fault::Missing
        | Fault::WrongType
        | Fault::WrongFormat
        | Fault::NotAllowed
        | Fault::OutOfRange
        | Fault::WrongLength
        | Fault::TooPrecise
        | Fault::Contradiction
        | Fault::Idle => format!("{place}: expected {expected}"),
    }
}

/// Adds to a write's error how to find out what became of it.
///
/// A write of unknown outcome gets all the ways there are. A refusal whose words say that a record with the
/// write's natural key is there already becomes a [`Kind::Conflict`] with the search that finds that record.
/// No source has the code or the text of these refusals (API notes §8.1.4, §8.5.5), so the words are guessed,
/// safely on both readings: a refusal that is not recognised stays a refusal, and one that is taken for a
/// conflict by mistake is settled by the search, which then finds nothing.
pub(crate) fn explained(error: Error, verifications: &[Verification]) -> Error {
    match error.delivery() {
        Delivery::MaybeApplied => error.with_verifications(verifications.to_vec()),
        Delivery::Rejected if says_taken(&error) => {
            let unique: Vec<Verification> =
                verifications.iter().filter(|way| way.is_unique()).cloned().collect();
            if unique.is_empty() { error } else { error.of_taken_key().with_verifications(unique) }
        }
        Delivery::NotSent | Delivery::Rejected | Delivery::Applied => error,
    }
}

/// Whether Brightpearl says that something is there already.
fn says_taken(error: &Error) -> bool {
    const WORDS: [&str; 4] = ["already", "duplicate", "unique", "in use"];
    let speaks = matches!(error.kind(), Kind::Rejected | Kind::Conflict);
    speaks
        && error.errors().iter().any(|error| {
            let message = error.message.to_ascii_lowercase();
            WORDS.iter().any(|word| message.contains(word))
        })
}
