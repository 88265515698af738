//! Which read stands for a service: whoever may do it may read there, and it costs one small request.

use serde::Serialize;

use super::{catalog, searches};

/// The read that stands for a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ServiceRead {
    /// The service, such as `order-service`.
    pub service: &'static str,
    /// The path of the search of which one row is asked for.
    pub search: &'static str,
}

/// What every account has, and what is small: whether it is answered tells whether the credentials are taken.
pub const EVERY_ACCOUNT: &str = "integration-service/account-configuration";

/// The read of each service that has a search, by the service's name: that of its first resource which has one.
pub fn service_reads() -> Vec<ServiceRead> {
    let of =
        |search: &'static str| ServiceRead { service: search.split('/').next().unwrap_or(search), search };
    let first = catalog().filter_map(|resource| resource.searches.first()).chain(searches());
    let mut reads: Vec<ServiceRead> = first.map(|search| of(search.path)).collect();
    // Stable, so that the first of each service stays.
    reads.sort_by_key(|read| read.service);
    reads.dedup_by_key(|read| read.service);
    reads
}
