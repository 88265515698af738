//! What the catalog says of resources that are read by id set, and of their searches, for the command line.

use brightpearl_core::Method;
use brightpearl_core::catalog::operation::{Endpoint, Prefix};
use brightpearl_core::catalog::{self, PlaceholderKind, Resource, Search};
use pyo3::prelude::*;

/// A resource that is read by id set.
#[pyclass(frozen, get_all, module = "brightpearl._native")]
pub(crate) struct Listed {
    /// The path that the ids go behind, such as `order-service/order`; `*` stands in it for "any".
    path: String,
    /// Most ids in one request.
    id_limit: u32,
    /// The path of the search that finds its ids.
    search: Option<&'static str>,
    /// The column of that search that holds them.
    key: Option<&'static str>,
}

impl Listed {
    fn new(path: String) -> Self {
        // A search whose rows do not hold the ids finds none to read.
        let found = search_for(&path).and_then(|search| Some((search.path, search.key?)));
        Self {
            id_limit: catalog::reading(&path).id_limit,
            search: found.map(|(search, _)| search),
            key: found.map(|(_, key)| key),
            path,
        }
    }
}

/// The resource that a path or a short name such as `order` stands for.
#[pyfunction]
pub(crate) fn find_resource(name: &str) -> Option<Listed> {
    readable_path(name.trim_matches('/')).map(Listed::new)
}

/// Every listed resource.
#[pyfunction]
pub(crate) fn list_resources() -> Vec<Listed> {
    readable().map(|(_, path)| Listed::new(path)).collect()
}

/// The path of the search that a path or a short name such as `order-search` or `order` stands for.
#[pyfunction]
pub(crate) fn find_search(name: &str) -> Option<&'static str> {
    let name = name.trim_matches('/');
    let named = catalog::searches().find(|search| is_named(search.path, name));
    let search = named
        .or_else(|| search_for(name))
        .or_else(|| search_for(&readable_path(name)?))
        // What cannot be read by id set may be searched all the same.
        .or_else(|| catalog::catalog().find(|resource| resource.name == name)?.searches.first());
    search.map(|search| search.path)
}

/// The path of every listed search.
#[pyfunction]
pub(crate) fn list_searches() -> Vec<&'static str> {
    catalog::searches().map(|search| search.path).collect()
}

/// The search that finds what is read at a path.
fn search_for(path: &str) -> Option<&'static Search> {
    catalog::searches().find(|search| search.finds == Some(path))
}

/// The path that a name stands for. Paths often end alike, so that the catalog's own name goes before.
fn readable_path(name: &str) -> Option<String> {
    let find = |is_meant: &dyn Fn(&Resource, &str) -> bool| {
        readable().find(|(resource, path)| is_meant(resource, path)).map(|(_, path)| path)
    };
    find(&|_, path| path == name)
        .or_else(|| find(&|resource, _| resource.name == name))
        .or_else(|| find(&|_, path| is_named(path, name)))
}

/// Whether a path is that one, or ends in that name.
fn is_named(path: &str, name: &str) -> bool {
    path == name || path.rsplit('/').next() == Some(name)
}

/// Every path that an id set goes behind, with its resource.
fn readable() -> impl Iterator<Item = (&'static Resource, String)> {
    catalog::catalog().flat_map(|resource| {
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
