//! Several writes at once.

use serde::{Deserialize, Serialize};

use super::Request;

/// Several writes, packed into multi-messages of ten where that saves requests (API notes §6). Each ends with
/// a result of its own, in the order given here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The writes. Their number is not limited.
    pub requests: Vec<Request>,
    /// In which order Brightpearl carries them out.
    #[serde(default)]
    pub order: Order,
    /// What a failed write means for those behind it.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// Whether they are packed.
    #[serde(default)]
    pub packing: Packing,
}

/// In which order Brightpearl carries out the writes of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// One after the other, as given.
    #[default]
    Sequential,
    /// In any order, perhaps at once.
    Parallel,
}

/// What a failed write of a batch means for those behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// They are not sent, and are reported as not sent.
    #[default]
    Stop,
    /// They are carried out all the same.
    Continue,
}

/// Whether the writes of a batch travel in multi-messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Packing {
    /// Where it saves requests, and one by one while the multi-message service fails.
    #[default]
    Auto,
    /// Always; the batch fails when the multi-message service does.
    Always,
    /// Never: one by one.
    Never,
}
