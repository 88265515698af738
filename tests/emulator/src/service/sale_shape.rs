//! A sales order or credit as its own GET shows it: flat, with rows in an array (API notes §8.1.5). The
//! order of the members is that of a live account's catalogue; what that does not have follows it.

use serde::Serialize;

use super::custom_field::{self, ShownValue};
use super::order_shape::OrderSections;
use crate::protocol::json::{Members, amount};
use crate::protocol::moment::{DAY, Moment, utc_midnight};
use crate::world::World;
use crate::world::custom_fields::ORDER_FIELDS;
use crate::world::order::{Order, Progress};
use crate::world::order_rows::OrderRow;
use crate::world::parties::Party;
use crate::world::reference::{CANCELLED_STATUS, PAYMENT_STATUSES};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SaleShape {
    id: u32,
    customer: Customer,
    billing: Billing,
    r#ref: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_ref: Option<String>,
    placed_on: Moment,
    tax_date: Moment,
    parent_id: u32,
    status_id: u32,
    warehouse_id: u32,
    channel_id: u32,
    staff_owner_id: u32,
    project_id: u32,
    lead_source_id: u32,
    team_id: u32,
    price_list_id: u32,
    price_mode_code: &'static str,
    currency: SaleCurrency,
    delivery: SaleDelivery,
    rows: Vec<SaleRow>,
    total: Total,
    order_payment_status: &'static str,
    allocation_status_code: &'static str,
    stock_status_code: &'static str,
    shipping_status_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    installed_integration_instance_id: Option<u32>,
    is_canceled: bool,
    created_by: u32,
    created_on: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_on: Option<Moment>,
    invoice: SaleInvoice,
    order_weighting: u32,
    cost_price_list_id: u32,
    customer_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_fields: Option<Members<&'static str, ShownValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    null_custom_fields: Option<Vec<&'static str>>,
}

