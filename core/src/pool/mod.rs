//! The request cap of an account, shared by everything that asks on its behalf (API notes §5).
//!
//! The notes leave open whether the cap is a fixed window that starts with its first request or a rolling
//! minute. The pool is safe on both: it keeps a rolling log of its own requests, in which a request counts
//! until one period after its *answer* (the server saw it at some time before that), and beside it the
//! window that the response headers describe. A request must fit into both.
//!
//! Pools of several processes share one quota by leases (`lease.rs`).

mod lease;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

use lease::Leasing;
pub(crate) use lease::Ticket;
pub use lease::{Demand, Lease};

use crate::clock::{Clock, EngineTime, HostTime};
use crate::error::{Error, Result};
use crate::http::Headers;

/// What each tripped cap adds to the caution, so that it settles where the cap is tripped less than once in
/// ten periods.
const CAUTION_PER_CAP: u32 = 12;

/// How long the others wait for the first answer of a new window, before they look again.
const PROBE_MS: u64 = 100;

/// How a pool behaves. Milliseconds throughout.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolConfig {
    /// Requests allowed in a period: 200 unless Brightpearl agreed otherwise.
    pub quota: u32,
    /// Length of the period: 60 000.
    pub period_ms: u64,
    /// Whether to ask as fast as the cap allows, or evenly over the period.
    pub pacing: Pacing,
    /// Requests that only [`Lane::High`] may use.
    pub reserve: u32,
    /// For pools that share a quota by leases: how many requests in a period this one may send by itself when it has
    /// held no lease for two periods. With it, and be it 0, nothing goes out without a [`Lease`].
    pub private_share: Option<u32>,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self { quota: 200, period_ms: 60_000, pacing: Pacing::Burst, reserve: 0, private_share: None }
    }
}

impl PoolConfig {
    /// Reads a pool's configuration, such as `{"quota": 200, "pacing": "spread"}`.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) with the line and column of what is wrong.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| crate::json::json_error("pool", &error))
    }
}

/// How requests are laid over the period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pacing {
    /// As fast as the host transmits, until the period's budget is used.
    #[default]
    Burst,
    /// At least `period / quota` apart.
    Spread,
}

/// Who may use the reserve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// Leaves the reserve alone.
    #[default]
    Normal,
    /// May use the whole budget.
    High,
}

/// What the pool knows at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Requests that may be sent right now.
    pub available: u32,
    /// Requests allowed in a period.
    pub quota: u32,
    /// Milliseconds until more become available; 0 when nothing stands in the way.
    pub wait_ms: u64,
}

/// The shared budget. A clone is another handle on the same pool, so that all clients of an account can
/// use one.
#[derive(Clone, Debug)]
pub struct Pool(Arc<Mutex<PoolState>>);

/// The right to send one request. Must be settled or abandoned, or the request counts for ever.
#[derive(Debug)]
pub(crate) struct Permit {
    sent_at: EngineTime,
    sequence: u64,
}

#[derive(Debug)]
struct PoolState {
    config: PoolConfig,
    clock: Clock,
    /// When each answered request stops counting, ascending.
    log: VecDeque<EngineTime>,
    /// Sequence numbers of requests that are out, ascending.
    outstanding: VecDeque<u64>,
    /// Requests that were sent and not taken back.
    sent: u64,
    /// Where the quota is shared by leases.
    leasing: Option<Leasing>,
    next_sequence: u64,
    window: Option<Window>,
    /// Whether any header was ever seen: without, only the log counts.
    is_told: bool,
    /// When the last window ended.
    last_end: Option<EngineTime>,
    /// Windows in a row that came sooner after the one before than a fixed window can.
    early_windows: u32,
    /// The newest request whose header was taken, for a rolling server.
    newest_header: u64,
    /// Requests of others that the headers gave away, halved each period.
    neighbours: u32,
    forgets_at: EngineTime,
    /// Requests left unused since the cap was tripped: more with each time, one less with each period.
    caution: u32,
    frozen_until: EngineTime,
    paced_until: EngineTime,
}

