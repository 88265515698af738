//! How to find out what became of a write.

use serde::Serialize;

/// One way to find out whether a write of unknown outcome was applied, ready to be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Verification {
    /// Search for the record by what the write said of it.
    Search {
        /// The search's path.
        search: String,
        /// Filters, unescaped, in order; all must hold.
        filters: Vec<(String, String)>,
        /// Whether Brightpearl refuses a second record with these values, so that a hit is the record.
        /// Otherwise a hit is a candidate: compare the rest.
        unique: bool,
    },
    /// Read, and compare with what was sent.
    Read {
        /// The path to read.
        path: String,
        /// What to look at, in words.
        compare: String,
    },
}

impl Verification {
    /// Whether a hit is surely the record that was written.
    pub fn is_unique(&self) -> bool {
        match self {
            Verification::Search { unique, .. } => *unique,
            Verification::Read { .. } => false,
        }
    }
}
