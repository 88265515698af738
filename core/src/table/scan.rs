//! The few byte scans of the hot loop, eight bytes at a time. Each one answers only for the plain case
//! and says `None` for anything else, which the general parser then reads.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The first place at or after `position` that is not white space.
#[inline(always)]
pub(super) fn skip_whitespace(bytes: &[u8], mut position: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(position) {
        position += 1;
    }
    position
}

/// The closing quote of a string whose content starts at `start`, when the string is without escapes and
/// without control characters.
#[inline(always)]
pub(super) fn plain_string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut position = start;
    loop {
        let word = word_at(bytes, position)?;
        let special = equal_to(word, b'"') | equal_to(word, b'\\') | control_characters(word);
        if special != 0 {
            let end = position + special.trailing_zeros() as usize / 8;
            return (bytes.get(end) == Some(&b'"')).then_some(end);
        }
        position += 8;
    }
}

/// The whole number at `position` and the place after it, when it has at most 18 digits, is written the
/// only way it can be, and is not the beginning of a fraction.
#[inline(always)]
pub(super) fn integer(bytes: &[u8], position: usize) -> Option<(i64, usize)> {
    let negative = bytes.get(position) == Some(&b'-');
    let start = position + usize::from(negative);
    let digits = word_at(bytes, start)? ^ (LOW * u64::from(b'0'));
    let others = (digits.wrapping_add(LOW * (0x7f - 9)) | digits) & HIGH;
    let count = others.trailing_zeros() / 8;
    let (magnitude, end) = match count {
        0 => return None,
        1..8 => (number_of_digits(digits << (64 - 8 * count)) as i64, start + count as usize),
        _ => continue_integer(bytes, start + 8, number_of_digits(digits) as i64)?,
    };
    let leading_zero = digits & 0xff == 0 && (count > 1 || negative);
    if leading_zero || matches!(bytes.get(end), Some(b'.' | b'e' | b'E')) {
        return None;
    }
    Some((if negative { -magnitude } else { magnitude }, end))
}

/// Reads the digits after the first eight, up to eighteen in all.
fn continue_integer(bytes: &[u8], start: usize, mut magnitude: i64) -> Option<(i64, usize)> {
    for place in start..=start + 10 {
        match bytes.get(place)? {
            digit @ b'0'..=b'9' => {
                magnitude = magnitude.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?
            }
            _ => return Some((magnitude, place)),
        }
    }
    None
}

/// The place after the `null` at `position`.
#[inline(always)]
pub(super) fn null(bytes: &[u8], position: usize) -> Option<usize> {
    bytes.get(position..)?.starts_with(b"null").then_some(position + 4)
}

/// The boolean at `position` and the place after it.
#[inline(always)]
pub(super) fn boolean(bytes: &[u8], position: usize) -> Option<(bool, usize)> {
    let rest = bytes.get(position..)?;
    if rest.starts_with(b"true") {
        return Some((true, position + 4));
    }
    rest.starts_with(b"false").then_some((false, position + 5))
}

#[inline(always)]
fn word_at(bytes: &[u8], position: usize) -> Option<u64> {
    bytes.get(position..)?.first_chunk().map(|word| u64::from_le_bytes(*word))
}

/// The high bit of each byte of `word` that equals `byte`. Bits above the lowest one may be wrong.
#[inline(always)]
fn equal_to(word: u64, byte: u8) -> u64 {
    let difference = word ^ (LOW * u64::from(byte));
    difference.wrapping_sub(LOW) & !difference & HIGH
}

/// The high bit of each byte of `word` below 0x20. Bits above the lowest one may be wrong.
#[inline(always)]
fn control_characters(word: u64) -> u64 {
    word.wrapping_sub(LOW * 0x20) & !word & HIGH
}

/// The number that eight digits make, the first digit in the lowest byte.
#[inline(always)]
fn number_of_digits(digits: u64) -> u64 {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let low = (pairs >> 16 & PAIRS).wrapping_mul(1 + (10_000 << 32));
    high.wrapping_add(low) >> 32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{integer, plain_string_end};

    #[test]
    fn plain_integers_are_read_and_others_left() {
        let padded = |text: &str| integer(format!("{text},        ").as_bytes(), 0);
        for text in
            ["0", "7", "42", "1234567", "12345678", "123456789", "-1", "-87654321", "999999999999999999"]
        {
            assert_eq!(padded(text), Some((text.parse().expect("a number"), text.len())), "{text}");
        }
        for text in [
            "",
            "-",
            "-0",
            "00",
            "01",
            "-01",
            "1.0",
            "1e5",
            "1E5",
            "12345678.5",
            "9223372036854775808",
            "x",
            "+1",
        ] {
            assert_eq!(padded(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn integers_agree_with_the_standard_library(value: i64, digits in 0u32..19) {
            let value = value % 10i64.pow(digits);
            let text = value.to_string();
            let read = integer(format!("{text}]          ").as_bytes(), 0);
            prop_assert_eq!(read, Some((value, text.len())));
        }

        #[test]
        fn strings_end_where_a_byte_by_byte_scan_ends(content in "\\PC*[\\PC\"\\\\\n\u{1}\u{1f}\u{7f}]\\PC*") {
            let text = format!("{content}\"        ");
            let first = text.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\');
            let expected = first.filter(|place| text.as_bytes()[*place] == b'"');
            prop_assert_eq!(plain_string_end(text.as_bytes(), 0), expected);
        }
    }
}
