//! Logins that are answered with a token (API notes §2.1, §2.3).

use brightpearl_core::{Headers, Request};
use serde::Deserialize;

use super::caller::not_authenticated;
use super::tokens::{Session, SessionKind, Tokens};
use crate::config::Config;
use crate::protocol::answer::{Answer, Refusal, response};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<T> {
    api_account_credentials: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StaffCredentials {
    email_address: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationCredentials {
    application_id: String,
    application_secret: String,
}

/// `POST /{account}/authorise`: a session, or a staff token when the headers name an app.
pub(super) fn authorise(
    config: &Config,
    tokens: &mut Tokens,
    request: &Request,
    account: &str,
    now_ms: u64,
) -> Answer {
    let given: StaffCredentials = read(&request.body)?;
    if account != config.account {
        return Err(no_access(account));
    }
    let who = config.staff.iter().find(|staff| staff.email == given.email_address);
    let Some(who) = who.filter(|staff| staff.password == given.password) else {
        return Err(unable(&given.email_address));
    };
    if !who.api_access {
        return Err(no_access(account));
    }
    let kind = session_kind(config, &request.headers)?;
    let token = match kind {
        SessionKind::Legacy | SessionKind::Application => tokens.unique(config.seed),
        SessionKind::Staff { .. } => tokens.long(config.seed),
    };
    response(keep(config, tokens, token, kind, now_ms))
}

/// `POST /{account}/authenticate`, as integration guides describe it. Its refusals are *inferred* from those of
/// `authorise`.
pub(super) fn authenticate(
    config: &Config,
    tokens: &mut Tokens,
    request: &Request,
    account: &str,
    now_ms: u64,
) -> Answer {
    let given: ApplicationCredentials = read(&request.body)?;
    if account != config.account {
        return Err(no_access(account));
    }
    let is_known = config.applications.iter().any(|application| {
        application.application_id == given.application_id
            && application.application_secret == given.application_secret
    });
    if !is_known {
        return Err(unable(&given.application_id));
    }
    let token = tokens.unique(config.seed);
    response(keep(config, tokens, token, SessionKind::Application, now_ms))
}

/// Without an app it is the oldest kind of session; an app that the account does not have gets nothing, which is
/// *inferred*.
fn session_kind(config: &Config, headers: &Headers) -> Result<SessionKind, Refusal> {
    let Some(app_ref) = headers.get("brightpearl-app-ref") else { return Ok(SessionKind::Legacy) };
    let dev_ref = headers.get("brightpearl-dev-ref");
    let is_installed = config
        .credentials
        .iter()
        .any(|credential| credential.app_ref() == app_ref && credential.dev_ref() == dev_ref);
    if !is_installed {
        return Err(not_authenticated());
    }
    Ok(SessionKind::Staff { app_ref: app_ref.to_owned(), dev_ref: dev_ref.map(str::to_owned) })
}

fn keep(config: &Config, tokens: &mut Tokens, token: String, kind: SessionKind, now_ms: u64) -> String {
    let lifetime = config.session_lifetime_s.map(|seconds| seconds.saturating_mul(1_000));
    let ends_ms = lifetime.map(|lifetime| now_ms.saturating_add(lifetime));
    tokens.sessions.insert(token.clone(), Session { kind, ends_ms });
    token
}

fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, Refusal> {
    let body: Result<Body<T>, _> = serde_json::from_slice(body);
    body.map(|body| body.api_account_credentials)
        .map_err(|_| Refusal::coded(400, "CMNC-010", "You must supply a JSON formatted body"))
}

fn unable(who: &str) -> Refusal {
    Refusal::coded(401, "GWYB-006", &format!("Unable to authenticate {who}"))
}

fn no_access(account: &str) -> Refusal {
    Refusal::coded(401, "GWYB-003", &format!("Account '{account}' does not have API access"))
}
