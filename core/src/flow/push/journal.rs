//! The journal of a push: lines that say what is about to be written and what came of it, so that a run that was cut
//! off anywhere can be taken up again. The engine makes the lines and reads them; the host only keeps them.
//!
//! What is announced is sent only after its line was consumed, so a line that was cut off announced nothing that was
//! sent. A run that goes on behind such a line begins a new one, with a head that says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::scope::JournalScope;
use crate::error::{Error, Result};
use crate::json::written;
use crate::operation::Existing;
use crate::output::State;

/// The version that this engine writes, and the only one that it reads so far.
const VERSION: u32 = 1;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum JournalLine {
    /// A run begins here.
    Push {
        version: u32,
        account: String,
        mapping: String,
        /// The digest of the mapping document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        existing: Option<Existing>,
    },
    /// This is about to be written.
    Write {
        what: String,
        /// Whether a record is changed that is there.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        update: bool,
        /// The key of the record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
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
    },
}

/// How something ended that needs no second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DoneState {
    Created,
    Updated,
    Unchanged,
    /// It was not written after all; another run tries again.
    NotWritten,
}

impl DoneState {
    /// The outcome of a later run's record, where it need not be looked at again.
    pub(super) fn state(self) -> Option<State> {
        match self {
            DoneState::Created => Some(State::Created),
            DoneState::Updated => Some(State::Updated),
            DoneState::Unchanged => Some(State::Unchanged),
            DoneState::NotWritten => None,
        }
    }
}

/// How something ended in an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) state: State,
    pub(super) id: Option<u64>,
    /// The line that says so: what is said later happened later.
    pub(super) line: u64,
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

/// What is said last of a key.
#[derive(Debug)]
struct LastWord {
    line: u64,
    /// The record that it is of.
    what: String,
    /// Whether a record came to its end there, so that something is there.
    is_there: bool,
}

/// What earlier runs have written down, and what this one adds.
#[derive(Debug)]
pub(super) struct Journal {
    known: BTreeMap<String, Known>,
    /// What was announced and never closed, each with its key where it has one.
    open: BTreeMap<String, Option<String>>,
    /// The last word of each key.
    newest: BTreeMap<String, LastWord>,
    lines: String,
    /// Why a line is missing among these.
    missing: Option<Error>,
}

impl Journal {
    /// Reads what earlier runs put out, and begins a new run.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `journal`, or at `journal line 3`, when it is of another account
    /// or mapping, of another version, or was altered.
    pub(super) fn read(text: &str, scope: &JournalScope) -> Result<Self> {
        let mut journal = Self {
            known: BTreeMap::new(),
            open: BTreeMap::new(),
            newest: BTreeMap::new(),
            lines: String::new(),
            missing: None,
        };
        let mut torn = None;
        let mut difference = None;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let place = || format!("journal line {}", index + 1);
            if line.trim().is_empty() {
                continue;
            }
            let is_last = !line.ends_with('\n');
            let line = behind_a_cut(line);
            let read = if is_last { cut_off() } else { serde_json::from_str(line) };
            if read.is_err() && !is_torn(line) {
                let message = "the line is not one of a journal; expected the journal as the pushes put it out, or an empty one";
                return Err(Error::validation(place(), message));
            }
            // A run may be cut off in its head, too, and the next begins behind that.
            if let (Some(torn), Ok(JournalLine::Write { .. } | JournalLine::Done { .. })) = (&torn, &read) {
                let message = "the line cannot be read, and no run begins behind it; expected the journal as the pushes put it out";
                return Err(Error::validation(format!("journal line {torn}"), message));
            }
            if read.is_ok() {
                torn = None;
            }
            // What was cut off while the disk was full has announced nothing; what stands behind it holds.
            if read.as_ref().is_err_and(serde_json::Error::is_eof) {
                continue;
            }
            match read {
                Ok(JournalLine::Push { version, account, mapping, document, existing }) => {
                    check_head(&place(), version, (&account, &scope.account), (&mapping, &scope.mapping))?;
                    difference = scope.difference(document.as_deref(), existing).map(|why| (place(), why));
                }
                Ok(JournalLine::Write { what, update, key }) => {
                    if let Some(key) = &key {
                        // It may have been carried out: what a record before it left there is not there for sure.
                        let is_there = journal.newest.get(key).is_some_and(|newest| newest.is_there);
                        let word = LastWord { line: index as u64, what: what.clone(), is_there };
                        journal.newest.insert(key.clone(), word);
                    }
                    journal.open.insert(what.clone(), key);
                    journal.known.insert(what, Known::InDoubt { is_update: update });
                }
                Ok(JournalLine::Done { what, state, id, key }) => {
                    let key = journal.open.remove(&what).flatten().or(key);
                    match state.state() {
                        // Of a run by other rules it is not known whether it is as these want it.
                        Some(_) if difference.is_some() && scope.finds_records && is_record(&what) => {
                            journal.known.remove(&what);
                        }
                        Some(state) => {
                            let line = index as u64;
                            if let Some(key) = key {
                                let word = LastWord { line, what: what.clone(), is_there: true };
                                journal.newest.insert(key, word);
                            }
                            journal.known.insert(what, Known::Done(Done { state, id, line }));
                        }
                        None => drop(journal.known.remove(&what)),
                    }
                }
                Err(_) => drop(torn.get_or_insert(index + 1)),
            }
        }
        if let Some((place, why)) = difference.filter(|_| !scope.renew) {
            let message = format!(
                "{why}; expected what the journal was begun with, or `renew`, with which what it has as done is looked \
                 at again"
            );
            return Err(Error::validation(place, message));
        }
        if !text.is_empty() && !text.ends_with('\n') {
            journal.lines.push('\n');
        }
        journal.add(&JournalLine::Push {
            version: VERSION,
            account: scope.account.clone(),
            mapping: scope.mapping.clone(),
            document: Some(scope.document.clone()),
            existing: Some(scope.existing),
        });
        Ok(journal)
    }

    /// What is known of something.
    pub(super) fn known(&self, what: &str) -> Option<Known> {
        self.known.get(what).copied()
    }

    /// Keys under which an earlier run may have created something.
    pub(super) fn doubtful_keys(&self) -> BTreeSet<String> {
        let is_creation =
            |what: &String| matches!(self.known(what), Some(Known::InDoubt { is_update: false }));
        self.open.iter().filter(|(what, _)| is_creation(what)).filter_map(|(_, key)| key.clone()).collect()
    }

    /// What was announced and never closed, each with its key where it has one.
    pub(super) fn open(&self) -> &BTreeMap<String, Option<String>> {
        &self.open
    }

    /// Whether a record came to its end under a key, so that something is there unless it was deleted since.
    pub(super) fn has_under(&self, key: &str) -> bool {
        self.newest.get(key).is_some_and(|newest| newest.is_there)
    }

    /// The record of that key which came to an end behind that line.
    pub(super) fn newer(&self, key: &str, line: u64) -> Option<&str> {
        self.newest.get(key).filter(|newest| newest.line > line).map(|newest| newest.what.as_str())
    }

    /// How the newest record of that key came to its end.
    pub(super) fn newest(&self, key: &str) -> Option<Done> {
        let what = &self.newest.get(key)?.what;
        match self.known(what)? {
            Known::Done(done) => Some(done),
            Known::InDoubt { .. } => None,
        }
    }

    /// Announces that something is about to be written.
    pub(super) fn announce(&mut self, what: &str, is_update: bool, key: Option<&str>) {
        let key = key.map(str::to_owned);
        self.add(&JournalLine::Write { what: what.to_owned(), update: is_update, key });
    }

    /// Says what came of it.
    pub(super) fn close(&mut self, what: &str, state: DoneState, id: Option<u64>, key: Option<&str>) {
        let key = key.map(str::to_owned);
        self.add(&JournalLine::Done { what: what.to_owned(), state, id, key });
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
        match written("a line of the journal", line) {
            Ok(line) => {
                self.lines.push_str(&line);
                self.lines.push('\n');
            }
            Err(error) => self.missing = Some(error),
        }
    }
}

