//! Contacts and their search (API notes §8.4).

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde::Serialize;

use super::Route;
use super::call::{Call, MOST_IDS};
use super::order::GetUris;
use super::postal_address::AddressShape;
use crate::protocol::answer::{Answer, Refusal, object, response};
use crate::protocol::json::Number;
use crate::protocol::moment::Moment;
use crate::search::filter::unreadable;
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::contact::{Contact, Relationship};
use crate::world::random::{Draw, Topic};

type ContactColumn = Column<Contact>;

const SEARCH: &dyn Searchable = &CONTACT_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "contact-service/contact/{ids?}", "get-contact", get_contacts),
    Route::read(Method::Options, "contact-service/contact/{ids?}", "options-contact", contact_options),
    Route::search("contact-service/contact-search", SEARCH),
    Route::meta_data("contact-service/contact-search/meta-data", SEARCH),
];

const CONTACT_SEARCH: Search<Contact> = Search {
    name: "contact-service/contact-search",
    columns: &[
        ContactColumn::new("contactId", DataType::IdSet, |_, contact| Cell::integer(contact.id)),
        ContactColumn::new("primaryEmail", DataType::SearchString, |_, contact| Cell::text(contact.email())),
        ContactColumn::new("secondaryEmail", DataType::SearchString, |_, contact| {
            Cell::optional_text(contact.second_email())
        }),
        ContactColumn::new("tertiaryEmail", DataType::SearchString, |_, _| Cell::Null),
        ContactColumn::new("firstName", DataType::SearchString, |_, contact| Cell::text(contact.first_name)),
        ContactColumn::new("lastName", DataType::SearchString, |_, contact| Cell::text(contact.last_name)),
        ContactColumn::new("isSupplier", DataType::Boolean, |_, contact| is(contact, Relationship::Supplier))
            .not_sortable(),
        ContactColumn::new("companyName", DataType::SearchString, |_, contact| {
            Cell::text(contact.company_name())
        }),
        ContactColumn::new("isStaff", DataType::Boolean, |_, contact| is(contact, Relationship::Staff))
            .not_sortable(),
        ContactColumn::new("isCustomer", DataType::Boolean, |_, contact| is(contact, Relationship::Customer))
            .not_sortable(),
        ContactColumn::new("createdOn", DataType::Period, |_, contact| Cell::Moment(contact.created)),
        ContactColumn::new("updatedOn", DataType::Period, |_, contact| {
            Cell::optional_moment(contact.updated)
        }),
        ContactColumn::new("lastContactedOn", DataType::Period, |_, contact| {
            Cell::optional_moment(contact.last_contacted)
        }),
        ContactColumn::new("lastOrderedOn", DataType::Period, |_, contact| {
            Cell::optional_moment(contact.last_ordered)
        }),
        ContactColumn::new("nominalCode", DataType::Integer, |_, contact| {
            Cell::integer(contact.nominal_code())
        }),
        ContactColumn::new("isPrimary", DataType::Boolean, |_, _| Cell::Boolean(true)),
        ContactColumn::new("pri", DataType::String, |_, contact| Cell::text(contact.telephone()))
            .not_sortable(),
        ContactColumn::new("sec", DataType::String, |_, _| Cell::Null).not_sortable(),
        ContactColumn::new("mob", DataType::String, |_, contact| Cell::optional_text(contact.mobile()))
            .not_sortable(),
        ContactColumn::new("exactCompanyName", DataType::String, |_, contact| {
            Cell::text(contact.company_name())
        }),
        ContactColumn::new("title", DataType::String, |_, contact| Cell::text(contact.title)),
    ],
    filters: &[ContactColumn::new("allEmail", DataType::SearchString, |_, contact| {
        Cell::text(format!("{}\n{}", contact.email(), contact.second_email().unwrap_or_default()))
    })],
    ids: |world| &world.all_contacts,
    record: World::contact,
    references: &[],
    label: |_, _, _| None,
};

fn is(contact: &Contact, relationship: Relationship) -> Cell {
    Cell::Boolean(contact.relationship == relationship)
}

