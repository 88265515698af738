//! How far a pull has come: of every resource, what was consumed. It is what checkpoints hold.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringTreemap;
use serde::{Deserialize, Serialize};

use crate::id_set::IdSet;

/// So far below the highest id a pull by id looks again: ids are given before what has them can be seen.
pub(crate) const ID_OVERLAP: u64 = 100;

/// More ids than any account has: a text that says so was altered, and would cost all there is of memory.
pub(crate) const MOST_KNOWN: u64 = 200_000_000;

/// More changes than an overlap holds.
const MOST_RECENT: u64 = 2_000_000;

/// Where every resource of a pull stands, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Standings(pub(crate) BTreeMap<String, Standing>);

/// Where one resource stands, behind all that was consumed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenStanding", into = "WrittenStanding")]
pub(crate) struct Standing {
    /// The search that it is of.
    pub(crate) search: String,
    /// The first sweep, over everything, while that is not at its end.
    pub(crate) first: Option<Place>,
    /// When that began, where an answer told it.
    pub(crate) began: Option<SweepBeginning>,
    /// By watermark column.
    pub(crate) marks: BTreeMap<String, Mark>,
    /// Where there is no watermark.
    pub(crate) ids: Option<Ids>,
    /// The existing ids, as far as they are known; kept only where deletes are looked for.
    pub(crate) known: Option<RoaringTreemap>,
    /// What the search has and reading did not bring: it is asked for again.
    pub(crate) missed: RoaringTreemap,
    /// What was told to be gone: ids are never used again, so that one which is listed later was there all the time.
    pub(crate) gone: RoaringTreemap,
    /// The columns by which the sweeps of this run should come sorted and do not, so that no row tells how far they are.
    pub(crate) unsorted: BTreeSet<String>,
}

/// A row of a sweep by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    /// Its number in the search, from 1.
    pub(crate) row: u64,
    pub(crate) key: u64,
}

/// When a first sweep began, in milliseconds, by clocks of which each may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SweepBeginning {
    /// The time of the first answer, or of a later one that says less.
    pub(crate) date: i64,
    /// What the host's clock showed.
    pub(crate) host: i64,
}

/// How far the changes of one column were consumed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The greatest value consumed, in milliseconds: the server's time, never the host's. Before changes were swept for,
    /// what rows say of when the first sweep began.
    pub(crate) at: i64,
    /// What was consumed of the overlap, so that it does not come again: the column's value and the id, with the
    /// change that was handed out.
    pub(crate) recent: BTreeMap<(i64, u64), i64>,
}

/// How far new ids were consumed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ids {
    pub(crate) highest: u64,
    /// What was consumed of the overlap below it.
    pub(crate) recent: BTreeSet<u64>,
}

impl Mark {
    /// Takes note of a record with that value in the column.
    pub(crate) fn note(&mut self, value: i64, id: u64, change: i64, overlap_ms: i64) {
        if value >= self.at.saturating_sub(overlap_ms) {
            self.recent.insert((value, id), change);
        }
    }

    /// Moves on to a value, and forgets what the overlap leaves behind.
    pub(crate) fn advance(&mut self, value: i64, overlap_ms: i64) {
        self.at = self.at.max(value);
        let begins = self.at.saturating_sub(overlap_ms);
        while self.recent.first_key_value().is_some_and(|((value, _), _)| *value < begins) {
            self.recent.pop_first();
        }
    }
}

impl Ids {
    pub(crate) fn note(&mut self, id: u64) {
        self.highest = self.highest.max(id);
        self.recent.insert(id);
        let begins = self.highest.saturating_sub(ID_OVERLAP);
        while self.recent.first().is_some_and(|id| *id <= begins) {
            self.recent.pop_first();
        }
    }
}

