//! Answers: bodies, refusals, and the headers that both carry (API notes §1.7, §3).

use brightpearl_core::{Headers, Method, Response};
use serde::Serialize;

use super::json;
use super::moment::http_date;
use crate::throttle::Admission;

/// A body for status 200, or a refusal.
pub(crate) type Answer = Result<Vec<u8>, Refusal>;

/// Why a request is not carried out: a status and the body that says so.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Set where the answer does not name the message of the route.
    pub(crate) message_type: Option<&'static str>,
}

#[derive(Serialize)]
struct Envelope<T> {
    response: T,
}

#[derive(Serialize)]
struct Errors<'a> {
    errors: &'a [CodedError<'a>],
}

/// One of the errors of a refusal.
#[derive(Serialize)]
pub(crate) struct CodedError<'a> {
    pub(crate) code: &'a str,
    pub(crate) message: &'a str,
}

/// `{"response": value}`.
pub(crate) fn response<T: Serialize>(value: T) -> Answer {
    object(&Envelope { response: value })
}

/// `{}`: carried out, nothing to say.
pub(crate) fn nothing() -> Answer {
    Ok(b"{}".to_vec())
}

/// A whole body.
pub(crate) fn object<T: Serialize>(value: &T) -> Answer {
    json::write(value).map_err(|_| Refusal::coded(500, "CMNU-003", "Internal Server Error"))
}

impl Refusal {
    /// `{"errors": [{"code", "message"}]}`.
    pub(crate) fn coded(status: u16, code: &str, message: &str) -> Self {
        Self::several(status, &[CodedError { code, message }])
    }

    /// Several errors at once, as validation collects them.
    pub(crate) fn several(status: u16, errors: &[CodedError<'_>]) -> Self {
        let body = json::write(&Errors { errors }).unwrap_or_default();
        Self { status, body, message_type: None }
    }

    /// Status 207: carried out for some of the records that were asked for, and not for all.
    pub(crate) fn in_part(body: Vec<u8>) -> Self {
        Self { status: 207, body, message_type: None }
    }

    /// Whether something was carried out all the same.
    pub(crate) fn is_in_part(&self) -> bool {
        self.status == 207
    }

    /// The empty-list answer of a resource, or the answer to an unknown URI.
    pub(crate) fn not_found(message: &str) -> Self {
        Self::coded(404, "CMNC-404", message)
    }

    /// What the gateway says by itself: text in place of a response.
    pub(crate) fn by_gateway(status: u16, text: &str) -> Self {
        let body = json::write(&Envelope { response: text }).unwrap_or_default();
        Self { status, body, message_type: Some("api-proxy") }
    }
}

/// What the headers of an answer are made of.
pub(crate) struct Stamp<'a> {
    pub(crate) method: Method,
    pub(crate) now_ms: u64,
    pub(crate) message_type: &'a str,
    pub(crate) request_id: &'a str,
    /// The state of the pool; what does not draw on one does not speak of it.
    pub(crate) admission: Option<Admission>,
    /// The installation of the OAuth app that asks.
    pub(crate) instance: Option<u32>,
}

/// Puts the headers on a body, in the order in which recordings have them.
pub(crate) fn stamped(status: u16, body: Vec<u8>, stamp: &Stamp<'_>) -> Response {
    let mut headers = Headers::new();
    headers.push("Date", http_date(stamp.now_ms));
    headers.push("Content-Type", "application/json;charset=UTF-8");
    let caching =
        [("Cache-Control", "no-cache, must-revalidate"), ("Expires", "Mon, 20 Dec 1998 01:00:00 GMT")];
    let naming = [("Message-Type", stamp.message_type), ("Ruid", stamp.request_id)];
    let lines = match stamp.method {
        Method::Get | Method::Options | Method::Put | Method::Patch | Method::Delete => {
            [caching[0], caching[1], naming[0], naming[1]]
        }
        Method::Post => [naming[0], naming[1], caching[1], caching[0]],
    };
    for (name, value) in lines {
        headers.push(name, value);
    }
    headers.push("Pragma", "no-cache");
    if let Some(instance) = stamp.instance {
        headers.push("Brightpearl-Installed-Integration-Instance-Id", instance.to_string());
    }
    if let Some(admission) = stamp.admission {
        headers.push("Brightpearl-Next-Throttle-Period", admission.next_period_ms.to_string());
        headers.push("Brightpearl-Requests-Remaining", admission.remaining.to_string());
    }
    headers.push("Strict-Transport-Security", "max-age=15724800");
    Response { status, headers, body }
}

/// An answer of the OAuth server, which has headers and an encoder of its own (API notes §2.6).
pub(crate) fn oauth<T: Serialize>(status: u16, body: &T, now_ms: u64) -> Response {
    Response::new(status, serde_json::to_vec(body).unwrap_or_default())
        .with_header("Date", http_date(now_ms))
        .with_header("Content-Type", "application/json;charset=UTF-8")
        .with_header("Vary", "X-Forwarded-Proto")
        .with_header("Cache-Control", "no-cache, private")
        .with_header("Strict-Transport-Security", "max-age=15724800")
}

/// An answer that did not come from Brightpearl but from something in front of it.
pub(crate) fn page(status: u16, title: &str, now_ms: u64) -> Response {
    let body = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    Response::new(status, body)
        .with_header("Date", http_date(now_ms))
        .with_header("Content-Type", "text/html")
}
