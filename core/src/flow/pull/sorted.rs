//! How far a sweep has come is told by its rows only as long as they come in the order that was asked for. Once they do
//! not, what stands behind a row may be anywhere: the resource stands where the sweep began until all of it is consumed.

use super::found::{FoundRow, Sighting};
use super::stream::{Pass, Stream};
use crate::checkpoint::Place;

/// The order of the rows of the sweep under way.
#[derive(Debug, Default)]
pub(super) struct SweepOrder {
    /// Where the column of the sweep stood when it began.
    began: i64,
    /// The greatest place of a row so far.
    greatest: Option<(i64, u64)>,
    is_broken: bool,
    /// How far the rows have come, whatever their order.
    reached: Option<i64>,
}

impl SweepOrder {
    pub(super) fn beginning_at(began: i64) -> Self {
        Self { began, ..Self::default() }
    }

    /// Takes note of a page; whether it shows for the first time that the rows do not come in order. Within one answer
    /// nothing moves. From one to the next a row may have come in behind, but not a page full of them.
    fn take(&mut self, places: &[(i64, u64)]) -> bool {
        let greatest = places.iter().copied().max();
        let goes_on = greatest.is_none_or(|place| self.greatest.is_none_or(|known| place >= known));
        self.greatest = self.greatest.max(greatest);
        let is_in_order = goes_on && places.is_sorted();
        let is_news = !is_in_order && !self.is_broken;
        self.is_broken |= !is_in_order;
        is_news
    }
}

impl Stream {
    /// Holds the rows of a page against the order of the pass under way.
    pub(super) fn note_order(&mut self, rows: &[FoundRow]) {
        let column = match self.stage {
            Some(Pass::First) => None,
            Some(Pass::Changes(index)) => Some(index),
            Some(Pass::Earlier | Pass::Ids | Pass::Listing | Pass::Recheck) | None => return,
        };
        // Rows of one date come in any order where the key does not sort.
        let place = |row: &FoundRow| match column {
            None => row.id.map(|id| (0, id)),
            Some(index) => row.value(index).map(|value| (value, 0)),
        };
        let places: Vec<(i64, u64)> = rows.iter().filter_map(place).collect();
        let reached = column.and_then(|index| rows.iter().filter_map(|row| row.reached_by(index)).max());
        self.sorting.reached = self.sorting.reached.max(reached);
        if !self.sorting.take(&places) {
            return;
        }
        let Some(column) = column.and_then(|index| self.plan.watermarks.get(index)) else {
            self.standing.first = Some(Place { row: 1, key: 0 });
            self.standing.unsorted.insert(self.plan.key.clone());
            return;
        };
        if let Some(mark) = self.standing.marks.get_mut(column) {
            mark.at = self.sorting.began;
        }
        self.standing.unsorted.insert(column.clone());
    }

    /// Ends a sweep by a watermark: where its rows came in no order, only its end tells how far it is.
    pub(super) fn end_changes(&mut self, index: usize) {
        let sorting = std::mem::take(&mut self.sorting);
        if sorting.is_broken {
            self.push(Sighting::ChangesAreOver(index, sorting.reached.unwrap_or(sorting.began)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_out_of_order_are_noticed_once() {
        for (pages, breaks_at) in [
            (vec![vec![1, 2], vec![3, 4]], None),
            (vec![vec![2, 1], vec![4, 3]], Some(0)),
            (vec![vec![3, 4], vec![1, 2], vec![6, 5]], Some(1)),
            // One that came in behind the sweep's back.
            (vec![vec![3, 5], vec![4, 6]], None),
            (vec![vec![], vec![3], vec![], vec![3]], None),
        ] {
            let mut sorting = SweepOrder::default();
            let breaks = pages.iter().map(|page: &Vec<u64>| {
                let places: Vec<(i64, u64)> = page.iter().map(|key| (0, *key)).collect();
                sorting.take(&places)
            });
            let breaks: Vec<bool> = breaks.collect();
            assert_eq!(breaks.iter().position(|breaks| *breaks), breaks_at, "{pages:?}");
            assert!(breaks.iter().filter(|breaks| **breaks).count() <= 1, "{pages:?}");
        }
    }
}
