//! What a program can ask without a client: resources, tasks, errors, whether a body or a callback is right.

use std::ffi::c_char;

use brightpearl_core::auth::{oauth, signature};
use brightpearl_core::discovery;
use zeroize::Zeroizing;

use crate::boundary::{Failure, guarded};
use crate::error::bp_error;
use crate::operation::read_fields;
use crate::scope::Scope;
use crate::sized::{self, Growing};
use crate::status::bp_status;
use crate::text::{bp_buffer, bp_bytes, bp_field, bp_text};

/// A body to be judged. Initialise it with `BP_INIT`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_validation {
    /// `sizeof(bp_validation)`.
    pub struct_size: usize,
    /// The path below the account, such as `order-service/order`, or the name of a resource such as `order-row`
    /// where its verb has one path only.
    pub path: bp_text,
    /// The verb that the body is meant for: `POST`, `PUT`, `PATCH` or `DELETE`, in any case.
    pub verb: bp_text,
    /// The body. Anything may stand in here, also what is not JSON.
    pub body: bp_bytes,
    /// What to make of members that the catalogue does not know: `warn`, `refuse` or `allow`; empty for `warn`.
    pub unknown_members: bp_text,
}

// SAFETY: the size comes first; the other fields are lengths and pointers, which zero fits.
unsafe impl Growing for bp_validation {}

/// Answers what can be asked without a client, by its name: `question_json` is the text of an object with one member, named
/// as in `{"describe": {"resource": "order-row"}}`, with its arguments. There are `catalog`, `describe` (`resource`),
/// `tasks`, `errors`, `contract` (every enumeration with names and descriptions), `validate` (`path`, `verb`, `body`,
/// `unknown_members`), `check_mapping`, `explain_mapping` (`document`), `run_mapping` (`document`, `record`, `resolved`),
/// `ready_mappings`, `mapping_schema` and `compact_journal` (`journal`, whose lines it gives anew, in as few as say the
/// same); later releases have more. `BP_STATUS_VALIDATION` at `question` when it is not such an object, else as the
/// function for it. On success `*answer_json` is owned: free it with `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_ask(
    question_json: *const c_char,
    question_len: usize,
    answer_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        hand_out(answer_json, "answer_json", error, |scope| {
            Ok(brightpearl_core::ask(scope.text(question_json, question_len, "question_json")?)?)
        })
    }
}

/// Writes every resource of the API in short, as the text of a JSON array of objects with `name`, `title`,
/// `section`, `detail` (`full` or `listed`), `paths` (each with its `path` and `verbs`), `searches` (paths) and
/// `deprecated`. On success `*resources_json` is owned: free it with `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_catalog(resources_json: *mut bp_buffer, error: *mut *mut bp_error) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { hand_out(resources_json, "resources_json", error, |_| Ok(discovery::catalog())) }
}

/// Writes all that is known about a resource, by its name (`order-row`) or one of its paths
/// (`order-service/order-note-search`), as the text of a JSON object: verbs with their paths and a JSON Schema of
/// each body, and the columns of its searches with their types. `BP_STATUS_VALIDATION` when there is no such
/// resource; the message then has the nearest name. On success `*description_json` is owned: free it with
/// `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_describe(
    resource: *const c_char,
    resource_len: usize,
    description_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        hand_out(description_json, "description_json", error, |scope| {
            Ok(discovery::describe(scope.text(resource, resource_len, "resource")?)?)
        })
    }
}

/// Writes every task that `bp_call_start_task` knows, as the text of a JSON array of objects with `name`,
/// `summary`, `arguments` and `result` (JSON Schemas), `requests` (what it sends, in words) and `writes`. On
/// success `*tasks_json` is owned: free it with `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_tasks(tasks_json: *mut bp_buffer, error: *mut *mut bp_error) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { hand_out(tasks_json, "tasks_json", error, |_| Ok(discovery::tasks())) }
}

/// Writes what can go wrong and what to do about it, as the text of a JSON object: `kinds` (each with its
/// `kind` and `advice`), `deliveries` and `faults`, in the names that `bp_status_name`, `bp_delivery_name` and
/// `bp_fault_name` give, and `codes`, Brightpearl's common ones (each with its `code`, `meaning` and `advice`). On
/// success `*errors_json` is owned: free it with `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_errors(errors_json: *mut bp_buffer, error: *mut *mut bp_error) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { hand_out(errors_json, "errors_json", error, |_| Ok(discovery::errors())) }
}

