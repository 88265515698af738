//! The contact as GET shows it, member for member (API notes §8.4.1).

use std::borrow::Cow;

use serde::Serialize;

use super::call::Call;
use super::custom_field::{self, ShownValue};
use super::postal_address::AddressShape;
use crate::protocol::json::{Members, Number, with_places};
use crate::protocol::moment::Moment;
use crate::world::World;
use crate::world::contact::Relationship;
use crate::world::contact_record::{AddressIds, ContactRecord};
use crate::world::custom_fields::CONTACT_FIELDS;
use crate::world::people::contact_status_name;

#[derive(Clone, Copy, Debug)]
pub(super) struct ContactSections {
    postal_addresses: bool,
    custom_fields: bool,
    null_custom_fields: bool,
}

impl ContactSections {
    pub(super) fn asked_for(call: &Call<'_>) -> Self {
        let asked = |section: &str| call.query.lists("includeOptional", section);
        Self {
            postal_addresses: asked("postalAddresses"),
            custom_fields: asked("customFields"),
            null_custom_fields: asked("nullCustomFields"),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactShape {
    contact_id: u32,
    is_primary_contact: bool,
    salutation: Cow<'static, str>,
    first_name: Cow<'static, str>,
    last_name: Cow<'static, str>,
    post_address_ids: PostAddressIds,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_addresses: Option<Vec<AddressShape>>,
    communication: Communication,
    contact_status: ContactStatus,
    relationship_to_account: RelationshipShape,
    marketing_details: MarketingDetails,
    financial_details: ContactFinances,
    assignment: ContactAssignment,
    organisation: OrganisationShape,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_fields: Option<Members<&'static str, ShownValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    null_custom_fields: Option<Vec<&'static str>>,
    trade_status: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead_time: Option<i64>,
    // The casing is Brightpearl's.
    #[serde(rename = "createdByid")]
    created_by_id: u32,
    created_on: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_on: Option<Moment>,
    contact_tags: String,
    aliases: Nothing,
    company_id: u32,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct PostAddressIds {
    def: u32,
    bil: u32,
    del: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Communication {
    emails: Emails,
    telephones: TelephonesShape,
    messaging_voips: MessagingVoips,
    websites: Websites,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct MessagingVoips {
    #[serde(skip_serializing_if = "Option::is_none")]
    skp: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Websites {
    #[serde(skip_serializing_if = "Option::is_none")]
    pri: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Emails {
    #[serde(skip_serializing_if = "Option::is_none")]
    pri: Option<Email>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sec: Option<Email>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ter: Option<Email>,
}

#[derive(Serialize)]
struct Email {
    email: String,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct TelephonesShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    pri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sec: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mob: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fax: Option<String>,
}

#[derive(Serialize)]
struct ContactStatus {
    current: CurrentStatus,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    history: Vec<PastStatusShape>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PastStatusShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_status_name: Option<&'static str>,
    contact_status_id: u32,
    // The spelling is Brightpearl's.
    occured_on: Moment,
    staff_contact_id: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CurrentStatus {
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_status_name: Option<&'static str>,
    contact_status_id: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RelationshipShape {
    is_supplier: bool,
    is_staff: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MarketingDetails {
    is_receive_email_newsletter: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContactFinances {
    price_list_id: u32,
    nominal_code: String,
    tax_code_id: u32,
    credit_limit: Number,
    credit_term_days: u32,
    currency_id: usize,
    discount_percentage: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_number: Option<String>,
    credit_term_type_id: u32,
}

#[derive(Serialize)]
struct ContactAssignment {
    current: CurrentContactAssignment,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CurrentContactAssignment {
    #[serde(skip_serializing_if = "Option::is_none")]
    staff_owner_contact_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    department_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead_source_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_group_id: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrganisationShape {
    organisation_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl OrganisationShape {
    /// Whoever belongs to none is one of their own, without a name: so say all recorded contacts.
    fn of(contact: &ContactRecord) -> Self {
        match contact.organisation {
            0 => Self { organisation_id: contact.id, name: None },
            organisation_id => Self { organisation_id, name: Some(contact.company_name.to_string()) },
        }
    }
}

impl ContactShape {
    pub(super) fn new(world: &World, contact: ContactRecord, sections: ContactSections) -> Self {
        let fields = world.contact_fields(contact.id);
        let organisation = OrganisationShape::of(&contact);
        let AddressIds { default, billing, delivery } = contact.addresses;
        let addresses = || {
            let mut ids = vec![default, billing, delivery];
            ids.sort_unstable();
            ids.dedup();
            ids.into_iter().filter_map(|id| world.address(id)).map(AddressShape::from).collect()
        };
        let tags: Vec<_> = contact.tags.iter().map(u32::to_string).collect();
        let present = |id: u32| (id != 0).then_some(id);
        let [primary, secondary, tertiary] = contact.emails.map(|email| email.map(|email| Email { email }));
        let telephones = contact.telephones;
        let financial = contact.financial;
        Self {
            contact_id: contact.id,
            is_primary_contact: contact.is_primary,
            salutation: contact.salutation,
            first_name: contact.first_name,
            last_name: contact.last_name,
            post_address_ids: PostAddressIds { def: default, bil: billing, del: delivery },
            postal_addresses: sections.postal_addresses.then(addresses),
            communication: Communication {
                emails: Emails { pri: primary, sec: secondary, ter: tertiary },
                telephones: TelephonesShape {
                    pri: telephones.primary,
                    sec: telephones.secondary,
                    mob: telephones.mobile,
                    fax: telephones.fax,
                },
                messaging_voips: MessagingVoips { skp: contact.skype },
                websites: Websites { pri: contact.website },
            },
            contact_status: ContactStatus {
                current: CurrentStatus {
                    contact_status_name: contact_status_name(contact.status),
                    contact_status_id: contact.status,
                },
                history: contact
                    .status_history
                    .iter()
                    .map(|past| PastStatusShape {
                        contact_status_name: contact_status_name(past.status),
                        contact_status_id: past.status,
                        occured_on: world.moment(past.occurred),
                        staff_contact_id: past.staff,
                    })
                    .collect(),
            },
            relationship_to_account: RelationshipShape {
                is_supplier: contact.relationship == Relationship::Supplier,
                is_staff: contact.relationship == Relationship::Staff,
            },
            marketing_details: MarketingDetails { is_receive_email_newsletter: contact.newsletter },
            financial_details: ContactFinances {
                price_list_id: financial.price_list,
                nominal_code: financial.nominal_code,
                tax_code_id: financial.tax_code,
                credit_limit: Number(financial.credit_limit.normalize()),
                credit_term_days: financial.credit_term_days,
                currency_id: financial.currency + 1,
                discount_percentage: Number(with_places(financial.discount, 2)),
                tax_number: financial.tax_number,
                credit_term_type_id: financial.credit_term_type,
            },
            assignment: ContactAssignment {
                current: CurrentContactAssignment {
                    staff_owner_contact_id: present(contact.staff_owner),
                    department_id: present(contact.department),
                    lead_source_id: present(contact.lead_source),
                    account_reference: contact.account_reference,
                    contact_group_id: world.first_group_of(contact.id),
                },
            },
            organisation,
            null_custom_fields: sections
                .null_custom_fields
                .then(|| custom_field::missing(&CONTACT_FIELDS, &fields)),
            custom_fields: sections.custom_fields.then(|| custom_field::shape(&CONTACT_FIELDS, fields)),
            trade_status: contact.trade_status,
            lead_time: contact.lead_time,
            created_by_id: contact.created_by,
            created_on: world.moment(contact.created),
            updated_on: contact.updated.map(|ms| world.moment(ms)),
            contact_tags: tags.join(","),
            aliases: Nothing {},
            company_id: contact.company_id,
        }
    }
}
