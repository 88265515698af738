//! The account's books: payments, journals, and what they refer to.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::World;
use super::journal::Journal;
use super::nominal::BANK;
use super::payment::{Payment, PaymentBook};
use super::register::Register;

/// The books.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) customer_payments: Payments,
    pub(crate) supplier_payments: Payments,
    pub(crate) journals: Register<Journal>,
    /// Every line of every journal: the journal, and the place of the line in it.
    pub(crate) journal_rows: Register<(u32, usize)>,
    /// The journals that concern a contact.
    pub(crate) statement: Vec<u32>,
    pub(crate) payment_methods: Register<PaymentMethod>,
    /// Rates that were added, by index of the currency; the present one is the last that is not ahead.
    pub(crate) exchange_rates: BTreeMap<usize, Vec<ExchangeRate>>,
    /// Initial rates that were changed, by index of the currency.
    #[serde(default)]
    initial_rates: BTreeMap<usize, Decimal>,
    pub(crate) periods: Register<AccountingPeriod>,
    /// The account's only lock of its periods, as it was sent.
    #[serde(default)]
    pub(crate) period_lock: Option<Map<String, Value>>,
    /// Older authorisations of payments, as they were sent.
    #[serde(default)]
    pub(crate) authorisations: Register<Map<String, Value>>,
}

/// Payments of one kind.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Payments {
    pub(crate) records: Register<Payment>,
    of_orders: BTreeMap<u32, Vec<u32>>,
    /// By method and transaction reference, which are unique together.
    by_reference: BTreeMap<String, u32>,
}

/// A way to pay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PaymentMethod {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) is_active: bool,
    pub(crate) bank_accounts: Vec<BankAccount>,
    pub(crate) integration: Option<u32>,
}

/// Where the money of a payment method goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BankAccount {
    pub(crate) currency_code: String,
    pub(crate) nominal_code: String,
}

/// What a currency costs from a point in time on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct ExchangeRate {
    pub(crate) from: i64,
    pub(crate) rate: Decimal,
    pub(crate) added_by: u32,
}

/// An accounting period.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccountingPeriod {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl Ledger {
    /// The books of a new account.
    pub(super) fn opened(base_currency: &str) -> Self {
        let bank = BankAccount { currency_code: base_currency.to_owned(), nominal_code: BANK.to_owned() };
        let method = |id, name: &str, code: &str, accounts: Vec<BankAccount>| PaymentMethod {
            id,
            name: name.to_owned(),
            code: code.to_owned(),
            is_active: true,
            bank_accounts: accounts,
            integration: None,
        };
        // No bank account for the card: what it pays makes no entry in the books by itself.
        let methods = [method(1, "Bank transfer", "BANK", vec![bank]), method(2, "Card", "CARD", Vec::new())];
        Self {
            customer_payments: Payments::default(),
            supplier_payments: Payments::default(),
            journals: Register::default(),
            journal_rows: Register::default(),
            statement: Vec::new(),
            payment_methods: Register::of(methods),
            exchange_rates: BTreeMap::new(),
            initial_rates: BTreeMap::new(),
            periods: Register::default(),
            period_lock: None,
            authorisations: Register::default(),
        }
    }

    fn book(&self, book: PaymentBook) -> &Payments {
        match book {
            PaymentBook::Customer => &self.customer_payments,
            PaymentBook::Supplier => &self.supplier_payments,
        }
    }

    fn book_mut(&mut self, book: PaymentBook) -> &mut Payments {
        match book {
            PaymentBook::Customer => &mut self.customer_payments,
            PaymentBook::Supplier => &mut self.supplier_payments,
        }
    }

    /// The payments of an order, the oldest first.
    pub(crate) fn payments_of(&self, book: PaymentBook, order: u32) -> impl Iterator<Item = &Payment> {
        let payments = self.book(book);
        let ids = payments.of_orders.get(&order).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| payments.records.get(*id))
    }

    /// The payment that this method made under this reference.
    pub(crate) fn payment_with_reference(
        &self,
        book: PaymentBook,
        method: &str,
        reference: &str,
    ) -> Option<u32> {
        self.book(book).by_reference.get(&unique_key(method, reference)).copied()
    }

    pub(super) fn add_payment(&mut self, book: PaymentBook, payment: Payment) -> u32 {
        let payments = self.book_mut(book);
        let (order, reference) = (payment.order, payment.unique_key());
        let id = payments.records.add(|id| Payment { id, ..payment });
        payments.of_orders.entry(order).or_default().push(id);
        if let Some(reference) = reference {
            payments.by_reference.insert(reference, id);
        }
        id
    }

    pub(super) fn remove_payment(&mut self, book: PaymentBook, id: u32) -> Option<Payment> {
        let payments = self.book_mut(book);
        let payment = payments.records.remove(id)?;
        if let Some(ids) = payments.of_orders.get_mut(&payment.order) {
            ids.retain(|existing| *existing != id);
        }
        if let Some(reference) = payment.unique_key() {
            payments.by_reference.remove(&reference);
        }
        Some(payment)
    }

    /// The bank account that a payment method uses for a currency.
    pub(super) fn bank_account(&self, method: &str, currency_code: &str) -> Option<String> {
        let (_, method) =
            self.payment_methods.iter().find(|(_, known)| known.code == method && known.is_active)?;
        let account = method.bank_accounts.iter().find(|account| account.currency_code == currency_code)?;
        Some(account.nominal_code.clone())
    }
}

impl Payment {
    fn unique_key(&self) -> Option<String> {
        self.transaction_ref.as_ref().map(|reference| unique_key(&self.method, reference))
    }
}

fn unique_key(method: &str, reference: &str) -> String {
    format!("{}:{method}{reference}", method.len())
}

impl World {
    /// Units of a currency for one of the accounting currency, as of now.
    pub(crate) fn exchange_rate(&self, currency: usize, now_ms: i64) -> Decimal {
        let added = self.changes.ledger.exchange_rates.get(&currency).map_or(&[][..], Vec::as_slice);
        let present = added.iter().filter(|rate| rate.from <= now_ms).max_by_key(|rate| rate.from);
        present.map_or_else(|| self.initial_rate(currency), |rate| rate.rate)
    }

    /// The rate that a currency had from the first.
    pub(crate) fn initial_rate(&self, currency: usize) -> Decimal {
        let own = || self.currencies.get(currency).map_or(Decimal::ONE, |known| known.exchange_rate);
        self.changes.ledger.initial_rates.get(&currency).copied().unwrap_or_else(own)
    }

    /// Changes the rate that a currency had from the first.
    pub(crate) fn put_initial_rate(&mut self, currency: usize, rate: Decimal) {
        self.changes.revision += 1;
        self.changes.ledger.initial_rates.insert(currency, rate);
    }

    /// Units of a currency for one of the accounting currency, by the rate that was added last.
    pub(crate) fn latest_exchange_rate(&self, currency: usize) -> Decimal {
        let added = self.changes.ledger.exchange_rates.get(&currency);
        let added = added.and_then(|rates| rates.last()).map(|rate| rate.rate);
        added.unwrap_or_else(|| self.initial_rate(currency))
    }

    /// The index of the currency with that code.
    pub(crate) fn currency_index(&self, code: &str) -> Option<usize> {
        self.currencies.iter().position(|currency| currency.code == code)
    }
}
