//! Calls: polled and answered by the program, never acting by themselves.

use std::ffi::c_char;

use brightpearl_core::{Call, Explanation, Headers, Response, TransportFailure};

use crate::boundary::{Failure, create, guarded, peek, quietly, release};
use crate::client::bp_client;
use crate::error::bp_error;
use crate::ownership::{Handle, Sole};
use crate::scope::Scope;
use crate::sized::{self, Growing};
use crate::status::{bp_operation_kind, bp_status};
use crate::step::{Lent, bp_step};
use crate::text::{bp_buffer, bp_bytes, bp_field};

/// One purpose under way. It has one owner: only one thread may use it at a time, and it may move between
/// threads. Calls of the same client are independent of each other.
#[derive(Debug)]
pub struct bp_call {
    pub(crate) call: Call,
    /// Keeps alive what the latest step points to.
    lent: Option<Lent>,
}

impl Handle for bp_call {
    type Kept = Sole;
}

impl bp_call {
    pub(crate) fn new(call: Call) -> Self {
        Self { call, lent: None }
    }
}

/// An answer to an exchange. Initialise it with `BP_INIT`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_response {
    /// `sizeof(bp_response)`.
    pub struct_size: usize,
    /// The HTTP status.
    pub status: u16,
    /// Header lines. Bytes that are not UTF-8 become U+FFFD: a stray byte in a header does not fail an
    /// answer.
    pub headers: *const bp_field,
    /// How many header lines.
    pub header_count: usize,
    /// The body, with any transfer or content encoding undone.
    pub body: bp_bytes,
}

/// How much is still to do. Initialise it with `BP_INIT`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct bp_explanation {
    /// `sizeof(bp_explanation)`.
    pub struct_size: usize,
    /// Requests sent so far, retries among them.
    pub requests_sent: u64,
    /// Requests still needed when nothing fails.
    pub requests_needed: u64,
    /// Rows or ids that the whole call is about, when known.
    pub items: u64,
    /// Milliseconds until the last of the requests may be sent, at the present budget.
    pub milliseconds: u64,
    /// Whether `requests_needed` is known; otherwise it is a lower bound.
    pub exact: bool,
    /// Whether `items` is known.
    pub has_items: bool,
}

// SAFETY: the size comes first; the other fields are numbers, lengths and pointers, which zero fits.
unsafe impl Growing for bp_response {}
// SAFETY: the size comes first; the other fields are numbers and truth values, which zero fits.
unsafe impl Growing for bp_explanation {}

impl From<Explanation> for bp_explanation {
    fn from(explanation: Explanation) -> Self {
        let Explanation { requests_sent, requests_needed, exact, items, milliseconds } = explanation;
        Self {
            struct_size: size_of::<Self>(),
            requests_sent,
            requests_needed,
            items: items.unwrap_or_default(),
            milliseconds,
            exact,
            has_items: items.is_some(),
        }
    }
}

/// Says what to do next, at `now_ms` (milliseconds since the Unix epoch, here and everywhere). What an
/// earlier step lent is no longer valid, also when this fails. Answers the error that ended the call, once;
/// polling a call that is over is `BP_STATUS_MISUSE`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_poll(
    call: *mut bp_call,
    now_ms: u64,
    step: *mut bp_step,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            // First of all, so that a program that forgot the size loses no step.
            sized::write(step, &bp_step::BLANK, "step")?;
            let call = scope.place(call, "call")?;
            call.lent = None;
            let lent = call.lent.insert(call.call.poll(now_ms)?.into());
            sized::write(step, &lent.step(), "step")
        })
    }
}

/// Takes the answer to an exchange; everything is copied. `BP_STATUS_MISUSE` when the exchange is unknown or
/// was answered before. What the answer means, good or bad, comes out of the next poll.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_answer(
    call: *mut bp_call,
    exchange: u64,
    response: *const bp_response,
    now_ms: u64,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let call = scope.place(call, "call")?;
            let response = read_response(scope, sized::read(response, "response")?)?;
            Ok(call.call.answer(exchange, response, now_ms)?)
        })
    }
}

/// Takes note that an exchange has no answer, and that not a byte of the request left the host: no name, no
/// connection, no TLS. `reason` is a text for people. Errors and thread as `bp_call_answer`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_fail_not_sent(
    call: *mut bp_call,
    exchange: u64,
    reason: *const c_char,
    reason_len: usize,
    now_ms: u64,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { fail(call, exchange, TransportFailure::NotSent, (reason, reason_len), now_ms, error) }
}

/// Takes note that an exchange has no answer, that not a byte of the request left the host, and that none will until
/// somebody changes something: a certificate that is not trusted, a file of certificates or a proxy that is
/// configured wrongly, a URL or a header that cannot be sent. Another try is not made. As `bp_call_fail_not_sent`
/// otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_fail_unsendable(
    call: *mut bp_call,
    exchange: u64,
    reason: *const c_char,
    reason_len: usize,
    now_ms: u64,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { fail(call, exchange, TransportFailure::Unsendable, (reason, reason_len), now_ms, error) }
}

