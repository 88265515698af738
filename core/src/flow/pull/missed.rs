//! What a search has and reading does not bring, or brings as it was before: it was deleted meanwhile, or what reads lags
//! behind what searches.

use roaring::RoaringTreemap;

use crate::error::Result;
use crate::id_set::IdSet;
use crate::jobs::FetchJob;
use crate::operation::Fetch;
use crate::shared::Shared;

use super::found::{FoundRow, Sighting};
use super::hydrate::Portion;
use super::stream::{Pass, Stream, Wanted};

/// When it is asked for again: milliseconds after everything else was read, and after each try.
const AGAIN_MS: [u64; 2] = [2_000, 10_000];

/// The rows that reading did not bring.
#[derive(Default)]
pub(super) struct Missed {
    rows: Vec<FoundRow>,
    /// How often they were asked for again.
    tries: usize,
    /// Which of them the search still has, once it was asked.
    still_found: Option<RoaringTreemap>,
}

impl Missed {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn extend(&mut self, rows: impl IntoIterator<Item = FoundRow>) {
        self.rows.extend(rows);
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
    }

    /// The ids of those that reading did not bring.
    pub(super) fn ids(&self) -> Result<IdSet> {
        IdSet::from_ids(self.rows.iter().filter(|row| row.misread.is_none()).filter_map(|row| row.id))
    }

    /// Whether the search is to be asked whether it still has them; only once.
    pub(super) fn begin_recheck(&mut self) -> bool {
        let is_first = self.still_found.is_none() && self.rows.iter().any(|row| row.misread.is_none());
        self.still_found.get_or_insert_default();
        is_first
    }

    /// Takes note that the search still has these.
    pub(super) fn note_found(&mut self, ids: impl IntoIterator<Item = u64>) {
        self.still_found.get_or_insert_default().extend(ids);
    }

    /// Leaves those that the search has no more, which are gone.
    pub(super) fn take_gone(&mut self) -> Vec<u64> {
        let found = self.still_found.clone().unwrap_or_default();
        let is_there = |row: &FoundRow| row.misread.is_some() || row.id.is_some_and(|id| found.contains(id));
        let gone = self.rows.iter().filter(|row| !is_there(row)).filter_map(|row| row.id).collect();
        self.rows.retain(is_there);
        gone
    }

    /// What is to be read once more, and after how many milliseconds; nothing when it was often enough.
    pub(super) fn again(&mut self, number: u64) -> Option<(u64, Portion)> {
        let delay_ms = AGAIN_MS.get(self.tries).filter(|_| !self.rows.is_empty())?;
        self.tries += 1;
        let items: Vec<Sighting> = std::mem::take(&mut self.rows).into_iter().map(Sighting::Row).collect();
        let may_try_again = self.tries < AGAIN_MS.len();
        Some((*delay_ms, Portion { is_first_try: false, may_try_again, ..Portion::new(number, items) }))
    }
}

impl Stream {
    /// Once everything else was read, what reading did not bring is asked for again, as far as the search still has it.
    /// What neither has was deleted meanwhile: whether that is told is decided where all ids are compared.
    pub(super) fn ask_again(&mut self, shared: &Shared) -> Result<Option<Wanted>> {
        if self.missed.is_empty() || !self.has_read_all() {
            return Ok(None);
        }
        if self.missed.begin_recheck() && self.plan.which_of(&self.missed.ids()?).is_some() {
            self.stage = Some(Pass::Recheck);
            return self.begin(Pass::Recheck, shared).map(Some);
        }
        let (Some(reading), Some((delay_ms, portion))) =
            (&self.plan.reading, self.missed.again(self.next_chunk + 1))
        else {
            return Ok(None);
        };
        self.next_chunk += 1;
        let fetch = Fetch { ids: Some(portion.ids()), ..reading.fetch.clone() };
        let job = FetchJob::new(&fetch, shared.config.max_in_flight.max(1))?;
        self.chunks.push_back(portion);
        Ok(Some(Wanted::Chunk(self.next_chunk, delay_ms, Box::new(job))))
    }
}
