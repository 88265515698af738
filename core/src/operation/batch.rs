//! Several writes at once.

use serde::{Deserialize, Serialize};

use super::SingleRequest;

/// Several writes, packed into multi-messages of ten where that saves requests (API notes §6). Each ends with
/// a result of its own, in the order given here. POST, PUT and DELETE are packed; a PATCH, and a write with a
/// query or headers of its own, goes by itself.
///
/// Nothing is carried out twice: a write whose outcome is unknown ends with
/// [`Delivery::MaybeApplied`](crate::Delivery::MaybeApplied), unless it may be repeated, and repeating it
/// would not bring it out of the order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The writes. Their number is not limited.
    pub requests: Vec<SingleRequest>,
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
    /// In any order, perhaps at once, in several requests at a time where the configuration allows that. With
    /// [`OnFailure::Stop`] they go one after the other all the same, since otherwise nothing would be behind
    /// a failed one.
    Parallel,
}

/// What a failed write of a batch means for those behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// Those behind it are not sent, and are reported as not sent.
    #[default]
    Stop,
    /// Those behind it are carried out all the same, unless nothing gets through: after three requests in a row that no
    /// one answered, or one that never left, was refused for its credentials, or for ever by the cap, the rest
    /// is reported as not sent.
    Continue,
}

/// Whether the writes of a batch travel in multi-messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Packing {
    /// Where it saves requests, and one by one while the multi-message service fails.
    #[default]
    Auto,
    /// Always, even one by itself; when the multi-message service fails, the writes of that packet fail with
    /// it and the rest is not sent. A write that cannot be packed is refused.
    Always,
    /// Never: one by one.
    Never,
}
