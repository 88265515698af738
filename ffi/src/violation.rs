//! What is wrong with a body that was refused.

use std::ffi::{CStr, c_char};
use std::ptr;

use brightpearl_core::validate::{Fault, Severity, Violation};

use crate::boundary::peek;
use crate::error::bp_error;
use crate::text::{OwnedText, bp_text};

/// How bad a violation is.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_severity {
    /// Probably not what was meant; Brightpearl may take it.
    Warning = 0,
    /// Brightpearl will not take it, or not as it was meant.
    Error = 1,
}

/// What sort of thing is wrong with a body. The numbers never change their meaning.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_fault {
    /// The body is not JSON, or not the form that it should be.
    Unreadable = 0,
    /// Something mandatory is absent or null.
    Missing = 1,
    /// A value of another JSON type.
    WrongType = 2,
    /// A text that does not have the form of a date, a code, a number.
    WrongFormat = 3,
    /// A text that is none of those allowed.
    NotAllowed = 4,
    /// A number, or a number of elements, beyond what is allowed.
    OutOfRange = 5,
    /// A text that is too short or too long.
    WrongLength = 6,
    /// A number with too many decimal places.
    TooPrecise = 7,
    /// A member that the catalogue does not know.
    UnknownMember = 8,
    /// A member that is there twice.
    RepeatedMember = 9,
    /// Values that may not stand together.
    Contradiction = 10,
    /// Something that has no effect.
    Idle = 11,
    /// A verb that the catalogue does not know at this path.
    UnknownVerb = 12,
}

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

/// The name of a severity, such as `warning`. As `bp_status_name` otherwise.
#[unsafe(no_mangle)]
pub extern "C" fn bp_severity_name(severity: i32) -> *const c_char {
    let known = bp_severity::ALL.into_iter().find(|known| *known as i32 == severity);
    known.map_or(c"unknown", bp_severity::name).as_ptr()
}

/// The name of a fault, such as `wrong-type`. As `bp_status_name` otherwise.
#[unsafe(no_mangle)]
pub extern "C" fn bp_fault_name(fault: i32) -> *const c_char {
    let known = bp_fault::ALL.into_iter().find(|known| *known as i32 == fault);
    known.map_or(c"unknown", bp_fault::name).as_ptr()
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

impl bp_severity {
    const ALL: [Self; 2] = [Self::Warning, Self::Error];

    fn name(self) -> &'static CStr {
        match self {
            Self::Warning => c"warning",
            Self::Error => c"error",
        }
    }
}

impl From<Severity> for bp_severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }
}

impl bp_fault {
    const ALL: [Self; 13] = [
        Self::Unreadable,
        Self::Missing,
        Self::WrongType,
        Self::WrongFormat,
        Self::NotAllowed,
        Self::OutOfRange,
        Self::WrongLength,
        Self::TooPrecise,
        Self::UnknownMember,
        Self::RepeatedMember,
        Self::Contradiction,
        Self::Idle,
        Self::UnknownVerb,
    ];

    fn name(self) -> &'static CStr {
        match self {
            Self::Unreadable => c"unreadable",
            Self::Missing => c"missing",
            Self::WrongType => c"wrong-type",
            Self::WrongFormat => c"wrong-format",
            Self::NotAllowed => c"not-allowed",
            Self::OutOfRange => c"out-of-range",
            Self::WrongLength => c"wrong-length",
            Self::TooPrecise => c"too-precise",
            Self::UnknownMember => c"unknown-member",
            Self::RepeatedMember => c"repeated-member",
            Self::Contradiction => c"contradiction",
            Self::Idle => c"idle",
            Self::UnknownVerb => c"unknown-verb",
        }
    }
}

impl From<Fault> for bp_fault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unreadable => Self::Unreadable,
            Fault::Missing => Self::Missing,
            Fault::WrongType => Self::WrongType,
            Fault::WrongFormat => Self::WrongFormat,
            Fault::NotAllowed => Self::NotAllowed,
            Fault::OutOfRange => Self::OutOfRange,
            Fault::WrongLength => Self::WrongLength,
            Fault::TooPrecise => Self::TooPrecise,
            Fault::UnknownMember => Self::UnknownMember,
            Fault::RepeatedMember => Self::RepeatedMember,
            Fault::Contradiction => Self::Contradiction,
            Fault::Idle => Self::Idle,
            Fault::UnknownVerb => Self::UnknownVerb,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_core() {
        for fault in Fault::ALL {
            assert_eq!(bp_fault::from(fault).name().to_str(), Ok(fault.as_str()));
        }
        for severity in [Severity::Warning, Severity::Error] {
            let json = serde_json::to_string(&severity).unwrap();
            assert_eq!(format!("{:?}", bp_severity::from(severity).name().to_str().unwrap()), json);
        }
    }

    #[test]
    fn every_number_finds_its_name_and_others_none() {
        // SAFETY: the functions answer static NUL-terminated texts.
        let text = |name: *const c_char| unsafe { CStr::from_ptr(name) };
        for (number, fault) in bp_fault::ALL.into_iter().enumerate() {
            assert_eq!(text(bp_fault_name(number as i32)), fault.name());
        }
        assert_eq!(text(bp_fault_name(13)), c"unknown");
        assert_eq!(text(bp_severity_name(1)), c"error");
        assert_eq!(text(bp_severity_name(-1)), c"unknown");
    }
}
