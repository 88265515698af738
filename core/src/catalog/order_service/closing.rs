//! Closing orders, which starts their invoicing.

use crate::catalog::build::{ID, RATE, closed, field, moment, text};
use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::{Answer, Content, Endpoint, Verify, endpoint, json, post};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{SearchColumn, SearchResource, named, numbered};

/// The order gets an invoice reference some time after the answer. A second close of an invoiced order is
/// refused, so a repetition would look like a failure.
const READ_THE_INVOICE: &[Verify] = &[Verify::Read {
    path: "order-service/order/{ORDER-ID}",
    compare: "/invoices/0/invoiceReference, which is empty before",
}];

const CLOSE: Content = Content::OptionalJson(Shape::Object(closed(&[moment("taxDate")])));

const fn closing(name: &'static str, title: &'static str, endpoints: &'static [Endpoint]) -> Resource {
    Resource {
        name,
        title,
        section: Section::Order,
        detail: Detail::Full,
        source: "§8.1.7",
        endpoints,
        note: "Invoicing goes on after the answer. A pending order may be closed again, an invoiced one not.",
        ..Resource::BLANK
    }
}

pub(super) const SALES_ORDER_CLOSE: Resource = closing(
    "sales-order-close",
    "Sales order close",
    &[endpoint(
        "order-service/sales-order/{ORDER-ID}/close",
        &[post(Answer::Nothing, CLOSE).verify(READ_THE_INVOICE)],
    )],
);

pub(super) const SALES_CREDIT_CLOSE: Resource = closing(
    "sales-credit-close",
    "Sales credit close",
    &[endpoint(
        "order-service/sales-credit/{ORDER-ID}/close",
        &[post(Answer::Nothing, CLOSE).verify(READ_THE_INVOICE)],
    )],
);

/// No source marks which members are mandatory; without `orderIds` there is nothing to close.
const PURCHASE_ORDERS: Object = closed(&[
    text("invoiceReference"),
    moment("taxDate"),
    moment("dueDate"),
    field("orderIds", Shape::Array { of: &ID, at_least: 1, at_most: None }).mandatory().of("order"),
]);

const PURCHASE_CREDIT: Object = closed(&[
    text("invoiceReference"),
    moment("taxDate"),
    moment("dueDate"),
    field("orderIds", Shape::Array { of: &ID, at_least: 1, at_most: Some(1) }).mandatory().of("order"),
    field("exchangeRate", RATE),
]);

pub(super) const PURCHASE_ORDER_CLOSE: Resource = closing(
    "purchase-order-close",
    "Purchase order close",
    &[endpoint("order-service/purchase-order/close", &[post(Answer::Nothing, json(PURCHASE_ORDERS))])],
);

pub(super) const PURCHASE_CREDIT_CLOSE: Resource = closing(
    "purchase-credit-close",
    "Purchase credit close",
    &[endpoint("order-service/purchase-credit/close", &[post(Answer::Nothing, json(PURCHASE_CREDIT))])],
);

pub(super) const LANDED_COST_ESTIMATE: Resource = Resource {
    name: "landed-cost-estimate",
    title: "Landed cost estimate",
    section: Section::Order,
    detail: Detail::Partial,
    source: "§4.5",
    searches: &[SearchResource {
        path: "order-service/purchase-order-lc-search",
        columns: LANDED_COST_COLUMNS,
        ..SearchResource::BLANK
    }],
    ..Resource::BLANK
};

const LANDED_COST_COLUMNS: &[SearchColumn] = &[
    numbered("orderRowId"),
    named("supplierName"),
    named("weight"),
    named("sku"),
    named("productName"),
    named("quantity"),
    named("volume"),
    named("productPrice"),
    numbered("orderId"),
    numbered("productId"),
    named("currentLandedCosts"),
];
