//! Closing orders. The invoice comes some time after the answer, as it does with the real API
//! (API notes §8.1.7).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::journal::{Journal, JournalLine, Side};
use super::nominal::{CREDITORS, DEBTORS, SALES_TAX};
use super::order::{Order, Progress};
use super::order_rows::OrderRow;
use super::reference::OrderType;
use crate::protocol::moment::{SECOND, local_midnight};

/// How long an invoice takes. *Inferred*: no source says, only that it is not at once.
const TIME_TO_INVOICE: i64 = SECOND;

/// An order that was closed and waits for its invoice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PendingInvoice {
    order: u32,
    due: i64,
    terms: InvoiceTerms,
}

/// What the one who closes an order says of its invoice.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct InvoiceTerms {
    pub(crate) tax_date: Option<i64>,
    pub(crate) due_date: Option<i64>,
    /// A supplier's own reference.
    pub(crate) reference: Option<String>,
}

impl World {
    /// Starts invoicing an order. One that waits already goes on waiting.
    pub(crate) fn close_order(&mut self, order: u32, terms: InvoiceTerms, now_ms: i64) {
        if self.changes.invoicing.iter().all(|pending| pending.order != order) {
            self.changes.invoicing.push(PendingInvoice { order, due: now_ms + TIME_TO_INVOICE, terms });
        }
    }

    /// Does what has come due by now.
    pub(crate) fn catch_up(&mut self, now_ms: i64) {
        if self.changes.invoicing.first().is_none_or(|pending| pending.due > now_ms) {
            return;
        }
        let (due, later) = std::mem::take(&mut self.changes.invoicing)
            .into_iter()
            .partition(|pending: &PendingInvoice| pending.due <= now_ms);
        self.changes.invoicing = later;
        for pending in due {
            self.invoice(&pending);
        }
    }

    fn invoice(&mut self, pending: &PendingInvoice) {
        let (id, now_ms) = (pending.order, pending.due);
        let tax_date = local_midnight(pending.terms.tax_date.unwrap_or(now_ms), self.zone);
        self.edit_order_quietly(id, |order| {
            order.progress = Progress::Invoiced;
            order.status = order.order_type.invoiced_status();
            order.closed = Some(now_ms);
            order.tax_date = tax_date;
            order.due_date = pending.terms.due_date;
            order.own_invoice_reference = pending.terms.reference.clone();
        });
        let status = self.order(id).order_type.invoiced_status();
        self.changes.touch_order(id, Some(status), now_ms);
        let order = self.order(id);
        let journal = self.invoice_journal(&order, &self.order_rows(&order), now_ms);
        let journal = self.add_journal(journal);
        self.changes.ledger.invoices.insert(id, journal);
    }

    /// The entry that an invoice makes in the books: the contact's account against income or cost and tax.
    pub(super) fn invoice_journal(&self, order: &Order, rows: &[OrderRow], now_ms: i64) -> Journal {
        let (type_code, control, control_side) = match order.order_type {
            OrderType::SalesOrder => ("SI", DEBTORS, Side::Debit),
            OrderType::SalesCredit => ("SC", DEBTORS, Side::Credit),
            OrderType::PurchaseOrder => ("PI", CREDITORS, Side::Credit),
            OrderType::PurchaseCredit => ("PC", CREDITORS, Side::Debit),
        };
        let mut journal = Journal::new(type_code, order.tax_date, now_ms);
        journal.contact = Some(order.contact);
        journal.due_date = order.due_date;
        journal.currency = order.currency;
        journal.exchange_rate = order.exchange_rate;
        journal.description = format!("Invoice {}", order.invoice_reference());
        let line = |side, nominal_code: &str, amount: Decimal, tax: &str| JournalLine {
            order: Some(order.id),
            invoice_reference: order.invoice_reference(),
            channel: order.channel,
            project: order.project,
            lead_source: order.lead_source,
            tax_code: tax.to_owned(),
            ..JournalLine::new(side, nominal_code, amount, order.exchange_rate)
        };
        let totals = self.totals(order, rows);
        let owed = line(control_side, control, totals.gross(), "");
        journal.lines.push(JournalLine { value: totals.base_gross(), ..owed });
        let mut net = totals.net;
        let mut by_code = std::collections::BTreeMap::<(&str, &str), Decimal>::new();
        for row in rows {
            *by_code.entry((&row.nominal_code, row.tax.code)).or_default() += row.net;
        }
        let count = by_code.len();
        for (index, ((nominal_code, tax), amount)) in by_code.into_iter().enumerate() {
            // The last line takes what rounding leaves over, so that the entry balances.
            let amount = if index + 1 == count { net } else { amount.round_dp(2) };
            net -= amount;
            journal.lines.push(line(control_side.other(), nominal_code, amount, tax));
        }
        if !totals.tax.is_zero() {
            journal.lines.push(line(control_side.other(), SALES_TAX, totals.tax, ""));
        }
        journal.take_up_rounding();
        journal
    }
}
