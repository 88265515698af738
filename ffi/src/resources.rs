//! Resources of a fetch.

use std::ptr;

use brightpearl_core::{Refusal, Resources};

use crate::boundary::{give_back, peek, retain};
use crate::error::bp_error;
use crate::ownership::{Counted, Handle};
use crate::text::{OwnedText, bp_bytes, bp_text};

/// Some of the resources of a fetch: a body as received, and where each resource stands in it. Borrowed
/// from the step that it came with, unless `bp_resources_retain` made it the program's own. It does not
/// change, so several threads may read it at once.
#[derive(Debug)]
pub struct bp_resources {
    pub(crate) body: Vec<u8>,
    pub(crate) items: Vec<bp_resource>,
    pub(crate) requested: OwnedText,
    pub(crate) missing: OwnedText,
    refused: Vec<(u64, bp_error)>,
}

impl Handle for bp_resources {
    type Kept = Counted;
}

/// One resource. The library makes these; later releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_resource {
    /// Its id, when the resource says it; otherwise 0.
    pub id: u64,
    /// Whether the resource says its id.
    pub has_id: bool,
    /// Where its JSON text begins in the body.
    pub offset: usize,
    /// How many bytes its JSON text has.
    pub length: usize,
    /// The JSON text itself, in UTF-8, not NUL-terminated; it lives as long as the resources.
    pub json: bp_bytes,
}

// SAFETY: the pointers go into the body, which is owned beside them and never changes.
unsafe impl Send for bp_resources {}
// SAFETY: as above.
unsafe impl Sync for bp_resources {}

impl bp_resources {
    pub(crate) fn new(resources: Resources) -> Self {
        let items = (0..resources.items.len())
            .filter_map(|index| {
                let (item, json) = (resources.items.get(index)?, resources.json(index)?);
                Some(bp_resource {
                    id: item.id.unwrap_or_default(),
                    has_id: item.id.is_some(),
                    offset: item.span.start,
                    length: item.span.len(),
                    json: bp_bytes::of(json),
                })
            })
            .collect();
        let Resources { body, items: _, requested, missing, refused } = resources;
        Self {
            body,
            items,
            requested: OwnedText::new(&requested.to_string()),
            missing: OwnedText::new(&missing.to_string()),
            refused: refused
                .into_iter()
                .map(|Refusal { id, error }| (id, bp_error::new(error.into())))
                .collect(),
        }
    }
}

/// Makes resources the program's own, beyond the step that they came with: free them with
/// `bp_resources_free`. Each retain needs one free. NULL stays NULL.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_resources_retain(resources: *const bp_resources) -> *mut bp_resources {
    // SAFETY: NULL or lent by a step, so it stands in an `Arc`.
    unsafe { retain(resources) }
}

/// Gives back what `bp_resources_retain` gave; never use it on resources that were only lent. NULL is
/// ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_resources_free(resources: *mut bp_resources) {
    // SAFETY: NULL or retained.
    unsafe { give_back(resources) }
}

/// The whole body, as received. It lives as long as the resources.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_resources_body(resources: *const bp_resources) -> bp_bytes {
    // SAFETY: NULL or valid resources.
    unsafe { peek(resources, bp_bytes::NONE, |resources| Some(bp_bytes::of(&resources.body))) }
}

/// How many resources there are; 0 when `resources` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_resources_count(resources: *const bp_resources) -> usize {
    // SAFETY: NULL or valid resources.
    unsafe { peek(resources, 0, |resources| Some(resources.items.len())) }
}

/// A resource, in the order of the answer; it lives as long as the resources. NULL when there are not so
/// many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_resources_at(resources: *const bp_resources, index: usize) -> *const bp_resource {
    // SAFETY: NULL or valid resources.
    unsafe { peek(resources, ptr::null(), |resources| resources.items.get(index).map(ptr::from_ref)) }
}

/// The ids that this part of the fetch was about, such as `1-200,320`; empty when it was about the whole
/// list. It lives as long as the resources.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_resources_requested(resources: *const bp_resources) -> bp_text {
    // SAFETY: NULL or valid resources.
    unsafe { peek(resources, bp_text::NONE, |resources| Some(resources.requested.lend())) }
}

/// The ids asked for that the answer does not have; empty when it has all. It lives as long as the
/// resources.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_resources_missing(resources: *const bp_resources) -> bp_text {
    // SAFETY: NULL or valid resources.
    unsafe { peek(resources, bp_text::NONE, |resources| Some(resources.missing.lend())) }
}

/// How many ids Brightpearl refused to read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_resources_refused_count(resources: *const bp_resources) -> usize {
    // SAFETY: NULL or valid resources.
    unsafe { peek(resources, 0, |resources| Some(resources.refused.len())) }
}

/// An id that Brightpearl refused; 0 when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_resources_refused_id(resources: *const bp_resources, index: usize) -> u64 {
    // SAFETY: NULL or valid resources.
    unsafe { peek(resources, 0, |resources| resources.refused.get(index).map(|(id, _)| *id)) }
}

/// Why it was refused. Borrowed: it lives as long as the resources and is not freed. NULL when there are
/// not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_resources_refused_error(
    resources: *const bp_resources,
    index: usize,
) -> *const bp_error {
    // SAFETY: NULL or valid resources.
    unsafe {
        peek(resources, ptr::null(), |resources| {
            resources.refused.get(index).map(|(_, error)| ptr::from_ref(error))
        })
    }
}
