//! Orders, as far as a search shows them. Their rows are in [`super::order_rows`].

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::random::{Draw, Topic};
use super::reference::{
    ALLOCATION_CODES, Coded, FIRST_WAREHOUSE, OrderType, SHIPPING_METHODS, SHIPPING_STATUSES, STAFF,
    STOCK_STATUSES, WEB_INTEGRATION,
};
use crate::protocol::moment::{DAY, HOUR, SECOND, local_midnight, utc_midnight};

/// The stock status of an order without products whose stock is counted.
pub(super) const NOTHING_TO_FULFIL: u32 = 13;

/// The shipping status of an order without such products.
pub(super) const NOTHING_TO_SHIP: u32 = 1;

/// The shipping status of an order of which nothing has been shipped.
pub(super) const NOT_SHIPPED: u32 = 2;

/// The generated history is this long.
const HISTORY: i64 = 730 * DAY;

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Progress {
    Draft,
    Open,
    PartFulfilled,
    Fulfilled,
    Invoiced,
    Cancelled,
}

/// Where a derived order came from, and with it the look of its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Origin {
    Web,
    Phone,
    Marketplace,
    Unreferenced,
}

/// What an order is called elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Naming {
    Derived(Origin),
    Written(Names),
}

/// Names that were written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Names {
    pub(crate) reference: String,
    pub(crate) external_ref: Option<String>,
    pub(crate) integration: Option<u32>,
}

/// An order without its rows and parties.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: u32,
    pub(crate) order_type: OrderType,
    pub(crate) contact: u32,
    pub(crate) progress: Progress,
    pub(crate) status: u32,
    /// An id of [`STOCK_STATUSES`].
    pub(crate) stock_status: u32,
    /// An id of [`SHIPPING_STATUSES`].
    pub(crate) shipping_status: u32,
    /// An index into [`ALLOCATION_CODES`].
    pub(crate) allocation: usize,
    /// An id of [`super::reference::PAYMENT_STATUSES`].
    pub(crate) payment_status: u32,
    pub(crate) placed: i64,
    pub(crate) created: i64,
    pub(crate) created_by: u32,
    pub(crate) updated: Option<i64>,
    pub(crate) closed: Option<i64>,
    pub(crate) tax_date: i64,
    /// None: thirty days after the tax date.
    pub(crate) due_date: Option<i64>,
    pub(crate) delivery_date: Option<i64>,
    pub(crate) naming: Naming,
    /// None: as the account numbers its invoices.
    pub(crate) own_invoice_reference: Option<String>,
    pub(crate) parent: u32,
    pub(crate) warehouse: u32,
    pub(crate) staff_owner: u32,
    pub(crate) channel: u32,
    pub(crate) lead_source: u32,
    pub(crate) project: u32,
    pub(crate) team: u32,
    pub(crate) shipping_method: u32,
    /// An index into the account's currencies.
    pub(crate) currency: usize,
    /// Units of the order's currency for one of the accounting currency.
    pub(crate) exchange_rate: Decimal,
    pub(crate) fixed_exchange_rate: bool,
    pub(crate) price_list: u32,
    pub(crate) prices_include_tax: bool,
    pub(crate) version: u32,
    pub(crate) rows: u32,
    /// Whether its rows are products whose stock is counted.
    pub(crate) has_stock: bool,
}

impl World {
    /// The order with that id, whether or not it exists, with what was written to it since.
    pub(crate) fn order(&self, id: u32) -> Order {
        let mut order = self.order_without_change(id);
        if let Some(change) = self.changes.orders.get(&id) {
            order.updated = Some(change.updated);
            order.version += change.writes;
            if let Some(status) = change.status {
                order.status = status;
            }
        }
        order
    }

    /// The order as derived, or as it was copied by a change.
    pub(super) fn order_without_change(&self, id: u32) -> Order {
        match self.changes.written_orders.get(id) {
            Some(Some(order)) => order.clone(),
            Some(None) | None => self.generated_order(id),
        }
    }

    /// The type of an order, without working out the rest.
    pub(crate) fn order_type(&self, id: u32) -> OrderType {
        match self.changes.written_orders.get(id) {
            Some(Some(order)) => order.order_type,
            Some(None) | None => generated_type(&mut Draw::new(self.seed, Topic::Order, u64::from(id))),
        }
    }

