//! Pushes: records of another system that go into Brightpearl, and what became of each.

use std::ffi::c_char;
use std::ptr;
use std::sync::OnceLock;

use brightpearl_core::flow::Outcome;
use brightpearl_core::operation::{Operation, Push};

use crate::boundary::{guarded, peek};
use crate::call::bp_call;
use crate::client::bp_client;
use crate::error::bp_error;
use crate::operation::start;
use crate::page::{give_back, retain};
use crate::status::{bp_outcome_state, bp_status};
use crate::text::{OwnedText, bp_text, lend_option};

/// What became of some records of a push; every record ends with one outcome. Borrowed from the step that it came
/// with, unless `bp_outcomes_retain` made it the program's own. It does not change, so several threads may read it
/// at once.
#[derive(Debug)]
pub struct bp_outcomes(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    outcome: Outcome,
    key: Option<OwnedText>,
    reason: Option<OwnedText>,
    error: Option<bp_error>,
    /// Made when it is asked for first.
    json: OnceLock<OwnedText>,
}

impl bp_outcomes {
    pub(crate) fn new(outcomes: Vec<Outcome>) -> Self {
        let entry = |outcome: Outcome| Entry {
            key: outcome.key.as_deref().map(OwnedText::new),
            reason: outcome.reason.as_deref().map(OwnedText::new),
            error: outcome.error.clone().map(|error| bp_error::new(error.into())),
            json: OnceLock::new(),
            outcome,
        };
        Self(outcomes.into_iter().map(entry).collect())
    }
}

/// Starts a push. `push_json` is the text of a JSON object: `mapping` (a mapping document with a `target`), either
/// `write` or `dry_run` as true, and as it is wanted `records` (an array; without it the call asks for records
/// with `BP_STEP_KIND_FEED`), `max_writes`, `existing` (`update`, `leave` or `reject`), `journal` (what earlier runs
/// put out as journal, one behind the other, as `bp_journal_json` has it; `""` for a new one), `window` and `looks_ms`.
///
/// It puts out outcomes and, where `journal` is given, journal. `BP_STATUS_VALIDATION` before anything is sent, at the
/// member that is wrong. As `bp_call_start_request` otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_call_start_push(
    client: *const bp_client,
    push_json: *const c_char,
    push_len: usize,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        start(client, call, error, |scope| {
            Ok(Operation::Push(Push::from_json(scope.text(push_json, push_len, "push_json")?)?))
        })
    }
}

/// Gives a push one record, which is copied: JSON in the shape that its mapping reads. Whatever is wrong with the
/// record is in its outcome. Records are counted from 0, in the order in which they are fed. More of them than
/// `feed_room` said are kept, and cost memory. `BP_STATUS_MISUSE` when the call is no push, was started with its
/// records, or was told that there are no more. The call's thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_call_feed(
    call: *mut bp_call,
    record: *const c_char,
    record_len: usize,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let call = scope.place(call, "call")?;
            Ok(call.call.feed(scope.items(record.cast::<u8>(), record_len, "record")?)?)
        })
    }
}

/// Tells a push that there are no more records. `BP_STATUS_MISUSE` when the call is no push or was started with its
/// records. The call's thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_call_finish(call: *mut bp_call, error: *mut *mut bp_error) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { guarded(error, |scope| Ok(scope.place(call, "call")?.call.finish()?)) }
}

/// Makes outcomes the program's own, beyond the step that they came with: free them with `bp_outcomes_free`. Each
/// retain needs one free. NULL stays NULL. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_retain(outcomes: *const bp_outcomes) -> *const bp_outcomes {
    // SAFETY: NULL or lent by a step, so it stands in an `Arc`.
    unsafe { retain(outcomes) }
}

/// Gives back what `bp_outcomes_retain` gave; never use it on outcomes that were only lent. NULL is ignored. Any
/// thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_free(outcomes: *const bp_outcomes) {
    // SAFETY: NULL or retained.
    unsafe { give_back(outcomes) }
}

/// How many outcomes there are; 0 when `outcomes` is NULL. A push puts out its outcomes in several steps, in the
/// order in which records end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_count(outcomes: *const bp_outcomes) -> usize {
    // SAFETY: NULL or valid outcomes.
    unsafe { peek(outcomes, 0, |outcomes| Some(outcomes.0.len())) }
}

/// Which record an outcome is about: its place in the input, from 0. 0 when there are not so many outcomes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_record(outcomes: *const bp_outcomes, index: usize) -> u64 {
    // SAFETY: NULL or valid outcomes.
    unsafe { peek(outcomes, 0, |outcomes| Some(outcomes.0.get(index)?.outcome.record)) }
}

/// How the record ended. `BP_OUTCOME_STATE_NONE` when there are not so many outcomes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_state(outcomes: *const bp_outcomes, index: usize) -> bp_outcome_state {
    // SAFETY: NULL or valid outcomes.
    unsafe {
        peek(outcomes, bp_outcome_state::None, |outcomes| Some(outcomes.0.get(index)?.outcome.state.into()))
    }
}

/// The id that Brightpearl's record has; 0 when it has none, or it is not known. 0 when there are not so many
/// outcomes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_id(outcomes: *const bp_outcomes, index: usize) -> u64 {
    // SAFETY: NULL or valid outcomes.
    unsafe { peek(outcomes, 0, |outcomes| outcomes.0.get(index)?.outcome.id) }
}

