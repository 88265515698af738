//! The account's records: derived from the seed, changed by writes.

pub(crate) mod address;
mod books_of_history;
pub(crate) mod catalogue;
pub(crate) mod changes;
pub(crate) mod contact;
pub(crate) mod contact_record;
pub(crate) mod custom_fields;
pub(crate) mod drop_ship;
pub(crate) mod editions;
pub(crate) mod event;
pub(crate) mod fulfilment;
pub(crate) mod goods;
pub(crate) mod goods_in;
pub(crate) mod goods_out;
pub(crate) mod history;
pub(crate) mod ids;
pub(crate) mod invoicing;
pub(crate) mod journal;
pub(crate) mod ledger;
pub(crate) mod nominal;
pub(crate) mod order;
pub(crate) mod order_book;
pub(crate) mod order_rows;
pub(crate) mod outbox;
pub(crate) mod overlay;
pub(crate) mod parties;
pub(crate) mod payment;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod price;
pub(crate) mod product;
pub(crate) mod product_record;
pub(crate) mod random;
pub(crate) mod reference;
pub(crate) mod register;
pub(crate) mod reservation;
pub(crate) mod saved;
pub(crate) mod stock;
pub(crate) mod storage;
pub(crate) mod webhook;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Config, Currency};
use crate::fault::FaultPlan;
use crate::protocol::moment::{DAY, Moment};
use crate::protocol::zone::AccountZone;
use crate::search::found::Found;
use crate::service::integration::Instance;
use crate::service::landed_cost::PurchaseRowList;
use changes::Changes;
use contact::Relationship;
use history::History;
use ids::Ids;
use ledger::Ledger;
use random::Topic;
use reference::{FIRST_CONTACT, FIRST_PRODUCT, OrderType, STAFF};

/// The records of one account.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) zone: AccountZone,
    pub(crate) epoch_ms: i64,
    pub(crate) currencies: Vec<Currency>,
    /// 1 for the first of `currencies`, and so on.
    pub(crate) currency_ids: Vec<u32>,
    pub(crate) warehouses: u32,
    pub(crate) orders: Ids,
    /// The id of the first order that is not derived from the seed.
    pub(crate) first_new_order: u32,
    /// Those of `orders` that are sales orders, once somebody asks.
    sales_orders: OnceCell<Vec<u32>>,
    pub(crate) products: Ids,
    pub(crate) contacts: Ids,
    /// The id of the first contact that is not derived from the seed.
    pub(crate) first_new_contact: u32,
    /// Staff first, then `contacts`.
    pub(crate) all_contacts: Vec<u32>,
    /// The ids of all companies, once somebody asks.
    company_ids: OnceCell<Vec<u32>>,
    /// Those that are derived from the seed.
    pub(crate) customers: Vec<u32>,
    /// Those that are derived from the seed.
    pub(crate) suppliers: Vec<u32>,
    /// The apps that are installed by OAuth.
    pub(crate) instances: Vec<Instance>,
    /// Whether what is uncertain is refused too.
    pub(crate) strict: bool,
    pub(crate) bad_ids: BTreeMap<String, BTreeSet<u32>>,
    pub(crate) changes: Changes,
    pub(crate) found: Found,
    pub(crate) purchase_rows: PurchaseRowList,
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
        let orders = Ids::with_gaps(seed, Topic::OrderIds, 1, config.orders);
        let products = Ids::with_gaps(seed, Topic::ProductIds, FIRST_PRODUCT, config.products);
        let mut world = Self {
            seed,
            zone: config.zone(),
            epoch_ms: config.epoch_ms,
            currencies: config.currencies.clone(),
            currency_ids: (1..).take(config.currencies.len()).collect(),
            warehouses: config.warehouses,
            first_new_order: orders.next(),
            history: History::new(&orders, &products),
            orders,
            sales_orders: OnceCell::new(),
            products,
            first_new_contact: contacts.next(),
            all_contacts: STAFF.iter().copied().chain(contacts.as_slice().iter().copied()).collect(),
            contacts,
            company_ids: OnceCell::new(),
            customers,
            suppliers,
            instances: config.oauth.clients.iter().map(Instance::of).collect(),
            strict: config.strict,
            bad_ids: BTreeMap::new(),
            changes: Changes::default(),
            found: Found::default(),
            purchase_rows: PurchaseRowList::default(),
        };
        world.changes.ledger = Ledger::opened(&world);
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

    /// When the account was opened; what it began with dates from then.
    pub(crate) fn opened(&self) -> i64 {
        self.epoch_ms - 1_130 * DAY
    }

    /// The sales orders, by ascending id.
    pub(crate) fn sales_orders(&self) -> &[u32] {
        self.sales_orders.get_or_init(|| self.orders_of_type(OrderType::SalesOrder))
    }

    /// The companies, by ascending id.
    pub(crate) fn company_ids(&self) -> &[u32] {
        self.company_ids.get_or_init(|| self.known_companies())
    }

    /// The orders of a type, by ascending id.
    pub(crate) fn orders_of_type(&self, order_type: OrderType) -> Vec<u32> {
        let ids = self.orders.as_slice().iter().copied();
        ids.filter(|id| self.order_type(*id) == order_type).collect()
    }

    /// A point in time as the account writes it.
    pub(crate) fn moment(&self, ms: i64) -> Moment {
        Moment { ms, offset: self.zone.offset_at(ms) }
    }
}
