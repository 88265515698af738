//! The records in writing: what was written, and which ids came and went. The rest follows from the seed.

use serde::{Deserialize, Serialize};

use super::World;
use super::changes::Changes;
use super::ids::IdChanges;
use crate::config::Config;

/// What a world has over a new one of the same configuration.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedWorld {
    changes: Changes,
    orders: IdChanges,
    products: IdChanges,
    contacts: IdChanges,
    all_contacts: ListChanges,
    customers: ListChanges,
    suppliers: ListChanges,
}

/// How an ascending list of ids differs from a new world's.
#[derive(Serialize, Deserialize)]
struct ListChanges {
    added: Vec<u32>,
    removed: Vec<u32>,
}

impl SavedWorld {
    /// The part whose ids were altered, if one was.
    pub(crate) fn altered(&self) -> Option<&'static str> {
        let parts = [("orders", &self.orders), ("products", &self.products), ("contacts", &self.contacts)];
        parts.into_iter().find(|(_, ids)| !ids.is_plausible()).map(|(name, _)| name)
    }
}

impl World {
    /// Writes down what was written.
    pub(crate) fn save(&self, config: &Config) -> SavedWorld {
        let fresh = World::new(config);
        // Whoever adds state to the world has to say here what becomes of it.
        let World {
            seed: _,
            zone: _,
            strict: _,
            purchase_rows: _,
            epoch_ms: _,
            currencies: _,
            currency_ids: _,
            warehouses: _,
            orders,
            first_new_order: _,
            sales_orders: _,
            products,
            contacts,
            first_new_contact: _,
            all_contacts,
            company_ids: _,
            customers,
            suppliers,
            instances: _,
            bad_ids: _,
            changes,
            found: _,
            history: _,
        } = self;
        SavedWorld {
            changes: changes.clone(),
            orders: orders.changes_since(&fresh.orders),
            products: products.changes_since(&fresh.products),
            contacts: contacts.changes_since(&fresh.contacts),
            all_contacts: ListChanges::between(&fresh.all_contacts, all_contacts),
            customers: ListChanges::between(&fresh.customers, customers),
            suppliers: ListChanges::between(&fresh.suppliers, suppliers),
        }
    }

    /// Makes the world again that was saved.
    pub(crate) fn load(config: &Config, saved: SavedWorld) -> Self {
        let mut world = World::new(config);
        world.changes = saved.changes;
        world.orders.apply(&saved.orders);
        world.products.apply(&saved.products);
        world.contacts.apply(&saved.contacts);
        saved.all_contacts.apply(&mut world.all_contacts);
        saved.customers.apply(&mut world.customers);
        saved.suppliers.apply(&mut world.suppliers);
        world
    }
}

impl ListChanges {
    fn between(fresh: &[u32], present: &[u32]) -> Self {
        Self { added: without(present, fresh), removed: without(fresh, present) }
    }

    fn apply(&self, list: &mut Vec<u32>) {
        list.retain(|id| self.removed.binary_search(id).is_err());
        list.extend(&self.added);
        list.sort_unstable();
    }
}

/// The ids of one ascending list that another does not have.
fn without(list: &[u32], other: &[u32]) -> Vec<u32> {
    list.iter().copied().filter(|id| other.binary_search(id).is_err()).collect()
}
