//! A whole search as it stands, though rows appear, vanish and move while it is read.
//!
//! Where it ends before what was announced, its first row is asked for once more: only when the count that comes with it is
//! the lower one, too, rows are gone meanwhile. That all of them are, is never believed.
//!
//! Rows are sorted by what they are swept by. A page begins with the last row seen; when it begins behind that row, rows
//! before it are gone and others have moved up unseen, so the sweep steps back until it overlaps what it has seen.
//!
//! One that comes to its end with fewer different rows than were announced has been given some twice and others not at
//! all: it is read once more.

mod completeness;
mod order;

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use roaring::RoaringTreemap;

use crate::account::{Query, checked_path};
use crate::catalog;
use crate::checkpoint::Position;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::http::{Method, Response};
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::live::LiveColumns;
use crate::operation::{Paging, Search};
use crate::output::{Output, SearchPage};
use crate::table::Page;
use crate::telemetry::{Event, template};

use super::agreement::{
    PageBound, SearchAsked, announced, check, check_ids, ends_early, has_vanished, only_repeats,
};
use super::cells::{instant_of, key_of};

use completeness::Completeness;
use order::{RowOrder, RowPlace, Seen};

/// How many rows a sweep steps back at first; each further step is twice as long.
const FIRST_STEP_BACK: u64 = 50;

/// After this many identical answers in a row, the server is taken not to page at all.
const SAME_PAGES: u32 = 3;

/// After this many answers in a row without a new row, those for catching up after a step back not counted, the
/// rows are taken to move faster than they are read.
const FRUITLESS: u64 = 16;

/// How often an end that comes too early is held against the first row, before it is given time.
const EARLY_ENDS: u32 = 3;

/// A sweep under way. It puts out pages without the rows that came before, and keeps no position of its own: whoever
/// sweeps knows what was consumed.
pub(crate) struct SweepJob {
    resource: String,
    path: String,
    template: Arc<str>,
    filters: Query,
    /// Which rows are asked for.
    asked_for: Vec<(String, String)>,
    columns: Vec<String>,
    paging: Paging,
    page_size: u64,
    order: RowOrder,
    /// The column that tells rows apart.
    key: Option<String>,
    /// Whether no two rows have one value there.
    is_unique: bool,
    /// Where to put what the first page's meta-data teaches; `None` afterwards.
    live: Option<Arc<LiveColumns>>,
    /// The row that the next page begins with, from 1.
    wanted: u64,
    /// Where stepping back began, and by how much; `None` while pages overlap.
    back: Option<(u64, u64)>,
    is_out: bool,
    ended: bool,
    outputs: VecDeque<Output>,
    /// The last row of all that were seen, in the order.
    last: Option<RowPlace>,
    seen: Seen,
    /// Ends behind the last row with a greater key than this.
    stop_at: Option<u64>,
    latest: Option<(RowPlace, RowPlace, usize)>,
    same: u32,
    fruitless: u64,
    results_available: Option<u64>,
    bound: PageBound,
    /// The most rows that were announced, as far as that still counts.
    announced: Option<u64>,
    /// Whether the first row is asked for, to see what is announced now.
    is_recount: bool,
    early_ends: u32,
    /// How many rows came.
    came: u64,
    completeness: Completeness,
}

impl SweepJob {
    /// Plans a sweep of a search that was checked before, by its key; by nothing where it has none or cannot be
    /// sorted by it. The search's own sort and limit do not count.
    pub(crate) fn new(search: &Search, config: &Config, live: Arc<LiveColumns>) -> Result<Self> {
        let path = checked_path(&search.resource)?;
        let unique = catalog::search(&search.resource).and_then(|search| search.key);
        let key = search.key.clone().or_else(|| unique.map(str::to_owned));
        let mut filters = Query::default();
        for (name, value) in &search.filters {
            filters.push(name, value);
        }
        let by_key = key.as_deref().is_some_and(|key| is_sortable(&search.resource, key, &live));
        // A page begins with a row that is known: one of a single row would never bring another.
        let page_size = u64::from(search.page_size.unwrap_or(config.page_size)).max(2);
        let mut job = Self {
            resource: search.resource.trim_matches('/').to_owned(),
            template: template(&path),
            path,
            filters,
            asked_for: search.filters.clone(),
            columns: search.columns.clone(),
            paging: search.paging.unwrap_or(config.paging),
            page_size,
            order: RowOrder { watermark: None, by_key, descending: false, holds: true },
            seen: if key.is_some() { Seen::Keys(RoaringTreemap::new(), 0) } else { Seen::Unknown },
            is_unique: key.is_some() && key.as_deref() == unique,
            key,
            live: Some(live),
            wanted: 1,
            back: None,
            is_out: false,
            ended: false,
            outputs: VecDeque::new(),
            last: None,
            stop_at: None,
            latest: None,
            same: 0,
            fruitless: 0,
            results_available: None,
            bound: PageBound::default(),
            announced: None,
            is_recount: false,
            early_ends: 0,
            came: 0,
            completeness: Completeness::default(),
        };
        if let Some(key) = job.key.clone() {
            job.show(&key);
        }
        Ok(job)
    }

