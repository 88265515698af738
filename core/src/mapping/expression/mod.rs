//! JMESPath: parsed by the `jmespath` crate, whose own evaluation goes by way of binary floating point and a tree
//! of owned values; ours reads the record where it stands and keeps every digit.

mod compile;
mod evaluate;
mod functions;
mod size;
#[cfg(test)]
mod tests;

use super::limit::Allowance;
use super::path::{FoundPaths, PathSlot, Paths, Segment};
use super::tape::RecordNode;
use super::value::Value;
pub(super) use evaluate::equal;
use functions::Function;

/// A JMESPath expression that was found to be right.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub(super) text: String,
    tree: Tree,
}

/// An expression, ready to be evaluated.
#[derive(Clone, Debug)]
enum Tree {
    /// Members and elements, and where the walk over the record leaves what stands there.
    Path(Vec<Segment>, Option<PathSlot>),
    Literal(Value<'static>),
    /// What the second makes of the first's value.
    Then(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Not(Box<Tree>),
    /// The second's value where the first is true.
    Where(Box<Tree>, Box<Tree>),
    Compare(Comparison, Box<Tree>, Box<Tree>),
    /// What the second makes of each of the first's elements.
    Project(Box<Tree>, Box<Tree>),
    Flatten(Box<Tree>),
    /// The values of an object's members.
    Values(Box<Tree>),
    Slice(Option<i32>, Option<i32>, i32),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
    Call(Function, Vec<Tree>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What an expression is evaluated against: a value, and what the walk found when it is one of the record's.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a, 'v> {
    pub(super) value: &'a Value<'v>,
    pub(super) found: Option<(RecordNode<'v>, &'a FoundPaths)>,
    /// What may still be taken for the record.
    pub(super) allowance: &'a Allowance,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // Whatever follows recurses by what is counted here, the parser and dropping what it made included.
        size::check(text)?;
        Ok(Self { text: text.to_owned(), tree: compile::parse(text)? })
    }

    /// Gives its plain paths places in a walk over the record.
    pub(super) fn place(&mut self, paths: &mut Paths) {
        self.tree.place(paths);
    }

    /// Its value.
    ///
    /// # Errors
    /// What cannot be computed, in words: a function with arguments of the wrong type, mostly.
    pub(super) fn evaluate<'v>(&'v self, scope: Scope<'_, 'v>) -> Result<Value<'v>, String> {
        match (&self.tree, scope.found) {
            // The walk was paid for by whoever made it.
            (Tree::Path(_, Some(slot)), Some((node, found))) => Ok(found.value(node, *slot)),
            (tree, _) => evaluate::evaluate(tree, scope),
        }
    }

    /// Whether its value is what JMESPath takes for true.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub(super) fn holds<'v>(&'v self, scope: Scope<'_, 'v>) -> Result<bool, String> {
        Ok(self.evaluate(scope)?.is_truthy())
    }

    /// The value of an expression that says the same whatever the record is; `None` of any other.
    pub(super) fn constant(&self) -> Option<Value<'_>> {
        let allowance = Allowance::new(0);
        let nothing = Scope { value: &Value::Null, found: None, allowance: &allowance };
        self.tree.is_constant().then(|| evaluate::evaluate(&self.tree, nothing).ok())?
    }
}
