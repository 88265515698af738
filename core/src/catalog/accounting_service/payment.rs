//! Payments of orders, and how they are paid.

use crate::catalog::build::{
    ID, NON_NEGATIVE, RATE, amount, boolean, choice, closed, currency, field, id, limited, list, moment,
    open, text,
};
use crate::catalog::field::{Condition, Object, Rule, Shape};
use crate::catalog::operation::{Answer, Verify, delete, endpoint, get, json, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, column};

pub(super) const CUSTOMER_PAYMENT: Resource = Resource {
    name: "customer-payment",
    title: "Customer payment",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.5",
    endpoints: &[
        endpoint(
            "accounting-service/customer-payment",
            &[post(Answer::Id, json(FROM_A_CUSTOMER))
                .verify(&[
                    Verify::Search {
                        search: "accounting-service/customer-payment-search",
                        by: &[
                            ("/transactionRef", "transactionRef"),
                            ("/paymentMethodCode", "paymentMethodCode"),
                        ],
                        unique: true,
                    },
                    Verify::Search {
                        search: "accounting-service/customer-payment-search",
                        by: &[("/orderId", "orderId"), ("/paymentType", "paymentType")],
                        unique: false,
                    },
                ])
                .note("A payment method with a bank account for the currency makes a receipt journal by itself.")],
        ),
        endpoint("accounting-service/customer-payment/{ID}", &[delete()]),
    ],
    searches: &[SearchResource {
        path: "accounting-service/customer-payment-search",
        watermarks: &["createdOn"],
        dates_miss: "any change after the creation",
        key: Some("paymentId"),
        default_sort: Some("paymentId.ASC"),
        columns: CUSTOMER_COLUMNS,
        columns_complete: true,
        ..SearchResource::BLANK
    }],
    note: "",
};

const FROM_A_CUSTOMER: Object = closed(&[
    limited("transactionRef", 64).note("Unique together with paymentMethodCode."),
    limited("transactionCode", 64).note("Links AUTH with CAPTURE or VOID."),
    limited("paymentMethodCode", 36).mandatory().of("payment-method").note("Need not exist."),
    choice("paymentType", &["RECEIPT", "PAYMENT", "AUTH", "CAPTURE", "VOID"]).mandatory(),
    id("orderId", "order").mandatory(),
    currency("currencyIsoCode").mandatory(),
    field("exchangeRate", RATE),
    field("amountAuthorized", NON_NEGATIVE).note("AUTH and VOID."),
    amount("amountPaid").note("CAPTURE, PAYMENT and RECEIPT; 0 when absent."),
    moment("authorizationExpiry").note("AUTH."),
    id("journalId", "journal").note("Stops the automatic journal."),
    text("journalRef").note("Cut at 255 characters."),
    moment("paymentDate").mandatory(),
])
.rules(&[
    Rule::When {
        member: "/paymentType",
        condition: Condition::Is(&["AUTH", "VOID"]),
        needs: &["/amountAuthorized"],
    },
    Rule::When {
        member: "/paymentType",
        condition: Condition::Is(&["AUTH"]),
        needs: &["/authorizationExpiry"],
    },
]);

/// In the default column order of the recorded answers (API notes §4.5).
const CUSTOMER_COLUMNS: &[SearchColumn] = &[
    column("paymentId", FilterType::IdSet),
    column("transactionRef", FilterType::Text).unsortable(),
    column("transactionCode", FilterType::Text).unsortable(),
    column("paymentMethodCode", FilterType::Text).unsortable(),
    column("paymentType", FilterType::Text).unsortable(),
    column("orderId", FilterType::IdSet).unsortable(),
    column("currencyId", FilterType::IdSet).unsortable(),
    column("currencyCode", FilterType::Text).unsortable(),
    column("amountAuthorized", FilterType::Text).unsortable(),
    column("amountPaid", FilterType::Text).unsortable(),
    column("expires", FilterType::Period).unsortable(),
    column("paymentDate", FilterType::Period),
    column("createdOn", FilterType::Period),
    column("journalId", FilterType::IdSet),
];

pub(super) const SUPPLIER_PAYMENT: Resource = Resource {
    name: "supplier-payment",
    title: "Supplier payment",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.5",
    endpoints: &[endpoint(
        "accounting-service/supplier-payment",
        &[post(Answer::Id, json(TO_A_SUPPLIER)).verify(&[
            Verify::Search {
                search: "accounting-service/supplier-payment-search",
                by: &[("/transactionRef", "transactionRef"), ("/paymentMethodCode", "paymentMethodCode")],
                unique: true,
            },
            Verify::Search {
                search: "accounting-service/supplier-payment-search",
                by: &[("/orderId", "orderId"), ("/paymentType", "paymentType")],
                unique: false,
            },
        ])],
    )],
    searches: &[SearchResource {
        path: "accounting-service/supplier-payment-search",
        watermarks: &["createdOn"],
        dates_miss: "any change after the creation",
        key: Some("paymentId"),
        default_sort: Some("paymentId.ASC"),
        columns: SUPPLIER_COLUMNS,
        columns_complete: true,
        note: "resultsAvailable is always 500. Ranges of paymentId were ignored on a live account.",
        ..SearchResource::BLANK
    }],
    note: "",
};

