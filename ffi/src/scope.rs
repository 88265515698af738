//! What a program lends, readable for as long as the function that it was given to, and no longer.
//!
//! The examples of [`Scope`] compile this file by itself, so it needs nothing else of the crate.

use std::marker::PhantomData;
use std::slice;

/// The time during which one function of this face runs. Whatever a program lends comes out of a scope as a reference
/// of its lifetime, which nobody can choose: [`within`] makes a new one each time, and it fits no other.
///
/// A copy may leave:
#[doc = concat!("```\n#[path = \"", env!("CARGO_MANIFEST_DIR"), "/src/scope.rs\"]\nmod scope;\n")]
/// use std::borrow::Cow;
///
/// fn keep(names: &mut Vec<Cow<'static, str>>, name: *const u8, len: usize) {
///     scope::within(|scope| {
///         // SAFETY: the caller's bytes.
///         let bytes = unsafe { scope.slice(name, len) }.unwrap();
///         names.push(String::from_utf8_lossy(bytes).into_owned().into());
///     });
/// }
/// ```
///
/// What is lent itself cannot outlive the call, not even where `'static` is asked for:
#[doc = concat!("```compile_fail,E0521\n#[path = \"", env!("CARGO_MANIFEST_DIR"), "/src/scope.rs\"]\nmod scope;\n")]
/// use std::borrow::Cow;
///
/// fn keep(names: &mut Vec<Cow<'static, str>>, name: *const u8, len: usize) {
///     scope::within(|scope| {
///         // SAFETY: the caller's bytes.
///         let bytes = unsafe { scope.slice(name, len) }.unwrap();
///         names.push(String::from_utf8_lossy(bytes));
///     });
/// }
/// ```
///
/// or in something that merely outlives the function:
#[doc = concat!("```compile_fail,E0521\n#[path = \"", env!("CARGO_MANIFEST_DIR"), "/src/scope.rs\"]\nmod scope;\n")]
/// struct Kept<'kept>(&'kept u64);
///
/// fn keep<'kept>(kept: &mut Kept<'kept>, handle: *const u64) {
///     scope::within(|scope| {
///         // SAFETY: the caller's handle.
///         kept.0 = unsafe { scope.shared(handle) }.unwrap();
///     });
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'call>(
    /// A reference in argument and in result fits one lifetime only, neither longer nor shorter ones.
    PhantomData<fn(&'call ()) -> &'call ()>,
);

/// Runs `body` in a scope of its own.
pub(crate) fn within<R>(body: impl for<'call> FnOnce(Scope<'call>) -> R) -> R {
    body(Scope(PhantomData))
}

/// Why an array cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadArray {
    /// It has no address.
    Null,
    /// No array can stand there, or be so long.
    Impossible,
}

impl<'call> Scope<'call> {
    /// A handle or structure for reading; `None` for NULL.
    ///
    /// # Safety
    /// `handle` is NULL or valid during the call.
    pub(crate) unsafe fn shared<T>(self, handle: *const T) -> Option<&'call T> {
        // SAFETY: passed on to the caller.
        unsafe { handle.as_ref() }
    }

    /// A handle or place for writing; `None` for NULL.
    ///
    /// # Safety
    /// `handle` is NULL or valid during the call, and nobody else uses it meanwhile.
    pub(crate) unsafe fn exclusive<T>(self, handle: *mut T) -> Option<&'call mut T> {
        // SAFETY: passed on to the caller.
        unsafe { handle.as_mut() }
    }

    /// An array. NULL stands for an empty one when `len` is 0.
    ///
    /// # Errors
    /// [`BadArray`].
    ///
    /// # Safety
    /// `data` is NULL or points to `len` readable items that do not change during the call.
    pub(crate) unsafe fn slice<T>(self, data: *const T, len: usize) -> Result<&'call [T], BadArray> {
        if len == 0 {
            return Ok(&[]);
        }
        if data.is_null() {
            return Err(BadArray::Null);
        }
        let bytes = len.checked_mul(size_of::<T>());
        if !data.is_aligned() || bytes.is_none_or(|bytes| bytes > isize::MAX as usize) {
            return Err(BadArray::Impossible);
        }
        // SAFETY: not NULL, aligned, no larger than memory can be; the caller vouches for the rest.
        Ok(unsafe { slice::from_raw_parts(data, len) })
    }
}
