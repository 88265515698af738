//! Where the generated history ends and what is written begins, and lists that are worked out when they
//! are first asked for.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::ids::Ids;
use super::reference::FIRST_PRODUCT;

/// Products are stocked in the first few warehouses only, so that an opening balance has an id that needs
/// no table.
pub(crate) const STOCKED_WAREHOUSES: u32 = 3;

/// What existed before anything was written, and ids by kind.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// How many products there were.
    pub(crate) products: usize,
    /// The first product id that was not in use.
    products_end: u32,
    /// The first order id that was not in use.
    pub(crate) orders_end: u32,
    /// Whether the stock of any of these products is counted.
    pub(crate) counts_stock: OnceLock<bool>,
    /// What the history's open orders have reserved: by product, then by warehouse.
    pub(crate) reserved: OnceLock<BTreeMap<u32, BTreeMap<u32, u32>>>,
    /// The history's orders by contact.
    pub(crate) orders_of_contacts: OnceLock<BTreeMap<u32, Vec<u32>>>,
    pub(crate) lists: Lists,
}

/// Ids by kind, ascending. Each list is made when a search first needs it and kept up from then on.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    pub(crate) goods_out: OnceLock<Vec<u32>>,
    /// Movements that came with goods-in notes.
    pub(crate) receipts: OnceLock<Vec<u32>>,
    pub(crate) movements: OnceLock<Vec<u32>>,
    pub(crate) warehouses: OnceLock<Vec<u32>>,
    pub(crate) locations: OnceLock<Vec<u32>>,
    pub(crate) zones: OnceLock<Vec<u32>>,
    pub(crate) customer_payments: OnceLock<Vec<u32>>,
    pub(crate) supplier_payments: OnceLock<Vec<u32>>,
    pub(crate) journals: OnceLock<Vec<u32>>,
    pub(crate) journal_rows: OnceLock<Vec<u32>>,
    /// The journals that concern a contact.
    pub(crate) statement: OnceLock<Vec<u32>>,
}

impl History {
    pub(crate) fn new(orders: &Ids, products: &Ids) -> Self {
        Self {
            products: products.as_slice().len(),
            products_end: products.next(),
            orders_end: orders.next(),
            counts_stock: OnceLock::new(),
            reserved: OnceLock::new(),
            orders_of_contacts: OnceLock::new(),
            lists: Lists::default(),
        }
    }

    /// Whether an order id belongs to the history.
    pub(crate) fn has_order(&self, order: u32) -> bool {
        order < self.orders_end
    }

    /// Whether a product id belongs to the history.
    pub(crate) fn has_product(&self, product: u32) -> bool {
        (FIRST_PRODUCT..self.products_end).contains(&product)
    }

    /// The number of a product's opening balance in the nth warehouse; from 0.
    pub(crate) fn opening(product: u32, nth_warehouse: u32) -> u32 {
        (product - FIRST_PRODUCT) * STOCKED_WAREHOUSES + nth_warehouse
    }

    /// The product and the warehouse, counted from 0, of an opening balance.
    pub(crate) fn of_opening(number: u32) -> (u32, u32) {
        (FIRST_PRODUCT + number / STOCKED_WAREHOUSES, number % STOCKED_WAREHOUSES)
    }

    /// How many opening balances there could be.
    pub(crate) fn openings(&self) -> u32 {
        (self.products_end - FIRST_PRODUCT) * STOCKED_WAREHOUSES
    }

    /// The goods note of the first opening balance. Notes below it belong to the history's orders, and
    /// have their ids.
    pub(crate) fn first_opening_note(&self) -> u32 {
        self.orders_end
    }

    /// The first goods note id that was not in use.
    pub(crate) fn notes_end(&self) -> u32 {
        self.first_opening_note() + self.openings()
    }
}

/// Adds an id to a list that has been made; one that has not will find it by itself.
pub(crate) fn note_down(list: &mut OnceLock<Vec<u32>>, id: u32) {
    if let Some(ids) = list.get_mut() {
        match ids.last() {
            Some(last) if *last >= id => {
                if let Err(at) = ids.binary_search(&id) {
                    ids.insert(at, id);
                }
            }
            Some(_) | None => ids.push(id),
        }
    }
}

/// Takes an id out of a list that has been made.
pub(crate) fn strike_out(list: &mut OnceLock<Vec<u32>>, id: u32) {
    if let Some(ids) = list.get_mut()
        && let Ok(at) = ids.binary_search(&id)
    {
        ids.remove(at);
    }
}
