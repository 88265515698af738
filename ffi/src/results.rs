//! What became of the writes of a batch.

use std::ptr;
use std::sync::Arc;

use brightpearl_core::BatchResult;

use crate::boundary::peek;
use crate::error::bp_error;
use crate::page::{give_back, retain};
use crate::reply::bp_reply;

/// What became of some writes of a batch, in the order in which they were added. Borrowed from the step that
/// it came with, unless `bp_results_retain` made it the program's own. It does not change, so several threads
/// may read it at once.
#[derive(Debug)]
pub struct bp_results(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    index: usize,
    /// In an `Arc`, so that a program can retain a reply by itself.
    outcome: Result<Arc<bp_reply>, bp_error>,
}

impl bp_results {
    pub(crate) fn new(results: Vec<BatchResult>) -> Self {
        let entry = |BatchResult { index, outcome }| Entry {
            index,
            outcome: match outcome {
                Ok(reply) => Ok(Arc::new(bp_reply::new(reply))),
                Err(error) => Err(bp_error::new(error.into())),
            },
        };
        Self(results.into_iter().map(entry).collect())
    }
}

/// Makes results the program's own, beyond the step that they came with: free them with `bp_results_free`.
/// Each retain needs one free. NULL stays NULL. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_results_retain(results: *const bp_results) -> *const bp_results {
    // SAFETY: NULL or lent by a step, so it stands in an `Arc`.
    unsafe { retain(results) }
}

/// Gives back what `bp_results_retain` gave; never use it on results that were only lent. NULL is ignored. Any
/// thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_results_free(results: *const bp_results) {
    // SAFETY: NULL or retained.
    unsafe { give_back(results) }
}

/// How many results there are; 0 when `results` is NULL. A batch may put out its results in several steps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_results_count(results: *const bp_results) -> usize {
    // SAFETY: NULL or valid results.
    unsafe { peek(results, 0, |results| Some(results.0.len())) }
}

/// Which write of the batch the result at `position` is about: its place, from 0, as it was added. 0 when
/// there are not so many results.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_results_index(results: *const bp_results, position: usize) -> usize {
    // SAFETY: NULL or valid results.
    unsafe { peek(results, 0, |results| results.0.get(position).map(|entry| entry.index)) }
}

/// Whether Brightpearl carried out the write. False when there are not so many results.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_results_is_ok(results: *const bp_results, position: usize) -> bool {
    // SAFETY: NULL or valid results.
    unsafe { peek(results, false, |results| Some(results.0.get(position)?.outcome.is_ok())) }
}

/// Brightpearl's answer to the write. Borrowed: it lives as long as the results, or longer when
/// `bp_reply_retain` keeps it. NULL when the write failed, and when there are not so many results.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_results_reply(results: *const bp_results, position: usize) -> *const bp_reply {
    // SAFETY: NULL or valid results.
    unsafe {
        peek(results, ptr::null(), |results| results.0.get(position)?.outcome.as_ref().ok().map(Arc::as_ptr))
    }
}

/// Why the write has no answer. Borrowed: it lives as long as the results and is not freed. NULL when the
/// write succeeded, and when there are not so many results. A write behind one that failed, which was therefore
/// not carried out, has `BP_STATUS_CANCELLED` and `BP_DELIVERY_NOT_SENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_results_error(results: *const bp_results, position: usize) -> *const bp_error {
    // SAFETY: NULL or valid results.
    unsafe {
        peek(results, ptr::null(), |results| {
            results.0.get(position)?.outcome.as_ref().err().map(ptr::from_ref)
        })
    }
}
