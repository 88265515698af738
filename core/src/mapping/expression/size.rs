//! How long an expression may be and how deep: what reads, evaluates and drops it takes stack by its depth.

use crate::mapping::limit::{
    EXPRESSION_BYTES, EXPRESSION_DEPTH, EXPRESSION_OPERATIONS, EXPRESSION_OPERATORS,
};

/// Refuses what is too long before anything else is done with it.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.len() > EXPRESSION_BYTES {
        return Err(format!("it has {} bytes; expected at most {EXPRESSION_BYTES}", text.len()));
    }
    let operators = text.bytes().filter(|byte| b".([{!&|<>=*?@:,-`".contains(byte)).count();
    if operators > EXPRESSION_OPERATORS {
        return Err(format!("it has {operators} operators; expected at most {EXPRESSION_OPERATORS}"));
    }
    Ok(())
}

#[cold]
pub(super) fn too_many_brackets(at: usize) -> String {
    format!("at byte {at}: more than {EXPRESSION_DEPTH} brackets in each other")
}

#[cold]
pub(super) fn too_deep() -> String {
    format!("more than {EXPRESSION_DEPTH} brackets and operations in each other")
}

#[cold]
pub(super) fn too_many_operations() -> String {
    format!("more than {EXPRESSION_OPERATIONS} operations go on from each other")
}
