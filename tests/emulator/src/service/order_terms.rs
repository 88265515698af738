//! What a new order says of itself, however its body is laid out, and the order that follows from it.

use rust_decimal::Decimal;

use super::call::Call;
use super::fields::CheckedFields;
use crate::protocol::moment::{DAY, utc_midnight};
use crate::world::World;
use crate::world::contact::Relationship;
use crate::world::contact_record::ContactRecord;
use crate::world::order::{Names, Naming, Order, Progress};
use crate::world::reference::{FIRST_WAREHOUSE, OrderType, STAFF};

/// The code for members of a wrong type and for references to what does not exist. *Inferred*.
pub(super) const INVALID: &str = "ORDC-041";

/// Where a body has the members that both ways of creating an order know.
pub(super) struct Layout {
    pub(super) reference: &'static str,
    pub(super) parent: &'static str,
    pub(super) status: &'static str,
    pub(super) tax_date: &'static str,
    pub(super) delivery_date: &'static str,
    pub(super) currency: &'static str,
    pub(super) fixed_exchange_rate: &'static str,
    pub(super) exchange_rate: &'static str,
    pub(super) staff_owner: &'static str,
    pub(super) project: &'static str,
    pub(super) channel: &'static str,
    pub(super) lead_source: &'static str,
    pub(super) team: &'static str,
}

/// `order` (API notes §8.1.2).
pub(super) const ORDER: Layout = Layout {
    reference: "/reference",
    parent: "/parentOrderId",
    status: "/orderStatus/orderStatusId",
    tax_date: "/invoices/0/taxDate",
    delivery_date: "/delivery/deliveryDate",
    currency: "/currency/orderCurrencyCode",
    fixed_exchange_rate: "/currency/fixedExchangeRate",
    exchange_rate: "/currency/exchangeRate",
    staff_owner: "/assignment/current/staffOwnerContactId",
    project: "/assignment/current/projectId",
    channel: "/assignment/current/channelId",
    lead_source: "/assignment/current/leadSourceId",
    team: "/assignment/current/teamId",
};

/// `sales-order` and `sales-credit` (API notes §8.1.4).
pub(super) const SALE: Layout = Layout {
    reference: "/ref",
    parent: "/parentId",
    status: "/statusId",
    tax_date: "/taxDate",
    delivery_date: "/delivery/date",
    currency: "/currency/code",
    fixed_exchange_rate: "/currency/fixedExchangeRate",
    exchange_rate: "/currency/exchangeRate",
    staff_owner: "/staffOwnerId",
    project: "/projectId",
    channel: "/channelId",
    lead_source: "/leadSourceId",
    team: "/teamId",
};

/// The contact that an order is with: a customer for sales, a supplier for purchases.
pub(super) fn read_contact(
    world: &World,
    fields: &mut CheckedFields<'_>,
    order_type: OrderType,
    pointers: &[&str],
) -> Option<ContactRecord> {
    // The first that is given counts; the others must be ids all the same.
    let read = pointers.iter().map(|pointer| (fields.id(pointer), fields.has(pointer))).collect::<Vec<_>>();
    let Some((id, _)) = read.into_iter().find(|(_, is_given)| *is_given) else {
        if order_type.is_sale() {
            // *Inferred* from its sibling, which is recorded with its spelling.
            fields.refuse("ORDC-021", "Customer ID Required.");
        } else {
            fields.refuse("ORDC-022", "Suppllier ID Required.");
        }
        return None;
    };
    let id = id?;
    let (wanted, name) = if order_type.is_sale() {
        (Relationship::Customer, "customer")
    } else {
        (Relationship::Supplier, "supplier")
    };
    let contact = world.existing_contact(id).filter(|contact| contact.relationship == wanted);
    if contact.is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid {name} id: {id}"));
    }
    contact
}

