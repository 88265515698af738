//! What is there held against what was handed out: what is gone, and what no date told of.

use roaring::RoaringTreemap;

use crate::error::Result;

use super::existing;
use super::found::{FoundRow, Sighting};
use super::hydrate::Portion;
use super::stream::Stream;

impl Stream {
    /// Whether something that is listed may have to be handed out for that alone.
    pub(super) fn hands_out_listed(&self) -> bool {
        self.plan.reconciles || !self.standing.gone.is_empty()
    }

    /// Those of these ids that are to be handed out since they are listed, and do not wait for it: what was told to be
    /// gone, and where all that is there is wanted, what was never handed out, as far as it is known what was.
    pub(super) fn untold_of(&self, ids: &RoaringTreemap) -> RoaringTreemap {
        let mut unseen = ids & &self.standing.gone;
        if let (true, Some(told)) = (self.plan.reconciles, &self.told) {
            unseen |= ids - told;
        }
        let waiting =
            self.chunks.iter().flat_map(Portion::rows).chain(self.found.iter().filter_map(Sighting::row));
        for id in waiting.filter_map(|row| row.id).chain(self.handed_out.keys().copied()) {
            unseen.remove(id);
        }
        unseen
    }

    /// Holds the ids that are there against those that were handed out.
    ///
    /// # Errors
    /// As [`existing::gone`].
    pub(super) fn compare(&mut self) -> Result<()> {
        let existing = std::mem::take(&mut self.existing);
        let Some(told) = &self.told else {
            // Nothing is known of before: what is gone from now on can be told.
            self.push(Sighting::Known(existing));
            return Ok(());
        };
        if self.plan.reading.is_some() {
            self.unseen = self.untold_of(&existing);
        }
        let most_percent = self.plan.deletes.as_ref().map(|deletes| deletes.most_percent).unwrap_or_default();
        let gone = existing::gone(told, &existing, most_percent)?;
        gone.into_iter().for_each(|id| self.push(Sighting::Gone(id)));
        Ok(())
    }

    /// Takes so many of what was never handed out as can be read next: all of it may be millions.
    pub(super) fn draw(&mut self, ahead: usize) {
        while self.stage.is_none()
            && self.has_room(ahead)
            && let Some(id) = self.unseen.min()
        {
            self.unseen.remove(id);
            self.push(Sighting::Row(FoundRow::listed(id)));
        }
    }
}
