//! What stands before the records: who is let in, how tokens are had, and what lies outside the API's own
//! prefix (API notes §2, §6).

mod approval;
mod caller;
mod developer_tools;
mod door;
pub(crate) mod multi_message;
mod oauth;
mod sign_in;
mod tokens;

use brightpearl_core::{Method, Request, Response};

use crate::config::Config;
use crate::protocol::address::{Query, RequestAddress};
use crate::protocol::answer::Refusal;
pub(crate) use caller::{Caller, authenticate};
pub(crate) use door::Door;
use oauth::Exchange;
pub(crate) use tokens::Tokens;

/// Goes through a door. What has headers of its own is a whole response; the others get those of the API.
pub(crate) fn open(
    config: &Config,
    tokens: &mut Tokens,
    door: &Door,
    request: &Request,
    address: &RequestAddress,
    now_ms: u64,
) -> Result<Response, Result<(u16, Vec<u8>), Refusal>> {
    let origin = origin(request, address);
    let host = origin.split_once("://").map_or("", |(_, host)| host).to_owned();
    let exchange = |tokens, account| {
        let form = oauth::form(request);
        Exchange { config, tokens, form, headers: &request.headers, account, host: host.clone(), now_ms }
    };
    let answer = match door {
        Door::Authorise { account } => sign_in::authorise(config, tokens, request, account, now_ms),
        Door::Authenticate { account } => sign_in::authenticate(config, tokens, request, account, now_ms),
        Door::AccountLocation { account } => {
            developer_tools::account_location(config, account, &origin, &host)
        }
        Door::InstalledAccounts { dev_ref, app_ref } => {
            developer_tools::installed_accounts(config, &request.headers, dev_ref, app_ref)
        }
        Door::Approval { account } => {
            let pressed = (request.method == Method::Post).then(|| oauth::form(request));
            let parameters: &Query = pressed.as_ref().unwrap_or(&address.query);
            return Ok(approval::approve(config, tokens, account, request.method, parameters, now_ms));
        }
        Door::Token { account } => return Ok(exchange(tokens, account.as_deref()).token()),
        Door::Introspection { account } => return Ok(exchange(tokens, account.as_deref()).introspect()),
    };
    Err(answer.map(|body| (200, body)))
}

/// Scheme and host that a request came to: those of its URL, or else its `Host` header.
fn origin(request: &Request, address: &RequestAddress) -> String {
    match (&address.origin, request.headers.get("host")) {
        (Some(origin), _) => origin.clone(),
        (None, Some(host)) => format!("http://{host}"),
        (None, None) => "http://127.0.0.1".to_owned(),
    }
}

/// The host of the API that belongs to the host that a token request came to. Brightpearl's OAuth servers have names of
/// their own, and recorded answers name an API host instead (API notes §1.1); any other host serves both.
fn api_host(host: &str) -> &str {
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    match name.to_ascii_lowercase().as_str() {
        "oauth.brightpearl.com" | "oauth.brightpearlapp.com" => "ws-use.brightpearl.com",
        _ => host,
    }
}
