//! Companies (API notes §8.4).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::moment::Moment;
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::people::Company;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "contact-service/company/{ids?}", "get-company", get_companies),
    Route::write(Method::Post, "contact-service/company", "post-company", post_company),
    Route::write(Method::Put, "contact-service/company/{id}", "put-company", put_company),
    Route::search("contact-service/company-search", SEARCH),
    Route::meta_data("contact-service/company-search/meta-data", SEARCH),
];

type CompanyColumn = Column<Option<Company>>;

/// The types of the columns are *inferred*: the source has only their names.
const SEARCH: &dyn Searchable = &Search::<Option<Company>> {
    name: "contact-service/company-search",
    columns: &[
        CompanyColumn::new("companyId", DataType::IdSet, |_, company| {
            Cell::optional_integer(company.as_ref().map(|company| company.id))
        }),
        CompanyColumn::new("name", DataType::SearchString, |_, company| {
            Cell::optional_text(company.as_ref().map(|company| company.name.clone()))
        }),
    ],
    filters: &[],
    ids: |world| world.company_ids(),
    record: |world, id| world.company(id),
    references: &[],
    label: |_, _, _| None,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CompanyShape {
    id: u32,
    name: String,
    created_on: Moment,
    updated_on: Moment,
}

fn get_companies(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let world = &*call.world;
    let wanted = ids.map_or_else(|| world.company_ids().to_vec(), |ids| ids.pick(world.company_ids()));
    let shapes: Vec<_> = wanted
        .into_iter()
        .filter_map(|id| world.company(id))
        .map(|company| CompanyShape {
            id: company.id,
            name: company.name,
            created_on: world.moment(company.created),
            updated_on: world.moment(company.updated),
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Companies Found"));
    }
    response(shapes)
}

/// The name of the body. The member and the code are *inferred*.
fn read_name(call: &Call<'_>) -> Result<String, Refusal> {
    const INVALID: &str = "CONC-040";
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let name = fields.text_up_to("/name", 255).unwrap_or_default();
    if name.is_empty() {
        fields.refuse(INVALID, "You must supply a name");
    }
    fields.finish()?;
    Ok(name)
}

fn post_company(call: &mut Call<'_>) -> Answer {
    let name = read_name(call)?;
    response(call.world.add_company(name, call.now_ms))
}

fn put_company(call: &mut Call<'_>) -> Answer {
    let company = call.id(0).and_then(|id| call.world.company(id));
    let company = company.ok_or_else(|| Refusal::not_found("No Companies Found"))?;
    let name = read_name(call)?;
    call.world.put_company(Company { name, updated: call.now_ms, ..company });
    nothing()
}
