//! What became of one record of a push.

use serde::Serialize;
use serde_json::value::RawValue;

use super::data::Carried;
use super::{Data, Failure, Item, OutputKind, ShapedOutput};
use crate::error::Error;
use crate::json::plain;
use crate::named::named;

/// What became of one record. Every record that a push was given ends with exactly one.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The record's place in the input, from 0. What an earlier run left open and nothing in the input is about has a number
    /// behind the input's.
    pub record: u64,
    /// The record's key, where the mapping has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// How it ended.
    pub state: State,
    /// The id that Brightpearl's record has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// Whether that is what a dry run would do.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Whether an earlier run did it, and the journal says so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub journaled: bool,
    /// Whether the outcome of a write was unknown, and Brightpearl was asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
    /// Why, in one sentence; nothing where the state says it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Rules of the mapping that could not be carried out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// The error of the write, or of the read that the record needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// What was created for it beside the record itself: its customer, an address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub created: Vec<Created>,
    /// How what Brightpearl has differs from what the record says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
}

named! {
    /// How a record of a push ended.
    pub enum State: "outcome-state" {
        /// It was created, in this run or an earlier one of the same journal.
        Created = 1 "created",
        /// It was there and differed, and was changed: it is as the record says now.
        Updated = 2 "updated",
        /// It was there as the record says, or was to be left as it is; nothing was written.
        Unchanged = 3 "unchanged",
        /// The mapping says that it is none of Brightpearl's.
        Skipped = 4 "skipped",
        /// It was not written: the record is wrong, Brightpearl refused it, or the limit of writes did.
        Rejected = 5 "rejected",
        /// It may have been written: sent, outcome unknown, and no way to find out: look before pushing it again.
        MaybeApplied = 6 "maybe-applied",
        /// It is there and is not as the record says: what differs could not be changed, or was not to be.
        Differs = 7 "differs",
        /// It was created, and is there more than once: somebody else has created it at the same time, or what was created for
        /// it. Keep one of them in Brightpearl.
        Doubled = 8 "doubled",
    }
}

/// Something that was created for a record beside the record itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Created {
    /// The name of the nested mapping that made it.
    pub mapping: String,
    /// Its id; nothing in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
}

/// One value of a record that Brightpearl has otherwise.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// Where it stands: a JSON Pointer into the body that the mapping makes.
    pub pointer: String,
    /// What Brightpearl has, as JSON; nothing when it has nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<RawValue>>,
    /// What the record says, as JSON; `null` for what it has no place for. A row that only Brightpearl has stands behind
    /// the record's own.
    pub after: Box<RawValue>,
    /// Whether the API can change it once the record is there.
    pub changeable: bool,
}

impl Outcome {
    /// An outcome of which only the state is known.
    pub(crate) fn new(record: u64, state: State) -> Self {
        Self {
            record,
            key: None,
            state,
            id: None,
            dry_run: false,
            journaled: false,
            verified: false,
            reason: None,
            failures: Vec::new(),
            error: None,
            created: Vec::new(),
            differences: Vec::new(),
        }
    }

    /// As JSON: the members that it has, with the error as all hosts show it.
    pub fn to_json(&self) -> String {
        plain(self)
    }
}

impl Carried for Vec<Outcome> {
    fn count(&self) -> usize {
        self.len()
    }

    fn shaped(self, kind: OutputKind) -> ShapedOutput {
        Data::unnamed(kind, self.iter().map(|outcome| Item::new(outcome, outcome.error.as_ref())))
    }
}
