//! What has to be done so that the registered webhooks are the declared ones.

use std::ffi::c_char;
use std::ptr;

use brightpearl_core::webhook::{WebhookCreation, WebhookPlan, WebhookRemoval, plan};

use crate::boundary::{create, guarded, peek, release};
use crate::error::bp_error;
use crate::ownership::{Handle, Sole};
use crate::status::{bp_removal_reason, bp_status};
use crate::text::{OwnedText, bp_text};
use crate::webhook::bp_webhook_receiver;

/// A webhook that is to be registered. The library makes these; later releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_webhook_creation {
    /// What it subscribes to.
    pub event: bp_text,
    /// The body to POST to `integration-service/webhook`. The secret is in it: do not log it.
    pub body: bp_text,
}

/// A webhook that is to go. The library makes these; later releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_webhook_removal {
    /// Its id, behind `integration-service/webhook/` in the path to DELETE.
    pub id: u64,
    /// What it is subscribed to.
    pub event: bp_text,
    /// Why it goes.
    pub reason: bp_removal_reason,
}

/// What is to be done: create first, then remove, so that nothing is missed in between.
#[derive(Debug)]
pub struct bp_webhook_plan {
    create: Vec<OwnedCreation>,
    remove: Vec<OwnedRemoval>,
    kept: Vec<u64>,
    foreign: Vec<u64>,
}

impl Handle for bp_webhook_plan {
    type Kept = Sole;
}

/// Compares what a receiver declares for an account with what is registered: `registered_json` is the array in the answer
/// to `GET integration-service/webhook`; where that answers 404, there are none: `[]`. Subscriptions that have a finding
/// of the severity of an error are left out. `BP_STATUS_VALIDATION` at `account` when nothing is received for it, and at
/// `registered`. On success `*plan` is owned: free it with `bp_webhook_plan_free`. Nothing is sent. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_plan_new(
    receiver: *const bp_webhook_receiver,
    account: *const c_char,
    account_len: usize,
    registered_json: *const c_char,
    registered_len: usize,
    plan: *mut *mut bp_webhook_plan,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(plan, "plan", || {
                let receiver = scope.handle(receiver, "receiver")?;
                let account = scope.text(account, account_len, "account")?;
                let registered = scope.text(registered_json, registered_len, "registered_json")?;
                Ok(bp_webhook_plan::new(&self::plan(&receiver.receiver, account, registered)?))
            })
        })
    }
}

/// Frees a plan, and overwrites the secrets in its bodies; NULL is ignored. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_plan_free(plan: *mut bp_webhook_plan) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(plan) }
}

/// How many webhooks are to be registered; 0 when `plan` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_plan_create_count(plan: *const bp_webhook_plan) -> usize {
    // SAFETY: NULL or a valid plan.
    unsafe { peek(plan, 0, |plan| Some(plan.create.len())) }
}

/// One of them; it lives as long as the plan. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_plan_create(
    plan: *const bp_webhook_plan,
    index: usize,
) -> *const bp_webhook_creation {
    // SAFETY: NULL or a valid plan.
    unsafe { peek(plan, ptr::null(), |plan| plan.create.get(index).map(|owned| ptr::from_ref(&owned.lent))) }
}

/// How many webhooks are to go, once the others are created; 0 when `plan` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_plan_remove_count(plan: *const bp_webhook_plan) -> usize {
    // SAFETY: NULL or a valid plan.
    unsafe { peek(plan, 0, |plan| Some(plan.remove.len())) }
}

/// One of them; it lives as long as the plan. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_plan_remove(
    plan: *const bp_webhook_plan,
    index: usize,
) -> *const bp_webhook_removal {
    // SAFETY: NULL or a valid plan.
    unsafe { peek(plan, ptr::null(), |plan| plan.remove.get(index).map(|owned| ptr::from_ref(&owned.lent))) }
}

/// The ids of the webhooks that are as they should be, and how many at `*count`, which may be NULL; they live as long as the
/// plan. NULL when `plan` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_plan_kept(plan: *const bp_webhook_plan, count: *mut usize) -> *const u64 {
    // SAFETY: NULL or valid.
    unsafe { ids_of(plan, count, |plan| &plan.kept) }
}

/// The ids of the webhooks that call addresses of others, and are left alone. As `bp_webhook_plan_kept` otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_webhook_plan_foreign(
    plan: *const bp_webhook_plan,
    count: *mut usize,
) -> *const u64 {
    // SAFETY: NULL or valid.
    unsafe { ids_of(plan, count, |plan| &plan.foreign) }
}

/// # Safety
/// Each pointer is NULL or valid.
unsafe fn ids_of(
    plan: *const bp_webhook_plan,
    count: *mut usize,
    ids: impl Fn(&bp_webhook_plan) -> &Vec<u64>,
) -> *const u64 {
    let (first, length) =
        // SAFETY: passed on to the caller.
        unsafe { peek(plan, (ptr::null(), 0), |plan| Some((ids(plan).as_ptr(), ids(plan).len()))) };
    if !count.is_null() {
        // SAFETY: not NULL, so it can be written by the caller's promise.
        unsafe { count.write(length) };
    }
    first
}

impl bp_webhook_plan {
    fn new(plan: &WebhookPlan) -> Self {
        Self {
            create: plan.create.iter().map(OwnedCreation::new).collect(),
            remove: plan.remove.iter().map(OwnedRemoval::new).collect(),
            kept: plan.keep.clone(),
            foreign: plan.foreign.clone(),
        }
    }
}

/// A creation of our own, to lend out.
#[derive(Debug)]
struct OwnedCreation {
    /// Keep alive what `lent` points to.
    _texts: [OwnedText; 2],
    lent: bp_webhook_creation,
}

impl OwnedCreation {
    fn new(creation: &WebhookCreation) -> Self {
        let texts = [&creation.event, &creation.body].map(|text| OwnedText::new(text));
        let [event, body] = &texts;
        let lent = bp_webhook_creation { event: event.lend(), body: body.lend() };
        Self { _texts: texts, lent }
    }
}

/// A removal of our own, to lend out.
#[derive(Debug)]
struct OwnedRemoval {
    /// Keeps alive what `lent` points to.
    _event: OwnedText,
    lent: bp_webhook_removal,
}

impl OwnedRemoval {
    fn new(removal: &WebhookRemoval) -> Self {
        let event = OwnedText::new(&removal.event);
        let lent = bp_webhook_removal { id: removal.id, event: event.lend(), reason: removal.reason.into() };
        Self { _event: event, lent }
    }
}