    /// The order with that id as it was before anything was written to it.
    pub(super) fn generated_order(&self, id: u32) -> Order {
        let mut draw = Draw::new(self.seed, Topic::Order, u64::from(id));
        let order_type = generated_type(&mut draw);
        let parties = if order_type.is_sale() { &self.customers } else { &self.suppliers };
        let contact = self.generated_contact(draw.pick(parties));
        let rows = draw.weighted(&[
            (12, 0),
            (400, 1),
            (250, 2),
            (150, 3),
            (90, 4),
            (50, 5),
            (28, 7),
            (20, super::order_rows::MOST_ROWS),
        ]);
        let has_stock = rows > 0 && draw.chance(960) && self.counts_stock();
        let created = self.moment_in_history(id, &mut draw);
        let progress = progress(order_type, rows, self.epoch_ms - created, &mut draw);
        let origin = origin(order_type, &mut draw);
        let updated = draw.chance(920).then(|| self.some_time_after(created, 20, &mut draw));
        let updated = if progress == Progress::Open && draw.chance(300) { None } else { updated };
        // An order is closed by the change that invoices it.
        let closed =
            (progress == Progress::Invoiced).then(|| updated.map_or(created, |updated| updated - SECOND));
        let tax_date = match closed {
            Some(closed) => local_midnight(closed, self.zone),
            None => utc_midnight(created, self.zone),
        };
        let delivery_date = if draw.chance(450) {
            Some(utc_midnight(created, self.zone) + i64::from(draw.between(1, 14)) * DAY)
        } else {
            None
        };
        let code = contact.place.country.currency;
        let currency = self.currencies.iter().position(|currency| currency.code == code).unwrap_or(0);
        let price_list =
            if order_type.is_sale() { self.price_list_for(currency, contact.price_list) } else { 1 };
        // A purchase is in the supplier's currency at cost, and cost lists are in the account's own.
        let currency = if order_type.is_sale() { currency } else { 0 };
        let is_credit = matches!(order_type, OrderType::SalesCredit | OrderType::PurchaseCredit);
        let parent = if is_credit && id > 1 { self.existing_order_before(id, &mut draw) } else { 0 };
        Order {
            id,
            order_type,
            contact: contact.id,
            progress,
            status: status(order_type, progress, origin, &mut draw),
            stock_status: stock_status(order_type, progress, has_stock),
            shipping_status: shipping_status(order_type, progress, has_stock),
            allocation: allocation(order_type, progress, has_stock, &mut draw),
            payment_status: payment_status(order_type, rows, progress, &mut draw),
            placed: created,
            created,
            created_by: draw.pick(&STAFF),
            updated,
            closed,
            tax_date,
            due_date: None,
            delivery_date,
            naming: Naming::Derived(origin),
            own_invoice_reference: None,
            parent,
            warehouse: if draw.chance(800) {
                FIRST_WAREHOUSE
            } else {
                FIRST_WAREHOUSE + draw.below(self.warehouses)
            },
            staff_owner: if draw.chance(300) { draw.pick(&STAFF) } else { 0 },
            channel: match origin {
                Origin::Web => 2,
                Origin::Marketplace => 3,
                Origin::Phone => 1,
                Origin::Unreferenced => 0,
            },
            lead_source: draw.weighted(&[(800, 0), (100, 1), (100, 4)]),
            project: draw.weighted(&[(950, 0), (50, 2)]),
            team: 0,
            shipping_method: draw.pick(&SHIPPING_METHODS),
            currency,
            exchange_rate: self.currencies[currency].exchange_rate,
            fixed_exchange_rate: currency != 0 && id.is_multiple_of(5),
            price_list,
            prices_include_tax: order_type.is_sale() && contact.price_list == 2,
            version: if updated.is_some() { draw.between(2, 9) } else { 1 },
            rows,
            has_stock,
        }
    }

    /// Ids and dates run in parallel: a higher id was created later.
    fn moment_in_history(&self, id: u32, draw: &mut Draw) -> i64 {
        let slots = i64::from(self.first_new_order);
        let slot = HISTORY / slots;
        let start = self.epoch_ms - HISTORY + HISTORY * i64::from(id) / slots - slot;
        let within = u32::try_from(slot).unwrap_or(u32::MAX);
        let moment = start + i64::from(draw.below(within));
        moment - moment.rem_euclid(SECOND)
    }

    fn some_time_after(&self, created: i64, days: u32, draw: &mut Draw) -> i64 {
        let hours = i64::from(draw.below(days * 24)) * HOUR;
        (created + hours + i64::from(draw.between(1, 3_600)) * SECOND).min(self.epoch_ms)
    }

    fn existing_order_before(&self, id: u32, draw: &mut Draw) -> u32 {
        let earlier = self.orders.as_slice().partition_point(|existing| *existing < id);
        if earlier == 0 { 0 } else { self.orders.as_slice()[draw.below(earlier as u32) as usize] }
    }
}

impl Order {
    /// Whether, as it came with the history, a part of it is set aside, sent or received.
    pub(crate) fn is_done_in_part(&self) -> bool {
        self.progress == Progress::PartFulfilled || self.allocation_code() == "APA"
    }

