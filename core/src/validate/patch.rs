//! JSON Patch documents (RFC 6902).

use super::body::Check;
use crate::catalog::field::{PatchOperation, PatchPath};
use crate::error::Fault;
use crate::json::{Node, Part, member, nearest};

/// Checks a patch that may touch these paths only.
pub(super) fn check_patch(check: &mut Check, paths: &[PatchPath], node: &Node<'_>) {
    let Node::Array(operations) = node else {
        check.error(Fault::WrongType, node, "a JSON Patch: an array of operations");
        return;
    };
    if operations.is_empty() {
        check.warn(Fault::Idle, "an empty array", "at least one operation");
    }
    for (place, operation) in operations.iter().enumerate() {
        check.within(&place.to_string(), |check| check_operation(check, paths, &operation.read()));
    }
}

fn check_operation(check: &mut Check, paths: &[PatchPath], node: &Node<'_>) {
    let Node::Object(members) = node else {
        check.error(Fault::WrongType, node, "an object with op and path");
        return;
    };
    check.repeated(members);
    let operation = check_name(check, members);
    let path = check_path(check, paths, members);
    if let (Some(operation), Some(path)) = (operation, path)
        && !path.operations.contains(&operation)
    {
        let allowed: Vec<&str> = path.operations.iter().map(|allowed| allowed.as_str()).collect();
        let expected = format!("{} for {}", either(&allowed), path.path);
        check.within("op", |check| {
            check.error(Fault::NotAllowed, format!("{:?}", operation.as_str()), expected)
        });
    }
    if let Some(operation) = operation {
        check_value(check, operation, path, members);
        check_from(check, operation, paths, members);
    }
}

fn check_name(check: &mut Check, members: &[(String, Part<'_>)]) -> Option<PatchOperation> {
    let all = PatchOperation::ALL.map(PatchOperation::as_str);
    let expected = || format!("one of {}", all.join(", "));
    let mut operation = None;
    check.within("op", |check| match member(members, "op").map(Part::read) {
        Some(Node::Text(text)) => {
            operation = PatchOperation::ALL.into_iter().find(|operation| operation.as_str() == text);
            if operation.is_none() {
                check.error(Fault::NotAllowed, Node::Text(text), expected());
            }
        }
        Some(other) => check.error(Fault::WrongType, other, expected()),
        None => check.error(Fault::Missing, "nothing", expected()),
    });
    operation
}

fn check_path<'p>(
    check: &mut Check,
    paths: &'p [PatchPath],
    members: &[(String, Part<'_>)],
) -> Option<&'p PatchPath> {
    let mut found = None;
    check.within("path", |check| {
        let Some(pointer) = pointer(check, member(members, "path")) else { return };
        found = paths.iter().find(|path| path.matches(&pointer));
        if found.is_none() {
            refuse_path(check, paths, &pointer);
        }
    });
    found
}

fn check_value(
    check: &mut Check,
    operation: PatchOperation,
    path: Option<&PatchPath>,
    members: &[(String, Part<'_>)],
) {
    let value = member(members, "value").map(Part::read);
    check.within("value", |check| match (value, path) {
        (None, Some(path)) if operation.has_value() => {
            check.error(Fault::Missing, "nothing", path.shape);
        }
        (None, None) if operation.has_value() => check.error(Fault::Missing, "nothing", "a value"),
        (Some(_), _) if !operation.has_value() => {
            check.warn(Fault::Idle, "a value", format!("none, since {operation} takes none"));
        }
        (Some(value), Some(path)) => check.value(&path.shape, &value),
        (Some(_) | None, Some(_) | None) => {}
    });
}

fn check_from(
    check: &mut Check,
    operation: PatchOperation,
    paths: &[PatchPath],
    members: &[(String, Part<'_>)],
) {
    if !operation.has_from() {
        return;
    }
    check.within("from", |check| {
        let Some(pointer) = pointer(check, member(members, "from")) else { return };
        if !paths.iter().any(|path| path.matches(&pointer)) {
            refuse_path(check, paths, &pointer);
        }
    });
}

/// A JSON Pointer, or a violation.
fn pointer(check: &mut Check, part: Option<&Part<'_>>) -> Option<String> {
    const EXPECTED: &str = "a JSON Pointer such as /reference";
    match part.map(Part::read) {
        Some(Node::Text(text)) if is_pointer(&text) => Some(text),
        Some(node @ Node::Text(_)) => {
            check.error(Fault::WrongFormat, node, EXPECTED);
            None
        }
        Some(other) => {
            check.error(Fault::WrongType, other, EXPECTED);
            None
        }
        None => {
            check.error(Fault::Missing, "nothing", EXPECTED);
            None
        }
    }
}

/// Whether it is empty or begins with a slash, and has a 0 or a 1 behind each tilde (RFC 6901).
fn is_pointer(text: &str) -> bool {
    (text.is_empty() || text.starts_with('/'))
        && text.split('~').skip(1).all(|behind| behind.starts_with(['0', '1']))
}

fn refuse_path(check: &mut Check, paths: &[PatchPath], pointer: &str) {
    let known: Vec<&str> = paths.iter().map(|path| path.path).collect();
    let expected = match nearest(pointer, known.iter().copied()) {
        Some(meant) => format!("a path that may be patched, such as {meant}"),
        None => format!("a path that may be patched: {}", either(&known)),
    };
    check.error(Fault::NotAllowed, Node::Text(pointer.to_owned()), expected);
}

/// `a`, `a or b`, `a, b or c`.
fn either(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}

/// Whether a patch only sets members, so that applying it twice is applying it once.
pub(super) fn only_sets(node: &Node<'_>) -> bool {
    let Node::Array(operations) = node else { return false };
    operations.iter().all(|operation| match operation.read() {
        Node::Object(members) => match member(&members, "op").map(Part::read) {
            Some(Node::Text(name)) => matches!(name.as_str(), "add" | "replace"),
            Some(_) | None => false,
        },
        Node::Null
        | Node::Boolean(_)
        | Node::Number(_)
        | Node::Text(_)
        | Node::Array(_)
        | Node::Unreadable => false,
    })
}
