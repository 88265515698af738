//! What contacts are marked with.

use crate::catalog::operation::{Answer, Content, EndpointOperation, Verify, delete, endpoint, get, post};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const TAG: Resource = Resource {
    name: "tag",
    title: "Tag",
    section: Section::Contact,
    detail: Detail::Full,
    source: "§8.4.5",
    endpoints: &[endpoint(
        "contact-service/tag/{ID-SET?}",
        &[get(Answer::Map).id_in("tagId").keyed_by("ID-SET")],
    )],
    ..Resource::BLANK
};

pub(super) const CONTACT_TAG: Resource = Resource {
    name: "contact-tag",
    title: "Contact tag",
    section: Section::Contact,
    detail: Detail::Full,
    source: "§8.4.5, §3.2",
    endpoints: &[endpoint(
        "contact-service/contact/{CONTACT-ID-SET}/tag/{TAG-ID}",
        &[
            post(Answer::PerResource, Content::Nothing)
                .verify(READ_THE_TAGS)
                .note("HTTP 207 when some contacts have it already, 404 when there is no such tag."),
            EndpointOperation { answer: Answer::PerResource, ..delete().verify(READ_THE_TAGS) },
        ],
    )
    .limit(200)],
    ..Resource::BLANK
};

const READ_THE_TAGS: &[Verify] =
    &[Verify::Read { path: "contact-service/contact/{CONTACT-ID-SET}", compare: "/contactTags" }];

pub(super) const LEAD_SOURCE: Resource = Resource {
    name: "lead-source",
    title: "Lead source",
    section: Section::Contact,
    detail: Detail::Partial,
    source: "§8.4.5",
    endpoints: &[endpoint("contact-service/lead-source/{ID-SET?}", &[get(Answer::Array)])],
    ..Resource::BLANK
};

pub(super) const PROJECT: Resource = Resource {
    name: "project",
    title: "Project",
    section: Section::Contact,
    detail: Detail::Partial,
    source: "§8.4",
    endpoints: &[endpoint("contact-service/project/{ID-SET?}", &[get(Answer::Array).id_in("projectId")])],
    note: "Known from one client.",
    ..Resource::BLANK
};
