//! What can be wrong with a body, and how bad it is.

use crate::named::named;

named! {
    /// How bad a violation is.
    #[derive(PartialOrd, Ord)]
    pub enum Severity: "severity" {
        /// Probably not what was meant; Brightpearl may take it.
        Warning = 0 "warning",
        /// Brightpearl will not take it, or not as it was meant.
        Error = 1 "error",
    }
}

named! {
    /// What sort of thing is wrong with a body.
    pub enum Fault: "fault" {
        /// The body is not JSON, or not the form that it should be.
        Unreadable = 0 "unreadable",
        /// Something mandatory is absent or null.
        Missing = 1 "missing",
        /// A value of another JSON type.
        WrongType = 2 "wrong-type",
        /// A text that does not have the form of a date, a code, a number.
        WrongFormat = 3 "wrong-format",
        /// A text that is none of those allowed.
        NotAllowed = 4 "not-allowed",
        /// A number, or a number of elements, beyond what is allowed.
        OutOfRange = 5 "out-of-range",
        /// A text that is too short or too long.
        WrongLength = 6 "wrong-length",
        /// A number with too many decimal places.
        TooPrecise = 7 "too-precise",
        /// A member that the catalog does not know.
        UnknownMember = 8 "unknown-member",
        /// A member that is there twice.
        RepeatedMember = 9 "repeated-member",
        /// Values that may not stand together.
        Contradiction = 10 "contradiction",
        /// Something that has no effect.
        Idle = 11 "idle",
        /// A verb that the catalog does not know at this path.
        UnknownVerb = 12 "unknown-verb",
    }
}
