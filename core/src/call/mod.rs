//! A call is driven, it never acts: poll it, transmit what it hands out, answer, and take what it puts out.

mod checkpoint;
mod classify;
mod fetch;
mod job;
pub mod operation;
mod options;
mod output;
mod request;
mod resources;
mod search;

use std::sync::Arc;

use serde::Serialize;

use crate::client::Shared;
use crate::clock::Clock;
use crate::error::{Delivery, Error, Kind, RequestSummary, Result};
use crate::http::{Headers, Method, Request, Response};
use crate::jitter::Jitter;
use crate::pool::Permit;
use crate::retry::{Class, Decision, History, decide};
use crate::telemetry::Event;

use checkpoint::Checkpoint;
use classify::{Failed, classify};
pub(crate) use job::{Draft, Position};
use job::{Job, Unusable};
use operation::Operation;
pub use output::{Output, Refusal, Reply, Resource, Resources, SearchPage};

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Transmit the request, then [`Call::answer`] or [`Call::fail`] with the exchange's id.
    Send(Exchange),
    /// Poll again at `until`, or after an answer to what is out, whichever comes first.
    Wait {
        /// Milliseconds since the Unix epoch, on the host's own clock.
        until: u64,
        /// What is waited for.
        reason: WaitReason,
    },
    /// All that is allowed is in flight: wait for an answer.
    Pending,
    /// A piece of the result. Polling again says that it was consumed.
    Output(Output),
    /// The call is over; everything was put out.
    Done,
}

/// A request to transmit.
#[derive(Debug)]
pub struct Exchange {
    /// What the answer has to name. Unique within a client.
    pub id: u64,
    /// The request, complete.
    pub request: Request,
    /// Which attempt at this request it is, from 1.
    pub attempt: u32,
}

/// Why a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitReason {
    /// The account's request cap leaves no room.
    Throttled,
    /// A failed request is sent again after a pause.
    Backoff,
    /// A token is being renewed.
    TokenRefresh,
}

impl WaitReason {
    /// Every reason, for tables and tests.
    pub const ALL: [WaitReason; 3] = [WaitReason::Throttled, WaitReason::Backoff, WaitReason::TokenRefresh];

    /// The reason's name, as every host spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            WaitReason::Throttled => "throttled",
            WaitReason::Backoff => "backoff",
            WaitReason::TokenRefresh => "token-refresh",
        }
    }
}

/// Why no answer came, as far as the host's transport knows. When in doubt it is [`MaybeSent`].
///
/// [`MaybeSent`]: TransportFailure::MaybeSent
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportFailure {
    /// Not a byte of the request left the host: no name, no connection, no TLS.
    NotSent(String),
    /// The request, or a part of it, may have arrived: a reset, a timeout, a cut answer.
    MaybeSent(String),
}

/// How much is still to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Requests sent so far, retries among them.
    pub requests_sent: u64,
    /// Requests still needed when nothing fails.
    pub requests_needed: u64,
    /// Whether that number is known; otherwise it is a lower bound.
    pub exact: bool,
    /// Rows or ids that the whole call is about, when known.
    pub items: Option<u64>,
    /// Milliseconds until the last of them may be sent, at the present budget and with no one else asking.
    pub milliseconds: u64,
}

/// One purpose under way. Has one owner; its client may have many.
#[derive(Debug)]
pub struct Call {
    shared: Arc<Shared>,
    operation: Operation,
    job: Box<dyn Job>,
    jitter: Jitter,
    clock: Clock,
    last_now: u64,
    phase: Phase,
    /// Requests that wait to be sent: new ones, and failed ones until their deadline.
    waiting: Vec<Attempt>,
    in_flight: Vec<InFlight>,
    /// Items of the latest output, until it is consumed.
    latest_output: Option<usize>,
    sent: u64,
    is_waiting_for_budget: bool,
}

#[derive(Debug)]
enum Phase {
    Running,
    /// The error is handed out once.
    Failed(Option<Error>),
    Done,
}

#[derive(Debug)]
struct Attempt {
    draft: Draft,
    history: History,
    /// Whether an earlier attempt may have been applied.
    may_be_applied: bool,
    not_before: u64,
}

#[derive(Debug)]
struct InFlight {
    exchange: u64,
    attempt: Attempt,
    permit: Permit,
    since: u64,
}

