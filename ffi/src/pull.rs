//! Pulls: what changed in Brightpearl, on its way out.

use std::ffi::c_char;

use brightpearl_core::operation::{Operation, Pull};

use crate::call::bp_call;
use crate::client::bp_client;
use crate::error::bp_error;
use crate::operation::start;
use crate::status::bp_status;

/// Starts a pull. `pull_json` is the text of a JSON object: `resources`, an array of objects with `resource` and as
/// it is wanted `name`, `filters`, `mapping` (a mapping document with a `source`), `since`, `watermark`, `query`,
/// `rows`, `deletes`, `reconcile` and `priority`; and as it is wanted `state` (a checkpoint of an earlier pull) and
/// `overlap_ms`.
///
/// It puts out records. A checkpoint covers what was consumed; that of a pull that is done is the `state` of the
/// next. `BP_STATUS_VALIDATION` before anything is sent, at the member that is wrong. As `bp_call_start_request`
/// otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_pull(
    client: *const bp_client,
    pull_json: *const c_char,
    pull_len: usize,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        start(client, call, error, |scope| {
            Ok(Operation::Pull(Pull::from_json(scope.text(pull_json, pull_len, "pull_json")?)?))
        })
    }
}
