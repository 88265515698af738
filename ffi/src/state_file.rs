//! The file that a pull's state is kept in: replaced as a whole, and one pull at a time has it. The same file, the same
//! rules and the same words as in Python.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use brightpearl_core::Error;
use serde_json::value::RawValue;

use crate::boundary::Failure;
#[cfg(unix)]
use crate::private_file::PRIVATE;
use crate::private_file::{in_words, irregular_kind, is_still_named, named, sync_name};

/// A state's file, whose name is taken.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// Where the path leads to.
    target: PathBuf,
    lock: NameLock,
}

impl StateFile {
    /// Takes the file, and reads what it holds, if there is one yet. Never waits, and changes nothing that is there.
    pub(crate) fn open(path: PathBuf) -> Result<(Self, Option<String>), Failure> {
        match fs::metadata(&path) {
            Ok(found) if !found.is_file() => {
                let kind = irregular_kind(found.file_type());
                let message = format!(
                    "{} is {kind}; expected a regular file with the state, or none yet",
                    named(&path)
                );
                return Err(Failure::from(Error::validation(PLACE, message)).advising(NAME_IT));
            }
            Ok(found) if found.permissions().readonly() => {
                return Err(cannot_be_kept(&path, &io::ErrorKind::PermissionDenied.into()));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(cannot_be_kept(&path, &error)),
        }
        let target = followed(&path).map_err(|error| cannot_be_kept(&path, &error))?;
        let Some(lock) = NameLock::take(&target).map_err(|error| cannot_be_kept(&path, &error))? else {
            let message =
                format!("another pull has the state {}; expected to run one after the other", named(&path));
            return Err(Failure::from(Error::validation(PLACE, message))
                .advising("Wait for the other pull to end, or give this one a state of its own."));
        };
        remove_abandoned(&target, &lock);
        let file = Self { path, target, lock };
        let text = file.read()?;
        Ok((file, text))
    }

    fn read(&self) -> Result<Option<String>, Failure> {
        let bytes = match fs::read(&self.target) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot_be_kept(&self.path, &error)),
        };
        let text = str::from_utf8(&bytes).map_err(|_| self.refusal("is not UTF-8"))?.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if !is_object(text) {
            return Err(self.refusal("is not a JSON object"));
        }
        Ok(Some(text.to_owned()))
    }

    fn refusal(&self, reason: &str) -> Failure {
        let message = format!(
            "the file {} is not a state: it {reason}; expected what an earlier pull left there",
            named(&self.path)
        );
        Failure::from(Error::validation(PLACE, message)).advising(NAME_IT)
    }

    /// Replaces the state, and returns when it is on disk.
    pub(crate) fn replace(&mut self, text: &str) -> Result<(), Failure> {
        if self.lock.owner != process::id() {
            let message = format!(
                "the state {} was opened by process {}, from which process {} was forked; expected only that one to replace it",
                named(&self.path),
                self.lock.owner,
                process::id()
            );
            return Err(Failure::misuse(PLACE, message));
        }
        if !is_object(text.trim()) {
            let message = "the text is not a state; expected what bp_call_checkpoint gives";
            return Err(Error::validation(PLACE, message).into());
        }
        self.write(text).map_err(|error| {
            let message = format!(
                "the state {} cannot be written: {}; it has what it had",
                named(&self.path),
                in_words(&error)
            );
            Failure::from(Error::validation(PLACE, message))
                .advising("Make room on the disk, or run as the file's owner; the next pull goes on from what is there.")
        })?;
        sync_name(&self.target).map_err(|error| {
            let message = format!(
                "the state {} was replaced, but its directory cannot be synced: {}; after a power cut it may have what it had \
                 before",
                named(&self.path),
                in_words(&error)
            );
            Failure::from(Error::validation(PLACE, message))
                .advising("Let the directory be read, and look after the disk; the next pull goes on from what is there.")
        })
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let (mut file, partial) = Partial::beside(&self.target)?;
        file.write_all(text.trim().as_bytes())?;
        file.write_all(b"\n")?;
        keep_access(&file, &self.target)?;
        file.sync_all()?;
        partial.replace(&self.target)
    }
}

/// Has what is under a name, though it is replaced meanwhile: a file beside it is locked. One that a killed process left is
/// taken by the next. Only on Unix is it removed: elsewhere a file that is open keeps its name.
#[derive(Debug)]
struct NameLock {
    file: Option<File>,
    path: PathBuf,
    /// The process that has it. A child that was forked from it shares its lock.
    owner: u32,
}

impl NameLock {
    /// Takes it; nothing when somebody else has it.
    fn take(target: &Path) -> io::Result<Option<Self>> {
        let path = beside(target, 200, ".lock");
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt;

                options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).mode(PRIVATE);
            }
            let file = options.open(&path).map_err(|error| {
                let message = format!("its lock {} cannot be opened: {}", named(&path), in_words(&error));
                io::Error::new(error.kind(), message)
            })?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Whoever had it before may have taken its name away meanwhile.
            if is_still_named(&file.metadata()?, &path) {
                return Ok(Some(Self { file: Some(file), path, owner: process::id() }));
            }
        }
    }
}

impl Drop for NameLock {
    fn drop(&mut self) {
        if self.owner != process::id() {
            return;
        }
        // While it is locked, its name is taken away, so that nobody takes a lock on what has no name any more.
        if cfg!(unix) {
            _ = fs::remove_file(&self.path);
        }
        if let Some(file) = self.file.take() {
            // Closing alone would leave it locked for as long as a forked child runs.
            _ = file.unlock();
        }
    }
}

