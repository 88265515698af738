//! Whether an answer may have come out of a cache. Such an answer says how things were, and decides nothing.

use crate::error::{Delivery, Error, Kind};
use crate::http::Response;
use crate::retry::Class;

use super::Failed;

/// Headers that say with a number whether a cache had it: its age in seconds, or how often it was found.
const COUNTS: [&str; 2] = ["age", "x-cache-hits"];

/// Headers in which a cache says what it did. There is one name for it in the standards (RFC 9211), and many elsewhere.
const WORDS: [&str; 16] = [
    "x-cache",
    "x-cache-status",
    "x-cache-remote",
    "cache-status",
    "cf-cache-status",
    "cdn-cache",
    "cdn-cache-status",
    "akamai-cache-status",
    "x-proxy-cache",
    "x-nginx-cache",
    "x-nginx-cache-status",
    "x-varnish-cache",
    "x-litespeed-cache",
    "x-rack-cache",
    "x-from-cache",
    "x-wp-cache",
];

/// What a cache says of an answer that it had.
const HAD_IT: [&str; 5] = ["hit", "stale", "updating", "fresh", "true"];

/// Refuses an answer that a cache may have given.
///
/// # Errors
/// [`Kind::Protocol`] that may pass: the same is asked again.
pub(crate) fn check(response: &Response) -> Result<(), Failed> {
    let Some((name, value)) = response.headers.iter().find(|(name, value)| says_so(name, value)) else {
        return Ok(());
    };
    let message = format!(
        "the answer came out of a cache, since `{}` is {value:?}; expected one of Brightpearl's own",
        name.to_ascii_lowercase()
    );
    let error = Error::new(Kind::Protocol, message).with_status(response.status).at("headers");
    let class = Class::Transient { retry_after: None };
    Err(Failed { error: error.with_delivery(Delivery::MaybeApplied), class })
}

fn says_so(name: &str, value: &str) -> bool {
    let is = |known: &&str| name.eq_ignore_ascii_case(known);
    if COUNTS.iter().any(is) {
        let counts = value.split(',').map(str::trim);
        return counts.into_iter().any(|count| {
            count.bytes().all(|byte| byte.is_ascii_digit()) && count.bytes().any(|byte| byte != b'0')
        });
    }
    // `TCP_MEM_HIT`, `Hit from cloudfront`, `"edge"; hit`.
    let lower = value.to_ascii_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    WORDS.iter().any(is) && words.any(|word| HAD_IT.contains(&word) || word.ends_with("hit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_with_an_age_or_a_hit_came_out_of_a_cache() {
        for (name, value, is_fresh) in [
            ("Age", "40", false),
            ("age", "0", true),
            ("Age", "0, 7", false),
            ("Age", "-1", true),
            ("Age", "", true),
            ("Age", "soon", true),
            ("X-Cache", "HIT", false),
            ("X-Cache", "Hit from cloudfront", false),
            ("X-Cache", "RefreshHit from cloudfront", false),
            ("X-Cache", "MISS, HIT", false),
            ("X-Cache", "TCP_MEM_HIT", false),
            ("X-Cache", "Miss from cloudfront", true),
            ("X-Cache", "Error from cloudfront", true),
            ("x-cache-hits", "0, 1", false),
            ("x-cache-hits", "0", true),
            ("CF-Cache-Status", "HIT", false),
            ("CF-Cache-Status", "STALE", false),
            ("CF-Cache-Status", "UPDATING", false),
            ("Cf-Cache-Status", "DYNAMIC", true),
            ("CF-Cache-Status", "BYPASS", true),
            ("CF-Cache-Status", "MISS", true),
            ("X-Cache-Status", "EXPIRED", true),
            ("Cache-Status", "\"edge\"; hit; ttl=30", false),
            ("Cache-Status", "\"edge\"; fwd=miss", true),
            ("Cache-Control", "no-cache, must-revalidate", true),
            ("Content-Type", "hit", true),
        ] {
            let response = Response::new(200, "{}").with_header(name, value);
            assert_eq!(check(&response).is_ok(), is_fresh, "{name}: {value}");
        }
    }
}
