//! From an HTTP answer to what it means: success, or an error with its delivery state and whether a
//! repetition may help (API notes §3.3, §5; design of the delivery states in ARCHITECTURE.md).

mod cached;

use crate::envelope::{FailedAnswer, begins_success};
use crate::error::{Delivery, Error, Kind, ServerError};
use crate::http::{Headers, Response};
use crate::retry::Class;
use crate::secret::{Secret, wipe_stack, written};

pub(crate) use cached::check as check_fresh;

/// The longest wait that an error tells of in milliseconds: a week. Every host's timer takes it, and whoever asks for
/// more may be asked again then.
const LONGEST_TOLD_MS: u64 = 604_800_000;

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    pub(crate) class: Class,
}

impl Failed {
    fn new(kind: Kind, message: impl Into<String>, delivery: Delivery, class: Class) -> Self {
        Self { error: Error::new(kind, message).with_delivery(delivery), class }
    }
}

/// Says whether the answer is a success, and if not, what it is.
pub(crate) fn classify(response: &Response, max_body: usize) -> Result<(), Failed> {
    let success = (200..300).contains(&response.status);
    if response.body.len() > max_body {
        let is_done = success && begins_success(&response.body);
        let delivery = if is_done { Delivery::Applied } else { Delivery::MaybeApplied };
        let message = format!(
            "the answer has {} bytes; expected at most {max_body}, as `max_body_bytes` is configured",
            response.body.len()
        );
        let mut failed = Failed::new(Kind::Protocol, message, delivery, Class::Final);
        failed.error = failed.error.with_status(response.status).at("body");
        return Err(failed);
    }
    if success {
        return readable(response);
    }
    let body = FailedAnswer::read(&response.body);
    wipe_stack();
    let mut failed = failure(response, &body);
    failed.error = failed.error.with_status(response.status).with_errors(body.errors);
    Err(failed)
}

/// The same for a write. Only Brightpearl's own words refuse one: where something in between answers, a gateway, a firewall
/// or a login page, Brightpearl may have carried it out before. The cap alone needs no words, as long as it says for how
/// long to wait.
pub(crate) fn classify_write(response: &Response, max_body: usize) -> Result<(), Failed> {
    classify(response, max_body).map_err(|failed| match failed.error.delivery() {
        Delivery::Rejected if !is_brightpearls_own(response) => from_elsewhere(response, failed),
        Delivery::NotSent | Delivery::Rejected | Delivery::MaybeApplied | Delivery::Applied => failed,
    })
}

/// The same for a login, of which the OAuth server's words count as well. Whatever else answers says nothing of the
/// credentials.
pub(crate) fn classify_login(response: &Response, max_body: usize) -> Result<(), Failed> {
    /// The codes by which a token request is refused (RFC 6749, 5.2).
    const REFUSALS: [&str; 6] = [
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    ];
    let verdict = classify(response, max_body);
    let body = FailedAnswer::read(&response.body);
    let is_refusal = |code: &str| REFUSALS.contains(&code);
    // A password that is tried again may lock its account: whatever text comes with a 401, it was refused.
    let is_text = response.status == 401 && body.text.is_some();
    let has_refusal = || body.errors.iter().any(|error| is_refusal(&error.code));
    let is_own = is_text || says_own(response.status, &body) || has_refusal();
    wipe_stack();
    verdict.map_err(|failed| match failed.error.delivery() {
        Delivery::Rejected if !is_own => from_elsewhere(response, failed),
        Delivery::NotSent | Delivery::Rejected | Delivery::MaybeApplied | Delivery::Applied => failed,
    })
}

fn is_brightpearls_own(response: &Response) -> bool {
    let is_bare_cap =
        response.status == 429 && response.body.is_empty() && retry_after(&response.headers).is_some();
    let is_own = is_bare_cap || says_own(response.status, &FailedAnswer::read(&response.body));
    wipe_stack();
    is_own
}

/// Whether the words are Brightpearl's: entries with its codes, or one of the texts by which it refuses credentials or tells of
/// the cap (API notes §2.7, §5). Portals and firewalls have texts, too.
fn says_own(status: u16, body: &FailedAnswer) -> bool {
    let is_own_text = |text: &Secret| match status {
        401 => refuses_credentials(text.expose()),
        429 | 503 => is_cap(text.expose()),
        _ => false,
    };
    body.has_codes || body.text.as_ref().is_some_and(is_own_text)
}

