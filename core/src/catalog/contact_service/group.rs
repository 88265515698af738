//! Groups of contacts.

use crate::catalog::build::{ID, closed, field, from_to, limited, some};
use crate::catalog::field::Object;
use crate::catalog::operation::{Answer, Verify, delete, endpoint, get, json, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{SearchColumn, SearchResource, named, numbered};

pub(super) const CONTACT_GROUP: Resource = Resource {
    name: "contact-group",
    title: "Contact group",
    section: Section::Contact,
    detail: Detail::Full,
    source: "§8.4.5",
    endpoints: &[
        endpoint("contact-service/contact-group/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "contact-service/contact-group",
            &[post(Answer::Id, json(GROUP)).verify(&[Verify::Search {
                search: "contact-service/contact-group-search",
                by: &[("/name", "name")],
                unique: false,
            }])],
        ),
        endpoint(
            "contact-service/contact-group/{ID}",
            &[put(Answer::Unknown, json(CHANGE)).idempotent().verify(&[Verify::Read {
                path: "contact-service/contact-group/{ID}",
                compare: "/name and /description",
            }])],
        ),
    ],
    searches: &[SearchResource {
        path: "contact-service/contact-group-search",
        key: Some("contactGroupId"),
        finds: Some("contact-service/contact-group"),
        columns: &[numbered("contactGroupId"), named("name"), named("description"), named("numberOfMembers")],
        ..SearchResource::BLANK
    }],
    note: "",
};

const GROUP: Object = closed(&[field("name", from_to(4, 64)).mandatory(), limited("description", 255)]);
/// Which members a change may leave out is not known.
const CHANGE: Object = closed(&[field("name", from_to(4, 64)), limited("description", 255)]);

pub(super) const CONTACT_GROUP_MEMBER: Resource = Resource {
    name: "contact-group-member",
    title: "Contact group member",
    section: Section::Contact,
    detail: Detail::Full,
    source: "§8.4.5",
    endpoints: &[
        endpoint(
            "contact-service/contact-group/{ID}/member",
            &[
                get(Answer::Object)
                    .id_in("")
                    .sections(&["contactMemberIds", "contactMemberIdSet"])
                    .note("That the two representations are optional sections is unsure."),
                post(
                    Answer::Nothing,
                    json(closed(&[field("contactMemberIds", some(&ID)).mandatory().of("contact")])),
                )
                .verify(&[Verify::Read {
                    path: "contact-service/contact-group/{ID}/member",
                    compare: "/contactMemberIds",
                }])
                .note("Refuses those who are members already, and read-only groups."),
            ],
        ),
        endpoint("contact-service/contact-group/{ID}/member/{CONTACT-ID}", &[delete()]),
    ],
    searches: &[SearchResource {
        path: "contact-service/contact-group-member-search",
        columns: MEMBER_COLUMNS,
        note: "A contact stands in a row for each of its groups.",
        ..SearchResource::BLANK
    }],
    note: "",
};

const MEMBER_COLUMNS: &[SearchColumn] = &[
    numbered("contactId"),
    named("firstName"),
    named("lastName"),
    numbered("contactGroupId"),
    named("contactGroupName"),
    named("contactGroupDescription"),
];
