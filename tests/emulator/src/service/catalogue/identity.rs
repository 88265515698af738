//! The numbers that a product is known by, all at once (API notes §8.2.4).

use brightpearl_core::Method;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::product_body::read_identity;
use super::{UNREADABLE, path_product};
use crate::protocol::answer::{Answer, nothing};
use crate::world::product_record::Identity;

pub(super) const ROUTES: &[Route] = &[Route::write(
    Method::Put,
    "product-service/product/{id}/identity",
    "put-product-identity",
    put_identity,
)];

/// Members that are not sent are cleared.
fn put_identity(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let product = path_product(call, 0)?;
    let mut record = (*call.world.product_record(product)).clone();
    let cleared = |before: &Option<String>| before.as_ref().map(|_| String::new());
    let empty = Identity {
        sku: String::new(),
        isbn: cleared(&record.identity.isbn),
        ean: cleared(&record.identity.ean),
        upc: cleared(&record.identity.upc),
        mpn: cleared(&record.identity.mpn),
        barcode: String::new(),
    };
    record.identity = read_identity(&Fields::new(&body, UNREADABLE), empty)?;
    record.updated = call.now_ms;
    call.world.put_product(record);
    call.world.changes.publish("product", "modified", product);
    nothing()
}