const TO_A_SUPPLIER: Object = closed(&[
    limited("transactionRef", 64).note("Unique together with paymentMethodCode."),
    limited("paymentMethodCode", 36).mandatory().of("payment-method"),
    choice("paymentType", &["PAYMENT", "RECEIPT"]).mandatory(),
    id("orderId", "order").mandatory(),
    currency("currencyIsoCode").mandatory(),
    field("exchangeRate", RATE),
    amount("amountPaid"),
    id("journalId", "journal").note("Stops the automatic journal."),
    text("journalRef").note("Cut at 64 characters."),
    field("paymentDate", Shape::LocalMoment).mandatory(),
]);

const SUPPLIER_COLUMNS: &[SearchColumn] = &[
    column("paymentId", FilterType::IdSet),
    column("transactionRef", FilterType::Text),
    column("paymentMethodCode", FilterType::Text),
    column("paymentType", FilterType::Text),
    column("orderId", FilterType::IdSet),
    column("currencyId", FilterType::IdSet),
    column("currencyCode", FilterType::Text),
    column("amountPaid", FilterType::Text),
    column("paymentDate", FilterType::Period),
    column("createdOn", FilterType::Period),
    column("journalId", FilterType::IdSet),
];

pub(super) const PAYMENT_METHOD: Resource = Resource {
    name: "payment-method",
    title: "Payment method",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.6",
    endpoints: &[
        endpoint(
            "accounting-service/payment-method/{ID-SET?}",
            &[get(Answer::Array).id_in("").note("The page's example has no id at the top.")],
        ),
        endpoint(
            "accounting-service/payment-method",
            &[post(Answer::Id, json(METHOD)).verify(&[Verify::Read {
                path: "accounting-service/payment-method",
                compare: "/code, which is unique whatever its case",
            }])],
        ),
        endpoint(
            "accounting-service/payment-method/{ID}",
            &[put(Answer::Number, json(METHOD_CHANGE))
                .idempotent()
                .note("The code cannot be changed. What the number means is not known.")],
        ),
    ],
    searches: &[SearchResource {
        path: "accounting-service/payment-method-search",
        key: Some("id"),
        default_sort: Some("code.ASC"),
        columns: METHOD_COLUMNS,
        columns_complete: true,
        ..SearchResource::BLANK
    }],
    note: "",
};

/// The page spells the last two so (API notes §4.5).
const METHOD_COLUMNS: &[SearchColumn] = &[
    column("id", FilterType::IdSet),
    column("code", FilterType::Text),
    column("name", FilterType::Text),
    column("active", FilterType::Boolean),
    column("currency", FilterType::Unknown).unverified(),
    column("bank_account", FilterType::Unknown).unverified(),
];

const METHOD: Object = closed(&[
    text("name").mandatory().note("Unique whatever its case."),
    limited("code", 36).mandatory().note("Unique; made upper case. One page says 32 characters."),
    boolean("isActive"),
    list("bankAccounts", &Shape::Object(BANK_ACCOUNT)).note("One of them in the base currency."),
    field("installedIntegrationId", ID),
]);
const METHOD_CHANGE: Object = closed(&[
    text("name"),
    boolean("isActive"),
    list("bankAccounts", &Shape::Object(BANK_ACCOUNT)).note("One of them in the base currency."),
    field("installedIntegrationId", ID),
]);
/// Open: the answers of GETs have the method's id in it.
const BANK_ACCOUNT: Object = open(&[
    currency("currencyIsoCode").mandatory(),
    text("bankAccountNominalCode").mandatory().of("nominal-code"),
]);

pub(super) const SALE_PAYMENT_TOTAL: Resource = Resource {
    name: "sale-payment-total",
    title: "Sale payment total",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.6",
    endpoints: &[endpoint(
        "accounting-service/sale-payment-total/{ORDER-ID-SET}",
        &[get(Answer::Array).id_in("orderId").note("Orders without payments are in it, with zeros.")],
    )],
    ..Resource::BLANK
};

pub(super) const PURCHASE_PAYMENT_TOTAL: Resource = Resource {
    name: "purchase-payment-total",
    title: "Purchase payment total",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.6",
    endpoints: &[endpoint(
        "accounting-service/purchase-payment-total/{ORDER-ID-SET}",
        &[get(Answer::Array).id_in("orderId")],
    )
    .limit(200)],
    ..Resource::BLANK
};
