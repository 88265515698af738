//! Pricing: the one resource below another prefix (API notes §8.6).

use super::operation::{Answer, Prefix, endpoint, get};
use super::resource::{Detail, Resource, Section};

pub(super) const RESOURCES: &[Resource] = &[Resource {
    name: "customer-product-price",
    title: "Customer product price",
    section: Section::Pricing,
    detail: Detail::Full,
    source: "§8.6",
    endpoints: &[endpoint(
        "pricing/customer/{CUSTOMER-ID}/product-price/{PRODUCT-ID-SET}",
        &[get(Answer::Object).id_in("").note("products is an array within, by productId.")],
    )
    .below(Prefix::ApiV3)
    .limit(200)],
    ..Resource::BLANK
}];
