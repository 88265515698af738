//! A call is driven, it never acts: poll it, transmit what it hands out, answer, and take what it puts out.

mod adjustment;
mod attempt;
mod outcome;
mod sending;
mod step;

use std::fmt;
use std::sync::Arc;

use zeroize::{Zeroize, Zeroizing};

use crate::checkpoint::Checkpoint;
use crate::classify::{Failed, check_fresh, classify, classify_write};
use crate::clock::{Clock, EngineTime, HostTime};
use crate::error::{Delivery, Error, Kind, Result};
use crate::http::Response;
use crate::jitter::Jitter;
use crate::job::Job;
use crate::operation::Operation;
use crate::pool::Ticket;
use crate::retry::Class;
use crate::shared::Shared;
use crate::telemetry::Event;

pub use crate::operation;
pub use crate::output::{
    BatchResult, Output, Refusal, Reply, ResourceSpan, Resources, SearchPage, TaskResult,
};
pub use adjustment::CallAdjustment;
use attempt::{Attempt, InFlight, Work};
pub use step::{Exchange, Explanation, Step, StepKind, TransportFailure, WaitReason};

/// One purpose under way. Has one owner; its client may have many.
pub struct Call {
    shared: Arc<Shared>,
    /// The number of this call within its client.
    number: u64,
    operation: Operation,
    /// What it does otherwise than its client.
    adjustment: CallAdjustment,
    job: Box<dyn Job>,
    jitter: Jitter,
    clock: Clock,
    last_now: HostTime,
    phase: Phase,
    /// Requests that wait to be sent: new ones, and failed ones until their deadline.
    waiting: Vec<Attempt>,
    in_flight: Vec<InFlight>,
    /// Items of the latest output, until it is consumed.
    latest_output: Option<usize>,
    /// Whether it has asked for records and was given none since.
    has_asked: bool,
    sent: u64,
    is_waiting_for_budget: bool,
    /// Among those that wait for a lease.
    ticket: Option<Ticket>,
}

#[derive(Debug)]
enum Phase {
    Running,
    /// The error is handed out once.
    Failed(Option<Error>),
    Done,
}

impl Call {
    /// A call that carries out `operation` by way of its job.
    pub(crate) fn new(shared: Arc<Shared>, operation: Operation, job: Box<dyn Job>) -> Self {
        let number = shared.next_call();
        let jitter = Jitter::new(shared.config.seed, number);
        Self {
            shared,
            number,
            operation,
            adjustment: CallAdjustment::default(),
            job,
            jitter,
            clock: Clock::default(),
            last_now: HostTime::default(),
            phase: Phase::Running,
            waiting: Vec::new(),
            in_flight: Vec::new(),
            latest_output: None,
            has_asked: false,
            sent: 0,
            is_waiting_for_budget: false,
            ticket: None,
        }
    }

    /// Says what to do next. `now` is milliseconds since the Unix epoch, here and everywhere.
    ///
    /// # Errors
    /// The error that ended the call, once. After that, and after [`Step::Done`],
    /// [`Kind::Misuse`]: the call is over.
    pub fn poll(&mut self, now: u64) -> Result<Step> {
        self.step(HostTime::new(now))
    }

    fn step(&mut self, now: HostTime) -> Result<Step> {
        let time = self.tick(now);
        if self.latest_output.take().is_some() {
            self.job.acknowledge(None);
        }
        if matches!(self.phase, Phase::Running)
            && let Some(error) = self.job.failure()
        {
            self.end(error);
        }
        if let Some(output) = self.job.outputs().pop_front() {
            self.latest_output = Some(output.len());
            return Ok(Step::Output(output));
        }
        match &mut self.phase {
            Phase::Running => {}
            Phase::Failed(error) => {
                return Err(error
                    .take()
                    .unwrap_or_else(|| Error::misuse("the call has failed before; start a new one")));
            }
            Phase::Done => return Err(Error::misuse("the call is done; start a new one")),
        }
        let room = self.job.room();
        if room > 0 {
            if std::mem::replace(&mut self.has_asked, true) && self.job.begin() {
                return self.step(now);
            }
            return Ok(Step::Feed { room });
        }
        self.has_asked = false;
        if self.in_flight.len() < self.shared.config.max_in_flight {
            if let Some(draft) = self.next_draft(time) {
                self.waiting.push(draft);
            }
            match self.send_or_wait(now, time) {
                Ok(Some(step)) => return Ok(step),
                Ok(None) => {}
                Err(error) => {
                    self.end(error);
                    return self.step(now);
                }
            }
        }
        if !self.in_flight.is_empty() {
            return Ok(Step::Pending);
        }
        if self.job.is_finished() {
            self.phase = Phase::Done;
            return Ok(Step::Done);
        }
        self.phase = Phase::Failed(None);
        Err(Error::misuse("the call is not done, but has nothing left to do; please report this"))
    }

