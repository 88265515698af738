//! Several jobs of one call: each asks for its own requests, and gets the answers to them.

use std::sync::Arc;

use crate::clock::HostTime;
use crate::error::{Delivery, Error, Result};
use crate::http::Response;
use crate::job::{Draft, Job, Unusable};
use crate::output::Output;
use crate::shared::Shared;
use crate::telemetry::Event;

/// Jobs under way, each with what it is for.
pub(crate) struct Team<K> {
    shared: Arc<Shared>,
    members: Vec<TeamMember<K>>,
    next_tag: u64,
    turn: u64,
    now: HostTime,
}

struct TeamMember<K> {
    purpose: K,
    job: Box<dyn Job>,
    priority: i32,
    /// Milliseconds that its first request waits, and since when.
    delay_ms: u64,
    since: HostTime,
    /// When it last had its turn: within a priority, who has waited longest goes first.
    served: u64,
    /// Its requests that are out: the engine's tag and its own.
    out: Vec<(u64, u64)>,
}

/// What a job of a team has to say.
#[derive(Debug)]
pub(crate) enum News<K> {
    /// A piece of its result, which counts as consumed.
    Output(K, Output),
    /// It is done, and left the team.
    Done(K),
    /// It failed, and left the team.
    Failed(K, Error),
}

