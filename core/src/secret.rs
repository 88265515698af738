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

    /// The text with this secret blanked, as it is and as servers escape it: percent-encoded, with JSON's escapes, as
    /// HTML's character references. A short secret is blanked as a word of its own only, lest it tear holes into other
    /// words; of a long one a beginning, too, which a cut has left.
    pub(crate) fn blank(&self, text: &str) -> String {
        let secret = self.expose().as_bytes();
        let mut blanked = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(next) = text[at..].chars().next() {
            let (matched, end) = longest_match(secret, text, at);
            let is_word = !text[..at].ends_with(char::is_alphanumeric)
                && !text[end..].starts_with(char::is_alphanumeric);
            let is_whole = matched == secret.len() && matched > 0 && (matched >= ANYWHERE || is_word);
            let is_cut = text[end..].starts_with('…') || text[end..].is_empty();
            let is_part = matched >= PART_AT_CUT && secret.len() > LONG && is_cut;
            if is_whole || is_part {
                blanked.push_str("[redacted]");
                at = end;
            } else {
                blanked.push(next);
                at += next.len_utf8();
            }
        }
        blanked
    }
}

/// Secrets of so many bytes are blanked inside words, too.
const ANYWHERE: usize = 6;

/// Longer secrets are blanked where a cut has left only a beginning.
const LONG: usize = 12;

/// So many bytes of a long secret's beginning are blanked where the text is cut.
const PART_AT_CUT: usize = 4;

/// How many bytes of the secret stand at that place of the text, escaped or not, and where they end.
fn longest_match(secret: &[u8], text: &str, start: usize) -> (usize, usize) {
    let (mut matched, mut at) = (0, start);
    while let Some(wanted) = secret.get(matched) {
        let Some(byte) = text.as_bytes().get(at) else { break };
        if byte == wanted
            && !unescaped(&text[char_start(text, at)..])
                .is_some_and(|(found, _)| secret[matched..].starts_with(&found))
        {
            (matched, at) = (matched + 1, at + 1);
        } else if let Some((found, length)) = text.get(at..).and_then(unescaped)
            && secret[matched..].starts_with(&found)
        {
            (matched, at) = (matched + found.len(), at + length);
        } else if *byte == b'+' && *wanted == b' ' {
            (matched, at) = (matched + 1, at + 1);
        } else {
            break;
        }
    }
    // Never within a character.
    while !text.is_char_boundary(at) {
        at += 1;
    }
    (matched, at)
}

fn char_start(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|index| text.is_char_boundary(*index)).unwrap_or_default()
}

/// The bytes that an escape at the beginning of the text stands for, and the escape's length.
fn unescaped(text: &str) -> Option<(Vec<u8>, usize)> {
    let hex = |digits: &str| u32::from_str_radix(digits, 16).ok();
    let character = |code: u32| char::from_u32(code).map(|it| it.to_string().into_bytes());
    if let Some(rest) = text.strip_prefix('%') {
        let byte = u8::try_from(hex(rest.get(..2)?)?).ok()?;
        return Some((vec![byte], 3));
    }
    if let Some(rest) = text.strip_prefix("\\u") {
        return Some((character(hex(rest.get(..4)?)?)?, 6));
    }
    if let Some(rest) = text.strip_prefix('\\') {
        let next = rest.chars().next().filter(|next| matches!(next, '/' | '"' | '\\' | '\''))?;
        return Some((vec![u8::try_from(next).ok()?], 2));
    }
    let reference = text.strip_prefix('&')?;
    let name = &reference[..reference.bytes().take(12).position(|byte| byte == b';')?];
    let found = match name {
        "amp" => b"&".to_vec(),
        "lt" => b"<".to_vec(),
        "gt" => b">".to_vec(),
        "quot" => b"\"".to_vec(),
        "apos" => b"'".to_vec(),
        "equals" => b"=".to_vec(),
        "plus" => b"+".to_vec(),
        "sol" => b"/".to_vec(),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => hex(digits)?,
                None => digits.parse().ok()?,
            };
            character(code)?
        }
    };
    Some((found, name.len() + 2))
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

    #[test]
    fn is_blanked_in_every_escape_and_inside_words() {
        let token = Secret::new("irhkVURW uLDY/wziD+hCsS=\"é");
        for echo in [
            "irhkVURW uLDY/wziD+hCsS=\"é",
            "irhkVURW%20uLDY%2FwziD%2BhCsS%3D%22%C3%A9",
            "irhkVURW+uLDY%2fwziD%2bhCsS%3d%22%c3%a9",
            "irhkVURW uLDY\\/wziD\\u002bhCsS\\u003d\\\"\\u00E9",
            "irhkVURW uLDY&#x2F;wziD&#43;hCsS&equals;&quot;&#233;",
            "%69rhkVURW uLDY&sol;wziD&plus;hCsS=\"é",
        ] {
            assert_eq!(token.blank(&format!("Invalid{echo}x")), "Invalid[redacted]x", "{echo}");
        }
        assert_eq!(token.blank("xxirhkV…"), "xx[redacted]…");
        assert_eq!(token.blank("a é % \\ & irh"), "a é % \\ & irh");
    }
}
