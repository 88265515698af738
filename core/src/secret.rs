//! A text that must not be seen: blanked in `Debug`, wiped from memory when dropped.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// A token or password. It has no `Display` and no `Serialize`, so it cannot slip into a log, an error or
/// a checkpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that puts it into a header.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text with this secret blanked where it stands as a word of its own: a short token must not tear
    /// holes into other words.
    pub(crate) fn blank(&self, text: &str) -> String {
        let mut blanked = String::with_capacity(text.len());
        let mut rest = 0;
        for (start, found) in text.match_indices(self.expose()) {
            let end = start + found.len();
            let is_word = !text[..start].ends_with(char::is_alphanumeric)
                && !text[end..].starts_with(char::is_alphanumeric);
            if is_word {
                blanked.push_str(&text[rest..start]);
                blanked.push_str("[redacted]");
                rest = end;
            }
        }
        blanked.push_str(&text[rest..]);
        blanked
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_blanked_as_a_word() {
        let token = Secret::new("t+k=");
        assert_eq!(token.blank("Invalid token: t+k=, or t+k=."), "Invalid token: [redacted], or [redacted].");
        assert_eq!(Secret::new("t").blank("the token t"), "the token [redacted]");
        assert_eq!(format!("{token:?}"), "[redacted]");
    }
}
