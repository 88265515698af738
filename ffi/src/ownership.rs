//! Who owns what is behind a pointer that a program holds, as a matter of types.
//!
//! The examples of [`Handle`] compile this file by itself, so it needs nothing else of the crate.

use std::sync::Arc;

/// What stands behind a pointer that a program holds. A plain pointer is the program's own, and freed once; a pointer to
/// `const` is lent. Which function frees it follows from how it is kept, so a type has one way only.
///
/// What the program owns is freed:
#[doc = concat!("```\n#[path = \"", env!("CARGO_MANIFEST_DIR"), "/src/ownership.rs\"]\nmod ownership;\n")]
/// use ownership::{Handle, Sole, own, release};
///
/// struct Client;
/// impl Handle for Client {
///     type Kept = Sole;
/// }
///
/// let client: *mut Client = own(Client);
/// // SAFETY: it was given out a line above.
/// unsafe { release(client) };
/// ```
///
/// What is lent does not come to be freed:
#[doc = concat!("```compile_fail,E0308\n#[path = \"", env!("CARGO_MANIFEST_DIR"), "/src/ownership.rs\"]\nmod ownership;\n")]
/// use ownership::{Handle, Sole, release};
///
/// struct Error;
/// impl Handle for Error {
///     type Kept = Sole;
/// }
///
/// fn free(lent: *const Error) {
///     // SAFETY: there is no way to write it.
///     unsafe { release(lent) };
/// }
/// ```
///
/// nor what is lent and counted, before it was retained:
#[doc = concat!("```compile_fail,E0308\n#[path = \"", env!("CARGO_MANIFEST_DIR"), "/src/ownership.rs\"]\nmod ownership;\n")]
/// use std::sync::Arc;
///
/// use ownership::{Counted, Handle, give_back, lend};
///
/// struct Page;
/// impl Handle for Page {
///     type Kept = Counted;
/// }
///
/// fn free(page: &Arc<Page>) {
///     // SAFETY: there is no way to write it.
///     unsafe { give_back(lend(page)) };
/// }
/// ```
///
/// and what is counted is not freed as if it had one owner, nor the other way round:
#[doc = concat!("```compile_fail,E0271\n#[path = \"", env!("CARGO_MANIFEST_DIR"), "/src/ownership.rs\"]\nmod ownership;\n")]
/// use ownership::{Counted, Handle, release};
///
/// struct Page;
/// impl Handle for Page {
///     type Kept = Counted;
/// }
///
/// fn free(page: *mut Page) {
///     // SAFETY: there is no way to write it.
///     unsafe { release(page) };
/// }
/// ```
#[doc = concat!("```compile_fail,E0271\n#[path = \"", env!("CARGO_MANIFEST_DIR"), "/src/ownership.rs\"]\nmod ownership;\n")]
/// use ownership::{Handle, Sole, give_back};
///
/// struct Client;
/// impl Handle for Client {
///     type Kept = Sole;
/// }
///
/// fn free(client: *mut Client) {
///     // SAFETY: there is no way to write it.
///     unsafe { give_back(client) };
/// }
/// ```
pub(crate) trait Handle: Sized {
    /// [`Sole`] or [`Counted`].
    type Kept;
}

/// It has one owner, which frees it.
#[derive(Debug)]
pub(crate) enum Sole {}

/// It is lent, and everybody who retains it is an owner more.
#[derive(Debug)]
pub(crate) enum Counted {}

/// Gives something to the program, which owns it from now on.
pub(crate) fn own<T: Handle<Kept = Sole>>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// Takes back what the program owned, and drops it. NULL is ignored.
///
/// # Safety
/// `handle` is NULL or came from [`own`] and was not taken back before.
pub(crate) unsafe fn release<T: Handle<Kept = Sole>>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: it came out of a box, by the caller's promise.
        drop(unsafe { Box::from_raw(handle) });
    }
}

/// Lends something for as long as it is there.
pub(crate) fn lend<T: Handle<Kept = Counted>>(value: &Arc<T>) -> *const T {
    Arc::as_ptr(value)
}

/// Makes the program one more owner of what was lent. NULL stays NULL.
///
/// # Safety
/// `lent` is NULL, or came from [`lend`] or [`retain`] and is still there.
pub(crate) unsafe fn retain<T: Handle<Kept = Counted>>(lent: *const T) -> *mut T {
    if !lent.is_null() {
        // SAFETY: it stands in an `Arc`, whose count is not 0 while the program may use it.
        unsafe { Arc::increment_strong_count(lent) };
    }
    // Nobody writes through it: it is plain as a sign that the program owns it.
    lent.cast_mut()
}

/// Takes one owner away, and drops what has none any more. NULL is ignored.
///
/// # Safety
/// `handle` is NULL or came from [`retain`], once for each time that it is given back.
pub(crate) unsafe fn give_back<T: Handle<Kept = Counted>>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: by the caller's promise.
        unsafe { Arc::decrement_strong_count(handle) };
    }
}