/// A standing as it is written: ids as id sets.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStanding {
    search: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began: Option<SweepBeginning>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    marks: BTreeMap<String, WrittenMark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ids: Option<WrittenIds>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known: Option<IdSet>,
    #[serde(default, skip_serializing_if = "IdSet::is_empty")]
    missed: IdSet,
    #[serde(default, skip_serializing_if = "IdSet::is_empty")]
    gone: IdSet,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMark {
    at: i64,
    /// The ids by the column's value, and by how much later the change is that was handed out: mostly at once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    recent: BTreeMap<i64, BTreeMap<i64, IdSet>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenIds {
    highest: u64,
    #[serde(default, skip_serializing_if = "IdSet::is_empty")]
    recent: IdSet,
}

impl From<Standing> for WrittenStanding {
    fn from(standing: Standing) -> Self {
        let ids = |ids: Ids| WrittenIds { highest: ids.highest, recent: set(ids.recent) };
        Self {
            search: standing.search,
            first: standing.first,
            began: standing.began,
            marks: standing.marks.into_iter().map(|(column, mark)| (column, mark.into())).collect(),
            ids: standing.ids.map(ids),
            known: standing.known.as_ref().map(set_of),
            missed: set_of(&standing.missed),
            gone: set_of(&standing.gone),
        }
    }
}

impl From<Mark> for WrittenMark {
    fn from(mark: Mark) -> Self {
        let mut recent: BTreeMap<i64, BTreeMap<i64, BTreeSet<u64>>> = BTreeMap::new();
        for ((value, id), change) in mark.recent {
            let later = change.saturating_sub(value);
            recent.entry(value).or_default().entry(later).or_default().insert(id);
        }
        let sets = |by_change: BTreeMap<i64, BTreeSet<u64>>| {
            by_change.into_iter().map(|(later, ids)| (later, set(ids))).collect()
        };
        let recent = recent.into_iter().map(|(value, by_change)| (value, sets(by_change))).collect();
        Self { at: mark.at, recent }
    }
}

impl TryFrom<WrittenStanding> for Standing {
    type Error = String;

    fn try_from(written: WrittenStanding) -> Result<Self, String> {
        let of_marks =
            written.marks.values().flat_map(|mark| mark.recent.values().flat_map(BTreeMap::values));
        let of_ids = written.ids.iter().map(|ids| &ids.recent);
        let of_missed = std::iter::once(&written.missed);
        let recent =
            of_marks.chain(of_ids).chain(of_missed).fold(0u64, |all, ids| all.saturating_add(ids.len()));
        let known = written.known.as_ref().map_or(0, IdSet::len).saturating_add(written.gone.len());
        if recent > MOST_RECENT || known > MOST_KNOWN {
            return Err(format!("{recent} recent and {known} known ids are more than a pull ever has"));
        }
        let ids = |ids: WrittenIds| Ids { highest: ids.highest, recent: ids.recent.iter().collect() };
        Ok(Self {
            search: written.search,
            first: written.first,
            began: written.began,
            marks: written.marks.into_iter().map(|(column, mark)| (column, mark.into())).collect(),
            ids: written.ids.map(ids),
            known: written.known.as_ref().map(ids_of),
            missed: ids_of(&written.missed),
            gone: ids_of(&written.gone),
            unsorted: BTreeSet::new(),
        })
    }
}

impl From<WrittenMark> for Mark {
    fn from(written: WrittenMark) -> Self {
        let mut recent = BTreeMap::new();
        for (value, by_change) in written.recent {
            for (later, ids) in by_change {
                recent.extend(ids.iter().map(|id| ((value, id), value.saturating_add(later))));
            }
        }
        Self { at: written.at, recent }
    }
}

/// The ids of a set, each by itself. Costs time by the range, as long as they are not too many.
pub(crate) fn ids_of(set: &IdSet) -> RoaringTreemap {
    let mut ids = RoaringTreemap::new();
    for range in set.ranges() {
        ids.insert_range(range);
    }
    ids
}

