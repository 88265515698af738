//! What accounting is described by: nominal codes, tax codes, currencies.

use crate::catalog::build::{RATE, closed, field};
use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::{Answer, Verify, endpoint, get, json, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, column};

pub(super) const NOMINAL_CODE: Resource = Resource {
    name: "nominal-code",
    title: "Nominal code",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.6",
    endpoints: &[endpoint("accounting-service/nominal-code/{ID-SET?}", &[get(Answer::Array)])],
    searches: &[SearchResource {
        path: "accounting-service/nominal-code-search",
        default_sort: Some("code.ASC"),
        columns: NOMINAL_COLUMNS,
        columns_complete: true,
        ..SearchResource::BLANK
    }],
    note: "Codes are texts, though they look like numbers.",
};

const NOMINAL_COLUMNS: &[SearchColumn] = &[
    column("code", FilterType::SearchText),
    column("name", FilterType::SearchText),
    column("type", FilterType::IdSet),
    column("bank", FilterType::Boolean),
    column("currencyId", FilterType::IdSet),
    column("active", FilterType::Boolean),
];

pub(super) const TAX_CODE: Resource = Resource {
    name: "tax-code",
    title: "Tax code",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.6",
    endpoints: &[endpoint(
        "accounting-service/tax-code/{ID-SET?}",
        &[get(Answer::Array).note("rate is omitted for codes that take none.")],
    )],
    ..Resource::BLANK
};

pub(super) const CURRENCY: Resource = Resource {
    name: "currency",
    title: "Currency",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§4.5",
    searches: &[SearchResource {
        path: "accounting-service/currency-search",
        key: Some("id"),
        default_sort: Some("id.ASC"),
        columns: CURRENCY_COLUMNS,
        columns_complete: true,
        ..SearchResource::BLANK
    }],
    ..Resource::BLANK
};

const CURRENCY_COLUMNS: &[SearchColumn] = &[
    column("id", FilterType::IdSet),
    column("title", FilterType::Text),
    column("code", FilterType::Text),
    column("symbol", FilterType::Text),
    column("exchangeRate", FilterType::Text),
    column("isDefault", FilterType::Boolean),
    column("exchangeRateVarianceNominalCode", FilterType::Text),
];

pub(super) const EXCHANGE_RATE: Resource = Resource {
    name: "exchange-rate",
    title: "Exchange rate",
    section: Section::Accounting,
    detail: Detail::Full,
    source: "§8.5.6",
    endpoints: &[
        endpoint("accounting-service/exchange-rate", &[get(Answer::Array).id_in("")]),
        endpoint(
            "accounting-service/currency/{CURRENCY-ID}/exchange-rate",
            &[
                post(Answer::Number, json(EXCHANGE))
                    .verify(READ_THE_RATES)
                    .note("How many rates were added. Today becomes now, a later day its midnight; refused for the past and for the base currency."),
                put(Answer::Number, json(EXCHANGE))
                    .idempotent()
                    .verify(READ_THE_RATES)
                    .note("How many rates were changed: the initial one, which GET dates to the epoch in the account's zone, is the only one that can be."),
            ],
        ),
    ],
    ..Resource::BLANK
};

const READ_THE_RATES: &[Verify] = &[Verify::Read {
    path: "accounting-service/exchange-rate",
    compare: "/rate at /rateActiveFrom of the currency",
}];

const EXCHANGE: Object = closed(&[
    field("rateActiveFrom", Shape::Moment).mandatory(),
    field("rate", RATE).mandatory().note("Rounded to six decimal places."),
]);
