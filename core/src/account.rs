//! Where an account lives: its code, its datacentre, its base URL (API notes §1.1, §1.2).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::origin::{BASE_URL, Origin, trusted};
use crate::secret::SecretText;

/// The characters that never need escaping.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What stands unescaped in a query value: the unreserved characters, and the three that Brightpearl's own
/// filters are full of. Everything else is escaped, `+` above all (API notes §4.3).
const QUERY_VALUE: &AsciiSet = &UNRESERVED.remove(b',').remove(b'/').remove(b':');

/// What stands unescaped in a path: unreserved characters, separators, and those that id sets and
/// wildcards use.
const PATH: &AsciiSet = &QUERY_VALUE.remove(b'*').remove(b'@');

/// The same where escapes stand already.
const ESCAPED_PATH: &AsciiSet = &PATH.remove(b'%');

/// What stands before the account in paths (API notes §1.1).
const PUBLIC_API: &str = "public-api";

/// The same for the few paths of the third version.
const API_V3: &str = "api-v3";

/// The datacentres by code, with the host that serves each. The older hosts stand in many
/// configurations and in OAuth answers, so their names work as well.
const DATACENTRES: [(&str, &str); 7] = [
    ("euw1", "euw1.brightpearlconnect.com"),
    ("use1", "use1.brightpearlconnect.com"),
    ("ws-eu1", "ws-eu1.brightpearl.com"),
    ("ws-eu2", "ws-eu2.brightpearl.com"),
    ("ws-use", "ws-use.brightpearl.com"),
    ("ws-usw", "ws-usw.brightpearl.com"),
    ("ws-ap1", "ws-ap1.brightpearl.com"),
];

/// What stands before a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prefix {
    /// `/public-api/{account}/`, as nearly everywhere (API notes §1.2).
    PublicApi,
    /// `/api-v3/{account}/` (§8.6).
    ApiV3,
    /// `/`: the path names the account itself, or needs none.
    Host,
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Location {
    /// A datacentre code such as `euw1` or `use1`.
    Datacentre(String),
    /// A base URL such as `http://127.0.0.1:8080`: an emulator, a proxy, or the `api_domain` of an OAuth
    /// answer. Plain `http` is refused except for the loopback host.
    BaseUrl(String),
}

/// Refuses a base that has the API's own prefix already, as addresses that are copied from somewhere have.
fn check_prefix(base: &str) -> Result<()> {
    let prefixes = [PUBLIC_API, API_V3];
    let is_prefix = |step: &&str| prefixes.iter().any(|prefix| step.eq_ignore_ascii_case(prefix));
    let Some(step) = base.split('/').find(is_prefix) else { return Ok(()) };
    let message = format!(
        "/{step} stands in {base:?}, and is added with the account to every request; expected only what stands \
         before it, and what stands behind it as `account`"
    );
    Err(Error::validation("base_url", message))
}

/// Whether a text can be an account code, which stands in every path as it is.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `account`.
pub(crate) fn check_code(account: &str) -> Result<()> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if account.is_empty() {
        return Err(Error::validation(
            "account",
            "the account code is empty; expected the code that stands in the address of your Brightpearl login",
        ));
    }
    if !account.bytes().all(legal) || account.starts_with('.') {
        return Err(Error::validation(
            "account",
            format!(
                "the account code {account:?} has an invalid character; expected letters, digits, `-`, `_` and `.`"
            ),
        ));
    }
    Ok(())
}

/// A checked account at a checked place: builds URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountAddress {
    account: String,
    /// What stands before every path.
    base: String,
    /// Who reads what is sent there.
    origin: Origin,
    /// What stands before the paths of the public API, which nearly all are.
    public: String,
}

impl AccountAddress {
    /// Checks the account code and the place.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `account`, `datacentre` or `base_url`.
    pub fn new(account: &str, location: &Location) -> Result<Self> {
        check_code(account)?;
        let base = match location {
            Location::Datacentre(code) => datacentre_origin(code)?,
            Location::BaseUrl(url) => url.clone(),
        };
        let origin = BASE_URL.check(&base)?;
        check_prefix(&base)?;
        Ok(Self::at(account.to_owned(), base.trim_end_matches('/').to_owned(), origin))
    }

    fn at(account: String, base: String, origin: Origin) -> Self {
        let public = format!("{base}/{PUBLIC_API}/{account}/");
        Self { account, base, origin, public }
    }

