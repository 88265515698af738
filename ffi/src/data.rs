//! Outputs that are data: URIs, results of a batch or a task, outcomes of a push, records of a pull.

use std::ops::Range;
use std::ptr;

use brightpearl_core::{Data, Item};

use crate::boundary::{give_back, peek, retain};
use crate::error::bp_error;
use crate::ownership::{Counted, Handle};
use crate::text::{OwnedText, bp_bytes, bp_text, lend_option};

/// An output that is data, as items. What they are, the step's kind says:
///
///  - `BP_STEP_KIND_URIS`: each a JSON text.
///  - `BP_STEP_KIND_RESULTS`: results of a batch, in the order in which the writes were added, perhaps in several steps:
///    `index` (the place of the write, from 0), and `reply` with `status`, `headers` (pairs) and `body` (a text;
///    `body_base64` where it is not UTF-8), or `error`. A write behind one that failed, which was therefore not carried
///    out, has `BP_STATUS_CANCELLED` and `BP_DELIVERY_NOT_SENT`. Of an error, what is absent, empty or false is left out;
///    `bp_data_error` has all of it.
///  - `BP_STEP_KIND_TASK`: one item, an object with the members that `bp_tasks` describes; the name is the task's.
///  - `BP_STEP_KIND_OUTCOMES`: what became of records of a push, in the order in which they end: `record` (its place in the
///    input, from 0), `state` (`created`, `updated`, `unchanged`, `differs`, `doubled`, `skipped`, `rejected` or
///    `maybe-applied`), and what else there is of `key`, `id`, `dry_run`, `journaled`, `verified`, `reason`, `failures`,
///    `error`, `created` and `differences`. Every record ends with one.
///  - `BP_STEP_KIND_RECORDS`: records of one resource, in the order in which they changed, whose name the pull gave: what
///    there is of `id`, `changed`, `deleted`, `record`, `skipped` (why the mapping leaves it out), `failures` (why it could
///    not be mapped or read) and `source` (Brightpearl's own record, where the mapping failed).
///  - Any other kind, of a later release: items as JSON, under the name that `bp_step_kind_name` tells.
///
/// Borrowed from the step that it came with, unless `bp_data_retain` made it the program's own. It does not change, so
/// several threads may read it at once.
#[derive(Debug)]
pub struct bp_data {
    pub(crate) name: Option<OwnedText>,
    pub(crate) entries: Vec<Entry>,
}

impl Handle for bp_data {
    type Kept = Counted;
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) json: OwnedText,
    pub(crate) record: Option<Range<usize>>,
    pub(crate) error: Option<bp_error>,
}

impl bp_data {
    pub(crate) fn new(data: Data) -> Self {
        let Data { kind: _, name, items } = data;
        let entry = |Item { json, record, error }| Entry {
            json: OwnedText::new(&json),
            record,
            error: error.map(|error| bp_error::new(error.into())),
        };
        Self { name: name.as_deref().map(OwnedText::new), entries: items.into_iter().map(entry).collect() }
    }
}

/// Makes data the program's own, beyond the step that it came with: free it with `bp_data_free`. Each retain needs one
/// free. NULL stays NULL. Any thread.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_data_retain(data: *const bp_data) -> *mut bp_data {
    // SAFETY: NULL or lent by a step, so it stands in an `Arc`.
    unsafe { retain(data) }
}

/// Gives back what `bp_data_retain` gave; never use it on data that was only lent. NULL is ignored. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_data_free(data: *mut bp_data) {
    // SAFETY: NULL or retained.
    unsafe { give_back(data) }
}

/// The name of the task that was carried out, or of the resource whose records these are. It lives as long as the data.
/// No text for other kinds, and when `data` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_data_name(data: *const bp_data) -> bp_text {
    // SAFETY: NULL or valid data.
    unsafe { peek(data, bp_text::NONE, |data| Some(lend_option(data.name.as_ref()))) }
}

/// How many items there are; 0 when `data` is NULL. This is what `bp_call_acknowledge` counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_data_count(data: *const bp_data) -> usize {
    // SAFETY: NULL or valid data.
    unsafe { peek(data, 0, |data| Some(data.entries.len())) }
}

/// All of an item as JSON. It lives as long as the data. No text when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_data_json(data: *const bp_data, index: usize) -> bp_text {
    // SAFETY: NULL or valid data.
    unsafe { peek(data, bp_text::NONE, |data| Some(data.entries.get(index)?.json.lend())) }
}

/// The record of a pull alone: the JSON that the mapping made, or Brightpearl's own without one. It lives as long as the
/// data. Nothing (`data` is NULL) when the record is gone, skipped or could not be mapped, for other kinds, and when there
/// are not so many items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_data_record(data: *const bp_data, index: usize) -> bp_bytes {
    // SAFETY: NULL or valid data.
    unsafe {
        peek(data, bp_bytes::NONE, |data| {
            let Entry { json, record, .. } = data.entries.get(index)?;
            json.as_str().get(record.clone()?).map(|record| bp_bytes::of(record.as_bytes()))
        })
    }
}

/// The error that an item tells of: why a write of a batch has no answer, or the error of a record's write or of a read
/// that it needed. Borrowed: it lives as long as the data and is not freed. NULL when there is none, and when there are
/// not so many items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_data_error(data: *const bp_data, index: usize) -> *const bp_error {
    // SAFETY: NULL or valid data.
    unsafe { peek(data, ptr::null(), |data| data.entries.get(index)?.error.as_ref().map(ptr::from_ref)) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use brightpearl_core::{Error, OutputKind, Zeroizing};

    use super::*;
    use crate::status::bp_status;

    fn item(json: &str, record: Option<Range<usize>>, error: Option<Error>) -> Item {
        Item { json: Zeroizing::new(json.to_owned()), record, error }
    }

    fn words(text: bp_text) -> String {
        assert!(!text.data.is_null());
        // SAFETY: outputs are NUL-terminated.
        unsafe { std::ffi::CStr::from_ptr(text.data) }.to_str().expect("UTF-8").to_owned()
    }

    #[test]
    fn data_outlives_its_step_and_keeps_its_digits() {
        let data = Arc::new(bp_data::new(Data {
            kind: OutputKind::Records,
            name: Some("orders".to_owned()),
            items: vec![
                item(r#"{"id":7,"record":{"total":12.50}}"#, Some(17..32), None),
                item("{}", None, Some(Error::validation("/rows", "rows are missing"))),
            ],
        }));
        let lent = Arc::as_ptr(&data);
        // SAFETY: data of our own, retained before it goes; texts and bytes are read while they are there.
        unsafe {
            let kept = bp_data_retain(lent);
            drop(data);
            assert_eq!((words(bp_data_name(kept)).as_str(), bp_data_count(kept)), ("orders", 2));
            assert_eq!(words(bp_data_json(kept, 0)), r#"{"id":7,"record":{"total":12.50}}"#);
            let bytes = bp_data_record(kept, 0);
            assert_eq!(std::slice::from_raw_parts(bytes.data, bytes.len), br#"{"total":12.50}"#);
            assert!(bp_data_record(kept, 1).data.is_null() && bp_data_record(kept, 2).data.is_null());
            assert!(bp_data_error(kept, 0).is_null() && bp_data_error(kept, 2).is_null());
            assert_eq!(crate::bp_error_kind(bp_data_error(kept, 1)), bp_status::Validation);
            assert!(bp_data_json(kept, 2).data.is_null());
            bp_data_free(kept);
        }
    }
}
