//! Warehouses, and how products stand in them (API notes §8.3.6).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::Value;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::{UNREADABLE, existing_location, path_warehouse, refused};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::stock::Batch;
use crate::world::storage::{
    Location, OperatingHours, OperatingPeriod, Stocking, WAREHOUSE_TYPES, Warehouse, warehouse_type,
};

const SEARCH: &dyn Searchable = &WAREHOUSE_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "warehouse-service/warehouse/{ids?}", "get-warehouse", get_warehouses),
    Route::write(Method::Post, "warehouse-service/warehouse", "post-warehouse", post_warehouse),
    Route::write(Method::Put, "warehouse-service/warehouse", "put-warehouse", put_warehouses),
    Route::write(Method::Delete, "warehouse-service/warehouse/{id}", "delete-warehouse", delete_warehouse),
    Route::search("warehouse-service/warehouse-search", SEARCH),
    Route::meta_data("warehouse-service/warehouse-search/meta-data", SEARCH),
    Route::read(
        Method::Get,
        "warehouse-service/warehouse/{id}/product/{ids?}",
        "get-warehouse-defaults",
        get_defaults,
    ),
    Route::write(
        Method::Put,
        "warehouse-service/warehouse/{id}/product/{id}",
        "put-warehouse-defaults",
        put_defaults,
    ),
];

type WarehouseColumn = Column<Warehouse>;

