//! Something that is to be written: a record of the input, or what is created for one.

use super::journal::Done;
use super::lookup::{Hit, Sought};
use crate::error::Error;
use crate::mapping::Mapped;
use crate::operation::Request;
use crate::output::{Created, Difference};

/// A record of the input, or something that is created for one, on its way.
pub(super) struct Entry {
    pub(super) role: Role,
    /// What the journal calls it.
    pub(super) name: String,
    pub(super) mapped: Mapped,
    /// How it is found in Brightpearl, where it can be.
    pub(super) sought: Option<Sought>,
    pub(super) stage: Stage,
    /// How it ended in an earlier run, until it is decided whether that still holds.
    pub(super) done: Option<Done>,
    /// What became unknown, until it is known.
    pub(super) doubt: Option<Doubt>,
    /// How often it was sent.
    pub(super) sends: u32,
    /// Whether Brightpearl said that it is there though it was not found.
    pub(super) is_contested: bool,
    /// Those words, until it is found.
    pub(super) conflict: Option<Error>,
    pub(super) verified: bool,
    pub(super) created: Vec<Created>,
    pub(super) differences: Vec<Difference>,
}

pub(super) enum Role {
    /// The record at this place of the input.
    Record(u64),
    /// What a reference needs that is not there.
    Creation {
        /// What it is known by to those who need it.
        slot: String,
        /// The name of the mapping that makes it.
        mapping: String,
        /// The entry that needed it first.
        parent: usize,
    },
}

pub(super) enum Stage {
    /// What is to be done is not decided.
    Open,
    /// It is there under this id, and is being read.
    Reading(u64),
    /// It was read.
    Read(u64, String),
    /// It is to be written.
    Ready(Write),
    /// It was announced in the journal, or is out.
    Sending(Write),
    /// It is looked up whether an attempt was applied after all.
    Looking,
    /// It is over.
    Settled,
}

/// One write.
#[derive(Clone)]
pub(super) struct Write {
    pub(super) request: Request,
    /// The id of the record that it changes; `None` when it creates one.
    pub(super) changes: Option<u64>,
}

/// A write of which nobody knows what came.
pub(super) struct Doubt {
    pub(super) attempt: Attempt,
    /// How it ended; nothing when an earlier run was cut off.
    pub(super) error: Option<Error>,
    /// How often it was looked up after a pause.
    pub(super) looks: usize,
}

/// What may have been applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// To create the record.
    Creation,
    /// To change it, since it was there.
    Change,
    /// To create another record of the same key, in an earlier run.
    Anothers,
}

/// What is known of a reference.
pub(super) enum Standing {
    Found(Hit),
    /// There are several.
    Ambiguous(Vec<Hit>),
    Missing,
    /// It must be looked up.
    Unsought(Sought),
    /// It must be created.
    Uncreated(String),
    /// It is being created.
    Awaited,
    /// It could not be found out, or created.
    Failed(String),
    /// An attempt to create it may have been applied.
    InDoubt(String),
}

impl Entry {
    pub(super) fn new(role: Role, name: String, mapped: Mapped, sought: Option<Sought>) -> Self {
        Self {
            role,
            name,
            mapped,
            sought,
            stage: Stage::Open,
            done: None,
            doubt: None,
            sends: 0,
            is_contested: false,
            conflict: None,
            verified: false,
            created: Vec::new(),
            differences: Vec::new(),
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        matches!(self.stage, Stage::Settled)
    }

    /// Whether an attempt at it may have been applied.
    pub(super) fn may_be_written(&self) -> bool {
        self.doubt.as_ref().is_some_and(|doubt| doubt.attempt != Attempt::Anothers)
    }

    pub(super) fn is_record(&self) -> bool {
        matches!(self.role, Role::Record(_))
    }
}
