//! One resource of a pull under way: found by sweeps, read in chunks, put out in the order in which it was found.

use std::collections::{BTreeMap, VecDeque};

use roaring::RoaringTreemap;

use crate::checkpoint::{ID_OVERLAP, Mark, Place, Standing};
use crate::error::{Error, Kind, Result};
use crate::flow::server_time::AnswerTime;
use crate::job::Job;
use crate::jobs::{FetchJob, SweepJob, options_job};
use crate::operation::{Fetch, Options};
use crate::output::{Resources, SearchPage};
use crate::shared::Shared;

use super::earlier::Earlier;
use super::existing;
use super::found::{self, FoundRow, Reached, Sighting};
use super::hydrate::{Handout, Portion};
use super::missed::Missed;
use super::plan::StreamPlan;
use super::sorted::SweepOrder;

/// Most rows that are handed out together without being read in detail.
const MOST_ROWS: usize = 500;

pub(super) struct Stream {
    pub(super) plan: StreamPlan,
    /// Behind all that was consumed.
    pub(super) standing: Standing,
    pub(super) overlap_ms: i64,
    /// What is under way, and what comes behind it.
    pub(super) stage: Option<Pass>,
    todo: VecDeque<Pass>,
    /// What was found and is in no chunk yet, and how much of it is to be handed out.
    pub(super) found: VecDeque<Sighting>,
    wanted: usize,
    pub(super) chunks: VecDeque<Portion>,
    pub(super) next_chunk: u64,
    pub(super) earlier: Earlier,
    pub(super) missed: Missed,
    /// The latest change of each record that was handed out, in this run or within the overlap before it.
    pub(super) handed_out: BTreeMap<u64, i64>,
    /// New rows by descending id, until all of them are there.
    newest: Vec<FoundRow>,
    /// The existing ids, while they are listed.
    pub(super) existing: RoaringTreemap,
    /// The ids that were handed out, before or in this run.
    pub(super) told: Option<RoaringTreemap>,
    /// Those of them that were never handed out, and are to be.
    pub(super) unseen: RoaringTreemap,
    /// Whether `OPTIONS` did not list them.
    lists_by_sweep: bool,
    /// Rows that the sweep under way has still to bring, when known.
    to_come: Option<u64>,
    /// The latest date that Brightpearl has stamped on anything.
    pub(super) stamped: Option<i64>,
    pub(super) sorting: SweepOrder,
}

/// One pass over the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// What earlier pulls could not read.
    Earlier,
    /// Everything, by key.
    First,
    /// What changed by this watermark column.
    Changes(usize),
    /// What is new by id.
    Ids,
    /// Which ids there are.
    Listing,
    /// Which of the records that reading did not bring the search still has.
    Recheck,
}

/// A job that a stage wants.
pub(super) enum Wanted {
    Sweep(Box<dyn Job>),
    Listing(Box<dyn Job>),
    /// Reading, after so many milliseconds.
    Chunk(u64, u64, Box<dyn Job>),
}

