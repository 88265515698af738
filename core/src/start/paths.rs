//! The paths of a new operation in full: people name them in short, leave them unfinished and misspell them. What goes on
//! from a checkpoint has them in full already.

use crate::catalog::{read_path, request_path, search_path};
use crate::error::Result;
use crate::operation::{Fetch, Operation, Options, Search, SingleRequest};

/// The operation with its paths in full. Those of a batch that are wrong stay, to be told with all else that is wrong with
/// its writes.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `path` or `resource`.
pub(super) fn in_full(mut operation: Operation) -> Result<Operation> {
    match &mut operation {
        Operation::Request(SingleRequest { method, path, unchecked, .. }) => {
            *path = request_path(path, *method, *unchecked)?;
        }
        Operation::Search(Search { resource, unchecked, .. }) => {
            *resource = search_path(resource, *unchecked)?
        }
        Operation::Fetch(Fetch { resource, .. }) | Operation::Options(Options { resource, .. }) => {
            *resource = read_path(resource)?;
        }
        Operation::Batch(batch) => {
            for SingleRequest { method, path, unchecked, .. } in &mut batch.requests {
                if let Ok(full) = request_path(path, *method, *unchecked) {
                    *path = full;
                }
            }
        }
        // A task makes its own paths, a mapping document has them, and a pull names what it searches.
        Operation::Task(_) | Operation::Push(_) | Operation::Pull(_) => {}
    }
    Ok(operation)
}
