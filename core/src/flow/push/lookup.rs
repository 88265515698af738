//! Finding records by what other systems know of them: many values together, in the fewest requests. A search takes
//! one value at a time, or a set of ids (API notes §4.3). So values that are no ids are looked up one by one, or by
//! reading the whole search where that has fewer pages.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::renewal::NewerRows;
use super::sought::{Group, Sought};
use crate::clock::HostTime;
use crate::error::Error;
use crate::id_set::IdSet;
use crate::jobs::id_of;
use crate::operation::{MAX_PAGE_SIZE, Search};
use crate::table::{Cell, Page};

/// How long a look decides what is to be done. Before something is created it must be younger (`renewal`).
const BELIEVED_MS: u64 = 300_000;

/// The most values of a group that a push remembers from window to window.
const MOST_VALUES: usize = 50_000;

/// No search lags behind what was created for longer.
const LAG_MS: u64 = 600_000;

/// The most ids of one set: where each has a row, their page is not full, and is the last.
const MOST_IDS: usize = MAX_PAGE_SIZE as usize - 1;

/// The most text of a set of ids, in bytes.
const MOST_ID_TEXT: usize = 4_000;

/// What was found, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hit {
    Id(u64),
    Text(String),
}

/// What the values of a group stand for, as far as that is known.
#[derive(Debug, Default)]
pub(super) struct GroupTable {
    pub(super) found: BTreeMap<String, Vec<Hit>>,
    /// What a reading of the whole has found so far. It counts when the reading has ended: until then a second
    /// hit may come.
    reading: BTreeMap<String, Vec<Hit>>,
    /// When it was seen that a value is not there.
    pub(super) absent: BTreeMap<String, HostTime>,
    /// When it was last seen that a value is not there, which was too long ago.
    pub(super) expired: BTreeMap<String, HostTime>,
    /// Values of which it is not believed that the whole search did not have them.
    pub(super) doubted: BTreeSet<String>,
    /// What a search for a value has found in other case, while it is read.
    in_other_case: BTreeMap<String, Vec<Hit>>,
    /// The values of rows that were read for several values, by what they are in lower case. Whether the search takes one
    /// for the other it says only when it is asked for one.
    in_any_case: BTreeMap<String, BTreeSet<String>>,
    /// When the whole search was last read to its end.
    pub(super) read_whole: Option<HostTime>,
    /// How many rows the whole search has, as it last said.
    rows: Option<u64>,
    /// Values of rows that do not say which record they are.
    nameless: BTreeSet<String>,
    /// Whether ids are looked up one by one, since the search could not be carried out with a set.
    takes_no_sets: bool,
    /// What this push has created, and when, in that order. A search may not find it yet.
    created: VecDeque<(HostTime, String)>,
}

impl GroupTable {
    /// Whether a row has a value in other case, and none has it as it is.
    fn may_be_in_other_case(&self, value: &str) -> bool {
        !self.found.contains_key(value)
            && !self.absent.contains_key(value)
            && self
                .in_any_case
                .get(&value.to_lowercase())
                .is_some_and(|spellings| spellings.iter().any(|spelling| spelling != value))
    }

    /// Forgets what can be looked up again, once that is a lot.
    fn trim(&mut self, now: HostTime, most: usize) {
        let held = [
            self.found.len(),
            self.absent.len(),
            self.doubted.len(),
            self.in_any_case.len(),
            self.created.len(),
        ];
        if held.into_iter().sum::<usize>() <= most {
            return;
        }
        self.absent.clear();
        self.expired.clear();
        self.doubted.clear();
        self.in_any_case.clear();
        self.read_whole = None;
        while self.created.front().is_some_and(|(since, _)| now.since(*since) > LAG_MS) {
            self.created.pop_front();
        }
        let fresh: BTreeSet<&str> = self.created.iter().map(|(_, value)| value.as_str()).collect();
        self.found.retain(|value, _| fresh.contains(value.as_str()));
    }
}

/// A search that is to be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// One value.
    One(Sought),
    /// Several ids.
    Several(Group, IdSet),
    /// The whole search, for these many values.
    Whole(Group, u64),
    /// What was created since values were seen to be absent.
    Newer(NewerRows),
}

