//! Creating and changing orders of any type (API notes §8.1.2, §8.1.3, §8.1.7).

use brightpearl_core::Method;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::custom_field;
use super::fields::{CheckedFields, moment};
use super::json_patch::{self, Operation, Verb};
use super::order_lists::read_order_type;
use super::order_notes::{self, existing_order};
use super::order_shape::{OrderSections, OrderShape};
use super::order_terms::{INVALID, ORDER, read_contact, read_order};
use super::party_fields::replace_address;
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::world::contact::Relationship;
use crate::world::custom_fields::ORDER_FIELDS;
use crate::world::order::{Naming, Order, Progress};
use crate::world::parties::Parties;
use crate::world::reference::CANCELLED_STATUS;

pub(super) const ROUTES: &[Route] = &[
    Route::write(Method::Post, "order-service/order", "post-order", post_order),
    Route::write(Method::Patch, "order-service/order/{id}", "patch-order", patch_order),
    Route::write(Method::Put, "order-service/order/{id}/status", "put-order-status", put_status),
    Route::write(
        Method::Put,
        "order-service/order/{id}/acknowledgement",
        "put-order-acknowledgement",
        put_acknowledgement,
    ),
    Route::read(Method::Get, "order-service/order/{id}/custom-field", "get-custom-fields", get_custom_fields),
    Route::write(
        Method::Patch,
        "order-service/order/{id}/custom-field",
        "patch-custom-fields",
        patch_custom_fields,
    ),
    Route::read(
        Method::Get,
        "order-service/sale/custom-field-meta-data/{ids?}",
        "get-custom-fields-metadata",
        |call| custom_field::meta_data(call, &ORDER_FIELDS),
    ),
    Route::read(
        Method::Get,
        "order-service/purchase/custom-field-meta-data/{ids?}",
        "get-custom-fields-metadata",
        |call| custom_field::meta_data(call, &ORDER_FIELDS),
    ),
];

/// Creates an order without rows. Nothing else is looked at while the type is not known, as recorded.
fn post_order(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let order_type = read_order_type(&mut fields);
    let Some(order_type) = order_type else {
        fields.finish()?;
        return nothing();
    };
    let pointer =
        if order_type.is_sale() { "/parties/customer/contactId" } else { "/parties/supplier/contactId" };
    let Some(contact) = read_contact(call.world, &mut fields, order_type, &[pointer]) else {
        fields.finish()?;
        return nothing();
    };
    let order = read_order(call, &mut fields, &ORDER, order_type, &contact);
    let mut parties = call.world.present_parties(&order);
    replace_address(&mut fields, "/parties/delivery", &mut parties.delivery);
    if let Some(id) = fields.id("/parties/billing/contactId").filter(|id| *id != contact.id) {
        read_billing(call, &mut fields, id, &mut parties);
    }
    fields.finish()?;
    let id = call.world.add_order(|id| Order { id, ..order }, call.now_ms);
    call.world.details_mut(id).parties = Some(parties);
    response(id)
}

/// The billing party, when it is another contact.
pub(super) fn read_billing(call: &Call<'_>, fields: &mut CheckedFields<'_>, id: u32, parties: &mut Parties) {
    match call.world.existing_contact(id) {
        Some(contact) => parties.billing = call.world.party(&contact),
        None => fields.refuse(INVALID, format!("You have supplied an invalid billing contact id: {id}")),
    }
}

/// Changes what may be changed. The answer is as recorded: the version and the time of the change show up
/// only when the order is read again.
fn patch_order(call: &mut Call<'_>) -> Answer {
    let id = existing_order(call)?;
    let operations = json_patch::read(call.body)?;
    let before = call.world.order(id);
    let mut order = before.clone();
    let mut parties = None;
    for operation in &operations {
        apply(call, operation, &mut order, &mut parties)?;
    }
    let (version, updated) = (before.version, before.updated);
    if let Some(parties) = parties {
        call.world.details_mut(id).parties = Some(parties);
    }
    call.world.edit_order(id, call.now_ms, |written| {
        written.naming = order.naming;
        written.warehouse = order.warehouse;
        written.shipping_method = order.shipping_method;
        written.delivery_date = order.delivery_date;
        written.contact = order.contact;
    });
    let shown = Order { version, updated, ..call.world.order(id) };
    response(OrderShape::new(call.world, &shown, OrderSections::default()))
}

