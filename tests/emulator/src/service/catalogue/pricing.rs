//! What a customer pays for products (API notes §8.6). The address is another than that of all else:
//! `/api-v3/{account}/pricing/...`.

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde::Serialize;

use super::super::Route;
use super::super::call::Call;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::{Members, Number, amount, with_places};
use crate::world::World;
use crate::world::contact::Relationship;
use crate::world::price::PriceList;
use crate::world::reference::TAX_CODES;

pub(super) const ROUTES: &[Route] = &[Route::read(
    Method::Get,
    "api-v3:pricing/customer/{id}/product-price/{ids?}",
    "get-customer-product-price",
    get_customer_prices,
)];

#[derive(Serialize)]
struct CustomerPricesShape {
    customer: CustomerShape,
    products: Vec<PricedProduct>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerShape {
    customer_id: u32,
    financial_details: CustomerDetails,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerDetails {
    price_list_id: u32,
    currency_code: String,
    discount_percentage: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_code: Option<PricedTaxCode>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PricedProduct {
    product_id: u32,
    sku: String,
    financial_details: ProductDetails,
    price_list: CustomerPriceShape,
}

/// `taxable` in an account with sales tax, `taxCode` in one with VAT.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    taxable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_code: Option<PricedTaxCode>,
}

#[derive(Serialize)]
struct PricedTaxCode {
    code: &'static str,
    rate: Number,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerPriceShape {
    price_list_id: u32,
    currency_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    quantity_price: Members<u32, String>,
}

/// *Inferred*: products that do not exist are left out.
fn get_customer_prices(call: &mut Call<'_>) -> Answer {
    let named = call.captured.first().map_or("", String::as_str);
    let world = &*call.world;
    let customer = call.id(0).and_then(|id| world.existing_contact(id));
    let customer = customer.filter(|contact| contact.relationship == Relationship::Customer);
    let customer = customer.ok_or_else(|| Refusal::not_found(&format!("Customer {named} does not exist")))?;
    let products = call.required_ids(1)?.pick(world.products.as_slice());
    if products.is_empty() {
        return Err(Refusal::not_found("No Product Prices Found"));
    }
    let list = world.price_list(customer.financial.price_list);
    let currency_code = &world.currencies[list.currency].code;
    let shape = CustomerShape {
        customer_id: customer.id,
        financial_details: CustomerDetails {
            price_list_id: list.id,
            currency_code: currency_code.clone(),
            discount_percentage: Number(with_places(customer.financial.discount, 2)),
            tax_code: (!has_sales_tax(world)).then(|| PricedTaxCode::with_id(customer.financial.tax_code)),
        },
    };
    let products = products.into_iter().map(|id| PricedProduct::new(world, id, &list)).collect();
    response(CustomerPricesShape { customer: shape, products })
}

/// Whether the account is one with sales tax, and not with VAT.
fn has_sales_tax(world: &World) -> bool {
    world.currencies[0].code == "USD"
}

impl PricedTaxCode {
    fn with_id(id: u32) -> Self {
        let code = TAX_CODES.iter().find(|code| code.id == id).unwrap_or(&TAX_CODES[0]);
        Self { code: code.code, rate: Number(Decimal::new(i64::from(code.rate.unwrap_or(0)) * 100, 4)) }
    }
}

impl PricedProduct {
    fn new(world: &World, id: u32, list: &PriceList) -> Self {
        let record = world.product_record(id);
        let price = world.list_price(&world.product(id), list);
        let breaks = price.breaks.iter().map(|(from, price)| (*from, amount(*price, 2)));
        let has_sales_tax = has_sales_tax(world);
        let tax_code = PricedTaxCode::with_id(record.tax_code);
        Self {
            product_id: id,
            sku: record.identity.sku.clone(),
            financial_details: ProductDetails {
                taxable: has_sales_tax.then_some(record.taxable),
                tax_code: (!has_sales_tax).then_some(tax_code),
            },
            price_list: CustomerPriceShape {
                price_list_id: list.id,
                currency_code: world.currencies[list.currency].code.clone(),
                quantity_price: Members(breaks.collect()),
                sku: price.sku,
            },
        }
    }
}