/// What is known of all groups, and what could not be found out.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    pub(super) tables: BTreeMap<Group, GroupTable>,
    /// What could not be looked up for the records of this window, and why.
    unknown: BTreeMap<Sought, String>,
    pub(super) now: HostTime,
    /// How far the server's clock is ahead of the host's, at least.
    pub(super) server_ahead: Option<i64>,
    /// The last date that lay before the request which it answered, and when it came.
    pub(super) old_date: Option<(HostTime, i64)>,
    /// When the looks that are out went out, by their tags.
    pub(super) sent: BTreeMap<u64, HostTime>,
    /// When the look went out whose answer came last.
    pub(super) looked: HostTime,
}

impl Look {
    pub(super) fn search(&self) -> Search {
        match self {
            Look::One(sought) => sought.group.search(Some(sought.value())),
            Look::Several(group, ids) => group.search(Some(&ids.to_string())),
            Look::Whole(group, _) => group.search(None),
            Look::Newer(newer) => newer.search(),
        }
    }

    fn group(&self) -> &Group {
        match self {
            Look::One(sought) => &sought.group,
            Look::Several(group, _) | Look::Whole(group, _) => group,
            Look::Newer(newer) => &newer.group,
        }
    }
}

impl Lookups {
    pub(super) fn tell_time(&mut self, now: HostTime) {
        self.now = now;
    }

    /// What a value stands for; `None` while that is not known.
    pub(super) fn hits(&self, sought: &Sought) -> Option<&[Hit]> {
        let table = self.tables.get(&sought.group)?;
        let value = sought.normal().to_owned();
        if table.nameless.contains(&value) {
            return None;
        }
        if let Some(hits) = table.found.get(&value) {
            return Some(hits);
        }
        let is_fresh = |since: &HostTime| self.now.since(*since) < BELIEVED_MS;
        let is_in_whole = !table.doubted.contains(&value)
            && !table.may_be_in_other_case(&value)
            && table.read_whole.as_ref().is_some_and(is_fresh);
        let is_absent = is_in_whole || table.absent.get(&value).is_some_and(is_fresh);
        is_absent.then_some(&[])
    }

    /// Why it could not be found out for this window what a value stands for.
    pub(super) fn obstacle(&self, sought: &Sought) -> Option<String> {
        let nameless = || {
            self.is_nameless(sought).then(|| {
                let expected = sought.group.take.as_deref().unwrap_or("id");
                format!(
                    "the search has it in a row that does not say which record it is; expected its {expected} there"
                )
            })
        };
        self.unknown.get(sought).cloned().or_else(nameless)
    }

    /// Whether a value was found in a row that does not say what it stands for.
    pub(super) fn is_nameless(&self, sought: &Sought) -> bool {
        self.tables.get(&sought.group).is_some_and(|table| table.nameless.contains(sought.normal()))
    }

    /// Takes note that something is there. `is_new` says whether this push has created it.
    pub(super) fn learn(&mut self, sought: &Sought, id: u64, is_new: bool) {
        let now = self.now;
        let table = self.table(&sought.group);
        let value = sought.normal().to_owned();
        if is_new {
            table.created.push_back((now, value.clone()));
        }
        table.found.insert(value, vec![Hit::Id(id)]);
    }

    /// Takes note of all that is there under a value.
    pub(super) fn learn_hits(&mut self, sought: &Sought, hits: Vec<Hit>) {
        self.table(&sought.group).found.insert(sought.normal().to_owned(), hits);
    }

    /// Takes note that it is to be looked up again whether a value is there.
    pub(super) fn forget(&mut self, sought: &Sought) {
        if let Some(table) = self.tables.get_mut(&sought.group) {
            let value = sought.normal().to_owned();
            table.nameless.remove(&value);
            table.found.remove(&value);
            table.absent.remove(&value);
            table.doubted.insert(value);
        }
    }

    /// Takes note that a value was not there before somebody may have created it: what was known counts no longer.
    pub(super) fn note_absence(&mut self, sought: &Sought) {
        self.forget(sought);
        let now = self.now;
        self.table(&sought.group).absent.insert(sought.normal().to_owned(), now);
    }

