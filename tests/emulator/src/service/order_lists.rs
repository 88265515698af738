//! The lists that explain orders: types and statuses (API notes §8.1.7, §11).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::world::reference::{Coded, OrderStatus, OrderType, SHIPPING_STATUSES, STOCK_STATUSES};

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "order-service/order-type", "get-order-type", get_order_types),
    Route::read(Method::Get, "order-service/order-status/{ids?}", "get-order-status", get_order_statuses),
    Route::write(Method::Post, "order-service/order-status", "post-order-status", post_order_status),
    Route::read(
        Method::Get,
        "order-service/order-stock-status",
        "get-order-stock-status",
        get_stock_statuses,
    ),
    Route::read(
        Method::Get,
        "order-service/order-shipping-status",
        "get-order-shipping-status",
        get_shipping_statuses,
    ),
];

#[derive(Serialize)]
struct CodedShape {
    id: u32,
    code: &'static str,
    description: &'static str,
}

fn coded_list(list: &'static [Coded]) -> Answer {
    let shape = |entry: &Coded| CodedShape { id: entry.id, code: entry.code, description: entry.description };
    response(list.iter().map(shape).collect::<Vec<_>>())
}

fn get_stock_statuses(_: &mut Call<'_>) -> Answer {
    coded_list(&STOCK_STATUSES)
}

fn get_shipping_statuses(_: &mut Call<'_>) -> Answer {
    coded_list(&SHIPPING_STATUSES)
}

fn get_order_types(_: &mut Call<'_>) -> Answer {
    let shape =
        |kind: OrderType| CodedShape { id: kind.id(), code: kind.code(), description: kind.description() };
    response(OrderType::ALL.map(shape))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderStatusShape<'a> {
    status_id: u32,
    name: &'a str,
    order_type_code: &'static str,
    sort_order: usize,
    disabled: bool,
    visible: bool,
    color: &'a str,
    remind_after_days: u32,
    alert_emails: &'a [String],
    email_content: &'a str,
    batch_process: bool,
    state: &'a str,
}

fn get_order_statuses(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let shapes: Vec<_> = call
        .world
        .order_statuses()
        .enumerate()
        .filter(|(_, status)| ids.as_ref().is_none_or(|ids| ids.contains(status.id)))
        .map(|(index, status)| OrderStatusShape {
            status_id: status.id,
            name: &status.name,
            order_type_code: status.order_type.code(),
            sort_order: index,
            disabled: false,
            visible: status.visible,
            color: &status.color,
            remind_after_days: status.remind_after_days,
            alert_emails: &status.alert_emails,
            email_content: &status.email_content,
            batch_process: status.batch_process,
            state: &status.state,
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Order Statuses Found"));
    }
    response(shapes)
}

/// The limits are those of the reference; the codes but those of the order type are *inferred*.
fn post_order_status(call: &mut Call<'_>) -> Answer {
    const INVALID: &str = "ORDC-040";
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let name = fields.text_up_to("/name", 64).unwrap_or_default();
    if name.is_empty() {
        fields.refuse(INVALID, "You must supply a name");
    }
    let order_type = read_order_type(&mut fields);
    let is_taken = call
        .world
        .order_statuses()
        .any(|status| Some(status.order_type) == order_type && status.name.eq_ignore_ascii_case(&name));
    if is_taken {
        fields.refuse(INVALID, format!("There is already an order status with the name {name}"));
    }
    let color = fields.text("/color").unwrap_or_default();
    let digits = color.strip_prefix('#').unwrap_or_default();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        fields.refuse(INVALID, "You must supply a color such as #60a0ff");
    }
    let remind_after_days = fields.id("/remindAfterDays").unwrap_or(0);
    if remind_after_days > 9_999 {
        fields.refuse(INVALID, "remindAfterDays must be at most 9999");
    }
    let alert_emails = read_emails(&mut fields);
    let email_content = fields.text("/emailContent").unwrap_or_default();
    let batch_process = fields.boolean("/batchProcess").unwrap_or(false);
    fields.finish()?;
    let order_type = order_type.unwrap_or(OrderType::SalesOrder);
    call.world.changes.revision += 1;
    response(call.world.changes.order_statuses.0.add(|id| OrderStatus {
        id,
        name: name.into(),
        order_type,
        color: color.into(),
        remind_after_days,
        alert_emails,
        email_content: email_content.into(),
        batch_process,
        visible: true,
        state: "placed".into(),
    }))
}

/// The type of an order, with the recorded answers where there is none.
pub(super) fn read_order_type(fields: &mut CheckedFields<'_>) -> Option<OrderType> {
    let Some(code) = fields.member("/orderTypeCode") else {
        fields.refuse("ORDC-005", "You have not supplied an order type code");
        return None;
    };
    let order_type = code.as_str().and_then(OrderType::with_code);
    if order_type.is_none() {
        fields.refuse("ORDC-006", "You have supplied an invalid order type code");
    }
    order_type
}

fn read_emails(fields: &mut CheckedFields<'_>) -> Vec<String> {
    let elements = fields.elements("/alertEmails");
    let emails: Vec<_> = elements.iter().filter_map(|email| email.as_str().map(str::to_owned)).collect();
    if emails.len() != elements.len() || emails.len() > 2 || emails.iter().any(|email| email.len() > 63) {
        fields.refuse("ORDC-040", "alertEmails must be at most two addresses of at most 63 characters");
    }
    emails
}
