//! The books of the generated history: what its orders were paid with, its invoices, and the entries of both.
//!
//! Nothing of it is stored. An order of the history has one payment at most, with the order's id, and two journals
//! at most: its invoice, and its payment's entry.

use std::collections::BTreeMap;

use super::World;
use super::journal::Journal;
use super::ledger::AccountingPeriod;
use super::nominal::{BANK, NOMINAL_CODES};
use super::order::{Order, Origin, Progress};
use super::payment::{Payment, PaymentBook, PaymentType, payment_entry};
use super::random::{Draw, Topic};
use super::reference::OrderType;
use crate::protocol::json::with_places;
use crate::protocol::moment::{DAY, MINUTE, start_of_year, year_of};

/// Each journal of the history owns as many ids of lines, so that a line's id needs no table.
const MOST_LINES: u32 = 8;

/// The first year that has an accounting period.
const FIRST_YEAR: i16 = 2000;
/// How many years beyond the history have one.
const YEARS_AHEAD: i16 = 10;

impl World {
    /// The first journal that is not of the history.
    pub(super) fn first_new_journal(first_new_order: u32) -> u32 {
        2 * first_new_order
    }

    /// The first line of a journal that is not of the history.
    pub(super) fn first_new_journal_row(first_new_order: u32) -> u32 {
        Self::first_new_journal(first_new_order) * MOST_LINES
    }

    /// The periods of a new account: a year each, all open. *Inferred*: no source shows an account's own.
    pub(super) fn first_periods(&self) -> impl Iterator<Item = AccountingPeriod> + use<> {
        let zone = self.zone;
        (FIRST_YEAR..=year_of(self.epoch_ms, zone) + YEARS_AHEAD).map(move |year| AccountingPeriod {
            start: start_of_year(year, zone),
            end: start_of_year(year + 1, zone) - DAY,
        })
    }

    /// What an order of the history was paid with, whether or not that was taken back since.
    pub(super) fn payment_of_history(&self, book: PaymentBook, id: u32) -> Option<Payment> {
        let order = self.order_of_history(id)?;
        if book_of(order.order_type) != book {
            return None;
        }
        let (is_whole, kind) = match (order.payment_status, order.order_type) {
            (2, _) => (false, settling(order.order_type)),
            (3, _) => (true, settling(order.order_type)),
            (4, OrderType::SalesOrder) => (true, PaymentType::Authorisation),
            _ => return None,
        };
        let total = self.totals(&order, &self.generated_rows(&order)).gross();
        let amount = if is_whole { total } else { with_places(total / rust_decimal::Decimal::TWO, 2) };
        let mut draw = Draw::new(self.seed, Topic::Payment, u64::from(id));
        // Paid within two days, and before whatever the order was changed by last.
        let last = order.closed.or(order.updated).unwrap_or(self.epoch_ms);
        let at = (order.created + i64::from(draw.below(2_880)) * MINUTE).min(last).max(order.created);
        let is_authorisation = kind == PaymentType::Authorisation;
        let nothing = rust_decimal::Decimal::ZERO;
        Some(Payment {
            id,
            transaction_ref: Some(reference_of(id)),
            transaction_code: is_authorisation.then(|| format!("AUTH{id:07}")),
            method: method_of(&order).to_owned(),
            kind,
            order: id,
            currency_code: self.currencies[order.currency].code.clone(),
            exchange_rate: order.exchange_rate,
            authorized: if is_authorisation { amount } else { nothing },
            paid: if is_authorisation { nothing } else { amount },
            expires: is_authorisation.then_some(at + 30 * DAY),
            date: at,
            created: at,
            journal: (!is_authorisation).then_some(2 * id + 1),
            has_own_journal: !is_authorisation,
        })
    }

    /// The payment of the history with that method and reference, whether or not it was taken back since.
    pub(super) fn reference_of_history(
        &self,
        book: PaymentBook,
        method: &str,
        reference: &str,
    ) -> Option<u32> {
        let id = reference.strip_prefix(REFERENCE)?.parse().ok()?;
        let payment = self.payment_of_history(book, id)?;
        (payment.method == method && payment.transaction_ref.as_deref() == Some(reference)).then_some(id)
    }

