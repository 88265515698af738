//! Locations and zones of a warehouse.

use crate::catalog::build::{closed, field, from_to, id, limited, text};
use crate::catalog::field::Object;
use crate::catalog::operation::{Answer, Verify, delete, endpoint, get, json, post};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{SearchColumn, SearchResource, named, numbered};

pub(super) const LOCATION: Resource = Resource {
    name: "location",
    title: "Location",
    section: Section::Warehouse,
    detail: Detail::Partial,
    source: "§8.3.6",
    endpoints: &[
        endpoint("warehouse-service/warehouse/{WAREHOUSE-ID}/location/{ID-SET?}", &[get(Answer::Array)]),
        endpoint(
            "warehouse-service/warehouse/{WAREHOUSE-ID}/location",
            &[post(Answer::IdObject, json(LOCATION_BODY)).verify(&[
                Verify::Search {
                    search: "warehouse-service/location-search",
                    by: &[("{WAREHOUSE-ID}", "warehouseId"), ("/barcode", "barcode")],
                    unique: true,
                },
                Verify::Search {
                    search: "warehouse-service/location-search",
                    by: &[("{WAREHOUSE-ID}", "warehouseId"), ("/groupingA", "groupingA")],
                    unique: false,
                },
            ])],
        ),
        endpoint(
            "warehouse-service/warehouse/{WAREHOUSE-ID}/location/{ID}",
            &[delete().note("Only when it never held stock.")],
        ),
    ],
    searches: &[SearchResource {
        path: "warehouse-service/location-search",
        key: Some("id"),
        columns: LOCATION_COLUMNS,
        ..SearchResource::BLANK
    }],
    note: "Cannot be changed, but for the zone.",
};

const LOCATION_BODY: Object = closed(&[
    text("groupingA").mandatory().note("Aisle."),
    text("groupingB").note("Bay."),
    text("groupingC").note("Shelf."),
    text("groupingD").note("Bin."),
    id("zoneId", "zone"),
    limited("barcode", 32).note("Digits; unique."),
]);

const LOCATION_COLUMNS: &[SearchColumn] = &[
    numbered("id"),
    numbered("warehouseId"),
    numbered("zoneId"),
    named("groupingA"),
    named("groupingB"),
    named("groupingC"),
    named("groupingD"),
    named("barcode"),
];

pub(super) const DEFAULT_LOCATION: Resource = Resource {
    name: "default-location",
    title: "Default location",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3",
    endpoints: &[endpoint(
        "warehouse-service/warehouse/{ID}/location/default",
        &[get(Answer::Value).id_in("").note("The location's id.")],
    )],
    ..Resource::BLANK
};

pub(super) const QUARANTINE_LOCATION: Resource = Resource {
    name: "quarantine-location",
    title: "Quarantine location",
    section: Section::Warehouse,
    detail: Detail::Full,
    source: "§8.3",
    endpoints: &[endpoint(
        "warehouse-service/warehouse/{ID}/location/quarantine",
        &[get(Answer::Value).id_in("").note("The location's id.")],
    )],
    ..Resource::BLANK
};

pub(super) const ZONE: Resource = Resource {
    name: "zone",
    title: "Zone",
    section: Section::Warehouse,
    detail: Detail::Partial,
    source: "§8.3",
    endpoints: &[endpoint(
        "warehouse-service/warehouse/{ID}/zone",
        &[post(Answer::Id, json(closed(&[field("name", from_to(1, 32)).mandatory()])))
            .verify(&[Verify::Search {
                search: "warehouse-service/zone-search",
                by: &[("{ID}", "warehouseId"), ("/name", "name")],
                unique: true,
            }])
            .note("Names are unique per warehouse, whatever their case.")],
    )],
    searches: &[SearchResource {
        path: "warehouse-service/zone-search",
        key: Some("id"),
        columns: &[numbered("id"), named("name"), numbered("warehouseId")],
        ..SearchResource::BLANK
    }],
    note: "",
};
