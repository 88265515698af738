//! What is known and done about one contact.

use crate::catalog::build::{CUSTOM_FIELD_PATCH, ID, boolean, closed, field, moment, open, text};
use crate::catalog::field::Shape;
use crate::catalog::operation::{Answer, Content, Verify, endpoint, get, json, patch, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{SearchResource, named, numbered};

pub(super) const CONTACT_CUSTOM_FIELD: Resource = Resource {
    name: "contact-custom-field",
    title: "Custom field",
    section: Section::Contact,
    detail: Detail::Full,
    source: "§8.4.5",
    endpoints: &[endpoint(
        "contact-service/contact/{ID}/custom-field",
        &[
            get(Answer::Object).id_in(""),
            patch(Answer::Object, CUSTOM_FIELD_PATCH).verify(&[Verify::Read {
                path: "contact-service/contact/{ID}/custom-field",
                compare: "the fields that the patch sets",
            }]),
        ],
    )],
    ..Resource::BLANK
};

pub(super) const CUSTOM_FIELD_METADATA: Resource = Resource {
    name: "contact-custom-field-metadata",
    title: "Custom field metadata",
    section: Section::Contact,
    detail: Detail::Full,
    source: "§8.4, §8.4.5",
    endpoints: &[
        endpoint("contact-service/customer/custom-field-meta-data/{ID-SET?}", &[get(Answer::Array)]),
        endpoint("contact-service/supplier/custom-field-meta-data/{ID-SET?}", &[get(Answer::Array)]),
    ],
    note: "Types: TEXT, TEXTAREA, YES_NO, INTEGER, DATE, SELECT.",
    ..Resource::BLANK
};

pub(super) const CONTACT_FORGET: Resource = Resource {
    name: "contact-forget",
    title: "Contact forget",
    section: Section::Contact,
    detail: Detail::Full,
    source: "§8.4",
    endpoints: &[endpoint(
        "contact-service/contact/{ID}/forget",
        &[post(
            Answer::Nothing,
            Content::OptionalJson(Shape::Object(closed(&[
                boolean("ticketsAndActivities"),
                boolean("notes"),
                boolean("customFields"),
                boolean("keepCityAndState"),
            ]))),
        )
        .verify(&[Verify::Read {
            path: "contact-service/contact/{ID}",
            compare: "the name, which begins with FORGOTTEN CONTACT afterwards",
        }])
        .note("For good. Customers that are not primary contacts only.")],
    )],
    ..Resource::BLANK
};

pub(super) const CONTACT_NOTE: Resource = Resource {
    name: "contact-note",
    title: "Contact note",
    section: Section::Contact,
    detail: Detail::Partial,
    source: "§8.4",
    endpoints: &[endpoint(
        "contact-service/contact/{ID}/note",
        &[post(Answer::Id, json(open(&[text("text"), boolean("isPublic"), moment("addedOn")])))],
    )],
    note: "Known from one client.",
    ..Resource::BLANK
};

pub(super) const CONTACT_STATUS: Resource = Resource {
    name: "contact-status",
    title: "Contact status",
    section: Section::Contact,
    detail: Detail::Partial,
    source: "§8.4",
    endpoints: &[endpoint(
        "contact-service/contact/{ID-SET}/status",
        &[put(Answer::PerResource, json(open(&[field("contactStatusId", ID).mandatory()])))
            .verify(&[Verify::Read {
                path: "contact-service/contact/{ID-SET}",
                compare: "/contactStatus/current/contactStatusId",
            }])
            .note("Contacts keep a history of statuses, so it is not repeated.")],
    )],
    note: "Known from one client.",
    ..Resource::BLANK
};

pub(super) const COMPANY: Resource = Resource {
    name: "company",
    title: "Company",
    section: Section::Contact,
    detail: Detail::Partial,
    source: "§8.4",
    endpoints: &[
        endpoint("contact-service/company/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "contact-service/company",
            &[post(Answer::Id, json(open(&[text("name").unverified()]))).unverified().verify(&[
                Verify::Search {
                    search: "contact-service/company-search",
                    by: &[("/name", "name")],
                    unique: false,
                },
            ])],
        ),
        endpoint(
            "contact-service/company/{ID}",
            &[put(Answer::Unknown, json(open(&[text("name").unverified()]))).unverified().idempotent()],
        ),
    ],
    searches: &[SearchResource {
        path: "contact-service/company-search",
        key: Some("companyId"),
        finds: Some("contact-service/company"),
        columns: &[numbered("companyId"), named("name")],
        ..SearchResource::BLANK
    }],
    note: "",
};
