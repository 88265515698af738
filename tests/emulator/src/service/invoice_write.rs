//! Invoices and credits, receipts and payments that are posted straight to the books (API notes §8.5.4).

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use super::journal_write::{INVALID, read_currency, read_date, read_date_or_today};
use crate::protocol::answer::{Answer, response};
use crate::world::contact::Relationship;
use crate::world::journal::{Journal, JournalLine, Side};
use crate::world::nominal::{BANK, CREDITORS, DEBTORS, SALES_TAX, nominal_code};
use crate::world::order::Order;
use crate::world::payment::{Payment, PaymentBook, PaymentType};
use crate::world::reference::{OrderType, TAX_CODES};

/// What an invoice is of, with everything that follows from it.
struct InvoiceKind {
    type_code: &'static str,
    order_type: OrderType,
    control: &'static str,
    /// The side of the contact's account.
    side: Side,
}

const SALES_INVOICE: InvoiceKind =
    InvoiceKind { type_code: "SI", order_type: OrderType::SalesOrder, control: DEBTORS, side: Side::Debit };
const SALES_CREDIT: InvoiceKind =
    InvoiceKind { type_code: "SC", order_type: OrderType::SalesCredit, control: DEBTORS, side: Side::Credit };
const PURCHASE_INVOICE: InvoiceKind = InvoiceKind {
    type_code: "PI",
    order_type: OrderType::PurchaseOrder,
    control: CREDITORS,
    side: Side::Credit,
};
const PURCHASE_CREDIT: InvoiceKind = InvoiceKind {
    type_code: "PC",
    order_type: OrderType::PurchaseCredit,
    control: CREDITORS,
    side: Side::Debit,
};

pub(super) const ROUTES: &[Route] = &[
    Route::write(Method::Post, "accounting-service/invoice/sales-invoice", "post-sales-invoice", |call| {
        post_invoice(call, &SALES_INVOICE)
    }),
    Route::write(Method::Post, "accounting-service/invoice/sales-credit", "post-sales-credit", |call| {
        post_invoice(call, &SALES_CREDIT)
    }),
    Route::write(
        Method::Post,
        "accounting-service/invoice/purchase-invoice",
        "post-purchase-invoice",
        |call| post_invoice(call, &PURCHASE_INVOICE),
    ),
    Route::write(
        Method::Post,
        "accounting-service/invoice/purchase-credit",
        "post-purchase-credit",
        |call| post_invoice(call, &PURCHASE_CREDIT),
    ),
    Route::write(Method::Post, "accounting-service/sales-receipt", "post-sales-receipt", post_old_receipt),
];

/// An entry of the contact's account against the lines. It does not mark the order as invoiced.
fn post_invoice(call: &mut Call<'_>, kind: &InvoiceKind) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let tax_date = read_date(call.world, &mut fields, "/header/taxDate");
    let mut journal = Journal::new(kind.type_code, tax_date, call.now_ms);
    journal.contact = read_contact(call, &mut fields, kind.order_type);
    journal.due_date = fields.moment("/header/dueDate");
    journal.description = fields.text("/header/description").unwrap_or_default();
    (journal.currency, journal.exchange_rate) = read_currency(call, &mut fields);
    if journal.currency != 0 && !fields.has("/header/exchangeRate") {
        fields.refuse(INVALID, "You must supply an exchange rate for a foreign currency");
    }
    let order = read_order(call, &mut fields, kind.order_type, journal.contact);
    let reference = fields.text("/header/invoiceReference").unwrap_or_default();
    let rate = journal.exchange_rate;
    let line = |side, code: &str, amount| JournalLine {
        order: order.as_ref().map(|order| order.id),
        invoice_reference: reference.clone(),
        ..JournalLine::new(side, code, amount, rate)
    };
    let (mut gross, mut tax_total) = (Decimal::ZERO, Decimal::ZERO);
    let elements = fields.elements("/lines");
    if elements.is_empty() {
        fields.refuse(INVALID, "You must supply at least one line");
    }
    for element in elements {
        let mut part = CheckedFields::new(element, INVALID);
        let amounts = (part.decimal("/net"), part.decimal("/tax"));
        let code = part.text("/nominalCode").unwrap_or_default();
        let tax_class = part.id("/taxClassId");
        let tax_code = TAX_CODES.iter().find(|known| Some(known.id) == tax_class);
        if nominal_code(&code).is_none_or(|account| !account.active)
            || [DEBTORS, CREDITORS].contains(&code.as_str())
        {
            part.refuse(INVALID, format!("You have supplied an invalid nominal code: {code}"));
        }
        if let ((Some(net), Some(tax)), Some(tax_code)) = (amounts, tax_code) {
            gross += net.round_dp(2) + tax.round_dp(2);
            tax_total += tax.round_dp(2);
            journal.lines.push(JournalLine {
                tax_code: tax_code.code.to_owned(),
                channel: part.id("/channelId").unwrap_or(0),
                project: part.id("/projectId").unwrap_or(0),
                lead_source: part.id("/leadSourceId").unwrap_or(0),
                ..line(kind.side.other(), &code, net.round_dp(2))
            });
        } else {
            part.refuse(INVALID, "Every line needs net, tax and the id of a tax code in taxClassId");
        }
        fields.take_problems(part);
    }
    journal.lines.insert(0, line(kind.side, kind.control, gross));
    if !tax_total.is_zero() {
        journal.lines.push(line(kind.side.other(), SALES_TAX, tax_total));
    }
    fields.finish()?;
    response(call.world.add_journal(journal))
}

