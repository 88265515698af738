//! Drop-ship notes: a supplier ships to the customer.

use super::goods_out::OCCURRED;
use crate::catalog::build::{
    MONEY, amount, choice, closed, field, id, id_or_none, limited, object, open, some,
};
use crate::catalog::field::{Object, Rule, Shape};
use crate::catalog::operation::{Answer, Verify, endpoint, get, json, post};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const DROP_SHIP_NOTE: Resource = Resource {
    name: "drop-ship-note",
    title: "Drop-ship note",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.7",
    endpoints: &[
        endpoint(
            "warehouse-service/order/{ORDER-ID-SET|*}/goods-note/drop-ship/{ID-SET?}",
            &[get(Answer::Map)
                .id_in("")
                .keyed_by("ID-SET")
                .note("Without order ids, note ids are needed. The order may be the sale or the purchase.")],
        )
        .limit(200),
        endpoint(
            "warehouse-service/order/{SALES-ORDER-ID}/goods-note/drop-ship",
            &[post(Answer::Ids, json(NOTE))
                .verify(&[Verify::Read {
                    path: "warehouse-service/order/{SALES-ORDER-ID}/goods-note/drop-ship",
                    compare: "/purchaseOrderId and /orderRows of each note",
                }])
                .note("One note per supplier.")],
        ),
    ],
    ..Resource::BLANK
};

const NOTE: Object = open(&[field("suppliers", some(&Shape::Object(SUPPLIER))).mandatory()]);
const SUPPLIER: Object = open(&[
    id("supplierId", "contact"),
    id("purchaseOrderId", "order"),
    field("products", some(&Shape::Object(PRODUCT))),
]);
const PRODUCT: Object = open(&[
    id("productId", "product"),
    id("purchaseOrderRowId", "order-row"),
    id("salesOrderRowId", "order-row"),
    id("orderRowId", "order-row").note("One example has it instead of the two others."),
    amount("quantity"),
    object("productValue", MONEY),
])
.rules(&[Rule::AnyOf(&["/salesOrderRowId", "/orderRowId", "/purchaseOrderRowId"])]);

pub(super) const DROP_SHIP_NOTE_EVENT: Resource = Resource {
    name: "drop-ship-note-event",
    title: "Drop-ship note event",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.7",
    endpoints: &[endpoint(
        "warehouse-service/goods-note/drop-ship/{ID}/event",
        &[post(Answer::Nothing, json(EVENTS)).verify(&[Verify::Read {
            path: "warehouse-service/order/*/goods-note/drop-ship/{ID}",
            compare: "/status/shipped, and /shipping",
        }])],
    )],
    ..Resource::BLANK
};

const EVENTS: Object = closed(&[
    limited("trackingReference", 64),
    id_or_none("shippingMethodId", "shipping-method"),
    field("events", some(&Shape::Object(EVENT))).mandatory(),
]);
const EVENT: Object =
    closed(&[choice("eventCode", &["SHS"]).mandatory(), OCCURRED, id("eventOwnerId", "contact").mandatory()]);
