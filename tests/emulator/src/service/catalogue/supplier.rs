//! Who supplies a product (API notes §8.2.4, §3.2).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::call::Call;
use super::{path_product, refused};
use crate::protocol::answer::{Answer, Refusal, object, response};
use crate::protocol::json::Members;
use crate::world::World;
use crate::world::contact::Relationship;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "product-service/product/{ids}/supplier", "get-product-supplier", get_suppliers),
    Route::write(
        Method::Post,
        "product-service/product/{id}/supplier",
        "post-product-supplier",
        post_suppliers,
    ),
    Route::write(
        Method::Delete,
        "product-service/product/{id}/supplier",
        "delete-product-supplier",
        delete_suppliers,
    ),
    Route::write(
        Method::Put,
        "product-service/primary-supplier/{id}/product",
        "put-product-primary-supplier",
        put_primary,
    ),
];

/// What became of each of several records.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SupplierResults {
    resource_errors: Members<u32, Vec<SupplierError>>,
    resource_statuses: Members<u32, u16>,
}

#[derive(Serialize)]
struct SupplierError {
    code: &'static str,
    message: String,
}

#[derive(Serialize)]
struct SupplierEnvelope {
    response: SupplierResults,
}

/// Status 200 when all went well, that of the failures when all failed alike, and 207 when some did. Errors
/// are listed for those that failed only, as the page of this resource shows it.
fn results(outcomes: Vec<(u32, Result<(), SupplierError>)>) -> Answer {
    let failures = outcomes.iter().filter(|(_, outcome)| outcome.is_err()).count();
    let all = outcomes.len();
    let status = |outcome: &Result<(), SupplierError>| if outcome.is_ok() { 200 } else { 400 };
    let statuses = outcomes.iter().map(|(id, outcome)| (*id, status(outcome))).collect();
    let errors = outcomes.into_iter().filter_map(|(id, outcome)| Some((id, vec![outcome.err()?]))).collect();
    let shape = SupplierResults { resource_errors: Members(errors), resource_statuses: Members(statuses) };
    let body = object(&SupplierEnvelope { response: shape })?;
    match failures {
        0 => Ok(body),
        _ if failures == all => Err(Refusal { status: 400, body, message_type: None }),
        _ => Err(Refusal::in_part(body)),
    }
}

/// *Inferred*: products without suppliers have an empty list.
fn get_suppliers(call: &mut Call<'_>) -> Answer {
    let ids = call.many_ids(0)?.pick(call.world.products.as_slice());
    if ids.is_empty() {
        return Err(Refusal::not_found("No Products Found"));
    }
    let world = &*call.world;
    response(Members(ids.into_iter().map(|id| (id, world.product_record(id).suppliers.clone())).collect()))
}

fn is_supplier(world: &World, id: u32) -> bool {
    world.existing_contact(id).is_some_and(|contact| contact.relationship == Relationship::Supplier)
}

fn post_suppliers(call: &mut Call<'_>) -> Answer {
    let product = path_product(call, 0)?;
    let ids = some_ids(call)?;
    let mut suppliers = call.world.product_record(product).suppliers.clone();
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        let outcome = if is_supplier(call.world, id) {
            if !suppliers.contains(&id) {
                suppliers.push(id);
            }
            Ok(())
        } else {
            Err(SupplierError { code: "PRDC-005", message: format!("Contact {id} is not a supplier") })
        };
        outcomes.push((id, outcome));
    }
    write(call, product, suppliers);
    results(outcomes)
}

fn delete_suppliers(call: &mut Call<'_>) -> Answer {
    let product = path_product(call, 0)?;
    let ids = some_ids(call)?;
    let mut suppliers = call.world.product_record(product).suppliers.clone();
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        let known = suppliers.contains(&id);
        suppliers.retain(|own| *own != id);
        let message = || format!("Contact {id} does not supply product {product}");
        let outcome =
            if known { Ok(()) } else { Err(SupplierError { code: "PRDC-006", message: message() }) };
        outcomes.push((id, outcome));
    }
    write(call, product, suppliers);
    results(outcomes)
}

/// The supplier comes first from now on. *Inferred*: it is added where it did not supply the product.
fn put_primary(call: &mut Call<'_>) -> Answer {
    let named = call.captured.first().map_or("", String::as_str);
    let supplier = call.id(0).filter(|id| is_supplier(call.world, *id));
    let supplier =
        supplier.ok_or_else(|| refused("PRDC-005", &format!("Contact {named} is not a supplier")))?;
    let products = some_ids(call)?;
    let mut outcomes = Vec::with_capacity(products.len());
    for product in products {
        if !call.world.products.contains(product) {
            let message = format!("You have supplied an invalid product ID: {product}");
            outcomes.push((product, Err(SupplierError { code: "PRDC-002", message })));
            continue;
        }
        let before = call.world.product_record(product);
        let others = before.suppliers.iter().copied().filter(|own| *own != supplier);
        let suppliers = std::iter::once(supplier).chain(others).collect();
        write(call, product, suppliers);
        outcomes.push((product, Ok(())));
    }
    results(outcomes)
}

fn some_ids(call: &Call<'_>) -> Result<Vec<u32>, Refusal> {
    let mut ids = call.body_ids()?;
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() { Err(refused("PRDC-001", "You must supply IDs")) } else { Ok(ids) }
}

fn write(call: &mut Call<'_>, product: u32, suppliers: Vec<u32>) {
    let before = call.world.product_record(product);
    if before.suppliers == suppliers {
        return;
    }
    let mut record = (*before).clone();
    record.suppliers = suppliers;
    record.updated = call.now_ms;
    call.world.put_product(record);
    call.world.changes.publish("product", "modified", product);
}
