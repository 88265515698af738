//! OAuth 2.0 authorization code (API notes §2.6): the address of the authorise page, the token requests, and
//! their answers.

use serde::Deserialize;

use crate::account::{Query, check_code};
use crate::error::{Error, Kind, Result};
use crate::http::{Headers, Method, Request};
use crate::secret::Secret;

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
pub fn authorize_url(account: &str, app_ref: &str, redirect_uri: &str, state: &str) -> Result<String> {
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
    post(url, &form)
}

/// Renews the access token.
pub(super) fn refresh_request(url: String, client: &ClientId<'_>, refresh_token: &Secret) -> Request {
    let mut form = Query::strict();
    form.push("grant_type", "refresh_token");
    form.push("refresh_token", refresh_token.expose());
    client.push(&mut form);
    post(url, &form)
}

impl ClientId<'_> {
    fn push(&self, form: &mut Query) {
        form.push("client_id", self.app_ref);
        if let Some(secret) = self.client_secret {
            form.push("client_secret", secret.expose());
        }
    }
}

fn post(url: String, form: &Query) -> Request {
    let mut headers = Headers::new();
    headers.push("accept", "application/json");
    headers.push("content-type", "application/x-www-form-urlencoded");
    Request { method: Method::Post, url, headers, body: form.as_str().as_bytes().to_vec() }
}

/// Reads the token answer. A refresh has no `installation_instance_id`.
pub(super) fn read_tokens(body: &[u8]) -> Result<Granted> {
    #[derive(Deserialize)]
    struct Answer {
        access_token: String,
        #[serde(default)]
        refresh_token: Option<String>,
        #[serde(default)]
        api_domain: Option<String>,
        #[serde(default)]
        expires_in: Option<u64>,
        #[serde(default)]
        installation_instance_id: Option<String>,
    }
    match serde_json::from_slice::<Answer>(body) {
        Ok(answer) if answer.access_token.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Granted {
            token: Secret::new(answer.access_token),
            expires_in: answer.expires_in,
            refresh_token: answer.refresh_token.map(Secret::new),
            api_domain: answer.api_domain.filter(|domain| !domain.is_empty()),
            installation_instance_id: answer.installation_instance_id,
        }),
        // Nothing of the body goes into the text: it may hold tokens.
        Ok(_) | Err(_) => Err(Error::new(
            Kind::Protocol,
            "the token answer cannot be read; expected JSON with access_token and expires_in",
        )),
    }
}
