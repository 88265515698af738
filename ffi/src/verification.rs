//! How to find out what became of a write whose outcome is unknown.

use std::ptr;

use brightpearl_core::Verification;

use crate::boundary::peek;
use crate::error::bp_error;
use crate::text::{OwnedFields, OwnedText, bp_field, bp_text};

/// What to do to find out, and with it which fields of the verification are set.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_verification_kind {
    /// Search for the record by what the write said of it: `search`, `filters`, `filter_count`, `unique`.
    Search = 1,
    /// Read, and compare with what was sent: `path`, `compare`.
    Read = 2,
}

/// One way to find out whether a write was applied, ready to be carried out. The library makes these; later
/// releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_verification {
    /// What to do; fields of the other kind are zero.
    pub kind: bp_verification_kind,
    /// Whether Brightpearl refuses a second record with these values, so that a hit is the record. Otherwise a
    /// hit is a candidate: compare the rest.
    pub unique: bool,
    /// The search's path, as `bp_search.resource` takes it.
    pub search: bp_text,
    /// Its filters, as `bp_search.filters` takes them.
    pub filters: *const bp_field,
    /// How many of them.
    pub filter_count: usize,
    /// The path to read, as `bp_request.path` takes it.
    pub path: bp_text,
    /// What to look at, in words.
    pub compare: bp_text,
}

/// How many ways there are to find out whether the write was applied; 0 when its outcome is known, or when
/// there is no way.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_verification_count(error: *const bp_error) -> usize {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, 0, |error| Some(error.verifications().len())) }
}

/// One of them, the surest first; it lives as long as the error. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_verification(
    error: *const bp_error,
    index: usize,
) -> *const bp_verification {
    // SAFETY: NULL or a valid error.
    unsafe {
        peek(error, ptr::null(), |error| {
            error.verifications().get(index).map(|owned| ptr::from_ref(&owned.lent))
        })
    }
}

/// A verification of our own, to lend out.
#[derive(Debug)]
pub(crate) struct OwnedVerification {
    /// Keep alive what `lent` points to.
    _texts: Vec<OwnedText>,
    _filters: OwnedFields,
    lent: bp_verification,
}

impl OwnedVerification {
    pub(crate) fn new(verification: &Verification) -> Self {
        match verification {
            Verification::Search { search, filters, unique } => {
                let search = OwnedText::new(search);
                let filters =
                    OwnedFields::new(filters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
                let lines = filters.as_slice();
                let lent = bp_verification {
                    kind: bp_verification_kind::Search,
                    unique: *unique,
                    search: search.lend(),
                    filters: lines.as_ptr(),
                    filter_count: lines.len(),
                    path: bp_text::NONE,
                    compare: bp_text::NONE,
                };
                Self { _texts: vec![search], _filters: filters, lent }
            }
            Verification::Read { path, compare } => {
                let [path, compare] = [path, compare].map(|text| OwnedText::new(text));
                let lent = bp_verification {
                    kind: bp_verification_kind::Read,
                    unique: false,
                    search: bp_text::NONE,
                    filters: ptr::null(),
                    filter_count: 0,
                    path: path.lend(),
                    compare: compare.lend(),
                };
                Self { _texts: vec![path, compare], _filters: OwnedFields::default(), lent }
            }
        }
    }
}
