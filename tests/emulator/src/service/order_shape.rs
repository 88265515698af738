//! The order as GET shows it, member for member (API notes §8.1.1).

use serde::Serialize;

use super::call::Call;
use super::custom_field::{self, ShownValue};
use crate::protocol::json::{Members, amount};
use crate::protocol::moment::{DAY, Moment, utc_midnight};
use crate::world::World;
use crate::world::address::Address;
use crate::world::custom_fields::ORDER_FIELDS;
use crate::world::order::{Order, Progress};
use crate::world::order_rows::OrderRow;
use crate::world::parties::{Parties, Party};
use crate::world::reference::PAYMENT_STATUSES;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderShape {
    id: u32,
    parent_order_id: u32,
    order_type_code: &'static str,
    reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    installed_integration_instance_id: Option<u32>,
    version: u32,
    state: OrderState,
    order_status: Status,
    tax: TaxMessages,
    order_payment_status: &'static str,
    stock_status_code: &'static str,
    allocation_status_code: &'static str,
    shipping_status_code: &'static str,
    placed_on: Moment,
    created_on: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_on: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_on: Option<Moment>,
    created_by_id: u32,
    price_list_id: u32,
    price_mode_code: &'static str,
    delivery: OrderDelivery,
    invoices: [OrderInvoice; 1],
    currency: OrderCurrency,
    total_value: TotalValue,
    assignment: OrderAssignment,
    parties: PartiesShape,
    order_rows: Members<u32, RowShape>,
    warehouse_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_fields: Option<Members<&'static str, ShownValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    null_custom_fields: Option<Vec<&'static str>>,
    acknowledged: u32,
    cost_price_list_id: u32,
    historical_order: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_dropship: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_invoice_date: Option<Moment>,
    order_weighting: u32,
}

#[derive(Serialize)]
struct OrderState {
    tax: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    order_status_id: u32,
    name: String,
}

