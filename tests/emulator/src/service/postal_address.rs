//! Postal addresses (API notes §8.4.4).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::contact_change::existing_contact;
use super::fields::CheckedFields;
use super::party_fields::read_country;
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::world::address::Address;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "contact-service/postal-address/{ids?}", "get-postal-address", get_addresses),
    Route::write(Method::Post, "contact-service/postal-address", "post-postal-address", post_address),
    Route::write(Method::Put, "contact-service/postal-address/{id}", "put-postal-address", put_address),
    Route::write(
        Method::Put,
        "contact-service/contact/{id}/postal-address",
        "put-contact-postal-address",
        put_contact_addresses,
    ),
];

/// No recording has a refused address: the code is *inferred*.
const INVALID: &str = "CONC-001";

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
    let ids = call.many_ids(0)?;
    let shapes: Vec<_> = ids.iter().filter_map(|id| call.world.address(id)).map(AddressShape::from).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Postal Addresses Found"));
    }
    response(shapes)
}

fn post_address(call: &mut Call<'_>) -> Answer {
    let address = read_address(call, call.world.next_address_id(), None)?;
    let id = address.id;
    call.world.changes.add_address(address);
    response(id)
}

/// Replaces an address whole; it stays whose it was.
fn put_address(call: &mut Call<'_>) -> Answer {
    let old = call.id(0).and_then(|id| call.world.address(id));
    let old = old.ok_or_else(|| Refusal::not_found("No Postal Addresses Found"))?;
    let address = read_address(call, old.id, old.contact)?;
    call.world.changes.add_address(address);
    nothing()
}

fn read_address(call: &Call<'_>, id: u32, contact: Option<u32>) -> Result<Address, Refusal> {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let mut text = |name: &str| fields.text(name).unwrap_or_default();
    let address = Address {
        id,
        contact,
        street: text("/addressLine1"),
        suburb: text("/addressLine2"),
        city: text("/addressLine3"),
        state: text("/addressLine4"),
        postal_code: text("/postalCode"),
        country: None,
    };
    if address.street.is_empty() {
        fields.refuse(INVALID, "You must supply addressLine1");
    }
    let country = read_country(&mut fields, INVALID);
    fields.finish()?;
    Ok(Address { country, ..address })
}

/// Gives a contact addresses: all of them or none (API notes §8.4.4).
fn put_contact_addresses(call: &mut Call<'_>) -> Answer {
    let contact = existing_contact(call)?;
    let no_json = || Refusal::coded(400, "CMNC-010", "You must supply a JSON formatted body");
    let Ok(Value::Array(links)) = serde_json::from_slice(call.body) else { return Err(no_json()) };
    let mut problems = CheckedFields::new(&Value::Null, INVALID);
    let (mut ids, mut given) = (contact.addresses, Vec::new());
    for link in &links {
        let mut fields = CheckedFields::new(link, INVALID);
        let id = fields.id("/postalAddressId").unwrap_or(0);
        match call.world.address(id) {
            None => fields.refuse(INVALID, format!("You have supplied an invalid postal address id: {id}")),
            Some(address) if address.contact.is_some_and(|owner| owner != contact.id) => {
                fields.refuse(INVALID, format!("Postal address {id} belongs to another contact"));
            }
            Some(address) => given.push(address),
        }
        match fields.text("/type").as_deref() {
            None => {}
            Some("DEL") => ids.delivery = id,
            Some("DEF" | "BIL") if !contact.is_primary => {
                fields.refuse(INVALID, "A secondary contact has no DEF or BIL address of its own");
            }
            Some("DEF") => ids.default = id,
            Some("BIL") => ids.billing = id,
            Some(other) => fields.refuse(INVALID, format!("You have supplied an invalid type: {other}")),
        }
        problems.take_problems(fields);
    }
    problems.finish()?;
    for address in given {
        call.world.changes.add_address(Address { contact: Some(contact.id), ..address });
    }
    call.world.edit_contact(contact.id, call.now_ms, |record| record.addresses = ids);
    nothing()
}
