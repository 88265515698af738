//! Creating contacts (API notes §8.4.2).

use std::borrow::Cow;

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use crate::protocol::answer::{Answer, response};
use crate::world::contact::Relationship;
use crate::world::contact_record::{AddressIds, ContactRecord, Financial, Telephones};
use crate::world::nominal::nominal_code;
use crate::world::people::contact_status_name;
use crate::world::reference::{STAFF, TAX_CODES};

pub(super) const ROUTES: &[Route] =
    &[Route::write(Method::Post, "contact-service/contact", "post-contact", post_contact)];

/// *Inferred*: no recording has a refused contact.
pub(super) const INVALID: &str = "CONC-010";

fn post_contact(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let contact = read_contact(call, &mut fields);
    fields.finish()?;
    let addresses = contact.addresses;
    let id = call.world.add_contact(|id| {
        // Whoever joins no organisation is the first of their own.
        let organisation = match (contact.organisation, contact.company_name.is_empty()) {
            (0, false) => id,
            (joined, _) => joined,
        };
        ContactRecord { id, organisation, ..contact }
    });
    call.world.give_addresses(id, addresses);
    response(id)
}

fn read_contact(call: &Call<'_>, fields: &mut CheckedFields<'_>) -> ContactRecord {
    let joined = fields.id("/organisation/organisationId").filter(|id| *id != 0);
    let organisation = joined.and_then(|id| call.world.existing_contact(id));
    if let (Some(id), None) = (joined, &organisation) {
        fields.refuse(INVALID, format!("You have supplied an invalid organisation id: {id}"));
    }
    let named = fields.text("/organisation/name").unwrap_or_default();
    let relationship = read_relationship(fields);
    let status = fields.id("/contactStatus/current/contactStatusId").unwrap_or(0);
    if status != 0 && contact_status_name(status).is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid contact status id: {status}"));
    }
    let mut text = |pointer: &str| fields.text(pointer);
    let emails = ["PRI", "SEC", "TER"].map(|kind| text(&format!("/communication/emails/{kind}/email")));
    let telephones = Telephones {
        primary: text("/communication/telephones/PRI"),
        secondary: text("/communication/telephones/SEC"),
        mobile: text("/communication/telephones/MOB"),
        fax: text("/communication/telephones/FAX"),
    };
    let (skype, website) = (text("/communication/messagingVoips/SKP"), text("/communication/websites/PRI"));
    let account_reference = text("/assignment/current/accountReference");
    let trade_status = text("/tradeStatus").map_or(Cow::Borrowed("UNKNOWN"), Cow::Owned);
    ContactRecord {
        id: 0,
        relationship,
        is_primary: organisation.is_none(),
        salutation: fields.text_up_to("/salutation", 32).unwrap_or_default().into(),
        first_name: read_name(call, fields, "firstName").into(),
        last_name: read_name(call, fields, "lastName").into(),
        addresses: read_addresses(call, fields),
        emails,
        telephones,
        skype,
        website,
        status,
        status_history: Vec::new(),
        newsletter: fields.boolean("/marketingDetails/isReceiveEmailNewsletter").unwrap_or(false),
        financial: read_financial(call, fields, relationship),
        staff_owner: fields.id("/assignment/current/staffOwnerContactId").unwrap_or(0),
        lead_source: fields.id("/assignment/current/leadSourceId").unwrap_or(0),
        department: fields.id("/assignment/current/departmentId").unwrap_or(0),
        account_reference,
        organisation: organisation.as_ref().map_or(0, |contact| contact.organisation.max(contact.id)),
        company_name: organisation.map_or(named, |contact| contact.company_name),
        company_id: fields.id("/companyId").unwrap_or(0),
        trade_status,
        lead_time: None,
        created_by: STAFF[0],
        created: call.now_ms,
        updated: None,
        last_contacted: None,
        last_ordered: None,
        tags: Vec::new(),
        custom_fields: None,
    }
}