    pub(crate) fn stock_status_code(&self) -> &'static str {
        code_of(&STOCK_STATUSES, self.stock_status)
    }

    pub(crate) fn shipping_status_code(&self) -> &'static str {
        code_of(&SHIPPING_STATUSES, self.shipping_status)
    }

    pub(crate) fn allocation_code(&self) -> &'static str {
        ALLOCATION_CODES.get(self.allocation).copied().unwrap_or(ALLOCATION_CODES[0])
    }

    /// The customer's or supplier's reference; empty when there is none.
    pub(crate) fn reference(&self) -> String {
        match &self.naming {
            Naming::Derived(Origin::Web) => format!("#{}", 1_000 + self.id),
            Naming::Derived(Origin::Marketplace) => {
                format!("{:03}-{:07}", self.id % 1_000, u64::from(self.id) * 7_919 % 10_000_000)
            }
            Naming::Derived(Origin::Phone) => format!("PO/{}", self.id),
            Naming::Derived(Origin::Unreferenced) => String::new(),
            Naming::Written(names) => names.reference.clone(),
        }
    }

    /// The reference of the system that sent the order in.
    pub(crate) fn external_ref(&self) -> Option<String> {
        match &self.naming {
            Naming::Derived(Origin::Web) => {
                Some(format!("shop-{:08x}", self.id.wrapping_mul(EXTERNAL_REF_FACTOR)))
            }
            Naming::Derived(Origin::Marketplace | Origin::Phone | Origin::Unreferenced) => None,
            Naming::Written(names) => names.external_ref.clone(),
        }
    }

    /// The integration that sent the order in.
    pub(crate) fn integration(&self) -> Option<u32> {
        match &self.naming {
            Naming::Derived(Origin::Web) => Some(WEB_INTEGRATION),
            Naming::Derived(Origin::Marketplace | Origin::Phone | Origin::Unreferenced) => None,
            Naming::Written(names) => names.integration,
        }
    }

    /// Where a derived order came from; none once somebody has named it otherwise.
    pub(crate) fn origin(&self) -> Option<Origin> {
        match &self.naming {
            Naming::Derived(origin) => Some(*origin),
            Naming::Written(_) => None,
        }
    }

    /// What it is called elsewhere, for a change of one of the names.
    pub(crate) fn names(&self) -> Names {
        Names {
            reference: self.reference(),
            external_ref: self.external_ref(),
            integration: self.integration(),
        }
    }

    /// Empty until there is an invoice.
    pub(crate) fn invoice_reference(&self) -> String {
        match (self.closed, &self.own_invoice_reference) {
            (Some(_), Some(own)) => own.clone(),
            (Some(_), None) => format!("{}-{}", self.order_type.invoice_prefix(), 1_000 + self.id),
            (None, _) => String::new(),
        }
    }
}

/// The only id that a derived order with this external reference can have.
pub(super) fn id_of_external_ref(external_ref: &str) -> Option<u32> {
    let digits = external_ref.strip_prefix("shop-").filter(|digits| digits.len() == 8)?;
    let scrambled = u32::from_str_radix(digits, 16).ok()?;
    Some(scrambled.wrapping_mul(EXTERNAL_REF_INVERSE))
}

/// Spreads ids over all 32-bit numbers; odd, so that it can be undone.
const EXTERNAL_REF_FACTOR: u32 = 2_654_435_761;
const EXTERNAL_REF_INVERSE: u32 = 244_002_641;

