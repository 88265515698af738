//! Posting journals: as entries in any currency, and in the deprecated shape (API notes §8.5.2, §8.5.3).

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use crate::protocol::answer::{Answer, response};
use crate::protocol::moment::{local_date, local_midnight};
use crate::world::World;
use crate::world::journal::{Journal, JournalLine, Side};
use crate::world::nominal::nominal_code;
use crate::world::reference::tax_code;

pub(super) const ROUTES: &[Route] = &[
    Route::write(Method::Post, "accounting-service/journal", "post-journal", post_journal),
    Route::write(Method::Post, "accounting-service/journal-entry", "post-journal-entry", post_entry),
];

/// *Inferred*: no source has a refused journal.
pub(super) const INVALID: &str = "ACCC-040";

/// The types of journals that sources name (API notes §8.5.1).
const TYPES: [&str; 18] = [
    "BP", "BR", "BT", "EX", "GO", "IA", "JJ", "LC", "OB", "PC", "PG", "PI", "PP", "PR", "SC", "SI", "SP",
    "SR",
];

/// Takes amounts in the accounting currency only.
fn post_journal(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let type_code = read_type(&mut fields, "/journalTypeCode");
    let tax_date = read_date(call.world, &mut fields, "/taxDate");
    let mut journal = Journal::new(&type_code, tax_date, call.now_ms);
    journal.description = fields.text("/description").unwrap_or_default();
    for (name, side) in [("/credits", Side::Credit), ("/debits", Side::Debit)] {
        for line in fields.elements(name) {
            let mut part = CheckedFields::new(line, INVALID);
            let currency = part.text("/change/currency");
            if currency.is_some_and(|code| code != call.world.currencies[0].code) {
                part.refuse(INVALID, "Journals are in the base currency; use journal-entry for others");
            }
            let value = part.decimal("/change/value");
            let names = LineNames { channel: "/assignment/channelId", project: "/assignment/projectId" };
            journal.lines.extend(read_line(call.world, &mut part, side, value, Decimal::ONE, &names));
            fields.take_problems(part);
        }
    }
    refuse_unbalanced(&mut fields, &journal);
    fields.finish()?;
    response(call.world.add_journal(journal))
}

/// The names of the members are *inferred* from a connector; those of the lines more than the others:
/// `nominalCode`, `taxCode`, `debit` or `credit`, `orderId`, `invoiceReference`, and the assignment.
fn post_entry(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let type_code = read_type(&mut fields, "/header/journalType");
    let tax_date = read_date(call.world, &mut fields, "/header/journalDate");
    let mut journal = Journal::new(&type_code, tax_date, call.now_ms);
    journal.description = fields.text("/header/description").unwrap_or_default();
    journal.due_date = fields.moment("/header/dateDue");
    journal.contact = fields.id("/header/contactId").filter(|id| *id != 0);
    if let Some(id) = journal.contact.filter(|id| !call.world.has_contact(*id)) {
        fields.refuse(INVALID, format!("You have supplied an invalid contact id: {id}"));
    }
    (journal.currency, journal.exchange_rate) = read_currency(call, &mut fields);
    for line in fields.elements("/lines") {
        let mut part = CheckedFields::new(line, INVALID);
        let (debit, credit) = (part.decimal("/debit"), part.decimal("/credit"));
        let (side, amount) = match (debit, credit) {
            (Some(debit), Some(credit)) if credit.is_zero() => (Side::Debit, Some(debit)),
            (Some(debit), Some(credit)) if debit.is_zero() => (Side::Credit, Some(credit)),
            (Some(debit), None) => (Side::Debit, Some(debit)),
            (None, Some(credit)) => (Side::Credit, Some(credit)),
            (Some(_), Some(_)) | (None, None) => (Side::Debit, None),
        };
        let names = LineNames { channel: "/channelId", project: "/projectId" };
        journal.lines.extend(read_line(call.world, &mut part, side, amount, journal.exchange_rate, &names));
        fields.take_problems(part);
    }
    refuse_unbalanced(&mut fields, &journal);
    fields.finish()?;
    response(call.world.add_journal(journal))
}

fn read_type(fields: &mut CheckedFields<'_>, pointer: &str) -> String {
    let type_code = fields.text(pointer).unwrap_or_default();
    if !TYPES.contains(&type_code.as_str()) {
        fields.refuse(INVALID, format!("You have supplied an invalid journal type code: {type_code}"));
    }
    type_code
}

