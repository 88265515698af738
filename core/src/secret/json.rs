//! Reading secrets from JSON without leaving a copy behind: a reader of JSON decodes a text that has escapes in memory of
//! its own, which it does not wipe. So the text is taken as it is written, and decoded here.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};
use zeroize::Zeroizing;

use super::{Secret, SecretText};

/// What `serde_json` calls a value that is to be handed over as it is written, as its `RawValue` asks for it. Readers
/// that do not know the name hand over the value itself.
const AS_WRITTEN: &str = "$serde_json::private::RawValue";

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(AS_WRITTEN, SecretVisitor)
    }
}

/// Reads a text that may quote a secret, for a place that wipes it.
pub(crate) fn wiped_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Secret::deserialize(deserializer).map(|mut secret| std::mem::take(&mut *secret.0))
}

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Secret, D::Error> {
        deserializer.deserialize_string(self)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    /// `serde_json` hands over what is written as a map with one member.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Secret, A::Error> {
        match members.next_key::<&str>() {
            Ok(Some(AS_WRITTEN)) => {}
            Ok(_) | Err(_) => return Err(A::Error::invalid_type(Unexpected::Map, &self)),
        }
        let written = members.next_value::<WrittenValue>()?;
        match written.0.as_bytes() {
            [b'"', .., b'"'] => {
                let inner = &written.0[1..written.0.len() - 1];
                decoded(inner).map(Secret).ok_or_else(|| A::Error::custom("lone surrogate in a string"))
            }
            [b'{', ..] => Err(A::Error::invalid_type(Unexpected::Map, &self)),
            [b'[', ..] => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
            [b't', ..] => Err(A::Error::invalid_type(Unexpected::Bool(true), &self)),
            [b'f', ..] => Err(A::Error::invalid_type(Unexpected::Bool(false), &self)),
            [b'n', ..] => Err(A::Error::invalid_type(Unexpected::Unit, &self)),
            // Not shown: it may be the secret without its quotation marks.
            number if number.iter().all(|byte| *byte == b'-' || byte.is_ascii_digit()) => {
                Err(A::Error::invalid_type(Unexpected::Other("integer"), &self))
            }
            _ => Err(A::Error::invalid_type(Unexpected::Other("floating point"), &self)),
        }
    }
}

/// A value as it is written.
struct WrittenValue(Zeroizing<String>);

impl<'de> Deserialize<'de> for WrittenValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WrittenValueVisitor)
    }
}

struct WrittenValueVisitor;

impl Visitor<'_> for WrittenValueVisitor {
    type Value = WrittenValue;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<WrittenValue, E> {
        Ok(WrittenValue(Zeroizing::new(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<WrittenValue, E> {
        Ok(WrittenValue(Zeroizing::new(text)))
    }
}

/// What stands between the quotation marks of a JSON text whose syntax was checked. `None` where half of a surrogate
/// pair stands alone.
fn decoded(mut rest: &str) -> Option<Zeroizing<String>> {
    // Nothing that is decoded is longer than what is written.
    let mut text = SecretText::with_capacity(rest.len());
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = *rest.as_bytes().get(at + 1)?;
        rest = rest.get(at + 2..)?;
        let character = match escape {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = unit(&mut rest)?;
                match char::from_u32(unit.into()) {
                    Some(character) => character,
                    None => {
                        rest = rest.strip_prefix("\\u")?;
                        let pair = [unit, self::unit(&mut rest)?];
                        let mut characters = char::decode_utf16(pair);
                        characters.next()?.ok()?
                    }
                }
            }
            other => char::from(other),
        };
        text.push_str(character.encode_utf8(&mut [0; 4]));
    }
    text.push_str(rest);
    Some(text.finish())
}

/// The four digits of an escape.
fn unit(rest: &mut &str) -> Option<u16> {
    let (digits, behind) = rest.split_at_checked(4)?;
    *rest = behind;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error as PlainError, MapDeserializer, StrDeserializer, StringDeserializer};

    use super::*;

    #[test]
    fn reads_as_serde_json_does() {
        for json in [
            r#""""#,
            r#""a é 😀""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\u0061\u00e9\uD83D\uDE00x\u0000""#,
            r#" "a" "#,
        ] {
            let expected: String = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::from_str::<Secret>(json).unwrap().expose(), expected, "{json}");
            let value: serde_json::Value = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::from_value::<Secret>(value).unwrap().expose(), expected, "{json}");
            assert_eq!(serde_json::from_reader::<_, Secret>(json.as_bytes()).unwrap().expose(), expected);
        }
        for json in [
            "",
            "1",
            "null",
            "true",
            "false",
            "[]",
            "{}",
            r#"{"a":"b"}"#,
            "\"a",
            r#""\x""#,
            r#""\u12""#,
            r#""\uD83D""#,
            r#""\uDE00""#,
            r#""\uD83Dabc""#,
            r#""\uD83D\u0061""#,
            "\"\n\"",
            r#""a" "b""#,
            r#""\ud83d\uD83d""#,
        ] {
            assert!(serde_json::from_str::<String>(json).is_err(), "{json}");
            assert!(serde_json::from_str::<Secret>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn reads_what_is_not_json_as_well() {
        let borrowed: StrDeserializer<'_, PlainError> = "a".into_deserializer();
        assert_eq!(Secret::deserialize(borrowed).unwrap().expose(), "a");
        let owned: StringDeserializer<PlainError> = "a".to_owned().into_deserializer();
        assert_eq!(Secret::deserialize(owned).unwrap().expose(), "a");
        let map: MapDeserializer<'_, _, PlainError> = MapDeserializer::new([("a", "b")].into_iter());
        assert!(Secret::deserialize(map).is_err());
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        let error = |json: &str| serde_json::from_str::<Secret>(json).unwrap_err().to_string();
        assert!(error("98765").starts_with("invalid type: integer, expected a string"), "{}", error("98765"));
        assert!(error("null").starts_with("invalid type: null, expected a string"), "{}", error("null"));
        assert!(error("[1]").starts_with("invalid type: sequence, expected a string"));
        assert!(error(r#"{"a":"98765"}"#).starts_with("invalid type: map, expected a string"));
    }
}
