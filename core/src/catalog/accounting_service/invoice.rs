//! Invoices, credits, receipts and payments that are posted to the ledger.

use crate::catalog::build::{RATE, amount, field, id, id_or_none, object, open, some, text};
use crate::catalog::field::{DecimalForm, Field, Object, Shape, Sign};
use crate::catalog::operation::{Answer, Content, Endpoint, Verify, endpoint, json, post};
use crate::catalog::resource::{Detail, Resource, Section};

const fn posted(name: &'static str, title: &'static str, endpoints: &'static [Endpoint]) -> Resource {
    Resource {
        name,
        title,
        section: Section::Accounting,
        detail: Detail::Partial,
        source: "§8.5.4",
        endpoints,
        note: "Does not mark an order as invoiced. Nominal codes 1100 and 2100 are forbidden on lines.",
        ..Resource::BLANK
    }
}

pub(super) const SALES_INVOICE: Resource = posted(
    "sales-invoice",
    "Sales invoice",
    &[endpoint(
        "accounting-service/invoice/sales-invoice",
        &[post(Answer::Id, INVOICE).verify(FIND_THE_JOURNAL)],
    )],
);

pub(super) const SALES_CREDIT: Resource = posted(
    "sales-credit-invoice",
    "Sales credit",
    &[endpoint(
        "accounting-service/invoice/sales-credit",
        &[post(Answer::Id, INVOICE).verify(FIND_THE_JOURNAL)],
    )],
);

pub(super) const PURCHASE_INVOICE: Resource = posted(
    "purchase-invoice",
    "Purchase invoice",
    &[endpoint(
        "accounting-service/invoice/purchase-invoice",
        &[post(Answer::Id, INVOICE).verify(FIND_THE_JOURNAL).unverified()],
    )],
);

pub(super) const PURCHASE_CREDIT: Resource = posted(
    "purchase-credit",
    "Purchase credit",
    &[endpoint(
        "accounting-service/invoice/purchase-credit",
        &[post(Answer::Id, INVOICE).verify(FIND_THE_JOURNAL).unverified()],
    )],
);

const FIND_THE_JOURNAL: &[Verify] = &[
    Verify::Search {
        search: "accounting-service/journal-search",
        by: &[("/header/invoiceReference", "invoiceReference"), ("/header/contactId", "contactId")],
        unique: false,
    },
    Verify::Search {
        search: "accounting-service/journal-search",
        by: &[("/header/orderId", "orderId")],
        unique: false,
    },
];

/// The sales credit's page; the others are alike. The exchange rate is mandatory unless in base currency,
/// which only the account knows.
const INVOICE: Content = json(open(&[
    object(
        "header",
        open(&[
            id("contactId", "contact").mandatory(),
            field("taxDate", Shape::Moment).mandatory(),
            field("dueDate", Shape::Moment),
            text("description"),
            id("currencyId", "currency").mandatory(),
            field("exchangeRate", RATE),
            id_or_none("orderId", "order"),
            text("invoiceReference"),
        ]),
    )
    .mandatory(),
    field("lines", some(&Shape::Object(INVOICE_LINE))).mandatory(),
]));

const INVOICE_LINE: Object = open(&[
    amount("net").mandatory(),
    amount("tax").mandatory(),
    text("nominalCode").mandatory().of("nominal-code"),
    id("taxClassId", "tax-code").mandatory(),
    id_or_none("projectId", "project"),
    id_or_none("leadSourceId", "lead-source"),
    id_or_none("channelId", "channel"),
]);

pub(super) const SALES_RECEIPT: Resource = Resource {
    note: "Payment lines may name an order, an invoice reference and an adjustment; those names are not known.",
    ..posted(
        "sales-receipt",
        "Sales receipt",
        &[endpoint("accounting-service/invoice/sales-receipt", &[post(Answer::Id, RECEIPT)])],
    )
};

pub(super) const PURCHASE_PAYMENT: Resource = Resource {
    note: "Payment lines may name an order, an invoice reference and an adjustment; those names are not known.",
    ..posted(
        "purchase-payment",
        "Purchase payment",
        &[endpoint("accounting-service/invoice/purchase-payment", &[post(Answer::Id, RECEIPT)])],
    )
};

/// All currency values must be strings. The array of payment lines has no name that is known.
const RECEIPT: Content = json(open(&[object("header", open(RECEIPT_HEADER)).mandatory()]));

const RECEIPT_HEADER: &[Field] = &[
    id("contactId", "contact").mandatory(),
    field("taxDate", Shape::Moment).mandatory(),
    text("bankAccountNominalCode").of("nominal-code").note("Unless the payments come to nothing."),
    field("exchangeRate", AS_TEXT).note("For a foreign currency."),
    id("currencyId", "currency").note("The base currency when absent."),
];

const AS_TEXT: Shape =
    Shape::Decimal(DecimalForm { places: Some(6), kept_places: None, sign: Sign::Positive, text_only: true });