/// A date at midnight in the account's zone, in an accounting period.
pub(super) fn read_date(world: &World, fields: &mut CheckedFields<'_>, pointer: &str) -> i64 {
    let text = fields.text(pointer).unwrap_or_default();
    let Some(date) = local_date(&text, world.zone) else {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        fields.refuse(INVALID, format!("You must supply a {name} such as 2026-06-30"));
        return 0;
    };
    if !world.is_open(date) {
        fields.refuse(INVALID, not_open(&text));
    }
    date
}

/// The same, or the present day where no date is given.
pub(super) fn read_date_or_today(call: &Call<'_>, fields: &mut CheckedFields<'_>, pointer: &str) -> i64 {
    if fields.has(pointer) {
        return read_date(call.world, fields, pointer);
    }
    let today = local_midnight(call.now_ms, call.world.zone);
    if !call.world.is_open(today) {
        fields.refuse(INVALID, not_open(&call.world.moment(today).to_string()));
    }
    today
}

/// What is said of a date on which the books take no entry.
pub(super) fn not_open(date: &str) -> String {
    format!("{date} is not in an open accounting period")
}

/// The currency of `header.currencyId` and its rate, which is 1 for the accounting currency.
pub(super) fn read_currency(call: &Call<'_>, fields: &mut CheckedFields<'_>) -> (usize, Decimal) {
    let id = fields.id("/header/currencyId");
    let index = call.world.currency_ids.iter().position(|known| Some(*known) == id);
    let places = fields.decimal("/header/exchangeRate").map_or(0, |rate| rate.normalize().scale());
    if places > 6 {
        fields.refuse(INVALID, "The exchange rate must have at most 6 decimal places");
    }
    let rate = fields.exchange_rate("/header/exchangeRate");
    let Some(index) = index else {
        fields.refuse(INVALID, "You must supply the id of a currency of this account");
        return (0, Decimal::ONE);
    };
    let rate = rate.unwrap_or_else(|| call.world.exchange_rate(index, call.now_ms));
    if index == 0 && rate != Decimal::ONE {
        fields.refuse(INVALID, "The exchange rate of the base currency must be 1.000000");
    }
    (index, rate)
}

/// Where a line has its assignment.
struct LineNames {
    channel: &'static str,
    project: &'static str,
}

fn read_line(
    world: &World,
    fields: &mut CheckedFields<'_>,
    side: Side,
    amount: Option<Decimal>,
    exchange_rate: Decimal,
    names: &LineNames,
) -> Option<JournalLine> {
    let code = fields.text("/nominalCode").unwrap_or_default();
    let tax = fields.text("/taxCode").unwrap_or_default();
    let account = nominal_code(&code).filter(|account| account.active);
    if account.is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid nominal code: {code}"));
    }
    if account.is_some_and(|account| account.bank_currency.is_some()) && tax.is_empty() {
        fields.refuse(INVALID, format!("You must supply a tax code with the bank account {code}"));
    }
    // An account may have codes for what is outside the scope of tax, which orders never use.
    if !tax.is_empty() && tax_code(&tax).is_none() && tax != "T9" {
        fields.refuse(INVALID, format!("You have supplied an invalid tax code: {tax}"));
    }
    let order = fields.id("/orderId").filter(|id| *id != 0);
    if let Some(id) = order.filter(|id| !world.orders.contains(*id)) {
        fields.refuse(INVALID, format!("You have supplied an invalid order id: {id}"));
    }
    if amount.is_none() {
        fields.refuse(INVALID, "You must supply an amount with every line");
    }
    Some(JournalLine {
        tax_code: tax,
        order,
        invoice_reference: fields.text("/invoiceReference").unwrap_or_default(),
        channel: fields.id(names.channel).unwrap_or(0),
        project: fields.id(names.project).unwrap_or(0),
        lead_source: fields.id("/leadSourceId").unwrap_or(0),
        ..JournalLine::new(side, &code, amount?, exchange_rate)
    })
}

fn refuse_unbalanced(fields: &mut CheckedFields<'_>, journal: &Journal) {
    if journal.lines.is_empty() {
        fields.refuse(INVALID, "You must supply debits and credits");
    } else if !journal.imbalance().is_zero() {
        fields.refuse("ACCC-041", "The debits must equal the credits");
    }
}
