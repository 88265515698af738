//! Who asks: the credentials of a request, held against those of the account (API notes §2, §2.7).

use brightpearl_core::{Headers, Request};

use super::tokens::{SessionKind, Tokens};
use crate::config::Config;
use crate::protocol::answer::Refusal;

/// What the gateway says to a request without valid credentials (API notes §2.7).
const NOT_AUTHENTICATED: &str = "Not authenticated. You must provide a valid authentication token.";
/// What it says when an access token has ended (§2.7).
const EXPIRED: &str = "Authorization token expired";

/// Who was let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The installation, when an OAuth app asks.
    pub(crate) instance: Option<u32>,
}

/// Lets a request in or says why not.
pub(crate) fn authenticate(
    config: &Config,
    tokens: &Tokens,
    request: &Request,
    account: &str,
    now_ms: u64,
) -> Result<Caller, Refusal> {
    if account != config.account {
        return Err(not_authenticated());
    }
    let headers = &request.headers;
    let is_admitted = config.credentials.iter().any(|credential| credential.admits(headers))
        || by_session(tokens, headers, now_ms);
    if is_admitted {
        return Ok(Caller::default());
    }
    match bearer(headers) {
        Some(token) => by_bearer(config, tokens, headers, token, now_ms),
        None => Err(not_authenticated()),
    }
}

pub(super) fn not_authenticated() -> Refusal {
    Refusal::by_gateway(401, NOT_AUTHENTICATED)
}

/// The token behind `Bearer`.
fn bearer(headers: &Headers) -> Option<&str> {
    let (scheme, token) = headers.get("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether a session that someone logged in for is still good.
fn by_session(tokens: &Tokens, headers: &Headers, now_ms: u64) -> bool {
    let live = |token: &str| {
        let session = tokens.sessions.get(token)?;
        session.ends_ms.is_none_or(|ends| now_ms < ends).then_some(&session.kind)
    };
    let named = headers.get("brightpearl-auth").and_then(live);
    if matches!(named, Some(SessionKind::Legacy | SessionKind::Application))
        || matches!(bearer(headers).and_then(live), Some(SessionKind::Application))
    {
        return true;
    }
    let Some(SessionKind::Staff { app_ref, dev_ref }) = headers.get("brightpearl-staff-token").and_then(live)
    else {
        return false;
    };
    headers.get("brightpearl-app-ref") == Some(app_ref)
        && dev_ref.as_deref().is_none_or(|dev_ref| headers.get("brightpearl-dev-ref") == Some(dev_ref))
}

/// An access token, which needs both references beside it.
fn by_bearer(
    config: &Config,
    tokens: &Tokens,
    headers: &Headers,
    token: &str,
    now_ms: u64,
) -> Result<Caller, Refusal> {
    if tokens.sessions.contains_key(token) {
        return Err(not_authenticated());
    }
    let known = tokens.access.get(token);
    let Some((access, client)) =
        known.and_then(|access| Some((access, config.oauth.client(&access.client)?)))
    else {
        return Err(Refusal::by_gateway(401, &format!("Invalid instance token: {token}")));
    };
    if now_ms >= access.ends_ms {
        return Err(Refusal::by_gateway(401, EXPIRED));
    }
    let is_complete = headers.get("brightpearl-app-ref") == Some(&client.app_ref)
        && headers.get("brightpearl-dev-ref") == Some(&client.dev_ref);
    if !is_complete {
        return Err(not_authenticated());
    }
    Ok(Caller { instance: Some(client.installation_instance_id) })
}
