//! Random orders: how they are drawn, mapped and added up.

use brightpearl_core::mapping::{Mapping, NoBody, Resolution, ready};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::{Rng, SeedableRng};
use serde_json::Value;

/// How many orders each document is tried with: some here, where nothing is optimised, and all of them in
/// `tests/hosts/rust/tests/random_orders.rs`.
pub(crate) use crate::ORDERS;

/// Numbers that are the same for the same order.
pub(crate) struct Draw(Pcg32);

impl Draw {
    pub(crate) fn of(order: u64) -> Self {
        Self(Pcg32::seed_from_u64(order))
    }

    /// From 0 on, below a number.
    pub(crate) fn below(&mut self, bound: i64) -> i64 {
        i64::from(self.0.next_u32()) % bound
    }

    pub(crate) fn one_in(&mut self, bound: i64) -> bool {
        self.below(bound) == 0
    }
}

pub(crate) fn compiled(name: &str) -> Mapping {
    let document = ready().iter().find(|ready| ready.name == name).expect("a ready document").document;
    Mapping::compile(document).expect("a right document")
}

/// The body, or why the order is refused.
pub(crate) fn written(mapping: &Mapping, order: &Value) -> Result<Value, String> {
    match mapping.map(order.to_string().as_bytes()).body(&|_| Resolution::Id(1007)) {
        Ok(body) => Ok(serde_json::from_str(&body).expect("JSON")),
        Err(NoBody::Failed(failures)) => {
            Err(failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        }
        Err(NoBody::Skipped(reason)) => Err(reason),
    }
}

pub(crate) fn money(cents: i64) -> String {
    format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
}

pub(crate) fn cents(value: &Value) -> i64 {
    let text = value.as_str().expect("an amount in a text");
    let (whole, fraction) = text.split_once('.').expect("two places");
    assert_eq!(fraction.len(), 2, "{text}");
    let size = whole.trim_start_matches('-').parse::<i64>().expect("digits") * 100
        + fraction.parse::<i64>().expect("digits");
    if text.starts_with('-') { -size } else { size }
}

pub(crate) fn total(rows: &Value, members: &[&str]) -> i64 {
    let rows = rows.as_array().into_iter().flatten();
    rows.map(|row| members.iter().map(|member| cents(&row[*member])).sum::<i64>()).sum()
}

/// A half goes away from zero; nothing here is negative.
pub(crate) fn divided(amount: i64, by: i64) -> i64 {
    (2 * amount + by) / (2 * by)
}