/// A file that is to replace another one, and goes away unless it does.
struct Partial(Option<PathBuf>);

impl Partial {
    /// Makes one: private, and locked, so that nobody takes it for one that a killed process left.
    fn beside(target: &Path) -> io::Result<(File, Self)> {
        loop {
            let path = beside(target, 48, &format!(".brightpearl-{}.partial", random_name()));
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt;

                options.mode(PRIVATE);
            }
            match options.open(&path) {
                Ok(file) => {
                    let made = Self(Some(path));
                    file.try_lock().map_err(io::Error::other)?;
                    return Ok((file, made));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn replace(mut self, target: &Path) -> io::Result<()> {
        if let Some(path) = &self.0 {
            fs::rename(path, target)?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            _ = fs::remove_file(path);
        }
    }
}

/// Removes what processes that were killed while they replaced the file have left beside it: regular files of whoever has
/// the lock's, with such a name, which nobody has locked any more.
#[cfg(unix)]
fn remove_abandoned(target: &Path, lock: &NameLock) {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

    let prefix = beside(target, 48, ".brightpearl-");
    let (Some(directory), Some(prefix)) = (target.parent(), prefix.file_name()) else { return };
    let Some(owner) = lock.file.as_ref().and_then(|file| file.metadata().ok()).map(|found| found.uid())
    else {
        return;
    };
    for found in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = found.file_name();
        let middle = name.as_bytes().strip_prefix(prefix.as_bytes());
        let Some(middle) = middle.and_then(|rest| rest.strip_suffix(b".partial")) else { continue };
        if middle.len() != 8 || !middle.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')) {
            continue;
        }
        // Opening a FIFO would wait.
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
        let Ok(partial) = options.open(found.path()) else { continue };
        let Ok(about) = partial.metadata() else { continue };
        let is_ours = about.is_file() && about.uid() == owner && about.nlink() == 1;
        if is_ours && partial.try_lock().is_ok() && is_still_named(&about, &found.path()) {
            _ = fs::remove_file(found.path());
        }
    }
}

#[cfg(not(unix))]
fn remove_abandoned(_target: &Path, _lock: &NameLock) {}

/// Where the errors say they are.
const PLACE: &str = "state";

const NAME_IT: &str = "Name the file of the last pull, or one that is not there yet to begin anew.";

fn is_object(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<&RawValue>(text).is_ok()
}

fn cannot_be_kept(path: &Path, error: &io::Error) -> Failure {
    let message = format!(
        "no state can be kept in {}: {}; expected a file that may be read and replaced, or none yet in a directory that is \
         there",
        named(path),
        in_words(error)
    );
    Failure::from(Error::validation(PLACE, message))
        .advising("Correct the path, or what may be done with the file and its directory.")
}

/// Where a path leads to, though nothing need be there yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => fs::canonicalize(parent)?,
            _ => fs::canonicalize(".")?,
        };
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let found = directory.join(name);
        match fs::read_link(&found) {
            Ok(link) => path = directory.join(link),
            Err(_) => return Ok(found),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// A hidden name beside a file, which begins as the file's own.
fn beside(target: &Path, most: usize, end: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(shortened(target.file_name().unwrap_or_default(), most));
    name.push(end);
    target.with_file_name(name)
}

/// As many characters of a name. Where bytes are no characters, each is one.
#[cfg(unix)]
fn shortened(name: &OsStr, most: usize) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    let mut taken = Vec::new();
    let mut left = most;
    for chunk in name.as_bytes().utf8_chunks() {
        let valid: String = chunk.valid().chars().take(left).collect();
        left -= valid.chars().count();
        taken.extend_from_slice(valid.as_bytes());
        let invalid = &chunk.invalid()[..left.min(chunk.invalid().len())];
        left -= invalid.len();
        taken.extend_from_slice(invalid);
    }
    OsString::from_vec(taken)
}

#[cfg(not(unix))]
fn shortened(name: &OsStr, most: usize) -> OsString {
    name.to_string_lossy().chars().take(most).collect::<String>().into()
}

/// Eight letters and digits, as others beside the file would hardly be named.
fn random_name() -> String {
    let mut number = RandomState::new().hash_one(process::id());
    let mut digit = || {
        let digit = char::from_digit((number % 36) as u32, 36).unwrap_or('0');
        number /= 36;
        digit
    };
    (0..8).map(|_| digit()).collect()
}

/// Gives a file the owner, the group and the mode of the one that it replaces, or the mode of a private one. Who may not give
/// files away fails, unless the owner that there was may read it all the same.
#[cfg(unix)]
fn keep_access(file: &File, target: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    let Ok(found) = fs::metadata(target) else {
        return file.set_permissions(fs::Permissions::from_mode(PRIVATE));
    };
    let mode = found.permissions().mode() & 0o777;
    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (found.uid(), found.gid())
        && let Err(error) = fchown(file, Some(found.uid()), Some(found.gid()))
    {
        let has_group = made.gid() == found.gid() || fchown(file, None, Some(found.gid())).is_ok();
        let is_readable = made.uid() == found.uid() || mode & 0o004 != 0 || (has_group && mode & 0o040 != 0);
        if !is_readable {
            let message =
                format!("it cannot be left to its owner, user {}: {}", found.uid(), in_words(&error));
            return Err(io::Error::new(error.kind(), message));
        }
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn keep_access(_file: &File, _target: &Path) -> io::Result<()> {
    Ok(())
}
