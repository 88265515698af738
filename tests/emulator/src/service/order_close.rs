//! Closing orders, and forgetting whom they were for (API notes §8.1.7, §8.1).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::{Call, invalid_order};
use super::fields::CheckedFields;
use super::journal_write::not_open;
use super::order_notes::existing_order;
use super::order_terms::INVALID;
use super::order_write::invoiced;
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::moment::{forgotten_stamp, local_midnight};
use crate::world::invoicing::InvoiceTerms;
use crate::world::reference::OrderType;

pub(super) const ROUTES: &[Route] = &[
    Route::write(Method::Post, "order-service/sales-order/{id}/close", "post-sales-order-close", |call| {
        close_sale(call, OrderType::SalesOrder)
    }),
    Route::write(Method::Post, "order-service/sales-credit/{id}/close", "post-sales-credit-close", |call| {
        close_sale(call, OrderType::SalesCredit)
    }),
    Route::write(Method::Post, "order-service/purchase-order/close", "post-purchase-order-close", |call| {
        close_purchases(call, OrderType::PurchaseOrder)
    }),
    Route::write(Method::Post, "order-service/purchase-credit/close", "post-purchase-credit-close", |call| {
        close_purchases(call, OrderType::PurchaseCredit)
    }),
    Route::write(
        Method::Post,
        "order-service/order/forget-contact/{id}",
        "post-order-forget-contact",
        forget_contact,
    ),
];

/// Starts invoicing. The order is invoiced some time after the answer; until then it may be closed again.
fn close_sale(call: &mut Call<'_>, order_type: OrderType) -> Answer {
    let body = match call.body {
        [] => Value::Null,
        _ => Value::Object(call.body_object()?),
    };
    let id = existing_order(call)?;
    refuse_to_close(call, id, order_type)?;
    let mut fields = CheckedFields::new(&body, INVALID);
    let terms = InvoiceTerms { tax_date: fields.moment("/taxDate"), ..InvoiceTerms::default() };
    refuse_closed_books(call, &mut fields, &terms);
    fields.finish()?;
    call.world.close_order(id, terms, call.now_ms);
    nothing()
}

/// Closes all the orders that the body names, or none. A credit comes alone.
fn close_purchases(call: &mut Call<'_>, order_type: OrderType) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let terms = InvoiceTerms {
        tax_date: fields.moment("/taxDate"),
        due_date: fields.moment("/dueDate"),
        reference: fields.text("/invoiceReference"),
    };
    refuse_closed_books(call, &mut fields, &terms);
    let rate = fields.exchange_rate("/exchangeRate");
    let count = fields.elements("/orderIds").len();
    if count == 0 || (order_type == OrderType::PurchaseCredit && count > 1) {
        fields.refuse(INVALID, "You must supply the ids of the orders to close");
    }
    let ids: Vec<_> = (0..count).filter_map(|index| fields.id(&format!("/orderIds/{index}"))).collect();
    fields.finish()?;
    for id in &ids {
        if !call.world.orders.contains(*id) {
            return Err(invalid_order(&id.to_string()));
        }
        refuse_to_close(call, *id, order_type)?;
    }
    for id in ids {
        if let Some(rate) = rate {
            call.world.edit_order_quietly(id, |order| order.exchange_rate = rate);
        }
        call.world.close_order(id, terms.clone(), call.now_ms);
    }
    nothing()
}

/// An invoice is an entry in the books, which must be open on its day.
fn refuse_closed_books(call: &Call<'_>, fields: &mut CheckedFields<'_>, terms: &InvoiceTerms) {
    let date = local_midnight(terms.tax_date.unwrap_or(call.now_ms), call.world.zone);
    if !call.world.is_open(date) {
        fields.refuse(INVALID, not_open(&call.world.moment(date).to_string()));
    }
}

fn refuse_to_close(call: &Call<'_>, id: u32, order_type: OrderType) -> Result<(), Refusal> {
    let order = call.world.order(id);
    if order.order_type != order_type {
        return Err(invalid_order(&id.to_string()));
    }
    if call.world.is_invoiced(&order) {
        return Err(invoiced(id));
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Forgotten {
    number_of_orders_modified: usize,
}

/// Takes a person out of all orders, invoiced ones too. It looks at every order, as its like in the real
/// API must.
fn forget_contact(call: &mut Call<'_>) -> Answer {
    let contact = call.id(0).unwrap_or(0);
    let keep_town = call.query.get("keepCityAndState") == Some("true");
    let world = &mut *call.world;
    let name = format!("FORGOTTEN CONTACT {}", forgotten_stamp(call.now_ms));
    let of_contact = |id: &u32| world.order(*id).contact == contact;
    let orders: Vec<u32> = world.orders.as_slice().iter().copied().filter(of_contact).collect();
    for id in &orders {
        let mut parties = world.parties(&world.order(*id));
        for party in [&mut parties.principal, &mut parties.delivery, &mut parties.billing] {
            party.forget(&name, keep_town);
        }
        world.details_mut(*id).parties = Some(parties);
        world.changes.touch_order(*id, None, call.now_ms);
    }
    response(Forgotten { number_of_orders_modified: orders.len() })
}
