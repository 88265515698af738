//! Tasks: what people do daily, by name, with JSON in and JSON out.

use std::ffi::c_char;

use brightpearl_core::operation::{Operation, Task};

use crate::call::bp_call;
use crate::client::bp_client;
use crate::error::bp_error;
use crate::operation::start;
use crate::status::bp_status;

/// Starts a task by its name, such as `create-sales-order`, with its arguments as the text of a JSON object;
/// empty for none. `bp_tasks` lists the tasks with the JSON Schema of their arguments and results. It puts out
/// one task result. `BP_STATUS_VALIDATION` before anything is sent: at `name` when there is no such task, at
/// `arguments` when they are not a JSON object, else at the JSON Pointer of the first argument that does not fit,
/// with all of them in `bp_error_violation`. When a task of several requests fails between them,
/// `bp_error_progress` says what it had done. As `bp_call_start_request` otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_task(
    client: *const bp_client,
    name: *const c_char,
    name_len: usize,
    arguments_json: *const c_char,
    arguments_len: usize,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        start(client, call, error, |scope| {
            let name = scope.text(name, name_len, "name")?;
            let arguments = scope.text(arguments_json, arguments_len, "arguments_json")?;
            Ok(Operation::Task(Task::new(name, if arguments.is_empty() { "{}" } else { arguments })?))
        })
    }
}
