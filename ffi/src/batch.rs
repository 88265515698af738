//! Batches: several writes that are collected, then started as one call.

use brightpearl_core::operation::{Batch, OnFailure, Operation, Order, Packing, SingleRequest};

use crate::boundary::{Failure, create, guarded, peek, release};
use crate::call::bp_call;
use crate::client::bp_client;
use crate::error::bp_error;
use crate::operation::{bp_request, no_such_number, read_request, start};
use crate::ownership::{Handle, Sole};
use crate::sized::{self, Growing};
use crate::status::bp_status;

/// Writes to be sent together. It has one owner: only one thread may use it at a time, and it may move
/// between threads.
#[derive(Debug)]
pub struct bp_batch(Vec<SingleRequest>);

impl Handle for bp_batch {
    type Kept = Sole;
}

/// In which order Brightpearl carries out the writes of a batch.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_batch_order {
    /// One after the other, as they were added.
    Sequential = 0,
    /// In any order, perhaps at once.
    Parallel = 1,
}

/// What a failed write of a batch means for those behind it.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_batch_on_failure {
    /// They are not carried out, and end as `BP_STATUS_CANCELLED` and not sent.
    Stop = 0,
    /// They are carried out all the same.
    Continue = 1,
}

/// Whether the writes of a batch travel in multi-messages.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_batch_packing {
    /// Where it saves requests, and one by one while the multi-message service fails.
    Auto = 0,
    /// Always; the batch fails when the multi-message service does.
    Always = 1,
    /// Never: one by one.
    Never = 2,
}

/// How a batch is carried out. Initialise it with `BP_INIT`; fields left at zero are the first constants.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_batch_options {
    /// `sizeof(bp_batch_options)`.
    pub struct_size: usize,
    /// One of `bp_batch_order`.
    pub order: u32,
    /// One of `bp_batch_on_failure`.
    pub on_failure: u32,
    /// One of `bp_batch_packing`.
    pub packing: u32,
}

// SAFETY: the size comes first, and all other fields are numbers.
unsafe impl Growing for bp_batch_options {}

/// Makes an empty batch. On success `*batch` is owned: free it with `bp_batch_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_batch_new(batch: *mut *mut bp_batch, error: *mut *mut bp_error) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { guarded(error, |_| create(batch, "batch", || Ok(bp_batch(Vec::new())))) }
}

/// Adds a write, which is copied. Its place, from 0, is how many were added before; its result names it. What
/// is wrong with the request is told when the batch is started.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_batch_add(
    batch: *mut bp_batch,
    request: *const bp_request,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let batch = scope.place(batch, "batch")?;
            batch.0.push(read_request(scope, sized::read(request, "request")?)?);
            Ok(())
        })
    }
}

/// How many writes were added; 0 when `batch` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_batch_count(batch: *const bp_batch) -> usize {
    // SAFETY: NULL or a valid batch.
    unsafe { peek(batch, 0, |batch| Some(batch.0.len())) }
}

/// Frees a batch; NULL is ignored. Calls that were started from it go on working.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_batch_free(batch: *mut bp_batch) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(batch) }
}

/// Starts a batch, which is copied, so that it can be freed, added to, or started again. `options` may be NULL
/// for the defaults: sequential, stop at a failure, packed where it saves requests. It puts out results. As
/// `bp_call_start_request` otherwise; an error's location is a JSON Pointer such as
/// `/requests/3/body/placedOn`, and its violations are those of all writes.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_batch(
    client: *const bp_client,
    batch: *const bp_batch,
    options: *const bp_batch_options,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        start(client, call, error, |scope| {
            let requests = scope.handle(batch, "batch")?.0.clone();
            if options.is_null() {
                return Ok(Operation::Batch(Batch { requests, ..Batch::default() }));
            }
            let options = sized::read(options, "options")?;
            Ok(Operation::Batch(Batch {
                requests,
                order: read_order(options.order)?,
                on_failure: read_on_failure(options.on_failure)?,
                packing: read_packing(options.packing)?,
            }))
        })
    }
}

fn read_order(number: u32) -> Result<Order, Failure> {
    const SEQUENTIAL: u32 = bp_batch_order::Sequential as u32;
    const PARALLEL: u32 = bp_batch_order::Parallel as u32;
    match number {
        SEQUENTIAL => Ok(Order::Sequential),
        PARALLEL => Ok(Order::Parallel),
        _ => Err(no_such_number("options.order", number, "bp_batch_order")),
    }
}

fn read_on_failure(number: u32) -> Result<OnFailure, Failure> {
    const STOP: u32 = bp_batch_on_failure::Stop as u32;
    const CONTINUE: u32 = bp_batch_on_failure::Continue as u32;
    match number {
        STOP => Ok(OnFailure::Stop),
        CONTINUE => Ok(OnFailure::Continue),
        _ => Err(no_such_number("options.on_failure", number, "bp_batch_on_failure")),
    }
}

fn read_packing(number: u32) -> Result<Packing, Failure> {
    const AUTO: u32 = bp_batch_packing::Auto as u32;
    const ALWAYS: u32 = bp_batch_packing::Always as u32;
    const NEVER: u32 = bp_batch_packing::Never as u32;
    match number {
        AUTO => Ok(Packing::Auto),
        ALWAYS => Ok(Packing::Always),
        NEVER => Ok(Packing::Never),
        _ => Err(no_such_number("options.packing", number, "bp_batch_packing")),
    }
}
