//! How far an error reaches: what else would fail in the same way.

use super::Error;

/// What else of a job would fail in the way of an error. A job that goes on where others would end, or the other way
/// round, says so at that place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nothing that is known of: it is about this request, this record or this resource.
    Request,
    /// Perhaps everything, perhaps only what is like it: through all repetitions Brightpearl, or something before it,
    /// gave no answer that could be used.
    Service,
    /// Everything: nothing gets through any more.
    Everything,
}

impl Error {
    /// What else would fail in the same way.
    pub(crate) fn reach(&self) -> Reach {
        self.kind().reach()
    }
}
