//! Rows of orders: adding, changing and removing them (API notes §8.1.6).

use std::borrow::Cow;
use std::collections::BTreeMap;

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde_json::Value;

use super::Route;
use super::call::{Call, invalid_order};
use super::fields::{CheckedFields, decimal};
use super::json_patch::{self, Operation, Verb};
use super::order_notes::existing_order;
use super::order_shape::RowShape;
use super::order_terms::INVALID;
use super::order_write::invoiced;
use super::per_resource::Outcomes;
use super::row_terms::{ORDER_ROW, SALE_ROW, fitting_quantity, read_row, refuse_quantity, tax_on};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::json::with_places;
use crate::world::nominal::nominal_code;
use crate::world::order::Order;
use crate::world::order_rows::{OrderRow, cost_of_a_piece};
use crate::world::reference::OrderType;

pub(super) const ROUTES: &[Route] = &[
    Route::write(Method::Post, "order-service/order/{id}/row", "post-order-row", post_row),
    Route::write(Method::Put, "order-service/order/{id}/row/{id}", "put-order-row", put_row),
    Route::write(Method::Patch, "order-service/order/{id}/row/{id}", "patch-order-row", patch_row),
    Route::write(Method::Delete, "order-service/order/{id}/row/{id}", "delete-order-row", delete_row),
    Route::write(
        Method::Put,
        "order-service/sales-order/{id}/row/{ids}",
        "put-sales-order-row",
        put_sales_rows,
    ),
];

/// Adds a row. An order that does not exist is one problem among others, as recorded.
fn post_row(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let named = call.captured.first().cloned().unwrap_or_default();
    let id = call.id(0).filter(|id| call.world.orders.contains(*id));
    if id.is_none() {
        fields.refuse("ORDC-003", format!("You have supplied an invalid order id: {named}"));
    }
    let order = call.world.order(id.unwrap_or(1));
    if id.is_some() && call.world.is_invoiced(&order) {
        return Err(invoiced(order.id));
    }
    let row = read_row(call.world, &mut fields, &ORDER_ROW, &order, "");
    fields.finish()?;
    let mut rows = call.world.order_rows(&order);
    let first = call.world.append_row(&order, &mut rows, row);
    call.world.write_rows(order.id, rows, call.now_ms);
    response(first)
}

/// An order that may be changed, its rows, and the place of the row that the path names.
fn changeable_row(call: &Call<'_>) -> Result<(Order, Vec<OrderRow>, usize), Refusal> {
    let order = call.world.order(existing_order(call)?);
    let rows = call.world.order_rows(&order);
    let named = call.captured.get(1).map_or("", String::as_str);
    let place = call.id(1).and_then(|id| rows.iter().position(|row| row.id == id));
    // The code is *inferred*.
    let place = place.ok_or_else(|| {
        Refusal::coded(400, "ORDC-004", &format!("You have supplied an invalid order row id: {named}"))
    })?;
    if call.world.is_invoiced(&order) {
        return Err(invoiced(order.id));
    }
    Ok((order, rows, place))
}

/// Old clients replace a row whole (API notes §8.1).
fn put_row(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let (order, mut rows, place) = changeable_row(call)?;
    let mut fields = CheckedFields::new(&body, INVALID);
    let row = read_row(call.world, &mut fields, &ORDER_ROW, &order, "");
    fields.finish()?;
    let OrderRow { id, sequence, bundle, is_bundle, .. } = rows[place];
    rows[place] = OrderRow { id, sequence, bundle, is_bundle, ..row };
    refuse_below_fulfilled(call, &order, &rows[place])?;
    call.world.write_rows(order.id, rows, call.now_ms);
    nothing()
}

/// A quantity may not fall below what is set aside or on goods notes (API notes §8.1.6). The code is
/// *inferred*.
fn refuse_below_fulfilled(call: &Call<'_>, order: &Order, row: &OrderRow) -> Result<(), Refusal> {
    let known = call.world.row_fulfilments(order);
    let taken = known.iter().find(|known| known.row == row.id);
    let taken = taken.map_or(0, |known| known.reserved + known.fulfilled);
    let is_another = known.iter().any(|known| known.row == row.id && known.product != row.product_id);
    if row.quantity < Decimal::from(taken) || (is_another && taken > 0) {
        let text = format!("Order row {} has {taken} reserved or fulfilled and cannot have fewer", row.id);
        return Err(Refusal::coded(400, "ORDC-046", &text));
    }
    Ok(())
}

fn patch_row(call: &mut Call<'_>) -> Answer {
    let (order, mut rows, place) = changeable_row(call)?;
    let before = rows[place].clone();
    let is_whole = before.is_bundle || call.world.is_stock_tracked(before.product_id);
    for operation in json_patch::read(call.body)? {
        apply(&operation, &mut rows[place], is_whole)?;
    }
    if order.order_type == OrderType::PurchaseOrder {
        rows[place].item_cost = cost_of_a_piece(rows[place].net, rows[place].quantity);
    }
    let row = rows[place].clone();
    refuse_below_fulfilled(call, &order, &row)?;
    // A bundle's components come in the same proportion as before.
    for component in rows.iter_mut().filter(|other| other.bundle == Some(row.id)) {
        if !before.quantity.is_zero() {
            component.quantity = component.quantity / before.quantity * row.quantity;
        }
    }
    call.world.write_rows(order.id, rows, call.now_ms);
    let currency = &call.world.currencies[order.currency].code;
    response(RowShape::new(&row, currency))
}