    /// Takes note that a search cannot be carried out. The whole of one that cannot be read is looked through value by
    /// value.
    pub(super) fn failed(&mut self, look: &Look, error: &Error) {
        match look {
            Look::One(sought) => {
                self.unknown.insert(sought.clone(), in_words(&sought.group, error));
            }
            Look::Several(group, ids) => {
                // What was refused with a set may be answered one by one; what does not get through now may not, either.
                let is_refused = !error.is_retryable();
                self.table(group).takes_no_sets |= is_refused;
                for id in ids.iter().map(|id| id.to_string()) {
                    self.table(group).found.remove(&id);
                    if !is_refused {
                        self.unknown.insert(Sought::new(group.clone(), &id), in_words(group, error));
                    }
                }
            }
            Look::Whole(group, _) => {
                let table = self.table(group);
                table.reading.clear();
                table.rows = Some(u64::MAX);
            }
            Look::Newer(newer) => self.cannot_renew(&newer.group),
        }
    }

    /// Lets the next window try again what could not be looked up for this one.
    pub(super) fn end_window(&mut self) {
        self.unknown.clear();
        self.sent.clear();
        for table in self.tables.values_mut() {
            // That a row did not say what it stands for does not make its value absent.
            let nameless = std::mem::take(&mut table.nameless);
            table.doubted.extend(nameless);
            table.trim(self.now, MOST_VALUES);
        }
    }

    pub(super) fn table(&mut self, group: &Group) -> &mut GroupTable {
        self.tables.entry(group.clone()).or_default()
    }

    /// The searches that find out about these values.
    pub(super) fn plan(&self, wanted: BTreeMap<Group, BTreeSet<Sought>>) -> Vec<Look> {
        let mut looks = Vec::new();
        for (group, values) in wanted {
            let pages = self.tables.get(&group).and_then(|table| table.rows).map_or(1, pages);
            let may_be_in_other_case = |sought: &Sought| {
                self.tables.get(&group).is_some_and(|table| table.may_be_in_other_case(sought.normal()))
            };
            let (alone, values): (BTreeSet<Sought>, BTreeSet<Sought>) =
                values.into_iter().partition(may_be_in_other_case);
            looks.extend(alone.into_iter().map(Look::One));
            let count = values.len() as u64;
            if let Some(newer) = self.newer(&group, &values) {
                looks.push(newer);
            } else if let Some(ids) = self.set_of(&group, &values) {
                let parts = ids.split(MOST_IDS, MOST_ID_TEXT);
                looks.extend(parts.map(|ids| Look::Several(group.clone(), ids)));
            } else if count > 1 && pages <= count && group.can_be_read_whole() {
                looks.push(Look::Whole(group, count));
            } else {
                looks.extend(values.into_iter().map(Look::One));
            }
        }
        looks
    }

    /// These values as a set of ids, where the search takes one.
    fn set_of(&self, group: &Group, values: &BTreeSet<Sought>) -> Option<IdSet> {
        let takes_sets = self.tables.get(group).is_none_or(|table| !table.takes_no_sets);
        if values.len() < 2 || !takes_sets || !group.takes_sets() {
            return None;
        }
        let ids = values.iter().map(|sought| sought.normal().parse().ok()).collect::<Option<Vec<u64>>>()?;
        IdSet::from_ids(ids).ok()
    }

