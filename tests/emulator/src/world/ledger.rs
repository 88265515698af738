//! The account's books: payments, journals, and what they refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::World;
use super::history::{note_down, strike_out};
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
    /// The entries of the orders that were invoiced.
    #[serde(default)]
    pub(super) invoices: BTreeMap<u32, u32>,
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
    records: Register<Payment>,
    /// Those of the history that were taken back.
    #[serde(default)]
    removed: BTreeSet<u32>,
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
    pub(super) fn opened(world: &World) -> Self {
        let base_currency = world.currencies[0].code.clone();
        let bank = BankAccount { currency_code: base_currency, nominal_code: BANK.to_owned() };
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
            customer_payments: Payments::starting_at(world.first_new_order),
            supplier_payments: Payments::starting_at(world.first_new_order),
            journals: Register::starting_at(World::first_new_journal(world.first_new_order)),
            journal_rows: Register::starting_at(World::first_new_journal_row(world.first_new_order)),
            invoices: BTreeMap::new(),
            payment_methods: Register::of(methods),
            exchange_rates: BTreeMap::new(),
            initial_rates: BTreeMap::new(),
            periods: Register::of(world.first_periods()),
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

    fn add_payment(&mut self, book: PaymentBook, payment: Payment) -> u32 {
        let payments = self.book_mut(book);
        let (order, reference) = (payment.order, payment.unique_key());
        let id = payments.records.add(|id| Payment { id, ..payment });
        payments.of_orders.entry(order).or_default().push(id);
        if let Some(reference) = reference {
            payments.by_reference.insert(reference, id);
        }
        id
    }

    fn remove_payment(&mut self, book: PaymentBook, id: u32) -> Option<Payment> {
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

impl Payments {
    fn starting_at(first: u32) -> Self {
        Self { records: Register::starting_at(first), ..Self::default() }
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

/// The books as a whole: those of the history, and what was written.
impl World {
    /// The payment with that id, if it exists.
    pub(crate) fn payment(&self, book: PaymentBook, id: u32) -> Option<Payment> {
        let payments = self.changes.ledger.book(book);
        if let Some(written) = payments.records.get(id) {
            return Some(written.clone());
        }
        (!payments.removed.contains(&id)).then(|| self.payment_of_history(book, id)).flatten()
    }

    /// The ids of all payments.
    pub(crate) fn payment_ids(&self, book: PaymentBook) -> &[u32] {
        let list = match book {
            PaymentBook::Customer => &self.history.lists.customer_payments,
            PaymentBook::Supplier => &self.history.lists.supplier_payments,
        };
        list.get_or_init(|| {
            let orders = self.orders.as_slice().iter().copied().filter(|id| self.history.has_order(*id));
            let first = orders.filter(|id| self.payment(book, *id).is_some());
            first.chain(self.changes.ledger.book(book).records.ids().iter().copied()).collect()
        })
    }

    /// The payments of an order, the oldest first.
    pub(crate) fn payments_of(&self, book: PaymentBook, order: u32) -> Vec<Payment> {
        let written = self.changes.ledger.book(book).of_orders.get(&order);
        // The payment of the history has the id of its order.
        let first = self.history.has_order(order).then_some(order);
        first
            .into_iter()
            .chain(written.into_iter().flatten().copied())
            .filter_map(|id| self.payment(book, id))
            .collect()
    }

    /// The payment that this method made under this reference.
    pub(crate) fn payment_with_reference(
        &self,
        book: PaymentBook,
        method: &str,
        reference: &str,
    ) -> Option<u32> {
        let payments = self.changes.ledger.book(book);
        let of_history = || {
            let id = self.reference_of_history(book, method, reference)?;
            (!payments.removed.contains(&id)).then_some(id)
        };
        payments.by_reference.get(&unique_key(method, reference)).copied().or_else(of_history)
    }

    /// Writes a payment down; its id is given here.
    pub(crate) fn record_payment(&mut self, book: PaymentBook, payment: Payment) -> u32 {
        let id = self.changes.ledger.add_payment(book, payment);
        note_down(self.list_of_payments(book), id);
        id
    }

    /// Strikes a payment out.
    pub(crate) fn strike_payment(&mut self, book: PaymentBook, id: u32) -> Option<Payment> {
        let payment = self.payment(book, id)?;
        if self.changes.ledger.remove_payment(book, id).is_none() {
            self.changes.ledger.book_mut(book).removed.insert(id);
        }
        strike_out(self.list_of_payments(book), id);
        Some(payment)
    }

    fn list_of_payments(&mut self, book: PaymentBook) -> &mut OnceLock<Vec<u32>> {
        match book {
            PaymentBook::Customer => &mut self.history.lists.customer_payments,
            PaymentBook::Supplier => &mut self.history.lists.supplier_payments,
        }
    }

    /// The journal with that id, if it exists.
    pub(crate) fn journal(&self, id: u32) -> Option<Journal> {
        self.changes.ledger.journals.get(id).cloned().or_else(|| self.journal_of_history(id))
    }

    /// The ids of all journals.
    pub(crate) fn journal_ids(&self) -> &[u32] {
        self.history.lists.journals.get_or_init(|| {
            let first = self.journals_of_history().map(|journal| journal.id);
            first.chain(self.changes.ledger.journals.ids().iter().copied()).collect()
        })
    }

    /// The ids of all lines of journals.
    pub(crate) fn journal_row_ids(&self) -> &[u32] {
        self.history.lists.journal_rows.get_or_init(|| {
            let first = self.journals_of_history().flat_map(|journal| {
                (0..journal.lines.len()).map(move |place| Self::journal_row_of_history(journal.id, place))
            });
            first.chain(self.changes.ledger.journal_rows.ids().iter().copied()).collect()
        })
    }

    /// The journal and the place in it that a line has.
    pub(crate) fn journal_row(&self, id: u32) -> Option<(Journal, usize)> {
        let written = self.changes.ledger.journal_rows.get(id).copied();
        let (journal, place) = written.unwrap_or_else(|| Self::place_of_history(id));
        Some((self.journal(journal)?, place))
    }

    /// The journals that concern a contact, by ascending id.
    pub(crate) fn statement(&self) -> &[u32] {
        self.history.lists.statement.get_or_init(|| {
            let first = self.journals_of_history().map(|journal| journal.id);
            let written = self.changes.ledger.journals.iter();
            let written = written.filter(|(_, journal)| journal.contact.is_some());
            first.chain(written.map(|(id, _)| id)).collect()
        })
    }

    /// The journals of one contact, by ascending id.
    pub(crate) fn journals_of(&self, contact: u32) -> Vec<Journal> {
        let orders = self.orders_of_contact_in_history(contact).iter().copied();
        let first = orders.flat_map(|order| self.journals_of_order_of_history(order));
        let written = self.changes.ledger.journals.iter().map(|(_, journal)| journal);
        first.chain(written.filter(|journal| journal.contact == Some(contact)).cloned()).collect()
    }

    /// What a contact owes by the entries of these dates in one currency; none without such entries.
    pub(crate) fn balance(
        &self,
        contact: u32,
        currency: usize,
        dates: impl std::ops::RangeBounds<i64>,
    ) -> Option<Decimal> {
        let journals = self.journals_of(contact);
        let mut owed = journals
            .iter()
            .filter(|journal| journal.currency == currency && dates.contains(&journal.tax_date))
            .map(Journal::owed)
            .peekable();
        owed.peek().is_some().then(|| owed.sum())
    }

    /// Whether an entry may have this date. *Inferred*: an account without accounting periods takes any date, one
    /// with periods only those within one.
    pub(crate) fn is_open(&self, date: i64) -> bool {
        let mut periods = self.changes.ledger.periods.iter().peekable();
        periods.peek().is_none() || periods.any(|(_, period)| (period.start..=period.end).contains(&date))
    }

    /// Posts an entry and gives it its id.
    pub(crate) fn add_journal(&mut self, mut journal: Journal) -> u32 {
        journal.take_up_rounding();
        self.changes.revision += 1;
        let places = 0..journal.lines.len();
        let has_contact = journal.contact.is_some();
        let id = self.changes.ledger.journals.add(|id| Journal { id, ..journal });
        note_down(&mut self.history.lists.journals, id);
        for place in places {
            let row = self.changes.ledger.journal_rows.add(|_| (id, place));
            note_down(&mut self.history.lists.journal_rows, row);
        }
        if has_contact {
            note_down(&mut self.history.lists.statement, id);
        }
        id
    }

    /// The entry of an order's invoice, once it has been invoiced.
    pub(crate) fn invoice_of(&self, order: u32) -> Option<Journal> {
        match self.changes.ledger.invoices.get(&order) {
            Some(id) => self.journal(*id),
            None => self.invoice_of_history(order),
        }
    }

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
