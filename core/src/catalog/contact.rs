//! The contact service (API notes §8.4).

use super::{FilterType, Resource, Search, SearchColumn, column, filter_only, unsortable};

pub(super) const RESOURCES: &[Resource] = &[
    Resource {
        path: "contact-service/contact",
        options: true,
        id_member: "contactId",
        search: Some("contact-service/contact-search"),
        ..Resource::UNLISTED
    },
    Resource { path: "contact-service/postal-address", id_member: "addressId", ..Resource::UNLISTED },
];

pub(super) const SEARCHES: &[Search] = &[Search {
    path: "contact-service/contact-search",
    key: "contactId",
    finds: "contact-service/contact",
    columns: CONTACT_COLUMNS,
}];

/// In the default column order of the recorded answers (API notes §4.5), then the filter-only name.
const CONTACT_COLUMNS: &[SearchColumn] = &[
    column("contactId", FilterType::IdSet),
    column("primaryEmail", FilterType::Text),
    column("secondaryEmail", FilterType::Text),
    column("tertiaryEmail", FilterType::Text),
    column("firstName", FilterType::Text),
    column("lastName", FilterType::Text),
    unsortable("isSupplier", FilterType::Boolean),
    column("companyName", FilterType::Text),
    unsortable("isStaff", FilterType::Boolean),
    unsortable("isCustomer", FilterType::Boolean),
    column("createdOn", FilterType::Period),
    column("updatedOn", FilterType::Period),
    column("lastContactedOn", FilterType::Period),
    column("lastOrderedOn", FilterType::Period),
    column("nominalCode", FilterType::Integer),
    column("isPrimary", FilterType::Boolean),
    unsortable("pri", FilterType::Text),
    unsortable("sec", FilterType::Text),
    unsortable("mob", FilterType::Text),
    column("exactCompanyName", FilterType::Text),
    column("title", FilterType::Text),
    filter_only("allEmail", FilterType::Text),
];