/// The server's period as its headers describe it, in engine time. Its true end lies between the bounds:
/// the server counted down from some moment between our sending and its answer's arrival.
#[derive(Clone, Copy, Debug)]
struct Window {
    ends_after: EngineTime,
    ends_before: EngineTime,
    left: u32,
}

impl Pool {
    /// A pool of its own.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `pool.quota`, `pool.period_ms`, `pool.reserve` or
    /// `pool.private_share`.
    pub fn new(config: PoolConfig) -> Result<Self> {
        if config.quota == 0 {
            return Err(Error::validation(
                "pool.quota",
                "a quota of 0 would never send; expected at least 1",
            ));
        }
        if config.period_ms == 0 {
            return Err(Error::validation(
                "pool.period_ms",
                "the period is 0; expected at least one millisecond",
            ));
        }
        if config.reserve >= config.quota {
            return Err(Error::validation(
                "pool.reserve",
                format!("a reserve of {} leaves nothing of the quota of {}", config.reserve, config.quota),
            ));
        }
        if config.private_share.is_some_and(|share| share > config.quota) {
            return Err(Error::validation(
                "pool.private_share",
                format!(
                    "the private share exceeds the quota of {}; expected a small part of it",
                    config.quota
                ),
            ));
        }
        Ok(Self(Arc::new(Mutex::new(PoolState {
            leasing: config.private_share.map(|share| Leasing::new(share, config.period_ms)),
            sent: 0,
            config,
            clock: Clock::default(),
            log: VecDeque::new(),
            outstanding: VecDeque::new(),
            next_sequence: 0,
            window: None,
            is_told: false,
            last_end: None,
            early_windows: 0,
            newest_header: 0,
            neighbours: 0,
            forgets_at: EngineTime::START,
            caution: 0,
            frozen_until: EngineTime::START,
            paced_until: EngineTime::START,
        }))))
    }

    /// What may be sent at `now` (milliseconds since the Unix epoch) by the normal lane.
    pub fn budget(&self, now: u64) -> Budget {
        let mut state = self.lock();
        let time = state.tick(HostTime::new(now));
        state.budget(time, Lane::Normal)
    }

    /// How many milliseconds pass until `requests` more have been sent, at the present budget and with no
    /// one else asking.
    pub fn forecast(&self, requests: u64, now: u64) -> u64 {
        let mut state = self.lock();
        let time = state.tick(HostTime::new(now));
        state.forecast(requests, time)
    }

    /// Takes what a coordinator grants in answer to a [`Demand`]: it replaces what was granted before, and what was
    /// sent since that demand is taken off.
    ///
    /// # Errors
    /// [`Kind::Misuse`](crate::Kind::Misuse) when the pool's configuration has no `private_share`, and when the lease
    /// answers a demand that this pool has not made.
    pub fn lease(&self, lease: Lease, now: u64) -> Result<()> {
        let mut state = self.lock();
        let host = HostTime::new(now);
        let time = state.tick(host);
        let period_ms = state.config.period_ms;
        let Some(leasing) = &mut state.leasing else {
            return Err(Error::misuse(
                "the pool takes no lease; give its configuration a `private_share` (0 will do)",
            )
            .at("pool.private_share"));
        };
        if lease.since > leasing.told {
            return Err(Error::misuse(format!(
                "the lease is since request {}, of which this pool has told nobody; expected `sent` of a demand of its own",
                lease.since
            ))
            .at("lease.since"));
        }
        leasing.grant(lease, host, time, period_ms);
        Ok(())
    }

    /// What to tell the coordinator at `now`.
    pub fn demand(&self, now: u64) -> Demand {
        let mut state = self.lock();
        let time = state.tick(HostTime::new(now));
        state.demand(time)
    }

    /// The right to send one request, or how many milliseconds to wait for it.
    pub(crate) fn acquire(&self, now: HostTime, lane: Lane) -> Result<Permit, u64> {
        let mut state = self.lock();
        let time = state.tick(now);
        let wait = state.wait(time, lane);
        if wait > 0 {
            return Err(wait);
        }
        Ok(state.send(time))
    }

