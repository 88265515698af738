//! The records of a pull, besides what they say themselves.

use std::ptr;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::boundary::peek;
use crate::data::bp_data;
use crate::failure::{Failed, OwnedFailures, bp_failure};
use crate::text::{OwnedText, bp_text, lend_option};

/// One record of a pull. Borrowed from the data that it is an item of, and never freed. It does not change, so several
/// threads may read it at once. `bp_data_record` has the record itself.
#[derive(Debug)]
pub struct bp_pulled {
    id: u64,
    changed: Option<OwnedText>,
    is_deleted: bool,
    skipped: Option<OwnedText>,
    failures: OwnedFailures,
    source: Option<OwnedText>,
}

// SAFETY: the pointers go into texts that stand beside them and never change.
unsafe impl Send for bp_pulled {}
// SAFETY: as above.
unsafe impl Sync for bp_pulled {}

/// An item of a step of the kind `BP_STEP_KIND_RECORDS`. It lives as long as the data. NULL for other kinds, and when there
/// are not so many items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_data_pulled(data: *const bp_data, index: usize) -> *const bp_pulled {
    // SAFETY: NULL or valid data.
    unsafe { peek(data, ptr::null(), |data| data.pulled(index).map(ptr::from_ref)) }
}

/// The record's id in Brightpearl; 0 where it has none, and when `pulled` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_pulled_id(pulled: *const bp_pulled) -> u64 {
    // SAFETY: NULL or a valid record.
    unsafe { peek(pulled, 0, |pulled| Some(pulled.id)) }
}

/// When it changed, as Brightpearl wrote it; it lives as long as the data. No text where that is not known, and when
/// `pulled` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_pulled_changed(pulled: *const bp_pulled) -> bp_text {
    // SAFETY: NULL or a valid record.
    unsafe { peek(pulled, bp_text::NONE, |pulled| Some(lend_option(pulled.changed.as_ref()))) }
}

/// Whether the record is gone. False when `pulled` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_pulled_is_deleted(pulled: *const bp_pulled) -> bool {
    // SAFETY: NULL or a valid record.
    unsafe { peek(pulled, false, |pulled| Some(pulled.is_deleted)) }
}

/// Why the mapping leaves it out; it lives as long as the data. No text where it does not, and when `pulled` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_pulled_skipped(pulled: *const bp_pulled) -> bp_text {
    // SAFETY: NULL or a valid record.
    unsafe { peek(pulled, bp_text::NONE, |pulled| Some(lend_option(pulled.skipped.as_ref()))) }
}

/// How many things kept it from being mapped or read; 0 when `pulled` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_pulled_failure_count(pulled: *const bp_pulled) -> usize {
    // SAFETY: NULL or a valid record.
    unsafe { peek(pulled, 0, |pulled| Some(pulled.failures.as_slice().len())) }
}

/// One of them; it lives as long as the data. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_pulled_failure(pulled: *const bp_pulled, index: usize) -> *const bp_failure {
    // SAFETY: NULL or a valid record.
    unsafe { peek(pulled, ptr::null(), |it| it.failures.as_slice().get(index).map(ptr::from_ref)) }
}

/// Brightpearl's own record as JSON, where the mapping failed or its rows do not come to its totals; it lives as long as the
/// data. No text otherwise, and when `pulled` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_pulled_source(pulled: *const bp_pulled) -> bp_text {
    // SAFETY: NULL or a valid record.
    unsafe { peek(pulled, bp_text::NONE, |pulled| Some(lend_option(pulled.source.as_ref()))) }
}

/// A record as an item has it, whose members are documented with `bp_data`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct PulledMembers {
    id: Option<u64>,
    changed: Option<String>,
    deleted: bool,
    skipped: Option<String>,
    failures: Vec<Failed>,
    source: Option<Box<RawValue>>,
}

impl bp_pulled {
    /// Reads an item; `None` for one that is no record of a pull.
    pub(crate) fn read(json: &str) -> Option<Self> {
        let members: PulledMembers = serde_json::from_str(json).ok()?;
        Some(Self {
            id: members.id.unwrap_or_default(),
            changed: members.changed.as_deref().map(OwnedText::new),
            is_deleted: members.deleted,
            skipped: members.skipped.as_deref().map(OwnedText::new),
            failures: OwnedFailures::new(&members.failures),
            source: members.source.as_deref().map(|source| OwnedText::new(source.get())),
        })
    }
}
