//! What is said of an answer that cannot be read.

use jiter::{JiterError, JiterErrorType, JsonErrorType};

use crate::error::{Error, Kind};

/// An answer that is wrong at a byte.
pub(super) fn protocol(position: usize, message: impl Into<String>) -> Error {
    Error::new(Kind::Protocol, message).at(format!("byte {position}"))
}

/// What the general parser says of a part of the answer that begins at byte `base`.
#[cold]
pub(super) fn malformed(error: &JiterError, base: usize) -> Error {
    let position = base + error.index;
    match &error.error_type {
        JiterErrorType::JsonError(error) => protocol(position, json_message(error)),
        JiterErrorType::WrongType { expected, actual } => {
            protocol(position, format!("expected {expected}, found {actual}"))
        }
    }
}

/// Words for a JSON error.
pub(super) fn json_message(error: &JsonErrorType) -> String {
    let cut_off = matches!(
        error,
        JsonErrorType::EofWhileParsingList
            | JsonErrorType::EofWhileParsingObject
            | JsonErrorType::EofWhileParsingString
            | JsonErrorType::EofWhileParsingValue
    );
    if cut_off {
        return "the answer is cut off in the middle of its JSON".to_owned();
    }
    if *error == JsonErrorType::TrailingCharacters {
        return "expected the end of the answer, found more after its JSON".to_owned();
    }
    format!("the answer is not well-formed JSON: {error}")
}

/// Names what stands at a byte, for "found ...".
pub(super) fn found(body: &str, position: usize) -> String {
    match body.get(position..).and_then(|rest| rest.chars().next()) {
        None => "the end of the answer".to_owned(),
        Some('"') => "a text".to_owned(),
        Some('{') => "an object".to_owned(),
        Some('[') => "an array".to_owned(),
        Some('n') => "null".to_owned(),
        Some('t' | 'f') => "a boolean".to_owned(),
        Some('-' | '0'..='9') => "a number".to_owned(),
        Some(other) => format!("`{}`", other.escape_debug()),
    }
}
