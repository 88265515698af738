//! A journal made shorter: what it comes to, in as few lines as say it.

use std::collections::{BTreeMap, BTreeSet};

use super::book::{JournalBook, Statement};
use super::line::{DoneState, Head, JournalLine, LineReader};
use super::version::JournalVersion;
use crate::error::Result;
use crate::json::written;

/// Writes the lines of a journal anew, those alone that a later run needs: what stays in doubt, what is there under which
/// key, and what that was done by (account, mapping, its document). The journal is read twice: into the [`JournalBook`],
/// then, part by part, by this. What comes out is a journal of the same kind, which says the same.
///
/// ```
/// use brightpearl_core::flow::{JournalBook, JournalCompaction};
///
/// # fn main() -> brightpearl_core::Result<()> {
/// let journal = concat!(
///     r#"{"push":{"version":1,"account":"acme","mapping":"orders"}}"#, "\n",
///     r#"{"write":{"what":"a","key":"WEB-1"}}"#, "\n",
///     r#"{"done":{"what":"a","state":"created","id":7}}"#, "\n",
/// );
/// let mut book = JournalBook::new();
/// book.read(journal.as_bytes())?;
/// book.end()?;
/// let mut compaction = JournalCompaction::new();
/// let mut short = compaction.read(&book, journal.as_bytes())?;
/// short.push_str(&compaction.end(&book)?);
/// assert_eq!(short.lines().last(), Some(r#"{"done":{"what":"a","state":"created","id":7,"key":"WEB-1"}}"#));
/// assert_eq!(short.lines().count(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct JournalCompaction {
    reader: LineReader,
    /// What was announced and not closed, so far.
    open: BTreeMap<String, Option<String>>,
    /// The same by the lines that were written.
    announced: BTreeMap<String, Option<String>>,
    /// What the run began with.
    head: Option<Head>,
    /// What the last run began with of which a line was written.
    written_head: Option<Head>,
    /// Of what a line was written that is not its last.
    owed: BTreeSet<String>,
    lines: String,
}

impl JournalCompaction {
    /// Begins to write a journal anew.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next part of the journal that the book was made of, and gives lines of the new one.
    ///
    /// # Errors
    /// As [`JournalBook::read`].
    pub fn read(&mut self, book: &JournalBook, part: &[u8]) -> Result<String> {
        let mut reader = std::mem::take(&mut self.reader);
        let read = reader.read(part, |index, line| self.take(book, index, line));
        self.reader = reader;
        read.map(|()| std::mem::take(&mut self.lines))
    }

    /// Gives the last lines, once all of it was taken.
    ///
    /// # Errors
    /// As [`JournalBook::read`].
    pub fn end(&mut self, book: &JournalBook) -> Result<String> {
        let mut reader = std::mem::take(&mut self.reader);
        reader.end(|index, line| self.take(book, index, line))?;
        // By what the last run began with it is told whether a run may go on.
        self.write_head()?;
        Ok(std::mem::take(&mut self.lines))
    }

    fn take(&mut self, book: &JournalBook, index: u64, line: JournalLine) -> Result<()> {
        match line {
            JournalLine::Push(head) => {
                self.head = Some(head);
                Ok(())
            }
            JournalLine::Write { what, update, key, path } => {
                let weight = Weight::of(book, index, &what, key.as_deref());
                self.open.insert(what.clone(), key.clone());
                if weight.is_needed() {
                    self.write_announcement(weight, what, update, key, path)?;
                }
                Ok(())
            }
            // What it says stands with each of those that are left.
            JournalLine::Confirmed {} => Ok(()),
            JournalLine::Done { what, state, id, key, version: _, confirm: _ } => {
                let key = self.open.remove(&what).flatten().or(key);
                let weight = Weight::of(book, index, &what, key.as_deref());
                if state != DoneState::NotWritten {
                    return if weight.is_needed() {
                        self.write_end(weight, what, state, id, key)
                    } else {
                        Ok(())
                    };
                }
                // What was not written says nothing, but where it is the last word on what was there before.
                if weight.has_word && weight.is_there {
                    self.write_announcement(weight, what.clone(), false, key.clone(), None)?;
                } else if !weight.is_last || !self.owed.contains(&what) {
                    return Ok(());
                }
                if weight.has_word {
                    self.close_under(&what, key.as_ref())?;
                } else if self.announced.get(&what).is_some_and(Option::is_some) {
                    // It would be taken for the last word on the key that it was announced under.
                    self.write(&JournalLine::Write {
                        what: what.clone(),
                        update: false,
                        key: None,
                        path: None,
                    })?;
                }
                self.write(&JournalLine::Done { what, state, id, key: None, version: None, confirm: false })
            }
        }
    }

