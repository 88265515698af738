//! Checking a write's body before it costs a request: all that is wrong, each with its place, what was found
//! and what was expected.
//!
//! What is checked comes from the catalog's field tables; a resource that is not listed only has to be sent
//! JSON. Numbers are judged by their own digits, never by way of binary floating point.

mod body;
mod patch;
mod scalar;
mod verification;

pub use crate::catalog::UnknownMembers;
pub use crate::error::{Fault, Severity, Violation};
pub use verification::verifications;

use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::{Content, EndpointOperation, Idempotence};
use crate::catalog::{self, Match};
use crate::error::{Error, Result};
use crate::http::Method;
use crate::json::{Node, Part, form, member};
use body::Check;

/// Everything that is wrong with a body that a verb sends to a path, such as `order-service/order/7/row`,
/// `order-service/order/{ORDER-ID}/row` or, below the host, `oauth/token`. A thousand errors and a thousand warnings
/// at most.
///
/// ```
/// use brightpearl_core::Method;
/// use brightpearl_core::validate::{UnknownMembers, validate};
///
/// let body = br#"{"orderTypeCode": "SO", "placedOn": "yesterday"}"#;
/// let violations = validate("order-service/order", Method::Post, body, UnknownMembers::Warn);
/// let places: Vec<&str> = violations.iter().map(|violation| violation.pointer.as_str()).collect();
/// assert_eq!(places, ["/placedOn", "/parties/customer/contactId"]);
/// ```
pub fn validate(path: &str, method: Method, body: &[u8], unknown: UnknownMembers) -> Vec<Violation> {
    let mut check = Check::new(unknown);
    if !method.is_read() {
        check_body(&mut check, path, method, body);
    }
    check.finish()
}

/// The same as a decision: an error with everything that is wrong, or the warnings.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at the first error's JSON Pointer, with everything in
/// [`Error::violations`].
pub fn check(path: &str, method: Method, body: &[u8], unknown: UnknownMembers) -> Result<Vec<Violation>> {
    let violations = validate(path, method, body, unknown);
    let is_error = |violation: &&Violation| violation.severity == Severity::Error;
    let errors: Vec<&Violation> = violations.iter().filter(is_error).collect();
    let Some(first) = errors.first() else { return Ok(violations) };
    let place = if first.pointer.is_empty() { "body" } else { &first.pointer };
    let message = refusal(path, method, &errors);
    Err(Error::validation(place, message).with_violations(violations))
}

/// Names the first few, and how many more there are.
fn refusal(path: &str, method: Method, errors: &[&Violation]) -> String {
    const NAMED: usize = 3;
    let mut listed: Vec<String> = errors.iter().take(NAMED).map(ToString::to_string).collect();
    if let Some(more) = errors.len().checked_sub(NAMED).filter(|more| *more > 0) {
        listed.push(format!("and {more} more"));
    }
    format!("the body of {method} {} does not fit: {}", path.trim_matches('/'), listed.join("; "))
}

/// Everything that is wrong with a JSON object that may have the members of several tables, of which the first
/// that knows a name counts.
pub(crate) fn validate_members(tables: &[&Object], text: &str, unknown: UnknownMembers) -> Vec<Violation> {
    let mut check = Check::new(unknown);
    match Part::json(text.as_bytes()).map(|part| part.read()) {
        Ok(Node::Object(members)) => check.members(tables, &members),
        Ok(other) => check.error(Fault::WrongType, other, "an object"),
        Err(reason) => check.error(Fault::Unreadable, reason, "JSON"),
    }
    check.finish()
}

/// Everything that is wrong with a JSON text that should have a shape. Unknown members are not judged.
pub(crate) fn fits(shape: &Shape, text: &str) -> Vec<Violation> {
    let mut check = Check::new(UnknownMembers::Allow);
    match Part::json(text.as_bytes()).map(|part| part.read()) {
        Ok(node) => check.value(shape, &node),
        Err(reason) => check.error(Fault::Unreadable, reason, "JSON"),
    }
    check.finish()
}