impl Stream {
    pub(super) fn new(plan: StreamPlan, mut standing: Standing, overlap_ms: i64) -> Self {
        standing.search.clone_from(&plan.search.resource);
        let mut todo = VecDeque::new();
        let knows_marks = plan.watermarks.iter().any(|column| standing.marks.contains_key(column));
        let has_begun = standing.first.is_none()
            && if plan.watermarks.is_empty() {
                standing.ids.is_some()
            } else {
                knows_marks || plan.since.is_some()
            };
        if !has_begun {
            todo.push_back(Pass::First);
            if plan.deletes.is_some() && standing.first.is_none() {
                standing.known.get_or_insert_default();
            }
        } else if plan.watermarks.is_empty() {
            todo.push_back(Pass::Ids);
        } else {
            let since = plan.since.as_ref().map(|since| since.at);
            // A column that is new to the state begins where the others have all come to.
            let begin = standing.marks.values().map(|mark| mark.at).min().or(since).unwrap_or_default();
            for (index, column) in plan.watermarks.iter().enumerate() {
                let mark = || Mark { at: begin, ..Mark::default() };
                standing.marks.entry(column.clone()).or_insert_with(mark);
                todo.push_back(Pass::Changes(index));
            }
        }
        // The first sweep lists every id by itself.
        if plan.deletes.is_some() && (has_begun || standing.known.is_none()) {
            todo.push_back(Pass::Listing);
        }
        // What was handed out before is not known: everything may have been missed. Behind a `since` it was not wanted.
        if plan.reconciles && has_begun && plan.since.is_none() {
            standing.known.get_or_insert_default();
        }
        let mut handed_out = BTreeMap::new();
        for mark in standing.marks.values() {
            for ((_, id), change) in &mark.recent {
                let latest = handed_out.entry(*id).or_insert(*change);
                *latest = (*latest).max(*change);
            }
        }
        // What an earlier pull could not read is read before anything else.
        let earlier = Earlier::of(&standing.missed, &plan);
        if !earlier.is_empty() {
            todo.push_front(Pass::Earlier);
        }
        Self {
            wanted: 0,
            found: VecDeque::new(),
            earlier,
            missed: Missed::default(),
            told: standing.known.clone(),
            plan,
            standing,
            overlap_ms,
            stage: None,
            todo,
            chunks: VecDeque::new(),
            next_chunk: 0,
            handed_out,
            newest: Vec::new(),
            existing: RoaringTreemap::new(),
            unseen: RoaringTreemap::new(),
            lists_by_sweep: false,
            to_come: None,
            stamped: None,
            sorting: SweepOrder::default(),
        }
    }

    /// Whether nothing more will come.
    pub(super) fn is_over(&self) -> bool {
        self.missed.is_empty() && self.has_read_all()
    }

    pub(super) fn has_read_all(&self) -> bool {
        let has_found_all = self.stage.is_none() && self.todo.is_empty() && self.unseen.is_empty();
        has_found_all && self.found.is_empty() && self.chunks.is_empty()
    }

    /// Gives up what is not put out yet.
    pub(super) fn give_up(&mut self) {
        self.stage = None;
        self.todo.clear();
        self.found.clear();
        self.wanted = 0;
        self.chunks.clear();
        self.unseen.clear();
        self.missed.clear();
    }

    /// Whether more may be found: what waits to be read is enough for now otherwise.
    pub(super) fn has_room(&self, ahead: usize) -> bool {
        self.wanted < self.chunk_size().saturating_mul(ahead.max(1))
    }

    /// The next job that can be begun.
    pub(super) fn next_job(&mut self, shared: &Shared) -> Result<Option<Wanted>> {
        if self.stage.is_none()
            && let Some(stage) = self.todo.pop_front()
        {
            if stage == Pass::Earlier && self.earlier.search(&self.plan)?.is_none() {
                self.end_earlier();
                return self.next_job(shared);
            }
            self.stage = Some(stage);
            self.to_come = None;
            return self.begin(stage, shared).map(Some);
        }
        let ahead = shared.config.max_in_flight.max(1);
        self.draw(ahead);
        let may_find_more = self.stage.is_some_and(|stage| stage != Pass::Listing && stage != Pass::Recheck);
        while self.chunks.len() < ahead
            && !self.found.is_empty()
            && (self.wanted >= self.chunk_size() || !may_find_more || self.wanted == 0)
        {
            let chunk = self.cut();
            let (ids, tells_gone) = (chunk.ids(), chunk.tells_gone());
            let number = chunk.number;
            self.chunks.push_back(chunk);
            match &self.plan.reading {
                Some(reading) if !ids.is_empty() => {
                    let fetch = Fetch { ids: Some(ids), ..reading.fetch.clone() };
                    let job = FetchJob::new(&fetch, ahead)?;
                    let job = if tells_gone { job.that_doubts() } else { job };
                    return Ok(Some(Wanted::Chunk(number, 0, Box::new(job))));
                }
                Some(_) | None => self.note_read(number),
            }
        }
        self.ask_again(shared)
    }

