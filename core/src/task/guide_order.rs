//! Orders as integration guides write them down: flat, with unit prices, and perhaps without tax. They are turned
//! into what the API takes; a tax code that is not given is the product's, and a tax amount follows from the rate.

use super::arguments::{Arguments, missing, refuse};
use super::orders::{OrderCreation, RowAddition};
use super::plain_row::{ORDER_ROW, ROW_MARKS, Row};
use super::program::{Next, Program, TaskAnswer};
use super::tax_lookup::Lookup;
use crate::catalog::build::{closed, currency, field, id, id_or_none, list, moment, object, text};
use crate::catalog::field::{Condition, Object, Rule, Shape};
use crate::error::{Error, Result};
use crate::json::{ObjectText, Record, array};

/// What tells an order of this form from one of the API's own.
pub(super) const SALE_MARKS: &[&str] = &["/orderRows", "/orderTypeCode", "/customer/contactId"];
pub(super) const ORDER_MARKS: &[&str] = &["/orderRows", "/customer", "/supplier"];

const CONTACT: Object = closed(&[id("contactId", "contact").mandatory()]);

/// An order, flat.
pub(super) const ORDER: Object = closed(&[
    field("orderTypeCode", Shape::Choice(&["SO", "SC", "PO", "PC"])).of("order-type").note("SO when absent."),
    object("customer", CONTACT).note("Sales orders and sales credits."),
    object("supplier", CONTACT).note("Purchase orders and purchase credits."),
    text("reference").note("The customer's or supplier's."),
    moment("placedOn"),
    moment("taxDate"),
    moment("deliveryDate"),
    id_or_none("shippingMethodId", "shipping-method"),
    id("orderStatusId", "order-status"),
    id("warehouseId", "warehouse"),
    id_or_none("channelId", "channel"),
    id_or_none("priceListId", "price-list"),
    field("priceModeCode", Shape::Choice(&["INC", "EXC"])),
    currency("currencyCode"),
    text("externalRef"),
    id("installedIntegrationInstanceId", "integration-instance"),
    list("orderRows", &Shape::Object(ORDER_ROW)),
])
.rules(&[
    Rule::When {
        member: "/orderTypeCode",
        condition: Condition::Is(&["PO", "PC"]),
        needs: &["/supplier/contactId"],
    },
    Rule::When {
        member: "/orderTypeCode",
        condition: Condition::Is(&["SO", "SC"]),
        needs: &["/customer/contactId"],
    },
    Rule::AnyOf(&["/customer/contactId", "/supplier/contactId"]),
]);

/// The program: look up what is not given, then create.
struct Guide {
    task: &'static str,
    target: Target,
    rows: Vec<Row>,
    lookup: Lookup,
    creation: Option<Box<dyn Program>>,
}

/// What the rows become part of.
#[derive(Clone)]
enum Target {
    /// A sales order, with its rows in one body.
    SalesOrder(ObjectText),
    /// An order, then its rows one by one.
    Order(String),
    /// An order that is there.
    Existing(u64),
}

/// The program for an order of this form.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) with all that the table cannot say.
pub(super) fn order(arguments: &Arguments<'_>, may_be_atomic: bool) -> Result<Box<dyn Program>> {
    let record = &arguments.record;
    let kind = record.text("orderTypeCode").unwrap_or_else(|| "SO".to_owned());
    let is_sale = kind == "SO" && may_be_atomic;
    let mut violations = Vec::new();
    if matches!(kind.as_str(), "SO" | "SC") && record.record("customer").raw("contactId").is_none() {
        violations
            .push(missing("/customer/contactId".to_owned(), "the customer, for a sales order or credit"));
    }
    let rows = record.records("orderRows");
    let rows: Vec<Row> = rows
        .iter()
        .enumerate()
        .filter_map(|(place, row)| Row::read(row, &format!("/orderRows/{place}"), is_sale, &mut violations))
        .collect();
    arguments.refuse(violations)?;
    let target = if is_sale {
        Target::SalesOrder(sale_head(record))
    } else {
        Target::Order(order_head(record, &kind))
    };
    Ok(Box::new(Guide::new(arguments.task, target, rows)))
}

/// The program for a row of an order that is there, of this form or of the API's own.
///
/// # Errors
/// As [`order`].
pub(super) fn add_row(arguments: &Arguments<'_>) -> Result<Box<dyn Program>> {
    let order = arguments.id("orderId")?;
    if arguments.has_form(ROW_MARKS) {
        return Ok(Box::new(RowAddition::new(order, arguments.body().finish())));
    }
    let mut violations = Vec::new();
    let row = Row::read(&arguments.record, "", false, &mut violations);
    arguments.refuse(violations)?;
    Ok(Box::new(Guide::new(arguments.task, Target::Existing(order), row.into_iter().collect())))
}

