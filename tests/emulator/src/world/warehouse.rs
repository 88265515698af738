//! Warehouses.

use super::World;
use super::address::Address;
use super::reference::FIRST_WAREHOUSE;

/// A warehouse.
pub(crate) struct Warehouse {
    pub(crate) name: String,
    pub(crate) type_code: &'static str,
    pub(crate) type_description: &'static str,
    pub(crate) address_id: u32,
    pub(crate) click_and_collect: bool,
}

impl World {
    /// The ids of all warehouses.
    pub(crate) fn warehouse_ids(&self) -> std::ops::Range<u32> {
        FIRST_WAREHOUSE..FIRST_WAREHOUSE + self.warehouses
    }

    /// The warehouse with that id, whether or not it exists.
    pub(crate) fn warehouse(&self, id: u32) -> Warehouse {
        let is_first = id == FIRST_WAREHOUSE;
        let address_id = Address::of_warehouse(id);
        let city = self.address(address_id).map_or_else(String::new, |address| address.city);
        let is_store = !is_first && id % 2 == 1;
        Warehouse {
            name: if is_first { "Main warehouse".to_owned() } else { format!("{city} {id}") },
            type_code: if is_store { "store" } else { "warehouse" },
            type_description: if is_store { "Store" } else { "Warehouse" },
            address_id,
            click_and_collect: is_store,
        }
    }
}