    /// The same account on the host that a token answer, or stored tokens, name: `None` when that is neither
    /// Brightpearl's own nor one that the configuration names as `base_url` or, with `token_url`, for tokens.
    pub(crate) fn with_domain(&self, domain: &str, token_url: Option<&Origin>) -> Option<Self> {
        let named: Vec<&Origin> = std::iter::once(&self.origin).chain(token_url).collect();
        let origin = trusted(domain, &named)?;
        // The configured host keeps the path that stands before the account.
        let base = if origin == self.origin { self.base.clone() } else { origin.text() };
        Some(Self::at(self.account.clone(), base, origin))
    }

    /// Where tokens are fetched with a login (API notes §2.1): outside the API's own prefix.
    pub(crate) fn login_url(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.base, self.account)
    }

    /// The account code.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The absolute URL of a path below a prefix, such as `order-service/order/1` below the public API's. The
    /// query comes ready-made from [`Query`].
    pub(crate) fn url(&self, prefix: Prefix, path: &str, query: &str) -> String {
        let (base, account) = (&self.base, &self.account);
        let before: Cow<'_, str> = match prefix {
            Prefix::PublicApi => self.public.as_str().into(),
            Prefix::ApiV3 => format!("{base}/{API_V3}/{account}/").into(),
            Prefix::Host => format!("{base}/").into(),
        };
        let separator = if query.is_empty() {
            ""
        } else if path.contains('?') {
            "&"
        } else {
            "?"
        };
        let mut url = String::with_capacity(before.len() + path.len() + 1 + query.len());
        for part in [&before, path, separator, query] {
            url.push_str(part);
        }
        url
    }
}

fn datacentre_origin(code: &str) -> Result<String> {
    let known = DATACENTRES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code));
    known.map(|(_, host)| format!("https://{host}")).ok_or_else(|| {
        let codes: Vec<&str> = DATACENTRES.iter().map(|(code, _)| *code).collect();
        Error::validation(
            "datacentre",
            format!("there is no datacentre {code:?}; expected one of {}, or a base URL", codes.join(", ")),
        )
    })
}

/// Builds a query string, escaping names and values.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// Wiped when it is dropped: the form of a login is one.
    text: SecretText,
    stands: &'static AsciiSet,
}

impl Default for Query {
    fn default() -> Self {
        Self { text: SecretText::default(), stands: QUERY_VALUE }
    }
}

impl Query {
    /// One that escapes all but unreserved characters, as OAuth's forms want it.
    pub(crate) fn strict() -> Self {
        Self { text: SecretText::default(), stands: UNRESERVED }
    }

    /// Adds `name=value`.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        if !self.as_str().is_empty() {
            self.text.push_str("&");
        }
        utf8_percent_encode(name, self.stands).for_each(|part| self.text.push_str(part));
        self.text.push_str("=");
        utf8_percent_encode(value, self.stands).for_each(|part| self.text.push_str(part));
    }

    /// The finished text, without a leading `?`.
    pub(crate) fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// The finished text as the body of a request, which wipes it.
    pub(crate) fn into_body(self) -> Vec<u8> {
        self.text.take().into_bytes()
    }
}

/// The bytes of a path: twice what servers take, id sets included.
pub(crate) const PATH_BYTES: usize = 16_000;

/// Checks and escapes a path below the account, so that it can neither leave the account nor carry the
/// credentials to another host.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `path`.
pub(crate) fn checked_path(path: &str) -> Result<String> {
    if path.len() > PATH_BYTES {
        let message = format!("the path has {} bytes; expected at most {PATH_BYTES}", path.len());
        return Err(Error::validation("path", message));
    }
    let relative = path.trim_start_matches('/');
    let refuse = |why: &str| {
        Err(Error::validation(
            "path",
            format!("{why} in {path:?}; expected something like order-service/order/1"),
        ))
    };
    if relative.is_empty() {
        return refuse("there is no path");
    }
    if relative.contains("://") {
        return refuse("a whole URL stands where a path below the account belongs");
    }
    if relative.contains(['?', '#']) {
        return refuse("there is a query or fragment (give the query on its own)");
    }
    if relative.split('/').next().is_some_and(|first| first.eq_ignore_ascii_case(PUBLIC_API)) {
        return refuse("public-api and the account's code, which are put before every path, stand once more");
    }
    if relative.split('/').any(|segment| segment == "." || segment == "..") {
        return refuse("a dot segment would leave the account");
    }
    if relative.chars().any(|character| character.is_control() || character == '\\') {
        return refuse("there is a control character or backslash");
    }
    // A segment whose escapes are right was escaped by whoever put it together, and is not escaped again.
    let is_hidden = |segment: &str| {
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        decoded == "." || decoded == ".."
    };
    let mut escaped = String::with_capacity(relative.len());
    for (place, segment) in relative.split('/').enumerate() {
        if place > 0 {
            escaped.push('/');
        }
        if !segment.contains('%') || !is_escaped(segment) {
            escaped.extend(utf8_percent_encode(segment, PATH));
        } else if is_hidden(segment) {
            return refuse("a dot segment would leave the account");
        } else {
            escaped.extend(utf8_percent_encode(segment, ESCAPED_PATH));
        }
    }
    Ok(escaped)
}

