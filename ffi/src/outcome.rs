//! What became of the records of a push.

use std::ptr;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::boundary::peek;
use crate::data::bp_data;
use crate::error::bp_error;
use crate::failure::{Failed, OwnedFailures, bp_failure};
use crate::status::bp_record_state;
use crate::text::{OwnedText, bp_text, lend_option};

/// What became of one record of a push. Every record that a push was given ends with exactly one. Borrowed from the data
/// that it is an item of, and never freed. It does not change, so several threads may read it at once.
#[derive(Debug)]
pub struct bp_outcome {
    record: u64,
    state: bp_record_state,
    key: Option<OwnedText>,
    id: u64,
    is_dry_run: bool,
    is_journaled: bool,
    is_verified: bool,
    reason: Option<OwnedText>,
    /// That of the item, which stands where it stands for as long as the data does.
    error: *const bp_error,
    failures: OwnedFailures,
    /// Keeps alive what `created` and `differences` point to.
    _texts: Vec<OwnedText>,
    created: Vec<bp_created>,
    differences: Vec<bp_difference>,
}

// SAFETY: the pointers go into texts and an error that live as long as the outcome does and never change.
unsafe impl Send for bp_outcome {}
// SAFETY: as above.
unsafe impl Sync for bp_outcome {}

/// Something that was created for a record beside the record itself: its customer, an address. The library makes these;
/// later releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_created {
    /// The name of the nested mapping that made it.
    pub mapping: bp_text,
    /// Its id; 0 in a dry run.
    pub id: u64,
}

/// One value of a record that Brightpearl has otherwise. The library makes these; later releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_difference {
    /// Where it stands: a JSON Pointer into the body that the mapping makes.
    pub pointer: bp_text,
    /// What Brightpearl has, as JSON; no text when it has nothing.
    pub before: bp_text,
    /// What the record says, as JSON; `null` for what it has no place for.
    pub after: bp_text,
    /// Whether the API can change it once the record is there.
    pub changeable: bool,
}

/// An item of a step of the kind `BP_STEP_KIND_OUTCOMES`: what became of one record. It lives as long as the data. NULL for
/// other kinds, and when there are not so many items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_data_outcome(data: *const bp_data, index: usize) -> *const bp_outcome {
    // SAFETY: NULL or valid data.
    unsafe { peek(data, ptr::null(), |data| data.outcome(index).map(ptr::from_ref)) }
}

/// The record's place in the input, from 0. What an earlier run left open and nothing in the input is about has a number
/// behind the input's. 0 when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_record(outcome: *const bp_outcome) -> u64 {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, 0, |outcome| Some(outcome.record)) }
}

/// How the record ended. `BP_RECORD_STATE_NONE` when `outcome` is NULL, and for a state of a later release, whose name
/// `bp_data_json` has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_state(outcome: *const bp_outcome) -> bp_record_state {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, bp_record_state::None, |outcome| Some(outcome.state)) }
}

/// The record's key; it lives as long as the data. No text where the mapping has none, and when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_key(outcome: *const bp_outcome) -> bp_text {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, bp_text::NONE, |outcome| Some(lend_option(outcome.key.as_ref()))) }
}

/// The id that Brightpearl's record has; 0 where that is not known, and when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_id(outcome: *const bp_outcome) -> u64 {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, 0, |outcome| Some(outcome.id)) }
}

/// Why, in one sentence; it lives as long as the data. No text where the state says it all, and when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_reason(outcome: *const bp_outcome) -> bp_text {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, bp_text::NONE, |outcome| Some(lend_option(outcome.reason.as_ref()))) }
}

/// The error of the write, or of the read that the record needed; it lives as long as the data and is not freed. NULL
/// where there was none, and when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_error(outcome: *const bp_outcome) -> *const bp_error {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, ptr::null(), |outcome| Some(outcome.error)) }
}

/// Whether it is what a dry run would do. False when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_is_dry_run(outcome: *const bp_outcome) -> bool {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, false, |outcome| Some(outcome.is_dry_run)) }
}