    /// Takes the answer to an exchange.
    ///
    /// # Errors
    /// [`Kind::Misuse`] when the exchange is unknown or was answered before. What the answer means for the
    /// call, good or bad, comes out of [`Call::poll`]. Tokens that it brought are in
    /// [`Client::tokens`](crate::Client::tokens) at once, also when the call was cancelled: store them before
    /// polling again.
    pub fn answer(&mut self, exchange: u64, mut response: Response, now: u64) -> Result<()> {
        let now = HostTime::new(now);
        let time = self.tick(now);
        let flight = match self.take_flight(exchange) {
            Ok(flight) => flight,
            Err(error) => {
                // It may be a second answer to a login, with tokens in it.
                response.body.zeroize();
                return Err(error);
            }
        };
        let bytes = response.body.len();
        self.shared.record_received(bytes);
        self.record(flight.ended(Some(response.status), time));
        self.shared.record_answered(&flight.attempt.work.template(), &response.headers);
        self.shared.pool.settle(flight.permit, now, &response.headers);
        let InFlight { attempt, generation, .. } = flight;
        let draft = match &attempt.work {
            Work::Login(_) => {
                self.login_answered(exchange, (attempt, generation), response, now, time);
                return Ok(());
            }
            Work::Job(draft) => draft,
        };
        if !matches!(self.phase, Phase::Running) {
            response.body.zeroize();
            return Ok(());
        }
        let (tag, is_read) = (draft.tag, draft.method.is_read());
        let verdict = self.verdict(&response, tag, is_read);
        if verdict.is_err() {
            // Refusals echo tokens.
            response.body.zeroize();
        }
        match verdict {
            Err(failed) if failed.error.kind() == Kind::Authentication => {
                self.unauthorised(exchange, attempt, generation, failed, now, time);
            }
            Err(failed) if attempt.is_removed_by(&failed.error) => {
                let done = Response { body: b"{}".to_vec(), ..response };
                self.accept(exchange, attempt, done, now, time);
            }
            Err(failed) => self.failed(exchange, attempt, failed, now, time),
            Ok(()) => self.accept(exchange, attempt, response, now, time),
        }
        Ok(())
    }

    /// Takes note that an exchange has no answer.
    ///
    /// # Errors
    /// As [`Call::answer`].
    pub fn fail(&mut self, exchange: u64, failure: TransportFailure, now: u64) -> Result<()> {
        let now = HostTime::new(now);
        let time = self.tick(now);
        // What a transport says may quote what it was given.
        let (said, delivery, is_of_configuration) = match failure {
            TransportFailure::NotSent(said) => (said, Delivery::NotSent, false),
            TransportFailure::Unsendable(said) => (said, Delivery::NotSent, true),
            TransportFailure::MaybeSent(said) => (said, Delivery::MaybeApplied, false),
        };
        let said = Zeroizing::new(said);
        let flight = self.take_flight(exchange)?;
        self.record(flight.ended(None, time));
        if delivery == Delivery::NotSent {
            self.shared.pool.refund(flight.permit, now);
        } else {
            self.shared.pool.abandon(flight.permit, now);
        }
        if !matches!(self.phase, Phase::Running) {
            if flight.attempt.is_login() {
                self.shared.session.release(self.number);
            }
            return Ok(());
        }
        // An error cuts what is very long, and what is cut cannot be told to be secret any more.
        let said = self.shared.session.redactor().blank(&said);
        let error = Error::new(Kind::Transport, format!("the transport failed: {said}"));
        let failed = if is_of_configuration {
            Failed { error: error.of_configuration(), class: Class::Final }
        } else {
            Failed { error: error.with_delivery(delivery), class: Class::Transient { retry_after: None } }
        };
        self.failed(exchange, flight.attempt, failed, now, time);
        Ok(())
    }

    /// Takes note that the first `items` of the latest output were consumed, for a checkpoint in the midst
    /// of it. Counts from the output's beginning each time; polling again consumes all of it.
    ///
    /// # Errors
    /// [`Kind::Misuse`] when no output is being consumed or it has fewer items.
    pub fn acknowledge(&mut self, items: usize) -> Result<()> {
        match self.latest_output {
            None => Err(Error::misuse("there is no output to acknowledge; expected one just polled")),
            Some(length) if items > length => Err(Error::misuse(format!(
                "the latest output has {length} items; {items} cannot be acknowledged"
            ))),
            Some(_) => {
                self.job.acknowledge(Some(items));
                Ok(())
            }
        }
    }

