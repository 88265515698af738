//! Postal addresses: two ids for every contact, one for every warehouse, and those that were posted.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::World;
use super::contact_record::AddressIds;
use super::places::{Country, PLACES, country_by};
use super::random::{Draw, Topic};
use super::reference::FIRST_WAREHOUSE;

/// Ids up to here belong to warehouses; contacts' addresses follow.
const LAST_WAREHOUSE_ADDRESS: u32 = 1_000;

/// A postal address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Address {
    pub(crate) id: u32,
    /// Whose it is; none while a posted one has not been given to anyone.
    pub(crate) contact: Option<u32>,
    pub(crate) street: String,
    pub(crate) suburb: String,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) postal_code: String,
    #[serde(serialize_with = "country_id", deserialize_with = "country_of_id")]
    pub(crate) country: Option<&'static Country>,
}

impl Address {
    /// The id of a contact's address.
    pub(crate) fn of_contact(contact: u32, second: bool) -> u32 {
        LAST_WAREHOUSE_ADDRESS + 2 * contact + u32::from(second)
    }

    /// The id of a warehouse's address.
    pub(crate) fn of_warehouse(warehouse: u32) -> u32 {
        warehouse
    }
}

impl World {
    /// The address with that id, if it exists.
    pub(crate) fn address(&self, id: u32) -> Option<Address> {
        let written = self.changes.addresses.get(&id).cloned();
        written.or_else(|| self.generated_address(id))
    }

    /// The address with that id as derived from the seed.
    pub(super) fn generated_address(&self, id: u32) -> Option<Address> {
        if id <= LAST_WAREHOUSE_ADDRESS {
            let exists = (FIRST_WAREHOUSE..FIRST_WAREHOUSE + self.warehouses).contains(&id);
            return exists.then(|| self.invented_address(id, None, 0));
        }
        let (contact, second) = ((id - LAST_WAREHOUSE_ADDRESS) / 2, id % 2 == 1);
        if contact >= self.first_new_contact || self.all_contacts.binary_search(&contact).is_err() {
            return None;
        }
        let contact = self.generated_contact(contact);
        if second && !contact.delivers_elsewhere {
            return None;
        }
        let place = PLACES.iter().position(|place| place.country == contact.place.country).unwrap_or(0);
        Some(self.invented_address(id, Some(contact.id), place))
    }

    /// Gives addresses to the contact that they are of from now on.
    pub(crate) fn give_addresses(&mut self, contact: u32, ids: AddressIds) {
        for id in [ids.default, ids.billing, ids.delivery] {
            if let Some(address) = self.address(id) {
                self.changes.add_address(Address { contact: Some(contact), ..address });
            }
        }
    }

    /// Empties addresses, or leaves them their town.
    pub(crate) fn forget_addresses(&mut self, ids: AddressIds, keep_town: bool) {
        for id in [ids.default, ids.billing, ids.delivery] {
            let Some(address) = self.address(id) else { continue };
            let kept = |text: String| if keep_town { text } else { String::new() };
            self.changes.add_address(Address {
                street: String::new(),
                suburb: String::new(),
                city: kept(address.city),
                state: kept(address.state),
                postal_code: String::new(),
                ..address
            });
        }
    }

    /// The id for the next posted address.
    pub(crate) fn next_address_id(&self) -> u32 {
        let first = Address::of_contact(self.first_new_contact, false);
        self.changes.addresses.last_key_value().map_or(first, |(last, _)| first.max(last + 1))
    }

    fn invented_address(&self, id: u32, contact: Option<u32>, place: usize) -> Address {
        let place = &PLACES[place];
        let mut draw = Draw::new(self.seed, Topic::Address, u64::from(id));
        let number = draw.between(1, 250);
        let street = draw.pick(place.streets);
        let (city, state, postal_code) = draw.pick(place.towns);
        let street =
            if place.number_first { format!("{number} {street}") } else { format!("{street} {number}") };
        let suburb = draw.weighted(&[(750, ""), (150, "Unit 4"), (100, "c/o Reception")]);
        Address {
            id,
            contact,
            street,
            suburb: suburb.to_owned(),
            city: city.to_owned(),
            state: state.to_owned(),
            postal_code: postal_code.to_owned(),
            country: Some(place.country),
        }
    }
}

/// A country is saved as its id.
fn country_id<S: Serializer>(country: &Option<&'static Country>, serializer: S) -> Result<S::Ok, S::Error> {
    country.map(|country| country.id).serialize(serializer)
}

fn country_of_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'static Country>, D::Error> {
    let id = Option::<u32>::deserialize(deserializer)?;
    Ok(id.and_then(|id| country_by(|country| country.id == id)))
}
