//! Files with data of customers, which their owner alone may read: what journals and states have in common.

use std::ffi::OsStr;
use std::fs::{self, File, FileType};
use std::io;
use std::path::{Path, PathBuf};

use brightpearl_core::Error;

use crate::boundary::Failure;

/// The mode of a new file: it carries customers' names.
#[cfg(unix)]
pub(crate) const PRIVATE: u32 = 0o600;

/// Whether an open file is the one under that name.
#[cfg(unix)]
pub(crate) fn is_still_named(found: &fs::Metadata, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(path).is_ok_and(|named| (named.dev(), named.ino()) == (found.dev(), found.ino()))
}

/// Files in use are not replaced here.
#[cfg(not(unix))]
pub(crate) fn is_still_named(_found: &fs::Metadata, _path: &Path) -> bool {
    true
}

/// What a file is instead of a regular one.
#[cfg(unix)]
pub(crate) fn irregular_kind(found: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;

    if found.is_dir() {
        "a directory"
    } else if found.is_fifo() {
        "a FIFO"
    } else if found.is_char_device() || found.is_block_device() {
        "a device"
    } else if found.is_socket() {
        "a socket"
    } else {
        "a special file"
    }
}

#[cfg(not(unix))]
pub(crate) fn irregular_kind(found: FileType) -> &'static str {
    if found.is_dir() { "a directory" } else { "a special file" }
}

/// A name outlives a power cut when its directory is on disk, too.
#[cfg(unix)]
pub(crate) fn sync_name(path: &Path) -> io::Result<()> {
    match fs::canonicalize(path)?.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

/// Directories cannot be synced here; the system keeps names by itself.
#[cfg(not(unix))]
pub(crate) fn sync_name(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// A path in quotes, as other hosts show it.
pub(crate) fn named(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().escape_debug())
}

/// The system's words alone.
pub(crate) fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    match error.raw_os_error().and_then(|code| text.strip_suffix(&format!(" (os error {code})"))) {
        Some(words) => words.to_owned(),
        None => text,
    }
}

/// The path that bytes of the program name: any bytes on Unix, UTF-8 elsewhere. `place` is what it is the path of.
pub(crate) fn path_of(bytes: &[u8], place: &str) -> Result<PathBuf, Failure> {
    if bytes.is_empty() {
        let message = format!("the {place}'s path is empty; expected the path of a file");
        return Err(Error::validation(place, message).into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;

        Ok(PathBuf::from(OsStr::from_bytes(bytes)))
    }
    #[cfg(not(unix))]
    {
        let text =
            std::str::from_utf8(bytes).map_err(|error| Failure::bad_utf8("path", error.valid_up_to()))?;
        Ok(PathBuf::from(OsStr::new(text)))
    }
}
