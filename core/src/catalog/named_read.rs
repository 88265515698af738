//! The paths of searches and of what is read by id, which people name in short, leave unfinished and misspell.

use super::named_request::{meant, meant_name, segments_of, shown};
use super::unfinished::check_finished;
use super::{catalog, readable_path, resource, search, search_named, searches};
use crate::account::PATH_BYTES;
use crate::error::{Error, Result};
use crate::http::Method;
use crate::json::nearest;

/// The path of a search, which may be given by the short name of what it finds, as `order`. What is not known stays as it
/// is, since the API may have newer paths.
///
/// `unchecked`: lets through what seems to be misspelt.
///
/// ```
/// use brightpearl_core::catalog::search_path;
///
/// assert_eq!(search_path("order", false).unwrap(), "order-service/order-search");
/// assert!(search_path("order-service/order-serch", false).is_err());
/// ```
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `resource` where a placeholder stands in the place of an id, where the
/// name is not known, and where the path is most likely a known one misspelt.
pub fn search_path(named: &str, unchecked: bool) -> Result<String> {
    let as_it_is = || Ok(named.to_owned());
    if is_too_long(named) || search(named).is_some() {
        return as_it_is();
    }
    check_finished(named, false).map_err(|error| error.at("resource"))?;
    if let Some(found) = search_named(named) {
        return Ok(found.path.to_owned());
    }
    let segments = segments_of(named);
    if unchecked || segments.is_empty() {
        return as_it_is();
    }
    if let [name] = segments.as_slice() {
        if resource(name).is_none() {
            return Err(unknown_resource(named));
        }
        let paths: Vec<&str> = searches().map(|search| search.path).collect();
        return Err(refusal(format!("{name} has no search; expected one of {}", paths.join(", "))));
    }
    match meant(&segments, searches().map(|search| search.path)) {
        Some(near) => Err(refusal(format!(
            "no path {} is known; did you mean {near}? `unchecked` sends it as it is",
            shown(named)
        ))),
        None => as_it_is(),
    }
}

/// The path of what is read by id, which may be given by its short name, as `order`. `{ids}` may stand where the ids go.
/// What is not known stays as it is.
///
/// ```
/// use brightpearl_core::catalog::read_path;
///
/// assert_eq!(read_path("order").unwrap(), "order-service/order");
/// assert_eq!(read_path("order-type").unwrap(), "order-service/order-type");
/// assert!(read_path("order-service/ordr").is_err());
/// ```
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `resource`, as [`search_path`] says, and where a name alone does not
/// say which path is meant.
pub fn read_path(named: &str) -> Result<String> {
    let as_it_is = || Ok(named.to_owned());
    if is_too_long(named) {
        return as_it_is();
    }
    check_finished(named, true).map_err(|error| error.at("resource"))?;
    let segments = segments_of(named);
    match segments.as_slice() {
        [] => as_it_is(),
        [name] if !is_at(name) => readable_path(name).map_or_else(|| path_of(name), Ok),
        _ if is_known(named) => as_it_is(),
        _ => match meant(&segments, endpoints()) {
            Some(near) => Err(refusal(format!(
                "no path {} is known; did you mean {near}? A request with `unchecked` asks for it as it is",
                shown(named)
            ))),
            None => as_it_is(),
        },
    }
}

/// The error for a resource that nobody knows, with the name that it most likely is.
pub(crate) fn unknown_resource(name: &str) -> Error {
    let plain = name.trim_matches('/');
    let meant = meant_name(plain).or_else(|| nearest(plain, searches().map(|search| search.path)));
    let meant = meant.map(str::to_owned).or_else(|| super::misspelt_path(name));
    let hint = meant.map_or_else(String::new, |name| format!("; did you mean {name:?}?"));
    refusal(format!("no resource has the name or path {}; expected one of the catalog{hint}", shown(name)))
}

/// The one path without ids where the resource of that name can be read.
fn path_of(name: &str) -> Result<String> {
    let named = resource(name).ok_or_else(|| unknown_resource(name))?;
    let reads = named.operations().filter(|(_, operation)| operation.method == Method::Get);
    let mut paths: Vec<&str> = reads.map(|(endpoint, _)| endpoint.path).collect();
    paths.sort_unstable();
    paths.dedup();
    let whole: Vec<&str> = paths.iter().copied().filter(|path| !path.contains('{')).collect();
    if let [only] = whole.as_slice() {
        return Ok((*only).to_owned());
    }
    let expected = if paths.is_empty() {
        "a resource that can be read".to_owned()
    } else {
        format!("one of the paths {}", paths.join(", "))
    };
    Err(refusal(format!("{name} alone does not say what to read; expected {expected}")))
}

