//! Outputs that are data: URIs, results of a batch or a task, outcomes of a push, records of a pull.

use std::ops::Range;
use std::ptr;
use std::sync::OnceLock;

use brightpearl_core::{Data, Item, OutputKind};

use crate::boundary::{give_back, peek, retain};
use crate::error::bp_error;
use crate::outcome::bp_outcome;
use crate::ownership::{Counted, Handle};
use crate::pulled::bp_pulled;
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
///    `error`, `created` and `differences`. Every record ends with one. `bp_data_outcome` has them without JSON.
///  - `BP_STEP_KIND_RECORDS`: records of one resource, in the order in which they changed, whose name the pull gave: what
///    there is of `id`, `changed`, `deleted`, `record`, `skipped` (why the mapping leaves it out), `failures` (why it could
///    not be mapped or read) and `source` (Brightpearl's own record, where the mapping failed or its rows do not come to its
///    totals). `bp_data_record` and `bp_data_pulled` have them without JSON.
///  - Any other kind, of a later release: items as JSON, under the name that `bp_step_kind_name` tells.
///
/// Borrowed from the step that it came with, unless `bp_data_retain` made it the program's own. It does not change, so
/// several threads may read it at once.
#[derive(Debug)]
pub struct bp_data {
    kind: OutputKind,
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
    /// What of the JSON is asked for by functions, read when it is asked for first.
    read: OnceLock<Option<Box<Read>>>,
}

/// An item that functions tell of.
#[derive(Debug)]
enum Read {
    Outcome(bp_outcome),
    Pulled(bp_pulled),
}

impl bp_data {
    pub(crate) fn new(data: Data) -> Self {
        let Data { kind, name, items } = data;
        let entry = |Item { json, record, error }| Entry {
            json: OwnedText::new(&json),
            record,
            error: error.map(|error| bp_error::new(error.into())),
            read: OnceLock::new(),
        };
        Self {
            kind,
            name: name.as_deref().map(OwnedText::new),
            entries: items.into_iter().map(entry).collect(),
        }
    }

    /// An item of a push.
    pub(crate) fn outcome(&self, index: usize) -> Option<&bp_outcome> {
        match self.read(index)? {
            Read::Outcome(outcome) => Some(outcome),
            Read::Pulled(_) => None,
        }
    }

    /// An item of a pull.
    pub(crate) fn pulled(&self, index: usize) -> Option<&bp_pulled> {
        match self.read(index)? {
            Read::Pulled(pulled) => Some(pulled),
            Read::Outcome(_) => None,
        }
    }

    fn read(&self, index: usize) -> Option<&Read> {
        let Entry { json, error, read, .. } = self.entries.get(index)?;
        let read = read.get_or_init(|| {
            let read = match self.kind {
                OutputKind::Outcomes => bp_outcome::read(json.as_str(), error.as_ref()).map(Read::Outcome),
                OutputKind::Records => bp_pulled::read(json.as_str()).map(Read::Pulled),
                _ => None,
            };
            read.map(Box::new)
        });
        read.as_deref()
    }
}

/// Makes data the program's own, beyond the step that it came with: free it with `bp_data_free`. Each retain needs one
/// free. NULL stays NULL.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_data_retain(data: *const bp_data) -> *mut bp_data {
    // SAFETY: NULL or lent by a step, so it stands in an `Arc`.
    unsafe { retain(data) }
}

