//! Exact decimal numbers.

use std::fmt;
use std::str::FromStr;

use rust_decimal::RoundingStrategy;
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::excerpt::excerpt;

const EXPECTED: &str = "a decimal number such as -12.50";
const CAPACITY: &str = "a number that can be held exactly: up to 28 decimal places and, without the point, \
                        up to 79228162514264337593543950335";

/// A decimal number, exactly as it was written, trailing zeros included: `10.0000` stays `10.0000`.
///
/// For money, quantities and rates, which Brightpearl sends as strings of two, four or six decimal places,
/// in places as numbers, and accepts as either (API notes §1.8). Nothing is ever rounded unless
/// [`Decimal::rounded`] is asked for it. Equality, order and hash are by value (`1.0` equals `1.00`); the
/// text tells them apart. Zero has no sign: `-0.00` is `0.00`. For arithmetic, convert into
/// [`rust_decimal::Decimal`] and back.
///
/// ```
/// use brightpearl_core::value::Decimal;
///
/// let price = Decimal::parse("10.5000")?;
/// assert_eq!(price.to_string(), "10.5000");
/// assert_eq!(price.with_places(2)?.to_string(), "10.50");
/// assert!(Decimal::parse("10.5050")?.with_places(2).is_err());
/// assert_eq!(Decimal::parse("10.5050")?.rounded(2)?.to_string(), "10.51");
/// # Ok::<(), brightpearl_core::Error>(())
/// ```
// Where it stands beside texts, as in the values of a mapping, all of them are moved by whole words.
#[repr(align(8))]
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(rust_decimal::Decimal);

impl Decimal {
    /// The most decimal places that a number can have.
    pub const MAX_PLACES: u32 = rust_decimal::Decimal::MAX_SCALE;

    /// Reads a number as JSON writes it: an optional `-`, digits without leading zeros, an optional fraction
    /// and an optional exponent, and no white space. An exponent is worked out exactly (`1.50e1` is `15.0`).
    ///
    /// # Errors
    /// A validation error located at `byte N` (counted from 0) for any other text, and at `byte 0` for a
    /// number that has more digits than can be held exactly.
    pub fn parse(text: &str) -> Result<Self> {
        if let Some(short) = short(text) {
            return Ok(short);
        }
        let exponent_mark = check_grammar(text)?;
        let (significand, exponent) = match exponent_mark {
            Some(mark) => (&text[..mark], &text[mark + 1..]),
            None => (text, "0"),
        };
        exact(significand, exponent).ok_or_else(|| {
            Error::validation("byte 0", format!("found {}, expected {CAPACITY}", excerpt(text)))
        })
    }

    /// Reads a number that is spelled as it would be written again, of few digits; `None` of any other text.
    #[inline]
    pub(crate) fn parse_plain(text: &str) -> Option<Self> {
        // Zero has no sign.
        short(text).filter(|number| !(number.0.is_zero() && text.starts_with('-')))
    }

    /// Appends its digits, as [`Display`](fmt::Display) has them.
    pub(crate) fn write(self, out: &mut String) {
        match self.digits(&mut [b'0'; 32]) {
            Some(digits) => out.extend(digits.iter().map(|digit| char::from(*digit))),
            None => out.push_str(&self.0.to_string()),
        }
    }

    /// Its digits, as [`Display`](fmt::Display) has them, in memory that fits them.
    pub(crate) fn text(self) -> String {
        match self.digits(&mut [b'0'; 32]) {
            Some(digits) => digits.iter().map(|digit| char::from(*digit)).collect(),
            None => self.0.to_string(),
        }
    }

