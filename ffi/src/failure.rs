//! Why a rule of a mapping could not be carried out for a record.

use serde::Deserialize;

use crate::text::{OwnedText, bp_text};

/// What kept a rule of a mapping from being carried out for a record. The library makes these; later releases may add
/// fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_failure {
    /// The rule: a JSON Pointer into the document; empty when no rule is to blame.
    pub rule: bp_text,
    /// Where the value should have gone: a JSON Pointer into the body, or `{ID}` for a part of the path.
    pub target: bp_text,
    /// The path that it was picked by, from the record on: `line_items[2].price`.
    pub source: bp_text,
    /// What was found there, in words; long texts are cut.
    pub value: bp_text,
    /// What is wrong with it and what was expected.
    pub reason: bp_text,
}

/// A failure as an item has it.
#[derive(Deserialize)]
pub(crate) struct Failed {
    rule: String,
    target: String,
    source: String,
    value: String,
    reason: String,
}

/// Failures of our own, to lend out.
#[derive(Debug, Default)]
pub(crate) struct OwnedFailures {
    /// Keeps alive what `failures` points to.
    _texts: Vec<OwnedText>,
    failures: Vec<bp_failure>,
}

impl OwnedFailures {
    pub(crate) fn new(failures: &[Failed]) -> Self {
        let mut owned = Self::default();
        for Failed { rule, target, source, value, reason } in failures {
            let texts = [rule, target, source, value, reason].map(|text| OwnedText::new(text));
            let [rule, target, source, value, reason] = texts.each_ref().map(OwnedText::lend);
            owned.failures.push(bp_failure { rule, target, source, value, reason });
            owned._texts.extend(texts);
        }
        owned
    }

    pub(crate) fn as_slice(&self) -> &[bp_failure] {
        &self.failures
    }
}
