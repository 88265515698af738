//! Why a record could not be mapped.

use std::fmt;

use serde::Serialize;

/// What kept a rule from being carried out for a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The record's key, where the document has one and it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The rule: a JSON Pointer into the document; empty when no rule is to blame.
    pub rule: String,
    /// Where the value should have gone: a JSON Pointer into the body, or `{ID}` for a part of the path.
    pub target: String,
    /// The path that it was picked by, from the record on: `line_items[2].price`. Of what is refused by a long expression, what
    /// that is about: `the total`.
    pub source: String,
    /// What was found there, in words; long texts are cut.
    pub value: String,
    /// What is wrong with it and what was expected.
    pub reason: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(record) = &self.record {
            write!(formatter, "record {record}: ")?;
        }
        write!(formatter, "{}", self.source)?;
        if !self.value.is_empty() {
            write!(formatter, " is {}", self.value)?;
        }
        write!(formatter, ": {}", self.reason)?;
        if !self.rule.is_empty() {
            write!(formatter, " (rule {})", self.rule)?;
        }
        Ok(())
    }
}
