//! Reading journals and searching their lines (API notes §8.5.1, §4.5).

use brightpearl_core::Method;
use serde::Serialize;

use super::Route;
use super::call::Call;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::amount;
use crate::protocol::moment::Moment;
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::World;
use crate::world::journal::{Journal, JournalLine, Side};
use crate::world::reference::tax_code;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "accounting-service/journal/{ids?}", "get-journal", get_journals),
    Route::search("accounting-service/journal-search", SEARCH),
    Route::meta_data("accounting-service/journal-search/meta-data", SEARCH),
];

const SEARCH: &dyn Searchable = &JOURNAL_SEARCH;

/// One line with the journal that it is in.
struct JournalRow {
    id: u32,
    journal: Journal,
    line: JournalLine,
}

type JournalColumn = Column<Option<JournalRow>>;

/// The types of the columns behind the tenth are *inferred* from their names.
const JOURNAL_SEARCH: Search<Option<JournalRow>> = Search {
    name: "accounting-service/journal-search",
    columns: &[
        JournalColumn::new("journalId", DataType::IdSet, |_, row| integer(row, |row| Some(row.journal.id)))
            .sorts(),
        JournalColumn::new("journalType", DataType::String, |_, row| {
            text(row, |row| row.journal.type_code.clone())
        }),
        JournalColumn::new("orderId", DataType::IdSet, |_, row| {
            integer(row, |row| Some(row.line.order.unwrap_or(0)))
        }),
        JournalColumn::new("invoiceReference", DataType::SearchString, |_, row| {
            text(row, |row| row.line.invoice_reference.clone())
        }),
        JournalColumn::new("channelId", DataType::Integer, |_, row| {
            integer(row, |row| Some(row.line.channel))
        }),
        JournalColumn::new("nominalCode", DataType::String, |_, row| {
            text(row, |row| row.line.nominal_code.clone())
        }),
        JournalColumn::new("journalDate", DataType::Period, |_, row| {
            moment(row, |row| Some(row.journal.tax_date))
        }),
        JournalColumn::new("journalDebit", DataType::String, |_, row| {
            text(row, |row| row.on(Side::Debit, amount(row.line.value, 2)))
        }),
        JournalColumn::new("journalCredit", DataType::String, |_, row| {
            text(row, |row| row.on(Side::Credit, amount(row.line.value, 2)))
        }),
        JournalColumn::new("journalRef", DataType::String, |_, row| {
            text(row, |row| row.journal.description.clone())
        }),
        JournalColumn::new("currencyId", DataType::Integer, |world, row| match row {
            Some(row) => Cell::optional_integer(world.currency_ids.get(row.journal.currency).copied()),
            None => Cell::Null,
        }),
        JournalColumn::new("exchangeRate", DataType::String, |_, row| {
            text(row, |row| amount(row.journal.exchange_rate, 6))
        }),
        JournalColumn::new("transactionDebit", DataType::String, |_, row| {
            text(row, |row| row.on(Side::Debit, amount(row.line.transaction, 2)))
        }),
        JournalColumn::new("transactionCredit", DataType::String, |_, row| {
            text(row, |row| row.on(Side::Credit, amount(row.line.transaction, 2)))
        }),
        JournalColumn::new("projectId", DataType::Integer, |_, row| {
            integer(row, |row| Some(row.line.project))
        }),
        JournalColumn::new("leadSourceId", DataType::Integer, |_, row| {
            integer(row, |row| Some(row.line.lead_source))
        }),
        JournalColumn::new("contactId", DataType::Integer, |_, row| integer(row, |row| row.journal.contact)),
        JournalColumn::new("journalDueDate", DataType::Period, |_, row| {
            moment(row, |row| row.journal.due_date)
        }),
        JournalColumn::new("journalDateEntered", DataType::Period, |_, row| {
            moment(row, |row| Some(row.journal.created))
        }),
        JournalColumn::new("createdContactId", DataType::Integer, |_, row| {
            integer(row, |row| Some(row.journal.created_by))
        }),
        JournalColumn::new("taxCodeId", DataType::Integer, |_, row| {
            integer(row, |row| tax_code(&row.line.tax_code).map(|tax| tax.id))
        }),
        JournalColumn::new("taxReconciliationDate", DataType::Period, |_, _| Cell::Null),
        JournalColumn::new("taxPeriodId", DataType::Integer, |_, _| Cell::Null),
        JournalColumn::new("journalRowId", DataType::IdSet, |_, row| integer(row, |row| Some(row.id)))
            .identifies(),
    ],
    filters: &[],
    ids: |world| world.journal_row_ids(),
    record: row,
    references: &[],
    label: |_, _, _| None,
};

