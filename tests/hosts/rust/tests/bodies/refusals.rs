//! Why the emulator and checking may differ, case by case.

use crate::spoiling::Spoilt;

/// Writes of the catalog that the emulator does not know.
pub(crate) const UNKNOWN: &[&str] = &[
    "POST accounting-service/invoice/sales-receipt",
    "POST accounting-service/invoice/purchase-payment",
    "POST accounting-service/accounting-period-lock",
    "DELETE accounting-service/accounting-period-lock",
    "POST accounting-service/purchase-payment",
    "POST accounting-service/account-payment",
    "POST accounting-service/payment-auth",
];

/// Writes that no generated body is taken for, and why.
pub(crate) const NEVER_TAKEN: &[(&str, &str)] = &[
    ("POST accounting-service/journal-entry", "no source tells the members of its lines (API notes §8.5.3)"),
    ("POST warehouse-service/order/{ORDER-ID}/goods-note/goods-out/{NOTE-ID}/pick", "no source tells the members of its items"),
];

/// A refusal of a body that is right by itself.
#[derive(Debug)]
pub(crate) struct State {
    write: &'static str,
    code: &'static str,
    message: &'static str,
    #[allow(dead_code, reason = "it is there to be read")]
    why: &'static str,
}

impl State {
    pub(crate) fn is(&self, write: &str, code: &str, message: &str) -> bool {
        write.contains(self.write) && code == self.code && message.contains(self.message)
    }
}

const fn state(write: &'static str, code: &'static str, message: &'static str, why: &'static str) -> State {
    State { write, code, message, why }
}

pub(crate) const STATE: &[State] = &[];

/// A fault that only we refuse.
pub(crate) struct Stricter {
    write: &'static str,
    fault: Spoilt,
    place: &'static str,
    #[allow(dead_code, reason = "it is there to be read")]
    why: &'static str,
}

impl Stricter {
    pub(crate) fn is(&self, write: &str, fault: Spoilt, place: &str) -> bool {
        write.contains(self.write) && self.fault == fault && place.ends_with(self.place)
    }
}

const fn stricter(write: &'static str, fault: Spoilt, place: &'static str, why: &'static str) -> Stricter {
    Stricter { write, fault, place, why }
}

pub(crate) const STRICTER: &[Stricter] = &[];