    /// Its digits, with a sign and a point, if they are few enough.
    fn digits(self, buffer: &mut [u8; 32]) -> Option<&[u8]> {
        let (mantissa, places) = (self.mantissa(), self.places() as usize);
        let mut rest = u64::try_from(mantissa.unsigned_abs()).ok()?;
        // From the last digit on: at most 28 places and a digit before them, a point and a sign.
        let mut at = buffer.len();
        let mut count = 0;
        while rest > 0 || count <= places {
            if count == places && places > 0 {
                at -= 1;
                buffer[at] = b'.';
            }
            at -= 1;
            buffer[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            count += 1;
        }
        if mantissa < 0 {
            at -= 1;
            buffer[at] = b'-';
        }
        Some(&buffer[at..])
    }

    /// Reads a JSON token as it stands in a body: a number, or a string that holds one.
    ///
    /// # Errors
    /// As [`Decimal::parse`]; bytes are counted within the number.
    ///
    /// ```
    /// use brightpearl_core::value::Decimal;
    ///
    /// assert_eq!(Decimal::parse_json("0.00")?.to_string(), "0.00");
    /// assert_eq!(Decimal::parse_json("\"10.0000\"")?.to_string(), "10.0000");
    /// # Ok::<(), brightpearl_core::Error>(())
    /// ```
    pub fn parse_json(token: &str) -> Result<Self> {
        if !token.starts_with('"') {
            return Self::parse(token);
        }
        let text: String = serde_json::from_str(token).map_err(|error| {
            Error::validation(
                "byte 0",
                format!("found {}, expected {EXPECTED} in a JSON string: {error}", excerpt(token)),
            )
        })?;
        Self::parse(&text)
    }

    /// Reads a JSON number or string exactly, for `#[serde(deserialize_with = "Decimal::deserialize_json")]`.
    ///
    /// [`Deserialize`] must refuse numbers with a fraction, because serde hands them over as binary floating
    /// point; this sees their text. It works with the deserialisers of `serde_json` only.
    ///
    /// ```
    /// use brightpearl_core::value::Decimal;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct TaxCode {
    ///     #[serde(deserialize_with = "Decimal::deserialize_json")]
    ///     rate: Decimal,
    /// }
    /// let code: TaxCode = serde_json::from_str(r#"{"rate": 10.0000}"#).unwrap();
    /// assert_eq!(code.rate.to_string(), "10.0000");
    /// ```
    pub fn deserialize_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let token = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse_json(token.get()).map_err(serde::de::Error::custom)
    }

    /// The number `mantissa` / 10^`places`, with that many decimal places.
    ///
    /// # Errors
    /// A validation error when it cannot be held: more than [`Decimal::MAX_PLACES`], or a mantissa above
    /// 79228162514264337593543950335 in either direction.
    pub fn from_parts(mantissa: i128, places: u32) -> Result<Self> {
        rust_decimal::Decimal::try_from_i128_with_scale(mantissa, places).map(Self).map_err(|_| {
            Error::validation(
                "decimal",
                format!("found {mantissa} with {places} decimal places, expected {CAPACITY}"),
            )
        })
    }

    /// The number without its point: `10.50` gives 1050.
    pub fn mantissa(self) -> i128 {
        self.0.mantissa()
    }

    /// How many decimal places it has: `10.50` gives 2.
    pub fn places(self) -> u32 {
        self.0.scale()
    }

    /// The same value with exactly so many decimal places, as a wire format may want it.
    ///
    /// # Errors
    /// A validation error when that would take more than zeros away, or cannot be held.
    pub fn with_places(self, places: u32) -> Result<Self> {
        if self.0.scale() == places {
            return Ok(self);
        }
        let mut rescaled = self.0;
        // Small values take more places than can be written again.
        let places_held = places.min(Self::MAX_PLACES);
        // `rescale` rounds where it must and stops where it can hold no more; either changes the value.
        rescaled.rescale(places_held);
        if rescaled != self.0 || rescaled.scale() != places {
            return Err(Error::validation(
                "decimal",
                format!("found {self}, expected a number that {places} decimal places hold exactly"),
            ));
        }
        Ok(Self(rescaled))
    }

    /// The nearest value with exactly so many decimal places; a half goes away from zero, as is usual in
    /// trade.
    ///
    /// # Errors
    /// A validation error when that many places cannot be held.
    pub fn rounded(self, places: u32) -> Result<Self> {
        Self(self.0.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero))
            .with_places(places)
    }
}

/// The most digits that are read and written without the library: whatever has that many fits into 64 bits.
const SHORT: usize = 18;

/// A plain number of few digits, which most are; `None` of any other, and of what is no number.
fn short(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix('-').unwrap_or(text).as_bytes();
    if unsigned.len() > SHORT {
        return None;
    }
    let mut mantissa = 0;
    let mut whole = None;
    for (place, byte) in unsigned.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + i64::from(byte - b'0'),
            b'.' if whole.is_none() => whole = Some(place),
            _ => return None,
        }
    }
    let (whole, places) = match whole {
        Some(whole) => (whole, unsigned.len() - whole - 1),
        None => (unsigned.len(), 0),
    };
    let is_formed = (whole == 1 || whole > 1 && unsigned.first() != Some(&b'0'))
        && (places > 0 || whole == unsigned.len());
    if !is_formed {
        return None;
    }
    let mantissa = if unsigned.len() < text.len() { -mantissa } else { mantissa };
    Some(Decimal(rust_decimal::Decimal::new(mantissa, places as u32)))
}

