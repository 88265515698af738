//! What was announced in the journal and may be sent, and what earlier runs have left.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::ending::Ending;
use super::journal::{ClosingWord, Done, DoneState, Journal, JournalVersion, Known};
use super::sought::Sought;
use crate::error::Result;

/// How many writes are announced together: as many as one multi-message takes, so that a crash leaves no more than
/// those in doubt (API notes §6).
const ANNOUNCED: usize = 10;

/// The books of a push. Entries are known by their places in the window.
#[derive(Debug)]
pub(super) struct Ledger {
    journal: Option<Journal>,
    /// Keys under which an earlier run may have created something, until that is known.
    doubtful: BTreeSet<String>,
    /// What earlier runs announced and never closed, and nothing of this run is about, each with its key.
    left_open: BTreeMap<String, Option<String>>,
    /// The write guard, and how many writes it let through over the whole push.
    max_writes: Option<u64>,
    writes: u64,
    /// Entries that are to be written, in their order.
    ready: VecDeque<usize>,
    /// The entries whose writes are announced or out, in their order.
    packet: Vec<usize>,
    /// Whether the packet waits for its announcement to be consumed.
    is_waiting: bool,
}

impl Ledger {
    pub(super) fn new(journal: Option<Journal>, max_writes: Option<u64>) -> Self {
        Self {
            doubtful: journal.as_ref().map(Journal::doubtful_keys).unwrap_or_default(),
            left_open: journal.as_ref().map(|journal| journal.open().clone()).unwrap_or_default(),
            journal,
            max_writes,
            writes: 0,
            ready: VecDeque::new(),
            packet: Vec::new(),
            is_waiting: false,
        }
    }

    /// What earlier runs have written down of something.
    pub(super) fn known(&self, name: &str) -> Option<Known> {
        self.journal.as_ref().and_then(|journal| journal.known(name))
    }

    /// Whether an earlier run may have created something under a key, or has: a search that lags behind does not find it
    /// at once. Of a key that no search finds the journal alone knows, and is believed. `is_told` says whether a record was
    /// settled under it before.
    pub(super) fn is_doubtful(&self, sought: &Sought, is_told: bool) -> bool {
        let Some(journal) = &self.journal else { return false };
        let key = sought.text();
        let may_lag =
            || sought.can_be_found() && journal.has_under(&key) && !journal.is_trusted(&key) && !is_told;
        self.doubtful.contains(&key) || may_lag()
    }

    /// Takes note that this run is about something: whoever it is for is told what became of it.
    pub(super) fn claim(&mut self, name: &str) {
        self.left_open.remove(name);
    }

    /// What is under a key is known again, and with it what earlier runs left open there.
    pub(super) fn trust(&mut self, sought: &Sought) {
        let Some(journal) = &mut self.journal else { return };
        let key = sought.text();
        journal.trust(&key);
        self.doubtful.remove(&key);
        let is_of_it = |_: &String, of: &mut Option<String>| of.as_ref() == Some(&key);
        let settled: Vec<String> = self.left_open.extract_if(.., is_of_it).map(|(what, _)| what).collect();
        settled.iter().for_each(|what| journal.close(what, ClosingWord::of(DoneState::NotWritten, None)));
    }

    /// What earlier runs announced and never closed, and this run had nothing of.
    pub(super) fn take_left_open(&mut self) -> BTreeMap<String, Option<String>> {
        std::mem::take(&mut self.left_open)
    }

    /// Whether an earlier run announced something and never closed it.
    pub(super) fn is_open(&self, name: &str) -> bool {
        matches!(self.known(name), Some(Known::InDoubt { .. }))
    }

    /// The path that an earlier run was about to write something to, where nobody closed it and the journal has it.
    pub(super) fn open_path(&self, name: &str) -> Option<&str> {
        self.journal.as_ref().and_then(|journal| journal.open_path(name))
    }

    /// What an earlier run announced for others was found: it is closed.
    pub(super) fn close_found(&mut self, name: &str) {
        if let Some(journal) = &mut self.journal {
            journal.close(name, ClosingWord::of(DoneState::NotWritten, None));
        }
    }

    /// What an earlier run announced for something that was found is closed with it. `name` is that of what was found,
    /// as those of what it needs begin.
    pub(super) fn close_below(&mut self, name: &str) {
        let is_below = |what: &String, _: &mut Option<String>| {
            what.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
        };
        let below: Vec<String> =
            self.left_open.extract_if(name.to_owned().., is_below).map(|(what, _)| what).collect();
        below.iter().for_each(|what| self.close_found(what));
    }

    /// How an earlier run ended a record of that key.
    pub(super) fn before(&self, key: &Sought) -> Option<Done> {
        self.journal.as_ref().and_then(|journal| journal.newest(&key.text()))
    }

