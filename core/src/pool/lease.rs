//! Budgets that several processes share: what a coordinator grants a pool, and what a pool tells it.
//!
//! The coordinator counts what each pool says that it has answered, and what it has granted beyond; so a quota is kept
//! on both readings of the cap, since no rolling period has more. All that a pool tells is complete in itself: a
//! message that is lost or comes twice changes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Lane;
use crate::clock::{EngineTime, HostTime};
use crate::error::Result;

/// What a coordinator grants a pool whose configuration has a
/// [`private_share`](crate::PoolConfig::private_share). It replaces what was granted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// [`Demand::sent`] of the demand that this answers: what was sent after it is taken off.
    pub since: u64,
    /// Requests that may be sent after that, by any lane.
    pub requests: u32,
    /// Further requests that only [`Lane::High`] may send.
    #[serde(default)]
    pub high: u32,
    /// Milliseconds since the Unix epoch at which the lease ends. It lasts for at most half a period.
    pub until: u64,
}

impl Lease {
    /// Reads a lease, such as `{"since": 12, "requests": 20, "until": 1700000000000}`.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) with the line and column of what is wrong.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| crate::json::json_error("lease", &error))
    }
}

/// What a pool has sent, and what it would send: all that a coordinator has to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// Requests sent so far, for [`Lease::since`].
    pub sent: u64,
    /// Requests that are out. Each counts until one period after its answer.
    pub out: u32,
    /// Requests that are left of the present lease. What is granted next includes them.
    pub left: u32,
    /// Where no lease is held: requests that may be sent all the same if none comes, sooner or later, and again as soon
    /// as those before no longer count.
    pub private: u32,
    /// In how many milliseconds each of the answered requests stops counting, ascending.
    pub counts_for: Vec<u64>,
    /// Further requests that calls of the normal lane want.
    pub normal: u32,
    /// Further requests that calls of the high lane want.
    pub high: u32,
    /// Milliseconds for which nothing goes out because the cap was tripped.
    pub frozen_ms: u64,
    /// Requests allowed in a period, as this pool is configured.
    pub quota: u32,
    /// Length of the period, as this pool is configured.
    pub period_ms: u64,
    /// Requests that only the high lane may use, as this pool is configured.
    pub reserve: u32,
}

impl Demand {
    /// As JSON, for hosts in other languages.
    pub fn to_json(&self) -> String {
        // Our own plain data cannot fail to serialise; an empty text would say so all the same.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A call's place among those that wait for a lease. Given up by [`Pool::leave`](super::Pool::leave).
#[derive(Debug)]
pub(crate) struct Ticket(pub(super) u64);

/// What a pool knows of its leases, and of who waits for one.
#[derive(Debug)]
pub(super) struct Leasing {
    /// Requests that may be sent in a period while no lease is held for long.
    share: u32,
    since: u64,
    requests: u32,
    high: u32,
    ends: EngineTime,
    /// From when on the private share may be used: by then the coordinator has held it back for a whole period.
    private_from: EngineTime,
    queue: BTreeMap<u64, Waiter>,
    next_ticket: u64,
    /// The most that a demand has said was sent.
    pub(super) told: u64,
}

#[derive(Debug)]
struct Waiter {
    lane: Lane,
    requests: u32,
    looked_at: EngineTime,
}

impl Leasing {
    /// As if the longest lease had been granted in the beginning, since a process of the same name may have held it.
    pub(super) fn new(share: u32, period_ms: u64) -> Self {
        Self {
            share,
            since: 0,
            requests: 0,
            high: 0,
            ends: EngineTime::START,
            private_from: private_from(EngineTime::START.after(period_ms / 2), period_ms),
            queue: BTreeMap::new(),
            next_ticket: 0,
            told: 0,
        }
    }

    pub(super) fn grant(&mut self, lease: Lease, now: HostTime, time: EngineTime, period_ms: u64) {
        let lasts = HostTime::new(lease.until).since(now).min(period_ms / 2);
        self.since = lease.since;
        self.requests = lease.requests;
        self.high = lease.high;
        self.ends = time.after(lasts);
        self.private_from = self.private_from.max(private_from(self.ends, period_ms));
    }

    /// What a lane may send at a moment, when so many were sent and so many of those still count.
    pub(super) fn room(&self, time: EngineTime, lane: Lane, sent: u64, counting: u32) -> u32 {
        if self.ends > time {
            let granted = match lane {
                Lane::Normal => self.requests,
                Lane::High => self.requests.saturating_add(self.high),
            };
            // A request that was taken back may lie before `since`; the coordinator had it among those that are out.
            return granted
                .saturating_sub(u32::try_from(sent.saturating_sub(self.since)).unwrap_or(u32::MAX));
        }
        if self.private_from > time { 0 } else { self.share.saturating_sub(counting) }
    }

    /// What is left of the lease, and while none is held of the private share.
    pub(super) fn left(&self, time: EngineTime, sent: u64, counting: u32) -> (u32, u32) {
        if self.ends > time { (self.room(time, Lane::High, sent, counting), 0) } else { (0, self.share) }
    }

    /// Milliseconds after which a call that waits for a lease looks again.
    pub(super) fn look_ms(period_ms: u64) -> u64 {
        (period_ms / 600).clamp(5, 100)
    }

    /// Takes note that a call waits to send so many requests.
    pub(super) fn wait(
        &mut self,
        ticket: Option<Ticket>,
        lane: Lane,
        requests: u32,
        looked_at: EngineTime,
    ) -> Ticket {
        let ticket = ticket.unwrap_or_else(|| {
            self.next_ticket += 1;
            Ticket(self.next_ticket)
        });
        self.queue.insert(ticket.0, Waiter { lane, requests, looked_at });
        ticket
    }

    pub(super) fn leave(&mut self, ticket: &Ticket) {
        self.queue.remove(&ticket.0);
    }

    /// How many further requests are wanted by the lanes, normal and high. Who asks for one at a time and uses up
    /// what it gets is taken to want twice as much, so that what a call cannot foretell is not fetched one by one.
    pub(super) fn wanted(&mut self, time: EngineTime, period_ms: u64, left: u32, quota: u32) -> (u32, u32) {
        self.queue.retain(|_, waiter| time.since(waiter.looked_at) <= period_ms);
        let sum = |lane| {
            let waiting = self.queue.values().filter(|waiter| waiter.lane == lane);
            waiting.fold(0u32, |sum, waiter| sum.saturating_add(waiter.requests))
        };
        let (normal, high) = (sum(Lane::Normal), sum(Lane::High));
        let used = if left == 0 { self.requests.saturating_add(self.high).saturating_mul(2) } else { 0 };
        match (normal, high) {
            (0, 0) => (0, 0),
            (0, high) => (0, high.max(used).min(quota)),
            (normal, high) => (normal.max(used).min(quota), high.min(quota)),
        }
    }
}

/// A coordinator hears of a silent pool's end after the lease, and holds its share back in whatever it grants from
/// then on. What it granted before is spent within half a period, and counts for a period more.
fn private_from(lease_ends: EngineTime, period_ms: u64) -> EngineTime {
    lease_ends.after(period_ms.saturating_mul(2))
}
