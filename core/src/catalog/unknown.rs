//! The policy for members of a body that the catalog does not know.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What to make of members that the catalog does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownMembers {
    /// Warn of them: the catalog may be older than the API.
    #[default]
    Warn,
    /// Refuse them, except where more members are known or likely to exist.
    Refuse,
    /// Say nothing of them.
    Allow,
}

impl FromStr for UnknownMembers {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "warn" => Ok(Self::Warn),
            "refuse" => Ok(Self::Refuse),
            "allow" => Ok(Self::Allow),
            other => Err(Error::validation(
                "unknown_members",
                format!("invalid policy {other:?}; expected `warn`, `refuse` or `allow`"),
            )),
        }
    }
}
