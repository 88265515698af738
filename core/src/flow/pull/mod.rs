//! Pull: what changed in Brightpearl goes out, each change at least once.

use std::sync::Arc;

use crate::call::operation::Pull;
use crate::call::{Job, Position};
use crate::client::Shared;
use crate::error::{Error, Result};

/// Plans a pull.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what is wrong with it.
pub(crate) fn job(_pull: &Pull, _shared: &Arc<Shared>, _position: Position) -> Result<Box<dyn Job>> {
    Err(Error::misuse("pulling is not built yet"))
}
