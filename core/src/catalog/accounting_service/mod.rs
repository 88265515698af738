//! The accounting service (API notes §8.5).

mod invoice;
mod journal;
mod payment;
mod period;
mod reference;
mod retired;
mod statement;

use super::resource::Resource;

pub(super) const RESOURCES: &[Resource] = &[
    journal::JOURNAL,
    journal::JOURNAL_ENTRY,
    payment::CUSTOMER_PAYMENT,
    payment::SUPPLIER_PAYMENT,
    payment::PAYMENT_METHOD,
    payment::SALE_PAYMENT_TOTAL,
    payment::PURCHASE_PAYMENT_TOTAL,
    invoice::SALES_INVOICE,
    invoice::SALES_CREDIT,
    invoice::PURCHASE_INVOICE,
    invoice::PURCHASE_CREDIT,
    invoice::SALES_RECEIPT,
    invoice::PURCHASE_PAYMENT,
    reference::NOMINAL_CODE,
    reference::TAX_CODE,
    reference::CURRENCY,
    reference::EXCHANGE_RATE,
    period::ACCOUNTING_PERIOD,
    period::ACCOUNTING_PERIOD_LOCK,
    statement::CONTACT_BALANCE,
    statement::ALL_TRANSACTION_STATEMENT,
    retired::SALES_RECEIPT,
    retired::PURCHASE_PAYMENT,
    retired::ACCOUNT_PAYMENT,
    retired::PAYMENT_AUTHORISATION,
];
