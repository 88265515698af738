//! Moving stock within a warehouse and between warehouses.

use crate::catalog::build::{amount, closed, field, id, id_or_none, moment, open, some, text};
use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::{Answer, endpoint, get, json, post};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const INTERNAL_TRANSFER: Resource = Resource {
    name: "internal-transfer",
    title: "Internal transfer",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.7",
    endpoints: &[endpoint(
        "warehouse-service/warehouse/{ID}/internal-transfer",
        &[post(Answer::Id, json(INTERNAL))],
    )],
    ..Resource::BLANK
};

/// Which members are mandatory is not stated; without the list there is nothing to transfer.
const INTERNAL: Object = open(&[
    id("warehouseId", "warehouse"),
    field("transferredProducts", some(&Shape::Object(INTERNAL_PRODUCT))).mandatory(),
]);
const INTERNAL_PRODUCT: Object = open(&[
    id("productId", "product"),
    amount("quantity"),
    id("fromLocationId", "location"),
    id("toLocationId", "location"),
]);

pub(super) const STOCK_TRANSFER: Resource = Resource {
    name: "stock-transfer",
    title: "Stock transfer",
    section: Section::Warehouse,
    detail: Detail::Partial,
    source: "§8.3.7",
    endpoints: &[
        endpoint("warehouse-service/warehouse/{SOURCE-ID}/stock-transfer", &[post(Answer::Id, json(STOCK))]),
        endpoint("warehouse-service/stock-transfer/{ID-SET}", &[get(Answer::Unknown)]),
    ],
    note: "A frame only: goods move by external transfers that name it.",
    ..Resource::BLANK
};

const STOCK: Object =
    closed(&[id("targetWarehouseId", "warehouse").mandatory(), text("reference").note("Unique.")]);

pub(super) const EXTERNAL_TRANSFER: Resource = Resource {
    name: "external-transfer",
    title: "External transfer",
    section: Section::Warehouse,
    detail: Detail::Partial,
    source: "§8.3.7",
    endpoints: &[endpoint(
        "warehouse-service/warehouse/{SOURCE-ID}/external-transfer",
        &[post(Answer::Ids, json(EXTERNAL)).note(
            "The ids of goods-out notes. When they ship, the stock is in the target's quarantine location.",
        )],
    )],
    ..Resource::BLANK
};

const EXTERNAL: Object = open(&[
    id("targetWarehouseId", "warehouse").mandatory(),
    id("stockTransferId", "stock-transfer").mandatory(),
    id_or_none("shippingMethodId", "shipping-method"),
    moment("releaseDate"),
    field("transferredProducts", some(&Shape::Object(EXTERNAL_PRODUCT))).mandatory(),
]);
const EXTERNAL_PRODUCT: Object =
    open(&[id("productId", "product"), amount("quantity"), id("fromLocationId", "location")]);

pub(super) const QUARANTINE_RELEASE: Resource = Resource {
    name: "quarantine-release",
    title: "Quarantine release",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.7",
    endpoints: &[endpoint(
        "warehouse-service/warehouse/{ID}/quarantine/release",
        &[post(Answer::Nothing, json(RELEASE)).note("WHSB-023 when nothing is there.")],
    )],
    ..Resource::BLANK
};

/// Which members are mandatory is not stated.
const RELEASE: Object =
    closed(&[id("productId", "product"), amount("quantity"), id("toLocationId", "location")]);
