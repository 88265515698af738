//! Tags, and what else contacts and orders are marked with (API notes §8.4.5).

use brightpearl_core::Method;
use serde::Serialize;

use super::Route;
use super::call::Call;
use super::per_resource::Outcomes;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::Members;
use crate::world::people::{LEAD_SOURCES, PROJECTS, TAGS};

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "contact-service/tag/{ids?}", "get-tag", get_tags),
    Route::write(Method::Post, "contact-service/contact/{ids}/tag/{id}", "post-contact-tag", post_tag),
    Route::write(Method::Delete, "contact-service/contact/{ids}/tag/{id}", "delete-contact-tag", delete_tag),
    Route::read(Method::Get, "contact-service/lead-source/{ids?}", "get-lead-source", get_lead_sources),
    Route::read(Method::Get, "contact-service/project/{ids?}", "get-project", get_projects),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TagShape {
    tag_id: u32,
    tag_name: &'static str,
    tag_parent_id: u32,
    tag_color: &'static str,
}

/// A map by id, unlike other lists.
fn get_tags(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let wanted = TAGS.iter().filter(|tag| ids.as_ref().is_none_or(|ids| ids.contains(tag.id)));
    let shape = |tag: &crate::world::people::Tag| TagShape {
        tag_id: tag.id,
        tag_name: tag.name,
        tag_parent_id: tag.parent,
        tag_color: tag.color,
    };
    let shapes: Vec<_> = wanted.map(|tag| (tag.id, shape(tag))).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Tags Found"));
    }
    response(Members(shapes))
}

/// The tag that the path names, which must exist.
fn existing_tag(call: &Call<'_>) -> Result<u32, Refusal> {
    let named = call.captured.get(1).map_or("", String::as_str);
    let tag = call.id(1).filter(|id| TAGS.iter().any(|tag| tag.id == *id));
    tag.ok_or_else(|| Refusal::not_found(&format!("Cannot find tag: {named}")))
}

/// Tags several contacts. One that has the tag already is an error of its own. The code is *inferred*.
fn post_tag(call: &mut Call<'_>) -> Answer {
    let tag = existing_tag(call)?;
    change_tags(call, |tags| {
        if tags.contains(&tag) {
            return Err(format!("The contact already has tag {tag}"));
        }
        tags.push(tag);
        Ok(())
    })
}

fn delete_tag(call: &mut Call<'_>) -> Answer {
    let tag = existing_tag(call)?;
    let is_strict = call.world.strict;
    change_tags(call, |tags| match tags.iter().position(|own| *own == tag) {
        Some(place) => {
            tags.remove(place);
            Ok(())
        }
        // *Inferred*: a tag that is not there is gone.
        None if is_strict => Err(format!("The contact does not have tag {tag}")),
        None => Ok(()),
    })
}

fn change_tags(call: &mut Call<'_>, change: impl Fn(&mut Vec<u32>) -> Result<(), String>) -> Answer {
    let ids = call.required_ids(0)?;
    let mut outcomes = Outcomes::default();
    for id in ids.iter() {
        let Some(contact) = call.world.existing_contact(id) else {
            outcomes.refused(id, 404, "CMNC-404", format!("Cannot find contact: {id}"));
            continue;
        };
        let mut tags = contact.tags;
        match change(&mut tags) {
            Ok(()) => {
                call.world.edit_contact(id, call.now_ms, |record| record.tags = tags);
                outcomes.done(id);
            }
            Err(message) => outcomes.refused(id, 400, "CONC-020", message),
        }
    }
    outcomes.answer()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LeadSourceShape {
    id: u32,
    owner_id: u32,
    parent_id: u32,
    name: &'static str,
    is_active: bool,
}

fn get_lead_sources(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let wanted = LEAD_SOURCES.iter().filter(|source| ids.as_ref().is_none_or(|ids| ids.contains(source.id)));
    let shapes: Vec<_> = wanted
        .map(|source| LeadSourceShape {
            id: source.id,
            owner_id: source.owner,
            parent_id: source.parent,
            name: source.name,
            is_active: source.is_active,
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Lead Sources Found"));
    }
    response(shapes)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProjectShape {
    project_id: u32,
    name: &'static str,
}

fn get_projects(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let wanted = PROJECTS.iter().filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted.map(|(id, name)| ProjectShape { project_id: *id, name }).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Projects Found"));
    }
    response(shapes)
}
