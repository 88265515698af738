//! The types of Python: `kinds.py`, and the classes of `exceptions.py`.

use brightpearl_core::named::Entry;
use brightpearl_core::{Headers, Kind};

use crate::text::{GENERATED, pascal, prose, table, wrapped};

/// The width of the Python sources.
const WIDTH: usize = 116;

/// The tables that are types, with the types' names.
const TYPES: [(&str, &str); 9] = [
    ("error-kind", "Kind"),
    ("delivery", "Delivery"),
    ("severity", "Severity"),
    ("fault", "Fault"),
    ("outcome-state", "State"),
    ("wait-reason", "WaitReason"),
    ("operation-kind", "OperationKind"),
    ("unaccepted", "Unaccepted"),
    ("removal-reason", "RemovalReason"),
];

/// Names as types.
pub(crate) fn kinds() -> String {
    let mut text = format!(
        "\"\"\"The names that every host of the engine spells the same, as types.\n\n{GENERATED}\n\"\"\"\n\n\
         from __future__ import annotations\n\nfrom typing import Literal\n"
    );
    for (name, title) in TYPES {
        let names: Vec<String> =
            table(name).entries.iter().map(|entry| format!("\"{}\"", entry.name)).collect();
        let line = format!("{title} = Literal[{}]\n", names.join(", "));
        text += "\n";
        if line.len() <= WIDTH {
            text += &line;
        } else {
            text += &format!("{title} = Literal[\n");
            for name in names {
                text += &format!("    {name},\n");
            }
            text += "]\n";
        }
        text += &string(&prose(table(name).doc), "");
    }
    text
}

/// The headers that name a request. Beside what reads them: whoever imports the package does not wait for `typing`.
pub(crate) fn request_ids() -> String {
    let mut text = "_REQUEST_ID_HEADERS = (\n".to_owned();
    for name in Headers::REQUEST_IDS {
        text += &format!("    \"{name}\",\n");
    }
    text + ")\n\"\"\"Where a request is named, the surest first.\"\"\"\n"
}

/// The name of a kind's class. Two names of Python's own are not taken.
pub(crate) fn class_name(kind: &Entry) -> String {
    match kind.name {
        "permission" => "PermissionDeniedError".to_owned(),
        "cancelled" => "CallCancelledError".to_owned(),
        name => format!("{}Error", pascal(name)),
    }
}

/// What a kind's class is beside a `BrightpearlError`.
pub(crate) fn other_base(kind: &Entry) -> Option<&'static str> {
    (kind.name == "validation").then_some("ValueError")
}

/// A class for each kind of errors, and the classes by kind.
pub(crate) fn error_classes() -> String {
    let kinds = table("error-kind").entries;
    let mut text = String::new();
    for kind in kinds {
        let bases = other_base(kind).map_or_else(String::new, |base| format!(", {base}"));
        text += &format!("class {}(BrightpearlError{bases}):\n", class_name(kind));
        text += &string(&prose(kind.doc), "    ");
        text += &format!("\n    kind = \"{}\"\n", kind.name);
        if Kind::ALL.into_iter().any(|known| known.as_str() == kind.name && known.is_of_record()) {
            text += "    is_of_record = True\n";
        }
        text += "\n\n";
    }
    text += "CLASSES: dict[str, type[BrightpearlError]] = {\n";
    for kind in kinds {
        text += &format!("    \"{}\": {},\n", kind.name, class_name(kind));
    }
    text + "}\n\"\"\"The class of each kind.\"\"\"\n"
}

/// The exit code of the command line for each kind of errors.
pub(crate) fn exit_codes() -> String {
    let codes = Kind::ALL.map(|kind| format!("    \"{kind}\": {},\n", kind.exit_code()));
    format!("_KIND_CODES = {{\n{}}}\n", codes.concat())
}

/// The package's `__init__.py` with the classes among what it has from elsewhere and among what it offers.
pub(crate) fn package(text: &str) -> Option<String> {
    let kinds = table("error-kind").entries;
    let names: Vec<String> = kinds.iter().map(class_name).collect();
    let lines = |format: fn(&str) -> String| names.iter().map(|name| format(name)).collect::<Vec<_>>();
    let text = with_lines(
        text,
        "from brightpearl.exceptions import (\n",
        ")\n",
        lines(|name| format!("    {name},\n")),
    )?;
    with_lines(&text, "__all__ = [\n", "]\n", lines(|name| format!("    \"{name}\",\n")))
}

/// A sorted list of lines with further ones.
pub(crate) fn with_lines(text: &str, opening: &str, closing: &str, more: Vec<String>) -> Option<String> {
    let (before, behind) = text.split_once(opening)?;
    let (listed, after) = behind.split_once(&format!("\n{closing}"))?;
    let mut lines: Vec<String> = listed.lines().map(|line| format!("{line}\n")).chain(more).collect();
    lines.sort_unstable();
    lines.dedup();
    Some(format!("{before}{opening}{}{closing}{after}", lines.concat()))
}

/// A documentation string.
fn string(text: &str, indent: &str) -> String {
    let line = format!("{indent}\"\"\"{text}\"\"\"\n");
    if line.len() <= WIDTH {
        return line;
    }
    let wrapped = wrapped(text, indent, WIDTH);
    format!("{indent}\"\"\"{}{indent}\"\"\"\n", wrapped.trim_start())
}