    pub(super) fn begin(&mut self, stage: Pass, shared: &Shared) -> Result<Wanted> {
        let sweep = |search| SweepJob::new(&search, &shared.config, shared.live.clone());
        let job = match stage {
            // It was seen to be possible.
            Pass::Earlier => sweep(self.earlier.search(&self.plan)?.unwrap_or_else(|| self.plan.ids()))?,
            Pass::First => {
                self.sorting = SweepOrder::default();
                let job = sweep(self.plan.search.clone())?;
                match self.standing.first {
                    Some(Place { row, key }) => job.behind(row, key),
                    None => job,
                }
            }
            Pass::Changes(index) => {
                let column = &self.plan.watermarks[index];
                let at = self.standing.marks.get(column).map(|mark| mark.at).unwrap_or_default();
                self.sorting = SweepOrder::beginning_at(at);
                sweep(self.plan.changes(column, at, self.overlap_ms))?.by_watermark(column)
            }
            Pass::Ids => {
                let highest = self.standing.ids.as_ref().map(|ids| ids.highest).unwrap_or_default();
                sweep(self.plan.search.clone())?.down_to(highest.saturating_sub(ID_OVERLAP))
            }
            // It was seen to be possible.
            Pass::Recheck => {
                sweep(self.plan.which_of(&self.missed.ids()?).unwrap_or_else(|| self.plan.ids()))?
            }
            Pass::Listing => match &self.plan.reading {
                Some(reading)
                    if reading.lists_ids && self.plan.search.filters.is_empty() && !self.lists_by_sweep =>
                {
                    let options = Options { resource: reading.fetch.resource.clone(), ids: None };
                    return Ok(Wanted::Listing(Box::new(options_job(&options)?)));
                }
                Some(_) => sweep(self.plan.ids())?,
                // What was missed, or told to be gone and is not, is handed out as the search has it.
                None if self.hands_out_listed() => sweep(self.plan.search.clone())?,
                None => sweep(self.plan.ids())?,
            },
        };
        Ok(Wanted::Sweep(Box::new(job)))
    }

    /// Takes a page of the sweep under way. `answered` is when it was made.
    ///
    /// # Errors
    /// [`Kind::Conflict`] where an earlier pull is said to have come further than there is time.
    pub(super) fn take_page(&mut self, found: &SearchPage, answered: Option<AnswerTime>) -> Result<()> {
        let page = &found.page;
        let read = found.first_result - 1 + found.duplicates + page.rows() as u64;
        let to_come = page.metadata().results_available.map(|available| available.saturating_sub(read));
        match self.stage {
            Some(Pass::Earlier) => {
                let mut rows = found::rows(page, &self.plan, Reached::Earlier);
                let date = self.surely(answered, &rows);
                rows.iter_mut().for_each(|row| row.read_at(date));
                self.take_earlier(rows);
            }
            Some(Pass::First) => {
                let first = Reached::First(found.first_result + found.duplicates);
                let mut rows = found::rows(page, &self.plan, first);
                let date = self.surely(answered, &rows);
                rows.iter_mut().for_each(|row| row.read_at(date));
                self.note_beginning(&rows, date, answered);
                self.note_support(&mut rows, date, answered);
                self.note_order(&rows);
                rows.into_iter().for_each(|row| self.push(Sighting::Row(row)));
                self.to_come = to_come;
            }
            Some(Pass::Changes(index)) => {
                let mut rows = found::rows(page, &self.plan, Reached::Change(index));
                let date = self.surely(answered, &rows);
                self.check_mark(index, answered)?;
                rows.iter_mut().for_each(|row| row.read_at(date));
                self.note_order(&rows);
                for row in rows {
                    let change = row.id.zip(row.change.as_ref().map(|change| change.at));
                    let is_new = change.is_none_or(|(id, at)| self.handed_out.insert(id, at) != Some(at));
                    self.push(if is_new { Sighting::Row(row) } else { Sighting::Passed(row) });
                }
                self.to_come = to_come;
            }
            Some(Pass::Ids) => {
                let recent = self.standing.ids.as_ref().map(|ids| &ids.recent);
                let is_new = |row: &FoundRow| {
                    row.id.is_none_or(|id| recent.is_none_or(|recent| !recent.contains(&id)))
                };
                self.newest.extend(found::rows(page, &self.plan, Reached::Id).into_iter().filter(is_new));
            }
            Some(Pass::Recheck) => {
                let rows = found::rows(page, &self.plan, Reached::Id);
                self.missed.note_found(rows.iter().filter_map(|row| row.id));
            }
            Some(Pass::Listing) => {
                let rows = found::rows(page, &self.plan, Reached::Id);
                self.existing.extend(rows.iter().filter_map(|row| row.id));
                if self.hands_out_listed() && self.plan.reading.is_none() {
                    let unseen = self.untold_of(&self.existing);
                    let rows = rows.into_iter().filter(|row| row.id.is_some_and(|id| unseen.contains(id)));
                    rows.for_each(|row| self.push(Sighting::Row(row)));
                }
            }
            None => {}
        }
        Ok(())
    }

