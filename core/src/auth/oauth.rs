//! The page where a person approves an app of OAuth 2.0 (API notes §2.6). What follows is the scheme
//! [`OAuth`](super::OAuth).

use crate::account::{Query, check_code};
use crate::error::Error;

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
/// [`Kind::Validation`](crate::Kind::Validation) at `account` for an invalid account code, and at the name of an
/// argument that is empty: without a state, anyone could send a code of their own to the host.
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
