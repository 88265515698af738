//! Reading and finding orders of every type (API notes §8.1.1, §4.5).

use brightpearl_core::Method;
use serde::Serialize;

use super::Route;
use super::call::{Call, MOST_IDS};
use super::order_shape::{OrderSections, OrderShape};
use crate::protocol::answer::{Answer, response};
use crate::protocol::id_set::uris_in_portions;
use crate::search::{Cell, Column, DataType, Label, Search, Searchable};
use crate::world::World;
use crate::world::order::Order;
use crate::world::random::{Draw, Topic};
use crate::world::reference::{Coded, OrderType, PAYMENT_STATUSES, SHIPPING_STATUSES, STOCK_STATUSES};

type OrderColumn = Column<Order>;

const SEARCH: &dyn Searchable = &ORDER_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "order-service/order/{ids?}", "get-order", get_orders),
    Route::read(Method::Options, "order-service/order/{ids?}", "options-order", order_options),
    Route::search("order-service/order-search", SEARCH),
    Route::meta_data("order-service/order-search/meta-data", SEARCH),
];

const ORDER_SEARCH: Search<Order> = Search {
    name: "order-service/order-search",
    columns: &[
        OrderColumn::new("orderId", DataType::IdSet, |_, order| Cell::integer(order.id)),
        OrderColumn::new("orderTypeId", DataType::IdSet, |_, order| Cell::integer(order.order_type.id()))
            .explained_by(&["orderTypeNames"]),
        OrderColumn::new("contactId", DataType::Integer, |_, order| Cell::integer(order.contact)),
        OrderColumn::new("orderStatusId", DataType::Integer, |_, order| Cell::integer(order.status))
            .explained_by(&["orderStatusNames"]),
        OrderColumn::new("orderStockStatusId", DataType::Integer, |_, order| {
            Cell::integer(order.stock_status)
        })
        .explained_by(&["orderStockStatusNames"]),
        OrderColumn::new("createdOn", DataType::Period, |_, order| Cell::Moment(order.created)),
        OrderColumn::new("createdById", DataType::Integer, |_, order| Cell::integer(order.created_by)),
        OrderColumn::new("customerRef", DataType::String, |_, order| Cell::text(order.reference())),
        OrderColumn::new("orderPaymentStatusId", DataType::Integer, |_, order| {
            Cell::integer(order.payment_status)
        })
        .explained_by(&["orderPaymentStatusNames"]),
        OrderColumn::new("updatedOn", DataType::Period, |_, order| Cell::optional_moment(order.updated)),
        OrderColumn::new("parentOrderId", DataType::IdSet, |_, order| Cell::integer(order.parent)),
        OrderColumn::new("orderShippingStatusId", DataType::Integer, |_, order| {
            Cell::integer(order.shipping_status)
        })
        .explained_by(&["orderShippingStatusNames"]),
        OrderColumn::new("externalRef", DataType::String, |_, order| {
            Cell::optional_text(order.external_ref())
        }),
        OrderColumn::new("installedIntegrationInstanceId", DataType::Integer, |_, order| {
            Cell::optional_integer(order.integration())
        }),
        OrderColumn::new("warehouseId", DataType::IdSet, |_, order| Cell::integer(order.warehouse)),
        OrderColumn::new("staffOwnerContactId", DataType::Integer, |_, order| {
            Cell::integer(order.staff_owner)
        }),
        OrderColumn::new("taxDate", DataType::Period, |_, order| Cell::Moment(order.tax_date)),
        OrderColumn::new("departmentId", DataType::Integer, |_, order| Cell::integer(order.channel)),
        OrderColumn::new("deliveryDate", DataType::Period, |_, order| {
            Cell::optional_moment(order.delivery_date)
        }),
    ],
    filters: &[
        OrderColumn::new("placedOn", DataType::Period, |_, order| Cell::Moment(order.placed)),
        OrderColumn::new("shippingMethodId", DataType::Integer, |_, order| {
            Cell::integer(order.shipping_method)
        }),
        OrderColumn::new("projectId", DataType::Integer, |_, order| Cell::integer(order.project)),
        OrderColumn::new("leadSourceId", DataType::Integer, |_, order| Cell::integer(order.lead_source)),
    ],
    ids: |world| world.orders.as_slice(),
    record: World::order,
    references: &[
        "orderShippingStatusNames",
        "orderTypeNames",
        "orderPaymentStatusNames",
        "orderStockStatusNames",
        "orderStatusNames",
    ],
    label: order_label,
};

pub(super) fn order_label(world: &World, map: &str, key: i64) -> Option<Label> {
    let id = u32::try_from(key).ok()?;
    let coded =
        |list: &'static [Coded]| list.iter().find(|entry| entry.id == id).map(|entry| entry.description);
    let name = match map {
        "orderTypeNames" => OrderType::ALL.into_iter().find(|kind| kind.id() == id).map(OrderType::constant),
        "orderStatusNames" => {
            return world.order_status(id).map(|status| Label::Text(status.name.clone().into_owned()));
        }
        "orderStockStatusNames" => coded(&STOCK_STATUSES),
        "orderShippingStatusNames" => coded(&SHIPPING_STATUSES),
        "orderPaymentStatusNames" => {
            PAYMENT_STATUSES.iter().find(|(status, _)| *status == id).map(|(_, name)| *name)
        }
        _ => None,
    };
    name.map(Label::Name)
}

/// Unknown ids are left out, and the order is not that of the request: a client that counts on it must
/// fail here as it would there.
fn get_orders(call: &mut Call<'_>) -> Answer {
    let ids = call.required_ids(0)?;
    let sections = OrderSections::asked_for(call);
    let world = &*call.world;
    let mut ids = ids.pick(world.orders.as_slice());
    ids.sort_by_cached_key(|id| Draw::new(world.seed, Topic::Sequence, u64::from(*id)).below(u32::MAX));
    let shapes: Vec<_> = ids.iter().map(|id| OrderShape::new(world, &world.order(*id), sections)).collect();
    response(shapes)
}

fn order_options(call: &mut Call<'_>) -> Answer {
    let existing = call.world.orders.as_slice();
    let ids = call.ids(0)?.map_or_else(|| existing.to_vec(), |ids| ids.pick(existing));
    response(GetUris::new(&ids, |set| format!("/order/{set}")))
}

/// The answer to OPTIONS (API notes §1.4).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetUris {
    get_uris: Vec<String>,
}

impl GetUris {
    pub(super) fn new(ids: &[u32], uri: impl Fn(&str) -> String) -> Self {
        Self { get_uris: uris_in_portions(ids, MOST_IDS, uri) }
    }
}
