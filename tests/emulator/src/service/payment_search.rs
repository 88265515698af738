//! The searches over payments (API notes §4.5).

use crate::protocol::address::Query;
use crate::protocol::answer::Answer;
use crate::protocol::json::amount;
use crate::search::{Cell, Column, DataType, Lies, Search, Searchable};
use crate::world::World;
use crate::world::payment::{Payment, PaymentBook};

type PaymentColumn = Column<Option<Payment>>;

pub(super) const CUSTOMER_SEARCH: &dyn Searchable = &Search::<Option<Payment>> {
    name: "accounting-service/customer-payment-search",
    columns: &[
        PaymentColumn::new("paymentId", DataType::IdSet, |_, payment| id(payment)),
        PaymentColumn::new("transactionRef", DataType::String, |_, payment| {
            text(payment, |payment| payment.transaction_ref.clone())
        })
        .not_sortable(),
        PaymentColumn::new("transactionCode", DataType::String, |_, payment| {
            text(payment, |payment| payment.transaction_code.clone())
        })
        .not_sortable(),
        METHOD.not_sortable(),
        TYPE.not_sortable(),
        ORDER.not_sortable(),
        CURRENCY_ID.not_sortable(),
        CURRENCY_CODE.not_sortable(),
        PaymentColumn::new("amountAuthorized", DataType::String, |_, payment| {
            text(payment, |payment| Some(amount(payment.authorized, 2)))
        })
        .not_sortable(),
        AMOUNT_PAID.not_sortable(),
        PaymentColumn::new("expires", DataType::Period, |_, payment| {
            Cell::optional_moment(payment.as_ref().and_then(|payment| payment.expires))
        })
        .not_sortable(),
        PAYMENT_DATE,
        CREATED_ON,
        JOURNAL,
    ],
    filters: &[],
    ids: |world| world.payment_ids(PaymentBook::Customer),
    record: |world, id| world.payment(PaymentBook::Customer, id),
    references: &[],
    label: |_, _, _| None,
};

pub(super) const SUPPLIER_SEARCH: &dyn Searchable = &AlwaysFiveHundred(Search {
    name: "accounting-service/supplier-payment-search",
    columns: &[
        PaymentColumn::new("paymentId", DataType::IdSet, |_, payment| id(payment)),
        PaymentColumn::new("transactionRef", DataType::String, |_, payment| {
            text(payment, |payment| payment.transaction_ref.clone())
        }),
        METHOD,
        TYPE,
        ORDER,
        CURRENCY_ID,
        CURRENCY_CODE,
        AMOUNT_PAID,
        PAYMENT_DATE,
        CREATED_ON,
        JOURNAL,
    ],
    filters: &[],
    ids: |world| world.payment_ids(PaymentBook::Supplier),
    record: |world, id| world.payment(PaymentBook::Supplier, id),
    references: &[],
    label: |_, _, _| None,
});

const METHOD: PaymentColumn = PaymentColumn::new("paymentMethodCode", DataType::String, |_, payment| {
    text(payment, |payment| Some(payment.method.clone()))
});
const TYPE: PaymentColumn = PaymentColumn::new("paymentType", DataType::String, |_, payment| {
    text(payment, |payment| Some(payment.kind.as_str().to_owned()))
});
const ORDER: PaymentColumn = PaymentColumn::new("orderId", DataType::IdSet, |_, payment| {
    Cell::optional_integer(payment.as_ref().map(|payment| payment.order))
});
const CURRENCY_ID: PaymentColumn = PaymentColumn::new("currencyId", DataType::IdSet, |world, payment| {
    let index = payment.as_ref().and_then(|payment| world.currency_index(&payment.currency_code));
    Cell::optional_integer(index.and_then(|index| world.currency_ids.get(index).copied()))
});
const CURRENCY_CODE: PaymentColumn = PaymentColumn::new("currencyCode", DataType::String, |_, payment| {
    text(payment, |payment| Some(payment.currency_code.clone()))
});
const AMOUNT_PAID: PaymentColumn = PaymentColumn::new("amountPaid", DataType::String, |_, payment| {
    text(payment, |payment| Some(amount(payment.paid, 2)))
});
const PAYMENT_DATE: PaymentColumn = PaymentColumn::new("paymentDate", DataType::Period, |_, payment| {
    Cell::optional_moment(payment.as_ref().map(|payment| payment.date))
});
const CREATED_ON: PaymentColumn = PaymentColumn::new("createdOn", DataType::Period, |_, payment| {
    Cell::optional_moment(payment.as_ref().map(|payment| payment.created))
});
const JOURNAL: PaymentColumn = PaymentColumn::new("journalId", DataType::IdSet, |_, payment| {
    Cell::optional_integer(payment.as_ref().and_then(|payment| payment.journal))
});

fn id(payment: &Option<Payment>) -> Cell {
    Cell::optional_integer(payment.as_ref().map(|payment| payment.id))
}

fn text(payment: &Option<Payment>, read: fn(&Payment) -> Option<String>) -> Cell {
    Cell::optional_text(payment.as_ref().and_then(read))
}

/// A search that claims to have 500 results, whatever it has: a fault of the real one that clients must
/// bear with (API notes §4.4).
struct AlwaysFiveHundred(Search<Option<Payment>>);

impl Searchable for AlwaysFiveHundred {
    fn page(&self, world: &mut World, query: &Query, lies: &Lies) -> Answer {
        let results_available = lies.results_available.or(Some(500));
        self.0.page(world, query, &Lies { results_available, ..*lies })
    }

    fn meta_data(&self) -> Answer {
        self.0.meta_data()
    }
}
