//! Names for what can be read by id set and searched: the short ones that people type, and whole paths.

use crate::http::Method;

use super::operation::{Endpoint, Prefix};
use super::{PlaceholderKind, Resource, SearchResource, catalog, searches};

/// The search that a path or a short name such as `order-search` or `order` stands for.
///
/// ```
/// use brightpearl_core::catalog::search_named;
///
/// assert_eq!(search_named("order").unwrap().path, "order-service/order-search");
/// ```
pub fn search_named(name: &str) -> Option<&'static SearchResource> {
    let name = name.trim_matches('/');
    let named = searches().find(|search| is_named(search.path, name));
    named
        .or_else(|| search_for(name))
        .or_else(|| search_for(&readable_path(name)?))
        // What cannot be read by id set may be searched all the same.
        .or_else(|| catalog().find(|resource| resource.name == name)?.searches.first())
}

/// The search that finds what is read at a path.
pub fn search_for(path: &str) -> Option<&'static SearchResource> {
    searches().find(|search| search.finds == Some(path))
}

/// The path, without its ids, that a path or a short name such as `order` stands for, of what is read by id
/// set. Paths often end alike, so that the catalog's own name goes before.
///
/// ```
/// use brightpearl_core::catalog::readable_path;
///
/// assert_eq!(readable_path("order").as_deref(), Some("order-service/order"));
/// ```
pub fn readable_path(name: &str) -> Option<String> {
    let name = name.trim_matches('/');
    let readable: Vec<_> = readable().collect();
    let find = |is_meant: &dyn Fn(&Resource, &str) -> bool| {
        readable.iter().find(|(resource, path)| is_meant(resource, path)).map(|(_, path)| path.clone())
    };
    find(&|_, path| path == name)
        .or_else(|| find(&|resource, _| resource.name == name))
        .or_else(|| find(&|_, path| is_named(path, name)))
}

/// Whether a path is that one, or ends in that name.
fn is_named(path: &str, name: &str) -> bool {
    path == name || path.rsplit('/').next() == Some(name)
}

/// Every path that an id set goes behind, with its resource; `*` stands in it for "any".
pub fn readable() -> impl Iterator<Item = (&'static Resource, String)> {
    catalog().flat_map(|resource| {
        resource.endpoints.iter().filter_map(move |endpoint| Some((resource, before_ids(endpoint)?)))
    })
}

/// The path before the id set that a read ends in, if nothing else needs to be filled in.
fn before_ids(endpoint: &Endpoint) -> Option<String> {
    endpoint.operation(Method::Get).filter(|_| endpoint.prefix == Prefix::PublicApi)?;
    let (path, last) = endpoint.path.rsplit_once('/')?;
    let mut placeholders: Vec<_> = endpoint.placeholders().collect();
    placeholders.pop().filter(|ids| ids.kind == PlaceholderKind::IdSet && last.starts_with('{'))?;
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "*" } else { segment });
    placeholders.iter().all(|place| place.wildcard).then(|| segments.collect::<Vec<_>>().join("/"))
}