/// *Inferred*: that a contact needs names is what clients say, and no page.
fn read_name(call: &Call<'_>, fields: &mut CheckedFields<'_>, name: &str) -> String {
    let pointer = format!("/{name}");
    let text = fields.text_up_to(&pointer, 32);
    if call.world.strict && (!fields.has(&pointer) || text.as_deref() == Some("")) {
        fields.refuse(INVALID, format!("You must supply {name}"));
    }
    text.unwrap_or_default()
}

fn read_relationship(fields: &mut CheckedFields<'_>) -> Relationship {
    let mut is = |name: &str| fields.boolean(&format!("/relationshipToAccount/{name}")).unwrap_or(false);
    match (is("isSupplier"), is("isStaff")) {
        (true, true) => {
            fields.refuse(INVALID, "A contact cannot be both a supplier and staff");
            Relationship::Supplier
        }
        (true, false) => Relationship::Supplier,
        (false, true) => Relationship::Staff,
        (false, false) => Relationship::Customer,
    }
}

/// Addresses that exist and are nobody else's; those for bills and goods are the default one unless said
/// otherwise.
fn read_addresses(call: &Call<'_>, fields: &mut CheckedFields<'_>) -> AddressIds {
    if !fields.has("/postAddressIds/DEF") {
        fields.refuse(INVALID, "You must supply the id of a postal address in postAddressIds.DEF");
    }
    let mut read = |kind: &str| {
        let id = fields.id(&format!("/postAddressIds/{kind}"))?;
        let address = call.world.address(id);
        match address {
            None => fields.refuse(INVALID, format!("You have supplied an invalid postal address id: {id}")),
            Some(address) if address.contact.is_some() => {
                fields.refuse(INVALID, format!("Postal address {id} belongs to another contact"));
            }
            Some(_) => {}
        }
        Some(id)
    };
    let default = read("DEF").unwrap_or(0);
    let (billing, delivery) = (read("BIL").unwrap_or(default), read("DEL").unwrap_or(default));
    AddressIds { default, billing, delivery }
}

fn read_financial(call: &Call<'_>, fields: &mut CheckedFields<'_>, relationship: Relationship) -> Financial {
    let default_code = match relationship {
        Relationship::Customer => "4000",
        Relationship::Supplier => "5000",
        Relationship::Staff => "0",
    };
    let code = fields.text("/financialDetails/nominalCode").unwrap_or_else(|| default_code.to_owned());
    if code != "0" && nominal_code(&code).is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid nominal code: {code}"));
    }
    let currency = fields.id("/financialDetails/currencyId").filter(|id| *id != 0).unwrap_or(1);
    let index = call.world.currency_ids.iter().position(|known| *known == currency);
    if index.is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid currency id: {currency}"));
    }
    let price_list = fields.id("/financialDetails/priceListId").filter(|id| *id != 0);
    let price_list = price_list.unwrap_or_else(|| call.world.price_list_for(index.unwrap_or(0), 2));
    if !call.world.price_list_ids().contains(&price_list) {
        fields.refuse(INVALID, format!("You have supplied an invalid price list id: {price_list}"));
    }
    let tax_code = fields.id("/financialDetails/taxCodeId").filter(|id| *id != 0).unwrap_or(2);
    if TAX_CODES.iter().all(|known| known.id != tax_code) {
        fields.refuse(INVALID, format!("You have supplied an invalid tax code id: {tax_code}"));
    }
    Financial {
        price_list,
        nominal_code: code,
        tax_code,
        credit_limit: fields.decimal("/financialDetails/creditLimit").unwrap_or(Decimal::ZERO),
        credit_term_days: fields.id("/financialDetails/creditTermDays").unwrap_or(0),
        credit_term_type: fields.id("/financialDetails/creditTermTypeId").unwrap_or(1),
        currency: index.unwrap_or(0),
        discount: fields.decimal("/financialDetails/discountPercentage").unwrap_or(Decimal::ZERO),
        tax_number: fields.text("/financialDetails/taxNumber"),
    }
}
