//! The file that a push's journal is kept in: it only grows, and one push at a time has it. The same file, the same rules
//! and the same words as in Python.

use std::fs::{self, File, FileType, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;

use brightpearl_core::Error;
use brightpearl_core::flow::begins_push;
use serde_json::value::RawValue;

use crate::boundary::Failure;
#[cfg(unix)]
use crate::private_file::PRIVATE;
use crate::private_file::{in_words, irregular_kind, is_still_named, named, sync_name};

/// A journal's file, open and locked.
#[derive(Debug)]
pub(crate) struct JournalFile {
    path: PathBuf,
    /// Where it stands, though the process may go to another folder.
    place: PathBuf,
    file: File,
    /// The process that has it. A child that was forked from it shares its lock.
    owner: u32,
    /// Whether the last line may lack its end: then the next lines begin with one.
    is_torn: bool,
    /// Whether a push has begun in it since it was opened. Another one would not know what that one wrote.
    is_begun: bool,
}

impl JournalFile {
    /// Takes the file, or makes a private one, and reads what it holds. Never waits, and changes nothing that is there.
    pub(crate) fn open(path: PathBuf) -> Result<(Self, String), Failure> {
        // Looked at before it is opened: opening a FIFO waits, and opening a device may do something.
        match fs::metadata(&path) {
            Ok(found) => require_regular(&path, found.file_type())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(cannot_be_opened(&path, &error)),
        }
        let mut file = loop {
            let file = open_to_grow(&path).map_err(|error| cannot_be_opened(&path, &error))?;
            // It may have been another one a moment ago.
            let found = file.metadata().map_err(|error| cannot_be_opened(&path, &error))?;
            require_regular(&path, found.file_type())?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(another_push_has(&path)),
                Err(TryLockError::Error(error)) => return Err(cannot_be_opened(&path, &error)),
            }
            // Whoever had it may have replaced it by a shorter one before it was locked here.
            if is_still_named(&found, &path) {
                break file;
            }
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| cannot_be_opened(&path, &error))?;
        if bytes.is_empty() {
            // Whoever made it may have been killed before its name was on disk.
            sync_name(&path).map_err(|error| cannot_be_opened(&path, &error))?;
        }
        let is_torn = !bytes.is_empty() && !bytes.ends_with(b"\n");
        // A crash may have cut the last line anywhere, even within a character; the engine sees to such a line.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let place = fs::canonicalize(&path).map_err(|error| cannot_be_opened(&path, &error))?;
        Ok((Self { path, place, file, owner: process::id(), is_torn, is_begun: false }, text))
    }

    /// Adds whole lines, and returns when they are on disk. What a crash or a failure left of a line stays a line of its
    /// own. `is_read`: whether what the file held when it was opened was asked for.
    pub(crate) fn append(&mut self, lines: &str, is_read: bool) -> Result<(), Failure> {
        self.require_owner()?;
        self.require_whole(lines)?;
        if lines.is_empty() {
            return Ok(());
        }
        let begins = begins_push(lines);
        if begins && self.is_begun {
            return Err(another_push_had(&self.path));
        }
        if begins && !is_read {
            return Err(never_read(&self.path));
        }
        let mut bytes = Vec::with_capacity(lines.len() + 1);
        if self.is_torn && !lines.starts_with('\n') {
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(lines.as_bytes());
        // Until all of it is on disk, nobody knows where the last line ends.
        self.is_torn = true;
        let kept = self.file.write_all(&bytes).and_then(|()| self.file.sync_all());
        kept.map_err(|error| cannot_be_written(&self.path, &error))?;
        // Another push that finds none under the name would begin as if nothing had been written.
        let found = self.file.metadata().map_err(|error| cannot_be_written(&self.path, &error))?;
        if !is_still_named(&found, &self.place) {
            return Err(was_lost(&self.path));
        }
        self.is_torn = false;
        self.is_begun |= begins;
        Ok(())
    }

    /// Lets others have it, also where a forked child still holds it open. A child's own close lets nobody have it.
    pub(crate) fn close(self) -> Result<(), Failure> {
        self.unlock().map_err(|error| cannot_be_written(&self.path, &error))
    }

    /// Unlocking is for every process that shares the open file, so only the owner does.
    fn unlock(&self) -> io::Result<()> {
        if self.owner == process::id() { self.file.unlock() } else { Ok(()) }
    }

    /// Two processes at one end of the file would cut each other's lines.
    fn require_owner(&self) -> Result<(), Failure> {
        if self.owner == process::id() {
            return Ok(());
        }
        let message = format!(
            "the journal {} was opened by process {}, from which process {} was forked; expected only that one to append",
            named(&self.path),
            self.owner,
            process::id()
        );
        Err(Failure::misuse(PLACE, message))
    }

    /// A line that a line feed cuts, or that lacks its end, would be unreadable for every later run.
    fn require_whole(&self, lines: &str) -> Result<(), Failure> {
        let mut rest = lines.split_inclusive('\n').enumerate();
        let Some((index, _)) = rest.find(|(_, line)| !is_whole(line)) else { return Ok(()) };
        let message = format!(
            "line {} of what the journal {} is given is not whole; expected lines as a push puts them out: JSON objects, \
             each ended by a line feed and without one inside",
            index + 1,
            named(&self.path)
        );
        Err(Failure::from(Error::validation(PLACE, message))
            .advising("Append what the push's step has, as it is."))
    }
}

/// Closing alone would leave it locked for as long as a forked child runs.
impl Drop for JournalFile {
    fn drop(&mut self) {
        // The end of the file is the end of the lock in any case, unless there is such a child.
        drop(self.unlock());
    }
}

/// Where the errors say they are.
const PLACE: &str = "journal";

/// Blank lines do no harm: a push begins with one where the last line was cut off.
fn is_whole(line: &str) -> bool {
    let Some(line) = line.strip_suffix('\n') else { return false };
    line.is_empty() || line.starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok()
}

fn require_regular(path: &Path, found: FileType) -> Result<(), Failure> {
    if found.is_file() {
        return Ok(());
    }
    let message = format!(
        "the journal {} is {}; expected a regular file, or none yet",
        named(path),
        irregular_kind(found)
    );
    Err(Failure::from(Error::validation(PLACE, message)).advising("Name a file on a disk that stays."))
}

/// Opens a file for reading and for writing at its end, or makes a private one.
fn open_to_grow(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;

        options.custom_flags(libc::O_NONBLOCK).mode(PRIVATE);
    }
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let file = options.create(true).open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        // The umask may have taken from it.
        file.set_permissions(fs::Permissions::from_mode(PRIVATE))?;
    }
    Ok(file)
}

