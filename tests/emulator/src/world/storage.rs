//! Where goods lie: warehouses, their locations and zones, and how products stand in them.

use serde::{Deserialize, Serialize};

use super::World;
use super::address::Address;
use super::history::{note_down, strike_out};
use super::reference::FIRST_WAREHOUSE;

/// What kinds of warehouse there are: code and description (API notes §11).
pub(crate) const WAREHOUSE_TYPES: [(&str, &str); 9] = [
    ("concession", "Concession"),
    ("consignment", "Consignment"),
    ("miscellaneous", "Miscellaneous"),
    ("online", "Online"),
    ("store", "Store"),
    ("supplier", "Supplier"),
    ("3pl", "3PL"),
    ("virtual", "Virtual"),
    ("warehouse", "Warehouse"),
];

/// A warehouse.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Warehouse {
    pub(crate) id: u32,
    pub(crate) name: String,
    /// An index into [`WAREHOUSE_TYPES`].
    pub(crate) kind: usize,
    pub(crate) address_id: u32,
    pub(crate) click_and_collect: bool,
    pub(crate) hours: Option<OperatingHours>,
    /// What a caller sent, as it came: its shape is not known.
    pub(crate) collection_sla: Option<serde_json::Value>,
    pub(crate) default_location: u32,
    pub(crate) quarantine_location: u32,
}

/// When a shop is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperatingHours {
    pub(crate) time_zone: String,
    pub(crate) periods: Vec<OperatingPeriod>,
}

/// One day; closed when both hours are midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperatingPeriod {
    pub(crate) day_of_week: u32,
    pub(crate) opening_hours: String,
    pub(crate) closing_hours: String,
}

impl OperatingHours {
    /// Open all week but on the third day.
    fn of_a_shop() -> Self {
        let period = |day_of_week| {
            let (opening, closing) =
                if day_of_week == 3 { ("00:00:00", "00:00:00") } else { ("09:00:00", "17:30:00") };
            OperatingPeriod {
                day_of_week,
                opening_hours: opening.to_owned(),
                closing_hours: closing.to_owned(),
            }
        };
        Self { time_zone: "Europe/London".to_owned(), periods: (1..=7).map(period).collect() }
    }
}

/// A place in a warehouse: aisle, bay, shelf and bin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Location {
    pub(crate) id: u32,
    pub(crate) warehouse: u32,
    pub(crate) zone: Option<u32>,
    pub(crate) barcode: Option<String>,
    /// From the aisle on; those behind the last are not there.
    pub(crate) groupings: Vec<String>,
}

/// A part of a warehouse.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Zone {
    pub(crate) id: u32,
    pub(crate) warehouse: u32,
    pub(crate) name: String,
}

/// How a product stands in a warehouse.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stocking {
    pub(crate) default_location_id: u32,
    pub(crate) overflow_location_id: u32,
    pub(crate) reorder_level: u32,
    pub(crate) reorder_quantity: u32,
}

/// The frame of several external transfers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StockTransfer {
    pub(crate) id: u32,
    pub(crate) source: u32,
    pub(crate) target: u32,
    pub(crate) reference: Option<String>,
    pub(crate) created: i64,
    /// The goods-out notes that move it.
    pub(crate) notes: Vec<u32>,
}

impl World {
    /// The ids of all warehouses.
    pub(crate) fn warehouse_ids(&self) -> &[u32] {
        self.history.lists.warehouses.get_or_init(|| {
            let written = &self.changes.goods.warehouses;
            let generated = FIRST_WAREHOUSE..FIRST_WAREHOUSE + self.warehouses;
            let end = generated.end;
            let kept = generated.filter(|id| !matches!(written.get(*id), Some(None)));
            let new = written.iter().filter(|(id, record)| *id >= end && record.is_some());
            kept.chain(new.map(|(id, _)| id)).collect()
        })
    }

    pub(crate) fn has_warehouse(&self, id: u32) -> bool {
        self.warehouse_ids().binary_search(&id).is_ok()
    }

    /// The warehouse with that id, whether or not it exists.
    pub(crate) fn warehouse(&self, id: u32) -> Warehouse {
        if let Some(Some(written)) = self.changes.goods.warehouses.get(id) {
            return written.clone();
        }
        let is_first = id == FIRST_WAREHOUSE;
        let address_id = Address::of_warehouse(id);
        let city = self.address(address_id).map_or_else(String::new, |address| address.city);
        let is_store = !is_first && id % 2 == 1;
        let code = if is_store { "store" } else { "warehouse" };
        let default_location = Self::first_location(id);
        Warehouse {
            id,
            name: if is_first { "Main warehouse".to_owned() } else { format!("{city} {id}") },
            kind: warehouse_type(code).unwrap_or_default(),
            address_id,
            click_and_collect: is_store,
            hours: is_store.then(OperatingHours::of_a_shop),
            collection_sla: None,
            default_location,
            quarantine_location: default_location + 1,
        }
    }

