//! Which values of options products have (API notes §8.2).

use std::collections::BTreeSet;

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::call::Call;
use super::super::order::GetUris;
use super::product_shape::VariationShape;
use crate::protocol::answer::{Answer, Refusal, response};

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "product-service/product/{ids}/option-value/{ids?}",
        "get-product-option-value",
        get_values,
    ),
    Route::read(
        Method::Options,
        "product-service/product/{ids}/option-value/{ids?}",
        "options-product-option-value",
        value_options,
    ),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductValueShape {
    product_id: u32,
    #[serde(flatten)]
    value: VariationShape,
}

/// The products of the path that have any of its values, or any at all.
fn varied(call: &Call<'_>) -> Result<Vec<u32>, Refusal> {
    let existing = call.world.products.as_slice();
    let products = call.ids(0)?.map_or_else(|| existing.to_vec(), |ids| ids.pick(existing));
    let values = call.ids(1)?;
    let has_one = |id: &u32| {
        let record = call.world.product_record(*id);
        record.variations.iter().any(|own| values.as_ref().is_none_or(|values| values.contains(own.value)))
    };
    Ok(products.into_iter().filter(has_one).collect())
}

/// One entry for each product and option. At most 200 products, any number of values.
fn get_values(call: &mut Call<'_>) -> Answer {
    if call.ids(0)?.is_some() {
        call.required_ids(0)?;
    }
    let values = call.ids(1)?;
    let world = &*call.world;
    let products: BTreeSet<u32> = varied(call)?.into_iter().collect();
    let mut shapes = Vec::new();
    for product in products {
        let record = world.product_record(product);
        let wanted = record
            .variations
            .iter()
            .filter(|own| values.as_ref().is_none_or(|values| values.contains(own.value)));
        shapes.extend(
            wanted
                .map(|own| ProductValueShape { product_id: product, value: VariationShape::new(world, own) }),
        );
    }
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Product Option Values Found"));
    }
    response(shapes)
}

fn value_options(call: &mut Call<'_>) -> Answer {
    let products = varied(call)?;
    let ending = match call.captured.get(1).map(String::as_str) {
        None | Some("") => String::new(),
        Some(values) => format!("/{values}"),
    };
    response(GetUris::new(&products, |set| format!("/product/{set}/option-value{ending}")))
}