impl<K: Clone> Team<K> {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            members: Vec::new(),
            next_tag: 1,
            turn: 0,
            now: HostTime::default(),
        }
    }

    /// Adds a job.
    pub(crate) fn add(&mut self, purpose: K, job: impl Job + 'static) {
        self.add_with(purpose, 0, 0, job);
    }

    /// Adds a job whose first request waits so many milliseconds, and whose requests go before those of jobs of a
    /// lower priority.
    pub(crate) fn add_with(&mut self, purpose: K, priority: i32, delay_ms: u64, job: impl Job + 'static) {
        self.add_boxed(purpose, priority, delay_ms, Box::new(job));
    }

    /// The same for a job of any kind.
    pub(crate) fn add_boxed(&mut self, purpose: K, priority: i32, delay_ms: u64, job: Box<dyn Job>) {
        let since = self.now;
        self.members.push(TeamMember { purpose, job, priority, delay_ms, since, served: 0, out: Vec::new() });
    }

    /// Sends away those whose work is not needed any more.
    pub(crate) fn dismiss(&mut self, is_needless: impl Fn(&K) -> bool) {
        self.members.retain(|member| !is_needless(&member.purpose));
    }

    /// Whether nobody is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn tell_time(&mut self, now: HostTime) {
        self.now = now;
        self.members.iter_mut().for_each(|member| member.job.tell_time(now));
    }

    /// The next request of whoever has the highest priority and has waited longest.
    pub(crate) fn next(&mut self) -> Option<Draft> {
        self.next_of(|_| true)
    }

    /// The same among those that may ask now.
    pub(crate) fn next_of(&mut self, may_ask: impl Fn(&K) -> bool) -> Option<Draft> {
        let mut order: Vec<usize> = (0..self.members.len()).collect();
        order.sort_by_key(|index| (-i64::from(self.members[*index].priority), self.members[*index].served));
        for index in order {
            let member = &mut self.members[index];
            if !may_ask(&member.purpose) {
                continue;
            }
            let Some(mut draft) = member.job.next() else { continue };
            self.turn += 1;
            member.served = self.turn;
            member.out.push((self.next_tag, draft.tag));
            draft.tag = self.next_tag;
            // Requests that wait together have each waited since they were asked for.
            let waited = self.now.since(member.since);
            draft.delay_ms += std::mem::take(&mut member.delay_ms).saturating_sub(waited);
            self.next_tag += 1;
            return Some(draft);
        }
        None
    }

    /// Takes an answer, and says what came of it. An answer for a job that has left the team is ignored.
    ///
    /// # Errors
    /// [`Unusable::Unreadable`] when the answer is to be asked for again.
    pub(crate) fn accept(
        &mut self,
        tag: u64,
        response: Response,
        events: &mut Vec<Event>,
    ) -> Result<Vec<News<K>>, Unusable> {
        let Some((index, inner)) = self.find(tag) else { return Ok(Vec::new()) };
        let member = &mut self.members[index];
        match member.job.accept(inner, response, events) {
            Ok(()) => {
                member.out.retain(|(outer, _)| *outer != tag);
                Ok(self.news())
            }
            Err(Unusable::Unreadable(error)) => Err(Unusable::Unreadable(error)),
            Err(Unusable::Refused(error) | Unusable::Hopeless(error)) => Ok(self.lose(index, error)),
            Err(Unusable::Unwieldy(error)) => Ok(self.lose(index, error.with_delivery(Delivery::Applied))),
        }
    }

    /// Takes a failure that no retry mended.
    pub(crate) fn reject(&mut self, tag: u64, error: Error, events: &mut Vec<Event>) -> Vec<News<K>> {
        let Some((index, inner)) = self.find(tag) else { return Vec::new() };
        let member = &mut self.members[index];
        member.out.retain(|(outer, _)| *outer != tag);
        match member.job.reject(inner, error, events) {
            Ok(()) => self.news(),
            Err(error) => self.lose(index, error),
        }
    }

    pub(crate) fn recognises(&self, tag: u64, response: &Response) -> bool {
        self.find(tag).is_some_and(|(index, inner)| self.members[index].job.recognises(inner, response))
    }

    pub(crate) fn repeats(&mut self, tag: u64, error: &Error) {
        if let Some((index, inner)) = self.find(tag) {
            self.members[index].job.repeats(inner, error);
        }
    }

    /// What a request is for.
    pub(crate) fn purpose(&self, tag: u64) -> Option<&K> {
        self.find(tag).map(|(index, _)| &self.members[index].purpose)
    }

    /// Ends the job of a request that was not sent, and says what it still knew.
    pub(crate) fn withdraw(&mut self, tag: u64, why: &Error) -> Vec<News<K>> {
        let Some((index, inner)) = self.find(tag) else { return Vec::new() };
        let member = &mut self.members[index];
        member.out.clear();
        member.job.end(why, &[(inner, Delivery::NotSent)]);
        self.news()
    }

    /// Takes note that the call ends with `error`, and says what the jobs still knew.
    pub(crate) fn end(&mut self, error: &Error, out: &[(u64, Delivery)]) -> Vec<News<K>> {
        for member in &mut self.members {
            let delivery = |(outer, inner): &(u64, u64)| {
                let known = out.iter().find(|(tag, _)| tag == outer)?;
                Some((*inner, known.1))
            };
            let own: Vec<(u64, Delivery)> = member.out.iter().filter_map(delivery).collect();
            member.job.end(error, &own);
        }
        self.news()
    }

    /// Requests that the jobs still need, and whether that is known.
    pub(crate) fn outlook(&self) -> (u64, bool) {
        let outlooks = self.members.iter().map(|member| member.job.outlook());
        outlooks.fold((0, true), |(requests, exact), outlook| {
            (requests + outlook.requests, exact && outlook.exact)
        })
    }

    /// What the jobs have put out, and who is done.
    pub(crate) fn news(&mut self) -> Vec<News<K>> {
        let mut news = Vec::new();
        for member in &mut self.members {
            while let Some(output) = member.job.outputs().pop_front() {
                member.job.acknowledge(None);
                news.push(News::Output(member.purpose.clone(), output));
            }
        }
        self.members.retain(|member| {
            let is_done = member.job.is_finished();
            if is_done {
                news.push(News::Done(member.purpose.clone()));
            }
            !is_done
        });
        news
    }

    fn lose(&mut self, index: usize, error: Error) -> Vec<News<K>> {
        let mut news = self.news_of(index);
        let member = self.members.remove(index);
        // What is made of the error from here on does not end the call, which would blank it.
        news.push(News::Failed(member.purpose, self.shared.session.blank_error(error)));
        news
    }

    fn news_of(&mut self, index: usize) -> Vec<News<K>> {
        let member = &mut self.members[index];
        let outputs: Vec<Output> = member.job.outputs().drain(..).collect();
        outputs.into_iter().map(|output| News::Output(member.purpose.clone(), output)).collect()
    }

    fn find(&self, tag: u64) -> Option<(usize, u64)> {
        self.members.iter().enumerate().find_map(|(index, member)| {
            let (_, inner) = member.out.iter().find(|(outer, _)| *outer == tag)?;
            Some((index, *inner))
        })
    }
}
