//! Older ways to post payments, with what replaces them.

use crate::catalog::build::{MONEY, id, list, moment, object, open, text};
use crate::catalog::field::{Field, Object, Rule, Shape};
use crate::catalog::operation::{Answer, Content, Deprecation, endpoint, get, json, post};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::SearchResource;

pub(super) const SALES_RECEIPT: Resource = Resource {
    name: "sales-receipt-deprecated",
    title: "Sales receipt (deprecated)",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.4, §9",
    endpoints: &[endpoint(
        "accounting-service/sales-receipt",
        &[post(Answer::Id, json(RECEIPT)).deprecated(&Deprecation {
            replacement: Some("sales-receipt"),
            reason: "Its page is titled deprecated. To mark an order as paid, use customer-payment.",
        })],
    )],
    ..Resource::BLANK
};

const RECEIPT: Object = open(&[
    id("orderId", "order"),
    id("customerId", "contact").note("Instead of orderId."),
    object("received", MONEY).mandatory(),
    moment("taxDate"),
    BANK,
    text("invoiceReference"),
    text("description"),
    CHANNEL,
])
.rules(&[Rule::AnyOf(&["/orderId", "/customerId"])]);

const BANK: Field = text("bankAccountNominalCode").of("nominal-code");
const CHANNEL: Field = id("channelId", "channel");

pub(super) const PURCHASE_PAYMENT: Resource = Resource {
    name: "purchase-payment-older",
    title: "Purchase payment (older)",
    section: Section::Elsewhere,
    detail: Detail::Partial,
    source: "§8.5",
    endpoints: &[endpoint(
        "accounting-service/purchase-payment",
        &[post(Answer::Id, json(PAYMENT)).deprecated(&Deprecation {
            replacement: Some("purchase-payment"),
            reason: "Older than the page that is current.",
        })],
    )],
    note: "Known from one client.",
    ..Resource::BLANK
};

const PAYMENT: Object = open(&[
    list("orders", &Shape::Object(open(&[id("orderId", "order"), object("payment", MONEY)]))),
    text("referenceNumber"),
    text("nominalCode").of("nominal-code"),
    moment("taxDate"),
    CHANNEL,
]);

pub(super) const ACCOUNT_PAYMENT: Resource = Resource {
    name: "account-payment",
    title: "Account payment (older)",
    section: Section::Elsewhere,
    detail: Detail::Partial,
    source: "§8.5",
    endpoints: &[endpoint(
        "accounting-service/account-payment",
        &[post(Answer::Id, json(ON_ACCOUNT)).deprecated(&Deprecation {
            replacement: Some("supplier-payment"),
            reason: "A payment to a supplier on account, from an older client.",
        })],
    )],
    note: "Known from one client.",
    ..Resource::BLANK
};

const ON_ACCOUNT: Object = open(&[
    id("supplierId", "contact"),
    object("payment", MONEY),
    text("referenceNumber"),
    text("nominalCode").of("nominal-code"),
    moment("taxDate"),
    CHANNEL,
]);

const SUPERSEDED: &str = "Superseded by customer payments of types AUTH and CAPTURE.";

pub(super) const PAYMENT_AUTHORISATION: Resource = Resource {
    name: "payment-authorisation",
    title: "Payment authorisation (older)",
    section: Section::Elsewhere,
    detail: Detail::Partial,
    source: "§8.5, §4.5",
    endpoints: &[
        endpoint(
            "accounting-service/payment-auth/{ID-SET}",
            &[get(Answer::Array)
                .deprecated(&Deprecation { replacement: Some("customer-payment"), reason: SUPERSEDED })],
        ),
        endpoint(
            "accounting-service/payment-auth",
            &[post(Answer::Unknown, Content::Unknown)
                .deprecated(&Deprecation { replacement: Some("customer-payment"), reason: SUPERSEDED })],
        ),
    ],
    searches: &[SearchResource {
        path: "accounting-service/payment-auth-search",
        note: "Its columns are not known.",
        ..SearchResource::BLANK
    }],
    note: "Known from one client.",
};
