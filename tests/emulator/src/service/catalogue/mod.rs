//! The product service: products, what they are sorted by and what they cost (API notes §8.2).

mod brand;
mod category;
mod channel;
mod custom_field;
mod identity;
mod option;
mod price;
mod pricing;
mod product;
mod product_body;
mod product_option;
mod product_shape;
mod season;
mod supplier;
mod types;

use super::Route;
use super::call::Call;
use crate::protocol::answer::Refusal;

/// The routes of each kind of record. Those with more words in their paths come before those that would
/// take the words for ids.
pub(super) const TABLES: [&[Route]; 13] = [
    custom_field::ROUTES,
    product::ROUTES,
    product_option::ROUTES,
    identity::ROUTES,
    supplier::ROUTES,
    price::ROUTES,
    pricing::ROUTES,
    brand::ROUTES,
    category::ROUTES,
    types::ROUTES,
    option::ROUTES,
    season::ROUTES,
    channel::ROUTES,
];

/// The code with which the product service refuses a body that it cannot read. *Inferred*, as are all its
/// codes but PRDC-014 and PRDC-024 (API notes §3.4).
const UNREADABLE: &str = "PRDC-001";

fn refused(code: &str, message: &str) -> Refusal {
    Refusal::coded(400, code, message)
}

/// The product at a placeholder of the path, for a write.
fn path_product(call: &Call<'_>, placeholder: usize) -> Result<u32, Refusal> {
    let named = call.captured.get(placeholder).map_or("", String::as_str);
    let id = call.id(placeholder).filter(|id| call.world.products.contains(*id));
    id.ok_or_else(|| refused("PRDC-002", &format!("You have supplied an invalid product ID: {named}")))
}
