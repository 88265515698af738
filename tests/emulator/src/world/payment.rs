//! Payments of orders, and what an order's payments come to (API notes §8.5.5).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::journal::{Journal, JournalLine, Side};
use super::nominal::{CREDITORS, DEBTORS};
use super::order::Order;
use super::reference::OrderType;
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
    /// Whether the journal was made for the payment alone, and was not named by whoever sent the payment.
    #[serde(default)]
    pub(crate) has_own_journal: bool,
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
    /// What was paid for an order.
    pub(crate) fn paid(&self, order: &Order) -> Paid {
        let mut sum = Paid::default();
        let is_credit = matches!(order.order_type, OrderType::SalesCredit | OrderType::PurchaseCredit);
        for payment in self.payments_of(PaymentBook::Customer, order.id) {
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
        for payment in self.payments_of(PaymentBook::Supplier, order.id) {
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

    /// Records a payment, the entry in the books that its method makes by itself, and what follows for the
    /// order.
    pub(crate) fn add_payment(&mut self, book: PaymentBook, payment: Payment, now_ms: i64) -> u32 {
        let own = match payment.journal {
            Some(_) => None,
            None => self.entry_of_method(book, &payment).map(|entry| self.add_journal(entry)),
        };
        let order = payment.order;
        let (journal, has_own_journal) = (own.or(payment.journal), own.is_some());
        let id = self.record_payment(book, Payment { journal, has_own_journal, ..payment });
        self.changes.touch_order(order, None, now_ms);
        self.settle(order);
        id
    }

    /// Takes a payment back, and the entry that it made in the books by another one. *Inferred*: no source says what
    /// becomes of the entry; one that stayed would have the contact pay what the order does not show.
    pub(crate) fn remove_payment(&mut self, book: PaymentBook, id: u32, now_ms: i64) -> bool {
        let Some(payment) = self.strike_payment(book, id) else { return false };
        let own = payment.journal.filter(|_| payment.has_own_journal).and_then(|id| self.journal(id));
        if let Some(own) = own {
            self.add_journal(own.reversed(now_ms));
        }
        self.changes.touch_order(payment.order, None, now_ms);
        self.settle(payment.order);
        true
    }

    /// The entry of a payment whose method has a bank account in its currency.
    pub(crate) fn entry_of_method(&self, book: PaymentBook, payment: &Payment) -> Option<Journal> {
        let bank = self.changes.ledger.bank_account(&payment.method, &payment.currency_code)?;
        payment_entry(self, book, payment, &self.order(payment.order), &bank)
    }
}

/// What kind of entry a payment makes, and on which side of it the bank stands; none where no money moves.
pub(crate) fn entry_kind(book: PaymentBook, kind: PaymentType) -> Option<(&'static str, Side)> {
    match (book, kind) {
        (PaymentBook::Customer, PaymentType::Receipt | PaymentType::Capture) => Some(("SR", Side::Debit)),
        (PaymentBook::Customer, PaymentType::Payment) => Some(("SP", Side::Credit)),
        (PaymentBook::Supplier, PaymentType::Payment) => Some(("PP", Side::Credit)),
        (PaymentBook::Supplier, PaymentType::Receipt) => Some(("PR", Side::Debit)),
        (
            PaymentBook::Customer | PaymentBook::Supplier,
            PaymentType::Authorisation | PaymentType::Void | PaymentType::Capture,
        ) => None,
    }
}

/// The entry of a payment: the bank against the customers' or the suppliers' account.
pub(super) fn payment_entry(
    world: &World,
    book: PaymentBook,
    payment: &Payment,
    order: &Order,
    bank: &str,
) -> Option<Journal> {
    let (type_code, bank_side) = entry_kind(book, payment.kind)?;
    let control = match book {
        PaymentBook::Customer => DEBTORS,
        PaymentBook::Supplier => CREDITORS,
    };
    let mut journal = Journal::new(type_code, local_midnight(payment.date, world.zone), payment.created);
    journal.contact = Some(order.contact);
    journal.currency = world.currency_index(&payment.currency_code)?;
    journal.exchange_rate = payment.exchange_rate;
    journal.description = payment.transaction_ref.clone().unwrap_or_default();
    let line = |side, nominal_code: &str| JournalLine {
        order: Some(order.id),
        invoice_reference: order.invoice_reference(),
        channel: order.channel,
        ..JournalLine::new(side, nominal_code, payment.paid, payment.exchange_rate)
    };
    journal.lines = vec![line(bank_side, bank), line(bank_side.other(), control)];
    Some(journal)
}