/// Whether every `%` begins an escape.
pub(crate) fn is_escaped(text: &str) -> bool {
    let is_escape = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    text.split('%').skip(1).all(is_escape)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(location: Location) -> Result<AccountAddress> {
        AccountAddress::new("acme", &location)
    }

    #[test]
    fn builds_urls_below_the_account() {
        let address = at(Location::Datacentre("use1".into())).unwrap();
        assert_eq!(
            address.url(Prefix::PublicApi, "order-service/order-search", "orderTypeId=1"),
            "https://use1.brightpearlconnect.com/public-api/acme/order-service/order-search?orderTypeId=1"
        );
        let local = at(Location::BaseUrl("http://127.0.0.1:8080/".into())).unwrap();
        assert_eq!(
            local.url(Prefix::PublicApi, "order-service/order/1", ""),
            "http://127.0.0.1:8080/public-api/acme/order-service/order/1"
        );
        assert_eq!(
            local.url(Prefix::ApiV3, "pricing/customer/4/product-price/7", ""),
            "http://127.0.0.1:8080/api-v3/acme/pricing/customer/4/product-price/7"
        );
        assert_eq!(
            local.url(Prefix::Host, "developer-tools/dev/account-location/acme", "a=b"),
            "http://127.0.0.1:8080/developer-tools/dev/account-location/acme?a=b"
        );
    }

    #[test]
    fn refuses_what_would_leak_or_miss() {
        let cases = [
            (Location::Datacentre("mars1".into()), "datacentre"),
            (Location::BaseUrl("http://api.example.com".into()), "base_url"),
            (Location::BaseUrl("ftp://127.0.0.1".into()), "base_url"),
            (Location::BaseUrl("https://user:pass@example.com".into()), "base_url"),
            (Location::BaseUrl("https://".into()), "base_url"),
            (Location::BaseUrl("not a url".into()), "base_url"),
            (Location::BaseUrl("https://use1.brightpearlconnect.com/public-api/acme/".into()), "base_url"),
            (Location::BaseUrl("http://127.0.0.1:8080/Public-API".into()), "base_url"),
            (Location::BaseUrl("https://example.com/base/api-v3/acme".into()), "base_url"),
            (Location::BaseUrl("http://127.0.0.1.example.com".into()), "base_url"),
        ];
        for (location, field) in cases {
            let error = at(location.clone()).expect_err(&format!("{location:?}"));
            assert_eq!(error.location(), Some(field), "{location:?}");
            assert!(!error.to_string().contains("pass@"));
        }
        for loopback in [
            "http://localhost:1",
            "http://[::1]:1",
            "http://127.9.9.9",
            "https://example.com/base/my-public-api",
        ] {
            assert!(at(Location::BaseUrl(loopback.into())).is_ok(), "{loopback}");
        }
        for account in ["", "a/b", "a b", "..", "ä"] {
            let error = AccountAddress::new(account, &Location::Datacentre("euw1".into())).unwrap_err();
            assert_eq!(error.location(), Some("account"));
        }
    }

    #[test]
    fn escapes_queries_and_paths() {
        let mut query = Query::default();
        query.push("updatedOn", "2026-01-01T00:00:00+01:00/");
        query.push("customerRef", "#1 & Söhne");
        assert_eq!(
            query.as_str(),
            "updatedOn=2026-01-01T00:00:00%2B01:00/&customerRef=%231%20%26%20S%C3%B6hne"
        );
        assert_eq!(checked_path("/order-service/order/1,2").unwrap(), "order-service/order/1,2");
        assert_eq!(checked_path("a/*/b c").unwrap(), "a/*/b%20c");
        assert_eq!(checked_path("a/1%2C2/%2F").unwrap(), "a/1%2C2/%2F");
        assert_eq!(checked_path("a/%252F/é%20").unwrap(), "a/%252F/%C3%A9%20");
        assert_eq!(checked_path("a/100%/5%2").unwrap(), "a/100%25/5%252");
        for path in [
            "",
            "/",
            "https://evil.example/x",
            "a/../b",
            "a/%2e%2E/b",
            "a?b=c",
            "a\nb",
            "a\\b",
            "/public-api/acme/order-service/order/1",
        ] {
            assert_eq!(checked_path(path).unwrap_err().location(), Some("path"), "{path}");
        }
    }
}
