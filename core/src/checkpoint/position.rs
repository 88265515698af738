//! The place in an operation up to which its output was consumed.

use serde::{Deserialize, Serialize};

use crate::id_set::IdSet;

use super::standing::Standings;

/// Where a resumed call goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Position {
    /// Nothing was consumed yet.
    Start,
    /// Everything was consumed.
    End,
    /// A search goes on at a row.
    Row {
        /// From 1.
        first_result: u64,
        /// Rows consumed so far.
        consumed: u64,
        /// Keys of rows just before, so that a shifted page does not repeat them.
        recent: Option<IdSet>,
    },
    /// A fetch goes on with what is left.
    Ids {
        /// The ids not yet consumed.
        left: IdSet,
    },
    /// A batch goes on behind the writes whose results were consumed; none behind them was handed out.
    Writes {
        /// How many those are.
        consumed: u64,
        /// Which of them failed and stopped the batch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped_by: Option<u64>,
    },
    /// A pull goes on where each of its resources stands.
    Pull(Standings),
}
