//! Changing contacts: patches, statuses, notes, custom fields, and forgetting them (API notes §8.4.3, §8.4).

use brightpearl_core::Method;
use serde_json::Value;
use uuid::Builder;

use super::Route;
use super::call::Call;
use super::contact_create::INVALID;
use super::contact_shape::{ContactSections, ContactShape};
use super::custom_field;
use super::fields::CheckedFields;
use super::json_patch::{self, Operation, Verb};
use super::per_resource::Outcomes;
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::moment::forgotten_stamp;
use crate::world::contact::Relationship;
use crate::world::contact_record::{ContactRecord, PastStatus, Telephones};
use crate::world::custom_fields::{CONTACT_FIELDS, Values};
use crate::world::people::{ContactNote, contact_status_name};
use crate::world::random::{Draw, Topic};
use crate::world::reference::STAFF;

pub(super) const ROUTES: &[Route] = &[
    Route::write(Method::Patch, "contact-service/contact/{id}", "patch-contact", patch_contact),
    Route::write(Method::Put, "contact-service/contact/{ids}/status", "put-contact-status", put_status),
    Route::write(Method::Post, "contact-service/contact/{id}/note", "post-contact-note", post_note),
    Route::write(Method::Post, "contact-service/contact/{id}/forget", "post-contact-forget", forget),
    Route::read(
        Method::Get,
        "contact-service/contact/{id}/custom-field",
        "get-custom-fields",
        get_custom_fields,
    ),
    Route::write(
        Method::Patch,
        "contact-service/contact/{id}/custom-field",
        "patch-custom-fields",
        patch_custom_fields,
    ),
    Route::read(
        Method::Get,
        "contact-service/customer/custom-field-meta-data/{ids?}",
        "get-custom-fields-metadata",
        |call| custom_field::meta_data(call, &CONTACT_FIELDS),
    ),
    Route::read(
        Method::Get,
        "contact-service/supplier/custom-field-meta-data/{ids?}",
        "get-custom-fields-metadata",
        |call| custom_field::meta_data(call, &CONTACT_FIELDS),
    ),
];

/// The contact that the path names, which must exist.
pub(super) fn existing_contact(call: &Call<'_>) -> Result<ContactRecord, Refusal> {
    let contact = call.id(0).and_then(|id| call.world.existing_contact(id));
    contact.ok_or_else(|| Refusal::not_found("No Contact Found"))
}

/// The answer is the contact itself, without an array around it, as recorded.
fn patch_contact(call: &mut Call<'_>) -> Answer {
    let mut contact = existing_contact(call)?;
    for operation in json_patch::read(call.body)? {
        apply(call, &operation, &mut contact)?;
    }
    let id = contact.id;
    call.world.edit_contact(id, call.now_ms, |record| *record = contact);
    let sections = ContactSections::asked_for(call);
    response(ContactShape::new(call.world, call.world.contact(id), sections))
}

