//! Customers, suppliers and staff.

use crate::catalog::build::{
    ID, INTEGER, TEXT, boolean, decimal, field, id, id_or_none, integer, limited, object, open, patchable,
    text, up_to,
};
use crate::catalog::field::{Object, PatchOperation, PatchPath, Shape};
use crate::catalog::operation::{Answer, Empty, Verify, endpoint, get, json, options, patch, post};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, UPDATES_MISS, column};
use PatchOperation::{Add, Copy, Move, Remove, Replace, Test};

pub(super) const CONTACT: Resource = Resource {
    name: "contact",
    title: "Contact",
    section: Section::Contact,
    detail: Detail::Full,
    source: "§8.4.1-8.4.3",
    endpoints: &[
        endpoint(
            "contact-service/contact/{ID-SET?}",
            &[
                get(Answer::Array)
                    .id_in("contactId")
                    .empty(Empty::NotFound)
                    .sections(&["customFields", "nullCustomFields", "postalAddresses"])
                    .query(&["firstResult", "pageSize", "sort"])
                    .note("Pages of 200, with pagination and sorting beside the response."),
                options(),
            ],
        )
        .limit(200),
        endpoint(
            "contact-service/contact",
            &[post(Answer::Id, json(CONTACT_POST))
                .verify(&[
                    Verify::Search {
                        search: "contact-service/contact-search",
                        by: &[("/communication/emails/PRI/email", "primaryEmail")],
                        unique: false,
                    },
                    Verify::Search {
                        search: "contact-service/contact-search",
                        by: &[("/firstName", "firstName"), ("/lastName", "lastName")],
                        unique: false,
                    },
                ])
                .note("The addresses must exist: post them first.")],
        ),
        endpoint(
            "contact-service/contact/{ID}",
            &[patch(Answer::Resource, CONTACT_PATCH).verify(&[Verify::Read {
                path: "contact-service/contact/{ID}",
                compare: "the members that the patch sets",
            }])],
        ),
    ],
    searches: &[SearchResource {
        path: "contact-service/contact-search",
        watermarks: &["createdOn", "updatedOn"],
        dates_miss: UPDATES_MISS,
        lines_of: None,
        key: Some("contactId"),
        finds: Some("contact-service/contact"),
        default_sort: Some("contactId.ASC"),
        columns: CONTACT_COLUMNS,
        columns_complete: true,
        filters_complete: false,
        note: "Filters by any telephone, by tag and by company exist, but their names are not known.",
    }],
    note: "A contact is exactly one of customer, supplier and staff. No PUT is known; PATCH changes it.",
};

/// API notes §8.4.2. Open: the table is completed from clients.
const CONTACT_POST: Object = open(&[
    limited("salutation", 32),
    limited("firstName", 32).unverified().note("Mandatory by clients' tables, which is unsure."),
    limited("lastName", 32).unverified().note("Mandatory by clients' tables, which is unsure."),
    object(
        "postAddressIds",
        open(&[
            id("DEF", "postal-address").mandatory(),
            id("BIL", "postal-address"),
            id("DEL", "postal-address"),
        ]),
    )
    .mandatory(),
    object("communication", COMMUNICATION),
    object(
        "contactStatus",
        open(&[object("current", open(&[field("contactStatusId", Shape::Id { or_zero: true })]))]),
    ),
    object("relationshipToAccount", open(&[boolean("isSupplier"), boolean("isStaff")])),
    object("organisation", open(&[field("organisationId", Shape::Id { or_zero: true }), text("name")]))
        .note("Joining an organisation makes a secondary contact."),
    object("marketingDetails", open(&[boolean("isReceiveEmailNewsletter")])),
    object("financialDetails", FINANCIAL_DETAILS),
    object(
        "assignment",
        open(&[object(
            "current",
            open(&[
                id_or_none("staffOwnerContactId", "contact"),
                id_or_none("leadSourceId", "lead-source"),
                field("departmentId", Shape::Id { or_zero: true }),
                text("accountReference"),
            ]),
        )]),
    ),
    text("tradeStatus").unverified(),
    id_or_none("companyId", "company").unverified(),
    field("aliases", Shape::Any).unverified(),
]);

const COMMUNICATION: Object = open(&[
    object("emails", open(&[object("PRI", EMAIL), object("SEC", EMAIL), object("TER", EMAIL)])),
    object("telephones", open(&[text("PRI"), text("SEC"), text("MOB"), text("FAX")])),
    object("messagingVoips", open(&[text("SKP")])),
    object("websites", open(&[text("PRI")])),
]);
const EMAIL: Object = open(&[text("email")]);

const FINANCIAL_DETAILS: Object = open(&[
    id_or_none("priceListId", "price-list"),
    text("nominalCode").of("nominal-code").note("May be 0."),
    id_or_none("taxCodeId", "tax-code"),
    decimal("creditLimit"),
    integer("creditTermDays"),
    field("creditTermTypeId", Shape::Id { or_zero: true }).unverified(),
    id_or_none("currencyId", "currency"),
    decimal("discountPercentage"),
    text("taxNumber"),
]);

const ALL: &[PatchOperation] = &PatchOperation::ALL;
const CONTACT_PATCH: &[PatchPath] = &[
    patchable("/salutation", &[Test, Add, Replace, Remove], up_to(32)),
    patchable("/(firstName|lastName)", &[Test, Add, Replace], up_to(32)),
    patchable("/communication/telephones/(PRI|SEC|MOB|FAX)", ALL, TEXT),
    patchable("/communication/emails/(PRI|SEC|TER)/email", &[Test, Add, Replace, Remove, Move, Copy], TEXT),
    patchable("/marketingDetails/isReceiveEmailNewsletter", &[Test, Replace], Shape::Boolean),
    patchable("/leadTime", &[Replace], INTEGER),
    patchable("/companyId", &[Replace], ID).of("company"),
];

/// In the default column order of the recorded answers (API notes §4.5), then the filter-only name.
const CONTACT_COLUMNS: &[SearchColumn] = &[
    column("contactId", FilterType::IdSet),
    column("primaryEmail", FilterType::SearchText),
    column("secondaryEmail", FilterType::SearchText),
    column("tertiaryEmail", FilterType::SearchText),
    column("firstName", FilterType::SearchText),
    column("lastName", FilterType::SearchText),
    column("isSupplier", FilterType::Boolean).unsortable(),
    column("companyName", FilterType::SearchText),
    column("isStaff", FilterType::Boolean).unsortable(),
    column("isCustomer", FilterType::Boolean).unsortable(),
    column("createdOn", FilterType::Period),
    column("updatedOn", FilterType::Period),
    column("lastContactedOn", FilterType::Period),
    column("lastOrderedOn", FilterType::Period),
    column("nominalCode", FilterType::Integer),
    column("isPrimary", FilterType::Boolean),
    column("pri", FilterType::Text).unsortable(),
    column("sec", FilterType::Text).unsortable(),
    column("mob", FilterType::Text).unsortable(),
    column("exactCompanyName", FilterType::Text),
    column("title", FilterType::Text),
    column("allEmail", FilterType::SearchText).filter_only(),
];
