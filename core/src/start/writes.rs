//! What keeps an operation that writes from being started: a client that only reads, and a checkpoint that nobody
//! vouched for.

use crate::error::{Error, Result};
use crate::guard::{described, read_only};
use crate::operation::{Operation, Push, SingleRequest};
use crate::task;

/// Refuses an operation that writes, for a client that only reads.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `read_only`.
pub(super) fn check_start(is_read_only: bool, operation: &Operation) -> Result<()> {
    match operation.write() {
        Some(write) if is_read_only => Err(read_only(&write)),
        Some(_) | None => Ok(()),
    }
}

/// Refuses to go on with an operation that writes, unless the caller allows that: a checkpoint is data, and may come
/// from elsewhere.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `allow_writes`.
pub(super) fn check_resume(allows_writes: bool, operation: &Operation) -> Result<()> {
    match operation.write() {
        Some(write) if !allows_writes => Err(Error::validation(
            "allow_writes",
            format!(
                "the checkpoint's operation writes: {write}; expected one that only reads, or to be resumed with \
                 `allow_writes`, for a checkpoint that you trust"
            ),
        )),
        Some(_) | None => Ok(()),
    }
}

impl Operation {
    /// Whether carrying it out may change anything in Brightpearl. Searches, fetches, plans of URIs, pulls, dry runs of
    /// pushes, the tasks that [`tasks`](crate::task::tasks) says do not write, and requests with GET or OPTIONS do not.
    pub fn writes(&self) -> bool {
        self.write().is_some()
    }

    /// What it would write, in words.
    fn write(&self) -> Option<String> {
        match self {
            Self::Request(SingleRequest { method, path, .. }) => {
                (!method.is_read()).then(|| described(*method, path))
            }
            Self::Batch(batch) => Some(format!("a batch of {}", batch.requests.len())),
            Self::Task(task) => task::writes(&task.name).then(|| format!("the task {}", task.name)),
            Self::Push(Push { write, dry_run, .. }) => {
                (*write || !dry_run).then(|| "a push without `dry_run`".to_owned())
            }
            Self::Search(_) | Self::Fetch(_) | Self::Options(_) | Self::Pull(_) => None,
        }
    }
}
