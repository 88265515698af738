//! What a client that only reads says to a write.

use crate::error::{Error, Result};
use crate::http::Method;
use crate::job::Draft;

/// Refuses a request that writes, for a client that only reads: the last look before it is signed, whatever the
/// operation said that it would do.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `read_only`.
pub(crate) fn check_draft(is_read_only: bool, draft: &Draft) -> Result<()> {
    if is_read_only && !draft.method.is_read() {
        return Err(read_only(&described(draft.method, &draft.path)));
    }
    Ok(())
}

/// The refusal of a write, which is said in words.
pub(crate) fn read_only(write: &str) -> Error {
    Error::validation(
        "read_only",
        format!(
            "the client only reads, and was asked to write: {write}; expected an operation that only reads, or a \
             client that is configured without `read_only`"
        ),
    )
}

/// A request in words.
pub(crate) fn described(method: Method, path: &str) -> String {
    format!("{method} {path:?}")
}