    /// Writes a warehouse, new or changed.
    pub(crate) fn put_warehouse(&mut self, warehouse: Warehouse) {
        self.changes.revision += 1;
        note_down(&mut self.history.lists.warehouses, warehouse.id);
        self.changes.goods.warehouses.put(warehouse.id, warehouse);
    }

    pub(crate) fn delete_warehouse(&mut self, id: u32) {
        self.changes.revision += 1;
        strike_out(&mut self.history.lists.warehouses, id);
        self.changes.goods.warehouses.delete(id);
    }

    /// The id that a new warehouse gets.
    pub(crate) fn next_warehouse(&self) -> u32 {
        let generated = FIRST_WAREHOUSE + self.warehouses;
        self.changes.goods.warehouses.last().map_or(generated, |last| generated.max(last + 1))
    }

    /// The default location of a warehouse of the history. Its quarantine location follows.
    pub(crate) fn first_location(warehouse: u32) -> u32 {
        2 * (warehouse - FIRST_WAREHOUSE) + 2
    }

    fn locations_end(&self) -> u32 {
        Self::first_location(FIRST_WAREHOUSE + self.warehouses)
    }

    /// The ids of all locations.
    pub(crate) fn location_ids(&self) -> &[u32] {
        self.history.lists.locations.get_or_init(|| {
            let written = &self.changes.goods.locations;
            let end = self.locations_end();
            let generated = Self::first_location(FIRST_WAREHOUSE)..end;
            let kept = generated.filter(|id| !matches!(written.get(*id), Some(None)));
            let new = written.iter().filter(|(id, record)| *id >= end && record.is_some());
            kept.chain(new.map(|(id, _)| id)).collect()
        })
    }

    /// The location with that id, if it exists.
    pub(crate) fn location(&self, id: u32) -> Option<Location> {
        if let Some(written) = self.changes.goods.locations.get(id) {
            return written.cloned();
        }
        let first = Self::first_location(FIRST_WAREHOUSE);
        if !(first..self.locations_end()).contains(&id) {
            return None;
        }
        let is_quarantine = (id - first) % 2 == 1;
        let groupings = if is_quarantine {
            vec!["QUARANTINE".to_owned()]
        } else {
            vec!["0".to_owned(), "0".to_owned(), "0".to_owned(), "0".to_owned()]
        };
        let warehouse = FIRST_WAREHOUSE + (id - first) / 2;
        Some(Location { id, warehouse, zone: None, barcode: None, groupings })
    }

    /// Adds a location; its id is given here.
    pub(crate) fn add_location(&mut self, location: Location) -> u32 {
        let end = self.locations_end();
        let id = self.changes.goods.locations.last().map_or(end, |last| end.max(last + 1));
        self.changes.revision += 1;
        self.changes.goods.locations.put(id, Location { id, ..location });
        note_down(&mut self.history.lists.locations, id);
        id
    }

    pub(crate) fn delete_location(&mut self, id: u32) {
        self.changes.revision += 1;
        self.changes.goods.locations.delete(id);
        strike_out(&mut self.history.lists.locations, id);
    }

    /// Whether goods in this location wait for their release.
    pub(crate) fn is_quarantine(&self, location: u32) -> bool {
        if location < self.locations_end() {
            return location % 2 == 1;
        }
        let warehouse = self.changes.goods.locations.get(location).flatten().map(|own| own.warehouse);
        let warehouse = warehouse.and_then(|id| self.changes.goods.warehouses.get(id).flatten());
        warehouse.is_some_and(|warehouse| warehouse.quarantine_location == location)
    }

    /// The ids of all zones; there are none at first.
    pub(crate) fn zone_ids(&self) -> &[u32] {
        self.history.lists.zones.get_or_init(|| self.changes.goods.zones.iter().map(|(id, _)| id).collect())
    }

    /// Adds a zone; its id is given here.
    pub(crate) fn add_zone(&mut self, warehouse: u32, name: String) -> u32 {
        let id = self.changes.goods.zones.last().unwrap_or(0) + 1;
        self.changes.revision += 1;
        self.changes.goods.zones.put(id, Zone { id, warehouse, name });
        note_down(&mut self.history.lists.zones, id);
        id
    }

    /// How a product stands in a warehouse.
    pub(crate) fn stocking(&self, product: u32, warehouse: u32) -> Stocking {
        let written = self.changes.goods.stockings.get(&product).and_then(|own| own.get(&warehouse));
        written.cloned().unwrap_or_default()
    }

    /// Writes how a product stands in a warehouse.
    pub(crate) fn put_stocking(&mut self, product: u32, warehouse: u32, stocking: Stocking) {
        self.changes.revision += 1;
        self.changes.goods.stockings.entry(product).or_default().insert(warehouse, stocking);
    }
}

/// The index of a type of warehouse.
pub(crate) fn warehouse_type(code: &str) -> Option<usize> {
    WAREHOUSE_TYPES.iter().position(|(own, _)| *own == code)
}
