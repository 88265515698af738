//! Reservations (API notes §8.3.4).

use std::collections::BTreeMap;

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::body::{Fields, whole};
use super::super::call::Call;
use super::{UNREADABLE, not_tracked, path_order, path_warehouse, refused};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::json::Members;
use crate::protocol::moment::Moment;
use crate::world::World;
use crate::world::fulfilment::RowFulfilment;
use crate::world::order::Order;
use crate::world::reference::OrderType;
use crate::world::reservation::Reservation;

pub(super) const ROUTES: &[Route] = &[
    Route::write(
        Method::Post,
        "warehouse-service/order/{id}/reservation/warehouse/{id}",
        "post-reservation",
        post_reservation,
    ),
    Route::write(Method::Put, "warehouse-service/order/{id}/reservation", "put-reservation", put_reservation),
    Route::read(Method::Get, "warehouse-service/order/{id}/reservation", "get-reservation", get_reservation),
    Route::write(
        Method::Delete,
        "warehouse-service/order/{id}/reservation",
        "delete-reservation",
        delete_reservation,
    ),
    Route::write(
        Method::Delete,
        "warehouse-service/order/{id}/reservation/row/{id}",
        "delete-reservation-row",
        delete_row,
    ),
    // *Inferred*: the other way in which it can be read.
    Route::write(
        Method::Delete,
        "warehouse-service/order/{id}/reservation/{id}",
        "delete-reservation-row",
        delete_row,
    ),
    Route::read(Method::Get, "warehouse-service/reservations", "get-reservations", get_reservations),
];

/// How many pieces to set aside for one order row.
struct Wanted {
    row: u32,
    product: u32,
    quantity: u32,
}

/// Sets stock aside for an order that has none set aside, or more in the same warehouse.
fn post_reservation(call: &mut Call<'_>) -> Answer {
    let wanted = read_wanted(call)?;
    let order = path_order(call, 0, &[OrderType::SalesOrder])?;
    let warehouse = path_warehouse(call, 1)?;
    let reservation = call.world.reservation(order.id);
    if let Some(other) = reservation.as_ref().filter(|reservation| reservation.warehouse != warehouse) {
        let message = format!("Order {} has a reservation in warehouse {}", order.id, other.warehouse);
        return Err(refused("WHSB-005", &message));
    }
    let (world, now) = (&mut *call.world, call.now_ms);
    let rows = world.row_fulfilments(&order);
    let reservation = match reservation {
        Some(reservation) => reservation,
        None => Reservation { id: 0, order: order.id, warehouse, created: now, rows: BTreeMap::new() },
    };
    set_aside(world, reservation, &rows, &wanted, now)
}

/// *Inferred*: the body says what is set aside from now on, and rows that it does not name keep what
/// they have.
fn put_reservation(call: &mut Call<'_>) -> Answer {
    let wanted = read_wanted(call)?;
    let order = path_order(call, 0, &[OrderType::SalesOrder])?;
    let (world, now) = (&mut *call.world, call.now_ms);
    let mut reservation = world.reservation(order.id).ok_or_else(|| none_exists(order.id))?;
    let mut rows = world.row_fulfilments(&order);
    check(&order, &rows, &wanted)?;
    for own in &wanted {
        for line in reservation.rows.remove(&own.row).into_iter().flatten() {
            world.release(&line);
        }
        if let Some(row) = rows.iter_mut().find(|row| row.row == own.row) {
            row.reserved = 0;
        }
    }
    set_aside(world, reservation, &rows, &wanted, now)
}

/// Entries of one row count together.
fn read_wanted(call: &Call<'_>) -> Result<Vec<Wanted>, Refusal> {
    let body = call.body_object()?;
    let mut wanted = Vec::<Wanted>::new();
    for product in Fields::new(&body, UNREADABLE).some_objects("products")? {
        // The recorded refusal is about a product 0, and says the same of one that is not there.
        let id = product.value("productId").and_then(whole).and_then(|id| u32::try_from(id).ok());
        let Some(id) = id.filter(|id| *id > 0) else {
            return Err(refused("WHSC-014", "Product ID must be set and greater than 0"));
        };
        let row = product.required("salesOrderRowId", product.id("salesOrderRowId")?)?;
        let quantity = product.pieces("quantity")?;
        match wanted.iter_mut().find(|own| own.row == row && own.product == id) {
            Some(own) => own.quantity = own.quantity.saturating_add(quantity),
            None => wanted.push(Wanted { row, product: id, quantity }),
        }
    }
    Ok(wanted)
}