/// Whether something is known at a path, with ids behind it or without.
fn is_known(path: &str) -> bool {
    search(path).is_some() || is_at(path) || is_at(&format!("{}/1", path.trim_end_matches('/')))
}

fn is_at(path: &str) -> bool {
    catalog().flat_map(|resource| resource.endpoints).any(|endpoint| endpoint.arguments(path).is_some())
}

fn endpoints() -> impl Iterator<Item = &'static str> {
    catalog().flat_map(|resource| resource.endpoints).map(|endpoint| endpoint.path)
}

/// Such a path is refused for that, whatever it holds.
fn is_too_long(path: &str) -> bool {
    path.len() > PATH_BYTES
}

fn refusal(message: String) -> Error {
    Error::validation("resource", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::readable;

    #[test]
    fn a_short_name_stands_for_its_search_and_anything_newer_is_let_through() {
        for (named, path) in [
            ("order", "order-service/order-search"),
            ("/order-search/", "order-service/order-search"),
            ("order-service/order", "order-service/order-search"),
            ("/order-service/order-search", "/order-service/order-search"),
            ("a/b-search", "a/b-search"),
            ("order-service/newer-search", "order-service/newer-search"),
            ("", ""),
        ] {
            assert_eq!(search_path(named, false).unwrap(), path, "{named}");
        }
        for (named, told) in [
            ("ordr", "did you mean \"order\"?"),
            ("order-type", "order-type has no search; expected one of "),
            ("order-service/order-serch", "did you mean order-service/order-search?"),
        ] {
            let error = search_path(named, false).unwrap_err();
            assert_eq!(error.location(), Some("resource"));
            assert!(error.message().contains(told), "{error}");
            assert_eq!(search_path(named, true).unwrap(), named);
        }
        assert!(search_path("order-service/{SEARCH}", true).unwrap_err().message().contains("{SEARCH}"));
    }

    #[test]
    fn a_short_name_stands_for_what_is_read_and_anything_newer_is_let_through() {
        for (named, path) in [
            ("order", "order-service/order"),
            ("order-type", "order-service/order-type"),
            ("order-service/order", "order-service/order"),
            (
                "warehouse-service/order/{ids}/goods-note/goods-out",
                "warehouse-service/order/{ids}/goods-note/goods-out",
            ),
            (
                "warehouse-service/order/*/goods-note/goods-out",
                "warehouse-service/order/*/goods-note/goods-out",
            ),
            ("pricing/customer/1001/product-price", "pricing/customer/1001/product-price"),
            ("x-service/x/{ids}/y", "x-service/x/{ids}/y"),
            ("order-service/orders-of-mine", "order-service/orders-of-mine"),
            ("", ""),
        ] {
            assert_eq!(read_path(named).unwrap(), path, "{named}");
        }
        for (named, told) in [
            ("ordr", "did you mean \"order\"?"),
            ("orders", "did you mean \"order\"?"),
            ("order-service/orders", "did you mean order-service/order?"),
            ("order-note", "order-note alone does not say what to read; expected one of the paths "),
            ("order-service/ordr", "did you mean order-service/order?"),
            (
                "warehouse-service/ordr/{ids}/goods-note/goods-out",
                "did you mean warehouse-service/order/{ids}/",
            ),
            ("warehouse-service/order/{ORDER}/goods-note/goods-out", "has the placeholder {ORDER};"),
            ("order-service/order/undefined", "has undefined where an id belongs;"),
        ] {
            let error = read_path(named).unwrap_err();
            assert_eq!(error.location(), Some("resource"));
            assert!(error.message().contains(told), "{error}");
        }
    }

    #[test]
    fn every_path_of_the_catalogue_stays_as_it_is() {
        for search in searches() {
            assert_eq!(search_path(search.path, false).unwrap(), search.path);
        }
        for (_, path) in readable() {
            assert_eq!(read_path(&path).unwrap(), path);
        }
        for path in endpoints().map(|path| path.replace("{ISO}", "GBP")) {
            let filled: Vec<&str> =
                path.split('/').map(|segment| if segment.starts_with('{') { "7" } else { segment }).collect();
            assert_eq!(read_path(&filled.join("/")).unwrap(), filled.join("/"));
        }
    }

    #[test]
    fn a_path_that_is_too_long_is_left_to_its_own_refusal() {
        let long = "order-service/{ID}/".repeat(PATH_BYTES);
        assert_eq!(read_path(&long).unwrap(), long);
        assert_eq!(search_path(&long, false).unwrap(), long);
    }
}
