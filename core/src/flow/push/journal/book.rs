//! What a journal says, in little memory: the last statement about each thing that was to be written, and the last word
//! on each key. Of a million records that came to their end it takes some 50 MB, and some 8 MB more where the document
//! tells the newest.

use std::collections::BTreeMap;
use std::ops::Range;

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
    statements: DigestTable<PackedStatement>,
    words: DigestTable<PackedStatement>,
    /// The same of keys whose record has a version, with the version that was written last.
    versioned: DigestTable<(PackedStatement, JournalVersion)>,
    /// Ids that are too long to be packed, by the lines that say them.
    long_ids: BTreeMap<u64, u64>,
    /// What was announced and never closed, each with its key where it has one.
    pub(super) open: BTreeMap<String, Option<String>>,
    /// The paths that some of these are written to.
    pub(super) open_paths: BTreeMap<String, String>,
    /// From which line on and up to which it was looked once more for what was created.
    confirmed: Vec<Range<u64>>,
    /// What runs began with, each with the line where it stands first.
    heads: Vec<(Head, u64)>,
    /// The place among the heads, and the line, of the last one.
    last_head: Option<(usize, u64)>,
    /// From which lines on which of the heads holds.
    runs: Vec<(u64, usize)>,
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

/// What is said last, of something or of a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement {
    line: u64,
    head: usize,
    said: Fact,
    flags: u8,
}

/// The same in little memory: there may be millions. Which run says it is told by its line.
#[derive(Clone, Copy, Debug)]
struct PackedStatement {
    line: [u8; 4],
    id: [u8; 5],
    flags: u8,
}

const HAS_ID: u8 = 0x08;
/// Of a key: whether a record came to its end there, so that something is there.
const IS_THERE: u8 = 0x10;
/// Of a key: whether it is of a record, and not of what is created for one.
const IS_OF_RECORD: u8 = 0x20;
/// Of a key: whether it is known again what is there.
const IS_TRUSTED: u8 = 0x40;
/// Of something: whether it is to be looked for once more what was created.
const IS_UNCONFIRMED: u8 = 0x80;

/// Stands for an id that is too long.
const LONG_ID: [u8; 5] = [u8::MAX; 5];

impl PackedStatement {
    fn new(line: u64, said: Fact, flags: u8) -> Self {
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
            id: short(id.unwrap_or_default()),
            flags: code | has_id | flags,
        }
    }

    fn line(self) -> u64 {
        u32::from_be_bytes(self.line).into()
    }
}

/// An id in five bytes.
fn short(id: u64) -> [u8; 5] {
    let bytes = id.to_be_bytes();
    match bytes {
        [0, 0, 0, short @ ..] => short,
        _ => LONG_ID,
    }
}

impl Statement {
    pub(super) fn said(self) -> Fact {
        self.said
    }

    /// The line that says so: what is said later happened later.
    pub(super) fn line(self) -> u64 {
        self.line
    }

    /// The place among the heads of the run that says so.
    pub(super) fn head(self) -> usize {
        self.head
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
        if self.heads.is_empty() && !matches!(line, JournalLine::Push(_)) {
            let message = "no line before this one says which account and mapping the journal is of, so that its beginning is \
                           missing; expected the whole journal as the pushes put it out";
            return Err(Error::validation(place(index), message));
        }
        match line {
            JournalLine::Push(head) => {
                head.check_version(index)?;
                let known = self.heads.iter().position(|(other, _)| *other == head);
                let at = known.unwrap_or(self.heads.len());
                if known.is_none() {
                    self.heads.push((head, index));
                }
                self.last_head = Some((at, index));
                if self.runs.last().is_none_or(|(_, head)| *head != at) {
                    self.runs.push((index, at));
                }
            }
            JournalLine::Write { what, update, key, path } => {
                let said = Fact::Announced { is_update: update };
                if let Some(key) = &key {
                    // It may have been carried out: what a record before it left there is not there for sure.
                    self.tell_key(index, key, &what, said, None);
                }
                self.state(index, &what, said, false);
                match path {
                    Some(path) => drop(self.open_paths.insert(what.clone(), path)),
                    None => drop(self.open_paths.remove(&what)),
                }
                self.open.insert(what, key);
            }
            JournalLine::Done { what, state, id, key, version, confirm } => {
                let said = Fact::Done { state, id };
                self.open_paths.remove(&what);
                let key = self.open.remove(&what).flatten().or(key);
                if let Some(key) =
                    key.filter(|key| state != DoneState::NotWritten || self.is_word_of(key, &what))
                {
                    let version = version.filter(|_| state != DoneState::NotWritten);
                    let version = version.as_deref().and_then(JournalVersion::of);
                    self.tell_key(index, &key, &what, said, version);
                }
                self.state(index, &what, said, confirm);
            }
            JournalLine::Confirmed {} => {
                let begun = self.last_head.map_or(0, |(_, line)| line);
                match self.confirmed.last_mut() {
                    Some(last) if last.start == begun => last.end = index,
                    Some(_) | None => self.confirmed.push(begun..index),
                }
            }
        }
        Ok(())
    }

