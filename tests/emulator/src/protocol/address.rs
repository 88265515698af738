//! The parts of a URL (API notes §1.2).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The prefixes of the API: the present one, and the version number that it had before.
const PREFIXES: [&str; 2] = ["public-api", "2.0.0"];

/// The prefix of newer resources, of which one is known (API notes §8.6).
const NEWER_PREFIX: &str = "api-v3";

/// A URL taken apart. Everything is decoded; empty path segments are gone, so that a trailing or a
/// double slash makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestAddress {
    /// Scheme and host, when the URL was absolute.
    pub(crate) origin: Option<String>,
    /// The path as it stood in the URL, without the query.
    pub(crate) path: String,
    /// The account code, when the path begins as one of the API does.
    pub(crate) account: Option<String>,
    /// The segments behind the account: the service, then the resource. Behind the prefix `api-v3` the first
    /// of them has that prefix before it: `api-v3:pricing`.
    pub(crate) segments: Vec<String>,
    /// The segments of a path that does not begin as one of the API does: logins, OAuth, developer tools.
    pub(crate) elsewhere: Vec<String>,
    pub(crate) query: Query,
}

/// Query parameters in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// As it stood in the URL.
    pub(crate) text: String,
    pairs: Vec<(String, String)>,
}

impl RequestAddress {
    /// Takes an absolute URL, or a path alone, apart. Any text has an address; one that is not a path of
    /// the API has no account.
    pub(crate) fn parse(url: &str) -> Self {
        let without_fragment = url.split_once('#').map_or(url, |(before, _)| before);
        let (location, query) = without_fragment.split_once('?').unwrap_or((without_fragment, ""));
        let (origin, path) = match location.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
                (Some(format!("{scheme}://{host}")), path)
            }
            None => (None, location),
        };
        let mut segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|text| decode(text).into_owned())
            .collect();
        let mut address = Self {
            origin,
            path: path.to_owned(),
            account: None,
            segments: Vec::new(),
            elsewhere: Vec::new(),
            query: Query::parse(query),
        };
        let prefix = segments.first().map_or("", String::as_str);
        let is_newer = prefix == NEWER_PREFIX;
        // Elsewhere the segments mean something else, and must not be taken for a resource.
        if segments.len() < 2 || !(is_newer || PREFIXES.contains(&prefix)) {
            address.elsewhere = segments;
            return address;
        }
        address.segments = segments.split_off(2);
        address.account = segments.pop();
        if let Some(service) = address.segments.first_mut().filter(|_| is_newer) {
            *service = format!("{NEWER_PREFIX}:{service}");
        }
        address
    }

    /// The address that a message of a multi-message names: below the account, from the service on.
    pub(crate) fn of_message(uri: &str) -> Self {
        Self::parse(&format!("/{}/-/{uri}", PREFIXES[0]))
    }
}

impl Query {
    /// Reads a query, or a form in a body.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // A form's encoding: an unescaped plus is a space, so a date's offset must be sent as %2B.
            let read = |part: &str| decode(&part.replace('+', " ")).into_owned();
            (read(name), read(value))
        });
        Self { text: text.to_owned(), pairs: pairs.collect() }
    }

    /// The last value of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.iter().filter(|(candidate, _)| *candidate == name).map(|(_, value)| value).last()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a comma-separated list of that name has the item.
    pub(crate) fn lists(&self, name: &str, item: &str) -> bool {
        self.get(name).is_some_and(|list| list.split(',').any(|candidate| candidate.trim() == item))
    }
}

fn decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_slashes_and_escapes() {
        for url in [
            "https://ws-use.brightpearl.com/public-api/demo/order-service/order/1,2",
            "/public-api/demo/order-service/order/1%2C2",
            "http://127.0.0.1:8080//2.0.0/demo//order-service/order/1,2/?#top",
        ] {
            let address = RequestAddress::parse(url);
            assert_eq!(address.account.as_deref(), Some("demo"), "{url}");
            assert_eq!(address.segments, ["order-service", "order", "1,2"], "{url}");
        }
        assert_eq!(RequestAddress::parse("https://host").account, None);
        let elsewhere = RequestAddress::parse("/elsewhere/order-service/order/1");
        assert_eq!((elsewhere.account, elsewhere.segments), (None, Vec::new()));
        assert_eq!(elsewhere.elsewhere, ["elsewhere", "order-service", "order", "1"]);
        assert_eq!(RequestAddress::parse("/public-api").account, None);
        assert_eq!(RequestAddress::parse("").segments, Vec::<String>::new());
    }

    #[test]
    fn origins_messages_and_the_newer_prefix() {
        let newer = RequestAddress::parse("https://ws-use.brightpearl.com/api-v3/demo/pricing/customer/7");
        assert_eq!(newer.origin.as_deref(), Some("https://ws-use.brightpearl.com"));
        assert_eq!(newer.account.as_deref(), Some("demo"));
        assert_eq!(newer.segments, ["api-v3:pricing", "customer", "7"]);
        let message = RequestAddress::of_message("/order-service/order/7/row?x=1");
        assert_eq!(message.segments, ["order-service", "order", "7", "row"]);
        assert_eq!(message.query.get("x"), Some("1"));
        assert_eq!(RequestAddress::parse("/demo/authorise").elsewhere, ["demo", "authorise"]);
    }

    #[test]
    fn queries_are_forms() {
        let query = RequestAddress::parse("/x?a=1+2&b=%2B%C3%A9&c&a=3&columns=x,%20y").query;
        assert_eq!(query.get("a"), Some("3"));
        assert_eq!(query.get("b"), Some("+é"));
        assert_eq!(query.get("c"), Some(""));
        assert_eq!(query.get("d"), None);
        assert!(query.lists("columns", "y") && !query.lists("columns", "z"));
    }
}
