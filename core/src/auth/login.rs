//! The logins that fetch a token with a name and a secret, and the reading of answers to logins.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::account::AccountAddress;
use crate::http::{Headers, Method, Request};
use crate::redact::is_opaque;
use crate::secret::{Secret, SecretText};

use super::field::is_of_fit_length;

/// What a login brought, as far as its answer can be read.
#[derive(Debug, Default)]
pub(super) struct Granted {
    pub(super) token: Option<Secret>,
    /// Seconds that it lives, when the answer says so.
    pub(super) expires_in: Option<u64>,
    pub(super) refresh_token: Option<Secret>,
    pub(super) api_domain: Option<String>,
    pub(super) installation_instance_id: Option<String>,
    /// Whether the answer is JSON to its end.
    pub(super) is_whole: bool,
    /// Whether the answer says that it is an error.
    pub(super) is_error: bool,
}

/// The body is `{"apiAccountCredentials": {...}}` with the two names that each of these logins has.
pub(super) fn post(
    address: &AccountAddress,
    path: &str,
    mut headers: Headers,
    (name, who): (&str, &str),
    (secret_name, secret): (&str, &Secret),
) -> Request {
    headers.push("accept", "application/json");
    headers.push("content-type", "application/json");
    let mut body = SecretText::joined(&[r#"{"apiAccountCredentials":{""#, name, "\":"]);
    body.push_json(who);
    body.push_str(",\"");
    body.push_str(secret_name);
    body.push_str("\":");
    body.push_json(secret.expose());
    body.push_str("}}");
    let body = body.take().into_bytes();
    Request { method: Method::Post, url: address.login_url(path), headers, body }
}

/// The longest answer, and the most values, in which tokens are looked for: blanking them costs time for each.
const LONGEST_REFUSAL: usize = 16 << 10;
const MOST_SECRETS: usize = 64;

/// What may be a token in the answer to a login, however it is named: all values but those that say what went wrong,
/// and of these what is not a word of a language. `None` for an answer that has too many, or is too long to be a refusal.
pub(super) fn secrets_of(body: &[u8]) -> Option<Vec<Secret>> {
    if body.len() > LONGEST_REFUSAL {
        return None;
    }
    let mut secrets = Vec::new();
    if let Ok(answer) = serde_json::from_slice::<&RawValue>(body) {
        gather(answer.get(), "", 0, &mut secrets);
    }
    (secrets.len() <= MOST_SECRETS).then_some(secrets)
}

/// Reads a value as it is written, since a reader that decodes it leaves copies behind.
fn gather(written: &str, name: &str, depth: u8, secrets: &mut Vec<Secret>) {
    // Names whose values are words, and not another's secrets.
    const TELLING: [&str; 9] = [
        "error",
        "error_description",
        "error_uri",
        "errors",
        "code",
        "message",
        "token_type",
        "scope",
        "expires_in",
    ];
    match written.as_bytes() {
        [b'"', ..] => {
            let Ok(text) = serde_json::from_str::<Secret>(written) else { return };
            let is_telling = TELLING.contains(&name) || text.expose().trim().contains(char::is_whitespace);
            if is_telling {
                let words = text.expose().split(|char: char| !is_of_token(char));
                let words = words.map(|word| word.trim_matches('.'));
                secrets.extend(words.filter(|word| is_opaque(word)).map(Secret::from));
            } else {
                secrets.push(text);
            }
        }
        [b'[', ..] if depth < DEEPEST => {
            let elements = serde_json::from_str::<Vec<&RawValue>>(written).unwrap_or_default();
            elements.into_iter().for_each(|element| gather(element.get(), name, depth + 1, secrets));
        }
        [b'{', ..] if depth < DEEPEST => {
            let Ok(AnswerMembers(members)) = serde_json::from_str(written) else { return };
            members.into_iter().for_each(|(name, value)| gather(value.get(), &name, depth + 1, secrets));
        }
        [b'-' | b'0'..=b'9', ..] if !TELLING.contains(&name) && written.len() >= NUMBER => {
            secrets.push(Secret::from(written));
        }
        _ => {}
    }
}

/// Tokens stand at the top of an answer; each level is read anew.
const DEEPEST: u8 = 16;

/// The members of an object, repeated ones too.
struct AnswerMembers<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for AnswerMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = AnswerMembers<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(AnswerMembers(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

/// Shorter numbers are codes, lengths and times rather than tokens.
const NUMBER: usize = 12;

fn is_of_token(char: char) -> bool {
    char.is_ascii_alphanumeric() || "-._~+/".contains(char)
}

/// `{"response": "<token>"}`.
pub(super) fn read_session(body: &[u8]) -> Granted {
    #[derive(Deserialize)]
    struct SessionAnswer {
        response: Secret,
    }
    let answer = serde_json::from_slice::<SessionAnswer>(body).ok();
    let token = answer.map(|answer| answer.response).filter(|token| {
        is_of_fit_length(token.expose()) && token.expose().bytes().all(|byte| byte.is_ascii_graphic())
    });
    Granted { is_whole: token.is_some(), token, ..Granted::default() }
}