/// Writes everything that is wrong with a body, as the text of a JSON array of objects with `pointer` (a JSON
/// Pointer into the body), `severity`, `fault`, `found` and `expected`; `[]` when it is right. A wrong body is no
/// error of this function; `BP_STATUS_VALIDATION` says that the verb or the policy is invalid. On success
/// `*violations_json` is owned: free it with `bp_buffer_free`. Nothing is sent.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_validate(
    validation: *const bp_validation,
    violations_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        hand_out(violations_json, "violations_json", error, |scope| {
            let validation = sized::read(validation, "validation")?;
            let policy = scope.text_of(validation.unknown_members, "validation.unknown_members")?;
            Ok(discovery::validate(
                scope.text_of(validation.path, "validation.path")?,
                scope.text_of(validation.verb, "validation.verb")?,
                scope.items(validation.body.data, validation.body.len, "validation.body")?,
                if policy.is_empty() { "warn" } else { policy },
            )?)
        })
    }
}

/// Says whether an install or uninstall callback of a public app is genuine: `BP_STATUS_OK` when its signature
/// is that of the developer's secret, else `BP_STATUS_VALIDATION` at `signature`, or at the parameter that is
/// missing, repeated, unknown or malformed. `parameters` are the callback's query parameters, unescaped, in any
/// order, `signature` among them, without those of the program's own address.
///
/// `max_age_ms` refuses callbacks that are older than that at `now_ms` (milliseconds since the Unix epoch), or dated
/// more than five minutes ahead, at `timestamp`; 0 takes them of any age, and `now_ms` is not looked at.
///
/// `*callback_json` becomes `{"account_code", "timestamp", "token"}`, the last null for an uninstallation. It holds
/// the account token, and is owned: free it with `bp_buffer_free`. `callback_json` is NULL when it is not wanted.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_verify_callback(
    parameters: *const bp_field,
    parameter_count: usize,
    dev_secret: *const c_char,
    dev_secret_len: usize,
    max_age_ms: u64,
    now_ms: u64,
    callback_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    let freshness = (max_age_ms > 0).then_some(signature::Freshness { now: now_ms, max_age_ms });
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        let verify = |scope: Scope<'_>| {
            // The token is among them.
            let parameters = Zeroizing::new(read_fields(scope, parameters, parameter_count, "parameters")?);
            let secret = scope.text(dev_secret, dev_secret_len, "dev_secret")?;
            Ok(signature::verify_callback(&parameters, &secret.into(), freshness)?)
        };
        if callback_json.is_null() {
            guarded(error, |scope| verify(scope).map(drop))
        } else {
            hand_out(callback_json, "callback_json", error, |scope| Ok(verify(scope)?.expose_json()))
        }
    }
}

/// Who asks for approval. Initialise it with `BP_INIT`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_authorization {
    /// `sizeof(bp_authorization)`.
    pub struct_size: usize,
    /// The account code.
    pub account: bp_text,
    /// The app's reference.
    pub app_ref: bp_text,
    /// Where the browser is sent back to, with `code` and `state`; the same text goes into the grant of the
    /// client's configuration.
    pub redirect_uri: bp_text,
    /// A text that cannot be guessed. Refuse a code that comes back with another one.
    pub state: bp_text,
}

// SAFETY: the size comes first; the other fields are lengths and pointers, which zero fits.
unsafe impl Growing for bp_authorization {}

/// Writes the address of the page where a person approves an OAuth app, to be opened in a browser.
/// `BP_STATUS_VALIDATION` at `account` for an invalid account code, and at the name of a field that is empty. On
/// success `*url` is owned: free it with `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_authorize_url(
    authorization: *const bp_authorization,
    url: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        hand_out(url, "url", error, |scope| {
            let authorization = sized::read(authorization, "authorization")?;
            Ok(oauth::authorize_url(
                scope.text_of(authorization.account, "authorization.account")?,
                scope.text_of(authorization.app_ref, "authorization.app_ref")?,
                scope.text_of(authorization.redirect_uri, "authorization.redirect_uri")?,
                scope.text_of(authorization.state, "authorization.state")?,
            )?)
        })
    }
}

/// # Safety
/// Each pointer is NULL or valid.
pub(crate) unsafe fn hand_out<T: AsRef<str>>(
    place: *mut bp_buffer,
    argument: &str,
    error: *mut *mut bp_error,
    make: impl for<'call> FnOnce(Scope<'call>) -> Result<T, Failure>,
) -> bp_status {
    // SAFETY: passed on to the caller.
    unsafe {
        guarded(error, |scope| {
            let place = scope.place(place, argument)?;
            place.put(make(scope)?.as_ref());
            Ok(())
        })
    }
}
