//! JSON as Brightpearl's encoder writes it: compact, and with the characters that HTML minds escaped
//! (API notes §1.7).

use std::io;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::ser::{Formatter, Serializer as JsonSerializer};
use serde_json::value::RawValue;

/// Writes a value.
///
/// # Errors
/// None that these types can cause: they have text keys and finite numbers, and the buffer grows.
pub(crate) fn write<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut buffer = Vec::with_capacity(1024);
    value.serialize(&mut JsonSerializer::with_formatter(&mut buffer, HtmlSafe))?;
    Ok(buffer)
}

struct HtmlSafe;

impl Formatter for HtmlSafe {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if !may_have_special(fragment.as_bytes()) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(['=', '<', '>', '\'', '&', '\u{2028}', '\u{2029}']) {
            let (plain, special) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut characters = special.chars();
            if let Some(character) = characters.next() {
                write!(writer, "\\u{:04x}", u32::from(character))?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Whether a text may have characters that are escaped. Most has none, which its bytes tell more quickly than its characters; the
/// two that are not ASCII begin with the last byte here, as others do.
const fn may_have_special(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if matches!(text[at], b'=' | b'<' | b'>' | b'\'' | b'&' | 0xe2) {
            return true;
        }
        at += 1;
    }
    false
}

/// An amount with a fixed number of decimal places, as text: how money goes over the wire (§1.8).
pub(crate) fn amount(value: Decimal, places: u32) -> String {
    with_places(value, places).to_string()
}

/// An amount rounded to a number of decimal places, half away from zero.
pub(crate) fn with_places(value: Decimal, places: u32) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}

/// A number with its decimal places kept, such as `0.0000`.
pub(crate) struct Number(pub(crate) Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// An object whose members are given in order.
pub(crate) struct Members<K, V>(pub(crate) Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Members<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_characters_are_escaped_and_others_raw() {
        let text = write("a=b <c> 'd' & \"e\" \\ / \n é ₡ 株 \u{2028}").unwrap();
        let expected = concat!(
            r#""a\u003db \u003cc\u003e \u0027d\u0027 \u0026 \"e\" \\ / \n "#,
            "é ₡ 株 ",
            r#"\u2028""#
        );
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn amounts_keep_their_places() {
        assert_eq!(amount(Decimal::new(5, 0), 4), "5.0000");
        assert_eq!(amount(Decimal::new(90_909_090, 7), 4), "9.0909");
        assert_eq!(amount(Decimal::new(905, 3), 2), "0.91");
        assert_eq!(amount(Decimal::new(-905, 3), 2), "-0.91");
        assert_eq!(amount(Decimal::ZERO, 2), "0.00");
    }

    #[test]
    fn numbers_keep_their_places() {
        let text = write(&[Number(Decimal::new(0, 4)), Number(Decimal::new(150, 2))]).unwrap();
        assert_eq!(text, b"[0.0000,1.50]");
    }

    #[test]
    fn members_stay_in_order() {
        let text = write(&Members(vec![(9u32, "x"), (1, "y")])).unwrap();
        assert_eq!(text, br#"{"9":"x","1":"y"}"#);
    }
}
