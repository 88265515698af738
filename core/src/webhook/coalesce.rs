//! What a burst of notifications asks to be read: the fewest reads, each id once.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::events::{EventRead, read_for};
use super::notification::Notification;
use crate::id_set::IdSet;

/// What is to be read of one resource of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotifiedRead {
    /// The account.
    pub account: String,
    /// The resource and where it is fetched.
    #[serde(flatten)]
    pub read: EventRead,
    /// What to fetch. One that is gone is reported as missing by the fetch, which is the proof of it.
    pub ids: IdSet,
    /// Those of them that were destroyed, as the notifications say.
    pub destroyed: IdSet,
    /// When the first of it happened, in milliseconds since the epoch: how far behind one is.
    pub first_raised_ms: u64,
    /// When the last of it happened. What a read brings that is older was read from a replica that lags: read again.
    pub last_raised_ms: u64,
    /// The notifications that are settled once it is read.
    pub keys: Vec<String>,
}

/// What some notifications come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CoalescedNotifications {
    /// What is to be read, what has waited longest first.
    pub reads: Vec<NotifiedRead>,
    /// Those for which nothing can be read by their ids: a pull finds what they are about.
    pub unreadable: Vec<Notification>,
    /// Keys of those that were there already.
    pub duplicates: Vec<String>,
}

/// Puts notifications together, in whichever order they came: each id of a resource is read once, repetitions count
/// once, and those whose key is among the `settled` not at all. Since what is read is the present state, what
/// happened before it needs no order; what was destroyed stays so, whatever came late.
pub fn coalesce(notifications: &[Notification], settled: &BTreeSet<String>) -> CoalescedNotifications {
    let mut coalesced = CoalescedNotifications::default();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut reads: BTreeMap<(&str, EventRead), NotifiedRead> = BTreeMap::new();
    for notification in notifications {
        if settled.contains(&notification.key) || !seen.insert(&notification.key) {
            coalesced.duplicates.push(notification.key.clone());
            continue;
        }
        let Some(read) = read_for(&notification.resource_type, notification.happening()) else {
            coalesced.unreadable.push(notification.clone());
            continue;
        };
        let Notification { account, ids, raised_ms, key, .. } = notification;
        let joined = reads.entry((account, read)).or_insert_with(|| NotifiedRead {
            account: account.clone(),
            read,
            ids: IdSet::default(),
            destroyed: IdSet::default(),
            first_raised_ms: *raised_ms,
            last_raised_ms: *raised_ms,
            keys: Vec::new(),
        });
        joined.ids = joined.ids.union(ids);
        if notification.lifecycle == "destroyed" {
            joined.destroyed = joined.destroyed.union(ids);
        }
        joined.first_raised_ms = joined.first_raised_ms.min(*raised_ms);
        joined.last_raised_ms = joined.last_raised_ms.max(*raised_ms);
        joined.keys.push(key.clone());
    }
    coalesced.reads = reads.into_values().collect();
    coalesced.reads.sort_by_key(|read| read.first_raised_ms);
    coalesced
}