    /// By a date first, and by the key where that is equal: rows that change move towards the end. Where the API
    /// cannot sort by the date, the key alone remains.
    #[must_use]
    pub(crate) fn by_watermark(mut self, column: &str) -> Self {
        let sorts = self.live.as_ref().is_some_and(|live| is_sortable(&self.resource, column, live));
        if sorts {
            self.order.watermark = Some(column.to_owned());
            if self.key.is_some() {
                self.seen = Seen::Changes(BTreeMap::new());
            }
        }
        self.show(column);
        self
    }

    /// By the key, from the highest down to this one, which is not wanted any more.
    #[must_use]
    pub(crate) fn down_to(mut self, key: u64) -> Self {
        self.order.descending = true;
        self.stop_at = Some(key);
        self
    }

    /// Behind a row of an earlier sweep by the key: where that stood, and its key. From the beginning where the key
    /// does not sort, since nothing then says what stood before it.
    #[must_use]
    pub(crate) fn behind(mut self, first_result: u64, key: u64) -> Self {
        if !self.order.by_key {
            return self;
        }
        self.wanted = first_result.max(1);
        self.completeness.begin_behind(self.wanted);
        self.seen = Seen::Keys(RoaringTreemap::new(), key);
        self.last = Some(RowPlace { watermark: None, key: Some(key), text: None });
        self
    }

    /// Adds a column to those that are asked for.
    fn show(&mut self, column: &str) {
        if !self.columns.is_empty() && !self.columns.iter().any(|known| known == column) {
            self.columns.push(column.to_owned());
        }
    }

    fn take_page(&mut self, mut page: Page, events: &mut Vec<Event>) -> Result<()> {
        if let Some(live) = self.live.take() {
            events.extend(live.learn_page(&self.resource, &page, self.columns.is_empty()));
        }
        if page.metadata().results_available.is_some() {
            self.results_available = page.metadata().results_available;
        }
        let now = announced(&self.resource, &page);
        // With the first row comes what counts from then on.
        self.announced = if self.wanted == 1 { now } else { self.announced.max(now) };
        let places = self.places(&page);
        self.note_order(&places);
        if !self.overlaps(&places) {
            self.step_back();
            return self.check_progress(0, &places, &page);
        }
        self.back = None;
        let (first_result, rows) = (self.wanted, page.rows() as u64);
        let brings_new = self.brings_new(&page);
        self.completeness.take(now, &places);
        self.drop_seen(&mut page, &places);
        let fresh = page.rows() as u64;
        if fresh > 0 {
            self.bound.take(&self.resource, self.page_size, &page)?;
            self.early_ends = 0;
            self.came += fresh;
        }
        let is_behind_all = !self.ended && !self.goes_on(&page, rows, brings_new);
        self.ended |= is_behind_all;
        self.check_progress(fresh.max(u64::from(brings_new)), &places, &page)?;
        if let Some(last) = places.into_iter().next_back() {
            let is_further = self.last.as_ref().is_none_or(|known| {
                self.order.compare(&last, known).is_none_or(|ordering| ordering != Ordering::Less)
            });
            if is_further {
                self.last = Some(last);
            }
            self.wanted = first_result + rows - 1;
        }
        let duplicates = rows - fresh;
        events.push(Event::Page { resource: self.resource.clone(), first_result, rows: fresh, duplicates });
        self.outputs.push_back(Output::Page(SearchPage { page, first_result, duplicates }));
        if is_behind_all { self.hold_against_announced() } else { Ok(()) }
    }

