//! Options such as size, and their values.

use crate::catalog::build::{integer, open, text};
use crate::catalog::operation::{Answer, Verify, delete, endpoint, get, json, options, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{SearchResource, named, numbered};

pub(super) const OPTION: Resource = Resource {
    name: "option",
    title: "Option",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2.4",
    endpoints: &[
        endpoint("product-service/option/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "product-service/option",
            &[post(Answer::Id, json(open(&[text("name"), integer("sortOrder")]))).verify(&[
                Verify::Search {
                    search: "product-service/option-search",
                    by: &[("/name", "name")],
                    unique: false,
                },
            ])],
        ),
        endpoint(
            "product-service/option/{ID}",
            &[
                put(Answer::Unknown, json(open(&[text("name"), integer("sortOrder")])))
                    .idempotent()
                    .unverified(),
                delete().unverified(),
            ],
        ),
    ],
    searches: &[SearchResource {
        path: "product-service/option-search",
        key: Some("id"),
        finds: Some("product-service/option"),
        columns: &[numbered("id"), named("name")],
        ..SearchResource::BLANK
    }],
    note: "createdOn and updatedOn came about 2026.",
};

pub(super) const OPTION_VALUE: Resource = Resource {
    name: "option-value",
    title: "Option value",
    section: Section::Product,
    detail: Detail::Partial,
    source: "§8.2.4",
    endpoints: &[
        endpoint(
            "product-service/option/{OPTION-ID-SET}/value",
            &[get(Answer::Array).id_in("optionValueId")],
        ),
        endpoint(
            "product-service/option/{OPTION-ID}/value",
            &[post(Answer::Id, json(open(&[text("optionValueName")]))).verify(&[Verify::Search {
                search: "product-service/option-value-search",
                by: &[("{OPTION-ID}", "optionId"), ("/optionValueName", "optionValueName")],
                unique: false,
            }])],
        ),
    ],
    searches: &[SearchResource {
        path: "product-service/option-value-search",
        columns: &[
            numbered("optionId"),
            named("optionName"),
            numbered("optionValueId"),
            named("optionValueName"),
        ],
        note: "A newer source has a column id instead of optionValueId.",
        ..SearchResource::BLANK
    }],
    note: "",
};

pub(super) const PRODUCT_OPTION_VALUE: Resource = Resource {
    name: "product-option-value",
    title: "Product option value",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2",
    endpoints: &[endpoint(
        "product-service/product/{PRODUCT-ID-SET|*}/option-value/{OPTION-VALUE-ID-SET?}",
        &[
            get(Answer::Array).id_in("").note("One entry for each product and option. Any number of values."),
            options(),
        ],
    )
    .limit(200)],
    ..Resource::BLANK
};