/// Whether an earlier run did it, and the journal says so. False when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_is_journaled(outcome: *const bp_outcome) -> bool {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, false, |outcome| Some(outcome.is_journaled)) }
}

/// Whether the outcome of a write was unknown, and Brightpearl was asked. False when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_is_verified(outcome: *const bp_outcome) -> bool {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, false, |outcome| Some(outcome.is_verified)) }
}

/// How many rules of the mapping could not be carried out for it; 0 when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_failure_count(outcome: *const bp_outcome) -> usize {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, 0, |outcome| Some(outcome.failures.as_slice().len())) }
}

/// One of them; it lives as long as the data. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_failure(outcome: *const bp_outcome, index: usize) -> *const bp_failure {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, ptr::null(), |it| it.failures.as_slice().get(index).map(ptr::from_ref)) }
}

/// How many things were created for the record beside it; 0 when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_created_count(outcome: *const bp_outcome) -> usize {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, 0, |outcome| Some(outcome.created.len())) }
}

/// One of them; it lives as long as the data. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_created(outcome: *const bp_outcome, index: usize) -> *const bp_created {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, ptr::null(), |it| it.created.get(index).map(ptr::from_ref)) }
}

/// In how many values what Brightpearl has differs from what the record says; 0 when `outcome` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_difference_count(outcome: *const bp_outcome) -> usize {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, 0, |outcome| Some(outcome.differences.len())) }
}

/// One of them; it lives as long as the data. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_outcome_difference(
    outcome: *const bp_outcome,
    index: usize,
) -> *const bp_difference {
    // SAFETY: NULL or a valid outcome.
    unsafe { peek(outcome, ptr::null(), |it| it.differences.get(index).map(ptr::from_ref)) }
}

/// An outcome as an item has it, whose members are documented with `bp_data`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct OutcomeMembers {
    record: u64,
    state: String,
    key: Option<String>,
    id: Option<u64>,
    dry_run: bool,
    journaled: bool,
    verified: bool,
    reason: Option<String>,
    failures: Vec<Failed>,
    created: Vec<Created>,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
struct Created {
    mapping: String,
    id: Option<u64>,
}

#[derive(Deserialize)]
struct Difference {
    pointer: String,
    before: Option<Box<RawValue>>,
    after: Box<RawValue>,
    changeable: bool,
}

impl bp_outcome {
    /// Reads an item; `None` for one that is no outcome.
    pub(crate) fn read(json: &str, error: Option<&bp_error>) -> Option<Self> {
        let members: OutcomeMembers = serde_json::from_str(json).ok()?;
        let mut texts = Vec::new();
        let mut lend = |text: &str| {
            let text = OwnedText::new(text);
            let lent = text.lend();
            texts.push(text);
            lent
        };
        let created = members.created.iter().map(|created| bp_created {
            mapping: lend(&created.mapping),
            id: created.id.unwrap_or_default(),
        });
        let created = created.collect();
        let differences = members.differences.iter().map(|difference| bp_difference {
            pointer: lend(&difference.pointer),
            before: difference.before.as_ref().map_or(bp_text::NONE, |before| lend(before.get())),
            after: lend(difference.after.get()),
            changeable: difference.changeable,
        });
        let differences = differences.collect();
        Some(Self {
            record: members.record,
            state: state_named(&members.state),
            key: members.key.as_deref().map(OwnedText::new),
            id: members.id.unwrap_or_default(),
            is_dry_run: members.dry_run,
            is_journaled: members.journaled,
            is_verified: members.verified,
            reason: members.reason.as_deref().map(OwnedText::new),
            error: error.map_or(ptr::null(), ptr::from_ref),
            failures: OwnedFailures::new(&members.failures),
            _texts: texts,
            created,
            differences,
        })
    }
}

fn state_named(name: &str) -> bp_record_state {
    let mut states = bp_record_state::ALL.into_iter();
    states.find(|state| state.name().to_bytes() == name.as_bytes()).unwrap_or(bp_record_state::None)
}
