//! What surrounds contacts: groups, companies, notes, tags, lead sources, projects and statuses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::World;
use super::register::Register;

/// What was written around contacts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct People {
    pub(crate) groups: Register<Group>,
    /// Contacts in groups: group and contact.
    pub(crate) memberships: Register<(u32, u32)>,
    /// Companies that were written, also derived ones that were changed.
    pub(super) companies: BTreeMap<u32, Company>,
    pub(crate) notes: Register<ContactNote>,
    /// What installed apps are called now, by installation.
    #[serde(default)]
    pub(crate) instance_names: BTreeMap<u32, String>,
}

/// A group of contacts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) created_by: u32,
    pub(crate) created: i64,
    pub(crate) is_read_only: bool,
}

/// A company.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Company {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) created: i64,
    pub(crate) updated: i64,
}

/// A note on a contact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ContactNote {
    pub(crate) contact: u32,
    pub(crate) text: String,
    pub(crate) is_public: bool,
    pub(crate) added: i64,
}

/// A tag.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
    pub(crate) parent: u32,
    pub(crate) color: &'static str,
}

/// The first three are those of derived contacts.
pub(crate) static TAGS: [Tag; 5] = [
    Tag { id: 12, name: "VIP", parent: 0, color: "#99FFFF" },
    Tag { id: 13, name: "Trade", parent: 0, color: "#FFCC99" },
    Tag { id: 14, name: "Newsletter", parent: 0, color: "#CCFF99" },
    Tag { id: 15, name: "Trade > Florists", parent: 13, color: "#FFCC99" },
    Tag { id: 16, name: "Pays late", parent: 0, color: "#FF9999" },
];

/// Where custom comes from.
#[derive(Debug)]
pub(crate) struct LeadSource {
    pub(crate) id: u32,
    pub(crate) owner: u32,
    pub(crate) parent: u32,
    pub(crate) name: &'static str,
    pub(crate) is_active: bool,
}

/// Derived orders have the first and the last.
pub(crate) static LEAD_SOURCES: [LeadSource; 4] = [
    LeadSource { id: 1, owner: 4, parent: 0, name: "Advertisement", is_active: true },
    LeadSource { id: 2, owner: 4, parent: 1, name: "Advertisement: magazine", is_active: true },
    LeadSource { id: 3, owner: 5, parent: 0, name: "Trade fair", is_active: false },
    LeadSource { id: 4, owner: 5, parent: 0, name: "Word of mouth", is_active: true },
];

/// Projects: id and name. Derived orders have the second.
pub(crate) static PROJECTS: [(u32, &str); 2] = [(1, "Refurbishment"), (2, "Spring catalogue")];

/// Statuses of contacts: id and name.
pub(crate) static CONTACT_STATUSES: [(u32, &str); 5] =
    [(1, "Lead"), (2, "Suspect"), (3, "Prospecting"), (4, "Customer"), (5, "Lapsed")];

pub(crate) fn contact_status_name(id: u32) -> Option<&'static str> {
    CONTACT_STATUSES.iter().find(|(status, _)| *status == id).map(|(_, name)| *name)
}

impl People {
    /// Takes out what was noted about a contact.
    pub(crate) fn forget_notes(&mut self, contact: u32) {
        let of_contact = self.notes.iter().filter(|(_, note)| note.contact == contact);
        for id in of_contact.map(|(id, _)| id).collect::<Vec<_>>() {
            self.notes.remove(id);
        }
    }
}

impl World {
    /// The company with that id, if there is one: one that was written, or that of a derived contact.
    pub(crate) fn company(&self, id: u32) -> Option<Company> {
        if let Some(company) = self.changes.people.companies.get(&id) {
            return Some(company.clone());
        }
        if id >= self.first_new_contact || !self.has_contact(id) {
            return None;
        }
        let contact = self.generated_contact(id);
        (contact.company_id == id).then(|| Company {
            id,
            name: contact.company_name().into_owned(),
            created: contact.created,
            updated: contact.created,
        })
    }

    /// Adds a company. Its id lies above those of derived ones, which are ids of contacts.
    pub(crate) fn add_company(&mut self, name: String, now_ms: i64) -> u32 {
        let last = self.changes.people.companies.last_key_value().map_or(0, |(last, _)| *last);
        let id = self.first_new_contact.max(last + 1);
        self.company_ids.take();
        self.put_company(Company { id, name, created: now_ms, updated: now_ms });
        id
    }

    /// Writes a company that exists.
    pub(crate) fn put_company(&mut self, company: Company) {
        self.changes.revision += 1;
        self.changes.people.companies.insert(company.id, company);
    }

    /// The companies of derived contacts and those that were written, by ascending id.
    pub(super) fn known_companies(&self) -> Vec<u32> {
        let own = self
            .contacts
            .as_slice()
            .iter()
            .copied()
            .filter(|id| *id < self.first_new_contact && self.generated_contact(*id).company_id == *id);
        let added = self.changes.people.companies.keys().copied();
        own.chain(added.filter(|id| *id >= self.first_new_contact)).collect()
    }

    /// The first of the groups that a contact has joined.
    pub(crate) fn first_group_of(&self, contact: u32) -> Option<u32> {
        let memberships = self.changes.people.memberships.iter();
        memberships.map(|(_, own)| *own).find(|(_, member)| *member == contact).map(|(group, _)| group)
    }

    /// The members of a group, in the order in which they joined.
    pub(crate) fn members(&self, group: u32) -> impl Iterator<Item = u32> {
        let memberships = self.changes.people.memberships.iter();
        memberships.filter(move |(_, (of, _))| *of == group).map(|(_, (_, contact))| *contact)
    }
}
