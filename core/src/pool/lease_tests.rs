//! Pools that share a quota by leases, against a simulated coordinator and servers of both readings of the cap.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::*;

const PERIOD: u64 = 6_000;
const LEASE: u64 = PERIOD / 8;
/// How long a coordinator's answer may take before its asker gives it up.
const PATIENCE: u64 = PERIOD / 20;
const STEP: u64 = 5;
const BEGIN: u64 = 1_000_000;

fn leased(quota: u32, share: u32) -> Pool {
    Pool::new(PoolConfig { quota, period_ms: PERIOD, private_share: Some(share), ..PoolConfig::default() })
        .unwrap()
}

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

/// What a coordinator knows of a pool.
#[derive(Default)]
struct Sharer {
    /// Since when it is known.
    since: u64,
    /// Until when it counts as alive, and its lease may be spent.
    until: u64,
    held: u32,
    log: Vec<u64>,
    wants: u32,
}

impl Sharer {
    fn uses(&self, now: u64) -> u32 {
        self.held + u32::try_from(self.log.iter().filter(|expiry| **expiry > now).count()).unwrap()
    }
}

struct Coordinator {
    quota: u32,
    share: u32,
    processes: usize,
    members: BTreeMap<usize, Sharer>,
}

impl Coordinator {
    fn grant(&mut self, who: usize, demand: &Demand, now: u64) -> Lease {
        let flight = PERIOD / 4;
        self.members.retain(|_, member| member.held == 0 || member.until + flight + PERIOD > now);
        let since = self.members.get(&who).map_or(now, |member| member.since);
        let member = self.members.entry(who).or_default();
        *member = Sharer {
            since,
            until: now + LEASE,
            held: demand.out + demand.left + demand.private,
            log: demand.counts_for.iter().map(|left| now + left).collect(),
            wants: demand.normal + demand.high,
        };
        // Whom a new one stands in for may have used a private share in the period before.
        let is_alive = |member: &&Sharer| member.until > now && member.since + PERIOD <= now;
        let alive = self.members.values().filter(is_alive).count();
        let kept = self.share * u32::try_from(self.processes.saturating_sub(alive)).unwrap();
        let used: u32 = self.members.values().map(|member| member.uses(now)).sum();
        let free = self.quota.saturating_sub(kept).saturating_sub(used);
        let level = self.level(now, self.quota.saturating_sub(kept));
        let member = self.members.get_mut(&who).unwrap();
        let fair = level.saturating_sub(member.uses(now));
        let more = member.wants.min(fair).min(free);
        member.held += more;
        member.wants -= more;
        Lease { since: demand.sent, requests: demand.left + more, high: 0, until: now + LEASE }
    }

    /// The most that each may use so that all together use the quota.
    fn level(&self, now: u64, quota: u32) -> u32 {
        let mut wishes: Vec<u32> = (self.members.values())
            .map(|member| member.uses(now) + if member.until > now { member.wants } else { 0 })
            .collect();
        wishes.sort_unstable();
        let mut rest = quota;
        for (index, wish) in wishes.iter().enumerate() {
            let each = rest.div_ceil(u32::try_from(wishes.len() - index).unwrap());
            if *wish > each {
                return each;
            }
            rest -= wish;
        }
        quota
    }
}

/// A server that counts as either reading of the cap has it.
struct Server {
    rolling: bool,
    quota: u32,
    counted: VecDeque<u64>,
    window: Option<(u64, u32)>,
    all: Vec<u64>,
}

impl Server {
    fn count(&mut self, now: u64) -> Option<(u64, u64)> {
        self.all.push(now);
        if self.rolling {
            while self.counted.front().is_some_and(|at| at + PERIOD <= now) {
                self.counted.pop_front();
            }
            self.counted.push_back(now);
            let used = self.counted.len() as u64;
            return Some((u64::from(self.quota).checked_sub(used)?, self.counted[0] + PERIOD - now));
        }
        let (began, used) = self.window.filter(|(began, _)| began + PERIOD > now).unwrap_or((now, 0));
        self.window = Some((began, used + 1));
        Some((u64::from(self.quota.checked_sub(used + 1)?), began + PERIOD - now))
    }
}

/// A request that is out: its permit, when it is answered, and what the answer says of the budget.
type Dispatched = (Permit, u64, Option<(u64, u64)>);

/// One process with a pool of its own.
struct Process {
    /// What the coordinator knows it by: another, whenever it begins anew.
    name: usize,
    pool: Pool,
    out: Vec<Dispatched>,
    ticket: Option<Ticket>,
    asks_at: u64,
    answer: Option<(u64, Lease)>,
}

