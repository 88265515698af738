//! How far an order is allocated, fulfilled and shipped.

use super::World;
use super::order::{Order, code_of};
use super::reference::{ALLOCATION_CODES, OrderType, SHIPPING_STATUSES, STOCK_STATUSES};
use rust_decimal::Decimal;

/// What follows from an order's rows and from the stock that was moved for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fulfilment {
    /// An id of [`super::reference::STOCK_STATUSES`].
    stock_status: u32,
    /// An id of [`super::reference::SHIPPING_STATUSES`].
    shipping_status: u32,
    /// An index into [`super::reference::ALLOCATION_CODES`].
    allocation: usize,
}

/// How far one row of an order is fulfilled, in pieces.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowFulfilment {
    pub(crate) row: u32,
    pub(crate) product: u32,
    /// Whether the stock of its product is counted. Other rows have nothing to fulfil.
    pub(crate) tracked: bool,
    pub(crate) ordered: Decimal,
    pub(crate) reserved: u32,
    /// On a goods note, shipped or not.
    pub(crate) fulfilled: u32,
    pub(crate) shipped: u32,
    /// Where it is fulfilled from: location and pieces.
    pub(crate) locations: Vec<(u32, u32)>,
}

/// None, some or all of what there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    None,
    Part,
    All,
}

impl Extent {
    fn of(done: Decimal, wanted: Decimal) -> Self {
        if done.is_zero() {
            Extent::None
        } else if done < wanted {
            Extent::Part
        } else {
            Extent::All
        }
    }
}

impl World {
    /// Works out anew how far an order is fulfilled. To be called after its rows have changed, which says
    /// already that the order was written to.
    pub(crate) fn refresh_fulfilment(&mut self, order: u32, _now_ms: i64) {
        self.fulfil(order);
    }

    /// Works out anew how far an order is fulfilled, after stock was allocated or has moved for it. An order
    /// that looks different for it has been modified.
    pub(crate) fn stock_moved_for(&mut self, order: u32, now_ms: i64) {
        if self.fulfil(order) {
            self.changes.touch_order(order, None, now_ms);
        }
    }

    /// Writes how far an order is fulfilled, and answers whether that is something new.
    fn fulfil(&mut self, order: u32) -> bool {
        if !self.orders.contains(order) {
            return false;
        }
        let order = self.order(order);
        let before = Fulfilment::of(&order);
        let after = fulfilment(&order, &self.row_fulfilments(&order));
        if before == after {
            return false;
        }
        if before.shipping_status != ALL_SHIPPED && after.shipping_status == ALL_SHIPPED {
            self.changes.publish("order", "modified.fully-shipped", order.id);
        }
        self.edit_order_quietly(order.id, |order| {
            order.stock_status = after.stock_status;
            order.shipping_status = after.shipping_status;
            order.allocation = after.allocation;
        });
        true
    }

    /// What an order says of its fulfilment, and what it would have to say by its rows and notes, where these differ.
    pub(crate) fn false_fulfilment(&self, order: &Order) -> Option<[String; 2]> {
        let said = Fulfilment::of(order);
        let true_one = fulfilment(order, &self.row_fulfilments(order));
        (said != true_one).then(|| [said, true_one].map(|own| own.in_words()))
    }

    /// How far each row of an order is fulfilled.
    pub(crate) fn row_fulfilments(&self, order: &Order) -> Vec<RowFulfilment> {
        let mut rows: Vec<_> = self
            .order_rows(order)
            .iter()
            .map(|row| RowFulfilment {
                row: row.id,
                product: row.product_id,
                tracked: self.products.contains(row.product_id) && self.product(row.product_id).stock_tracked,
                ordered: row.quantity,
                ..RowFulfilment::default()
            })
            .collect();
        match order.order_type {
            OrderType::SalesOrder | OrderType::PurchaseCredit => self.count_goods_out(order, &mut rows),
            OrderType::PurchaseOrder | OrderType::SalesCredit => self.count_goods_in(order, &mut rows),
        }
        self.count_drop_shipping(order, &mut rows);
        rows
    }

    fn count_goods_out(&self, order: &Order, rows: &mut [RowFulfilment]) {
        let reservation = self.reservation(order.id);
        let notes = self.goods_out_of(order.id);
        for row in rows {
            row.reserved = reservation.as_ref().map_or(0, |reservation| reservation.quantity_of(row.row));
            for note in &notes {
                let quantity = note.quantity_of(row.row);
                row.fulfilled += quantity;
                row.shipped += if note.shipped().is_some() { quantity } else { 0 };
                for line in note.rows.get(&row.row).into_iter().flatten() {
                    row.fulfil_from(line.location, line.quantity);
                }
            }
        }
    }

