//! The pool against servers of both readings of the cap, and against headers that lie.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

const PERIOD: u64 = 60_000;

fn pool(quota: u32) -> Pool {
    Pool::new(PoolConfig { quota, ..PoolConfig::default() }).unwrap()
}

/// A `now` of the host.
fn at(milliseconds: u64) -> HostTime {
    HostTime::new(milliseconds)
}

fn headers(remaining: u64, period: u64) -> Headers {
    [
        ("Brightpearl-Requests-Remaining", remaining.to_string()),
        ("Brightpearl-Next-Throttle-Period", period.to_string()),
    ]
    .into_iter()
    .collect()
}

/// What a host may do with a pool, in any order.
#[derive(Clone, Debug)]
enum Act {
    Pass(u64),
    Ask,
    Answer { which: usize, headers: Option<(u64, u64)> },
    Lose { which: usize },
    Refuse { which: usize },
    Freeze(Option<u64>),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0u64..70_000).prop_map(Act::Pass),
        3 => (0u64..50).prop_map(Act::Pass),
        10 => Just(Act::Ask),
        8 => (any::<usize>(), proptest::option::of((0u64..400, 0u64..200_000)))
            .prop_map(|(which, headers)| Act::Answer { which, headers }),
        1 => any::<usize>().prop_map(|which| Act::Lose { which }),
        1 => any::<usize>().prop_map(|which| Act::Refuse { which }),
        1 => proptest::option::of(0u64..90_000).prop_map(Act::Freeze),
    ]
}

proptest! {
    /// Whenever the server counted each request between its sending and its answer, no rolling period has
    /// more than the quota, whatever the headers said and in whatever order they came.
    #[test]
    fn never_exceeds_its_window(acts in proptest::collection::vec(act(), 1..400), quota in 1u32..8, late in any::<bool>()) {
        let pool = pool(quota);
        let mut now = 1_000_000;
        let mut out: Vec<(Permit, u64)> = Vec::new();
        let mut counted: Vec<u64> = Vec::new();
        for act in acts {
            match act {
                Act::Pass(milliseconds) => now += milliseconds,
                Act::Ask => {
                    if let Ok(permit) = pool.acquire(at(now), Lane::Normal) {
                        out.push((permit, now));
                    }
                }
                Act::Answer { which, headers: said } if !out.is_empty() => {
                    let (permit, sent_at) = out.remove(which % out.len());
                    counted.push(if late { now } else { sent_at });
                    let lines = said.map_or_else(Headers::new, |(remaining, period)| headers(remaining, period));
                    pool.settle(permit, at(now), &lines);
                }
                Act::Lose { which } if !out.is_empty() => {
                    let (permit, sent_at) = out.remove(which % out.len());
                    counted.push(if late { now } else { sent_at });
                    pool.abandon(permit, at(now));
                }
                Act::Refuse { which } if !out.is_empty() => pool.refund(out.remove(which % out.len()).0, at(now)),
                Act::Answer { .. } | Act::Lose { .. } | Act::Refuse { .. } => {}
                Act::Freeze(wait) => {
                    now += pool.freeze(at(now), wait) - 1;
                    prop_assert!(pool.acquire(at(now), Lane::High).is_err());
                }
            }
        }
        counted.sort_unstable();
        for pair in counted.windows(quota as usize + 1) {
            prop_assert!(pair[quota as usize] - pair[0] >= PERIOD, "{pair:?}");
        }
    }

    /// A wait that the pool names is enough when nothing else happens, so that a host never spins.
    #[test]
    fn a_wait_is_enough(acts in proptest::collection::vec(act(), 1..200), quota in 1u32..8) {
        let pool = pool(quota);
        let mut now = 0;
        for act in acts {
            match act {
                Act::Pass(milliseconds) => now += milliseconds,
                Act::Ask | Act::Answer { headers: None, .. } | Act::Lose { .. } | Act::Refuse { .. } => {
                    if let Ok(permit) = pool.acquire(at(now), Lane::Normal) {
                        pool.abandon(permit, at(now));
                    }
                }
                Act::Answer { headers: Some((remaining, period)), .. } => {
                    if let Ok(permit) = pool.acquire(at(now), Lane::Normal) {
                        pool.settle(permit, at(now), &headers(remaining, period));
                    }
                }
                Act::Freeze(wait) => {
                    pool.freeze(at(now), wait);
                }
            }
        }
        if let Err(wait) = pool.acquire(at(now), Lane::Normal) {
            prop_assert!(wait <= 10 * PERIOD);
            prop_assert!(pool.acquire(at(now + wait), Lane::Normal).is_ok());
        }
    }
}

/// A server with a cap, on either reading of the notes.
struct CappedServer {
    rolling: bool,
    counted: VecDeque<u64>,
    window_started: Option<u64>,
    in_window: u64,
}

impl CappedServer {
    const QUOTA: u64 = 200;

    fn new(rolling: bool) -> Self {
        Self { rolling, counted: VecDeque::new(), window_started: None, in_window: 0 }
    }

    /// Counts a request; answers what remains and until when, or `None` above the cap.
    fn count(&mut self, now: u64) -> Option<(u64, u64)> {
        if self.rolling {
            while self.counted.front().is_some_and(|at| at + PERIOD <= now) {
                self.counted.pop_front();
            }
            self.counted.push_back(now);
            let used = self.counted.len() as u64;
            let until = self.counted[0] + PERIOD - now;
            return (used <= Self::QUOTA).then(|| (Self::QUOTA - used, until));
        }
        if self.window_started.is_none_or(|started| started + PERIOD <= now) {
            self.window_started = Some(now);
            self.in_window = 0;
        }
        self.in_window += 1;
        let until = self.window_started.unwrap_or(now) + PERIOD - now;
        (self.in_window <= Self::QUOTA).then(|| (Self::QUOTA - self.in_window, until))
    }
}

