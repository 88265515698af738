//! Another host that pushes the same records, with a journal of its own. What the first has looked for a while ago is
//! there when it goes on, or both are at it within the same seconds.

use brightpearl_core::flow::Outcome;
use brightpearl_core::operation::Push;
use brightpearl_core::{Call, Client, Output, Step};
use serde_json::Value;

use crate::draw::Draw;
use crate::host::begin;
use crate::network::{Flights, Network};
use crate::trace::Trace;

/// What has changed meanwhile was seen to be absent so long ago, at least.
const PAUSE_MS: (u64, u64) = (6_000, 90_000);

/// More steps than any push of a seed may take.
const MOST_STEPS: u32 = 60_000;

/// How the pushes meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// The other push comes in between as a whole, and long enough before the first goes on.
    Apart,
    /// Both are at it, step by step.
    Together,
    /// Both want the lease on the account's keys at all times: whoever has it pushes, and the other one begins in the very
    /// moment in which it ends or dies.
    Leased,
}

/// A lease on the account's keys: a lock that the end of whoever has it gives back, however it ends.
#[derive(Debug, Default)]
pub(crate) struct Lease {
    holder: Option<Contender>,
    /// How often it was asked for in vain.
    pub(crate) refusals: u64,
}

/// Who wants the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// The push of the seed.
    First,
    /// The other one.
    Rival,
}

impl Lease {
    /// Whether whoever asks has it now.
    pub(crate) fn take(&mut self, contender: Contender) -> bool {
        let has_it = *self.holder.get_or_insert(contender) == contender;
        self.refusals += u64::from(!has_it);
        has_it
    }

    /// Whoever had it has ended.
    pub(crate) fn give_back(&mut self, contender: Contender) {
        if self.holder == Some(contender) {
            self.holder = None;
        }
    }
}

/// A push that comes in between, once.
pub(crate) struct Rival {
    draw: Draw,
    meeting: Meeting,
    call: Call,
    records: Vec<Vec<u8>>,
    fed: usize,
    /// What is on its way to it.
    flights: Flights,
    has_begun: bool,
    is_over: bool,
    steps: u32,
    /// Likelihood in a thousand that it dies at a step, where a lease passes to the other push then.
    deaths: u64,
    /// Whether it pushes though the first has the lease. It is wrong, and shows what comes of it.
    pub(crate) ignores_lease: bool,
    /// What it told.
    pub(crate) outcomes: Vec<Outcome>,
}

impl Rival {
    /// # Errors
    /// Why it cannot be begun.
    pub(crate) fn new(
        client: &Client,
        meeting: Meeting,
        seed: u64,
        mapping: &str,
        records: &[Value],
        confirm_ms: Option<Vec<u64>>,
    ) -> Result<Self, String> {
        let push = Push::writing(mapping).map_err(|error| error.to_string())?;
        let confirm_ms = confirm_ms.unwrap_or(push.confirm_ms);
        let call = begin(client, Push { journal: Some(String::new()), confirm_ms, ..push });
        Ok(Self {
            draw: Draw::new(seed, 8),
            meeting,
            call: call.map_err(|error| error.to_string())?,
            records: records.iter().map(|record| record.to_string().into_bytes()).collect(),
            fed: 0,
            flights: Flights::default(),
            has_begun: false,
            is_over: false,
            steps: 0,
            ignores_lease: false,
            deaths: if meeting == Meeting::Leased { 12 } else { 0 },
            outcomes: Vec::new(),
        })
    }

    /// Perhaps goes on, between two steps of the other.
    ///
    /// # Errors
    /// What must never happen.
    pub(crate) fn perhaps_push(
        &mut self,
        lease: &mut Lease,
        network: &mut Network,
        trace: &mut Trace,
    ) -> Result<(), String> {
        let begins = self.has_begun || self.draw.happens(40);
        match self.meeting {
            Meeting::Apart if begins && !self.is_over => {
                self.push_to_the_end(network, trace)?;
                let pause = self.draw.between(PAUSE_MS.0, PAUSE_MS.1);
                network.pass_until(network.now + pause);
                Ok(())
            }
            Meeting::Together if begins && !self.is_over => {
                let steps = self.draw.between(1, 6);
                self.push_on(network, trace, steps)
            }
            Meeting::Leased if self.ignores_lease && begins && !self.is_over => {
                let steps = self.draw.between(1, 6);
                self.push_on(network, trace, steps)
            }
            Meeting::Leased if !self.is_over => match lease.take(Contender::Rival) {
                true => Err("two pushes had the lease at once".to_owned()),
                false => Ok(()),
            },
            Meeting::Apart | Meeting::Together | Meeting::Leased => Ok(()),
        }
    }

