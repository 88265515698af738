//! The file that keeps the account between runs.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::PoisonError;

use brightpearl_emulator::Statistics;

use crate::Shared;

/// Where the account is kept.
pub(crate) struct StateFile {
    path: PathBuf,
    /// What had been counted when it was last written: with every request something is.
    written_at: Option<Statistics>,
}

impl StateFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, written_at: None }
    }

    /// Writes the account if anything was asked of it since the last time.
    pub(crate) fn keep_up(&mut self, emulator: &Shared) -> io::Result<()> {
        let is_old = {
            let desk = emulator.lock().unwrap_or_else(PoisonError::into_inner);
            self.written_at.as_ref() != Some(desk.emulator().statistics())
        };
        if is_old { self.keep(emulator) } else { Ok(()) }
    }

    /// Writes the account: into a file beside first, so that whoever stops the server in the midst of it still
    /// has the last whole state.
    pub(crate) fn keep(&mut self, emulator: &Shared) -> io::Result<()> {
        let (state, statistics) = {
            let desk = emulator.lock().unwrap_or_else(PoisonError::into_inner);
            let emulator = desk.emulator();
            (emulator.save().map_err(io::Error::other)?, emulator.statistics().clone())
        };
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        fs::write(&beside, &state)?;
        fs::rename(&beside, &self.path)?;
        self.written_at = Some(statistics);
        Ok(())
    }
}
