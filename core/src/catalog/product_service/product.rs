//! Products, and what is set on one of them.

use crate::catalog::build::{
    CUSTOM_FIELD_PATCH, CUSTOM_FIELDS, ID, boolean, choice, field, id, integer, keeping, limited, list, map,
    object, open, text,
};
use crate::catalog::field::{Field, MapKey, Object, Shape};
use crate::catalog::operation::{Answer, Verify, endpoint, get, json, options, patch, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, UPDATES_MISS, column};

pub(super) const PRODUCT: Resource = Resource {
    name: "product",
    title: "Product",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2.1, §8.2.2",
    endpoints: &[
        endpoint(
            "product-service/product/{ID-SET}",
            &[get(Answer::Array).sections(CUSTOM_FIELDS).query(&["contextChannelId"])],
        )
        .limit(200),
        endpoint("product-service/product/{ID-SET?}", &[options()]),
        endpoint(
            "product-service/product",
            &[post(Answer::Id, json(PRODUCT_POST)).verify(&[
                Verify::Search {
                    search: "product-service/product-search",
                    by: &[("/identity/sku", "SKU")],
                    unique: false,
                },
                Verify::Search {
                    search: "product-service/product-search",
                    by: &[("/salesChannels/0/productName", "productName")],
                    unique: false,
                },
            ])],
        ),
        endpoint(
            "product-service/product/{ID}",
            &[put(Answer::Nothing, json(PRODUCT_PUT))
                .idempotent()
                .if_match("the product's version")
                .verify(&[Verify::Read {
                    path: "product-service/product/{ID}",
                    compare: "the members of the body",
                }])
                .note("Members that are not sent are kept.")],
        ),
    ],
    searches: &[SearchResource {
        path: "product-service/product-search",
        watermarks: &["createdOn", "updatedOn"],
        dates_miss: UPDATES_MISS,
        lines_of: None,
        key: Some("productId"),
        finds: Some("product-service/product"),
        default_sort: Some("productId.ASC"),
        columns: PRODUCT_COLUMNS,
        columns_complete: true,
        filters_complete: true,
        note: "",
    }],
    note: "Unknown ids are missing from the answer.",
};

/// API notes §8.2.2. Open: the table is completed from clients.
const PRODUCT_POST: Object = open(&[
    id("brandId", "brand").mandatory().note("PRDC-014 when missing."),
    COLLECTION,
    PRODUCT_TYPE,
    IDENTITY,
    STOCK,
    object("financialDetails", FINANCIAL_DETAILS).note("Sent in every request that is known."),
    field("salesChannels", Shape::Array { of: &Shape::Object(NEW_CHANNEL), at_least: 1, at_most: Some(1) })
        .mandatory()
        .note("Exactly one."),
    VARIATIONS,
    SEASONS,
    NOMINAL_STOCK,
    NOMINAL_PURCHASES,
    NOMINAL_SALES,
    FEATURED,
    REPORTING,
    STATUS,
    SALES_POPUP,
    WAREHOUSE_POPUP,
    WAREHOUSES,
]);

/// The same, with nothing mandatory: only what is sent is changed.
const PRODUCT_PUT: Object = open(&[
    id("brandId", "brand"),
    COLLECTION,
    PRODUCT_TYPE,
    IDENTITY,
    STOCK,
    object("financialDetails", FINANCIAL_DETAILS),
    field(
        "salesChannels",
        Shape::Array { of: &Shape::Object(CHANGED_CHANNEL), at_least: 0, at_most: Some(1) },
    ),
    VARIATIONS,
    SEASONS,
    NOMINAL_STOCK,
    NOMINAL_PURCHASES,
    NOMINAL_SALES,
    FEATURED,
    REPORTING,
    STATUS,
    SALES_POPUP,
    WAREHOUSE_POPUP,
    WAREHOUSES,
]);

const COLLECTION: Field = id("collectionId", "collection").note("One of the brand's.");
const PRODUCT_TYPE: Field = id("productTypeId", "product-type").note("The account's default when absent.");
const IDENTITY: Field = object("identity", open(IDENTITY_FIELDS));
const STOCK: Field = object(
    "stock",
    open(&[
        boolean("stockTracked"),
        object("weight", open(&[field("magnitude", keeping(4))])),
        object(
            "dimensions",
            open(&[
                field("length", keeping(2)),
                field("height", keeping(2)),
                field("width", keeping(2)),
                field("volume", keeping(2)),
            ]),
        ),
    ]),
);
const VARIATIONS: Field = list(
    "variations",
    &Shape::Object(open(&[
        id("optionId", "option").mandatory(),
        id("optionValueId", "option-value").mandatory(),
    ])),
)
.note("Options of the product type; the combination is unique within the product group.");
const SEASONS: Field = list("seasonIds", &ID).of("season");
const NOMINAL_STOCK: Field = text("nominalCodeStock").of("nominal-code");
const NOMINAL_PURCHASES: Field = text("nominalCodePurchases").of("nominal-code");
const NOMINAL_SALES: Field = text("nominalCodeSales").of("nominal-code");
const FEATURED: Field = boolean("featured");
const REPORTING: Field = object(
    "reporting",
    open(&[
        id("categoryId", "brightpearl-category"),
        id("subCategoryId", "brightpearl-category"),
        id("seasonId", "season"),
    ]),
);
const STATUS: Field = choice("status", &["LIVE", "DISCONTINUED", "ARCHIVED"]);
const SALES_POPUP: Field = text("salesPopupMessage");
const WAREHOUSE_POPUP: Field = text("warehousePopupMessage");
const WAREHOUSES: Field = map(
    "warehouses",
    MapKey::Id,
    &Shape::Object(open(&[
        field("defaultLocationId", Shape::Id { or_zero: true }),
        field("overflowLocationId", Shape::Id { or_zero: true }),
        integer("reorderLevel"),
        integer("reorderQuantity"),
    ])),
);