    /// Takes note of an answer and of what its headers say about the budget.
    pub(crate) fn settle(&self, permit: Permit, now: HostTime, headers: &Headers) {
        let mut state = self.lock();
        let time = state.tick(now);
        state.log_answer(&permit, time);
        if let (Some(remaining), Some(period)) = (
            number(headers, "brightpearl-requests-remaining"),
            number(headers, "brightpearl-next-throttle-period"),
        ) {
            state.observe(&permit, time, u32::try_from(remaining).unwrap_or(u32::MAX), period);
        }
    }

    /// Takes note that no answer will come: the request may have counted.
    pub(crate) fn abandon(&self, permit: Permit, now: HostTime) {
        let mut state = self.lock();
        let time = state.tick(now);
        state.log_answer(&permit, time);
    }

    /// Takes back a permit whose request never left the host.
    pub(crate) fn refund(&self, permit: Permit, now: HostTime) {
        let mut state = self.lock();
        state.tick(now);
        state.outstanding.retain(|sequence| *sequence != permit.sequence);
        state.sent = state.sent.saturating_sub(1);
    }

    /// Takes note of who waits, and for how many requests, where that is to be told to a coordinator.
    pub(crate) fn queue(
        &self,
        ticket: &mut Option<Ticket>,
        lane: Lane,
        requests: impl FnOnce() -> u64,
        now: HostTime,
    ) {
        let mut state = self.lock();
        let time = state.tick(now);
        if let Some(leasing) = &mut state.leasing {
            let requests = u32::try_from(requests()).unwrap_or(u32::MAX).max(1);
            *ticket = Some(leasing.wait(ticket.take(), lane, requests, time));
        }
    }

    /// Takes note that somebody waits no longer.
    pub(crate) fn leave(&self, ticket: &Ticket) {
        if let Some(leasing) = &mut self.lock().leasing {
            leasing.leave(ticket);
        }
    }

    /// Stops everyone: the cap was reached. Answers for how many milliseconds.
    pub(crate) fn freeze(&self, now: HostTime, wait: Option<u64>) -> u64 {
        let mut state = self.lock();
        let time = state.tick(now);
        let wait = wait.unwrap_or(state.config.period_ms).clamp(1, state.config.period_ms.saturating_mul(10));
        state.frozen_until = state.frozen_until.max(time.after(wait));
        state.window = None;
        state.caution = state.caution.saturating_add(CAUTION_PER_CAP).min(state.config.quota / 4);
        wait
    }

    fn lock(&self) -> MutexGuard<'_, PoolState> {
        // A panic elsewhere cannot leave the counters half-written in a way that matters more than going on.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PoolState {
    fn tick(&mut self, now: HostTime) -> EngineTime {
        let time = self.clock.advance(now);
        while self.log.front().is_some_and(|expiry| *expiry <= time) {
            self.log.pop_front();
        }
        if let Some(window) = self.window.filter(|window| window.ends_before <= time) {
            self.window = if self.is_rolling() { Some(self.slide(window, time)) } else { None };
            self.last_end = Some(window.ends_before);
        }
        // Neighbours seen in a period make us careful for some more.
        if time >= self.forgets_at {
            self.neighbours /= 2;
            self.caution = self.caution.saturating_sub(1);
            self.forgets_at = time.after(self.config.period_ms);
        }
        time
    }

    /// A fixed window cannot end twice within a period; a server whose windows keep doing so counts a
    /// rolling one, and its header tells when the next single request falls out of it.
    fn is_rolling(&self) -> bool {
        self.early_windows >= 3
    }

    /// Lets a rolling window give back what the quota's own pace allows, until a header says more.
    fn slide(&self, window: Window, time: EngineTime) -> Window {
        let pace = self.config.period_ms.div_ceil(u64::from(self.config.quota));
        let passed = time.since(window.ends_before) / pace;
        let ends = window.ends_before.after((passed + 1) * pace);
        let given_back = u32::try_from(passed + 1).unwrap_or(u32::MAX);
        let left = window.left.saturating_add(given_back).min(self.config.quota);
        Window { ends_after: ends, ends_before: ends, left }
    }

