//! Journals.

use crate::catalog::build::{
    RATE, amount, currency, field, id, id_or_none, moment, object, open, some, text,
};
use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::{Answer, Deprecation, endpoint, get, json, post};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, column, named, numbered};

pub(super) const JOURNAL: Resource = Resource {
    name: "journal",
    title: "Journal",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.1, §8.5.2",
    endpoints: &[
        endpoint("accounting-service/journal/{ID-SET}", &[get(Answer::Within("journals"))]),
        endpoint(
            "accounting-service/journal",
            &[post(Answer::Id, json(JOURNAL_POST))
                .deprecated(&Deprecation {
                    replacement: Some("journal-entry"),
                    reason: "Base currency only; its page is titled deprecated.",
                })
                .note("Debits must equal credits.")],
        ),
    ],
    searches: &[SearchResource {
        path: "accounting-service/journal-search",
        lines_of: Some(("journalId", "accounting-service/journal")),
        columns: JOURNAL_COLUMNS,
        note: "One row per journal line.",
        ..SearchResource::BLANK
    }],
    note: "",
};

/// API notes §8.5.2.
const JOURNAL_POST: Object = open(&[
    text("journalTypeCode").mandatory(),
    field("taxDate", Shape::Date).mandatory().note("Midnight in the account's zone, in an open period."),
    text("description"),
    field("credits", some(&Shape::Object(JOURNAL_LINE))).mandatory(),
    field("debits", some(&Shape::Object(JOURNAL_LINE))).mandatory(),
]);

const JOURNAL_LINE: Object = open(&[
    text("nominalCode").mandatory().of("nominal-code"),
    text("taxCode").of("tax-code"),
    object("change", open(&[currency("currency"), amount("value").mandatory()])).mandatory(),
    object("assignment", open(&[id_or_none("channelId", "channel"), id_or_none("projectId", "project")])),
    id_or_none("orderId", "order"),
    text("invoiceReference"),
]);

pub(super) const JOURNAL_ENTRY: Resource = Resource {
    name: "journal-entry",
    title: "Journal entry",
    section: Section::Accounting,
    detail: Detail::Partial,
    source: "§8.5.3",
    endpoints: &[endpoint(
        "accounting-service/journal-entry",
        &[post(Answer::Id, json(ENTRY))
            .note("In any currency. The members' names are inferred from a connector's XML.")],
    )],
    ..Resource::BLANK
};

/// The page says what is mandatory, and not how it is spelt.
const ENTRY: Object = open(&[
    object(
        "header",
        open(&[
            text("journalType").mandatory().unverified(),
            field("journalDate", Shape::Moment)
                .mandatory()
                .unverified()
                .note("In an open accounting period."),
            moment("dateDue").unverified(),
            text("description").unverified(),
            id("currencyId", "currency").mandatory().unverified(),
            field("exchangeRate", RATE).unverified().note("1.000000 for the base currency."),
            id_or_none("contactId", "contact").unverified(),
        ]),
    )
    .mandatory()
    .unverified(),
    field("lines", some(&Shape::Object(ENTRY_LINE))).mandatory().unverified(),
]);

const ENTRY_LINE: Object = open(&[text("nominalCode")
    .mandatory()
    .unverified()
    .of("nominal-code")
    .note("Exists and is active. A bank account needs a tax code.")]);

/// API notes §4.5; types of the first ten from the page, the rest by name only.
const JOURNAL_COLUMNS: &[SearchColumn] = &[
    column("journalId", FilterType::IdSet),
    column("journalType", FilterType::Text),
    column("orderId", FilterType::IdSet),
    column("invoiceReference", FilterType::SearchText),
    column("channelId", FilterType::Integer),
    column("nominalCode", FilterType::Text),
    column("journalDate", FilterType::Period),
    column("journalDebit", FilterType::Text),
    column("journalCredit", FilterType::Text),
    // The page says INTEGER, and the column holds text.
    column("journalRef", FilterType::Unknown).unverified(),
    numbered("currencyId"),
    named("exchangeRate"),
    named("transactionDebit"),
    named("transactionCredit"),
    numbered("projectId"),
    numbered("leadSourceId"),
    numbered("contactId"),
    named("journalDueDate"),
    named("journalDateEntered"),
    numbered("createdContactId"),
    numbered("taxCodeId"),
    named("taxReconciliationDate"),
    numbered("taxPeriodId"),
    numbered("journalRowId"),
];