    /// Writes that something is in doubt, and before that what its key has.
    fn write_announcement(
        &mut self,
        weight: Weight,
        what: String,
        update: bool,
        key: Option<String>,
        path: Option<String>,
    ) -> Result<()> {
        if weight.has_word && weight.is_there {
            self.write_end(weight, what.clone(), DoneState::Unchanged, None, key.clone())?;
        }
        self.note(weight, &what);
        self.write(&JournalLine::Write { what, update, key, path })
    }

    fn write_end(
        &mut self,
        weight: Weight,
        what: String,
        state: DoneState,
        id: Option<u64>,
        key: Option<String>,
    ) -> Result<()> {
        self.close_under(&what, key.as_ref())?;
        self.note(weight, &what);
        let confirm = weight.is_unconfirmed;
        let version = weight.version.map(JournalVersion::text);
        self.write(&JournalLine::Done { what, state, id, key, version, confirm })
    }

    /// Announces something anew where its announcement that was written is of another key, which what closes it would be
    /// taken to be of.
    fn close_under(&mut self, what: &str, key: Option<&String>) -> Result<()> {
        match self.announced.get(what) {
            Some(announced) if announced.is_some() && announced.as_ref() != key => {
                self.write(&JournalLine::Write {
                    what: what.to_owned(),
                    update: false,
                    key: key.cloned(),
                    path: None,
                })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn note(&mut self, weight: Weight, what: &str) {
        if !weight.is_last {
            self.owed.insert(what.to_owned());
        }
    }

    fn write(&mut self, line: &JournalLine) -> Result<()> {
        self.write_head()?;
        match line {
            JournalLine::Push(_) | JournalLine::Confirmed {} => {}
            JournalLine::Write { what, key, .. } => {
                self.announced.insert(what.clone(), key.clone());
            }
            JournalLine::Done { what, .. } => {
                self.announced.remove(what);
            }
        }
        self.add(line)
    }

    /// Writes what the run began with, unless the lines before are of such a run.
    fn write_head(&mut self) -> Result<()> {
        if self.head == self.written_head {
            return Ok(());
        }
        self.written_head.clone_from(&self.head);
        self.head.clone().map_or(Ok(()), |head| self.add(&JournalLine::Push(head)))
    }

    fn add(&mut self, line: &JournalLine) -> Result<()> {
        self.lines.push_str(&written("a line of the journal", line)?);
        self.lines.push('\n');
        Ok(())
    }
}

/// The lines of a journal anew, those alone that a later run needs, where all of it is in memory.
///
/// # Errors
/// As [`JournalBook::read`].
pub fn compact_journal(journal: &str) -> Result<String> {
    let mut book = JournalBook::new();
    book.read(journal.as_bytes())?;
    book.end()?;
    let mut compaction = JournalCompaction::new();
    let mut lines = compaction.read(&book, journal.as_bytes())?;
    lines.push_str(&compaction.end(&book)?);
    Ok(lines)
}

/// What a line counts for.
#[derive(Clone, Copy, Debug)]
struct Weight {
    /// Whether it is the last statement about what it is of.
    is_last: bool,
    /// Whether it is the last word on its key.
    has_word: bool,
    /// Whether something is there under its key, as that word has it.
    is_there: bool,
    /// Whether what it says to be created was not looked for once more.
    is_unconfirmed: bool,
    /// The version under its key, where it is the last word on that.
    version: Option<JournalVersion>,
}

impl Weight {
    fn of(book: &JournalBook, index: u64, what: &str, key: Option<&str>) -> Self {
        let is_of_line = |statement: &Statement| statement.line() == index;
        let word = key.and_then(|key| book.pages().word(key)).filter(is_of_line);
        Self {
            is_last: book.pages().statement(what).as_ref().is_some_and(is_of_line),
            has_word: word.is_some(),
            is_there: word.is_some_and(Statement::is_there),
            version: word.and(key).and_then(|key| book.pages().version(key)),
            is_unconfirmed: book.pages().is_unconfirmed_at(what, index),
        }
    }

    fn is_needed(self) -> bool {
        self.is_last || self.has_word && self.is_there
    }
}
