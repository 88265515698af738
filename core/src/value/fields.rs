//! Fixed-width fields of digits and the marks between them, read from the left.

use crate::error::{Error, Result};
use crate::excerpt::excerpt;

/// Reads one text; every refusal names the byte and what was expected.
pub(super) struct TextFields<'a> {
    text: &'a str,
    /// Where the next field begins. Only ASCII is ever stepped over, so this is a character boundary.
    at: usize,
    /// Where the text stands in the text that the caller gave.
    base: usize,
    expected: &'static str,
}

impl<'a> TextFields<'a> {
    pub(super) fn new(text: &'a str, base: usize, expected: &'static str) -> Self {
        Self { text, at: 0, base, expected }
    }

    /// Reads exactly `width` digits; at most four.
    pub(super) fn number(&mut self, width: usize) -> Result<u16> {
        let digits = self.digits();
        if digits.len() < width {
            return Err(self.refuse());
        }
        let value = digits[..width].bytes().fold(0, |value, digit| value * 10 + u16::from(digit - b'0'));
        self.at += width;
        Ok(value)
    }

    /// Reads exactly `width` digits of a number up to `highest`.
    pub(super) fn number_up_to(&mut self, width: usize, highest: u16, name: &str) -> Result<u16> {
        let start = self.at;
        let value = self.number(width)?;
        if value > highest {
            return Err(self.refuse_from(start, &format!("{name} up to {highest}, in {}", self.expected)));
        }
        Ok(value)
    }

    /// The digits that come next, as many as there are, without stepping over them.
    pub(super) fn digits(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        &rest[..end]
    }

    /// Steps over digits that [`TextFields::digits`] gave.
    pub(super) fn skip(&mut self, digits: &str) {
        self.at += digits.len();
    }

    /// Steps over the mark if it comes next.
    pub(super) fn has(&mut self, mark: u8) -> bool {
        let found = self.rest().as_bytes().first() == Some(&mark);
        if found {
            self.at += 1;
        }
        found
    }

    /// Steps over the mark, which must come next.
    pub(super) fn mark(&mut self, mark: u8) -> Result<()> {
        if self.has(mark) { Ok(()) } else { Err(self.refuse()) }
    }

    /// Makes sure that nothing is left.
    pub(super) fn finish(&self) -> Result<()> {
        if self.rest().is_empty() { Ok(()) } else { Err(self.refuse()) }
    }

    /// Where the next field begins in this text.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What comes next is not what was expected.
    pub(super) fn refuse(&self) -> Error {
        self.refuse_from(self.at, self.expected)
    }

    /// What stands at `start`, a place that [`TextFields::at`] gave, is not what was expected.
    pub(super) fn refuse_from(&self, start: usize, expected: &str) -> Error {
        let found = excerpt(&self.text[start..]);
        Error::validation(
            format!("byte {}", self.base + start),
            format!("found {found}, expected {expected}"),
        )
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
}
