//! HTTP messages as plain data. The host transmits a [`Request`] however it likes and hands the
//! [`Response`] back; nothing in here opens a socket.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// The verbs that the Brightpearl API knows (API notes §1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads a resource, a search or its meta-data.
    Get,
    /// Asks for the URIs that read an id set in legal chunks (§1.4).
    Options,
    /// Creates; never repeated when the outcome of an earlier attempt is unknown.
    Post,
    /// Updates or replaces.
    Put,
    /// Applies a JSON Patch.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// Every verb, for tables and tests.
    pub const ALL: [Method; 6] =
        [Method::Get, Method::Options, Method::Post, Method::Put, Method::Patch, Method::Delete];

    /// The verb as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Options => "OPTIONS",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    /// Whether the verb only reads, so that repeating it can change nothing.
    pub fn is_read(self) -> bool {
        matches!(self, Method::Get | Method::Options)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = ();

    /// Reads a verb in any case.
    fn from_str(text: &str) -> Result<Self, ()> {
        Method::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text)).ok_or(())
    }
}

/// Header lines in order, with names kept as given and looked up without regard to case. Values are overwritten in
/// memory when they are dropped, since credentials are among them.
#[derive(Clone, Default)]
pub struct Headers(Vec<Line>);

#[derive(Clone)]
struct Line {
    name: Cow<'static, str>,
    value: Zeroizing<String>,
    /// Whether the value is known to be a credential, whatever the name.
    is_credential: bool,
}

impl Headers {
    /// Where servers and what stands before them name a request, the surest first: `Ruid` is Brightpearl's own (API notes
    /// §1.7).
    pub const REQUEST_IDS: [&'static str; 7] = [
        "ruid",
        "x-request-id",
        "request-id",
        "x-correlation-id",
        "x-amzn-requestid",
        "x-amz-cf-id",
        "cf-ray",
    ];

    /// No lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line behind the others.
    pub fn push(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.0.push(Line { name: name.into(), value: Zeroizing::new(value.into()), is_credential: false });
    }

    /// Adds a line whose value is a credential: never shown, also where the name does not tell.
    pub(crate) fn push_credential(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.0.push(Line { name: name.into(), value: Zeroizing::new(value.into()), is_credential: true });
    }

    /// The value of the first line of that name, whatever its case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The lines in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|line| (line.name.as_ref(), line.value.as_str()))
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a header of this name may carry a credential, so that its value is not to be shown. It may unless it is
    /// known for something else: an application's login names the header of its token itself, and no name that this
    /// function clears can be named there.
    ///
    /// ```
    /// use brightpearl_core::Headers;
    ///
    /// assert!(Headers::is_secret("brightpearl-account-token") && Headers::is_secret("X-Of-Our-Own"));
    /// assert!(!Headers::is_secret("Content-Type") && !Headers::is_secret("brightpearl-requests-remaining"));
    /// ```
    pub fn is_secret(name: &str) -> bool {
        !HARMLESS.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Whether a header of this name says by its name that it carries a credential.
    pub(crate) fn names_credential(name: &str) -> bool {
        const WORDS: [&str; 8] =
            ["token", "auth", "secret", "password", "api-key", "apikey", "session", "cookie"];
        let lower = name.to_ascii_lowercase();
        WORDS.iter().any(|word| lower.contains(word))
    }
}

/// The headers that are known to carry no credential. Not among them are those with addresses, such as `Location`,
/// whose query may have one.
const HARMLESS: [&str; 64] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "allow",
    "alt-svc",
    "brightpearl-app-ref",
    "brightpearl-dev-ref",
    "brightpearl-next-throttle-period",
    "brightpearl-requests-remaining",
    "cache-control",
    "cf-ray",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-range",
    "content-security-policy",
    "content-type",
    "date",
    "etag",
    "expect",
    "expires",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "last-modified",
    "max-forwards",
    "message-type",
    "pragma",
    "prefer",
    "range",
    "request-id",
    "retry-after",
    "ruid",
    "server",
    "strict-transport-security",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "via",
    "warning",
    "x-amz-cf-id",
    "x-amzn-requestid",
    "x-content-type-options",
    "x-correlation-id",
    "x-frame-options",
    "x-powered-by",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-request-id",
    "x-trace",
    "x-trace-id",
];

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(lines: I) -> Self {
        let mut headers = Self::new();
        for (name, value) in lines {
            headers.push(Cow::Owned(name.into()), value);
        }
        headers
    }
}

impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Headers {}

/// Shows names and values, with credentials blanked.
impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|Line { name, value, is_credential }| {
            (name, if *is_credential || Self::is_secret(name) { "[redacted]" } else { value.as_str() })
        });
        formatter.debug_map().entries(shown).finish()
    }
}

/// A request for the host to transmit, complete: no header needs adding but what the host's own HTTP
/// stack adds (`Host`, `Content-Length`, `Accept-Encoding`, `User-Agent`). Headers and body are overwritten in memory
/// when the request is dropped, since logins are requests too; what a host copies out of it is the host's to wipe.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// The absolute URL, already percent-encoded.
    pub url: String,
    /// Header lines, credentials among them: do not log them other than through `Debug`.
    pub headers: Headers,
    /// The body; empty means none.
    pub body: Vec<u8>,
}

impl Drop for Request {
    fn drop(&mut self) {
        self.body.zeroize();
    }
}

/// Shows the length of the body, not its content, which is customers' data.
impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// What the server answered, as the host received it, with the body decompressed.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header lines.
    pub headers: Headers,
    /// The body as received.
    pub body: Vec<u8>,
}

impl Response {
    /// A response without headers, as tests and fake transports need it.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Headers::new(), body: body.into() }
    }

    /// Adds a header line.
    pub fn with_header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push(name, value);
        self
    }
}

/// Shows the length of the body, not its content, which is customers' data.
impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
