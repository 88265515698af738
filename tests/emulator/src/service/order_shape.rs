//! The order as GET shows it, member for member (API notes §8.1.1).

use serde::Serialize;

use crate::protocol::json::{Members, amount};
use crate::protocol::moment::{DAY, Moment, utc_midnight};
use crate::world::World;
use crate::world::address::Address;
use crate::world::contact::Contact;
use crate::world::order::{Order, Progress};
use crate::world::order_rows::OrderRow;
use crate::world::random::{Draw, Topic};
use crate::world::reference::{OrderType, PAYMENT_STATUSES};

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
    state: State,
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
    delivery: Delivery,
    invoices: [Invoice; 1],
    currency: CurrencyShape,
    total_value: TotalValue,
    assignment: Assignment,
    parties: Parties,
    order_rows: Members<u32, RowShape>,
    warehouse_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_fields: Option<CustomFields>,
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
struct State {
    tax: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    order_status_id: u32,
    name: &'static str,
}

#[derive(Serialize)]
struct TaxMessages {
    errors: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_date: Option<Moment>,
    shipping_method_id: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invoice {
    invoice_reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_date: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<Moment>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CurrencyShape {
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
struct Assignment {
    current: CurrentAssignment,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CurrentAssignment {
    staff_owner_contact_id: u32,
    project_id: u32,
    channel_id: u32,
    lead_source_id: u32,
    team_id: u32,
}

#[derive(Serialize)]
struct Parties {
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<Party>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<Party>,
    delivery: Party,
    billing: Party,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Party {
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
    fax: &'static str,
    email: String,
    country_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    country_iso_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "countryIsoCode3")]
    country_iso_code3: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowShape {
    order_row_sequence: String,
    product_id: u32,
    product_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_sku: Option<String>,
    quantity: Quantity,
    item_cost: Money,
    product_price: Money,
    discount_percentage: String,
    row_value: RowValue,
    nominal_code: &'static str,
    composition: Composition,
    cloned_from_id: u32,
}

#[derive(Serialize)]
struct Quantity {
    magnitude: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Money {
    currency_code: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowValue {
    tax_rate: String,
    tax_code: &'static str,
    tax_calculator: &'static str,
    row_net: Money,
    row_tax: Money,
    tax_class_id: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Composition {
    bundle_parent: bool,
    bundle_child: bool,
    parent_order_row_id: u32,
}

/// The custom fields that this account has given its orders.
#[derive(Default, Serialize)]
struct CustomFields {
    #[serde(rename = "PCF_GIFTNOTE", skip_serializing_if = "Option::is_none")]
    gift_note: Option<&'static str>,
    #[serde(rename = "PCF_BATCH", skip_serializing_if = "Option::is_none")]
    batch: Option<u32>,
    #[serde(rename = "PCF_VIP", skip_serializing_if = "Option::is_none")]
    vip: Option<bool>,
    #[serde(rename = "PCF_CARRIER", skip_serializing_if = "Option::is_none")]
    carrier: Option<Choice>,
}

#[derive(Serialize)]
struct Choice {
    id: u32,
    value: &'static str,
}

/// Which optional sections a request asks for (API notes §1.5).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sections {
    pub(super) custom_fields: bool,
    pub(super) null_custom_fields: bool,
}

impl OrderShape {
    pub(super) fn new(world: &World, order: &Order, sections: Sections) -> Self {
        let rows = world.order_rows(order);
        let totals = world.totals(order, &rows);
        let currency = &world.currencies[order.currency];
        let fields = CustomFields::of(world, order.id);
        let is_invoiced = order.progress == Progress::Invoiced;
        let tax_date = is_invoiced.then(|| world.moment(order.tax_date));
        let due = utc_midnight(order.tax_date, world.offset) + 30 * DAY;
        let payment = PAYMENT_STATUSES.iter().find(|(id, _)| *id == order.payment_status);
        Self {
            id: order.id,
            parent_order_id: order.parent,
            order_type_code: order.order_type.code(),
            reference: order.reference(),
            external_ref: order.external_ref(),
            installed_integration_instance_id: order.integration(),
            version: order.version,
            state: State { tax: if is_invoiced { "INVOICED" } else { "READY" } },
            order_status: Status { order_status_id: order.status.id, name: order.status.name },
            tax: TaxMessages { errors: [] },
            order_payment_status: payment.map_or("NOT_APPLICABLE", |(_, name)| name),
            stock_status_code: order.stock_status.code,
            allocation_status_code: order.allocation,
            shipping_status_code: order.shipping_status.code,
            placed_on: world.moment(order.created),
            created_on: world.moment(order.created),
            updated_on: order.updated.map(|ms| world.moment(ms)),
            closed_on: order.closed.map(|ms| world.moment(ms)),
            created_by_id: order.created_by,
            price_list_id: order.price_list,
            price_mode_code: if order.prices_include_tax { "INC" } else { "EXC" },
            delivery: Delivery {
                delivery_date: order.delivery_date.map(|ms| world.moment(ms)),
                shipping_method_id: order.shipping_method,
            },
            invoices: [Invoice {
                invoice_reference: order.invoice_reference(),
                tax_date,
                due_date: is_invoiced.then(|| world.moment(due)),
            }],
            currency: CurrencyShape {
                accounting_currency_code: world.currencies[0].code.clone(),
                order_currency_code: currency.code.clone(),
                exchange_rate: amount(currency.exchange_rate, 6),
                fixed_exchange_rate: order.currency != 0 && order.id.is_multiple_of(5),
            },
            total_value: TotalValue {
                net: amount(totals.net, 2),
                tax_amount: amount(totals.tax, 2),
                base_net: amount(totals.base_net, 2),
                base_tax_amount: amount(totals.base_tax, 2),
                base_total: amount(totals.base_gross(), 2),
                total: amount(totals.gross(), 2),
            },
            assignment: Assignment {
                current: CurrentAssignment {
                    staff_owner_contact_id: order.staff_owner,
                    project_id: order.project,
                    channel_id: order.channel,
                    lead_source_id: order.lead_source,
                    team_id: order.team,
                },
            },
            parties: Parties::of(world, order),
            order_rows: Members(
                rows.iter().map(|row| (row.id, RowShape::new(row, &currency.code))).collect(),
            ),
            warehouse_id: order.warehouse,
            null_custom_fields: sections.null_custom_fields.then(|| fields.missing()),
            custom_fields: sections.custom_fields.then_some(fields),
            acknowledged: 0,
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

impl Parties {
    fn of(world: &World, order: &Order) -> Self {
        let contact = world.contact(order.contact);
        let billing = world.address(contact.default_address_id());
        let party = Party::new(&contact, billing.as_ref());
        let (customer, supplier, delivery) = match order.order_type {
            OrderType::SalesOrder | OrderType::SalesCredit => {
                let address = world.address(contact.delivery_address_id());
                let delivery = Party { contact_id: None, ..Party::new(&contact, address.as_ref()) };
                (Some(party.clone()), None, delivery)
            }
            OrderType::PurchaseOrder | OrderType::PurchaseCredit => {
                (None, Some(party.clone()), Party::of_warehouse(world, order.warehouse))
            }
        };
        Self { customer, supplier, delivery, billing: party }
    }
}

impl Party {
    fn new(contact: &Contact, address: Option<&Address>) -> Self {
        let base = Self::at(address);
        Self {
            contact_id: Some(contact.id),
            address_full_name: contact.full_name(),
            company_name: contact.company_name().into_owned(),
            telephone: contact.telephone(),
            mobile_telephone: contact.mobile().unwrap_or_default(),
            email: contact.email(),
            ..base
        }
    }

    fn of_warehouse(world: &World, id: u32) -> Self {
        let warehouse = world.warehouse(id);
        let address = world.address(warehouse.address_id);
        Self { address_full_name: warehouse.name, ..Self::at(address.as_ref()) }
    }

    fn at(address: Option<&Address>) -> Self {
        let country = address.and_then(|address| address.country);
        let line = |read: fn(&Address) -> &String| address.map(read).cloned().unwrap_or_default();
        Self {
            contact_id: None,
            address_full_name: String::new(),
            company_name: String::new(),
            address_line1: line(|address| &address.street),
            address_line2: line(|address| &address.suburb),
            address_line3: line(|address| &address.city),
            address_line4: line(|address| &address.state),
            postal_code: line(|address| &address.postal_code),
            country: country.map(|country| country.name),
            telephone: String::new(),
            mobile_telephone: String::new(),
            fax: "",
            email: String::new(),
            country_id: country.map_or(0, |country| country.id),
            country_iso_code: country.map(|country| country.iso2),
            country_iso_code3: country.map(|country| country.iso3),
        }
    }
}

impl RowShape {
    fn new(row: &OrderRow, currency: &str) -> Self {
        let money =
            |value, places| Money { currency_code: currency.to_owned(), value: amount(value, places) };
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
                tax_calculator: "brightpearl",
                row_net: money(row.net, 4),
                row_tax: money(row.tax_amount, 2),
                tax_class_id: row.tax.id,
            },
            nominal_code: row.nominal_code,
            composition: Composition { bundle_parent: false, bundle_child: false, parent_order_row_id: 0 },
            cloned_from_id: 0,
        }
    }
}

impl CustomFields {
    fn of(world: &World, order: u32) -> Self {
        let mut draw = Draw::new(world.seed, Topic::CustomFields, u64::from(order));
        Self {
            gift_note: draw
                .chance(300)
                .then(|| draw.pick(&["Happy birthday, Zoë!", "<3 & hugs", "С любовью"])),
            batch: draw.chance(500).then(|| draw.below(1_000)),
            vip: draw.chance(200).then_some(true),
            carrier: draw.chance(400).then(|| {
                let (id, value) = draw.pick(&[(8, "Courier"), (9, "Post"), (10, "Collect")]);
                Choice { id, value }
            }),
        }
    }

    fn missing(&self) -> Vec<&'static str> {
        let fields = [
            ("PCF_GIFTNOTE", self.gift_note.is_none()),
            ("PCF_BATCH", self.batch.is_none()),
            ("PCF_VIP", self.vip.is_none()),
            ("PCF_CARRIER", self.carrier.is_none()),
        ];
        fields.into_iter().filter(|(_, missing)| *missing).map(|(code, _)| code).collect()
    }
}
