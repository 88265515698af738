//! Currencies and their exchange rates (API notes §8.5.6, §4.5).

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::{Number, amount};
use crate::protocol::moment::{Moment, local_midnight};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::ledger::ExchangeRate;
use crate::world::reference::STAFF;

pub(super) const ROUTES: &[Route] = &[
    Route::search("accounting-service/currency-search", SEARCH),
    Route::meta_data("accounting-service/currency-search/meta-data", SEARCH),
    Route::read(Method::Get, "accounting-service/exchange-rate", "get-exchange-rate", get_rates),
    Route::write(
        Method::Post,
        "accounting-service/currency/{id}/exchange-rate",
        "post-exchange-rate",
        post_rate,
    ),
    Route::write(
        Method::Put,
        "accounting-service/currency/{id}/exchange-rate",
        "put-exchange-rate",
        put_rate,
    ),
];

/// *Inferred*: no source has a refused exchange rate.
const INVALID: &str = "ACCC-010";

/// Since when the initial rate of a currency holds.
const INITIAL: i64 = 0;

/// A currency by its place among those of the account.
type CurrencyColumn = Column<usize>;

const SEARCH: &dyn Searchable = &CURRENCY_SEARCH;

const CURRENCY_SEARCH: Search<usize> = Search {
    name: "accounting-service/currency-search",
    columns: &[
        CurrencyColumn::new("id", DataType::IdSet, |_, index| Cell::Integer(*index as i64 + 1)),
        CurrencyColumn::new("title", DataType::String, |world, index| Cell::text(title(code(world, *index)))),
        CurrencyColumn::new("code", DataType::String, |world, index| {
            Cell::text(code(world, *index).to_owned())
        }),
        CurrencyColumn::new("symbol", DataType::String, |world, index| {
            Cell::text(symbol(code(world, *index)))
        }),
        CurrencyColumn::new("exchangeRate", DataType::String, |world, index| {
            Cell::text(amount(world.latest_exchange_rate(*index), 6))
        }),
        CurrencyColumn::new("isDefault", DataType::Boolean, |_, index| Cell::Boolean(*index == 0)),
        CurrencyColumn::new("exchangeRateVarianceNominalCode", DataType::String, |_, _| Cell::text("7900")),
    ],
    filters: &[],
    ids: |world| &world.currency_ids,
    record: |_, id| id as usize - 1,
    references: &[],
    label: |_, _, _| None,
};

fn code(world: &World, index: usize) -> &str {
    world.currencies.get(index).map_or("", |currency| &currency.code)
}

/// Every currency of ISO 4217: its code, its symbol, its name.
fn currencies() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let lines = include_str!("../world/currencies.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut parts = line.splitn(3, ' ');
        Some((parts.next()?, parts.next()?, parts.next()?))
    })
}

/// A currency that nobody knows is called by its code.
fn title(code: &str) -> String {
    currencies().find(|(known, _, _)| *known == code).map_or(code, |(_, _, title)| title).to_owned()
}

pub(super) fn symbol(code: &str) -> String {
    currencies().find(|(known, _, _)| *known == code).map_or(code, |(_, symbol, _)| symbol).to_owned()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RateShape {
    currency_id: usize,
    rate_active_from: Moment,
    rate: Number,
    added_by_id: u32,
}

/// Every rate but those of the accounting currency: by currency, the newest first. The first one of each
/// is as old as time (API notes §8.5.6).
fn get_rates(call: &mut Call<'_>) -> Answer {
    let world = &*call.world;
    let mut shapes = Vec::new();
    for index in 1..world.currencies.len() {
        let first = ExchangeRate { from: INITIAL, rate: world.initial_rate(index), added_by: STAFF[0] };
        let mut rates: Vec<_> = world.changes.ledger.exchange_rates.get(&index).cloned().unwrap_or_default();
        rates.push(first);
        rates.sort_by_key(|rate| std::cmp::Reverse(rate.from));
        shapes.extend(rates.into_iter().map(|rate| RateShape {
            currency_id: index + 1,
            rate_active_from: world.moment(rate.from),
            rate: Number(rate.rate.normalize()),
            added_by_id: rate.added_by,
        }));
    }
    response(shapes)
}

/// The currency of the path and the rate of the body, rounded as documented.
fn read_rate(call: &Call<'_>) -> Result<(usize, i64, Decimal), Refusal> {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let index = call.id(0).map(|id| id as usize - 1).filter(|index| *index < call.world.currencies.len());
    match index {
        None => fields.refuse(INVALID, "You have supplied an invalid currency id"),
        Some(0) => fields.refuse(INVALID, "The exchange rate of the base currency cannot be changed"),
        Some(_) => {}
    }
    let from = fields.moment("/rateActiveFrom");
    if !fields.has("/rateActiveFrom") {
        fields.refuse(INVALID, "You must supply rateActiveFrom");
    }
    let rate = fields.exchange_rate("/rate");
    if !fields.has("/rate") {
        fields.refuse(INVALID, "You must supply a rate");
    }
    fields.finish()?;
    Ok((index.unwrap_or(0), from.unwrap_or(call.now_ms), rate.unwrap_or(Decimal::ONE)))
}

/// Adds a rate that holds from now on, when it is for today, or from the midnight of a day to come.
fn post_rate(call: &mut Call<'_>) -> Answer {
    let (index, from, rate) = read_rate(call)?;
    let zone = call.world.zone;
    let (day, today) = (local_midnight(from, zone), local_midnight(call.now_ms, zone));
    let from = if day == today { call.now_ms } else { day };
    if day < today {
        return Err(Refusal::coded(400, INVALID, "rateActiveFrom must not lie in the past"));
    }
    call.world.changes.revision += 1;
    let rates = call.world.changes.ledger.exchange_rates.entry(index).or_default();
    rates.push(ExchangeRate { from, rate, added_by: STAFF[0] });
    response(1)
}

/// Changes the initial rate, and no other: the page says so. GET shows it at the epoch, in the account's zone, and
/// the same instant in any spelling names it. The answer is how many rates were changed.
fn put_rate(call: &mut Call<'_>) -> Answer {
    let (index, from, rate) = read_rate(call)?;
    if from != INITIAL {
        return Err(Refusal::coded(400, INVALID, "Only the initial exchange rate can be changed"));
    }
    call.world.put_initial_rate(index, rate);
    response(1)
}
