//! Where a call stands, as a small text that outlives the process. It holds the operation and a position,
//! never a credential.

mod position;
mod standing;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::json::written;
use crate::operation::Operation;

pub(crate) use position::Position;
pub(crate) use standing::{
    ID_OVERLAP, Ids, MOST_KNOWN, Mark, Place, Standing, Standings, SweepBeginning, ids_of,
};

/// The version that this engine writes, and the only one that it reads so far.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checkpoint {
    version: u32,
    account: String,
    pub(crate) operation: Operation,
    pub(crate) position: Position,
}

impl Checkpoint {
    /// Writes the text.
    pub(crate) fn write(account: &str, operation: &Operation, position: Position) -> Result<String> {
        let mut operation = operation.clone();
        if let Operation::Pull(pull) = &mut operation {
            // The position has taken its place; kept, each state would hold all that came before.
            pull.state = None;
        }
        let checkpoint = Self { version: VERSION, account: account.to_owned(), operation, position };
        written("the checkpoint", &checkpoint)
    }

    /// Reads the text of a checkpoint of the same account.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `checkpoint`.
    pub(crate) fn read(account: &str, text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let refuse = |message: String| Err(Error::validation("checkpoint", message));
        match serde_json::from_str::<Version>(text) {
            Err(_) => {
                return refuse("invalid checkpoint; expected what `checkpoint` gave, unaltered".to_owned());
            }
            Ok(Version { version }) if version != VERSION => {
                return refuse(format!(
                    "the checkpoint has version {version}; this release reads version {VERSION}"
                ));
            }
            Ok(_) => {}
        }
        let checkpoint: Self = match serde_json::from_str(text) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return refuse(format!("the checkpoint was altered: {error}")),
        };
        if checkpoint.account != account {
            return refuse(format!(
                "the checkpoint belongs to account {:?}; this client is for {account:?}",
                checkpoint.account
            ));
        }
        Ok(checkpoint)
    }
}
