//! A row of an order as people write it down: what, how many, and at which price.

use super::arguments::{missing, violation};
use crate::catalog::build::{closed, decimal, field, id, places, text};
use crate::catalog::field::{Field, Object, Rule};
use crate::error::{Fault, Violation};
use crate::json::{ObjectText, Record, id_of, quoted};
use crate::value::Decimal;

/// What tells a row of the API's own form from a plain one.
pub(super) const ROW_MARKS: &[&str] = &["/rowValue", "/quantity/magnitude", "/productName"];

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

/// A row, flat, of an order that is to be created.
pub(super) const ORDER_ROW: Object =
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

/// A row that is being completed.
pub(super) struct Row {
    /// Where it stands in the arguments.
    pub(super) pointer: String,
    pub(super) product: Option<u64>,
    pub(super) tax_code: Option<String>,
    pub(super) net: Decimal,
    /// The net amount as it was written, or worked out.
    net_json: String,
    pub(super) tax: Option<String>,
    quantity: String,
    /// The members that are passed on as they are, by the name that they have here.
    kept: Vec<(&'static str, String)>,
}

impl Row {
    /// Reads a row that fits its table. What the table cannot say is added to the violations; `has_sku` says
    /// that a product may be named by its SKU.
    pub(super) fn read(
        record: &Record<'_>,
        pointer: &str,
        has_sku: bool,
        violations: &mut Vec<Violation>,
    ) -> Option<Self> {
        let product = record.node("productId").as_ref().and_then(id_of);
        if product.is_none() && record.raw("name").is_none() && !has_sku {
            let expected = "a product's id or a name; a row that is posted by itself takes no sku";
            violations.push(missing(format!("{pointer}/productId"), expected));
        }
        let tax_code = record.text("taxCode");
        if product.is_none() && tax_code.is_none() {
            let expected = "a tax code, since the row names no product by id to take it from";
            violations.push(missing(format!("{pointer}/taxCode"), expected));
        }
        let net = match record.raw("net") {
            Some(json) => record.decimal("net").map(|net| (net, json.to_owned())),
            None => net_of(record).map(|net| (net, quoted(&net.to_string()))),
        };
        let Some((net, net_json)) = net else {
            let expected = "amounts that exact arithmetic can hold";
            let found = "more digits than that";
            violations.push(violation(format!("{pointer}/price"), Fault::OutOfRange, found, expected));
            return None;
        };
        let kept = ["productId", "sku", "name", "nominalCode", "externalRef"];
        Some(Self {
            pointer: pointer.to_owned(),
            product,
            tax_code,
            net,
            net_json,
            tax: record.raw("tax").map(str::to_owned),
            quantity: record.raw("quantity")?.to_owned(),
            kept: kept.into_iter().filter_map(|name| Some((name, record.raw(name)?.to_owned()))).collect(),
        })
    }

    /// As one of a sales order's rows.
    pub(super) fn of_sale(&self) -> String {
        self.passed_on(ObjectText::new(), &[("productId", "productId"), ("sku", "sku"), ("name", "name")])
            .raw("quantity", &self.quantity)
            .maybe("taxCode", self.tax_code.as_deref().map(quoted).as_deref())
            .raw("net", &self.net_json)
            .maybe("tax", self.tax.as_deref())
            .finish()
    }

    /// As a row that is posted by itself.
    pub(super) fn of_order(&self) -> String {
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

/// The price of one, as often as there are.
fn net_of(record: &Record<'_>) -> Option<Decimal> {
    times(record.decimal("price")?, record.decimal("quantity")?)
}

/// An exact product, if it can be held.
pub(super) fn times(one: Decimal, other: Decimal) -> Option<Decimal> {
    let mantissa = one.mantissa().checked_mul(other.mantissa())?;
    Decimal::from_parts(mantissa, one.places() + other.places()).ok()
}
