//! Every refusal that the emulator can give, and why it gives it.
//!
//! A refusal without a source is stricter than Brightpearl may be, and hides that a client would get along. So each
//! either has the section of the API notes that has the rule, or is what even the most lenient reading cannot take,
//! or is given by a strict account only.

mod accounting;
mod contact;
mod gateway;
mod members;
mod order;
mod product;
mod warehouse;

use self::{
    accounting::ACCOUNTING, contact::CONTACTS, gateway::GATEWAY, members::MEMBERS, order::ORDERS,
    product::PRODUCTS, warehouse::WAREHOUSES,
};

/// Something that the emulator refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalRule {
    /// The codes that it may have; none where the gateway speaks, whose answers have no code.
    pub codes: &'static [&'static str],
    /// The message, with `{}` in place of what differs from request to request.
    pub text: &'static str,
    /// Why it is refused.
    pub source: RuleSource,
}

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSource {
    /// This section of the API notes has the rule, such as `§3.4`. Code and words are its own where the notes have
    /// them, and the emulator's elsewhere.
    Notes(&'static str),
    /// No source has it, and the most lenient reading cannot take it either.
    Inferred(Inference),
    /// No source has it: only an account that is [`crate::Config::strict`] refuses it.
    Strict,
    /// Only a fault plan brings it about.
    FaultPlan,
}

/// Why the most lenient reading cannot take something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inference {
    /// It has not the form of what it must be, such as a number.
    Unreadable,
    /// It names a record that does not exist.
    Unknown,
    /// There is nothing to carry out without it.
    Missing,
    /// The account would contradict itself afterwards.
    Contradiction,
    /// It is more than the emulator works with.
    Bound,
}

/// Every refusal that the emulator can give.
///
/// ```
/// use brightpearl_emulator::{RuleSource, refusals};
///
/// let uncertain = refusals().filter(|rule| rule.source == RuleSource::Strict);
/// assert!(uncertain.count() > 0);
/// ```
pub fn refusals() -> impl Iterator<Item = &'static RefusalRule> {
    [GATEWAY, ORDERS, CONTACTS, ACCOUNTING, PRODUCTS, WAREHOUSES, MEMBERS].into_iter().flatten()
}

impl RefusalRule {
    /// Whether an error with this code (empty for none) and this message is one of this rule.
    pub fn fits(&self, code: &str, message: &str) -> bool {
        (self.codes.contains(&code) || code.is_empty() && self.codes.is_empty()) && fits(self.text, message)
    }
}

/// Whether a text is what a pattern becomes when something, or nothing, stands in each of its places.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once("{}") else { return pattern == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    let mut starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    starts.any(|at| fits(after, &rest[at..]))
}

const fn notes(codes: &'static [&'static str], text: &'static str, section: &'static str) -> RefusalRule {
    RefusalRule { codes, text, source: RuleSource::Notes(section) }
}

const fn inferred(codes: &'static [&'static str], text: &'static str, inference: Inference) -> RefusalRule {
    RefusalRule { codes, text, source: RuleSource::Inferred(inference) }
}

const fn strict(codes: &'static [&'static str], text: &'static str) -> RefusalRule {
    RefusalRule { codes, text, source: RuleSource::Strict }
}

const fn planned(codes: &'static [&'static str], text: &'static str) -> RefusalRule {
    RefusalRule { codes, text, source: RuleSource::FaultPlan }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_anything_in_their_places() {
        assert!(fits("a {} b {}", "a 1 b 2") && fits("{}x", "x") && fits("{}", "") && fits("{} {}", "é ü ö"));
        assert!(!fits("a {} b", "a 1 c") && !fits("ab", "abc") && !fits("ab{}", "a"));
    }

    #[test]
    fn no_rule_stands_twice() {
        let rules: Vec<_> = refusals().collect();
        for (index, rule) in rules.iter().enumerate() {
            let same = |other: &&&RefusalRule| {
                other.text == rule.text && other.codes.iter().any(|code| rule.codes.contains(code))
            };
            assert_eq!(rules[..index].iter().find(same), None, "{rule:?}");
        }
    }
}
