//! Warehouses, and how products stand in them.

use crate::catalog::build::{boolean, choice, closed, field, id, integer, object, open, some, text};
use crate::catalog::field::{Condition, Object, Rule, Shape};
use crate::catalog::operation::{Answer, Verify, delete, endpoint, get, json, post, put};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{SearchResource, named, numbered};

pub(super) const WAREHOUSE: Resource = Resource {
    name: "warehouse",
    title: "Warehouse",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3.6",
    endpoints: &[
        endpoint("warehouse-service/warehouse/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "warehouse-service/warehouse",
            &[
                post(Answer::Id, json(NEW)).verify(&[Verify::Search {
                    search: "warehouse-service/warehouse-search",
                    by: &[("/name", "name")],
                    unique: true,
                }]),
                put(Answer::Nothing, json(CHANGED))
                    .idempotent()
                    .verify(&[Verify::Read {
                        path: "warehouse-service/warehouse",
                        compare: "the members that were sent",
                    }])
                    .note(
                        "Without clickAndCollectEnabled, click and collect ends and its hours are cleared.",
                    ),
            ],
        ),
        endpoint("warehouse-service/warehouse/{ID}", &[delete()]),
    ],
    searches: &[SearchResource {
        path: "warehouse-service/warehouse-search",
        key: Some("id"),
        finds: Some("warehouse-service/warehouse"),
        columns: &[numbered("id"), named("name"), named("typeDescription"), numbered("addressId")],
        ..SearchResource::BLANK
    }],
    note: "Its address has other members than a postal address.",
};

const TYPES: &[&str] = &[
    "concession",
    "consignment",
    "miscellaneous",
    "online",
    "store",
    "supplier",
    "3pl",
    "virtual",
    "warehouse",
];

const NEW: Object = open(&[
    field("name", Shape::Text { at_least: 1, at_most: None }).mandatory().note("Unique: WHSB-038."),
    object("address", open(&[id("addressId", "postal-address").mandatory().note("WHSC-070.")])).mandatory(),
    object(
        "defaultLocation",
        open(&[text("groupingA"), text("groupingB"), text("groupingC"), text("groupingD")]),
    )
    .note("0.0.0.0 when absent."),
    choice("type", TYPES).note("warehouse when absent."),
    text("logisticsName").note("For 3pl only, and always there."),
])
.rules(&[Rule::When { member: "/type", condition: Condition::Is(&["3pl"]), needs: &["/logisticsName"] }]);

const CHANGED: Object = closed(&[field("warehouses", some(&Shape::Object(CHANGE))).mandatory()]);
const CHANGE: Object = open(&[
    id("id", "warehouse").mandatory(),
    text("name"),
    object("address", open(&[id("addressId", "postal-address").mandatory().note("WHSC-070.")])),
    choice("typeCode", TYPES),
    boolean("clickAndCollectEnabled"),
    object(
        "weeklyOperatingPeriods",
        open(&[
            text("timeZone"),
            field(
                "periods",
                Shape::Array {
                    of: &Shape::Object(open(&[
                        integer("dayOfWeek"),
                        field("openingHours", Shape::TimeOfDay),
                        field("closingHours", Shape::TimeOfDay),
                    ])),
                    at_least: 0,
                    at_most: None,
                },
            ),
        ]),
    ),
    field("collectionSla", Shape::Any).unverified().note("Its shape is not known."),
]);

pub(super) const WAREHOUSE_DEFAULTS: Resource = Resource {
    name: "warehouse-defaults",
    title: "Warehouse defaults",
    section: Section::Warehouse,
    detail: Detail::Partial,
    source: "§8.3.1, §8.3.7",
    endpoints: &[
        endpoint(
            "warehouse-service/warehouse/{ID}/product/{PRODUCT-ID-SET}",
            &[get(Answer::Array)
                .id_in("productId")
                .note("An array, also for one product. Products without defaults are left out.")],
        )
        .limit(200),
        endpoint(
            "warehouse-service/warehouse/{ID}/product/{PRODUCT-ID}",
            &[put(Answer::Unknown, json(DEFAULTS)).idempotent().verify(&[Verify::Read {
                path: "warehouse-service/warehouse/{ID}/product/{PRODUCT-ID}",
                compare: "the members that were sent",
            }])],
        ),
    ],
    note: "The members' names are taken from the product's warehouses.",
    ..Resource::BLANK
};

const DEFAULTS: Object = open(&[
    field("defaultLocationId", Shape::Id { or_zero: true }).of("location").unverified(),
    field("overflowLocationId", Shape::Id { or_zero: true }).of("location").unverified(),
    integer("reorderLevel").unverified(),
    integer("reorderQuantity").unverified(),
]);
