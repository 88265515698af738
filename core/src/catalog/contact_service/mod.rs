//! The contact service (API notes §8.4).

mod address;
mod contact;
mod group;
mod person;
mod tag;

use super::resource::Resource;

pub(crate) use address::ADDRESS as POSTAL_ADDRESS_BODY;

pub(super) const RESOURCES: &[Resource] = &[
    contact::CONTACT,
    person::CONTACT_CUSTOM_FIELD,
    person::CUSTOM_FIELD_METADATA,
    person::CONTACT_FORGET,
    person::CONTACT_NOTE,
    person::CONTACT_STATUS,
    person::COMPANY,
    address::POSTAL_ADDRESS,
    address::CONTACT_POSTAL_ADDRESS,
    group::CONTACT_GROUP,
    group::CONTACT_GROUP_MEMBER,
    tag::TAG,
    tag::CONTACT_TAG,
    tag::LEAD_SOURCE,
    tag::PROJECT,
];
