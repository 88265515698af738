//! The paging of a search, under the trust rules that lose no row: the rows themselves are believed before
//! any count, pages start where the last one really ended, and rows seen before are dropped and counted.
//!
//! Where less is announced than before, rows are gone, and others have moved up unseen, or the answer is not right. It is
//! asked for again where rows end with it, and then the search steps back by as many rows as are gone. It ends when it has
//! as many rows of their own as were announced at its beginning, or are at its end.

mod announced;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use roaring::RoaringTreemap;

use crate::account::{Query, checked_path};
use crate::catalog;
use crate::checkpoint::Position;
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::http::{Method, Response};
use crate::id_set::IdSet;
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::live::LiveColumns;
use crate::operation::{Paging, Search, sort_parts};
use crate::output::{Output, SearchPage};
use crate::table::Page;
use crate::telemetry::{Event, template};

use super::agreement::{PageBound, SearchAsked, announced, check};
use super::cells::key_of;

/// After this many pages in a row without a new row, the server is taken not to page at all.
const FRUITLESS_PAGES: u32 = 3;

/// A search under way. Pages are known by the position of their first row, from 1.
pub(crate) struct SearchJob {
    resource: String,
    path: String,
    template: Arc<str>,
    query: Query,
    paging: Paging,
    page_size: u64,
    key: Option<String>,
    /// Where to put what the first page's meta-data teaches; `None` afterwards.
    live: Option<Arc<LiveColumns>>,
    /// Whether pages have all the columns that the search knows.
    is_whole: bool,
    limit: Option<u64>,
    /// How many pages may be asked for at once, once the number of hits is known.
    ahead: usize,
    /// First row of the next page in order.
    expected: u64,
    slots: BTreeMap<u64, Slot>,
    ended: bool,
    outputs: VecDeque<Output>,
    seen: RoaringTreemap,
    results_available: Option<u64>,
    fruitless: u32,
    bound: PageBound,
    /// What the first page announced; nothing where the search goes on behind one that is not known.
    announced: Option<u64>,
    /// The page whose count is lower than those before it, once it was asked for again.
    doubted: Option<u64>,
    /// How often it stepped back since the last new row, and behind which row that ends.
    steps_back: u32,
    caught_up: u64,
    vanished: u32,
    /// Whether something is decided by what it does not find.
    decides: bool,
    /// The columns that were asked for.
    columns: Vec<String>,
    /// Which rows were asked for.
    filters: Vec<(String, String)>,
    /// Rows put out, over all pages.
    delivered: u64,
    /// Pages that were put out or wait to be, and are not yet consumed.
    unconsumed: VecDeque<UnconsumedPage>,
    /// Where consumption stands.
    consumed: Consumed,
}

enum Slot {
    Requested,
    Arrived(Box<Page>),
}

/// What acknowledging needs to know of a page.
struct UnconsumedPage {
    first_result: u64,
    /// First row after the page.
    next: u64,
    /// For each kept row, its place in the page as the server sent it; `None` when all were kept.
    kept: Option<Vec<u32>>,
    keys: Vec<u64>,
    rows: u64,
}

struct Consumed {
    first_result: u64,
    rows_before: u64,
    rows_in_page: u64,
    recent: IdSet,
}

impl SearchJob {
    /// Plans a search that was checked before.
    pub(crate) fn new(search: &Search, config: &Config, live: Arc<LiveColumns>) -> Result<Self> {
        // A page need not be larger than all that is wanted.
        let page_size = u64::from(search.page_size.unwrap_or(config.page_size));
        let page_size = search.limit.map_or(page_size, |limit| page_size.min(limit.max(1)));
        let listed = catalog::search(&search.resource);
        let path = checked_path(&search.resource)?;
        let key = search.key.clone().or_else(|| listed?.key.map(str::to_owned));
        let mut query = Query::default();
        for (name, value) in &search.filters {
            query.push(name, value);
        }
        if !search.columns.is_empty() {
            query.push("columns", &search.columns.join(","));
        }
        if !search.sort.is_empty() {
            query.push(
                "sort",
                &sort_text(&search.sort, listed.and_then(catalog::SearchResource::tie_breaker))?,
            );
        }
        Ok(Self {
            resource: search.resource.trim_matches('/').to_owned(),
            template: template(&path),
            path,
            query,
            paging: search.paging.unwrap_or(config.paging),
            page_size,
            key,
            live: Some(live),
            is_whole: search.columns.is_empty(),
            limit: search.limit,
            ahead: config.max_in_flight,
            expected: 1,
            slots: BTreeMap::new(),
            ended: search.limit == Some(0),
            outputs: VecDeque::new(),
            seen: RoaringTreemap::new(),
            results_available: None,
            fruitless: 0,
            bound: PageBound::default(),
            announced: None,
            doubted: None,
            steps_back: 0,
            caught_up: 0,
            vanished: 0,
            decides: false,
            columns: search.columns.clone(),
            filters: search.filters.clone(),
            delivered: 0,
            unconsumed: VecDeque::new(),
            consumed: Consumed { first_result: 1, rows_before: 0, rows_in_page: 0, recent: IdSet::new() },
        })
    }

