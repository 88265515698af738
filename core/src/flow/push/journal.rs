//! The journal of a push: lines that say what is about to be written and what came of it, so that a run that was cut
//! off anywhere can be taken up again. The engine makes the lines and reads them; the host only keeps them.
//!
//! What is announced is sent only after its line was consumed, so a line that was cut off announced nothing that was
//! sent. A run that goes on behind such a line begins a new one, with a head that says so.

mod book;
mod compaction;
mod line;
mod names;
mod version;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::scope::JournalScope;
use crate::error::{Error, Result};
use crate::json::written;
use crate::output::State;

pub use book::JournalBook;
pub use compaction::{JournalCompaction, compact_journal};
pub use line::begins_push;

pub(super) use line::DoneState;
pub(super) use names::Names;
pub(super) use version::JournalVersion;

use book::{Fact, Pages, Statement};
use line::{Head, JournalLine, place};
use names::is_record;

/// How something ended in an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) state: State,
    pub(super) id: Option<u64>,
    /// The line that says so: what is said later happened later.
    pub(super) line: u64,
}

/// What is said of something that is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClosingWord<'t> {
    pub(super) state: DoneState,
    pub(super) id: Option<u64>,
    /// The key of a record that was not announced.
    pub(super) key: Option<&'t str>,
    pub(super) version: Option<JournalVersion>,
    /// Whether it is still to be looked for, since somebody else may have created the same.
    pub(super) confirm: bool,
}

impl ClosingWord<'_> {
    pub(super) fn of(state: DoneState, id: Option<u64>) -> Self {
        Self { state, id, key: None, version: None, confirm: false }
    }
}

/// What the journal knows of something that was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It was announced, and nobody knows what came of it.
    InDoubt { is_update: bool },
    /// It is over.
    Done(Done),
}

impl Known {
    /// The same of something that cannot be without its id: that it was created without one is not believed.
    pub(super) fn with_id(self) -> Self {
        match self {
            Known::Done(Done { state: State::Created, id: None, .. }) => Known::InDoubt { is_update: false },
            Known::Done(_) | Known::InDoubt { .. } => self,
        }
    }
}

/// What earlier runs have written down, and what this one adds.
#[derive(Debug)]
pub(super) struct Journal {
    pages: Pages,
    /// Of each head, whether what its runs have as done is not believed, since they went by other rules.
    disowned: Vec<bool>,
    lines: String,
    /// Why a line is missing among these.
    missing: Option<Error>,
    /// Whether nothing is added, since nothing is written.
    is_silent: bool,
}

impl Journal {
    /// Reads what earlier runs put out, and begins a new run.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `journal`, or at `journal line 3`, when it is of another account
    /// or mapping, of another version, or was altered.
    pub(super) fn read(text: &str, scope: &JournalScope) -> Result<Self> {
        let mut book = JournalBook::new();
        // What is wrong with it is told with what the book has.
        drop(book.read(text.as_bytes()));
        Self::of(book, scope)
    }