/// Whether a line can be what a cut has left of one of ours: it begins as they do, and is not whole. Anything else is
/// somebody's other file, which must not be written to.
fn is_torn(line: &str) -> bool {
    let is_whole = serde_json::from_str::<IgnoredAny>(line).is_ok();
    let is_ours = || serde_json::from_str::<JournalLine>(line).is_ok();
    line.starts_with('{') && (!is_whole || is_ours())
}

/// A line as it stands, or what was written behind one that was cut off in its midst.
fn behind_a_cut(line: &str) -> &str {
    if serde_json::from_str::<IgnoredAny>(line).is_ok() {
        return line;
    }
    let begins = [r#"{"write":"#, r#"{"done":"#, r#"{"push":"#];
    let mut behind = begins.iter().flat_map(|begin| line.match_indices(begin)).map(|(at, _)| &line[at..]);
    behind.find(|rest| serde_json::from_str::<JournalLine>(rest).is_ok()).unwrap_or(line)
}

fn cut_off() -> serde_json::Result<JournalLine> {
    Err(serde::de::Error::custom("the line is cut off"))
}

fn check_head(place: &str, version: u32, account: (&str, &str), mapping: (&str, &str)) -> Result<()> {
    let refuse = |message: String| Err(Error::validation(place, message));
    if version != VERSION {
        return refuse(format!("the journal has version {version}; this release reads version {VERSION}"));
    }
    if account.0 != account.1 {
        return refuse(format!(
            "the journal is of account {:?}; this client is for {:?}",
            account.0, account.1
        ));
    }
    if mapping.0 != mapping.1 {
        return refuse(format!(
            "the journal is of the mapping {:?}, not of {:?}; expected a journal of its own for each mapping",
            mapping.0, mapping.1
        ));
    }
    Ok(())
}

/// Whether the name of what is announced is a record's own, and not that of what is created on its behalf.
fn is_record(what: &str) -> bool {
    let digest = what.split('-').next().unwrap_or_default();
    digest.len() == 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Gives each record a name that is the same in every run: its bytes' digest, and which of several equal ones it is.
#[derive(Debug, Default)]
pub(super) struct Names {
    seen: BTreeMap<[u8; 16], u32>,
}

impl Names {
    pub(super) fn name(&mut self, record: &[u8]) -> String {
        let digest = Sha256::digest(record.trim_ascii());
        let mut short = [0; 16];
        short.copy_from_slice(&digest[..16]);
        let count = self.seen.entry(short).or_default();
        *count += 1;
        let mut name = String::with_capacity(36);
        for byte in short {
            let _ = write!(name, "{byte:02x}");
        }
        if *count > 1 {
            let _ = write!(name, "-{count}");
        }
        name
    }
}

#[cfg(test)]
mod tests;