/// The texts by which Brightpearl refuses credentials; behind the last one stands the token.
fn refuses_credentials(text: &str) -> bool {
    let text = text.trim();
    text == "Not authenticated. You must provide a valid authentication token."
        || text == "Authorization token expired"
        || text.starts_with("Invalid instance token:")
}

/// A refusal of a write by somebody else: nobody knows what became of it.
fn from_elsewhere(response: &Response, refusal: Failed) -> Failed {
    let error = match refusal.error.kind() {
        // A redirect says more of itself.
        Kind::Protocol => refusal.error,
        Kind::Authentication
        | Kind::Permission
        | Kind::Validation
        | Kind::Rejected
        | Kind::NotFound
        | Kind::Conflict
        | Kind::Throttled
        | Kind::Unavailable
        | Kind::Transport
        | Kind::Misuse
        | Kind::Cancelled => {
            let status = response.status;
            let message = format!(
                "status {status} came without Brightpearl's own words, as from a gateway before it; expected its JSON envelope"
            );
            Error::new(Kind::Protocol, message)
                .quoting(", found ", &response.body)
                .with_status(status)
                .at("body")
        }
    };
    let class = match refusal.class {
        Class::Final if (300..400).contains(&response.status) => Class::Final,
        Class::Final | Class::Transient { .. } | Class::Throttled => {
            Class::Transient { retry_after: retry_after(&response.headers) }
        }
    };
    Failed { error: error.with_delivery(Delivery::MaybeApplied), class }
}

/// A success must look like JSON: a proxy's page with status 200 does not count as one.
fn readable(response: &Response) -> Result<(), Failed> {
    if matches!(first_byte(&response.body), None | Some(b'{')) {
        return Ok(());
    }
    let mut failed = Failed::new(
        Kind::Protocol,
        "the answer is not JSON; expected Brightpearl's JSON envelope",
        Delivery::MaybeApplied,
        Class::Transient { retry_after: None },
    );
    failed.error = failed.error.quoting(", found ", &response.body).with_status(response.status).at("body");
    Err(failed)
}

