//! The enums of `wit/types.wit`, and `wasm/src/kinds.rs`, which makes them of the core's and one of them the core's.

use brightpearl_core::named::Table;

use crate::text::{GENERATED, pascal, prose, table, wrapped};

/// The version of the package that its types came with.
pub(crate) const SINCE: &str = "@since(version = 0.1.0)";

/// The width of the WIT.
const WIDTH: usize = 110;

/// The tables that are enums of the contract, with the core's names, and what a host does with an entry that it does not
/// know.
const ENUMS: [(&str, &str, &str); 7] = [
    (
        "error-kind",
        "Kind",
        "Of one that a host does not know, `delivery` and `retryable` say enough: nothing is sent again but by those.",
    ),
    ("delivery", "Delivery", "One that a host does not know is taken for `maybe-applied`."),
    ("severity", "validate::Severity", "One that a host does not know is taken for `error`."),
    (
        "fault",
        "validate::Fault",
        "Of one that a host does not know, `found` and `expected` are shown, as of the others.",
    ),
    ("wait-reason", "WaitReason", "One that a host does not know is waited for like the others."),
    (
        "unaccepted",
        "webhook::Unaccepted",
        "Of one that a host does not know, the message is shown and the status answered, as of the others.",
    ),
    (
        "removal-reason",
        "webhook::RemovalReason",
        "One for a reason that a host does not know goes like the others.",
    ),
];

/// Each enum, by the name of its table.
pub(crate) fn regions() -> Vec<(&'static str, String)> {
    ENUMS.iter().map(|(name, _, unknown)| (*name, block(&table(name), unknown))).collect()
}

fn block(table: &Table, unknown: &str) -> String {
    let mut text = wrapped(&prose(table.doc), "    /// ", WIDTH);
    text += "    ///\n";
    text += &wrapped(unknown, "    /// ", WIDTH);
    text += &format!("    {SINCE}\n    enum {} {{\n", table.name);
    for entry in table.entries {
        text += &wrapped(&prose(entry.doc), "        /// ", WIDTH);
        text += &format!("        {},\n", entry.name);
    }
    text + "    }\n"
}

/// The whole module.
pub(crate) fn module() -> String {
    let mut text = format!(
        "//! Kinds, states and reasons, outwards, and kinds inwards.\n//!\n//! {GENERATED}\n\nuse brightpearl_core as core;\n\nuse crate::wit;\n"
    );
    for (name, core, _) in ENUMS {
        let wit = pascal(name);
        text += &format!(
            "\nimpl From<core::{core}> for wit::{wit} {{\n    fn from(value: core::{core}) -> Self {{\n        match value {{\n"
        );
        for entry in table(name).entries {
            text += &format!("            core::{core}::{0} => Self::{0},\n", entry.variant);
        }
        text += "        }\n    }\n}\n";
    }
    text + &inwards("error-kind", "Kind")
}

/// The other way, for what a host asks about.
fn inwards(name: &str, core: &str) -> String {
    let wit = pascal(name);
    let mut text = format!(
        "\nimpl From<wit::{wit}> for core::{core} {{\n    fn from(value: wit::{wit}) -> Self {{\n        match value {{\n"
    );
    for entry in table(name).entries {
        text += &format!("            wit::{wit}::{0} => Self::{0},\n", entry.variant);
    }
    text + "        }\n    }\n}\n"
}
