//! Whether an answer may have come out of a cache. Such an answer says how things were, and decides nothing.

use crate::error::{Delivery, Error, Kind};
use crate::http::Response;
use crate::retry::Class;

use super::Failed;

/// What the names of headers have in them that speak of caches, but not of this answer.
const NOT_OF_THIS: [&str; 19] = [
    "control", "able", "enabled", "tag", "group", "key", "policy", "vary", "expire", "ttl", "config", "rule",
    "level", "version", "-id", "date", "time", "purge", "debug",
];

/// What a cache says of an answer that it had.
const HAD_IT: [&str; 11] =
    ["hit", "hits", "stale", "updating", "fresh", "true", "yes", "cached", "grace", "old", "offline"];

/// What `Warning` says of an answer that is not fresh: stale, not revalidated, disconnected, heuristic (RFC 7234 §5.5).
const STALE_WARNINGS: [&str; 4] = ["110", "111", "112", "113"];

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
    let name = name.to_ascii_lowercase();
    // `TCP_MEM_HIT`, `Hit from cloudfront`, `"edge"; hit`.
    let value = value.to_ascii_lowercase();
    let words = |text: &str| {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<String>>()
    };
    match name.as_str() {
        "age" => value.split(',').any(is_more_than_none),
        "warning" => words(&value).iter().any(|word| STALE_WARNINGS.contains(&word.as_str())),
        // The request's own id, and that of the one by which it came into the cache.
        "x-varnish" => value.split_ascii_whitespace().count() > 1,
        "server-timing" => value.split(',').any(|metric| metric.contains("cache") && had_it(&words(metric))),
        "cache-status" => value.split(',').any(|cache| is_hit(cache, words)),
        // For how many seconds what it had is kept.
        "x-swift-cachetime" => is_more_than_none(&value),
        // What repeats a path or a query is no word of a cache's own.
        _ if !name.contains("cache") => {
            let is_hit = words(&value).iter().any(|word| word == "hit");
            is_hit && speaks_of_delivery(&name) && !value.contains(['/', '='])
        }
        _ if NOT_OF_THIS.iter().any(|word| name.contains(word)) => false,
        _ if name.ends_with("-age") || name.ends_with("-hits") => value.split(',').any(is_more_than_none),
        _ => had_it(&words(&value)) || (is_yes_or_no(&name) && is_more_than_none(&value)),
    }
}

/// Whether a cache on the way says `hit`, by itself or in its own words, rather than why it asked on (RFC 9211).
fn is_hit(cache: &str, words: impl Fn(&str) -> Vec<String>) -> bool {
    let mut is_forwarded = false;
    for parameter in cache.split(';').skip(1) {
        match parameter.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
            Some(("fwd", _)) => is_forwarded = true,
            Some(("detail", value)) if had_it(&words(value)) => return true,
            Some(("hit", value)) if value != "?0" => return true,
            None if parameter.trim() == "hit" => return true,
            Some(_) | None => {}
        }
    }
    let is_said_otherwise = cache.split(';').any(|parameter| matches!(parameter.trim(), "hit=?0"));
    !is_forwarded && !is_said_otherwise && had_it(&words(cache))
}

/// Whether a header is of those by which what stands in between speaks of itself, whatever it is called: `X-CDN`,
/// `Fastly-State`.
fn speaks_of_delivery(name: &str) -> bool {
    const OF_DELIVERY: [&str; 8] = ["x-", "cdn", "edge", "proxy", "fastly", "akamai", "state", "served"];
    OF_DELIVERY.iter().any(|word| name.starts_with(word) || (word.len() > 2 && name.contains(word)))
}

/// Whether a header says with a number whether a cache had it: `X-Cache-Hit`, `X-Proxy-Cache`.
fn is_yes_or_no(name: &str) -> bool {
    ["hit", "cached", "cache"].iter().any(|end| name.ends_with(end))
}