/// The first byte that is not blank.
fn first_byte(body: &[u8]) -> Option<u8> {
    body.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

fn failure(response: &Response, body: &FailedAnswer) -> Failed {
    let retry_after = retry_after(&response.headers).map(|wait| wait.min(LONGEST_TOLD_MS));
    let text = body.text.as_ref().map(Secret::expose);
    let said = |kind, what: &str| match text {
        Some(text) => Error::new(kind, what).repeating(written(format_args!("{what}: {text}"))),
        None if body.errors.is_empty() && !response.body.is_empty() => {
            Error::new(kind, what).quoting("; the answer begins ", &response.body)
        }
        None => Error::new(kind, what),
    };
    let refused = |kind, what: &str| Failed {
        error: said(kind, what).with_delivery(Delivery::Rejected),
        class: Class::Final,
    };
    match response.status {
        401 => refused(Kind::Authentication, "the credentials were refused"),
        403 => refused(Kind::Permission, "the credentials may not do this"),
        404 => refused(Kind::NotFound, "there is no such resource"),
        409 => refused(Kind::Conflict, "the request conflicts with what is there"),
        412 => refused(Kind::Conflict, "the record has changed meanwhile"),
        429 => throttled(retry_after),
        503 if text.is_some_and(is_cap) => {
            let period = || next_period(&response.headers).map(|wait| wait.min(LONGEST_TOLD_MS));
            throttled(retry_after.or_else(period))
        }
        // A refusal in a 5xx's clothes: bad filters and patches are answered with 500 (API notes §10.4), and with no other.
        500 if !body.errors.is_empty() && body.errors.iter().all(|error| error.is_refusal()) => {
            refused(Kind::Rejected, "Brightpearl refused the request")
        }
        500.. => Failed {
            error: said(Kind::Unavailable, "Brightpearl is out of order")
                .with_delivery(Delivery::MaybeApplied)
                .with_retry_after(retry_after),
            class: Class::Transient { retry_after },
        },
        // Something waited in vain for what comes behind it, whoever it was.
        408 => Failed {
            error: said(Kind::Unavailable, "the server has waited too long")
                .with_delivery(Delivery::MaybeApplied)
                .with_retry_after(retry_after),
            class: Class::Transient { retry_after },
        },
        300..400 => refused(
            Kind::Protocol,
            "the server redirects elsewhere, where the credentials must not be sent; correct the datacentre or base URL",
        ),
        400..500 => refused(Kind::Rejected, "Brightpearl refused the request"),
        _ => Failed::new(
            Kind::Protocol,
            format!("status {} is not a final answer", response.status),
            Delivery::MaybeApplied,
            Class::Transient { retry_after: None },
        ),
    }
}

fn throttled(retry_after: Option<u64>) -> Failed {
    Failed {
        error: Error::new(Kind::Throttled, "the account's request cap was reached")
            .with_delivery(Delivery::Rejected)
            .with_retry_after(retry_after),
        class: Class::Throttled,
    }
}

/// The words that tell the cap from an outage (API notes §5).
fn is_cap(text: &str) -> bool {
    text.to_ascii_lowercase().contains("too many requests")
}

fn next_period(headers: &Headers) -> Option<u64> {
    headers.get("brightpearl-next-throttle-period")?.trim().parse().ok()
}

/// `Retry-After` in milliseconds: seconds, or a date, which is held against the server's own clock in `Date`.
fn retry_after(headers: &Headers) -> Option<u64> {
    let asked = headers.get("retry-after")?.trim();
    if !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than can be counted stand for the longest wait.
        return Some(asked.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000));
    }
    let moment = |text: &str| jiff::fmt::rfc2822::parse(text.trim()).ok().map(|at| at.timestamp());
    let wait = moment(asked)?.as_millisecond() - moment(headers.get("date")?)?.as_millisecond();
    Some(u64::try_from(wait).unwrap_or(0))
}

/// Whether a 404 to a path says nothing of a record: its text tells an unknown path from an empty result, both of which are
/// `CMNC-404`, and a code that is neither that one nor of the path's own service is something else's, such as a gateway's
/// (API notes §3.4).
pub(crate) fn is_unknown_path(error: &Error, path: &str) -> bool {
    let area = area_of(path);
    let is_of_service = |code: &str| {
        let number = area.and_then(|area| code.strip_prefix(area));
        number.is_some_and(|number| number.starts_with("C-"))
    };
    let is_own = |code: &str| code == "CMNC-404" || is_of_service(code);
    let says_none =
        |said: &ServerError| is_own(&said.code) && !said.message.contains("Cannot find the resource");
    error.errors().is_empty() || !error.errors().iter().all(says_none)
}

