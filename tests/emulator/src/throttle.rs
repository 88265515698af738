//! The request cap of an account, and the neighbour that shares it (API notes §5).

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::access::Credential;
use crate::config::Config;
use crate::world::random::{Draw, Topic};

/// How the throttle period is laid over time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThrottleWindow {
    /// Periods start at multiples of their length since the epoch, so with every minute of the clock.
    /// Recordings show this one: in each of them, the time of the answer plus
    /// `brightpearl-next-throttle-period` is a full minute.
    #[default]
    Aligned,
    /// A period starts with the first request after the last period ended.
    FirstRequest,
    /// Any stretch of one period's length holds at most the quota, as the help centre's prose has it.
    Rolling,
}

/// Another application of the account that sends requests at seeded times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// How many requests it sends in one throttle period, on average; each period has its own number,
    /// from none to twice as many.
    pub requests_per_period: u32,
}

/// What the cap says to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admission {
    pub(crate) admitted: bool,
    /// Requests left after this one.
    pub(crate) remaining: u32,
    /// Milliseconds until requests are given back.
    pub(crate) next_period_ms: u64,
}

/// The pools of one account: private apps share one, and the apps of each developer have one of their own.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Pools {
    private: Throttle,
    by_developer: BTreeMap<String, Throttle>,
}

impl Pools {
    pub(crate) fn new(config: &Config) -> Self {
        let public = config.credentials.iter().filter_map(Credential::dev_ref);
        let developers = public.chain(config.oauth.clients.iter().map(|client| client.dev_ref.as_str()));
        Self {
            private: Throttle::new(config),
            by_developer: developers.map(|dev_ref| (dev_ref.to_owned(), Throttle::new(config))).collect(),
        }
    }

    /// The pool that a request draws on, whoever it turns out to come from.
    pub(crate) fn of(&mut self, dev_ref: Option<&str>) -> &mut Throttle {
        match dev_ref.and_then(|dev_ref| self.by_developer.get_mut(dev_ref)) {
            Some(throttle) => throttle,
            None => &mut self.private,
        }
    }

    pub(crate) fn neighbour_requests(&self) -> u64 {
        let developers = self.by_developer.values().map(|throttle| throttle.neighbour_requests);
        developers.fold(self.private.neighbour_requests, u64::saturating_add)
    }

    /// The same pools with the rules of a configuration, whatever their own were.
    pub(crate) fn ruled_by(mut self, config: &Config) -> Self {
        for throttle in self.by_developer.values_mut().chain([&mut self.private]) {
            let Throttle { taken, started, seen, neighbour_requests, .. } =
                std::mem::replace(throttle, Throttle::new(config));
            *throttle = Throttle { taken, started, seen, neighbour_requests, ..Throttle::new(config) };
        }
        self
    }
}

/// One pool.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Throttle {
    quota: u32,
    #[serde(default)]
    uncapped: bool,
    period_ms: u64,
    window: ThrottleWindow,
    noise: Option<Noise>,
    seed: u64,
    /// When each counted request came, oldest first. A fixed window only needs their number, but one
    /// store for all windows keeps the rules in one place.
    taken: VecDeque<u64>,
    /// Start of the current fixed window.
    started: u64,
    /// Up to when the neighbour's requests have been counted.
    seen: Option<u64>,
    neighbour_requests: u64,
}