#[derive(Serialize)]
struct ContactsBody {
    response: Vec<ContactShape>,
    pagination: Pagination,
    sorting: [SortShape; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    more_pages_available: bool,
    results_returned: usize,
    first_result: usize,
    last_result: usize,
}

#[derive(Serialize)]
struct SortShape {
    field: &'static str,
    direction: &'static str,
}

/// Pages of at most 200, also of a larger id set (API notes §8.4.1). *Inferred*: a `sort` by anything but
/// the id is ignored.
fn get_contacts(call: &mut Call<'_>) -> Answer {
    let existing = &call.world.all_contacts;
    let mut ids = match call.ids(0)? {
        None => existing.clone(),
        Some(set) => {
            call.refuse_bad_ids(&set)?;
            set.pick(existing)
        }
    };
    let descending = call.query.get("sort").is_some_and(|sort| sort.eq_ignore_ascii_case("contactId.DESC"));
    if descending {
        ids.reverse();
    }
    let number = |name: &str| match call.query.get(name) {
        None => Ok(None),
        Some(text) => match text.parse::<usize>() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(unreadable(name, text, DataType::Integer)),
        },
    };
    let start = number("firstResult")?.unwrap_or(1).saturating_sub(1).min(ids.len());
    let size = number("pageSize")?.unwrap_or(MOST_IDS).clamp(1, MOST_IDS);
    let end = (start + size).min(ids.len());
    if start == end {
        return Err(Refusal::not_found("No Contact Found"));
    }
    let sections = Sections::asked_for(call);
    let shapes =
        ids[start..end].iter().map(|id| ContactShape::new(call.world, &call.world.contact(*id), sections));
    object(&ContactsBody {
        response: shapes.collect(),
        pagination: Pagination {
            more_pages_available: end < ids.len(),
            results_returned: end - start,
            first_result: start + 1,
            last_result: end,
        },
        sorting: [SortShape { field: "contactId", direction: if descending { "DESC" } else { "ASC" } }],
    })
}

fn contact_options(call: &mut Call<'_>) -> Answer {
    let existing = &call.world.all_contacts;
    let ids = call.ids(0)?.map_or_else(|| existing.clone(), |ids| ids.pick(existing));
    response(GetUris::new(&ids, |set| format!("/contact/{set}")))
}

#[derive(Clone, Copy, Debug)]
struct Sections {
    postal_addresses: bool,
    custom_fields: bool,
    null_custom_fields: bool,
}

