//! Pulls: what changed in Brightpearl, on its way out.

use std::ffi::c_char;
use std::sync::OnceLock;

use brightpearl_core::flow::{PulledRecord, Records};
use brightpearl_core::operation::{Operation, Pull};

use crate::boundary::peek;
use crate::call::bp_call;
use crate::client::bp_client;
use crate::error::bp_error;
use crate::operation::start;
use crate::page::{give_back, retain};
use crate::status::bp_status;
use crate::text::{OwnedText, bp_bytes, bp_text, lend_option};

/// Some records of one resource, in the order in which they changed. Borrowed from the step that it came with, unless
/// `bp_records_retain` made it the program's own. It does not change, so several threads may read it at once.
#[derive(Debug)]
pub struct bp_records {
    resource: OwnedText,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    record: PulledRecord,
    changed: Option<OwnedText>,
    /// Made when it is asked for first.
    json: OnceLock<OwnedText>,
}

impl bp_records {
    pub(crate) fn new(records: Records) -> Self {
        let Records { resource, records } = records;
        let entry = |record: PulledRecord| Entry {
            changed: record.changed.as_deref().map(OwnedText::new),
            json: OnceLock::new(),
            record,
        };
        Self { resource: OwnedText::new(&resource), entries: records.into_iter().map(entry).collect() }
    }
}

/// Starts a pull. `pull_json` is the text of a JSON object: `resources`, an array of objects with `resource` and as
/// it is wanted `name`, `filters`, `mapping` (a mapping document with a `source`), `since`, `watermark`, `query`,
/// `rows`, `deletes` and `priority`; and as it is wanted `state` (a checkpoint of an earlier pull) and
/// `overlap_ms`.
///
/// It puts out records. A checkpoint covers what was consumed; that of a pull that is done is the `state` of the
/// next. `BP_STATUS_VALIDATION` before anything is sent, at the member that is wrong. As `bp_call_start_request`
/// otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_call_start_pull(
    client: *const bp_client,
    pull_json: *const c_char,
    pull_len: usize,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        start(client, call, error, |scope| {
            Ok(Operation::Pull(Pull::from_json(scope.text(pull_json, pull_len, "pull_json")?)?))
        })
    }
}

/// Makes records the program's own, beyond the step that they came with: free them with `bp_records_free`. Each
/// retain needs one free. NULL stays NULL. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_records_retain(records: *const bp_records) -> *const bp_records {
    // SAFETY: NULL or lent by a step, so it stands in an `Arc`.
    unsafe { retain(records) }
}

/// Gives back what `bp_records_retain` gave; never use it on records that were only lent. NULL is ignored. Any
/// thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_records_free(records: *const bp_records) {
    // SAFETY: NULL or retained.
    unsafe { give_back(records) }
}

/// What the pull calls the resource. It lives as long as the records. No text when `records` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_records_resource(records: *const bp_records) -> bp_text {
    // SAFETY: NULL or valid records.
    unsafe { peek(records, bp_text::NONE, |records| Some(records.resource.lend())) }
}

/// How many records there are; 0 when `records` is NULL. This is what `bp_call_acknowledge` counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_records_count(records: *const bp_records) -> usize {
    // SAFETY: NULL or valid records.
    unsafe { peek(records, 0, |records| Some(records.entries.len())) }
}

/// The record's id in Brightpearl; 0 when it has none, and when there are not so many records.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_records_id(records: *const bp_records, index: usize) -> u64 {
    // SAFETY: NULL or valid records.
    unsafe { peek(records, 0, |records| records.entries.get(index)?.record.id) }
}

/// Whether the record is gone from Brightpearl. False when there are not so many records.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_records_is_deleted(records: *const bp_records, index: usize) -> bool {
    // SAFETY: NULL or valid records.
    unsafe { peek(records, false, |records| Some(records.entries.get(index)?.record.deleted)) }
}