fn row(world: &World, id: u32) -> Option<JournalRow> {
    let (journal, place) = world.journal_row(id)?;
    let line = journal.lines.get(place)?.clone();
    Some(JournalRow { id, journal: Journal { lines: Vec::new(), ..journal }, line })
}

impl JournalRow {
    /// An amount if the line is on this side of the books, and zero otherwise.
    fn on(&self, side: Side, shown: String) -> String {
        if self.line.side == side { shown } else { "0.00".to_owned() }
    }
}

fn integer(row: &Option<JournalRow>, read: fn(&JournalRow) -> Option<u32>) -> Cell {
    Cell::optional_integer(row.as_ref().and_then(read))
}

fn text(row: &Option<JournalRow>, read: fn(&JournalRow) -> String) -> Cell {
    Cell::optional_text(row.as_ref().map(read))
}

fn moment(row: &Option<JournalRow>, read: fn(&JournalRow) -> Option<i64>) -> Cell {
    Cell::optional_moment(row.as_ref().and_then(read))
}

#[derive(Serialize)]
struct Journals {
    journals: Vec<JournalShape>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JournalShape {
    id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<u32>,
    journal_type_code: String,
    tax_date: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<Moment>,
    created_on: Moment,
    created_by_contact_id: u32,
    description: String,
    credits: Vec<JournalLineShape>,
    debits: Vec<JournalLineShape>,
    currency_id: usize,
    exchange_rate: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JournalLineShape {
    nominal_code: String,
    change: Change,
    assignment: JournalAssignment,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    invoice_reference: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    tax_code: String,
    transaction_amount: String,
}

#[derive(Serialize)]
struct Change {
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JournalAssignment {
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<u32>,
}

/// *Inferred*: nothing found is a 404, as it is of most resources.
fn get_journals(call: &mut Call<'_>) -> Answer {
    let ids = call.many_ids(0)?;
    let world = &*call.world;
    let found = ids.pick(world.journal_ids());
    let journals: Vec<_> = found
        .iter()
        .filter_map(|id| world.journal(*id))
        .map(|journal| JournalShape::new(world, &journal))
        .collect();
    if journals.is_empty() {
        return Err(Refusal::not_found("No Journals Found"));
    }
    response(Journals { journals })
}

impl JournalShape {
    fn new(world: &World, journal: &Journal) -> Self {
        let lines = |side| journal.lines_on(side).map(JournalLineShape::from).collect();
        Self {
            id: journal.id,
            contact_id: journal.contact,
            journal_type_code: journal.type_code.clone(),
            tax_date: world.moment(journal.tax_date),
            due_date: journal.due_date.map(|ms| world.moment(ms)),
            created_on: world.moment(journal.created),
            created_by_contact_id: journal.created_by,
            description: journal.description.clone(),
            credits: lines(Side::Credit),
            debits: lines(Side::Debit),
            currency_id: journal.currency + 1,
            exchange_rate: amount(journal.exchange_rate, 6),
        }
    }
}

impl From<&JournalLine> for JournalLineShape {
    fn from(line: &JournalLine) -> Self {
        let present = |id: u32| (id != 0).then_some(id);
        Self {
            nominal_code: line.nominal_code.clone(),
            change: Change { value: amount(line.value, 2) },
            assignment: JournalAssignment {
                channel_id: present(line.channel),
                project_id: present(line.project),
            },
            order_id: line.order,
            invoice_reference: line.invoice_reference.clone(),
            tax_code: line.tax_code.clone(),
            transaction_amount: amount(line.transaction, 2),
        }
    }
}