impl Throttle {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            quota: config.quota,
            uncapped: config.uncapped,
            period_ms: config.period_ms,
            window: config.window,
            noise: config.noise.clone(),
            seed: config.seed,
            taken: VecDeque::new(),
            started: 0,
            seen: None,
            neighbour_requests: 0,
        }
    }

    /// Lets a request in or not.
    pub(crate) fn take(&mut self, now: u64) -> Admission {
        self.let_the_neighbour_send(now);
        let admitted = self.count(now);
        self.state(admitted, now)
    }

    /// The state of the pool without taking from it.
    pub(crate) fn look(&self, now: u64) -> Admission {
        self.state(self.used() < self.quota, now)
    }

    fn state(&self, admitted: bool, now: u64) -> Admission {
        Admission {
            admitted,
            remaining: self.quota.saturating_sub(self.used()).saturating_sub(u32::from(self.uncapped)),
            next_period_ms: self.next_period_ms(now),
        }
    }

    /// Uses up what is left of the window.
    pub(crate) fn exhaust(&mut self, now: u64) {
        while !self.uncapped && self.count(now) {}
    }

    fn used(&self) -> u32 {
        u32::try_from(self.taken.len()).unwrap_or(u32::MAX)
    }

    fn count(&mut self, at: u64) -> bool {
        self.forget_what_is_over(at);
        let admitted = self.used() < self.quota;
        if admitted && !self.uncapped {
            self.taken.push_back(at);
        }
        admitted
    }

    fn forget_what_is_over(&mut self, now: u64) {
        // A clock that was set back must not freeze the pool until it has caught up.
        while self.taken.back().is_some_and(|last| *last > now) {
            self.taken.pop_back();
        }
        match self.window {
            ThrottleWindow::Aligned => {
                self.started = now - now % self.period_ms;
                let started = self.started;
                self.drop_before(started);
            }
            ThrottleWindow::FirstRequest => {
                let over = now < self.started || now - self.started >= self.period_ms;
                if over || self.taken.is_empty() {
                    self.taken.clear();
                    self.started = now;
                }
            }
            ThrottleWindow::Rolling => {
                if let Some(first_still_counted) = now.saturating_add(1).checked_sub(self.period_ms) {
                    self.drop_before(first_still_counted);
                }
            }
        }
    }

    fn drop_before(&mut self, time: u64) {
        while self.taken.front().is_some_and(|first| *first < time) {
            self.taken.pop_front();
        }
    }

    fn next_period_ms(&self, now: u64) -> u64 {
        let from = match self.window {
            ThrottleWindow::Aligned | ThrottleWindow::FirstRequest => self.started,
            ThrottleWindow::Rolling => self.taken.front().copied().unwrap_or(now),
        };
        from.saturating_add(self.period_ms).saturating_sub(now)
    }

    /// Counts what the neighbour sent since the last look. Its requests are a function of the seed and the
    /// period they fall into, so they do not depend on how often anyone looks.
    fn let_the_neighbour_send(&mut self, now: u64) {
        let Some(noise) = self.noise.clone() else { return };
        let previous = self.seen.replace(now).unwrap_or(now - now % self.period_ms);
        if previous >= now {
            return;
        }
        // What lies more than two periods back cannot matter to any window.
        let from = previous.max(now.saturating_sub(2 * self.period_ms));
        for period in from / self.period_ms..=now / self.period_ms {
            for at in self.neighbour_in(&noise, period) {
                if at > from && at <= now {
                    self.neighbour_requests = self.neighbour_requests.saturating_add(1);
                    self.count(at);
                }
            }
        }
    }

    fn neighbour_in(&self, noise: &Noise, period: u64) -> Vec<u64> {
        let mut draw = Draw::new(self.seed, Topic::Neighbour, period);
        let requests = draw.below(noise.requests_per_period.saturating_mul(2).saturating_add(1));
        let length = u32::try_from(self.period_ms).unwrap_or(u32::MAX);
        let mut times: Vec<u64> =
            (0..requests).map(|_| period * self.period_ms + u64::from(draw.below(length))).collect();
        times.sort_unstable();
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(window: ThrottleWindow, quota: u32) -> Throttle {
        Throttle::new(&Config { window, quota, ..Config::default() })
    }

    #[test]
    fn an_aligned_window_ends_with_the_minute() {
        let mut throttle = throttle(ThrottleWindow::Aligned, 2);
        let first = throttle.take(59_000);
        assert_eq!(first, Admission { admitted: true, remaining: 1, next_period_ms: 1_000 });
        assert!(throttle.take(59_500).admitted);
        assert_eq!(throttle.take(59_999), Admission { admitted: false, remaining: 0, next_period_ms: 1 });
        assert_eq!(throttle.take(60_000), Admission { admitted: true, remaining: 1, next_period_ms: 60_000 });
    }

    #[test]
    fn a_window_can_start_at_its_first_request() {
        let mut throttle = throttle(ThrottleWindow::FirstRequest, 1);
        assert_eq!(throttle.take(59_000).next_period_ms, 60_000);
        assert_eq!(throttle.take(118_999), Admission { admitted: false, remaining: 0, next_period_ms: 1 });
        assert_eq!(
            throttle.take(130_000),
            Admission { admitted: true, remaining: 0, next_period_ms: 60_000 }
        );
    }

    #[test]
    fn a_rolling_window_gives_back_one_by_one() {
        let mut throttle = throttle(ThrottleWindow::Rolling, 2);
        assert!(throttle.take(0).admitted);
        assert!(throttle.take(30_000).admitted);
        assert_eq!(throttle.take(59_999), Admission { admitted: false, remaining: 0, next_period_ms: 1 });
        assert!(throttle.take(60_000).admitted);
        assert_eq!(
            throttle.take(60_001),
            Admission { admitted: false, remaining: 0, next_period_ms: 29_999 }
        );
    }

    #[test]
    fn a_clock_set_back_does_not_freeze_the_pool() {
        for window in [ThrottleWindow::Aligned, ThrottleWindow::FirstRequest, ThrottleWindow::Rolling] {
            let mut throttle = throttle(window, 1);
            assert!(throttle.take(u64::MAX).admitted);
            assert!(throttle.take(10_000_000).admitted);
            assert!(throttle.take(5_000).admitted, "{window:?}");
            assert!(throttle.take(5_001).next_period_ms <= 60_000, "{window:?}");
        }
    }

    #[test]
    fn exhausting_lasts_until_the_window_ends() {
        for window in [ThrottleWindow::Aligned, ThrottleWindow::FirstRequest, ThrottleWindow::Rolling] {
            let mut throttle = throttle(window, 200);
            throttle.exhaust(0);
            assert_eq!(throttle.take(10).remaining, 0);
            assert!(!throttle.take(59_999).admitted, "{window:?}");
            assert!(throttle.take(60_000).admitted, "{window:?}");
        }
    }

    #[test]
    fn a_neighbour_uses_part_of_the_pool_however_often_one_looks() {
        let config = Config { noise: Some(Noise { requests_per_period: 50 }), ..Config::default() };
        let remaining_at_the_end = |looks: &[u64]| {
            let mut throttle = Throttle::new(&config);
            let last = looks.iter().map(|at| throttle.take(*at)).last().unwrap();
            (last.remaining + u32::try_from(looks.len()).unwrap(), throttle.neighbour_requests)
        };
        let seldom = remaining_at_the_end(&[0, 59_999]);
        let often = remaining_at_the_end(&[0, 9_000, 20_000, 20_001, 41_000, 59_999]);
        assert_eq!(seldom, often);
        assert!(seldom.0 < 200 && seldom.1 > 0, "{seldom:?}");
    }
}