    /// What a sweep does not find is taken for gone, or not there.
    fn asked(&self) -> SearchAsked<'_> {
        SearchAsked {
            resource: &self.resource,
            first_result: self.first_result(),
            page_size: self.page_size,
            columns: &self.columns,
            filters: &self.asked_for,
            key: self.key.as_deref(),
            decides: true,
        }
    }

    /// The row that the next request begins with.
    fn first_result(&self) -> u64 {
        if self.is_recount { 1 } else { self.wanted }
    }

    /// What was announced before, where the page is the last and ends before that. One in which stopping is expected, or
    /// that is to be stepped back from, is no end.
    fn early_end(&self, page: &Page) -> Option<u64> {
        let (rows, places) = (page.rows() as u64, self.places(page));
        let held = self.wanted - 1 + rows;
        let announced = self.announced.filter(|announced| *announced > held)?;
        let is_stop =
            |place: &RowPlace| self.stop_at.is_some_and(|stop| place.key.is_some_and(|key| key <= stop));
        let is_end = !self.goes_on(page, rows, self.brings_new(page));
        (is_end && self.overlaps(&places) && !places.iter().any(is_stop)).then_some(announced)
    }

    /// Takes what is announced with the first row.
    fn take_recount(&mut self, page: &Page) -> Result<(), Unusable> {
        let now = announced(&self.resource, page);
        if now.is_none() {
            let announced = self.announced.unwrap_or_default();
            return Err(Unusable::Unreadable(ends_early(&self.resource, self.wanted, announced)));
        }
        self.announced = now;
        (self.is_recount, self.is_out) = (false, false);
        Ok(())
    }

    /// Whether a page has a row that was not seen before.
    fn brings_new(&self, page: &Page) -> bool {
        let is_new = |place: &RowPlace| match &place.text {
            Some(_) => self.last.as_ref() != Some(place),
            None => !self.seen.has(place) || self.completeness.lacks(place),
        };
        self.places(page).iter().any(is_new)
    }

    fn places(&self, page: &Page) -> Vec<RowPlace> {
        let key = self.key.as_deref().and_then(|name| page.column(name));
        let watermark = self.order.watermark.as_deref().and_then(|name| page.column(name));
        let place = |row: usize| {
            let key = key.and_then(|column| key_of(column, row));
            let text = key.is_none().then(|| {
                let mut text = String::new();
                page.row_json(row, &mut text);
                text
            });
            RowPlace { watermark: watermark.and_then(|column| instant_of(column, row)), key, text }
        };
        (0..page.rows()).map(place).collect()
    }

    /// Rows that are not in the order that was asked for show that the server sorts in another way: from then on a
    /// page overlaps only when its first row was seen.
    fn note_order(&mut self, places: &[RowPlace]) {
        let is_contrary =
            |pair: &[RowPlace]| self.order.compare(&pair[0], &pair[1]) == Some(Ordering::Greater);
        if places.windows(2).any(is_contrary) {
            self.order.holds = false;
        }
    }

    /// Whether nothing can have been skipped before the page.
    fn overlaps(&self, places: &[RowPlace]) -> bool {
        let Some(last) = self.last.as_ref().filter(|_| self.wanted > 1) else { return true };
        // Nothing where the last row stood: it, or others before it, are gone.
        let Some(first) = places.first() else { return false };
        match self.order.compare(first, last).filter(|_| self.order.holds) {
            Some(ordering) => ordering != Ordering::Greater,
            // Without any order, stepping back would find nothing: take what comes.
            None => !self.order.tells() || first == last || self.seen.has(first),
        }
    }

    fn step_back(&mut self) {
        let (from, step) = match self.back {
            None => (self.wanted, FIRST_STEP_BACK),
            Some((from, step)) => (from, step.saturating_mul(2)),
        };
        self.back = Some((from, step));
        self.wanted = from.saturating_sub(step).max(1);
    }

    fn drop_seen(&mut self, page: &mut Page, places: &[RowPlace]) {
        // Without keys, only the row that is read twice is known, and what stands before it.
        let behind = self.last.as_ref().filter(|last| last.text.is_some());
        let behind =
            behind.and_then(|last| places.iter().position(|place| place == last)).map_or(0, |row| row + 1);
        let (seen, stop_at) = (&mut self.seen, self.stop_at);
        let mut stopped = false;
        page.retain(|row| {
            let place = &places[row];
            let is_past = stop_at.is_some_and(|stop| place.key.is_some_and(|key| key <= stop));
            stopped |= is_past;
            !is_past && seen.insert(place) && (place.text.is_none() || row >= behind)
        });
        self.ended |= stopped && self.order.by_key && self.order.holds;
    }

    /// A full page means "ask again", whatever the counts say (API notes §4.4); of a short one they are believed, as
    /// long as new rows come.
    fn goes_on(&self, page: &Page, rows: u64, brings_new: bool) -> bool {
        if rows == 0 {
            return false;
        }
        if rows >= self.page_size {
            return true;
        }
        let metadata = page.metadata();
        let says_more = metadata.more_pages_available.unwrap_or_else(|| {
            let available = metadata.results_available.or(self.results_available);
            available.is_some_and(|available| self.wanted + rows - 1 < available)
        });
        says_more && brings_new
    }

    /// A server that repeats the same rows without end must not keep us asking without end.
    fn check_progress(&mut self, fresh: u64, places: &[RowPlace], page: &Page) -> Result<()> {
        let now = places
            .first()
            .zip(places.last())
            .map(|(first, last)| (first.clone(), last.clone(), places.len()));
        let is_same = fresh == 0 && now.is_some() && now == self.latest;
        self.latest = now;
        if fresh > 0 || self.ended {
            (self.same, self.fruitless) = (0, 0);
            return Ok(());
        }
        self.same = if is_same { self.same + 1 } else { 0 };
        self.fruitless += 1;
        let begins = page.metadata().first_result;
        let ignores_paging =
            is_same && self.back.is_none() && begins.is_some_and(|first| first != self.wanted);
        let catching_up = self.wanted / (self.page_size - 1);
        if ignores_paging || self.same >= SAME_PAGES || self.fruitless > FRUITLESS + catching_up {
            return Err(only_repeats(self.wanted));
        }
        Ok(())
    }
}