const WAREHOUSE_SEARCH: Search<Warehouse> = Search {
    name: "warehouse-service/warehouse-search",
    columns: &[
        WarehouseColumn::new("id", DataType::IdSet, |_, warehouse| Cell::integer(warehouse.id)),
        WarehouseColumn::new("name", DataType::SearchString, |_, warehouse| {
            Cell::text(warehouse.name.clone())
        }),
        WarehouseColumn::new("typeDescription", DataType::String, |_, warehouse| {
            Cell::text(WAREHOUSE_TYPES[warehouse.kind].1)
        }),
        WarehouseColumn::new("addressId", DataType::IdSet, |_, warehouse| {
            Cell::integer(warehouse.address_id)
        }),
    ],
    filters: &[],
    ids: World::warehouse_ids,
    record: World::warehouse,
    references: &[],
    label: |_, _, _| None,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WarehouseShape {
    name: String,
    id: u32,
    type_code: &'static str,
    type_description: &'static str,
    address: AddressReference,
    click_and_collect_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    weekly_operating_periods: Option<OperatingHours>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collection_sla: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AddressReference {
    address_id: u32,
}

fn get_warehouses(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let all = call.world.warehouse_ids().iter().copied();
    let wanted = all.filter(|id| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted.map(|id| WarehouseShape::from(call.world.warehouse(id))).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Warehouses Found"));
    }
    response(shapes)
}

impl From<Warehouse> for WarehouseShape {
    fn from(warehouse: Warehouse) -> Self {
        let (type_code, type_description) = WAREHOUSE_TYPES[warehouse.kind];
        Self {
            name: warehouse.name,
            id: warehouse.id,
            type_code,
            type_description,
            address: AddressReference { address_id: warehouse.address_id },
            click_and_collect_enabled: warehouse.click_and_collect,
            weekly_operating_periods: warehouse.hours,
            collection_sla: warehouse.collection_sla,
        }
    }
}

/// A new warehouse comes with a default location and one for quarantine.
fn post_warehouse(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let world = &mut *call.world;
    let name = fields.required("name", fields.text("name")?.filter(|name| !name.trim().is_empty()))?;
    refuse_used_name(world, &name, None)?;
    let address_id =
        fields.object("address")?.map(|address| address.count("addressId")).transpose()?.flatten();
    let address_id = existing_address(world, address_id.unwrap_or(0))?;
    let code = fields.text("type")?.unwrap_or_else(|| "warehouse".to_owned());
    let kind = warehouse_type(&code).ok_or_else(|| fields.refuse("type", "a type of warehouse"))?;
    let logistics = fields.text("logisticsName")?.filter(|name| !name.is_empty());
    if (code == "3pl") != logistics.is_some() {
        return Err(fields.refuse("logisticsName", "a name for the type 3pl, and for no other,"));
    }
    let groupings = match fields.object("defaultLocation")? {
        Some(groupings) => super::location::read_groupings(&groupings)?,
        None => vec!["0".to_owned(); 4],
    };
    let id = world.next_warehouse();
    let place = |groupings| Location { id: 0, warehouse: id, zone: None, barcode: None, groupings };
    let default_location = world.add_location(place(groupings));
    let quarantine_location = world.add_location(place(vec!["QUARANTINE".to_owned()]));
    world.put_warehouse(Warehouse {
        id,
        name,
        kind,
        address_id,
        click_and_collect: false,
        hours: None,
        collection_sla: None,
        default_location,
        quarantine_location,
    });
    response(id)
}

fn refuse_used_name(world: &World, name: &str, own: Option<u32>) -> Result<(), Refusal> {
    let mut others = world.warehouse_ids().iter().copied().filter(|id| Some(*id) != own);
    match others.find(|id| world.warehouse(*id).name.eq_ignore_ascii_case(name)) {
        None => Ok(()),
        Some(other) => {
            let message = format!("The warehouse name {name} is already in use by warehouse with ID {other}");
            Err(refused("WHSB-038", &message))
        }
    }
}

fn existing_address(world: &World, id: u32) -> Result<u32, Refusal> {
    if id == 0 {
        let message = "An address ID is needed for each warehouse and must be greater than 0";
        return Err(refused("WHSC-070", message));
    }
    let found = world.address(id).is_some();
    found.then_some(id).ok_or_else(|| refused("WHSC-012", &format!("Address {id} does not exist")))
}

/// Changes several warehouses, all or none. Click and collect ends where it is not sent.
fn put_warehouses(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let world = &mut *call.world;
    let changed: Vec<Warehouse> = Fields::new(&body, UNREADABLE)
        .some_objects("warehouses")?
        .iter()
        .map(|fields| changed(world, fields))
        .collect::<Result<_, _>>()?;
    for (index, warehouse) in changed.iter().enumerate() {
        let same_name = |other: &Warehouse| other.name.eq_ignore_ascii_case(&warehouse.name);
        if let Some(other) = changed[..index].iter().find(|other| same_name(other)) {
            return Err(refused("WHSB-038", &format!("Two warehouses cannot both be named {}", other.name)));
        }
    }
    for warehouse in changed {
        world.put_warehouse(warehouse);
    }
    nothing()
}

fn changed(world: &World, fields: &Fields<'_>) -> Result<Warehouse, Refusal> {
    let id = fields.required("id", fields.id("id")?)?;
    let mut warehouse = world.warehouse(super::existing_warehouse(world, id)?);
    if let Some(name) = fields.text("name")? {
        refuse_used_name(world, &name, Some(id))?;
        warehouse.name = name;
    }
    if let Some(address) = fields.object("address")? {
        warehouse.address_id = existing_address(world, address.count("addressId")?.unwrap_or(0))?;
    }
    if let Some(code) = fields.text("typeCode")? {
        let kind = warehouse_type(&code);
        warehouse.kind = kind.ok_or_else(|| fields.refuse("typeCode", "a type of warehouse"))?;
    }
    warehouse.click_and_collect = fields.flag("clickAndCollectEnabled")?.unwrap_or(false);
    let hours = fields.object("weeklyOperatingPeriods")?.map(|hours| read_hours(&hours)).transpose()?;
    if warehouse.click_and_collect {
        warehouse.hours = hours.or(warehouse.hours);
        warehouse.collection_sla = fields.value("collectionSla").cloned().or(warehouse.collection_sla);
    } else {
        warehouse.hours = None;
        warehouse.collection_sla = None;
    }
    Ok(warehouse)
}

fn read_hours(fields: &Fields<'_>) -> Result<OperatingHours, Refusal> {
    let time_zone = fields.required("timeZone", fields.text("timeZone")?)?;
    let period = |fields: &Fields<'_>| {
        let day_of_week = fields.required("dayOfWeek", fields.count("dayOfWeek")?)?;
        if !(1..=7).contains(&day_of_week) {
            return Err(fields.refuse("dayOfWeek", "a number from 1 to 7"));
        }
        let time = |name: &str| {
            let text = fields.required(name, fields.text(name)?)?;
            let is_time = text.parse::<jiff::civil::Time>().is_ok() && text.len() == "00:00:00".len();
            is_time.then_some(text).ok_or_else(|| fields.refuse(name, "a time such as 09:00:00"))
        };
        let (opening_hours, closing_hours) = (time("openingHours")?, time("closingHours")?);
        Ok(OperatingPeriod { day_of_week, opening_hours, closing_hours })
    };
    let periods = fields.objects("periods")?.iter().map(period).collect::<Result<_, _>>()?;
    Ok(OperatingHours { time_zone, periods })
}

/// *Inferred*: only a warehouse that holds nothing, and not the first, can be deleted. Finding that out
/// looks at all products.
fn delete_warehouse(call: &mut Call<'_>) -> Answer {
    let id = path_warehouse(call, 0)?;
    let world = &mut *call.world;
    let holds = |product: &u32| world.batches(*product).iter().any(|batch: &Batch| batch.warehouse == id);
    if id == crate::world::reference::FIRST_WAREHOUSE || world.products.as_slice().iter().any(holds) {
        return Err(refused("WHSB-015", &format!("Warehouse {id} is in use")));
    }
    world.delete_warehouse(id);
    nothing()
}

/// The product at a placeholder of the path.
fn path_product(call: &Call<'_>, placeholder: usize) -> Result<u32, Refusal> {
    let named = call.captured.get(placeholder).map_or("", String::as_str);
    let id = call.id(placeholder).filter(|id| call.world.products.contains(*id));
    id.ok_or_else(|| refused("WHSC-004", &format!("Product {named} does not exist")))
}

/// How a product stands in a warehouse, with its id.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DefaultsShape {
    product_id: u32,
    #[serde(flatten)]
    stocking: Stocking,
}

