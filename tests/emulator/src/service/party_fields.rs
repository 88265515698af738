//! Addresses in the bodies of orders (API notes §8.1.2, §8.1.4).

use serde_json::Value;

use super::fields::CheckedFields;
use super::order_terms::INVALID;
use crate::world::address::Address;
use crate::world::parties::Party;
use crate::world::places::{Country, country_by};

/// Puts the address of a body in the place of a party's own, if the body has one. What the address leaves
/// out is empty, and not as it was: half of one address and half of another would lead nowhere.
pub(super) fn replace_address(fields: &mut CheckedFields<'_>, pointer: &str, party: &mut Party) {
    let Some(address) = fields.member(pointer) else { return };
    let Value::Object(members) = address else {
        fields.refuse(INVALID, format!("{} must be an address", pointer.trim_start_matches('/')));
        return;
    };
    if members.keys().all(|name| name == "contactId") {
        return;
    }
    let mut part = CheckedFields::new(address, INVALID);
    let mut text = |name: &str| part.text(name).unwrap_or_default();
    party.full_name = text("/addressFullName");
    party.company = text("/companyName");
    party.telephone = text("/telephone");
    party.mobile = text("/mobileTelephone");
    party.fax = text("/fax");
    party.email = text("/email");
    let read = Address {
        id: 0,
        contact: None,
        street: text("/addressLine1"),
        suburb: text("/addressLine2"),
        city: text("/addressLine3"),
        state: text("/addressLine4"),
        postal_code: text("/postalCode"),
        country: None,
    };
    let country = read_country(&mut part, INVALID);
    party.address = Some(Address { country, ..read });
    fields.take_problems(part);
}

/// A country by its code of two or three letters in either case, or by its id; 0 means none.
pub(super) fn read_country(fields: &mut CheckedFields<'_>, code: &'static str) -> Option<&'static Country> {
    let id = fields.id("/countryId").filter(|id| *id != 0);
    let country = if let Some(iso) = fields.text("/countryIsoCode").filter(|iso| !iso.is_empty()) {
        country_by(|country| [country.iso3, country.iso2].iter().any(|code| code.eq_ignore_ascii_case(&iso)))
    } else {
        let id = id?;
        country_by(|country| country.id == id)
    };
    if country.is_none() {
        fields.refuse(code, "You have supplied an invalid country");
    }
    country
}
