//! A text that must not be seen: blanked in `Debug`, wiped from memory when dropped. So is all that it is made into:
//! [`SecretText`] is what such texts are put together in, [`Headers`](crate::Headers) and
//! [`Request`](crate::Request) wipe themselves.

mod json;
mod stack;
mod text;

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

pub(crate) use json::wiped_text;
pub(crate) use stack::wipe_stack;
pub use text::SecretText;
pub(crate) use text::written;

/// A token or password. It has no `Display` and no `Serialize`, so it cannot slip into a log, an error or
/// a checkpoint. Its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over. Of a borrowed text it makes a copy, and the original is the caller's to wipe.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that puts it into a header.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is this text, compared in a time that depends on the lengths alone.
    pub(crate) fn is_same(&self, other: &str) -> bool {
        let (one, other) = (self.0.as_bytes(), other.as_bytes());
        one.len() == other.len() && one.iter().zip(other).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
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

impl From<Zeroizing<String>> for Secret {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

/// Wipes what a text held before it holds another.
pub(crate) fn replace(place: &mut String, text: String) {
    place.zeroize();
    *place = text;
}
