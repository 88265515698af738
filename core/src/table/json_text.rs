//! Cells written as JSON.

use std::fmt::Write;

use super::page::Cell;

/// Appends a cell as JSON.
pub(super) fn write_cell(cell: Cell<'_>, out: &mut String) {
    match cell {
        Cell::Null => out.push_str("null"),
        Cell::Boolean(true) => out.push_str("true"),
        Cell::Boolean(false) => out.push_str("false"),
        Cell::Decimal(text) | Cell::Json(text) => out.push_str(text),
        Cell::Text(text) => write_string(text, out),
        // Writing into a `String` cannot fail.
        Cell::Integer(value) => _ = write!(out, "{value}"),
        Cell::DateTime(date_time) => _ = write!(out, "\"{date_time}\""),
    }
}

/// Appends a cell as text: a text as it is, any other cell as its JSON without quotes, null as nothing.
pub(super) fn write_text(cell: Cell<'_>, out: &mut String) {
    match cell {
        Cell::Null => {}
        Cell::Text(text) => out.push_str(text),
        Cell::DateTime(date_time) => _ = write!(out, "{date_time}"),
        Cell::Integer(_) | Cell::Boolean(_) | Cell::Decimal(_) | Cell::Json(_) => write_cell(cell, out),
    }
}

/// Appends a text as a JSON string with only the escapes that JSON demands.
pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(place) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        let (plain, special) = rest.split_at(place);
        out.push_str(plain);
        let mut characters = special.chars();
        match characters.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(control) => _ = write!(out, "\\u{:04x}", u32::from(control)),
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::write_string;

    proptest! {
        #[test]
        fn strings_are_spelled_as_serde_json_spells_them(text in "(\\PC|[\u{0}-\u{1f}\"\\\\\u{7f}])*") {
            let mut written = String::new();
            write_string(&text, &mut written);
            prop_assert_eq!(written, serde_json::to_string(&text).expect("a text"));
        }
    }
}