impl Call {
    pub(crate) fn new(shared: Arc<Shared>, operation: Operation, position: Position) -> Result<Self> {
        let job = plan(&shared, &operation, position)?;
        let jitter = shared.next_jitter();
        Ok(Self {
            shared,
            operation,
            job,
            jitter,
            clock: Clock::default(),
            last_now: 0,
            phase: Phase::Running,
            waiting: Vec::new(),
            in_flight: Vec::new(),
            latest_output: None,
            sent: 0,
            is_waiting_for_budget: false,
        })
    }

    pub(crate) fn resume(shared: Arc<Shared>, text: &str) -> Result<Self> {
        let checkpoint = Checkpoint::read(shared.endpoint.account(), text)?;
        Self::new(shared, checkpoint.operation, checkpoint.position)
    }

    /// Says what to do next. `now` is milliseconds since the Unix epoch, here and everywhere.
    ///
    /// # Errors
    /// The error that ended the call, once. After that, and after [`Step::Done`],
    /// [`Kind::Misuse`]: the call is over.
    pub fn poll(&mut self, now: u64) -> Result<Step> {
        let time = self.tick(now);
        if self.latest_output.take().is_some() {
            self.job.acknowledge(None);
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
        if self.in_flight.len() < self.shared.config.max_in_flight {
            if let Some(draft) = self.next_draft(time) {
                self.waiting.push(draft);
            }
            if let Some(step) = self.send_or_wait(now, time)? {
                return Ok(step);
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
        Err(Error::misuse("the call has nothing left to do and is not done; please report this"))
    }

    /// Takes the answer to an exchange.
    ///
    /// # Errors
    /// [`Kind::Misuse`] when the exchange is unknown or was answered before. What the answer means for the
    /// call, good or bad, comes out of [`Call::poll`].
    pub fn answer(&mut self, exchange: u64, response: Response, now: u64) -> Result<()> {
        let time = self.tick(now);
        let flight = self.take_flight(exchange)?;
        let bytes = response.body.len();
        self.shared.record_received(bytes);
        self.record(Event::RequestEnded {
            exchange,
            status: Some(response.status),
            milliseconds: time.saturating_sub(flight.since),
        });
        self.shared.pool.settle(flight.permit, now, &response.headers);
        if !matches!(self.phase, Phase::Running) {
            return Ok(());
        }
        let attempt = flight.attempt;
        let status = response.status;
        match classify(&response, self.shared.config.max_body_bytes) {
            Err(failed) => self.failed(exchange, attempt, failed, now, time),
            Ok(()) => {
                let mut events = Vec::new();
                let accepted = self.job.accept(attempt.draft.tag, response, &mut events);
                self.record_all(events);
                // The server did something, and we cannot read what.
                let in_doubt = |error: Error| error.with_status(status).with_delivery(Delivery::MaybeApplied);
                match accepted {
                    Ok(()) => {}
                    Err(Unusable::Unreadable(error)) => {
                        let class = Class::Transient { retry_after: None };
                        let failed = Failed { error: in_doubt(error), class };
                        self.failed(exchange, attempt, failed, now, time);
                    }
                    Err(Unusable::Hopeless(error)) => {
                        let summary = self.summary(&attempt.draft);
                        self.end(in_doubt(error).with_request(summary));
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes note that an exchange has no answer.
    ///
    /// # Errors
    /// As [`Call::answer`].
    pub fn fail(&mut self, exchange: u64, failure: TransportFailure, now: u64) -> Result<()> {
        let time = self.tick(now);
        let flight = self.take_flight(exchange)?;
        self.record(Event::RequestEnded {
            exchange,
            status: None,
            milliseconds: time.saturating_sub(flight.since),
        });
        let (text, delivery) = match failure {
            TransportFailure::NotSent(text) => {
                self.shared.pool.refund(flight.permit, now);
                (text, Delivery::NotSent)
            }
            TransportFailure::MaybeSent(text) => {
                self.shared.pool.abandon(flight.permit, now);
                (text, Delivery::MaybeApplied)
            }
        };
        if !matches!(self.phase, Phase::Running) {
            return Ok(());
        }
        let text = self.shared.config.credentials.blank(&text);
        let error =
            Error::new(Kind::Transport, format!("the transport failed: {text}")).with_delivery(delivery);
        let failed = Failed { error, class: Class::Transient { retry_after: None } };
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

    /// Ends the call. [`Call::poll`] then gives [`Kind::Cancelled`] once, with the delivery state of what
    /// was out. Exchanges that are out may still be answered; the answers only inform the pool. Cancelling
    /// a call that is over does nothing.
    pub fn cancel(&mut self, now: u64) {
        self.tick(now);
        if !matches!(self.phase, Phase::Running) {
            return;
        }
        let write = self.in_flight.iter().find(|flight| !flight.attempt.draft.method.is_read());
        let may_be_applied = write.is_some() || self.waiting.iter().any(|attempt| attempt.may_be_applied);
        let delivery = if may_be_applied { Delivery::MaybeApplied } else { Delivery::NotSent };
        let mut error = Error::new(Kind::Cancelled, "the call was cancelled").with_delivery(delivery);
        if let Some(flight) = write.or(self.in_flight.first()) {
            error = error.with_request(self.summary(&flight.attempt.draft));
        }
        self.job.outputs().clear();
        self.end(error);
    }

    /// Where the call stands, as a small text for [`Client::resume`](crate::Client::resume): behind all
    /// that was consumed. A page counts as consumed when the call is polled again, or row by row through
    /// [`Call::acknowledge`].
    ///
    /// # Errors
    /// [`Kind::Misuse`] for a write that was handed out: resuming would send it again.
    pub fn checkpoint(&self) -> Result<String> {
        Checkpoint::write(self.shared.endpoint.account(), &self.operation, self.job.position()?)
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

    fn tick(&mut self, now: u64) -> u64 {
        self.last_now = now;
        self.clock.advance(now)
    }

    /// The next new request, unless one is waiting to be sent already.
    fn next_draft(&mut self, time: u64) -> Option<Attempt> {
        if self.waiting.iter().any(|attempt| attempt.not_before <= time) {
            return None;
        }
        let draft = self.job.next()?;
        Some(Attempt { draft, history: History::default(), may_be_applied: false, not_before: 0 })
    }

    /// Sends what is due, oldest first, or says for what and how long to wait.
    fn send_or_wait(&mut self, now: u64, time: u64) -> Result<Option<Step>> {
        let Some(index) = self.waiting.iter().position(|attempt| attempt.not_before <= time) else {
            let earliest = self.waiting.iter().map(|attempt| attempt.not_before).min();
            return Ok(earliest.map(|at| wait_step(now, at - time, WaitReason::Backoff)));
        };
        match self.shared.pool.acquire(now, self.shared.config.lane) {
            Err(wait_ms) => {
                if !self.is_waiting_for_budget {
                    self.is_waiting_for_budget = true;
                    self.record(Event::WaitingForBudget { wait_ms });
                }
                Ok(Some(wait_step(now, wait_ms, WaitReason::Throttled)))
            }
            Ok(permit) => {
                self.is_waiting_for_budget = false;
                let attempt = self.waiting.remove(index);
                Ok(Some(Step::Send(self.send(attempt, permit, time))))
            }
        }
    }

    fn send(&mut self, attempt: Attempt, permit: Permit, time: u64) -> Exchange {
        let id = self.shared.next_exchange();
        let request = self.shared.build(&attempt.draft);
        let number = attempt.history.attempts + attempt.history.throttled + 1;
        self.sent += 1;
        self.record(Event::RequestStarted {
            exchange: id,
            method: request.method,
            template: Arc::clone(&attempt.draft.template),
            attempt: number,
        });
        self.in_flight.push(InFlight { exchange: id, attempt, permit, since: time });
        Exchange { id, request, attempt: number }
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

    /// Retries, or hands the failure to the job, or ends the call.
    fn failed(&mut self, exchange: u64, mut attempt: Attempt, failed: Failed, now: u64, time: u64) {
        let Failed { mut error, class } = failed;
        if class == Class::Throttled {
            let wait_ms = self.shared.pool.freeze(now, error.retry_after());
            error = error.with_retry_after(Some(wait_ms));
            self.record(Event::Throttled { exchange, wait_ms });
            attempt.history.throttled += 1;
        } else {
            attempt.history.attempts += 1;
        }
        if error.kind() == Kind::Authentication {
            self.record(Event::AuthenticationFailed { exchange });
        }
        attempt.may_be_applied |= error.delivery() == Delivery::MaybeApplied;
        let decision = decide(
            &self.shared.config.retry,
            attempt.history,
            &class,
            error.delivery(),
            attempt.draft.repeatable,
            &mut self.jitter,
        );
        match decision {
            Decision::Retry { delay_ms } => {
                self.record(Event::Retry {
                    exchange,
                    kind: error.kind(),
                    delivery: error.delivery(),
                    delay_ms,
                });
                attempt.not_before = time.saturating_add(delay_ms);
                self.waiting.push(attempt);
            }
            Decision::Stop => self.give_up(attempt, error),
        }
    }

    fn give_up(&mut self, attempt: Attempt, mut error: Error) {
        let summary = self.summary(&attempt.draft);
        let tries = attempt.history.attempts + attempt.history.throttled;
        error = self.shared.config.credentials.blank_error(error).with_request(summary);
        // A refusal now does not undo what an earlier attempt may have done.
        if attempt.may_be_applied && error.delivery() != Delivery::Applied {
            error = error.with_delivery(Delivery::MaybeApplied);
        }
        if tries > 1 {
            error = error.after_attempts(tries);
        }
        let mut events = Vec::new();
        if let Err(error) = self.job.reject(attempt.draft.tag, error, &mut events) {
            self.end(error);
        }
        self.record_all(events);
    }

    fn summary(&self, draft: &Draft) -> RequestSummary {
        RequestSummary { method: draft.method, url: self.shared.url(draft) }
    }

    /// Ends the call with an error, behind the outputs that are ready.
    fn end(&mut self, error: Error) {
        self.waiting.clear();
        self.phase = Phase::Failed(Some(error));
    }

    fn record(&self, event: Event) {
        self.shared.record(event);
    }

    fn record_all(&self, events: Vec<Event>) {
        events.into_iter().for_each(|event| self.record(event));
    }
}

/// Exchanges that are out when a call is dropped go on counting against the cap, and are reported.
impl Drop for Call {
    fn drop(&mut self) {
        let exchanges: Vec<u64> = self.in_flight.iter().map(|flight| flight.exchange).collect();
        for flight in self.in_flight.drain(..) {
            self.shared.pool.abandon(flight.permit, self.last_now);
        }
        if !exchanges.is_empty() {
            self.shared.record(Event::Abandoned { exchanges });
        }
    }
}

fn wait_step(now: u64, wait_ms: u64, reason: WaitReason) -> Step {
    Step::Wait { until: now.saturating_add(wait_ms), reason }
}

fn plan(shared: &Shared, operation: &Operation, position: Position) -> Result<Box<dyn Job>> {
    let config = &shared.config;
    Ok(match operation {
        Operation::Request(request) => {
            request.check()?;
            let mut job = request::RequestJob::new(request)?;
            job.resume(&position);
            Box::new(job)
        }
        Operation::Search(search) => {
            search.check()?;
            let mut job =
                search::SearchJob::new(search, config.paging, config.page_size, config.max_in_flight)?;
            job.resume(position)?;
            Box::new(job)
        }
        Operation::Fetch(fetch) => {
            fetch.check()?;
            let mut job = fetch::FetchJob::new(fetch, config.max_in_flight)?;
            job.resume(position)?;
            Box::new(job)
        }
        Operation::Options(options) => {
            options.check()?;
            let mut job = options::OptionsJob::new(options)?;
            job.resume(&position);
            Box::new(job)
        }
    })
}

/// The headers that every request has, credentials last.
pub(crate) fn headers_of(draft: &Draft, sign: impl FnOnce(&mut Headers)) -> Headers {
    let mut headers = Headers::new();
    headers.push("accept", "application/json");
    let has_type = draft.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if !draft.body.is_empty() && !has_type {
        headers.push("content-type", "application/json");
    }
    for (name, value) in &draft.headers {
        headers.push(name.clone(), value.clone());
    }
    sign(&mut headers);
    headers
}

/// The request of a draft, for the client that knows where it goes and who asks.
pub(crate) fn request_of(draft: &Draft, url: String, sign: impl FnOnce(&mut Headers)) -> Request {
    let method: Method = draft.method;
    Request { method, url, headers: headers_of(draft, sign), body: draft.body.clone() }
}
