//! What one call does otherwise than its client.

use brightpearl_core::CallAdjustment;

use crate::boundary::guarded;
use crate::call::bp_call;
use crate::error::bp_error;
use crate::operation::read_fields;
use crate::sized::{self, Growing};
use crate::status::bp_status;
use crate::text::bp_field;

/// What one call does otherwise than its client. Initialise it with `BP_INIT`; fields left at zero are absent. How long it
/// waits for an answer is the transport's: with libbrightpearl-curl, that of the options with which the call is driven.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_adjustment {
    /// `sizeof(bp_adjustment)`.
    pub struct_size: usize,
    /// Attempts at one request, the first included; 0 for as many as the client's.
    pub max_attempts: u32,
    /// Header lines of every request of the call. One that a request has by itself stays as it is.
    pub headers: *const bp_field,
    /// How many of them.
    pub header_count: usize,
    /// Query parameters of every request of the call, unescaped, behind its own.
    pub query: *const bp_field,
    /// How many of them.
    pub query_count: usize,
}

// SAFETY: the size comes first; the other fields are numbers, lengths and pointers, which zero fits.
unsafe impl Growing for bp_adjustment {}

/// Has a call try more or less often than its client does, and puts more into its requests, but for logins, which other
/// calls use, too. It replaces what an earlier adjustment said, and counts for what is sent from then on; a checkpoint does
/// not have it. `BP_STATUS_VALIDATION` at `extra_headers` or `extra_query` for what must not be set; the call then stays as
/// it was.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_adjust(
    call: *mut bp_call,
    adjustment: *const bp_adjustment,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let (call, given) = (scope.place(call, "call")?, sized::read(adjustment, "adjustment")?);
            Ok(call.call.adjust(CallAdjustment {
                max_attempts: (given.max_attempts > 0).then_some(given.max_attempts),
                headers: read_fields(scope, given.headers, given.header_count, "adjustment.headers")?,
                query: read_fields(scope, given.query, given.query_count, "adjustment.query")?,
            })?)
        })
    }
}
