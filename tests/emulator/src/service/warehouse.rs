//! Warehouses (API notes §8.3.6).

use brightpearl_core::Method;
use serde::Serialize;

use super::Route;
use super::call::Call;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::world::World;

pub(super) const ROUTES: &[Route] =
    &[Route::read(Method::Get, "warehouse-service/warehouse/{ids?}", "get-warehouse", get_warehouses)];

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
    weekly_operating_periods: Option<OperatingPeriods>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AddressReference {
    address_id: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OperatingPeriods {
    time_zone: &'static str,
    periods: Vec<OperatingPeriod>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OperatingPeriod {
    day_of_week: u32,
    opening_hours: &'static str,
    closing_hours: &'static str,
}

fn get_warehouses(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let wanted = call.world.warehouse_ids().filter(|id| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted.map(|id| WarehouseShape::new(call.world, id)).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Warehouses Found"));
    }
    response(shapes)
}

impl WarehouseShape {
    fn new(world: &World, id: u32) -> Self {
        let warehouse = world.warehouse(id);
        Self {
            name: warehouse.name,
            id,
            type_code: warehouse.type_code,
            type_description: warehouse.type_description,
            address: AddressReference { address_id: warehouse.address_id },
            click_and_collect_enabled: warehouse.click_and_collect,
            weekly_operating_periods: warehouse.click_and_collect.then(OperatingPeriods::of_a_shop),
        }
    }
}

impl OperatingPeriods {
    /// Open all week but on the third day, which a closed day's hours say.
    fn of_a_shop() -> Self {
        let period = |day_of_week| {
            let (opening_hours, closing_hours) =
                if day_of_week == 3 { ("00:00:00", "00:00:00") } else { ("09:00:00", "17:30:00") };
            OperatingPeriod { day_of_week, opening_hours, closing_hours }
        };
        Self { time_zone: "Europe/London", periods: (1..=7).map(period).collect() }
    }
}
