//! The records that are worked on together, and those that wait for their turn.

use std::collections::VecDeque;

use super::entry::{PushEntry, Role};
use super::journal::Names;
use super::referents::Creations;
use crate::error::{Error, Result};
use crate::output::Created;

/// The window of entries. Each is known by its place in it.
#[derive(Debug)]
pub(super) struct EntryWindow {
    /// The most records of one window.
    size: usize,
    /// Records that wait for the next window.
    queue: VecDeque<Vec<u8>>,
    /// Whether no more records come.
    has_all: bool,
    /// Whether the next window has no more records than there are now.
    is_closed: bool,
    /// How many records were taken out of the queue.
    taken: u64,
    names: Names,
    /// This window's records, and behind them what is created for them.
    entries: Vec<PushEntry>,
    creations: Creations,
}

/// A record whose turn it is.
#[derive(Debug)]
pub(super) struct Turn {
    /// Its place in the input, from 0.
    pub(super) number: u64,
    /// What the journal calls it.
    pub(super) name: String,
    pub(super) record: Vec<u8>,
}

impl EntryWindow {
    /// A window of records that come one by one, or of all that there are.
    pub(super) fn new(size: usize, records: Option<VecDeque<Vec<u8>>>) -> Self {
        Self {
            size,
            has_all: records.is_some(),
            is_closed: false,
            queue: records.unwrap_or_default(),
            taken: 0,
            names: Names::default(),
            entries: Vec::new(),
            creations: Creations::default(),
        }
    }

    /// Takes a record; whether the next window is full now.
    ///
    /// # Errors
    /// [`Kind::Misuse`](crate::Kind::Misuse) when there are no more records.
    pub(super) fn feed(&mut self, record: &[u8]) -> Result<bool> {
        self.refuse_records()?;
        self.queue.push_back(record.to_vec());
        Ok(self.queue.len() >= self.size)
    }

    /// Closes the next window, however few its records are; whether it has any.
    pub(super) fn close(&mut self) -> bool {
        self.is_closed = !self.queue.is_empty();
        self.is_closed
    }

