//! What one call does otherwise than its client.

use serde::Deserialize;

use super::Call;
use crate::account::Query;
use crate::error::{Error, Result};
use crate::header::{check_against, check_header};
use crate::http::Request;
use crate::json::json_error;
use crate::retry::RetryPolicy;

/// What one call does otherwise than its client: see [`Call::adjust`]. Logins are never adjusted, since other calls use
/// them, too.
///
/// ```
/// use brightpearl_core::CallAdjustment;
///
/// let adjustment = CallAdjustment::from_json(r#"{"max_attempts": 1, "headers": [["x-trace", "7"]]}"#)?;
/// assert_eq!(adjustment.max_attempts, Some(1));
/// # Ok::<(), brightpearl_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallAdjustment {
    /// Attempts at one request, the first included, instead of [`RetryPolicy::max_attempts`].
    pub max_attempts: Option<u32>,
    /// Header lines of every request. One that the request has by itself stays as it is.
    pub headers: Vec<(String, String)>,
    /// Query parameters of every request, unescaped, behind its own.
    pub query: Vec<(String, String)>,
}

impl CallAdjustment {
    /// Reads an adjustment from its JSON.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) with the line and column of what is wrong.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| json_error("adjustment", &error))
    }
}

impl Call {
    /// Has this call try more or less often than its client does, and puts more into its requests. Replaces what an
    /// earlier adjustment said; a checkpoint does not have it.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `max_attempts`, `extra_headers` or `extra_query`. The call then
    /// stays as it was.
    pub fn adjust(&mut self, adjustment: CallAdjustment) -> Result<()> {
        if adjustment.max_attempts == Some(0) {
            let message = "0 attempts would never send; expected at least 1";
            return Err(Error::validation("max_attempts", message));
        }
        for (name, value) in &adjustment.headers {
            check_header(name, value).map_err(|error| error.at("extra_headers"))?;
        }
        check_against(&adjustment.headers, self.shared.session.token_header().as_deref())
            .map_err(|error| error.at("extra_headers"))?;
        if adjustment.query.iter().any(|(name, _)| name.is_empty()) {
            return Err(Error::validation("extra_query", "a parameter has an empty name; expected its name"));
        }
        self.adjustment = adjustment;
        Ok(())
    }

    /// How often and how patiently this call tries again.
    pub(super) fn retry_policy(&self) -> RetryPolicy {
        let policy = self.shared.config.retry.clone();
        let max_attempts = self.adjustment.max_attempts.unwrap_or(policy.max_attempts);
        RetryPolicy { max_attempts, ..policy }
    }

    /// Puts into a request what it has more than the job wants.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `extra_query` for a parameter that the request has already: two
    /// of a name would mean whatever the server makes of them.
    pub(super) fn adjusted(&self, mut request: Request) -> Result<Request> {
        for (name, value) in &self.adjustment.headers {
            if request.headers.get(name).is_none() {
                request.headers.push(name.clone(), value.clone());
            }
        }
        let mut query = Query::default();
        let own = request.url.split_once('?').map(|(_, own)| own);
        for (name, value) in &self.adjustment.query {
            let mut alone = Query::default();
            alone.push(name, "");
            let taken = |pair: &str| pair.split('=').next() == alone.as_str().split('=').next();
            if own.is_some_and(|own| own.split('&').any(taken)) {
                let message = format!("the request has a parameter {name:?} of its own; expected another");
                return Err(Error::validation("extra_query", message));
            }
            query.push(name, value);
        }
        if !query.as_str().is_empty() {
            request.url.push(if own.is_some() { '&' } else { '?' });
            request.url.push_str(query.as_str());
        }
        Ok(request)
    }
}
