//! Seasons (API notes §8.2.4).

use brightpearl_core::Method;
use jiff::civil::Date;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::{UNREADABLE, refused};
use crate::protocol::answer::{Answer, Refusal, response};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::catalogue::Season;

const SEARCH: &dyn Searchable = &SEASON_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "product-service/season/{ids?}", "get-season", get_seasons),
    Route::write(Method::Post, "product-service/season", "post-season", post_season),
    Route::search("product-service/season-search", SEARCH),
    Route::meta_data("product-service/season-search/meta-data", SEARCH),
];

type SeasonColumn = Column<(u32, Option<Season>)>;

/// *Inferred*: no source has the columns of this search.
const SEASON_SEARCH: Search<(u32, Option<Season>)> = Search {
    name: "product-service/season-search",
    columns: &[
        SeasonColumn::new("id", DataType::IdSet, |_, (id, _)| Cell::integer(*id)),
        SeasonColumn::new("name", DataType::SearchString, |_, (_, own)| {
            Cell::optional_text(own.as_ref().map(|own| own.name.clone()))
        }),
        SeasonColumn::new("description", DataType::SearchString, |_, (_, own)| {
            Cell::optional_text(own.as_ref().map(|own| own.description.clone()))
        }),
    ],
    filters: &[],
    ids: |world| world.changes.catalogue.seasons.ids(),
    record: |world, id| (id, world.changes.catalogue.seasons.get(id).cloned()),
    references: &[],
    label: |_, _, _| None,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeasonShape<'a> {
    id: u32,
    name: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_to: Option<&'a str>,
}

fn get_seasons(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let seasons = call.world.changes.catalogue.seasons.iter();
    let wanted = seasons.filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted
        .map(|(id, season)| SeasonShape {
            id,
            name: &season.name,
            description: &season.description,
            date_from: season.from.as_deref(),
            date_to: season.to.as_deref(),
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Seasons Found"));
    }
    response(shapes)
}

fn post_season(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let name = fields.required("name", fields.text_up_to("name", 255)?)?;
    if name.chars().count() < 4 {
        return Err(fields.refuse("name", "at least 4 characters"));
    }
    let is_strict = call.world.strict;
    let seasons = &mut call.world.changes.catalogue.seasons;
    if seasons.iter().any(|(_, season)| season.name == name) {
        return Err(refused("PRDC-015", &format!("The season name {name} is already in use")));
    }
    let date = |member: &str| match fields.text(member)? {
        Some(text) if text.len() == "2024-03-10".len() && text.parse::<Date>().is_ok() => Ok(Some(text)),
        Some(_) => Err(fields.refuse(member, "a date such as 2024-03-10")),
        None => Ok(None),
    };
    let (from, to) = (date("dateFrom")?, date("dateTo")?);
    if is_strict && from.is_some() && to.is_some() && to < from {
        return Err(fields.refuse("dateTo", "a date that is not before dateFrom"));
    }
    let description = fields.text("description")?.unwrap_or_default();
    let id = seasons.add(|_| Season { name, description, from, to });
    call.world.changes.revision += 1;
    response(id)
}
