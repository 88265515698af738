//! Our own data, written as JSON.

use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, Result};

/// What must not be lost, as JSON.
///
/// # Errors
/// [`Kind::Misuse`](crate::Kind::Misuse) when it cannot be written, with its name.
pub(crate) fn written(what: &str, data: &impl Serialize) -> Result<String> {
    serde_json::to_string(data).map_err(|error| {
        Error::misuse(format!("{what} cannot be written as JSON: {error}; please report this"))
    })
}

/// Plain data for people and programs to read, which can always be written; an empty text would say that it could not.
pub(crate) fn plain(data: &impl Serialize) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

/// The same as a value; `null` would say that it could not be written.
pub(crate) fn value(data: &impl Serialize) -> Value {
    serde_json::to_value(data).unwrap_or_default()
}

/// Data that cannot be written.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct Unwritable;

#[cfg(test)]
impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _serializer: S) -> std::result::Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("a test does not want it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_lost_is_whole_or_an_error() {
        assert_eq!(written("the note", &[1, 2]).unwrap(), "[1,2]");
        let error = written("the note", &Unwritable).unwrap_err();
        assert_eq!(error.kind(), crate::Kind::Misuse);
        assert_eq!(
            error.message(),
            "the note cannot be written as JSON: a test does not want it; please report this"
        );
    }
}
