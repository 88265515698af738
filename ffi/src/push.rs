//! Pushes: records of another system that go into Brightpearl.

use std::ffi::c_char;

use brightpearl_core::operation::{Existing, Json, Push};

use crate::boundary::{Failure, create, guarded};
use crate::call::bp_call;
use crate::client::bp_client;
use crate::error::bp_error;
use crate::mapping::bp_mapping;
use crate::operation::{no_such_number, read_optional};
use crate::scope::Scope;
use crate::sized::{self, Growing};
use crate::status::bp_status;
use crate::text::bp_text;

/// What a push does with a record that Brightpearl has already.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_existing {
    /// What differs is changed, as far as the API can change it.
    Update = 0,
    /// It is left as it is.
    Leave = 1,
    /// The record is rejected.
    Reject = 2,
}

/// Records that are mapped, and created or changed in Brightpearl, each exactly once. Initialise it with `BP_INIT`; fields
/// left at zero are absent. One of `write` and `dry_run` must be set: nothing is written by accident.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_push {
    /// `sizeof(bp_push)`.
    pub struct_size: usize,
    /// The mapping, whose document has a `target`. It may be freed when the push has been started.
    pub mapping: *const bp_mapping,
    /// Not 0: writes.
    pub write: u32,
    /// Not 0: only reads, and says of each record what would be written.
    pub dry_run: u32,
    /// What earlier runs put out as journal, as `bp_journal_text` gives it; of length 0, but not NULL, for a new one. Without
    /// one (NULL) no journal is put out, and a push that writes by a document without `verify` is refused.
    pub journal: bp_text,
    /// Not 0: goes on with the journal although the document or `existing` has changed since.
    pub renew: u32,
    /// One of `bp_existing`.
    pub existing: u32,
    /// Where the most writes stand that may be sent, 0 for none; NULL for no limit. A record that would need more is
    /// rejected.
    pub max_writes: *const u64,
    /// The records, each JSON in the shape that the mapping reads. NULL for a push that asks for records as it goes, with
    /// `BP_STEP_KIND_FEED`.
    pub records: *const bp_text,
    /// How many of them.
    pub record_count: usize,
    /// How many records are worked on together, up to 10 000; 0 for 200. They are worked on once there are so many, or no
    /// more, or when `BP_STEP_KIND_FEED` is answered by another poll without a record.
    pub window: u32,
    /// When to look for a write of unknown outcome: milliseconds after it was known to be unknown, then after each look
    /// that did not find it, or of a goods note that does not show its events. NULL for 2 000, 10 000 and 30 000.
    pub looks_ms: *const u64,
    /// How many of them.
    pub look_count: usize,
    /// When to look whether what was created is there once: milliseconds after a window was written, then after each look
    /// that does not show it yet. NULL for 0, 2 000 and 10 000; of length 0, but not NULL, for no such look.
    pub confirm_ms: *const u64,
    /// How many of them.
    pub confirm_count: usize,
}

// SAFETY: the size comes first; the other fields are numbers, lengths and pointers, which zero fits.
unsafe impl Growing for bp_push {}

/// Starts a push. It puts out outcomes and, where there is a journal, journal. `BP_STATUS_VALIDATION` before anything is
/// sent, at the field that is wrong. As `bp_call_start_request` otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_push(
    client: *const bp_client,
    push: *const bp_push,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(call, "call", || {
                let client = scope.handle(client, "client")?;
                let push = sized::read(push, "push")?;
                let mapping = scope.handle(push.mapping, "push.mapping")?;
                Ok(bp_call::new(client.0.push_by(read_push(scope, push, mapping)?, mapping.compiled())?))
            })
        })
    }
}

/// Gives a push one record, which is copied: JSON in the shape that its mapping reads. Whatever is wrong with the
/// record is in its outcome. Records are counted from 0, in the order in which they are fed. More of them than
/// `feed_room` said are kept, and cost memory. `BP_STATUS_MISUSE` when the call is not a push, was started with its
/// records, or was told that there are no more.
#[unsafe(no_mangle)]
#[must_use]
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

/// Tells a push that there are no more records. `BP_STATUS_MISUSE` when the call is not a push or was started with its
/// records.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_finish(call: *mut bp_call, error: *mut *mut bp_error) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { guarded(error, |scope| Ok(scope.place(call, "call")?.call.finish()?)) }
}

/// # Safety
/// The pointers in the structure are as its fields say.
unsafe fn read_push(scope: Scope<'_>, push: bp_push, mapping: &bp_mapping) -> Result<Push, Failure> {
    // SAFETY: passed on to the caller.
    unsafe {
        let usual = Push::dry_run(mapping.document())?;
        Ok(Push {
            records: read_records(scope, push)?,
            dry_run: push.dry_run != 0,
            write: push.write != 0,
            max_writes: scope.shared(push.max_writes).copied(),
            existing: read_existing(push.existing)?,
            journal: read_optional(scope, push.journal, "push.journal")?.map(str::to_owned),
            renew: push.renew != 0,
            window: if push.window == 0 { usual.window } else { push.window as usize },
            looks_ms: read_times(scope, push.looks_ms, push.look_count, "push.looks_ms")?
                .unwrap_or(usual.looks_ms),
            confirm_ms: read_times(scope, push.confirm_ms, push.confirm_count, "push.confirm_ms")?
                .unwrap_or(usual.confirm_ms),
            mapping: usual.mapping,
        })
    }
}

fn read_existing(number: u32) -> Result<Existing, Failure> {
    const UPDATE: u32 = bp_existing::Update as u32;
    const LEAVE: u32 = bp_existing::Leave as u32;
    const REJECT: u32 = bp_existing::Reject as u32;
    match number {
        UPDATE => Ok(Existing::Update),
        LEAVE => Ok(Existing::Leave),
        REJECT => Ok(Existing::Reject),
        _ => Err(no_such_number("push.existing", number, "bp_existing")),
    }
}

unsafe fn read_records(scope: Scope<'_>, push: bp_push) -> Result<Option<Vec<Json>>, Failure> {
    if push.records.is_null() && push.record_count == 0 {
        return Ok(None);
    }
    // SAFETY: passed on to the caller.
    unsafe {
        let texts = scope.items(push.records, push.record_count, "push.records")?.iter().enumerate();
        let records = texts.map(|(index, text)| {
            let place = format!("push.records[{index}]");
            Ok(Json::new(scope.present(*text, &place)?).map_err(|error| error.at(place))?)
        });
        records.collect::<Result<Vec<_>, Failure>>().map(Some)
    }
}

/// Times of an array that is there; an empty one has an address.
unsafe fn read_times(
    scope: Scope<'_>,
    times: *const u64,
    count: usize,
    argument: &str,
) -> Result<Option<Vec<u64>>, Failure> {
    if times.is_null() && count == 0 {
        return Ok(None);
    }
    // SAFETY: passed on to the caller.
    Ok(Some(unsafe { scope.items(times, count, argument) }?.to_vec()))
}