/// Runs one client for a while, beside a neighbour that asks every so many milliseconds. Answers requests
/// served and cap answers.
fn run(server: &mut CappedServer, latency: u64, minutes: u64, neighbour_every: Option<u64>) -> (u64, u64) {
    let pool = pool(200);
    let (mut now, mut served, mut capped) = (5_000u64, 0, 0);
    let mut neighbour_at = now;
    let end = now + minutes * PERIOD;
    while now < end {
        match pool.acquire(at(now), Lane::Normal) {
            Err(wait) => now += wait,
            Ok(permit) => {
                now += latency / 2;
                while let Some(every) = neighbour_every.filter(|_| neighbour_at <= now) {
                    server.count(neighbour_at);
                    neighbour_at += every;
                }
                let answer = server.count(now);
                now += latency - latency / 2;
                match answer {
                    Some((remaining, period)) => {
                        served += 1;
                        pool.settle(permit, at(now), &headers(remaining, period));
                    }
                    None => {
                        capped += 1;
                        pool.settle(permit, at(now), &Headers::new());
                        pool.freeze(at(now), None);
                    }
                }
            }
        }
    }
    (served, capped)
}

#[test]
fn a_sole_user_gets_the_whole_quota_and_never_trips_the_cap() {
    for rolling in [false, true] {
        for latency in [2, 40, 120, 250] {
            let (served, capped) = run(&mut CappedServer::new(rolling), latency, 60, None);
            assert_eq!(capped, 0, "rolling {rolling}, latency {latency}");
            assert!(served >= 200 * 60 * 995 / 1_000, "rolling {rolling}, latency {latency}: {served}");
        }
    }
}

#[test]
fn with_neighbours_the_cap_is_hardly_ever_tripped() {
    for rolling in [false, true] {
        for every in [330, 450, 700, 1_500, 5_000] {
            let (served, capped) = run(&mut CappedServer::new(rolling), 60, 60, Some(every));
            assert!(capped <= 6, "rolling {rolling}, neighbour every {every} ms: {capped} caps in an hour");
            let left_over = (200u64 * 60).saturating_sub(60 * PERIOD / every);
            assert!(
                served * 100 >= left_over * 85,
                "rolling {rolling}, every {every}: {served} of {left_over}"
            );
        }
    }
}

#[test]
fn a_late_header_never_raises_the_budget() {
    let pool = pool(200);
    let first = pool.acquire(at(0), Lane::Normal).unwrap();
    let second = pool.acquire(at(0), Lane::Normal).unwrap();
    pool.settle(second, at(100), &headers(3, 50_000));
    assert_eq!(pool.budget(100).available, 3);
    pool.settle(first, at(20_000), &headers(199, 50_000));
    assert!(pool.budget(20_000).available <= 3);
}

#[test]
fn requests_that_are_out_behind_an_answer_are_not_in_what_it_leaves() {
    let pool = pool(10);
    let mut out: VecDeque<Permit> = (0..3).map(|_| pool.acquire(at(0), Lane::Normal).unwrap()).collect();
    // Somebody else has used four; of ours, the server has seen the first alone.
    pool.settle(out.pop_front().unwrap(), at(10), &headers(5, 30_000));
    assert_eq!(pool.budget(10).available, 3);
    // An answer to the last of them counts all of ours.
    pool.settle(out.pop_back().unwrap(), at(20), &headers(3, 29_990));
    assert_eq!(pool.budget(20).available, 3);
}

#[test]
fn a_wait_that_a_server_asks_for_is_kept_up_to_ten_periods() {
    for (asked, waits) in
        [(None, PERIOD), (Some(0), 1), (Some(90_000), 90_000), (Some(u64::MAX), 10 * PERIOD)]
    {
        let pool = pool(10);
        assert_eq!(pool.freeze(at(1_000), asked), waits, "{asked:?}");
        assert_eq!(pool.budget(1_000).wait_ms, waits, "{asked:?}");
        assert!(pool.acquire(at(1_000 + waits - 1), Lane::Normal).is_err(), "{asked:?}");
        assert!(pool.acquire(at(1_000 + waits), Lane::Normal).is_ok(), "{asked:?}");
    }
}

#[test]
fn the_reserve_is_for_the_high_lane() {
    let pool = Pool::new(PoolConfig { quota: 3, reserve: 1, ..PoolConfig::default() }).unwrap();
    let _held = [pool.acquire(at(0), Lane::Normal).unwrap(), pool.acquire(at(0), Lane::Normal).unwrap()];
    assert!(pool.acquire(at(0), Lane::Normal).is_err());
    assert!(pool.acquire(at(0), Lane::High).is_ok());
    for (config, field) in [
        (PoolConfig { quota: 0, ..PoolConfig::default() }, "pool.quota"),
        (PoolConfig { period_ms: 0, ..PoolConfig::default() }, "pool.period_ms"),
        (PoolConfig { quota: 2, reserve: 2, ..PoolConfig::default() }, "pool.reserve"),
    ] {
        assert_eq!(Pool::new(config).unwrap_err().location(), Some(field));
    }
}

#[test]
fn forecasts_what_then_happens() {
    let pool = pool(200);
    assert_eq!(pool.forecast(200, 0), 0);
    assert_eq!(pool.forecast(201, 0), PERIOD);
    assert_eq!(pool.forecast(401, 0), 2 * PERIOD);
    let spread = Pool::new(PoolConfig { pacing: Pacing::Spread, ..PoolConfig::default() }).unwrap();
    assert_eq!(spread.forecast(11, 0), 3_000);
}
