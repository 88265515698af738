//! How much there is of a product (API notes §8.3.1).

use std::collections::BTreeMap;

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::call::Call;
use super::allocated::{AllocationBook, Allocations, OrderAllocation, TransferAllocation, allocations};
use super::{existing_product, not_tracked, refused};
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::Members;
use crate::world::World;
use crate::world::reference::{FREE_TEXT_PRODUCT, OrderType};
use crate::world::stock::{Batch, Level};

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "warehouse-service/product-availability/{ids?}",
        "get-product-availability",
        get_availability,
    ),
    Route::read(
        Method::Get,
        "warehouse-service/bundle-availability/{id}",
        "get-bundle-availability",
        get_bundle_availability,
    ),
    Route::read(
        Method::Get,
        "warehouse-service/warehouse/bundle-availability/{id}",
        "get-bundle-availability",
        get_bundle_availability,
    ),
];

/// Which optional sections are asked for.
#[derive(Clone, Copy)]
struct AvailabilitySections {
    locations: bool,
    orders: bool,
    transfers: bool,
    on_order: bool,
}

#[derive(Serialize)]
struct AvailabilityShape {
    total: Summary,
    warehouses: Members<u32, WarehouseAvailability>,
}

#[derive(Serialize)]
struct WarehouseAvailability {
    #[serde(flatten)]
    summary: Summary,
    #[serde(rename = "byLocation", skip_serializing_if = "Option::is_none")]
    by_location: Option<Members<u32, Summary>>,
}

/// The names of the optional members follow the sections that ask for them. *Inferred*: they stand in the total and
/// in each warehouse.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    in_stock: u32,
    on_hand: u32,
    allocated: u32,
    in_transit: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_order: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allocated_orders: Option<Vec<OrderAllocation>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allocated_transfers: Option<Vec<TransferAllocation>>,
}

impl From<Level> for Summary {
    fn from(level: Level) -> Self {
        Self {
            in_stock: level.in_stock(),
            on_hand: level.on_hand,
            allocated: level.allocated,
            in_transit: level.in_transit,
            ..Self::default()
        }
    }
}

/// One id that is unknown spoils the whole set, as a live account answers; products whose stock is not counted
/// are left out, as the page says.
fn get_availability(call: &mut Call<'_>) -> Answer {
    let ids = call.many_ids(0)?;
    let sections = AvailabilitySections {
        locations: call.query.lists("includeOptional", "breakDownByLocation"),
        orders: call.query.lists("includeOptional", "allocatedOrders"),
        transfers: call.query.lists("includeOptional", "allocatedTransfers"),
        on_order: call.query.lists("includeOptional", "onOrder"),
    };
    let world = &*call.world;
    let mut counted = Vec::new();
    for id in ids.iter() {
        // The built-in product of free-text rows exists in every account, and has no stock either.
        let is_counted = id != FREE_TEXT_PRODUCT && world.product(existing_product(world, id)?).stock_tracked;
        if is_counted {
            counted.push(id);
        } else if world.strict {
            return Err(not_tracked(id));
        }
    }
    let ordered = if sections.on_order { on_order(world) } else { BTreeMap::new() };
    let allocated = if sections.orders || sections.transfers {
        allocations(world, &counted)
    } else {
        AllocationBook::new()
    };
    let shape = |id| (id, AvailabilityShape::new(world, id, sections, &ordered, &allocated));
    response(Members(counted.into_iter().map(shape).collect()))
}

