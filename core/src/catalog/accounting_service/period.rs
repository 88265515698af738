//! Accounting periods and their lock.

use crate::catalog::build::{moment, open};
use crate::catalog::operation::{Answer, Content, Empty, Verify, delete, endpoint, get, json, post};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const ACCOUNTING_PERIOD: Resource = Resource {
    name: "accounting-period",
    title: "Accounting period",
    section: Section::Accounting,
    detail: Detail::Partial,
    source: "§8.5.6",
    endpoints: &[
        endpoint("accounting-service/accounting-period/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "accounting-service/accounting-period",
            &[post(
                Answer::Id,
                json(open(&[moment("startDate").mandatory(), moment("endDate").mandatory()])),
            )
            .verify(&[Verify::Read {
                path: "accounting-service/accounting-period",
                compare: "/startDate and /endDate",
            }])],
        ),
    ],
    ..Resource::BLANK
};

pub(super) const ACCOUNTING_PERIOD_LOCK: Resource = Resource {
    name: "accounting-period-lock",
    title: "Accounting period lock",
    section: Section::Accounting,
    detail: Detail::Partial,
    source: "§8.5, §8.5.6",
    endpoints: &[endpoint(
        "accounting-service/accounting-period-lock",
        &[
            get(Answer::Object)
                .id_in("")
                .empty(Empty::NotFound)
                .note("lockedBy, a member of staff, and lockedUntil."),
            post(Answer::Unknown, Content::Unknown).unverified().note("Sets the lock, or takes it over."),
            delete().never_repeated().unverified(),
        ],
    )],
    note: "One per account, owned by a member of staff. What a POST sends is not known.",
    ..Resource::BLANK
};
