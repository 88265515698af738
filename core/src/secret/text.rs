//! Texts that secrets are put together in.

use std::{fmt, io, mem, str};

use zeroize::Zeroizing;

/// A text that wipes itself when it is dropped, and, when it outgrows its place, the old one: a `String` that grows
/// leaves a copy behind.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// An empty text with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(bytes)))
    }

    /// The parts, one behind the other.
    pub(crate) fn joined(parts: &[&str]) -> Self {
        let mut whole = Self::with_capacity(parts.iter().map(|part| part.len()).sum());
        parts.iter().for_each(|part| whole.push_str(part));
        whole
    }

    /// Adds a text.
    pub fn push_str(&mut self, text: &str) {
        let needed = self.0.len() + text.len();
        if needed > self.0.capacity() {
            let mut larger = String::with_capacity(needed.max(2 * self.0.capacity()).max(64));
            larger.push_str(&self.0);
            // Dropping the old place wipes it.
            self.0 = Zeroizing::new(larger);
        }
        self.0.push_str(text);
    }

    /// Adds a text as JSON has it.
    pub fn push_json(&mut self, text: &str) {
        // A text always has a JSON form, and writing to memory does not fail.
        let _ = serde_json::to_writer(self, text);
    }

    /// The text so far.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, which goes on wiping itself.
    pub fn finish(self) -> Zeroizing<String> {
        self.0
    }

    /// The text for a place that wipes it.
    pub(crate) fn take(mut self) -> String {
        mem::take(&mut *self.0)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl fmt::Write for SecretText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

impl io::Write for SecretText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push_str(str::from_utf8(bytes).map_err(io::Error::other)?);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// As `format!`, for texts that may quote a secret and go to a place that wipes them.
pub(crate) fn written(arguments: fmt::Arguments<'_>) -> String {
    let mut text = SecretText::default();
    // Writing to memory does not fail.
    let _ = fmt::Write::write_fmt(&mut text, arguments);
    text.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_as_it_must() {
        let mut text = SecretText::with_capacity(3);
        for _ in 0..40 {
            text.push_str("añb");
        }
        text.push_json("\"\u{1}\\é");
        let mut expected = "añb".repeat(40);
        expected.push_str(r#""\"\u0001\\é""#);
        assert_eq!(text.as_str(), expected);
        assert_eq!(SecretText::joined(&["Bearer ", "t"]).take(), "Bearer t");
        assert_eq!(written(format_args!("{:?} {}", "a\n", 7)), "\"a\\n\" 7");
    }
}