    /// Pushes for as long as it has the lease, for which the first asks at every step.
    ///
    /// # Errors
    /// What must never happen.
    pub(crate) fn push_with_lease(
        &mut self,
        lease: &mut Lease,
        network: &mut Network,
        trace: &mut Trace,
    ) -> Result<(), String> {
        if self.is_over || !lease.take(Contender::Rival) {
            return Ok(());
        }
        trace.note(network.now, || "the other push has the lease".to_owned());
        let aside = network.set_aside();
        network.take_up(std::mem::take(&mut self.flights));
        while !self.is_over {
            if lease.take(Contender::First) {
                return Err("two pushes had the lease at once".to_owned());
            }
            if self.draw.happens(self.deaths) {
                trace.note(network.now, || "the other push died".to_owned());
                network.forget();
                self.is_over = true;
            } else if let Some(until) = self.step(network, trace)? {
                network.pass(&mut self.call, until)?;
            }
        }
        lease.give_back(Contender::Rival);
        network.take_up(aside);
        Ok(())
    }

    /// Goes on when the other has ended, to its own end; one that has not begun begins only now.
    ///
    /// # Errors
    /// What must never happen.
    pub(crate) fn push_to_the_end(&mut self, network: &mut Network, trace: &mut Trace) -> Result<(), String> {
        self.has_begun = true;
        let aside = network.set_aside();
        network.take_up(std::mem::take(&mut self.flights));
        while !self.is_over {
            if let Some(until) = self.step(network, trace)? {
                network.pass(&mut self.call, until)?;
            }
        }
        network.take_up(aside);
        Ok(())
    }

    /// Takes some steps without letting time pass.
    fn push_on(&mut self, network: &mut Network, trace: &mut Trace, steps: u64) -> Result<(), String> {
        self.has_begun = true;
        let aside = network.set_aside();
        network.take_up(std::mem::take(&mut self.flights));
        for _ in 0..steps {
            if self.is_over {
                break;
            }
            if self.step(network, trace)?.is_some() {
                // Only what has arrived by now.
                network.pass(&mut self.call, Some(network.now))?;
            }
        }
        self.flights = network.set_aside();
        network.take_up(aside);
        Ok(())
    }

    /// One step; until when it waits, if it does.
    fn step(&mut self, network: &mut Network, trace: &mut Trace) -> Result<Option<Option<u64>>, String> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(format!("the other push has not ended after {MOST_STEPS} steps"));
        }
        let polled = match self.call.poll(network.now) {
            Ok(polled) => polled,
            Err(error) => {
                trace.note(network.now, || format!("the other push ended: {error}"));
                self.is_over = true;
                return Ok(None);
            }
        };
        match polled {
            Step::Done => {
                trace.note(network.now, || "the other push is over".to_owned());
                self.is_over = true;
            }
            Step::Pending => return Ok(Some(None)),
            Step::Wait { until, .. } => return Ok(Some(Some(until))),
            Step::Feed { room } => {
                let left = self.records.iter().skip(self.fed).take(room).cloned().collect::<Vec<_>>();
                for record in &left {
                    self.call.feed(record).map_err(|error| error.to_string())?;
                }
                self.fed += left.len();
                if left.len() < room {
                    self.call.finish().map_err(|error| error.to_string())?;
                }
            }
            Step::Send(exchange) => {
                let request = &exchange.request;
                trace.note(network.now, || {
                    let body = String::from_utf8_lossy(&request.body);
                    format!("the other push, {}: {} {} {body}", exchange.id, request.method, request.url)
                });
                network.transmit(exchange.id, request, trace);
            }
            Step::Output(Output::Outcomes(outcomes)) => {
                for outcome in &outcomes {
                    trace.note(network.now, || format!("the other push: {}", outcome.to_json()));
                }
                self.outcomes.extend(outcomes);
            }
            Step::Output(Output::Journal(_)) => {}
            Step::Output(other) => return Err(format!("a push puts out nothing like {other:?}")),
        }
        Ok(None)
    }
}
