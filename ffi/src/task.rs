//! Tasks: what people do daily, by name, with JSON in and JSON out.

use std::ffi::c_char;

use brightpearl_core::TaskResult;
use brightpearl_core::operation::{Operation, Task};

use crate::boundary::peek;
use crate::call::bp_call;
use crate::client::bp_client;
use crate::error::bp_error;
use crate::operation::start;
use crate::page::{give_back, retain};
use crate::status::bp_status;
use crate::text::{OwnedText, bp_text};

/// What a task has done. Borrowed from the step that it came with, unless `bp_task_result_retain` made it the
/// program's own. It does not change, so several threads may read it at once.
#[derive(Debug)]
pub struct bp_task_result {
    name: OwnedText,
    json: OwnedText,
}

impl bp_task_result {
    pub(crate) fn new(result: &TaskResult) -> Self {
        let TaskResult { name, json } = result;
        Self { name: OwnedText::new(name), json: OwnedText::new(json) }
    }
}

/// Starts a task by its name, such as `create-sales-order`, with its arguments as the text of a JSON object;
/// empty for none. `bp_tasks` lists the tasks with the JSON Schema of their arguments and results. It puts out
/// one task result. `BP_STATUS_VALIDATION` before anything is sent: at `name` when there is no such task, at
/// `arguments` when they are no JSON object, else at the JSON Pointer of the first argument that does not fit,
/// with all of them in `bp_error_violation`. When a task of several requests fails between them,
/// `bp_error_progress` says what it had done. As `bp_call_start_request` otherwise.
#[unsafe(no_mangle)]
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

/// Makes a result the program's own, beyond the step that it came with: free it with `bp_task_result_free`.
/// Each retain needs one free. NULL stays NULL. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_task_result_retain(result: *const bp_task_result) -> *const bp_task_result {
    // SAFETY: NULL or lent by a step, so it stands in an `Arc`.
    unsafe { retain(result) }
}

/// Gives back what `bp_task_result_retain` gave; never use it on a result that was only lent. NULL is ignored.
/// Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_task_result_free(result: *const bp_task_result) {
    // SAFETY: NULL or retained.
    unsafe { give_back(result) }
}

/// The task's name. It lives as long as the result. No text when `result` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_task_result_name(result: *const bp_task_result) -> bp_text {
    // SAFETY: NULL or a valid result.
    unsafe { peek(result, bp_text::NONE, |result| Some(result.name.lend())) }
}

/// What came of it: the text of a JSON object with the members that `bp_tasks` describes. It lives as long as
/// the result. No text when `result` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_task_result_json(result: *const bp_task_result) -> bp_text {
    // SAFETY: NULL or a valid result.
    unsafe { peek(result, bp_text::NONE, |result| Some(result.json.lend())) }
}
