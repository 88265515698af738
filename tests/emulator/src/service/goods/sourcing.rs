//! Where an order can be fulfilled from, and how far it is (API notes §8.3.7).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::call::Call;
use super::path_order;
use crate::protocol::answer::{Answer, response};
use crate::protocol::json::{Members, amount};
use crate::world::World;
use crate::world::product_record::ProductRecord;
use crate::world::reference::OrderType;

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "warehouse-service/fulfilment-source/{ids?}",
        "get-fulfilment-source",
        get_sources,
    ),
    Route::read(
        Method::Get,
        "warehouse-service/order/{id}/fulfilment-status",
        "get-order-fulfilment-status",
        get_status,
    ),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SourcesShape {
    available_products: Members<u32, SourceShape>,
    unavailable_products: Vec<u32>,
}

#[derive(Serialize)]
struct SourceShape {
    suppliers: Members<u32, SupplierShape>,
    warehouses: Members<u32, OnHand>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SupplierShape {
    cost_points: CostPoints,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CostPoints {
    currency_code: String,
    cost_points: Vec<CostPoint>,
}

#[derive(Serialize)]
struct CostPoint {
    minimum: u32,
    cost: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OnHand {
    on_hand: u32,
}

/// A product is unavailable when nobody supplies it and none is on hand. *Inferred*: ids that do not exist
/// are left out.
fn get_sources(call: &mut Call<'_>) -> Answer {
    let ids = call.many_ids(0)?.pick(call.world.products.as_slice());
    let world = &*call.world;
    let mut available = Vec::new();
    let mut unavailable_products = Vec::new();
    for id in ids {
        let source = SourceShape::new(world, &world.product_record(id));
        if source.suppliers.0.is_empty() && source.warehouses.0.is_empty() {
            unavailable_products.push(id);
        } else {
            available.push((id, source));
        }
    }
    response(SourcesShape { available_products: Members(available), unavailable_products })
}

impl SourceShape {
    /// Suppliers sell at the account's cost price.
    fn new(world: &World, record: &ProductRecord) -> Self {
        let list = world.price_list(1);
        let price = world.list_price(&world.product(record.id), &list);
        let point = |(minimum, cost): (&u32, &rust_decimal::Decimal)| CostPoint {
            minimum: *minimum,
            cost: amount(*cost, 4),
        };
        let supplier = |id: &u32| {
            let cost_points = CostPoints {
                currency_code: world.currencies[list.currency].code.clone(),
                cost_points: price.breaks.iter().map(point).collect(),
            };
            (*id, SupplierShape { cost_points, sku: price.sku.clone() })
        };
        let in_warehouse = |id: &u32| {
            let on_hand = world.level(record.id, *id).on_hand;
            (on_hand > 0).then_some((*id, OnHand { on_hand }))
        };
        Self {
            suppliers: Members(record.suppliers.iter().map(supplier).collect()),
            warehouses: Members(world.warehouse_ids().iter().filter_map(in_warehouse).collect()),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowStatus {
    quantity: i64,
    fulfilled: u32,
    shipped: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    fulfilment_locations: Option<Members<u32, u32>>,
}

fn get_status(call: &mut Call<'_>) -> Answer {
    use rust_decimal::prelude::ToPrimitive;
    let order = path_order(call, 0, &OrderType::ALL)?;
    let rows = call.world.row_fulfilments(&order).into_iter().map(|row| {
        let locations = (!row.locations.is_empty()).then_some(Members(row.locations));
        let status = RowStatus {
            quantity: row.ordered.to_i64().unwrap_or(0),
            fulfilled: row.fulfilled,
            shipped: row.shipped,
            fulfilment_locations: locations,
        };
        (row.row, status)
    });
    response(Members(rows.collect()))
}
