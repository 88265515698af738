//! The search over sales orders (API notes §4.5).

use super::order::order_label;
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::order::{Order, Progress};
use crate::world::reference::PAYMENT_STATUSES;

type SaleColumn = Column<Order>;

pub(super) const SEARCH: &dyn Searchable = &SALES_ORDER_SEARCH;

/// The page is cut off behind `taxDate`; what follows is from a client.
const SALES_ORDER_SEARCH: Search<Order> = Search {
    name: "order-service/sales-order-search",
    columns: &[
        SaleColumn::new("salesOrderId", DataType::IdSet, |_, order| Cell::integer(order.id)),
        SaleColumn::new("customerId", DataType::Integer, |_, order| Cell::integer(order.contact)),
        SaleColumn::new("orderStatusId", DataType::Integer, |_, order| Cell::integer(order.status))
            .explained_by(&["orderStatusNames"]),
        SaleColumn::new("orderStockStatus", DataType::String, |_, order| {
            Cell::text(order.stock_status_code())
        }),
        SaleColumn::new("createdOn", DataType::Period, |_, order| Cell::Moment(order.created)),
        SaleColumn::new("createdById", DataType::Integer, |_, order| Cell::integer(order.created_by)),
        SaleColumn::new("customerRef", DataType::String, |_, order| Cell::text(order.reference())),
        SaleColumn::new("orderPaymentStatus", DataType::String, |_, order| {
            let status = PAYMENT_STATUSES.iter().find(|(id, _)| *id == order.payment_status);
            status.map_or(Cell::Null, |(_, name)| Cell::text(*name))
        }),
        SaleColumn::new("updatedOn", DataType::Period, |_, order| Cell::optional_moment(order.updated)),
        SaleColumn::new("orderShippingStatus", DataType::String, |_, order| {
            Cell::text(order.shipping_status_code())
        }),
        SaleColumn::new("externalRef", DataType::String, |_, order| {
            Cell::optional_text(order.external_ref())
        }),
        SaleColumn::new("installedIntegrationInstanceId", DataType::Integer, |_, order| {
            Cell::optional_integer(order.integration())
        }),
        SaleColumn::new("warehouseId", DataType::IdSet, |_, order| Cell::integer(order.warehouse)),
        SaleColumn::new("staffOwnerId", DataType::Integer, |_, order| Cell::integer(order.staff_owner)),
        SaleColumn::new("taxDate", DataType::Period, |_, order| Cell::Moment(order.tax_date)),
        SaleColumn::new("deliveryDate", DataType::Period, |_, order| {
            Cell::optional_moment(order.delivery_date)
        }),
        SaleColumn::new("channelId", DataType::Integer, |_, order| Cell::integer(order.channel)),
    ],
    filters: &[
        SaleColumn::new("externalRefSearchString", DataType::SearchString, |_, order| {
            Cell::optional_text(order.external_ref())
        }),
        SaleColumn::new("isClosed", DataType::Boolean, |_, order| {
            Cell::Boolean(order.progress == Progress::Invoiced)
        }),
        SaleColumn::new("isHistoricalOrder", DataType::Boolean, |_, _| Cell::Boolean(false)),
        SaleColumn::new("leadSourceId", DataType::Integer, |_, order| Cell::integer(order.lead_source)),
        SaleColumn::new("placedOn", DataType::Period, |_, order| Cell::Moment(order.placed)),
        SaleColumn::new("projectId", DataType::Integer, |_, order| Cell::integer(order.project)),
        SaleColumn::new("shippingMethodId", DataType::Integer, |_, order| {
            Cell::integer(order.shipping_method)
        }),
    ],
    ids: World::sales_orders,
    record: World::order,
    references: &["orderStatusNames"],
    label: order_label,
};
