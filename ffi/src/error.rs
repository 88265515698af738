//! Errors as handles with accessors.

use std::ffi::c_char;

use brightpearl_core::{Error, Kind};

use crate::boundary::{Failure, guarded, peek, release};
use crate::ownership::{Handle, Sole};
use crate::status::{bp_delivery, bp_status};
use crate::text::{OwnedText, bp_text, lend_option};
use crate::verification::OwnedVerification;
use crate::violation::OwnedViolations;

/// What went wrong, in full. `bp_error *` is owned: free it with `bp_error_free`. `const bp_error *` is
/// borrowed from something else and must not be freed. It does not change, so several threads may read it
/// at once. All texts live as long as the error.
#[derive(Debug)]
pub struct bp_error {
    status: bp_status,
    error: Error,
    message: OwnedText,
    location: Option<OwnedText>,
    errors: Vec<(OwnedText, OwnedText)>,
    request: Option<(OwnedText, OwnedText)>,
    violations: OwnedViolations,
    verifications: Vec<OwnedVerification>,
    progress: Option<OwnedText>,
    advice: OwnedText,
    line: OwnedText,
}

impl Handle for bp_error {
    type Kept = Sole;
}

impl bp_error {
    pub(crate) fn new(failure: Failure) -> Self {
        let Failure { status, error, advice } = failure;
        Self {
            status,
            message: OwnedText::new(error.message()),
            location: error.location().map(OwnedText::new),
            errors: error
                .errors()
                .iter()
                .map(|entry| (OwnedText::new(&entry.code), OwnedText::new(&entry.message)))
                .collect(),
            request: error
                .request()
                .map(|request| (OwnedText::new(request.method.as_str()), OwnedText::new(&request.url))),
            violations: OwnedViolations::new(error.violations()),
            verifications: error.verifications().iter().map(OwnedVerification::new).collect(),
            progress: error.progress().map(OwnedText::new),
            advice: OwnedText::new(advice.unwrap_or_else(|| error.advice())),
            line: OwnedText::new(&error.to_string()),
            error,
        }
    }

    pub(crate) fn violations(&self) -> &OwnedViolations {
        &self.violations
    }

    pub(crate) fn verifications(&self) -> &[OwnedVerification] {
        &self.verifications
    }
}

// SAFETY: the pointers in violations and verifications go into texts that stand beside them and never change.
unsafe impl Send for bp_error {}
// SAFETY: as above.
unsafe impl Sync for bp_error {}

/// Makes an error of the program's own, for whoever drives calls: a sink that cannot write, say. `kind` is the status that
/// it has and that is answered; `BP_STATUS_MISUSE` where that is no status of an error. `location` may be empty. On return
/// `*error`, where `error` is not NULL, is owned: free it with `bp_error_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_error_make(
    kind: i32,
    location: *const c_char,
    location_len: usize,
    message: *const c_char,
    message_len: usize,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let message = scope.text(message, message_len, "message")?;
            let location = scope.text(location, location_len, "location")?;
            let core = Kind::ALL.into_iter().find(|known| bp_status::from(*known) as i32 == kind);
            let status = bp_status::ALL.into_iter().find(|known| *known as i32 == kind);
            let status = status.filter(|known| *known != bp_status::Ok).unwrap_or(bp_status::Misuse);
            let made = Error::new(core.unwrap_or(Kind::Misuse), message);
            let error = if location.is_empty() { made } else { made.at(location) };
            Err(Failure { status, error, advice: None })
        })
    }
}

/// Frees an error; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_free(error: *mut bp_error) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(error) }
}

/// What sort of thing went wrong: the status that the failing function answered. `BP_STATUS_OK` when
/// `error` is NULL.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_error_kind(error: *const bp_error) -> bp_status {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_status::Ok, |error| Some(error.status)) }
}

/// What was wrong, in one sentence without a full stop. No text when `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_message(error: *const bp_error) -> bp_text {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_text::NONE, |error| Some(error.message.lend())) }
}

/// Where it was wrong: a configuration field, a column, a JSON Pointer, `byte 3`, an argument. No text when
/// there is no such place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_location(error: *const bp_error) -> bp_text {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_text::NONE, |error| Some(lend_option(error.location.as_ref()))) }
}

/// What became of the request. `BP_DELIVERY_NOT_SENT` when `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_delivery(error: *const bp_error) -> bp_delivery {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_delivery::NotSent, |error| Some(error.error.delivery().into())) }
}

/// The HTTP status, or 0 when no answer came.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_http_status(error: *const bp_error) -> u16 {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, 0, |error| error.error.status()) }
}

/// How many codes and messages of Brightpearl's own the error has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_count(error: *const bp_error) -> usize {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, 0, |error| Some(error.errors.len())) }
}

/// The code of one of them, such as `CMNC-018`; empty when the answer had none. No text when there are not
/// so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_code_at(error: *const bp_error, index: usize) -> bp_text {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_text::NONE, |error| error.errors.get(index).map(|(code, _)| code.lend())) }
}

/// The message of one of them, in Brightpearl's words. No text when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_message_at(error: *const bp_error, index: usize) -> bp_text {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_text::NONE, |error| error.errors.get(index).map(|(_, message)| message.lend())) }
}

/// Whether it is known how long to wait before another try is worth it, and if so how long: writes
/// `milliseconds` (which may be NULL) then, a week at most.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_retry_after(error: *const bp_error, milliseconds: *mut u64) -> bool {
    // SAFETY: NULL or a valid error; NULL or a place to write.
    unsafe { peek(error, false, |error| Some(tell(error.error.retry_after(), milliseconds))) }
}

/// Whether the same request may be sent again with a chance of success, after `bp_error_retry_after` where that
/// is known. False for a write of unknown outcome: look first, as `bp_error_verification` says, whether it was
/// applied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_is_retryable(error: *const bp_error) -> bool {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, false, |error| Some(error.error.is_retryable())) }
}

/// What a task of several requests had done before it failed: the text of a JSON object with the members of its
/// result. No text when nothing was done, and for errors of other calls.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_progress(error: *const bp_error) -> bp_text {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_text::NONE, |error| Some(lend_option(error.progress.as_ref()))) }
}

/// The verb of the request that the error is about. No text when there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_request_method(error: *const bp_error) -> bp_text {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_text::NONE, |error| Some(error.request.as_ref()?.0.lend())) }
}

/// The URL of the request that the error is about; it holds nothing secret. No text when there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_request_url(error: *const bp_error) -> bp_text {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_text::NONE, |error| Some(error.request.as_ref()?.1.lend())) }
}

/// One sentence on what to do about it: for Brightpearl's common codes and for a journal's file one of their own, else
/// that of the kind; where a write may have been applied, it says to look for that first. No text when `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_advice(error: *const bp_error) -> bp_text {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_text::NONE, |error| Some(error.advice.lend())) }
}

/// All of it in one line, for a log: message, place, status, Brightpearl's codes, what became of the
/// request. No text when `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_text(error: *const bp_error) -> bp_text {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, bp_text::NONE, |error| Some(error.line.lend())) }
}

/// Writes a value that may not be known, and says whether it is.
///
/// # Safety
/// `place` is NULL or can be written.
pub(crate) unsafe fn tell<T>(value: Option<T>, place: *mut T) -> bool {
    match value {
        Some(value) => {
            if !place.is_null() {
                // SAFETY: not NULL, so it can be written by the caller's promise.
                unsafe { place.write(value) };
            }
            true
        }
        None => false,
    }
}
