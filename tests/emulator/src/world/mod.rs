//! The account's records: derived from the seed, changed by writes.

pub(crate) mod address;
pub(crate) mod catalogue;
pub(crate) mod changes;
pub(crate) mod contact;
pub(crate) mod event;
pub(crate) mod drop_ship;
pub(crate) mod fulfilment;
pub(crate) mod goods;
pub(crate) mod goods_in;
pub(crate) mod goods_out;
pub(crate) mod history;
pub(crate) mod ids;
pub(crate) mod order;
pub(crate) mod order_rows;
pub(crate) mod overlay;
pub(crate) mod places;
pub(crate) mod price;
pub(crate) mod product;
pub(crate) mod product_record;
pub(crate) mod random;
pub(crate) mod reference;
pub(crate) mod reservation;
pub(crate) mod stock;
pub(crate) mod storage;
pub(crate) mod table;

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Config, Currency, UtcOffset};
use crate::protocol::moment::{DAY, Moment};
use crate::search::found::Found;
use changes::Changes;
use contact::Relationship;
use history::History;
use ids::Ids;
use random::Topic;
use reference::{FIRST_CONTACT, FIRST_PRODUCT, STAFF};

/// The records of one account.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) offset: UtcOffset,
    pub(crate) epoch_ms: i64,
    pub(crate) currencies: Vec<Currency>,
    pub(crate) warehouses: u32,
    pub(crate) orders: Ids,
    pub(crate) products: Ids,
    pub(crate) contacts: Ids,
    /// Staff first, then `contacts`.
    pub(crate) all_contacts: Vec<u32>,
    pub(crate) customers: Vec<u32>,
    pub(crate) suppliers: Vec<u32>,
    pub(crate) bad_ids: BTreeMap<String, BTreeSet<u32>>,
    pub(crate) changes: Changes,
    pub(crate) found: Found,
    pub(crate) history: History,
}

impl World {
    pub(crate) fn new(config: &Config) -> Self {
        let seed = config.seed;
        let beside_staff = config.contacts.saturating_sub(STAFF.len() as u32);
        let contacts = Ids::with_gaps(seed, Topic::ContactIds, FIRST_CONTACT, beside_staff);
        let (suppliers, customers) = contacts
            .as_slice()
            .iter()
            .copied()
            .partition(|id| contact::relationship(seed, *id) == Relationship::Supplier);
        let mut bad_ids = BTreeMap::<String, BTreeSet<u32>>::new();
        for bad in &config.faults.bad_ids {
            bad_ids.entry(bad.resource.clone()).or_default().extend(&bad.ids);
        }
        let orders = Ids::with_gaps(seed, Topic::OrderIds, 1, config.orders);
        let products = Ids::with_gaps(seed, Topic::ProductIds, FIRST_PRODUCT, config.products);
        Self {
            seed,
            offset: config.utc_offset,
            epoch_ms: config.epoch_ms,
            currencies: config.currencies.clone(),
            warehouses: config.warehouses,
            history: History::new(&orders, &products),
            orders,
            products,
            all_contacts: STAFF.iter().copied().chain(contacts.as_slice().iter().copied()).collect(),
            contacts,
            customers,
            suppliers,
            bad_ids,
            changes: Changes::default(),
            found: Found::default(),
        }
    }

    /// When the account was opened; what it began with dates from then.
    pub(crate) fn opened(&self) -> i64 {
        self.epoch_ms - 1_130 * DAY
    }

    /// A point in time as the account writes it.
    pub(crate) fn moment(&self, ms: i64) -> Moment {
        Moment { ms, offset: self.offset }
    }
}
