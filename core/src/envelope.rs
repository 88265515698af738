//! Brightpearl's envelope: `response`, `errors` and their siblings (API notes §3.1). Success stays bytes;
//! only failures are read eagerly.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Kind, Result, ServerError};
use crate::secret::Secret;

/// A successful answer, borrowed from its body.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Envelope<'a> {
    /// The content; absent in `{}`, which means success with nothing to say.
    #[serde(borrow, default)]
    pub(crate) response: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Reads a successful answer.
    ///
    /// # Errors
    /// [`Kind::Protocol`] when the body is not JSON, cut off, or not an object.
    pub(crate) fn read(body: &'a [u8]) -> Result<Self> {
        serde_json::from_slice(body).map_err(|error| unreadable(body, &error))
    }
}

/// Whether a body that is too long to be read, or cut off, begins as a success does: with `response` among its members,
/// whichever stand before it, or with nothing to say. Anybody's JSON may begin with a brace.
pub(crate) fn begins_success(body: &[u8]) -> bool {
    struct Beginning {
        is_success: bool,
    }

    impl<'de> Visitor<'de> for &mut Beginning {
        type Value = ();

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an envelope")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            let mut is_empty = true;
            while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                match &*name {
                    "response" => {
                        self.is_success = true;
                        // What follows is too long to be read.
                        break;
                    }
                    "errors" => return Ok(()),
                    _ => map.next_value::<IgnoredAny>()?,
                };
                is_empty = false;
            }
            self.is_success |= is_empty;
            Ok(())
        }
    }

    let mut beginning = Beginning { is_success: false };
    // What ends it does not matter: reading stops behind the name of the response.
    let _ = serde_json::Deserializer::from_slice(body).deserialize_map(&mut beginning);
    beginning.is_success
}

/// An error for a body that is not what was expected, with its place and its beginning.
pub(crate) fn unreadable(body: &[u8], error: &serde_json::Error) -> Error {
    let place = format!("line {} column {}", error.line(), error.column());
    let what = if error.is_eof() {
        "the answer is cut off"
    } else if error.is_data() {
        "the answer's JSON does not have the expected shape"
    } else {
        "the answer is not JSON"
    };
    Error::new(Kind::Protocol, format!("{what}; expected Brightpearl's JSON envelope"))
        .quoting(", found ", body)
        .at(place)
}

/// What a failed answer says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FailedAnswer {
    /// Entries of `errors`, or of the OAuth form, in order.
    pub(crate) errors: Vec<ServerError>,
    /// The text of `{"response": "..."}`, as the gateway answers (API notes §2.7).
    pub(crate) text: Option<Secret>,
    /// Whether it is Brightpearl's own: entries of `errors`, each with its code, or a text. Gateways have JSON, too.
    pub(crate) is_own: bool,
}

impl FailedAnswer {
    /// Reads a failed answer, whatever it is: every shape that the notes know, and anything else as no
    /// entries and no text.
    pub(crate) fn read(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct ErrorBody<'a> {
            #[serde(borrow, default)]
            response: Option<&'a RawValue>,
            #[serde(borrow, default)]
            errors: Option<&'a RawValue>,
            #[serde(default)]
            error: Option<Secret>,
            #[serde(default)]
            error_description: Option<Secret>,
        }
        let Ok(shape) = serde_json::from_slice::<ErrorBody<'_>>(body) else { return Self::default() };
        let mut errors: Vec<ServerError> =
            shape.errors.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let text: Option<Secret> = shape.response.and_then(|raw| serde_json::from_str(raw.get()).ok());
        let has_codes = !errors.is_empty() && errors.iter().all(|error| !error.code.trim().is_empty());
        if let Some(code) = shape.error {
            let message = shape.error_description.as_ref().map(Secret::expose).unwrap_or_default().to_owned();
            errors.push(ServerError { code: code.expose().to_owned(), message });
        }
        Self { is_own: has_codes || text.is_some(), errors, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Redactor;

    #[test]
    fn reads_every_shape_of_failure() {
        let read = |body: &str| FailedAnswer::read(body.as_bytes());
        let listed = read(r#"{"errors":[{"code":"CMNC-018","message":"The filter a\u003db"},{"code":"X"}]}"#);
        assert_eq!(listed.errors[0].message, "The filter a=b");
        assert_eq!(listed.errors.len(), 2);
        assert_eq!(
            read(r#"{"response":"Authorization token expired"}"#).text.as_ref().map(Secret::expose),
            Some("Authorization token expired")
        );
        assert_eq!(
            read(r#"{"error":"invalid_grant","error_description":"expired"}"#).errors[0].code,
            "invalid_grant"
        );
        for (body, is_own) in [
            (r#"{"errors":[{"code":"CMNC-018"}]}"#, true),
            (r#"{"response":"Authorization token expired"}"#, true),
            (r#"{"errors":[{"message":"Forbidden"}]}"#, false),
            (r#"{"errors":[{"code":1020,"message":"blocked"}]}"#, false),
            (r#"{"errors":["no"]}"#, false),
            (r#"{"errors":[]}"#, false),
            (r#"{"timestamp":1,"status":404,"error":"Not Found"}"#, false),
            (r#"{"response":{"code":"CMNC-018"}}"#, false),
        ] {
            assert_eq!(read(body).is_own, is_own, "{body}");
        }
        for odd in ["", "<html>", "[]", "{\"response\":{}}", "{\"errors\":3}", "{"] {
            assert_eq!(read(odd), FailedAnswer::default(), "{odd}");
        }
    }

    #[test]
    fn names_the_place_and_the_beginning_of_an_unreadable_answer() {
        let error = Envelope::read(b"<html><body>Bad gateway").unwrap_err();
        assert_eq!((error.kind(), error.location()), (Kind::Protocol, Some("line 1 column 1")));
        let error = error.redacted(&Redactor::new([]));
        assert!(error.message().contains("<html>"), "{error}");
        assert!(Envelope::read(b"{\"response\":[1,2").unwrap_err().message().contains("cut off"));
        assert!(Envelope::read(b"{}").unwrap().response.is_none());
    }
}
