//! Journals: entries in the books, whose debits equal their credits (API notes §8.5.1).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::nominal::{CREDITORS, DEBTORS};
use super::reference::STAFF;
use crate::protocol::json::with_places;

/// An entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Journal {
    /// 0 until it is posted.
    pub(crate) id: u32,
    pub(crate) type_code: String,
    pub(crate) contact: Option<u32>,
    pub(crate) tax_date: i64,
    pub(crate) due_date: Option<i64>,
    pub(crate) created: i64,
    pub(crate) created_by: u32,
    pub(crate) description: String,
    /// An index into the account's currencies.
    pub(crate) currency: usize,
    pub(crate) exchange_rate: Decimal,
    pub(crate) lines: Vec<JournalLine>,
}

/// Which side of the books a line is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Side {
    Debit,
    Credit,
}

impl Side {
    pub(crate) fn other(self) -> Self {
        match self {
            Side::Debit => Side::Credit,
            Side::Credit => Side::Debit,
        }
    }
}

/// One line of an entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JournalLine {
    pub(crate) side: Side,
    pub(crate) nominal_code: String,
    /// In the accounting currency.
    pub(crate) value: Decimal,
    /// In the entry's currency.
    pub(crate) transaction: Decimal,
    /// Empty: none.
    pub(crate) tax_code: String,
    pub(crate) order: Option<u32>,
    pub(crate) invoice_reference: String,
    /// 0: none.
    pub(crate) channel: u32,
    pub(crate) project: u32,
    pub(crate) lead_source: u32,
}

impl Journal {
    /// An entry without lines, in the accounting currency, for nobody.
    pub(crate) fn new(type_code: &str, tax_date: i64, now_ms: i64) -> Self {
        Self {
            id: 0,
            type_code: type_code.to_owned(),
            contact: None,
            tax_date,
            due_date: None,
            created: now_ms,
            created_by: STAFF[0],
            description: String::new(),
            currency: 0,
            exchange_rate: Decimal::ONE,
            lines: Vec::new(),
        }
    }

    /// The entry that takes this one back.
    pub(crate) fn reversed(self, now_ms: i64) -> Self {
        let lines = self.lines.into_iter().map(|line| JournalLine { side: line.side.other(), ..line });
        Self { id: 0, created: now_ms, lines: lines.collect(), ..self }
    }

    pub(crate) fn lines_on(&self, side: Side) -> impl Iterator<Item = &JournalLine> {
        self.lines.iter().filter(move |line| line.side == side)
    }

    /// Debits less credits, in the entry's currency.
    pub(crate) fn imbalance(&self) -> Decimal {
        let sum = |side| self.lines_on(side).map(|line| line.transaction).sum::<Decimal>();
        sum(Side::Debit) - sum(Side::Credit)
    }

    /// Debits less credits, in the accounting currency.
    pub(crate) fn base_imbalance(&self) -> Decimal {
        let sum = |side| self.lines_on(side).map(|line| line.value).sum::<Decimal>();
        sum(Side::Debit) - sum(Side::Credit)
    }

    /// Each line is rounded to the accounting currency by itself; what the lines of an entry that balances differ by
    /// then is put on the largest one behind the first. *Inferred*: no source says where Brightpearl puts it.
    pub(crate) fn take_up_rounding(&mut self) {
        let difference = self.base_imbalance();
        if difference.is_zero() || !self.imbalance().is_zero() {
            return;
        }
        let largest = self.lines.iter_mut().skip(1).max_by_key(|line| line.value.abs());
        match largest {
            Some(line) if line.side == Side::Debit => line.value -= difference,
            Some(line) => line.value += difference,
            None => {}
        }
    }

    /// What the entry adds to what its contact owes the account, in the entry's currency.
    pub(crate) fn owed(&self) -> Decimal {
        let control =
            self.lines.iter().filter(|line| [DEBTORS, CREDITORS].contains(&line.nominal_code.as_str()));
        control
            .map(|line| match line.side {
                Side::Debit => line.transaction,
                Side::Credit => -line.transaction,
            })
            .sum()
    }
}

impl JournalLine {
    /// A line of an amount in the entry's currency, at its rate.
    pub(crate) fn new(side: Side, nominal_code: &str, transaction: Decimal, exchange_rate: Decimal) -> Self {
        let transaction = with_places(transaction, 2);
        Self {
            side,
            nominal_code: nominal_code.to_owned(),
            value: with_places(transaction / exchange_rate, 2),
            transaction,
            tax_code: String::new(),
            order: None,
            invoice_reference: String::new(),
            channel: 0,
            project: 0,
            lead_source: 0,
        }
    }
}
