//! Records of Brightpearl that go out.

use serde::{Deserialize, Serialize};

use super::task::Json;
use crate::error::Result;

/// What changed in some resources since the last time: found by a search, read in detail, mapped, and handed out
/// in batches ([`Output::Records`](crate::Output::Records)).
///
/// A checkpoint of the call covers what was consumed. It is the `state` of the next pull, whether the call was done,
/// failed, or was dropped in its midst; [`Client::resume`](crate::Client::resume) takes it as well, and pulls the
/// same resources: on from there, or what has changed since when the call was done.
///
/// The first pull of a resource sweeps once over everything, by key. Later ones sweep by each of the search's watermarks;
/// within a sweep, records come in the order of change. Every change is handed out at least once: what is repeated
/// is what was not consumed, and a record that changed again. When a resource fails, the others do what they can before
/// the pull ends with the error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pull {
    /// What to pull. They share the request budget; those of a higher priority go first.
    pub resources: Vec<PullResource>,
    /// The checkpoint of an earlier pull: every resource goes on where that one's consumption ended, whatever
    /// else was changed in the pull.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// How far behind the watermark the next search begins, in milliseconds, for what Brightpearl shows late.
    #[serde(default = "defaults::overlap_ms")]
    pub overlap_ms: u64,
}

/// One resource of a pull.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullResource {
    /// The resource, by its short name such as `order` or its path. No resource may be named twice, unless by
    /// different `name`s.
    pub resource: String,
    /// What records, states and streams call it; the resource when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Further filters of its search, unescaped, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<(String, String)>,
    /// An outbound mapping document (with a `source`); without one the records go out as Brightpearl has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Json>,
    /// From when on, where there is no state yet: a date or date-time. Everything when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The column that tells what changed; the catalog's when absent, mostly two. Records that have nothing in it are
    /// found by the first pull only. Where there is none, new records are found by their ids, and changes are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<String>,
    /// Query parameters of the reads, such as `includeOptional`, unescaped, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// Hands out the rows of the search as records, without reading each in detail; so it is always done where
    /// nothing reads what the search finds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rows: bool,
    /// Looks for records that are gone, too. With `filters`, what they do not find any more counts as gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletes: Option<Deletes>,
    /// Compares the ids that there are with those that were handed out, and hands out what no date told of. What is gone is
    /// told, as with `deletes`, whose guard holds. The first such pull of a state that knows of no ids hands out everything,
    /// unless there is a `since`: then it takes what is there for known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reconcile: bool,
    /// Higher goes first; 0 when absent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i32,
}

/// How deleted records are found: by comparing the ids that there are with those that were handed out, or were there when
/// deletes were first looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deletes {
    /// The guard: when more than this share of the known records is gone at once, in percent, none of them is
    /// reported, and the pull ends with [`Kind::Conflict`](crate::Kind::Conflict) behind what else it has found. 20
    /// when absent.
    #[serde(default = "defaults::most_percent")]
    pub most_percent: u8,
}

impl Default for Deletes {
    fn default() -> Self {
        Self { most_percent: defaults::most_percent() }
    }
}

mod defaults {
    pub(super) fn overlap_ms() -> u64 {
        600_000
    }

    pub(super) fn most_percent() -> u8 {
        20
    }
}

fn is_zero(priority: &i32) -> bool {
    *priority == 0
}

impl Pull {
    /// A pull of one resource, from the beginning.
    pub fn of(resource: impl Into<String>) -> Self {
        Self { resources: vec![PullResource::of(resource)], state: None, overlap_ms: defaults::overlap_ms() }
    }

    /// Reads a pull from its JSON text.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the line and column of the JSON.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| crate::json::json_error("pull", &error))
    }
}

impl PullResource {
    /// A resource with nothing said about it.
    pub fn of(resource: impl Into<String>) -> Self {
        Self {
            resource: resource.into(),
            name: None,
            filters: Vec::new(),
            mapping: None,
            since: None,
            watermark: None,
            query: Vec::new(),
            rows: false,
            deletes: None,
            reconcile: false,
            priority: 0,
        }
    }

    /// How records that are gone are looked for, where they are.
    pub(crate) fn looks_for_deletes(&self) -> Option<Deletes> {
        self.deletes.clone().or_else(|| self.reconcile.then(Deletes::default))
    }
}
