//! Whether a sweep has been given as many different rows as were announced.

use std::cmp::Ordering;

use roaring::RoaringTreemap;

use super::SweepJob;
use super::order::RowPlace;
use crate::error::Result;
use crate::jobs::agreement::gives_some_twice;

/// How often all rows are read once more where some of them did not come.
const READ_ANEW: u32 = 2;

/// What one reading from its beginning to its end has brought.
#[derive(Debug, Default)]
pub(super) struct Completeness {
    /// The keys of all rows that came, whether they were new or not.
    keys: RoaringTreemap,
    /// How many rows stood before the one with which it began.
    before: u64,
    /// What its first page announced, and its last.
    first: Option<u64>,
    last: Option<u64>,
    read_anew: u32,
    /// How many rows its largest page had.
    largest: u64,
}

impl Completeness {
    /// Takes note that the rows before this one were read earlier.
    pub(super) fn begin_behind(&mut self, row: u64) {
        self.before = row - 1;
    }

    /// Takes note of a page, and of what it announces.
    pub(super) fn take(&mut self, announced: Option<u64>, places: &[RowPlace]) {
        self.first = self.first.or(announced);
        self.last = announced.or(self.last);
        self.largest = self.largest.max(places.len() as u64);
        self.keys.extend(places.iter().filter_map(|place| place.key));
    }

    /// Whether this reading has not had the row, where it is not the first one.
    pub(super) fn lacks(&self, place: &RowPlace) -> bool {
        self.read_anew > 0 && place.key.is_some_and(|key| !self.keys.contains(key))
    }

    /// How many different rows came and how many were announced, where that is more by half a page. Rows that appear behind
    /// the sweep's back are announced at its end alone, and those that vanish before it at its beginning; where as many
    /// of a filter's rows leave it before the sweep as come in behind it, both announce the same. These few have changed,
    /// which is for the next sweep, and a page in the place of another one leaves out more.
    pub(super) fn shortfall(&self) -> Option<(u64, u64)> {
        let came = self.before + self.keys.len();
        let announced = self.first?.min(self.last?);
        let missing = announced.saturating_sub(came);
        (missing > 0 && 2 * missing >= self.largest).then_some((came, announced))
    }

    /// Begins another reading; whether there is one left.
    pub(super) fn begin_anew(&mut self) -> bool {
        let read_anew = self.read_anew + 1;
        *self = Self { read_anew, ..Self::default() };
        read_anew <= READ_ANEW
    }
}

impl SweepJob {
    /// Reads everything once more where fewer different rows came than were announced: some came twice in the place of
    /// others.
    pub(super) fn hold_against_announced(&mut self) -> Result<()> {
        let Some((came, announced)) = self.completeness.shortfall().filter(|_| self.is_unique) else {
            return Ok(());
        };
        if !self.completeness.begin_anew() {
            return Err(gives_some_twice(&self.resource, came, announced));
        }
        (self.ended, self.wanted, self.back) = (false, 1, None);
        (self.last, self.latest) = (None, None);
        Ok(())
    }

    /// Whether a page behind the rows that were seen has nothing but rows that stand before them. Lines of a record cannot
    /// be counted by its id.
    pub(super) fn repeats_lines(&self, places: &[RowPlace]) -> bool {
        let is_next = !self.is_unique && self.order.holds && self.back.is_none() && self.wanted > 1;
        let last = self.last.as_ref().filter(|_| is_next);
        let ends = places.last().zip(last);
        ends.is_some_and(|(end, last)| self.order.compare(end, last) == Some(Ordering::Less))
    }
}
