//! Changes by JSON Patch, as far as the API takes them (API notes §1.6).

use serde_json::Value;

use crate::protocol::answer::Refusal;

/// The most operations of one body. *Inferred*: the real limit is not known; each may copy what another wrote.
const MOST_OPERATIONS: usize = 1_000;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Test,
    Add,
    Replace,
    Remove,
    Move,
    Copy,
}

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) verb: Verb,
    /// As sent, for messages.
    op: String,
    pub(super) path: String,
    pub(super) value: Value,
    /// Where `move` and `copy` take from.
    pub(super) from: String,
}

impl Operation {
    /// The recorded answer to an operation that a path does not take: status 500.
    pub(super) fn refusal(&self) -> Refusal {
        invalid(&self.op, &self.path)
    }

    /// The value as a text; digits may be sent as a number.
    pub(super) fn text(&self) -> Option<String> {
        match &self.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The value as an id; it may be sent as a text.
    pub(super) fn id(&self) -> Option<u32> {
        self.text()?.parse().ok()
    }
}

/// Reads the operations of a body.
///
/// # Errors
/// CMNC-010 for a body that is not an array of objects or has too many, CMNC-044 for an operation that nobody knows.
pub(super) fn read(body: &[u8]) -> Result<Vec<Operation>, Refusal> {
    let no_json = || Refusal::coded(400, "CMNC-010", "You must supply a JSON formatted body");
    let Ok(Value::Array(operations)) = serde_json::from_slice(body) else { return Err(no_json()) };
    if operations.len() > MOST_OPERATIONS {
        let message =
            format!("A patch has at most {MOST_OPERATIONS} operations; it has {}", operations.len());
        return Err(Refusal::coded(400, "CMNC-010", &message));
    }
    operations
        .into_iter()
        .map(|operation| {
            let Value::Object(mut members) = operation else { return Err(no_json()) };
            let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (op, path, from) = (text("op"), text("path"), text("from"));
            let verb = match op.as_str() {
                "test" => Verb::Test,
                "add" => Verb::Add,
                "replace" => Verb::Replace,
                "remove" => Verb::Remove,
                "move" => Verb::Move,
                "copy" => Verb::Copy,
                _ => return Err(invalid(&op, &path)),
            };
            let value = members.remove("value").unwrap_or(Value::Null);
            Ok(Operation { verb, op, path, value, from })
        })
        .collect()
}

fn invalid(op: &str, path: &str) -> Refusal {
    Refusal::coded(500, "CMNC-044", &format!("Invalid patch operation ({op}) for given path ({path})"))
}
