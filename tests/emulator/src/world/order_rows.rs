//! The rows of an order, and the totals that follow from them.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::order::Order;
use super::product::Product;
use super::random::{Draw, Topic};
use super::reference::{FREE_TEXT_PRODUCT, OrderType, TAX_CODES, TaxCode, tax_by_id};
use crate::protocol::json::with_places;

/// The most rows that an order has. Each order owns as many row ids, so that a row's id needs no table.
pub(crate) const MOST_ROWS: u32 = 12;

/// One row of an order. Amounts are exact: four decimal places for prices and net, two for tax.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OrderRow {
    pub(crate) id: u32,
    pub(crate) sequence: u32,
    pub(crate) product_id: u32,
    pub(crate) name: String,
    /// None on a free-text row.
    pub(crate) sku: Option<String>,
    pub(crate) quantity: Decimal,
    pub(crate) item_cost: Decimal,
    pub(crate) product_price: Decimal,
    pub(crate) discount: Decimal,
    #[serde(with = "tax_by_id")]
    pub(crate) tax: &'static TaxCode,
    pub(crate) net: Decimal,
    pub(crate) tax_amount: Decimal,
    /// `brightpearl`, `manual` or `avalara`.
    pub(crate) tax_calculator: Cow<'static, str>,
    pub(crate) nominal_code: Cow<'static, str>,
    pub(crate) external_ref: Option<String>,
    /// Whether it stands for a bundle, whose components follow as rows of their own.
    pub(crate) is_bundle: bool,
    /// The row of the bundle that it is a component of.
    pub(crate) bundle: Option<u32>,
}

/// What the rows of an order come to, with two decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) net: Decimal,
    pub(crate) tax: Decimal,
    pub(crate) base_net: Decimal,
    pub(crate) base_tax: Decimal,
}

impl Totals {
    pub(crate) fn gross(&self) -> Decimal {
        self.net + self.tax
    }

    pub(crate) fn base_gross(&self) -> Decimal {
        self.base_net + self.base_tax
    }
}

impl World {
    /// The rows of an order, in sequence.
    pub(crate) fn order_rows(&self, order: &Order) -> Vec<OrderRow> {
        match self.changes.order_details.get(&order.id).and_then(|details| details.rows.clone()) {
            Some(rows) => rows,
            None => self.generated_rows(order),
        }
    }

    /// The rows that an order of the generated history had from the first. What is written to products
    /// later does not reach them.
    pub(super) fn generated_rows(&self, order: &Order) -> Vec<OrderRow> {
        let mut draw = Draw::new(self.seed, Topic::OrderRows, u64::from(order.id));
        let tax = self.tax_code(order);
        let list = self.price_list(order.price_list);
        let rate = order.exchange_rate;
        let is_purchase = order.order_type == OrderType::PurchaseOrder;
        (0..order.rows)
            .map(|index| {
                let picked = draw.pick(self.generated_products());
                // What an order of stock says of its fulfilment is about one row at least.
                let has_stock = order.has_stock && index == 0;
                let product =
                    if has_stock { self.stocked_product(picked) } else { self.generated_product(picked) };
                let is_free_text = !order.has_stock || (draw.chance(40) && !has_stock);
                let quantity = match order.order_type {
                    OrderType::SalesOrder | OrderType::SalesCredit => {
                        draw.weighted(&[(650, 1), (350, 2)]) * draw.between(1, 3)
                    }
                    OrderType::PurchaseOrder | OrderType::PurchaseCredit => draw.between(1, 20) * 10,
                };
                // Half of a single piece would be nothing.
                let quantity = Decimal::from(if has_stock && order.is_done_in_part() {
                    quantity.max(2)
                } else {
                    quantity
                });
                let price = if is_free_text {
                    Decimal::new(i64::from(draw.between(100, 5_000)), 2)
                } else {
                    self.price(&product, &list)
                };
                let discount = Decimal::from(draw.weighted(&[(850, 0), (100, 10), (50, 25)]));
                let tax = if !is_free_text && !product.taxable { &TAX_CODES[0] } else { tax };
                let (net, tax_amount) = row_amounts(order, tax, price * quantity, discount);
                let id = (order.id - 1) * MOST_ROWS + index + 1;
                OrderRow {
                    id,
                    sequence: (index + 1) * 10,
                    product_id: if is_free_text { FREE_TEXT_PRODUCT } else { product.id },
                    name: if is_free_text {
                        draw.pick(&["Shipping", "Gift wrap & card", "Engraving: \"Für Elise\""]).to_owned()
                    } else {
                        product.name()
                    },
                    sku: if is_free_text || !product.has_sku { None } else { Some(product.sku()) },
                    quantity,
                    item_cost: if is_purchase {
                        cost_of_a_piece(net, quantity)
                    } else if is_free_text {
                        Decimal::ZERO
                    } else {
                        with_places(product.cost() * rate, 4)
                    },
                    product_price: with_places(if is_purchase { Decimal::ZERO } else { price }, 4),
                    discount,
                    tax,
                    net,
                    tax_amount,
                    tax_calculator: Cow::Borrowed("brightpearl"),
                    nominal_code: Cow::Borrowed(if !order.order_type.is_sale() {
                        "5000"
                    } else if is_free_text {
                        "4300"
                    } else {
                        "4000"
                    }),
                    external_ref: None,
                    is_bundle: false,
                    bundle: None,
                }
            })
            .collect()
    }

