//! Id sets: parse, normalise, format, split.
/// A set of ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdSet;
