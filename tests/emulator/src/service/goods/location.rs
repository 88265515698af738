//! Locations and zones of a warehouse (API notes §8.3.6).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::{UNREADABLE, path_warehouse, refused};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::storage::{Location, Zone};

const LOCATIONS: &dyn Searchable = &LOCATION_SEARCH;
const ZONES: &dyn Searchable = &ZONE_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "warehouse-service/warehouse/{id}/location/default",
        "get-default-location",
        get_default,
    ),
    Route::read(
        Method::Get,
        "warehouse-service/warehouse/{id}/location/quarantine",
        "get-quarantine-location",
        get_quarantine,
    ),
    Route::read(
        Method::Get,
        "warehouse-service/warehouse/{id}/location/{ids?}",
        "get-location",
        get_locations,
    ),
    Route::write(Method::Post, "warehouse-service/warehouse/{id}/location", "post-location", post_location),
    Route::write(
        Method::Delete,
        "warehouse-service/warehouse/{id}/location/{id}",
        "delete-location",
        delete_location,
    ),
    Route::search("warehouse-service/location-search", LOCATIONS),
    Route::meta_data("warehouse-service/location-search/meta-data", LOCATIONS),
    Route::write(Method::Post, "warehouse-service/warehouse/{id}/zone", "post-zone", post_zone),
    Route::search("warehouse-service/zone-search", ZONES),
    Route::meta_data("warehouse-service/zone-search/meta-data", ZONES),
];

type LocationColumn = Column<Option<Location>>;

fn grouping(location: &Option<Location>, level: usize) -> Cell {
    Cell::optional_text(location.as_ref().and_then(|own| own.groupings.get(level)).cloned())
}

const LOCATION_SEARCH: Search<Option<Location>> = Search {
    name: "warehouse-service/location-search",
    columns: &[
        LocationColumn::new("id", DataType::IdSet, |_, own| {
            Cell::optional_integer(own.as_ref().map(|own| own.id))
        }),
        LocationColumn::new("warehouseId", DataType::IdSet, |_, own| {
            Cell::optional_integer(own.as_ref().map(|own| own.warehouse))
        }),
        LocationColumn::new("zoneId", DataType::IdSet, |_, own| {
            Cell::optional_integer(own.as_ref().and_then(|own| own.zone))
        }),
        LocationColumn::new("groupingA", DataType::String, |_, own| grouping(own, 0)),
        LocationColumn::new("groupingB", DataType::String, |_, own| grouping(own, 1)),
        LocationColumn::new("groupingC", DataType::String, |_, own| grouping(own, 2)),
        LocationColumn::new("groupingD", DataType::String, |_, own| grouping(own, 3)),
        LocationColumn::new("barcode", DataType::String, |_, own| {
            Cell::optional_text(own.as_ref().and_then(|own| own.barcode.clone()))
        }),
    ],
    filters: &[],
    ids: World::location_ids,
    record: World::location,
    references: &[],
    label: |_, _, _| None,
};

type ZoneColumn = Column<Option<Zone>>;

const ZONE_SEARCH: Search<Option<Zone>> = Search {
    name: "warehouse-service/zone-search",
    columns: &[
        ZoneColumn::new("id", DataType::IdSet, |_, zone| {
            Cell::optional_integer(zone.as_ref().map(|zone| zone.id))
        }),
        ZoneColumn::new("name", DataType::SearchString, |_, zone| {
            Cell::optional_text(zone.as_ref().map(|zone| zone.name.clone()))
        }),
        ZoneColumn::new("warehouseId", DataType::IdSet, |_, zone| {
            Cell::optional_integer(zone.as_ref().map(|zone| zone.warehouse))
        }),
    ],
    filters: &[],
    ids: World::zone_ids,
    record: |world, id| world.changes.goods.zones.get(id).flatten().cloned(),
    references: &[],
    label: |_, _, _| None,
};

/// The bare id.
fn get_default(call: &mut Call<'_>) -> Answer {
    let warehouse = path_warehouse(call, 0)?;
    response(call.world.warehouse(warehouse).default_location)
}

fn get_quarantine(call: &mut Call<'_>) -> Answer {
    let warehouse = path_warehouse(call, 0)?;
    response(call.world.warehouse(warehouse).quarantine_location)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LocationShape {
    id: u32,
    warehouse_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone_id: Option<u32>,
    #[serde(rename = "groupingA", skip_serializing_if = "Option::is_none")]
    aisle: Option<String>,
    #[serde(rename = "groupingB", skip_serializing_if = "Option::is_none")]
    bay: Option<String>,
    #[serde(rename = "groupingC", skip_serializing_if = "Option::is_none")]
    shelf: Option<String>,
    #[serde(rename = "groupingD", skip_serializing_if = "Option::is_none")]
    bin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    barcode: Option<String>,
}

fn get_locations(call: &mut Call<'_>) -> Answer {
    let warehouse = path_warehouse(call, 0)?;
    let ids = call.ids(1)?;
    let world = &*call.world;
    let all = world.location_ids().iter().filter(|id| ids.as_ref().is_none_or(|ids| ids.contains(**id)));
    let own = all.filter_map(|id| world.location(*id)).filter(|location| location.warehouse == warehouse);
    let shapes: Vec<_> = own.map(LocationShape::from).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Locations Found"));
    }
    response(shapes)
}