/// An array, also for one product. Products without any default are left out, as in the page's example; *inferred*:
/// when nothing is left, the array is empty.
fn get_defaults(call: &mut Call<'_>) -> Answer {
    let warehouse = path_warehouse(call, 0)?;
    let products = call.required_ids(1)?.pick(call.world.products.as_slice());
    let stocking =
        |product| DefaultsShape { product_id: product, stocking: call.world.stocking(product, warehouse) };
    let shapes: Vec<_> = products.into_iter().map(stocking).collect();
    response(shapes.into_iter().filter(|shape| shape.stocking != Stocking::default()).collect::<Vec<_>>())
}

/// Members that are not sent keep their value. *Inferred*.
fn put_defaults(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let (warehouse, product) = (path_warehouse(call, 0)?, path_product(call, 1)?);
    let world = &mut *call.world;
    let stocking = read_stocking(world, warehouse, &fields, world.stocking(product, warehouse))?;
    world.put_stocking(product, warehouse, stocking);
    world.changes.publish("product", "modified", product);
    nothing()
}

/// What a body changes of how a product stands in a warehouse.
pub(in crate::service) fn read_stocking(
    world: &World,
    warehouse: u32,
    fields: &Fields<'_>,
    before: Stocking,
) -> Result<Stocking, Refusal> {
    let location = |name: &str, before: u32| match fields.count(name)? {
        None => Ok(before),
        Some(0) => Ok(0),
        Some(id) => existing_location(world, warehouse, id),
    };
    Ok(Stocking {
        default_location_id: location("defaultLocationId", before.default_location_id)?,
        overflow_location_id: location("overflowLocationId", before.overflow_location_id)?,
        reorder_level: fields.count("reorderLevel")?.unwrap_or(before.reorder_level),
        reorder_quantity: fields.count("reorderQuantity")?.unwrap_or(before.reorder_quantity),
    })
}
