//! Reservations: stock that is set aside for a sales order (API notes §8.3.4).

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::World;
use super::history::STOCKED_WAREHOUSES;
use super::order::{Order, Progress};
use super::reference::{FIRST_WAREHOUSE, OrderType};
use super::stock::Line;

/// What is set aside for one order, in one warehouse.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reservation {
    pub(crate) id: u32,
    pub(crate) order: u32,
    pub(crate) warehouse: u32,
    pub(crate) created: i64,
    /// By order row; none is empty.
    pub(crate) rows: BTreeMap<u32, Vec<Line>>,
}

impl Reservation {
    /// How many pieces are set aside for an order row.
    pub(crate) fn quantity_of(&self, row: u32) -> u32 {
        self.rows.get(&row).map_or(0, |lines| lines.iter().map(|line| line.quantity).sum())
    }
}

impl World {
    /// What is set aside for an order.
    pub(crate) fn reservation(&self, order: u32) -> Option<Reservation> {
        match self.changes.goods.reservations.get(order) {
            Some(written) => written.cloned(),
            None => self.reservation_of_history(order),
        }
    }

    /// The orders that stock is set aside for.
    pub(crate) fn reserved_orders(&self) -> Vec<u32> {
        let written = &self.changes.goods.reservations;
        let orders = self.orders.as_slice().iter().copied();
        let has_one = |order: &u32| match written.get(*order) {
            Some(reservation) => reservation.is_some(),
            None => self.reservation_of_history(*order).is_some(),
        };
        orders.filter(has_one).collect()
    }

    /// Writes what is set aside for an order; nothing once no row has any.
    pub(crate) fn put_reservation(&mut self, mut reservation: Reservation) {
        self.changes.revision += 1;
        reservation.rows.retain(|_, lines| !lines.is_empty());
        let order = reservation.order;
        if reservation.rows.is_empty() {
            self.changes.goods.reservations.delete(order);
        } else {
            self.changes.goods.reservations.put(order, reservation);
        }
    }

    /// Gives back what is set aside for an order.
    pub(crate) fn remove_reservation(&mut self, order: u32) {
        let Some(reservation) = self.reservation(order) else { return };
        for line in reservation.rows.values().flatten() {
            self.release(line);
        }
        self.changes.revision += 1;
        self.changes.goods.reservations.delete(order);
    }

    /// Gives a new reservation its id. Those of the history have the ids of their orders.
    pub(crate) fn next_reservation(&mut self) -> u32 {
        let id = self.history.orders_end + self.changes.goods.reservations_given;
        self.changes.goods.reservations_given += 1;
        id
    }

    /// Open sales orders of the history whose allocation says so have stock set aside.
    fn reservation_of_history(&self, id: u32) -> Option<Reservation> {
        if !self.history.has_order(id) || !self.orders.contains(id) {
            return None;
        }
        let order = self.generated_order(id);
        let rows = self.portions_set_aside(&order);
        if rows.is_empty() {
            return None;
        }
        let warehouse = self.stocked_warehouse(order.warehouse);
        let location = Self::first_location(warehouse);
        let batch = |product| {
            let nth = warehouse - FIRST_WAREHOUSE;
            self.history.first_opening_note() + super::history::History::opening(product, nth)
        };
        let line = |product, quantity| Line { product, batch: batch(product), location, quantity };
        let rows = rows.into_iter().map(|(row, product, quantity)| (row, vec![line(product, quantity)]));
        Some(Reservation { id, order: id, warehouse, created: order.created, rows: rows.collect() })
    }

    fn portions_set_aside(&self, order: &Order) -> Vec<Portion> {
        if order.order_type != OrderType::SalesOrder || order.progress != Progress::Open || !order.has_stock {
            return Vec::new();
        }
        match order.allocation_code() {
            "AAA" => self.tracked_rows_of_history(order),
            "APA" => part_of(self.tracked_rows_of_history(order)),
            _ => Vec::new(),
        }
    }

    /// What the history's orders have set aside of a product. The first question looks through all orders
    /// of the history; the answer never changes.
    pub(crate) fn reserved_at_first(&self, product: u32, warehouse: u32) -> u32 {
        let reserved = self.history.reserved.get_or_init(|| self.reserve_for_history());
        reserved.get(&product).and_then(|own| own.get(&warehouse)).copied().unwrap_or(0)
    }

    fn reserve_for_history(&self) -> BTreeMap<u32, BTreeMap<u32, u32>> {
        let mut reserved = BTreeMap::<u32, BTreeMap<u32, u32>>::new();
        for id in self.orders.as_slice().iter().filter(|id| self.history.has_order(**id)) {
            let order = self.generated_order(*id);
            let warehouse = self.stocked_warehouse(order.warehouse);
            for (_, product, quantity) in self.portions_set_aside(&order) {
                *reserved.entry(product).or_default().entry(warehouse).or_default() += quantity;
            }
        }
        reserved
    }

    /// Where the history sets stock aside: the order's warehouse, if the history has stock there.
    fn stocked_warehouse(&self, warehouse: u32) -> u32 {
        if warehouse < FIRST_WAREHOUSE + STOCKED_WAREHOUSES { warehouse } else { FIRST_WAREHOUSE }
    }

    /// The rows of an order of the history whose stock is counted.
    pub(crate) fn tracked_rows_of_history(&self, order: &Order) -> Vec<Portion> {
        let rows = self.generated_rows(order);
        rows.iter()
            .filter(|row| self.history.has_product(row.product_id))
            .filter(|row| self.generated_product(row.product_id).stock_tracked)
            .filter_map(|row| Some((row.id, row.product_id, row.quantity.to_u32()?)))
            .collect()
    }
}

/// An order row, its product, and how many pieces.
pub(crate) type Portion = (u32, u32, u32);

/// A part of several portions: the first half of them or, of a single one, half of its pieces.
pub(crate) fn part_of(mut portions: Vec<Portion>) -> Vec<Portion> {
    if portions.len() > 1 {
        portions.truncate(portions.len() / 2);
    } else if let Some((_, _, quantity)) = portions.first_mut() {
        *quantity /= 2;
    }
    portions.retain(|(_, _, quantity)| *quantity > 0);
    portions
}
