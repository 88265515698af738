//! What is wrong with a body.

use std::fmt;

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Probably not what was meant; Brightpearl may take it.
    Warning,
    /// Brightpearl will not take it, or not as it was meant.
    Error,
}

/// What sort of thing is wrong. Stable across hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The body is not JSON, or not the form that it should be.
    Unreadable,
    /// Something mandatory is absent or null.
    Missing,
    /// A value of another JSON type.
    WrongType,
    /// A text that does not have the form of a date, a code, a number.
    WrongFormat,
    /// A text that is none of those allowed.
    NotAllowed,
    /// A number, or a number of elements, beyond what is allowed.
    OutOfRange,
    /// A text that is too short or too long.
    WrongLength,
    /// A number with too many decimal places.
    TooPrecise,
    /// A member that the catalog does not know.
    UnknownMember,
    /// A member that is there twice.
    RepeatedMember,
    /// Values that may not stand together.
    Contradiction,
    /// Something that has no effect.
    Idle,
    /// A verb that the catalog does not know at this path.
    UnknownVerb,
}

impl Fault {
    /// Every fault, for tables and tests.
    pub const ALL: [Fault; 13] = [
        Fault::Unreadable,
        Fault::Missing,
        Fault::WrongType,
        Fault::WrongFormat,
        Fault::NotAllowed,
        Fault::OutOfRange,
        Fault::WrongLength,
        Fault::TooPrecise,
        Fault::UnknownMember,
        Fault::RepeatedMember,
        Fault::Contradiction,
        Fault::Idle,
        Fault::UnknownVerb,
    ];

    /// The fault's name, as every host spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Fault::Unreadable => "unreadable",
            Fault::Missing => "missing",
            Fault::WrongType => "wrong-type",
            Fault::WrongFormat => "wrong-format",
            Fault::NotAllowed => "not-allowed",
            Fault::OutOfRange => "out-of-range",
            Fault::WrongLength => "wrong-length",
            Fault::TooPrecise => "too-precise",
            Fault::UnknownMember => "unknown-member",
            Fault::RepeatedMember => "repeated-member",
            Fault::Contradiction => "contradiction",
            Fault::Idle => "idle",
            Fault::UnknownVerb => "unknown-verb",
        }
    }
}

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
