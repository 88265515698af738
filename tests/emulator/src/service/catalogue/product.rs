//! Products and their search (API notes §8.2).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::call::Call;
use super::super::order::GetUris;
use super::path_product;
use super::product_body::{change, create};
use super::product_shape::{ComponentShape, ProductSections, ProductShape, SALES_CHANNEL};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::search::{Cell, Column, DataType, Label, Search, Searchable};
use crate::world::World;
use crate::world::catalogue::{CHANNELS, Channel};
use crate::world::product::Product;

type ProductColumn = Column<Product>;

const SEARCH: &dyn Searchable = &PRODUCT_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "product-service/product/{ids?}", "product-get", get_products),
    Route::read(Method::Options, "product-service/product/{ids?}", "product-options", product_options),
    Route::write(Method::Post, "product-service/product", "post-product", post_product),
    Route::write(Method::Put, "product-service/product/{id}", "put-product", put_product),
    Route::read(Method::Get, "product-service/product/{ids}/bundle", "get-product-bundle", get_bundles),
    Route::search("product-service/product-search", SEARCH),
    Route::meta_data("product-service/product-search/meta-data", SEARCH),
];

const PRODUCT_SEARCH: Search<Product> = Search {
    name: "product-service/product-search",
    columns: &[
        ProductColumn::new("productId", DataType::IdSet, |_, product| Cell::integer(product.id))
            .explained_by(&["productCategoryMembership"]),
        ProductColumn::new("productName", DataType::SearchString, |_, product| Cell::text(product.name())),
        ProductColumn::new("SKU", DataType::String, |_, product| Cell::text(product.sku())),
        ProductColumn::new("barcode", DataType::String, |_, product| Cell::text(product.barcode())),
        ProductColumn::new("EAN", DataType::String, |_, product| Cell::optional_text(product.ean())),
        ProductColumn::new("UPC", DataType::String, |_, product| Cell::optional_text(product.upc())),
        ProductColumn::new("ISBN", DataType::String, |_, product| Cell::optional_text(product.isbn())),
        ProductColumn::new("MPN", DataType::String, |_, product| Cell::optional_text(product.mpn())),
        ProductColumn::new("stockTracked", DataType::Boolean, |_, product| {
            Cell::Boolean(product.stock_tracked)
        }),
        ProductColumn::new("salesChannelName", DataType::String, |_, _| Cell::text(SALES_CHANNEL))
            .not_filterable(),
        ProductColumn::new("createdOn", DataType::Period, |_, product| Cell::Moment(product.created)),
        ProductColumn::new("updatedOn", DataType::Period, |_, product| Cell::Moment(product.updated)),
        ProductColumn::new("brightpearlCategoryCode", DataType::IdSet, |_, product| {
            Cell::integer(product.category())
        })
        .not_sortable(),
        ProductColumn::new("productGroupId", DataType::Integer, |_, product| {
            Cell::optional_integer(product.group)
        }),
        ProductColumn::new("brandId", DataType::IdSet, |_, product| Cell::integer(product.brand)),
        ProductColumn::new("productTypeId", DataType::IdSet, |_, product| {
            Cell::integer(product.product_type)
        }),
        ProductColumn::new("productStatus", DataType::String, |_, product| {
            Cell::text(product.status.as_str())
        }),
        ProductColumn::new("primarySupplierId", DataType::IdSet, |_, product| {
            Cell::optional_integer(product.supplier)
        }),
    ],
    // Every product of this account is on its only sales channel.
    filters: &[ProductColumn::new("channelId", DataType::Integer, |_, _| Cell::Integer(1)).not_sortable()],
    ids: |world| world.products.as_slice(),
    record: World::product,
    references: &["productCategoryMembership"],
    label: |world, _, key| {
        let id = u32::try_from(key).ok()?;
        Some(Label::Ids(world.product(id).categories()))
    },
};

/// *Inferred*: where nothing is found, the answer is the 404 of most resources.
fn get_products(call: &mut Call<'_>) -> Answer {
    let ids = call.required_ids(0)?.pick(call.world.products.as_slice());
    let sections = ProductSections {
        custom_fields: call.query.lists("includeOptional", "customFields"),
        null_custom_fields: call.query.lists("includeOptional", "nullCustomFields"),
        channel: context_channel(call)?,
    };
    if ids.is_empty() {
        return Err(Refusal::not_found("No Products Found"));
    }
    let world = &*call.world;
    let shape = |id: &u32| ProductShape::new(world, &world.product_record(*id), sections);
    response(ids.iter().map(shape).collect::<Vec<_>>())
}

/// The channel whose data is asked for. *Inferred*: one that does not exist is not found.
fn context_channel(call: &Call<'_>) -> Result<Option<&'static Channel>, Refusal> {
    let Some(named) = call.query.get("contextChannelId") else { return Ok(None) };
    let channel = CHANNELS.iter().find(|channel| channel.id.to_string() == named);
    channel.map(Some).ok_or_else(|| Refusal::not_found(&format!("Channel {named} does not exist")))
}

fn product_options(call: &mut Call<'_>) -> Answer {
    let existing = call.world.products.as_slice();
    let ids = call.ids(0)?.map_or_else(|| existing.to_vec(), |ids| ids.pick(existing));
    response(GetUris::new(&ids, |set| format!("/product/{set}")))
}

fn post_product(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    response(create(call.world, &body, call.now_ms)?)
}

/// Changes what is sent and keeps the rest.
fn put_product(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let id = path_product(call, 0)?;
    call.refuse_unless_version(call.world.product_record(id).updated)?;
    change(call.world, id, &body, call.now_ms)?;
    nothing()
}

#[derive(Serialize)]
struct BundleShape {
    id: u32,
    bundles: Vec<ComponentShape>,
}

/// *Inferred*: products that are not bundles are left out.
fn get_bundles(call: &mut Call<'_>) -> Answer {
    let ids = call.many_ids(0)?.pick(call.world.products.as_slice());
    let world = &*call.world;
    let shapes = ids.into_iter().map(|id| BundleShape { id, bundles: ComponentShape::all(world, id) });
    let bundles: Vec<_> = shapes.filter(|shape| !shape.bundles.is_empty()).collect();
    if bundles.is_empty() {
        return Err(Refusal::not_found("No Product Bundles Found"));
    }
    response(bundles)
}
