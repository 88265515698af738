//! Shipping methods.

use crate::catalog::build::{ID, between, boolean, closed, field, from_to, limited, map};
use crate::catalog::field::{MapKey, Object};
use crate::catalog::operation::{Answer, Verify, endpoint, get, json, post};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{SearchResource, named, numbered};

pub(super) const SHIPPING_METHOD: Resource = Resource {
    name: "shipping-method",
    title: "Shipping method",
    section: Section::Warehouse,
    detail: Detail::Partial,
    source: "§8.3.7",
    endpoints: &[
        endpoint("warehouse-service/shipping-method/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "warehouse-service/shipping-method",
            &[post(Answer::Id, json(METHOD)).verify(&[Verify::Search {
                search: "warehouse-service/shipping-method-search",
                by: &[("/name", "name")],
                unique: true,
            }])],
        ),
    ],
    searches: &[SearchResource {
        path: "warehouse-service/shipping-method-search",
        key: Some("id"),
        finds: Some("warehouse-service/shipping-method"),
        columns: &[numbered("id"), named("code"), named("name")],
        ..SearchResource::BLANK
    }],
    note: "",
};

const METHOD: Object = closed(&[
    field("name", from_to(1, 128)).mandatory().note("Unique."),
    limited("code", 128),
    boolean("additionalInformationRequired"),
    field("methodType", between(1, 3)).note("1 by weight, 2 by price, 3 by number of items."),
    limited("breaks", 256).note("Upper bounds with commas between them."),
    limited("carrier", 64),
    limited("countries", 255).note("Country codes with commas between them."),
    map("channelBrandTemplates", MapKey::Id, &ID).note("From channel brand to packing-note template."),
]);
