//! Products and their prices.

use super::arguments::Arguments;
use super::entry::{Becomes, Collection, Form, One, Procedure, TaskEntry, What, given};
use super::stock::{PRODUCT_IDS, ids};
use crate::catalog::build::{COUNT, closed, field, id};
use crate::catalog::field::Shape;
use crate::error::Result;
use crate::http::Method;
use crate::operation::Fetch;

pub(super) const ENTRIES: &[TaskEntry] = &[
    TaskEntry {
        name: "create-product",
        summary: "Creates a product.",
        requests: "One POST.",
        writes: true,
        takes: &[Form::body(Method::Post, "product-service/product")],
        gives: &[given("productId", What::Id)],
        procedure: Procedure::One(One {
            method: Method::Post,
            path: "product-service/product",
            if_match: None,
            answer: Becomes::Id("productId"),
        }),
    },
    TaskEntry {
        name: "update-product",
        summary: "Changes what is given of a product, and keeps the rest.",
        requests: "One PUT.",
        writes: true,
        takes: &[Form::own(closed(&[
            id("productId", "product").mandatory(),
            field("version", COUNT)
                .note("The product's version as read; the change is refused when it is another by now."),
        ]))
        .with_body(Method::Put, "product-service/product/{productId}")],
        gives: &[],
        procedure: Procedure::One(One {
            method: Method::Put,
            path: "product-service/product/{productId}",
            if_match: Some("version"),
            answer: Becomes::Nothing,
        }),
    },
    TaskEntry {
        name: "list-price-lists",
        summary: "Reads every price list.",
        requests: "One GET.",
        writes: false,
        takes: &[Form::own(closed(&[]))],
        gives: &[given("priceLists", What::Records)],
        procedure: Procedure::Fetch(price_lists),
    },
    TaskEntry {
        name: "read-product-prices",
        summary: "Reads the prices of products, in all price lists or in some.",
        requests: "A GET for every 200 products.",
        writes: false,
        takes: &[Form::own(closed(&[
            PRODUCT_IDS,
            field("priceListIds", Shape::Code)
                .of("price-list")
                .note("An id set; all price lists when absent."),
        ]))],
        gives: &[
            given("prices", What::Records).note("For each product, as Brightpearl answers."),
            given("missing", What::IdSet).note("Products without any price, or that do not exist."),
            given("refused", What::Records)
                .note("Products that Brightpearl refuses to answer for: id, message, errors."),
        ],
        procedure: Procedure::Fetch(prices),
    },
    TaskEntry {
        name: "set-product-prices",
        summary: "Sets the prices of a product in the price lists that are named, and keeps the others.",
        requests: "One PUT.",
        writes: true,
        takes: &[Form::own(closed(&[id("productId", "product").mandatory()]))
            .with_body(Method::Put, "product-service/product-price/{productId}/price-list")],
        gives: &[],
        procedure: Procedure::One(One {
            method: Method::Put,
            path: "product-service/product-price/{productId}/price-list",
            if_match: None,
            answer: Becomes::Nothing,
        }),
    },
];

fn price_lists(_arguments: &Arguments<'_>) -> Result<Collection> {
    let fetch = Fetch { resource: "product-service/price-list".to_owned(), ..Fetch::default() };
    Ok(Collection { fetch, member: "priceLists", keyed: false, by_id: false })
}

fn prices(arguments: &Arguments<'_>) -> Result<Collection> {
    let products = ids(arguments, "productIds")?;
    let resource = match arguments.record.node("priceListIds") {
        None => "product-service/product-price".to_owned(),
        Some(_) => {
            let lists = ids(arguments, "priceListIds")?;
            format!("product-service/product-price/{{ids}}/price-list/{lists}")
        }
    };
    Ok(Collection { fetch: Fetch::new(resource, products), member: "prices", keyed: false, by_id: true })
}