    /// Something is decided by what it does not find.
    #[must_use]
    pub(crate) fn that_decides(mut self) -> Self {
        self.decides = true;
        self
    }

    fn asked(&self, first_result: u64) -> SearchAsked<'_> {
        SearchAsked {
            resource: &self.resource,
            first_result,
            page_size: self.page_size,
            columns: &self.columns,
            filters: &self.filters,
            key: self.key.as_deref(),
            decides: self.decides,
        }
    }

    /// Whether a page has a row that was not seen before.
    fn brings_new(&self, page: &Page) -> bool {
        let column = self.key.as_deref().and_then(|key| page.column(key));
        let is_new = |row| match column.and_then(|column| key_of(column, row)) {
            Some(key) => !self.seen.contains(key),
            None => true,
        };
        (0..page.rows()).any(is_new)
    }

    /// Goes on where an earlier run's consumption ended.
    pub(crate) fn resume(&mut self, position: Position) -> Result<()> {
        match position {
            Position::Start => {}
            Position::End => self.ended = true,
            Position::Row { first_result, consumed, recent } => {
                if first_result == 0 {
                    return Err(Error::validation(
                        "checkpoint",
                        "row 0 does not exist, since rows count from 1; the checkpoint was altered",
                    ));
                }
                self.expected = first_result;
                self.delivered = consumed;
                let recent = recent.unwrap_or_default();
                self.seen.extend(recent.iter());
                self.consumed = Consumed { first_result, rows_before: consumed, rows_in_page: 0, recent };
                self.ended |= self.limit.is_some_and(|limit| consumed >= limit);
            }
            Position::Ids { .. } | Position::Writes { .. } | Position::Pull(_) => {
                return Err(Error::validation(
                    "checkpoint",
                    "the position is one of a fetch, not of a search",
                ));
            }
        }
        Ok(())
    }

    /// Puts out the pages that have arrived in order.
    fn advance(&mut self, events: &mut Vec<Event>) -> Result<()> {
        while !self.ended && matches!(self.slots.get(&self.expected), Some(Slot::Arrived(_))) {
            if let Some(Slot::Arrived(page)) = self.slots.remove(&self.expected) {
                self.take_page(*page, events)?;
            }
        }
        Ok(())
    }

    fn take_page(&mut self, mut page: Page, events: &mut Vec<Event>) -> Result<()> {
        let first_result = self.expected;
        let rows = page.rows() as u64;
        if let Some(live) = self.live.take() {
            events.extend(live.learn_page(&self.resource, &page, self.is_whole));
        }
        if self.goes_back(&page, events)? {
            return Ok(());
        }
        if first_result == 1 && self.announced.is_none() {
            self.announced = announced(&self.resource, &page);
        }
        self.note_count(&page, events);
        let next = next_first_result(first_result, rows, page.metadata().last_result);
        self.ended = !self.goes_on(&page, rows);
        let (kept, keys) = self.drop_repeated(&mut page);
        let fresh = page.rows() as u64;
        let duplicates = rows - fresh;
        if fresh > 0 {
            self.bound.take(&self.resource, self.page_size, &page)?;
            (self.steps_back, self.vanished, self.doubted) = (0, 0, None);
        }
        self.check_progress(&page, first_result, rows, fresh)?;
        if let Some(limit) = self.limit {
            let room = usize::try_from(limit.saturating_sub(self.delivered)).unwrap_or(usize::MAX);
            if page.rows() >= room {
                page.retain(|row| row < room);
                self.ended = true;
            }
        }
        let handed_out = page.rows() as u64;
        self.delivered += handed_out;
        self.expected = next;
        // What was asked for ahead is of use only where the pages really fall.
        self.slots.retain(|first, _| *first >= next && (*first - next).is_multiple_of(self.page_size));
        events.push(Event::Page {
            resource: self.resource.clone(),
            first_result,
            rows: handed_out,
            duplicates,
        });
        self.unconsumed.push_back(UnconsumedPage { first_result, next, kept, keys, rows: handed_out });
        self.outputs.push_back(Output::Page(SearchPage { page, first_result, duplicates }));
        if self.lacks_rows() {
            self.step_back(1)?;
            self.ended = false;
        }
        Ok(())
    }

    /// A full page means "ask again", whatever the counts say; then `morePagesAvailable` is believed before
    /// `resultsAvailable` (one search reports 500 hits for ever, API notes §4.4).
    fn goes_on(&self, page: &Page, rows: u64) -> bool {
        if rows == 0 {
            return false;
        }
        if rows >= self.page_size {
            return true;
        }
        let metadata = page.metadata();
        metadata.more_pages_available.unwrap_or_else(|| {
            metadata.results_available.is_some_and(|available| self.expected + rows - 1 < available)
        })
    }

    /// Reports a number of hits that changed between pages, or that the rows contradict.
    fn note_count(&mut self, page: &Page, events: &mut Vec<Event>) {
        let Some(now) = page.metadata().results_available else { return };
        let held = self.expected - 1 + page.rows() as u64;
        let before = self.results_available.unwrap_or(now);
        if before != now {
            events.push(Event::CountDrift { resource: self.resource.clone(), before, now });
        } else if now < held && page.rows() > 0 {
            events.push(Event::CountDrift { resource: self.resource.clone(), before: now, now: held });
        }
        self.results_available = Some(now);
    }

    /// Drops rows whose key an earlier row had, and answers which rows were kept and their keys.
    fn drop_repeated(&mut self, page: &mut Page) -> (Option<Vec<u32>>, Vec<u64>) {
        let Some(column) = self.key.as_deref().and_then(|key| page.column(key)) else {
            return (None, Vec::new());
        };
        let mut keys = Vec::with_capacity(page.rows());
        let mut kept = Vec::with_capacity(page.rows());
        for row in 0..page.rows() {
            match key_of(column, row) {
                Some(key) => {
                    if self.seen.insert(key) {
                        kept.push(row as u32);
                        keys.push(key);
                    }
                }
                // A row without a key cannot be told from others: keep it.
                None => {
                    kept.push(row as u32);
                    keys.push(0);
                }
            }
        }
        if kept.len() == page.rows() {
            return (None, keys);
        }
        let mut next = kept.iter().copied().peekable();
        page.retain(|row| next.next_if_eq(&(row as u32)).is_some());
        (Some(kept), keys)
    }

    /// A server that repeats the same rows without end must not keep us asking without end.
    fn check_progress(&mut self, page: &Page, first_result: u64, rows: u64, fresh: u64) -> Result<()> {
        if fresh > 0 || rows == 0 || self.ended || first_result < self.caught_up {
            self.fruitless = 0;
            return Ok(());
        }
        self.fruitless += 1;
        let ignores_paging = page.metadata().first_result.is_some_and(|first| first != first_result);
        if ignores_paging || self.fruitless >= FRUITLESS_PAGES {
            return Err(Error::new(
                Kind::Protocol,
                format!("the page from row {first_result} only repeats earlier rows, as if the server did not page; expected new rows or an end"),
            )
            .at("response.results"));
        }
        Ok(())
    }

    /// The next page to ask for: the expected one, or one ahead of it when hits are known to be there.
    fn wanted(&self) -> Option<u64> {
        let mut first = self.expected;
        while self.slots.contains_key(&first) {
            first += self.page_size;
        }
        let is_certain = first == self.expected;
        let is_likely = self.slots.len() < self.ahead
            && self.results_available.is_some_and(|available| first <= available)
            && self.limit.is_none_or(|limit| first - self.expected < limit.saturating_sub(self.delivered));
        (is_certain || is_likely).then_some(first)
    }
}

