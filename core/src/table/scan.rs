//! The few byte scans of the hot loop. Each one answers only for the plain case and says `None` for
//! anything else, which the general parser then reads.

/// The bytes that a scan looks at. Answers do not end right after their last cell, so there are as many.
pub(super) const WINDOW: usize = 32;

/// No number of more digits is sure to have 64 bits.
const MOST_DIGITS: usize = 18;

/// The first place at or after `position` that is not white space.
pub(super) fn skip_whitespace(bytes: &[u8], mut position: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(position) {
        position += 1;
    }
    position
}

/// The value and the length of the whole number at the window's beginning, when it is written the only
/// way it can be and is sure to have 64 bits.
///
/// Goes digit by digit: ids are short and of equal length within a column, so that the processor foresees
/// where they end, and need not wait for the end to be computed.
#[inline(always)]
pub(super) fn integer(window: &[u8; WINDOW]) -> Option<(i64, usize)> {
    if window[0] == b'-' {
        let (value, length) = digits(window, 1)?;
        return (value != 0).then_some((-value, length));
    }
    digits(window, 0)
}

#[inline(always)]
fn digits(window: &[u8; WINDOW], start: usize) -> Option<(i64, usize)> {
    let mut value = 0;
    let mut length = start;
    loop {
        let digit = window[length].wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        if length == start + MOST_DIGITS {
            return None;
        }
        value = value * 10 + i64::from(digit);
        length += 1;
    }
    let is_canonical = length == start + 1 || (length > start && window[start] != b'0');
    is_canonical.then_some((value, length))
}

/// The boolean at the window's beginning and its length.
#[inline(always)]
pub(super) fn boolean(window: &[u8; WINDOW]) -> Option<(bool, usize)> {
    if window.starts_with(b"true") {
        return Some((true, 4));
    }
    window.starts_with(b"false").then_some((false, 5))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{WINDOW, integer};

    fn read(text: &str) -> Option<(i64, usize)> {
        let mut window = [b','; WINDOW];
        window[..text.len()].copy_from_slice(text.as_bytes());
        integer(&window)
    }

    #[test]
    fn plain_integers_are_read_and_others_left() {
        for text in
            ["0", "7", "42", "1234567", "12345678", "123456789", "-1", "-87654321", "999999999999999999"]
        {
            assert_eq!(read(text), Some((text.parse().expect("a number"), text.len())), "{text}");
        }
        for text in
            ["", "-", "-0", "00", "01", "-01", "1000000000000000000", "-9223372036854775808", "x", "+1"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("1.5"), Some((1, 1)), "what follows is for the caller to judge");
    }

    proptest! {
        #[test]
        fn integers_agree_with_the_standard_library(value: i64, digits in 0u32..19) {
            let value = value % 10i64.pow(digits);
            let text = value.to_string();
            prop_assert_eq!(read(&text), Some((value, text.len())));
        }
    }
}