    /// Forgets what was said of something.
    pub(super) fn forget(&mut self, what: &str) {
        self.statements.remove(Digest::of(what));
    }

    fn state(&mut self, index: u64, what: &str, said: Fact, is_unconfirmed: bool) {
        let flags = if is_unconfirmed { IS_UNCONFIRMED } else { 0 };
        let statement = self.packed(index, said, flags);
        self.statements.insert(Digest::of(what), statement);
    }

    fn tell_key(&mut self, index: u64, key: &str, what: &str, said: Fact, version: Option<JournalVersion>) {
        let was_there = || self.word(key).is_some_and(Statement::is_there);
        let is_there = match said {
            Fact::Done { state, .. } => state != DoneState::NotWritten || was_there(),
            Fact::Announced { .. } => was_there(),
        };
        let there = if is_there { IS_THERE } else { 0 };
        let of_record = if is_record(what) { IS_OF_RECORD } else { 0 };
        let word = self.packed(index, said, there | of_record);
        let digest = Digest::of(key);
        // A version that was written is not forgotten.
        match version.or_else(|| self.version(key)) {
            Some(version) => {
                self.words.remove(digest);
                self.versioned.insert(digest, (word, version));
            }
            None => drop(self.words.insert(digest, word)),
        }
    }

    fn packed(&mut self, index: u64, said: Fact, flags: u8) -> PackedStatement {
        let packed = PackedStatement::new(index, said, flags);
        if let (LONG_ID, Fact::Done { id: Some(id), .. }) = (packed.id, said) {
            self.long_ids.insert(packed.line(), id);
        }
        packed
    }

    fn unpacked(&self, packed: PackedStatement) -> Statement {
        let line = packed.line();
        let id = || {
            let [a, b, c, d, e] = packed.id;
            let short = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
            if packed.id == LONG_ID { self.long_ids.get(&line).copied().unwrap_or(short) } else { short }
        };
        let id = (packed.flags & HAS_ID != 0).then(id);
        let said = match packed.flags & 0x07 {
            0 => Fact::Announced { is_update: false },
            1 => Fact::Announced { is_update: true },
            3 => Fact::Done { state: DoneState::Created, id },
            4 => Fact::Done { state: DoneState::Updated, id },
            5 => Fact::Done { state: DoneState::Unchanged, id },
            _ => Fact::Done { state: DoneState::NotWritten, id },
        };
        let before = self.runs.partition_point(|(begun, _)| *begun <= line);
        let head =
            before.checked_sub(1).and_then(|at| self.runs.get(at)).map_or(usize::MAX, |(_, head)| *head);
        Statement { line, head, said, flags: packed.flags }
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
        self.statements.get(Digest::of(what)).is_some_and(|statement| self.is_open(statement))
    }

    /// Whether that line says so.
    pub(super) fn is_unconfirmed_at(&self, what: &str, line: u64) -> bool {
        let statement = self.statements.get(Digest::of(what)).filter(|statement| statement.line() == line);
        statement.is_some_and(|statement| self.is_open(statement))
    }

    fn is_open(&self, statement: PackedStatement) -> bool {
        let line = statement.line();
        statement.flags & IS_UNCONFIRMED != 0 && !self.confirmed.iter().any(|lines| lines.contains(&line))
    }

    /// The last statement about something.
    pub(super) fn statement(&self, what: &str) -> Option<Statement> {
        self.statements.get(Digest::of(what)).map(|packed| self.unpacked(packed))
    }

    /// The last word on a key.
    pub(super) fn word(&self, key: &str) -> Option<Statement> {
        let digest = Digest::of(key);
        let versioned = || self.versioned.get(digest).map(|(word, _)| word);
        self.words.get(digest).or_else(versioned).map(|packed| self.unpacked(packed))
    }

    /// The version of the record that was written last under a key.
    pub(super) fn version(&self, key: &str) -> Option<JournalVersion> {
        self.versioned.get(Digest::of(key)).map(|(_, version)| version)
    }

    /// Takes note that what is there under a key is known again.
    pub(super) fn trust(&mut self, key: &str) {
        let digest = Digest::of(key);
        let versioned = self.versioned.get_mut(digest).map(|(word, _)| word);
        if let Some(word) = versioned.or_else(|| self.words.get_mut(digest)) {
            word.flags |= IS_TRUSTED;
        }
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
        let is_needed = |packed: &PackedStatement| match self.unpacked(*packed).said() {
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