/// What stands at the top of a sales order: its name there, and here.
const SALE_MEMBERS: &[(&str, &str)] = &[
    ("ref", "reference"),
    ("placedOn", "placedOn"),
    ("taxDate", "taxDate"),
    ("statusId", "orderStatusId"),
    ("warehouseId", "warehouseId"),
    ("channelId", "channelId"),
    ("externalRef", "externalRef"),
    ("installedIntegrationInstanceId", "installedIntegrationInstanceId"),
    ("priceListId", "priceListId"),
    ("priceModeCode", "priceModeCode"),
];
/// The same for an order of any type.
const ORDER_MEMBERS: &[(&str, &str)] = &[
    ("orderTypeCode", "orderTypeCode"),
    ("reference", "reference"),
    ("priceListId", "priceListId"),
    ("priceModeCode", "priceModeCode"),
    ("placedOn", "placedOn"),
    ("warehouseId", "warehouseId"),
    ("externalRef", "externalRef"),
    ("installedIntegrationInstanceId", "installedIntegrationInstanceId"),
];

fn members(record: &Record<'_>, names: &[(&str, &str)]) -> ObjectText {
    names.iter().fold(ObjectText::new(), |text, (there, here)| text.maybe(there, record.raw(here)))
}

fn sale_head(record: &Record<'_>) -> ObjectText {
    members(record, SALE_MEMBERS)
        .within("customer", members(&record.record("customer"), &[("id", "contactId")]))
        .within("currency", members(record, &[("code", "currencyCode")]))
        .within(
            "delivery",
            members(record, &[("date", "deliveryDate"), ("shippingMethodId", "shippingMethodId")]),
        )
}

fn order_head(record: &Record<'_>, kind: &str) -> String {
    let party = if matches!(kind, "PO" | "PC") { "supplier" } else { "customer" };
    let contact = members(&record.record(party), &[("contactId", "contactId")]);
    let delivery = [("deliveryDate", "deliveryDate"), ("shippingMethodId", "shippingMethodId")];
    let invoice = record.raw("taxDate").map(|date| array([ObjectText::new().raw("taxDate", date).finish()]));
    let head = members(record, ORDER_MEMBERS);
    let head = if record.raw("orderTypeCode").is_some() { head } else { head.text("orderTypeCode", kind) };
    head.within("parties", ObjectText::new().within(party, contact))
        .within("orderStatus", members(record, &[("orderStatusId", "orderStatusId")]))
        .within("delivery", members(record, &delivery))
        .maybe("invoices", invoice.as_deref())
        .within("currency", members(record, &[("orderCurrencyCode", "currencyCode")]))
        .within(
            "assignment",
            ObjectText::new().within("current", members(record, &[("channelId", "channelId")])),
        )
        .finish()
}

impl Guide {
    fn new(task: &'static str, target: Target, rows: Vec<Row>) -> Self {
        let lookup = Lookup::new(&rows);
        Self { task, target, rows, lookup, creation: None }
    }

    /// Completes the rows with what was looked up.
    fn complete(&mut self) -> Result<Box<dyn Program>> {
        let mut violations = Vec::new();
        for row in &mut self.rows {
            if let Err(violation) = self.lookup.complete(row) {
                violations.push(violation);
            }
        }
        refuse(self.task, violations)?;
        Ok(match self.target.clone() {
            Target::SalesOrder(head) => {
                let rows: Vec<String> = self.rows.iter().map(Row::of_sale).collect();
                let rows = (!rows.is_empty()).then(|| array(rows));
                Box::new(OrderCreation::sale(head.maybe("rows", rows.as_deref()).finish()))
            }
            Target::Order(head) => {
                Box::new(OrderCreation::order(head, self.rows.iter().map(Row::of_order).collect()))
            }
            Target::Existing(order) => {
                let body = self.rows.first().map(Row::of_order).unwrap_or_default();
                Box::new(RowAddition::new(order, body))
            }
        })
    }
}

impl Program for Guide {
    fn next(&mut self) -> Result<Next> {
        if let Some(request) = self.lookup.next() {
            return Ok(Next::Send(request));
        }
        let creation = match self.creation.take() {
            Some(creation) => creation,
            None => self.complete()?,
        };
        self.creation.insert(creation).next()
    }

    fn take(&mut self, answer: &TaskAnswer<'_>) -> Result<()> {
        match &mut self.creation {
            Some(creation) => creation.take(answer),
            None => self.lookup.take(answer),
        }
    }

    fn refused(&mut self, error: Error) -> Result<()> {
        // A product that is not there may be answered with 404 (API notes §8.2.1).
        if self.creation.is_none() && error.status() == Some(404) { Ok(()) } else { Err(error) }
    }

    fn progress(&self) -> Option<String> {
        self.creation.as_ref()?.progress()
    }

    fn outlook(&self) -> (u64, bool) {
        let creation = match (&self.creation, &self.target) {
            (Some(creation), _) => return creation.outlook(),
            (None, Target::SalesOrder(_)) => 1,
            (None, Target::Order(_)) => 1 + self.rows.len() as u64,
            (None, Target::Existing(_)) => 1,
        };
        (self.lookup.requests_left() + creation, true)
    }
}
