//! The path that a request means, which people name in short, leave unfinished and misspell.

use super::template::is_placeholder;
use super::unfinished::check_finished;
use super::{Endpoint, Resource, catalog, search};
use crate::account::PATH_BYTES;
use crate::error::{Error, Result};
use crate::http::Method;
use crate::json::nearest;

/// The path of a request that may be named in short: by a resource, as `order-type`, or by a resource and its ids, as
/// `order/1-3`. What is not known stays as it is, since the API may have newer paths.
///
/// `unchecked`: lets through what seems to be misspelt.
///
/// ```
/// use brightpearl_core::{Method, catalog::request_path};
///
/// assert_eq!(request_path("order/7", Method::Get, false).unwrap(), "order-service/order/7");
/// assert_eq!(request_path("order-type", Method::Get, false).unwrap(), "order-service/order-type");
/// assert!(request_path("order-service/ordr/7", Method::Get, false).is_err());
/// ```
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `path` where a placeholder, or what a program writes for a missing
/// value, stands in the place of an id, where a resource alone does not say which path is meant, and where the path is most
/// likely a known one misspelt.
pub fn request_path(path: &str, method: Method, unchecked: bool) -> Result<String> {
    let as_it_is = || Ok(path.to_owned());
    if path.len() > PATH_BYTES {
        return as_it_is();
    }
    check_finished(path, false)?;
    let (plain, query) = path.split_once('?').unwrap_or((path, ""));
    let segments = segments_of(plain);
    let Some((first, rest)) = segments.split_first() else { return as_it_is() };
    let is_known = |endpoint: &Endpoint| endpoint.arguments(plain).is_some();
    if search(plain).is_some() || catalog().flat_map(|resource| resource.endpoints).any(is_known) {
        return as_it_is();
    }
    if let Some(named) = catalog().find(|resource| resource.name == *first) {
        let full = without_its_service(&segments, method).map_or_else(|| in_full(named, rest, method), Ok)?;
        return Ok(if query.is_empty() { full } else { format!("{full}?{query}") });
    }
    let short = || {
        let is_of_ids = rest.iter().all(|segment| is_some_id(segment));
        let name = meant_name(first).filter(|_| is_of_ids)?;
        Some([&[name], rest].concat().join("/"))
    };
    match meant(&segments, known_paths()).or_else(short).filter(|_| !unchecked) {
        Some(near) => Err(refusal(format!(
            "no path {} is known; did you mean {near}? `unchecked` sends it as it is",
            shown(path)
        ))),
        None => as_it_is(),
    }
}

/// The known path that one which is not known most likely is, with its own ids.
pub fn misspelt_path(path: &str) -> Option<String> {
    meant(&segments_of(path), known_paths())
}

/// The resource that a name most likely means that is not known.
pub(super) fn meant_name(name: &str) -> Option<&'static str> {
    let names = || catalog().map(|resource| resource.name);
    nearest(name, names()).or_else(|| names().find(|known| is_slip_for(name, known)))
}

/// A path as an error quotes it.
pub(super) fn shown(path: &str) -> String {
    const SHOWN: usize = 200;
    let cut = path.floor_char_boundary(SHOWN);
    let dots = if cut < path.len() { "..." } else { "" };
    format!("{:?}{dots}", &path[..cut])
}

/// What stands between the slashes, of which those at either end and doubled ones are overlooked.
pub(super) fn segments_of(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// Every path that is known, with placeholders.
fn known_paths() -> impl Iterator<Item = &'static str> {
    let endpoints = catalog().flat_map(|resource| resource.endpoints.iter().map(|endpoint| endpoint.path));
    endpoints.chain(catalog().flat_map(|resource| resource.searches.iter().map(|search| search.path)))
}

