//! What an expression is evaluated against.

use super::tree::Tree;
use crate::mapping::limit::Allowance;
use crate::mapping::path::FoundPaths;
use crate::mapping::tape::RecordNode;
use crate::mapping::value::Value;

/// What an expression is evaluated against: a value, and what the walk found when it is one of the record's.
#[derive(Clone, Copy)]
pub(in crate::mapping) struct Scope<'a, 'v> {
    pub(super) value: &'a Value<'v>,
    pub(super) found: Option<(RecordNode<'v>, &'a FoundPaths)>,
    pub(super) surroundings: Surroundings<'a, 'v>,
}

/// What stays the same whatever value is looked at.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a, 'v> {
    root: &'a Value<'v>,
    allowance: &'a Allowance,
    bound: Option<&'a Bound<'a, 'v>>,
}

/// The values of the variables of one `let`, and those around it.
struct Bound<'a, 'v> {
    values: &'a [Value<'v>],
    around: Option<&'a Bound<'a, 'v>>,
}

impl<'a, 'v> Scope<'a, 'v> {
    /// A value of the record, or of what was made of it, with the whole record around it.
    pub(in crate::mapping) fn new(
        value: &'a Value<'v>,
        found: Option<(RecordNode<'v>, &'a FoundPaths)>,
        root: &'a Value<'v>,
        allowance: &'a Allowance,
    ) -> Self {
        Self { value, found, surroundings: Surroundings { root, allowance, bound: None } }
    }

    /// The same for a value that was come by on the way, of which no walk knows anything unless it is still the same.
    #[inline]
    pub(super) fn at<'b>(&self, value: &'b Value<'v>) -> Scope<'b, 'v>
    where
        'a: 'b,
    {
        let found = self.found.filter(|(node, _)| node.is(value));
        Scope { value, found, surroundings: self.surroundings }
    }

    /// What may still be taken for the record.
    pub(super) fn allowance(&self) -> &'a Allowance {
        self.surroundings.allowance
    }

    /// Evaluates something within a `let`.
    pub(super) fn with<T>(&self, values: &[Value<'v>], within: impl FnOnce(&Scope<'_, 'v>) -> T) -> T {
        let bound = Bound { values, around: self.surroundings.bound };
        within(&Scope {
            value: self.value,
            found: self.found,
            surroundings: Surroundings { bound: Some(&bound), ..self.surroundings },
        })
    }

    /// A value that has a name, a constant, the whole record, or the scope's own value: all are there to be looked at
    /// without copying them.
    #[inline]
    pub(super) fn named(&self, tree: &'v Tree) -> Option<&'a Value<'v>> {
        match tree {
            Tree::Path(path, _) if path.is_empty() => Some(self.value),
            Tree::Root => Some(self.surroundings.root),
            Tree::Literal(value) => Some(value),
            Tree::Variable(further_out, place) => {
                let mut bound = self.surroundings.bound;
                for _ in 0..*further_out {
                    bound = bound.and_then(|bound| bound.around);
                }
                bound.and_then(|bound| bound.values.get(*place))
            }
            Tree::Path(..)
            | Tree::Then(..)
            | Tree::Pipe(..)
            | Tree::Or(..)
            | Tree::And(..)
            | Tree::Not(_)
            | Tree::Where(..)
            | Tree::Choose(_)
            | Tree::Compare(..)
            | Tree::Calculate(..)
            | Tree::Negate(_)
            | Tree::Affirm(_)
            | Tree::Project(..)
            | Tree::Flatten(_)
            | Tree::Values(_)
            | Tree::Slice(..)
            | Tree::List(_)
            | Tree::Object(_)
            | Tree::Call(..)
            | Tree::Let(..) => None,
        }
    }
}
