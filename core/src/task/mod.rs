//! What people do daily, as tasks: one or several requests with one purpose, named arguments and one result.
//!
//! A task is an entry of a table. Its arguments are described by a table of fields, from which both their JSON
//! Schema and their checking come, or by the body of the request that it sends. It is carried out by a small
//! program that is asked for its next request, given the answers so far; see [`Client::task`](crate::Client::task).
//! The project's `docs/tasks.md` lists them all; [`tasks`] describes them.
//!
//! ```
//! use brightpearl_core::operation::Task;
//! # use brightpearl_core::{Client, Config};
//! # let config = r#"{"account":"acme","datacentre":"use1","credentials":
//! #     {"type":"private-app","app_ref":"acme_sync","account_token":"token"}}"#;
//! # let client = Client::new(Config::from_json(config)?)?;
//! let order = r#"{"customer": {"contactId": 208},
//!                 "orderRows": [{"productId": 1007, "quantity": 2, "price": "12.50"}]}"#;
//! let call = client.task(Task::new("create-sales-order", order)?)?;
//! # drop(call);
//!
//! let refused = client.task(Task::new("update-order-status", r#"{"orderId": 0}"#)?).unwrap_err();
//! let places: Vec<&str> = refused.violations().iter().map(|found| found.pointer.as_str()).collect();
//! assert_eq!(places, ["/orderId", "/orderStatusId"]);
//! # Ok::<(), brightpearl_core::Error>(())
//! ```

mod accounts;
mod arguments;
mod collection;
mod contacts;
mod custom_field;
mod custom_fields;
mod entry;
mod goods;
mod guide_order;
mod orders;
mod plain_row;
mod products;
mod program;
mod rows;
mod run;
mod searches;
mod stock;
mod tax_lookup;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::json::nearest;

pub(crate) use arguments::Arguments;
pub(crate) use entry::{Collection, Procedure, TaskEntry};
pub(crate) use program::{Next, Program, Single, TaskAnswer};
pub(crate) use run::job as task_job;

/// The tables, group by group.
static GROUPS: [&[TaskEntry]; 9] = [
    orders::ENTRIES,
    rows::ENTRIES,
    products::ENTRIES,
    stock::ENTRIES,
    goods::ENTRIES,
    contacts::ENTRIES,
    accounts::ENTRIES,
    custom_fields::ENTRIES,
    searches::ENTRIES,
];

/// A task, ready to be shown.
#[derive(Clone, Debug, Serialize)]
pub struct TaskDescription {
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

/// Every task, group by group.
///
/// ```
/// let tasks = brightpearl_core::task::tasks();
/// let creation = tasks.iter().find(|task| task.name == "create-sales-order").unwrap();
/// assert!(creation.writes);
/// ```
pub fn tasks() -> Vec<TaskDescription> {
    entries().map(TaskDescription::of).collect()
}

/// The task of that name.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `name`, with the nearest known name.
pub fn task(name: &str) -> Result<TaskDescription> {
    entry(name).map(TaskDescription::of)
}

impl TaskDescription {
    fn of(entry: &TaskEntry) -> Self {
        Self {
            name: entry.name,
            summary: entry.summary,
            arguments: entry.arguments_schema(),
            result: entry.result_schema(),
            requests: entry.requests,
            writes: entry.writes,
        }
    }
}

fn entries() -> impl Iterator<Item = &'static TaskEntry> {
    GROUPS.iter().copied().flatten()
}

/// Whether the task of that name writes. Of an unknown one nothing is said here: it cannot be started.
pub(crate) fn writes(name: &str) -> bool {
    entries().any(|entry| entry.name == name && entry.writes)
}

/// The task of that name.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `name`, with the nearest known name.
pub(crate) fn entry(name: &str) -> Result<&'static TaskEntry> {
    entries().find(|entry| entry.name == name).ok_or_else(|| {
        let expected = match nearest(name, entries().map(|entry| entry.name)) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => {
                format!(
                    "expected one of {}",
                    entries().map(|entry| entry.name).collect::<Vec<_>>().join(", ")
                )
            }
        };
        Error::validation("name", format!("there is no task {name:?}; {expected}"))
    })
}