/// Whether the outcome is what a dry run would do. False when there are not so many outcomes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_is_dry_run(outcomes: *const bp_outcomes, index: usize) -> bool {
    // SAFETY: NULL or valid outcomes.
    unsafe { peek(outcomes, false, |outcomes| Some(outcomes.0.get(index)?.outcome.dry_run)) }
}

/// The record's key, where the mapping has one. It lives as long as the outcomes. No text when there is none, and
/// when there are not so many outcomes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_key(outcomes: *const bp_outcomes, index: usize) -> bp_text {
    // SAFETY: NULL or valid outcomes.
    unsafe {
        peek(outcomes, bp_text::NONE, |outcomes| Some(lend_option(outcomes.0.get(index)?.key.as_ref())))
    }
}

/// Why the record ended so, in one sentence. It lives as long as the outcomes. No text where the state says it all,
/// and when there are not so many outcomes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_reason(outcomes: *const bp_outcomes, index: usize) -> bp_text {
    // SAFETY: NULL or valid outcomes.
    unsafe {
        peek(outcomes, bp_text::NONE, |outcomes| Some(lend_option(outcomes.0.get(index)?.reason.as_ref())))
    }
}

/// The error of the write, or of a read that the record needed. Borrowed: it lives as long as the outcomes and is not
/// freed. NULL when there is none, and when there are not so many outcomes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_error(outcomes: *const bp_outcomes, index: usize) -> *const bp_error {
    // SAFETY: NULL or valid outcomes.
    unsafe {
        peek(outcomes, ptr::null(), |outcomes| outcomes.0.get(index)?.error.as_ref().map(ptr::from_ref))
    }
}

/// All of an outcome as the text of a JSON object: `record`, `state`, and what else it has of `key`, `id`, `dry_run`,
/// `journaled`, `verified`, `reason`, `failures`, `error`, `created` and `differences`. It lives as long as the
/// outcomes. No text when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcomes_json(outcomes: *const bp_outcomes, index: usize) -> bp_text {
    // SAFETY: NULL or valid outcomes.
    unsafe {
        peek(outcomes, bp_text::NONE, |outcomes| {
            let Entry { json, outcome, .. } = outcomes.0.get(index)?;
            Some(json.get_or_init(|| OwnedText::new(&outcome.to_json())).lend())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use brightpearl_core::Error;
    use brightpearl_core::flow::State;

    use super::*;

    /// As a push makes it, of which this face has only what it shows.
    fn outcome(record: u64, state: State) -> Outcome {
        Outcome {
            record,
            key: None,
            state,
            id: None,
            dry_run: false,
            journaled: false,
            verified: false,
            reason: None,
            failures: Vec::new(),
            error: None,
            created: Vec::new(),
            differences: Vec::new(),
        }
    }

    fn words(text: bp_text) -> String {
        assert!(!text.data.is_null());
        // SAFETY: outputs are NUL-terminated.
        unsafe { std::ffi::CStr::from_ptr(text.data) }.to_str().expect("UTF-8").to_owned()
    }

    #[test]
    fn what_became_of_each_record_is_told_in_parts_and_as_a_whole() {
        let outcomes = Arc::new(bp_outcomes::new(vec![
            Outcome { key: Some("#1001".into()), id: Some(329), ..outcome(0, State::Created) },
            Outcome {
                reason: Some("it has no rows".into()),
                error: Some(Error::validation("/rows", "rows are missing")),
                dry_run: true,
                ..outcome(7, State::Rejected)
            },
        ]));
        let lent = Arc::as_ptr(&outcomes);
        // SAFETY: outcomes of our own, retained before they go.
        unsafe {
            let kept = bp_outcomes_retain(lent);
            drop(outcomes);
            assert_eq!(bp_outcomes_count(kept), 2);
            assert_eq!((bp_outcomes_record(kept, 1), bp_outcomes_record(kept, 2)), (7, 0));
            assert_eq!(bp_outcomes_state(kept, 0), bp_outcome_state::Created);
            assert_eq!(bp_outcomes_state(kept, 2), bp_outcome_state::None);
            assert_eq!((bp_outcomes_id(kept, 0), bp_outcomes_id(kept, 1)), (329, 0));
            assert_eq!((bp_outcomes_is_dry_run(kept, 0), bp_outcomes_is_dry_run(kept, 1)), (false, true));
            assert_eq!(words(bp_outcomes_key(kept, 0)), "#1001");
            assert!(bp_outcomes_key(kept, 1).data.is_null() && bp_outcomes_reason(kept, 0).data.is_null());
            assert_eq!(words(bp_outcomes_reason(kept, 1)), "it has no rows");
            assert!(bp_outcomes_error(kept, 0).is_null() && bp_outcomes_error(kept, 2).is_null());
            assert_eq!(crate::bp_error_kind(bp_outcomes_error(kept, 1)), bp_status::Validation);
            let json = bp_outcomes_json(kept, 0);
            assert_eq!(words(json), r##"{"record":0,"key":"#1001","state":"created","id":329}"##);
            assert_eq!(bp_outcomes_json(kept, 0).data, json.data, "it is made once");
            assert!(bp_outcomes_json(kept, 2).data.is_null());
            bp_outcomes_free(kept);
        }
    }
}