    /// Takes note that there are no more records.
    ///
    /// # Errors
    /// [`Kind::Misuse`](crate::Kind::Misuse) when that is known.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.refuse_records()?;
        self.has_all = true;
        Ok(())
    }

    fn refuse_records(&self) -> Result<()> {
        if self.has_all {
            return Err(Error::misuse("the push has all its records; none can be given to it any more"));
        }
        Ok(())
    }

    /// How many records fit into the next window.
    pub(super) fn room(&self) -> usize {
        if self.has_all { 0 } else { self.size.saturating_sub(self.queue.len()) }
    }

    /// How many records there are in all, once that is known.
    pub(super) fn total(&self) -> Option<u64> {
        self.has_all.then(|| self.taken + self.queue.len() as u64)
    }

    /// Whether all records were taken.
    pub(super) fn is_exhausted(&self) -> bool {
        self.has_all && self.queue.is_empty()
    }

    /// The records of the next window, once they are all there.
    pub(super) fn turn(&mut self) -> Vec<Turn> {
        let is_closed = std::mem::take(&mut self.is_closed);
        let is_enough = self.has_all || is_closed || self.queue.len() >= self.size;
        let count = if is_enough { self.queue.len().min(self.size) } else { 0 };
        let records: Vec<Vec<u8>> = self.queue.drain(..count).collect();
        let mut turn = Vec::with_capacity(records.len());
        for record in records {
            turn.push(Turn { number: self.taken, name: self.names.name(&record), record });
            self.taken += 1;
        }
        turn
    }

    /// The records that will not have their turn, each with its place in the input. No more come.
    pub(super) fn take_rest(&mut self) -> Vec<(u64, Vec<u8>)> {
        self.has_all = true;
        let first = self.taken;
        let rest = std::mem::take(&mut self.queue);
        self.taken += rest.len() as u64;
        (first..).zip(rest).collect()
    }

    /// Adds an entry; its place.
    pub(super) fn add(&mut self, entry: PushEntry) -> usize {
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether nothing is left to be done for any entry.
    pub(super) fn is_settled(&self) -> bool {
        self.entries.iter().all(|entry| entry.progress().is_settled())
    }

    /// Whether something was written, and nobody has seen yet what came of it.
    pub(super) fn has_unseen(&self) -> bool {
        self.entries.iter().any(|entry| entry.progress().is_changed() && !entry.progress().is_settled())
    }

    /// Whether another entry than that one writes to that path.
    pub(super) fn is_written_to(&self, path: &str, by_others_than: usize) -> bool {
        let others = self.entries.iter().enumerate().filter(|(index, _)| *index != by_others_than);
        others.into_iter().any(|(_, entry)| entry.progress().writes_to() == Some(path))
    }

    pub(super) fn entry(&self, index: usize) -> &PushEntry {
        &self.entries[index]
    }

    pub(super) fn entry_mut(&mut self, index: usize) -> &mut PushEntry {
        &mut self.entries[index]
    }

    /// The place of what the journal calls that.
    pub(super) fn index_of(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.name() == name)
    }

    /// Whether an entry of such a name stands behind that place.
    pub(super) fn follows(&self, index: usize, is_it: impl Fn(&str) -> bool) -> bool {
        self.entries.iter().skip(index + 1).any(|entry| is_it(entry.name()))
    }

    /// The places of the entries that are being read under an id.
    pub(super) fn readers(&self, id: u64) -> Vec<usize> {
        (0..self.len()).filter(|index| self.entries[*index].progress().reads() == Some(id)).collect()
    }

    pub(super) fn creations(&self) -> &Creations {
        &self.creations
    }

    pub(super) fn creations_mut(&mut self) -> &mut Creations {
        &mut self.creations
    }

    /// Notes with the record for which it was done that something was created.
    pub(super) fn credit(&mut self, index: usize, created: Created) {
        let at = self.root_of(index);
        if let Some(entry) = self.entries.get_mut(at) {
            entry.credit(created);
        }
    }

    /// The number of the record for which an entry is there.
    pub(super) fn record_of(&self, index: usize) -> Option<u64> {
        match self.entries.get(self.root_of(index))?.role() {
            Role::Record(number) => Some(*number),
            Role::Creation { .. } => None,
        }
    }

    fn root_of(&self, index: usize) -> usize {
        let mut at = index;
        while let Some(Role::Creation { parent, .. }) = self.entries.get(at).map(PushEntry::role) {
            at = *parent;
        }
        at
    }

    /// Makes room for the next window.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.creations.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(window: &mut EntryWindow) -> Vec<u64> {
        window.turn().iter().map(|turn| turn.number).collect()
    }

    #[test]
    fn a_closed_window_begins_with_what_is_there() {
        let mut window = EntryWindow::new(2, None);
        assert!(!window.close());
        window.feed(b"{}").unwrap();
        assert!(window.close());
        assert_eq!(numbers(&mut window), [0]);
        window.feed(b"{}").unwrap();
        assert_eq!((window.room(), numbers(&mut window)), (1, vec![]));
    }

    #[test]
    fn a_window_begins_when_it_is_full_or_no_more_records_come() {
        let mut window = EntryWindow::new(2, None);
        assert!(!window.feed(b"{}").unwrap());
        assert_eq!((window.room(), numbers(&mut window)), (1, vec![]));
        assert!(window.feed(b"[]").unwrap());
        assert_eq!((window.room(), numbers(&mut window)), (0, vec![0, 1]));
        window.feed(b"{}").unwrap();
        assert_eq!((window.total(), window.is_exhausted()), (None, false));
        window.finish().unwrap();
        assert_eq!((window.total(), window.room()), (Some(3), 0));
        let turn = window.turn();
        assert_eq!(turn[0].number, 2);
        assert!(turn[0].name.ends_with("-2"), "the same bytes came before");
        assert!(window.is_exhausted());
    }

    #[test]
    fn no_record_is_taken_behind_the_last() {
        let mut window = EntryWindow::new(2, Some(VecDeque::new()));
        assert!(window.feed(b"{}").is_err() && window.finish().is_err());
        assert!(window.is_exhausted());
    }

    #[test]
    fn what_has_no_turn_keeps_its_place_in_the_input() {
        let records = (0..5).map(|number: u8| vec![number]).collect();
        let mut window = EntryWindow::new(2, Some(records));
        assert_eq!(numbers(&mut window), [0, 1]);
        assert_eq!(window.take_rest(), [(2, vec![2]), (3, vec![3]), (4, vec![4])]);
        assert_eq!((window.total(), numbers(&mut window)), (Some(5), vec![]));
    }
}
