//! Who an order is from and to: names and addresses as they were when the order was written.

use serde::{Deserialize, Serialize};

use super::World;
use super::address::Address;
use super::contact_record::ContactRecord;
use super::order::Order;

/// The parties of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Parties {
    /// The customer or the supplier.
    pub(crate) principal: Party,
    pub(crate) delivery: Party,
    pub(crate) billing: Party,
}

/// One of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Party {
    /// None for a place of delivery.
    pub(crate) contact: Option<u32>,
    pub(crate) full_name: String,
    pub(crate) company: String,
    pub(crate) address: Option<Address>,
    pub(crate) telephone: String,
    pub(crate) mobile: String,
    pub(crate) fax: String,
    pub(crate) email: String,
}

impl World {
    /// The parties of an order.
    pub(crate) fn parties(&self, order: &Order) -> Parties {
        let written = self.changes.order_details.get(&order.id).and_then(|details| details.parties.clone());
        written.unwrap_or_else(|| {
            // An order that nobody has written to stays as it was, whatever became of its contact.
            let contact = self.generated_contact_record(order.contact);
            self.parties_of(order, &contact, |id| self.generated_address(id))
        })
    }

    /// The parties that an order gets from a contact as it is now.
    pub(crate) fn present_parties(&self, order: &Order) -> Parties {
        self.parties_of(order, &self.contact(order.contact), |id| self.address(id))
    }

    fn parties_of(
        &self,
        order: &Order,
        contact: &ContactRecord,
        address: impl Fn(u32) -> Option<Address>,
    ) -> Parties {
        let principal = Party::of(contact, address(contact.addresses.billing));
        let delivery = if order.order_type.is_sale() {
            Party { contact: None, ..Party::of(contact, address(contact.addresses.delivery)) }
        } else {
            self.party_of_warehouse(order.warehouse)
        };
        Parties { billing: principal.clone(), principal, delivery }
    }

    /// A contact as a party to an order, at the address for bills.
    pub(crate) fn party(&self, contact: &ContactRecord) -> Party {
        Party::of(contact, self.address(contact.addresses.billing))
    }

    fn party_of_warehouse(&self, id: u32) -> Party {
        let warehouse = self.warehouse(id);
        Party {
            contact: None,
            full_name: warehouse.name,
            company: String::new(),
            address: self.address(warehouse.address_id),
            telephone: String::new(),
            mobile: String::new(),
            fax: String::new(),
            email: String::new(),
        }
    }
}

impl Party {
    pub(crate) fn of(contact: &ContactRecord, address: Option<Address>) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            contact: Some(contact.id),
            full_name: contact.full_name(),
            company: contact.company_name.clone(),
            address,
            telephone: text(&contact.telephones.primary),
            mobile: text(&contact.telephones.mobile),
            fax: text(&contact.telephones.fax),
            email: text(&contact.emails[0]),
        }
    }

    /// Takes the person out, as the law may ask for.
    pub(crate) fn forget(&mut self, name: &str, keep_town: bool) {
        let kept = self.address.take().filter(|_| keep_town).map(|address| Address {
            street: String::new(),
            suburb: String::new(),
            postal_code: String::new(),
            ..address
        });
        *self = Self {
            contact: self.contact,
            full_name: name.to_owned(),
            company: String::new(),
            address: kept,
            telephone: String::new(),
            mobile: String::new(),
            fax: String::new(),
            email: String::new(),
        };
    }
}
