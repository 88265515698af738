//! What a journal says, in little memory: the last statement about each thing that was to be written, and the last word
//! on each key. Of a million records that came to their end it takes some 55 MB.

use std::collections::BTreeMap;

use super::line::{DoneState, Head, JournalLine, LineReader, place};
use super::names::is_record;
use super::version::JournalVersion;
use crate::error::{Error, Result};
use crate::flow::push::digest_table::{Digest, DigestTable};

/// What the lines of a journal come to. They are read in parts that may end anywhere, so that a host needs to hold no
/// more of a long journal than one part, and a push is started with what came of it
/// ([`Client::push_with_journal`](crate::Client::push_with_journal)).
#[derive(Debug, Default)]
pub struct JournalBook {
    reader: LineReader,
    pages: Pages,
    /// Why it cannot be read on.
    fault: Option<Error>,
    /// Whether the last line lacks its end; nothing until all was read.
    is_cut: Option<bool>,
}

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Pages {
    statements: DigestTable<Statement>,
    words: DigestTable<Statement>,
    /// The versions of the records that were written under keys.
    versions: DigestTable<JournalVersion>,
    /// What was announced and never closed, each with its key where it has one.
    pub(super) open: BTreeMap<String, Option<String>>,
    /// What was created and not looked for once more, each with its line.
    unconfirmed: BTreeMap<String, u64>,
    /// What runs began with, each with the line where it stands first.
    heads: Vec<(Head, u64)>,
    /// The place among the heads, and the line, of the last one.
    last_head: Option<(usize, u64)>,
    /// How many lines hold something.
    lines: u64,
}

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// It is about to be written.
    Announced { is_update: bool },
    /// It is over.
    Done { state: DoneState, id: Option<u64> },
}

/// What is said last, of something or of a key, packed: there may be millions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement {
    line: [u8; 4],
    head: [u8; 2],
    id: [u8; 8],
    flags: u8,
}

const HAS_ID: u8 = 0x08;
/// Of a key: whether a record came to its end there, so that something is there.
const IS_THERE: u8 = 0x10;
/// Of a key: whether it is of a record, and not of what is created for one.
const IS_OF_RECORD: u8 = 0x20;
/// Of a key: whether it is known again what is there.
const IS_TRUSTED: u8 = 0x40;

impl Statement {
    fn new(line: u64, head: usize, said: Fact, flags: u8) -> Self {
        let (code, id) = match said {
            Fact::Announced { is_update: false } => (0, None),
            Fact::Announced { is_update: true } => (1, None),
            Fact::Done { state: DoneState::NotWritten, id } => (2, id),
            Fact::Done { state: DoneState::Created, id } => (3, id),
            Fact::Done { state: DoneState::Updated, id } => (4, id),
            Fact::Done { state: DoneState::Unchanged, id } => (5, id),
        };
        let has_id = if id.is_some() { HAS_ID } else { 0 };
        Self {
            line: u32::try_from(line).unwrap_or(u32::MAX).to_be_bytes(),
            head: u16::try_from(head).unwrap_or(u16::MAX).to_be_bytes(),
            id: id.unwrap_or_default().to_be_bytes(),
            flags: code | has_id | flags,
        }
    }

    pub(super) fn said(self) -> Fact {
        let id = (self.flags & HAS_ID != 0).then(|| u64::from_be_bytes(self.id));
        match self.flags & 0x07 {
            0 => Fact::Announced { is_update: false },
            1 => Fact::Announced { is_update: true },
            3 => Fact::Done { state: DoneState::Created, id },
            4 => Fact::Done { state: DoneState::Updated, id },
            5 => Fact::Done { state: DoneState::Unchanged, id },
            _ => Fact::Done { state: DoneState::NotWritten, id },
        }
    }

    /// The line that says so: what is said later happened later.
    pub(super) fn line(self) -> u64 {
        u32::from_be_bytes(self.line).into()
    }

    /// The place among the heads of the run that says so.
    pub(super) fn head(self) -> usize {
        u16::from_be_bytes(self.head).into()
    }

    pub(super) fn is_there(self) -> bool {
        self.flags & IS_THERE != 0
    }

    pub(super) fn is_of_record(self) -> bool {
        self.flags & IS_OF_RECORD != 0
    }

    pub(super) fn is_trusted(self) -> bool {
        self.flags & IS_TRUSTED != 0
    }

    pub(super) fn trust(&mut self) {
        self.flags |= IS_TRUSTED;
    }
}

impl JournalBook {
    /// A journal of which nothing was read.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads on: bytes of the journal, as they stand in it.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `journal line 3`, when that line was altered or is of another file.
    /// [`Kind::Misuse`](crate::Kind::Misuse) behind the end.
    pub fn read(&mut self, part: &[u8]) -> Result<()> {
        self.require_more()?;
        let pages = &mut self.pages;
        let read = self.reader.read(part, |index, line| pages.take(index, line));
        read.inspect_err(|error| self.fault = Some(error.clone()))
    }

    /// Takes note that all of it was read.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn end(&mut self) -> Result<()> {
        self.require_more()?;
        let pages = &mut self.pages;
        let ended = self.reader.end(|index, line| pages.take(index, line));
        self.is_cut = Some(ended.inspect_err(|error| self.fault = Some(error.clone()))?);
        Ok(())
    }

    /// Whether a [compaction](super::JournalCompaction) would make it much shorter: by a third at least, of more than a
    /// few lines.
    pub fn is_worth_compacting(&self) -> bool {
        const FEW: u64 = 10_000;
        self.pages.lines > FEW && self.pages.needed() <= self.pages.lines / 3 * 2
    }

    fn require_more(&self) -> Result<()> {
        match (&self.fault, self.is_cut) {
            (Some(fault), _) => Err(fault.clone()),
            (None, Some(_)) => {
                Err(Error::misuse("the journal was read to its end; nothing of it can come behind that"))
            }
            (None, None) => Ok(()),
        }
    }

    /// What was read, whether its last line lacks its end, and what is wrong with it.
    pub(super) fn into_pages(mut self) -> (Pages, bool, Option<Error>) {
        if self.is_cut.is_none() && self.fault.is_none() {
            // What is wrong with its end is kept as the fault.
            drop(self.end());
        }
        (self.pages, self.is_cut.unwrap_or_default(), self.fault)
    }

    pub(super) fn pages(&self) -> &Pages {
        &self.pages
    }
}