fn had_it(words: &[String]) -> bool {
    let is_failed_refresh = words.windows(2).any(|pair| pair[0] == "refresh" && pair[1] == "fail");
    let has_hit = |word: &String| HAD_IT.contains(&word.as_str()) || word.ends_with("hit");
    is_failed_refresh || words.iter().any(has_hit)
}

/// Whether a text is a number above 0, however it is written.
fn is_more_than_none(text: &str) -> bool {
    let number = text.trim().trim_matches('"').trim();
    let is_number = number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'e'));
    is_number && number.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
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
            ("Cache-Status", "\"edge\"; fwd=stale; stored", true),
            ("Cache-Status", "\"a\"; fwd=stale, \"b\"; hit", false),
            ("Cache-Status", "edge; fwd=stale; detail=HIT", false),
            ("Cache-Status", "edge; hit=?1", false),
            ("Cache-Status", "edge; hit=?0", true),
            ("X-Proxy-Cache", "1", false),
            ("X-Edge-Cache", "1", false),
            ("X-Edge-Cache", "0", true),
            ("Fastly-State", "HIT", false),
            ("Fastly-State", "HIT-CLUSTER", false),
            ("Fastly-State", "MISS", true),
            ("X-CDN", "HIT", false),
            ("X-CDN", "Incapsula", true),
            ("X-NWS-LOG-UUID", "174 Hit", false),
            ("X-Request-Id", "9f1c-hitch", true),
            ("X-Served-By", "cache-lhr1", true),
            ("X-Swift-CacheTime", "40", false),
            ("X-Swift-CacheTime", "0", true),
            ("X-Swift-SaveTime", "Mon, 30 Nov 2026 10:00:00 GMT", true),
            ("Age", "40.5", false),
            ("Age", "+40", false),
            ("Age", "\"40\"", false),
            ("Age", "0.0", true),
            ("Warning", "110 squid \"Response is Stale\"", false),
            ("Warning", "199 - \"something\"", true),
            ("X-Cache-Lookup", "HIT from squid:3128", false),
            ("X-Cache-Lookup", "MISS from squid:3128", true),
            ("X-Vercel-Cache", "HIT", false),
            ("X-Vercel-Cache", "MISS", true),
            ("X-Proxy-Cache-Status", "HIT", false),
            ("X-Kinsta-Cache", "HIT", false),
            ("X-FastCGI-Cache", "HIT", false),
            ("X-Sucuri-Cache", "HIT", false),
            ("X-Some-New-Cache-Word", "Hit", false),
            ("X-Cached", "HIT", false),
            ("X-Cached", "1", false),
            ("X-Cached", "0", true),
            ("X-Cache-Hit", "true", false),
            ("X-Cache-Hit", "0", true),
            ("X-From-Cache", "1", false),
            ("X-Cache-Age", "12", false),
            ("X-Cache", "cached", false),
            ("X-Cache", "GRACE", false),
            ("X-Cache", "TCP_REFRESH_FAIL_OLD", false),
            ("X-Cache", "TCP_REFRESH_FAIL", false),
            ("X-Cache", "TCP_REFRESH_MODIFIED", true),
            ("X-Cache", "CONFIG_NOCACHE", true),
            ("Server-Timing", "cdn-cache; desc=HIT, edge; dur=1", false),
            ("Server-Timing", "cdn-cache; desc=MISS, edge; dur=1", true),
            ("Server-Timing", "db; dur=53, hit; dur=2", true),
            ("X-Varnish", "32770 3", false),
            ("X-Varnish", "32770", true),
            ("X-Cacheable", "YES", true),
            ("X-Cache-Enabled", "True", true),
            ("X-Cache-Group", "normal", true),
            ("X-Cache-Key", "/hit/true", true),
            ("CDN-Cache-Control", "stale-while-revalidate=60", true),
            ("Cache-Control", "no-cache, must-revalidate", true),
            ("Content-Type", "hit", true),
        ] {
            let response = Response::new(200, "{}").with_header(name, value);
            assert_eq!(check(&response).is_ok(), is_fresh, "{name}: {value}");
        }
    }
}
