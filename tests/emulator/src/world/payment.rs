//! Payments of orders, and what an order's payments come to (API notes §8.5.5).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::journal::{Journal, JournalLine, Side};
use super::nominal::{CREDITORS, DEBTORS};
use super::order::Order;
use super::reference::OrderType;
use crate::protocol::json::with_places;
use crate::protocol::moment::local_midnight;

/// What a payment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PaymentType {
    Receipt,
    Payment,
    Authorisation,
    Capture,
    Void,
}

impl PaymentType {
    const ALL: [PaymentType; 5] = [
        PaymentType::Receipt,
        PaymentType::Payment,
        PaymentType::Authorisation,
        PaymentType::Capture,
        PaymentType::Void,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            PaymentType::Receipt => "RECEIPT",
            PaymentType::Payment => "PAYMENT",
            PaymentType::Authorisation => "AUTH",
            PaymentType::Capture => "CAPTURE",
            PaymentType::Void => "VOID",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Which side pays: two resources, each with its own ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaymentBook {
    Customer,
    Supplier,
}

/// A payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) id: u32,
    pub(crate) transaction_ref: Option<String>,
    pub(crate) transaction_code: Option<String>,
    pub(crate) method: String,
    pub(crate) kind: PaymentType,
    pub(crate) order: u32,
    pub(crate) currency_code: String,
    pub(crate) exchange_rate: Decimal,
    pub(crate) authorized: Decimal,
    pub(crate) paid: Decimal,
    pub(crate) expires: Option<i64>,
    pub(crate) date: i64,
    pub(crate) created: i64,
    pub(crate) journal: Option<u32>,
}

/// What the payments of an order come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paid {
    /// What has been paid towards the order's total.
    pub(crate) paid: Decimal,
    pub(crate) authorized: Decimal,
    pub(crate) captured: Decimal,
}

impl World {
    /// What was paid for an order: what it was derived with, and the payments that were written.
    pub(crate) fn paid(&self, order: &Order) -> Paid {
        let mut sum = self.paid_before_writes(order.id);
        let is_credit = matches!(order.order_type, OrderType::SalesCredit | OrderType::PurchaseCredit);
        let ledger = &self.changes.ledger;
        let incoming = ledger.payments_of(PaymentBook::Customer, order.id);
        for payment in incoming {
            // A credit is settled by paying the customer.
            let towards = if is_credit { -payment.paid } else { payment.paid };
            match payment.kind {
                PaymentType::Receipt => sum.paid += towards,
                PaymentType::Payment => sum.paid -= towards,
                PaymentType::Authorisation => sum.authorized += payment.authorized,
                PaymentType::Void => sum.authorized -= payment.authorized,
                PaymentType::Capture => {
                    sum.captured += payment.paid;
                    sum.paid += towards;
                }
            }
        }
        for payment in ledger.payments_of(PaymentBook::Supplier, order.id) {
            let towards = if is_credit { -payment.paid } else { payment.paid };
            match payment.kind {
                PaymentType::Payment => sum.paid += towards,
                PaymentType::Receipt => sum.paid -= towards,
                // Suppliers' payments have no such types.
                PaymentType::Authorisation | PaymentType::Capture | PaymentType::Void => {}
            }
        }
        sum
    }

    /// A derived order was paid as its payment status says, by payments that are not in the books.
    fn paid_before_writes(&self, order: u32) -> Paid {
        let Some((order, rows)) = self.order_before_writes(order) else { return Paid::default() };
        let total = self.totals(&order, &rows).gross();
        match order.payment_status {
            2 => Paid { paid: with_places(total / Decimal::TWO, 2), ..Paid::default() },
            3 => Paid { paid: total, ..Paid::default() },
            4 => Paid { authorized: total, ..Paid::default() },
            _ => Paid::default(),
        }
    }

    /// Records a payment, the entry in the books that its method makes by itself, and what follows for the
    /// order.
    pub(crate) fn add_payment(&mut self, book: PaymentBook, payment: Payment, now_ms: i64) -> u32 {
        let journal = payment.journal.or_else(|| {
            let entry = self.receipt_journal(book, &payment, now_ms)?;
            Some(self.changes.add_journal(entry))
        });
        let order = payment.order;
        let id = self.changes.ledger.add_payment(book, Payment { journal, ..payment });
        self.changes.touch_order(order, None, now_ms);
        self.settle(order);
        id
    }

    /// Takes a payment back. *Inferred*: an entry that it made in the books stays there.
    pub(crate) fn remove_payment(&mut self, book: PaymentBook, id: u32, now_ms: i64) -> bool {
        let Some(payment) = self.changes.ledger.remove_payment(book, id) else { return false };
        self.changes.touch_order(payment.order, None, now_ms);
        self.settle(payment.order);
        true
    }

    /// The entry of a payment whose method has a bank account in its currency.
    fn receipt_journal(&self, book: PaymentBook, payment: &Payment, now_ms: i64) -> Option<Journal> {
        let (type_code, bank_side) = match (book, payment.kind) {
            (PaymentBook::Customer, PaymentType::Receipt | PaymentType::Capture) => ("SR", Side::Debit),
            (PaymentBook::Customer, PaymentType::Payment) => ("SP", Side::Credit),
            (PaymentBook::Supplier, PaymentType::Payment) => ("PP", Side::Credit),
            (PaymentBook::Supplier, PaymentType::Receipt) => ("PR", Side::Debit),
            (
                PaymentBook::Customer | PaymentBook::Supplier,
                PaymentType::Authorisation | PaymentType::Void | PaymentType::Capture,
            ) => return None,
        };
        let control = match book {
            PaymentBook::Customer => DEBTORS,
            PaymentBook::Supplier => CREDITORS,
        };
        let bank = self.changes.ledger.bank_account(&payment.method, &payment.currency_code)?;
        let currency = self.currencies.iter().position(|known| known.code == payment.currency_code)?;
        let order = self.order(payment.order);
        let mut journal = Journal::new(type_code, local_midnight(payment.date, self.offset), now_ms);
        journal.contact = Some(order.contact);
        journal.currency = currency;
        journal.exchange_rate = payment.exchange_rate;
        journal.description = payment.transaction_ref.clone().unwrap_or_default();
        let line = |side, nominal_code: &str| JournalLine {
            order: Some(order.id),
            invoice_reference: order.invoice_reference(),
            channel: order.channel,
            ..JournalLine::new(side, nominal_code, payment.paid, payment.exchange_rate)
        };
        journal.lines = vec![line(bank_side, &bank), line(bank_side.other(), control)];
        Some(journal)
    }
}
