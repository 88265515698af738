//! Payments from customers and to suppliers, and what they come to for an order (API notes §8.5.5, §8.5.6).

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use super::journal_write::not_open;
use super::payment_search::{CUSTOMER_SEARCH, SUPPLIER_SEARCH};
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::protocol::json::{Number, with_places};
use crate::world::payment::{Payment, PaymentBook, PaymentType};

pub(super) const ROUTES: &[Route] = &[
    Route::write(Method::Post, "accounting-service/customer-payment", "post-customer-payment", |call| {
        post_payment(call, PaymentBook::Customer)
    }),
    Route::write(
        Method::Delete,
        "accounting-service/customer-payment/{id}",
        "delete-customer-payment",
        delete_payment,
    ),
    Route::search("accounting-service/customer-payment-search", CUSTOMER_SEARCH),
    Route::meta_data("accounting-service/customer-payment-search/meta-data", CUSTOMER_SEARCH),
    Route::write(Method::Post, "accounting-service/supplier-payment", "post-supplier-payment", |call| {
        post_payment(call, PaymentBook::Supplier)
    }),
    Route::search("accounting-service/supplier-payment-search", SUPPLIER_SEARCH),
    Route::meta_data("accounting-service/supplier-payment-search/meta-data", SUPPLIER_SEARCH),
    Route::read(
        Method::Get,
        "accounting-service/sale-payment-total/{ids}",
        "get-sale-payment-total",
        get_sale_totals,
    ),
    Route::read(
        Method::Get,
        "accounting-service/purchase-payment-total/{ids}",
        "get-purchase-payment-total",
        get_purchase_totals,
    ),
];

/// *Inferred*: no source has a refused payment.
const INVALID: &str = "ACCC-030";
/// *Inferred*, likewise: for a method and a reference that were used together before.
const NOT_UNIQUE: &str = "ACCC-031";

fn post_payment(call: &mut Call<'_>, book: PaymentBook) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let payment = read_payment(call, &mut fields, book);
    let entry = payment.as_ref().and_then(|payment| call.world.entry_of_method(book, payment));
    if let Some(entry) = entry.filter(|entry| !call.world.is_open(entry.tax_date)) {
        fields.refuse(INVALID, not_open(&call.world.moment(entry.tax_date).to_string()));
    }
    fields.finish()?;
    match payment {
        Some(payment) => response(call.world.add_payment(book, payment, call.now_ms)),
        // Nothing is missing without a problem that says so.
        None => nothing(),
    }
}

fn read_payment(call: &Call<'_>, fields: &mut CheckedFields<'_>, book: PaymentBook) -> Option<Payment> {
    for name in ["paymentMethodCode", "paymentType", "orderId", "currencyIsoCode", "paymentDate"] {
        if !fields.has(&format!("/{name}")) {
            fields.refuse(INVALID, format!("You must supply {name}"));
        }
    }
    let method = fields.text_up_to("/paymentMethodCode", 36);
    let kind = read_type(fields, book);
    let transaction_ref = fields.text_up_to("/transactionRef", 64).filter(|text| !text.is_empty());
    if let (Some(method), Some(reference)) = (&method, &transaction_ref)
        && call.world.payment_with_reference(book, method, reference).is_some()
    {
        let message = format!(
            "There is already a payment with transaction reference {reference} and payment method {method}"
        );
        fields.refuse(NOT_UNIQUE, message);
    }
    let transaction_code = match book {
        PaymentBook::Customer => fields.text_up_to("/transactionCode", 64),
        PaymentBook::Supplier => None,
    };
    let (order, currency) = read_order(call, fields, book);
    let exchange_rate = fields.exchange_rate("/exchangeRate");
    let (authorized, expires) = read_authorisation(fields, kind);
    let paid = match kind {
        Some(PaymentType::Authorisation | PaymentType::Void) => Decimal::ZERO,
        Some(PaymentType::Receipt | PaymentType::Payment | PaymentType::Capture) | None => {
            fields.decimal("/amountPaid").unwrap_or(Decimal::ZERO)
        }
    };
    let date = fields.moment("/paymentDate");
    let _ = fields.text("/journalRef");
    let journal = fields.id("/journalId").filter(|id| *id != 0);
    let currency = currency?;
    Some(Payment {
        id: 0,
        transaction_ref,
        transaction_code,
        method: method?,
        kind: kind?,
        order: order?,
        exchange_rate: exchange_rate
            .filter(|_| currency != 0)
            .unwrap_or_else(|| call.world.exchange_rate(currency, call.now_ms)),
        currency_code: call.world.currencies[currency].code.clone(),
        authorized: with_places(authorized, 2),
        paid: with_places(paid, 2),
        expires,
        date: date?,
        created: call.now_ms,
        journal,
        has_own_journal: false,
    })
}

