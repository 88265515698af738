//! The page on which a person approves an app (API notes §2.6).

use brightpearl_core::{Method, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::tokens::{Code, Tokens};
use crate::access::Approval;
use crate::config::Config;
use crate::protocol::address::Query;
use crate::protocol::html::escaped;
use crate::protocol::moment::http_date;

/// Answers the page itself (GET) or what was pressed on it (POST, with the page's own parameters).
pub(super) fn approve(
    config: &Config,
    tokens: &mut Tokens,
    account: &str,
    method: Method,
    parameters: &Query,
    now_ms: u64,
) -> Response {
    let refuse = |reason: &str| page(400, "This app cannot be approved", &paragraph(reason), now_ms);
    if account != config.account {
        return refuse(&format!("There is no account {account}."));
    }
    let client = parameters.get("client_id").and_then(|id| config.oauth.client(id));
    let Some(client) = client else { return refuse("The client_id names no app of this account.") };
    // Without a trustworthy address there is nowhere to redirect an error to.
    let Some(redirect_uri) = parameters.get("redirect_uri").filter(|uri| is_address(uri)) else {
        return refuse("The redirect_uri is missing or is not an absolute address.");
    };
    let registered = &client.redirect_uris;
    if !registered.is_empty() && !registered.iter().any(|uri| uri == redirect_uri) {
        return refuse("The redirect_uri is not one of those that the app has registered.");
    }
    let redirect = |name: &str, value: &str| {
        let mut location = redirect_uri.to_owned();
        let mut append = |name: &str, value: &str| {
            location.push(if location.contains('?') { '&' } else { '?' });
            location.push_str(name);
            location.push('=');
            location.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        };
        append(name, value);
        if let Some(state) = parameters.get("state") {
            append("state", state);
        }
        Response::new(302, "").with_header("Date", http_date(now_ms)).with_header("Location", location)
    };
    if parameters.get("response_type") != Some("code") {
        return redirect("error", "unsupported_response_type");
    }
    let is_approved = match (config.oauth.approval, method) {
        (Approval::AtOnce, _) => Some(true),
        (Approval::OnAPage, Method::Post) => Some(parameters.get("decision") == Some("approve")),
        (Approval::OnAPage, Method::Get | Method::Options | Method::Put | Method::Patch | Method::Delete) => {
            None
        }
    };
    match is_approved {
        None => page(200, &format!("Approve {}", client.app_ref), &buttons(parameters, account), now_ms),
        Some(false) => redirect("error", "access_denied"),
        Some(true) => {
            let code = tokens.unique(config.seed);
            let ends_ms = now_ms.saturating_add(config.oauth.code_lifetime_s.saturating_mul(1_000));
            let kept =
                Code { client: client.app_ref.clone(), redirect_uri: redirect_uri.to_owned(), ends_ms };
            tokens.codes.insert(code.clone(), kept);
            redirect("code", &code)
        }
    }
}

/// An absolute address without what could break out of a header. A custom scheme may be meant.
fn is_address(uri: &str) -> bool {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme && !uri.contains('#') && uri.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The form with its parameters carried along.
fn buttons(parameters: &Query, account: &str) -> String {
    let mut form = format!(
        "<p>An app asks for access to the account {}.</p>\n<form method=\"post\">\n",
        escaped(account)
    );
    for (name, value) in parameters.iter().filter(|(name, _)| *name != "decision") {
        form.push_str(&format!(
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
            escaped(name),
            escaped(value)
        ));
    }
    form.push_str("<button name=\"decision\" value=\"approve\">Approve</button>\n");
    form.push_str("<button name=\"decision\" value=\"deny\">Deny</button>\n</form>\n");
    form
}

fn page(status: u16, title: &str, content: &str, now_ms: u64) -> Response {
    let title = escaped(title);
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n{content}</body>\n</html>\n"
    );
    Response::new(status, body)
        .with_header("Date", http_date(now_ms))
        .with_header("Content-Type", "text/html;charset=UTF-8")
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escaped(text))
}