    /// The product with that id or, where its stock is not counted, the next one whose stock is; that with the id where
    /// there is none.
    fn stocked_product(&self, id: u32) -> Product {
        let all = self.generated_products();
        let (before, from) = all.split_at(all.partition_point(|own| *own < id));
        let mut products = from.iter().chain(before).map(|own| self.generated_product(*own));
        products.find(|product| product.stock_tracked).unwrap_or_else(|| self.generated_product(id))
    }

    /// Whether the stock of any product of the history is counted.
    pub(super) fn counts_stock(&self) -> bool {
        let is_counted = |id: &u32| self.generated_product(*id).stock_tracked;
        *self.history.counts_stock.get_or_init(|| self.generated_products().iter().any(is_counted))
    }

    /// The totals of an order: net and tax are the sums over its rows, and the base amounts are those at
    /// the order's exchange rate.
    pub(crate) fn totals(&self, order: &Order, rows: &[OrderRow]) -> Totals {
        let rate = order.exchange_rate;
        let net = with_places(rows.iter().map(|row| row.net).sum(), 2);
        let tax = with_places(rows.iter().map(|row| row.tax_amount).sum(), 2);
        Totals { net, tax, base_net: with_places(net / rate, 2), base_tax: with_places(tax / rate, 2) }
    }

    fn tax_code(&self, order: &Order) -> &'static TaxCode {
        match self.currencies[order.currency].code.as_str() {
            "USD" => &TAX_CODES[1],
            "GBP" | "EUR" => &TAX_CODES[2],
            _ => &TAX_CODES[4],
        }
    }
}

/// What a piece of a purchase costs; recorded rows of purchases have that, and no price.
pub(crate) fn cost_of_a_piece(net: Decimal, quantity: Decimal) -> Decimal {
    with_places(if quantity.is_zero() { Decimal::ZERO } else { net / quantity }, 4)
}

fn row_amounts(order: &Order, tax: &TaxCode, listed: Decimal, discount: Decimal) -> (Decimal, Decimal) {
    let paid = listed * (Decimal::ONE_HUNDRED - discount) / Decimal::ONE_HUNDRED;
    let rate = Decimal::new(i64::from(tax.rate.unwrap_or(0)), 4);
    let net = if order.prices_include_tax { paid / (Decimal::ONE + rate) } else { paid };
    let net = with_places(net, 4);
    (net, with_places(net * rate, 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn totals_are_the_sums_of_the_rows() {
        let world = World::new(&Config::default());
        let mut currencies = std::collections::BTreeSet::new();
        for id in world.orders.as_slice() {
            let order = world.order(*id);
            let rows = world.order_rows(&order);
            let totals = world.totals(&order, &rows);
            assert_eq!(rows.len(), order.rows as usize);
            assert_eq!(totals.gross() - totals.tax, totals.net);
            let net: Decimal = rows.iter().map(|row| row.net).sum();
            assert!((net - totals.net).abs() <= Decimal::new(5, 3));
            assert_eq!(rows.iter().map(|row| row.tax_amount).sum::<Decimal>(), totals.tax);
            if order.currency == 0 {
                assert_eq!(totals.base_gross(), totals.gross());
            }
            currencies.insert(order.currency);
        }
        assert_eq!(currencies.len(), 3);
    }
}
