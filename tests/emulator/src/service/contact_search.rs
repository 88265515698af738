//! The search over contacts (API notes §4.5).

use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::contact::Relationship;
use crate::world::contact_record::ContactRecord;

type ContactColumn = Column<ContactRecord>;

pub(super) const SEARCH: &dyn Searchable = &CONTACT_SEARCH;

const CONTACT_SEARCH: Search<ContactRecord> = Search {
    name: "contact-service/contact-search",
    columns: &[
        ContactColumn::new("contactId", DataType::IdSet, |_, contact| Cell::integer(contact.id)),
        ContactColumn::new("primaryEmail", DataType::SearchString, |_, contact| email(contact, 0)),
        ContactColumn::new("secondaryEmail", DataType::SearchString, |_, contact| email(contact, 1)),
        ContactColumn::new("tertiaryEmail", DataType::SearchString, |_, contact| email(contact, 2)),
        ContactColumn::new("firstName", DataType::SearchString, |_, contact| {
            Cell::text(contact.first_name.clone())
        }),
        ContactColumn::new("lastName", DataType::SearchString, |_, contact| {
            Cell::text(contact.last_name.clone())
        }),
        ContactColumn::new("isSupplier", DataType::Boolean, |_, contact| is(contact, Relationship::Supplier))
            .not_sortable(),
        ContactColumn::new("companyName", DataType::SearchString, |_, contact| {
            Cell::text(contact.company_name.clone())
        }),
        ContactColumn::new("isStaff", DataType::Boolean, |_, contact| is(contact, Relationship::Staff))
            .not_sortable(),
        ContactColumn::new("isCustomer", DataType::Boolean, |_, contact| is(contact, Relationship::Customer))
            .not_sortable(),
        ContactColumn::new("createdOn", DataType::Period, |_, contact| Cell::Moment(contact.created)),
        ContactColumn::new("updatedOn", DataType::Period, |_, contact| {
            Cell::Moment(contact.updated.unwrap_or(contact.created))
        }),
        ContactColumn::new("lastContactedOn", DataType::Period, |_, contact| {
            Cell::optional_moment(contact.last_contacted)
        }),
        ContactColumn::new("lastOrderedOn", DataType::Period, |_, contact| {
            Cell::optional_moment(contact.last_ordered)
        }),
        ContactColumn::new("nominalCode", DataType::Integer, |_, contact| {
            contact.financial.nominal_code.parse().map_or(Cell::Null, Cell::Integer)
        }),
        ContactColumn::new("isPrimary", DataType::Boolean, |_, contact| Cell::Boolean(contact.is_primary)),
        ContactColumn::new("pri", DataType::String, |_, contact| {
            Cell::text(contact.telephones.primary.clone().unwrap_or_default())
        })
        .not_sortable(),
        ContactColumn::new("sec", DataType::String, |_, contact| {
            Cell::text(contact.telephones.secondary.clone().unwrap_or_default())
        })
        .not_sortable(),
        ContactColumn::new("mob", DataType::String, |_, contact| {
            Cell::text(contact.telephones.mobile.clone().unwrap_or_default())
        })
        .not_sortable(),
        ContactColumn::new("exactCompanyName", DataType::String, |_, contact| {
            Cell::text(contact.company_name.clone())
        }),
        ContactColumn::new("title", DataType::String, |_, contact| {
            let title = contact.salutation.as_ref();
            if title.is_empty() { Cell::Null } else { Cell::text(title.to_owned()) }
        }),
    ],
    filters: &[ContactColumn::new("allEmail", DataType::SearchString, |_, contact| {
        let emails: Vec<_> = contact.emails.iter().flatten().map(String::as_str).collect();
        Cell::text(emails.join("\n"))
    })],
    ids: |world| &world.all_contacts,
    record: World::contact,
    references: &[],
    label: |_, _, _| None,
};

fn email(contact: &ContactRecord, place: usize) -> Cell {
    Cell::text(contact.emails[place].clone().unwrap_or_default())
}

fn is(contact: &ContactRecord, relationship: Relationship) -> Cell {
    Cell::Boolean(contact.relationship == relationship)
}