/// The ids as a set. Costs time by the range, as reading it does.
fn set_of(ids: &RoaringTreemap) -> IdSet {
    let ranges = ids.bitmaps().flat_map(|(high, low)| {
        let mut low = low.iter();
        let id = move |low: u32| u64::from(high) << 32 | u64::from(low);
        std::iter::from_fn(move || low.next_range()).map(move |range| id(*range.start())..=id(*range.end()))
    });
    IdSet::from_ranges(ranges).unwrap_or_default()
}

/// The ids as a set. They came from one, or were checked to be ids.
fn set(ids: impl IntoIterator<Item = u64>) -> IdSet {
    IdSet::from_ids(ids).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_small_and_read_back() {
        let mut mark = Mark::default();
        mark.advance(1_782_864_000_000, 600_000);
        for id in 1..=5_000 {
            mark.note(1_782_864_000_000, id, 1_782_864_000_000, 600_000);
        }
        mark.note(1_782_863_999_000, 7_000, 1_782_864_000_500, 600_000);
        mark.note(1_782_863_000_000, 7_001, 1_782_863_000_000, 600_000);
        let mut ids = Ids::default();
        (1..=1_000).for_each(|id| ids.note(id));
        let standing = Standing {
            search: "order-service/order-search".to_owned(),
            first: Some(Place { row: 7, key: 9 }),
            began: Some(SweepBeginning { date: 1_782_864_000_000, host: 1_782_864_000_250 }),
            marks: [("updatedOn".to_owned(), mark)].into(),
            ids: Some(ids),
            known: Some((1..=20_000).collect()),
            missed: [7, 8].into_iter().collect(),
            gone: [5].into_iter().collect(),
            unsorted: BTreeSet::new(),
        };
        let text = serde_json::to_string(&standing).unwrap();
        assert_eq!(
            text,
            r#"{"search":"order-service/order-search","first":{"row":7,"key":9},"began":{"date":1782864000000,"host":1782864000250},"marks":{"updatedOn":{"at":1782864000000,"recent":{"1782863999000":{"1500":"7000"},"1782864000000":{"0":"1-5000"}}}},"ids":{"highest":1000,"recent":"901-1000"},"known":"1-20000","missed":"7-8","gone":"5"}"#
        );
        assert_eq!(serde_json::from_str::<Standing>(&text).unwrap(), standing);
        let earlier = text.replace(r#""began":{"date":1782864000000,"host":1782864000250},"#, "");
        let earlier = serde_json::from_str::<Standing>(&earlier).unwrap();
        assert_eq!(earlier, Standing { began: None, ..standing }, "what earlier versions wrote is read");
    }

    #[test]
    fn refuses_more_than_there_can_be() {
        for standing in [
            r#"{"search":"s","known":"1-9223372036854775807"}"#,
            r#"{"search":"s","known":"1-4000000000"}"#,
            r#"{"search":"s","missed":"1-4000000000"}"#,
            r#"{"search":"s","gone":"1-4000000000"}"#,
            r#"{"search":"s","ids":{"highest":1,"recent":"1-9223372036854775807"}}"#,
            r#"{"search":"s","marks":{"c":{"at":1,"recent":{"1":{"0":"1-9223372036854775807"}}}}}"#,
        ] {
            assert!(serde_json::from_str::<Standing>(standing).is_err(), "{standing}");
        }
        for known in ["1-200000000", "5,4294967290-4294967300,9223372036854775807", "1-70000,131072-200000"] {
            let standing = format!(r#"{{"search":"s","known":"{known}"}}"#);
            let read: Standing = serde_json::from_str(&standing).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), standing);
        }
    }

    #[test]
    fn the_overlap_forgets_what_it_leaves_behind() {
        let mut mark = Mark::default();
        for second in 1..=100 {
            mark.advance(second * 1_000, 10_000);
            mark.note(second * 1_000, second as u64, second * 1_000, 10_000);
        }
        assert_eq!(mark.recent.keys().map(|(_, id)| *id).collect::<Vec<_>>(), (90..=100).collect::<Vec<_>>());
    }
}
