//! What the emulator answers to: one table of routes per service.
//!
//! To add a resource, add a row to its service's table; to add a service, add its table to [`TABLES`].

mod accounting;
mod body;
mod call;
mod catalogue;
mod company;
mod contact;
mod contact_change;
mod contact_create;
mod contact_group;
mod contact_search;
mod contact_shape;
mod contact_tag;
mod currency;
mod custom_field;
mod fields;
mod goods;
pub(crate) mod integration;
mod invoice_write;
mod journal_read;
mod journal_write;
mod json_patch;
mod kept;
pub(crate) mod landed_cost;
mod nominal;
mod order;
mod order_close;
mod order_lists;
mod order_notes;
mod order_row;
mod order_shape;
mod order_terms;
mod order_write;
mod party_fields;
mod payment;
mod payment_method;
mod payment_search;
mod per_resource;
mod postal_address;
mod receipt;
mod row_terms;
mod sale;
mod sale_search;
mod sale_shape;
mod statement;
mod webhook;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use brightpearl_core::Method;

use crate::protocol::address::RequestAddress;
use crate::protocol::answer::Answer;
use crate::search::Searchable;
pub(crate) use call::{Call, unknown_resource};

/// One verb on one resource.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Service and resource, such as `order-service/order/{ids}`. `{ids}` and `{id}` stand for a segment,
    /// `{ids?}` for one that may be missing. A resource behind the prefix `api-v3` has it before its service:
    /// `api-v3:pricing/customer/{id}`.
    pub(crate) pattern: &'static str,
    /// The `Message-Type` of its answers. Those that no recording shows are *inferred* from their kin.
    pub(crate) message_type: &'static str,
    pub(crate) action: Action,
}

