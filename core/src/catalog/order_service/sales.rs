//! Sales orders and sales credits: flat, and created together with their rows.

use super::body;
use crate::catalog::operation::{Answer, Empty, Verify, endpoint, get, json, options, post};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, UPDATES_MISS, column, named};

/// `externalRef` with `installedIntegrationInstanceId` is a unique key (API notes §8.1.4).
const FIND_THE_SALE: &[Verify] = &[
    Verify::Search {
        search: "order-service/order-search",
        by: &[
            ("/externalRef", "externalRef"),
            ("/installedIntegrationInstanceId", "installedIntegrationInstanceId"),
        ],
        unique: true,
    },
    Verify::Search {
        search: "order-service/order-search",
        by: &[("/ref", "customerRef"), ("/customer/id", "contactId")],
        unique: false,
    },
    Verify::Search {
        search: "order-service/order-search",
        by: &[("/ref", "customerRef"), ("/customerId", "contactId")],
        unique: false,
    },
];

pub(super) const SALES_ORDER: Resource = Resource {
    name: "sales-order",
    title: "Sales order",
    section: Section::Order,
    detail: Detail::Full,
    source: "§8.1.4, §8.1.5",
    endpoints: &[
        endpoint(
            "order-service/sales-order/{ID-SET}",
            &[get(Answer::Array)
                .empty(Empty::Nothing)
                .unverified()
                .note("Inferred from sales credits: nothing found is not a 404, and some found are a 207.")],
        )
        .limit(200),
        endpoint("order-service/sales-order/{ID-SET?}", &[options()]),
        endpoint(
            "order-service/sales-order",
            &[post(Answer::Id, json(body::SALE)).verify(FIND_THE_SALE).note("Fires sales-order.created.")],
        ),
    ],
    searches: &[SearchResource {
        path: "order-service/sales-order-search",
        watermarks: &["createdOn", "updatedOn"],
        dates_miss: UPDATES_MISS,
        key: Some("salesOrderId"),
        finds: Some("order-service/sales-order"),
        columns: SALES_ORDER_COLUMNS,
        note: "The source was cut off behind taxDate; what follows is from a client.",
        ..SearchResource::BLANK
    }],
    note: "Rows are an array, in no defined order.",
};

/// API notes §4.5, in the order of the page.
const SALES_ORDER_COLUMNS: &[SearchColumn] = &[
    column("salesOrderId", FilterType::IdSet),
    column("customerId", FilterType::Integer),
    column("orderStatusId", FilterType::Integer).explained_by("orderStatusNames"),
    column("orderStockStatus", FilterType::Text),
    column("createdOn", FilterType::Period),
    column("createdById", FilterType::Integer),
    column("customerRef", FilterType::Text),
    column("orderPaymentStatus", FilterType::Text),
    column("updatedOn", FilterType::Period),
    column("orderShippingStatus", FilterType::Text),
    column("externalRef", FilterType::Text),
    column("installedIntegrationInstanceId", FilterType::Integer),
    column("warehouseId", FilterType::IdSet),
    column("staffOwnerId", FilterType::Integer),
    column("taxDate", FilterType::Period),
    named("deliveryDate"),
    named("channelId"),
    named("channelTypeId").not_in_rows(),
    named("externalRefSearchString").not_in_rows(),
    named("externalRefs").not_in_rows(),
    named("isClosed").not_in_rows(),
    named("isHistoricalOrder").not_in_rows(),
    named("leadSourceId").not_in_rows(),
    named("placedOn").not_in_rows(),
    named("projectId").not_in_rows(),
    named("shippingMethodId").not_in_rows(),
    named("stockAllocationId").not_in_rows(),
];

pub(super) const SALES_CREDIT: Resource = Resource {
    name: "sales-credit",
    title: "Sales credit",
    section: Section::Order,
    detail: Detail::Partial,
    source: "§8.1.4, §8.1.5",
    endpoints: &[
        endpoint(
            "order-service/sales-credit/{ID-SET}",
            &[get(Answer::Array)
                .empty(Empty::Nothing)
                .note("HTTP 207 when only some of the ids were found, 200 otherwise.")],
        )
        .limit(200),
        endpoint("order-service/sales-credit/{ID-SET?}", &[options()]),
        endpoint("order-service/sales-credit", &[post(Answer::Id, json(body::SALE)).verify(FIND_THE_SALE)]),
    ],
    note: "One source names PATCH, and none says how.",
    ..Resource::BLANK
};