    /// The last line of the journal about something.
    pub(super) fn line_of(&self, name: &str) -> Option<u64> {
        self.journal.as_ref().and_then(|journal| journal.line_of(name))
    }

    /// Whether what an earlier run did is still so: not if a record of the same key that goes before this one was
    /// written after it, in a run that took it up again, nor if the journal's last word on the key is of a record that
    /// does not follow in this one. `told` is the line that says how a record under the key was settled before, and
    /// `follows` says of a line whether its record follows.
    pub(super) fn still_holds(
        &self,
        sought: Option<&Sought>,
        told: Option<u32>,
        done: Done,
        follows: impl Fn(u64) -> bool,
    ) -> bool {
        let is_newer = |sought: &Sought| {
            told.is_some_and(|line| u64::from(line) > done.line)
                || self.journal.as_ref().is_some_and(|journal| {
                    journal.newer(&sought.text(), done.line).is_some_and(|line| !follows(line))
                })
        };
        !sought.is_some_and(is_newer)
    }

    /// Writes down how something ended. `is_announced` says whether this run announced it, and `confirm` whether it is
    /// looked for once more.
    pub(super) fn close(
        &mut self,
        name: &str,
        is_announced: bool,
        ending: &Ending,
        key: Option<&Sought>,
        version: Option<JournalVersion>,
        confirm: bool,
    ) {
        let Some(journal) = &mut self.journal else { return };
        let was_announced = is_announced || journal.known(name).is_some();
        if let Some(state) = ending.done_state(was_announced) {
            let key = key.filter(|_| !was_announced).map(Sought::text);
            let version = version.filter(|_| state != DoneState::NotWritten);
            journal.close(
                name,
                ClosingWord { key: key.as_deref(), version, confirm, ..ClosingWord::of(state, ending.id) },
            );
        }
    }

    /// The version that an earlier run has written under a key.
    pub(super) fn written_version(&self, key: &Sought) -> Option<JournalVersion> {
        self.journal.as_ref()?.version(&key.text())
    }

    /// Whether an earlier run has created something, and was cut off before it looked whether it is there once.
    pub(super) fn is_unconfirmed(&self, name: &str) -> bool {
        self.journal.as_ref().is_some_and(|journal| journal.is_unconfirmed(name))
    }

    /// Writes anew how something ended.
    pub(super) fn rewrite(&mut self, name: &str, state: DoneState, id: Option<u64>) {
        if let Some(journal) = &mut self.journal {
            journal.close(name, ClosingWord::of(state, id));
        }
    }

    /// Takes note that what an earlier run has created is not there.
    pub(super) fn disbelieve(&mut self, name: &str) {
        if let Some(journal) = &mut self.journal {
            journal.disbelieve(name);
        }
    }

    /// Writes down that what this run has created so far is there once, or was told not to be.
    pub(super) fn confirm(&mut self) {
        if let Some(journal) = &mut self.journal {
            journal.confirm();
        }
    }

    /// Takes an entry that is to be written.
    pub(super) fn queue(&mut self, index: usize) {
        self.ready.push_back(index);
    }

    /// Whether anything is to be written.
    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether what is to be written fills a packet, so that it goes before anything else is looked at.
    pub(super) fn fills_packet(&self) -> bool {
        self.journal.is_some() && self.ready.len() >= ANNOUNCED
    }

    /// The entries that are announced next.
    pub(super) fn upcoming(&self) -> impl Iterator<Item = usize> {
        self.ready.iter().take(ANNOUNCED).copied()
    }

    /// Takes entries out of those that are to be written.
    pub(super) fn take_out(&mut self, entries: &[usize]) {
        self.ready.retain(|index| !entries.contains(index));
    }

    /// The next entry for the packet, while there is room in it.
    pub(super) fn next(&mut self) -> Option<usize> {
        let most = if self.journal.is_some() { ANNOUNCED } else { usize::MAX };
        if self.packet.len() < most { self.ready.pop_front() } else { None }
    }

    /// Lets a write through the guard.
    ///
    /// # Errors
    /// Why it does not.
    pub(super) fn admit(&mut self) -> Result<(), String> {
        if let Some(most) = self.max_writes.filter(|most| self.writes >= *most) {
            return Err(format!("the write guard lets {most} writes through, and they are used up"));
        }
        self.writes += 1;
        Ok(())
    }

    /// Puts an entry into the packet, and announces it where there is a journal. The key is that of a record, and the path
    /// one that may not be found again.
    pub(super) fn announce(
        &mut self,
        index: usize,
        name: &str,
        is_update: bool,
        key: Option<&Sought>,
        path: Option<&str>,
    ) {
        if let Some(journal) = &mut self.journal {
            journal.announce(name, is_update, key.map(Sought::text).as_deref(), path);
        }
        self.packet.push(index);
    }

