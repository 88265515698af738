//! What the catalog says of resources that are read by id set, and of their searches, for the command line.

use brightpearl_core::catalog;
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
    /// The columns of that search that tell what is new and what has changed.
    watermarks: Vec<&'static str>,
}

impl Listed {
    fn new(path: String) -> Self {
        // A search whose rows do not hold the ids finds none to read.
        let found = catalog::search_for(&path).and_then(|search| Some((search, search.key?)));
        Self {
            id_limit: catalog::reading(&path).id_limit,
            search: found.map(|(search, _)| search.path),
            key: found.map(|(_, key)| key),
            watermarks: found.map_or_else(Vec::new, |(search, _)| search.watermarks.to_vec()),
            path,
        }
    }
}

/// The resource that a path or a short name such as `order` stands for.
#[pyfunction]
pub(crate) fn find_resource(name: &str) -> Option<Listed> {
    catalog::readable_path(name).map(Listed::new)
}

/// Every listed resource.
#[pyfunction]
pub(crate) fn list_resources() -> Vec<Listed> {
    catalog::readable().map(|(_, path)| Listed::new(path)).collect()
}

/// The path of the search that a path or a short name such as `order-search` or `order` stands for.
#[pyfunction]
pub(crate) fn find_search(name: &str) -> Option<&'static str> {
    catalog::search_named(name).map(|search| search.path)
}

/// The path of every listed search.
#[pyfunction]
pub(crate) fn list_searches() -> Vec<&'static str> {
    catalog::searches().map(|search| search.path).collect()
}