/// How the codes of the service of a path begin (API notes §3.4).
fn area_of(path: &str) -> Option<&'static str> {
    const AREAS: [(&str, &str); 6] = [
        ("accounting-service", "ACC"),
        ("contact-service", "CON"),
        ("integration-service", "INT"),
        ("order-service", "ORD"),
        ("product-service", "PRD"),
        ("warehouse-service", "WHS"),
    ];
    let service = path.trim_start_matches('/').split('/').next()?;
    AREAS.iter().find(|(known, _)| *known == service).map(|(_, area)| *area)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: usize = 1 << 20;
    const CAP: &str =
        r#"{"response":"You have sent too many requests. Please wait before sending another request"}"#;

    fn failed(status: u16, body: &str) -> Failed {
        classify(&Response::new(status, body), LARGE).unwrap_err()
    }

    #[test]
    fn tells_the_cap_from_an_outage() {
        let cap = failed(503, CAP);
        assert_eq!((cap.error.kind(), cap.error.delivery()), (Kind::Throttled, Delivery::Rejected));
        assert_eq!(cap.class, Class::Throttled);
        let outage = failed(503, "<html>maintenance</html>");
        assert_eq!(
            (outage.error.kind(), outage.error.delivery()),
            (Kind::Unavailable, Delivery::MaybeApplied)
        );
        assert_eq!(outage.class, Class::Transient { retry_after: None });
    }

    #[test]
    fn takes_a_coded_500_for_the_refusal_that_it_is() {
        let filter =
            failed(500, r#"{"errors":[{"code":"CMNC-018","message":"cannot be parsed as: IDSET"}]}"#);
        assert_eq!((filter.error.kind(), filter.class), (Kind::Rejected, Class::Final));
        let unknown = failed(500, r#"{"errors":[{"code":"CMNU-003","message":"Internal Server Error"}]}"#);
        assert_eq!(
            (unknown.error.kind(), unknown.error.delivery()),
            (Kind::Unavailable, Delivery::MaybeApplied)
        );
    }

    #[test]
    fn maps_statuses_to_kinds() {
        for (status, kind) in [
            (301, Kind::Protocol),
            (400, Kind::Rejected),
            (401, Kind::Authentication),
            (403, Kind::Permission),
            (404, Kind::NotFound),
            (409, Kind::Conflict),
            (412, Kind::Conflict),
            (422, Kind::Rejected),
            (429, Kind::Throttled),
            (500, Kind::Unavailable),
            (502, Kind::Unavailable),
            (100, Kind::Protocol),
        ] {
            assert_eq!(failed(status, "").error.kind(), kind, "{status}");
            assert_eq!(failed(status, "").error.status(), Some(status));
        }
        let asked = Response::new(429, "").with_header("Retry-After", "7");
        assert_eq!(classify(&asked, LARGE).unwrap_err().error.retry_after(), Some(7_000));
    }

    #[test]
    fn only_brightpearls_own_words_refuse_a_write() {
        const OWN: &str = r#"{"errors":[{"code":"ORDC-003","message":"no such order"}]}"#;
        let classified = |status, body: &str| {
            let response = Response::new(status, body).with_header("Retry-After", "7");
            let failed = classify_write(&response, LARGE).unwrap_err();
            (failed.error.kind(), failed.error.delivery())
        };
        for status in [400, 401, 403, 404, 409, 410, 412, 422, 451, 499] {
            assert_eq!(classified(status, OWN).1, Delivery::Rejected, "{status}");
            for body in [
                "",
                "<html>Log in</html>",
                "{}",
                r#"{"message":"Forbidden"}"#,
                r#"{"error":"no"}"#,
                r#"{"errors":[{"code":"FORBIDDEN","title":"no"}]}"#,
            ] {
                let found = classified(status, body);
                assert_eq!(found, (Kind::Protocol, Delivery::MaybeApplied), "{status} {body}");
            }
        }
        for status in [400, 401, 403, 404] {
            for text in ["no such route", "Your session at the proxy has ended", "WAF: too many requests"] {
                let body = format!(r#"{{"response":"{text}"}}"#);
                let found = classified(status, &body);
                assert_eq!(found, (Kind::Protocol, Delivery::MaybeApplied), "{status} {text}");
            }
        }
        for text in [
            "Not authenticated. You must provide a valid authentication token.",
            "Authorization token expired",
            r"Invalid instance token: ab\u003d",
        ] {
            let body = format!(r#"{{"response":"{text}"}}"#);
            let expected = (Kind::Authentication, Delivery::Rejected);
            assert_eq!(classified(401, &body), expected, "{text}");
            assert_eq!(classified(403, &body).1, Delivery::MaybeApplied, "{text}");
        }
        for (status, code) in [(500, "ORDC-003"), (502, "EDGC-502"), (504, "HTTC-504"), (503, "ORDC-003")] {
            let body = format!(r#"{{"errors":[{{"code":"{code}","message":"no"}}]}}"#);
            let expected = if status == 500 { Delivery::Rejected } else { Delivery::MaybeApplied };
            assert_eq!(classified(status, &body).1, expected, "{status} {code}");
        }
        assert_eq!(classified(408, OWN), (Kind::Unavailable, Delivery::MaybeApplied));
        for status in [301, 302, 303, 307, 308] {
            assert_eq!(classified(status, "").1, Delivery::MaybeApplied, "{status}");
        }
        assert_eq!(classified(429, ""), (Kind::Throttled, Delivery::Rejected));
        assert_eq!(classified(429, "<html>Slow down</html>").1, Delivery::MaybeApplied);
        assert_eq!(classified(503, CAP), (Kind::Throttled, Delivery::Rejected));
    }

    #[test]
    fn any_401_to_a_read_asks_for_a_login() {
        for body in ["", "<html>Log in</html>", r#"{"response":"Your session has ended"}"#] {
            assert_eq!(failed(401, body).error.kind(), Kind::Authentication, "{body}");
        }
    }

    #[test]
    fn reads_both_forms_of_retry_after() {
        const DATE: &str = "Wed, 21 Oct 2026 07:28:00 GMT";
        for (asked, date, expected) in [
            ("7", None, Some(7_000)),
            ("604799", None, Some(604_799_000)),
            ("604801", None, Some(LONGEST_TOLD_MS)),
            ("31536000", None, Some(LONGEST_TOLD_MS)),
            ("18446744073709551615", None, Some(LONGEST_TOLD_MS)),
            ("99999999999999999999999", None, Some(LONGEST_TOLD_MS)),
            ("Fri, 01 Jan 9999 00:00:00 GMT", Some(DATE), Some(LONGEST_TOLD_MS)),
            ("-1", None, None),
            ("", None, None),
            ("soon", Some(DATE), None),
            (DATE, None, None),
            ("Wed, 21 Oct 2026 07:29:30 GMT", Some(DATE), Some(90_000)),
            ("Wed, 21 Oct 2026 07:00:00 GMT", Some(DATE), Some(0)),
        ] {
            for status in [429, 500, 503] {
                let mut response = Response::new(status, "").with_header("Retry-After", asked);
                if let Some(date) = date {
                    response = response.with_header("Date", date);
                }
                let found = classify(&response, LARGE).unwrap_err().error.retry_after();
                assert_eq!(found, expected, "{status} {asked}");
            }
        }
    }

    #[test]
    fn no_period_is_longer_than_what_is_told() {
        for (period, expected) in [
            ("20000", Some(20_000)),
            ("18446744073709551615", Some(LONGEST_TOLD_MS)),
            ("99999999999999999999999", None),
            ("-1", None),
        ] {
            let cap = Response::new(503, CAP).with_header("brightpearl-next-throttle-period", period);
            assert_eq!(classify(&cap, LARGE).unwrap_err().error.retry_after(), expected, "{period}");
        }
    }

    #[test]
    fn refuses_pages_that_are_not_json_and_bodies_that_are_too_large() {
        let html = failed(200, "<html>Welcome</html>");
        assert_eq!((html.error.kind(), html.error.delivery()), (Kind::Protocol, Delivery::MaybeApplied));
        let large = classify(&Response::new(200, "{}        "), 4).unwrap_err();
        assert_eq!((large.error.kind(), large.class), (Kind::Protocol, Class::Final));
        for (status, body, delivery) in [
            (200, "{}        ", Delivery::Applied),
            (201, " \r\n\t{\"response\":7}", Delivery::Applied),
            (200, "{\"response\":[{\"id\":7},{\"id", Delivery::Applied),
            (200, "{\"pagination\":{\"firstResult\":1},\"response\":[", Delivery::Applied),
            (200, "{\"status\":\"welcome\"}", Delivery::MaybeApplied),
            (200, "{\"status\":{\"response\":7}}", Delivery::MaybeApplied),
            (200, "{\"errors\":[{\"code\":\"CMNC-018\"}],\"response\":7}", Delivery::MaybeApplied),
            (200, "{\"respon", Delivery::MaybeApplied),
            (200, "{response:7}", Delivery::MaybeApplied),
            (200, "<html>Welcome</html>", Delivery::MaybeApplied),
            (200, "          ", Delivery::MaybeApplied),
            (200, "[1,2,3,4]", Delivery::MaybeApplied),
            (200, "\"welcome\"", Delivery::MaybeApplied),
            (502, "{\"response\":7}", Delivery::MaybeApplied),
        ] {
            let failed = classify(&Response::new(status, body), 4).unwrap_err();
            assert_eq!((failed.error.delivery(), failed.class), (delivery, Class::Final), "{status} {body}");
        }
        assert!(classify(&Response::new(207, " {}"), LARGE).is_ok());
        assert!(classify(&Response::new(200, ""), LARGE).is_ok());
    }
}
