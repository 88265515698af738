//! The lines of a journal, and how they are read wherever they were cut off.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::operation::Existing;
use crate::output::State;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum JournalLine {
    /// A run begins here.
    Push(Head),
    /// This is about to be written.
    Write {
        what: String,
        /// Whether a record is changed that is there.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        update: bool,
        /// The key of the record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// The path that is written to, where it was looked up and may not be found again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
    },
    /// That is over.
    Done {
        what: String,
        state: DoneState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The key of a record that was not announced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// The version of the record, where its document tells one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        /// Whether it is still to be looked for, since somebody else may have created the same.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        confirm: bool,
    },
    /// What this run has created so far was looked for.
    Confirmed {},
}

/// What a run begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) version: u32,
    pub(super) account: String,
    pub(super) mapping: String,
    /// The digest of the mapping document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) document: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) existing: Option<Existing>,
}

/// How something ended that needs no second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::flow::push) enum DoneState {
    Created,
    Updated,
    Unchanged,
    /// It was not written after all; another run tries again.
    NotWritten,
}

impl DoneState {
    /// The outcome of a later run's record, where it need not be looked at again.
    pub(in crate::flow::push) fn state(self) -> Option<State> {
        match self {
            DoneState::Created => Some(State::Created),
            DoneState::Updated => Some(State::Updated),
            DoneState::Unchanged => Some(State::Unchanged),
            DoneState::NotWritten => None,
        }
    }
}

/// Whether a push begins among these whole lines of its journal. A push puts out its beginning once, and before anything
/// else, so that where a journal gets it a second time, another push writes to it.
///
/// ```
/// use brightpearl_core::flow::begins_push;
///
/// let begin = r#"{"push":{"version":1,"account":"acme","mapping":"orders"}}"#;
/// assert!(begins_push(&format!("\n{begin}\n")));
/// assert!(!begins_push("{\"confirmed\":{}}\n"));
/// ```
pub fn begins_push(lines: &str) -> bool {
    let is_head = |line: &str| matches!(serde_json::from_str(line), Ok(JournalLine::Push(_)));
    lines.lines().any(|line| line.starts_with(r#"{"push":"#) && is_head(line))
}

/// Makes lines of parts that end anywhere.
#[derive(Debug, Default)]
pub(super) struct LineReader {
    /// The beginning of a line whose end has not come.
    begun: Vec<u8>,
    /// How many lines ended.
    count: u64,
    /// The first line that cannot be read, until a run begins behind it.
    torn: Option<u64>,
}

impl LineReader {
    /// Reads on. Gives each line that holds something, with its place, from 0.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `journal line 3`, and what `take` says.
    pub(super) fn read(
        &mut self,
        part: &[u8],
        mut take: impl FnMut(u64, JournalLine) -> Result<()>,
    ) -> Result<()> {
        let mut rest = part;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, behind) = (&rest[..end], &rest[end + 1..]);
            rest = behind;
            if self.begun.is_empty() {
                self.take_line(line, &mut take)?;
            } else {
                self.begun.extend_from_slice(line);
                let line = std::mem::take(&mut self.begun);
                self.take_line(&line, &mut take)?;
            }
        }
        self.begun.extend_from_slice(rest);
        Ok(())
    }

    /// Takes note that no more comes. Says whether the last line lacks its end.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) fn end(&mut self, mut take: impl FnMut(u64, JournalLine) -> Result<()>) -> Result<bool> {
        let line = std::mem::take(&mut self.begun);
        if line.is_empty() {
            return Ok(false);
        }
        self.take_line(&line, &mut take)?;
        Ok(true)
    }

    fn take_line(
        &mut self,
        line: &[u8],
        take: &mut impl FnMut(u64, JournalLine) -> Result<()>,
    ) -> Result<()> {
        let index = self.count;
        self.count += 1;
        // A crash may have cut it within a character.
        let line = String::from_utf8_lossy(line);
        // Where the power failed, a file system may have left zeros in place of what was not on the disk yet.
        let line = line.trim_matches(|character: char| character == '\0' || character.is_whitespace());
        if line.is_empty() {
            return Ok(());
        }
        // A last line that is whole but for its line feed says what it says: a cut at that very place, or a program that
        // copied the journal, must not make a write forgotten.
        match parse(line) {
            // A run may be cut off in its head, too, and the next begins behind that.
            Ok(JournalLine::Write { .. } | JournalLine::Done { .. } | JournalLine::Confirmed {})
                if self.torn.is_some() =>
            {
                let message = "the line cannot be read, and no run begins behind it; expected the journal as the pushes put it out";
                Err(Error::validation(place(self.torn.unwrap_or_default()), message))
            }
            Ok(read) => {
                self.torn = None;
                take(index, read)
            }
            Err(_) if !is_torn(line) => {
                let message = "the line is not one of a journal; expected the journal as the pushes put it out, or an empty one";
                Err(Error::validation(place(index), message))
            }
            // What was cut off while the disk was full has announced nothing; what stands behind it holds.
            Err(error) if error.is_eof() => Ok(()),
            Err(_) => {
                self.torn.get_or_insert(index);
                Ok(())
            }
        }
    }
}

/// Where an error says that a line is.
pub(super) fn place(index: u64) -> String {
    format!("journal line {}", index + 1)
}

/// A line as it stands, or what was written behind one that was cut off in its midst.
fn parse(line: &str) -> serde_json::Result<JournalLine> {
    let read = serde_json::from_str(line);
    if read.is_ok() || serde_json::from_str::<IgnoredAny>(line).is_ok() {
        return read;
    }
    let begins = [r#"{"write":"#, r#"{"done":"#, r#"{"push":"#, r#"{"confirmed":"#];
    let behind = begins.iter().flat_map(|begin| line.match_indices(begin)).map(|(at, _)| &line[at..]);
    behind.map(serde_json::from_str).find(Result::is_ok).unwrap_or(read)
}

/// Whether a line can be what a cut has left of one of ours: it begins as they do, and is not whole. Anything else is
/// somebody's other file, which must not be written to.
fn is_torn(line: &str) -> bool {
    let is_whole = serde_json::from_str::<IgnoredAny>(line).is_ok();
    let is_ours = || serde_json::from_str::<JournalLine>(line).is_ok();
    line.starts_with('{') && (!is_whole || is_ours())
}
