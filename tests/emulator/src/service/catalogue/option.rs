//! Options such as size, and their values (API notes §8.2.4).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::{UNREADABLE, refused};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::moment::Moment;
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::catalogue::{OptionValue, ProductOption};

const OPTIONS: &dyn Searchable = &OPTION_SEARCH;
const VALUES: &dyn Searchable = &VALUE_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "product-service/option/{ids?}", "get-option", get_options),
    Route::write(Method::Post, "product-service/option", "post-option", post_option),
    Route::write(Method::Put, "product-service/option/{id}", "put-option", put_option),
    Route::write(Method::Delete, "product-service/option/{id}", "delete-option", delete_option),
    Route::search("product-service/option-search", OPTIONS),
    Route::meta_data("product-service/option-search/meta-data", OPTIONS),
    Route::read(Method::Get, "product-service/option/{ids}/value/{ids?}", "get-option-value", get_values),
    Route::write(Method::Post, "product-service/option/{id}/value", "post-option-value", post_value),
    Route::search("product-service/option-value-search", VALUES),
    Route::meta_data("product-service/option-value-search/meta-data", VALUES),
];

type OptionColumn = Column<(u32, Option<ProductOption>)>;

const OPTION_SEARCH: Search<(u32, Option<ProductOption>)> = Search {
    name: "product-service/option-search",
    columns: &[
        OptionColumn::new("id", DataType::IdSet, |_, (id, _)| Cell::integer(*id)),
        OptionColumn::new("name", DataType::SearchString, |_, (_, own)| {
            Cell::optional_text(own.as_ref().map(|own| own.name.clone()))
        }),
    ],
    filters: &[],
    ids: |world| world.changes.catalogue.options.ids(),
    record: |world, id| (id, world.changes.catalogue.options.get(id).cloned()),
    references: &[],
    label: |_, _, _| None,
};

type ValueColumn = Column<(u32, Option<OptionValue>)>;

const VALUE_SEARCH: Search<(u32, Option<OptionValue>)> = Search {
    name: "product-service/option-value-search",
    columns: &[
        ValueColumn::new("optionId", DataType::IdSet, |_, (_, own)| {
            Cell::optional_integer(own.as_ref().map(|own| own.option))
        })
        .sorts(),
        ValueColumn::new("optionName", DataType::SearchString, |world, (_, own)| {
            let option = own.as_ref().and_then(|own| world.changes.catalogue.options.get(own.option));
            Cell::optional_text(option.map(|option| option.name.clone()))
        }),
        ValueColumn::new("optionValueId", DataType::IdSet, |_, (id, _)| Cell::integer(*id)).identifies(),
        ValueColumn::new("optionValueName", DataType::SearchString, |_, (_, own)| {
            Cell::optional_text(own.as_ref().map(|own| own.name.clone()))
        }),
    ],
    filters: &[],
    ids: |world| world.changes.catalogue.option_values.ids(),
    record: |world, id| (id, world.changes.catalogue.option_values.get(id).cloned()),
    references: &[],
    label: |_, _, _| None,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OptionShape<'a> {
    id: u32,
    name: &'a str,
    sort_order: u32,
    created_on: Moment,
    updated_on: Moment,
}

fn get_options(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let world = &*call.world;
    let options = world.changes.catalogue.options.iter();
    let wanted = options.filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted
        .map(|(id, option)| OptionShape {
            id,
            name: &option.name,
            sort_order: option.sort_order,
            created_on: world.moment(option.created.unwrap_or(world.opened())),
            updated_on: world.moment(option.updated.unwrap_or(world.opened())),
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Options Found"));
    }
    response(shapes)
}

fn post_option(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let name = fields.text("name")?.filter(|name| !name.trim().is_empty());
    let name = fields.required("name", name)?;
    let sort_order = fields.count("sortOrder")?.unwrap_or(0);
    let now = Some(call.now_ms);
    call.world.changes.revision += 1;
    let option = ProductOption { name, sort_order, created: now, updated: now };
    response(call.world.changes.catalogue.options.add(|_| option))
}

fn path_option(call: &Call<'_>) -> Result<u32, Refusal> {
    let named = call.captured.first().map_or("", String::as_str);
    let id = call.id(0).filter(|id| call.world.changes.catalogue.options.contains(*id));
    id.ok_or_else(|| refused("PRDC-012", &format!("You have supplied an invalid option ID: {named}")))
}

/// *Inferred*: members that are not sent keep their value.
fn put_option(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let id = path_option(call)?;
    let name = fields.text("name")?;
    if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(fields.missing("name"));
    }
    let sort_order = fields.count("sortOrder")?;
    call.world.changes.revision += 1;
    if let Some(option) = call.world.changes.catalogue.options.get_mut(id) {
        option.name = name.unwrap_or_else(|| option.name.clone());
        option.sort_order = sort_order.unwrap_or(option.sort_order);
        option.updated = Some(call.now_ms);
    }
    nothing()
}

/// *Inferred*: an option that a product type has stays; its values go with it.
fn delete_option(call: &mut Call<'_>) -> Answer {
    let id = path_option(call)?;
    let catalogue = &mut call.world.changes.catalogue;
    if catalogue.types.iter().any(|(_, own)| own.options.contains(&id)) {
        return Err(refused("PRDC-013", &format!("Option {id} is associated with product types")));
    }
    let values: Vec<u32> =
        catalogue.option_values.iter().filter(|(_, value)| value.option == id).map(|(id, _)| id).collect();
    for value in values {
        catalogue.option_values.remove(value);
    }
    catalogue.options.remove(id);
    call.world.changes.revision += 1;
    nothing()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ValueShape<'a> {
    option_id: u32,
    option_value_id: u32,
    option_value_name: &'a str,
}

/// *Inferred*: an option without values is not found.
fn get_values(call: &mut Call<'_>) -> Answer {
    let options = call.ids(0)?;
    let ids = call.ids(1)?;
    let values = call.world.changes.catalogue.option_values.iter();
    let wanted = values
        .filter(|(_, value)| options.as_ref().is_none_or(|options| options.contains(value.option)))
        .filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted
        .map(|(id, value)| ValueShape {
            option_id: value.option,
            option_value_id: id,
            option_value_name: &value.name,
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Option Values Found"));
    }
    response(shapes)
}

fn post_value(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let option = path_option(call)?;
    let name = fields.text("optionValueName")?.filter(|name| !name.trim().is_empty());
    let name = fields.required("optionValueName", name)?;
    call.world.changes.revision += 1;
    response(call.world.changes.catalogue.option_values.add(|_| OptionValue { option, name }))
}
