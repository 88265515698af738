//! Texts and bytes on their way in and out.

use std::ffi::c_char;
use std::{fmt, ptr, str};

use zeroize::Zeroizing;

use crate::boundary::{Failure, quietly};
use crate::scope::{BadArray, Scope};

/// A UTF-8 text that someone else owns. As an input it is borrowed for the duration of the call, and need
/// not be NUL-terminated; `data` may be NULL when `len` is 0. As an output it is NUL-terminated (the NUL is
/// not counted in `len`), and borrowed for as long as the function says; `data` is NULL where there is no
/// text to give. A text that `bp_text_of` makes of NULL is refused by every function, and so is one with `data` NULL
/// in an array, save in the headers of an answer: what was to be there must not pass for nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_text {
    /// The first byte, or NULL.
    pub data: *const c_char,
    /// How many bytes.
    pub len: usize,
}

/// Bytes that someone else owns: not NUL-terminated, otherwise as `bp_text`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_bytes {
    /// The first byte, or NULL.
    pub data: *const u8,
    /// How many bytes.
    pub len: usize,
}

/// A name with its value: a header line, a query parameter, a filter.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_field {
    /// The name.
    pub name: bp_text,
    /// The value.
    pub value: bp_text,
}

/// A UTF-8 text that the program owns: filled by the library, NUL-terminated, and freed by
/// `bp_buffer_free`, once. Zero it before its first use.
#[repr(C)]
#[derive(Debug)]
pub struct bp_buffer {
    /// The first byte, or NULL.
    pub data: *mut c_char,
    /// How many bytes, the NUL not counted.
    pub len: usize,
}

/// Frees what a function put into a buffer, and sets the buffer to NULL and 0, so that freeing it twice
/// does no harm. The memory is overwritten before, since the text may hold tokens. `buffer` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_buffer_free(buffer: *mut bp_buffer) {
    quietly((), |scope| {
        // SAFETY: the caller gives NULL or a buffer of its own.
        let Some(buffer) = (unsafe { scope.exclusive(buffer) }) else { return };
        let data = std::mem::replace(&mut buffer.data, ptr::null_mut());
        let len = std::mem::replace(&mut buffer.len, 0);
        if !data.is_null() {
            // SAFETY: `bp_buffer::put` leaked a boxed slice of `len` bytes and a NUL, and nobody freed it.
            let bytes = unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(data.cast::<u8>(), len + 1)) };
            drop(Zeroizing::new(bytes));
        }
    });
}

impl bp_text {
    /// No text.
    pub(crate) const NONE: Self = Self { data: ptr::null(), len: 0 };
}

impl bp_bytes {
    /// No bytes.
    pub(crate) const NONE: Self = Self { data: ptr::null(), len: 0 };

    /// Lends bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr(), len: bytes.len() }
    }
}

impl bp_buffer {
    /// Hands a text to the program. What the buffer held before is not freed: it may be uninitialised.
    pub(crate) fn put(&mut self, text: &str) {
        self.len = text.len();
        self.data = Box::into_raw(terminated(text)).cast();
    }
}

/// The text with a NUL behind it.
fn terminated(text: &str) -> Box<[u8]> {
    let mut bytes = Vec::with_capacity(text.len() + 1);
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
    bytes.into_boxed_slice()
}

/// A text of our own with a NUL behind it, to lend out as [`bp_text`]. Its address stays when it moves. It is wiped when
/// it is dropped, since any may be a credential.
pub(crate) struct OwnedText(Zeroizing<Box<[u8]>>);

impl OwnedText {
    pub(crate) fn new(text: &str) -> Self {
        Self(Zeroizing::new(terminated(text)))
    }

    fn len(&self) -> usize {
        self.0.len() - 1
    }

    /// The text without the NUL.
    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.0[..self.len()]).unwrap_or_default()
    }

    /// Lends the text.
    pub(crate) fn lend(&self) -> bp_text {
        bp_text { data: self.0.as_ptr().cast(), len: self.len() }
    }
}

/// Shows the length: the text may be a credential.
impl fmt::Debug for OwnedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OwnedText({} bytes)", self.len())
    }
}

/// Lends a text that may not be there.
pub(crate) fn lend_option(text: Option<&OwnedText>) -> bp_text {
    text.map_or(bp_text::NONE, OwnedText::lend)
}

/// Names and values of our own, to lend out as [`bp_field`]s.
#[derive(Debug, Default)]
pub(crate) struct OwnedFields {
    /// Keeps alive what `fields` points to.
    _texts: Vec<OwnedText>,
    fields: Vec<bp_field>,
}

impl OwnedFields {
    pub(crate) fn new<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut texts = Vec::new();
        let mut fields = Vec::new();
        for (name, value) in lines {
            let (name, value) = (OwnedText::new(name), OwnedText::new(value));
            fields.push(bp_field { name: name.lend(), value: value.lend() });
            texts.extend([name, value]);
        }
        Self { _texts: texts, fields }
    }

    pub(crate) fn as_slice(&self) -> &[bp_field] {
        &self.fields
    }
}

/// Texts of our own, to lend out as an array.
#[derive(Debug, Default)]
pub(crate) struct OwnedTexts {
    /// Keeps alive what `lent` points to.
    _texts: Vec<OwnedText>,
    lent: Vec<bp_text>,
}

