//! What a new row of an order says of itself, in both layouts, and the row that follows from it
//! (API notes §8.1.4, §8.1.6).

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde_json::Value;

use super::fields::{CheckedFields, decimal};
use super::order_terms::INVALID;
use crate::protocol::json::with_places;
use crate::world::World;
use crate::world::nominal::nominal_code;
use crate::world::order::Order;
use crate::world::order_rows::{OrderRow, cost_of_a_piece};
use crate::world::product::Product;
use crate::world::reference::{FREE_TEXT_PRODUCT, OrderType, TAX_CODES, TaxCode, tax_code};

/// Where a body has the members of a row.
pub(super) struct RowLayout {
    name: &'static str,
    quantity: &'static str,
    tax_code: &'static str,
    net: &'static str,
    tax: &'static str,
}

/// `order/{id}/row`.
pub(super) const ORDER_ROW: RowLayout = RowLayout {
    name: "/productName",
    quantity: "/quantity/magnitude",
    tax_code: "/rowValue/taxCode",
    net: "/rowValue/rowNet/value",
    tax: "/rowValue/rowTax/value",
};

/// The rows of `sales-order` and `sales-credit`.
pub(super) const SALE_ROW: RowLayout =
    RowLayout { name: "/name", quantity: "/quantity", tax_code: "/taxCode", net: "/net", tax: "/tax" };

/// Reads a row, whose id and sequence the caller gives it. `place` names the row in messages where a body
/// has several.
pub(super) fn read_row(
    world: &World,
    fields: &mut CheckedFields<'_>,
    layout: &RowLayout,
    order: &Order,
    place: &str,
) -> OrderRow {
    let product = read_product(world, fields, place);
    let name = fields.text(layout.name).filter(|name| !name.is_empty());
    if product.is_none() && name.is_none() && !fields.has("/productId") && !fields.has("/sku") {
        // The code is recorded, its text is not.
        fields.refuse("ORDC-026", format!("You must supply a product name{place}"));
    }
    let is_bundle = product.as_ref().is_some_and(|product| !world.components(product.id).is_empty());
    if is_bundle && !order.order_type.is_sale() {
        fields.refuse(INVALID, format!("A bundle cannot be purchased{place}"));
    }
    let is_whole = is_bundle || product.as_ref().is_some_and(|product| product.stock_tracked);
    let quantity = read_quantity(fields, layout, is_whole, place);
    let tax = read_tax_code(fields, layout, place);
    let net = with_places(fields.decimal(layout.net).unwrap_or(Decimal::ZERO), 4);
    let tax_amount = fields.decimal(layout.tax).unwrap_or_else(|| tax_on(net, tax));
    let list = world.price_list(order.price_list);
    let is_purchase = order.order_type == OrderType::PurchaseOrder;
    // Given plainly or within an object, whose value may be absent.
    let is_object = fields.member("/productPrice").is_some_and(serde_json::Value::is_object);
    let price = if is_object { "/productPrice/value" } else { "/productPrice" };
    let listed = match fields.decimal(price) {
        Some(price) => price,
        None if is_purchase => Decimal::ZERO,
        // A recorded row without a product, which was posted without a price, has none.
        None => product.as_ref().map_or(Decimal::ZERO, |product| {
            // Where a list has no price, the one that it would have.
            let listed = world.list_price(product, &list).at(quantity);
            listed.unwrap_or_else(|| world.price(product, &list))
        }),
    };
    let item_cost = match &product {
        Some(_) | None if is_purchase => cost_of_a_piece(net, quantity),
        Some(product) => with_places(product.cost() * order.exchange_rate, 4),
        None => Decimal::ZERO,
    };
    let sku = product.as_ref().map(Product::sku).filter(|sku| !sku.is_empty());
    OrderRow {
        id: 0,
        sequence: 0,
        product_id: product.as_ref().map_or(FREE_TEXT_PRODUCT, |product| product.id),
        name: name.or_else(|| product.as_ref().map(Product::name)).unwrap_or_default(),
        sku,
        quantity,
        item_cost,
        product_price: with_places(listed, 4),
        discount: fields.decimal("/discountPercentage").unwrap_or(Decimal::ZERO),
        tax,
        net,
        tax_amount: with_places(tax_amount, 2),
        tax_calculator: Cow::Borrowed("brightpearl"),
        nominal_code: Cow::Owned(read_nominal_code(world, fields, order, place)),
        external_ref: fields.text("/externalRef"),
        is_bundle: false,
        bundle: None,
    }
}

/// The tax on a net amount.
pub(super) fn tax_on(net: Decimal, tax: &TaxCode) -> Decimal {
    with_places(net * Decimal::new(i64::from(tax.rate.unwrap_or(0)), 4), 2)
}

/// A quantity: whole for bundles and products whose stock is counted, with at most four places for others.
pub(super) fn fitting_quantity(value: &Value, is_whole: bool) -> Option<Decimal> {
    let quantity = decimal(value)?;
    let places = if is_whole { 0 } else { 4 };
    (quantity.normalize().scale() <= places).then_some(quantity)
}

/// The recorded refusal of a quantity.
pub(super) fn refuse_quantity(fields: &mut CheckedFields<'_>, value: &Value, before: &str, place: &str) {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.refuse("ORDC-024", format!("{before}You have supplied an invalid quantity: {shown}{place}"));
}

fn read_product(world: &World, fields: &mut CheckedFields<'_>, place: &str) -> Option<Product> {
    if let Some(id) = fields.id("/productId") {
        if id == FREE_TEXT_PRODUCT {
            return None;
        }
        if !world.products.contains(id) {
            fields.refuse(INVALID, format!("You have supplied an invalid product id: {id}{place}"));
            return None;
        }
        return Some(world.product(id));
    }
    let sku = fields.text("/sku").filter(|sku| !sku.is_empty())?;
    let product = world.product_with_sku(&sku);
    if product.is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid SKU: {sku}{place}"));
    }
    product
}

fn read_quantity(fields: &mut CheckedFields<'_>, layout: &RowLayout, is_whole: bool, place: &str) -> Decimal {
    let value = fields.member(layout.quantity).unwrap_or(&Value::Null);
    fitting_quantity(value, is_whole).unwrap_or_else(|| {
        refuse_quantity(fields, value, "", place);
        Decimal::ZERO
    })
}

fn read_tax_code(fields: &mut CheckedFields<'_>, layout: &RowLayout, place: &str) -> &'static TaxCode {
    let code = fields.text(layout.tax_code).unwrap_or_default();
    tax_code(&code).unwrap_or_else(|| {
        fields.refuse(INVALID, format!("You have supplied an invalid tax code: {code}{place}"));
        &TAX_CODES[0]
    })
}

/// The contact's account is the default (API notes §8.1.6).
fn read_nominal_code(world: &World, fields: &mut CheckedFields<'_>, order: &Order, place: &str) -> String {
    let Some(code) = fields.text("/nominalCode") else {
        let own = world.contact(order.contact).financial.nominal_code;
        let default = if order.order_type.is_sale() { "4000" } else { "5000" };
        return nominal_code(&own).map_or(default, |account| account.code).to_owned();
    };
    if nominal_code(&code).is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid nominal code: {code}{place}"));
    }
    code
}