/// The known path that lacks nothing but its service, such as `order/7/note`: one that takes the verb before one that does not.
fn without_its_service(segments: &[&str], method: Method) -> Option<String> {
    let given = segments.join("/");
    let endpoints = || catalog().flat_map(|resource| resource.endpoints);
    let full = |endpoint: &Endpoint| {
        let (service, rest) = endpoint.path.split_once('/')?;
        let begins = rest.split('/').next() == segments.first().copied();
        let candidate = format!("{service}/{given}");
        (begins && endpoint.arguments(&candidate).is_some()).then_some(candidate)
    };
    let one_of = |takes_verb: bool| {
        let mut fulls = endpoints()
            .filter(|endpoint| endpoint.operation(method).is_some() == takes_verb)
            .filter_map(full)
            .collect::<Vec<_>>();
        fulls.dedup();
        (fulls.len() == 1).then(|| fulls.swap_remove(0))
    };
    // What stands for ids only is said by `in_full` where the verb is wrong.
    one_of(true).or_else(|| one_of(false).filter(|_| segments.len() > 2))
}

/// The path of a resource with the ids behind it.
fn in_full(named: &Resource, ids: &[&str], method: Method) -> Result<String> {
    let operations = || named.operations().filter(|(_, operation)| operation.method == method);
    let whole = operations().find_map(|(endpoint, _)| {
        let before = endpoint.path.split('/').take_while(|segment| !segment.starts_with('{'));
        let candidate = before.chain(ids.iter().copied()).collect::<Vec<_>>().join("/");
        endpoint.arguments(&candidate).is_some().then_some(candidate)
    });
    whole.ok_or_else(|| {
        let given: Vec<&str> = [&[named.name], ids].concat();
        let shorts = known_paths().filter_map(|path| path.split_once('/')).map(|(_, short)| short);
        if let Some(near) = meant(&given, shorts) {
            return refusal(format!("no path {} is known; did you mean {near}?", shown(&given.join("/"))));
        }
        let paths: Vec<&str> = operations().map(|(endpoint, _)| endpoint.path).collect();
        refusal(if paths.is_empty() {
            format!("{} cannot be asked with {method}; expected another verb", named.name)
        } else {
            let paths = paths.join(" or ");
            format!("no path {} is known; expected one such as {paths}", shown(&given.join("/")))
        })
    })
}

/// Which of the known paths this one most likely is, with its own ids.
pub(super) fn meant(segments: &[&str], mut known: impl Iterator<Item = &'static str>) -> Option<String> {
    known.find_map(|template| {
        let mut found = Vec::new();
        let mut known = template.split('/');
        for segment in segments {
            match known.next()? {
                literal if literal == *segment => found.push(literal),
                place if is_placeholder(place) && is_some_id(segment) => found.push(segment),
                literal if !is_placeholder(literal) && is_slip_for(segment, literal) => found.push(literal),
                _ => return None,
            }
        }
        let is_complete = known.next().is_none_or(|left| is_placeholder(left) && known.next().is_none());
        (is_complete && found != segments).then(|| found.join("/"))
    })
}

/// Whether a word is most likely a known one misspelt, in the plural or with a letter or two too many.
fn is_slip_for(word: &str, known: &str) -> bool {
    let extends = || {
        let more = word.strip_prefix(known).unwrap_or_default();
        matches!(more.len(), 1 | 2) && more.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let is_plural = || known.strip_suffix('y').is_some_and(|stem| word.strip_suffix("ies") == Some(stem));
    nearest(word, [known]).is_some() || extends() || is_plural()
}

/// Whether it looks like ids, or stands where they go, and does not look like a word of a path.
fn is_some_id(segment: &str) -> bool {
    segment == "{ids}"
        || !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit() || b",.-*".contains(&byte))
}

