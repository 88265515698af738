//! Which header lines a request of the caller's may have.

use crate::error::{Error, Result};
use crate::http::Headers;

/// Why a caller cannot set a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reserved {
    /// It proves who asks.
    Credential,
    /// It says how a message travels, which whoever transmits it decides.
    Transport,
    /// It makes another verb of the request than the one that was checked.
    Verb,
}

/// Names that speak of one connection, or of how the body is framed and coded (RFC 9110 §7.6, RFC 9112 §6).
const TRANSPORT: [&str; 14] = [
    "host",
    "content-length",
    "transfer-encoding",
    "content-encoding",
    "accept-encoding",
    "connection",
    "keep-alive",
    "close",
    "te",
    "trailer",
    "upgrade",
    "http2-settings",
    "expect",
    "max-forwards",
];

/// Names by which some servers take another verb than the request line's.
const VERB: [&str; 3] = ["x-http-method-override", "x-http-method", "x-method-override"];

/// Checks one line: a name that is a token and the caller's to set, and a value that ends nowhere but at its end. The
/// value is never shown, nor what stands behind the name's first bad character, which may belong to a value.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `headers`.
pub(crate) fn check_header(name: &str, value: &str) -> Result<()> {
    let refuse = |message: String| Err(Error::validation("headers", message));
    if let Some(reserved) = reserved(name.trim()) {
        return refuse(reserved.refusal(name.trim()));
    }
    if let Err(position) = token(name) {
        let beginning = name.get(..position).unwrap_or_default();
        return refuse(match position {
            0 => "a header has a name that is empty or begins with a character that cannot stand in one; \
                  expected a name such as `if-match`"
                .to_owned(),
            _ => format!(
                "a header name has a character that cannot stand in one, behind {beginning:?}; \
                 expected a name such as `if-match`"
            ),
        });
    }
    if value.chars().any(char::is_control) {
        return refuse(format!("the value of {name:?} has a control character; expected text of one line"));
    }
    Ok(())
}

/// Refuses lines with a name that carries the credentials of this very client.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `headers`.
pub(crate) fn check_against(headers: &[(String, String)], token_header: Option<&str>) -> Result<()> {
    let taken =
        headers.iter().find(|(name, _)| token_header.is_some_and(|token| token.eq_ignore_ascii_case(name)));
    match taken {
        Some((name, _)) => Err(Error::validation("headers", Reserved::Credential.refusal(name))),
        None => Ok(()),
    }
}

/// Whether a name can carry a token: a header name that says nothing else already, so that its value is never shown.
pub(crate) fn can_carry_token(name: &str) -> bool {
    let is_free = match reserved(name) {
        Some(Reserved::Transport | Reserved::Verb) => false,
        Some(Reserved::Credential) | None => true,
    };
    token(name).is_ok() && is_free && Headers::is_secret(name)
}

/// Checks that a name is a token; where it is not, answers the byte.
fn token(name: &str) -> Result<(), usize> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match name.bytes().position(|byte| !is_allowed(byte)) {
        Some(position) => Err(position),
        None if name.is_empty() => Err(0),
        None => Ok(()),
    }
}

fn reserved(name: &str) -> Option<Reserved> {
    let name = name.to_ascii_lowercase();
    // What Brightpearl reads of its own is who asks (API notes §2); a newer one will be, too.
    if Headers::names_credential(&name) || name.starts_with("brightpearl-") {
        Some(Reserved::Credential)
    } else if TRANSPORT.contains(&name.as_str()) || name.starts_with("proxy-") {
        Some(Reserved::Transport)
    } else if VERB.contains(&name.as_str()) {
        Some(Reserved::Verb)
    } else {
        None
    }
}

impl Reserved {
    fn refusal(self, name: &str) -> String {
        match self {
            Self::Credential => format!("{name:?} carries a credential; expected it in the configuration"),
            Self::Transport => {
                format!("{name:?} belongs to whoever transmits the request; expected it to be left out")
            }
            Self::Verb => format!("{name:?} names another verb; expected the verb as the request's method"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_proves_who_asks_or_frames_the_message_is_not_the_callers() {
        let names = [
            "Host",
            "content-length",
            "Transfer-Encoding",
            "CONTENT-ENCODING",
            "Accept-Encoding",
            "Connection",
            "Keep-Alive",
            "TE",
            "Trailer",
            "Upgrade",
            "Expect",
            "Proxy-Connection",
            "proxy-authenticate",
            "Proxy-Authorization",
            "Authorization",
            "Cookie",
            "Set-Cookie",
            "brightpearl-app-ref",
            "Brightpearl-Account-Token",
            "brightpearl-staff-token",
            "brightpearl-dev-ref",
            "brightpearl-dev-token",
            "brightpearl-auth",
            "BRIGHTPEARL-anything-newer",
            "X-HTTP-Method-Override",
        ];
        for name in names {
            for written in [name.to_owned(), name.to_uppercase(), format!(" {name}\t"), format!("{name} ")] {
                let error = check_header(&written, "hidden").unwrap_err();
                assert_eq!(error.location(), Some("headers"), "{written:?}");
                assert!(!error.to_string().contains("hidden"), "{error}");
                assert!(error.message().contains("expected"), "{error}");
            }
        }
        for name in ["If-Match", "accept", "Content-Type", "user-agent", "X-Trace", "x-brightpearl-trace"] {
            check_header(name, "\"5\"").unwrap();
        }
    }

    #[test]
    fn what_would_begin_another_line_is_refused_without_being_shown() {
        let names =
            ["", " ", "X Trace", "X-Trace: hidden", "X\r\nhidden: 1", "X\0", "X-Tracé", ":hidden", "\"x\""];
        for name in names {
            let error = check_header(name, "x").unwrap_err();
            assert_eq!(error.location(), Some("headers"), "{name:?}");
            assert!(!error.to_string().contains("hidden"), "{error}");
        }
        for value in ["hidden\r\nHost: x", "hidden\n", "\rhidden", "hidden\0", "hidden\u{7f}", "hidden\u{85}"]
        {
            let error = check_header("X-Trace", value).unwrap_err();
            assert_eq!(error.location(), Some("headers"), "{value:?}");
            assert!(!error.to_string().contains("hidden"), "{error}");
        }
    }

    #[test]
    fn the_clients_own_token_header_is_not_the_callers() {
        let headers = [("x-auth-TOKEN".to_owned(), "hidden".to_owned())];
        let error = check_against(&headers, Some("X-Auth-Token")).unwrap_err();
        assert!(error.message().contains("credential") && !error.to_string().contains("hidden"), "{error}");
        check_against(&headers, Some("X-Other")).unwrap();
        check_against(&headers, None).unwrap();
    }

    #[test]
    fn a_token_travels_in_a_header_that_says_nothing_else() {
        for name in ["brightpearl-auth", "Authorization", "X-Auth-Token", "X-Of-Our-Own", "cookie"] {
            assert!(can_carry_token(name) && Headers::is_secret(name), "{name}");
        }
        for name in
            ["", "Host", "content-length", "Content-Type", "X:Y", "x y", "ETag", "X-Request-Id", "User-Agent"]
        {
            assert!(!can_carry_token(name), "{name}");
        }
    }
}
