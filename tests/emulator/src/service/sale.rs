//! Sales orders and sales credits: flat, and created together with their rows (API notes §8.1.4, §8.1.5).

use brightpearl_core::Method;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use super::order::GetUris;
use super::order_shape::OrderSections;
use super::order_terms::{INVALID, SALE, read_contact, read_order};
use super::order_write::read_billing;
use super::party_fields::replace_address;
use super::row_terms::{SALE_ROW, read_row};
use super::sale_search::SEARCH;
use super::sale_shape::SaleShape;
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::world::order::Order;
use crate::world::reference::OrderType;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "order-service/sales-order/{ids?}", "get-sales-order", |call| {
        get_sales(call, OrderType::SalesOrder)
    }),
    Route::read(Method::Options, "order-service/sales-order/{ids?}", "options-sales-order", |call| {
        sale_options(call, OrderType::SalesOrder, "sales-order")
    }),
    Route::write(Method::Post, "order-service/sales-order", "post-sales-order", |call| {
        post_sale(call, OrderType::SalesOrder)
    }),
    Route::search("order-service/sales-order-search", SEARCH),
    Route::meta_data("order-service/sales-order-search/meta-data", SEARCH),
    Route::read(Method::Get, "order-service/sales-credit/{ids?}", "get-sales-credit", |call| {
        get_sales(call, OrderType::SalesCredit)
    }),
    Route::read(Method::Options, "order-service/sales-credit/{ids?}", "options-sales-credit", |call| {
        sale_options(call, OrderType::SalesCredit, "sales-credit")
    }),
    Route::write(Method::Post, "order-service/sales-credit", "post-sales-credit", |call| {
        post_sale(call, OrderType::SalesCredit)
    }),
];

/// 207 when only some of the ids were found, and 200 otherwise, also when none was: documented for
/// credits, *inferred* for orders.
fn get_sales(call: &mut Call<'_>, order_type: OrderType) -> Answer {
    let ids = call.required_ids(0)?;
    let sections = OrderSections::asked_for(call);
    let world = &*call.world;
    let mut found = ids.pick(world.orders.as_slice());
    found.retain(|id| world.order_type(*id) == order_type);
    let shapes = found.iter().map(|id| SaleShape::new(world, &world.order(*id), sections));
    let body = response(shapes.collect::<Vec<_>>())?;
    let is_partial = !found.is_empty() && (found.len() as u64) < ids.len();
    if is_partial { Err(Refusal::in_part(body)) } else { Ok(body) }
}

fn sale_options(call: &mut Call<'_>, order_type: OrderType, resource: &str) -> Answer {
    let world = &*call.world;
    let ids = match (call.ids(0)?, order_type) {
        (None, OrderType::SalesOrder) => world.sales_orders().to_vec(),
        (None, _) => world.orders_of_type(order_type),
        (Some(ids), _) => {
            let mut found = ids.pick(world.orders.as_slice());
            found.retain(|id| world.order_type(*id) == order_type);
            found
        }
    };
    response(GetUris::new(&ids, |set| format!("/{resource}/{set}")))
}

/// Creates an order and its rows, or nothing at all.
fn post_sale(call: &mut Call<'_>, order_type: OrderType) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let contact = read_contact(call.world, &mut fields, order_type, &["/customer/id", "/customerId"]);
    let Some(contact) = contact else {
        fields.finish()?;
        return nothing();
    };
    let order = read_order(call, &mut fields, &SALE, order_type, &contact);
    let mut parties = call.world.present_parties(&order);
    replace_address(&mut fields, "/customer/address", &mut parties.principal);
    replace_address(&mut fields, "/delivery/address", &mut parties.delivery);
    let billing = fields.id("/billing/contactId").filter(|id| *id != 0 && *id != contact.id);
    if let Some(id) = billing {
        read_billing(call, &mut fields, id, &mut parties);
    }
    replace_address(&mut fields, "/billing/address", &mut parties.billing);
    let mut new_rows = Vec::new();
    for (index, row) in fields.elements("/rows").iter().enumerate() {
        let mut part = CheckedFields::new(row, INVALID);
        let place = format!(" for row {index}");
        for (member, name) in [("/net", "net"), ("/tax", "tax")] {
            if !part.has(member) {
                part.refuse(INVALID, format!("You must supply {name}{place}"));
            }
        }
        new_rows.push(read_row(call.world, &mut part, &SALE_ROW, &order, &place));
        fields.take_problems(part);
    }
    fields.finish()?;
    let id = call.world.add_order(|id| Order { id, ..order }, call.now_ms);
    call.world.details_mut(id).parties = Some(parties);
    if !new_rows.is_empty() {
        let order = call.world.order(id);
        let mut rows = Vec::with_capacity(new_rows.len());
        for row in new_rows {
            call.world.append_row(&order, &mut rows, row);
        }
        call.world.write_first_rows(id, rows, call.now_ms);
    }
    if order_type == OrderType::SalesOrder {
        call.world.changes.publish("sales-order", "created", id);
    }
    response(id)
}
