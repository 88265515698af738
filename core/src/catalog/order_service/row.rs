//! Rows and notes of an order.

use crate::catalog::build::{
    AMOUNT, ID, TEXT, amount, boolean, closed, decimal, field, id, moment, object, open, patchable, text,
};
use crate::catalog::field::{Object, PatchOperation, PatchPath, Rule, Shape};
use crate::catalog::operation::{Answer, Content, Verify, delete, endpoint, get, json, patch, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, column};
use PatchOperation::Replace;

pub(super) const ORDER_ROW: Resource = Resource {
    name: "order-row",
    title: "Order row",
    section: Section::Order,
    detail: Detail::Full,
    source: "§8.1.6",
    endpoints: &[
        endpoint(
            "order-service/order/{ORDER-ID}/row",
            &[post(Answer::Id, json(ROW))
                .verify(&[Verify::Read {
                    path: "order-service/order/{ORDER-ID}",
                    compare: "/orderRows, against those from before",
                }])
                .note("A bundle brings its components as rows by itself; only the bundle's id is answered.")],
        ),
        endpoint(
            "order-service/order/{ORDER-ID}/row/{ROW-ID}",
            &[
                patch(Answer::Resource, ROW_PATCH)
                    .verify(&[Verify::Read {
                        path: "order-service/order/{ORDER-ID}",
                        compare: "the row within /orderRows",
                    }])
                    .note("Not for invoiced orders. A new net amount makes a new tax amount."),
                delete(),
            ],
        ),
    ],
    note: "Old clients also read and put single rows; nothing current does.",
    ..Resource::BLANK
};

/// API notes §8.1.6. Open: the table is completed from clients.
pub(crate) const ROW: Object = open(&[
    id("productId", "product"),
    text("productName")
        .note("Goes before the product's own name. ORDC-026 when a row of free text has none."),
    object("quantity", open(&[amount("magnitude").mandatory()]))
        .mandatory()
        .note("Whole for stock-tracked products and bundles."),
    object(
        "rowValue",
        open(&[
            text("taxCode").mandatory().of("tax-code"),
            object("rowNet", open(&[amount("value")])),
            object("rowTax", open(&[amount("value")])).note("The documentation says two decimal places."),
        ]),
    )
    .mandatory(),
    text("nominalCode")
        .of("nominal-code")
        .note("The contact's, then the product's, then the account's when absent."),
    text("externalRef").unverified(),
    object("productPrice", open(&[amount("value")])),
    decimal("discountPercentage").unverified(),
])
.rules(&[Rule::AnyOf(&["/productId", "/productName"])]);

const ROW_PATCH: &[PatchPath] = &[
    patchable("/quantity/magnitude", &[Replace], AMOUNT).note("Not below what is reserved or fulfilled."),
    patchable("/rowValue/rowNet/value", &[Replace], AMOUNT),
    patchable("/rowValue/rowTax/value", &[Replace], AMOUNT),
    patchable("/nominalCode", &[Replace], TEXT).of("nominal-code"),
    patchable("/rowValue/taxCalculator", &[Replace], Shape::Choice(&["brightpearl", "manual", "avalara"])),
    patchable("/orderRowSequence", &[Replace], Shape::Code),
];

pub(super) const SALES_ORDER_ROW: Resource = Resource {
    name: "sales-order-row",
    title: "Sales order row",
    section: Section::Order,
    detail: Detail::Full,
    source: "§8.1.6",
    endpoints: &[endpoint(
        "order-service/sales-order/{ORDER-ID}/row/{ID-SET}",
        &[put(Answer::PerResource, Content::Json(SALES_ROWS))
            .idempotent()
            .note("One object for each id in the path. One bad quantity (ORDC-024) fails all of them.")],
    )],
    note: "Other verbs are not known.",
    ..Resource::BLANK
};

const SALES_ROWS: Shape = Shape::Array { of: &Shape::Object(SALES_ROW), at_least: 1, at_most: None };
const SALES_ROW: Object = open(&[
    id("id", "sales-order-row").mandatory(),
    id("productId", "product"),
    text("name"),
    amount("quantity").mandatory(),
    text("taxCode").mandatory().of("tax-code"),
    amount("tax").mandatory(),
    amount("net").mandatory(),
])
.rules(&[Rule::AnyOf(&["/productId", "/name"])]);

pub(super) const ORDER_NOTE: Resource = Resource {
    name: "order-note",
    title: "Order note",
    section: Section::Order,
    detail: Detail::Full,
    source: "§8.1, §8.1.7",
    endpoints: &[
        endpoint("order-service/order/{ORDER-ID}/note/{NOTE-ID-SET?}", &[get(Answer::Array).id_in("noteId")]),
        endpoint(
            "order-service/order/{ORDER-ID}/note",
            &[post(Answer::Id, json(NOTE))
                .verify(&[Verify::Search {
                    search: "order-service/order-note-search",
                    by: &[("{ORDER-ID}", "orderId"), ("/text", "noteText")],
                    unique: false,
                }])
                .note("One client met an array of the id.")],
        ),
    ],
    searches: &[SearchResource {
        path: "order-service/order-note-search",
        watermarks: &["dateAdded"],
        dates_miss: "a note with an earlier date: addedOn may be given",
        key: Some("noteId"),
        default_sort: Some("noteId.ASC"),
        columns: NOTE_COLUMNS,
        columns_complete: true,
        ..SearchResource::BLANK
    }],
    note: "",
};

const NOTE: Object = closed(&[
    text("text").mandatory(),
    field("fileId", ID),
    boolean("isPublic").note("False when absent."),
    moment("addedOn").note("Now when absent."),
    id("contactId", "contact").unverified(),
]);

const NOTE_COLUMNS: &[SearchColumn] = &[
    column("orderId", FilterType::IdSet),
    column("noteId", FilterType::IdSet),
    column("contactId", FilterType::IdSet),
    column("noteText", FilterType::SearchText),
    column("isPublic", FilterType::Boolean),
    column("dateAdded", FilterType::Period),
    column("addedBy", FilterType::IdSet),
    column("orderStatusId", FilterType::IdSet),
];
