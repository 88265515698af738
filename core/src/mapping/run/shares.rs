//! What is shared among the elements of an array: each gets its part, and the parts must come to the amount.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Entrance, Run};
use crate::mapping::plan::List;
use crate::mapping::rule::MappingRule;
use crate::mapping::steps::Sharers;
use crate::mapping::transform::{Arithmetic, calculate, read_number};
use crate::mapping::value::Value;
use crate::value::Decimal;

/// What was shared so far, by the rules that did.
#[derive(Debug, Default)]
pub(super) struct ShareBook {
    shared: RefCell<BTreeMap<Arc<str>, SharedAmount>>,
    /// Of each level whose elements get shares, which of them `where` lets through.
    kept: Vec<Vec<bool>>,
}

/// An amount, and what of it was given to elements.
#[derive(Clone, Copy, Debug)]
struct SharedAmount {
    amount: Decimal,
    given: Decimal,
    /// Another amount that an element was given a share of.
    other: Option<Decimal>,
}

impl ShareBook {
    pub(super) fn note(&self, rule: &Arc<str>, amount: Decimal, share: Decimal) {
        let mut shared = self.shared.borrow_mut();
        let nothing = SharedAmount { amount, given: Decimal::default(), other: None };
        let known = shared.entry(Arc::clone(rule)).or_insert(nothing);
        // What has too many digits to be added comes to something else.
        known.given = calculate(known.given, Arithmetic::Plus, share).unwrap_or(known.given);
        if known.amount != amount {
            known.other = Some(amount);
        }
    }

    fn take(&self, rule: &Arc<str>) -> Option<SharedAmount> {
        self.shared.borrow_mut().remove(rule)
    }
}

impl<'v> Run<'v> {
    /// The elements of a level, where something is shared among them.
    pub(super) fn sharers(&self, level: usize) -> Option<Sharers<'_>> {
        let kept = self.shares.kept.get(level)?;
        match self.levels.get(level)?.entrance {
            Entrance::Record => None,
            Entrance::Element { place, .. } => Some(Sharers { place, kept }),
        }
    }

    /// Finds out which elements `where` lets through, before the first gets its share.
    pub(super) fn count_sharers(&mut self, list: &'v List, elements: &Value<'v>) {
        if !list.has_shares {
            return;
        }
        let each = &list.each;
        let elements: Vec<Value<'v>> = match (elements, elements.elements()) {
            (_, Some(elements)) => elements.collect(),
            (value, None) => match (&each.split, value.text()) {
                (Some(split), Some(text)) => text
                    .split(split.as_str())
                    .map(|part| Value::Text(part.trim().to_owned().into()))
                    .collect(),
                // What is no list is told of the `each`.
                (Some(_) | None, _) => Vec::new(),
            },
        };
        let mut kept = Vec::with_capacity(elements.len());
        for (place, element) in elements.into_iter().enumerate() {
            let Some(only) = &each.only else {
                kept.push(true);
                continue;
            };
            let walked = if let Value::Node(node) = &element { node.span() } else { 1 };
            if self.allowance.step(walked).is_err() {
                // What is used up is said of the element itself.
                break;
            }
            list.forgotten.iter().for_each(|slot| self.forget(*slot));
            self.enter(each.level, element, Entrance::Element { each, place });
            kept.push(self.holds(only).unwrap_or_default());
        }
        if self.shares.kept.len() <= each.level {
            self.shares.kept.resize(each.level + 1, Vec::new());
        }
        if let Some(at) = self.shares.kept.get_mut(each.level) {
            *at = kept;
        }
    }

    /// Refuses a record of whose amounts some part was given to no element, or to several.
    pub(super) fn check_shares(&mut self, list: &'v List) {
        for rule in &list.shared {
            let shared = self.shares.take(&rule.pointer);
            if !self.failures.is_empty() || self.is_over {
                continue;
            }
            let reason = match shared {
                Some(SharedAmount { amount, other: Some(other), .. }) => format!(
                    "spread: elements get shares of {amount} and of {other}; expected one amount for all of them"
                ),
                Some(SharedAmount { amount, given, .. }) if given != amount => format!(
                    "spread: the shares that are written come to {given}, and the amount is {amount}; expected each element \
                     to get its share, once: `where` in the `each` leaves elements out, and `when` in the rule loses their shares"
                ),
                Some(_) => continue,
                None => match self.unshared(rule) {
                    Some(amount) => format!("spread: there is no element that gets a share of {amount}"),
                    None => continue,
                },
            };
            self.fail(rule, &Value::Null, reason);
        }
    }

    /// The amount of which nothing was shared, though nothing in the document says so; nothing where there is none.
    fn unshared(&self, rule: &'v MappingRule) -> Option<Decimal> {
        if rule.when.is_some() || rule.amount_level() >= rule.level || rule.lookup.is_some() {
            return None;
        }
        let value = self.source(&rule.source, false).ok()?;
        let amount = read_number(&value, &self.compiled.document.reading).ok()?;
        (amount != Decimal::default()).then_some(amount)
    }
}
