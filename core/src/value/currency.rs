//! Currency codes.

use std::fmt;

use super::travels_as_text;
use crate::error::{Error, Result};
use crate::excerpt::excerpt;

/// A code in the form of ISO 4217: three capital ASCII letters, such as `GBP`.
///
/// Whether an account uses the currency, only the account knows; no list is kept here.
///
/// ```
/// use brightpearl_core::value::CurrencyCode;
///
/// assert_eq!(CurrencyCode::parse("GBP")?.as_str(), "GBP");
/// assert!(CurrencyCode::parse("gbp").is_err());
/// # Ok::<(), brightpearl_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CurrencyCode([u8; 3]);

impl CurrencyCode {
    /// Reads a code.
    ///
    /// # Errors
    /// A validation error located at `byte N` (counted from 0), the first byte that does not fit, for any
    /// other text.
    pub fn parse(text: &str) -> Result<Self> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            Ok(_) | Err(_) => Err(refuse(text)),
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Capital ASCII letters are UTF-8, so the empty text is never given.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn refuse(text: &str) -> Error {
    let fitting = text.bytes().take(3).take_while(u8::is_ascii_uppercase).count();
    let found = excerpt(text);
    let suggested = match text.trim_ascii().to_ascii_uppercase() {
        upper if upper != text && CurrencyCode::parse(&upper).is_ok() => upper,
        _ => "GBP".to_owned(),
    };
    Error::validation(
        format!("byte {fitting}"),
        format!("found {found}, expected a currency code of three capital letters such as {suggested}"),
    )
}

impl fmt::Display for CurrencyCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for CurrencyCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CurrencyCode({self})")
    }
}

travels_as_text!(CurrencyCode);
