//! Custom fields of products (API notes §8.2.4, §8.1.7).

use brightpearl_core::Method;

use super::super::Route;
use super::super::call::Call;
use super::super::custom_field::{meta_data, patched, shape};
use super::path_product;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::Members;
use crate::world::custom_fields::PRODUCT_FIELDS;

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "product-service/product/custom-field-meta-data/{ids?}",
        "get-custom-fields-metadata",
        |call| meta_data(call, &PRODUCT_FIELDS),
    ),
    Route::read(Method::Get, "product-service/product/{id}/custom-field", "get-custom-fields", get_fields),
    Route::write(
        Method::Patch,
        "product-service/product/{id}/custom-field",
        "patch-custom-fields",
        patch_fields,
    ),
    Route::read(
        Method::Get,
        "product-service/product-custom-field/{ids}",
        "get-product-custom-fields",
        get_fields_of_many,
    ),
];

fn get_fields(call: &mut Call<'_>) -> Answer {
    let product = path_product(call, 0)?;
    response(shape(&PRODUCT_FIELDS, call.world.product_fields(product)))
}

/// The older form. *Inferred*: a map from product to fields.
fn get_fields_of_many(call: &mut Call<'_>) -> Answer {
    let ids = call.many_ids(0)?.pick(call.world.products.as_slice());
    if ids.is_empty() {
        return Err(Refusal::not_found("No Products Found"));
    }
    let world = &*call.world;
    let fields = ids.into_iter().map(|id| (id, shape(&PRODUCT_FIELDS, world.product_fields(id))));
    response(Members(fields.collect()))
}

/// All operations or none; the answer has all fields of the product.
fn patch_fields(call: &mut Call<'_>) -> Answer {
    let product = path_product(call, 0)?;
    let values = patched(&PRODUCT_FIELDS, call.world.product_fields(product), call.body)?;
    let mut record = (*call.world.product_record(product)).clone();
    record.updated = call.now_ms;
    call.world.put_product(record);
    call.world.changes.catalogue.custom_fields.insert(product, values.clone());
    call.world.changes.publish("product", "modified", product);
    response(shape(&PRODUCT_FIELDS, values))
}