    /// What a lane may send before the rolling log is full.
    fn rolling_room(&self, lane: Lane) -> u32 {
        self.config.quota.saturating_sub(self.kept_back(lane)).saturating_sub(self.counting())
    }

    /// Requests that count, or may.
    fn counting(&self) -> u32 {
        u32::try_from(self.log.len() + self.outstanding.len()).unwrap_or(u32::MAX)
    }

    /// What the lease allows, or without one the private share.
    fn lease_room(&self, time: EngineTime, lane: Lane) -> u32 {
        let leasing = self.leasing.as_ref();
        leasing.map_or(u32::MAX, |leasing| leasing.room(time, lane, self.sent, self.counting()))
    }

    fn window_room(&self, lane: Lane) -> Option<(u32, Window)> {
        self.window.map(|window| {
            // Those who share the quota by leases look like neighbours, and need no margin.
            let margin = if self.neighbours > 0 && self.leasing.is_none() {
                (2 + self.neighbours / 20).min(10)
            } else {
                0
            };
            let margin = margin.max(self.caution);
            // A margin that eats the whole window would only add waiting to waiting.
            let margin = margin.min(self.config.quota / 4);
            (window.left.saturating_sub(self.kept_back(lane)).saturating_sub(margin), window)
        })
    }

    fn kept_back(&self, lane: Lane) -> u32 {
        match lane {
            Lane::Normal => self.config.reserve,
            Lane::High => 0,
        }
    }

    /// Milliseconds until a request may be sent; 0 when it may be now.
    fn wait(&self, time: EngineTime, lane: Lane) -> u64 {
        let mut until = self.frozen_until.max(self.paced_until);
        if self.rolling_room(lane) == 0 {
            let held = self.config.quota.saturating_sub(self.kept_back(lane)) as usize;
            // The oldest answers have to leave until one more fits; when all are still out, look again later.
            let excess = (self.log.len() + self.outstanding.len() + 1).saturating_sub(held);
            let expiry = self.log.get(excess.saturating_sub(1)).copied();
            until = until.max(expiry.unwrap_or(time.after(self.config.period_ms)));
        }
        match self.window_room(lane) {
            Some((0, window)) => until = until.max(window.ends_before),
            Some(_) => {}
            // A window has ended: one request goes ahead and brings back what the next one is like.
            None if self.is_told && self.leasing.is_none() && !self.outstanding.is_empty() => {
                until = until.max(time.after(PROBE_MS));
            }
            None => {}
        }
        if self.lease_room(time, lane) == 0 {
            until = until.max(time.after(Leasing::look_ms(self.config.period_ms)));
        }
        until.since(time)
    }

    fn send(&mut self, time: EngineTime) -> Permit {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.outstanding.push_back(sequence);
        self.sent += 1;
        if let Some(window) = &mut self.window {
            window.left = window.left.saturating_sub(1);
        }
        if self.config.pacing == Pacing::Spread {
            self.paced_until = time.after(self.config.period_ms.div_ceil(u64::from(self.config.quota)));
        }
        Permit { sent_at: time, sequence }
    }

    fn log_answer(&mut self, permit: &Permit, time: EngineTime) {
        self.outstanding.retain(|sequence| *sequence != permit.sequence);
        self.log.push_back(time.after(self.config.period_ms));
    }

