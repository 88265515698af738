//! Reserving stock for sales orders.

use crate::catalog::build::{ID, amount, closed, field, id, some};
use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::{Answer, Empty, Verify, delete, endpoint, get, json, post, put};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const RESERVATION: Resource = Resource {
    name: "reservation",
    title: "Reservation",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.4",
    endpoints: &[
        endpoint(
            "warehouse-service/order/{ORDER-ID}/reservation",
            &[
                get(Answer::Array).id_in("orderId").empty(Empty::NotFound),
                put(Answer::Nothing, json(PRODUCTS)).verify(READ).note(
                    "Whether it adds to what is reserved or replaces it, no source says, so it is not repeated.",
                ),
                delete().never_repeated().note(
                    "It names the order and not the reservation, so a repetition could take a newer one away.",
                ),
            ],
        ),
        endpoint(
            "warehouse-service/order/{ORDER-ID}/reservation/warehouse/{WAREHOUSE-ID}",
            &[post(Answer::Nothing, json(PRODUCTS)).verify(READ).note(
                "Reserves as much as there is, without saying how much. Entries of one row are summed.",
            )],
        ),
    ],
    note: "One per sales order, in one warehouse.",
    ..Resource::BLANK
};

const READ: &[Verify] =
    &[Verify::Read { path: "warehouse-service/order/{ORDER-ID}/reservation", compare: "/orderRows" }];

const PRODUCTS: Object = closed(&[field("products", some(&Shape::Object(PRODUCT))).mandatory()]);
const PRODUCT: Object = closed(&[
    field("productId", ID).of("product").mandatory().note("WHSC-014 when it is 0."),
    id("salesOrderRowId", "order-row").mandatory(),
    amount("quantity").mandatory(),
]);

pub(super) const RESERVATION_ROW: Resource = Resource {
    name: "reservation-row",
    title: "Reservation row",
    section: Section::Warehouse,
    source: "§8.3",
    endpoints: &[endpoint(
        "warehouse-service/order/{ORDER-ID}/reservation/row/{ROW-ID}",
        &[delete()
            .never_repeated()
            .unverified()
            .note("The page is known by its address only, which tells the verb; the path is a guess.")],
    )],
    note: "The path is not known for sure.",
    ..Resource::BLANK
};

pub(super) const RESERVATIONS: Resource = Resource {
    name: "reservations",
    title: "Reservations",
    section: Section::Warehouse,
    detail: Detail::Partial,
    source: "§8.3",
    endpoints: &[endpoint(
        "warehouse-service/reservations",
        &[get(Answer::Array).id_in("reservationNoteId")],
    )],
    note: "Known from one client.",
    ..Resource::BLANK
};
