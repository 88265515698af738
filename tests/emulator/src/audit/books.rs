//! The books: journals, payments, invoices, and the reports over them.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::world::World;
use crate::world::journal::{Journal, Side};
use crate::world::nominal::{CREDITORS, DEBTORS, nominal_code};
use crate::world::order::{Order, Progress};
use crate::world::payment::{Payment, PaymentBook, entry_kind};
use crate::world::reference::OrderType;

pub(super) fn look(world: &World, found: &mut Vec<String>) {
    journals(world, found);
    payments(world, found);
    for id in world.orders.as_slice() {
        invoice(world, &world.order(*id), found);
    }
    reports(world, found);
}

/// Entries balance in both currencies, name accounts that exist, and are of days that the books were open (API notes
/// §8.5.2, §8.5.3).
fn journals(world: &World, found: &mut Vec<String>) {
    let mut places = BTreeSet::new();
    for id in world.journal_ids() {
        let Some(journal) = world.journal(*id) else {
            found.push(format!("journal {id} is listed and does not exist"));
            continue;
        };
        if !journal.imbalance().is_zero() || !journal.base_imbalance().is_zero() {
            found.push(format!(
                "journal {id}: debits and credits differ by {}, in the accounting currency by {}",
                journal.imbalance(),
                journal.base_imbalance()
            ));
        }
        for line in journal.lines.iter().filter(|line| nominal_code(&line.nominal_code).is_none()) {
            found.push(format!("journal {id}: nominal code {} does not exist", line.nominal_code));
        }
        if !world.is_open(journal.tax_date) {
            let date = world.moment(journal.tax_date);
            found.push(format!("journal {id}: its date, {date}, is in no accounting period"));
        }
        if let Some(contact) = journal.contact.filter(|contact| !world.has_contact(*contact)) {
            found.push(format!("journal {id}: contact {contact} does not exist"));
        }
        places.extend((0..journal.lines.len()).map(|place| (*id, place)));
    }
    // What the search over lines lists is what the journals have.
    for id in world.journal_row_ids() {
        match world.journal_row(*id) {
            Some((journal, place)) if places.remove(&(journal.id, place)) => {}
            Some(_) | None => found.push(format!("journal line {id} is listed and in no journal, or twice")),
        }
    }
    found.extend(places.iter().map(|(id, place)| format!("journal {id}: its line {place} is not listed")));
}

/// Payments are for orders of their book's kind, and what they say stands in their entries (API notes §8.5.5).
fn payments(world: &World, found: &mut Vec<String>) {
    for book in [PaymentBook::Customer, PaymentBook::Supplier] {
        let mut listed: BTreeSet<u32> = world.payment_ids(book).iter().copied().collect();
        for id in world.orders.as_slice() {
            for payment in world.payments_of(book, *id) {
                if payment.order != *id || !listed.remove(&payment.id) {
                    found.push(format!("order {id}: payment {} is not listed for it", payment.id));
                }
                if world.order_type(*id).is_sale() != (book == PaymentBook::Customer) {
                    found.push(format!("order {id}: payment {} is in the other book", payment.id));
                }
                entry(world, book, &payment, found);
            }
        }
        found.extend(listed.iter().map(|id| format!("payment {id} is listed, and no order has it")));
    }
}

/// The entry that was made for a payment has its amount, on the order's own account.
fn entry(world: &World, book: PaymentBook, payment: &Payment, found: &mut Vec<String>) {
    let Some(id) = payment.journal.filter(|_| payment.has_own_journal) else { return };
    let Some(journal) = world.journal(id) else {
        found.push(format!("payment {}: its journal {id} does not exist", payment.id));
        return;
    };
    let control = if book == PaymentBook::Customer { DEBTORS } else { CREDITORS };
    let agrees = entry_kind(book, payment.kind).is_some_and(|(type_code, bank)| {
        let line = journal.lines.iter().find(|line| line.nominal_code == control);
        journal.type_code == type_code
            && world.currency_index(&payment.currency_code) == Some(journal.currency)
            && line.is_some_and(|line| {
                line.side == bank.other()
                    && line.transaction == payment.paid
                    && line.order == Some(payment.order)
            })
    });
    if !agrees {
        found.push(format!("payment {}: its journal {id} says something else", payment.id));
    }
}

/// An order is invoiced when the books have its invoice, which comes to what the order does (API notes §8.1.7).
fn invoice(world: &World, order: &Order, found: &mut Vec<String>) {
    let id = order.id;
    let is_invoiced = order.progress == Progress::Invoiced;
    let Some(journal) = world.invoice_of(id) else {
        if is_invoiced {
            found.push(format!("order {id}: it is invoiced, and the books have no invoice of it"));
        }
        return;
    };
    if !is_invoiced || order.closed.is_none() {
        found.push(format!("order {id}: journal {} is its invoice, and it is not invoiced", journal.id));
    }
    let rows = world.order_rows(order);
    let totals = world.totals(order, &rows);
    let (control, side) = match order.order_type {
        OrderType::SalesOrder => (DEBTORS, Side::Debit),
        OrderType::SalesCredit => (DEBTORS, Side::Credit),
        OrderType::PurchaseOrder => (CREDITORS, Side::Credit),
        OrderType::PurchaseCredit => (CREDITORS, Side::Debit),
    };
    let first = journal.lines.first();
    let agrees = first.is_some_and(|line| {
        line.nominal_code == control
            && line.side == side
            && line.transaction == totals.gross()
            && line.value == totals.base_gross()
            && line.invoice_reference == order.invoice_reference()
    });
    if !agrees || journal.currency != order.currency || journal.contact != Some(order.contact) {
        found.push(format!(
            "order {id}: its total is {}, its invoice, journal {}, differs",
            totals.gross(),
            journal.id
        ));
    }
}

/// What contacts owe is what the books have of them, and all accounts together come to nothing (API notes §8.5.6).
fn reports(world: &World, found: &mut Vec<String>) {
    let mut owed = BTreeMap::<(u32, usize), Decimal>::new();
    let mut accounts = Decimal::ZERO;
    let mut statement: BTreeSet<u32> = world.statement().iter().copied().collect();
    for journal in world.journal_ids().iter().filter_map(|id| world.journal(*id)) {
        accounts += journal.base_imbalance();
        let Some(contact) = journal.contact else { continue };
        if !statement.remove(&journal.id) {
            found.push(format!("journal {}: contact {contact}'s statement does not have it", journal.id));
        }
        *owed.entry((contact, journal.currency)).or_default() += Journal::owed(&journal);
    }
    found
        .extend(statement.iter().map(|id| format!("the statement has journal {id}, which is of no contact")));
    if !accounts.is_zero() {
        found.push(format!("all accounts together come to {accounts}"));
    }
    for ((contact, currency), owed) in owed {
        let told = world.balance(contact, currency, ..);
        if told != Some(owed) {
            found.push(format!("contact {contact}: {owed} are owed by the books, {told:?} by the balance"));
        }
    }
}
