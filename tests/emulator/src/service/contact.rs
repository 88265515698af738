//! Reading contacts (API notes §8.4.1).

use brightpearl_core::Method;
use serde::Serialize;

use super::Route;
use super::call::{Call, MOST_IDS};
use super::contact_search::SEARCH;
use super::contact_shape::{ContactSections, ContactShape};
use super::order::GetUris;
use crate::protocol::answer::{Answer, Refusal, object, response};
use crate::search::DataType;
use crate::search::filter::unreadable;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "contact-service/contact/{ids?}", "get-contact", get_contacts),
    Route::read(Method::Options, "contact-service/contact/{ids?}", "options-contact", contact_options),
    Route::search("contact-service/contact-search", SEARCH),
    Route::meta_data("contact-service/contact-search/meta-data", SEARCH),
];

#[derive(Serialize)]
struct ContactsBody {
    response: Vec<ContactShape>,
    pagination: Pagination,
    sorting: [SortShape; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    more_pages_available: bool,
    results_returned: usize,
    first_result: usize,
    last_result: usize,
}

#[derive(Serialize)]
struct SortShape {
    field: &'static str,
    direction: &'static str,
}

/// Pages of at most 200, also of a larger id set (API notes §8.4.1). *Inferred*: a `sort` by anything but
/// the id is ignored.
fn get_contacts(call: &mut Call<'_>) -> Answer {
    let existing = &call.world.all_contacts;
    let mut ids = match call.ids(0)? {
        None => existing.clone(),
        Some(set) => {
            call.refuse_bad_ids(&set)?;
            set.pick(existing)
        }
    };
    let descending = call.query.get("sort").is_some_and(|sort| sort.eq_ignore_ascii_case("contactId.DESC"));
    if descending {
        ids.reverse();
    }
    let number = |name: &str| match call.query.get(name) {
        None => Ok(None),
        Some(text) => match text.parse::<usize>() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(unreadable(name, text, DataType::Integer)),
        },
    };
    let start = number("firstResult")?.unwrap_or(1).saturating_sub(1).min(ids.len());
    let size = number("pageSize")?.unwrap_or(MOST_IDS).clamp(1, MOST_IDS);
    let end = (start + size).min(ids.len());
    if start == end {
        return Err(Refusal::not_found("No Contact Found"));
    }
    let sections = ContactSections::asked_for(call);
    let shapes =
        ids[start..end].iter().map(|id| ContactShape::new(call.world, call.world.contact(*id), sections));
    object(&ContactsBody {
        response: shapes.collect(),
        pagination: Pagination {
            more_pages_available: end < ids.len(),
            results_returned: end - start,
            first_result: start + 1,
            last_result: end,
        },
        sorting: [SortShape { field: "contactId", direction: if descending { "DESC" } else { "ASC" } }],
    })
}

fn contact_options(call: &mut Call<'_>) -> Answer {
    let existing = &call.world.all_contacts;
    let ids = call.ids(0)?.map_or_else(|| existing.clone(), |ids| ids.pick(existing));
    response(GetUris::new(&ids, |set| format!("/contact/{set}")))
}
