//! Who supplies a product.

use crate::catalog::build::{ID, some};
use crate::catalog::operation::{
    Answer, Content, EndpointOperation, Verify, delete, endpoint, get, post, put,
};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const PRODUCT_SUPPLIER: Resource = Resource {
    name: "product-supplier",
    title: "Product supplier",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2.4, §3.2",
    endpoints: &[
        endpoint(
            "product-service/product/{ID-SET}/supplier",
            &[get(Answer::Map).id_in("").keyed_by("ID-SET")],
        ),
        endpoint(
            "product-service/product/{ID}/supplier",
            &[
                post(Answer::PerResource, SUPPLIERS).verify(READ_THE_SUPPLIERS).note(BODY),
                EndpointOperation {
                    answer: Answer::PerResource,
                    content: SUPPLIERS,
                    ..delete().verify(READ_THE_SUPPLIERS).note(BODY)
                },
            ],
        ),
    ],
    note: "HTTP 207 when some of the suppliers were refused.",
    ..Resource::BLANK
};

const SUPPLIERS: Content = Content::Json(some(&ID));
const BODY: &str = "The body is an array of the suppliers' contact ids.";
const READ_THE_SUPPLIERS: &[Verify] =
    &[Verify::Read { path: "product-service/product/{ID}/supplier", compare: "the supplier ids" }];

pub(super) const PRODUCT_PRIMARY_SUPPLIER: Resource = Resource {
    name: "product-primary-supplier",
    title: "Product primary supplier",
    section: Section::Product,
    detail: Detail::Partial,
    source: "§8.2.4",
    endpoints: &[endpoint(
        "product-service/primary-supplier/{SUPPLIER-ID}/product",
        &[put(Answer::PerResource, Content::Json(some(&ID)))
            .idempotent()
            .unverified()
            .note("The body is an array of product ids. What it answers is unsure.")],
    )],
    ..Resource::BLANK
};