/// Takes note that an exchange has no answer, and that the request, or a part of it, may have arrived: a
/// reset, a timeout, a cut answer. When in doubt, this is the one. As `bp_call_fail_not_sent` otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_fail_maybe_sent(
    call: *mut bp_call,
    exchange: u64,
    reason: *const c_char,
    reason_len: usize,
    now_ms: u64,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { fail(call, exchange, TransportFailure::MaybeSent, (reason, reason_len), now_ms, error) }
}

/// Takes note that the first `items` of the latest output were consumed, for a checkpoint in the midst of
/// it. Counts from the output's beginning each time. `BP_STATUS_MISUSE` when no output is being consumed or
/// it has fewer items.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_acknowledge(
    call: *mut bp_call,
    items: usize,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { guarded(error, |scope| Ok(scope.place(call, "call")?.call.acknowledge(items)?)) }
}

/// Ends the call: polling then answers `BP_STATUS_CANCELLED` once. Exchanges that are out may still be
/// answered, which only informs the budget; a login (`bp_step.is_login`) is to be answered. NULL, or a call that is over, is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_call_cancel(call: *mut bp_call, now_ms: u64) {
    quietly((), |scope| {
        // SAFETY: NULL or a valid call.
        if let Some(call) = unsafe { scope.exclusive(call) } {
            call.call.cancel(now_ms);
        }
    });
}

/// Says where the call stands, as a text for `bp_client_resume`: behind all that was consumed. It holds no
/// credential. On success `*checkpoint` is owned: free it with `bp_buffer_free`. `BP_STATUS_MISUSE` for a
/// write that was handed out: resuming would send it again.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_checkpoint(
    call: *const bp_call,
    checkpoint: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let (call, place) = (scope.handle(call, "call")?, scope.place(checkpoint, "checkpoint")?);
            place.put(&call.call.checkpoint()?);
            Ok(())
        })
    }
}

/// Goes on with a call where its consumption ended, perhaps in another process or another host. A checkpoint whose
/// operation writes is refused with `BP_STATUS_VALIDATION` unless `allow_writes` says that it can be trusted: it is
/// data, and may have been changed on its way. On success `*call` is owned: free it with `bp_call_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_client_resume(
    client: *const bp_client,
    checkpoint: *const c_char,
    checkpoint_len: usize,
    allow_writes: bool,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(call, "call", || {
                let client = scope.handle(client, "client")?;
                let checkpoint = scope.text(checkpoint, checkpoint_len, "checkpoint")?;
                Ok(bp_call::new(client.0.resume(checkpoint, allow_writes)?))
            })
        })
    }
}

/// Which sort of operation the call carries out, for a program that resumed it from a text.
/// `BP_OPERATION_KIND_NONE` when `call` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_call_kind(call: *const bp_call) -> bp_operation_kind {
    // SAFETY: NULL or a valid call.
    unsafe { peek(call, bp_operation_kind::None, |call| Some(call.call.operation().kind().into())) }
}

/// Says how many requests the call still needs, and how long they take at the present budget.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_explain(
    call: *const bp_call,
    now_ms: u64,
    explanation: *mut bp_explanation,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let outlook = scope.handle(call, "call")?.call.explain(now_ms).into();
            sized::write(explanation, &outlook, "explanation")
        })
    }
}

/// Frees a call, and with it what its latest step lent. Exchanges that are out go on counting against the
/// budget. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_call_free(call: *mut bp_call) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(call) }
}

/// # Safety
/// Each pointer is NULL or valid.
unsafe fn fail(
    call: *mut bp_call,
    exchange: u64,
    failure: fn(String) -> TransportFailure,
    (reason, reason_len): (*const c_char, usize),
    now_ms: u64,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: passed on to the caller.
    unsafe {
        guarded(error, |scope| {
            let call = scope.place(call, "call")?;
            // System messages come in the locale's encoding; that must not hide the failure.
            let reason = String::from_utf8_lossy(scope.items(reason.cast::<u8>(), reason_len, "reason")?);
            Ok(call.call.fail(exchange, failure(reason.into_owned()), now_ms)?)
        })
    }
}

/// # Safety
/// The pointers in the structure are as its fields say.
unsafe fn read_response(scope: Scope<'_>, response: bp_response) -> Result<Response, Failure> {
    // SAFETY: passed on to the caller.
    unsafe {
        let lines = scope.items(response.headers, response.header_count, "response.headers")?;
        let mut headers = Headers::new();
        for (index, line) in lines.iter().enumerate() {
            let argument = format!("response.headers[{index}]");
            headers.push(
                scope.lossy_text_of(line.name, &argument)?,
                scope.lossy_text_of(line.value, &argument)?,
            );
        }
        let body = scope.items(response.body.data, response.body.len, "response.body")?.to_vec();
        Ok(Response { status: response.status, headers, body })
    }
}
