//! The enums of `wit/types.wit`, and `wasm/src/kinds.rs`, which makes them of the core's.

use brightpearl_core::named::Table;

use crate::text::{GENERATED, pascal, prose, table, wrapped};

/// The width of the WIT.
const WIDTH: usize = 110;

/// The tables that are enums of the contract, with the core's names.
const ENUMS: [(&str, &str); 5] = [
    ("error-kind", "Kind"),
    ("delivery", "Delivery"),
    ("severity", "validate::Severity"),
    ("fault", "validate::Fault"),
    ("wait-reason", "WaitReason"),
];

/// Each enum, by the name of its table.
pub(crate) fn regions() -> Vec<(&'static str, String)> {
    ENUMS.iter().map(|(name, _)| (*name, block(&table(name)))).collect()
}

fn block(table: &Table) -> String {
    let mut text = wrapped(&prose(table.doc), "    /// ", WIDTH);
    text += &format!("    enum {} {{\n", table.name);
    for entry in table.entries {
        text += &wrapped(&prose(entry.doc), "        /// ", WIDTH);
        text += &format!("        {},\n", entry.name);
    }
    text + "    }\n"
}

/// The whole module.
pub(crate) fn module() -> String {
    let mut text = format!(
        "//! Kinds, states and reasons, outwards.\n//!\n//! {GENERATED}\n\nuse brightpearl_core as core;\n\nuse crate::wit;\n"
    );
    for (name, core) in ENUMS {
        let wit = pascal(name);
        text += &format!(
            "\nimpl From<core::{core}> for wit::{wit} {{\n    fn from(value: core::{core}) -> Self {{\n        match value {{\n"
        );
        for entry in table(name).entries {
            text += &format!("            core::{core}::{0} => Self::{0},\n", entry.variant);
        }
        text += "        }\n    }\n}\n";
    }
    text
}