fn read_type(fields: &mut CheckedFields<'_>, book: PaymentBook) -> Option<PaymentType> {
    let name = fields.text("/paymentType")?;
    let kind = PaymentType::named(&name).filter(|kind| match (book, kind) {
        (PaymentBook::Customer, _) => true,
        (PaymentBook::Supplier, kind) => matches!(kind, PaymentType::Payment | PaymentType::Receipt),
    });
    if kind.is_none() {
        fields.refuse(INVALID, format!("You have supplied an invalid paymentType: {name}"));
    }
    kind
}

/// The order, which must be a sale or a purchase as the payment is, and the currency, which must be the
/// order's (API notes §9).
fn read_order(
    call: &Call<'_>,
    fields: &mut CheckedFields<'_>,
    book: PaymentBook,
) -> (Option<u32>, Option<usize>) {
    let Some(id) = fields.id("/orderId") else { return (None, None) };
    let is_fitting = call.world.orders.contains(id)
        && call.world.order_type(id).is_sale() == (book == PaymentBook::Customer);
    if !is_fitting {
        fields.refuse(INVALID, format!("You have supplied an invalid order id: {id}"));
        return (None, None);
    }
    let own = call.world.order(id).currency;
    let Some(code) = fields.text("/currencyIsoCode") else { return (Some(id), None) };
    if call.world.currency_index(&code) != Some(own) {
        let expected = &call.world.currencies[own].code;
        fields
            .refuse(INVALID, format!("The payment must be in the order's currency, {expected}, not {code}"));
        return (Some(id), None);
    }
    (Some(id), Some(own))
}

/// What an authorisation must say; other payments are not asked.
fn read_authorisation(fields: &mut CheckedFields<'_>, kind: Option<PaymentType>) -> (Decimal, Option<i64>) {
    let (authorized, expires) = (fields.decimal("/amountAuthorized"), fields.moment("/authorizationExpiry"));
    let is_authorisation = match kind {
        Some(PaymentType::Authorisation) => true,
        Some(PaymentType::Void) => false,
        Some(PaymentType::Receipt | PaymentType::Payment | PaymentType::Capture) | None => {
            if authorized.is_some_and(|amount| amount < Decimal::ZERO) {
                fields.refuse(INVALID, "amountAuthorized must be at least 0");
            }
            return (Decimal::ZERO, None);
        }
    };
    if authorized.is_none_or(|amount| amount < Decimal::ZERO) {
        fields.refuse(INVALID, "You must supply an amountAuthorized of at least 0");
    }
    if is_authorisation && expires.is_none() {
        fields.refuse(INVALID, "You must supply authorizationExpiry");
    }
    (authorized.unwrap_or(Decimal::ZERO), expires)
}

fn delete_payment(call: &mut Call<'_>) -> Answer {
    let named = call.captured.first().map_or("", String::as_str).to_owned();
    let is_gone =
        call.id(0).is_some_and(|id| call.world.remove_payment(PaymentBook::Customer, id, call.now_ms));
    // *Inferred* from what other resources answer to an id that is not there.
    if is_gone {
        nothing()
    } else {
        Err(Refusal::not_found(&format!("Cannot find customer payment: {named}")))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TotalShape {
    order_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_currency: Option<String>,
    amount_paid: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_authorized: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_captured: Option<Number>,
}

fn get_sale_totals(call: &mut Call<'_>) -> Answer {
    get_totals(call, true)
}

fn get_purchase_totals(call: &mut Call<'_>) -> Answer {
    get_totals(call, false)
}

/// One entry for each order that exists, and nothing without ids. One without payments has zeros and no currency.
fn get_totals(call: &mut Call<'_>, of_sales: bool) -> Answer {
    if call.ids(0)?.is_none() {
        return response(Vec::<TotalShape>::new());
    }
    // The page of purchases has a limit, that of sales has none.
    let ids = if of_sales { call.many_ids(0)? } else { call.required_ids(0)? };
    let world = &*call.world;
    let fitting = |id: &u32| world.order_type(*id).is_sale() == of_sales;
    let shapes = ids.pick(world.orders.as_slice()).into_iter().filter(fitting).map(|id| {
        let order = world.order(id);
        let sum = world.paid(&order);
        let has_payments = sum != crate::world::payment::Paid::default();
        let number = |value| Number(with_places(value, 2));
        TotalShape {
            order_id: id,
            payment_currency: has_payments.then(|| world.currencies[order.currency].code.clone()),
            amount_paid: number(sum.paid),
            amount_authorized: of_sales.then(|| number(sum.authorized)),
            amount_captured: of_sales.then(|| number(sum.captured)),
        }
    });
    response(shapes.collect::<Vec<_>>())
}