/// How a route is answered.
#[derive(Clone, Copy)]
pub(crate) enum Action {
    Read(fn(&mut Call<'_>) -> Answer),
    Write(fn(&mut Call<'_>) -> Answer),
    Search(&'static dyn Searchable),
    SearchMetaData(&'static dyn Searchable),
}

const TABLES: &[&[&[Route]]] = &[
    &[
        order::ROUTES,
        order_lists::ROUTES,
        order_write::ROUTES,
        order_row::ROUTES,
        order_notes::ROUTES,
        order_close::ROUTES,
        sale::ROUTES,
        contact::ROUTES,
        contact_create::ROUTES,
        contact_change::ROUTES,
        contact_tag::ROUTES,
        contact_group::ROUTES,
        company::ROUTES,
        postal_address::ROUTES,
        accounting::ROUTES,
        nominal::ROUTES,
        currency::ROUTES,
        payment::ROUTES,
        payment_method::ROUTES,
        journal_read::ROUTES,
        journal_write::ROUTES,
        invoice_write::ROUTES,
        statement::ROUTES,
        receipt::ROUTES,
        kept::ROUTES,
        landed_cost::ROUTES,
        webhook::ROUTES,
        integration::ROUTES,
    ],
    &catalogue::TABLES,
    &goods::TABLES,
];

fn routes() -> impl Iterator<Item = &'static Route> {
    TABLES.iter().copied().flatten().copied().flatten()
}

/// The routes by service and resource, which every pattern begins with.
static ROUTES_BELOW: LazyLock<BTreeMap<&'static str, BTreeMap<&'static str, Vec<&'static Route>>>> =
    LazyLock::new(|| {
        let mut below = BTreeMap::<_, BTreeMap<_, Vec<_>>>::new();
        for route in routes() {
            let mut parts = route.pattern.split('/');
            let (service, resource) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            below.entry(service).or_default().entry(resource).or_default().push(route);
        }
        below
    });

impl Route {
    const fn read(
        method: Method,
        pattern: &'static str,
        message_type: &'static str,
        action: fn(&mut Call<'_>) -> Answer,
    ) -> Self {
        Self { method, pattern, message_type, action: Action::Read(action) }
    }

    const fn write(
        method: Method,
        pattern: &'static str,
        message_type: &'static str,
        action: fn(&mut Call<'_>) -> Answer,
    ) -> Self {
        Self { method, pattern, message_type, action: Action::Write(action) }
    }

    const fn search(pattern: &'static str, search: &'static dyn Searchable) -> Self {
        Self {
            method: Method::Get,
            pattern,
            message_type: "bulk-data-search",
            action: Action::Search(search),
        }
    }

    const fn meta_data(pattern: &'static str, search: &'static dyn Searchable) -> Self {
        let action = Action::SearchMetaData(search);
        Self { method: Method::Get, pattern, message_type: "bulk-data-search", action }
    }

    /// The route of a request with the segments that its placeholders stand for, if there is one.
    pub(crate) fn find(method: Method, address: &RequestAddress) -> Option<(&'static Route, Vec<String>)> {
        let [service, resource, ..] = address.segments.as_slice() else { return None };
        let below = ROUTES_BELOW.get(service.as_str())?.get(resource.as_str())?;
        below.iter().filter(|route| route.method == method).find_map(|route| {
            let captured = route.captures(&address.segments)?;
            Some((*route, captured))
        })
    }

    fn captures(&self, segments: &[String]) -> Option<Vec<String>> {
        let mut captured = Vec::new();
        let mut rest = segments.iter();
        for part in self.pattern.split('/') {
            match (part, rest.next()) {
                ("{id}" | "{ids}" | "{ids?}", Some(segment)) => captured.push(segment.clone()),
                ("{ids?}", None) => captured.push(String::new()),
                (literal, Some(segment)) if literal == segment => {}
                _ => return None,
            }
        }
        rest.next().is_none().then_some(captured)
    }

    /// Service and resource without what follows, such as `order-service/order`.
    pub(crate) fn resource(&self) -> &'static str {
        let end = self.pattern.match_indices('/').nth(1).map_or(self.pattern.len(), |(at, _)| at);
        &self.pattern[..end]
    }

    pub(crate) fn is_search(&self) -> bool {
        matches!(self.action, Action::Search(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: Method, path: &str) -> Option<(&'static str, Vec<String>)> {
        let address = RequestAddress::parse(&format!("/public-api/demo/{path}"));
        Route::find(method, &address).map(|(route, captured)| (route.pattern, captured))
    }

    #[test]
    fn paths_find_their_route() {
        let one = |pattern, captured: &str| Some((pattern, vec![captured.to_owned()]));
        assert_eq!(found(Method::Get, "order-service/order/1-5"), one("order-service/order/{ids?}", "1-5"));
        assert_eq!(found(Method::Get, "order-service/order/"), one("order-service/order/{ids?}", ""));
        assert_eq!(
            found(Method::Put, "order-service/order/7/status"),
            one("order-service/order/{id}/status", "7")
        );
        assert_eq!(found(Method::Delete, "order-service/order/7"), None);
        assert_eq!(found(Method::Get, "order-service/order/7/8/9"), None);
        assert_eq!(found(Method::Get, "order-service"), None);
    }

    #[test]
    fn no_route_hides_another() {
        for route in routes() {
            let path = route.pattern.replace("{ids?}", "1").replace("{ids}", "1").replace("{id}", "1");
            let (first, _) = found(route.method, &path).unwrap();
            assert_eq!(first, route.pattern, "hidden");
        }
    }

    #[test]
    fn resources() {
        let (route, _) =
            Route::find(Method::Put, &RequestAddress::parse("/public-api/demo/order-service/order/7/status"))
                .unwrap();
        assert_eq!(route.resource(), "order-service/order");
        let (route, _) =
            Route::find(Method::Get, &RequestAddress::parse("/public-api/demo/order-service/order-type"))
                .unwrap();
        assert_eq!(route.resource(), "order-service/order-type");
    }
}