/// What goes wrong, with which process and from when till when.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// What it asks does not arrive.
    Apart,
    /// What it is answered does not arrive.
    Deaf,
    /// It begins anew, and knows nothing of what it sent.
    Killed,
}

struct Setting {
    quota: u32,
    processes: usize,
    rolling: bool,
    latency: u64,
    periods: u64,
    troubles: Vec<(Trouble, usize, u64, u64)>,
}

/// Lets all processes send as much as they may; answers when the server counted what.
fn run(setting: &Setting) -> Vec<u64> {
    let share = 1;
    let Setting { quota, processes, rolling, latency, periods, ref troubles } = *setting;
    let mut coordinator = Coordinator { quota, share, processes, members: BTreeMap::new() };
    let mut server = Server { rolling, quota, counted: VecDeque::new(), window: None, all: Vec::new() };
    let process = |name| Process {
        name,
        pool: leased(quota, share),
        out: Vec::new(),
        ticket: None,
        asks_at: 0,
        answer: None,
    };
    let mut all: Vec<Process> = (0..processes).map(process).collect();
    for now in (0..periods * PERIOD).step_by(usize::try_from(STEP).unwrap()).map(|now| now + BEGIN) {
        for (index, one) in all.iter_mut().enumerate() {
            let elapsed = now - BEGIN;
            let hit = |kind: fn(&Trouble) -> bool| {
                (troubles.iter()).any(|(trouble, who, from, till)| {
                    kind(trouble) && who % processes == index && (*from..*till).contains(&elapsed)
                })
            };
            if hit(|trouble| matches!(trouble, Trouble::Killed)) {
                *one = process(one.name + processes);
                continue;
            }
            one.pool.budget(now);
            for (permit, _, said) in one.out.extract_if(.., |(_, back, _)| *back <= now).collect::<Vec<_>>() {
                let lines = said.map_or_else(Headers::new, |(remaining, period)| headers(remaining, period));
                one.pool.settle(permit, at(now), &lines);
            }
            if let Some((_, lease)) = one.answer.take_if(|(arrives, _)| *arrives <= now) {
                one.pool.lease(lease, now).unwrap();
            }
            if one.asks_at <= now && one.answer.is_none() {
                one.asks_at = now + 2 * STEP;
                if !hit(|trouble| matches!(trouble, Trouble::Apart)) {
                    let lease = coordinator.grant(one.name, &one.pool.demand(now), now);
                    let arrives = now + 2;
                    if !hit(|trouble| matches!(trouble, Trouble::Deaf)) {
                        one.answer = Some((arrives, lease));
                    } else {
                        one.asks_at = now + PATIENCE;
                    }
                }
            }
            while one.out.len() < 20 {
                match one.pool.acquire(at(now), Lane::Normal) {
                    Ok(permit) => {
                        let said = server.count(now + latency / 2);
                        one.out.push((permit, now + latency, said));
                    }
                    Err(_) => {
                        one.pool.queue(&mut one.ticket, Lane::Normal, || 50, at(now));
                        break;
                    }
                }
            }
        }
    }
    server.all
}

/// The most that any rolling period saw.
fn most_in_a_period(counted: &[u64]) -> usize {
    let mut sorted = counted.to_vec();
    sorted.sort_unstable();
    (0..sorted.len())
        .map(|first| sorted[first..].iter().take_while(|at| **at < sorted[first] + PERIOD).count())
        .max()
        .unwrap_or(0)
}

