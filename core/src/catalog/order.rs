//! The order service (API notes §8.1).

use super::{FilterType, Resource, Search, SearchColumn, column, filter_only};

pub(super) const RESOURCES: &[Resource] = &[
    Resource {
        path: "order-service/order",
        options: true,
        search: Some("order-service/order-search"),
        ..Resource::UNLISTED
    },
    Resource { path: "order-service/sales-order", options: true, ..Resource::UNLISTED },
    Resource { path: "order-service/sales-credit", options: true, ..Resource::UNLISTED },
    Resource { path: "order-service/order-status", id_member: "statusId", ..Resource::UNLISTED },
];

pub(super) const SEARCHES: &[Search] = &[Search {
    path: "order-service/order-search",
    key: "orderId",
    finds: "order-service/order",
    columns: ORDER_COLUMNS,
}];

/// In the default column order of the recorded answers (API notes §4.5), then the filter-only names.
const ORDER_COLUMNS: &[SearchColumn] = &[
    column("orderId", FilterType::IdSet),
    column("orderTypeId", FilterType::IdSet),
    column("contactId", FilterType::Integer),
    column("orderStatusId", FilterType::Integer),
    column("orderStockStatusId", FilterType::Integer),
    column("createdOn", FilterType::Period),
    column("createdById", FilterType::Integer),
    column("customerRef", FilterType::Text),
    column("orderPaymentStatusId", FilterType::Integer),
    column("updatedOn", FilterType::Period),
    column("parentOrderId", FilterType::IdSet),
    column("orderShippingStatusId", FilterType::Integer),
    column("externalRef", FilterType::Text),
    column("installedIntegrationInstanceId", FilterType::Integer),
    column("warehouseId", FilterType::IdSet),
    column("staffOwnerContactId", FilterType::Integer),
    column("taxDate", FilterType::Period),
    column("departmentId", FilterType::Integer),
    column("deliveryDate", FilterType::Period),
    filter_only("placedOn", FilterType::Period),
    filter_only("shippingMethodId", FilterType::IdSet),
    filter_only("projectId", FilterType::Integer),
    filter_only("leadSourceId", FilterType::Integer),
    filter_only("isClone", FilterType::Boolean),
];
