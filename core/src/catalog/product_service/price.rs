//! Prices, price lists and discounts.

use crate::catalog::build::{AMOUNT, closed, field, id, map, some, text};
use crate::catalog::field::{MapKey, Object, Shape};
use crate::catalog::operation::{Answer, Empty, Verify, endpoint, get, json, options, put};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const PRODUCT_PRICE: Resource = Resource {
    name: "product-price",
    title: "Product price",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2.3",
    endpoints: &[
        endpoint(
            "product-service/product-price/{PRODUCT-ID-SET}",
            &[get(Answer::Array).id_in("productId").empty(Empty::NotFound)],
        )
        .limit(200),
        endpoint(
            "product-service/product-price/{PRODUCT-ID-SET}/price-list/{PRICE-LIST-ID-SET}",
            &[get(Answer::Array).id_in("productId").empty(Empty::NotFound)],
        )
        .limit(200),
        endpoint("product-service/product-price/{PRODUCT-ID-SET?}", &[options()]),
        endpoint(
            "product-service/product-price/{PRODUCT-ID-SET|*}/price-list/{PRICE-LIST-ID-SET}",
            &[options()],
        ),
        endpoint(
            "product-service/product-price/{PRODUCT-ID}/price-list",
            &[put(Answer::Nothing, json(PRICES))
                .idempotent()
                .verify(&[Verify::Read {
                    path: "product-service/product-price/{PRODUCT-ID}",
                    compare: "/priceLists",
                }])
                .note("Lists that are not named are kept. Whether breaks of a named list are replaced or merged, no source says.")],
        ),
    ],
    note: "Prices are always net.",
    ..Resource::BLANK
};

const PRICES: Object = closed(&[field("priceLists", some(&Shape::Object(PRICE_LIST_PRICES))).mandatory()]);
const PRICE_LIST_PRICES: Object = closed(&[
    id("priceListId", "price-list").mandatory(),
    map("quantityPrice", MapKey::Quantity, &AMOUNT).note("From the quantity on that the name is."),
    text("sku"),
]);

pub(super) const PRICE_LIST: Resource = Resource {
    name: "price-list",
    title: "Price list",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2.3",
    endpoints: &[endpoint("product-service/price-list/{ID-SET?}", &[get(Answer::Array)])],
    ..Resource::BLANK
};

pub(super) const DISCOUNT_TOTAL_USAGE: Resource = Resource {
    name: "discount-total-usage",
    title: "Discount total usage",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2",
    endpoints: &[endpoint("product-service/discount/{ID}/total-usage", &[get(Answer::Object).id_in("")])],
    ..Resource::BLANK
};

pub(super) const DISCOUNT_CONTACT_USAGE: Resource = Resource {
    name: "discount-contact-usage",
    title: "Discount contact usage",
    section: Section::Product,
    detail: Detail::Full,
    source: "§8.2",
    endpoints: &[endpoint(
        "product-service/discount/{ID}/contact-usage/{CONTACT-ID}",
        &[get(Answer::Array).id_in("contactId")],
    )],
    ..Resource::BLANK
};