    /// Takes a page of a search, and says whether the rest of it is worth reading.
    pub(super) fn take(&mut self, look: &Look, page: &Page) -> bool {
        let group = look.group();
        let table = self.tables.entry(group.clone()).or_default();
        let column = |name: &str| page.columns().iter().position(|column| column.name() == name);
        let (values, keys) = (column(&group.column), group.key().and_then(column));
        let is_id = group.takes_id();
        if values.is_none() && matches!(look, Look::Several(..)) && page.rows() > 0 {
            // Which row is of which id cannot be told.
            table.takes_no_sets = true;
            return false;
        }
        for row in 0..page.rows() {
            let value = match (values.map(|column| page.cell(column, row)).and_then(text), look) {
                (Some(value), _) => group.normal(&value),
                // The column is in no row: the search is believed.
                (None, Look::One(sought)) if values.is_none() => sought.normal().to_owned(),
                (None, Look::One(..) | Look::Several(..) | Look::Whole(..) | Look::Newer(..)) => continue,
            };
            let Some(hit) = keys.and_then(|column| hit(page.cell(column, row), is_id)) else {
                if let Look::One(sought) = look
                    && is_same_but_for_case(&value, sought.normal())
                {
                    table.nameless.insert(sought.normal().to_owned());
                }
                table.nameless.insert(value);
                continue;
            };
            match look {
                Look::One(sought)
                    if value != sought.normal() && is_same_but_for_case(&value, sought.normal()) =>
                {
                    let hits = table.in_other_case.entry(sought.normal().to_owned()).or_default();
                    if !hits.contains(&hit) {
                        hits.push(hit.clone());
                    }
                }
                Look::One(..) | Look::Several(..) => {}
                Look::Whole(..) | Look::Newer(..) => {
                    table.in_any_case.entry(value.to_lowercase()).or_default().insert(value.clone());
                }
            }
            let hits = match look {
                Look::One(..) | Look::Several(..) | Look::Newer(..) => table.found.entry(value).or_default(),
                Look::Whole(..) => table.reading.entry(value).or_default(),
            };
            if !hits.contains(&hit) {
                hits.push(hit);
            }
        }
        match look {
            Look::One(..) | Look::Several(..) => true,
            Look::Whole(_, count) => {
                table.rows = page.metadata().results_available.or(table.rows);
                let goes_on = table.rows.map_or(1, pages) <= *count;
                if !goes_on {
                    table.reading.clear();
                }
                goes_on
            }
            Look::Newer(newer) => {
                let goes_on = page.metadata().results_available.map_or(1, pages) <= newer.values;
                if !goes_on {
                    self.cannot_renew(&newer.group);
                }
                goes_on
            }
        }
    }

    /// Takes note that a search was carried out to its end.
    pub(super) fn finished(&mut self, look: &Look) {
        let now = self.looked;
        let table = self.table(look.group());
        match look {
            Look::One(sought) => {
                let value = sought.normal().to_owned();
                table.doubted.remove(&value);
                // A search that takes one case for another one finds the record.
                let in_other_case = table.in_other_case.remove(&value);
                let is_there = table.found.contains_key(&value) || table.nameless.contains(&value);
                match in_other_case {
                    _ if is_there => {}
                    Some(hits) => drop(table.found.insert(value, hits)),
                    None => drop(table.absent.insert(value, now)),
                }
            }
            Look::Several(_, ids) => {
                if table.takes_no_sets {
                    return;
                }
                for value in ids.iter().map(|id| id.to_string()) {
                    table.doubted.remove(&value);
                    if !table.found.contains_key(&value) && !table.nameless.contains(&value) {
                        table.absent.insert(value, now);
                    }
                }
            }
            Look::Whole(..) => {
                table.found.append(&mut table.reading);
                table.doubted.clear();
                table.read_whole = Some(now);
            }
            Look::Newer(newer) => self.renew(newer),
        }
    }
}

fn is_same_but_for_case(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn pages(rows: u64) -> u64 {
    (rows / u64::from(MAX_PAGE_SIZE)).saturating_add(1)
}

fn text(cell: Cell<'_>) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Integer(number) => Some(number.to_string()),
        Cell::Boolean(value) => Some(value.to_string()),
        Cell::Text(text) | Cell::Decimal(text) => Some(text.to_owned()),
        Cell::DateTime(moment) => Some(moment.to_string()),
        Cell::Json(json) => serde_json::from_str(json).ok().or_else(|| Some(json.to_owned())),
    }
}

/// What a cell says is there; an id, where `is_id` says that it has one.
fn hit(cell: Cell<'_>, is_id: bool) -> Option<Hit> {
    if is_id {
        return id_of(cell).map(Hit::Id);
    }
    match cell {
        Cell::Integer(id) => u64::try_from(id).ok().map(Hit::Id),
        Cell::Null => None,
        Cell::Boolean(_) | Cell::Text(_) | Cell::Decimal(_) | Cell::DateTime(_) | Cell::Json(_) => {
            text(cell).filter(|text| !text.is_empty()).map(Hit::Text)
        }
    }
}

/// What keeps a search from being carried out, in words.
fn in_words(group: &Group, error: &Error) -> String {
    format!("{} could not be searched by {}: {error}", group.search, group.column)
}

#[cfg(test)]
mod tests;