    pub(super) fn push(&mut self, item: Sighting) {
        self.wanted += usize::from(is_handed_out(&item));
        self.found.push_back(item);
    }

    /// Takes the plan of an `OPTIONS`; the ids are swept for when it does not say them.
    pub(super) fn take_uris(&mut self, uris: &[String]) {
        match existing::of_uris(uris) {
            Some(ids) => self.existing = ids,
            None => self.list_by_sweep(),
        }
    }

    /// Lists the ids in the other way.
    pub(super) fn list_by_sweep(&mut self) {
        self.lists_by_sweep = true;
        self.stage = None;
        self.todo.push_front(Pass::Listing);
    }

    /// Takes note that the job of a listing by `OPTIONS` or of a sweep is done.
    ///
    /// # Errors
    /// As [`existing::gone`].
    pub(super) fn end_stage(&mut self) -> Result<()> {
        match self.stage.take() {
            Some(Pass::Earlier) => self.end_earlier(),
            Some(Pass::First) => self.push(Sighting::FirstIsOver),
            Some(Pass::Ids) => {
                let mut newest = std::mem::take(&mut self.newest);
                newest.sort_by_key(|row| row.id);
                newest.into_iter().for_each(|row| self.push(Sighting::Row(row)));
            }
            Some(Pass::Recheck) => {
                self.missed.take_gone().into_iter().for_each(|id| self.push(Sighting::Dropped(id)));
            }
            Some(Pass::Listing) => self.compare()?,
            Some(Pass::Changes(index)) => self.end_changes(index),
            None => {}
        }
        Ok(())
    }

    /// Cuts the next chunk off what was found: so much as is read at once, and what only takes note behind it.
    fn cut(&mut self) -> Portion {
        let mut room = self.chunk_size();
        let mut items = Vec::new();
        while let Some(item) = self.found.pop_front() {
            let counts = is_handed_out(&item);
            if counts && room == 0 {
                self.found.push_front(item);
                break;
            }
            room -= usize::from(counts);
            self.wanted -= usize::from(counts);
            items.push(item);
        }
        self.next_chunk += 1;
        Portion::new(self.next_chunk, items)
    }

