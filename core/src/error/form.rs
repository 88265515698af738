//! The JSON form of an error, which is the same in every host.

use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Delivery, Error, Kind, RequestSummary, ServerError, Verification, Violation};

/// What an error says. A member that says nothing (absent, empty or `false`) is left out, so that a new one changes no
/// error that does not have it.
#[derive(serde::Serialize)]
struct Said<'e> {
    kind: Kind,
    message: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'e str>,
    delivery: Delivery,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'e [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'e RequestSummary>,
    advice: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    retryable: bool,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    violations: &'e [Violation],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    verifications: &'e [Verification],
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Box<RawValue>>,
}

/// As a JSON object that leaves out what is absent, empty or `false`. `kind`, `message`, `delivery` and `advice` are
/// always there.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let said = Said {
            kind: self.kind(),
            message: self.message(),
            location: self.location(),
            delivery: self.delivery(),
            status: self.status(),
            errors: self.errors(),
            retry_after: self.retry_after(),
            request: self.request(),
            advice: self.advice(),
            retryable: self.is_retryable(),
            violations: self.violations(),
            verifications: self.verifications(),
            progress: self.progress().and_then(|json| RawValue::from_string(json.to_owned()).ok()),
        };
        said.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::{Fault, Severity};
    use crate::http::Method;

    #[test]
    fn what_an_error_does_not_have_is_left_out() {
        let error = Error::new(Kind::Misuse, "the call is over");
        let expected = json!({
            "kind": "misuse",
            "message": "the call is over",
            "delivery": "not-sent",
            "advice": Kind::Misuse.advice(),
        });
        assert_eq!(json!(error), expected);
    }

    #[test]
    fn what_an_error_has_is_there() {
        let request = RequestSummary { method: Method::Get, url: "https://example.com/".to_owned() };
        let entry = ServerError { code: String::new(), message: "later".to_owned() };
        let violation = Violation {
            pointer: String::new(),
            severity: Severity::Warning,
            fault: Fault::Idle,
            found: String::new(),
            expected: String::new(),
        };
        let verification = Verification::Read { path: "order/1".to_owned(), compare: String::new() };
        let full = Error::new(Kind::Throttled, "")
            .at("")
            .with_status(503)
            .with_errors(vec![entry])
            .with_retry_after(Some(0))
            .with_request(request)
            .with_violations(vec![violation])
            .with_verifications(vec![verification]);
        let progressed = full.clone().with_progress(r#"{"orderId":1.50}"#.to_owned());
        let expected = json!({
            "kind": "throttled",
            "message": "",
            "location": "",
            "delivery": "not-sent",
            "status": 503,
            "errors": [{ "code": "", "message": "later" }],
            "retry_after": 0,
            "request": { "method": "GET", "url": "https://example.com/" },
            "advice": Kind::Throttled.advice(),
            "retryable": true,
            "violations": [{ "pointer": "", "severity": "warning", "fault": "idle", "found": "", "expected": "" }],
            "verifications": [{ "type": "read", "path": "order/1", "compare": "" }],
        });
        assert_eq!(json!(full), expected);
        let text = serde_json::to_string(&progressed).unwrap();
        assert!(text.ends_with(r#","progress":{"orderId":1.50}}"#) && !text.contains("retryable"), "{text}");
    }
}
