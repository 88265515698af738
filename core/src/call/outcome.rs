//! What an exchange's outcome does to its call: taken by the job, sent again, or the end.

use zeroize::Zeroize;

use crate::auth::UnusableLogin;
use crate::classify::{Failed, classify_login};
use crate::clock::{EngineTime, HostTime};
use crate::error::{Delivery, Error, Kind, RequestSummary};
use crate::http::Response;
use crate::job::Unusable;
use crate::retry::{Class, Decision, decide};
use crate::telemetry::Event;

use super::attempt::{Attempt, Work};
use super::{Call, Phase};

impl Call {
    /// Hands a successful answer to the job.
    pub(super) fn accept(
        &mut self,
        exchange: u64,
        attempt: Attempt,
        response: Response,
        now: HostTime,
        time: EngineTime,
    ) {
        let status = response.status;
        let mut events = Vec::new();
        let accepted = match &attempt.work {
            Work::Job(draft) => self.job.accept(draft.tag, response, &mut events),
            // Its answer goes another way.
            Work::Login(_) => return,
        };
        self.record_all(events);
        // The server did something, and we cannot read what.
        let in_doubt = |error: Error| error.with_status(status).with_delivery(Delivery::MaybeApplied);
        match accepted {
            Ok(()) => {}
            Err(Unusable::Unreadable(error)) => {
                let failed = Failed { error: in_doubt(error), class: Class::Transient { retry_after: None } };
                self.failed(exchange, attempt, failed, now, time);
            }
            Err(Unusable::Refused(error)) => self.end(error),
            Err(Unusable::Hopeless(error)) => {
                let summary = self.summary(&attempt.work);
                self.end(attempt.work.explained(in_doubt(error)).with_request(summary));
            }
            Err(Unusable::Unwieldy(error)) => {
                let summary = self.summary(&attempt.work);
                let done = error.with_status(status).with_delivery(Delivery::Applied);
                self.end(done.with_request(summary));
            }
        }
    }

    /// Takes the answer to a login, first of all the tokens that it brought, even when the call is over: the grant
    /// that they came for may be used up.
    pub(super) fn login_answered(
        &mut self,
        exchange: u64,
        (mut attempt, generation): (Attempt, u64),
        mut response: Response,
        now: HostTime,
        time: EngineTime,
    ) {
        let verdict = classify_login(&response, self.shared.config.max_body_bytes);
        let status = response.status;
        let is_success = (200..300).contains(&status);
        let accepted = self.shared.session.accept(self.number, &response.body, is_success, now);
        let verdict = verdict.map_err(|Failed { error, class }| Failed {
            error: self.shared.session.blank_login_error(error, &response.body),
            class,
        });
        response.body.zeroize();
        if let Some(is_rotated) = accepted.kept {
            self.record(Event::TokenRefreshed { exchange, is_rotated });
        }
        if !matches!(self.phase, Phase::Running) {
            self.shared.session.release(self.number);
            return;
        }
        let failed = match (accepted.unusable, verdict) {
            (Some(UnusableLogin::NoToken(error)), _) => {
                Failed { error: error.with_status(status), class: Class::Transient { retry_after: None } }
            }
            (Some(UnusableLogin::Astray(error)), _) => {
                Failed { error: error.with_status(status), class: Class::Final }
            }
            // A success that brought a token, however odd its end.
            (None, _) if is_success => return,
            (None, Err(failed)) => Failed { error: failed.error.of_login(), ..failed },
            (None, Ok(())) => return,
        };
        if failed.error.kind().is_refusal()
            && !attempt.is_renewed
            && let Some(login) = self.shared.session.login_instead(self.number, generation)
        {
            // Where there is a token without one, whatever waits for it goes on.
            if let Some(request) = login {
                attempt.is_renewed = true;
                attempt.not_before = time;
                attempt.work = Work::Login(request);
                self.waiting.push(attempt);
            }
            return;
        }
        self.failed(exchange, attempt, failed, now, time);
    }

    /// A token that was refused is renewed, where it can be, and the request sent once more.
    pub(super) fn unauthorised(
        &mut self,
        exchange: u64,
        mut attempt: Attempt,
        generation: u64,
        failed: Failed,
        now: HostTime,
        time: EngineTime,
    ) {
        if attempt.is_renewed || !self.shared.session.expire(generation) {
            return self.failed(exchange, attempt, failed, now, time);
        }
        attempt.is_renewed = true;
        attempt.not_before = time;
        self.waiting.push(attempt);
    }