impl From<Location> for LocationShape {
    fn from(location: Location) -> Self {
        let mut groupings = location.groupings.into_iter();
        Self {
            id: location.id,
            warehouse_id: location.warehouse,
            zone_id: location.zone,
            aisle: groupings.next(),
            bay: groupings.next(),
            shelf: groupings.next(),
            bin: groupings.next(),
            barcode: location.barcode,
        }
    }
}

/// Unlike other creations, this one answers an object.
#[derive(Serialize)]
struct NewLocation {
    id: u32,
}

fn post_location(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let warehouse = path_warehouse(call, 0)?;
    let world = &mut *call.world;
    let groupings = read_groupings(&fields)?;
    let zone = fields.id("zoneId")?;
    let zones = &world.changes.goods.zones;
    if zone.is_some_and(|id| zones.get(id).flatten().is_none_or(|zone| zone.warehouse != warehouse)) {
        return Err(fields.refuse("zoneId", "the ID of a zone of the warehouse"));
    }
    let barcode = fields.text_up_to("barcode", 32)?.filter(|barcode| !barcode.is_empty());
    if barcode.as_ref().is_some_and(|code| !code.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(fields.refuse("barcode", "digits"));
    }
    refuse_used_place(world, warehouse, &groupings, barcode.as_deref())?;
    response(NewLocation { id: world.add_location(Location { id: 0, warehouse, zone, barcode, groupings }) })
}

/// Aisle, bay, shelf and bin: each needs the one before it.
pub(super) fn read_groupings(fields: &Fields<'_>) -> Result<Vec<String>, Refusal> {
    let mut groupings = Vec::new();
    let mut ended = false;
    for name in ["groupingA", "groupingB", "groupingC", "groupingD"] {
        match fields.text(name)?.filter(|text| !text.is_empty()) {
            Some(_) if ended => {
                return Err(fields.refuse(name, "nothing, as the grouping before it is absent,"));
            }
            Some(text) => groupings.push(text),
            None => ended = true,
        }
    }
    if groupings.is_empty() { Err(fields.missing("groupingA")) } else { Ok(groupings) }
}

/// Only written locations have barcodes, and the history's have fixed places, so few are looked at.
fn refuse_used_place(
    world: &World,
    warehouse: u32,
    groupings: &[String],
    barcode: Option<&str>,
) -> Result<(), Refusal> {
    for location in world.location_ids().iter().filter_map(|id| world.location(*id)) {
        if barcode.is_some() && location.barcode.as_deref() == barcode {
            let message = format!("The barcode is already in use by location {}", location.id);
            return Err(refused("WHSB-016", &message));
        }
        // *Inferred*: two locations may have one place.
        if world.strict && location.warehouse == warehouse && location.groupings == groupings {
            let message = format!("This is the place of location {}", location.id);
            return Err(refused("WHSB-017", &message));
        }
    }
    Ok(())
}

/// Only a location that never held stock can be deleted, and not one that the warehouse needs.
fn delete_location(call: &mut Call<'_>) -> Answer {
    let warehouse = path_warehouse(call, 0)?;
    let named = call.captured.get(1).map_or("", String::as_str);
    let world = &*call.world;
    let location = call.id(1).and_then(|id| world.location(id)).filter(|own| own.warehouse == warehouse);
    let Some(location) = location else {
        let message = format!("Location {named} does not exist in warehouse {warehouse}");
        return Err(refused("WHSC-003", &message));
    };
    let own = world.warehouse(warehouse);
    let is_needed = [own.default_location, own.quarantine_location].contains(&location.id);
    let held_stock = world.changes.goods.movements.iter().any(|movement| movement.location == location.id);
    if is_needed || held_stock {
        return Err(refused("WHSB-018", &format!("Location {} is in use", location.id)));
    }
    call.world.delete_location(location.id);
    nothing()
}

fn post_zone(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let warehouse = path_warehouse(call, 0)?;
    let name = fields.text_up_to("name", 32)?.filter(|name| !name.trim().is_empty());
    let name = fields.required("name", name)?;
    let zones = &call.world.changes.goods.zones;
    let same = |zone: &Zone| zone.warehouse == warehouse && zone.name.to_lowercase() == name.to_lowercase();
    if zones.iter().filter_map(|(_, zone)| zone).any(same) {
        return Err(refused("WHSB-019", &format!("The zone name {name} is already in use")));
    }
    response(call.world.add_zone(warehouse, name))
}
