//! From when on a later pull asks for changes, by clocks of which none is believed alone.

use super::found::{self, FoundRow};
use super::stream::Stream;
use crate::checkpoint::{Ids, Mark, Place, SweepBeginning};
use crate::error::{Error, Kind, Result};
use crate::flow::server_time::AnswerTime;
use crate::value::DateTime;

impl Stream {
    /// The time of an answer that is surely not too late.
    pub(super) fn surely(&mut self, answered: Option<AnswerTime>, rows: &[FoundRow]) -> Option<i64> {
        self.stamped = self.stamped.max(found::stamped(rows, &self.plan));
        answered.map(|answered| answered.surely(self.stamped))
    }

    /// Checks that a mark lies ahead of no clock: nothing would be found behind it, whatever has changed.
    pub(super) fn check_mark(&mut self, index: usize, answered: Option<AnswerTime>) -> Result<()> {
        let column = &self.plan.watermarks[index];
        let Some((mark, answered)) = self.standing.marks.get(column).zip(answered) else { return Ok(()) };
        if mark.at <= answered.latest().saturating_add(self.overlap_ms) {
            return Ok(());
        }
        let in_words =
            |at| DateTime::from_milliseconds(at, None).map_or_else(|_| at.to_string(), |at| at.to_string());
        if let Some(since) = self.plan.since.as_ref().filter(|since| since.at == mark.at) {
            let told = format!(
                "{:?} lies ahead of the server's time, {}: what changed meanwhile would be left out; expected a moment that has passed",
                since.text,
                in_words(answered.latest()),
            );
            return Err(Error::validation("since", told));
        }
        Err(Error::new(
            Kind::Conflict,
            format!(
                "an earlier pull came to {column} {}, which lies ahead of the server's time, {}: what changed since then was not pulled, and would not be found; expected a state of no later time. Pull everything anew, without that state",
                in_words(mark.at),
                in_words(answered.latest()),
            ),
        )
        .at("state"))
    }

    /// Takes note of when the first sweep began: what changes from then on, behind the sweep's back, is for the next
    /// pull. Both clocks may run ahead alike, so that the marks come no further than rows show that it was as late. Without
    /// a date in the answer, the latest one in its rows is surely not too late.
    pub(super) fn note_beginning(
        &mut self,
        rows: &[FoundRow],
        date: Option<i64>,
        answered: Option<AnswerTime>,
    ) {
        if self.standing.first.is_some() {
            return;
        }
        self.standing.first = Some(Place { row: 1, key: 0 });
        if self.plan.watermarks.is_empty() {
            self.standing.ids = Some(Ids::default());
        }
        self.standing.began = date
            .zip(answered)
            .filter(|_| found::are_stamped(&self.plan))
            .map(|(date, answered)| SweepBeginning { date, host: answered.host() });
        let at = match self.standing.began {
            Some(_) => 0,
            None => date.or_else(|| found::latest(rows)).unwrap_or_default(),
        };
        let mark = |column: &String| (column.clone(), Mark { at, ..Mark::default() });
        self.standing.marks = self.plan.watermarks.iter().map(mark).collect();
    }

    /// Takes note of what rows of the first sweep say of when it began: what was stamped so long after, it was at least so
    /// late then, less what has passed since.
    pub(super) fn note_support(
        &self,
        rows: &mut [FoundRow],
        date: Option<i64>,
        answered: Option<AnswerTime>,
    ) {
        let Some((began, (date, answered))) = self.standing.began.zip(date.zip(answered)) else { return };
        let by_date = date.saturating_sub(began.date);
        let elapsed = by_date.max(answered.host().saturating_sub(began.host)).max(0);
        // In whole seconds, as filters have them.
        let whole = |at: i64| at.saturating_sub(at.rem_euclid(1_000));
        for row in rows {
            row.supports = row.stamped(&self.plan).map(|stamped| whole(stamped.saturating_sub(elapsed)));
        }
    }

    /// While the first sweep goes on, no answer is older than its beginning: a first one whose date lay ahead is held
    /// against those that follow, whichever resource they are of.
    pub(super) fn hold_beginning(&mut self, answered: Option<AnswerTime>) {
        let Some(answered) = answered.filter(|_| self.standing.first.is_some()) else { return };
        let date = answered.surely(self.stamped);
        if let Some(began) = &mut self.standing.began {
            began.date = began.date.min(date);
        }
        self.standing.marks.values_mut().for_each(|mark| mark.at = mark.at.min(date));
    }
}
