//! Where credentials may go: the rules for configured URLs, and for the hosts that token answers name.

use fluent_uri::Uri;
use fluent_uri::component::{Authority, Host};

use crate::error::{Error, Result};

/// The domain whose hosts are all Brightpearl's API (API notes §1.1).
const DOMAIN: &str = ".brightpearlconnect.com";

/// The older domain: its API hosts are those whose name begins with `ws-`.
const OLDER_DOMAIN: &str = ".brightpearl.com";

/// Scheme, host and port: what decides who reads a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    is_encrypted: bool,
    /// In lower case.
    host: String,
    port: u16,
}

/// Where a URL stands in the configuration, and what it may have.
pub(crate) struct UrlRule {
    pub(crate) place: &'static str,
    pub(crate) example: &'static str,
    pub(crate) may_have_query: bool,
}

pub(crate) const BASE_URL: UrlRule =
    UrlRule { place: "base_url", example: "https://euw1.brightpearlconnect.com", may_have_query: false };

pub(crate) const TOKEN_URL: UrlRule = UrlRule {
    place: "credentials.token_url",
    example: "https://oauth.brightpearl.com/token/acme",
    may_have_query: true,
};

impl UrlRule {
    /// Checks a URL that credentials are sent to: `https`, or `http` on the loopback host.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the rule's place.
    pub(crate) fn check(&self, url: &str) -> Result<Origin> {
        let refuse = |why: &str| {
            Err(Error::validation(
                self.place,
                format!("{why} in {url:?}; expected something like {}", self.example),
            ))
        };
        let Ok(uri) = Uri::parse(url) else { return refuse("there is no absolute URL") };
        let Some(authority) = uri.authority() else { return refuse("there is no host") };
        if authority.host().is_empty() {
            return refuse("there is no host");
        }
        if authority.has_userinfo() {
            return Err(Error::validation(
                self.place,
                "a user name or password stands before the host; expected credentials in their own fields",
            ));
        }
        if uri.fragment().is_some() || (uri.query().is_some() && !self.may_have_query) {
            return refuse("there is a query or fragment");
        }
        // Clients differ in what they make of an escape in a host.
        if authority.host().contains('%') {
            return refuse("there is an escaped character in the host");
        }
        let scheme = uri.scheme().as_str();
        let is_encrypted = scheme.eq_ignore_ascii_case("https");
        if scheme.eq_ignore_ascii_case("http") {
            if !is_loopback_authority(authority) {
                return refuse(
                    "plain http would send the token unencrypted to a host that is not the loopback host",
                );
            }
        } else if !is_encrypted {
            return refuse("the scheme is neither https nor http");
        }
        let default = if is_encrypted { 443 } else { 80 };
        let port = match authority.port_to_u16() {
            Ok(Some(0)) | Err(_) => return refuse("the port is invalid"),
            Ok(port) => port.unwrap_or(default),
        };
        Ok(Origin { is_encrypted, host: authority.host().to_ascii_lowercase(), port })
    }
}

/// The origin that a token answer, or stored tokens, name with `api_domain`: a host, perhaps with its port, or such
/// a host as a URL. It must be Brightpearl's own, by https on its default port, or one of `named`, which the user
/// configured. `None` for all others: whoever answers with a host of theirs would be sent the token.
pub(crate) fn trusted(api_domain: &str, named: &[&Origin]) -> Option<Origin> {
    let host = match api_domain.split_once("://") {
        Some(_) => api_domain.strip_suffix('/').unwrap_or(api_domain),
        None => api_domain,
    };
    let candidates: Vec<Origin> = match host.split_once("://") {
        Some((_, rest)) => bare(rest).and_then(|_| BASE_URL.check(host).ok()).into_iter().collect(),
        None => {
            let bare = bare(host)?;
            ["http", "https"]
                .iter()
                .filter_map(|scheme| BASE_URL.check(&format!("{scheme}://{bare}")).ok())
                .collect()
        }
    };
    let is_named = |origin: &Origin| named.contains(&origin);
    let known = candidates.iter().find(|origin| is_named(origin));
    known.or(candidates.iter().find(|origin| origin.is_brightpearl())).cloned()
}

/// The text when it can be a host and a port, and no more than that.
fn bare(text: &str) -> Option<&str> {
    let is_bare = !text.is_empty() && !text.ends_with(':') && !text.contains(['/', '?', '#', '@', '\\']);
    is_bare.then_some(text)
}

impl Origin {
    fn is_brightpearl(&self) -> bool {
        let labels = |prefix: &str| {
            prefix.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
        };
        let newer = self.host.strip_suffix(DOMAIN).is_some_and(labels);
        let older = self
            .host
            .strip_suffix(OLDER_DOMAIN)
            .is_some_and(|name| name.starts_with("ws-") && !name.contains('.') && labels(name));
        self.is_encrypted && self.port == 443 && (newer || older)
    }

    /// The origin as URLs begin with it.
    pub(crate) fn text(&self) -> String {
        let Self { is_encrypted, host, port } = self;
        match (is_encrypted, port) {
            (true, 443) => format!("https://{host}"),
            (true, port) => format!("https://{host}:{port}"),
            (false, port) => format!("http://{host}:{port}"),
        }
    }
}