    /// Closes the packet, and says whether it is to be sent at once: with a journal it waits for its announcement to
    /// be consumed.
    pub(super) fn seal(&mut self) -> bool {
        let is_any = !self.packet.is_empty();
        self.is_waiting = is_any && self.journal.is_some();
        is_any && !self.is_waiting
    }

    /// Whether writes wait for their announcement to be consumed.
    pub(super) fn is_waiting(&self) -> bool {
        self.is_waiting
    }

    /// Takes note that the announcement was consumed, or that it does not matter any more.
    pub(super) fn end_waiting(&mut self) {
        self.is_waiting = false;
    }

    /// The entries of the packet.
    pub(super) fn packet(&self) -> &[usize] {
        &self.packet
    }

    /// Empties the packet.
    pub(super) fn take_packet(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.packet)
    }

    /// Fills the packet with what is out, in the order in which it was sent.
    pub(super) fn put_back(&mut self, packet: Vec<usize>) {
        self.packet = packet;
    }

    /// The lines of the journal since the last time.
    ///
    /// # Errors
    /// [`Kind::Misuse`](crate::Kind::Misuse), once, when one of them could not be written.
    pub(super) fn take_lines(&mut self) -> Result<Option<String>> {
        self.journal.as_mut().map_or(Ok(None), Journal::take_lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::push::scope::JournalScope;
    use crate::flow::push::sought::Group;
    use crate::operation::Push;
    use crate::output::State;

    fn ledger(journal: Option<&str>, max_writes: Option<u64>) -> Ledger {
        let scope = JournalScope::of(&Push::writing("{}").unwrap(), "acme", "orders", true);
        let journal = journal.map(|text| Journal::read(text, &scope).unwrap());
        Ledger::new(journal, max_writes)
    }

    fn key(value: &str) -> Sought {
        let group = Group {
            search: "order-service/order-search".into(),
            column: "customerRef".into(),
            by: Vec::new(),
            take: None,
        };
        Sought::new(group, value)
    }

    fn fill(ledger: &mut Ledger) -> usize {
        while let Some(index) = ledger.next() {
            ledger.announce(index, &index.to_string(), false, Some(&key("k")), None);
        }
        ledger.packet().len()
    }

    #[test]
    fn what_is_announced_waits_in_tens() {
        let mut ledger = ledger(Some(""), None);
        (0..12).for_each(|index| ledger.queue(index));
        assert!(ledger.fills_packet());
        assert_eq!(fill(&mut ledger), 10);
        assert!(!ledger.seal() && ledger.is_waiting());
        assert_eq!(ledger.take_lines().unwrap().unwrap().matches("\"write\"").count(), 10);
        ledger.end_waiting();
        assert_eq!(ledger.take_packet(), (0..10).collect::<Vec<_>>());
        assert!(ledger.has_ready() && !ledger.fills_packet());
    }

    #[test]
    fn without_a_journal_everything_goes_at_once() {
        let mut ledger = ledger(None, None);
        (0..12).for_each(|index| ledger.queue(index));
        assert_eq!(fill(&mut ledger), 12);
        assert!(ledger.seal() && !ledger.is_waiting());
        assert_eq!(ledger.take_lines().unwrap(), None);
    }

    #[test]
    fn an_empty_packet_is_not_sent() {
        assert!(!ledger(None, None).seal());
        let mut ledger = ledger(Some(""), None);
        assert!(!ledger.seal() && !ledger.is_waiting());
    }

    #[test]
    fn the_guard_lets_so_many_writes_through() {
        let mut ledger = ledger(None, Some(2));
        assert_eq!((ledger.admit(), ledger.admit()), (Ok(()), Ok(())));
        assert!(ledger.admit().unwrap_err().contains("2 writes"));
    }

    #[test]
    fn what_was_written_later_under_a_key_overrules_what_an_earlier_run_did() {
        let ledger = ledger(Some(""), None);
        let (key, done) = (key("k"), Done { state: State::Created, id: Some(7), line: 3 });
        for (told, holds) in [(None, true), (Some(0), true), (Some(2), true), (Some(u32::MAX), false)] {
            assert_eq!(ledger.still_holds(Some(&key), told, done, |_| false), holds, "{told:?}");
        }
    }

    #[test]
    fn a_rejection_is_written_down_only_where_something_was_announced() {
        let mut ledger = ledger(Some(""), None);
        ledger.take_lines().unwrap();
        ledger.close("a", false, &Ending::of(State::Rejected), None, None, false);
        ledger.close("b", true, &Ending::of(State::MaybeApplied), None, None, false);
        assert_eq!(ledger.take_lines().unwrap(), None);
        ledger.close("c", true, &Ending::of(State::Rejected), None, None, false);
        assert!(ledger.take_lines().unwrap().unwrap().contains("not-written"));
    }
}
