//! JSON strings: where a plain one ends, and how a text is written as one.

use std::fmt::Write;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The length of a string that begins with its opening quote, without escapes and without control
/// characters: the place of its closing quote.
#[inline(always)]
pub(crate) fn plain_string(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes.get(1..)?;
    loop {
        let (word, behind) = rest.split_first_chunk()?;
        let word = u64::from_le_bytes(*word);
        let special = special_in(word);
        if special != 0 {
            let place = special.trailing_zeros() / 8;
            let is_quote = (word >> (place * 8)) as u8 == b'"';
            return is_quote.then_some(bytes.len() - rest.len() + place as usize);
        }
        rest = behind;
    }
}

/// The high bit of each byte of `word` that a string has an escape for. Bits above the lowest one may be wrong.
#[inline(always)]
fn special_in(word: u64) -> u64 {
    // With one bit turned, the quote stands right behind the control characters.
    let turned = word ^ (LOW * 0x02);
    let quotes_and_controls = turned.wrapping_sub(LOW * 0x21) & !turned;
    let other = word ^ (LOW * u64::from(b'\\'));
    (quotes_and_controls | (other.wrapping_sub(LOW) & !other)) & HIGH
}

/// Appends a text as a JSON string with only the escapes that JSON demands.
pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(place) = special(rest.as_bytes()) {
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

/// Where the first byte stands that a string has an escape for.
fn special(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let special = special_in(word);
        if special != 0 {
            return Some(place * size_of::<u64>() + special.trailing_zeros() as usize / 8);
        }
    }
    let place = rest.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\')?;
    Some(bytes.len() - rest.len() + place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{plain_string, write_string};

    proptest! {
        #[test]
        fn strings_are_spelled_as_serde_json_spells_them(text in "(\\PC|[\u{0}-\u{1f}\"\\\\\u{7f}])*") {
            let mut written = String::new();
            write_string(&text, &mut written);
            prop_assert_eq!(written, serde_json::to_string(&text).expect("a text"));
        }

        #[test]
        fn strings_end_where_a_byte_by_byte_scan_ends(content in "\\PC*[\\PC\"\\\\\n\u{1}\u{1f}\u{7f}]\\PC*") {
            let text = format!("\"{content}\"        ");
            let first = text.bytes().skip(1).position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\');
            let expected = first.map(|place| place + 1).filter(|place| text.as_bytes()[*place] == b'"');
            prop_assert_eq!(plain_string(text.as_bytes()), expected);
        }
    }
}
