//! Writing to orders: creating them, changing them, and keeping what follows from their rows.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::custom_fields::Values;
use super::order::{Order, Progress, id_of_external_ref};
use super::order_rows::{MOST_ROWS, OrderRow};
use super::parties::Parties;
use super::product::Product;
use super::reference::{ORDER_STATUSES, OrderStatus, OrderType, WEB_INTEGRATION};
use crate::protocol::json::with_places;

/// What was written of an order that a search does not show. What is absent is as derived from the seed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct OrderDetails {
    pub(crate) rows: Option<Vec<OrderRow>>,
    pub(crate) parties: Option<Parties>,
    pub(crate) custom_fields: Option<Values>,
    /// Whether the supplier has acknowledged it.
    pub(crate) acknowledged: bool,
}

/// Bundles within bundles are taken apart this far down.
const MOST_LEVELS: u32 = 4;

impl World {
    /// The status with that id.
    pub(crate) fn order_status(&self, id: u32) -> Option<&OrderStatus> {
        let own = ORDER_STATUSES.iter().find(|status| status.id == id);
        own.or_else(|| self.changes.order_statuses.0.get(id))
    }

    /// Every status.
    pub(crate) fn order_statuses(&self) -> impl Iterator<Item = &OrderStatus> {
        ORDER_STATUSES.iter().chain(self.changes.order_statuses.0.iter().map(|(_, status)| status))
    }

    /// The order that an integration has sent in under this reference.
    pub(crate) fn order_with_external_ref(&self, external_ref: &str, integration: u32) -> Option<u32> {
        let written = self.changes.external_refs.get(&unique_key(external_ref, integration)).copied();
        written.or_else(|| {
            let id = id_of_external_ref(external_ref).filter(|_| integration == WEB_INTEGRATION)?;
            let is_derived = id < self.first_new_order && self.orders.contains(id);
            (is_derived && self.order(id).external_ref().as_deref() == Some(external_ref)).then_some(id)
        })
    }

    /// Adds the order that is made for a new id, with the parties that its contact gives it.
    pub(crate) fn add_order(&mut self, make: impl FnOnce(u32) -> Order, now_ms: i64) -> u32 {
        let id = self.orders.add();
        let order = make(id);
        if order.order_type == OrderType::SalesOrder {
            // Nobody may have asked for the list; then it is made with this order in it.
            if let Some(list) = self.sales_orders.get_mut() {
                list.push(id);
            }
        }
        if let (Some(external_ref), Some(integration)) = (order.external_ref(), order.integration()) {
            self.changes.external_refs.insert(unique_key(&external_ref, integration), id);
        }
        let details = OrderDetails {
            rows: Some(Vec::new()),
            parties: Some(self.present_parties(&order)),
            ..OrderDetails::default()
        };
        let contact = order.contact;
        self.changes.order_details.insert(id, details);
        self.changes.written_orders.put(id, order);
        self.changes.revision += 1;
        self.changes.publish("order", "created", id);
        self.changes.publish("order", "modified", id);
        self.edit_contact_quietly(contact, |record| record.last_ordered = Some(now_ms));
        id
    }

    /// Changes an order that exists, and says so.
    pub(crate) fn edit_order(&mut self, id: u32, now_ms: i64, change: impl FnOnce(&mut Order)) {
        self.edit_order_quietly(id, change);
        self.changes.touch_order(id, None, now_ms);
    }

    /// Changes an order that is new, or whose change is said otherwise.
    pub(crate) fn edit_order_quietly(&mut self, id: u32, change: impl FnOnce(&mut Order)) {
        let mut order = self.order_without_change(id);
        change(&mut order);
        self.changes.written_orders.put(id, order);
        self.changes.revision += 1;
    }

    /// What was written of an order besides what a search shows, for a change.
    pub(crate) fn details_mut(&mut self, order: u32) -> &mut OrderDetails {
        self.changes.order_details.entry(order).or_default()
    }

    /// Whether stock of a product is counted.
    pub(crate) fn is_stock_tracked(&self, product: u32) -> bool {
        self.products.contains(product) && self.product(product).stock_tracked
    }

    /// The product with that SKU. Most derived SKUs end in the id of their product; the others are looked
    /// for one by one.
    pub(crate) fn product_with_sku(&self, sku: &str) -> Option<Product> {
        let named = |id: u32| Some(self.product(id)).filter(|product| product.sku() == sku);
        let suffix = sku.rsplit('-').next().and_then(|digits| digits.parse().ok());
        suffix
            .filter(|id| self.products.contains(*id))
            .and_then(named)
            .or_else(|| self.products.as_slice().iter().copied().find_map(named))
    }

