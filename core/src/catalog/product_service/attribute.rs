//! What products are sorted into: categories, types, groups.

use crate::catalog::build::{closed, field, from_to, id_or_none, object, open, text};
use crate::catalog::field::Object;
use crate::catalog::operation::{Answer, Content, Verify, endpoint, get, json, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchResource, column, named, numbered};

pub(super) const BRIGHTPEARL_CATEGORY: Resource = Resource {
    name: "brightpearl-category",
    title: "Brightpearl category",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2.4",
    endpoints: &[
        endpoint("product-service/brightpearl-category/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "product-service/brightpearl-category",
            &[post(Answer::Id, json(CATEGORY)).verify(&[Verify::Search {
                search: "product-service/brightpearl-category-search",
                by: &[("/name", "name"), ("/parentId", "parentId")],
                unique: true,
            }])],
        ),
    ],
    searches: &[SearchResource {
        path: "product-service/brightpearl-category-search",
        key: Some("id"),
        finds: Some("product-service/brightpearl-category"),
        columns: &[
            numbered("id"),
            named("name"),
            numbered("parentId"),
            named("active"),
            named("createdOn"),
            numbered("createdById"),
            named("updatedOn"),
            named("updatedBy"),
        ],
        ..SearchResource::BLANK
    }],
    note: "",
};

const CATEGORY: Object = closed(&[
    field("name", from_to(1, 128)).mandatory().note("Unique per level."),
    id_or_none("parentId", "brightpearl-category").note("0 is the top."),
    object("description", open(&[text("languageCode"), text("text"), text("format")])),
]);

pub(super) const PRODUCT_TYPE: Resource = Resource {
    name: "product-type",
    title: "Product type",
    section: Section::Product,
    detail: Detail::Partial,
    source: "§8.2.4",
    endpoints: &[
        endpoint("product-service/product-type/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "product-service/product-type",
            &[post(Answer::Id, json(open(&[field("name", from_to(1, 64)).mandatory()]))).verify(&[
                Verify::Search {
                    search: "product-service/product-type-search",
                    by: &[("/name", "name")],
                    unique: false,
                },
            ])],
        ),
    ],
    searches: &[SearchResource {
        path: "product-service/product-type-search",
        key: Some("id"),
        finds: Some("product-service/product-type"),
        columns: &[
            numbered("id"),
            named("name"),
            column("updatedOn", FilterType::Period).not_in_rows().unverified(),
        ],
        note: "updatedOn came about 2026.",
        ..SearchResource::BLANK
    }],
    note: "",
};

pub(super) const PRODUCT_TYPE_OPTION_ASSOCIATION: Resource = Resource {
    name: "product-type-option-association",
    title: "Product type option association",
    section: Section::Product,
    detail: Detail::Partial,
    source: "§8.2",
    endpoints: &[endpoint(
        "product-service/product-type/{TYPE-ID-SET}/option-association/{OPTION-ID-SET}",
        &[post(Answer::Nothing, Content::Nothing)],
    )],
    ..Resource::BLANK
};

pub(super) const PRODUCT_GROUP: Resource = Resource {
    name: "product-group",
    title: "Product group",
    section: Section::Product,
    source: "§8.2",
    endpoints: &[endpoint(
        "product-service/product-group/{ID}",
        &[put(Answer::Unknown, Content::Unknown)
            .unverified()
            .note("The page is known by its address only, which tells the verb; the path is a guess.")],
    )],
    note: "The path is not known for sure. Products of one name and different variations join a group by themselves.",
    ..Resource::BLANK
};
