//! What people do daily, as tasks: one or several requests with one purpose, named arguments and one result.

use serde::Serialize;

/// A task, ready to be shown.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    /// The name, such as `create-sales-order`.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// The JSON Schema of its arguments.
    pub arguments: serde_json::Value,
    /// The JSON Schema of its result.
    pub result: serde_json::Value,
    /// Which requests it sends, in words.
    pub requests: &'static str,
    /// Whether it changes anything in Brightpearl.
    pub writes: bool,
}

/// Every task, by name.
pub fn tasks() -> Vec<Description> {
    Vec::new()
}
