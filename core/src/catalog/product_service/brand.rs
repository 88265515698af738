//! Brands, their collections, and seasons.

use crate::catalog::build::{closed, field, from_to, limited, open, text};
use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::{Answer, Verify, delete, endpoint, get, json, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, column, named, numbered};

pub(super) const BRAND: Resource = Resource {
    name: "brand",
    title: "Brand",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2.4",
    endpoints: &[
        endpoint("product-service/brand/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "product-service/brand",
            &[post(Answer::Id, json(BRAND_BODY)).verify(&[Verify::Search {
                search: "product-service/brand-search",
                by: &[("/name", "brandName")],
                unique: true,
            }])],
        ),
        endpoint(
            "product-service/brand/{ID}",
            &[put(Answer::Unknown, json(BRAND_CHANGE)).idempotent().unverified(), delete().unverified()],
        ),
    ],
    searches: &[SearchResource {
        path: "product-service/brand-search",
        key: Some("brandId"),
        finds: Some("product-service/brand"),
        columns: BRAND_COLUMNS,
        ..SearchResource::BLANK
    }],
    note: "",
};

const BRAND_BODY: Object = closed(&[
    field("name", from_to(1, 120)).mandatory().note("Unique. PRDC-024 when missing."),
    limited("description", 65_535),
]);

/// Inferred from the creation; which members may be left out is not known.
const BRAND_CHANGE: Object = open(&[field("name", from_to(1, 120)), limited("description", 65_535)]);

const BRAND_COLUMNS: &[SearchColumn] = &[
    numbered("brandId"),
    named("brandName"),
    column("updatedOn", FilterType::Period).not_in_rows().unverified(),
];

pub(super) const COLLECTION: Resource = Resource {
    name: "collection",
    title: "Collection",
    section: Section::Product,
    detail: Detail::Partial,
    source: "§4.5, §9",
    searches: &[SearchResource {
        path: "product-service/collection-search",
        key: Some("collectionId"),
        columns: &[
            numbered("collectionId"),
            named("collectionName"),
            numbered("brandId"),
            column("updatedOn", FilterType::Period).not_in_rows().unverified(),
        ],
        ..SearchResource::BLANK
    }],
    note: "Whether it can be read by id is not known. updatedOn came about 2026.",
    ..Resource::BLANK
};

pub(super) const SEASON: Resource = Resource {
    name: "season",
    title: "Season",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2.4",
    endpoints: &[
        endpoint("product-service/season/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "product-service/season",
            &[post(Answer::Id, json(SEASON_BODY)).verify(&[Verify::Read {
                path: "product-service/season",
                compare: "/name, which is unique",
            }])],
        ),
    ],
    searches: &[SearchResource {
        path: "product-service/season-search",
        finds: Some("product-service/season"),
        columns: &[column("updatedOn", FilterType::Period).not_in_rows().unverified()],
        note: "Its columns are not known, but that updatedOn came about 2026.",
        ..SearchResource::BLANK
    }],
    note: "",
};

const SEASON_BODY: Object = closed(&[
    field("name", from_to(4, 255)).mandatory().note("Unique."),
    text("description"),
    field("dateFrom", Shape::Date),
    field("dateTo", Shape::Date),
]);
