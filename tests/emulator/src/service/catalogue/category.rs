//! Brightpearl categories (API notes §8.2.4).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::{UNREADABLE, refused};
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::moment::Moment;
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::catalogue::Category;
use crate::world::product_record::Text;
use crate::world::reference::STAFF;

const SEARCH: &dyn Searchable = &CATEGORY_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "product-service/brightpearl-category/{ids?}",
        "get-brightpearl-category",
        get_categories,
    ),
    Route::write(
        Method::Post,
        "product-service/brightpearl-category",
        "post-brightpearl-category",
        post_category,
    ),
    Route::search("product-service/brightpearl-category-search", SEARCH),
    Route::meta_data("product-service/brightpearl-category-search/meta-data", SEARCH),
];

type NumberedCategory = (u32, Option<Category>);
type CategoryColumn = Column<NumberedCategory>;

fn created(world: &World, (_, category): &NumberedCategory) -> Cell {
    category.as_ref().map_or(Cell::Null, |own| Cell::Moment(own.created.unwrap_or(world.opened())))
}

const CATEGORY_SEARCH: Search<NumberedCategory> = Search {
    name: "product-service/brightpearl-category-search",
    columns: &[
        CategoryColumn::new("id", DataType::IdSet, |_, (id, _)| Cell::integer(*id)),
        CategoryColumn::new("name", DataType::SearchString, |_, (_, own)| {
            Cell::optional_text(own.as_ref().map(|own| own.name.clone()))
        }),
        CategoryColumn::new("parentId", DataType::IdSet, |_, (_, own)| {
            Cell::optional_integer(own.as_ref().map(|own| own.parent))
        }),
        CategoryColumn::new("active", DataType::Boolean, |_, (_, own)| {
            own.as_ref().map_or(Cell::Null, |own| Cell::Boolean(own.active))
        }),
        CategoryColumn::new("createdOn", DataType::Period, created),
        CategoryColumn::new("createdById", DataType::Integer, |_, _| Cell::integer(STAFF[0])),
        CategoryColumn::new("updatedOn", DataType::Period, created),
        CategoryColumn::new("updatedBy", DataType::Integer, |_, _| Cell::integer(STAFF[0])),
    ],
    filters: &[],
    ids: |world| world.changes.catalogue.categories.ids(),
    record: |world, id| (id, world.changes.catalogue.categories.get(id).cloned()),
    references: &[],
    label: |_, _, _| None,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CategoryShape {
    id: u32,
    name: String,
    parent_id: u32,
    active: bool,
    created_on: Moment,
    created_by_id: u32,
    updated_on: Moment,
    updated_by_id: u32,
    description: Text,
}

fn get_categories(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let world = &*call.world;
    let categories = world.changes.catalogue.categories.iter();
    let wanted = categories.filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted.map(|(id, category)| CategoryShape::new(world, id, category)).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Brightpearl Categories Found"));
    }
    response(shapes)
}

impl CategoryShape {
    fn new(world: &World, id: u32, category: &Category) -> Self {
        let created = world.moment(category.created.unwrap_or(world.opened()));
        Self {
            id,
            name: category.name.clone(),
            parent_id: category.parent,
            active: category.active,
            created_on: created,
            created_by_id: STAFF[0],
            updated_on: created,
            updated_by_id: STAFF[0],
            description: Text::new(category.description.clone()),
        }
    }
}

fn post_category(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let name = fields.text_up_to("name", 128)?.filter(|name| !name.trim().is_empty());
    let name = fields.required("name", name)?;
    let parent = fields.count("parentId")?.unwrap_or(0);
    let categories = &mut call.world.changes.catalogue.categories;
    if parent != 0 && !categories.contains(parent) {
        return Err(fields.refuse("parentId", "the ID of a category, or 0"));
    }
    if categories.iter().any(|(_, own)| own.parent == parent && own.name == name) {
        return Err(refused(
            "PRDC-010",
            &format!("The category name {name} is already in use on this level"),
        ));
    }
    let description = match fields.object("description")? {
        Some(description) => {
            // These are not shown again, and must be texts all the same.
            for name in ["languageCode", "format"] {
                description.text(name)?;
            }
            description.text("text")?.unwrap_or_default()
        }
        None => String::new(),
    };
    let category = Category { name, parent, active: true, description, created: Some(call.now_ms) };
    call.world.changes.revision += 1;
    response(call.world.changes.catalogue.categories.add(|_| category))
}
