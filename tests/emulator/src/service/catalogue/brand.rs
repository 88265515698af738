//! Brands and their collections (API notes §8.2.4, §4.5).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::{UNREADABLE, refused};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::catalogue::{Brand, Collection};

const BRANDS: &dyn Searchable = &BRAND_SEARCH;
const COLLECTIONS: &dyn Searchable = &COLLECTION_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "product-service/brand/{ids?}", "get-brand", get_brands),
    Route::write(Method::Post, "product-service/brand", "post-brand", post_brand),
    Route::write(Method::Put, "product-service/brand/{id}", "put-brand", put_brand),
    Route::write(Method::Delete, "product-service/brand/{id}", "delete-brand", delete_brand),
    Route::search("product-service/brand-search", BRANDS),
    Route::meta_data("product-service/brand-search/meta-data", BRANDS),
    Route::search("product-service/collection-search", COLLECTIONS),
    Route::meta_data("product-service/collection-search/meta-data", COLLECTIONS),
];

type BrandColumn = Column<(u32, Option<Brand>)>;

const BRAND_SEARCH: Search<(u32, Option<Brand>)> = Search {
    name: "product-service/brand-search",
    columns: &[
        BrandColumn::new("brandId", DataType::IdSet, |_, (id, _)| Cell::integer(*id)),
        BrandColumn::new("brandName", DataType::SearchString, |_, (_, brand)| {
            Cell::optional_text(brand.as_ref().map(|brand| brand.name.clone()))
        }),
    ],
    filters: &[BrandColumn::new("updatedOn", DataType::Period, |world, (_, brand)| {
        brand.as_ref().map_or(Cell::Null, |brand| Cell::Moment(brand.updated.unwrap_or(world.opened())))
    })],
    ids: |world| world.changes.catalogue.brands.ids(),
    record: |world, id| (id, world.changes.catalogue.brands.get(id).cloned()),
    references: &[],
    label: |_, _, _| None,
};

type CollectionColumn = Column<(u32, Option<Collection>)>;

const COLLECTION_SEARCH: Search<(u32, Option<Collection>)> = Search {
    name: "product-service/collection-search",
    columns: &[
        CollectionColumn::new("collectionId", DataType::IdSet, |_, (id, _)| Cell::integer(*id)),
        CollectionColumn::new("collectionName", DataType::SearchString, |_, (_, collection)| {
            Cell::optional_text(collection.as_ref().map(|collection| collection.name.clone()))
        }),
        CollectionColumn::new("brandId", DataType::IdSet, |_, (_, collection)| {
            Cell::optional_integer(collection.as_ref().map(|collection| collection.brand))
        }),
    ],
    filters: &[],
    ids: |world| world.changes.catalogue.collections.ids(),
    record: |world, id| (id, world.changes.catalogue.collections.get(id).cloned()),
    references: &[],
    label: |_, _, _| None,
};

#[derive(Serialize)]
struct BrandShape<'a> {
    id: u32,
    name: &'a str,
    description: &'a str,
}

fn get_brands(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let brands = call.world.changes.catalogue.brands.iter();
    let wanted = brands.filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted
        .map(|(id, brand)| BrandShape { id, name: &brand.name, description: &brand.description })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Brands Found"));
    }
    response(shapes)
}

fn read_name(world: &World, fields: &Fields<'_>, own: Option<u32>) -> Result<String, Refusal> {
    let name = fields.text_up_to("name", 120)?.filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| refused("PRDC-024", "Brand name is required"))?;
    let mut others = world.changes.catalogue.brands.iter().filter(|(id, _)| Some(*id) != own);
    match others.find(|(_, brand)| brand.name.to_lowercase() == name.to_lowercase()) {
        None => Ok(name),
        Some((id, _)) => Err(refused(
            "PRDC-025",
            &format!("The brand name {name} is already in use by brand with ID {id}"),
        )),
    }
}

fn post_brand(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let name = read_name(call.world, &fields, None)?;
    let description = fields.text_up_to("description", 65_535)?.unwrap_or_default();
    call.world.changes.revision += 1;
    let brand = Brand { name, description, updated: Some(call.now_ms) };
    response(call.world.changes.catalogue.brands.add(|_| brand))
}

fn path_brand(call: &Call<'_>) -> Result<u32, Refusal> {
    let named = call.captured.first().map_or("", String::as_str);
    let id = call.id(0).filter(|id| call.world.changes.catalogue.brands.contains(*id));
    id.ok_or_else(|| refused("PRDC-008", &format!("You have supplied an invalid brand ID: {named}")))
}

/// *Inferred*: members that are not sent keep their value.
fn put_brand(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let id = path_brand(call)?;
    let name = if fields.sends("name") { Some(read_name(call.world, &fields, Some(id))?) } else { None };
    let description = fields.text_up_to("description", 65_535)?;
    call.world.changes.revision += 1;
    if let Some(brand) = call.world.changes.catalogue.brands.get_mut(id) {
        brand.name = name.unwrap_or_else(|| brand.name.clone());
        brand.description = description.unwrap_or_else(|| brand.description.clone());
        brand.updated = Some(call.now_ms);
    }
    nothing()
}

/// *Inferred*: a brand that a product has stays. Finding that out looks at all products.
fn delete_brand(call: &mut Call<'_>) -> Answer {
    let id = path_brand(call)?;
    let world = &mut *call.world;
    if world.products.as_slice().iter().any(|product| world.product(*product).brand == id) {
        return Err(refused("PRDC-009", &format!("Brand {id} has products")));
    }
    world.changes.revision += 1;
    world.changes.catalogue.brands.remove(id);
    nothing()
}
