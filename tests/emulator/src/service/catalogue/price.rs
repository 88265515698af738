//! Price lists and the prices on them (API notes §8.2.3).

use std::collections::BTreeMap;

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::super::currency::symbol;
use super::super::order::GetUris;
use super::{UNREADABLE, path_product, refused};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::json::{Members, amount, with_places};
use crate::world::World;
use crate::world::price::{ListPrice, PriceKind, PriceList};
use crate::world::product::Product;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "product-service/price-list/{ids?}", "get-price-list", get_price_lists),
    Route::read(Method::Get, "product-service/product-price/{ids?}", "get-product-price", get_prices),
    Route::read(
        Method::Get,
        "product-service/product-price/{ids}/price-list/{ids?}",
        "get-product-price",
        get_prices,
    ),
    Route::write(
        Method::Put,
        "product-service/product-price/{id}/price-list",
        "put-product-price",
        put_prices,
    ),
    Route::read(
        Method::Get,
        "product-service/discount/{id}/total-usage",
        "get-discount-total-usage",
        get_discount_usage,
    ),
    Route::read(
        Method::Get,
        "product-service/discount/{id}/contact-usage/{id}",
        "get-discount-contact-usage",
        get_discount_usage_of_contact,
    ),
    Route::read(
        Method::Options,
        "product-service/product-price/{ids?}",
        "options-product-price",
        price_options,
    ),
    Route::read(
        Method::Options,
        "product-service/product-price/{ids}/price-list/{ids?}",
        "options-product-price",
        price_options,
    ),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PriceListShape {
    id: u32,
    name: Name,
    code: String,
    currency_code: String,
    currency_symbol: String,
    currency_id: usize,
    price_list_type_code: &'static str,
    gross: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Name {
    language_code: &'static str,
    text: String,
    format: &'static str,
}

fn get_price_lists(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let world = &*call.world;
    let wanted = world.price_list_ids().filter(|id| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted.map(|id| PriceListShape::new(world, world.price_list(id))).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Price Lists Found"));
    }
    response(shapes)
}

impl PriceListShape {
    fn new(world: &World, list: PriceList) -> Self {
        let currency = &world.currencies[list.currency].code;
        Self {
            id: list.id,
            name: Name { language_code: "en", text: list.name, format: "PLAINTEXT" },
            code: list.code,
            currency_code: currency.clone(),
            currency_symbol: symbol(currency),
            currency_id: list.currency + 1,
            price_list_type_code: match list.kind {
                PriceKind::Cost => "BUY",
                PriceKind::Retail | PriceKind::Wholesale => "SELL",
            },
            gross: list.kind == PriceKind::Retail,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PricesShape {
    product_id: u32,
    price_lists: Vec<PriceShape>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PriceShape {
    price_list_id: u32,
    currency_code: String,
    currency_id: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    quantity_price: Members<u32, String>,
}

fn get_prices(call: &mut Call<'_>) -> Answer {
    let mut products = call.required_ids(0)?.pick(call.world.products.as_slice());
    products.retain(|product| call.world.has_prices(*product));
    let lists = call.ids(1)?;
    if products.is_empty() {
        return Err(Refusal::not_found("No Product Prices Found"));
    }
    let world = &*call.world;
    let lists: Vec<PriceList> = world
        .price_list_ids()
        .filter(|id| lists.as_ref().is_none_or(|lists| lists.contains(*id)))
        .map(|id| world.price_list(id))
        .collect();
    let prices = |id: &u32| {
        let product = world.product(*id);
        let price_lists = lists.iter().map(|list| PriceShape::new(world, &product, list)).collect();
        PricesShape { product_id: *id, price_lists }
    };
    response(products.iter().map(prices).collect::<Vec<_>>())
}

impl PriceShape {
    fn new(world: &World, product: &Product, list: &PriceList) -> Self {
        let price = world.list_price(product, list);
        let breaks = price.breaks.iter().map(|(from, price)| (*from, amount(*price, 4)));
        Self {
            price_list_id: list.id,
            currency_code: world.currencies[list.currency].code.clone(),
            currency_id: list.currency + 1,
            quantity_price: Members(breaks.collect()),
            sku: price.sku,
        }
    }
}

/// Only existing products are listed, as a live account answered.
fn price_options(call: &mut Call<'_>) -> Answer {
    let existing = call.world.products.as_slice();
    let ids = call.ids(0)?.map_or_else(|| existing.to_vec(), |ids| ids.pick(existing));
    // Checked, so that a wrong set is refused here as it would be by the GET.
    call.ids(1)?;
    let ending = match call.captured.get(1).map(String::as_str) {
        None => String::new(),
        Some(lists) => format!("/price-list/{lists}"),
    };
    response(GetUris::new(&ids, |set| format!("/product-price/{set}{ending}")))
}

/// Lists that are not named keep their prices. *Inferred*: a list that is named has only the breaks that
/// are sent, and keeps its SKU when none is.
fn put_prices(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let product = path_product(call, 0)?;
    let world = &mut *call.world;
    let mut written = Vec::new();
    for fields in Fields::new(&body, UNREADABLE).some_objects("priceLists")? {
        let list = fields.required("priceListId", fields.id("priceListId")?)?;
        if !world.price_list_ids().contains(&list) {
            return Err(refused("PRDC-003", &format!("Price list {list} does not exist")));
        }
        let mut price = world.list_price(&world.product(product), &world.price_list(list));
        if let Some(breaks) = fields.object("quantityPrice")? {
            price = ListPrice { breaks: read_breaks(&breaks, world.strict)?, ..price };
        }
        price.sku = fields.text("sku")?.or(price.sku);
        written.push((list, price));
    }
    world.changes.revision += 1;
    world.changes.catalogue.prices.entry(product).or_default().extend(written);
    world.changes.publish("product", "modified", product);
    nothing()
}

/// From each quantity, which is a name, to the price from there on.
fn read_breaks(fields: &Fields<'_>, is_strict: bool) -> Result<BTreeMap<u32, Decimal>, Refusal> {
    let read = |name: &str| {
        let quantity = name.parse().ok().filter(|quantity: &u32| *quantity > 0);
        let quantity = quantity.ok_or_else(|| fields.refuse(name, "a quantity as the name"))?;
        let price = fields.required(name, fields.amount(name)?)?;
        if is_strict && price.is_sign_negative() {
            return Err(fields.refuse(name, "a price that is not negative"));
        }
        Ok((quantity, with_places(price, 4)))
    };
    fields.names().map(read).collect()
}

#[derive(Serialize)]
struct UsageShape {
    usages: u32,
}

/// *Inferred*: the account has no discounts that count their use, so any has been used 0 times.
fn get_discount_usage(call: &mut Call<'_>) -> Answer {
    let named = call.captured.first().map_or("", String::as_str);
    match call.id(0) {
        Some(_) => response(UsageShape { usages: 0 }),
        None => Err(refused("PRDC-004", &format!("You have supplied an invalid discount ID: {named}"))),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContactUsageShape {
    contact_id: u32,
    usages: u32,
}

/// The same of one contact, as an array of one.
fn get_discount_usage_of_contact(call: &mut Call<'_>) -> Answer {
    let named = call.captured.first().map_or("", String::as_str);
    if call.id(0).is_none() {
        return Err(refused("PRDC-004", &format!("You have supplied an invalid discount ID: {named}")));
    }
    let contact_id = call.id(1).unwrap_or(0);
    response([ContactUsageShape { contact_id, usages: 0 }])
}
