//! Checking all writes of a batch before any is sent.

use crate::catalog::{UnknownMembers, request_path};
use crate::checked::{Checked, check_request, known_request};
use crate::error::{Error, Result, Severity, Violation};
use crate::header::check_against;
use crate::operation::{Batch, Packing, SingleRequest};
use crate::telemetry::Event;

use super::message;

/// How many faults the message names; the violations are complete.
const NAMED: usize = 20;

/// Checks every write. Without a policy for unknown members, the bodies were checked before. The token header is the
/// client's own.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) that names every write that does not fit, at the place of
/// the first fault, such as `/requests/3/body/placedOn`.
pub(super) fn check(
    batch: &Batch,
    unknown: Option<UnknownMembers>,
    token_header: Option<&str>,
) -> Result<Vec<Checked>> {
    let mut writes = Vec::with_capacity(batch.requests.len());
    let mut faults = Faults::default();
    for (index, request) in batch.requests.iter().enumerate() {
        let checked = check_against(&request.headers, token_header)
            .and_then(|()| check_write(request, batch.packing, unknown));
        match checked {
            Ok(write) => writes.push(write),
            Err(error) => faults.add(index, &error),
        }
    }
    match faults.into_error(batch.requests.len()) {
        Some(error) => Err(error),
        None => Ok(writes),
    }
}

fn check_write(
    request: &SingleRequest,
    packing: Packing,
    unknown: Option<UnknownMembers>,
) -> Result<Checked> {
    if request.method.is_read() {
        let message = format!("{} only reads; expected POST, PUT, PATCH or DELETE", request.method);
        return Err(Error::validation("method", message));
    }
    let write = match unknown {
        Some(unknown) => {
            request_path(&request.path, request.method, request.unchecked)?;
            check_request(request, unknown)?
        }
        None => known_request(request)?,
    };
    match message::obstacle(&write) {
        Some(obstacle) if packing == Packing::Always => Err(Error::validation(
            "",
            format!("it cannot be packed, since {obstacle}; expected `packing` to be auto or never"),
        )),
        Some(_) | None => Ok(write),
    }
}

/// What is to be told before the writes are sent, each thing once.
pub(super) fn distinct_events(writes: &[Checked]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for event in writes.iter().flat_map(Checked::events) {
        if !events.contains(&event) {
            events.push(event);
        }
    }
    events
}

/// What is wrong with the writes, so far.
#[derive(Default)]
struct Faults {
    writes: usize,
    place: Option<String>,
    named: Vec<String>,
    violations: Vec<Violation>,
}

impl Faults {
    fn add(&mut self, index: usize, error: &Error) {
        self.writes += 1;
        let write = format!("/requests/{index}");
        if error.violations().is_empty() {
            let place = match error.location() {
                Some("") | None => write.clone(),
                Some(member) => format!("{write}/{member}"),
            };
            self.named.push(format!("{place}: {}", error.message()));
            self.place.get_or_insert(place);
        }
        for violation in error.violations() {
            let pointer = format!("{write}/body{}", violation.pointer);
            let violation = Violation { pointer, ..violation.clone() };
            if violation.severity == Severity::Error {
                self.place.get_or_insert_with(|| violation.pointer.clone());
                self.named.push(violation.to_string());
            }
            self.violations.push(violation);
        }
    }

    fn into_error(mut self, of: usize) -> Option<Error> {
        let place = self.place?;
        let unnamed = self.named.len().saturating_sub(NAMED);
        self.named.truncate(NAMED);
        let mut message = format!("{} of the {of} writes do not fit: {}", self.writes, self.named.join("; "));
        if unnamed > 0 {
            message.push_str(&format!("; and {unnamed} more faults"));
        }
        Some(Error::validation(place, message).with_violations(self.violations))
    }
}
