//! The warehouse service: what is in stock, where it lies and how it moves (API notes §8.3).

mod allocated;
mod availability;
mod correction;
mod drop_ship;
mod goods_in;
mod goods_out;
mod goods_out_event;
mod goods_out_shape;
mod location;
mod movement;
mod reservation;
mod shipping_method;
mod sourcing;
mod transfer;
mod warehouse;

use super::Route;
use super::call::{Call, invalid_order};
use crate::protocol::answer::Refusal;
use crate::world::World;
use crate::world::order::Order;
use crate::world::reference::OrderType;
pub(super) use warehouse::read_stocking;

/// The routes of each kind of record.
pub(super) const TABLES: [&[Route]; 13] = [
    availability::ROUTES,
    correction::ROUTES,
    drop_ship::ROUTES,
    goods_in::ROUTES,
    goods_out::ROUTES,
    goods_out_event::ROUTES,
    location::ROUTES,
    movement::ROUTES,
    reservation::ROUTES,
    shipping_method::ROUTES,
    sourcing::ROUTES,
    transfer::ROUTES,
    warehouse::ROUTES,
];

/// The code with which the warehouse service refuses a body that it cannot read. *Inferred*, as are all
/// its codes but WHSB-023, WHSB-038, WHSC-014 and WHSC-070 (API notes §3.4).
const UNREADABLE: &str = "WHSC-001";

/// The most ids of orders or notes that a GET of goods-out notes takes (API notes §1.3).
const MOST_NOTES: u64 = 500;

fn refused(code: &str, message: &str) -> Refusal {
    Refusal::coded(400, code, message)
}

/// The warehouse at a placeholder of the path.
fn path_warehouse(call: &Call<'_>, placeholder: usize) -> Result<u32, Refusal> {
    let named = call.captured.get(placeholder).map_or("", String::as_str);
    let id = call.id(placeholder).filter(|id| call.world.has_warehouse(*id));
    id.ok_or_else(|| refused("WHSC-002", &format!("You have supplied an invalid warehouse ID: {named}")))
}

fn existing_warehouse(world: &World, id: u32) -> Result<u32, Refusal> {
    let message = || refused("WHSC-002", &format!("You have supplied an invalid warehouse ID: {id}"));
    world.has_warehouse(id).then_some(id).ok_or_else(message)
}

/// A location of a warehouse.
fn existing_location(world: &World, warehouse: u32, id: u32) -> Result<u32, Refusal> {
    let found = world.location(id).filter(|location| location.warehouse == warehouse);
    let message = format!("Location {id} does not exist in warehouse {warehouse}");
    found.map(|_| id).ok_or_else(|| refused("WHSC-003", &message))
}

/// A product whose stock is counted.
fn tracked_product(world: &World, id: u32) -> Result<u32, Refusal> {
    existing_product(world, id)?;
    world.product(id).stock_tracked.then_some(id).ok_or_else(|| not_tracked(id))
}

fn existing_product(world: &World, id: u32) -> Result<u32, Refusal> {
    let found = world.products.contains(id);
    found.then_some(id).ok_or_else(|| refused("WHSC-004", &format!("Product {id} does not exist")))
}

fn not_tracked(id: u32) -> Refusal {
    refused("WHSC-005", &format!("Product {id} is not stock tracked"))
}

/// The order at a placeholder of the path, which must be of one of these types.
fn path_order(call: &Call<'_>, placeholder: usize, types: &[OrderType]) -> Result<Order, Refusal> {
    let named = call.captured.get(placeholder).map_or("", String::as_str);
    let id = call.id(placeholder).filter(|id| call.world.orders.contains(*id));
    let order = call.world.order(id.ok_or_else(|| invalid_order(named))?);
    if types.contains(&order.order_type) {
        return Ok(order);
    }
    let found = order.order_type.description();
    Err(refused("WHSC-006", &format!("Order {named} is a {found}, which this cannot be done to")))
}
