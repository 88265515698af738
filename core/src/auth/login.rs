//! The requests that fetch a token, and the reading of their answers.

use serde::Deserialize;

use crate::account::Endpoint;
use crate::error::{Error, Kind, Result};
use crate::http::{Headers, Method, Request};
use crate::secret::Secret;

use super::credentials::{Credentials, Grant};
use super::oauth;

/// What a login brought.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) token: Secret,
    /// Seconds that it lives, when the answer says so.
    pub(super) expires_in: Option<u64>,
    pub(super) refresh_token: Option<Secret>,
    pub(super) api_domain: Option<String>,
    pub(super) installation_instance_id: Option<String>,
}

impl Granted {
    fn session(token: String) -> Self {
        Self {
            token: Secret::new(token),
            expires_in: None,
            refresh_token: None,
            api_domain: None,
            installation_instance_id: None,
        }
    }
}

/// The request that fetches a token for these credentials, or `None` when they need no login.
/// `refresh_token` is the newest that is known.
pub(super) fn request(
    credentials: &Credentials,
    endpoint: &Endpoint,
    refresh_token: Option<&Secret>,
) -> Option<Request> {
    match credentials {
        Credentials::PrivateApp { .. } | Credentials::StaffApp { .. } | Credentials::PublicApp { .. } => None,
        Credentials::StaffLogin { app_ref, dev_ref, email, password } => {
            let mut headers = Headers::new();
            if let Some(dev_ref) = dev_ref {
                headers.push("brightpearl-dev-ref", dev_ref);
            }
            headers.push("brightpearl-app-ref", app_ref);
            Some(post(endpoint, "authorise", headers, ("emailAddress", email), ("password", password)))
        }
        Credentials::LegacySession { email, password } => {
            Some(post(endpoint, "authorise", Headers::new(), ("emailAddress", email), ("password", password)))
        }
        Credentials::ApplicationLogin { application_id, application_secret, token_header: _ } => Some(post(
            endpoint,
            "authenticate",
            Headers::new(),
            ("applicationId", application_id),
            ("applicationSecret", application_secret),
        )),
        Credentials::OAuth { app_ref, dev_ref: _, client_secret, token_url, grant } => {
            let url = token_url.clone().unwrap_or_else(|| oauth::default_token_url(endpoint.account()));
            let client = oauth::ClientId { app_ref, client_secret: client_secret.as_ref() };
            match (refresh_token, grant) {
                (Some(token), _) => Some(oauth::refresh_request(url, &client, token)),
                (None, Grant::AuthorizationCode { code, redirect_uri }) => {
                    Some(oauth::code_request(url, &client, code, redirect_uri))
                }
                (None, Grant::Tokens { .. }) => None,
            }
        }
    }
}

/// Reads the answer to [`request`].
pub(super) fn read(credentials: &Credentials, body: &[u8]) -> Result<Granted> {
    match credentials {
        Credentials::OAuth { .. } => oauth::read_tokens(body),
        Credentials::PrivateApp { .. }
        | Credentials::StaffApp { .. }
        | Credentials::StaffLogin { .. }
        | Credentials::LegacySession { .. }
        | Credentials::ApplicationLogin { .. }
        | Credentials::PublicApp { .. } => read_session(body),
    }
}

/// The body is `{"apiAccountCredentials": {...}}` with the two names that each of these logins has.
fn post(
    endpoint: &Endpoint,
    path: &str,
    mut headers: Headers,
    (name, who): (&str, &str),
    (secret_name, secret): (&str, &Secret),
) -> Request {
    headers.push("accept", "application/json");
    headers.push("content-type", "application/json");
    let body = format!(
        r#"{{"apiAccountCredentials":{{"{name}":{},"{secret_name}":{}}}}}"#,
        quoted(who),
        quoted(secret.expose())
    );
    Request { method: Method::Post, url: endpoint.login_url(path), headers, body: body.into_bytes() }
}

/// A text as JSON has it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// `{"response": "<token>"}`.
fn read_session(body: &[u8]) -> Result<Granted> {
    #[derive(Deserialize)]
    struct Answer {
        response: String,
    }
    match serde_json::from_slice::<Answer>(body) {
        Ok(Answer { response })
            if !response.is_empty() && response.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok(Granted::session(response))
        }
        // Nothing of the body goes into the text: it may hold a token.
        Ok(_) | Err(_) => Err(Error::new(
            Kind::Protocol,
            "the login's answer holds no token; expected {\"response\": \"<token>\"}",
        )),
    }
}