/// The contact, a customer or a supplier as the invoice is.
pub(super) fn read_contact(
    call: &Call<'_>,
    fields: &mut CheckedFields<'_>,
    order_type: OrderType,
) -> Option<u32> {
    let wanted = if order_type.is_sale() { Relationship::Customer } else { Relationship::Supplier };
    let id = fields.id("/header/contactId");
    let contact = id.and_then(|id| call.world.existing_contact(id));
    let contact = contact.filter(|contact| contact.relationship == wanted);
    if contact.is_none() {
        let shown = id.map_or_else(String::new, |id| id.to_string());
        fields.refuse(INVALID, format!("You have supplied an invalid contact id: {shown}"));
    }
    contact.map(|contact| contact.id)
}

/// The order, if there is one: of the right type, and the contact's own.
fn read_order(
    call: &Call<'_>,
    fields: &mut CheckedFields<'_>,
    order_type: OrderType,
    contact: Option<u32>,
) -> Option<Order> {
    let id = fields.id("/header/orderId").filter(|id| *id != 0)?;
    let order = call.world.orders.contains(id).then(|| call.world.order(id));
    // A credit may be about the order that it takes back.
    let order = order
        .filter(|order| order.order_type.is_sale() == order_type.is_sale() && Some(order.contact) == contact);
    if order.is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid order id: {id}"));
    }
    order
}

/// The deprecated receipt: pays an order, or a customer's account.
fn post_old_receipt(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let order = fields.id("/orderId").filter(|id| *id != 0);
    let is_sale = |id: &u32| call.world.orders.contains(*id) && call.world.order_type(*id).is_sale();
    if let Some(id) = order.filter(|id| !is_sale(id)) {
        fields.refuse(INVALID, format!("You have supplied an invalid order id: {id}"));
    }
    let order = order.filter(is_sale).map(|id| call.world.order(id));
    let given = fields.id("/customerId");
    let customer = order.as_ref().map(|order| order.contact).or(given);
    let Some(customer) = customer.filter(|id| call.world.has_contact(*id)) else {
        fields.refuse(INVALID, "You must supply the id of an order or of a customer");
        fields.finish()?;
        return response(0);
    };
    let code = fields.text("/received/currency").unwrap_or_default();
    let currency = call.world.currency_index(&code).unwrap_or_else(|| {
        fields.refuse(INVALID, format!("You have supplied an invalid currency code: {code}"));
        0
    });
    let value = fields.decimal("/received/value").map(|value| value.round_dp(2)).unwrap_or_else(|| {
        fields.refuse(INVALID, "You must supply received.value");
        Decimal::ZERO
    });
    let date = read_date_or_today(call, &mut fields, "/taxDate");
    let bank = fields.text("/bankAccountNominalCode").unwrap_or_else(|| BANK.to_owned());
    // *Inferred*: any account may be one for payments.
    if nominal_code(&bank).is_none_or(|account| call.world.strict && account.bank_currency.is_none()) {
        fields.refuse(INVALID, format!("The nominal code {bank} is not a bank account"));
    }
    let rate = call.world.exchange_rate(currency, call.now_ms);
    let mut journal = Journal::new("SR", date, call.now_ms);
    journal.contact = Some(customer);
    journal.currency = currency;
    journal.exchange_rate = rate;
    journal.description = fields.text("/description").unwrap_or_default();
    let reference = fields.text("/invoiceReference").unwrap_or_default();
    let channel = fields.id("/channelId").unwrap_or(0);
    let line = |side, code: &str| JournalLine {
        order: order.as_ref().map(|order| order.id),
        invoice_reference: reference.clone(),
        channel,
        ..JournalLine::new(side, code, value, rate)
    };
    journal.lines = vec![line(Side::Debit, &bank), line(Side::Credit, DEBTORS)];
    fields.finish()?;
    let journal = call.world.add_journal(journal);
    if let Some(order) = order.filter(|order| order.currency == currency) {
        let payment = Payment {
            id: 0,
            transaction_ref: None,
            transaction_code: None,
            method: String::new(),
            kind: PaymentType::Receipt,
            order: order.id,
            currency_code: code,
            exchange_rate: rate,
            authorized: Decimal::ZERO,
            paid: value,
            expires: None,
            date,
            created: call.now_ms,
            journal: Some(journal),
            has_own_journal: false,
        };
        call.world.add_payment(PaymentBook::Customer, payment, call.now_ms);
    }
    response(journal)
}
