//! Money that is posted straight to the books: receipts of customers, payments to suppliers (API notes §8.5.4).

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use super::invoice_write::read_contact;
use super::journal_write::{INVALID, read_currency, read_date, read_date_or_today};
use crate::protocol::answer::{Answer, response};
use crate::protocol::json::with_places;
use crate::world::journal::{Journal, JournalLine, Side};
use crate::world::nominal::{BANK, CREDITORS, DEBTORS, nominal_code};
use crate::world::order::Order;
use crate::world::payment::{Payment, PaymentBook, PaymentType};
use crate::world::reference::OrderType;

/// Which way the money goes.
struct MoneyKind {
    type_code: &'static str,
    book: PaymentBook,
    payment_type: PaymentType,
    control: &'static str,
    /// The side of the bank account.
    bank: Side,
    order_type: OrderType,
}

const RECEIPT: MoneyKind = MoneyKind {
    type_code: "SR",
    book: PaymentBook::Customer,
    payment_type: PaymentType::Receipt,
    control: DEBTORS,
    bank: Side::Debit,
    order_type: OrderType::SalesOrder,
};
const PAYMENT: MoneyKind = MoneyKind {
    type_code: "PP",
    book: PaymentBook::Supplier,
    payment_type: PaymentType::Payment,
    control: CREDITORS,
    bank: Side::Credit,
    order_type: OrderType::PurchaseOrder,
};

pub(super) const ROUTES: &[Route] = &[
    Route::write(Method::Post, "accounting-service/invoice/sales-receipt", "post-sales-receipt", |call| {
        post_money(call, &RECEIPT)
    }),
    Route::write(
        Method::Post,
        "accounting-service/invoice/purchase-payment",
        "post-purchase-payment",
        |call| post_money(call, &PAYMENT),
    ),
    Route::write(
        Method::Post,
        "accounting-service/purchase-payment",
        "post-purchase-payment",
        post_older_payment,
    ),
    Route::write(Method::Post, "accounting-service/account-payment", "post-account-payment", post_on_account),
];

/// One payment line.
struct MoneyLine {
    value: Decimal,
    order: Option<Order>,
    reference: String,
    adjustment: Option<(Decimal, String)>,
}

/// The header is the page's. *Inferred*: the payment lines stand in the first array of the body, whatever its name,
/// and their members are called as those of invoices are.
fn post_money(call: &mut Call<'_>, kind: &MoneyKind) -> Answer {
    let members = call.body_object()?;
    let list = members.values().find(|value| value.is_array()).cloned().unwrap_or_default();
    let body = Value::Object(members);
    let mut fields = CheckedFields::new(&body, INVALID);
    let tax_date = read_date(call.world, &mut fields, "/header/taxDate");
    let mut journal = Journal::new(kind.type_code, tax_date, call.now_ms);
    journal.contact = read_contact(call, &mut fields, kind.order_type);
    journal.description = fields.text("/header/description").unwrap_or_default();
    if fields.has("/header/currencyId") {
        (journal.currency, journal.exchange_rate) = read_currency(call, &mut fields);
    }
    if journal.currency != 0 && !fields.has("/header/exchangeRate") {
        fields.refuse(INVALID, "You must supply an exchange rate for a foreign currency");
    }
    let mut lines = Vec::new();
    for element in list.as_array().into_iter().flatten() {
        let mut part = CheckedFields::new(element, INVALID);
        lines.extend(read_line(call, &mut part, kind, journal.contact));
        fields.take_problems(part);
    }
    if list.as_array().is_none_or(Vec::is_empty) {
        fields.refuse(INVALID, "You must supply at least one line");
    }
    let total: Decimal = lines.iter().map(|line| line.value).sum();
    let bank = fields.text("/header/bankAccountNominalCode").unwrap_or_default();
    if !total.is_zero() && nominal_code(&bank).is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid nominal code: {bank}"));
    }
    fields.finish()?;
    let rate = journal.exchange_rate;
    for line in &lines {
        let entry = |side, code: &str, amount| JournalLine {
            order: line.order.as_ref().map(|order| order.id),
            invoice_reference: line.reference.clone(),
            ..JournalLine::new(side, code, amount, rate)
        };
        let (adjusted, code) = line.adjustment.clone().unwrap_or_default();
        journal.lines.push(entry(kind.bank.other(), kind.control, line.value + adjusted));
        if !line.value.is_zero() {
            journal.lines.push(entry(kind.bank, &bank, line.value));
        }
        if !adjusted.is_zero() {
            journal.lines.push(entry(kind.bank, &code, adjusted));
        }
    }
    let currency = journal.currency;
    let id = call.world.add_journal(journal);
    for line in lines {
        if let Some(order) = line.order.filter(|order| order.currency == currency) {
            pay(call, kind, &order, with_places(line.value, 2), rate, id);
        }
    }
    response(id)
}