    /// Folds a header pair in. It may lower the budget of the window that we know, and never raises it;
    /// only a header that surely speaks of a later window opens a new one.
    fn observe(&mut self, permit: &Permit, time: EngineTime, remaining: u32, period: u64) {
        self.is_told = true;
        let period = period.min(self.config.period_ms);
        let ends_after = permit.sent_at.after(period);
        let ends_before = time.after(period);
        // Requests sent after this one were not yet counted when the server answered it.
        let later = self.outstanding.iter().filter(|sequence| **sequence > permit.sequence).count();
        let left = remaining.saturating_sub(u32::try_from(later).unwrap_or(u32::MAX));
        if self.is_rolling() {
            // A rolling budget does grow back within its window, but only a newer request can tell.
            if permit.sequence >= self.newest_header {
                self.newest_header = permit.sequence;
                self.note_neighbours(self.window.map_or(left, |window| window.left), left);
                self.window = Some(Window { ends_after, ends_before, left });
            }
            return;
        }
        match &mut self.window {
            Some(window) if ends_before < window.ends_after => {} // a straggler from an earlier window
            Some(window) if ends_after <= window.ends_before => {
                let known = window.left;
                window.left = window.left.min(left);
                window.ends_after = window.ends_after.max(ends_after);
                window.ends_before = window.ends_before.min(ends_before).max(window.ends_after);
                self.note_neighbours(known, left);
            }
            _ if ends_before <= time => {} // the window that it speaks of is over already
            slot => {
                *slot = Some(Window { ends_after, ends_before, left });
                let is_early =
                    self.last_end.is_some_and(|end| ends_before < end.after(self.config.period_ms / 2));
                self.early_windows = match (self.is_rolling(), is_early) {
                    (true, _) => self.early_windows,
                    (false, true) => self.early_windows + 1,
                    (false, false) => 0,
                };
            }
        }
    }

    /// What the server has counted beyond our own requests was someone else's.
    fn note_neighbours(&mut self, known: u32, left: u32) {
        self.neighbours = self.neighbours.saturating_add(known.saturating_sub(left));
    }

    fn budget(&self, time: EngineTime, lane: Lane) -> Budget {
        let wait_ms = self.wait(time, lane);
        let window_room = self.window_room(lane).map_or(u32::MAX, |(room, _)| room);
        let available = if wait_ms > 0 {
            0
        } else {
            self.rolling_room(lane).min(window_room).min(self.lease_room(time, lane))
        };
        Budget { available, quota: self.config.quota, wait_ms }
    }

    fn demand(&mut self, time: EngineTime) -> Demand {
        let PoolConfig { quota, period_ms, reserve, pacing: _, private_share: _ } = self.config;
        let (sent, counting) = (self.sent, self.counting());
        let (mut left, mut private, mut normal, mut high) = (0, 0, 0, 0);
        if let Some(leasing) = &mut self.leasing {
            (left, private) = leasing.left(time, sent, counting);
            (normal, high) = leasing.wanted(time, period_ms, left, quota);
            leasing.told = leasing.told.max(sent);
        }
        Demand {
            sent,
            out: u32::try_from(self.outstanding.len()).unwrap_or(u32::MAX),
            left,
            private,
            counts_for: self.log.iter().map(|expiry| expiry.since(time)).collect(),
            normal,
            high,
            frozen_ms: self.frozen_until.since(time),
            quota,
            period_ms,
            reserve,
        }
    }

    fn forecast(&self, requests: u64, time: EngineTime) -> u64 {
        let budget = self.budget(time, Lane::Normal);
        let paced = match self.config.pacing {
            Pacing::Burst => 0,
            Pacing::Spread => {
                let apart = self.config.period_ms.div_ceil(u64::from(self.config.quota));
                requests.saturating_sub(1).saturating_mul(apart)
            }
        };
        // With nothing left now, the first of the rest goes out when the wait ends.
        let beyond = requests.saturating_sub(u64::from(budget.available));
        if beyond == 0 {
            return paced;
        }
        let per_period = u64::from(self.config.quota - self.config.reserve);
        let first_wait = if budget.wait_ms > 0 { budget.wait_ms } else { self.next_room(time) };
        let further = ((beyond - 1) / per_period).saturating_mul(self.config.period_ms);
        paced.max(first_wait.saturating_add(further))
    }

    /// Milliseconds until the budget that is used up now comes back.
    fn next_room(&self, time: EngineTime) -> u64 {
        let until = match self.window_room(Lane::Normal) {
            Some((room, window)) if room <= self.rolling_room(Lane::Normal) => Some(window.ends_before),
            Some(_) | None => self.log.front().copied(),
        };
        until.map_or(self.config.period_ms, |until| until.since(time))
    }
}

fn number(headers: &Headers, name: &str) -> Option<u64> {
    headers.get(name)?.trim().parse().ok()
}

#[cfg(test)]
mod lease_tests;
#[cfg(test)]
mod tests;