fn apply(call: &Call<'_>, operation: &Operation, contact: &mut ContactRecord) -> Result<(), Refusal> {
    let path = operation.path.as_str();
    if let Some(current) = optional_text(contact, path).map(|text| text.clone()) {
        let moved = optional_text(contact, &operation.from).map(|text| text.clone());
        let written = changed_text(operation, current, moved)?;
        if operation.verb == Verb::Move
            && let Some(from) = optional_text(contact, &operation.from)
        {
            *from = None;
        }
        if let Some(place) = optional_text(contact, path) {
            *place = written;
        }
        return Ok(());
    }
    match (path, operation.verb) {
        ("/salutation", Verb::Remove) => contact.salutation = "".into(),
        ("/salutation" | "/firstName" | "/lastName", Verb::Test | Verb::Add | Verb::Replace) => {
            let name = match path {
                "/salutation" => &mut contact.salutation,
                "/firstName" => &mut contact.first_name,
                _ => &mut contact.last_name,
            };
            if operation.verb == Verb::Test {
                return tested(operation, operation.value == *name.as_ref());
            }
            let text = operation.text().filter(|text| text.chars().count() <= 32);
            let text = text.filter(|text| !text.is_empty() || path == "/salutation");
            *name = text.ok_or_else(|| invalid(operation))?.into();
        }
        ("/marketingDetails/isReceiveEmailNewsletter", Verb::Test) => {
            return tested(operation, operation.value == contact.newsletter);
        }
        ("/marketingDetails/isReceiveEmailNewsletter", Verb::Replace) => {
            contact.newsletter = operation.value.as_bool().ok_or_else(|| invalid(operation))?;
        }
        ("/leadTime", Verb::Replace) => {
            let days = operation.text().and_then(|text| text.parse().ok());
            contact.lead_time = Some(days.ok_or_else(|| invalid(operation))?);
        }
        ("/companyId", Verb::Replace) => {
            let id = operation.id().filter(|id| *id == 0 || call.world.company(*id).is_some());
            contact.company_id = id.ok_or_else(|| invalid(operation))?;
        }
        _ => return Err(operation.refusal()),
    }
    Ok(())
}

/// The place of a telephone number or an e-mail address, which may be empty.
fn optional_text<'a>(contact: &'a mut ContactRecord, path: &str) -> Option<&'a mut Option<String>> {
    let Telephones { primary, secondary, mobile, fax } = &mut contact.telephones;
    let [first, second, third] = &mut contact.emails;
    match path {
        "/communication/telephones/PRI" => Some(primary),
        "/communication/telephones/SEC" => Some(secondary),
        "/communication/telephones/MOB" => Some(mobile),
        "/communication/telephones/FAX" => Some(fax),
        "/communication/emails/PRI/email" => Some(first),
        "/communication/emails/SEC/email" => Some(second),
        "/communication/emails/TER/email" => Some(third),
        _ => None,
    }
}

/// The bytes of a telephone number or an e-mail address. *Inferred*: the real limit is not known.
const LONGEST_TEXT: usize = 1_000;

/// What an operation makes of an optional text. `moved` is what stands where `move` and `copy` take from.
fn changed_text(
    operation: &Operation,
    current: Option<String>,
    moved: Option<Option<String>>,
) -> Result<Option<String>, Refusal> {
    let text = || operation.text().filter(|text| text.len() <= LONGEST_TEXT);
    match operation.verb {
        Verb::Add => text().map(Some).ok_or_else(|| invalid(operation)),
        // RFC 6902 has nothing replaced or removed that is not there.
        Verb::Replace | Verb::Remove if current.is_none() => Err(invalid(operation)),
        Verb::Replace => text().map(Some).ok_or_else(|| invalid(operation)),
        Verb::Remove => Ok(None),
        Verb::Test => tested(operation, operation.text() == current).map(|()| current),
        Verb::Move | Verb::Copy => moved.flatten().map(Some).ok_or_else(|| invalid(operation)),
    }
}

/// *Inferred*: the status and the code of a test that fails.
fn tested(operation: &Operation, is_equal: bool) -> Result<(), Refusal> {
    if is_equal {
        return Ok(());
    }
    Err(Refusal::coded(400, INVALID, &format!("The test of path ({}) failed", operation.path)))
}

fn invalid(operation: &Operation) -> Refusal {
    let text = format!("You have supplied an invalid value for path ({})", operation.path);
    Refusal::coded(400, INVALID, &text)
}