impl AvailabilityShape {
    fn new(
        world: &World,
        product: u32,
        sections: AvailabilitySections,
        ordered: &BTreeMap<u32, BTreeMap<u32, u32>>,
        allocated: &AllocationBook,
    ) -> Self {
        let batches = world.batches(product);
        let ordered = ordered.get(&product);
        let mut warehouses: Vec<u32> = batches.iter().map(|batch| batch.warehouse).collect();
        warehouses.extend(ordered.into_iter().flat_map(|ordered| ordered.keys()));
        warehouses.sort_unstable();
        warehouses.dedup();
        let detailed = |level: Level, on_order: u32, allocated: &Allocations| Summary {
            on_order: sections.on_order.then_some(on_order),
            allocated_orders: sections.orders.then(|| allocated.orders()),
            allocated_transfers: sections.transfers.then(|| allocated.transfers()),
            ..Summary::from(level)
        };
        let allocated_in = |warehouse: u32| allocated.get(&(product, warehouse)).cloned().unwrap_or_default();
        let warehouse = |id: u32| {
            let own: Vec<&Batch> = batches.iter().filter(|batch| batch.warehouse == id).collect();
            let on_order = ordered.and_then(|ordered| ordered.get(&id)).copied().unwrap_or(0);
            let summary = detailed(world.level_of(own.iter().copied()), on_order, &allocated_in(id));
            let by_location = sections.locations.then(|| by_location(world, &own));
            (id, WarehouseAvailability { summary, by_location })
        };
        let mut altogether = Allocations::default();
        for id in &warehouses {
            altogether.join(&allocated_in(*id));
        }
        let total_on_order = ordered.map_or(0, |ordered| ordered.values().sum());
        Self {
            total: detailed(world.level_of(batches.iter()), total_on_order, &altogether),
            warehouses: Members(warehouses.into_iter().map(warehouse).collect()),
        }
    }
}

fn by_location(world: &World, batches: &[&Batch]) -> Members<u32, Summary> {
    let mut locations: Vec<u32> = batches.iter().map(|batch| batch.location).collect();
    locations.sort_unstable();
    locations.dedup();
    let summary = |location: u32| {
        let own = batches.iter().copied().filter(|batch| batch.location == location);
        (location, Summary::from(world.level_of(own)))
    };
    Members(locations.into_iter().map(summary).collect())
}

/// What purchase orders still have to bring, by product and warehouse.
fn on_order(world: &World) -> BTreeMap<u32, BTreeMap<u32, u32>> {
    let mut coming = BTreeMap::<u32, BTreeMap<u32, u32>>::new();
    for id in world.orders.as_slice() {
        let order = world.order(*id);
        if order.order_type != OrderType::PurchaseOrder {
            continue;
        }
        for row in world.row_fulfilments(&order).iter().filter(|row| row.tracked && row.outstanding() > 0) {
            *coming.entry(row.product).or_default().entry(order.warehouse).or_default() += row.outstanding();
        }
    }
    coming
}

#[derive(Serialize)]
struct BundleAvailability {
    total: BundleLevel,
    warehouses: Members<u32, BundleLevel>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BundleLevel {
    on_hand: u32,
}

/// How many bundles the free stock of its components makes up.
fn get_bundle_availability(call: &mut Call<'_>) -> Answer {
    let named = call.captured.first().map_or("", String::as_str).to_owned();
    let id = call.id(0).filter(|id| call.world.products.contains(*id));
    let id = id.ok_or_else(|| Refusal::not_found(&format!("Product {named} does not exist")))?;
    let world = &*call.world;
    let record = world.product_record(id);
    if record.components.is_empty() {
        return Err(refused("WHSC-007", &format!("Product {id} is not a bundle")));
    }
    let in_warehouse = |warehouse: u32| {
        let makes = record.components.iter().map(|component| {
            world.level(component.product, warehouse).on_hand.checked_div(component.quantity).unwrap_or(0)
        });
        (warehouse, BundleLevel { on_hand: makes.min().unwrap_or(0) })
    };
    let warehouses: Vec<_> = world.warehouse_ids().iter().map(|id| in_warehouse(*id)).collect();
    let on_hand = warehouses.iter().map(|(_, level)| level.on_hand).sum();
    let shape = BundleAvailability { total: BundleLevel { on_hand }, warehouses: Members(warehouses) };
    response(Members(vec![(id, shape)]))
}
