//! What becomes of a search that announces less than before, or has ended with less than it announced.

use super::SearchJob;
use crate::error::Result;
use crate::jobs::agreement::{announced, ends_early, has_vanished, is_known_for_it, may_be_made_up};
use crate::table::Page;
use crate::telemetry::Event;

/// How often in a row a search steps back without a new row.
const STEPS_BACK: u32 = 5;

/// How often the same is asked for where there is no row at all any more.
const VANISHED: u32 = 3;

impl SearchJob {
    /// Whether a page is not taken, since it announces less than those before it: it is asked for again where rows end
    /// with it, or else those before it that may have moved up.
    ///
    /// # Errors
    /// [`Kind::Protocol`] when asking again has not settled it.
    pub(super) fn goes_back(&mut self, page: &Page, events: &mut Vec<Event>) -> Result<bool> {
        let (place, rows) = (self.expected, page.rows() as u64);
        if place == 1 && rows == 0 && self.delivered > 0 {
            self.vanished += 1;
            if self.vanished > VANISHED {
                return Err(has_vanished(&self.resource, self.delivered));
            }
            return Ok(true);
        }
        let Some(before) = self.results_available.filter(|_| !is_known_for_it(&self.resource)) else {
            return Ok(false);
        };
        let held = place - 1 + rows;
        let is_end = !self.goes_on(page, rows);
        let now = match announced(&self.resource, page) {
            Some(now) => now,
            // It does not say how many there are, and ends.
            None if is_end && before > held && !self.is_made_up(before) => held,
            None => return Ok(false),
        };
        if now >= before {
            return Ok(false);
        }
        if is_end && self.doubted.replace(place) != Some(place) {
            return Ok(true);
        }
        self.doubted = None;
        if self.key.is_none() {
            // Rows that cannot be told apart cannot be read twice.
            return if is_end { Err(ends_early(&self.resource, held, before)) } else { Ok(false) };
        }
        events.push(Event::CountDrift { resource: self.resource.clone(), before, now });
        self.results_available = Some(now);
        self.step_back(place.saturating_sub(before - now).max(1))?;
        Ok(true)
    }

    /// Whether the search has ended with fewer rows of their own than were announced at its beginning, and are at its end.
    pub(super) fn lacks_rows(&self) -> bool {
        let Some(least) = self.announced.min(self.results_available).filter(|_| self.ended) else {
            return false;
        };
        let is_whole = self.limit.is_none_or(|limit| self.delivered < limit);
        self.key.is_some() && is_whole && self.delivered < least && !self.is_made_up(least)
    }

    /// Whether a number of hits is one that a plain search may make up.
    fn is_made_up(&self, rows: u64) -> bool {
        !self.decides && may_be_made_up(rows)
    }

    pub(super) fn step_back(&mut self, to: u64) -> Result<()> {
        self.steps_back += 1;
        if self.steps_back > STEPS_BACK {
            let announced = self.announced.max(self.results_available).unwrap_or_default();
            return Err(ends_early(&self.resource, self.delivered, announced));
        }
        self.caught_up = self.caught_up.max(self.expected);
        // What was asked for ahead is of no use any more.
        self.slots.clear();
        self.expected = to;
        Ok(())
    }
}