/// Gives several contacts a status. What each had before goes into its history.
fn put_status(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let ids = call.many_ids(0)?;
    let mut fields = CheckedFields::new(&body, INVALID);
    let status = fields.id("/contactStatusId").filter(|id| contact_status_name(*id).is_some());
    if status.is_none() {
        fields.refuse(INVALID, "You have supplied an invalid contact status id");
    }
    fields.finish()?;
    let status = status.unwrap_or(0);
    let now = call.now_ms;
    let mut outcomes = Outcomes::default();
    for id in ids.iter() {
        if !call.world.has_contact(id) {
            outcomes.refused(id, 404, "CMNC-404", format!("Cannot find contact: {id}"));
            continue;
        }
        call.world.edit_contact(id, now, |contact| {
            if contact.status != 0 {
                let past = PastStatus { status: contact.status, occurred: now, staff: STAFF[0] };
                contact.status_history.push(past);
            }
            contact.status = status;
        });
        outcomes.done(id);
    }
    outcomes.answer()
}

fn post_note(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let contact = existing_contact(call)?.id;
    let mut fields = CheckedFields::new(&body, INVALID);
    let text = fields.text("/text").unwrap_or_default();
    if text.is_empty() {
        fields.refuse(INVALID, "You must supply text");
    }
    let is_public = fields.boolean("/isPublic").unwrap_or(false);
    let added = fields.moment("/addedOn").unwrap_or(call.now_ms);
    fields.finish()?;
    call.world.edit_contact(contact, call.now_ms, |record| record.last_contacted = Some(added));
    response(call.world.changes.people.notes.add(|_| ContactNote { contact, text, is_public, added }))
}

/// Takes the person out of a contact, for good. Primary contacts of an organisation and those who are no
/// customers are refused, as documented; a private person is the primary contact of nobody else.
fn forget(call: &mut Call<'_>) -> Answer {
    let body = match call.body {
        [] => Value::Null,
        _ => Value::Object(call.body_object()?),
    };
    let contact = existing_contact(call)?;
    let mut fields = CheckedFields::new(&body, INVALID);
    let mut asked = |name: &str| fields.boolean(&format!("/{name}")).unwrap_or(false);
    let (notes, custom_fields, keep_town) =
        (asked("notes"), asked("customFields"), asked("keepCityAndState"));
    asked("ticketsAndActivities");
    if contact.relationship != Relationship::Customer || (contact.is_primary && contact.organisation != 0) {
        fields.refuse(INVALID, format!("Contact {} cannot be forgotten", contact.id));
    }
    fields.finish()?;
    let seed = call.world.seed;
    let stamp = forgotten_stamp(call.now_ms);
    call.world.edit_contact(contact.id, call.now_ms, |record| {
        record.salutation = "".into();
        record.first_name = "FORGOTTEN".into();
        record.last_name = format!("CONTACT {stamp}").into();
        for (place, kind) in ["pri", "sec", "ter"].into_iter().enumerate() {
            let bytes = Draw::new(seed, Topic::Forgotten, u64::from(record.id) * 3 + place as u64).bytes();
            let uuid = Builder::from_random_bytes(bytes).into_uuid();
            record.emails[place] =
                record.emails[place].take().map(|_| format!("{kind}-{uuid}@forgotten-email.com"));
        }
        record.telephones = Telephones::default();
        record.skype = None;
        record.website = None;
        if custom_fields {
            record.custom_fields = Some(Values::none(&CONTACT_FIELDS));
        }
    });
    call.world.forget_addresses(contact.addresses, keep_town);
    if notes {
        call.world.changes.people.forget_notes(contact.id);
    }
    nothing()
}

fn get_custom_fields(call: &mut Call<'_>) -> Answer {
    let id = existing_contact(call)?.id;
    response(custom_field::shape(&CONTACT_FIELDS, call.world.contact_fields(id)))
}

fn patch_custom_fields(call: &mut Call<'_>) -> Answer {
    let id = existing_contact(call)?.id;
    let values = custom_field::patched(&CONTACT_FIELDS, call.world.contact_fields(id), call.body)?;
    let written = values.clone();
    call.world.edit_contact(id, call.now_ms, |record| record.custom_fields = Some(written));
    response(custom_field::shape(&CONTACT_FIELDS, values))
}
