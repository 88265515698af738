//! Payments and journals.

use super::arguments::{Arguments, violation};
use super::entry::{Becomes, Form, One, Procedure, TaskEntry, What, given};
use super::program::{Program, Single};
use crate::error::{Fault, Result};
use crate::http::Method;
use crate::json::Record;
use crate::value::Decimal;

pub(super) const ENTRIES: &[TaskEntry] = &[
    TaskEntry {
        name: "record-customer-payment",
        summary: "Records what a customer paid or authorised for an order.",
        requests: "One POST.",
        writes: true,
        takes: &[Form::body(Method::Post, "accounting-service/customer-payment")],
        gives: &[given("paymentId", What::Id)],
        procedure: Procedure::One(One {
            method: Method::Post,
            path: "accounting-service/customer-payment",
            if_match: None,
            answer: Becomes::Id("paymentId"),
        }),
    },
    TaskEntry {
        name: "post-journal",
        summary: "Posts a journal in the base currency whose debits equal its credits.",
        requests: "One POST.",
        writes: true,
        takes: &[Form::body(JOURNAL.method, JOURNAL.path)],
        gives: &[given("journalId", What::Id)],
        procedure: Procedure::Program(journal),
    },
];

const JOURNAL: One = One {
    method: Method::Post,
    path: "accounting-service/journal",
    if_match: None,
    answer: Becomes::Id("journalId"),
};

fn journal(arguments: &Arguments<'_>) -> Result<Box<dyn Program>> {
    let debits = total(&arguments.record.records("debits"));
    let credits = total(&arguments.record.records("credits"));
    // Sums too large for exact arithmetic are Brightpearl's to judge.
    if let (Some(debits), Some(credits)) = (debits, credits)
        && debits != credits
    {
        let found = format!("debits of {debits}");
        let expected = format!("as much as the credits, which are {credits}");
        arguments.refuse(vec![violation("/debits".to_owned(), Fault::Contradiction, found, expected)])?;
    }
    Ok(Box::new(Single::new(&JOURNAL, arguments)))
}

/// The sum of the lines, if it can be held exactly.
fn total(lines: &[Record<'_>]) -> Option<Decimal> {
    let mut sum = Decimal::default();
    for line in lines {
        sum = plus(sum, line.record("change").decimal("value")?)?;
    }
    Some(sum)
}

fn plus(one: Decimal, other: Decimal) -> Option<Decimal> {
    let places = one.places().max(other.places());
    let mantissa = |number: Decimal| number.with_places(places).ok().map(Decimal::mantissa);
    Decimal::from_parts(mantissa(one)?.checked_add(mantissa(other)?)?, places).ok()
}
