//! What contacts owe and from which entries, and accounting periods (API notes §8.5.6, §4.5).

use std::ops::Bound;

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use crate::protocol::answer::{Answer, response};
use crate::protocol::json::amount;
use crate::protocol::moment::{DAY, Moment, local_date};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::journal::Journal;
use crate::world::ledger::AccountingPeriod;

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "accounting-service/contact/{id}/currency/{id}/balance",
        "get-contact-balance",
        get_balance,
    ),
    Route::search("accounting-service/statement/all-transaction-search", SEARCH),
    Route::meta_data("accounting-service/statement/all-transaction-search/meta-data", SEARCH),
    Route::read(
        Method::Get,
        "accounting-service/accounting-period/{ids?}",
        "get-accounting-period",
        get_periods,
    ),
    Route::write(Method::Post, "accounting-service/accounting-period", "post-accounting-period", post_period),
];

/// What the contact owes, or null where it has no entries in that currency. Neither the contact nor the
/// currency is checked.
fn get_balance(call: &mut Call<'_>) -> Answer {
    let world = &*call.world;
    let contact = call.id(0);
    let code = call.captured.get(1).map_or("", String::as_str);
    let date = |name: &str| call.query.get(name).and_then(|text| local_date(text, world.zone));
    let from = date("dateFrom").map_or(Bound::Unbounded, Bound::Included);
    let to = date("dateTo")
        .map_or(Bound::Unbounded, |to| Bound::Excluded(world.zone.instant(world.zone.day(to) + DAY)));
    let balance = contact
        .zip(world.currency_index(code))
        .and_then(|(contact, currency)| world.balance(contact, currency, (from, to)));
    response(balance.map(|owed| amount(owed, 2)))
}

/// An entry of a statement.
struct StatementEntry {
    journal: Journal,
    customer_reference: String,
    invoiced: Decimal,
    paid: Decimal,
}

type EntryColumn = Column<Option<StatementEntry>>;

const SEARCH: &dyn Searchable = &STATEMENT_SEARCH;

const STATEMENT_SEARCH: Search<Option<StatementEntry>> = Search {
    name: "accounting-service/statement/all-transaction-search",
    columns: &[
        EntryColumn::new("journalId", DataType::IdSet, |_, entry| {
            Cell::optional_integer(entry.as_ref().map(|entry| entry.journal.id))
        })
        .identifies(),
        EntryColumn::new("orderId", DataType::IdSet, |_, entry| {
            Cell::optional_integer(entry.as_ref().and_then(|entry| order_of(&entry.journal)))
        }),
        EntryColumn::new("journalTypeCode", DataType::String, |_, entry| {
            text(entry, |entry| entry.journal.type_code.clone())
        }),
        EntryColumn::new("journalDate", DataType::Period, |_, entry| {
            Cell::optional_moment(entry.as_ref().map(|entry| entry.journal.tax_date))
        })
        .sorts(),
        EntryColumn::new("journalDueDate", DataType::Period, |_, entry| {
            Cell::optional_moment(entry.as_ref().and_then(|entry| entry.journal.due_date))
        }),
        EntryColumn::new("reference", DataType::SearchString, |_, entry| {
            text(entry, |entry| reference_of(&entry.journal).to_owned())
        }),
        EntryColumn::new("customerReference", DataType::SearchString, |_, entry| {
            text(entry, |entry| entry.customer_reference.clone())
        }),
        EntryColumn::new("invoiceAmount", DataType::String, |_, entry| {
            text(entry, |entry| amount(entry.invoiced, 2))
        }),
        EntryColumn::new("paidAmount", DataType::String, |_, entry| {
            text(entry, |entry| amount(entry.paid, 2))
        }),
        EntryColumn::new("dueAmount", DataType::String, |_, entry| {
            text(entry, |entry| amount((entry.invoiced - entry.paid).max(Decimal::ZERO), 2))
        }),
    ],
    filters: &[
        EntryColumn::new("contactId", DataType::Integer, |_, entry| {
            Cell::optional_integer(entry.as_ref().and_then(|entry| entry.journal.contact))
        }),
        EntryColumn::new("currencyId", DataType::Integer, |world, entry| {
            let index = entry.as_ref().map(|entry| entry.journal.currency);
            Cell::optional_integer(index.and_then(|index| world.currency_ids.get(index).copied()))
        }),
    ],
    ids: |world| world.statement(),
    record: entry,
    references: &[],
    label: |_, _, _| None,
};

fn text(entry: &Option<StatementEntry>, read: fn(&StatementEntry) -> String) -> Cell {
    Cell::optional_text(entry.as_ref().map(read))
}

fn order_of(journal: &Journal) -> Option<u32> {
    journal.lines.iter().find_map(|line| line.order)
}

fn reference_of(journal: &Journal) -> &str {
    let reference = journal.lines.iter().map(|line| line.invoice_reference.as_str());
    reference.into_iter().find(|reference| !reference.is_empty()).unwrap_or(&journal.description)
}

/// *Inferred*: an invoice is paid by what was paid for its order; a payment invoices nothing.
fn entry(world: &World, id: u32) -> Option<StatementEntry> {
    let journal = world.journal(id)?;
    let order = order_of(&journal).filter(|order| world.orders.contains(*order));
    let order = order.map(|order| world.order(order));
    let amount = journal.owed().abs();
    let is_invoice = ["SI", "PI", "SC", "PC"].contains(&journal.type_code.as_str());
    let (invoiced, paid) = if is_invoice {
        let paid = order.as_ref().map_or(Decimal::ZERO, |order| world.paid(order).paid);
        (amount, paid.clamp(Decimal::ZERO, amount))
    } else {
        (Decimal::ZERO, amount)
    };
    let customer_reference = order.map_or_else(String::new, |order| order.reference());
    Some(StatementEntry { journal, customer_reference, invoiced, paid })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PeriodShape {
    id: u32,
    start_date: Moment,
    end_date: Moment,
}

/// *Inferred*: an account without periods has an empty list.
fn get_periods(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let world = &*call.world;
    let periods = world.changes.ledger.periods.iter();
    let wanted = periods.filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes = wanted.map(|(id, period)| PeriodShape {
        id,
        start_date: world.moment(period.start),
        end_date: world.moment(period.end),
    });
    response(shapes.collect::<Vec<_>>())
}

/// *Inferred*: the code, and that periods may overlap.
fn post_period(call: &mut Call<'_>) -> Answer {
    const INVALID: &str = "ACCC-050";
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let mut bounds = [0, 0];
    for (bound, name) in bounds.iter_mut().zip(["startDate", "endDate"]) {
        let text = fields.text(&format!("/{name}")).unwrap_or_default();
        let day = text.get(..10).unwrap_or(&text);
        match local_date(day, call.world.zone) {
            Some(date) => *bound = date,
            None => fields.refuse(INVALID, format!("You must supply a {name} such as 2026-06-30")),
        }
    }
    let [start, end] = bounds;
    if start > end {
        fields.refuse(INVALID, "startDate must not lie after endDate");
    }
    let periods = &call.world.changes.ledger.periods;
    if call.world.strict && periods.iter().any(|(_, period)| start <= period.end && period.start <= end) {
        fields.refuse(INVALID, "The accounting period overlaps with another one");
    }
    fields.finish()?;
    call.world.changes.revision += 1;
    response(call.world.changes.ledger.periods.add(|_| AccountingPeriod { start, end }))
}