fn another_push_has(path: &Path) -> Failure {
    let message = format!(
        "another push is writing to the journal {}; expected to run one after the other",
        named(path)
    );
    Failure::from(Error::validation(PLACE, message))
        .advising("Wait for the other push to end, or give this one a journal of its own.")
}

fn another_push_had(path: &Path) -> Failure {
    let message = format!(
        "another push has, or had, the journal {} since it was opened, and what that one wrote is not known to this one; \
         expected it to be opened for each push",
        named(path)
    );
    Failure::from(Error::validation(PLACE, message))
        .advising("Run one push after the other, and open the journal again for each.")
}

fn never_read(path: &Path) -> Failure {
    let message = format!(
        "the push does not know what the journal {} holds, which nobody has asked for; expected it to be started with \
         bp_journal_text, or bp_journal_json, as its journal",
        named(path)
    );
    Failure::from(Error::validation(PLACE, message)).advising(
        "Start the push with what the journal held when it was opened, so that it writes nothing twice.",
    )
}

fn cannot_be_opened(path: &Path, error: &io::Error) -> Failure {
    let message = format!(
        "the journal {} cannot be opened: {}; expected a file that may be read and written and can be locked, or none yet \
         in a directory that is there",
        named(path),
        in_words(error)
    );
    Failure::from(Error::validation(PLACE, message))
        .advising("Correct the path, or what may be done with the file and its directory.")
}

fn was_lost(path: &Path) -> Failure {
    let message = format!(
        "the journal {} was removed or replaced while the push had it; no write is sent before it is announced there",
        named(path)
    );
    Failure::from(Error::validation(PLACE, message)).advising(
        "Put the file back where it was, or push the same records once more: what was written is looked for by its keys. \
         Move a journal only between pushes.",
    )
}

fn cannot_be_written(path: &Path, error: &io::Error) -> Failure {
    let message = format!(
        "the journal {} cannot be written: {}; no write is sent before it is announced there",
        named(path),
        in_words(error)
    );
    Failure::from(Error::validation(PLACE, message)).advising(
        "Make room on the disk, then push the same records with the same journal: it goes on from there.",
    )
}
