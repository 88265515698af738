//! The types of Node: `kinds.ts` and `error-classes.ts`.

use brightpearl_core::named::Table;
use brightpearl_core::{Headers, Kind};

use crate::text::{GENERATED, pascal, prose, table, wrapped};

/// The width of the TypeScript sources.
const WIDTH: usize = 120;

/// The tables that are types, with the types' names.
const TYPES: [(&str, &str); 10] = [
    ("error-kind", "Kind"),
    ("delivery", "Delivery"),
    ("severity", "Severity"),
    ("fault", "Fault"),
    ("outcome-state", "OutcomeState"),
    ("wait-reason", "WaitReason"),
    ("operation-kind", "OperationName"),
    ("event", "EventName"),
    ("unaccepted", "Unaccepted"),
    ("removal-reason", "RemovalReason"),
];

/// Names as types, and the numbers by which the library tells steps and operations.
pub(crate) fn kinds() -> String {
    let mut text = format!("/** The names that every host of the engine spells the same. {GENERATED} */\n");
    for (name, title) in TYPES {
        text += &union(&table(name), title);
    }
    text += "\n/** The steps and outputs of the library, by number. */\nexport const stepKinds = {\n";
    let mut steps: Vec<_> =
        ["step-kind", "output-kind"].into_iter().flat_map(|name| table(name).entries.iter()).collect();
    steps.sort_by_key(|entry| entry.number);
    for entry in steps {
        if let Some(number) = entry.number {
            text += &format!("  {number}: \"{}\",\n", entry.name);
        }
    }
    text += "} as const;\n\n/** The name of a step or an output. */\nexport type StepKind = (typeof stepKinds)[keyof typeof stepKinds];\n\n\
             /** The sorts of operations of the library, by number. */\nexport const operationKinds = {\n";
    for entry in table("operation-kind").entries {
        text += &format!("  {}: \"{}\",\n", entry.number.unwrap_or_default(), entry.name);
    }
    text += "} as const;\n\n/** The kinds of errors that the same record would meet again. */\n\
             export const kindsOfRecord: ReadonlySet<string> = new Set<Kind>([";
    let of_record: Vec<String> =
        Kind::ALL.into_iter().filter(|kind| kind.is_of_record()).map(|kind| format!("\"{kind}\"")).collect();
    text += &format!("{}]);\n", of_record.join(", "));
    text +=
        "\n/** The headers that name a request, the surest first. */\nexport const requestIdHeaders = [\n";
    for name in Headers::REQUEST_IDS {
        text += &format!("  \"{name}\",\n");
    }
    text + "] as const;\n"
}

fn union(table: &Table, title: &str) -> String {
    let mut text = format!("\n{}export type {title} =\n", comment(&prose(table.doc), ""));
    let last = table.entries.len() - 1;
    for (place, entry) in table.entries.iter().enumerate() {
        text += &comment(&prose(entry.doc), "  ");
        text += &format!("  | \"{}\"{}\n", entry.name, if place == last { ";" } else { "" });
    }
    text
}

/// A class for each kind of errors.
pub(crate) fn error_classes() -> String {
    let kinds = table("error-kind").entries;
    let mut text = format!(
        "/** The class of each kind of errors. {GENERATED} */\n\nimport {{ BrightpearlError }} from \"./brightpearl-error\";\n\
         import type {{ Kind }} from \"./kinds\";\n\n"
    );
    for kind in kinds {
        text += &comment(&prose(kind.doc), "");
        text += &format!("export class {}Error extends BrightpearlError {{}}\n", pascal(kind.name));
    }
    text += "\n/** The class of each kind. */\nexport const errorClasses: Readonly<Record<Kind, typeof BrightpearlError>> = {\n";
    for kind in kinds {
        let name = if kind.name.contains('-') { format!("\"{}\"", kind.name) } else { kind.name.to_owned() };
        text += &format!("  {name}: {}Error,\n", pascal(kind.name));
    }
    text + "};\n"
}

fn comment(text: &str, indent: &str) -> String {
    let line = format!("{indent}/** {text} */\n");
    if line.len() <= WIDTH {
        return line;
    }
    format!("{indent}/**\n{}{indent} */\n", wrapped(text, &format!("{indent} * "), WIDTH))
}
