//! Goods-out notes: allocating, picking, packing and shipping.

use crate::catalog::build::{
    amount, boolean, choice, closed, decimal, field, id, id_or_none, integer, list, moment, object, open,
    some, text,
};
use crate::catalog::field::{Field, Object, Shape};
use crate::catalog::operation::{Answer, Content, Verify, delete, endpoint, get, json, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, column};

pub(super) const GOODS_OUT_NOTE: Resource = Resource {
    name: "goods-out-note",
    title: "Goods-out note",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.2",
    endpoints: &[
        endpoint(
            "warehouse-service/order/{ORDER-ID-SET|*}/goods-note/goods-out/{ID-SET?}",
            &[get(Answer::Map).id_in("").keyed_by("ID-SET")],
        )
        .limit(500),
        endpoint(
            "warehouse-service/order/{ORDER-ID}/goods-note/goods-out",
            &[post(Answer::Ids, json(NOTE_POST))
                .verify(&[Verify::Search {
                    search: "warehouse-service/goods-note/goods-out-search",
                    by: &[("{ORDER-ID}", "orderId"), ("/warehouses/0/warehouseId", "warehouseId")],
                    unique: false,
                }])
                .note("One note per entry of warehouses. Stock is allocated at once. One source answers a bare id.")],
        ),
        endpoint(
            "warehouse-service/order/{ORDER-ID}/goods-note/goods-out/{ID}",
            &[delete().note("Gives the stock back. Probably only before shipping.")],
        ),
        endpoint(
            "warehouse-service/goods-note/goods-out/{ID}",
            &[put(Answer::Nothing, json(NOTE_PUT))
                .idempotent()
                .verify(READ_THE_NOTE)
                .note("Members that are not sent are kept. Fires goods-out-note.modified.")],
        ),
    ],
    searches: &[SearchResource {
        path: "warehouse-service/goods-note/goods-out-search",
        watermarks: &["createdOn", "shippedOn"],
        dates_miss: "a shipment recorded with an earlier date: shippedOn is what an event's occured says; and picking and packing",
        key: Some("goodsOutNoteId"),
        finds: Some("warehouse-service/order/*/goods-note/goods-out"),
        columns: NOTE_COLUMNS,
        ..SearchResource::BLANK
    }],
    note: "Rows are keyed by order row, each an array, since a row can come from several locations.",
};

const READ_THE_NOTE: &[Verify] = &[Verify::Read {
    path: "warehouse-service/order/*/goods-note/goods-out/{ID}",
    compare: "the members that were sent",
}];

const NOTE_POST: Object = closed(&[
    field("warehouses", some(&Shape::Object(NOTE_WAREHOUSE))).mandatory(),
    boolean("priority"),
    id_or_none("shippingMethodId", "shipping-method"),
    text("labelUri"),
]);

const NOTE_WAREHOUSE: Object = open(&[
    moment("releaseDate"),
    id("warehouseId", "warehouse").mandatory(),
    boolean("transfer"),
    list(
        "products",
        &Shape::Object(open(&[
            id("productId", "product").mandatory(),
            id("salesOrderRowId", "order-row").mandatory(),
            amount("quantity").mandatory(),
        ])),
    ),
]);

const NOTE_PUT: Object = open(&[
    boolean("priority"),
    object(
        "shipping",
        open(&[
            text("reference"),
            integer("boxes"),
            decimal("weight"),
            id_or_none("shippingMethodId", "shipping-method"),
        ]),
    ),
    text("labelUri"),
]);

/// API notes §4.5; the names behind `labelUri` are unsure.
const NOTE_COLUMNS: &[SearchColumn] = &[
    column("goodsOutNoteId", FilterType::Integer),
    column("printed", FilterType::Boolean),
    column("picked", FilterType::Boolean),
    column("packed", FilterType::Boolean),
    column("shipped", FilterType::Boolean),
    column("shippedOn", FilterType::Period),
    column("orderId", FilterType::Integer),
    column("shippingMethodId", FilterType::IdSet),
    column("warehouseId", FilterType::Integer),
    column("priority", FilterType::Boolean),
    column("createdOn", FilterType::Period),
    column("releaseDate", FilterType::Period),
    column("createdBy", FilterType::Integer),
    column("labelUri", FilterType::Text),
    column("channelId", FilterType::Integer).unverified(),
    column("transfer", FilterType::Boolean).unverified(),
];

pub(super) const GOODS_OUT_NOTE_EVENT: Resource = Resource {
    name: "goods-out-note-event",
    title: "Goods-out note event",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.2",
    endpoints: &[endpoint(
        "warehouse-service/goods-note/goods-out/{ID}/event",
        &[post(Answer::Nothing, json(closed(&[field("events", some(&EVENT)).mandatory()])))
            .if_match("the note's lastEventVersion")
            .verify(&[Verify::Read {
                path: "warehouse-service/order/*/goods-note/goods-out/{ID}",
                compare: "/events, for the event codes that were sent",
            }])
            .note("SHW adds the missing PRI, PIC and PAC; after it there are no more events.")],
    )],
    ..Resource::BLANK
};

const EVENT: Shape = Shape::Object(closed(&[
    choice("eventCode", &["PRI", "UPR", "PIC", "UPI", "PAC", "UPA", "SHW"]).mandatory(),
    OCCURRED,
    id("eventOwnerId", "contact").mandatory(),
]));

/// Brightpearl spells it so.
pub(super) const OCCURRED: Field = moment("occured").mandatory();

pub(super) const PICK: Resource = Resource {
    name: "pick",
    title: "Pick",
    section: Section::Warehouse,
    detail: Detail::Partial,
    source: "§8.3.7",
    endpoints: &[endpoint(
        "warehouse-service/order/{ORDER-ID}/goods-note/goods-out/{NOTE-ID}/pick",
        &[post(Answer::Unknown, PICKED).note(
            "All or nothing. Overwrites all earlier picks of the note; may allocate other stock anew.",
        )],
    )],
    note: "Items have a sales order row, product, location, batch and quantity; the members' names are not known.",
    ..Resource::BLANK
};

const PICKED: Content =
    Content::Json(Shape::Object(open(&[field("items", some(&Shape::Object(open(&[])))).mandatory()])));
