//! Where Rust meets C: no panic gets out, no NULL gets in.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use brightpearl_core::Error;

use crate::error::bp_error;
use crate::ownership::{self, Counted, Handle, Sole, own};
use crate::scope::{Scope, within};
use crate::status::bp_status;

/// Why a function of this face failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: bp_status,
    pub(crate) error: Error,
    /// What to do, where the advice of the error's kind is not to the point.
    pub(crate) advice: Option<&'static str>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { status: error.kind().into(), error, advice: None }
    }
}

impl Failure {
    /// An argument that must not be NULL.
    pub(crate) fn null(argument: &str) -> Self {
        let error = Error::misuse(format!("{argument} is NULL; expected a valid pointer")).at(argument);
        Self { status: bp_status::NullPointer, error, advice: None }
    }

    /// An array without an address.
    pub(crate) fn null_with_length(argument: &str, length: usize) -> Self {
        let message =
            format!("{argument} is NULL while its length is {length}; expected a valid pointer, or length 0");
        Self { status: bp_status::NullPointer, error: Error::misuse(message).at(argument), advice: None }
    }

    /// A text that was made of NULL.
    pub(crate) fn of_null(argument: &str) -> Self {
        let message =
            format!("{argument} was made of NULL, perhaps of a variable that is not set; expected a text");
        Self { status: bp_status::NullPointer, error: Error::misuse(message).at(argument), advice: None }
    }

    /// An id set that is absent without a word.
    pub(crate) fn no_ids(structure: &str) -> Self {
        let message = format!(
            "{structure}.ids is NULL; expected ids such as 1-200,320, or {structure}.all set for all there are"
        );
        let error = Error::misuse(message).at(format!("{structure}.ids"));
        Self { status: bp_status::NullPointer, error, advice: None }
    }

    /// No text.
    pub(crate) fn bad_utf8(argument: &str, position: usize) -> Self {
        let error = Error::validation(
            format!("byte {position} of {argument}"),
            format!("{argument} is not UTF-8; expected UTF-8 text"),
        );
        Self { status: bp_status::BadUtf8, error, advice: None }
    }

    /// Another broken rule, at an argument.
    pub(crate) fn misuse(argument: &str, message: String) -> Self {
        Error::misuse(message).at(argument).into()
    }

    /// Says what to do about it.
    pub(crate) fn advising(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }

    fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no text");
        let error = Error::misuse(format!("a defect in the library: {text}; please report it"));
        Self { status: bp_status::Panic, error, advice: None }
    }
}

/// Runs the body of a function that can fail, in a scope of its own, and hands its error to the program when that
/// wants it.
///
/// # Safety
/// `error` is NULL or can be written.
pub(crate) unsafe fn guarded(
    error: *mut *mut bp_error,
    body: impl for<'call> FnOnce(Scope<'call>) -> Result<(), Failure>,
) -> bp_status {
    let outcome = catch_unwind(AssertUnwindSafe(|| within(body)))
        .unwrap_or_else(|payload| Err(Failure::panic(payload.as_ref())));
    let (status, handle) = match outcome {
        Ok(()) => (bp_status::Ok, ptr::null_mut()),
        Err(failure) if error.is_null() => (failure.status, ptr::null_mut()),
        Err(failure) => (failure.status, own(bp_error::new(failure))),
    };
    if !error.is_null() {
        // SAFETY: not NULL, so it can be written by the caller's promise.
        unsafe { error.write(handle) };
    }
    status
}

/// Runs the body of a function that cannot fail, except by a defect: then it answers `otherwise`.
pub(crate) fn quietly<R>(otherwise: R, body: impl for<'call> FnOnce(Scope<'call>) -> R) -> R {
    catch_unwind(AssertUnwindSafe(|| within(body))).unwrap_or(otherwise)
}

/// Reads something from a handle; NULL reads as `otherwise`.
///
/// # Safety
/// `handle` is NULL or valid.
pub(crate) unsafe fn peek<T: 'static, R>(
    handle: *const T,
    otherwise: R,
    read: impl FnOnce(&T) -> Option<R>,
) -> R {
    // SAFETY: passed on to the caller.
    let found = quietly(None, |scope| unsafe { scope.shared(handle) }.and_then(read));
    found.unwrap_or(otherwise)
}

impl<'call> Scope<'call> {
    /// A handle for reading.
    ///
    /// # Safety
    /// `handle` is NULL or valid during the call.
    pub(crate) unsafe fn handle<T>(self, handle: *const T, argument: &str) -> Result<&'call T, Failure> {
        // SAFETY: passed on to the caller.
        unsafe { self.shared(handle) }.ok_or_else(|| Failure::null(argument))
    }

    /// A handle or place for writing.
    ///
    /// # Safety
    /// `place` is NULL or valid during the call, and nobody else uses it meanwhile.
    pub(crate) unsafe fn place<T>(self, place: *mut T, argument: &str) -> Result<&'call mut T, Failure> {
        // SAFETY: passed on to the caller.
        unsafe { self.exclusive(place) }.ok_or_else(|| Failure::null(argument))
    }
}

/// Hands a new handle to the program: `place` is NULL until `make` has succeeded.
///
/// # Safety
/// `place` is NULL or can be written.
pub(crate) unsafe fn create<T: Handle<Kept = Sole>>(
    place: *mut *mut T,
    argument: &str,
    make: impl FnOnce() -> Result<T, Failure>,
) -> Result<(), Failure> {
    if place.is_null() {
        return Err(Failure::null(argument));
    }
    // SAFETY: not NULL, so it can be written by the caller's promise.
    unsafe { place.write(ptr::null_mut()) };
    let handle = own(make()?);
    // SAFETY: as above.
    unsafe { place.write(handle) };
    Ok(())
}

/// Takes a handle back and drops it.
///
/// # Safety
/// `handle` is NULL or came from [`create`] and was not taken back before.
pub(crate) unsafe fn release<T: Handle<Kept = Sole>>(handle: *mut T) {
    // SAFETY: passed on to the caller.
    quietly((), |_| unsafe { ownership::release(handle) });
}

/// Makes the program one more owner of an output.
///
/// # Safety
/// As [`ownership::retain`].
pub(crate) unsafe fn retain<T: Handle<Kept = Counted>>(output: *const T) -> *mut T {
    // SAFETY: passed on to the caller.
    quietly(ptr::null_mut(), |_| unsafe { ownership::retain(output) })
}

/// Takes one owner of an output away.
///
/// # Safety
/// As [`ownership::give_back`].
pub(crate) unsafe fn give_back<T: Handle<Kept = Counted>>(output: *mut T) {
    // SAFETY: passed on to the caller.
    quietly((), |_| unsafe { ownership::give_back(output) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_with_its_words() {
        let mut error = ptr::null_mut();
        // SAFETY: `error` can be written, and is what `bp_error_free` takes.
        unsafe {
            let status = guarded(&mut error, |_| panic!("{} of {}", 1, 2));
            assert_eq!(status, bp_status::Panic);
            let text = std::ffi::CStr::from_ptr(crate::bp_error_message(error).data);
            assert!(text.to_str().unwrap().contains("1 of 2"));
            crate::bp_error_free(error);
            assert_eq!(guarded(ptr::null_mut(), |_| panic!("unheard")), bp_status::Panic);
        }
        assert_eq!(quietly(7, |_| panic!("unheard")), 7);
    }
}