    /// Gives a push one record: JSON in the shape that its mapping reads. Whatever is wrong with it is in the
    /// record's outcome. Records are worked on once there are as many as [`Step::Feed`] asked for, or when it is polled
    /// again without another one; more than it asked for are kept.
    ///
    /// # Errors
    /// [`Kind::Misuse`] when the call is not a push, has its records already, or was told that there are no more.
    pub fn feed(&mut self, record: &[u8]) -> Result<()> {
        self.job.feed(record)?;
        self.has_asked = false;
        Ok(())
    }

    /// Tells a push that there are no more records.
    ///
    /// # Errors
    /// [`Kind::Misuse`] when the call is not a push or has its records already.
    pub fn finish(&mut self) -> Result<()> {
        self.job.finish()
    }

    /// Ends the call. [`Call::poll`] then gives [`Kind::Cancelled`] once, with the delivery state of what
    /// was out; a batch first puts out what became of its writes, each with its own. Exchanges that are out may
    /// still be answered; the answers only inform the pool. A login ([`Exchange::is_login`]) is to be answered: its tokens
    /// are kept, and other calls of the client log in only when it has an answer or the call is dropped. Cancelling a call
    /// that is over does nothing.
    pub fn cancel(&mut self, now: u64) {
        self.tick(HostTime::new(now));
        if !matches!(self.phase, Phase::Running) {
            return;
        }
        let mut error = Error::new(Kind::Cancelled, "the call was cancelled");
        if let Some(flight) = self.in_flight.first() {
            error = error.with_request(self.summary(&flight.attempt.work));
        }
        self.end(error);
    }

    /// Where the call stands, as a small text for [`Client::resume`](crate::Client::resume): behind all
    /// that was consumed. A page counts as consumed when the call is polled again, or row by row through
    /// [`Call::acknowledge`].
    ///
    /// # Errors
    /// [`Kind::Misuse`] for a write that was handed out: resuming would send it again.
    pub fn checkpoint(&self) -> Result<String> {
        Checkpoint::write(self.shared.session.account(), &self.operation, self.job.position()?)
    }

    /// How many requests the call still needs, and how long they take at the present budget.
    pub fn explain(&self, now: u64) -> Explanation {
        let outlook = self.job.outlook();
        let requests_needed = match self.phase {
            Phase::Running => outlook.requests + self.waiting.len() as u64,
            Phase::Failed(_) | Phase::Done => 0,
        };
        Explanation {
            requests_sent: self.sent,
            requests_needed,
            exact: outlook.exact,
            items: outlook.items,
            milliseconds: self.shared.pool.forecast(requests_needed, now),
        }
    }

    /// What the call does.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Whether an answer is a success, to the engine or at least to the job.
    fn verdict(&self, response: &Response, tag: u64, is_read: bool) -> Result<(), Failed> {
        let most = self.shared.config.max_body_bytes;
        check_fresh(response)?;
        let verdict = if is_read { classify(response, most) } else { classify_write(response, most) };
        verdict.or_else(|failed| {
            let is_known = response.body.len() <= most && self.job.recognises(tag, response);
            if is_known { Ok(()) } else { Err(failed) }
        })
    }

    fn tick(&mut self, now: HostTime) -> EngineTime {
        self.last_now = now;
        self.job.tell_time(now);
        self.clock.advance(now)
    }

    fn take_flight(&mut self, exchange: u64) -> Result<InFlight> {
        match self.in_flight.iter().position(|flight| flight.exchange == exchange) {
            Some(index) => Ok(self.in_flight.swap_remove(index)),
            None => Err(Error::misuse(format!(
                "exchange {exchange} is not out in this call: it is unknown, or was answered before"
            ))
            .at("exchange")),
        }
    }

    fn record(&self, event: Event) {
        self.shared.record(event);
    }

    fn record_all(&self, events: Vec<Event>) {
        self.shared.record_all(events);
    }
}

/// Shows how far the call is, not what it holds: rows and resources are customers' data.
impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Call")
            .field("number", &self.number)
            .field("sent", &self.sent)
            .field("in_flight", &self.in_flight.len())
            .field("waiting", &self.waiting.len())
            .finish_non_exhaustive()
    }
}

/// Exchanges that are out when a call is dropped go on counting against the cap, and are reported.
impl Drop for Call {
    fn drop(&mut self) {
        self.leave_queue();
        let exchanges: Vec<u64> = self.in_flight.iter().map(|flight| flight.exchange).collect();
        for flight in self.in_flight.drain(..) {
            self.shared.pool.abandon(flight.permit, self.last_now);
        }
        self.shared.session.release(self.number);
        if !exchanges.is_empty() {
            self.shared.record(Event::Abandoned { exchanges });
        }
    }
}
