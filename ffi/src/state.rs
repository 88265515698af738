//! The state of a pull in a file of its own, which the library keeps and locks.

use std::ffi::c_char;

use crate::boundary::{Failure, create, guarded, peek, release};
use crate::error::bp_error;
use crate::ownership::{Handle, Sole};
use crate::private_file::path_of;
use crate::state_file::StateFile;
use crate::status::bp_status;
use crate::text::{OwnedText, bp_text};

/// The state of a pull, in a file that one pull at a time has, among all processes and hosts on the machine. It has one
/// owner: only one thread may use it at a time, and it may move between threads. The end of the process, however it ends,
/// lets others have the file. A child that was forked while the state was open must not use it.
#[derive(Debug)]
pub struct bp_state {
    /// None once it was closed.
    file: Option<StateFile>,
    text: Option<OwnedText>,
}

impl Handle for bp_state {
    type Kept = Sole;
}

/// Opens the state of a pull: takes the file under that name, which need not be there yet, and reads what it holds. `path`
/// is the file's path: any bytes but NUL on Unix, UTF-8 on Windows. The function never waits. Beside the file another one
/// is locked, whose name begins with a dot and ends with `.lock`, and which `bp_state_close` removes on Unix.
///
/// `BP_STATUS_VALIDATION` at `state` when another pull has it, when it is not a regular file, when it does not hold a state,
/// and when none can be kept there. Whether the state is of the client's account is said by `bp_call_start_pull`. On success
/// `*state` is owned: end with `bp_state_close` or `bp_state_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_state_open(
    path: *const c_char,
    path_len: usize,
    state: *mut *mut bp_state,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(state, "state", || {
                let path = path_of(scope.items(path.cast::<u8>(), path_len, "path")?, "state")?;
                let (file, text) = StateFile::open(path)?;
                Ok(bp_state { file: Some(file), text: text.as_deref().map(OwnedText::new) })
            })
        })
    }
}

/// The `state` of a `bp_pull`: what the file held when it was opened or, when `bp_state_replace` has succeeded since, what
/// that put there, so that a pull goes on where the one before it stopped. No text (NULL) when there was none yet, or when
/// `state` is NULL. It is valid until the next `bp_state_replace` or `bp_state_free`, also when the state was closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_state_text(state: *const bp_state) -> bp_text {
    // SAFETY: NULL or a valid state.
    unsafe { peek(state, bp_text::NONE, |state| state.text.as_ref().map(OwnedText::lend)) }
}

/// Replaces what the file holds as a whole, and returns when that is on disk: with the `bp_call_checkpoint` of a pull, when
/// what it covers is safe elsewhere. Whatever happens meanwhile, the file has the one or the other.
///
/// `BP_STATUS_VALIDATION` at `state` when the file cannot be written, or the text is no state; the file then has what it
/// had. The same when the file was replaced, but its directory cannot be synced: after a power cut the file may have what it
/// had before. The message says which. `BP_STATUS_MISUSE` when the state was closed.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_state_replace(
    state: *mut bp_state,
    text: *const c_char,
    text_len: usize,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let state = scope.place(state, "state")?;
            let text = scope.text(text, text_len, "text")?;
            state.file.as_mut().ok_or_else(closed)?.replace(text)?;
            state.text = Some(OwnedText::new(text.trim()));
            Ok(())
        })
    }
}

/// Closes a state, so that others may have the file; what was replaced is on disk already. The handle stays, for
/// `bp_state_text` and `bp_state_free`. `BP_STATUS_MISUSE` when the state was closed before.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_state_close(state: *mut bp_state, error: *mut *mut bp_error) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            drop(scope.place(state, "state")?.file.take().ok_or_else(closed)?);
            Ok(())
        })
    }
}

/// Frees a state, and closes it unless that was done; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_state_free(state: *mut bp_state) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(state) }
}

fn closed() -> Failure {
    Failure::misuse("state", "the state was closed; expected one that is open: open it again".to_owned())
}