#[derive(Serialize)]
struct Customer {
    id: u32,
    address: SaleAddressShape,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Billing {
    contact_id: u32,
    address: SaleAddressShape,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SaleAddressShape {
    address_full_name: String,
    company_name: String,
    address_line1: String,
    address_line2: String,
    address_line3: String,
    address_line4: String,
    postal_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    country_iso_code: Option<&'static str>,
    telephone: String,
    mobile_telephone: String,
    fax: String,
    email: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SaleCurrency {
    code: String,
    fixed_exchange_rate: bool,
    exchange_rate: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SaleDelivery {
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<Moment>,
    shipping_method_id: u32,
    address: SaleAddressShape,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Total {
    net: String,
    tax: String,
    gross: String,
    base_net: String,
    base_tax: String,
    base_gross: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SaleInvoice {
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_reference: Option<String>,
    tax_date: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<Moment>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SaleRow {
    id: u32,
    product_id: u32,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    quantity: String,
    tax_code: &'static str,
    tax: String,
    net: String,
    nominal_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_ref: Option<String>,
    product_price: String,
    discount_percentage: String,
    sequence: u32,
    bundle_child: bool,
    bundle_parent: bool,
    parent_row_id: u32,
    tax_class_id: u32,
    tax_calculator: String,
    cloned_from_id: u32,
}

impl SaleShape {
    pub(super) fn new(world: &World, order: &Order, sections: OrderSections) -> Self {
        let rows = world.order_rows(order);
        let totals = world.totals(order, &rows);
        let parties = world.parties(order);
        let fields = world.order_fields(order.id);
        let is_invoiced = order.progress == Progress::Invoiced;
        let due = order.due_date.unwrap_or_else(|| utc_midnight(order.tax_date, world.zone) + 30 * DAY);
        let payment = PAYMENT_STATUSES.iter().find(|(id, _)| *id == order.payment_status);
        Self {
            id: order.id,
            customer: Customer { id: order.contact, address: parties.principal.into() },
            billing: Billing {
                contact_id: parties.billing.contact.unwrap_or(order.contact),
                address: parties.billing.into(),
            },
            r#ref: order.reference(),
            external_ref: order.external_ref(),
            placed_on: world.moment(order.placed),
            tax_date: world.moment(order.tax_date),
            parent_id: order.parent,
            status_id: order.status,
            warehouse_id: order.warehouse,
            channel_id: order.channel,
            staff_owner_id: order.staff_owner,
            project_id: order.project,
            lead_source_id: order.lead_source,
            team_id: order.team,
            price_list_id: order.price_list,
            price_mode_code: if order.prices_include_tax { "INC" } else { "EXC" },
            currency: SaleCurrency {
                code: world.currencies[order.currency].code.clone(),
                fixed_exchange_rate: order.fixed_exchange_rate,
                exchange_rate: amount(order.exchange_rate, 6),
            },
            delivery: SaleDelivery {
                date: order.delivery_date.map(|ms| world.moment(ms)),
                shipping_method_id: order.shipping_method,
                address: parties.delivery.into(),
            },
            rows: rows.iter().map(SaleRow::from).collect(),
            total: Total {
                net: amount(totals.net, 2),
                tax: amount(totals.tax, 2),
                gross: amount(totals.gross(), 2),
                base_net: amount(totals.base_net, 2),
                base_tax: amount(totals.base_tax, 2),
                base_gross: amount(totals.base_gross(), 2),
            },
            order_payment_status: payment.map_or("NOT_APPLICABLE", |(_, name)| name),
            allocation_status_code: order.allocation_code(),
            stock_status_code: order.stock_status_code(),
            shipping_status_code: order.shipping_status_code(),
            installed_integration_instance_id: order.integration(),
            is_canceled: order.status == CANCELLED_STATUS,
            created_by: order.created_by,
            created_on: world.moment(order.created),
            updated_on: order.updated.map(|ms| world.moment(ms)),
            invoice: SaleInvoice {
                invoice_reference: is_invoiced.then(|| order.invoice_reference()),
                tax_date: world.moment(order.tax_date),
                due_date: is_invoiced.then(|| world.moment(due)),
            },
            order_weighting: 100,
            cost_price_list_id: if order.rows == 0 { 0 } else { 1 },
            customer_id: order.contact,
            null_custom_fields: sections
                .null_custom_fields
                .then(|| custom_field::missing(&ORDER_FIELDS, &fields)),
            custom_fields: sections.custom_fields.then(|| custom_field::shape(&ORDER_FIELDS, fields)),
        }
    }
}

impl From<Party> for SaleAddressShape {
    fn from(party: Party) -> Self {
        let address = party.address;
        let country = address.as_ref().and_then(|address| address.country);
        let [street, suburb, city, state, postal_code] = address.map_or_else(Default::default, |address| {
            [address.street, address.suburb, address.city, address.state, address.postal_code]
        });
        Self {
            address_full_name: party.full_name,
            company_name: party.company,
            address_line1: street,
            address_line2: suburb,
            address_line3: city,
            address_line4: state,
            postal_code,
            country_iso_code: country.map(|country| country.iso2),
            telephone: party.telephone,
            mobile_telephone: party.mobile,
            fax: party.fax,
            email: party.email,
        }
    }
}

impl From<&OrderRow> for SaleRow {
    fn from(row: &OrderRow) -> Self {
        Self {
            id: row.id,
            product_id: row.product_id,
            name: row.name.clone(),
            sku: row.sku.clone(),
            quantity: amount(row.quantity, 4),
            tax_code: row.tax.code,
            tax: amount(row.tax_amount, 2),
            net: amount(row.net, 4),
            nominal_code: row.nominal_code.clone().into_owned(),
            external_ref: row.external_ref.clone(),
            product_price: amount(row.product_price, 4),
            discount_percentage: amount(row.discount, 2),
            sequence: row.sequence,
            bundle_child: row.bundle.is_some(),
            bundle_parent: row.is_bundle,
            parent_row_id: row.bundle.unwrap_or(0),
            tax_class_id: row.tax.id,
            tax_calculator: row.tax_calculator.clone().into_owned(),
            cloned_from_id: 0,
        }
    }
}
