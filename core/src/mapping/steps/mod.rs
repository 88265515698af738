//! The steps that a rule may ask for by a member of its own: a file here for each, which `make generate` puts
//! into [`STEPS`].
//!
//! Whatever else is to be known of a step, such as its schema and how it is told in words, stands in its file. Trimming,
//! defaults, tables, types and references are not such steps: the document as a whole is checked by them.

// generated: modules
mod case;
mod math;
mod slice;
mod spread;
mod unit;
// generated end

use std::fmt::Debug;
use std::sync::Arc;

use super::document::{Context, DocumentPlace, PathScope};
use super::made::MadeSlot;
use super::rule::{Operand, Pick};
use super::transform::Notation;
use super::value::Value;
use crate::value::Decimal;

/// Every step, in the order in which they happen.
pub(super) const STEPS: &[StepDefinition] = &[
    // generated: list
    slice::KIND,
    case::KIND,
    spread::KIND,
    math::KIND,
    unit::KIND,
    // generated end
];

/// When a step happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepTime {
    /// To a text as it was picked and trimmed, before defaults and tables.
    Picked,
    /// To what there is after defaults and tables, before it is given a type.
    Known,
}

/// What is known of a step.
pub(super) struct StepDefinition {
    /// The rule's member that asks for it.
    pub(super) name: &'static str,
    pub(super) stage: StepTime,
    /// The JSON Schema of that member.
    pub(super) schema: &'static str,
    /// Reads that member; what is wrong with it is a finding.
    pub(super) read: fn(&DocumentPlace<'_>, &mut Context<'_>, PathScope) -> Option<Arc<dyn RuleStep>>,
}

/// A step as a rule asks for it.
pub(super) trait RuleStep: Debug + Send + Sync {
    /// What it makes of a value that is there.
    ///
    /// # Errors
    /// Why it cannot be done, in words.
    fn apply<'v>(&'v self, value: &Value<'v>, around: &Around<'_, 'v>) -> Result<Value<'v>, String>;

    /// What it does, in words, such as `in upper case`; one text for each of its parts.
    fn in_words(&self) -> Vec<String>;

    /// Whether it shares something among all elements, so that each must get its part.
    fn shares(&self) -> bool {
        false
    }

    /// Whether what it shares must be there as a whole in the end.
    fn shares_all(&self) -> bool {
        false
    }

    /// What other rules make, and without which it cannot be done.
    fn waits_for(&self) -> Vec<MadeSlot> {
        Vec::new()
    }
}

/// What a step may know beside its value.
pub(super) struct Around<'a, 'v> {
    /// What the document or the record has for an operand.
    pub(super) operand: &'a dyn Fn(&'v Operand) -> Result<Value<'v>, String>,
    /// What the record has at a path.
    pub(super) pick: &'a dyn Fn(&'v Pick) -> Result<Value<'v>, String>,
    /// The elements among which something is shared; nothing where no step of the `each` shares anything.
    pub(super) sharers: Option<Sharers<'a>>,
    /// Takes note of an amount that is shared, and of the element's share.
    pub(super) note_share: &'a dyn Fn(Decimal, Decimal),
    /// How the source writes numbers and dates.
    pub(super) reading: &'a Notation,
}

/// The elements of an `each`, among which something is shared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sharers<'a> {
    /// The place among all elements of the one that the rule is about.
    pub(super) place: usize,
    /// Of each element, whether `where` lets it through.
    pub(super) kept: &'a [bool],
}

/// The members of a rule that ask for steps, each with its JSON Schema as it stands in [`schema`](super::schema).
pub fn step_schemas() -> impl Iterator<Item = (&'static str, &'static str)> {
    STEPS.iter().map(|kind| (kind.name, kind.schema))
}