    /// The journal of the history with that id: even for an invoice, odd for a payment.
    pub(super) fn journal_of_history(&self, id: u32) -> Option<Journal> {
        let journal = if id.is_multiple_of(2) {
            let order = self.order_of_history(id / 2)?;
            let closed = order.closed.filter(|_| order.progress == Progress::Invoiced)?;
            self.invoice_journal(&order, &self.generated_rows(&order), closed)
        } else {
            let order = self.order_of_history(id / 2)?;
            let book = book_of(order.order_type);
            let payment = self.payment_of_history(book, order.id)?;
            payment_entry(self, book, &payment, &order, bank_of(order.currency))?
        };
        Some(Journal { id, ..journal })
    }

    /// The journals of the history, by ascending id.
    pub(super) fn journals_of_history(&self) -> impl Iterator<Item = Journal> {
        let orders = self.orders.as_slice().iter().copied().filter(|id| self.history.has_order(*id));
        orders.flat_map(|id| self.journals_of_order_of_history(id))
    }

    /// The journals of an order of the history, by ascending id.
    pub(super) fn journals_of_order_of_history(&self, order: u32) -> impl Iterator<Item = Journal> {
        [2 * order, 2 * order + 1].into_iter().filter_map(|id| self.journal_of_history(id))
    }

    /// The orders that the history had for a contact. The first question looks at all of them.
    pub(super) fn orders_of_contact_in_history(&self, contact: u32) -> &[u32] {
        let orders = self.history.orders_of_contacts.get_or_init(|| {
            let mut of_contacts = BTreeMap::<u32, Vec<u32>>::new();
            for id in self.orders.as_slice().iter().copied().filter(|id| self.history.has_order(*id)) {
                of_contacts.entry(self.generated_order(id).contact).or_default().push(id);
            }
            of_contacts
        });
        orders.get(&contact).map_or(&[], Vec::as_slice)
    }

    /// The entry of the invoice of an order of the history.
    pub(super) fn invoice_of_history(&self, order: u32) -> Option<Journal> {
        order.checked_mul(2).and_then(|id| self.journal_of_history(id))
    }

    /// The id of a line of a journal of the history.
    pub(super) fn journal_row_of_history(journal: u32, place: usize) -> u32 {
        journal * MOST_LINES + place as u32
    }

    /// The journal of the history and the place in it that a line has.
    pub(super) fn place_of_history(row: u32) -> (u32, usize) {
        (row / MOST_LINES, (row % MOST_LINES) as usize)
    }

    /// An order of the history as it was, if it is one.
    fn order_of_history(&self, id: u32) -> Option<Order> {
        (self.history.has_order(id) && self.orders.contains(id)).then(|| self.generated_order(id))
    }
}

/// What stands before the digits in the references of the history's payments.
const REFERENCE: &str = "TX";

fn reference_of(id: u32) -> String {
    format!("{REFERENCE}{id:07}")
}

/// In which book the payments of an order of this type are.
pub(super) fn book_of(order_type: OrderType) -> PaymentBook {
    if order_type.is_sale() { PaymentBook::Customer } else { PaymentBook::Supplier }
}

/// The type of payment that settles an order of this type.
fn settling(order_type: OrderType) -> PaymentType {
    match order_type {
        OrderType::SalesOrder | OrderType::PurchaseCredit => PaymentType::Receipt,
        OrderType::SalesCredit | OrderType::PurchaseOrder => PaymentType::Payment,
    }
}

fn method_of(order: &Order) -> &'static str {
    match order.origin() {
        Some(Origin::Web | Origin::Marketplace) => "CARD",
        Some(Origin::Phone | Origin::Unreferenced) | None => "BANK",
    }
}

/// The bank account of a currency, and that of the accounting currency for one that has none.
fn bank_of(currency: usize) -> &'static str {
    NOMINAL_CODES.iter().find(|own| own.bank_currency == Some(currency)).map_or(BANK, |account| account.code)
}
