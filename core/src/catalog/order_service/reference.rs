//! What orders are described by: statuses, types, custom fields.

use super::body::ORDER_TYPES;
use crate::catalog::build::{between, boolean, choice, closed, field, from_to, text, up_to};
use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::{Answer, Endpoint, Verify, endpoint, get, json, post};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const ORDER_STATUS: Resource = Resource {
    name: "order-status",
    title: "Order status",
    section: Section::Order,
    detail: Detail::Full,
    source: "§8.1.7",
    endpoints: &[
        endpoint("order-service/order-status/{ID-SET?}", &[get(Answer::Array).id_in("statusId")]),
        endpoint(
            "order-service/order-status",
            &[post(Answer::Id, json(STATUS)).verify(&[Verify::Read {
                path: "order-service/order-status",
                compare: "/name, which is unique among statuses of the same /orderTypeCode",
            }])],
        ),
    ],
    ..Resource::BLANK
};

const STATUS: Object = closed(&[
    field("name", from_to(1, 64)).mandatory().note("Unique per type."),
    choice("orderTypeCode", ORDER_TYPES).mandatory().of("order-type"),
    field("color", Shape::Colour).mandatory(),
    field("remindAfterDays", between(0, 9999)),
    field("alertEmails", Shape::Array { of: &up_to(63), at_least: 0, at_most: Some(2) }),
    text("emailContent"),
    boolean("batchProcess"),
]);

pub(super) const CUSTOM_FIELD_METADATA: Resource = Resource {
    name: "order-custom-field-metadata",
    title: "Custom field metadata",
    section: Section::Order,
    detail: Detail::Full,
    source: "§8.1, §8.1.7",
    endpoints: &[
        endpoint("order-service/sale/custom-field-meta-data/{ID-SET?}", &[get(Answer::Array)]),
        endpoint("order-service/purchase/custom-field-meta-data/{ID-SET?}", &[get(Answer::Array)]),
    ],
    note: "Types: TEXT, TEXTAREA (one source spells TEXT_AREA), YES_NO, INTEGER, DATE, SELECT.",
    ..Resource::BLANK
};

/// A fixed list that takes no id set.
const fn fixed_list(name: &'static str, title: &'static str, endpoints: &'static [Endpoint]) -> Resource {
    Resource {
        name,
        title,
        section: Section::Order,
        detail: Detail::Full,
        source: "§8.1, §11",
        endpoints,
        note: "The same in every account; takes no id set.",
        ..Resource::BLANK
    }
}

pub(super) const ORDER_TYPE: Resource =
    fixed_list("order-type", "Order type", &[endpoint("order-service/order-type", &[get(Answer::Array)])]);

pub(super) const ORDER_STOCK_STATUS: Resource = fixed_list(
    "order-stock-status",
    "Order stock status",
    &[endpoint("order-service/order-stock-status", &[get(Answer::Array)])],
);

pub(super) const ORDER_SHIPPING_STATUS: Resource = fixed_list(
    "order-shipping-status",
    "Order shipping status",
    &[endpoint("order-service/order-shipping-status", &[get(Answer::Array)])],
);