/// The value of the column that tells when it changed, as Brightpearl wrote it. It lives as long as the records. No
/// text when it is not known, and when there are not so many records.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_records_changed(records: *const bp_records, index: usize) -> bp_text {
    // SAFETY: NULL or valid records.
    unsafe {
        peek(records, bp_text::NONE, |records| {
            Some(lend_option(records.entries.get(index)?.changed.as_ref()))
        })
    }
}

/// The record itself as JSON: what the mapping made, or Brightpearl's own without one. It lives as long as the
/// records. Nothing (`data` is NULL) when the record is gone, skipped or could not be mapped, and when there are not
/// so many records.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_records_record(records: *const bp_records, index: usize) -> bp_bytes {
    // SAFETY: NULL or valid records.
    unsafe {
        peek(records, bp_bytes::NONE, |records| {
            let record = records.entries.get(index)?.record.record.as_ref()?;
            Some(bp_bytes::of(record.get().as_bytes()))
        })
    }
}

/// All that is known of a record, as the text of a JSON object: what it has of `id`, `changed`, `deleted`, `record`,
/// `skipped` (why the mapping leaves it out), `failures` (why it could not be mapped or read) and `source`
/// (Brightpearl's own record, where the mapping failed). It lives as long as the records. No text when there are not
/// so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_records_json(records: *const bp_records, index: usize) -> bp_text {
    // SAFETY: NULL or valid records.
    unsafe {
        peek(records, bp_text::NONE, |records| {
            let Entry { json, record, .. } = records.entries.get(index)?;
            Some(json.get_or_init(|| OwnedText::new(&record.to_json())).lend())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn record(id: u64) -> PulledRecord {
        PulledRecord {
            id: Some(id),
            changed: None,
            deleted: false,
            record: None,
            skipped: None,
            failures: Vec::new(),
            source: None,
        }
    }

    #[test]
    fn records_outlive_their_step_and_keep_their_digits() {
        let order = serde_json::value::RawValue::from_string(r#"{"total":12.50}"#.to_owned()).expect("JSON");
        let changed = "2026-01-01T00:00:00.000Z";
        let records = Arc::new(bp_records::new(Records {
            resource: "orders".to_owned(),
            records: vec![
                PulledRecord { record: Some(order), changed: Some(changed.to_owned()), ..record(7) },
                PulledRecord { deleted: true, ..record(9) },
            ],
        }));
        let lent = Arc::as_ptr(&records);
        // SAFETY: records of our own, retained before they go; texts and bytes are read while they are there.
        unsafe {
            let kept = bp_records_retain(lent);
            drop(records);
            let words =
                |text: bp_text| std::ffi::CStr::from_ptr(text.data).to_str().expect("UTF-8").to_owned();
            assert_eq!((words(bp_records_resource(kept)).as_str(), bp_records_count(kept)), ("orders", 2));
            assert_eq!((bp_records_id(kept, 0), bp_records_id(kept, 1), bp_records_id(kept, 2)), (7, 9, 0));
            assert_eq!((bp_records_is_deleted(kept, 0), bp_records_is_deleted(kept, 1)), (false, true));
            assert_eq!(words(bp_records_changed(kept, 0)), changed);
            assert!(bp_records_changed(kept, 1).data.is_null());
            let bytes = bp_records_record(kept, 0);
            assert_eq!(std::slice::from_raw_parts(bytes.data, bytes.len), br#"{"total":12.50}"#);
            assert!(bp_records_record(kept, 1).data.is_null() && bp_records_record(kept, 2).data.is_null());
            assert_eq!(
                words(bp_records_json(kept, 0)),
                format!(r#"{{"id":7,"changed":"{changed}","record":{{"total":12.50}}}}"#)
            );
            assert_eq!(words(bp_records_json(kept, 1)), r#"{"id":9,"deleted":true}"#);
            assert!(bp_records_json(kept, 2).data.is_null());
            bp_records_free(kept);
        }
    }
}
