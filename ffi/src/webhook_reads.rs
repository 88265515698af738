//! What a burst of notifications asks to be read: the fewest reads, each id once.

use std::ptr;

use brightpearl_core::webhook::{CoalescedNotifications, Notification, NotifiedRead, coalesce};

use crate::boundary::{create, guarded, peek, release};
use crate::error::bp_error;
use crate::ownership::{Handle, Sole};
use crate::status::bp_status;
use crate::text::{OwnedText, OwnedTexts, bp_text, lend_option};
use crate::webhook::{OwnedNotification, bp_notification};

/// What is to be read of one resource of one account. The library makes these; later releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_notified_read {
    /// The account.
    pub account: bp_text,
    /// The resource's name in the catalogue.
    pub resource: bp_text,
    /// The path that the ids stand behind, as a fetch takes it.
    pub path: bp_text,
    /// A resource that changed with it, such as the order of a goods-out note; no text where there is none.
    pub then_resource: bp_text,
    /// The member of what was read that has the id of that.
    pub then_member: bp_text,
    /// What to fetch, as an id set. One that is gone is reported as missing by the fetch, which is the proof of it.
    pub ids: bp_text,
    /// Those of them that were destroyed, as the notifications say; the empty text for none.
    pub destroyed: bp_text,
    /// When the first of it happened: how far behind the program is.
    pub first_raised_ms: u64,
    /// When the last of it happened. What a read brings that is older came from a replica that lags: read again.
    pub last_raised_ms: u64,
    /// The keys of the notifications that are settled once it is read.
    pub keys: *const bp_text,
    /// How many keys.
    pub key_count: usize,
}

/// What some notifications come to.
#[derive(Debug)]
pub struct bp_coalesced {
    reads: Vec<OwnedRead>,
    unreadable: Vec<OwnedNotification>,
    duplicates: OwnedTexts,
}

impl Handle for bp_coalesced {
    type Kept = Sole;
}

/// Puts notifications together, in whichever order they came: each id of a resource is read once, repetitions count once,
/// and those whose key is among the `settled` not at all. `notifications` are the `json` of each `bp_notification`, as they
/// were stored. `BP_STATUS_VALIDATION` at the one that is none, such as `notifications[2]`. On success `*coalesced` is
/// owned: free it with `bp_coalesced_free`. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_notifications_coalesce(
    notifications: *const bp_text,
    notification_count: usize,
    settled: *const bp_text,
    settled_count: usize,
    coalesced: *mut *mut bp_coalesced,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(coalesced, "coalesced", || {
                let texts = scope.items(notifications, notification_count, "notifications")?;
                let settled = scope.items(settled, settled_count, "settled")?;
                let mut read = Vec::with_capacity(texts.len());
                for (place, text) in texts.iter().enumerate() {
                    let argument = format!("notifications[{place}]");
                    let text = scope.present(*text, &argument)?;
                    read.push(Notification::from_json(text).map_err(|error| error.at(argument))?);
                }
                let keys = settled.iter().enumerate();
                let settled = keys
                    .map(|(place, key)| Ok(scope.present(*key, &format!("settled[{place}]"))?.to_owned()))
                    .collect::<Result<_, crate::boundary::Failure>>()?;
                Ok(bp_coalesced::new(coalesce(&read, &settled)))
            })
        })
    }
}

/// Frees what notifications came to; NULL is ignored. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_coalesced_free(coalesced: *mut bp_coalesced) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(coalesced) }
}

/// How many reads it comes to; 0 when `coalesced` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_coalesced_read_count(coalesced: *const bp_coalesced) -> usize {
    // SAFETY: NULL or valid.
    unsafe { peek(coalesced, 0, |coalesced| Some(coalesced.reads.len())) }
}

/// One of the reads, what has waited longest first; it lives as long as `coalesced`. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_coalesced_read(
    coalesced: *const bp_coalesced,
    index: usize,
) -> *const bp_notified_read {
    // SAFETY: NULL or valid.
    unsafe {
        peek(coalesced, ptr::null(), |coalesced| {
            coalesced.reads.get(index).map(|owned| ptr::from_ref(&owned.lent))
        })
    }
}

/// For how many of the notifications nothing can be read by their ids; 0 when `coalesced` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_coalesced_unreadable_count(coalesced: *const bp_coalesced) -> usize {
    // SAFETY: NULL or valid.
    unsafe { peek(coalesced, 0, |coalesced| Some(coalesced.unreadable.len())) }
}

/// One of those; it lives as long as `coalesced`. A pull finds what it is about. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_coalesced_unreadable(
    coalesced: *const bp_coalesced,
    index: usize,
) -> *const bp_notification {
    // SAFETY: NULL or valid.
    unsafe {
        peek(coalesced, ptr::null(), |coalesced| {
            coalesced.unreadable.get(index).map(|owned| ptr::from_ref(owned.lent()))
        })
    }
}

/// How many of the notifications were there already, or are settled; 0 when `coalesced` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_coalesced_duplicate_count(coalesced: *const bp_coalesced) -> usize {
    // SAFETY: NULL or valid.
    unsafe { peek(coalesced, 0, |coalesced| Some(coalesced.duplicates.as_slice().len())) }
}

/// The key of one of those; it lives as long as `coalesced`. No text when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_coalesced_duplicate(coalesced: *const bp_coalesced, index: usize) -> bp_text {
    // SAFETY: NULL or valid.
    unsafe { peek(coalesced, bp_text::NONE, |coalesced| coalesced.duplicates.as_slice().get(index).copied()) }
}

impl bp_coalesced {
    fn new(coalesced: CoalescedNotifications) -> Self {
        Self {
            reads: coalesced.reads.iter().map(OwnedRead::new).collect(),
            unreadable: coalesced.unreadable.iter().map(OwnedNotification::new).collect(),
            duplicates: OwnedTexts::new(&coalesced.duplicates),
        }
    }
}

/// A read of our own, to lend out.
#[derive(Debug)]
struct OwnedRead {
    /// Keep alive what `lent` points to.
    _texts: Vec<OwnedText>,
    _keys: OwnedTexts,
    lent: bp_notified_read,
}

impl OwnedRead {
    fn new(read: &NotifiedRead) -> Self {
        let [ids, destroyed] = [&read.ids, &read.destroyed].map(|ids| OwnedText::new(&ids.to_string()));
        let [account, resource, path] =
            [read.account.as_str(), read.read.resource, read.read.path].map(OwnedText::new);
        let (then_resource, then_member) = read
            .read
            .then
            .map(|(resource, member)| (OwnedText::new(resource), OwnedText::new(member)))
            .unzip();
        let keys = OwnedTexts::new(&read.keys);
        let lent = bp_notified_read {
            account: account.lend(),
            resource: resource.lend(),
            path: path.lend(),
            then_resource: lend_option(then_resource.as_ref()),
            then_member: lend_option(then_member.as_ref()),
            ids: ids.lend(),
            destroyed: destroyed.lend(),
            first_raised_ms: read.first_raised_ms,
            last_raised_ms: read.last_raised_ms,
            keys: keys.as_slice().as_ptr(),
            key_count: keys.as_slice().len(),
        };
        let mut texts = vec![account, resource, path, ids, destroyed];
        texts.extend(then_resource.into_iter().chain(then_member));
        Self { _texts: texts, _keys: keys, lent }
    }
}
