//! Push: records of another system come into Brightpearl, each exactly once.

use std::sync::Arc;

use crate::call::operation::Push;
use crate::call::{Job, Position};
use crate::client::Shared;
use crate::error::{Error, Result};

/// Plans a push.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what is wrong with it.
pub(crate) fn job(push: &Push, _shared: &Arc<Shared>, _position: &Position) -> Result<Box<dyn Job>> {
    push.check()?;
    Err(Error::misuse("pushing is not built yet"))
}