impl OwnedTexts {
    pub(crate) fn new(texts: &[String]) -> Self {
        let texts: Vec<OwnedText> = texts.iter().map(|text| OwnedText::new(text)).collect();
        let lent = texts.iter().map(OwnedText::lend).collect();
        Self { _texts: texts, lent }
    }

    pub(crate) fn as_slice(&self) -> &[bp_text] {
        &self.lent
    }
}

impl<'call> Scope<'call> {
    /// Reads `len` items. NULL stands for none when `len` is 0.
    ///
    /// # Safety
    /// `data` is NULL or points to `len` readable items that do not change during the call.
    pub(crate) unsafe fn items<T>(
        self,
        data: *const T,
        len: usize,
        argument: &str,
    ) -> Result<&'call [T], Failure> {
        // SAFETY: passed on to the caller.
        unsafe { self.slice(data, len) }.map_err(|bad| match bad {
            // What `bp_text_of` makes of NULL.
            BadArray::Null if len == usize::MAX => Failure::of_null(argument),
            BadArray::Null => Failure::null_with_length(argument, len),
            BadArray::Impossible => Failure::misuse(
                argument,
                format!("{len} items cannot stand there; expected an aligned array and its true length"),
            ),
        })
    }

    /// Reads a text.
    ///
    /// # Safety
    /// As [`Scope::items`].
    pub(crate) unsafe fn text(
        self,
        data: *const c_char,
        len: usize,
        argument: &str,
    ) -> Result<&'call str, Failure> {
        // SAFETY: passed on to the caller.
        let bytes = unsafe { self.items(data.cast::<u8>(), len, argument) }?;
        str::from_utf8(bytes).map_err(|error| Failure::bad_utf8(argument, error.valid_up_to()))
    }

    /// Reads a text out of a structure.
    ///
    /// # Safety
    /// As [`Scope::items`], for the text's own pointer and length.
    pub(crate) unsafe fn text_of(self, text: bp_text, argument: &str) -> Result<&'call str, Failure> {
        // SAFETY: passed on to the caller.
        unsafe { self.text(text.data, text.len, argument) }
    }

    /// Reads a text of an array, of which the program said that it is there: NULL cannot be meant.
    ///
    /// # Safety
    /// As [`Scope::items`], for the text's own pointer and length.
    pub(crate) unsafe fn present(self, text: bp_text, argument: &str) -> Result<&'call str, Failure> {
        if text.data.is_null() {
            return Err(Failure::of_null(argument));
        }
        // SAFETY: passed on to the caller.
        unsafe { self.text_of(text, argument) }
    }

    /// Copies a text that other people wrote, such as a response header: a stray byte becomes U+FFFD.
    ///
    /// # Safety
    /// As [`Scope::items`], for the text's own pointer and length.
    pub(crate) unsafe fn lossy_text_of(self, text: bp_text, argument: &str) -> Result<String, Failure> {
        // SAFETY: passed on to the caller.
        let bytes = unsafe { self.items(text.data.cast::<u8>(), text.len, argument) }?;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::within;
    use crate::status::bp_status;

    #[test]
    fn null_stands_for_nothing_only() {
        // SAFETY: NULL and a length are what the functions are asked to judge.
        within(|scope| unsafe {
            assert_eq!(scope.text(ptr::null(), 0, "config").unwrap(), "");
            let failure = scope.text(ptr::null(), 3, "config").unwrap_err();
            assert_eq!(failure.status, bp_status::NullPointer);
            assert_eq!(failure.error.location(), Some("config"));
        });
    }

    #[test]
    fn bad_utf8_is_refused_with_its_place_or_replaced() {
        let bytes = b"ab\xff\xfe";
        let lent = bp_text { data: bytes.as_ptr().cast(), len: bytes.len() };
        // SAFETY: the bytes are there.
        within(|scope| unsafe {
            let failure = scope.text_of(lent, "path").unwrap_err();
            assert_eq!(failure.status, bp_status::BadUtf8);
            assert_eq!(failure.error.location(), Some("byte 2 of path"));
            assert_eq!(scope.lossy_text_of(lent, "value").unwrap(), "ab\u{fffd}\u{fffd}");
        });
    }

    #[test]
    fn impossible_arrays_are_refused() {
        let number = [0_u64; 2];
        // SAFETY: refused before it is read.
        within(|scope| unsafe {
            assert!(scope.items(number.as_ptr(), usize::MAX, "columns").is_err());
            assert!(scope.items(number.as_ptr().byte_add(1), 1, "columns").is_err());
        });
    }

    #[test]
    fn a_buffer_is_freed_once_however_often_it_is_asked() {
        let mut buffer = bp_buffer { data: ptr::null_mut(), len: 7 };
        buffer.put("añb");
        assert_eq!(buffer.len, 4);
        // SAFETY: our own buffer.
        unsafe {
            assert_eq!(std::ffi::CStr::from_ptr(buffer.data).to_str(), Ok("añb"));
            bp_buffer_free(&mut buffer);
            bp_buffer_free(&mut buffer);
            bp_buffer_free(ptr::null_mut());
        }
        assert!(buffer.data.is_null());
    }
}