impl Job for SearchJob {
    fn next(&mut self) -> Option<Draft> {
        if self.ended || !self.outputs.is_empty() {
            return None;
        }
        let first = self.wanted()?;
        self.slots.insert(first, Slot::Requested);
        let mut query = self.query.clone();
        let (position, size) = match self.paging {
            Paging::FirstResult => (("firstResult", first), "pageSize"),
            Paging::Offset => (("offset", first - 1), "limit"),
        };
        query.push(position.0, &position.1.to_string());
        query.push(size, &self.page_size.to_string());
        Some(Draft::read(first, Method::Get, self.path.clone(), &self.template, query.as_str()))
    }

    fn accept(&mut self, tag: u64, response: Response, events: &mut Vec<Event>) -> Result<(), Unusable> {
        // A page asked for ahead, that turned out not to start where a page starts.
        if !self.slots.contains_key(&tag) {
            return Ok(());
        }
        let page = Page::decode(&response.body)?;
        // What is read a second time brings nothing new.
        let brings_new = tag < self.caught_up || self.brings_new(&page);
        check(self.asked(tag), &page, brings_new)?;
        self.slots.insert(tag, Slot::Arrived(Box::new(page)));
        self.advance(events).map_err(Unusable::Hopeless)
    }

    fn reject(&mut self, tag: u64, error: Error, _events: &mut Vec<Event>) -> Result<()> {
        if self.slots.contains_key(&tag) { Err(error) } else { Ok(()) }
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    fn is_finished(&self) -> bool {
        self.ended && self.outputs.is_empty()
    }

    fn acknowledge(&mut self, items: Option<usize>) {
        let Some(page) = self.unconsumed.front() else { return };
        let count = items.map_or(page.rows, |items| items as u64);
        let is_whole = count >= page.rows;
        self.consumed.first_result = match &page.kept {
            _ if is_whole => page.next,
            Some(kept) => page.first_result + u64::from(kept[count as usize]),
            None => page.first_result + count,
        };
        if count > 0 {
            let keys = page.keys.iter().take(count as usize).copied().filter(|key| *key > 0);
            self.consumed.recent = IdSet::from_ids(keys).unwrap_or_default();
        }
        // Acknowledging names a number from the page's beginning, so a second one replaces the first.
        self.consumed.rows_in_page = count;
        if items.is_none() {
            self.consumed.rows_before += page.rows;
            self.consumed.rows_in_page = 0;
            self.unconsumed.pop_front();
        }
    }

    fn outlook(&self) -> Outlook {
        if self.ended {
            return Outlook { requests: 0, exact: true, items: self.results_available };
        }
        let requested = self.slots.len() as u64;
        let Some(available) = self.results_available else {
            return Outlook { requests: 1u64.saturating_sub(requested), exact: false, items: None };
        };
        let wanted = self.limit.map_or(available, |limit| {
            available.min(self.expected - 1 + limit.saturating_sub(self.delivered))
        });
        let left = wanted.saturating_sub(self.expected - 1);
        let cut_by_limit = wanted < available;
        // A last page that is full asks once more, to be sure.
        let pages = if cut_by_limit { left.div_ceil(self.page_size) } else { left / self.page_size + 1 };
        Outlook { requests: pages.saturating_sub(requested), exact: true, items: Some(wanted) }
    }

    fn position(&self) -> Result<Position> {
        let consumed = &self.consumed;
        if self.ended && self.outputs.is_empty() && self.unconsumed.is_empty() {
            return Ok(Position::End);
        }
        if consumed.first_result == 1 {
            return Ok(Position::Start);
        }
        let recent = (!consumed.recent.is_empty()).then(|| consumed.recent.clone());
        Ok(Position::Row {
            first_result: consumed.first_result,
            consumed: consumed.rows_before + consumed.rows_in_page,
            recent,
        })
    }
}

/// The next page starts after the last row: where the server says it is and where the rows end, whichever
/// is sooner, since asking twice for a row is mended and missing one is not. Always goes forward.
fn next_first_result(first_result: u64, rows: u64, last_result: Option<u64>) -> u64 {
    let by_rows = first_result + rows;
    match last_result {
        Some(last) if last >= first_result => by_rows.min(last.saturating_add(1)),
        _ => by_rows,
    }
}

/// The sort parameter, made total by the key column.
fn sort_text(keys: &[String], key_column: Option<&str>) -> Result<String> {
    let mut parts: Vec<String> = Vec::with_capacity(keys.len() + 1);
    let mut has_key = false;
    for key in keys {
        let (name, direction) = sort_parts(key)?;
        has_key |= key_column == Some(name);
        parts.push(format!("{name}.{direction}"));
    }
    if let Some(key_column) = key_column.filter(|_| !has_key) {
        parts.push(format!("{key_column}.ASC"));
    }
    Ok(parts.join(","))
}