fn apply(
    call: &Call<'_>,
    operation: &Operation,
    order: &mut Order,
    parties: &mut Option<Parties>,
) -> Result<(), Refusal> {
    let invalid = || {
        let text = format!("You have supplied an invalid value for path ({})", operation.path);
        Refusal::coded(400, INVALID, &text)
    };
    match (operation.path.as_str(), operation.verb) {
        ("/reference", Verb::Replace | Verb::Remove) => {
            let text = if operation.verb == Verb::Remove { Some(String::new()) } else { operation.text() };
            let reference = text.filter(|text| text.chars().count() <= 64).ok_or_else(invalid)?;
            let mut names = order.names();
            names.reference = reference;
            order.naming = Naming::Written(names);
        }
        ("/warehouseId", Verb::Replace) => {
            let exists = |id: &u32| call.world.warehouse_ids().contains(id);
            order.warehouse = operation.id().filter(exists).ok_or_else(invalid)?;
            if ["APA", "AAA"].contains(&order.allocation_code()) {
                let text = "The warehouse cannot be changed once stock is allocated";
                return Err(Refusal::coded(400, "ORDC-043", text));
            }
        }
        ("/delivery/shippingMethodId", Verb::Replace) => {
            order.shipping_method = operation.id().ok_or_else(invalid)?;
        }
        ("/delivery/shippingMethodId", Verb::Remove) => order.shipping_method = 0,
        ("/delivery/deliveryDate", Verb::Replace) => {
            order.delivery_date = Some(moment(&operation.value).ok_or_else(invalid)?);
        }
        ("/parties/customer/contactId" | "/parties/billing/contactId", Verb::Replace) => {
            if call.world.is_invoiced(order) {
                return Err(invoiced(order.id));
            }
            let contact = operation.id().and_then(|id| call.world.existing_contact(id));
            let is_customer = contact.filter(|contact| contact.relationship == Relationship::Customer);
            let contact = is_customer.filter(|_| order.order_type.is_sale()).ok_or_else(invalid)?;
            let parties = parties.get_or_insert_with(|| call.world.parties(order));
            let party = call.world.party(&contact);
            if operation.path == "/parties/billing/contactId" {
                parties.billing = party;
            } else {
                parties.principal = party;
                order.contact = contact.id;
            }
        }
        _ => return Err(operation.refusal()),
    }
    Ok(())
}

/// *Inferred*: no recording has an order that may not be changed any more.
pub(super) fn invoiced(order: u32) -> Refusal {
    Refusal::coded(400, "ORDC-044", &format!("Order {order} has been invoiced and cannot be changed"))
}

/// Sets the status and adds a note, which the real API does even when none is sent.
fn put_status(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let id = existing_order(call)?;
    let status = body.get("orderStatusId").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
    let order = call.world.order(id);
    // The code is *inferred*: no recording has a refused status.
    let known = status.and_then(|status| call.world.order_status(status));
    let Some(status) = known.filter(|status| status.order_type == order.order_type).map(|status| status.id)
    else {
        return Err(Refusal::coded(400, "ORDC-007", "You have supplied an invalid order status id"));
    };
    let note = order_notes::read_note(body.get("orderNote"))?;
    if status == CANCELLED_STATUS && order.status != CANCELLED_STATUS {
        refuse_to_cancel(call, &order)?;
        call.world.edit_order_quietly(id, |order| order.progress = Progress::Cancelled);
    }
    call.world.changes.touch_order(id, Some(status), call.now_ms);
    order_notes::add(call, id, note.unwrap_or_default());
    if status == CANCELLED_STATUS {
        call.world.remove_reservation(id);
        call.world.refresh_fulfilment(id, call.now_ms);
    }
    nothing()
}

/// An order can be cancelled while nothing was shipped, invoiced or paid (API notes §8.1.7).
fn refuse_to_cancel(call: &Call<'_>, order: &Order) -> Result<(), Refusal> {
    let reason = if call.world.is_invoiced(order) {
        "it has been invoiced"
    } else if !call.world.goods_out_of(order.id).is_empty() {
        "it has goods-out notes"
    } else if !call.world.paid(order).paid.is_zero() {
        "it has payments"
    } else {
        return Ok(());
    };
    let text = format!("Order {} cannot be cancelled because {reason}", order.id);
    Err(Refusal::coded(400, "ORDC-045", &text))
}

/// Known from one client: the supplier has confirmed the order under a reference of its own.
fn put_acknowledgement(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let id = existing_order(call)?;
    let mut fields = CheckedFields::new(&body, INVALID);
    let reference = fields.text_up_to("/reference", 64);
    fields.finish()?;
    call.world.details_mut(id).acknowledged = true;
    call.world.edit_order(id, call.now_ms, |order| {
        if let Some(reference) = reference {
            let names = order.names();
            order.naming = Naming::Written(crate::world::order::Names { reference, ..names });
        }
    });
    nothing()
}

fn get_custom_fields(call: &mut Call<'_>) -> Answer {
    let id = existing_order(call)?;
    response(custom_field::shape(&ORDER_FIELDS, call.world.order_fields(id)))
}

fn patch_custom_fields(call: &mut Call<'_>) -> Answer {
    let id = existing_order(call)?;
    let values = custom_field::patched(&ORDER_FIELDS, call.world.order_fields(id), call.body)?;
    call.world.details_mut(id).custom_fields = Some(values.clone());
    call.world.changes.touch_order(id, None, call.now_ms);
    response(custom_field::shape(&ORDER_FIELDS, values))
}