/// Whether the rows are the order's own, and their products counted.
fn check(order: &Order, rows: &[RowFulfilment], wanted: &[Wanted]) -> Result<(), Refusal> {
    for own in wanted {
        let row = rows.iter().find(|row| row.row == own.row && row.product == own.product);
        let Some(row) = row else {
            let message = format!("Order {} has no row {} with product {}", order.id, own.row, own.product);
            return Err(refused("WHSC-008", &message));
        };
        if !row.tracked {
            return Err(not_tracked(own.product));
        }
    }
    Ok(())
}

/// Sets as much aside as there is and as the rows still need; it is an error only when that is nothing.
fn set_aside(
    world: &mut World,
    mut reservation: Reservation,
    rows: &[RowFulfilment],
    wanted: &[Wanted],
    now: i64,
) -> Answer {
    let order = world.order(reservation.order);
    check(&order, rows, wanted)?;
    let needed = |own: &Wanted| {
        let row = rows.iter().find(|row| row.row == own.row);
        row.map_or(0, |row| row.outstanding().saturating_sub(row.reserved)).min(own.quantity)
    };
    let mut any = false;
    for own in wanted {
        let lines = world.allocate(own.product, reservation.warehouse, None, needed(own));
        any |= !lines.is_empty();
        reservation.rows.entry(own.row).or_default().extend(lines);
    }
    let is_new = reservation.id == 0;
    if !any && is_new {
        let message =
            format!("None of the requested products are available in warehouse {}", reservation.warehouse);
        return Err(refused("WHSB-006", &message));
    }
    if is_new {
        reservation.id = world.next_reservation();
    }
    world.put_reservation(reservation);
    world.stock_moved_for(order.id, now);
    nothing()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReservationShape {
    order_id: u32,
    warehouse_id: u32,
    order_rows: Members<u32, ReservedRow>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReservedRow {
    product_id: u32,
    quantity: u32,
}

fn none_exists(order: u32) -> Refusal {
    Refusal::not_found(&format!("No reservation exists for order {order}"))
}

fn get_reservation(call: &mut Call<'_>) -> Answer {
    let named = call.captured.first().map_or("", String::as_str);
    let order = call.id(0).filter(|id| call.world.orders.contains(*id));
    let reservation = order.and_then(|id| call.world.reservation(id));
    let Some(reservation) = reservation else {
        return Err(Refusal::not_found(&format!("No reservation exists for order {named}")));
    };
    let row = |(row, lines): (&u32, &Vec<crate::world::stock::Line>)| {
        let product_id = lines.first().map_or(0, |line| line.product);
        (*row, ReservedRow { product_id, quantity: lines.iter().map(|line| line.quantity).sum() })
    };
    response([ReservationShape {
        order_id: reservation.order,
        warehouse_id: reservation.warehouse,
        order_rows: Members(reservation.rows.iter().map(row).collect()),
    }])
}

fn delete_reservation(call: &mut Call<'_>) -> Answer {
    let order = path_order(call, 0, &[OrderType::SalesOrder])?;
    if call.world.reservation(order.id).is_none() {
        return Err(none_exists(order.id));
    }
    call.world.remove_reservation(order.id);
    call.world.stock_moved_for(order.id, call.now_ms);
    nothing()
}

/// The reference has a page for it whose content is not known. *Inferred*: the path, which ends with the order row, and
/// that the others keep what they have.
fn delete_row(call: &mut Call<'_>) -> Answer {
    let order = path_order(call, 0, &[OrderType::SalesOrder])?;
    let mut reservation = call.world.reservation(order.id).ok_or_else(|| none_exists(order.id))?;
    let lines = call.id(1).and_then(|row| reservation.rows.remove(&row));
    let lines = lines.ok_or_else(|| none_exists(order.id))?;
    for line in &lines {
        call.world.release(line);
    }
    call.world.put_reservation(reservation);
    call.world.stock_moved_for(order.id, call.now_ms);
    nothing()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReservationNote {
    reservation_note_id: u32,
    order_id: u32,
    created_on: Moment,
}

/// *Inferred*: without reservations the list is empty.
fn get_reservations(call: &mut Call<'_>) -> Answer {
    let world = &*call.world;
    let reservations = world.reserved_orders().into_iter().filter_map(|order| world.reservation(order));
    let shapes: Vec<_> = reservations
        .map(|reservation| ReservationNote {
            reservation_note_id: reservation.id,
            order_id: reservation.order,
            created_on: world.moment(reservation.created),
        })
        .collect();
    response(shapes)
}
