//! Price lists and the prices on them (API notes §8.2.3).

use brightpearl_core::Method;
use serde::Serialize;

use super::Route;
use super::call::Call;
use super::order::GetUris;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::{Members, amount};
use crate::world::World;
use crate::world::product::{PriceKind, PriceList, Product};

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "product-service/price-list/{ids?}", "get-price-list", get_price_lists),
    Route::read(Method::Get, "product-service/product-price/{ids?}", "get-product-price", get_prices),
    Route::read(
        Method::Get,
        "product-service/product-price/{ids}/price-list/{ids?}",
        "get-product-price",
        get_prices,
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
            currency_symbol: symbol(currency).to_owned(),
            currency_id: list.currency + 1,
            price_list_type_code: match list.kind {
                PriceKind::Cost => "BUY",
                PriceKind::Retail | PriceKind::Wholesale => "SELL",
            },
            gross: list.kind == PriceKind::Retail,
        }
    }
}

/// A currency's sign; the code where it has none of its own here.
fn symbol(code: &str) -> &str {
    match code {
        "USD" => "$",
        "GBP" => "£",
        "EUR" => "€",
        "CRC" => "₡",
        "JPY" => "¥",
        "INR" => "₹",
        "PLN" => "zł",
        "UAH" => "₴",
        _ => code,
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
    let products = call.required_ids(0)?.pick(call.world.products.as_slice());
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
        let price = world.price(product, list);
        let quantity_price = match list.kind {
            PriceKind::Cost | PriceKind::Retail => vec![(1, amount(price, 4))],
            // Only some products are sold in bulk, and then for less.
            PriceKind::Wholesale if product.id.is_multiple_of(3) => {
                let bulk = price * rust_decimal::Decimal::new(9, 1);
                vec![(1, amount(price, 4)), (10, amount(bulk, 4))]
            }
            PriceKind::Wholesale => Vec::new(),
        };
        Self {
            price_list_id: list.id,
            currency_code: world.currencies[list.currency].code.clone(),
            currency_id: list.currency + 1,
            sku: if list.kind == PriceKind::Cost { product.mpn() } else { None },
            quantity_price: Members(quantity_price),
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