fn refusal(message: String) -> Error {
    Error::validation("path", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_stands_for_the_one_path_that_it_can_mean() {
        for (method, named, full) in [
            (Method::Get, "order/1-3", "order-service/order/1-3"),
            (Method::Get, "/order/1/", "order-service/order/1"),
            (Method::Get, "order-type", "order-service/order-type"),
            (Method::Post, "order", "order-service/order"),
            (Method::Post, "contact", "contact-service/contact"),
            (Method::Patch, "order/7", "order-service/order/7"),
            (Method::Get, "product/1?includeOptional=x", "product-service/product/1?includeOptional=x"),
            (Method::Post, "order/1/note", "order-service/order/1/note"),
            (Method::Delete, "order/1/row/2", "order-service/order/1/row/2"),
            // The verb is wrong, which the API says best.
            (Method::Delete, "order/1/row", "order-service/order/1/row"),
            (Method::Put, "product-price/7/price-list", "product-service/product-price/7/price-list"),
            (Method::Get, "newer-service/thing/1", "newer-service/thing/1"),
            (Method::Get, "order-service/order/7/row/9/newer", "order-service/order/7/row/9/newer"),
            (Method::Get, "", ""),
        ] {
            assert_eq!(request_path(named, method, false).unwrap(), full, "{method} {named}");
        }
    }

    #[test]
    fn a_name_that_needs_more_says_what() {
        for (method, named, expected) in [
            (Method::Post, "order-note", "order-service/order/{ORDER-ID}/note"),
            (Method::Delete, "order-row/7", "order-service/order/{ORDER-ID}/row/{ROW-ID}"),
            (Method::Delete, "order-type", "expected another verb"),
            (Method::Post, "order/1/nte", "did you mean order/1/note?"),
            (
                Method::Post,
                "order/1/newer",
                "no path \"order/1/newer\" is known; expected one such as order-service/order",
            ),
        ] {
            let error = request_path(named, method, true).unwrap_err();
            assert_eq!(error.location(), Some("path"));
            assert!(error.message().contains(expected), "{error}");
        }
    }

    #[test]
    fn a_placeholder_is_no_id() {
        for path in ["order-service/order/{ORDER-ID}/note", "order/{id}", "x/{A}/y"] {
            let error = request_path(path, Method::Get, true).unwrap_err();
            assert!(error.message().contains("has the placeholder {"), "{error}");
        }
    }

    #[test]
    fn a_slip_is_told_with_the_ids_that_were_given_and_anything_else_is_let_through() {
        for (path, meant) in [
            ("order-service/ordr/1/row/2", "order-service/order/1/row/2"),
            ("order-service/order/1/nte", "order-service/order/1/note"),
            ("ordr-service/order/1", "order-service/order/1"),
            ("order-service/order-serch", "order-service/order-search"),
            ("Order-Service/order", "order-service/order"),
            ("order-service/orders", "order-service/order"),
            ("order-service/orders/5", "order-service/order/5"),
            ("order-service/order/1/rows", "order-service/order/1/row"),
            ("contact-service/postal-addresses/3", "contact-service/postal-address/3"),
            ("accounting-service/tax-codes", "accounting-service/tax-code"),
            ("product-service/brand-searches", "product-service/brand-search"),
            ("orders/5", "order/5"),
            ("ordr", "order"),
        ] {
            let error = request_path(path, Method::Get, false).unwrap_err();
            assert!(error.message().contains(&format!("did you mean {meant}?")), "{error}");
            assert_eq!(request_path(path, Method::Get, true).unwrap(), path);
        }
        for path in [
            "order-service/order2/1",
            "orders/5/newer",
            "a-service/b",
            "order-service/orders-of-mine/1",
            "order-service/order/1/notes-of-mine",
        ] {
            assert_eq!(request_path(path, Method::Get, false).unwrap(), path);
        }
    }

    #[test]
    fn every_path_of_the_catalogue_stays_as_it_is() {
        for (_, endpoint) in
            catalog().flat_map(|one| one.endpoints.iter().map(move |endpoint| (one, endpoint)))
        {
            let filled: Vec<String> = endpoint
                .path
                .split('/')
                .map(|segment| match segment {
                    "{ISO}" => "GBP".to_owned(),
                    place if is_placeholder(place) => "7".to_owned(),
                    literal => literal.to_owned(),
                })
                .collect();
            let path = filled.join("/");
            for method in Method::ALL {
                assert_eq!(request_path(&path, method, false).unwrap(), path);
            }
        }
    }
}