/// Whether a host is this machine, the only one that `http` is allowed for: `localhost` in any case, 127.0.0.0/8,
/// and `::1`, in brackets or without, also as `::ffff:127.0.0.1`. Names below `localhost` are not: many resolvers
/// ask the network for them.
///
/// ```
/// use brightpearl_core::is_loopback_host;
///
/// assert!(is_loopback_host("127.8.0.1") && is_loopback_host("[::1]") && is_loopback_host("LocalHost"));
/// assert!(!is_loopback_host("127.0.0.1.example.com") && !is_loopback_host("app.localhost"));
/// ```
pub fn is_loopback_host(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let is_bracketed = bare.len() != host.len();
    match bare.parse() {
        Ok(std::net::IpAddr::V4(address)) => !is_bracketed && address.is_loopback(),
        Ok(std::net::IpAddr::V6(address)) => address.to_canonical().is_loopback(),
        Err(_) => false,
    }
}

fn is_loopback_authority(authority: Authority<'_>) -> bool {
    match authority.host_parsed() {
        Host::Ipv4(_) | Host::Ipv6(_) | Host::RegName(_) => is_loopback_host(authority.host()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_url_is_https_or_on_the_loopback_host() {
        for good in [
            "https://oauth.brightpearl.com/token/acme",
            "https://use1.brightpearlconnect.com/oauth/token?account_code=acme",
            "HTTPS://login.example:8443/token",
            "http://127.0.0.1:8080/token/demo",
            "http://[::1]/token",
            "http://[::ffff:127.0.0.1]/token",
            "http://LOCALHOST:1/token",
        ] {
            TOKEN_URL.check(good).unwrap();
        }
        for bad in [
            "",
            "http://evil.example/token",
            "http://127.0.0.1.evil.example/token",
            "http://app.localhost/token",
            "http://localhost./token",
            "http://127.1/token",
            "http://2130706433/token",
            "http://0.0.0.0/token",
            "http://local%68ost/token",
            "//evil",
            "/token",
            "evil.example/token",
            "file:///etc/passwd",
            "file://localhost/etc/passwd",
            "ftp://127.0.0.1/token",
            "javascript:alert(1)",
            "https:evil.example",
            "https://",
            "https:///token",
            "https://user:pass@oauth.brightpearl.com/token",
            "https://oauth.brightpearl.com@evil.example/token",
            "https://oauth.brightpearl.com/token#part",
            "https://oauth.brightpearl.com/token\n",
            "https://oauth.brightpearl.com\r\nHost: evil.example/token",
            " https://oauth.brightpearl.com/token",
            "https://oauth.brightpearl.com/to\u{0}ken",
            "https://oauth.brightpe\u{430}rl.com/token",
            "https://oauth.brightpearl.com:99999/token",
            "https://oauth.brightpearl.com:0/token",
            "https://evil.example\\@oauth.brightpearl.com/token",
        ] {
            let error = TOKEN_URL.check(bad).expect_err(bad);
            assert_eq!(error.location(), Some("credentials.token_url"), "{bad}");
            assert!(!error.to_string().contains("pass@"), "{bad}");
        }
    }

    #[test]
    fn only_brightpearl_and_what_the_user_named_is_trusted() {
        let base = BASE_URL.check("http://127.0.0.1:8080").unwrap();
        let token = TOKEN_URL.check("https://proxy.example:8443/token").unwrap();
        let named = [&base, &token];
        for (domain, origin) in [
            ("use1.brightpearlconnect.com", "https://use1.brightpearlconnect.com"),
            ("USE1.BrightpearlConnect.COM", "https://use1.brightpearlconnect.com"),
            ("use1.brightpearlconnect.com:443", "https://use1.brightpearlconnect.com"),
            ("https://use1.brightpearlconnect.com/", "https://use1.brightpearlconnect.com"),
            ("https://use1.brightpearlconnect.com", "https://use1.brightpearlconnect.com"),
            ("ws-use.brightpearl.com", "https://ws-use.brightpearl.com"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("proxy.example:8443", "https://proxy.example:8443"),
        ] {
            assert_eq!(
                trusted(domain, &named).map(|origin| origin.text()).as_deref(),
                Some(origin),
                "{domain}"
            );
        }
        for domain in [
            "",
            "/",
            "://",
            "https://",
            "evil.example",
            "evil.example/path?",
            "brightpearl.com.evil.example",
            "use1.brightpearlconnect.com.evil.example",
            "169.254.169.254",
            "brightpearlconnect.com@evil.example",
            "evil.example#.brightpearlconnect.com",
            "evil.example/.brightpearlconnect.com",
            "evil.example\\.brightpearlconnect.com",
            "evil.example?.brightpearlconnect.com",
            "evil.example%2f.brightpearlconnect.com",
            "xbrightpearlconnect.com",
            "brightpearlconnect.com",
            ".brightpearlconnect.com",
            "a..brightpearlconnect.com",
            "use1.brightpearlconnect.com.",
            "use1.brightpearlconnect.com:8443",
            "use1.brightpearlconnect.com:",
            "http://use1.brightpearlconnect.com",
            "ftp://use1.brightpearlconnect.com",
            "https://use1.brightpearlconnect.com/path",
            "https://use1.brightpearlconnect.com//",
            "use1.brightpearlconnect.com/",
            "us\u{435}1.brightpearlconnect.com",
            "use1.brightpe\u{430}rlconnect.com",
            "use1.xn--brightperlconnect-zzk.com",
            "use1.brightpearlconnect.com\n",
            " use1.brightpearlconnect.com",
            "shop.brightpearl.com",
            "evil.ws-use.brightpearl.com",
            "ws-.brightpearl.com",
            "xws-use.brightpearl.com",
            "127.0.0.1",
            "127.0.0.1:8081",
            "localhost:8080",
            "https://127.0.0.1:8080",
            "proxy.example",
            "http://proxy.example:8443",
        ] {
            assert_eq!(trusted(domain, &named), None, "{domain}");
        }
    }
}
