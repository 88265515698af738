//! What a call sends next, and what it waits for before that.

use super::Call;
use super::attempt::{Attempt, InFlight, Work};
use super::step::{Exchange, Step, WaitReason};
use crate::auth::Access;
use crate::clock::{EngineTime, HostTime};
use crate::error::Result;
use crate::http::Request;
use crate::pool::Permit;
use crate::telemetry::Event;

/// How long a call waits before it looks again whether another call has logged in.
const LOGIN_LOOK_MS: u64 = 100;

impl Call {
    /// The next new request, unless one is waiting to be sent already.
    pub(super) fn next_draft(&mut self, time: EngineTime) -> Option<Attempt> {
        if self.waiting.iter().any(|attempt| attempt.not_before <= time) {
            return None;
        }
        let draft = self.job.next()?;
        let not_before = if draft.delay_ms == 0 { EngineTime::START } else { time.after(draft.delay_ms) };
        Some(Attempt { not_before, ..Attempt::new(Work::Job(draft)) })
    }

    /// Sends what is due, oldest first, or says for what and how long to wait.
    pub(super) fn send_or_wait(&mut self, now: HostTime, time: EngineTime) -> Result<Option<Step>> {
        let Some(index) = self.waiting.iter().position(|attempt| attempt.not_before <= time) else {
            let earliest = self.waiting.iter().map(|attempt| attempt.not_before).min();
            return Ok(earliest.map(|at| wait_step(now, at.since(time), WaitReason::Backoff)));
        };
        let index = match self.log_in_first(index, now, time)? {
            Ok(index) => index,
            Err(step) => return Ok(Some(step)),
        };
        match self.shared.pool.acquire(now, self.shared.config.lane) {
            Err(wait_ms) => {
                let (job, waiting) = (&self.job, self.waiting.len() as u64);
                let lane = self.shared.config.lane;
                self.shared.pool.queue(&mut self.ticket, lane, || job.outlook().requests + waiting, now);
                if !self.is_waiting_for_budget {
                    self.is_waiting_for_budget = true;
                    self.record(Event::WaitingForBudget { wait_ms });
                }
                Ok(Some(wait_step(now, wait_ms, WaitReason::Throttled)))
            }
            Ok(permit) => {
                self.is_waiting_for_budget = false;
                self.leave_queue();
                if self.is_withdrawn(index) {
                    self.shared.pool.refund(permit, now);
                    return self.step(now).map(Some);
                }
                let built = match &self.waiting[index].work {
                    Work::Job(draft) => self
                        .shared
                        .build(draft)
                        .and_then(|(request, generation)| Ok((self.adjusted(request)?, generation))),
                    Work::Login(request) => Ok((request.clone(), self.shared.session.generation())),
                };
                match built {
                    Ok((request, generation)) => {
                        let attempt = self.waiting.remove(index);
                        Ok(Some(Step::Send(self.send(attempt, request, generation, permit, time))))
                    }
                    Err(error) => {
                        self.shared.pool.refund(permit, now);
                        Err(error)
                    }
                }
            }
        }
    }

    /// Asks the job whether what waited at `index` is still to be sent, and drops it if not.
    fn is_withdrawn(&mut self, index: usize) -> bool {
        let attempt = &self.waiting[index];
        let is_withdrawn = match &attempt.work {
            Work::Job(draft) if !attempt.may_be_applied => !self.job.still_wants(draft.tag),
            Work::Job(_) | Work::Login(_) => false,
        };
        if is_withdrawn {
            self.waiting.remove(index);
        }
        is_withdrawn
    }

    /// What is to be sent instead of the attempt at `index` while there is no token: the login, or nothing
    /// as long as another call has it in hand.
    fn log_in_first(&mut self, index: usize, now: HostTime, time: EngineTime) -> Result<Result<usize, Step>> {
        if self.waiting[index].is_login() {
            return Ok(Ok(index));
        }
        if let Some(login) = self.waiting.iter().position(Attempt::is_login) {
            let not_before = self.waiting[login].not_before;
            let is_due = not_before <= time;
            return Ok(if is_due {
                Ok(login)
            } else {
                Err(wait_step(now, not_before.since(time), WaitReason::Backoff))
            });
        }
        if self.is_logging_in() {
            return Ok(Err(Step::Pending));
        }
        match self.shared.session.access(self.number, now) {
            Access::Granted => Ok(Ok(index)),
            Access::Busy => Ok(Err(wait_step(now, LOGIN_LOOK_MS, WaitReason::TokenRefresh))),
            Access::Login(request) => {
                self.waiting.push(Attempt::new(Work::Login(request)));
                Ok(Ok(self.waiting.len() - 1))
            }
            Access::Refused(error) => Err(error),
        }
    }

    /// Tells the pool that this call waits no longer.
    pub(super) fn leave_queue(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.shared.pool.leave(&ticket);
        }
    }

    /// Whether a login of this call is out.
    pub(super) fn is_logging_in(&self) -> bool {
        self.in_flight.iter().any(|flight| flight.attempt.is_login())
    }

    fn send(
        &mut self,
        attempt: Attempt,
        request: Request,
        generation: u64,
        permit: Permit,
        time: EngineTime,
    ) -> Exchange {
        let id = self.shared.next_exchange();
        let number = attempt.history.attempts + attempt.history.throttled + 1;
        self.sent += 1;
        self.record(Event::RequestStarted {
            exchange: id,
            method: request.method,
            template: attempt.work.template(),
            attempt: number,
        });
        let is_login = attempt.is_login();
        self.in_flight.push(InFlight { exchange: id, attempt, permit, generation, since: time });
        Exchange { id, request, attempt: number, is_login }
    }
}

fn wait_step(now: HostTime, wait_ms: u64, reason: WaitReason) -> Step {
    Step::Wait { until: now.after(wait_ms).milliseconds(), reason }
}
