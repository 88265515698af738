//! Product types and the options that their products vary by (API notes §8.2.4).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::{UNREADABLE, refused};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::catalogue::ProductType;

const SEARCH: &dyn Searchable = &TYPE_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "product-service/product-type/{ids?}", "get-product-type", get_types),
    Route::write(Method::Post, "product-service/product-type", "post-product-type", post_type),
    Route::write(
        Method::Post,
        "product-service/product-type/{ids}/option-association/{ids}",
        "post-product-type-option-association",
        post_associations,
    ),
    Route::search("product-service/product-type-search", SEARCH),
    Route::meta_data("product-service/product-type-search/meta-data", SEARCH),
];

type TypeColumn = Column<(u32, Option<ProductType>)>;

const TYPE_SEARCH: Search<(u32, Option<ProductType>)> = Search {
    name: "product-service/product-type-search",
    columns: &[
        TypeColumn::new("id", DataType::IdSet, |_, (id, _)| Cell::integer(*id)),
        TypeColumn::new("name", DataType::SearchString, |_, (_, own)| {
            Cell::optional_text(own.as_ref().map(|own| own.name.clone()))
        }),
    ],
    filters: &[],
    ids: |world| world.changes.catalogue.types.ids(),
    record: |world, id| (id, world.changes.catalogue.types.get(id).cloned()),
    references: &[],
    label: |_, _, _| None,
};

#[derive(Serialize)]
struct TypeShape<'a> {
    id: u32,
    name: &'a str,
}

fn get_types(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let types = call.world.changes.catalogue.types.iter();
    let wanted = types.filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted.map(|(id, own)| TypeShape { id, name: &own.name }).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Product Types Found"));
    }
    response(shapes)
}

fn post_type(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let name = fields.text_up_to("name", 64)?.filter(|name| !name.trim().is_empty());
    let name = fields.required("name", name)?;
    call.world.changes.revision += 1;
    response(call.world.changes.catalogue.types.add(|_| ProductType { name, options: Vec::new() }))
}

/// Every option becomes one of every type; all or none.
fn post_associations(call: &mut Call<'_>) -> Answer {
    let types = call.many_ids(0)?;
    let options = call.many_ids(1)?;
    let catalogue = &mut call.world.changes.catalogue;
    if let Some(id) = types.iter().find(|id| !catalogue.types.contains(*id)) {
        return Err(refused("PRDC-011", &format!("You have supplied an invalid product type ID: {id}")));
    }
    if let Some(id) = options.iter().find(|id| !catalogue.options.contains(*id)) {
        return Err(refused("PRDC-012", &format!("You have supplied an invalid option ID: {id}")));
    }
    for id in types.iter() {
        if let Some(own) = catalogue.types.get_mut(id) {
            own.options.extend(options.iter());
            own.options.sort_unstable();
            own.options.dedup();
        }
    }
    call.world.changes.revision += 1;
    nothing()
}
