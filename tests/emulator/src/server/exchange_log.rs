//! The log of exchanges: a line of JSON each.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A file that lines are appended to.
pub(crate) struct ExchangeLog(Mutex<File>);

impl ExchangeLog {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        // It has what an account's state has: names and addresses, though invented ones.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path);
        let file =
            file.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        Ok(Self(Mutex::new(file)))
    }

    /// Appends a line. A full disk is told, and does not keep requests from their answers.
    pub(crate) fn write(&self, line: &str) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
            eprintln!("brightpearl-emulator: an exchange was not logged: {error}");
        }
    }
}