/// Reads an order, which gets its id later. None when something is wrong, which the fields then know.
pub(super) fn read_order(
    call: &Call<'_>,
    fields: &mut CheckedFields<'_>,
    layout: &Layout,
    order_type: OrderType,
    contact: &ContactRecord,
) -> Order {
    let (world, now) = (&*call.world, call.now_ms);
    let currency = read_currency(world, fields, layout, order_type, contact);
    let own_list = contact.financial.price_list;
    let default_list = if order_type.is_sale() { own_list } else { 1 };
    let price_list = fields.id("/priceListId").unwrap_or(default_list);
    if !world.price_list_ids().contains(&price_list) {
        fields.refuse(INVALID, format!("You have supplied an invalid price list id: {price_list}"));
    }
    let warehouse = fields.id("/warehouseId").unwrap_or(FIRST_WAREHOUSE);
    if !world.warehouse_ids().contains(&warehouse) {
        fields.refuse(INVALID, format!("You have supplied an invalid warehouse id: {warehouse}"));
    }
    let placed = fields.moment("/placedOn").unwrap_or(now);
    let delivery_date = fields.moment(layout.delivery_date);
    let delivery_date = match order_type {
        // A new purchase order is expected in a week, as a recorded search shows.
        OrderType::PurchaseOrder => Some(delivery_date.unwrap_or(now + 7 * DAY)),
        OrderType::SalesOrder | OrderType::SalesCredit | OrderType::PurchaseCredit => delivery_date,
    };
    Order {
        id: 0,
        order_type,
        contact: contact.id,
        progress: Progress::Open,
        status: read_status(world, fields, layout, order_type),
        stock_status: 13,
        shipping_status: 1,
        allocation: 0,
        payment_status: 5,
        placed,
        created: now,
        created_by: STAFF[0],
        updated: None,
        closed: None,
        tax_date: fields.moment(layout.tax_date).unwrap_or_else(|| utc_midnight(now, world.zone)),
        due_date: None,
        delivery_date,
        naming: Naming::Written(read_names(world, fields, layout)),
        own_invoice_reference: None,
        parent: read_parent(world, fields, layout),
        warehouse,
        staff_owner: fields.id(layout.staff_owner).unwrap_or(0),
        channel: fields.id(layout.channel).unwrap_or(0),
        lead_source: fields.id(layout.lead_source).unwrap_or(0),
        project: fields.id(layout.project).unwrap_or(0),
        team: fields.id(layout.team).unwrap_or(0),
        shipping_method: fields.id("/delivery/shippingMethodId").unwrap_or(0),
        currency,
        exchange_rate: read_exchange_rate(world, fields, layout, currency, now),
        fixed_exchange_rate: fields.boolean(layout.fixed_exchange_rate).unwrap_or(true),
        price_list,
        prices_include_tax: read_price_mode(fields).unwrap_or(order_type.is_sale() && price_list == 2),
        version: 1,
        rows: 0,
        has_stock: false,
    }
}

fn read_currency(
    world: &World,
    fields: &mut CheckedFields<'_>,
    layout: &Layout,
    order_type: OrderType,
    contact: &ContactRecord,
) -> usize {
    match fields.text(layout.currency) {
        None if order_type.is_sale() => contact.financial.currency,
        None => 0,
        Some(code) => world.currency_index(&code).unwrap_or_else(|| {
            fields.refuse(INVALID, format!("You have supplied an invalid currency code: {code}"));
            0
        }),
    }
}

fn read_exchange_rate(
    world: &World,
    fields: &mut CheckedFields<'_>,
    layout: &Layout,
    currency: usize,
    now: i64,
) -> Decimal {
    match fields.exchange_rate(layout.exchange_rate) {
        Some(rate) if currency != 0 => rate,
        Some(_) | None => world.exchange_rate(currency, now),
    }
}

fn read_status(world: &World, fields: &mut CheckedFields<'_>, layout: &Layout, order_type: OrderType) -> u32 {
    let Some(id) = fields.id(layout.status) else { return order_type.new_status() };
    if world.order_status(id).is_none_or(|status| status.order_type != order_type) {
        fields.refuse("ORDC-007", "You have supplied an invalid order status id");
    }
    id
}

fn read_parent(world: &World, fields: &mut CheckedFields<'_>, layout: &Layout) -> u32 {
    let parent = fields.id(layout.parent).unwrap_or(0);
    if parent != 0 && !world.orders.contains(parent) {
        fields.refuse(INVALID, format!("You have supplied an invalid parent order id: {parent}"));
    }
    parent
}

/// `externalRef` and `installedIntegrationInstanceId` together are a unique key (API notes §8.1.4). The
/// text of the refusal is *inferred*.
fn read_names(world: &World, fields: &mut CheckedFields<'_>, layout: &Layout) -> Names {
    let names = Names {
        reference: fields.text_up_to(layout.reference, 64).unwrap_or_default(),
        external_ref: fields.text("/externalRef"),
        integration: fields.id("/installedIntegrationInstanceId").filter(|id| *id != 0),
    };
    if let (Some(external_ref), Some(integration)) = (&names.external_ref, names.integration)
        && let Some(existing) = world.order_with_external_ref(external_ref, integration)
    {
        fields.refuse(
            "ORDC-042",
            format!(
                "Order {existing} already has the external reference {external_ref} for installed integration instance {integration}"
            ),
        );
    }
    names
}

fn read_price_mode(fields: &mut CheckedFields<'_>) -> Option<bool> {
    match fields.text("/priceModeCode")?.as_str() {
        "INC" => Some(true),
        "EXC" => Some(false),
        other => {
            let message = format!("You have supplied an invalid price mode code: {other}");
            fields.refuse(INVALID, message);
            None
        }
    }
}
