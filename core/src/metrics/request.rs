//! What a request is called in measurements of the host's own: nothing of it is an id, an account, or secret.

use serde_json::json;

use super::label;
use crate::error::Result;
use crate::json::{GivenObject, given_value};

/// What stands before the account in the paths of the API; what is asked elsewhere is a login, or something of a developer's.
const PREFIXES: [&str; 2] = ["/public-api/", "/api-v3/"];

/// What a request is called in traces and metrics of the host's own. `asked` is JSON: `{"method": "GET", "url": ADDRESS}`.
/// The answer is `{"method", "service", "template"}`: the verb, or `_OTHER` for one that is not known; the service, and the
/// template of the path by the catalogue, such as `/public-api/{account}/order-service/order/{ID-SET}`, both `null` where
/// they are not known, and nothing of the address is told then.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at what does not fit.
pub fn request_labels(asked: &str) -> Result<String> {
    let asked = given_value("question", asked)?;
    let asked = GivenObject::of(&asked, "", &["method", "url"])?;
    let (method, url) = (asked.needed_text("method")?, asked.needed_text("url")?);
    let known_method = Some(label::method(method)).filter(|known| *known != label::OTHER).unwrap_or("_OTHER");
    let placed = below_account(url).map(|(prefix, path)| (prefix, label::place(path, method)));
    let known = |name: &'static str| Some(name).filter(|name| *name != label::OTHER);
    let service = placed.and_then(|(_, (service, _))| known(service));
    let template = placed.and_then(|(prefix, (_, template))| {
        known(template).map(|template| format!("{prefix}{{account}}/{template}"))
    });
    Ok(json!({"method": known_method, "service": service, "template": template}).to_string())
}

/// The prefix of an address of the API, and the path below the account.
fn below_account(url: &str) -> Option<(&'static str, &str)> {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = behind_scheme.find('/').map_or("", |start| &behind_scheme[start..]);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    PREFIXES.into_iter().find_map(|prefix| Some((prefix, path.strip_prefix(prefix)?.split_once('/')?.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(method: &str, url: &str) -> serde_json::Value {
        let asked = json!({"method": method, "url": url}).to_string();
        serde_json::from_str(&request_labels(&asked).unwrap()).unwrap()
    }

    #[test]
    fn a_request_is_named_by_the_catalogue_and_by_nothing_else() {
        let base = "https://ws-eu1.brightpearl.com/public-api/acme";
        let known =
            told("GET", &format!("{base}/order-service/order/1001-1007?includeOptional=customFields"));
        assert_eq!(known["service"], "order-service");
        let template = known["template"].as_str().unwrap();
        assert!(template.starts_with("/public-api/{account}/order-service/order/{"), "{template}");
        assert!(!known.to_string().contains("acme") && !known.to_string().contains("1001"));
        let search = told("GET", &format!("{base}/order-service/order-search?customerRef=W-1"));
        assert_eq!(search["template"], "/public-api/{account}/order-service/order-search");
        for unknown in [
            format!("{base}/order-service/jane@example.com/secret"),
            format!("{base}/jane/doe"),
            "https://oauth.brightpearl.com/token/acme".to_owned(),
            "not an address".to_owned(),
            String::new(),
        ] {
            assert_eq!(told("GET", &unknown)["template"], serde_json::Value::Null, "{unknown}");
        }
        assert_eq!(told("GET", &format!("{base}/order-service/x"))["service"], "order-service");
        assert_eq!(told("SECRET", base)["method"], "_OTHER");
    }
}
