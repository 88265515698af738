//! The transport of the Rust host: `ureq`, and what its failures mean for the request.

use std::io::ErrorKind;
use std::time::Duration;

use brightpearl_core::{Request, Response, TransportFailure};
use ureq::{Agent, Error, Timeout, http};

/// An HTTP client that keeps connections open, follows no redirect (the credentials would go along) and
/// leaves every status to the engine.
#[derive(Clone, Debug)]
pub struct Transport(Agent);

impl Default for Transport {
    fn default() -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .build();
        Self(config.new_agent())
    }
}

impl Transport {
    /// Transmits a request.
    ///
    /// # Errors
    /// Whether anything may have been sent, with the transport's own words.
    pub fn transmit(&self, request: &Request) -> Result<Response, TransportFailure> {
        let mut builder = http::Request::builder().method(request.method.as_str()).uri(&request.url);
        for (name, value) in request.headers.iter() {
            builder = builder.header(name, value);
        }
        let not_sent = |error: http::Error| TransportFailure::NotSent(error.to_string());
        let answer = if request.body.is_empty() {
            self.0.run(builder.body(()).map_err(not_sent)?)
        } else {
            self.0.run(builder.body(request.body.as_slice()).map_err(not_sent)?)
        };
        let mut answer = answer.map_err(|error| failure(&error))?;
        let body = answer.body_mut().with_config().limit(1 << 30).read_to_vec().map_err(|error| {
            // The answer began, so the request arrived.
            TransportFailure::MaybeSent(error.to_string())
        })?;
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        Ok(Response { status: answer.status().as_u16(), headers, body })
    }
}

/// What surely happened before the first byte went out is "not sent"; all else may have been. What is configured
/// wrongly is not tried again.
fn failure(error: &Error) -> TransportFailure {
    let text = error.to_string();
    let not_sent = match error {
        Error::BadUri(_) | Error::Http(_) | Error::InvalidProxyUrl => {
            return TransportFailure::Unsendable(text);
        }
        Error::HostNotFound | Error::ConnectionFailed | Error::Tls(_) => true,
        Error::Timeout(timeout) => matches!(timeout, Timeout::Resolve | Timeout::Connect),
        Error::Io(error) => {
            matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::AddrNotAvailable)
        }
        _ => false,
    };
    if not_sent { TransportFailure::NotSent(text) } else { TransportFailure::MaybeSent(text) }
}