fn trouble() -> impl Strategy<Value = (Trouble, usize, u64, u64)> {
    let kind = prop_oneof![Just(Trouble::Apart), Just(Trouble::Deaf), Just(Trouble::Killed)];
    (kind, any::<usize>(), 0..5 * PERIOD, 0..5 * PERIOD).prop_map(|(kind, who, from, lasts)| {
        let lasts = if matches!(kind, Trouble::Killed) { lasts / 20 } else { lasts };
        (kind, who, from, from + lasts)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever is cut off, unheard or killed, no period of either reading has more than the quota.
    #[test]
    fn pools_that_share_a_quota_never_exceed_it(
        quota in 10u32..60, processes in 1usize..6, rolling in any::<bool>(), latency in 0u64..80,
        troubles in proptest::collection::vec(trouble(), 0..4),
    ) {
        let counted = run(&Setting { quota, processes, rolling, latency, periods: 8, troubles });
        prop_assert!(most_in_a_period(&counted) <= quota as usize, "{} of {quota}", most_in_a_period(&counted));
    }
}

#[test]
fn pools_that_share_a_quota_use_it_up() {
    for rolling in [false, true] {
        for processes in [1, 3, 8] {
            let quota = 100;
            let counted =
                run(&Setting { quota, processes, rolling, latency: 20, periods: 8, troubles: Vec::new() });
            assert!(most_in_a_period(&counted) <= 100, "rolling {rolling}, {processes} processes");
            let used = counted.iter().filter(|at| **at >= BEGIN + PERIOD).count() * 100 / (7 * 100);
            assert!(used >= 97, "rolling {rolling}, {processes} processes: {used} %");
        }
    }
}

#[test]
fn a_pool_that_is_cut_off_has_its_private_share_after_two_periods() {
    let pool = leased(10, 1);
    pool.budget(0);
    let lease = Lease { since: pool.demand(0).sent, requests: 2, high: 0, until: 500 };
    pool.lease(lease, 0).unwrap();
    for _ in 0..2 {
        pool.abandon(pool.acquire(at(0), Lane::Normal).unwrap(), at(0));
    }
    assert_eq!(pool.acquire(at(1), Lane::Normal).unwrap_err(), Leasing::look_ms(PERIOD));
    assert!(pool.acquire(at(PERIOD / 2 + 2 * PERIOD - 1), Lane::Normal).is_err());
    let own = pool.acquire(at(PERIOD / 2 + 2 * PERIOD), Lane::Normal).unwrap();
    assert!(pool.acquire(at(PERIOD / 2 + 2 * PERIOD), Lane::Normal).is_err());
    pool.abandon(own, at(3 * PERIOD));
    assert!(pool.acquire(at(4 * PERIOD - 1), Lane::Normal).is_err());
    assert!(pool.acquire(at(4 * PERIOD), Lane::Normal).is_ok());
}

#[test]
fn what_was_sent_since_the_demand_is_taken_off_a_lease_and_the_rest_replaces_the_old() {
    let pool = leased(10, 0);
    pool.lease(Lease { since: 0, requests: 3, high: 0, until: 1_000 }, 0).unwrap();
    let demand = pool.demand(0);
    assert_eq!((demand.sent, demand.left, demand.out), (0, 3, 0));
    let _out = [pool.acquire(at(1), Lane::Normal).unwrap(), pool.acquire(at(1), Lane::Normal).unwrap()];
    pool.lease(Lease { since: demand.sent, requests: 4, high: 1, until: 2_000 }, 2).unwrap();
    assert_eq!(pool.budget(2).available, 2);
    assert_eq!(pool.demand(2).left, 3, "one more is for the high lane");
    let _more = [pool.acquire(at(3), Lane::Normal).unwrap(), pool.acquire(at(3), Lane::Normal).unwrap()];
    assert!(pool.acquire(at(3), Lane::Normal).is_err());
    assert!(pool.acquire(at(3), Lane::High).is_ok());
    assert_eq!(pool.budget(2_000).available, 0, "it has ended");
}

#[test]
fn a_lease_that_nobody_asked_for_is_refused() {
    let lease = Lease { since: 5, requests: 3, high: 0, until: 1_000 };
    let error = leased(10, 0).lease(lease, 0).unwrap_err();
    assert_eq!((error.kind(), error.location()), (crate::Kind::Misuse, Some("lease.since")));
    let error = Pool::new(PoolConfig::default()).unwrap().lease(lease, 0).unwrap_err();
    assert_eq!((error.kind(), error.location()), (crate::Kind::Misuse, Some("pool.private_share")));
    let error = Lease::from_json("{\"requests\": 3}").unwrap_err();
    assert_eq!(error.kind(), crate::Kind::Validation);
    let config = PoolConfig { quota: 2, private_share: Some(3), ..PoolConfig::default() };
    assert_eq!(Pool::new(config).unwrap_err().location(), Some("pool.private_share"));
}

#[test]
fn who_waits_is_told_by_lane_until_it_has_gone() {
    let pool = leased(100, 0);
    let (mut one, mut two) = (None, None);
    pool.queue(&mut one, Lane::Normal, || 7, at(0));
    pool.queue(&mut two, Lane::High, || 2, at(0));
    pool.queue(&mut two, Lane::High, || 3, at(5));
    assert_eq!((pool.demand(5).normal, pool.demand(5).high), (7, 3));
    pool.leave(&two.unwrap());
    assert_eq!((pool.demand(5).normal, pool.demand(5).high), (7, 0));
    assert_eq!(pool.demand(PERIOD + 1).normal, 0, "it has not looked again for a period");
}
