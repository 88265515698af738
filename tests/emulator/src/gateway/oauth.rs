//! The token endpoint and the introspection of OAuth 2.0 (API notes §2.6).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use brightpearl_core::{Headers, Request, Response};
use serde::Serialize;

use super::api_host;
use super::tokens::{AccessToken, Tokens};
use crate::access::{EarlyRefresh, OAuthClient, RefreshTokens};
use crate::config::Config;
use crate::protocol::address::Query;
use crate::protocol::answer::oauth;

/// A recorded text.
const UNKNOWN_GRANT: &str = "The auth token has either expired or does not exist";
/// The text that the API notes have for it.
const OTHER_REDIRECT: &str = "Redirect uri does not match that used to request auth token";

/// In the order of the recordings.
#[derive(Serialize)]
struct Granted {
    access_token: String,
    refresh_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    installation_instance_id: Option<String>,
    api_domain: String,
    token_type: &'static str,
    expires_in: u64,
}

/// In the order of the recordings.
#[derive(Serialize)]
struct Refused {
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<&'static str>,
    error: &'static str,
}

impl Refused {
    fn plain(error: &'static str) -> Self {
        Self { error_description: None, error }
    }

    fn grant(description: &'static str) -> Self {
        Self { error_description: Some(description), error: "invalid_grant" }
    }

    fn request(description: &'static str) -> Self {
        Self { error_description: Some(description), error: "invalid_request" }
    }
}

/// What both endpoints work with.
pub(super) struct Exchange<'a> {
    pub(super) config: &'a Config,
    pub(super) tokens: &'a mut Tokens,
    pub(super) form: Query,
    pub(super) headers: &'a Headers,
    /// The account that the path names.
    pub(super) account: Option<&'a str>,
    /// The host that the request came to.
    pub(super) host: String,
    pub(super) now_ms: u64,
}

/// A request's body as a form, whatever its content type says.
pub(super) fn form(request: &Request) -> Query {
    Query::parse(String::from_utf8_lossy(&request.body).trim())
}