fn read_line(
    call: &Call<'_>,
    part: &mut CheckedFields<'_>,
    kind: &MoneyKind,
    contact: Option<u32>,
) -> Option<MoneyLine> {
    for pointer in ["/value", "/adjustment/value"] {
        if part.member(pointer).is_some_and(|value| !value.is_string()) {
            part.refuse(INVALID, "All currency values must be texts");
        }
    }
    let value = part.decimal("/value");
    if value.is_none() {
        part.refuse(INVALID, "You must supply a value with every payment");
    }
    let id = part.id("/orderId").filter(|id| *id != 0);
    let order = id.filter(|id| call.world.orders.contains(*id)).map(|id| call.world.order(id));
    let order = order.filter(|order| {
        order.order_type.is_sale() == kind.order_type.is_sale()
            && contact.is_none_or(|contact| contact == order.contact)
    });
    if let (Some(id), None) = (id, &order) {
        part.refuse(INVALID, format!("You have supplied an invalid order id: {id}"));
    }
    let reference = part.text("/invoiceReference").unwrap_or_default();
    let adjustment = match (part.has("/adjustment"), part.decimal("/adjustment/value")) {
        (false, _) => None,
        (true, amount) => {
            let code = part.text("/adjustment/nominalCode").unwrap_or_default();
            if amount.is_none() || nominal_code(&code).is_none() {
                part.refuse(INVALID, "An adjustment needs a value and a nominal code");
            }
            Some((with_places(amount.unwrap_or_default(), 2), code))
        }
    };
    Some(MoneyLine { value: with_places(value?, 2), order, reference, adjustment })
}

fn pay(call: &mut Call<'_>, kind: &MoneyKind, order: &Order, paid: Decimal, rate: Decimal, journal: u32) {
    let payment = Payment {
        id: 0,
        transaction_ref: None,
        transaction_code: None,
        method: String::new(),
        kind: kind.payment_type,
        order: order.id,
        currency_code: call.world.currencies[order.currency].code.clone(),
        exchange_rate: rate,
        authorized: Decimal::ZERO,
        paid,
        expires: None,
        date: call.now_ms,
        created: call.now_ms,
        journal: Some(journal),
        has_own_journal: false,
    };
    call.world.add_payment(kind.book, payment, call.now_ms);
}

/// The older way to pay purchases, one entry for all of them. *Inferred*: they are of one supplier.
fn post_older_payment(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let mut lines: Vec<(Order, Decimal)> = Vec::new();
    for element in fields.elements("/orders") {
        let mut part = CheckedFields::new(element, INVALID);
        let id = part.id("/orderId").unwrap_or(0);
        let value = read_amount(call, &mut part);
        let known = call.world.orders.contains(id) && !call.world.order_type(id).is_sale();
        if known {
            lines.push((call.world.order(id), value));
        } else {
            part.refuse(INVALID, format!("You have supplied an invalid order id: {id}"));
        }
        fields.take_problems(part);
    }
    if fields.elements("/orders").is_empty() {
        fields.refuse(INVALID, "You must supply at least one line");
    }
    let contact = lines.first().map(|(order, _)| order.contact);
    let mut journal = older_journal(call, &mut fields, contact);
    let bank = read_bank(call, &mut fields);
    fields.finish()?;
    for (order, value) in &lines {
        let entry = |side, code: &str| JournalLine {
            order: Some(order.id),
            ..JournalLine::new(side, code, *value, Decimal::ONE)
        };
        journal.lines.extend([entry(Side::Debit, CREDITORS), entry(Side::Credit, &bank)]);
    }
    let id = call.world.add_journal(journal);
    for (order, value) in lines {
        if order.currency == 0 {
            pay(call, &PAYMENT, &order, value, Decimal::ONE, id);
        }
    }
    response(id)
}

/// A payment to a supplier that is for no order yet.
fn post_on_account(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let supplier = fields.id("/supplierId");
    if !supplier.is_some_and(|id| call.world.has_contact(id)) {
        let shown = supplier.map_or_else(String::new, |id| id.to_string());
        fields.refuse(INVALID, format!("You have supplied an invalid contact id: {shown}"));
    }
    let value = read_amount(call, &mut fields);
    let mut journal = older_journal(call, &mut fields, supplier);
    let bank = read_bank(call, &mut fields);
    fields.finish()?;
    journal.lines = vec![
        JournalLine::new(Side::Debit, CREDITORS, value, Decimal::ONE),
        JournalLine::new(Side::Credit, &bank, value, Decimal::ONE),
    ];
    response(call.world.add_journal(journal))
}

/// What the older payments have in common. *Inferred*: an entry without a date is of today.
fn older_journal(call: &Call<'_>, fields: &mut CheckedFields<'_>, contact: Option<u32>) -> Journal {
    let date = read_date_or_today(call, fields, "/taxDate");
    let mut journal = Journal::new("PP", date, call.now_ms);
    journal.contact = contact;
    journal.description = fields.text("/referenceNumber").unwrap_or_default();
    journal
}

/// `payment`, in the accounting currency.
fn read_amount(call: &Call<'_>, fields: &mut CheckedFields<'_>) -> Decimal {
    let code = fields.text("/payment/currency").unwrap_or_default();
    if call.world.currency_index(&code).is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid currency code: {code}"));
    }
    let value = fields.decimal("/payment/value");
    if value.is_none() {
        fields.refuse(INVALID, "You must supply a value with every payment");
    }
    let rate = call.world.exchange_rate(call.world.currency_index(&code).unwrap_or(0), call.now_ms);
    with_places(value.unwrap_or_default() / rate, 2)
}

fn read_bank(call: &Call<'_>, fields: &mut CheckedFields<'_>) -> String {
    let bank = fields.text("/nominalCode").unwrap_or_else(|| BANK.to_owned());
    if nominal_code(&bank).is_none_or(|account| call.world.strict && account.bank_currency.is_none()) {
        fields.refuse(INVALID, format!("The nominal code {bank} is not a bank account"));
    }
    bank
}
