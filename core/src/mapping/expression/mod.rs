//! JMESPath Community Edition, with numbers that keep every digit, over the record where it stands.

mod arithmetic;
mod elements;
mod evaluate;
mod functions;
mod lexeme;
mod parse;
mod part;
mod scope;
mod size;
#[cfg(test)]
mod tests;
mod tree;

use super::path::Paths;
use super::tape::RecordNode;
use super::value::Value;
pub(super) use evaluate::equal;
pub(super) use scope::Scope;
use tree::Tree;

/// An expression that was found to be right.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub(super) text: String,
    /// What in it may be meant otherwise, in words.
    pub(super) doubt: Option<String>,
    tree: Tree,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        size::check(text)?;
        let (tree, doubt) = parse::parse(text)?;
        Ok(Self { text: text.to_owned(), doubt, tree })
    }

    /// Gives its plain paths places in a walk over the record.
    pub(super) fn place(&mut self, paths: &mut Paths) {
        self.tree.place(paths);
    }

    /// Its value.
    ///
    /// # Errors
    /// What cannot be computed, in words: a function with arguments of the wrong type, mostly.
    pub(super) fn evaluate<'v>(&'v self, scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
        match (&self.tree, &scope.found) {
            // The walk was paid for by whoever made it.
            (Tree::Path(_, Some(slot)), Some((node, found))) => Ok(found.value(*node, *slot)),
            // What a rule made, as it is.
            (Tree::Path(path, _), None) if path.is_empty() => evaluate::itself(scope),
            (tree, _) => evaluate::evaluate(tree, scope),
        }
    }

    /// What its value is in the record, where a walk over it has found out: `None` when none has, and of what is more
    /// than paths, of which the first that is true counts; `Some(None)` when the record has nothing there.
    pub(super) fn found<'v>(&self, scope: &Scope<'_, 'v>) -> Option<Option<RecordNode<'v>>> {
        let (base, found) = scope.found?;
        self.tree.found(base, found)
    }

    /// Whether its value is what JMESPath takes for true.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub(super) fn holds<'v>(&'v self, scope: &Scope<'_, 'v>) -> Result<bool, String> {
        match (&self.tree, &scope.found) {
            (Tree::Path(_, Some(slot)), Some((node, found))) => Ok(found.is_truthy(*node, *slot)),
            (Tree::Path(path, _), None) if path.is_empty() => Ok(scope.value.is_truthy()),
            (tree, _) => evaluate::holds(tree, scope),
        }
    }

    /// The members of the value that it is evaluated against, where it looks at nothing else of it.
    pub(super) fn members(&self) -> Option<Vec<&str>> {
        self.tree.members()
    }

    /// Tells of each look at the value that it is evaluated against whether that is at one of its members.
    pub(super) fn look(&self, take: &mut dyn FnMut(bool)) {
        self.tree.look(take);
    }

    /// What stands where it goes over the elements of a path; nothing where it does no such thing.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub(super) fn listed<'v>(&'v self, scope: &Scope<'_, 'v>) -> Result<Value<'v>, String> {
        self.tree.listed().map_or(Ok(Value::Null), |path| evaluate::evaluate(path, scope))
    }

    /// Members of the elements of members, such as `net` of `rows`, where it looks at nothing else: each with its array
    /// and whether it looks at its number alone.
    pub(super) fn columns(&self) -> Option<Vec<(&str, &str, bool)>> {
        self.tree.columns()
    }

    /// The value of an expression that says the same whatever the record is; `None` of any other.
    pub(super) fn constant(&self) -> Option<Value<'_>> {
        let allowance = super::limit::Allowance::new(0);
        let nothing = Value::Null;
        let scope = Scope::new(&nothing, None, &nothing, &allowance);
        self.tree.is_constant().then(|| evaluate::evaluate(&self.tree, &scope).ok())?
    }
}