pub(super) fn code_of(list: &'static [Coded], id: u32) -> &'static str {
    list.iter().find(|entry| entry.id == id).map_or("", |entry| entry.code)
}

fn generated_type(draw: &mut Draw) -> OrderType {
    draw.weighted(&[
        (800, OrderType::SalesOrder),
        (120, OrderType::PurchaseOrder),
        (50, OrderType::SalesCredit),
        (30, OrderType::PurchaseCredit),
    ])
}

fn origin(order_type: OrderType, draw: &mut Draw) -> Origin {
    match order_type {
        OrderType::SalesOrder => draw.weighted(&[
            (450, Origin::Web),
            (200, Origin::Marketplace),
            (200, Origin::Phone),
            (150, Origin::Unreferenced),
        ]),
        OrderType::PurchaseOrder | OrderType::SalesCredit | OrderType::PurchaseCredit => {
            draw.weighted(&[(400, Origin::Phone), (600, Origin::Unreferenced)])
        }
    }
}

fn progress(order_type: OrderType, rows: u32, age_ms: i64, draw: &mut Draw) -> Progress {
    if rows == 0 {
        return if order_type == OrderType::SalesOrder { Progress::Draft } else { Progress::Open };
    }
    // Old orders have been dealt with; recent ones are on their way.
    let drawn = if age_ms > 60 * DAY {
        draw.weighted(&[
            (10, Progress::Draft),
            (30, Progress::Open),
            (10, Progress::PartFulfilled),
            (20, Progress::Fulfilled),
            (70, Progress::Cancelled),
            (860, Progress::Invoiced),
        ])
    } else {
        draw.weighted(&[
            (80, Progress::Draft),
            (270, Progress::Open),
            (100, Progress::PartFulfilled),
            (100, Progress::Fulfilled),
            (50, Progress::Cancelled),
            (400, Progress::Invoiced),
        ])
    };
    match (order_type, drawn) {
        // Only sales orders have statuses for drafts and cancellations.
        (OrderType::SalesOrder, any) => any,
        (_, Progress::Draft | Progress::Open | Progress::Cancelled) => Progress::Open,
        (_, further @ (Progress::PartFulfilled | Progress::Fulfilled | Progress::Invoiced)) => further,
    }
}

fn status(order_type: OrderType, progress: Progress, origin: Origin, draw: &mut Draw) -> u32 {
    match (order_type, progress) {
        (OrderType::SalesOrder, Progress::Draft) => 1,
        (OrderType::SalesOrder, Progress::Open) => match origin {
            Origin::Web | Origin::Marketplace => draw.weighted(&[(600, 2), (250, 17), (100, 20), (50, 21)]),
            Origin::Phone | Origin::Unreferenced => draw.weighted(&[(700, 3), (300, 17)]),
        },
        (OrderType::SalesOrder, Progress::PartFulfilled) => 18,
        (OrderType::SalesOrder, Progress::Fulfilled) => 19,
        (OrderType::SalesOrder, Progress::Invoiced) => 4,
        (OrderType::SalesOrder, Progress::Cancelled) => 5,
        (OrderType::PurchaseOrder, Progress::Draft | Progress::Open | Progress::Cancelled) => {
            draw.weighted(&[(400, 6), (600, 7)])
        }
        (OrderType::PurchaseOrder, Progress::PartFulfilled | Progress::Fulfilled) => 8,
        (OrderType::PurchaseOrder, Progress::Invoiced) => 9,
        (OrderType::SalesCredit, Progress::Invoiced) => 11,
        (OrderType::SalesCredit, _) => 10,
        (OrderType::PurchaseCredit, Progress::Invoiced) => 13,
        (OrderType::PurchaseCredit, _) => 12,
    }
}

fn stock_status(order_type: OrderType, progress: Progress, has_stock: bool) -> u32 {
    if !has_stock {
        return NOTHING_TO_FULFIL;
    }
    let fulfilled = match progress {
        Progress::Draft | Progress::Open | Progress::Cancelled => 0,
        Progress::PartFulfilled => 1,
        Progress::Fulfilled | Progress::Invoiced => 2,
    };
    (order_type.id() - 1) * 3 + fulfilled + 1
}

fn shipping_status(order_type: OrderType, progress: Progress, has_stock: bool) -> u32 {
    match order_type {
        OrderType::SalesOrder if has_stock => {}
        // A recorded purchase of products whose stock is counted reads so, and nothing is ever shipped for it.
        OrderType::PurchaseOrder if has_stock => return NOT_SHIPPED,
        OrderType::SalesOrder
        | OrderType::PurchaseOrder
        | OrderType::SalesCredit
        | OrderType::PurchaseCredit => return NOTHING_TO_SHIP,
    }
    match progress {
        Progress::Draft | Progress::Open | Progress::Cancelled => NOT_SHIPPED,
        Progress::PartFulfilled => 3,
        Progress::Fulfilled | Progress::Invoiced => 4,
    }
}

/// An index into [`ALLOCATION_CODES`].
fn allocation(order_type: OrderType, progress: Progress, has_stock: bool, draw: &mut Draw) -> usize {
    if !has_stock || order_type != OrderType::SalesOrder {
        return 0;
    }
    match progress {
        Progress::Draft | Progress::Cancelled => 1,
        Progress::Open => draw.weighted(&[(300, 1), (200, 2), (500, 3)]),
        Progress::PartFulfilled => 2,
        Progress::Fulfilled | Progress::Invoiced => 3,
    }
}

fn payment_status(order_type: OrderType, rows: u32, progress: Progress, draw: &mut Draw) -> u32 {
    if rows == 0 {
        return 5;
    }
    let drawn = match progress {
        Progress::Draft | Progress::Cancelled => 1,
        Progress::Open | Progress::PartFulfilled | Progress::Fulfilled => {
            draw.weighted(&[(500, 3), (100, 4), (50, 2), (350, 1)])
        }
        Progress::Invoiced => draw.weighted(&[(850, 3), (50, 2), (100, 1)]),
    };
    // Only what a customer is to pay can be authorised.
    if drawn == 4 && order_type != OrderType::SalesOrder { 1 } else { drawn }
}
