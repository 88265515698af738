//! What is to be said about a document before any record is mapped.

use std::fmt;

use serde::Serialize;

use crate::error::Severity;

/// Something to know about a mapping document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where in the document: a JSON Pointer (RFC 6901); empty for the whole of it.
    pub pointer: String,
    /// Whether the document cannot be used so, or may be.
    pub severity: Severity,
    /// What is wrong, what was expected, and what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the document" } else { &self.pointer };
        write!(formatter, "{place}: {}", self.message)
    }
}

/// Nobody reads more findings, or longer ones.
const MOST: usize = 1_000;
const LONGEST_MESSAGE: usize = 2_000;

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    pub(super) fn error(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.report(Severity::Error, pointer.into(), message.into());
    }

    pub(super) fn warn(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.report(Severity::Warning, pointer.into(), message.into());
    }

    fn report(&mut self, severity: Severity, pointer: String, mut message: String) {
        if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
            message.truncate(end);
            message.push_str(" and more");
        }
        match self.0.len() {
            MOST => {
                let message = format!("more than {MOST} findings; correct these first");
                self.0.push(Finding { pointer: String::new(), severity: Severity::Error, message });
            }
            0..MOST => self.0.push(Finding { pointer, severity, message }),
            _ => {}
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }
}