/// A new net amount makes a new tax amount, as recorded, unless the tax is worked out by hand.
fn apply(operation: &Operation, row: &mut OrderRow, is_whole: bool) -> Result<(), Refusal> {
    if operation.verb != Verb::Replace {
        return Err(operation.refusal());
    }
    let invalid = || {
        let text = format!("You have supplied an invalid value for path ({})", operation.path);
        Refusal::coded(400, INVALID, &text)
    };
    match operation.path.as_str() {
        "/quantity/magnitude" => match fitting_quantity(&operation.value, is_whole) {
            Some(quantity) => row.quantity = quantity,
            None => {
                let mut fields = CheckedFields::new(&Value::Null, INVALID);
                refuse_quantity(&mut fields, &operation.value, "", "");
                fields.finish()?;
            }
        },
        "/rowValue/rowNet/value" => {
            row.net = with_places(decimal(&operation.value).ok_or_else(invalid)?, 4);
            if row.tax_calculator != "manual" {
                row.tax_amount = tax_on(row.net, row.tax);
            }
        }
        "/rowValue/rowTax/value" => {
            row.tax_amount = with_places(decimal(&operation.value).ok_or_else(invalid)?, 2);
        }
        "/nominalCode" => {
            let account = operation.text().and_then(|code| nominal_code(&code)).ok_or_else(invalid)?;
            row.nominal_code = Cow::Borrowed(account.code);
        }
        "/rowValue/taxCalculator" => {
            let known = ["brightpearl", "manual", "avalara"];
            let calculator = known.into_iter().find(|name| operation.value == **name).ok_or_else(invalid)?;
            row.tax_calculator = Cow::Borrowed(calculator);
        }
        "/orderRowSequence" => row.sequence = operation.id().ok_or_else(invalid)?,
        _ => return Err(operation.refusal()),
    }
    Ok(())
}

/// Removes a row, and with a bundle its components.
fn delete_row(call: &mut Call<'_>) -> Answer {
    let (order, mut rows, place) = changeable_row(call)?;
    let removed = rows[place].id;
    for row in rows.iter().filter(|row| row.id == removed || row.bundle == Some(removed)) {
        refuse_below_fulfilled(call, &order, &OrderRow { quantity: Decimal::ZERO, ..row.clone() })?;
    }
    rows.retain(|row| row.id != removed && row.bundle != Some(removed));
    call.world.write_rows(order.id, rows, call.now_ms);
    nothing()
}

/// Replaces several rows of a sales order. Something wrong with one of them refuses all, as documented.
fn put_sales_rows(call: &mut Call<'_>) -> Answer {
    let no_json = || Refusal::coded(400, "CMNC-010", "You must supply a JSON formatted body");
    let Ok(Value::Array(bodies)) = serde_json::from_slice(call.body) else { return Err(no_json()) };
    let order = call.world.order(existing_order(call)?);
    if order.order_type != OrderType::SalesOrder {
        return Err(invalid_order(&order.id.to_string()));
    }
    if call.world.is_invoiced(&order) {
        return Err(invoiced(order.id));
    }
    let ids = call.many_ids(1)?;
    let mut rows = call.world.order_rows(&order);
    let mut problems = CheckedFields::new(&Value::Null, INVALID);
    let mut replaced = BTreeMap::new();
    for (index, body) in bodies.iter().enumerate() {
        let mut fields = CheckedFields::new(body, INVALID);
        let id = fields.id("/id").unwrap_or(0);
        let place = rows.iter().position(|row| row.id == id).filter(|_| ids.contains(id));
        let Some(place) = place else {
            fields.refuse("ORDC-004", format!("You have supplied an invalid order row id: {id}"));
            problems.take_problems(fields);
            continue;
        };
        let quantity = fields.member("/quantity").unwrap_or(&Value::Null);
        if decimal(quantity).is_none() {
            refuse_quantity(
                &mut fields,
                quantity,
                &format!("Cannot update order row: {id}."),
                &format!(" for row {index}"),
            );
        } else {
            // All of these are required (API notes §8.1.6).
            for (member, name) in [("/net", "net"), ("/tax", "tax")] {
                if !fields.has(member) {
                    fields.refuse(INVALID, format!("You must supply {name} for row {index}"));
                }
            }
            let row = read_row(call.world, &mut fields, &SALE_ROW, &order, &format!(" for row {index}"));
            replaced.insert(place, row);
        }
        problems.take_problems(fields);
    }
    if u64::try_from(bodies.len()) != Ok(ids.len()) {
        problems.refuse(INVALID, "You must supply one object for each id of the path");
    }
    problems.finish()?;
    let mut outcomes = Outcomes::default();
    for (place, row) in replaced {
        let OrderRow { id, sequence, bundle, is_bundle, .. } = rows[place];
        rows[place] = OrderRow { id, sequence, bundle, is_bundle, ..row };
        refuse_below_fulfilled(call, &order, &rows[place])?;
        outcomes.done(id);
    }
    call.world.write_rows(order.id, rows, call.now_ms);
    outcomes.answer()
}