/// Whether a write may be repeated when the outcome of its first attempt is unknown, because applying it
/// twice leaves what applying it once leaves. `false` for what is not listed.
pub fn may_be_repeated(path: &str, method: Method, body: &[u8]) -> bool {
    if method.is_read() {
        return true;
    }
    match catalog::find(path, method).map(|found| found.operation.idempotence) {
        Some(Idempotence::Idempotent) => true,
        Some(Idempotence::WhenItOnlySets) => {
            Part::json(body).is_ok_and(|part| patch::only_sets(&part.read()))
        }
        Some(Idempotence::Never) | None => false,
    }
}

fn check_body(check: &mut Check, path: &str, method: Method, body: &[u8]) {
    let found = catalog::find(path, method);
    if found.is_none() {
        warn_of_verb(check, path, method);
    }
    if let Some(Content::Form(object)) = found.as_ref().map(|found| found.operation.content) {
        match form(body) {
            Ok(Node::Object(members)) => check.object(&object, &members),
            Ok(other) => check.error(Fault::Unreadable, other, "an URL-encoded form"),
            Err(reason) => check.error(Fault::Unreadable, reason, "an URL-encoded form"),
        }
        return;
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        check_absence(check, found.as_ref());
        return;
    }
    match Part::json(body) {
        Ok(part) => check_part(check, found.as_ref(), &part),
        Err(reason) => check.error(Fault::Unreadable, reason, "JSON"),
    }
}

/// A verb that the catalog does not know at a path that it knows is sent, but hardly meant.
fn warn_of_verb(check: &mut Check, path: &str, method: Method) {
    let known: Vec<&str> = Method::ALL
        .into_iter()
        .filter(|known| catalog::find(path, *known).is_some())
        .map(Method::as_str)
        .collect();
    if !known.is_empty() {
        check.warn(Fault::UnknownVerb, format!("{method}, which is not known here"), known.join(", "));
    }
}

fn check_absence(check: &mut Check, found: Option<&Match<'_>>) {
    match found.map(|found| found.operation.content) {
        Some(Content::Json(shape)) => check.error(Fault::Missing, "nothing", shape),
        Some(Content::Patch(_)) => check.error(Fault::Missing, "nothing", "a JSON Patch"),
        Some(Content::Nothing | Content::OptionalJson(_) | Content::Form(_) | Content::Unknown) | None => {}
    }
}

fn check_part(check: &mut Check, found: Option<&Match<'_>>, part: &Part<'_>) {
    let node = part.read();
    let Some(Match { resource, operation, .. }) = found else { return };
    check_content(check, operation, &node);
    if resource.name == "multi-message" {
        check_messages(check, &node);
    }
}

fn check_content(check: &mut Check, operation: &EndpointOperation, node: &Node<'_>) {
    match operation.content {
        Content::Json(shape) | Content::OptionalJson(shape) => check.value(&shape, node),
        Content::Patch(paths) => patch::check_patch(check, paths, node),
        Content::Nothing => match node {
            Node::Object(members) if members.is_empty() => {}
            other => check.warn(Fault::Idle, other, "no body"),
        },
        Content::Form(_) | Content::Unknown => {}
    }
}

/// Every message has a body of its own, which is checked where it stands.
fn check_messages(check: &mut Check, node: &Node<'_>) {
    let Node::Object(envelope) = node else { return };
    let Some(Node::Array(messages)) = member(envelope, "messages").map(Part::read) else { return };
    check.within("messages", |check| {
        for (place, message) in messages.iter().enumerate() {
            let Node::Object(members) = message.read() else { continue };
            let text = |name| match member(&members, name).map(Part::read) {
                Some(Node::Text(text)) => Some(text),
                Some(_) | None => None,
            };
            let (Some(uri), Some(Ok(method))) = (text("uri"), text("httpMethod").map(|name| name.parse()))
            else {
                continue;
            };
            check.within(&place.to_string(), |check| {
                check_message(check, &uri, method, member(&members, "body"))
            });
        }
    });
}

fn check_message(check: &mut Check, uri: &str, method: Method, body: Option<&Part<'_>>) {
    let found = catalog::find(uri, method);
    check.within("body", |check| match body {
        // The messages of a message within are not looked at: they could go on without end.
        Some(part) if !part.read().is_null() => {
            if let Some(found) = &found {
                check_content(check, found.operation, &part.read());
            }
        }
        Some(_) | None => check_absence(check, found.as_ref()),
    });
}
