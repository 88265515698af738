//! Records of another system that go into Brightpearl.

use serde::{Deserialize, Serialize};

use super::task::Json;
use crate::error::{Error, Result};

/// Records that are mapped, and created or updated in Brightpearl, each exactly once. Every record ends with one
/// [`Outcome`](crate::flow::Outcome).
///
/// Either `dry_run` or `write` must be true: nothing is written by accident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// The mapping document (see [`mapping`](crate::mapping)), with a `target`.
    pub mapping: Json,
    /// The records. Without them the call asks for records as it goes, with
    /// [`Step::Feed`](crate::Step::Feed).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<Vec<Json>>,
    /// Sends only reads, and says of each record what would be written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Allows writing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub write: bool,
    /// The most writes that may be sent, those for references among them; a record that would need more is
    /// rejected. No limit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_writes: Option<u64>,
    /// What to do with a record that Brightpearl has already.
    #[serde(default)]
    pub existing: Existing,
    /// The journal so far, to go on after a crash: what earlier runs put out as
    /// [`Output::Journal`](crate::Output::Journal), one behind the other, cut off wherever the crash cut it. Empty
    /// for a new journal. A record that it has as done is not looked at again: a new journal looks at all of them. When
    /// absent, none is kept; a push that writes by a document without `verify` is refused then, since a second run
    /// would write every record again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<String>,
    /// Goes on with a journal although the document or `existing` has changed since: what the journal has as done is
    /// looked at again, where the document says how a record is found. Such a journal is refused otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub renew: bool,
    /// How many records are worked on together, 1 to 10 000. More of them share more requests. They are worked on once there
    /// are so many, or no more, or when the call asked for the next one and is polled again without it.
    #[serde(default = "defaults::window")]
    pub window: usize,
    /// When to look for a write of unknown outcome: milliseconds after it was known to be unknown, and after each
    /// look that did not find it. Behind the last look it counts as not applied, and is sent again. After a write that is
    /// answered by `{}`, the record is read at once; a goods note again after each of these pauses, until it shows the events.
    /// Where there are none, nothing is looked for or read back, and such answers are believed.
    #[serde(default = "defaults::looks")]
    pub looks_ms: Vec<u64>,
    /// When to look whether what was created is there once, since another push may have created the same meanwhile:
    /// milliseconds after a window was written, and after each look that does not show it yet. It is one request for each
    /// window and search, where the search tells what is new. None of it where it is empty; what two pushes double within
    /// seconds is told by neither of them then.
    #[serde(default = "defaults::confirm")]
    pub confirm_ms: Vec<u64>,
}

mod defaults {
    pub(super) fn window() -> usize {
        200
    }

    /// A request may be carried out a while after its connection was lost (API notes §10.7).
    pub(super) fn looks() -> Vec<u64> {
        vec![2_000, 10_000, 30_000]
    }

    /// A search that shows a record shows what was created before it, too.
    pub(super) fn confirm() -> Vec<u64> {
        vec![0, 2_000, 10_000]
    }
}

/// What to do with a record that Brightpearl has already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Existing {
    /// What differs is changed, as far as the API can change it.
    #[default]
    Update,
    /// It is left as it is.
    Leave,
    /// The record is rejected.
    Reject,
}

impl Push {
    /// A push that only reads, by a mapping document.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `mapping` when that is not JSON.
    pub fn dry_run(mapping: impl Into<String>) -> Result<Self> {
        let mapping = Json::new(mapping).map_err(|error| error.at("mapping"))?;
        Ok(Self {
            mapping,
            records: None,
            dry_run: true,
            write: false,
            max_writes: None,
            existing: Existing::default(),
            journal: None,
            renew: false,
            window: defaults::window(),
            looks_ms: defaults::looks(),
            confirm_ms: defaults::confirm(),
        })
    }

    /// A push that writes, by a mapping document.
    ///
    /// # Errors
    /// As [`Push::dry_run`].
    pub fn writing(mapping: impl Into<String>) -> Result<Self> {
        Ok(Self { dry_run: false, write: true, ..Self::dry_run(mapping)? })
    }

    /// Reads a push from its JSON text.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the line and column of the JSON.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| crate::json::json_error("push", &error))
    }

    pub(crate) fn check(&self) -> Result<()> {
        match (self.dry_run, self.write) {
            (true, false) | (false, true) => {}
            (false, false) => {
                return Err(Error::validation(
                    "write",
                    "a push writes only when `write` is true; expected `write`, or `dry_run` to see what it would do",
                ));
            }
            (true, true) => {
                return Err(Error::validation(
                    "write",
                    "a dry run does not write; expected one of `dry_run` and `write`",
                ));
            }
        }
        if !(1..=10_000).contains(&self.window) {
            return Err(Error::validation(
                "window",
                format!("{} records cannot be worked on together; expected 1 to 10000", self.window),
            ));
        }
        Ok(())
    }
}