    /// Takes up what was read of earlier runs, and begins a new one.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) fn of(book: JournalBook, scope: &JournalScope) -> Result<Self> {
        let (pages, is_cut, fault) = book.into_pages();
        pages.heads().iter().try_for_each(|(head, line)| check_head(&place(*line), head, scope))?;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let difference = |head: &Head| scope.difference(head.document.as_deref(), head.existing);
        if let Some((head, line)) = pages.last_head()
            && let Some(why) = difference(head).filter(|_| !scope.renew)
        {
            let message = format!(
                "{why}; expected what the journal was begun with, or `renew`, with which what it has as done is looked \
                 at again"
            );
            return Err(Error::validation(place(line), message));
        }
        let is_disowned = |(head, _): &(Head, u64)| scope.finds_records && difference(head).is_some();
        let disowned = pages.heads().iter().map(is_disowned).collect();
        let lines = if is_cut { "\n".to_owned() } else { String::new() };
        let mut journal = Self { pages, disowned, lines, missing: None, is_silent: false };
        journal.add(&JournalLine::Push(Head {
            version: Head::VERSION,
            account: scope.account.clone(),
            mapping: scope.mapping.clone(),
            document: Some(scope.document.clone()),
            existing: Some(scope.existing),
        }));
        Ok(journal)
    }

    /// The same for a run that writes nothing: it has no lines.
    pub(super) fn silent(self) -> Self {
        Self { lines: String::new(), missing: None, is_silent: true, ..self }
    }

    /// What is known of something.
    pub(super) fn known(&self, what: &str) -> Option<Known> {
        let statement = self.pages.statement(what)?;
        match statement.said() {
            Fact::Announced { is_update } => Some(Known::InDoubt { is_update }),
            Fact::Done { .. } => self.done(statement, is_record(what)).map(Known::Done),
        }
    }

    /// How something ended, where that need not be looked at again.
    fn done(&self, statement: Statement, is_record: bool) -> Option<Done> {
        let Fact::Done { state, id } = statement.said() else { return None };
        // Of a run by other rules it is not known whether it is as these want it.
        let is_disowned = is_record && self.disowned.get(statement.head()).copied().unwrap_or_default();
        let state = state.state().filter(|_| !is_disowned)?;
        Some(Done { state, id, line: statement.line() })
    }

    /// Forgets what earlier runs have created under a name, which is not there.
    pub(super) fn disbelieve(&mut self, what: &str) {
        self.pages.forget(what);
    }

    /// The last line about something.
    pub(super) fn line_of(&self, what: &str) -> Option<u64> {
        self.pages.statement(what).map(Statement::line)
    }

    /// Keys under which an earlier run may have created something.
    pub(super) fn doubtful_keys(&self) -> BTreeSet<String> {
        let is_creation =
            |what: &String| matches!(self.known(what), Some(Known::InDoubt { is_update: false }));
        self.open().iter().filter(|(what, _)| is_creation(what)).filter_map(|(_, key)| key.clone()).collect()
    }

    /// What was announced and never closed, each with its key where it has one.
    pub(super) fn open(&self) -> &BTreeMap<String, Option<String>> {
        &self.pages.open
    }

    /// The path that something was about to be written to that nobody closed, where its line says so.
    pub(super) fn open_path(&self, what: &str) -> Option<&str> {
        self.pages.open_paths.get(what).map(String::as_str)
    }

    /// Whether a record came to its end under a key, so that something is there unless it was deleted since.
    pub(super) fn has_under(&self, key: &str) -> bool {
        self.pages.word(key).is_some_and(Statement::is_there)
    }

    /// Whether what is there under a key is known again.
    pub(super) fn is_trusted(&self, key: &str) -> bool {
        self.pages.word(key).is_some_and(Statement::is_trusted)
    }

    /// Takes note that what is there under a key is known again.
    pub(super) fn trust(&mut self, key: &str) {
        self.pages.trust(key);
    }

    /// The line of the last word on a key, where that stands behind a line.
    pub(super) fn newer(&self, key: &str, line: u64) -> Option<u64> {
        self.pages.word(key).map(Statement::line).filter(|word| *word > line)
    }

    /// How the newest record of that key came to its end.
    pub(super) fn newest(&self, key: &str) -> Option<Done> {
        let word = self.pages.word(key)?;
        self.done(word, word.is_of_record())
    }

    /// Announces that something is about to be written, to that path where it may not be found again.
    pub(super) fn announce(&mut self, what: &str, is_update: bool, key: Option<&str>, path: Option<&str>) {
        let (key, path) = (key.map(str::to_owned), path.map(str::to_owned));
        self.add(&JournalLine::Write { what: what.to_owned(), update: is_update, key, path });
    }

    /// Says what came of it.
    pub(super) fn close(&mut self, what: &str, word: ClosingWord<'_>) {
        let ClosingWord { state, id, key, version, confirm } = word;
        let key = key.map(str::to_owned);
        let version = version.map(JournalVersion::text);
        self.add(&JournalLine::Done { what: what.to_owned(), state, id, key, version, confirm });
    }

    /// Says that what this run has created so far needs no look any more.
    pub(super) fn confirm(&mut self) {
        self.add(&JournalLine::Confirmed {});
    }

    /// The version of the record that was written last under a key.
    pub(super) fn version(&self, key: &str) -> Option<JournalVersion> {
        self.pages.version(key)
    }

    /// Whether a run has created something, and did not look whether it is there once.
    pub(super) fn is_unconfirmed(&self, what: &str) -> bool {
        self.pages.is_unconfirmed(what)
    }

    /// The lines since the last time.
    ///
    /// # Errors
    /// [`Kind::Misuse`](crate::Kind::Misuse), once, when one of them could not be written: nothing that they announce
    /// may be sent. What is left of them comes the next time, to be kept.
    pub(super) fn take_lines(&mut self) -> Result<Option<String>> {
        match self.missing.take() {
            Some(error) => Err(error),
            None => Ok((!self.lines.is_empty()).then(|| std::mem::take(&mut self.lines))),
        }
    }

    fn add(&mut self, line: &impl Serialize) {
        if self.is_silent {
            return;
        }
        match written("a line of the journal", line) {
            Ok(line) => {
                self.lines.push_str(&line);
                self.lines.push('\n');
            }
            Err(error) => self.missing = Some(error),
        }
    }
}

fn check_head(place: &str, head: &Head, scope: &JournalScope) -> Result<()> {
    let refuse = |message: String| Err(Error::validation(place, message));
    if head.account != scope.account {
        return refuse(format!(
            "the journal is of account {:?}; this client is for {:?}",
            head.account, scope.account
        ));
    }
    if head.mapping != scope.mapping {
        return refuse(format!(
            "the journal is of the mapping {:?}, not of {:?}; expected a journal of its own for each mapping",
            head.mapping, scope.mapping
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
