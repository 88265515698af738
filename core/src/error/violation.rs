//! What is wrong with a body.

use std::fmt;

use serde::Serialize;

use super::{Fault, Severity};

/// One thing that is wrong with a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Where: a JSON Pointer (RFC 6901) into the body; empty for the whole of it. Of something missing, where
    /// it should be.
    pub pointer: String,
    /// How bad it is.
    pub severity: Severity,
    /// What sort of thing it is.
    pub fault: Fault,
    /// What was found, in words; long texts are cut.
    pub found: String,
    /// What was expected, in words.
    pub expected: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the body" } else { &self.pointer };
        write!(formatter, "{place}: found {}, expected {}", self.found, self.expected)
    }
}
