//! What of a write's body must not be shown again, whoever repeats it: Brightpearl signs no notification (API notes §7.3),
//! so whoever registers a webhook writes a secret into its templates, and a refusal quotes them.

use serde::Deserialize;

use super::integration_service::WEBHOOKS;
use crate::http::Method;
use crate::redact::is_opaque;
use crate::secret::Secret;

/// The fewest characters of a parameter's value that is concealed: shorter ones would tear holes into every text.
const FEWEST: usize = 6;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Templates {
    #[serde(default)]
    uri_template: Option<Secret>,
    #[serde(default)]
    body_template: Option<Secret>,
}

/// What the body of a request to this path has that is to be blanked in every text from elsewhere: of a webhook's address
/// its user, the values of its parameters, and words in it and in the body template that no language has.
pub(crate) fn concealed(method: Method, path: &str, body: &[u8]) -> Vec<Secret> {
    if method != Method::Post || path.trim_matches('/') != WEBHOOKS {
        return Vec::new();
    }
    let Ok(Templates { uri_template, body_template }) = serde_json::from_slice(body) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if let Some(template) = &uri_template {
        found.extend(parts_of_address(template.expose()));
    }
    for template in [&uri_template, &body_template].into_iter().flatten() {
        found.extend(template.expose().split(is_outside).filter(|word| is_opaque(word)).map(Secret::new));
    }
    found
}

/// Who signs in at an address, and the values of its parameters; not where Brightpearl puts one of its variables.
fn parts_of_address(address: &str) -> Vec<Secret> {
    let behind_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = behind_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    let query = address.split_once('?').map_or("", |(_, query)| query.split('#').next().unwrap_or_default());
    let values = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value);
    user.into_iter()
        .flat_map(|user| user.split(':'))
        .chain(values)
        .filter(|part| part.len() >= FEWEST && !part.contains("${"))
        .map(Secret::new)
        .collect()
}

/// Whether a character stands between words, and not in one.
fn is_outside(character: char) -> bool {
    !(character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str) -> Vec<String> {
        let found = concealed(Method::Post, "/integration-service/webhook", body.as_bytes());
        found.iter().map(|secret| secret.expose().to_owned()).collect()
    }

    #[test]
    fn a_webhooks_secrets_are_known_wherever_they_stand() {
        assert_eq!(
            found(r#"{"uriTemplate":"https://h.example.com/in?secret=abc-def&id=${resource-id}&v=2#x"}"#),
            ["abc-def"]
        );
        assert_eq!(
            found(r#"{"uriTemplate":"https://someone:pass-word@h.example.com/in/${account-code}"}"#),
            ["someone", "pass-word"]
        );
        assert_eq!(
            found(r#"{"uriTemplate":"https://h.example.com/in/0123456789abcdef/x","bodyTemplate":null}"#),
            ["0123456789abcdef"]
        );
        assert_eq!(
            found(
                r#"{"uriTemplate":"https://h.example.com/in","bodyTemplate":"{\"key\": \"0123456789-abcdef\", \"id\": ${resource-id}}"}"#
            ),
            ["0123456789-abcdef"]
        );
    }

    #[test]
    fn nothing_else_is_concealed() {
        for body in
            ["", "[]", "{}", r#"{"uriTemplate":7}"#, r#"{"uriTemplate":"https://h.example.com/in?id=5"}"#]
        {
            assert!(found(body).is_empty(), "{body}");
        }
        let body = br#"{"uriTemplate":"https://h.example.com/in?secret=abc-def"}"#;
        assert!(concealed(Method::Post, "order-service/order", body).is_empty());
        assert!(concealed(Method::Get, WEBHOOKS, body).is_empty());
    }
}
