//! Pushes: records of another system that go into Brightpearl.

use std::ffi::c_char;

use brightpearl_core::operation::{Operation, Push};

use crate::boundary::guarded;
use crate::call::bp_call;
use crate::client::bp_client;
use crate::error::bp_error;
use crate::operation::start;
use crate::status::bp_status;

/// Starts a push. `push_json` is the text of a JSON object: `mapping` (a mapping document with a `target`), either
/// `write` or `dry_run` as true, and as it is wanted `records` (an array; without it the call asks for records
/// with `BP_STEP_KIND_FEED`), `max_writes`, `existing` (`update`, `leave` or `reject`), `journal` (what earlier runs
/// put out as journal, one behind the other, as `bp_journal_json` has it; `""` for a new one), `renew` (goes on with a
/// journal although the document or `existing` has changed since), `window`, `looks_ms` and
/// `confirm_ms`.
///
/// It puts out outcomes and, where `journal` is given, journal. `BP_STATUS_VALIDATION` before anything is sent, at the
/// member that is wrong. As `bp_call_start_request` otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_push(
    client: *const bp_client,
    push_json: *const c_char,
    push_len: usize,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        start(client, call, error, |scope| {
            Ok(Operation::Push(Push::from_json(scope.text(push_json, push_len, "push_json")?)?))
        })
    }
}

/// Gives a push one record, which is copied: JSON in the shape that its mapping reads. Whatever is wrong with the
/// record is in its outcome. Records are counted from 0, in the order in which they are fed. More of them than
/// `feed_room` said are kept, and cost memory. `BP_STATUS_MISUSE` when the call is not a push, was started with its
/// records, or was told that there are no more. The call's thread.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_feed(
    call: *mut bp_call,
    record: *const c_char,
    record_len: usize,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let call = scope.place(call, "call")?;
            Ok(call.call.feed(scope.items(record.cast::<u8>(), record_len, "record")?)?)
        })
    }
}

/// Tells a push that there are no more records. `BP_STATUS_MISUSE` when the call is no push or was started with its
/// records. The call's thread.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_finish(call: *mut bp_call, error: *mut *mut bp_error) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { guarded(error, |scope| Ok(scope.place(call, "call")?.call.finish()?)) }
}