/// Gives back what `bp_data_retain` gave; never use it on data that was only lent. NULL is ignored.
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

    #[test]
    fn outcomes_are_read_without_json() {
        const CREATED: &str = r##"{"record":3,"key":"#1001","state":"created","id":329,"verified":true,
            "created":[{"mapping":"customer","id":17},{"mapping":"address"}]}"##;
        const DIFFERS: &str = r#"{"record":4,"state":"differs","dry_run":true,"journaled":true,"reason":"it differs",
            "failures":[{"rule":"/fields/0","target":"/ref","source":"name","value":"7","reason":"it is a number"}],
            "differences":[{"pointer":"/total","before":12.50,"after":13.0,"changeable":true},
            {"pointer":"/ref","after":null,"changeable":false}]}"#;
        let later = r#"{"record":5,"state":"postponed"}"#;
        let failed = Error::validation("/rows", "rows are missing");
        let data = bp_data::new(Data {
            kind: OutputKind::Outcomes,
            name: None,
            items: vec![
                item(CREATED, None, None),
                item(DIFFERS, None, Some(failed)),
                item(later, None, None),
            ],
        });
        use crate::status::bp_record_state;
        // SAFETY: data of our own, and NULL.
        unsafe {
            let outcome = crate::bp_data_outcome(&data, 0);
            assert_eq!((crate::bp_outcome_record(outcome), crate::bp_outcome_id(outcome)), (3, 329));
            assert_eq!(words(crate::bp_outcome_key(outcome)), "#1001");
            assert_eq!(crate::bp_outcome_state(outcome), bp_record_state::Created);
            assert!(crate::bp_outcome_is_verified(outcome) && !crate::bp_outcome_is_dry_run(outcome));
            assert!(crate::bp_outcome_error(outcome).is_null() && !crate::bp_outcome_is_journaled(outcome));
            assert_eq!(crate::bp_outcome_created_count(outcome), 2);
            let (customer, address) =
                (*crate::bp_outcome_created(outcome, 0), *crate::bp_outcome_created(outcome, 1));
            assert_eq!((words(customer.mapping), customer.id, address.id), ("customer".to_owned(), 17, 0));
            assert!(crate::bp_outcome_created(outcome, 2).is_null());

            let outcome = crate::bp_data_outcome(&data, 1);
            assert_eq!(crate::bp_outcome_state(outcome), bp_record_state::Differs);
            assert!(crate::bp_outcome_is_dry_run(outcome) && crate::bp_outcome_is_journaled(outcome));
            assert_eq!(words(crate::bp_outcome_reason(outcome)), "it differs");
            assert_eq!(crate::bp_outcome_error(outcome), bp_data_error(&data, 1));
            assert!(crate::bp_outcome_key(outcome).data.is_null() && crate::bp_outcome_id(outcome) == 0);
            assert_eq!(crate::bp_outcome_failure_count(outcome), 1);
            let failure = *crate::bp_outcome_failure(outcome, 0);
            assert_eq!([failure.rule, failure.reason].map(words), ["/fields/0", "it is a number"]);
            assert_eq!(crate::bp_outcome_difference_count(outcome), 2);
            let difference = *crate::bp_outcome_difference(outcome, 0);
            assert_eq!([difference.before, difference.after].map(words), ["12.50", "13.0"]);
            let difference = *crate::bp_outcome_difference(outcome, 1);
            assert!(difference.before.data.is_null() && !difference.changeable);
            assert_eq!(words(difference.after), "null");

            assert_eq!(crate::bp_outcome_state(crate::bp_data_outcome(&data, 2)), bp_record_state::None);
            assert!(crate::bp_data_outcome(&data, 3).is_null() && crate::bp_data_pulled(&data, 0).is_null());
            assert_eq!(crate::bp_outcome_state(ptr::null()), bp_record_state::None);
            assert!(crate::bp_outcome_error(ptr::null()).is_null());
        }
    }

    #[test]
    fn records_of_a_pull_are_read_without_json() {
        let items = [
            r#"{"id":7,"changed":"2026-01-31T10:00:00Z","record":{"total":12.50}}"#,
            r#"{"id":8,"deleted":true}"#,
            r#"{"id":9,"skipped":"it is a draft"}"#,
            r#"{"failures":[{"rule":"/fields/0","target":"/ref","source":"name","value":"","reason":"it is missing"}],
               "source":{"total":12.50}}"#,
        ];
        let items = items.into_iter().map(|json| item(json, None, None)).collect();
        let data = bp_data::new(Data { kind: OutputKind::Records, name: Some("order".to_owned()), items });
        // SAFETY: data of our own, and NULL.
        unsafe {
            let [first, gone, skipped, failed] =
                [0, 1, 2, 3].map(|index| crate::bp_data_pulled(&data, index));
            assert_eq!([first, gone, failed].map(|it| crate::bp_pulled_id(it)), [7, 8, 0]);
            assert_eq!(words(crate::bp_pulled_changed(first)), "2026-01-31T10:00:00Z");
            assert!(crate::bp_pulled_is_deleted(gone) && !crate::bp_pulled_is_deleted(first));
            assert_eq!(words(crate::bp_pulled_skipped(skipped)), "it is a draft");
            assert!(crate::bp_pulled_skipped(first).data.is_null());
            assert_eq!(crate::bp_pulled_failure_count(failed), 1);
            assert_eq!(words((*crate::bp_pulled_failure(failed, 0)).reason), "it is missing");
            assert_eq!(words(crate::bp_pulled_source(failed)), r#"{"total":12.50}"#);
            assert!(
                crate::bp_pulled_failure(failed, 1).is_null() && crate::bp_data_pulled(&data, 4).is_null()
            );
            assert!(crate::bp_data_outcome(&data, 0).is_null() && crate::bp_pulled_id(ptr::null()) == 0);
        }
    }
}