/// Checks the grammar of a JSON number; says at which byte the exponent is marked, if it has one.
fn check_grammar(text: &str) -> Result<Option<usize>> {
    let bytes = text.as_bytes();
    let digits_from = |start: usize| bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    // Only ASCII was stepped over, so `at` is a character boundary.
    let refuse = |at: usize| {
        Err(Error::validation(
            format!("byte {at}"),
            format!("found {}, expected {EXPECTED}", excerpt(&text[at..])),
        ))
    };

    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at += match bytes.get(at) {
        Some(b'0') => 1,
        Some(_) | None => digits_from(at),
    };
    if !text[..at].ends_with(|last: char| last.is_ascii_digit()) {
        return refuse(at);
    }
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits_from(at + 1);
        if fraction == 0 {
            return refuse(at + 1);
        }
        at += 1 + fraction;
    }
    let mut exponent_mark = None;
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        exponent_mark = Some(at);
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits_from(at);
        if exponent == 0 {
            return refuse(at);
        }
        at += exponent;
    }
    if at < bytes.len() { refuse(at) } else { Ok(exponent_mark) }
}

/// The number that these stand for, which are known to be well-formed; `None` when it cannot be held.
fn exact(significand: &str, exponent: &str) -> Option<Decimal> {
    let number = rust_decimal::Decimal::from_str_exact(significand).ok()?;
    let exponent = i64::from(i32::from_str(exponent).ok()?);
    if exponent == 0 {
        return Some(Decimal(number));
    }
    let places = i64::from(number.scale()) - exponent;
    let (mantissa, places) = match u32::try_from(places) {
        Ok(places) => (number.mantissa(), places),
        Err(_) => {
            let power = 10_i128.checked_pow(u32::try_from(-places).ok()?)?;
            (number.mantissa().checked_mul(power)?, 0)
        }
    };
    Decimal::from_parts(mantissa, places).ok()
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self(number.into())
    }
}

impl From<u64> for Decimal {
    fn from(number: u64) -> Self {
        Self(number.into())
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(mut number: rust_decimal::Decimal) -> Self {
        if number.is_zero() {
            number.set_sign_positive(true);
        }
        Self(number)
    }
}

impl From<Decimal> for rust_decimal::Decimal {
    fn from(number: Decimal) -> Self {
        number.0
    }
}

impl FromStr for Decimal {
    type Err = Error;

    /// See [`Decimal::parse`].
    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

/// The digits, with as many decimal places as the number has, never an exponent.
impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.digits(&mut [b'0'; 32]) {
            Some(digits) => formatter.write_str(str::from_utf8(digits).unwrap_or_default()),
            None => write!(formatter, "{}", self.0),
        }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Decimal({self})")
    }
}

/// A string: JSON readers turn numbers into binary floating point, and Brightpearl accepts strings.
impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A string or an integer. A number with a fraction is refused, as its digits are lost before we see them;
/// see [`Decimal::deserialize_json`].
impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExactVisitor)
    }
}

struct ExactVisitor;

impl Visitor<'_> for ExactVisitor {
    type Value = Decimal;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a decimal number in a string, or an integer")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
        Decimal::parse(text).map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Decimal, E> {
        Ok(number.into())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Decimal, E> {
        Ok(number.into())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Decimal, E> {
        Err(E::invalid_type(Unexpected::Float(number), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_read_as_long_ones_are() {
        let parts = ["", "-", "0", "1", "9", "00", "10", "120", ".", ".0", ".5", ".50", ".05", "+", " ", "é"];
        for text in parts
            .iter()
            .flat_map(|one| parts.iter().flat_map(move |two| parts.map(|three| format!("{one}{two}{three}"))))
        {
            // The general way alone reads an exponent.
            let long = Decimal::parse(&format!("{text}e0")).ok().map(|number| number.to_string());
            if let Some(short) = short(&text) {
                assert_eq!(Some(short.to_string()), long, "{text:?}");
            }
            let whole = Decimal::parse(&text).ok().map(|number| number.to_string());
            assert_eq!(whole, long, "{text:?}");
        }
    }

    #[test]
    fn what_has_places_can_be_written_again() {
        for text in ["0", "1", "-1", "0.0000000000000000000000000001", "79228162514264337593543950335"] {
            let number = Decimal::parse(text).expect("a number");
            for places in [0, 1, 27, 28, 29, 30, 31, 40, u32::MAX] {
                for held in [number.with_places(places), number.rounded(places)].into_iter().flatten() {
                    assert!(places <= Decimal::MAX_PLACES, "{text} with {places} places");
                    assert_eq!(
                        Decimal::parse(&held.to_string()).expect("a number").places(),
                        places,
                        "{text}"
                    );
                }
            }
        }
    }
}
