//! Postal addresses (API notes §8.4.4).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Route;
use super::call::Call;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::world::address::Address;
use crate::world::places::{Country, country_by};

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "contact-service/postal-address/{ids?}", "get-postal-address", get_addresses),
    Route::write(Method::Post, "contact-service/postal-address", "post-postal-address", post_address),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AddressShape {
    address_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<u32>,
    address_line1: String,
    address_line2: String,
    address_line3: String,
    address_line4: String,
    postal_code: String,
    /// Three letters here, two in an order's parties.
    #[serde(skip_serializing_if = "Option::is_none")]
    country_iso_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "countryIsoCode2")]
    country_iso_code2: Option<&'static str>,
    country_id: u32,
}

impl From<Address> for AddressShape {
    fn from(address: Address) -> Self {
        Self {
            address_id: address.id,
            contact_id: address.contact,
            address_line1: address.street,
            address_line2: address.suburb,
            address_line3: address.city,
            address_line4: address.state,
            postal_code: address.postal_code,
            country_iso_code: address.country.map(|country| country.iso3),
            country_iso_code2: address.country.map(|country| country.iso2),
            country_id: address.country.map_or(0, |country| country.id),
        }
    }
}

fn get_addresses(call: &mut Call<'_>) -> Answer {
    let ids = call.required_ids(0)?;
    let shapes: Vec<_> = ids.iter().filter_map(|id| call.world.address(id)).map(AddressShape::from).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Postal Addresses Found"));
    }
    response(shapes)
}

fn post_address(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let street = text(&body, "addressLine1")?;
    if street.is_empty() {
        return Err(refused("You must supply addressLine1"));
    }
    let address = Address {
        id: call.world.next_address_id(),
        contact: None,
        street,
        suburb: text(&body, "addressLine2")?,
        city: text(&body, "addressLine3")?,
        state: text(&body, "addressLine4")?,
        postal_code: text(&body, "postalCode")?,
        country: country(&body)?,
    };
    let id = address.id;
    call.world.changes.add_address(address);
    response(id)
}

fn text(body: &Map<String, Value>, member: &str) -> Result<String, Refusal> {
    match body.get(member) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(refused(&format!("{member} must be text"))),
    }
}

fn country(body: &Map<String, Value>) -> Result<Option<&'static Country>, Refusal> {
    let unknown = || refused("You have supplied an invalid country");
    if let Some(code) = body.get("countryIsoCode").and_then(Value::as_str) {
        // Input takes two letters as well (API notes §1.8).
        return country_by(|country| country.iso3 == code || country.iso2 == code)
            .map(Some)
            .ok_or_else(unknown);
    }
    match body.get("countryId") {
        None | Some(Value::Null) => Ok(None),
        Some(id) => {
            let id = id.as_u64().ok_or_else(unknown)?;
            country_by(|country| u64::from(country.id) == id).map(Some).ok_or_else(unknown)
        }
    }
}

/// No recording has a refused address: the code is *inferred*.
fn refused(message: &str) -> Refusal {
    Refusal::coded(400, "CONC-001", message)
}
