//! What is wrong with a body that was refused.

use std::ptr;

use brightpearl_core::validate::Violation;

use crate::boundary::peek;
use crate::error::bp_error;
use crate::status::{bp_fault, bp_severity};
use crate::text::{OwnedText, bp_text};

/// One thing that is wrong with a body. The library makes these; later releases may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_violation {
    /// Where: a JSON Pointer (RFC 6901) into the body; empty for the whole of it. Of something missing, where it
    /// should be.
    pub pointer: bp_text,
    /// How bad it is.
    pub severity: bp_severity,
    /// What sort of thing it is.
    pub fault: bp_fault,
    /// What was found, in words; long texts are cut.
    pub found: bp_text,
    /// What was expected, in words.
    pub expected: bp_text,
}

/// How many things are wrong with the body that the error is about; 0 for errors that are not about a body.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_violation_count(error: *const bp_error) -> usize {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, 0, |error| Some(error.violations().as_slice().len())) }
}

/// One of them, in the body's order; it lives as long as the error. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_error_violation(error: *const bp_error, index: usize) -> *const bp_violation {
    // SAFETY: NULL or a valid error.
    unsafe { peek(error, ptr::null(), |error| error.violations().as_slice().get(index).map(ptr::from_ref)) }
}

/// Violations of our own, to lend out.
#[derive(Debug, Default)]
pub(crate) struct OwnedViolations {
    /// Keeps alive what `violations` points to.
    _texts: Vec<OwnedText>,
    violations: Vec<bp_violation>,
}

impl OwnedViolations {
    pub(crate) fn new(violations: &[Violation]) -> Self {
        let mut owned = Self::default();
        for Violation { pointer, severity, fault, found, expected } in violations {
            let [pointer, found, expected] = [pointer, found, expected].map(|text| OwnedText::new(text));
            owned.violations.push(bp_violation {
                pointer: pointer.lend(),
                severity: (*severity).into(),
                fault: (*fault).into(),
                found: found.lend(),
                expected: expected.lend(),
            });
            owned._texts.extend([pointer, found, expected]);
        }
        owned
    }

    fn as_slice(&self) -> &[bp_violation] {
        &self.violations
    }
}
