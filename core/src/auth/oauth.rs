//! OAuth 2.0 authorization code (API notes §2.6): the address of the authorise page, the token requests, and
//! their answers.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::account::{Query, check_code};
use crate::error::{Error, Kind};
use crate::http::{Headers, Method, Request};
use crate::secret::Secret;

use super::credentials::is_of_fit_length;
use super::login::Granted;

/// Where a person approves the app: open it in a browser. `state` comes from the host, unguessable, and comes
/// back in the redirect, where the host compares it.
///
/// ```
/// use brightpearl_core::auth::oauth::authorize_url;
///
/// let url = authorize_url("acme", "acme_shop", "https://shop.example/callback?from=bp", "x9f+2");
/// assert_eq!(
///     url.unwrap(),
///     "https://oauth.brightpearl.com/authorize/acme?response_type=code&client_id=acme_shop\
///      &redirect_uri=https%3A%2F%2Fshop.example%2Fcallback%3Ffrom%3Dbp&state=x9f%2B2"
/// );
/// ```
///
/// # Errors
/// [`Kind::Validation`] at `account` for what is no account code, and at the name of an argument that is empty:
/// without a state, anyone could send a code of their own to the host.
pub fn authorize_url(
    account: &str,
    app_ref: &str,
    redirect_uri: &str,
    state: &str,
) -> crate::error::Result<String> {
    check_code(account)?;
    for (name, value, expected) in [
        ("app_ref", app_ref, "the app's reference"),
        ("redirect_uri", redirect_uri, "the address that the browser is sent back to"),
        ("state", state, "a text that cannot be guessed, to be compared when the browser comes back"),
    ] {
        if value.is_empty() {
            return Err(Error::validation(name, format!("it is empty; expected {expected}")));
        }
    }
    let mut query = Query::strict();
    query.push("response_type", "code");
    query.push("client_id", app_ref);
    query.push("redirect_uri", redirect_uri);
    query.push("state", state);
    Ok(format!("https://oauth.brightpearl.com/authorize/{account}?{}", query.as_str()))
}

/// The token endpoint that recordings show.
pub(super) fn default_token_url(account: &str) -> String {
    format!("https://oauth.brightpearl.com/token/{account}")
}

/// Who asks for tokens.
pub(super) struct ClientId<'a> {
    pub(super) app_ref: &'a str,
    /// Only confidential apps have one.
    pub(super) client_secret: Option<&'a Secret>,
}

/// Exchanges the code of a redirect.
pub(super) fn code_request(url: String, client: &ClientId<'_>, code: &Secret, redirect_uri: &str) -> Request {
    let mut form = Query::strict();
    form.push("grant_type", "authorization_code");
    form.push("code", code.expose());
    client.push(&mut form);
    form.push("redirect_uri", redirect_uri);
    post(url, form)
}

/// Renews the access token.
pub(super) fn refresh_request(url: String, client: &ClientId<'_>, refresh_token: &Secret) -> Request {
    let mut form = Query::strict();
    form.push("grant_type", "refresh_token");
    form.push("refresh_token", refresh_token.expose());
    client.push(&mut form);
    post(url, form)
}

impl ClientId<'_> {
    fn push(&self, form: &mut Query) {
        form.push("client_id", self.app_ref);
        if let Some(secret) = self.client_secret {
            form.push("client_secret", secret.expose());
        }
    }
}

fn post(url: String, form: Query) -> Request {
    let mut headers = Headers::new();
    headers.push("accept", "application/json");
    headers.push("content-type", "application/x-www-form-urlencoded");
    Request { method: Method::Post, url, headers, body: form.into_body() }
}

/// More seconds than this, a hundred years, say nothing about when a token ends.
const LONGEST_LIFE: u64 = 3_155_760_000;

/// Reads the token answer, member by member, as far as it can be read: what was read in whole counts even when
/// the rest is cut off, since the refresh token that it answers may be used up. Of a repeated member the last
/// that can be used counts. A refresh has no `installation_instance_id`.
pub(super) fn read_tokens(body: &[u8]) -> Granted {
    let is_whole = serde_json::from_slice::<&RawValue>(body).is_ok();
    // Cut off or not, what was read is in `granted`.
    let mut granted = Granted { is_whole, ..Granted::default() };
    let mut members = serde_json::Deserializer::from_slice(body);
    let _ = Members(&mut granted).deserialize(&mut members);
    granted
}

/// Puts each member where it belongs as soon as it is read.
struct Members<'a>(&'a mut Granted);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a token answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some((name, value)) = members.next_entry::<Cow<'de, str>, &'de RawValue>()? {
            let granted = &mut *self.0;
            match name.as_ref() {
                "access_token" => keep(&mut granted.token, token(value).filter(is_header_value)),
                "refresh_token" => keep(&mut granted.refresh_token, token(value)),
                "api_domain" => keep(&mut granted.api_domain, domain(value)),
                "expires_in" => keep(&mut granted.expires_in, seconds(value)),
                "installation_instance_id" => keep(&mut granted.installation_instance_id, plain(value)),
                "error" => granted.is_error = true,
                _ => {}
            }
        }
        Ok(())
    }
}

fn keep<T>(place: &mut Option<T>, found: Option<T>) {
    if found.is_some() {
        *place = found;
    }
}

fn token(value: &RawValue) -> Option<Secret> {
    serde_json::from_str::<Secret>(value.get()).ok().filter(|secret| is_of_fit_length(secret.expose()))
}

fn is_header_value(token: &Secret) -> bool {
    token.expose().bytes().all(|byte| byte.is_ascii_graphic())
}

/// A text, or a number as text.
fn plain(value: &RawValue) -> Option<String> {
    let text = serde_json::from_str::<String>(value.get());
    let number = || serde_json::from_str::<serde_json::Number>(value.get()).map(|number| number.to_string());
    text.or_else(|_| number()).ok().filter(|text| !text.is_empty())
}

/// The host that is named: what is no text is kept as it stands, to be refused.
fn domain(value: &RawValue) -> Option<String> {
    match serde_json::from_str::<Option<String>>(value.get()) {
        Ok(text) => text.filter(|text| !text.is_empty()),
        Err(_) => Some(value.get().to_owned()),
    }
}

/// Seconds as a number, or as a text with one; a negative number is a token that has ended.
fn seconds(value: &RawValue) -> Option<u64> {
    let seconds: f64 = plain(value)?.trim().parse().ok()?;
    // Saturates at both ends, and there are no fractions of seconds to keep.
    let seconds = if seconds.is_nan() { return None } else { seconds as u64 };
    (seconds <= LONGEST_LIFE).then_some(seconds)
}

/// Nothing of the body goes into the text: it may hold tokens.
pub(super) fn no_access_token(granted: &Granted) -> Error {
    let message = match (granted.is_whole, granted.refresh_token.is_some()) {
        (_, true) => {
            "the token answer holds no access token that can be used; its refresh token is kept, expected access_token too"
        }
        (true, false) => "the token answer cannot be read; expected JSON with access_token and expires_in",
        (false, false) => {
            "the token answer cannot be read and may be cut off, so that the refresh token may have been used up; expected JSON with access_token and expires_in"
        }
    };
    Error::new(Kind::Protocol, message)
}