    /// The id for another row. Ids of derived rows lie below all of them.
    fn next_row_id(&mut self) -> u32 {
        self.changes.rows_added += 1;
        (self.first_new_order - 1) * MOST_ROWS + self.changes.rows_added
    }

    /// Puts a row behind the others, and behind the row of a bundle those of its components, which cost
    /// nothing by themselves. Returns the id of the row.
    pub(crate) fn append_row(&mut self, order: &Order, rows: &mut Vec<OrderRow>, row: OrderRow) -> u32 {
        let components = self.components(row.product_id);
        let (quantity, tax, nominal_code) = (row.quantity, row.tax, row.nominal_code.clone());
        let id = self.push_row(rows, OrderRow { is_bundle: !components.is_empty(), ..row });
        for (product, pieces) in components {
            let product = self.product(product);
            let component = OrderRow {
                id: 0,
                sequence: 0,
                product_id: product.id,
                name: product.name(),
                sku: Some(product.sku()).filter(|sku| !sku.is_empty()),
                quantity: quantity * Decimal::from(pieces),
                item_cost: with_places(product.cost() * order.exchange_rate, 4),
                product_price: with_places(Decimal::ZERO, 4),
                discount: Decimal::ZERO,
                tax,
                net: with_places(Decimal::ZERO, 4),
                tax_amount: with_places(Decimal::ZERO, 2),
                tax_calculator: Cow::Borrowed("brightpearl"),
                nominal_code: nominal_code.clone(),
                external_ref: None,
                is_bundle: false,
                bundle: Some(id),
            };
            self.push_row(rows, component);
        }
        id
    }

    fn push_row(&mut self, rows: &mut Vec<OrderRow>, row: OrderRow) -> u32 {
        let id = self.next_row_id();
        let last = rows.iter().map(|row| row.sequence).max().unwrap_or(0);
        rows.push(OrderRow { id, sequence: last.saturating_add(10), ..row });
        id
    }

    /// What a product is made of, if it is a bundle: products that are not bundles themselves, and how many.
    pub(crate) fn components(&self, product: u32) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        self.collect_components(product, 1, MOST_LEVELS, &mut found);
        found
    }

    fn collect_components(&self, product: u32, pieces: u32, levels: u32, found: &mut Vec<(u32, u32)>) {
        if levels == 0 || !self.products.contains(product) {
            return;
        }
        for component in &self.product_record(product).components {
            let pieces = pieces.saturating_mul(component.quantity);
            let before = found.len();
            self.collect_components(component.product, pieces, levels - 1, found);
            if found.len() == before {
                found.push((component.product, pieces));
            }
        }
    }

    /// Gives an order that was just created its rows, which does not count as a change of it.
    pub(crate) fn write_first_rows(&mut self, id: u32, rows: Vec<OrderRow>, now_ms: i64) {
        let count = rows.len() as u32;
        self.details_mut(id).rows = Some(rows);
        self.edit_order_quietly(id, |order| order.rows = count);
        self.settle(id);
        self.refresh_fulfilment(id, now_ms);
    }

    /// Replaces the rows of an order and works out what follows from them.
    pub(crate) fn write_rows(&mut self, id: u32, rows: Vec<OrderRow>, now_ms: i64) {
        let count = rows.len() as u32;
        self.details_mut(id).rows = Some(rows);
        self.edit_order(id, now_ms, |order| order.rows = count);
        self.settle(id);
        self.refresh_fulfilment(id, now_ms);
    }

    /// Gives an order the payment status that follows from its total and its payments.
    pub(crate) fn settle(&mut self, id: u32) {
        let order = self.order(id);
        let total = self.totals(&order, &self.order_rows(&order)).gross();
        let paid = self.paid(&order);
        let outstanding = (paid.authorized - paid.captured).max(Decimal::ZERO);
        let status = if total.is_zero() {
            5
        } else if paid.paid >= total {
            3
        } else if paid.paid > Decimal::ZERO {
            2
        } else if outstanding > Decimal::ZERO {
            4
        } else {
            1
        };
        if order.payment_status != status {
            self.edit_order_quietly(id, |order| order.payment_status = status);
        }
    }

    /// Whether an order can still be changed: invoiced ones cannot.
    pub(crate) fn is_invoiced(&self, order: &Order) -> bool {
        order.progress == Progress::Invoiced
    }
}

fn unique_key(external_ref: &str, integration: u32) -> String {
    format!("{integration}/{external_ref}")
}
