//! Price lists, and what products cost on them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::product::Product;
use crate::protocol::json::with_places;

/// A list of prices.
pub(crate) struct PriceList {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) currency: usize,
    pub(crate) kind: PriceKind,
}

/// What a price list's prices are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PriceKind {
    Cost,
    Retail,
    Wholesale,
}

impl World {
    /// Cost, retail and wholesale in the accounting currency, then retail in each of the others.
    pub(crate) fn price_list_ids(&self) -> std::ops::Range<u32> {
        1..3 + self.currencies.len() as u32
    }

    /// The list that a customer in a currency buys from.
    pub(crate) fn price_list_for(&self, currency: usize, own_list: u32) -> u32 {
        if currency == 0 { own_list } else { 3 + currency as u32 }
    }

    /// The price list with that id, whether or not it exists.
    pub(crate) fn price_list(&self, id: u32) -> PriceList {
        let currency = (id as usize).saturating_sub(3).min(self.currencies.len() - 1);
        let code = &self.currencies[currency].code;
        let (kind, name, short) = match id {
            1 => (PriceKind::Cost, "Cost", "COST"),
            3 => (PriceKind::Wholesale, "Wholesale", "WHOLE"),
            _ => (PriceKind::Retail, "Retail", "RETAIL"),
        };
        PriceList { id, name: format!("{name} {code}"), code: format!("{short} {code}"), currency, kind }
    }

    /// What a product costs on a list, in the list's currency.
    pub(crate) fn price(&self, product: &Product, list: &PriceList) -> Decimal {
        let base = match list.kind {
            PriceKind::Cost => product.cost(),
            PriceKind::Retail => product.retail(),
            PriceKind::Wholesale => product.wholesale(),
        };
        with_places(base * self.currencies[list.currency].exchange_rate, 4)
    }

    /// What a product costs on a list, by the quantity from which on each price holds, and its name there.
    pub(crate) fn list_price(&self, product: &Product, list: &PriceList) -> ListPrice {
        let written = self.changes.catalogue.prices.get(&product.id).and_then(|lists| lists.get(&list.id));
        match written {
            Some(written) => written.clone(),
            None if self.history.has_product(product.id) => self.generated_price(product, list),
            None => ListPrice::default(),
        }
    }

    /// Whether a product has ever been given a price.
    pub(crate) fn has_prices(&self, product: u32) -> bool {
        self.history.has_product(product) || self.changes.catalogue.prices.contains_key(&product)
    }

    fn generated_price(&self, product: &Product, list: &PriceList) -> ListPrice {
        let price = self.price(product, list);
        let breaks = match list.kind {
            PriceKind::Cost | PriceKind::Retail => vec![(1, price)],
            // Only some products are sold in bulk, and then for less.
            PriceKind::Wholesale if product.id.is_multiple_of(3) => {
                vec![(1, price), (10, price * Decimal::new(9, 1))]
            }
            PriceKind::Wholesale => Vec::new(),
        };
        let generated = || self.generated_product(product.id);
        let sku = if list.kind == PriceKind::Cost { generated().mpn() } else { None };
        ListPrice { breaks: breaks.into_iter().collect(), sku }
    }
}

/// A product on a price list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListPrice {
    /// Net prices by the quantity from which on they hold.
    pub(crate) breaks: BTreeMap<u32, Decimal>,
    /// What the product is called on this list.
    pub(crate) sku: Option<String>,
}

impl ListPrice {
    /// The net price of one piece when so many are bought.
    pub(crate) fn at(&self, quantity: Decimal) -> Option<Decimal> {
        let mut reached = self.breaks.iter().filter(|(from, _)| Decimal::from(**from) <= quantity);
        reached.next_back().map(|(_, price)| *price)
    }
}