    /// Retries, or hands the failure to the job, or ends the call.
    pub(super) fn failed(
        &mut self,
        exchange: u64,
        mut attempt: Attempt,
        failed: Failed,
        now: HostTime,
        time: EngineTime,
    ) {
        let Failed { error, class } = failed;
        let mut error = self.shared.session.blank_error(error);
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
            &self.retry_policy(),
            attempt.history,
            &class,
            error.delivery(),
            attempt.work.is_repeatable(),
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
                if let Work::Job(draft) = &attempt.work
                    && error.delivery() == Delivery::MaybeApplied
                {
                    self.job.repeats(draft.tag, &error);
                }
                if let Work::Login(request) = &mut attempt.work
                    && let Some(newer) = self.shared.session.login_request()
                {
                    *request = newer;
                }
                attempt.not_before = time.after(delay_ms);
                self.waiting.push(attempt);
            }
            Decision::Stop => self.give_up(attempt, error),
        }
    }

    fn give_up(&mut self, attempt: Attempt, mut error: Error) {
        let summary = self.summary(&attempt.work);
        let tries = attempt.history.attempts + attempt.history.throttled;
        error = self.shared.session.blank_error(error.with_request(summary));
        // A refusal now does not undo what an earlier attempt may have done.
        if attempt.may_be_applied && error.delivery() != Delivery::Applied {
            error = error.with_delivery(Delivery::MaybeApplied);
        }
        error = attempt.work.explained(error);
        if tries > 1 {
            error = error.after_attempts(tries);
        }
        let draft = match attempt.work {
            Work::Job(draft) => draft,
            Work::Login(_) => {
                self.login_failed(&error);
                return self.end(error);
            }
        };
        let mut events = Vec::new();
        if let Err(error) = self.job.reject(draft.tag, error, &mut events) {
            self.end(error);
        }
        self.record_all(events);
    }

    /// A login that was refused is not tried again by other calls: repeated wrong passwords lock accounts.
    /// One that only failed to get through may be.
    fn login_failed(&self, error: &Error) {
        if error.kind().is_refusal() {
            self.shared.session.refuse(error.clone());
        } else {
            self.shared.session.release(self.number);
        }
    }

    pub(super) fn summary(&self, work: &Work) -> RequestSummary {
        let url = match work {
            Work::Job(draft) => self.shared.url(draft),
            Work::Login(request) => request.url.clone(),
        };
        RequestSummary { method: work.method(), url }
    }

    /// Says what a call of several writes had done before.
    pub(super) fn with_progress(&self, error: Error) -> Error {
        match self.job.progress() {
            Some(progress) => error.with_progress(progress),
            None => error,
        }
    }

    /// Ends the call with an error, behind the outputs that are ready. Whatever ends it does not undo what a write
    /// of the call may have done.
    pub(super) fn end(&mut self, error: Error) {
        let error = self.shared.session.blank_error(self.with_progress(error));
        if !self.is_logging_in() {
            // The answer to a login that is out may replace the refresh token that another call would use.
            self.shared.session.release(self.number);
        }
        self.job.end(&error, &self.deliveries());
        let error = match self.in_doubt() {
            Some(attempt) if error.delivery() != Delivery::Applied => {
                let error = error.with_delivery(Delivery::MaybeApplied);
                attempt.work.explained(error).with_request(self.summary(&attempt.work))
            }
            Some(_) | None => error,
        };
        self.waiting.clear();
        self.leave_queue();
        self.phase = Phase::Failed(Some(self.shared.session.blank_error(error)));
    }

    /// A write that may be applied and has no final answer: one that is out, else one that waits to be sent again.
    fn in_doubt(&self) -> Option<&Attempt> {
        let out = self.in_flight.iter().map(|flight| &flight.attempt);
        let again = self.waiting.iter().filter(|attempt| attempt.may_be_applied);
        out.chain(again).find(|attempt| !attempt.work.is_harmless())
    }

    /// What is known of the job's requests that have no final answer.
    fn deliveries(&self) -> Vec<(u64, Delivery)> {
        let out = self.in_flight.iter().map(|flight| (&flight.attempt, true));
        let waiting = self.waiting.iter().map(|attempt| (attempt, false));
        out.chain(waiting)
            .filter_map(|(attempt, is_out)| match &attempt.work {
                Work::Job(draft) if is_out || attempt.may_be_applied => {
                    Some((draft.tag, Delivery::MaybeApplied))
                }
                Work::Job(draft) => Some((draft.tag, Delivery::NotSent)),
                Work::Login(_) => None,
            })
            .collect()
    }
}
