//! The tables of the documentation: whichever Markdown file has one, under the heading by which it is known.

use std::fs;
use std::io;
use std::path::Path;

use brightpearl_core::error::{KNOWN_CODES, Kind};
use brightpearl_core::task;

use crate::python::{class_name, other_base};
use crate::schemes;
use crate::text::{prose, table};

/// Where documentation lies.
const FOLDERS: [&str; 6] = [".", "docs", "ffi", "ffi/node", "python", "wasm"];

/// The files that may have tables.
pub(crate) fn paths(root: &Path) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        let place = root.join(folder);
        if !place.is_dir() {
            continue;
        }
        for entry in fs::read_dir(place)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".md") {
                paths.push(if folder == "." { name } else { format!("{folder}/{name}") });
            }
        }
    }
    paths.sort();
    Ok(paths)
}

/// The rows of the table with that heading; nothing for other headings.
fn rows(heading: &str) -> Option<Vec<String>> {
    let named = |name: &str| {
        let entries = table(name).entries.iter();
        entries.map(|entry| format!("| `{}` | {} |", entry.name, prose(entry.doc))).collect()
    };
    match heading {
        "| delivery | what became of the request |" => Some(named("delivery")),
        "| outcome | what became of the record |" => Some(named("outcome-state")),
        "| event | what happened |" => Some(events()),
        "| kind | what to do |" => {
            Some(Kind::ALL.iter().map(|kind| format!("| `{kind}` | {} |", kind.advice())).collect())
        }
        "| class | kind | when |" => Some(classes()),
        "| code | meaning | what to do |" => {
            let codes = KNOWN_CODES.iter();
            Some(
                codes
                    .map(|known| format!("| `{}` | {} | {} |", known.code, known.meaning, known.advice))
                    .collect(),
            )
        }
        "| task | what it does | requests |" => {
            let tasks = task::tasks().into_iter();
            Some(
                tasks
                    .map(|task| format!("| `{}` | {} | {} |", task.name, task.summary, task.requests))
                    .collect(),
            )
        }
        "| secret | with | credentials |" => Some(schemes::documentation::environment()),
        "| `type` | what it is | members |" => Some(schemes::documentation::configuration()),
        _ => None,
    }
}

fn events() -> Vec<String> {
    let row = |entry: &brightpearl_core::named::Entry| {
        let members: Vec<String> =
            entry.members.iter().map(|member| format!("`{}`: {}", member.name, prose(member.doc))).collect();
        format!("| `{}` | {} {} |", entry.name, prose(entry.doc), members.join(" "))
    };
    table("event").entries.iter().map(row).collect()
}

fn classes() -> Vec<String> {
    let row = |kind: &brightpearl_core::named::Entry| {
        let also = other_base(kind).map_or_else(String::new, |base| format!(" (also a `{base}`)"));
        format!("| `{}`{also} | `{}` | {} |", class_name(kind), kind.name, prose(kind.doc))
    };
    table("error-kind").entries.iter().map(row).collect()
}

/// The text with the rows of every known table as they should be.
pub(crate) fn with_tables(text: &str) -> String {
    let mut lines = text.split_inclusive('\n').peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(line) = lines.next() {
        out += line;
        let Some(rows) = rows(line.trim_end()) else { continue };
        out += lines.next().unwrap_or_default();
        while lines.next_if(|line| line.starts_with('|')).is_some() {}
        for row in rows {
            out += &row;
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_replaced_under_a_known_heading_only() {
        let text = "| kind | why |\n|---|---|\n| a | b |\n\n| delivery | what became of the request |\n|---|---|\n| old | row |\n\nend\n";
        let written = with_tables(text);
        assert!(written.starts_with("| kind | why |\n|---|---|\n| a | b |\n\n| delivery "), "{written}");
        assert!(written.contains("\n|---|---|\n| `not-sent` | Nothing reached Brightpearl"), "{written}");
        assert!(written.ends_with("afterwards. |\n\nend\n") && !written.contains("old"), "{written}");
    }
}