    fn count_goods_in(&self, order: &Order, rows: &mut [RowFulfilment]) {
        for receipt in self.goods_in_of(order.id).iter().flat_map(|note| &note.moved) {
            if let Some(row) = rows.iter_mut().find(|row| row.row == receipt.order_row) {
                row.fulfilled += receipt.quantity;
                row.fulfil_from(receipt.location, receipt.quantity);
            }
        }
    }

    fn count_drop_shipping(&self, order: &Order, rows: &mut [RowFulfilment]) {
        for note in self.drop_ship_of(order.id) {
            for row in rows.iter_mut() {
                let is_sale = note.sale == order.id;
                // A purchase has arrived when its goods have been sent.
                let quantity = match (is_sale, &note.shipped) {
                    (true, _) => note.quantity_of_sale_row(row.row),
                    (false, Some(_)) => note.quantity_of_purchase_row(row.row),
                    (false, None) => 0,
                };
                row.fulfilled += quantity;
                row.shipped += if is_sale && note.shipped.is_some() { quantity } else { 0 };
            }
        }
    }
}

impl Fulfilment {
    fn of(order: &Order) -> Self {
        Self {
            stock_status: order.stock_status,
            shipping_status: order.shipping_status,
            allocation: order.allocation,
        }
    }

    fn in_words(self) -> String {
        let allocation = ALLOCATION_CODES[self.allocation];
        let stock = code_of(&STOCK_STATUSES, self.stock_status);
        format!("{stock}, {} and {allocation}", code_of(&SHIPPING_STATUSES, self.shipping_status))
    }
}

impl RowFulfilment {
    fn fulfil_from(&mut self, location: u32, quantity: u32) {
        match self.locations.iter_mut().find(|(own, _)| *own == location) {
            Some((_, pieces)) => *pieces += quantity,
            None => self.locations.push((location, quantity)),
        }
    }

    /// How many whole pieces are on no goods note yet.
    pub(crate) fn outstanding(&self) -> u32 {
        use rust_decimal::prelude::ToPrimitive;
        self.ordered.to_u32().unwrap_or(0).saturating_sub(self.fulfilled)
    }
}

const NOTHING_TO_FULFIL: u32 = 13;
const NO_STOCK_TO_SHIP: u32 = 1;
const NOT_SHIPPED: u32 = 2;
const PART_SHIPPED: u32 = 3;
const ALL_SHIPPED: u32 = 4;
const NO_ALLOCATION: usize = 0;
const NOT_ALLOCATED: usize = 1;
const PART_ALLOCATED: usize = 2;
const ALL_ALLOCATED: usize = 3;

fn fulfilment(order: &Order, rows: &[RowFulfilment]) -> Fulfilment {
    let tracked = || rows.iter().filter(|row| row.tracked);
    let sum = |count: fn(&RowFulfilment) -> u32| Decimal::from(tracked().map(count).sum::<u32>());
    let ordered: Decimal = tracked().map(|row| row.ordered).sum();
    if ordered <= Decimal::ZERO {
        return Fulfilment {
            stock_status: NOTHING_TO_FULFIL,
            shipping_status: NO_STOCK_TO_SHIP,
            allocation: NO_ALLOCATION,
        };
    }
    let first = (order.order_type.id() - 1) * 3 + 1;
    let stock_status = match Extent::of(sum(|row| row.fulfilled), ordered) {
        Extent::None => first,
        Extent::Part => first + 1,
        Extent::All => first + 2,
    };
    // A recorded purchase reads as not shipped; nothing is ever shipped for one.
    let shipping_status = match order.order_type {
        OrderType::SalesOrder => None,
        OrderType::PurchaseOrder => Some(NOT_SHIPPED),
        OrderType::SalesCredit | OrderType::PurchaseCredit => Some(NO_STOCK_TO_SHIP),
    };
    if let Some(shipping_status) = shipping_status {
        return Fulfilment { stock_status, shipping_status, allocation: NO_ALLOCATION };
    }
    let shipping_status = match Extent::of(sum(|row| row.shipped), ordered) {
        Extent::None => NOT_SHIPPED,
        Extent::Part => PART_SHIPPED,
        Extent::All => ALL_SHIPPED,
    };
    let allocation = match Extent::of(sum(|row| row.reserved + row.fulfilled), ordered) {
        Extent::None => NOT_ALLOCATED,
        Extent::Part => PART_ALLOCATED,
        Extent::All => ALL_ALLOCATED,
    };
    Fulfilment { stock_status, shipping_status, allocation }
}