#[derive(Serialize)]
struct TaxMessages {
    errors: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderDelivery {
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_date: Option<Moment>,
    shipping_method_id: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderInvoice {
    invoice_reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_date: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<Moment>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderCurrency {
    accounting_currency_code: String,
    order_currency_code: String,
    exchange_rate: String,
    fixed_exchange_rate: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TotalValue {
    net: String,
    tax_amount: String,
    base_net: String,
    base_tax_amount: String,
    base_total: String,
    total: String,
}

#[derive(Serialize)]
struct OrderAssignment {
    current: CurrentOrderAssignment,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CurrentOrderAssignment {
    staff_owner_contact_id: u32,
    project_id: u32,
    channel_id: u32,
    lead_source_id: u32,
    team_id: u32,
}

#[derive(Serialize)]
struct PartiesShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<PartyShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<PartyShape>,
    delivery: PartyShape,
    billing: PartyShape,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartyShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<u32>,
    address_full_name: String,
    company_name: String,
    address_line1: String,
    address_line2: String,
    address_line3: String,
    address_line4: String,
    postal_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'static str>,
    telephone: String,
    mobile_telephone: String,
    fax: String,
    email: String,
    country_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    country_iso_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "countryIsoCode3")]
    country_iso_code3: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RowShape {
    order_row_sequence: String,
    product_id: u32,
    product_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_sku: Option<String>,
    quantity: Quantity,
    item_cost: RowAmount,
    product_price: RowAmount,
    discount_percentage: String,
    row_value: RowValue,
    nominal_code: String,
    composition: RowComposition,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_ref: Option<String>,
    cloned_from_id: u32,
}

#[derive(Serialize)]
struct Quantity {
    magnitude: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowAmount {
    currency_code: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowValue {
    tax_rate: String,
    tax_code: &'static str,
    tax_calculator: String,
    row_net: RowAmount,
    row_tax: RowAmount,
    tax_class_id: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowComposition {
    bundle_parent: bool,
    bundle_child: bool,
    parent_order_row_id: u32,
}

/// Which optional sections a request asks for (API notes §1.5).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OrderSections {
    pub(super) custom_fields: bool,
    pub(super) null_custom_fields: bool,
}

impl OrderSections {
    pub(super) fn asked_for(call: &Call<'_>) -> Self {
        let asked = |section: &str| {
            call.query.lists("includeOptional", section) && !call.query.lists("excludeOptional", section)
        };
        Self { custom_fields: asked("customFields"), null_custom_fields: asked("nullCustomFields") }
    }
}

impl OrderShape {
    pub(super) fn new(world: &World, order: &Order, sections: OrderSections) -> Self {
        let rows = world.order_rows(order);
        let totals = world.totals(order, &rows);
        let currency = &world.currencies[order.currency];
        let details = world.changes.order_details.get(&order.id);
        let fields = world.order_fields(order.id);
        let status = world.order_status(order.status);
        let is_invoiced = order.progress == Progress::Invoiced;
        let tax_date = is_invoiced.then(|| world.moment(order.tax_date));
        let due = order.due_date.unwrap_or_else(|| utc_midnight(order.tax_date, world.zone) + 30 * DAY);
        let payment = PAYMENT_STATUSES.iter().find(|(id, _)| *id == order.payment_status);
        Self {
            id: order.id,
            parent_order_id: order.parent,
            order_type_code: order.order_type.code(),
            reference: order.reference(),
            external_ref: order.external_ref(),
            installed_integration_instance_id: order.integration(),
            version: order.version,
            state: OrderState { tax: if is_invoiced { "INVOICED" } else { "READY" } },
            order_status: Status {
                order_status_id: order.status,
                name: status.map_or_else(String::new, |status| status.name.clone().into_owned()),
            },
            tax: TaxMessages { errors: [] },
            order_payment_status: payment.map_or("NOT_APPLICABLE", |(_, name)| name),
            stock_status_code: order.stock_status_code(),
            allocation_status_code: order.allocation_code(),
            shipping_status_code: order.shipping_status_code(),
            placed_on: world.moment(order.placed),
            created_on: world.moment(order.created),
            updated_on: order.updated.map(|ms| world.moment(ms)),
            closed_on: order.closed.map(|ms| world.moment(ms)),
            created_by_id: order.created_by,
            price_list_id: order.price_list,
            price_mode_code: if order.prices_include_tax { "INC" } else { "EXC" },
            delivery: OrderDelivery {
                delivery_date: order.delivery_date.map(|ms| world.moment(ms)),
                shipping_method_id: order.shipping_method,
            },
            invoices: [OrderInvoice {
                invoice_reference: order.invoice_reference(),
                tax_date,
                due_date: is_invoiced.then(|| world.moment(due)),
            }],
            currency: OrderCurrency {
                accounting_currency_code: world.currencies[0].code.clone(),
                order_currency_code: currency.code.clone(),
                exchange_rate: amount(order.exchange_rate, 6),
                fixed_exchange_rate: order.fixed_exchange_rate,
            },
            total_value: TotalValue {
                net: amount(totals.net, 2),
                tax_amount: amount(totals.tax, 2),
                base_net: amount(totals.base_net, 2),
                base_tax_amount: amount(totals.base_tax, 2),
                base_total: amount(totals.base_gross(), 2),
                total: amount(totals.gross(), 2),
            },
            assignment: OrderAssignment {
                current: CurrentOrderAssignment {
                    staff_owner_contact_id: order.staff_owner,
                    project_id: order.project,
                    channel_id: order.channel,
                    lead_source_id: order.lead_source,
                    team_id: order.team,
                },
            },
            parties: PartiesShape::of(order, world.parties(order)),
            order_rows: Members(
                rows.iter().map(|row| (row.id, RowShape::new(row, &currency.code))).collect(),
            ),
            warehouse_id: order.warehouse,
            null_custom_fields: sections
                .null_custom_fields
                .then(|| custom_field::missing(&ORDER_FIELDS, &fields)),
            custom_fields: sections.custom_fields.then(|| custom_field::shape(&ORDER_FIELDS, fields)),
            acknowledged: details.is_some_and(|details| details.acknowledged).into(),
            cost_price_list_id: if order.rows == 0 { 0 } else { 1 },
            historical_order: false,
            // Orders from before that feature do not have it.
            is_dropship: (!is_before_dropship(world, order)).then_some(false),
            original_invoice_date: tax_date,
            order_weighting: 100,
        }
    }
}

fn is_before_dropship(world: &World, order: &Order) -> bool {
    order.created < world.epoch_ms - 500 * DAY
}

impl PartiesShape {
    fn of(order: &Order, parties: Parties) -> Self {
        let principal = PartyShape::from(parties.principal);
        let (customer, supplier) =
            if order.order_type.is_sale() { (Some(principal), None) } else { (None, Some(principal)) };
        Self { customer, supplier, delivery: parties.delivery.into(), billing: parties.billing.into() }
    }
}

impl From<Party> for PartyShape {
    fn from(party: Party) -> Self {
        let country = party.address.as_ref().and_then(|address| address.country);
        let line =
            |read: fn(&Address) -> &String| party.address.as_ref().map(read).cloned().unwrap_or_default();
        Self {
            contact_id: party.contact,
            address_line1: line(|address| &address.street),
            address_line2: line(|address| &address.suburb),
            address_line3: line(|address| &address.city),
            address_line4: line(|address| &address.state),
            postal_code: line(|address| &address.postal_code),
            country: country.map(|country| country.name),
            country_id: country.map_or(0, |country| country.id),
            country_iso_code: country.map(|country| country.iso2),
            country_iso_code3: country.map(|country| country.iso3),
            address_full_name: party.full_name,
            company_name: party.company,
            telephone: party.telephone,
            mobile_telephone: party.mobile,
            fax: party.fax,
            email: party.email,
        }
    }
}

impl RowShape {
    pub(super) fn new(row: &OrderRow, currency: &str) -> Self {
        let money =
            |value, places| RowAmount { currency_code: currency.to_owned(), value: amount(value, places) };
        Self {
            order_row_sequence: row.sequence.to_string(),
            product_id: row.product_id,
            product_name: row.name.clone(),
            product_sku: row.sku.clone(),
            quantity: Quantity { magnitude: amount(row.quantity, 4) },
            item_cost: money(row.item_cost, 4),
            product_price: money(row.product_price, 4),
            discount_percentage: amount(row.discount, 2),
            row_value: RowValue {
                tax_rate: amount(rust_decimal::Decimal::new(i64::from(row.tax.rate.unwrap_or(0)), 2), 4),
                tax_code: row.tax.code,
                tax_calculator: row.tax_calculator.clone().into_owned(),
                row_net: money(row.net, 4),
                row_tax: money(row.tax_amount, 2),
                tax_class_id: row.tax.id,
            },
            nominal_code: row.nominal_code.clone().into_owned(),
            composition: RowComposition {
                bundle_parent: row.is_bundle,
                bundle_child: row.bundle.is_some(),
                parent_order_row_id: row.bundle.unwrap_or(0),
            },
            external_ref: row.external_ref.clone(),
            cloned_from_id: 0,
        }
    }
}
