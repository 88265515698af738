//! Searches and reads that entries need before anything can be decided about them.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::Stage;
use super::lookup::{Group, Look};
use super::{Purpose, PushJob};
use crate::error::Error;
use crate::id_set::IdSet;
use crate::jobs::{FetchJob, SearchJob, SweepJob};
use crate::operation::{Fetch, Plan, Search};

impl PushJob {
    /// Looks values up.
    pub(super) fn look(&mut self, wanted: BTreeMap<Group, BTreeSet<String>>) {
        for look in self.lookups.plan(wanted) {
            let purpose = Purpose::Look(look.clone());
            let started = match &look {
                Look::One(..) => self.search_job(&look).map(|job| self.team.add(purpose, job)),
                Look::Whole(..) => self.sweep_job(&look).map(|job| self.team.add(purpose, job)),
            };
            if let Err(error) = started {
                self.lookups.failed(&look, &error);
            }
        }
    }

    /// Looks, after a pause, for what may have been written.
    pub(super) fn look_again(&mut self, entries: &[usize]) {
        for &index in entries {
            let entry = &mut self.entries[index];
            let (Some(doubt), Some(sought)) = (&mut entry.doubt, entry.sought.clone()) else {
                continue;
            };
            let delay_ms = self.looks_ms.get(doubt.looks).copied().unwrap_or_default();
            doubt.looks += 1;
            entry.stage = Stage::Looking;
            self.lookups.forget(&sought);
            let look = Look::One(sought);
            match self.search_job(&look) {
                Ok(job) => self.team.add_with(Purpose::Again(index, look), 0, delay_ms, job),
                Err(error) => {
                    self.entries[index].stage = Stage::Open;
                    self.lookups.failed(&look, &error);
                }
            }
        }
    }

    fn search_job(&self, look: &Look) -> Result<SearchJob, Error> {
        SearchJob::new(&self.checked(look)?, &self.shared.config, self.shared.live.clone())
    }

    /// A search that is read as a whole must not lose a row to others that write meanwhile: what seems not to be
    /// there would be created.
    fn sweep_job(&self, look: &Look) -> Result<SweepJob, Error> {
        SweepJob::new(&self.checked(look)?, &self.shared.config, self.shared.live.clone())
    }

    fn checked(&self, look: &Look) -> Result<Search, Error> {
        let search = look.search();
        search.check()?;
        search.check_names(&self.shared.live)?;
        Ok(search)
    }

    /// Reads what is there, to be compared.
    pub(super) fn read(&mut self, ids: Vec<u64>) {
        let Some(update) = self.update else { return };
        let job = IdSet::from_ids(ids).and_then(|ids| {
            let fetch = Fetch { plan: Plan::Never, ..Fetch::new(update.read, ids) };
            FetchJob::new(&fetch, self.shared.config.max_in_flight)
        });
        match job {
            Ok(job) => self.team.add(Purpose::Read, job),
            Err(error) => self.cannot_read(&error),
        }
    }
}
