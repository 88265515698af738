//! What a contact owes, and from which transactions.

use crate::catalog::operation::{Answer, Empty, endpoint, get};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, column};

pub(super) const CONTACT_BALANCE: Resource = Resource {
    name: "contact-balance",
    title: "Contact balance",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.6",
    endpoints: &[endpoint(
        "accounting-service/contact/{CONTACT-ID}/currency/{ISO}/balance",
        &[get(Answer::Value).id_in("").empty(Empty::Nothing).query(&["dateFrom", "dateTo"]).note(
            "A string, or null when there are no transactions. Neither contact nor currency is checked.",
        )],
    )],
    ..Resource::BLANK
};

pub(super) const ALL_TRANSACTION_STATEMENT: Resource = Resource {
    name: "all-transaction-statement",
    title: "All transaction statement",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§4.5",
    searches: &[SearchResource {
        path: "accounting-service/statement/all-transaction-search",
        default_sort: Some("journalDate.ASC"),
        columns: STATEMENT_COLUMNS,
        columns_complete: true,
        ..SearchResource::BLANK
    }],
    ..Resource::BLANK
};

const STATEMENT_COLUMNS: &[SearchColumn] = &[
    column("journalId", FilterType::IdSet),
    column("orderId", FilterType::IdSet),
    column("journalTypeCode", FilterType::Text),
    column("journalDate", FilterType::Period),
    column("journalDueDate", FilterType::Period),
    column("reference", FilterType::SearchText),
    column("customerReference", FilterType::SearchText),
    column("invoiceAmount", FilterType::Text),
    column("paidAmount", FilterType::Text),
    column("dueAmount", FilterType::Text),
    column("contactId", FilterType::Integer).filter_only(),
    column("currencyId", FilterType::Integer).filter_only(),
];
