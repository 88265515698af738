//! Putting stock and its value right.

use crate::catalog::build::{MONEY, closed, field, id, integer, object, open, some, text};
use crate::catalog::field::{Condition, Object, Rule, Shape};
use crate::catalog::operation::{Answer, Verify, endpoint, get, json, post};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const STOCK_CORRECTION: Resource = Resource {
    name: "stock-correction",
    title: "Stock correction",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.5",
    endpoints: &[
        endpoint(
            "warehouse-service/warehouse/{ID}/stock-correction",
            &[post(Answer::Ids, json(CORRECTIONS))
                .verify(&[Verify::Search {
                    search: "warehouse-service/goods-movement-search",
                    by: &[("{ID}", "warehouseId"), ("/corrections/0/productId", "productId")],
                    unique: false,
                }])
                .note("The ids of goods notes. Adding stock to an archived product sets it live.")],
        ),
        endpoint(
            "warehouse-service/warehouse/{ID}/stock-correction/{GOODS-NOTE-ID-SET}",
            &[get(Answer::Array).id_in("goodsNoteId")],
        )
        .limit(200),
    ],
    ..Resource::BLANK
};

const CORRECTIONS: Object = closed(&[field("corrections", some(&Shape::Object(CORRECTION))).mandatory()]);

/// One client sends `sku` instead of `productId`, which no other source knows.
const CORRECTION: Object = open(&[
    integer("quantity").mandatory().note("Negative takes stock away."),
    id("productId", "product").note("Stock-tracked."),
    text("sku").unverified().note("Instead of productId, as one client sends it."),
    text("reason").mandatory(),
    id("locationId", "location").mandatory().note("2 with standard inventory."),
    object("cost", MONEY).note("The value of one item; needed when adding."),
    id("batchId", "goods-in-note").note("Only when taking away; first in, first out when absent."),
    id("orderId", "order"),
])
.rules(&[
    Rule::AnyOf(&["/productId", "/sku"]),
    Rule::When { member: "/quantity", condition: Condition::IsPositive, needs: &["/cost/value"] },
]);

pub(super) const ASSET_VALUE_CORRECTION: Resource = Resource {
    name: "asset-value-correction",
    title: "Asset value correction",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.7",
    endpoints: &[endpoint(
        "warehouse-service/warehouse/{ID}/asset-value-correction",
        &[post(Answer::Nothing, json(VALUE)).note("For stock that is not allocated.")],
    )],
    ..Resource::BLANK
};

/// The page says only that `locationId` is optional, hence that the others are not. One client has
/// `currencyCost` for `currentCost`, so it is not insisted on.
const VALUE: Object = open(&[
    id("batchId", "goods-in-note").mandatory(),
    id("locationId", "location"),
    id("productId", "product").mandatory(),
    object("currentCost", MONEY).unverified(),
    object("newCost", MONEY).mandatory(),
    text("reason").mandatory(),
]);
