//! Brightpearl's envelope: `response`, `errors` and their siblings (API notes §3.1). Success stays bytes;
//! only failures are read eagerly.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Kind, Result, ServerError};
use crate::secret::Secret;

/// What may stand beside `response`, or without it (API notes §3.1, §4.4).
const SIBLINGS: &[&str] = &["reference", "pagination", "sorting", "metaData"];

/// A successful answer, borrowed from its body.
#[derive(Debug, Default)]
pub(crate) struct Envelope<'a> {
    /// The content; absent in `{}`, which means success with nothing to say.
    pub(crate) response: Option<&'a RawValue>,
    /// The first member that is not Brightpearl's, where none of its own stands beside it: somebody else's JSON.
    foreign: Option<Cow<'a, str>>,
    /// What went wrong, in what claims to be a success.
    errors: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Reads a successful answer.
    ///
    /// # Errors
    /// [`Kind::Protocol`] when the body is not JSON, cut off, not an object, has errors, or is an object of somebody else's,
    /// such as a gateway with its own words for what went wrong.
    pub(crate) fn read(body: &'a [u8]) -> Result<Self> {
        let envelope: Self = serde_json::from_slice(body).map_err(|error| unreadable(body, &error))?;
        if let Some(name) = &envelope.foreign {
            let message =
                format!("the answer has {name:?} and no response; expected Brightpearl's JSON envelope");
            return Err(Error::new(Kind::Protocol, message).quoting(", found ", body).at("response"));
        }
        if envelope.errors.is_some_and(|errors| errors.get() != "[]") {
            let message = "the answer has errors, though its status says success; expected one or the other";
            return Err(Error::new(Kind::Protocol, message).quoting(", found ", body).at("errors"));
        }
        Ok(envelope)
    }
}

impl<'de> Deserialize<'de> for Envelope<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct EnvelopeVisitor;

        impl<'de> Visitor<'de> for EnvelopeVisitor {
            type Value = Envelope<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("Brightpearl's JSON envelope")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
                let mut envelope = Envelope::default();
                let (mut has_own, mut other) = (false, None);
                while let Some(AnsweredName(name)) = map.next_key::<AnsweredName<'de>>()? {
                    match &*name {
                        "response" if envelope.response.is_some() => {
                            return Err(serde::de::Error::duplicate_field("response"));
                        }
                        "response" => {
                            envelope.response = map.next_value()?;
                            has_own = true;
                        }
                        "errors" => {
                            envelope.errors = map.next_value()?;
                            has_own |= envelope.errors.is_some();
                            other.get_or_insert(name);
                        }
                        known => {
                            has_own |= SIBLINGS.contains(&known);
                            map.next_value::<IgnoredAny>()?;
                            other.get_or_insert(name);
                        }
                    }
                }
                envelope.foreign = other.filter(|_| !has_own);
                Ok(envelope)
            }
        }

        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

/// Checks that a body is an object that is not cut off, whatever stands in it.
///
/// # Errors
/// [`Kind::Protocol`] when it is not.
pub(crate) fn check_whole(body: &[u8]) -> Result<()> {
    let whole: std::result::Result<Envelope<'_>, _> = serde_json::from_slice(body);
    whole.map(drop).map_err(|error| unreadable(body, &error))
}

/// The name of a member, borrowed where it has no escapes.
#[derive(Deserialize)]
struct AnsweredName<'a>(#[serde(borrow)] Cow<'a, str>);

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
    /// Whether each entry of `errors` has a code of Brightpearl's. Gateways have JSON, and codes, too.
    pub(crate) has_codes: bool,
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
        let has_codes = !errors.is_empty() && errors.iter().all(ServerError::is_brightpearls);
        if let Some(code) = shape.error {
            let message = shape.error_description.as_ref().map(Secret::expose).unwrap_or_default().to_owned();
            errors.push(ServerError { code: code.expose().to_owned(), message });
        }
        Self { has_codes, errors, text }
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
        for (body, has_codes) in [
            (r#"{"errors":[{"code":"CMNC-018"}]}"#, true),
            (r#"{"errors":[{"code":"CMNC-018"},{"code":"FORBIDDEN"}]}"#, false),
            // A number that is a secret somewhere is blanked in errors, which are still Brightpearl's.
            (r#"{"errors":[{"code":"CMNC-[redacted]"}]}"#, true),
            (r#"{"errors":[{"code":"FORBIDDEN","title":"no"}]}"#, false),
            (r#"{"errors":[{"code":"WAF-1020"}]}"#, false),
            (r#"{"response":"Authorization token expired"}"#, false),
            (r#"{"errors":[{"message":"Forbidden"}]}"#, false),
            (r#"{"errors":[{"code":1020,"message":"blocked"}]}"#, false),
            (r#"{"errors":["no"]}"#, false),
            (r#"{"errors":[]}"#, false),
            (r#"{"timestamp":1,"status":404,"error":"Not Found"}"#, false),
            (r#"{"response":{"code":"CMNC-018"}}"#, false),
        ] {
            assert_eq!(read(body).has_codes, has_codes, "{body}");
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
        for own in [r#"{"response":null,"x":1}"#, r#"{"response":[],"errors":[]}"#, r#"{"reference":{}}"#] {
            assert!(Envelope::read(own.as_bytes()).is_ok(), "{own}");
        }
        for foreign in [
            r#"{"error":"login_required"}"#,
            r#"{"message":"Session expired"}"#,
            r#"{"errors":null}"#,
            r#"{"errors":[{"message":"no"}]}"#,
            r#"{"response":[],"errors":[{"code":"CMNC-018"}]}"#,
            r#"{"response":1,"response":2}"#,
        ] {
            assert!(Envelope::read(foreign.as_bytes()).is_err(), "{foreign}");
        }
    }
}
