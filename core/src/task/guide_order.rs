//! Orders as integration guides write them down: flat, with unit prices, and perhaps without tax. They are turned
//! into what the API takes; a tax code that is not given is the product's, and a tax amount follows from the rate.

use std::collections::BTreeMap;

use super::arguments::{Arguments, missing, refuse, violation};
use super::orders::{Creation, RowAddition};
use super::program::{Answer, Next, Program, get};
use super::record::{ObjectText, Record, array, id_of, quoted, text_of};
use crate::call::operation::Request;
use crate::catalog::build::{
    closed, currency, decimal, field, id, id_or_none, list, moment, object, places, text,
};
use crate::catalog::field::{Condition, Field, Object, Rule, Shape};
use crate::catalog::nearest;
use crate::error::{Error, Result};
use crate::id_set::{IdSet, Split};
use crate::validate::{Fault, Violation};
use crate::value::Decimal;

/// What tells an order of this form from one of the API's own.
pub(super) const SALE_MARKS: &[&str] = &["/orderRows", "/orderTypeCode", "/customer/contactId"];
pub(super) const ORDER_MARKS: &[&str] = &["/orderRows", "/customer", "/supplier"];

/// What tells a row of the API's own form from a plain one.
pub(super) const ROW_MARKS: &[&str] = &["/rowValue", "/quantity/magnitude", "/productName"];

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

const PRICED: Rule = Rule::AnyOf(&["/price", "/net"]);

const PRODUCT: Field = id("productId", "product");
const SKU: Field = text("sku").note("Instead of productId, in sales orders that are created whole.");
const NAME: Field = text("name").note("For a row of free text; goes before the product's own name.");
const QUANTITY: Field = field("quantity", places(4)).mandatory();
const PRICE: Field = decimal("price").note("The net price of one.");
const NET: Field = decimal("net").note("The net amount of the whole row, instead of price.");
const TAX_CODE: Field = text("taxCode").of("tax-code").note("The product's when absent.");
const TAX: Field = decimal("tax").note("Of the whole row; follows from the tax code's rate when absent.");
const NOMINAL_CODE: Field = text("nominalCode").of("nominal-code");
const EXTERNAL_REF: Field = text("externalRef");

const ORDER_ROW: Object =
    closed(&[PRODUCT, SKU, NAME, QUANTITY, PRICE, NET, TAX_CODE, TAX, NOMINAL_CODE, EXTERNAL_REF])
        .rules(&[Rule::AnyOf(&["/productId", "/sku", "/name"]), PRICED]);

/// A row, flat, for an order that is there.
pub(super) const ROW: Object = closed(&[
    id("orderId", "order").mandatory(),
    PRODUCT,
    NAME,
    QUANTITY,
    PRICE,
    NET,
    TAX_CODE,
    TAX,
    NOMINAL_CODE,
    EXTERNAL_REF,
])
.rules(&[Rule::AnyOf(&["/productId", "/name"]), PRICED]);

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

