//! Notes on orders and their search (API notes §8.1.7, §4.5).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::{Call, invalid_order};
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::moment::{Moment, Period};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::changes::OrderNote;
use crate::world::reference::STAFF;

pub(super) const ROUTES: &[Route] = &[
    Route::write(Method::Post, "order-service/order/{id}/note", "post-order-note", post_note),
    Route::read(Method::Get, "order-service/order/{id}/note/{ids?}", "get-order-note", get_notes),
    Route::search("order-service/order-note-search", SEARCH),
    Route::meta_data("order-service/order-note-search/meta-data", SEARCH),
];

type OrderNoteColumn = Column<OrderNote>;

const SEARCH: &dyn Searchable = &NOTE_SEARCH;

const NOTE_SEARCH: Search<OrderNote> = Search {
    name: "order-service/order-note-search",
    columns: &[
        OrderNoteColumn::new("orderId", DataType::IdSet, |_, note| Cell::integer(note.order)),
        OrderNoteColumn::new("noteId", DataType::IdSet, |_, note| Cell::integer(note.id)).identifies(),
        OrderNoteColumn::new("contactId", DataType::IdSet, |_, note| Cell::integer(note.contact)),
        OrderNoteColumn::new("noteText", DataType::SearchString, |_, note| Cell::text(note.text.clone())),
        OrderNoteColumn::new("isPublic", DataType::Boolean, |_, note| Cell::Boolean(note.is_public)),
        OrderNoteColumn::new("dateAdded", DataType::Period, |_, note| Cell::Moment(note.added)),
        OrderNoteColumn::new("addedBy", DataType::IdSet, |_, note| Cell::integer(note.added_by)),
        OrderNoteColumn::new("orderStatusId", DataType::IdSet, |_, note| Cell::integer(note.status)),
    ],
    filters: &[],
    ids: |world| world.changes.notes.ids(),
    record: |world, id| world.changes.notes.get(id).cloned().unwrap_or_default(),
    references: &[],
    label: |_, _, _| None,
};

/// What a caller says of a note.
#[derive(Debug, Default)]
pub(super) struct NewOrderNote {
    text: String,
    is_public: bool,
    file: Option<u32>,
    added: Option<i64>,
    contact: Option<u32>,
}

/// The order that the path names, which must exist.
pub(super) fn existing_order(call: &Call<'_>) -> Result<u32, Refusal> {
    let named = call.captured.first().map_or("", String::as_str);
    call.id(0).filter(|id| call.world.orders.contains(*id)).ok_or_else(|| invalid_order(named))
}

/// Reads a note; `None` where there is none.
///
/// # Errors
/// 400 for members of a wrong type. The codes are *inferred*.
pub(super) fn read_note(note: Option<&Value>) -> Result<Option<NewOrderNote>, Refusal> {
    let refuse =
        |what: &str| Refusal::coded(400, "ORDC-030", &format!("You have supplied an invalid note: {what}"));
    let members = match note {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(members)) => members,
        Some(_) => return Err(refuse("an object is expected")),
    };
    let text = match members.get("text") {
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(_) | None => return Err(refuse("text is required")),
    };
    let is_public = match members.get("isPublic") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(is_public)) => *is_public,
        Some(_) => return Err(refuse("isPublic must be true or false")),
    };
    let id = |name: &str| match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(id) => {
            // Numbers may come as text (API notes §1.8).
            super::body::id(id).map(Some).ok_or_else(|| refuse(&format!("{name} must be an ID")))
        }
    };
    let (file, contact) = (id("fileId")?, id("contactId")?);
    let added = match members.get("addedOn") {
        None | Some(Value::Null) => None,
        Some(time) => {
            let time = time.as_str().and_then(Period::parse).and_then(|period| period.start());
            Some(time.ok_or_else(|| refuse("addedOn must be a date and time"))?)
        }
    };
    Ok(Some(NewOrderNote { text, is_public, file, added, contact }))
}

/// Adds a note to an order that exists.
pub(super) fn add(call: &mut Call<'_>, order: u32, note: NewOrderNote) -> u32 {
    let order_now = call.world.order(order);
    let note = OrderNote {
        id: 0,
        order,
        contact: note.contact.unwrap_or(order_now.contact),
        text: note.text,
        is_public: note.is_public,
        added: note.added.unwrap_or(call.now_ms),
        added_by: STAFF[0],
        status: order_now.status,
        file: note.file,
    };
    call.world.changes.add_note(note)
}

fn post_note(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let order = existing_order(call)?;
    let note = read_note(Some(&body))?.unwrap_or_default();
    call.world.changes.touch_order(order, None, call.now_ms);
    response(add(call, order, note))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderNoteShape {
    note_id: u32,
    contact_id: u32,
    text: String,
    is_public: bool,
    added_on: Moment,
    added_by: u32,
    order_status_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_id: Option<u32>,
}

/// *Inferred*: an order without notes has an empty list, as an unknown order has among orders.
fn get_notes(call: &mut Call<'_>) -> Answer {
    let order = existing_order(call)?;
    let ids = call.ids(1)?;
    let notes = call.world.changes.notes_of(order);
    let wanted = notes.filter(|note| ids.as_ref().is_none_or(|ids| ids.contains(note.id)));
    let shapes: Vec<_> = wanted
        .map(|note| OrderNoteShape {
            note_id: note.id,
            contact_id: note.contact,
            text: note.text.clone(),
            is_public: note.is_public,
            added_on: call.world.moment(note.added),
            added_by: note.added_by,
            order_status_id: note.status,
            file_id: note.file,
        })
        .collect();
    response(shapes)
}
