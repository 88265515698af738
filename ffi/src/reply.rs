//! Answers to single requests.

use std::ptr;

use brightpearl_core::Reply;

use crate::boundary::{give_back, peek, retain};
use crate::ownership::{Counted, Handle};
use crate::text::{OwnedFields, bp_bytes, bp_field};

/// The answer to a single request. Borrowed from the step that it came with, unless `bp_reply_retain` made
/// it the program's own. It does not change, so several threads may read it at once.
#[derive(Debug)]
pub struct bp_reply {
    status: u16,
    headers: OwnedFields,
    body: Vec<u8>,
}

impl Handle for bp_reply {
    type Kept = Counted;
}

// SAFETY: the pointers in `headers` go into texts that it owns itself and never changes.
unsafe impl Send for bp_reply {}
// SAFETY: as above.
unsafe impl Sync for bp_reply {}

impl bp_reply {
    pub(crate) fn new(reply: Reply) -> Self {
        let Reply { status, headers, body } = reply;
        Self { status, headers: OwnedFields::new(headers.iter()), body }
    }
}

/// Makes a reply the program's own, beyond the step that it came with: free it with `bp_reply_free`. Each
/// retain needs one free. NULL stays NULL.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_reply_retain(reply: *const bp_reply) -> *mut bp_reply {
    // SAFETY: NULL or lent by a step, so it stands in an `Arc`.
    unsafe { retain(reply) }
}

/// Gives back what `bp_reply_retain` gave; never use it on a reply that was only lent. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_reply_free(reply: *mut bp_reply) {
    // SAFETY: NULL or retained.
    unsafe { give_back(reply) }
}

/// The HTTP status; 0 when `reply` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_reply_http_status(reply: *const bp_reply) -> u16 {
    // SAFETY: NULL or a valid reply.
    unsafe { peek(reply, 0, |reply| Some(reply.status)) }
}

/// How many header lines there are; 0 when `reply` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_reply_header_count(reply: *const bp_reply) -> usize {
    // SAFETY: NULL or a valid reply.
    unsafe { peek(reply, 0, |reply| Some(reply.headers.as_slice().len())) }
}

/// A header line, in order; it lives as long as the reply. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_reply_header(reply: *const bp_reply, index: usize) -> *const bp_field {
    // SAFETY: NULL or a valid reply.
    unsafe { peek(reply, ptr::null(), |reply| reply.headers.as_slice().get(index).map(ptr::from_ref)) }
}

/// The body as received. It lives as long as the reply.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_reply_body(reply: *const bp_reply) -> bp_bytes {
    // SAFETY: NULL or a valid reply.
    unsafe { peek(reply, bp_bytes::NONE, |reply| Some(bp_bytes::of(&reply.body))) }
}
