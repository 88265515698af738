//! Goods-in notes and the movements that all notes make.

use crate::catalog::build::{MONEY, amount, boolean, closed, field, id, moment, object, open, some, text};
use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::{Answer, Empty, Verify, delete, endpoint, get, json, post};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{SearchColumn, SearchResource, named, numbered};

pub(super) const GOODS_IN_NOTE: Resource = Resource {
    name: "goods-in-note",
    title: "Goods-in note",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.3",
    endpoints: &[
        endpoint(
            "warehouse-service/order/{ORDER-ID-SET|*}/goods-note/goods-in/{ID-SET?}",
            &[get(Answer::Map)
                .id_in("goodsNoteId")
                .keyed_by("ID-SET")
                .empty(Empty::NotFound)
                .note("One of the two sets must name ids.")],
        )
        .limit(200),
        endpoint(
            "warehouse-service/order/{ORDER-ID}/goods-note/goods-in",
            &[post(Answer::Id, json(NOTE))
                .verify(&[Verify::Search {
                    search: "warehouse-service/goods-in-search",
                    by: &[("{ORDER-ID}", "purchaseOrderId"), ("/userBatchReference", "userBatchRef")],
                    unique: true,
                }])
                .note("The id of the first note when several are made. Against a sales credit, it receives a return.")],
        ),
        endpoint("warehouse-service/goods-note/goods-in/{ID}", &[delete()]),
    ],
    searches: &[SearchResource {
        path: "warehouse-service/goods-in-search",
        columns: NOTE_COLUMNS,
        note: "Which column tells rows apart is not known.",
        ..SearchResource::BLANK
    }],
    note: "",
};

const NOTE: Object = closed(&[
    boolean("transfer"),
    id("warehouseId", "warehouse").mandatory(),
    field("goodsMoved", some(&Shape::Object(MOVED))).mandatory(),
    moment("receivedOn"),
    text("userBatchReference").note("Unique."),
]);

const MOVED: Object = open(&[
    id("productId", "product").mandatory(),
    id("purchaseOrderRowId", "order-row").note("Of a sales credit, too."),
    amount("quantity").mandatory(),
    id("destinationLocationId", "location"),
    object("productValue", MONEY),
]);

const NOTE_COLUMNS: &[SearchColumn] = &[
    numbered("purchaseOrderId"),
    numbered("batchId"),
    named("userBatchRef"),
    numbered("productId"),
    numbered("locationId"),
    named("groupingA"),
    named("groupingB"),
    named("groupingC"),
    named("groupingD"),
    named("price"),
    named("landedCosts"),
    named("currCode"),
    named("receivedQuantity"),
    named("onHand"),
    named("createdDate"),
    named("receivedDate"),
    numbered("warehouseId"),
];

pub(super) const GOODS_IN_NOTE_CORRECTION: Resource = Resource {
    name: "goods-in-note-correction",
    title: "Goods-in note correction",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.3",
    endpoints: &[endpoint(
        "warehouse-service/goods-note/goods-in/{ID}/correction",
        &[post(Answer::Nothing, json(CORRECTION))],
    )],
    ..Resource::BLANK
};

/// No source says which members are mandatory.
const CORRECTION: Object = closed(&[
    id("productId", "product"),
    id("locationId", "location"),
    object("cost", MONEY),
    amount("quantity"),
]);

pub(super) const GOODS_MOVEMENT: Resource = Resource {
    name: "goods-movement",
    title: "Goods movement",
    section: Section::Warehouse,
    detail: Detail::Partial,
    source: "§4.5",
    searches: &[SearchResource {
        path: "warehouse-service/goods-movement-search",
        key: Some("goodsMovementId"),
        columns: MOVEMENT_COLUMNS,
        ..SearchResource::BLANK
    }],
    ..Resource::BLANK
};

const MOVEMENT_COLUMNS: &[SearchColumn] = &[
    numbered("goodsMovementId"),
    numbered("productId"),
    numbered("salesOrderRowId"),
    numbered("purchaseOrderRowId"),
    named("quantity"),
    numbered("destinationLocationId"),
    numbered("warehouseId"),
    numbered("goodsNoteId"),
    named("productValue"),
    named("currencyCode"),
    numbered("orderId"),
    named("isCleared"),
    named("isQuarantine"),
    numbered("batchId"),
    named("goodsNoteTypeCode"),
    named("updatedOn"),
];
