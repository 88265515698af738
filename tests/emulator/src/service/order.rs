//! The order service: orders, their search, and the lists that explain them (API notes §8.1).

use brightpearl_core::Method;
use serde::Serialize;

use super::Route;
use super::call::{Call, MOST_IDS};
use super::order_shape::{OrderShape, Sections};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::id_set::uris_in_portions;
use crate::search::{Cell, Column, DataType, Label, Search, Searchable};
use crate::world::World;
use crate::world::order::Order;
use crate::world::random::{Draw, Topic};
use crate::world::reference::{
    Coded, ORDER_STATUSES, OrderType, PAYMENT_STATUSES, SHIPPING_STATUSES, STOCK_STATUSES, order_status,
};

type OrderColumn = Column<Order>;

const SEARCH: &dyn Searchable = &ORDER_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "order-service/order/{ids?}", "get-order", get_orders),
    Route::read(Method::Options, "order-service/order/{ids?}", "options-order", order_options),
    Route::search("order-service/order-search", SEARCH),
    Route::meta_data("order-service/order-search/meta-data", SEARCH),
    Route::write(Method::Put, "order-service/order/{id}/status", "put-order-status", put_status),
    Route::read(Method::Get, "order-service/order-type", "get-order-type", get_order_types),
    Route::read(Method::Get, "order-service/order-status/{ids?}", "get-order-status", get_order_statuses),
    Route::read(
        Method::Get,
        "order-service/order-stock-status",
        "get-order-stock-status",
        get_stock_statuses,
    ),
    Route::read(
        Method::Get,
        "order-service/order-shipping-status",
        "get-order-shipping-status",
        get_shipping_statuses,
    ),
];

const ORDER_SEARCH: Search<Order> = Search {
    name: "order-service/order-search",
    columns: &[
        OrderColumn::new("orderId", DataType::IdSet, |_, order| Cell::integer(order.id)),
        OrderColumn::new("orderTypeId", DataType::IdSet, |_, order| Cell::integer(order.order_type.id()))
            .explained_by(&["orderTypeNames"]),
        OrderColumn::new("contactId", DataType::Integer, |_, order| Cell::integer(order.contact)),
        OrderColumn::new("orderStatusId", DataType::Integer, |_, order| Cell::integer(order.status.id))
            .explained_by(&["orderStatusNames"]),
        OrderColumn::new("orderStockStatusId", DataType::Integer, |_, order| {
            Cell::integer(order.stock_status.id)
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
            Cell::integer(order.shipping_status.id)
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
        OrderColumn::new("placedOn", DataType::Period, |_, order| Cell::Moment(order.created)),
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

fn order_label(_: &World, map: &str, key: i64) -> Option<Label> {
    let id = u32::try_from(key).ok()?;
    let coded =
        |list: &'static [Coded]| list.iter().find(|entry| entry.id == id).map(|entry| entry.description);
    let name = match map {
        "orderTypeNames" => OrderType::ALL.into_iter().find(|kind| kind.id() == id).map(OrderType::constant),
        "orderStatusNames" => order_status(id).map(|status| status.name),
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
    let sections = Sections {
        custom_fields: call.query.lists("includeOptional", "customFields"),
        null_custom_fields: call.query.lists("includeOptional", "nullCustomFields"),
    };
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

/// Sets the status and adds a note, which the real API does even when none is sent.
fn put_status(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let id = super::order_notes::existing_order(call)?;
    let status = body.get("orderStatusId").and_then(serde_json::Value::as_u64);
    let status = status.and_then(|id| u32::try_from(id).ok()).and_then(order_status);
    let order_type = call.world.order(id).order_type;
    // The code is *inferred*: no recording has a refused status.
    let Some(status) = status.filter(|status| status.order_type == order_type) else {
        return Err(Refusal::coded(400, "ORDC-007", "You have supplied an invalid order status id"));
    };
    let note = super::order_notes::read_note(body.get("orderNote"))?;
    call.world.changes.touch_order(id, Some(status.id), call.now_ms);
    super::order_notes::add(call, id, note.unwrap_or_default());
    nothing()
}

#[derive(Serialize)]
struct CodedShape {
    id: u32,
    code: &'static str,
    description: &'static str,
}

fn coded_list(list: &'static [Coded]) -> Answer {
    let shape = |entry: &Coded| CodedShape { id: entry.id, code: entry.code, description: entry.description };
    response(list.iter().map(shape).collect::<Vec<_>>())
}

fn get_stock_statuses(_: &mut Call<'_>) -> Answer {
    coded_list(&STOCK_STATUSES)
}

fn get_shipping_statuses(_: &mut Call<'_>) -> Answer {
    coded_list(&SHIPPING_STATUSES)
}

fn get_order_types(_: &mut Call<'_>) -> Answer {
    let shape =
        |kind: OrderType| CodedShape { id: kind.id(), code: kind.code(), description: kind.description() };
    response(OrderType::ALL.map(shape))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusShape {
    status_id: u32,
    name: &'static str,
    order_type_code: &'static str,
    sort_order: usize,
    disabled: bool,
    visible: bool,
    color: &'static str,
    remind_after_days: u32,
    alert_emails: [&'static str; 0],
    email_content: &'static str,
    batch_process: bool,
    state: &'static str,
}

fn get_order_statuses(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let shapes: Vec<_> = ORDER_STATUSES
        .iter()
        .enumerate()
        .filter(|(_, status)| ids.as_ref().is_none_or(|ids| ids.contains(status.id)))
        .map(|(index, status)| StatusShape {
            status_id: status.id,
            name: status.name,
            order_type_code: status.order_type.code(),
            sort_order: index,
            disabled: false,
            visible: status.visible,
            color: status.color,
            remind_after_days: status.remind_after_days,
            alert_emails: [],
            email_content: "",
            batch_process: false,
            state: status.state,
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Order Statuses Found"));
    }
    response(shapes)
}
