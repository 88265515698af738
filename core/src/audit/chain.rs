//! How a line is chained to the one before it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::secret::Secret;

/// What is hashed before anything else, so that no other text has the same digests.
const DOMAIN: &[u8] = b"brightpearl audit 1\n";

/// What the digest of a line begins with that was made without a key, and with one.
const PLAIN: &str = "sha256:";
const KEYED: &str = "hmac-sha256:";

/// What stands for the digest before the first line.
const START: &str = "start";

/// What stands between the text of a line and its digest.
const MARK: &str = ",\"chain\":\"";

/// No trail has so many lines.
pub(super) const MOST_LINES: u64 = 1 << 53;

/// The shortest key that is taken.
const SHORTEST_KEY: usize = 16;

/// Up to which line a trail goes, and that line's digest: `42:sha256:...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrailHead {
    pub(super) lines: u64,
    pub(super) digest: String,
}

impl Default for TrailHead {
    fn default() -> Self {
        Self { lines: 0, digest: START.to_owned() }
    }
}

impl fmt::Display for TrailHead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.lines, self.digest)
    }
}

impl TrailHead {
    /// Reads a head; `null` is that of an empty trail.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `place`.
    pub(super) fn read(value: Option<&Value>, place: &str) -> Result<Self> {
        let Some(value) = value else { return Ok(Self::default()) };
        let head = value.as_str().and_then(Self::parse);
        head.ok_or_else(|| {
            let message = "the head is invalid; expected the number of lines and a digest, such as 42:sha256:... with 64 hexadecimal digits";
            Error::validation(place, message)
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (lines, digest) = text.split_once(':')?;
        let lines = lines.parse().ok().filter(|lines| *lines < MOST_LINES)?;
        let is_right = if lines == 0 { digest == START } else { is_digest(digest) };
        is_right.then(|| Self { lines, digest: digest.to_owned() })
    }
}

/// Whether a text is a digest of either sort.
pub(super) fn is_digest(text: &str) -> bool {
    let digits = text.strip_prefix(PLAIN).or_else(|| text.strip_prefix(KEYED));
    digits.is_some_and(|digits| {
        digits.len() == 64 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Whether a digest was made with a key.
pub(super) fn is_keyed(digest: &str) -> bool {
    digest.starts_with(KEYED)
}

/// A key that is long enough.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `key`.
pub(super) fn checked_key(key: Option<Secret>) -> Result<Option<Secret>> {
    match &key {
        Some(key) if key.expose().len() < SHORTEST_KEY => {
            let message = format!("the key is too short; expected at least {SHORTEST_KEY} bytes");
            Err(Error::validation("key", message))
        }
        Some(_) | None => Ok(key),
    }
}

/// The digest of a line whose text is `text`, behind the digest `previous`.
pub(super) fn digest(previous: &str, text: &str, key: Option<&Secret>) -> String {
    // The length stands before each part, so that no two splits of one text are the same.
    let lengths = [previous, text].map(|part| (part.len() as u64).to_be_bytes());
    let parts: [&[u8]; 5] = [DOMAIN, &lengths[0], previous.as_bytes(), &lengths[1], text.as_bytes()];
    let keyed = key.and_then(|key| Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).ok());
    match keyed {
        Some(mut mac) => {
            parts.iter().for_each(|part| mac.update(part));
            format!("{KEYED}{}", hexadecimal(mac.finalize().as_bytes()))
        }
        None => {
            let mut hash = Sha256::new();
            parts.iter().for_each(|part| hash.update(part));
            format!("{PLAIN}{}", hexadecimal(&hash.finalize()))
        }
    }
}

/// The digest of a body.
pub(super) fn body_digest(body: &[u8]) -> String {
    format!("{PLAIN}{}", hexadecimal(&Sha256::digest(body)))
}

/// A line from its text, which is an object without its end.
pub(super) fn sealed(text: &str, digest: &str) -> String {
    format!("{text}{MARK}{digest}\"}}")
}

/// The text of a line, and its digest.
pub(super) fn unsealed(line: &str) -> Option<(&str, &str)> {
    let (text, rest) = line.rsplit_once(MARK)?;
    let digest = rest.strip_suffix("\"}")?;
    is_digest(digest).then_some((text, digest))
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}
