//! Contacts as they are now: derived from the seed, or as they were written.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::contact::{Contact, Relationship};
use super::custom_fields::Values;

/// A contact with everything that can be written to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ContactRecord {
    pub(crate) id: u32,
    pub(crate) relationship: Relationship,
    pub(crate) is_primary: bool,
    pub(crate) salutation: Cow<'static, str>,
    pub(crate) first_name: Cow<'static, str>,
    pub(crate) last_name: Cow<'static, str>,
    pub(crate) addresses: AddressIds,
    /// Primary, secondary, tertiary.
    pub(crate) emails: [Option<String>; 3],
    pub(crate) telephones: Telephones,
    pub(crate) skype: Option<String>,
    pub(crate) website: Option<String>,
    /// 0: none.
    pub(crate) status: u32,
    /// The statuses before, the oldest first.
    pub(crate) status_history: Vec<PastStatus>,
    pub(crate) newsletter: bool,
    pub(crate) financial: Financial,
    /// 0: none.
    pub(crate) staff_owner: u32,
    pub(crate) lead_source: u32,
    pub(crate) department: u32,
    pub(crate) account_reference: Option<String>,
    /// 0: a private person.
    pub(crate) organisation: u32,
    pub(crate) company_name: String,
    pub(crate) company_id: u32,
    pub(crate) trade_status: Cow<'static, str>,
    pub(crate) lead_time: Option<i64>,
    pub(crate) created_by: u32,
    pub(crate) created: i64,
    pub(crate) updated: Option<i64>,
    pub(crate) last_contacted: Option<i64>,
    pub(crate) last_ordered: Option<i64>,
    pub(crate) tags: Vec<u32>,
    /// None: as derived from the seed.
    pub(crate) custom_fields: Option<Values>,
}

/// The ids of a contact's postal addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AddressIds {
    pub(crate) default: u32,
    pub(crate) billing: u32,
    pub(crate) delivery: u32,
}

/// Telephone numbers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Telephones {
    pub(crate) primary: Option<String>,
    pub(crate) secondary: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) fax: Option<String>,
}

/// A status that a contact had.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PastStatus {
    pub(crate) status: u32,
    pub(crate) occurred: i64,
    pub(crate) staff: u32,
}

/// On what terms the account deals with a contact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Financial {
    pub(crate) price_list: u32,
    pub(crate) nominal_code: String,
    pub(crate) tax_code: u32,
    pub(crate) credit_limit: Decimal,
    pub(crate) credit_term_days: u32,
    pub(crate) credit_term_type: u32,
    /// An index into the account's currencies.
    pub(crate) currency: usize,
    pub(crate) discount: Decimal,
    pub(crate) tax_number: Option<String>,
}

/// What the id of a tag of derived contacts starts at.
pub(crate) const FIRST_TAG: u32 = 12;

impl ContactRecord {
    pub(crate) fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

impl World {
    /// The contact with that id, whether or not it exists, with what was written to it.
    pub(crate) fn contact(&self, id: u32) -> ContactRecord {
        match self.changes.contacts.get(id) {
            Some(Some(record)) => record.clone(),
            Some(None) | None => self.generated_contact_record(id),
        }
    }

    /// Whether there is a contact with that id.
    pub(crate) fn has_contact(&self, id: u32) -> bool {
        self.all_contacts.binary_search(&id).is_ok()
    }

    /// The contact with that id, if it exists.
    pub(crate) fn existing_contact(&self, id: u32) -> Option<ContactRecord> {
        self.has_contact(id).then(|| self.contact(id))
    }

    /// The contact with that id as derived from the seed.
    pub(crate) fn generated_contact_record(&self, id: u32) -> ContactRecord {
        let contact = self.generated_contact(id);
        let code = contact.place.country.currency;
        let currency = self.currencies.iter().position(|currency| currency.code == code).unwrap_or(0);
        contact.record(currency, self.price_list_for(currency, contact.price_list))
    }

    /// Adds the contact that is made for a new id.
    pub(crate) fn add_contact(&mut self, make: impl FnOnce(u32) -> ContactRecord) -> u32 {
        let id = self.contacts.add();
        self.all_contacts.push(id);
        self.changes.revision += 1;
        self.changes.contacts.put(id, make(id));
        self.changes.publish("contact", "created", id);
        id
    }

    /// Changes a contact that exists.
    pub(crate) fn edit_contact(&mut self, id: u32, now_ms: i64, change: impl FnOnce(&mut ContactRecord)) {
        self.edit_contact_quietly(id, |record| {
            change(record);
            record.updated = Some(now_ms);
        });
        self.changes.publish("contact", "modified", id);
    }

    /// Changes what is written of a contact in passing, such as when it ordered last.
    pub(super) fn edit_contact_quietly(&mut self, id: u32, change: impl FnOnce(&mut ContactRecord)) {
        let mut record = self.contact(id);
        change(&mut record);
        self.changes.revision += 1;
        self.changes.contacts.put(id, record);
    }
}

impl Contact {
    fn record(&self, currency: usize, price_list: u32) -> ContactRecord {
        let is_prospect = self.relationship == Relationship::Customer && self.last_ordered.is_none();
        ContactRecord {
            id: self.id,
            relationship: self.relationship,
            is_primary: true,
            salutation: Cow::Borrowed(self.title),
            first_name: Cow::Borrowed(self.first_name),
            last_name: Cow::Borrowed(self.last_name),
            addresses: AddressIds {
                default: self.default_address_id(),
                billing: self.default_address_id(),
                delivery: self.delivery_address_id(),
            },
            emails: [Some(self.email()), self.second_email(), None],
            telephones: Telephones {
                primary: Some(self.telephone()),
                mobile: self.mobile(),
                ..Telephones::default()
            },
            skype: None,
            website: None,
            status: if is_prospect { 3 } else { 0 },
            status_history: Vec::new(),
            newsletter: self.newsletter,
            financial: Financial {
                price_list,
                nominal_code: self.nominal_code().to_string(),
                tax_code: 2,
                credit_limit: Decimal::ZERO,
                credit_term_days: self.credit_days,
                credit_term_type: 1,
                currency,
                discount: Decimal::ZERO,
                tax_number: None,
            },
            staff_owner: self.staff_owner,
            lead_source: 0,
            department: 0,
            account_reference: None,
            organisation: self.company_id,
            company_name: self.company_name().into_owned(),
            company_id: self.company_id,
            trade_status: Cow::Borrowed("UNKNOWN"),
            lead_time: None,
            created_by: 0,
            created: self.created,
            updated: self.updated,
            last_contacted: self.last_contacted,
            last_ordered: self.last_ordered,
            tags: (0..self.tags).map(|tag| FIRST_TAG + tag).collect(),
            custom_fields: None,
        }
    }
}