impl Job for SweepJob {
    fn next(&mut self) -> Option<Draft> {
        if self.ended || self.is_out || !self.outputs.is_empty() {
            return None;
        }
        self.is_out = true;
        let mut query = self.filters.clone();
        if !self.columns.is_empty() {
            query.push("columns", &self.columns.join(","));
        }
        if let Some(sort) = self.order.text(self.key.as_deref()) {
            query.push("sort", &sort);
        }
        let (position, size) = match self.paging {
            Paging::FirstResult => (("firstResult", self.first_result()), "pageSize"),
            Paging::Offset => (("offset", self.first_result() - 1), "limit"),
        };
        query.push(position.0, &position.1.to_string());
        query.push(size, &self.page_size.to_string());
        let path = self.path.clone();
        Some(Draft::read(self.first_result(), Method::Get, path, &self.template, query.as_str()))
    }

    fn accept(&mut self, _tag: u64, response: Response, events: &mut Vec<Event>) -> Result<(), Unusable> {
        let page = Page::decode(&response.body)?;
        // What is read a second time brings nothing new.
        let brings_new = self.is_recount || self.back.is_some() || self.brings_new(&page);
        check(self.asked(), &page, brings_new)?;
        check_ids(&self.resource, self.key.as_deref(), &page)?;
        if self.first_result() == 1 && page.rows() == 0 && self.came > 0 {
            return Err(Unusable::Unreadable(has_vanished(&self.resource, self.came)));
        }
        if self.is_recount {
            return self.take_recount(&page);
        }
        if self.repeats_lines(&self.places(&page)) {
            return Err(Unusable::Unreadable(only_repeats(self.wanted)));
        }
        if let Some(announced) = self.early_end(&page) {
            if self.early_ends == EARLY_ENDS {
                let held = self.wanted - 1 + page.rows() as u64;
                return Err(Unusable::Unreadable(ends_early(&self.resource, held, announced)));
            }
            self.early_ends += 1;
            (self.is_recount, self.is_out) = (true, false);
            return Ok(());
        }
        self.is_out = false;
        self.take_page(page, events).map_err(Unusable::Hopeless)
    }

    fn reject(&mut self, _tag: u64, error: Error, _events: &mut Vec<Event>) -> Result<()> {
        Err(error)
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    fn is_finished(&self) -> bool {
        self.ended && self.outputs.is_empty()
    }

    fn acknowledge(&mut self, _items: Option<usize>) {}

    fn outlook(&self) -> Outlook {
        if self.ended {
            return Outlook { requests: 0, exact: true, items: self.results_available };
        }
        let out = u64::from(self.is_out);
        let Some(available) = self.results_available.filter(|_| self.stop_at.is_none()) else {
            return Outlook { requests: 1 - out, exact: false, items: None };
        };
        // The last page is one that is not full, and each but the first repeats a row.
        let pages = available.saturating_sub(self.wanted) / (self.page_size - 1) + 1;
        Outlook { requests: pages - out.min(pages), exact: true, items: Some(available) }
    }

    fn position(&self) -> Result<Position> {
        Ok(Position::Start)
    }
}

/// Whether a search can be sorted by a column: as the catalog or live meta-data says; assumed where neither knows it. One
/// answer that says otherwise must not have all that follow read without an order.
fn is_sortable(search: &str, column: &str, live: &LiveColumns) -> bool {
    let listed =
        catalog::search(search).and_then(|search| search.column(column)).map(|column| column.sortable);
    let learnt = live.column(search, column).map(|column| column.sortable);
    listed.max(learnt).unwrap_or(true)
}

#[cfg(test)]
mod tests;