impl Sections {
    fn asked_for(call: &Call<'_>) -> Self {
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
struct ContactShape {
    contact_id: u32,
    is_primary_contact: bool,
    salutation: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    post_address_ids: PostAddressIds,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_addresses: Option<Vec<AddressShape>>,
    communication: Communication,
    contact_status: ContactStatus,
    relationship_to_account: RelationshipShape,
    marketing_details: MarketingDetails,
    financial_details: FinancialDetails,
    assignment: Assignment,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<Organisation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_fields: Option<CustomFields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    null_custom_fields: Option<Vec<&'static str>>,
    trade_status: &'static str,
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
    telephones: Telephones,
    messaging_voips: Nothing,
    websites: Nothing,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Emails {
    pri: Email,
    #[serde(skip_serializing_if = "Option::is_none")]
    sec: Option<Email>,
}

#[derive(Serialize)]
struct Email {
    email: String,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Telephones {
    pri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mob: Option<String>,
}

#[derive(Serialize)]
struct ContactStatus {
    current: CurrentStatus,
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
struct FinancialDetails {
    price_list_id: u32,
    nominal_code: String,
    tax_code_id: u32,
    credit_limit: u32,
    credit_term_days: u32,
    currency_id: usize,
    discount_percentage: Number,
    credit_term_type_id: u32,
}

#[derive(Serialize)]
struct Assignment {
    current: CurrentAssignment,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CurrentAssignment {
    #[serde(skip_serializing_if = "Option::is_none")]
    staff_owner_contact_id: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Organisation {
    organisation_id: u32,
    name: String,
}

/// The custom fields that this account has given its contacts.
#[derive(Serialize)]
struct CustomFields {
    #[serde(rename = "PCF_LOYALTY", skip_serializing_if = "Option::is_none")]
    loyalty: Option<u32>,
    #[serde(rename = "PCF_NICKNAME", skip_serializing_if = "Option::is_none")]
    nickname: Option<&'static str>,
}

impl CustomFields {
    fn of(world: &World, contact: u32) -> Self {
        let mut draw = Draw::new(world.seed, Topic::ContactFields, u64::from(contact));
        Self {
            loyalty: draw.chance(500).then(|| draw.below(10_000)),
            nickname: draw.chance(200).then(|| draw.pick(&["Ñoño", "\"Mac\"", "花花"])),
        }
    }

    fn missing(&self) -> Vec<&'static str> {
        let fields = [("PCF_LOYALTY", self.loyalty.is_none()), ("PCF_NICKNAME", self.nickname.is_none())];
        fields.into_iter().filter(|(_, missing)| *missing).map(|(code, _)| code).collect()
    }
}

impl ContactShape {
    fn new(world: &World, contact: &Contact, sections: Sections) -> Self {
        let fields = CustomFields::of(world, contact.id);
        let (default, delivery) = (contact.default_address_id(), contact.delivery_address_id());
        let code = contact.place.country.currency;
        let currency = world.currencies.iter().position(|currency| currency.code == code).unwrap_or(0);
        let company = contact.company_name().into_owned();
        let addresses = || {
            let mut ids = vec![default, delivery];
            ids.dedup();
            ids.into_iter().filter_map(|id| world.address(id)).map(AddressShape::from).collect()
        };
        let is_prospect = contact.relationship == Relationship::Customer && contact.last_ordered.is_none();
        Self {
            contact_id: contact.id,
            is_primary_contact: true,
            salutation: contact.title,
            first_name: contact.first_name,
            last_name: contact.last_name,
            post_address_ids: PostAddressIds { def: default, bil: default, del: delivery },
            postal_addresses: sections.postal_addresses.then(addresses),
            communication: Communication {
                emails: Emails {
                    pri: Email { email: contact.email() },
                    sec: contact.second_email().map(|email| Email { email }),
                },
                telephones: Telephones { pri: contact.telephone(), mob: contact.mobile() },
                messaging_voips: Nothing {},
                websites: Nothing {},
            },
            contact_status: ContactStatus {
                current: CurrentStatus {
                    contact_status_name: is_prospect.then_some("Prospecting"),
                    contact_status_id: if is_prospect { 3 } else { 0 },
                },
            },
            relationship_to_account: RelationshipShape {
                is_supplier: contact.relationship == Relationship::Supplier,
                is_staff: contact.relationship == Relationship::Staff,
            },
            marketing_details: MarketingDetails { is_receive_email_newsletter: contact.newsletter },
            financial_details: FinancialDetails {
                price_list_id: world.price_list_for(currency, contact.price_list),
                nominal_code: contact.nominal_code().to_string(),
                tax_code_id: 2,
                credit_limit: 0,
                credit_term_days: contact.credit_days,
                currency_id: currency + 1,
                discount_percentage: Number(Decimal::new(0, 2)),
                credit_term_type_id: 1,
            },
            assignment: Assignment {
                current: CurrentAssignment {
                    staff_owner_contact_id: (contact.staff_owner != 0).then_some(contact.staff_owner),
                },
            },
            organisation: (contact.company_id != 0)
                .then_some(Organisation { organisation_id: contact.company_id, name: company }),
            null_custom_fields: sections.null_custom_fields.then(|| fields.missing()),
            custom_fields: sections.custom_fields.then_some(fields),
            trade_status: "UNKNOWN",
            created_by_id: 0,
            created_on: world.moment(contact.created),
            updated_on: contact.updated.map(|ms| world.moment(ms)),
            contact_tags: (0..contact.tags).map(|tag| (12 + tag).to_string()).collect::<Vec<_>>().join(","),
            aliases: Nothing {},
            company_id: contact.company_id,
        }
    }
}
