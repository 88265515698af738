//! Control totals: what must be equal of a record and of the body that is made of it.

use std::collections::BTreeSet;

use super::expression::Expression;
use super::made::{MadeKey, MadeSlot};
use super::plan::List;
use super::rule::{Each, Operand, Pick};
use crate::catalog::field::Shape;
use crate::value::Decimal;

/// The name of what a row of rounding is about: by how much the record says more than the body comes to.
pub(super) const DIFFERENCE: &str = "difference";

/// A total that the record states and the body must come to.
#[derive(Debug)]
pub(super) struct ControlTotal {
    pub(super) pointer: String,
    /// What it is, in words.
    pub(super) name: String,
    /// The record's.
    pub(super) is: Pick,
    /// What the body comes to.
    pub(super) equals: Expression,
    /// Where it starts from instead: all that rules of a name made.
    pub(super) gathered: Option<MadeSlot>,
    pub(super) within: Tolerance,
    /// Whether a record may say nothing of it.
    pub(super) is_optional: bool,
    /// The row that takes up a difference.
    pub(super) row: Option<RoundingRow>,
}

/// How much of a difference is accepted, or taken up by a row.
#[derive(Debug)]
pub(super) enum Tolerance {
    Amount(Decimal),
    /// So many of the smallest units of the currency.
    Minor {
        units: u32,
        currency: Operand,
    },
}

/// A row that takes up a difference.
#[derive(Debug)]
pub(super) struct RoundingRow {
    pub(super) each: Each,
    /// What it is made by; nothing before the document's plan is.
    pub(super) list: Option<List>,
    /// What the catalog says of it.
    pub(super) shape: Option<&'static Shape>,
    /// Where its rules find the difference; nothing when they do not ask.
    pub(super) difference: Option<MadeSlot>,
}

/// The members of the body that all of the totals look at; nothing when one of them may look at others, too.
pub(super) fn members_in(totals: &[ControlTotal]) -> Option<Vec<String>> {
    let mut names = BTreeSet::new();
    for total in totals.iter().filter(|total| total.gathered.is_none()) {
        names.extend(total.equals.members()?);
    }
    Some(names.into_iter().map(str::to_owned).collect())
}

impl RoundingRow {
    /// What its rules know beside what the body is made of.
    pub(super) fn known(&self) -> MadeKey {
        MadeKey::Name { around: self.each.pointer.clone(), name: DIFFERENCE.to_owned() }
    }
}
