//! What is not known of a write that was sent.

use crate::error::Error;

/// A write of which nobody knows what came.
#[derive(Clone, Debug)]
pub(super) struct Doubt {
    pub(super) attempt: Doubted,
    /// How it ended; nothing when an earlier run was cut off.
    pub(super) error: Option<Error>,
    /// How often it was looked up after a pause.
    pub(super) looks: usize,
    /// Whether it adds something to what is there, which must not be added twice.
    pub(super) adds: bool,
}

/// What may have been applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubted {
    /// To create the record.
    Creation,
    /// To change it, since it was there.
    Change,
    /// To create another record of the same key, in an earlier run.
    Anothers,
}

impl Doubt {
    pub(super) fn of(is_update: bool, error: Option<Error>) -> Self {
        let attempt = if is_update { Doubted::Change } else { Doubted::Creation };
        Self { attempt, error, looks: 0, adds: false }
    }
}
