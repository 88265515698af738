//! What is in stock, and where an order can be fulfilled from.

use crate::catalog::operation::{Answer, endpoint, get};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const PRODUCT_AVAILABILITY: Resource = Resource {
    name: "product-availability",
    title: "Product availability",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.1",
    endpoints: &[endpoint(
        "warehouse-service/product-availability/{PRODUCT-ID-SET}",
        &[get(Answer::Map)
            .id_in("")
            .keyed_by("PRODUCT-ID-SET")
            .sections(&["breakDownByLocation", "allocatedOrders", "allocatedTransfers", "onOrder"])
            .note("One id that is not of a stock-tracked product may fail the whole set with HTTP 400.")],
    )],
    ..Resource::BLANK
};

pub(super) const BUNDLE_AVAILABILITY: Resource = Resource {
    name: "bundle-availability",
    title: "Bundle availability",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.1",
    endpoints: &[endpoint(
        "warehouse-service/bundle-availability/{PRODUCT-ID}",
        &[get(Answer::Map)
            .id_in("")
            .keyed_by("PRODUCT-ID")
            .note("One client has the path /warehouse/bundle-availability/{PRODUCT-ID}.")],
    )],
    ..Resource::BLANK
};

pub(super) const FULFILMENT_SOURCE: Resource = Resource {
    name: "fulfilment-source",
    title: "Fulfilment source",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.7",
    endpoints: &[endpoint(
        "warehouse-service/fulfilment-source/{PRODUCT-ID-SET}",
        &[get(Answer::Object).id_in("")],
    )],
    ..Resource::BLANK
};

pub(super) const ORDER_FULFILMENT_STATUS: Resource = Resource {
    name: "order-fulfilment-status",
    title: "Order fulfilment status",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.7",
    endpoints: &[endpoint(
        "warehouse-service/order/{ORDER-ID}/fulfilment-status",
        &[get(Answer::Map).id_in("").note("Keyed by order row.")],
    )],
    ..Resource::BLANK
};