    /// Takes a part of what a chunk reads. `answered` is when it was made.
    pub(super) fn take_resources(&mut self, number: u64, resources: Resources, answered: Option<AnswerTime>) {
        let date = answered.map(|answered| answered.surely(self.stamped));
        if let Some(chunk) = self.chunks.iter_mut().find(|chunk| chunk.number == number) {
            chunk.read_at = chunk.read_at.into_iter().chain(date).min();
            chunk.resources.push(resources);
        }
    }

    /// Takes note that all of a chunk is read.
    ///
    /// # Errors
    /// [`Kind::Protocol`] when nothing came of many records that the search has: passing over them would lose them.
    pub(super) fn end_chunk(&mut self, number: u64) -> Result<()> {
        let chunk = self.chunks.iter().find(|chunk| chunk.number == number);
        if let Some(chunk) = chunk.filter(|chunk| chunk.is_hollow()) {
            return Err(Error::new(
                Kind::Protocol,
                format!(
                    "{} has {} records that cannot be read: the answer has none of {}; expected those that were found",
                    self.plan.search.resource,
                    chunk.ids().len(),
                    chunk.ids(),
                ),
            ));
        }
        self.note_read(number);
        Ok(())
    }

    fn note_read(&mut self, number: u64) {
        if let Some(chunk) = self.chunks.iter_mut().find(|chunk| chunk.number == number) {
            chunk.is_read = true;
        }
    }

    /// The next chunk that can be put out.
    pub(super) fn next_ready(&mut self) -> Option<Vec<Handout>> {
        let chunk = self.chunks.pop_front_if(|chunk| chunk.is_read)?;
        let ready = chunk.ready(&self.plan);
        self.missed.extend(ready.iter().filter_map(|(item, record)| match item {
            Sighting::Missed(row) if record.is_none() => Some(row.clone()),
            Sighting::Missed(_)
            | Sighting::Row(_)
            | Sighting::Passed(_)
            | Sighting::Dropped(_)
            | Sighting::Gone(_)
            | Sighting::FirstIsOver
            | Sighting::ChangesAreOver(..)
            | Sighting::Known(_)
            | Sighting::Unasked => None,
        }));
        if let Some(told) = &mut self.told {
            told.extend(ready.iter().filter_map(|(item, record)| match item {
                Sighting::Row(row) if record.is_some() => row.id,
                Sighting::Row(_)
                | Sighting::Passed(_)
                | Sighting::Missed(_)
                | Sighting::Dropped(_)
                | Sighting::Gone(_)
                | Sighting::FirstIsOver
                | Sighting::ChangesAreOver(..)
                | Sighting::Known(_)
                | Sighting::Unasked => None,
            }));
        }
        Some(ready)
    }

    /// Requests that reading takes of what waits and what is known to come, beside those of jobs under way, and
    /// whether that is known.
    pub(super) fn outlook(&self) -> (u64, bool) {
        let sweeps = self.todo.len() as u64;
        let is_exact = sweeps == 0
            && match self.stage {
                Some(Pass::First) => self.to_come.is_some(),
                None => true,
                Some(Pass::Earlier | Pass::Changes(_) | Pass::Ids | Pass::Listing | Pass::Recheck) => false,
            };
        let rows = self.wanted as u64
            + self.unseen.len()
            + self.to_come.filter(|_| self.stage.is_some()).unwrap_or_default();
        let reads = if self.plan.reading.is_some() { rows.div_ceil(self.chunk_size() as u64) } else { 0 };
        (sweeps + reads, is_exact)
    }

    fn chunk_size(&self) -> usize {
        self.plan.reading.as_ref().map_or(MOST_ROWS, |reading| reading.id_limit).max(1)
    }
}

fn is_handed_out(item: &Sighting) -> bool {
    match item {
        Sighting::Row(_) | Sighting::Gone(_) => true,
        Sighting::Passed(_)
        | Sighting::Missed(_)
        | Sighting::Dropped(_)
        | Sighting::FirstIsOver
        | Sighting::ChangesAreOver(..)
        | Sighting::Known(_)
        | Sighting::Unasked => false,
    }
}
