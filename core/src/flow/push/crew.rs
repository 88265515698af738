//! Who carries out a push: searches, reads and batches of writes.

use std::sync::Arc;

use super::lookup::Look;
use crate::checkpoint::Position;
use crate::clock::HostTime;
use crate::error::{Delivery, Error, Result};
use crate::flow::team::{News, Team};
use crate::http::Response;
use crate::id_set::IdSet;
use crate::job::{Draft, Unusable};
use crate::jobs::{BatchJob, FetchJob, SearchJob, SweepJob};
use crate::operation::{Batch, Fetch, OnFailure, Order, Packing, Plan, Search, SingleRequest};
use crate::shared::Shared;
use crate::telemetry::Event;

/// What a job is for.
#[derive(Clone, Debug)]
pub(super) enum Errand {
    /// Finding values.
    Look(Look),
    /// Finding out, after a pause, whether an entry's write was applied.
    LookAgain(usize, Look),
    /// Reading what is there.
    Read,
    /// Reading at that path what records have alone.
    ReadAttached(&'static str),
    /// Reading what was created at that path, and no look has shown.
    ReadCreated(String),
    /// Writing.
    Write,
}

/// The team of a push, which knows how each errand is done.
pub(super) struct Crew {
    shared: Arc<Shared>,
    team: Team<Errand>,
    /// Whether it asked for anything yet.
    has_begun: bool,
}

impl Crew {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), team: Team::new(shared), has_begun: false }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.team.is_empty()
    }

    pub(super) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Looks values up.
    ///
    /// # Errors
    /// Why the search cannot be begun.
    pub(super) fn look(&mut self, look: &Look) -> Result<()> {
        self.look_after(look, 0)
    }

    /// Looks values up, after a pause.
    ///
    /// # Errors
    /// Why the search cannot be begun.
    pub(super) fn look_after(&mut self, look: &Look, delay_ms: u64) -> Result<()> {
        let errand = Errand::Look(look.clone());
        match look {
            Look::One(_) | Look::Several(..) => {
                self.team.add_with(errand, 0, delay_ms, self.search_job(look)?)
            }
            Look::Whole(..) | Look::Newer(..) => {
                self.team.add_with(errand, 0, delay_ms, self.sweep_job(look)?)
            }
        }
        Ok(())
    }

    /// Looks, after a pause, for what may have been written.
    ///
    /// # Errors
    /// Why the search cannot be begun.
    pub(super) fn look_again(&mut self, index: usize, look: &Look, delay_ms: u64) -> Result<()> {
        let job = self.search_job(look)?;
        self.team.add_with(Errand::LookAgain(index, look.clone()), 0, delay_ms, job);
        Ok(())
    }

    /// Stops looking: what is still to come is not worth it.
    pub(super) fn stop_looking(&mut self, look: &Look) {
        self.team.dismiss(|errand| matches!(errand, Errand::Look(other) if other == look));
    }

    /// Reads what is there, to be compared, after a pause.
    ///
    /// # Errors
    /// Why the fetch cannot be begun.
    pub(super) fn read(&mut self, path: &str, ids: Vec<u64>, delay_ms: u64) -> Result<()> {
        self.fetch(Errand::Read, path, ids, delay_ms)
    }

    /// Reads what records have alone.
    ///
    /// # Errors
    /// Why the fetch cannot be begun.
    pub(super) fn read_attached(&mut self, path: &'static str, ids: Vec<u64>) -> Result<()> {
        self.fetch(Errand::ReadAttached(path), path, ids, 0)
    }

    /// Reads what was created at a path, and no look has shown.
    ///
    /// # Errors
    /// Why the fetch cannot be begun.
    pub(super) fn read_created(&mut self, target: &str, path: &str, ids: Vec<u64>) -> Result<()> {
        self.fetch(Errand::ReadCreated(target.to_owned()), path, ids, 0)
    }

    fn fetch(&mut self, errand: Errand, path: &str, ids: Vec<u64>, delay_ms: u64) -> Result<()> {
        let fetch = Fetch { plan: Plan::Never, ..Fetch::new(path, IdSet::from_ids(ids)?) };
        let job = FetchJob::new(&fetch, self.shared.config.max_in_flight)?;
        self.team.add_with(errand, 0, delay_ms, job);
        Ok(())
    }

    /// Writes.
    ///
    /// # Errors
    /// Why the batch cannot be begun.
    pub(super) fn write(&mut self, requests: Vec<SingleRequest>) -> Result<()> {
        let batch = Batch {
            requests,
            order: Order::Sequential,
            on_failure: OnFailure::Continue,
            packing: Packing::Auto,
        };
        let job = BatchJob::new(&batch, &self.shared, &Position::Start, false)?;
        self.team.add(Errand::Write, job);
        Ok(())
    }

    fn search_job(&self, look: &Look) -> Result<SearchJob> {
        let job = SearchJob::new(&self.checked(look)?, &self.shared.config, self.shared.live.clone())?;
        Ok(job.that_decides())
    }

    /// A search that is read as a whole must not lose a row to others that write meanwhile: what seems not to be
    /// there would be created.
    fn sweep_job(&self, look: &Look) -> Result<SweepJob> {
        SweepJob::new(&self.checked(look)?, &self.shared.config, self.shared.live.clone())
    }

    fn checked(&self, look: &Look) -> Result<Search> {
        let search = look.search();
        search.check()?;
        search.check_names(&self.shared.live)?;
        Ok(search)
    }

    pub(super) fn tell_time(&mut self, now: HostTime) {
        self.team.tell_time(now);
    }

    pub(super) fn next(&mut self) -> Option<Draft> {
        let draft = self.team.next()?;
        self.has_begun = true;
        Some(draft)
    }

    pub(super) fn accept(
        &mut self,
        tag: u64,
        response: Response,
        events: &mut Vec<Event>,
    ) -> Result<Vec<News<Errand>>, Unusable> {
        self.team.accept(tag, response, events)
    }

    pub(super) fn recognises(&self, tag: u64, response: &Response) -> bool {
        self.team.recognises(tag, response)
    }

    pub(super) fn repeats(&mut self, tag: u64, error: &Error) {
        self.team.repeats(tag, error);
    }

    pub(super) fn reject(&mut self, tag: u64, error: Error, events: &mut Vec<Event>) -> Vec<News<Errand>> {
        self.team.reject(tag, error, events)
    }

    pub(super) fn end(&mut self, error: &Error, out: &[(u64, Delivery)]) -> Vec<News<Errand>> {
        self.team.end(error, out)
    }

    /// Whether a request is a write.
    pub(super) fn is_write(&self, tag: u64) -> bool {
        self.team.purpose(tag).is_some_and(|errand| matches!(errand, Errand::Write))
    }

    /// Takes a request back that was not sent, and with it all that its job was still to send.
    pub(super) fn withdraw(&mut self, tag: u64, why: &Error) -> Vec<News<Errand>> {
        self.team.withdraw(tag, why)
    }

    /// Requests that are still needed for what was begun.
    pub(super) fn requests(&self) -> u64 {
        self.team.outlook().0
    }
}