/// A row that is being completed.
struct Row {
    /// Where it stands in the arguments.
    pointer: String,
    product: Option<u64>,
    tax_code: Option<String>,
    net: Decimal,
    /// The net amount as it was written, or worked out.
    net_json: String,
    tax: Option<String>,
    quantity: String,
    /// The members that are passed on as they are, by the name that they have here.
    kept: Vec<(&'static str, String)>,
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
        .filter_map(|(place, row)| read_row(row, &format!("/orderRows/{place}"), is_sale, &mut violations))
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
    let row = read_row(&arguments.record, "", false, &mut violations);
    arguments.refuse(violations)?;
    Ok(Box::new(Guide::new(arguments.task, Target::Existing(order), row.into_iter().collect())))
}

fn read_row(
    record: &Record<'_>,
    pointer: &str,
    is_sale: bool,
    violations: &mut Vec<Violation>,
) -> Option<Row> {
    let product = record.text("productId").and_then(|digits| digits.parse().ok());
    let has_name = record.raw("name").is_some();
    if product.is_none() && !has_name && !is_sale {
        let expected = "a product's id or a name; a row that is posted by itself takes no sku";
        violations.push(missing(format!("{pointer}/productId"), expected));
    }
    let tax_code = record.text("taxCode");
    if product.is_none() && tax_code.is_none() {
        let expected = "a tax code, since the row names no product by id to take it from";
        violations.push(missing(format!("{pointer}/taxCode"), expected));
    }
    let quantity = record.raw("quantity")?.to_owned();
    let (net, net_json) = match record.raw("net") {
        Some(json) => (record.decimal("net")?, json.to_owned()),
        None => {
            let (price, count) = (record.decimal("price")?, record.decimal("quantity")?);
            let Some(net) = product_of(price, count) else {
                let found = format!("{price} for one of {count}");
                let expected = "a net amount that exact arithmetic can hold";
                violations.push(violation(format!("{pointer}/price"), Fault::OutOfRange, found, expected));
                return None;
            };
            (net, quoted(&net.to_string()))
        }
    };
    let kept = ["productId", "sku", "name", "nominalCode", "externalRef"];
    Some(Row {
        pointer: pointer.to_owned(),
        product,
        tax_code,
        net,
        net_json,
        tax: record.raw("tax").map(str::to_owned),
        quantity,
        kept: kept.into_iter().filter_map(|name| Some((name, record.raw(name)?.to_owned()))).collect(),
    })
}

fn product_of(one: Decimal, other: Decimal) -> Option<Decimal> {
    rust_decimal::Decimal::from(one).checked_mul(other.into()).map(Decimal::from)
}

fn sale_head(record: &Record<'_>) -> ObjectText {
    let customer = ObjectText::new().maybe("id", record.record("customer").raw("contactId"));
    let delivery = ObjectText::new()
        .maybe("date", record.raw("deliveryDate"))
        .maybe("shippingMethodId", record.raw("shippingMethodId"));
    let currency = ObjectText::new().maybe("code", record.raw("currencyCode"));
    ObjectText::new()
        .within("customer", customer)
        .maybe("ref", record.raw("reference"))
        .maybe("placedOn", record.raw("placedOn"))
        .maybe("taxDate", record.raw("taxDate"))
        .maybe("statusId", record.raw("orderStatusId"))
        .maybe("warehouseId", record.raw("warehouseId"))
        .maybe("channelId", record.raw("channelId"))
        .maybe("externalRef", record.raw("externalRef"))
        .maybe("installedIntegrationInstanceId", record.raw("installedIntegrationInstanceId"))
        .maybe("priceListId", record.raw("priceListId"))
        .maybe("priceModeCode", record.raw("priceModeCode"))
        .within("currency", currency)
        .within("delivery", delivery)
}

fn order_head(record: &Record<'_>, kind: &str) -> String {
    let party = if matches!(kind, "PO" | "PC") { "supplier" } else { "customer" };
    let contact = ObjectText::new().maybe("contactId", record.record(party).raw("contactId"));
    let status = ObjectText::new().maybe("orderStatusId", record.raw("orderStatusId"));
    let delivery = ObjectText::new()
        .maybe("deliveryDate", record.raw("deliveryDate"))
        .maybe("shippingMethodId", record.raw("shippingMethodId"));
    let invoice =
        record.raw("taxDate").map(|date| format!("[{}]", ObjectText::new().raw("taxDate", date).finish()));
    let currency = ObjectText::new().maybe("orderCurrencyCode", record.raw("currencyCode"));
    let current = ObjectText::new().maybe("channelId", record.raw("channelId"));
    ObjectText::new()
        .text("orderTypeCode", kind)
        .maybe("reference", record.raw("reference"))
        .maybe("priceListId", record.raw("priceListId"))
        .maybe("priceModeCode", record.raw("priceModeCode"))
        .maybe("placedOn", record.raw("placedOn"))
        .within("orderStatus", status)
        .within("delivery", delivery)
        .maybe("invoices", invoice.as_deref())
        .within("currency", currency)
        .within("parties", ObjectText::new().within(party, contact))
        .within("assignment", ObjectText::new().within("current", current))
        .maybe("warehouseId", record.raw("warehouseId"))
        .maybe("externalRef", record.raw("externalRef"))
        .maybe("installedIntegrationInstanceId", record.raw("installedIntegrationInstanceId"))
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
                Box::new(Creation::sale(head.maybe("rows", rows.as_deref()).finish()))
            }
            Target::Order(head) => {
                Box::new(Creation::order(head, self.rows.iter().map(Row::of_order).collect()))
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

    fn take(&mut self, answer: &Answer<'_>) -> Result<()> {
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

impl Row {
    fn of_sale(&self) -> String {
        self.passed_on(ObjectText::new(), &[("productId", "productId"), ("sku", "sku"), ("name", "name")])
            .raw("quantity", &self.quantity)
            .maybe("taxCode", self.tax_code.as_deref().map(quoted).as_deref())
            .raw("net", &self.net_json)
            .maybe("tax", self.tax.as_deref())
            .finish()
    }

    fn of_order(&self) -> String {
        let amount = |json: &str| ObjectText::new().raw("value", json);
        let value = ObjectText::new()
            .maybe("taxCode", self.tax_code.as_deref().map(quoted).as_deref())
            .within("rowNet", amount(&self.net_json))
            .within("rowTax", self.tax.as_deref().map_or_else(ObjectText::new, amount));
        self.passed_on(ObjectText::new(), &[("productId", "productId"), ("name", "productName")])
            .within("quantity", ObjectText::new().raw("magnitude", &self.quantity))
            .within("rowValue", value)
            .finish()
    }

    /// Adds what identifies the row, under the names that it has there, and what is the same everywhere.
    fn passed_on(&self, text: ObjectText, names: &[(&str, &str)]) -> ObjectText {
        let everywhere = [("nominalCode", "nominalCode"), ("externalRef", "externalRef")];
        names.iter().chain(&everywhere).fold(text, |text, (here, there)| {
            let json = self.kept.iter().find(|(name, _)| name == here).map(|(_, json)| json.as_str());
            text.maybe(there, json)
        })
    }
}

/// Reading the tax codes of products, and the rates of tax codes, as far as rows lack them.
struct Lookup {
    products: Split,
    wants_rates: bool,
    is_asking_for_rates: bool,
    codes: BTreeMap<u64, String>,
    rates: BTreeMap<String, Decimal>,
    is_product_known: IdSet,
}

impl Lookup {
    fn new(rows: &[Row]) -> Self {
        let products = rows.iter().filter(|row| row.tax_code.is_none()).filter_map(|row| row.product);
        // Ids were checked, so that all of them can be in a set.
        let products = IdSet::from_ids(products).unwrap_or_default();
        Self {
            products: products.split(PRODUCTS_AT_ONCE, LONGEST_ID_TEXT),
            wants_rates: rows.iter().any(|row| row.tax.is_none()),
            is_asking_for_rates: false,
            codes: BTreeMap::new(),
            rates: BTreeMap::new(),
            is_product_known: IdSet::new(),
        }
    }

    fn next(&mut self) -> Option<Request> {
        if let Some(ids) = self.products.next() {
            return Some(get(format!("product-service/product/{ids}")));
        }
        if std::mem::take(&mut self.wants_rates) {
            self.is_asking_for_rates = true;
            return Some(get("accounting-service/tax-code"));
        }
        None
    }

    fn take(&mut self, answer: &Answer<'_>) -> Result<()> {
        for record in answer.records()? {
            if self.is_asking_for_rates {
                if let Some(code) = record.text("code") {
                    // No rate is the rate of an exempt code (API notes §8.5.6).
                    self.rates.insert(code, record.decimal("rate").unwrap_or_default());
                }
            } else if let Some(id) = record.node("id").as_ref().and_then(id_of) {
                self.is_product_known.insert(id)?;
                let code = record.record("financialDetails").record("taxCode").node("code");
                if let Some(code) = code.as_ref().and_then(text_of) {
                    self.codes.insert(id, code);
                }
            }
        }
        Ok(())
    }

    fn requests_left(&self) -> u64 {
        let chunks = self.products.remaining().split(PRODUCTS_AT_ONCE, LONGEST_ID_TEXT).count();
        chunks as u64 + u64::from(self.wants_rates)
    }

    fn complete(&self, row: &mut Row) -> Result<(), Violation> {
        let at = |member: &str| format!("{}/{member}", row.pointer);
        let code = match (&row.tax_code, row.product) {
            (Some(code), _) => code.clone(),
            (None, Some(id)) if !self.is_product_known.contains(id) => {
                let expected = "a product that exists, or a tax code for the row";
                return Err(violation(
                    at("productId"),
                    Fault::NotAllowed,
                    format!("{id}, which is not there"),
                    expected,
                ));
            }
            (None, product) => match product.and_then(|id| self.codes.get(&id)) {
                Some(code) => code.clone(),
                None => return Err(missing(at("taxCode"), "a tax code, since the product has none")),
            },
        };
        if row.tax.is_none() {
            let Some(rate) = self.rates.get(&code) else {
                let expected = match nearest(&code, self.rates.keys().map(String::as_str)) {
                    Some(meant) => format!("a tax code of the account, such as {meant}"),
                    None => "a tax code of the account".to_owned(),
                };
                return Err(violation(at("taxCode"), Fault::NotAllowed, format!("{code:?}"), expected));
            };
            let Some(tax) = tax_of(row.net, *rate) else {
                let expected = "a tax amount, since it cannot be worked out exactly";
                return Err(missing(at("tax"), expected));
            };
            row.tax = Some(quoted(&tax.to_string()));
        }
        row.tax_code = Some(code);
        Ok(())
    }
}

/// Most products in one GET (API notes §1.3).
const PRODUCTS_AT_ONCE: usize = 200;
const LONGEST_ID_TEXT: usize = 4_000;

/// Per cent of a net amount, to two places as row taxes have them (API notes §1.8); halves go away from zero.
fn tax_of(net: Decimal, rate: Decimal) -> Option<Decimal> {
    let tax = rust_decimal::Decimal::from(product_of(net, rate)?).checked_div(100.into())?;
    Decimal::from(tax).rounded(2).ok()
}
