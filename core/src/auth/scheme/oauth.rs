//! OAuth 2.0 authorization code (API notes §2.6): the token requests, and their answers.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::account::{AccountAddress, Query};
use crate::error::{Error, Kind};
use crate::http::{Headers, Method, Request};
use crate::origin::TOKEN_URL;
use crate::secret::Secret;

use crate::auth::declaration::{Credential, TokenSource, bearer, push_refs, scheme};
use crate::auth::field::is_of_fit_length;
use crate::auth::grant::Grant;
use crate::auth::login::Granted;
use crate::auth::tokens::Tokens;

scheme! {
    /// OAuth 2.0 authorization code, for instance apps: begun with a code that just came, or with tokens that an
    /// earlier run stored.
    pub struct OAuth: "oauth", told by ["refresh_token"] {
        /// The app's reference, which is the client id.
        app_ref: String => IntoHeader,
        /// The developer's reference.
        dev_ref: String => IntoHeader,
        /// The client secret; only confidential apps have one.
        client_secret: Option<Secret> => IntoBody,
        /// Where tokens come from; `https://oauth.brightpearl.com/token/{account}` when absent. `https`, or `http` on
        /// the loopback host.
        token_url: Option<String> => Elsewhere,
        /// What the client begins with: a code that just came, or tokens that an earlier run stored.
        grant: Grant => Elsewhere,
    }
}

impl Credential for OAuth {
    fn token_source(&self) -> TokenSource {
        TokenSource::Grant
    }

    fn sign(&self, headers: &mut Headers, token: &str) {
        push_refs(headers, Some(&self.dev_ref), &self.app_ref);
        headers.push_credential("authorization", bearer(token));
    }

    fn check(&self) -> crate::error::Result<()> {
        if let Some(url) = &self.token_url {
            TOKEN_URL.check(url)?;
        }
        match &self.grant {
            Grant::Tokens { access_token: None, refresh_token: None, .. } => Err(Error::validation(
                "credentials.grant",
                "there is neither an access token nor a refresh token; expected at least one",
            )),
            Grant::Tokens { .. } | Grant::AuthorizationCode { .. } => Ok(()),
        }
    }

    fn token_url(&self) -> Option<&str> {
        self.token_url.as_deref()
    }

    fn tokens(&self) -> Tokens {
        match &self.grant {
            Grant::Tokens { access_token, expires_at, refresh_token, api_domain } => Tokens {
                token: access_token.clone(),
                expires_at: *expires_at,
                refresh_token: refresh_token.clone(),
                api_domain: api_domain.clone(),
                installation_instance_id: None,
            },
            Grant::AuthorizationCode { .. } => Tokens::default(),
        }
    }

    fn login(&self, address: &AccountAddress, refresh_token: Option<&Secret>) -> Option<Request> {
        let form = match (refresh_token, &self.grant) {
            (Some(token), _) => self.refresh(token),
            (None, Grant::AuthorizationCode { code, redirect_uri }) => self.exchange(code, redirect_uri),
            (None, Grant::Tokens { .. }) => return None,
        };
        let url = self.token_url.clone().unwrap_or_else(|| default_token_url(address.account()));
        Some(post(url, form))
    }

    fn read_login(&self, body: &[u8]) -> Granted {
        read_tokens(body)
    }

    fn no_token(&self, granted: &Granted) -> Error {
        no_access_token(granted)
    }
}

impl OAuth {
    /// Exchanges the code of a redirect.
    fn exchange(&self, code: &Secret, redirect_uri: &str) -> Query {
        let mut form = Query::strict();
        form.push("grant_type", "authorization_code");
        form.push("code", code.expose());
        self.push_client(&mut form);
        form.push("redirect_uri", redirect_uri);
        form
    }

    /// Renews the access token.
    fn refresh(&self, refresh_token: &Secret) -> Query {
        let mut form = Query::strict();
        form.push("grant_type", "refresh_token");
        form.push("refresh_token", refresh_token.expose());
        self.push_client(&mut form);
        form
    }

    /// Says who asks for tokens.
    fn push_client(&self, form: &mut Query) {
        form.push("client_id", &self.app_ref);
        if let Some(secret) = &self.client_secret {
            form.push("client_secret", secret.expose());
        }
    }
}

/// The token endpoint that recordings show.
fn default_token_url(account: &str) -> String {
    format!("https://oauth.brightpearl.com/token/{account}")
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
fn read_tokens(body: &[u8]) -> Granted {
    let is_whole = serde_json::from_slice::<&RawValue>(body).is_ok();
    // Cut off or not, what was read is in `granted`.
    let mut granted = Granted { is_whole, ..Granted::default() };
    let mut members = serde_json::Deserializer::from_slice(body);
    let _ = TokenMembers(&mut granted).deserialize(&mut members);
    granted
}

/// Puts each member where it belongs as soon as it is read.
struct TokenMembers<'a>(&'a mut Granted);

impl<'de> DeserializeSeed<'de> for TokenMembers<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TokenMembers<'_> {
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

/// The host that is named: what is not a text is kept as it stands, to be refused.
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
fn no_access_token(granted: &Granted) -> Error {
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
