//! Calls of every function of the header with NULL for each of its pointers, as C: what `tests/hosts/c/nulls.c` includes. What
//! is expected is what the function's own comment says.

use crate::manners::{Argument, Function};

/// What the comment of a function promises of a NULL.
enum Promise {
    /// `BP_STATUS_NULL_POINTER`.
    Refused,
    /// The same, unless its length is 0.
    RefusedWithLength,
    /// That nothing breaks.
    Survived,
}

/// The calls, in the order of the header.
pub(crate) fn calls(functions: &[Function]) -> String {
    let mut text =
        "/* Made of brightpearl.h by ffi/header.sh; the comments of its functions say what is expected. */\n"
            .to_owned();
    for function in functions {
        for argument in function.pointers() {
            let lengths = match promise(function, argument) {
                Promise::Refused => vec![("REFUSED", "1")],
                Promise::RefusedWithLength => vec![("REFUSED", "1"), ("TAKEN", "0")],
                Promise::Survived => vec![("SURVIVED", "1")],
            };
            for (expected, length) in lengths {
                let kind = match function.result() {
                    "bp_status" => "STATUS",
                    // What would be owned.
                    result if result.ends_with('*') && !result.starts_with("const ") => "POINTER",
                    _ => "PLAIN",
                };
                text += &format!(
                    "{kind}({expected}, {}, ({}))\n",
                    argument.name(),
                    given(function, argument, length)
                );
            }
        }
    }
    text
}

fn promise(function: &Function, argument: &Argument) -> Promise {
    let line = function.null_line();
    let parts: Vec<&str> = line.split(';').map(str::trim).collect();
    let names = |part: &&str| part.contains(&format!("`{}`", argument.name()));
    match parts.into_iter().find(names) {
        Some(part) if part.starts_with("BP_STATUS_NULL_POINTER for") => Promise::Refused,
        Some(part) if part.contains("only with length 0") && function.result() == "bp_status" => {
            Promise::RefusedWithLength
        }
        _ => Promise::Survived,
    }
}

/// The call, with NULL in one place and what will do in the others.
fn given(function: &Function, missing: &Argument, length: &str) -> String {
    let mut follows_missing = false;
    let mut given = Vec::new();
    for argument in function.arguments() {
        let value = if argument.name() == missing.name() {
            "NULL".to_owned()
        } else if argument.kind().starts_with("const struct") {
            // Of Arrow: what is there must be whole.
            "NULL".to_owned()
        } else if argument.is_pointer() {
            // Places of numbers, and of handles, have names of their own.
            let kind = argument.kind().replace("const ", "").replace("struct ", "");
            match kind.strip_suffix(" **") {
                Some(handle) => format!("A_{handle}_place"),
                None => match kind.trim_end_matches(" *") {
                    number @ ("bool" | "size_t" | "uint64_t") => format!("P_{number}"),
                    other => format!("A_{other}"),
                },
            }
        } else if argument.kind() == "size_t" {
            if follows_missing { length.to_owned() } else { "1".to_owned() }
        } else {
            format!("A_{}", argument.kind())
        };
        follows_missing = argument.name() == missing.name();
        given.push(value);
    }
    format!("{}({})", function.name, given.join(", "))
}
