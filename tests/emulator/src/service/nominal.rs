//! Nominal codes and their search (API notes §8.5.6, §4.5).

use brightpearl_core::Method;
use serde::Serialize;

use super::Route;
use super::call::Call;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::nominal::{NOMINAL_CODES, NOMINAL_IDS, NominalCode, nominal_code_with_id};

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "accounting-service/nominal-code/{ids?}", "get-nominal-code", get_nominal_codes),
    Route::search("accounting-service/nominal-code-search", SEARCH),
    Route::meta_data("accounting-service/nominal-code-search/meta-data", SEARCH),
];

type NominalColumn = Column<&'static NominalCode>;

const SEARCH: &dyn Searchable = &NOMINAL_SEARCH;

/// There is no column for the id; codes and ids ascend together.
const NOMINAL_SEARCH: Search<&'static NominalCode> = Search {
    name: "accounting-service/nominal-code-search",
    columns: &[
        NominalColumn::new("code", DataType::SearchString, |_, account| Cell::text(account.code)),
        NominalColumn::new("name", DataType::SearchString, |_, account| Cell::text(account.name)),
        NominalColumn::new("type", DataType::IdSet, |_, account| Cell::integer(account.type_id)),
        NominalColumn::new("bank", DataType::Boolean, |_, account| {
            Cell::Boolean(account.bank_currency.is_some())
        }),
        NominalColumn::new("currencyId", DataType::IdSet, |world, account| {
            Cell::optional_integer(bank_currency(world, account))
        }),
        NominalColumn::new("active", DataType::Boolean, |_, account| Cell::Boolean(account.active)),
    ],
    filters: &[],
    ids: |_| &NOMINAL_IDS,
    record: |_, id| nominal_code_with_id(id),
    references: &[],
    label: |_, _, _| None,
};

/// The id of a bank account's currency, if the account has as many currencies.
fn bank_currency(world: &World, account: &NominalCode) -> Option<u32> {
    world.currency_ids.get(account.bank_currency?).copied()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NominalCodeShape {
    id: u32,
    code: &'static str,
    name: &'static str,
    r#type: NominalTypeShape,
    bank: bool,
    expense: bool,
    discount: bool,
    editable: bool,
    active: bool,
    tax_code: u32,
    chart_map_code: &'static str,
    reconcile: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency_id: Option<u32>,
}

#[derive(Serialize)]
struct NominalTypeShape {
    id: u32,
}

fn get_nominal_codes(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let wanted = NOMINAL_CODES.iter().filter(|code| ids.as_ref().is_none_or(|ids| ids.contains(code.id)));
    let shapes: Vec<_> = wanted
        .map(|account| NominalCodeShape {
            id: account.id,
            code: account.code,
            name: account.name,
            r#type: NominalTypeShape { id: account.type_id },
            bank: account.bank_currency.is_some(),
            expense: account.expense,
            discount: account.discount,
            editable: account.editable,
            active: account.active,
            tax_code: 0,
            chart_map_code: "",
            reconcile: account.reconcile,
            currency_id: bank_currency(call.world, account),
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Nominal Codes Found"));
    }
    response(shapes)
}
