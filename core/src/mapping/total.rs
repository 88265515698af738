//! Control totals: what must be equal of a record and of the body that is made of it.

use std::collections::{BTreeMap, BTreeSet};

use super::expression::Expression;
use super::made::{MadeKey, MadeSlot};
use super::plan::{BodyPlan, List, tokens};
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
        units: Box<Operand>,
        currency: Box<Operand>,
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

/// A member of the elements of an array of the body, such as `net` of `rows`.
#[derive(Clone, Debug)]
pub(super) struct TotalColumn {
    pub(super) array: String,
    pub(super) member: String,
    /// Whether its number is all that is looked at, however it is written.
    pub(super) is_number: bool,
}

/// The columns that all of the totals look at, in the order of their arrays, where the elements are objects whose
/// members rules write one by one: what is written there need not be read again then. Has their leaves take note of
/// what they write; nothing when one of the totals may look at more.
pub(super) fn watch_columns(plan: &mut BodyPlan, totals: &mut [ControlTotal]) -> Option<Vec<TotalColumn>> {
    let mut looked_at = BTreeMap::new();
    for total in totals.iter().filter(|total| total.gathered.is_none()) {
        for (array, member, is_number) in total.equals.columns()? {
            *looked_at.entry((array.to_owned(), member.to_owned())).or_insert(true) &= is_number;
        }
    }
    let columns = looked_at.into_iter();
    let columns = columns.map(|((array, member), is_number)| TotalColumn { array, member, is_number });
    let columns: Vec<TotalColumn> = columns.collect();
    // What has marks of its own is spelled otherwise in places.
    if columns.iter().any(|column| column.array.contains(['/', '~'])) {
        return None;
    }
    let rows = totals.iter_mut().filter_map(|total| total.row.as_mut()?.list.as_mut());
    let mut rows: Vec<&mut List> = rows.collect();
    for (place, column) in columns.iter().enumerate() {
        let BodyPlan::Object(members) = &mut *plan else { return None };
        let array = members.iter_mut().find(|member| member.name == column.array)?;
        let BodyPlan::List(lists) = &mut array.plan else { return None };
        let added = rows.iter_mut().map(|list| &mut **list);
        let added = added.filter(|list| tokens(&list.each.to) == [column.array.as_str()]);
        for list in lists.iter_mut().chain(added) {
            let BodyPlan::Object(members) = &mut list.item else { return None };
            let Some(member) = members.iter_mut().find(|member| member.name == column.member) else {
                continue;
            };
            let BodyPlan::Leaf(leaf) = &mut member.plan else { return None };
            leaf.column = Some(place);
        }
    }
    Some(columns)
}

impl RoundingRow {
    /// What its rules know beside what the body is made of.
    pub(super) fn known(&self) -> MadeKey {
        MadeKey::Name { around: self.each.pointer.clone(), name: DIFFERENCE.to_owned() }
    }
}