impl Pages {
    fn take(&mut self, index: u64, line: JournalLine) -> Result<()> {
        self.lines += 1;
        match line {
            JournalLine::Push(head) => {
                head.check_version(index)?;
                let known = self.heads.iter().position(|(other, _)| *other == head);
                let at = known.unwrap_or(self.heads.len());
                if known.is_none() {
                    self.heads.push((head, index));
                }
                self.last_head = Some((at, index));
            }
            JournalLine::Write { what, update, key } => {
                let said = Fact::Announced { is_update: update };
                if let Some(key) = &key {
                    // It may have been carried out: what a record before it left there is not there for sure.
                    self.tell_key(index, key, &what, said);
                }
                self.state(index, &what, said);
                self.unconfirmed.remove(&what);
                self.open.insert(what, key);
            }
            JournalLine::Done { what, state, id, key, version, confirm } => {
                let said = Fact::Done { state, id };
                let key = self.open.remove(&what).flatten().or(key);
                if let Some(key) =
                    key.filter(|key| state != DoneState::NotWritten || self.is_word_of(key, &what))
                {
                    self.tell_key(index, &key, &what, said);
                    let version = version.filter(|_| state != DoneState::NotWritten);
                    if let Some(version) = version.as_deref().and_then(JournalVersion::of) {
                        self.versions.insert(Digest::of(&key), version);
                    }
                }
                self.state(index, &what, said);
                if confirm {
                    self.unconfirmed.insert(what, index);
                } else {
                    self.unconfirmed.remove(&what);
                }
            }
            JournalLine::Confirmed {} => {
                let begun = self.last_head.map_or(0, |(_, line)| line);
                self.unconfirmed.retain(|_, line| *line < begun);
            }
        }
        Ok(())
    }

    fn head(&self) -> usize {
        self.last_head.map_or(usize::from(u16::MAX), |(head, _)| head)
    }

    fn state(&mut self, index: u64, what: &str, said: Fact) {
        let statement = Statement::new(index, self.head(), said, 0);
        self.statements.insert(Digest::of(what), statement);
    }

    fn tell_key(&mut self, index: u64, key: &str, what: &str, said: Fact) {
        let was_there = || self.words.get(Digest::of(key)).is_some_and(Statement::is_there);
        let is_there = match said {
            Fact::Done { state, .. } => state != DoneState::NotWritten || was_there(),
            Fact::Announced { .. } => was_there(),
        };
        let there = if is_there { IS_THERE } else { 0 };
        let of_record = if is_record(what) { IS_OF_RECORD } else { 0 };
        let word = Statement::new(index, self.head(), said, there | of_record);
        self.words.insert(Digest::of(key), word);
    }

    /// Whether the last word on a key is of that.
    fn is_word_of(&self, key: &str, what: &str) -> bool {
        match (self.word(key), self.statement(what)) {
            (Some(word), Some(statement)) => word.line() == statement.line(),
            (Some(_) | None, _) => false,
        }
    }

    /// Whether something was created and not looked for once more.
    pub(super) fn is_unconfirmed(&self, what: &str) -> bool {
        self.unconfirmed.contains_key(what)
    }

    /// Whether that line says so.
    pub(super) fn is_unconfirmed_at(&self, what: &str, line: u64) -> bool {
        self.unconfirmed.get(what) == Some(&line)
    }

    /// The last statement about something.
    pub(super) fn statement(&self, what: &str) -> Option<Statement> {
        self.statements.get(Digest::of(what))
    }

    /// The last word on a key.
    pub(super) fn word(&self, key: &str) -> Option<Statement> {
        self.words.get(Digest::of(key))
    }

    /// The version of the record that was written last under a key.
    pub(super) fn version(&self, key: &str) -> Option<JournalVersion> {
        self.versions.get(Digest::of(key))
    }

    pub(super) fn word_mut(&mut self, key: &str) -> Option<&mut Statement> {
        self.words.get_mut(Digest::of(key))
    }

    /// What runs began with, each with the line where it stands first.
    pub(super) fn heads(&self) -> &[(Head, u64)] {
        &self.heads
    }

    /// What the last run began with, and its line.
    pub(super) fn last_head(&self) -> Option<(&Head, u64)> {
        let (at, line) = self.last_head?;
        self.heads.get(at).map(|(head, _)| (head, line))
    }

    /// About how many lines say the same.
    fn needed(&self) -> u64 {
        let is_needed = |statement: &Statement| match statement.said() {
            Fact::Announced { .. } => true,
            Fact::Done { state, .. } => state != DoneState::NotWritten,
        };
        self.statements.values().filter(is_needed).count() as u64
    }
}

impl Head {
    /// The version that this engine writes, and the only one that it reads so far.
    pub(super) const VERSION: u32 = 1;

    fn check_version(&self, index: u64) -> Result<()> {
        let version = self.version;
        if version == Self::VERSION {
            return Ok(());
        }
        let message =
            format!("the journal has version {version}; this release reads version {}", Self::VERSION);
        Err(Error::validation(place(index), message))
    }
}