const IDENTITY_FIELDS: &[Field] = &[
    limited("sku", 32),
    limited("ean", 14),
    limited("upc", 14),
    limited("isbn", 14),
    text("mpn"),
    text("barcode"),
];

/// Whether the tax code is mandatory is unsure (`[?]` in the notes), so it is not asked for.
const FINANCIAL_DETAILS: Object = open(&[
    boolean("taxable").note("Accounts with sales tax."),
    object("taxCode", open(&[id("id", "tax-code"), text("code")])).unverified(),
]);

const CHANNEL_NAME: Field =
    choice("salesChannelName", &["Brightpearl"]).mandatory().note("Only this one can be written.");
const CONDITION: Field = choice("productCondition", &["new", "used", "refurbished"]);
const DESCRIPTION: Field = object("description", TEXT_FRAGMENT);
const SHORT_DESCRIPTION: Field = object("shortDescription", TEXT_FRAGMENT);
const TEXT_FRAGMENT: Object = open(&[text("languageCode"), text("text"), text("format")]);
const CATEGORY: Shape =
    Shape::Object(open(&[field("categoryCode", Shape::Code).mandatory().of("brightpearl-category")]));

const NEW_CHANNEL: Object = open(&[
    CHANNEL_NAME,
    text("productName").mandatory(),
    CONDITION,
    field("categories", Shape::Array { of: &CATEGORY, at_least: 1, at_most: None }).mandatory(),
    DESCRIPTION,
    SHORT_DESCRIPTION,
]);

const CHANGED_CHANNEL: Object = open(&[
    CHANNEL_NAME,
    text("productName"),
    CONDITION,
    list("categories", &CATEGORY),
    DESCRIPTION,
    SHORT_DESCRIPTION,
]);

/// In the default column order of the recorded answers (API notes §4.5), then the filter-only name.
const PRODUCT_COLUMNS: &[SearchColumn] = &[
    column("productId", FilterType::IdSet).explained_by("productCategoryMembership"),
    column("productName", FilterType::SearchText),
    column("SKU", FilterType::Text),
    column("barcode", FilterType::Text),
    column("EAN", FilterType::Text),
    column("UPC", FilterType::Text),
    column("ISBN", FilterType::Text),
    column("MPN", FilterType::Text),
    column("stockTracked", FilterType::Boolean),
    column("salesChannelName", FilterType::Text).unfilterable(),
    column("createdOn", FilterType::Period),
    column("updatedOn", FilterType::Period),
    column("brightpearlCategoryCode", FilterType::IdSet).unsortable(),
    column("productGroupId", FilterType::Integer),
    column("brandId", FilterType::IdSet),
    column("productTypeId", FilterType::IdSet),
    column("productStatus", FilterType::Text),
    column("primarySupplierId", FilterType::IdSet),
    column("channelId", FilterType::Integer).filter_only(),
];

pub(super) const PRODUCT_IDENTITY: Resource = Resource {
    name: "product-identity",
    title: "Product identity",
    section: Section::Product,
    detail: Detail::Partial,
    source: "§8.2.4",
    endpoints: &[endpoint(
        "product-service/product/{ID}/identity",
        &[put(Answer::Nothing, json(open(IDENTITY_FIELDS)))
            .idempotent()
            .verify(&[Verify::Read { path: "product-service/product/{ID}", compare: "/identity" }])
            .note("Members that are not sent are cleared.")],
    )],
    ..Resource::BLANK
};

pub(super) const PRODUCT_BUNDLE: Resource = Resource {
    name: "product-bundle",
    title: "Product bundle",
    section: Section::Product,
    detail: Detail::Partial,
    source: "§8.2.4",
    endpoints: &[endpoint("product-service/product/{ID-SET}/bundle", &[get(Answer::Array).unverified()])],
    ..Resource::BLANK
};

pub(super) const PRODUCT_CUSTOM_FIELD: Resource = Resource {
    name: "product-custom-field",
    title: "Product custom field",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2.4",
    endpoints: &[endpoint(
        "product-service/product/{ID}/custom-field",
        &[
            get(Answer::Object).id_in(""),
            patch(Answer::Object, CUSTOM_FIELD_PATCH).verify(&[Verify::Read {
                path: "product-service/product/{ID}/custom-field",
                compare: "the fields that the patch sets",
            }]),
        ],
    )],
    ..Resource::BLANK
};

/// The reference lists "Custom field" beside "Product custom field"; that it is the older read is inferred.
pub(super) const CUSTOM_FIELD: Resource = Resource {
    name: "product-custom-field-set",
    title: "Custom field",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2",
    endpoints: &[endpoint(
        "product-service/product-custom-field/{ID-SET}",
        &[get(Answer::Unknown).id_in("").unverified()],
    )],
    note: "An older read of many products' custom fields; product-custom-field is the current one.",
    ..Resource::BLANK
};

pub(super) const CUSTOM_FIELD_METADATA: Resource = Resource {
    name: "product-custom-field-metadata",
    title: "Custom field metadata",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2",
    endpoints: &[endpoint("product-service/product/custom-field-meta-data/{ID-SET?}", &[get(Answer::Array)])],
    ..Resource::BLANK
};
