//! The accounting service, as far as orders refer to it (API notes §8.5.6).

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde::Serialize;

use super::Route;
use super::call::Call;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::Number;
use crate::world::reference::TAX_CODES;

pub(super) const ROUTES: &[Route] =
    &[Route::read(Method::Get, "accounting-service/tax-code/{ids?}", "get-tax-code", get_tax_codes)];

#[derive(Serialize)]
struct TaxCodeShape {
    id: u32,
    code: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Number>,
}

fn get_tax_codes(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let shapes: Vec<_> = TAX_CODES
        .iter()
        .filter(|code| ids.as_ref().is_none_or(|ids| ids.contains(code.id)))
        .map(|code| TaxCodeShape {
            id: code.id,
            code: code.code,
            description: code.description,
            rate: code.rate.map(|rate| {
                let mut per_cent = Decimal::new(i64::from(rate), 2);
                per_cent.rescale(4);
                Number(per_cent)
            }),
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Tax Codes Found"));
    }
    response(shapes)
}
