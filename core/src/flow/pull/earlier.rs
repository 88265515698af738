//! What earlier pulls found and could not read. What reading brings now is held against what the search has, as for any other
//! record: it may be another one's contents still.

use roaring::RoaringTreemap;

use super::found::{FoundRow, Sighting};
use super::plan::StreamPlan;
use super::stream::Stream;
use crate::error::Result;
use crate::id_set::IdSet;
use crate::operation::Search;

/// The ids that are still to be found in the search, or to be read without.
#[derive(Default)]
pub(super) struct Earlier {
    left: RoaringTreemap,
}

impl Earlier {
    /// Those of a resource whose records are read.
    pub(super) fn of(missed: &RoaringTreemap, plan: &StreamPlan) -> Self {
        match plan.reading {
            Some(_) => Self { left: missed.clone() },
            None => Self::default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// The search for their rows; `None` where there are none, or it cannot be asked for them.
    pub(super) fn search(&self, plan: &StreamPlan) -> Result<Option<Search>> {
        let ids = IdSet::from_ids(self.left.iter())?;
        Ok(if ids.is_empty() { None } else { plan.rows_of(&ids) })
    }
}

impl Stream {
    /// Takes their rows.
    pub(super) fn take_earlier(&mut self, rows: Vec<FoundRow>) {
        for row in rows {
            let Some(id) = row.id.filter(|id| self.earlier.left.remove(*id)) else { continue };
            if let Some(change) = &row.change {
                self.handed_out.insert(id, change.at);
            }
            self.push(Sighting::Row(row));
        }
    }

    /// What the search does not have of them is read all the same: that it is gone is not for it to say.
    pub(super) fn end_earlier(&mut self) {
        let left = std::mem::take(&mut self.earlier.left);
        left.into_iter().for_each(|id| self.push(Sighting::Row(FoundRow::missed_before(id))));
    }
}
