//! The account's records: derived from the seed, changed by writes.

pub(crate) mod address;
pub(crate) mod changes;
pub(crate) mod contact;
pub(crate) mod event;
pub(crate) mod fulfilment;
pub(crate) mod ids;
pub(crate) mod order;
pub(crate) mod order_rows;
pub(crate) mod outbox;
pub(crate) mod overlay;
pub(crate) mod places;
pub(crate) mod product;
pub(crate) mod random;
pub(crate) mod reference;
pub(crate) mod saved;
pub(crate) mod warehouse;
pub(crate) mod webhook;

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Config, Currency, UtcOffset};
use crate::fault::FaultPlan;
use crate::protocol::moment::Moment;
use crate::search::found::Found;
use crate::service::integration::Instance;
use changes::Changes;
use contact::Relationship;
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
    /// The apps that are installed by OAuth.
    pub(crate) instances: Vec<Instance>,
    pub(crate) bad_ids: BTreeMap<String, BTreeSet<u32>>,
    pub(crate) changes: Changes,
    pub(crate) found: Found,
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
        let mut world = Self {
            seed,
            offset: config.utc_offset,
            epoch_ms: config.epoch_ms,
            currencies: config.currencies.clone(),
            warehouses: config.warehouses,
            orders: Ids::with_gaps(seed, Topic::OrderIds, 1, config.orders),
            products: Ids::with_gaps(seed, Topic::ProductIds, FIRST_PRODUCT, config.products),
            all_contacts: STAFF.iter().copied().chain(contacts.as_slice().iter().copied()).collect(),
            contacts,
            customers,
            suppliers,
            instances: config.oauth.clients.iter().map(Instance::of).collect(),
            bad_ids: BTreeMap::new(),
            changes: Changes::default(),
            found: Found::default(),
        };
        world.spoil(&config.faults);
        world
    }

    /// Makes the records unreadable that a fault plan names, and no others.
    pub(crate) fn spoil(&mut self, faults: &FaultPlan) {
        self.bad_ids.clear();
        for bad in &faults.bad_ids {
            self.bad_ids.entry(bad.resource.clone()).or_default().extend(&bad.ids);
        }
    }

    /// A point in time as the account writes it.
    pub(crate) fn moment(&self, ms: i64) -> Moment {
        Moment { ms, offset: self.offset }
    }
}
