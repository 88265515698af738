//! What the catalog says of a resource, for the command line.

use brightpearl_core::catalog;
use pyo3::prelude::*;

/// A resource that is read by id.
#[pyclass(frozen, get_all, module = "brightpearl._native")]
pub(crate) struct Listed {
    /// The path, such as `order-service/order`.
    path: &'static str,
    /// Most ids in one request.
    id_limit: u32,
    /// The path of the search that finds its ids.
    search: Option<&'static str>,
    /// The column of that search that holds them.
    key: Option<&'static str>,
}

impl Listed {
    fn new(resource: &'static catalog::Resource) -> Self {
        let search = resource.search.and_then(catalog::search);
        Self {
            path: resource.path,
            id_limit: resource.id_limit,
            search: resource.search,
            key: search.map(|search| search.key),
        }
    }
}

/// The resource that a path or a short name such as `order` stands for.
#[pyfunction]
pub(crate) fn find_resource(name: &str) -> Option<Listed> {
    catalog::resource_by_name(name.trim_matches('/')).map(Listed::new)
}

/// Every listed resource.
#[pyfunction]
pub(crate) fn list_resources() -> Vec<Listed> {
    catalog::resources().map(Listed::new).collect()
}

/// The path of the search that a path or a short name such as `order-search` or `order` stands for.
#[pyfunction]
pub(crate) fn find_search(name: &str) -> Option<&'static str> {
    let name = name.trim_matches('/');
    let is_meant = |search: &&catalog::Search| {
        search.path == name || search.path.rsplit('/').next() == Some(name) || search.finds == name
    };
    let named = catalog::searches().find(is_meant).map(|search| search.path);
    named.or_else(|| catalog::resource_by_name(name)?.search)
}

/// The path of every listed search.
#[pyfunction]
pub(crate) fn list_searches() -> Vec<&'static str> {
    catalog::searches().map(|search| search.path).collect()
}