impl Exchange<'_> {
    /// `POST` to a token endpoint.
    pub(super) fn token(mut self) -> Response {
        let now_ms = self.now_ms;
        match self.grant() {
            Ok(granted) => oauth(200, &granted, now_ms),
            Err(refused) => oauth(400, &refused, now_ms),
        }
    }

    fn grant(&mut self) -> Result<Granted, Refused> {
        let config = self.config;
        if self.account_code() != Some(&config.account) {
            return Err(Refused::request("The account is unknown"));
        }
        let (client_id, secret) = self.client_credentials();
        let client = client_id.and_then(|id| config.oauth.client(&id));
        let client = client.ok_or(Refused::plain("invalid_client"))?;
        // A refresh was recorded without the secret that the exchange before it had: it may be missing there.
        let is_refresh = self.form.get("grant_type") == Some("refresh_token");
        let is_proven = match (&client.client_secret, secret) {
            (None, _) => true,
            (Some(own), Some(given)) => *own == given,
            (Some(_), None) => is_refresh,
        };
        if !is_proven {
            return Err(Refused::plain("invalid_client"));
        }
        match self.form.get("grant_type") {
            Some("authorization_code") => self.exchange_code(client),
            Some("refresh_token") => self.refresh(client),
            Some(_) => Err(Refused::plain("unsupported_grant_type")),
            None => Err(Refused::request("grant_type is missing")),
        }
    }

    /// A code is good for one exchange, by the client and with the address that it was given for.
    fn exchange_code(&mut self, client: &OAuthClient) -> Result<Granted, Refused> {
        let given = self.form.get("code").ok_or(Refused::request("code is missing"))?;
        let code = self.tokens.codes.get(given);
        let code = code.filter(|code| code.client == client.app_ref && self.now_ms < code.ends_ms);
        let code = code.ok_or(Refused::grant(UNKNOWN_GRANT))?;
        if self.form.get("redirect_uri") != Some(&code.redirect_uri) {
            return Err(Refused::grant(OTHER_REDIRECT));
        }
        let given = given.to_owned();
        self.tokens.codes.remove(&given);
        let refresh_token = self.new_refresh_token(client);
        let (access_token, expires_in) = self.new_access_token(client);
        let instance = Some(client.installation_instance_id.to_string());
        Ok(self.granted(access_token, expires_in, refresh_token, instance))
    }

    fn refresh(&mut self, client: &OAuthClient) -> Result<Granted, Refused> {
        let given = self.form.get("refresh_token").ok_or(Refused::request("refresh_token is missing"))?;
        if self.tokens.refresh.get(given) != Some(&client.app_ref) {
            return Err(Refused::grant(UNKNOWN_GRANT));
        }
        let given = given.to_owned();
        let refresh_token = match self.config.oauth.refresh_tokens {
            RefreshTokens::Keep => given,
            RefreshTokens::Rotate => {
                self.tokens.refresh.remove(&given);
                self.new_refresh_token(client)
            }
        };
        let present = match self.config.oauth.early_refresh {
            EarlyRefresh::SameToken => self.present_access_token(client),
            EarlyRefresh::NewToken => None,
        };
        let (access_token, expires_in) = present.unwrap_or_else(|| self.new_access_token(client));
        Ok(self.granted(access_token, expires_in, refresh_token, None))
    }

    /// The client's access token that lives longest, with the whole seconds that are left of it.
    fn present_access_token(&self, client: &OAuthClient) -> Option<(String, u64)> {
        let own = self.tokens.access.iter().filter(|(_, access)| access.client == client.app_ref);
        let (token, access) = own.max_by_key(|(_, access)| access.ends_ms)?;
        let left = access.ends_ms.checked_sub(self.now_ms)? / 1_000;
        (left > 0).then(|| (token.clone(), left))
    }

    fn new_access_token(&mut self, client: &OAuthClient) -> (String, u64) {
        let token = self.tokens.long(self.config.seed);
        let lifetime = self.config.oauth.access_token_lifetime_s;
        let ends_ms = self.now_ms.saturating_add(lifetime.saturating_mul(1_000));
        self.tokens.access.insert(token.clone(), AccessToken { client: client.app_ref.clone(), ends_ms });
        (token, lifetime)
    }

    fn new_refresh_token(&mut self, client: &OAuthClient) -> String {
        let token = self.tokens.long(self.config.seed);
        self.tokens.refresh.insert(token.clone(), client.app_ref.clone());
        token
    }

    fn granted(
        &self,
        access_token: String,
        expires_in: u64,
        refresh_token: String,
        installation_instance_id: Option<String>,
    ) -> Granted {
        let api_domain =
            self.config.oauth.api_domain.clone().unwrap_or_else(|| api_host(&self.host).to_owned());
        Granted {
            access_token,
            refresh_token,
            installation_instance_id,
            api_domain,
            token_type: "Bearer",
            expires_in,
        }
    }

    /// `POST` to an introspection endpoint. Its members are texts, as the reference has them; what it says of a
    /// token that is no longer good, and of a wrong client, is *inferred*.
    pub(super) fn introspect(self) -> Response {
        let refuse = || oauth(401, &Refused::plain("invalid_client"), self.now_ms);
        let (Some(id), secret) = basic(self.headers) else { return refuse() };
        let Some(client) = self.config.oauth.client(&id) else { return refuse() };
        if client.client_secret.as_deref().unwrap_or_default() != secret
            || self.account_code() != Some(&self.config.account)
        {
            return refuse();
        }
        #[derive(Serialize)]
        struct TokenState {
            active: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            token_type: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            exp: Option<String>,
        }
        let token = self.form.get("token").and_then(|token| self.tokens.access.get(token));
        let live = token.filter(|token| token.client == client.app_ref && self.now_ms < token.ends_ms);
        let state = match live {
            Some(token) => TokenState {
                active: "true",
                token_type: Some("Bearer"),
                exp: Some((token.ends_ms / 1_000).to_string()),
            },
            None => TokenState { active: "false", token_type: None, exp: None },
        };
        oauth(200, &state, self.now_ms)
    }

    /// The account of the path, or else of the form.
    fn account_code(&self) -> Option<&str> {
        self.account.or_else(|| self.form.get("account_code"))
    }

    /// The client and its secret: from the form, or from Basic authentication as some libraries send them.
    fn client_credentials(&self) -> (Option<String>, Option<String>) {
        let text = |name: &str| self.form.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        match (text("client_id"), basic(self.headers)) {
            (Some(id), _) => (Some(id), text("client_secret")),
            (None, (id, secret)) => (id, Some(secret).filter(|secret| !secret.is_empty())),
        }
    }
}

/// User and password of Basic authentication; the password may be missing.
fn basic(headers: &Headers) -> (Option<String>, String) {
    let read = || {
        let (scheme, value) = headers.get("authorization")?.split_once(' ')?;
        let bytes = STANDARD.decode(value.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let text = String::from_utf8(bytes).ok()?;
        let (user, password) = text.split_once(':').unwrap_or((&text, ""));
        Some((user.to_owned(), password.to_owned()))
    };
    read().map_or((None, String::new()), |(user, password)| (Some(user), password))
}
